//! At the limits: too much of anything is refused, and nobody else notices.

use millstream_server::limits::{
    CLIENTS_MAX, ENTRY_PACKETS, FOLLOWED_MAX, GRAPHS_MAX, INTERVAL_MIN, MESSAGE_BYTES_MAX,
    MESSAGE_VALUES_MAX, PROBES_MAX, REASON_BYTES_MAX, SOCKETS_MAX, SUBSCRIPTIONS_MAX,
};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;

use super::support::{Client, Host, LIMIT};

const LINE: &str = r#"Graph(format: 1, processes: {
    "a": Process(component: "core/Repeat"),
    "c": Process(component: "core/Drop"),
}, connectors: [Connector(from: "a.out", to: "c.in")], inports: { "in": "a.in" })"#;

/// A request of so many bytes with a graph that is none.
fn request_of(bytes: usize) -> String {
    let request = |text: &str| {
        let payload = json!({ "graph": "g", "text": text });
        json!({ "protocol": "millstream", "command": "load", "payload": payload }).to_string()
    };
    request(&"x".repeat(bytes - request("").len()))
}

#[tokio::test(flavor = "multi_thread")]
async fn message_that_is_too_long_ends_the_connection_and_no_other() {
    let host = Host::with(&[]).await;
    let (mut one, mut two) = (host.friend().await, host.friend().await);
    one.say_text(request_of(MESSAGE_BYTES_MAX)).await;
    let refused = one.event("millstream", "error").await;
    assert_eq!(refused["code"], "invalid");
    let told = refused.to_string();
    assert!(told.len() < 3 * REASON_BYTES_MAX, "it is not told again");
    let name = "x".repeat(REASON_BYTES_MAX + 1);
    one.say("millstream", "get", json!({ "graph": name })).await;
    let refused = one.event("runtime", "error").await;
    assert_eq!(refused["message"], "a name has at most 2000 bytes");
    // The connection may be gone while the rest of this is on its way.
    one.try_say(request_of(MESSAGE_BYTES_MAX + 1)).await;
    let (code, reason) = one.farewell().await;
    let wanted = format!("a message has at most {MESSAGE_BYTES_MAX} bytes");
    assert_eq!((code, reason), (1009, wanted));
    two.get("list", json!({}), "graphs").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn message_of_too_many_values_is_refused_unread() {
    let host = Host::with(&[]).await;
    let mut client = host.friend().await;
    let request = |values: usize| {
        let values = "1,".repeat(values - 1);
        format!(r#"{{"protocol":"millstream","payload":{{"a":[{values}1]}},"command":"list"}}"#)
    };
    // Two commas stand between the others.
    client.say_text(request(MESSAGE_VALUES_MAX - 2)).await;
    client.event("millstream", "graphs").await;
    client.say_text(request(MESSAGE_VALUES_MAX - 1)).await;
    let refused = client.event("runtime", "error").await;
    let wanted = format!("a message has at most {MESSAGE_VALUES_MAX} values");
    assert_eq!(refused["message"], wanted);
    client.get("list", json!({}), "graphs").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_socket_too_many_waits_for_another_to_go() {
    let host = Host::with(&[]).await;
    let mut friend = host.friend().await;
    let mut silent = Vec::new();
    for _ in 1..SOCKETS_MAX {
        silent.push(TcpStream::connect(host.address).await.unwrap());
    }
    let address = host.address;
    let waiting = Handle::current().spawn(async move { Client::connect(address, &[]).await });
    for _ in 0..200 {
        friend.get("list", json!({}), "graphs").await;
    }
    assert!(!waiting.is_finished(), "there is no place");
    drop(silent.pop());
    assert!(waiting.await.unwrap().is_ok());
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_of_no_client_gets_one_answer_and_gives_its_place_back() {
    let host = Host::with(&[]).await;
    for path in ["/", "/metrics", "/nowhere"] {
        let mut socket = TcpStream::connect(host.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", host.address);
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let all = socket.read_to_string(&mut answer);
        timeout(LIMIT, all)
            .await
            .expect("the server closes")
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 "), "{path}: {answer}");
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphs_that_are_followed_are_counted() {
    let names: Vec<String> = (0..=FOLLOWED_MAX).map(|at| format!("g{at}.ron")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), LINE)).collect();
    let host = Host::with(&files).await;
    let mut client = host.friend().await;
    let follow = |at: usize| json!({ "graph": format!("g{at}") });
    for at in 0..FOLLOWED_MAX {
        client.get("get", follow(at), "graph").await;
    }
    assert_eq!(client.refused("get", follow(FOLLOWED_MAX)).await, "limit");
    client.get("get", follow(0), "graph").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphs_are_counted() {
    let host = Host::with(&[]).await;
    // Each client follows what it makes.
    let mut clients = Vec::new();
    for at in 0..GRAPHS_MAX {
        if at % FOLLOWED_MAX == 0 {
            clients.push(host.friend().await);
        }
        let load = json!({ "graph": format!("g{at}"), "text": "Graph(format: 1, processes: {})" });
        let client = clients.last_mut().unwrap();
        client.get("load", load, "graph").await;
    }
    let mut client = host.friend().await;
    let load = json!({ "graph": "more", "text": "Graph(format: 1, processes: {})" });
    assert_eq!(client.refused("load", load).await, "limit");
    let again = json!({ "graph": "g7", "text": LINE });
    client.get("load", again, "graph").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_that_go_in_at_a_time_are_counted() {
    let host = Host::with(&[("line.ron", LINE)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let inject = |packets: usize| {
        let values: Vec<usize> = (0..packets).collect();
        json!({ "graph": "line", "port": "in", "values": values })
    };
    assert_eq!(
        client.refused("inject", inject(ENTRY_PACKETS + 1)).await,
        "limit"
    );
    client
        .get("inject", inject(ENTRY_PACKETS), "injected")
        .await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_come_no_faster_than_they_may() {
    const MESSAGES: u64 = 10;
    let endless = LINE.replace(
        r#""a": Process(component: "core/Repeat")"#,
        r#""a": Process(component: "core/Sequence", iips: { "count": 1000000000000 })"#,
    );
    let endless = endless.replace(r#", inports: { "in": "a.in" }"#, "");
    let host = Host::with(&[("line.ron", &endless)]).await;
    let mut client = host.friend().await;
    client
        .get("start", json!({ "graph": "line" }), "state")
        .await;
    let subscribe = json!({ "graph": "line", "interval_ms": 1 });
    client.get("subscribe", subscribe, "snapshot").await;
    let mut times = Vec::new();
    for _ in 0..MESSAGES {
        let changes = client.event("millstream", "changes").await;
        times.push(changes["elapsed_ms"].as_u64().unwrap());
    }
    let passed = times[times.len() - 1] - times[0];
    // The first may have come late by less than an interval.
    let least = u64::try_from(INTERVAL_MIN.as_millis()).unwrap() * (MESSAGES - 2);
    assert!(passed >= least, "{times:?}");
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
