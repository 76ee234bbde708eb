//! Graphs by our own protocol: read, replaced, checked, saved.

use serde_json::json;

use super::support::Host;

const GOOD: &str = r#"Graph(format: 1, processes: { "a": Process(component: "core/Drop") }, inports: { "in": "a.in" })"#;

#[tokio::test(flavor = "multi_thread")]
async fn text_is_read_replaced_checked_and_saved() {
    let host = Host::with(&[("sub/good.ron", GOOD)]).await;
    let mut client = host.friend().await;
    let graph = client
        .get("get", json!({ "graph": "sub/good" }), "graph")
        .await;
    assert_eq!(
        (&graph["file"], &graph["changed"], &graph["findings"]),
        (&json!("sub/good.ron"), &json!(false), &json!([]))
    );
    let wrong = GOOD.replace("core/Drop", "core/Drap");
    let changed = client
        .get(
            "load",
            json!({ "graph": "sub/good", "text": wrong }),
            "graph",
        )
        .await;
    assert_eq!(
        (&changed["changed"], &changed["findings"][0]["code"]),
        (&json!(true), &json!("MS0101"))
    );
    assert_eq!(
        client
            .refused("start", json!({ "graph": "sub/good" }))
            .await,
        "invalid"
    );
    let back = client
        .get("load", json!({ "graph": "sub/good" }), "graph")
        .await;
    assert_eq!(
        (&back["changed"], &back["text"]),
        (&json!(false), &graph["text"])
    );
    assert_eq!(
        client
            .refused("load", json!({ "graph": "new", "text": "no graph" }))
            .await,
        "invalid"
    );
    client
        .get("load", json!({ "graph": "new/one", "text": GOOD }), "graph")
        .await;
    client
        .get("save", json!({ "graph": "new/one" }), "saved")
        .await;
    assert!(host.folder.path().join("new/one.ron").is_file());
    let list = client.get("list", json!({}), "graphs").await;
    let names: Vec<_> = list["graphs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|info| &info["graph"])
        .collect();
    assert_eq!(names, ["new/one", "sub/good"]);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_ends_lets_its_networks_drain_and_says_goodbye() {
    let host = Host::with(&[("good.ron", GOOD)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "good" }), "state")
        .await;
    let address = host.address;
    host.end().await;
    while client.next().await.is_some() {}
    assert!(super::support::Client::connect(address, &[]).await.is_err());
}
