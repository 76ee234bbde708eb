//! Graphs that serve, and programs inside graphs: they end when they are told to, and leave nothing behind.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::Folder;

/// A service on a database: each request asks it, its rows are the answer.
const SERVICE: &str = r#"Graph(
    format: 1,
    processes: {
        "serve": Process(component: "http/Serve", iips: { "listen": "127.0.0.1:0" }),
        "ask": Process(component: "sql/Query", iips: {
            "database": "sqlite::memory:",
            "query": "SELECT :method AS method, :path AS path",
        }),
        "tell": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "serve.out", to: "ask.in"),
        Connector(from: "ask.out", to: "serve.replies"),
        Connector(from: "serve.address", to: "tell.in"),
    ],
)"#;

/// The first three lines of a program that prints for ever.
const ENDLESS_PROGRAM: &str = r#"Graph(
    format: 1,
    processes: {
        "yes": Process(component: "process/Exec", iips: { "command": ["yes"] }),
        "take": Process(component: "core/Take", iips: { "count": 3 }),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "yes.out", to: "take.in"),
        Connector(from: "take.out", to: "show.in"),
    ],
)"#;

/// A program that has started another one, which would outlive it.
const DEEP_PROGRAM: &str = r#"Graph(
    format: 1,
    processes: {
        "deep": Process(component: "process/Exec", iips: {
            "command": ["sh", "-c", "echo started; sleep 3600 & echo $!; wait"],
        }),
        "show": Process(component: "console/Output"),
    },
    connectors: [Connector(from: "deep.out", to: "show.in")],
)"#;

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn service_answers_from_its_database_and_stops_in_good_order() {
    for threads in ["1", "2"] {
        let folder = Folder::with(SERVICE);
        let mut run = folder.run().args(["--threads", threads]).start().unwrap();
        let address = run.line().unwrap().unwrap();
        for path in ["/one", "/two"] {
            let answer = get(&address, path);
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            let body = format!(r#"[{{"method":"GET","path":"{path}"}}]"#);
            assert!(answer.ends_with(&body), "{answer}");
        }
        run.signal("TERM").unwrap();
        let outcome = run.finish().unwrap();
        assert_eq!(outcome.code, Some(143), "{}", outcome.stderr);
        let wanted = "all packets were worked off";
        assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
    }
}

#[test]
fn port_in_use_ends_the_run_with_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let graph = SERVICE.replace("127.0.0.1:0", &address);
    let outcome = Folder::with(&graph).run().run().unwrap();
    assert_eq!(outcome.code, Some(1));
    let wanted = format!("cannot listen at {address}: the port is in use by another program");
    assert!(outcome.stderr.contains(&wanted), "{}", outcome.stderr);
}

#[cfg(unix)]
#[test]
fn program_without_end_ends_with_its_reader() {
    let outcome = Folder::with(ENDLESS_PROGRAM).run().run().unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "y\ny\ny\n");
}

#[cfg(unix)]
#[test]
fn program_ends_with_the_network_and_so_does_what_it_started() {
    let folder = Folder::with(DEEP_PROGRAM);
    let mut run = folder.run().start().unwrap();
    assert_eq!(run.line().unwrap().as_deref(), Some("started"));
    let grandchild = run.line().unwrap().unwrap();
    run.signal("TERM").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(143), "{}", outcome.stderr);
    // It is gone, or has been killed and waits to be buried.
    let script = format!("ps -o stat= -p {grandchild}");
    let told = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let state = String::from_utf8(told.unwrap().stdout).unwrap();
    assert!(state.is_empty() || state.starts_with('Z'), "{state}");
}
