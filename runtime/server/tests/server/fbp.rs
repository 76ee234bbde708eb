//! The FBP Network Protocol where the public suites do not look: several clients, files, restarts.

use serde_json::{Value as Json, json};

use super::support::{Client, Host};

async fn said(client: &mut Client, kind: (&str, &str), payload: Json, wanted: &str) -> Json {
    let (answer, payload) = client.ask(kind.0, kind.1, payload).await;
    assert_eq!(answer, wanted, "{payload}");
    payload
}

/// Draws `a -> b` with a value on `a`.
async fn draw(client: &mut Client) {
    said(client, ("graph", "clear"), json!({ "id": "g" }), "clear").await;
    for (id, component) in [("a", "core/Repeat"), ("b", "core/Drop")] {
        said(
            client,
            ("graph", "addnode"),
            json!({ "id": id, "component": component, "graph": "g" }),
            "addnode",
        )
        .await;
    }
    let edge = json!({ "src": { "node": "a", "port": "out" }, "tgt": { "node": "b", "port": "in" }, "graph": "g" });
    said(client, ("graph", "addedge"), edge, "addedge").await;
    let value = json!({ "src": { "data": 7 }, "tgt": { "node": "a", "port": "in" }, "graph": "g" });
    said(client, ("graph", "addinitial"), value, "addinitial").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_one_client_are_told_to_others_that_follow_the_graph() {
    let host = Host::with(&[]).await;
    let (mut one, mut two, mut three) = (
        host.client().await,
        host.client().await,
        host.client().await,
    );
    draw(&mut one).await;
    said(
        &mut two,
        ("network", "getstatus"),
        json!({ "graph": "g" }),
        "status",
    )
    .await;
    said(
        &mut one,
        ("graph", "renamenode"),
        json!({ "from": "a", "to": "z", "graph": "g" }),
        "renamenode",
    )
    .await;
    let heard = two.event("graph", "renamenode").await;
    assert_eq!(heard, json!({ "from": "a", "to": "z", "graph": "g" }));
    said(
        &mut one,
        ("network", "start"),
        json!({ "graph": "g" }),
        "started",
    )
    .await;
    two.event("network", "started").await;
    let ended = two.event("network", "stopped").await;
    assert_eq!(
        (&ended["running"], &ended["started"]),
        (&json!(false), &json!(true))
    );
    // Who follows nothing hears nothing: the list of components is all it gets.
    let answer = three.ask("component", "list", json!({})).await;
    assert_eq!(answer.0, "componentsready");
    let foreign = |message: &Json| message["protocol"] != "component";
    assert!(!three.take_heard().iter().any(foreign));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_graph_is_shown_first_with_its_ports_and_whether_it_runs() {
    let line = r#"Graph(format: 1, processes: { "a": Process(component: "core/Drop") }, inports: { "in": "a.in" })"#;
    let host = Host::with(&[("line.ron", line)]).await;
    let mut client = host.client().await;
    let runtime = said(&mut client, ("runtime", "getruntime"), json!({}), "runtime").await;
    assert_eq!(
        (&runtime["graph"], &runtime["version"]),
        (&json!("line"), &json!("0.7"))
    );
    let ports = client.event("runtime", "ports").await;
    assert_eq!(ports["inPorts"][0]["id"], "in");
    let status = client.event("network", "status").await;
    assert_eq!(
        status,
        json!({ "graph": "line", "running": false, "started": false })
    );
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn start_of_a_running_graph_runs_it_anew() {
    let line = r#"Graph(format: 1, processes: { "a": Process(component: "core/Drop") }, inports: { "in": "a.in" })"#;
    let host = Host::with(&[("line.ron", line)]).await;
    let mut client = host.client().await;
    for _ in 0..3 {
        said(
            &mut client,
            ("network", "start"),
            json!({ "graph": "line" }),
            "started",
        )
        .await;
        let status = said(
            &mut client,
            ("network", "getstatus"),
            json!({ "graph": "line" }),
            "status",
        )
        .await;
        assert_eq!(status["running"], true);
    }
    said(
        &mut client,
        ("network", "stop"),
        json!({ "graph": "line" }),
        "stopped",
    )
    .await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn persisted_graphs_are_files_that_other_servers_read() {
    let host = Host::with(&[]).await;
    let mut client = host.client().await;
    draw(&mut client).await;
    let bad = json!({ "id": "../outside" });
    said(&mut client, ("graph", "clear"), bad, "clear").await;
    let refused = said(&mut client, ("network", "persist"), json!({}), "error").await;
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("`../outside` is no name"),
        "{refused}"
    );
    let text = std::fs::read_to_string(host.folder.path().join("g.ron")).unwrap();
    assert!(
        text.contains(r#"Connector(from: "a.out", to: "b.in")"#),
        "{text}"
    );
    let outside = host.folder.path().parent().unwrap().join("outside.ron");
    assert!(!outside.try_exists().unwrap());
    host.end().await;
    let again = Host::with(&[("g.ron", &text)]).await;
    let mut client = again.client().await;
    said(
        &mut client,
        ("network", "start"),
        json!({ "graph": "g" }),
        "started",
    )
    .await;
    let packet = client.event("network", "data").await;
    assert_eq!(
        (&packet["id"], &packet["data"]),
        (&json!("DATA -> IN a()"), &json!(7))
    );
    again.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_chooses_the_edges_that_it_is_shown() {
    let line = r#"Graph(format: 1, processes: {
        "a": Process(component: "core/Repeat"), "b": Process(component: "core/Repeat"), "c": Process(component: "core/Drop"),
    }, connectors: [Connector(from: "a.out", to: "b.in"), Connector(from: "b.out", to: "c.in")], inports: { "in": "a.in" })"#;
    let host = Host::with(&[("line.ron", line)]).await;
    let mut client = host.client().await;
    let edges =
        json!([{ "src": { "node": "b", "port": "out" }, "tgt": { "node": "c", "port": "in" } }]);
    client
        .say(
            "network",
            "edges",
            json!({ "graph": "line", "edges": edges }),
        )
        .await;
    client.event("network", "edges").await;
    said(
        &mut client,
        ("network", "start"),
        json!({ "graph": "line" }),
        "started",
    )
    .await;
    let put =
        |value: Json| json!({ "graph": "line", "port": "in", "event": "data", "payload": value });
    said(
        &mut client,
        ("runtime", "packet"),
        put(json!(1)),
        "packetsent",
    )
    .await;
    let packet = client.event("network", "data").await;
    assert_eq!(packet["id"], "b() OUT -> IN c()");
    said(
        &mut client,
        ("network", "debug"),
        json!({ "graph": "line", "enable": true }),
        "status",
    )
    .await;
    said(
        &mut client,
        ("runtime", "packet"),
        put(json!(2)),
        "packetsent",
    )
    .await;
    let mut ids = Vec::new();
    while ids.len() < 3 {
        ids.push(client.event("network", "data").await["id"].clone());
    }
    assert!(ids.contains(&json!("a() OUT -> IN b()")), "{ids:?}");
    host.end().await;
}
