//! Probes: packets seen on their way, at any moment of a run.

use serde_json::{Value as Json, json};

use super::support::{Client, Host};

const LINE: &str = r#"Graph(format: 1, processes: {
    "a": Process(component: "core/Repeat"),
    "c": Process(component: "core/Drop"),
}, connectors: [Connector(from: "a.out", to: "c.in")], inports: { "in": "a.in" })"#;

async fn put(client: &mut Client, values: Json) {
    client
        .get(
            "inject",
            json!({ "graph": "line", "port": "in", "values": values }),
            "injected",
        )
        .await;
}

/// Waits until a probe has shown so many packets.
async fn shown(client: &mut Client, packets: usize) -> Vec<Json> {
    let mut shown = Vec::new();
    while shown.len() < packets {
        let message = client.event("millstream", "packets").await;
        shown.extend(message["packets"].as_array().unwrap().iter().cloned());
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_shows_what_passes_from_the_moment_it_is_attached() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    put(&mut client, json!(["before"])).await;
    client
        .get(
            "subscribe",
            json!({ "graph": "line", "interval_ms": 50 }),
            "snapshot",
        )
        .await;
    let has_passed = |message: &Json| {
        let connectors = message["payload"]["connectors"].as_array();
        message["command"] == "changes"
            && connectors
                .is_some_and(|all| all.iter().any(|one| one[0] == 0 && one[1]["received"] == 1))
    };
    let snapshot = client
        .get(
            "subscribe",
            json!({ "graph": "line", "interval_ms": 50 }),
            "snapshot",
        )
        .await;
    if snapshot["connectors"][0]["counts"]["received"] != 1 {
        client.until(has_passed).await;
    }
    let attached = client
        .get(
            "attach",
            json!({ "graph": "line", "connector": "c.in" }),
            "attached",
        )
        .await;
    assert_eq!(
        attached,
        json!({ "probe": 1, "graph": "line", "connector": "a.out->c.in" })
    );
    put(
        &mut client,
        json!([{ "user": "ada", "password": "x" }, 2, null]),
    )
    .await;
    let packets = shown(&mut client, 3).await;
    let values: Vec<&Json> = packets.iter().map(|packet| &packet["value"]).collect();
    assert_eq!(
        values,
        [
            &json!({ "user": "ada", "password": "(secret)" }),
            &json!(2),
            &json!(null)
        ]
    );
    assert_eq!(packets[2]["seq"], 3);
    client.get("detach", json!({ "probe": 1 }), "done").await;
    assert_eq!(
        client.refused("detach", json!({ "probe": 1 })).await,
        "not_found"
    );
    client.forget();
    put(&mut client, json!(["after"])).await;
    client
        .get("stop", json!({ "graph": "line" }), "state")
        .await;
    let list = client.get("list", json!({}), "graphs").await;
    assert_eq!(list["graphs"][0]["state"], "stopped");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_clients_look_at_one_connector_each_in_its_own_way() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let (mut one, mut two) = (host.friend().await, host.friend().await);
    one.get("start", json!({ "graph": "line" }), "state").await;
    one.get(
        "attach",
        json!({ "graph": "line", "connector": "c.in" }),
        "attached",
    )
    .await;
    let some = json!({ "graph": "line", "connector": "c.in", "every": 10, "preview_bytes": 3 });
    two.get("attach", some, "attached").await;
    let values: Vec<String> = (0..20).map(|number| format!("number {number}")).collect();
    put(&mut one, json!(values)).await;
    assert_eq!(shown(&mut one, 20).await[19]["value"], "number 19");
    let sampled = shown(&mut two, 2).await;
    assert_eq!(
        (&sampled[0]["seq"], &sampled[1]["seq"]),
        (&json!(10), &json!(20))
    );
    assert_eq!(sampled[0]["preview"], "\"nu…");
    host.end().await;
}
