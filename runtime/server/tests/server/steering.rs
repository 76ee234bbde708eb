//! Hold, step, release, inject, why: a graph steered packet by packet, with exact accounts.

use serde_json::{Value as Json, json};

use super::support::{Client, Host};

/// Packets come in through `in`; the connector in the middle holds four.
const LINE: &str = r#"Graph(format: 1, processes: {
    "a": Process(component: "core/Repeat"),
    "b": Process(component: "core/Repeat"),
    "c": Process(component: "core/Drop"),
}, connectors: [
    Connector(from: "a.out", to: "b.in", capacity: 4),
    Connector(from: "b.out", to: "c.in", capacity: 4),
], inports: { "in": "a.in" })"#;

/// Waits until the counts of the connector at this position fit.
async fn until_counts(client: &mut Client, at: u64, fits: impl Fn(&Json) -> bool) -> Json {
    let is_it = |message: &Json| {
        let changes = message["payload"]["connectors"].as_array();
        message["command"] == "changes"
            && changes.is_some_and(|changes| {
                changes
                    .iter()
                    .any(|change| change[0] == at && fits(&change[1]))
            })
    };
    let message = client.until(is_it).await;
    let mut changes = message["payload"]["connectors"].as_array().unwrap().iter();
    changes.find(|change| change[0] == at).unwrap()[1].clone()
}

async fn start(host: &Host) -> Client {
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let snapshot = client
        .get(
            "subscribe",
            json!({ "graph": "line", "interval_ms": 1 }),
            "snapshot",
        )
        .await;
    let names: Vec<&Json> = snapshot["connectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["to"])
        .collect();
    assert_eq!(names, ["b.in", "c.in", "a.in"]);
    assert_eq!(snapshot["connectors"][2]["from"], json!(["<in>"]));
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn held_connector_fills_up_and_is_stepped_and_released() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = start(&host).await;
    let middle = json!({ "connector": "a.out->b.in" });
    let steered = client
        .get(
            "hold",
            json!({ "graph": "line", "target": middle }),
            "steered",
        )
        .await;
    assert_eq!(
        steered,
        json!({ "graph": "line", "target": middle, "held": true })
    );
    let values: Vec<u32> = (0..20).collect();
    let injected = client
        .get(
            "inject",
            json!({ "graph": "line", "port": "in", "values": values }),
            "injected",
        )
        .await;
    assert_eq!(injected["packets"], 20);

    let full = until_counts(&mut client, 0, |counts| counts["depth"] == 4).await;
    assert_eq!(
        (&full["received"], &full["held"]),
        (&json!(0), &json!(true))
    );
    let blocked = until_counts(&mut client, 0, |counts| counts["blocked_percent"] == 100.0).await;
    assert_eq!(blocked["high_water"], 4);
    let why = client.get("why", json!({ "graph": "line" }), "why").await;
    assert_eq!(why["reasons"][0]["kind"], "held");
    assert_eq!(why["reasons"][0]["connector"], "a.out->b.in");

    client.forget();
    client
        .get(
            "step",
            json!({ "graph": "line", "target": { "connector": "b.in" }, "packets": 3 }),
            "steered",
        )
        .await;
    until_counts(&mut client, 1, |counts| counts["received"] == 3).await;
    client
        .get(
            "release",
            json!({ "graph": "line", "target": middle }),
            "steered",
        )
        .await;
    let all = until_counts(&mut client, 1, |counts| counts["received"] == 20).await;
    assert_eq!(
        (&all["sent"], &all["depth"], &all["dropped"]),
        (&json!(20), &json!(null), &json!(null))
    );
    let quiet = client.get("why", json!({ "graph": "line" }), "why").await;
    assert_eq!(quiet["reasons"], json!([]));

    let stopped = client
        .get("stop", json!({ "graph": "line" }), "state")
        .await;
    assert_eq!(stopped["state"], "stopped");
    let end = client
        .get(
            "subscribe",
            json!({ "graph": "line", "interval_ms": 50 }),
            "snapshot",
        )
        .await;
    for connector in end["connectors"].as_array().unwrap() {
        let counts = &connector["counts"];
        assert_eq!(
            (&counts["sent"], &counts["received"], &counts["depth"]),
            (&json!(20), &json!(20), &json!(null))
        );
    }
    for process in end["processes"].as_array().unwrap() {
        assert_eq!(process["counts"]["state"], "ended");
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_names_the_slow_process_behind_the_full_connectors() {
    let slow = LINE.replace(
        "\"c\": Process(component: \"core/Drop\")",
        r#""d": Process(component: "core/Drop"),
        "c": Process(component: "core/Throttle", iips: { "packets": 1, "per_ms": 3600000 })"#,
    );
    let slow = slow.replace(
        "], inports",
        "Connector(from: \"c.out\", to: \"d.in\"), ], inports",
    );
    let host = Host::with(&[("line.ron", &slow)]).await;
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
    let values: Vec<u32> = (0..100).collect();
    client
        .say(
            "millstream",
            "inject",
            json!({ "graph": "line", "port": "in", "values": values }),
        )
        .await;
    until_counts(&mut client, 0, |counts| counts["depth"] == 4).await;
    until_counts(&mut client, 0, |counts| counts["blocked_percent"] == 100.0).await;
    let why = client.get("why", json!({ "graph": "line" }), "why").await;
    let reasons = why["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), 1, "{why}");
    assert_eq!(
        (&reasons[0]["kind"], &reasons[0]["process"]),
        (&json!("slow_consumer"), &json!("c"))
    );
    let chain = reasons[0]["chain"].as_array().unwrap();
    assert_eq!(chain.last(), Some(&json!("b.out->c.in")), "{why}");
    assert_eq!(reasons[0]["depth"], reasons[0]["capacity"]);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlock_ends_the_run_and_is_told_with_its_cycle() {
    let text = std::fs::read_to_string("../../graphs/deadlock.ron").unwrap();
    let host = Host::with(&[("deadlock.ron", &text)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "deadlock" }), "state")
        .await;
    let ended = client.event("millstream", "state").await;
    assert_eq!(ended["state"], "failed");
    let fault = ended["fault"].as_str().unwrap();
    assert!(
        fault.starts_with("deadlock: ") && fault.contains("waits to"),
        "{fault}"
    );
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_held_is_refused() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = start(&host).await;
    let target = |name: &str| json!({ "graph": "line", "target": { "connector": name } });
    assert_eq!(
        client.refused("hold", target("a.out->c.in")).await,
        "not_found"
    );
    assert_eq!(client.refused("step", target("b.in")).await, "wrong_state");
    assert_eq!(
        client
            .refused(
                "hold",
                json!({ "graph": "none", "target": { "process": "a" } })
            )
            .await,
        "not_found"
    );
    assert_eq!(
        client
            .refused(
                "inject",
                json!({ "graph": "line", "port": "out", "values": [1] })
            )
            .await,
        "not_found"
    );
    assert_eq!(
        client.refused("start", json!({ "graph": "line" })).await,
        "wrong_state"
    );
    client
        .get("stop", json!({ "graph": "line" }), "state")
        .await;
    assert_eq!(client.refused("hold", target("b.in")).await, "wrong_state");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn held_process_takes_nothing() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = start(&host).await;
    let process = json!({ "graph": "line", "target": { "process": "c" } });
    client.get("hold", process.clone(), "steered").await;
    client
        .get(
            "inject",
            json!({ "graph": "line", "port": "in", "values": [1, 2, 3] }),
            "injected",
        )
        .await;
    until_counts(&mut client, 1, |counts| counts["depth"] == 3).await;
    client.get("step", process.clone(), "steered").await;
    until_counts(&mut client, 1, |counts| {
        counts["received"] == 1 && counts["depth"] == 2
    })
    .await;
    client.get("release", process, "steered").await;
    until_counts(&mut client, 1, |counts| counts["received"] == 3).await;
    host.end().await;
}
