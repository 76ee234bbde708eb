//! At the limits: too much of anything is refused, and nobody else notices.

use millstream_server::limits::{
    CLIENTS_MAX, MESSAGE_BYTES_MAX, PROBES_MAX, SOCKETS_MAX, SUBSCRIPTIONS_MAX,
};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;

use super::support::{Client, Host};

const LINE: &str = r#"Graph(format: 1, processes: {
    "a": Process(component: "core/Repeat"),
    "c": Process(component: "core/Drop"),
}, connectors: [Connector(from: "a.out", to: "c.in")], inports: { "in": "a.in" })"#;

#[tokio::test(flavor = "multi_thread")]
async fn message_that_is_too_long_ends_the_connection_and_no_other() {
    let host = Host::with(&[]).await;
    let (mut one, mut two) = (host.friend().await, host.friend().await);
    let fits = "x".repeat(MESSAGE_BYTES_MAX - 200);
    assert_eq!(
        one.refused("load", json!({ "graph": "g", "text": fits }))
            .await,
        "invalid"
    );
    // The connection may be gone while the rest of this is on its way.
    let long = json!({ "protocol": "millstream", "command": "list", "payload": { "x": "x".repeat(MESSAGE_BYTES_MAX) } });
    one.try_say(long.to_string()).await;
    assert_eq!(one.next().await, None);
    two.get("list", json!({}), "graphs").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_too_many_waits_for_another_to_go() {
    let host = Host::with(&[]).await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS_MAX {
        clients.push(host.client().await);
    }
    let refused = Client::connect(host.address, &[]).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 503));
    drop(clients);
    // They go when the server has noticed; it does so by itself.
    let mut tries = 0;
    while Client::connect(host.address, &[]).await.is_err() {
        tries += 1;
        assert!(
            tries < 1000,
            "places of clients that went are taken for ever"
        );
        tokio::task::yield_now().await;
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_say_nothing_and_clients_that_vanish_take_nothing_from_others() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut silent = Vec::new();
    for number in 0..SOCKETS_MAX - CLIENTS_MAX {
        let mut socket = TcpStream::connect(host.address).await.unwrap();
        if number % 2 == 0 {
            socket
                .write_all(b"GET / HTTP/1.1\r\nHost: 127")
                .await
                .unwrap();
        }
        silent.push(socket);
    }
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let probe = json!({ "graph": "line", "connector": "c.in" });
    for _ in 0..50 {
        let mut other = host.friend().await;
        other.get("attach", probe.clone(), "attached").await;
        // Gone without a word.
        drop(other);
    }
    client.get("attach", probe, "attached").await;
    client
        .get(
            "inject",
            json!({ "graph": "line", "port": "in", "values": [1] }),
            "injected",
        )
        .await;
    let packets = client.event("millstream", "packets").await;
    assert_eq!(packets["packets"][0]["value"], 1);
    host.end().await;
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_subscriptions_are_counted() {
    let names: Vec<String> = (0..=SUBSCRIPTIONS_MAX)
        .map(|number| format!("g{number}.ron"))
        .collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), LINE)).collect();
    let host = Host::with(&files).await;
    let mut client = host.friend().await;
    client.get("start", json!({ "graph": "g0" }), "state").await;
    let probe = json!({ "graph": "g0", "connector": "c.in" });
    for _ in 0..PROBES_MAX {
        client.get("attach", probe.clone(), "attached").await;
    }
    assert_eq!(client.refused("attach", probe.clone()).await, "limit");
    client.get("detach", json!({ "probe": 3 }), "done").await;
    client.get("attach", probe, "attached").await;
    for number in 1..=SUBSCRIPTIONS_MAX {
        let graph = format!("g{number}");
        client
            .get(
                "subscribe",
                json!({ "graph": graph, "interval_ms": 50 }),
                "done",
            )
            .await;
    }
    assert_eq!(
        client
            .refused("subscribe", json!({ "graph": "g0", "interval_ms": 50 }))
            .await,
        "limit"
    );
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_that_never_reads_does_not_slow_a_network() {
    let endless = r#"Graph(format: 1, processes: {
        "n": Process(component: "core/Sequence", iips: { "count": 2000000 }),
        "c": Process(component: "core/Drop"),
    }, connectors: [Connector(from: "n.out", to: "c.in")])"#;
    let host = Host::with(&[("endless.ron", endless)]).await;
    let mut deaf = host.friend().await;
    let mut client = host.friend().await;
    // It asks for everything and reads nothing of it.
    deaf.say("network", "getstatus", json!({ "graph": "endless" }))
        .await;
    deaf.say(
        "network",
        "debug",
        json!({ "graph": "endless", "enable": true }),
    )
    .await;
    deaf.say(
        "millstream",
        "subscribe",
        json!({ "graph": "endless", "interval_ms": 1 }),
    )
    .await;
    client
        .get("start", json!({ "graph": "endless" }), "state")
        .await;
    deaf.say(
        "millstream",
        "attach",
        json!({ "graph": "endless", "connector": "c.in", "last": 1000 }),
    )
    .await;
    let ended = client.event("millstream", "state").await;
    assert_eq!(
        (&ended["state"], &ended["fault"]),
        (&json!("finished"), &json!(null))
    );
    let counts = client
        .get(
            "subscribe",
            json!({ "graph": "endless", "interval_ms": 50 }),
            "snapshot",
        )
        .await;
    assert_eq!(counts["connectors"][0]["counts"]["received"], 2_000_000);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_answered_and_harms_nobody() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = host.friend().await;
    let texts = [
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        r#"{"protocol":1}"#,
        r#"{"protocol":"graph","command":"addnode","payload":[]}"#,
        r#"{"protocol":"graph","command":"addnode","payload":{"graph":"line","id":"a b","component":"core/Drop"}}"#,
        r#"{"protocol":"graph","command":"addnode","payload":{"graph":"line","id":"x","component":"??"}}"#,
        r#"{"protocol":"graph","command":"addedge","payload":{"graph":"line","src":{"node":"a","port":"","index":-1},"tgt":{}}}"#,
        r#"{"protocol":"network","command":"explode","payload":{"graph":"line"}}"#,
        r#"{"protocol":"runtime","command":"packet","payload":{"graph":"line","port":"in","event":"data"}}"#,
        r#"{"protocol":"millstream","command":"subscribe","payload":{"graph":"line","interval_ms":-1}}"#,
        "\u{0}\u{1}",
    ];
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in texts.iter().map(|text| (*text).to_owned()).chain([deep]) {
        client.say_text(text.clone()).await;
        let answer = client.next().await.unwrap();
        assert_eq!(answer["command"], "error", "{text:.100}: {answer}");
    }
    let graph = client.get("get", json!({ "graph": "line" }), "graph").await;
    assert_eq!(graph["changed"], false);
    host.end().await;
}

/// Messages that mean something, to be spoilt.
const MEANT: [&str; 12] = [
    r#"{"protocol":"graph","command":"addnode","payload":{"graph":"line","id":"n","component":"core/Drop","metadata":{"x":1,"y":2}}}"#,
    r#"{"protocol":"graph","command":"changenode","payload":{"graph":"line","id":"a","metadata":{"label":"A","x":null}}}"#,
    r#"{"protocol":"graph","command":"addedge","payload":{"graph":"line","src":{"node":"a","port":"out","index":2},"tgt":{"node":"c","port":"in"},"metadata":{"capacity":9}}}"#,
    r#"{"protocol":"graph","command":"addinitial","payload":{"graph":"line","src":{"data":{"deep":[1,2.5,null,"x"]}},"tgt":{"node":"a","port":"in"}}}"#,
    r#"{"protocol":"graph","command":"removenode","payload":{"graph":"line","id":"n"}}"#,
    r#"{"protocol":"graph","command":"addgroup","payload":{"graph":"line","name":"g","nodes":["a"],"metadata":{"description":"d"}}}"#,
    r#"{"protocol":"component","command":"source","payload":{"name":"new","language":"fbp","code":"a(core/Repeat) OUT -> IN b(core/Drop)"}}"#,
    r#"{"protocol":"network","command":"edges","payload":{"graph":"line","edges":[{"src":{"node":"a","port":"out"},"tgt":{"node":"c","port":"in"}}]}}"#,
    r#"{"protocol":"runtime","command":"packet","payload":{"graph":"line","port":"in","event":"data","payload":{"a":[1,2]}}}"#,
    r#"{"protocol":"trace","command":"start","payload":{"graph":"line","buffersize":10}}"#,
    r#"{"protocol":"millstream","command":"attach","payload":{"graph":"line","connector":"c.in","every":3,"per_second":7}}"#,
    r#"{"protocol":"millstream","command":"load","payload":{"graph":"new","text":"Graph(format: 1, processes: {})"}}"#,
];

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_spoilt_messages_harm_nobody() {
    const LETTERS: &[u8] = br#"{}[]",:\0123456789-eE.nulltrueax/_ "#;
    let host = Host::with(&[("line.ron", LINE), ("other.ron", LINE)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "other" }), "state")
        .await;
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for round in 0..200 {
        for _ in 0..50 {
            let mut bytes = MEANT[next(MEANT.len())].as_bytes().to_vec();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = LETTERS[next(LETTERS.len())],
                    1 => bytes.insert(at, LETTERS[next(LETTERS.len())]),
                    _ => drop(bytes.drain(at..(at + 1 + next(8)).min(bytes.len()))),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            client.say_text(String::from_utf8(bytes).unwrap()).await;
        }
        let list = client.get("list", json!({}), "graphs").await;
        assert!(
            list["graphs"].as_array().unwrap().len() >= 2,
            "round {round}"
        );
        client.forget();
    }
    let probe = json!({ "graph": "other", "connector": "c.in" });
    client.get("attach", probe, "attached").await;
    client
        .get(
            "inject",
            json!({ "graph": "other", "port": "in", "values": [7] }),
            "injected",
        )
        .await;
    assert_eq!(
        client.event("millstream", "packets").await["packets"][0]["value"],
        7
    );
    host.end().await;
}
