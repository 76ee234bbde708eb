//! Counts of a run, scraped while it runs.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use millstream_tests::{Program, Run, repository};

use super::Folder;

/// Passes lines on as long as its input is open.
const CAT: &str = r#"Graph(
    format: 1,
    name: "a \"cat\"",
    processes: {
        "read": Process(component: "console/Input"),
        "show": Process(component: "console/Output"),
    },
    connectors: [Connector(from: "read.out", to: "show.in", capacity: 7)],
)"#;

/// A run that has printed two lines and waits for more, and where its metrics are.
fn running(folder: &Folder, arguments: &[&str]) -> (Run, String) {
    let program = folder.run().args(["--metrics", "0"]).args(arguments);
    let mut run = program.input("one\ntwo\n").start().unwrap();
    run.wait_for("/metrics\n").unwrap();
    assert_eq!(run.line().unwrap().as_deref(), Some("one"));
    assert_eq!(run.line().unwrap().as_deref(), Some("two"));
    let address = run.told().split("http://").nth(1).unwrap();
    let address = address.split("/metrics").next().unwrap().to_owned();
    (run, address)
}

/// The answer to a request: its head and its body.
fn ask(address: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn get(address: &str, path: &str, header: &str) -> (String, String) {
    ask(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: x\r\n{header}\r\n"),
    )
}

#[test]
fn running_network_is_scraped() {
    let folder = Folder::with(CAT);
    let (mut run, address) = running(&folder, &[]);
    let (head, body) = get(&address, "/metrics", "");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains("application/openmetrics-text"), "{head}");
    let graph = r#"graph="a \"cat\"""#;
    let connector = format!(r#"{{{graph},connector="read.out->show.in"}}"#);
    for line in [
        format!("millstream_connector_sent_packets_total{connector} 2.0"),
        format!("millstream_connector_received_packets_total{connector} 2.0"),
        format!("millstream_connector_depth_packets{connector} 0.0"),
        format!("millstream_connector_capacity_packets{connector} 7.0"),
        format!("millstream_connector_sent_bytes_total{connector} 6.0"),
        format!(
            r#"millstream_process_running{{{graph},process="read",component="console/Input"}} 1.0"#
        ),
        format!("millstream_processes_running{{{graph}}} 2.0"),
        "# EOF".to_owned(),
    ] {
        assert!(body.lines().any(|found| found == line), "{line}\n{body}");
    }
    run.close_input();
    assert_eq!(run.finish().unwrap().code, Some(0));
    assert!(
        TcpStream::connect(&address).is_err(),
        "it ends with the run"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn every_metric_stands_in_the_table_and_the_other_way_round() {
    let folder = Folder::with(CAT);
    let (mut run, address) = running(&folder, &[]);
    let (_, body) = get(&address, "/metrics", "");
    run.close_input();
    assert_eq!(run.finish().unwrap().code, Some(0));
    let samples = body.lines().filter(|line| !line.starts_with('#'));
    let served: BTreeSet<&str> = samples
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let table = std::fs::read_to_string(repository().join("runtime/cli/METRICS.md")).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert_eq!(served, documented);
}

#[test]
fn only_the_metrics_are_served_and_only_read() {
    let folder = Folder::with(CAT);
    let (mut run, address) = running(&folder, &[]);
    assert!(get(&address, "/", "").0.starts_with("HTTP/1.1 404"));
    let post = "POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    assert!(ask(&address, post).0.starts_with("HTTP/1.1 405"));
    // Clients that say nothing take places, and there are more places.
    let silent: Vec<TcpStream> = (0..8)
        .map(|_| TcpStream::connect(&address).unwrap())
        .collect();
    assert!(get(&address, "/metrics", "").0.starts_with("HTTP/1.1 200"));
    drop(silent);
    run.close_input();
    assert_eq!(run.finish().unwrap().code, Some(0));
}

#[test]
fn secret_is_asked_for_where_there_is_one() {
    let folder = Folder::with(CAT);
    folder.write("secret.txt", "mill stone\nonly look\n");
    let (mut run, address) = running(&folder, &["--secret-file", "secret.txt"]);
    for header in [
        "",
        "authorization: Bearer mill\r\n",
        "authorization: mill stone\r\n",
    ] {
        let (head, body) = get(&address, "/metrics", header);
        assert!(head.starts_with("HTTP/1.1 401"), "{header}: {head}");
        assert!(!body.contains("mill"), "{body}");
    }
    for secret in ["mill stone", "only look"] {
        let header = format!("authorization: Bearer {secret}\r\n");
        let (head, _) = get(&address, "/metrics", &header);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
    run.close_input();
    let outcome = run.finish().unwrap();
    assert!(!outcome.stderr.contains("mill stone"), "{}", outcome.stderr);
}

#[test]
fn address_that_cannot_be_served_stops_the_run_before_it_begins() {
    let folder = Folder::with(CAT);
    folder.write("empty.txt", "\n");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let cases: [(Vec<&str>, i32, &str); 5] = [
        (
            vec!["--metrics", "0.0.0.0:0"],
            2,
            "can be reached from other machines",
        ),
        (vec!["--metrics", "[::]:0"], 2, "--secret-file"),
        (vec!["--metrics", "nowhere"], 2, "is no address"),
        (
            vec!["--metrics", "0", "--secret-file", "empty.txt"],
            4,
            "has no secret",
        ),
        (vec!["--metrics", &taken], 4, "address already in use"),
    ];
    for (arguments, code, wanted) in cases {
        let outcome: millstream_tests::Outcome = Program::new(["run", "graph.ron"])
            .args(&arguments)
            .within(folder.path())
            .run()
            .unwrap();
        assert_eq!(
            outcome.code,
            Some(code),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains(wanted),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert_eq!(outcome.stdout, "");
    }
    drop(listener);
}
