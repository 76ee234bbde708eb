//! Counts of all graphs that run, for Prometheus.

use std::net::SocketAddr;

use millstream_server::Secrets;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{Host, secrets};

/// Waits for an hour before its second packet, so that it runs as long as the test.
const SLOW: &str = r#"Graph(format: 1, processes: {
    "tick": Process(component: "time/Tick", iips: { "every_ms": 3600000 }),
    "drop": Process(component: "core/Drop"),
}, connectors: [Connector(from: "tick.out", to: "drop.in", capacity: 7)])"#;

async fn get(address: SocketAddr, header: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn all_graphs_that_run_are_measured() {
    let files = [("one.ron", SLOW), ("two.ron", SLOW), ("idle.ron", SLOW)];
    let host = Host::start(&files, Secrets::default()).await;
    let mut client = host.friend().await;
    for graph in ["one", "two"] {
        client
            .ask("millstream", "start", json!({ "graph": graph }))
            .await;
    }
    let answer = get(host.address, "").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("application/openmetrics-text"), "{answer}");
    for graph in ["one", "two"] {
        let line = format!(
            r#"millstream_connector_capacity_packets{{graph="{graph}",connector="tick.out->drop.in"}} 7.0"#
        );
        assert_eq!(answer.matches(&line).count(), 1, "{line}\n{answer}");
        let live = format!(r#"millstream_processes_running{{graph="{graph}"}} 2.0"#);
        assert!(answer.contains(&live), "{live}\n{answer}");
    }
    assert!(!answer.contains("idle"), "{answer}");
    let heads = answer.matches("# TYPE millstream_connector_sent_packets ");
    assert_eq!(heads.count(), 1, "each metric is described once");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn measuring_needs_the_right_to_look_and_a_page_of_ours() {
    let host = Host::start(&[], secrets()).await;
    let status = async |header: &str| {
        let answer = get(host.address, header).await;
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(status("").await, "401");
    assert_eq!(status("authorization: Bearer wrong\r\n").await, "401");
    assert_eq!(status("authorization: Bearer look\r\n").await, "200");
    assert_eq!(status("authorization: Bearer run\r\n").await, "200");
    assert_eq!(status("origin: https://evil.example\r\n").await, "403");
    host.end().await;
}
