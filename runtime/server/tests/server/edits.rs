//! Edits of graphs that run, over the wire: planned, applied, refused; counts and probes go on with what is there now.

use serde_json::{Value as Json, json};

use super::support::{Client, Host, secrets};

/// Packets come in through `in`; `d` keeps nothing.
fn line(middle: &str, connectors: &str) -> String {
    format!(
        r#"Graph(format: 1, processes: {{
    "a": Process(component: "core/Repeat"),
    {middle}
    "c": Process(component: "core/Repeat"),
}}, connectors: [{connectors}], inports: {{ "in": "a.in" }}, outports: {{ "out": "c.out" }})"#
    )
}

fn plain() -> String {
    line("", r#"Connector(from: "a.out", to: "c.in", capacity: 4)"#)
}

fn with_map(value: &str) -> String {
    line(
        &format!(r#""m": Process(component: "data/Map", iips: {{ "value": "{value}" }}),"#),
        r#"Connector(from: "a.out", to: "m.in", capacity: 4), Connector(from: "m.out", to: "c.in")"#,
    )
}

async fn start(host: &Host) -> Client {
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    client
}

async fn inject(client: &mut Client, values: Json) {
    let payload = json!({ "graph": "line", "port": "in", "values": values });
    client.get("inject", payload, "injected").await;
}

/// The next values that come out.
async fn outputs(client: &mut Client, count: usize) -> Vec<Json> {
    let mut values = Vec::new();
    while values.len() < count {
        let packet = client.event("runtime", "packet").await;
        values.push(packet["payload"].clone());
    }
    values
}

fn actions(steps: &Json) -> Vec<String> {
    let steps = steps["steps"].as_array().unwrap().iter();
    let name = |step: &Json| {
        let text = |key: &str| step[key].as_str().unwrap().to_owned();
        format!("{} {}", text("action"), text("subject"))
    };
    steps.map(name).collect()
}

/// Follows the graph in both protocols: what comes out is told in that of FBP.
async fn follow(client: &mut Client) {
    client
        .ask("network", "getstatus", json!({ "graph": "line" }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn process_is_inserted_set_and_removed_and_nothing_is_lost() {
    let host = Host::with(&[("line.ron", &plain())]).await;
    let mut client = start(&host).await;
    follow(&mut client).await;
    let subscribe = json!({ "graph": "line", "interval_ms": 1 });
    let before = client.get("subscribe", subscribe, "snapshot").await;
    inject(&mut client, json!([1, 2])).await;
    assert_eq!(outputs(&mut client, 2).await, [json!(1), json!(2)]);

    let wanted = json!({ "graph": "line", "text": with_map("it + 100") });
    let plan = client.get("plan", wanted.clone(), "plan").await;
    let steps = [
        "add m",
        "connect a.out->m.in",
        "connect m.out->c.in",
        "disconnect a.out->c.in",
    ];
    assert_eq!(actions(&plan), steps);
    inject(&mut client, json!([3])).await;
    assert_eq!(
        outputs(&mut client, 1).await,
        [json!(3)],
        "a plan changes nothing"
    );
    let edited = client.get("edit", wanted, "edited").await;
    assert_eq!(actions(&edited), steps);
    assert_eq!(edited["waits_for"], Json::Null);

    let after = client.event("millstream", "snapshot").await;
    assert!(after["run"].as_u64() > before["run"].as_u64());
    let mut ends: Vec<&str> = after["connectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|connector| connector["to"].as_str().unwrap())
        .collect();
    ends.sort_unstable();
    assert_eq!(ends, ["a.in", "c.in", "m.in"]);
    let attach = json!({ "graph": "line", "connector": "m.out->c.in" });
    client.get("attach", attach, "attached").await;
    inject(&mut client, json!([4])).await;
    assert_eq!(outputs(&mut client, 1).await, [json!(104)]);
    let seen = client.event("millstream", "packets").await;
    assert_eq!(seen["packets"][0]["value"], 104);

    let set = json!([{ "process": "m", "port": "value", "value": "it * 2" }]);
    let edited = client
        .get("edit", json!({ "graph": "line", "set": set }), "edited")
        .await;
    assert_eq!(actions(&edited), ["set m"]);
    inject(&mut client, json!([5])).await;
    assert_eq!(outputs(&mut client, 1).await, [json!(10)]);

    let edited = client
        .get(
            "edit",
            json!({ "graph": "line", "restart": ["m"] }),
            "edited",
        )
        .await;
    assert_eq!(actions(&edited), ["restart m"]);
    inject(&mut client, json!([6])).await;
    assert_eq!(
        outputs(&mut client, 1).await,
        [json!(12)],
        "the setting stays"
    );

    let edited = client
        .get(
            "edit",
            json!({ "graph": "line", "text": plain() }),
            "edited",
        )
        .await;
    assert_eq!(actions(&edited)[0], "remove m");
    inject(&mut client, json!([7])).await;
    assert_eq!(outputs(&mut client, 1).await, [json!(7)]);
    let state = client
        .get("stop", json!({ "graph": "line" }), "state")
        .await;
    assert_eq!(state["state"], "stopped", "{state}");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_that_cannot_be_are_refused_with_the_reason() {
    let host = Host::with(&[("line.ron", &plain())]).await;
    let mut client = host.friend().await;
    let wanted = |text: &str| json!({ "graph": "line", "text": text });
    assert_eq!(
        client.refused("plan", wanted(&plain())).await,
        "wrong_state"
    );
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let broken = with_map("it +");
    let plan = client.get("plan", wanted(&broken), "plan").await;
    assert!(
        plan["refused"].as_str().unwrap().contains("value"),
        "{plan}"
    );
    assert_eq!(client.refused("edit", wanted(&broken)).await, "invalid");
    let other_doors = plain().replace(r#""out": "c.out""#, r#""result": "c.out""#);
    let plan = client.get("plan", wanted(&other_doors), "plan").await;
    let reason = plan["refused"].as_str().unwrap();
    assert!(reason.contains("exported ports `out, result`"), "{reason}");
    assert_eq!(
        client.refused("edit", wanted(&other_doors)).await,
        "wrong_state"
    );
    let set = json!([{ "process": "nobody", "port": "value", "value": 1 }]);
    let edit = json!({ "graph": "line", "set": set });
    assert_eq!(client.refused("edit", edit).await, "invalid");
    assert_eq!(
        client.refused("edit", json!({ "graph": "nothing" })).await,
        "not_found"
    );
    let nothing = client
        .get("edit", json!({ "graph": "line" }), "edited")
        .await;
    assert_eq!(nothing["steps"], json!([]));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_need_the_right_to_look_and_edits_the_right_to_control() {
    let host = Host::start(&[("line.ron", &plain())], secrets()).await;
    let mut looks = host.client().await.knowing("look");
    looks
        .get("hello", json!({ "versions": [1] }), "welcome")
        .await;
    let edit = json!({ "graph": "line", "restart": ["a"] });
    assert_eq!(looks.refused("plan", edit.clone()).await, "wrong_state");
    assert_eq!(looks.refused("edit", edit).await, "forbidden");
    host.end().await;
}

/// A client of the FBP protocol changes the graph message by message; what runs follows once it is whole again.
#[tokio::test(flavor = "multi_thread")]
async fn network_follows_the_messages_of_fbp_clients() {
    let host = Host::with(&[("line.ron", &plain())]).await;
    let mut client = start(&host).await;
    follow(&mut client).await;
    let end = |node: &str, port: &str| json!({ "node": node, "port": port });
    for (command, payload) in [
        ("addnode", json!({ "id": "m", "component": "data/Map" })),
        (
            "addinitial",
            json!({ "src": { "data": "it + 100" }, "tgt": end("m", "value") }),
        ),
        (
            "removeedge",
            json!({ "src": end("a", "out"), "tgt": end("c", "in") }),
        ),
        (
            "addedge",
            json!({ "src": end("a", "out"), "tgt": end("m", "in") }),
        ),
        (
            "addedge",
            json!({ "src": end("m", "out"), "tgt": end("c", "in") }),
        ),
    ] {
        let mut payload = payload;
        payload["graph"] = json!("line");
        let (answer, said) = client.ask("graph", command, payload).await;
        assert_eq!(answer, command, "{said}");
    }
    // The edit is a task of its own: sooner or later packets go the other way.
    let mut number = 0;
    loop {
        number += 1;
        inject(&mut client, json!([number])).await;
        let value = outputs(&mut client, 1).await[0].as_i64().unwrap();
        if value == number + 100 {
            break;
        }
        assert!(value == number && number < 100_000, "{value}");
    }
    host.end().await;
}
