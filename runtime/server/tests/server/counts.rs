//! Counts: everything once, then what changes, and nothing while nothing does.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::timeout;

use super::support::Host;

const LINE: &str = r#"Graph(format: 1, processes: {
    "a": Process(component: "core/Repeat"),
    "c": Process(component: "core/Drop"),
}, connectors: [Connector(from: "a.out", to: "c.in")], inports: { "in": "a.in" })"#;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_while_nothing_changes() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    client
        .get(
            "subscribe",
            json!({ "graph": "line", "interval_ms": 50 }),
            "snapshot",
        )
        .await;
    // Shares of the first moments settle; then a network that waits for packets says nothing.
    let mut silences = 0;
    for _ in 0..100 {
        if let Ok(message) = timeout(Duration::from_millis(500), client.next()).await {
            assert_eq!(message.unwrap()["command"], "changes");
            continue;
        }
        silences += 1;
        if silences == 2 {
            break;
        }
    }
    assert_eq!(silences, 2, "an idle network keeps talking");
    client
        .get(
            "inject",
            json!({ "graph": "line", "port": "in", "values": [1] }),
            "injected",
        )
        .await;
    let changes = client.event("millstream", "changes").await;
    assert!(!changes["connectors"].as_array().unwrap().is_empty());
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_connectors_are_told_and_no_others() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let wanted = json!({ "graph": "line", "connectors": ["a.out->c.in"], "interval_ms": 50 });
    let snapshot = client.get("subscribe", wanted, "snapshot").await;
    assert_eq!(snapshot["connectors"].as_array().unwrap().len(), 1);
    assert_eq!(snapshot["connectors"][0]["capacity"], 64);
    let names: Vec<&Json> = snapshot["processes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["name"])
        .collect();
    assert_eq!(names, ["a", "c"]);
    let unknown = json!({ "graph": "line", "connectors": ["x.in"], "interval_ms": 50 });
    assert_eq!(client.refused("subscribe", unknown).await, "not_found");
    client
        .get("unsubscribe", json!({ "graph": "line" }), "done")
        .await;
    client.forget();
    client
        .get(
            "inject",
            json!({ "graph": "line", "port": "in", "values": [1, 2] }),
            "injected",
        )
        .await;
    client.get("list", json!({}), "graphs").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscription_made_before_the_start_begins_with_it() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = host.friend().await;
    client
        .get(
            "subscribe",
            json!({ "graph": "line", "interval_ms": 50 }),
            "done",
        )
        .await;
    for run in 1..3 {
        client
            .get("restart", json!({ "graph": "line" }), "state")
            .await;
        let snapshot = client.event("millstream", "snapshot").await;
        assert_eq!(snapshot["run"], run);
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_want_the_same_are_told_the_same_at_the_same_moments() {
    const MESSAGES: usize = 20;
    let endless = r#"Graph(format: 1, processes: {
        "n": Process(component: "core/Sequence", iips: { "count": 1000000000000 }),
        "c": Process(component: "core/Drop"),
    }, connectors: [Connector(from: "n.out", to: "c.in")])"#;
    let host = Host::with(&[("line.ron", endless)]).await;
    let mut clients = [host.friend().await, host.friend().await];
    clients[0]
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let wanted = json!({ "graph": "line", "interval_ms": 50 });
    for client in &mut clients {
        client.get("subscribe", wanted.clone(), "snapshot").await;
    }
    let mut told = [Vec::new(), Vec::new()];
    for (client, told) in clients.iter_mut().zip(&mut told) {
        for _ in 0..MESSAGES {
            told.push(client.event("millstream", "changes").await);
        }
    }
    let [one, two] = told;
    let same = one.iter().filter(|changes| two.contains(changes)).count();
    assert!(same > MESSAGES / 2, "{same} of {MESSAGES} are the same");
    host.end().await;
}
