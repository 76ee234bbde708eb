//! `millstream serve` and `millstream run --listen`: where they listen, whom they refuse, how they end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use millstream_tests::{Program, Run};
use serde_json::json;

use super::Folder;
use super::socket::{Heard, Socket};

/// Starts a server and gives its address.
fn serve(arguments: &[&str]) -> (Run, String) {
    let all = ["serve", "--listen", "127.0.0.1:0"];
    let mut run = Program::new(all)
        .args(arguments.iter().copied())
        .start()
        .unwrap();
    let line = run.line().unwrap().unwrap();
    let address = line.strip_prefix("ws://").unwrap().to_owned();
    (run, address)
}

/// What a browser's first words are answered with.
fn ask(address: &str, headers: &str) -> String {
    ask_for("/", address, headers)
}

/// The same, for something else.
fn ask_for(path: &str, address: &str, headers: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    // The editor itself is compressed.
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn server_tells_its_address_first_and_ends_at_a_signal() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (run, address) = serve(&["graphs"]);
        assert!(ask(&address, "").starts_with("HTTP/1.1 200"));
        run.signal(signal).unwrap();
        let outcome = run.finish().unwrap();
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert_eq!(outcome.stdout, format!("ws://{address}\n"));
    }
}

#[test]
fn pages_of_other_sites_are_turned_away() {
    let (run, address) = serve(&["graphs/hello.ron"]);
    assert!(ask(&address, "Origin: https://evil.example\r\n").starts_with("HTTP/1.1 403"));
    run.signal("INT").unwrap();
    assert_eq!(run.finish().unwrap().code, Some(130));
}

#[test]
fn running_graphs_drain_when_the_server_ends() {
    let (mut run, _address) = serve(&["graphs/hello.ron", "--start", "-v"]);
    run.wait_for("graph ended").unwrap();
    run.signal("INT").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
    assert!(outcome.stdout.contains("Hello"), "{outcome:?}");
}

#[test]
fn what_cannot_be_served_is_refused() {
    let cases: [(&[&str], i32, &str); 6] = [
        (&["serve", "--listen", "0.0.0.0:0"], 2, "a secret is needed"),
        (
            &["serve", "--listen", "nowhere"],
            2,
            "invalid socket address",
        ),
        (&["serve", "no-such-folder-here/x.ron"], 4, "cannot serve"),
        (&["serve", "graphs", "--start"], 2, "--start needs"),
        (&["serve", "graphs", "README.md"], 2, "is a directory"),
        (
            &["serve", "--secret-file", "no-such-file"],
            4,
            "cannot read no-such-file",
        ),
    ];
    for (arguments, code, words) in cases {
        let outcome = Program::new(arguments.iter().copied()).run().unwrap();
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains(words), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn run_in_the_foreground_can_be_looked_into() {
    let graph = r#"Graph(format: 1, processes: {
        "tick": Process(component: "time/Tick", iips: { "every_ms": 3600000 }),
        "drop": Process(component: "core/Drop"),
    }, connectors: [Connector(from: "tick.out", to: "drop.in")])"#;
    let mut run = Program::new(["run", "-", "--listen", "127.0.0.1:0", "-v"])
        .input(graph)
        .start()
        .unwrap();
    run.close_input();
    run.wait_for("listening on ws://").unwrap();
    run.signal("INT").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
    let address = outcome.stderr.split("ws://").nth(1).unwrap();
    let address = address.split_whitespace().next().unwrap();
    assert!(TcpStream::connect(address).is_err(), "the port is closed");
}

/// As the window holds its runtime: the pipe closes however the window ends, and the runtime ends, too.
#[test]
fn server_ends_with_the_program_that_holds_its_input() {
    let (mut run, address) = serve(&["graphs", "--until-input-ends", "--empty"]);
    assert!(ask(&address, "").starts_with("HTTP/1.1 200"));
    run.close_input();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn empty_server_holds_no_graph_until_a_client_wants_one() {
    let (run, address) = serve(&["graphs", "--empty"]);
    let listed = Program::new(["ps", "--json", "--runtime", &address])
        .run()
        .unwrap();
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(!listed.stdout.contains("hello"), "{listed:?}");
    run.signal("INT").unwrap();
    assert_eq!(run.finish().unwrap().code, Some(130));
}

/// A program that was built before the editor has none to show, and says so.
#[test]
fn editor_is_served_to_those_who_know_its_address() {
    let mut run = Program::new(["edit", "--no-open", "graphs/hello.ron"])
        .start()
        .unwrap();
    let Some(url) = run.line().unwrap() else {
        let outcome = run.finish().unwrap();
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains("cargo xtask web"), "{outcome:?}");
        return;
    };
    let (address, said) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once("/#")
        .unwrap();
    let (secret, open) = said
        .strip_prefix("secret=")
        .unwrap()
        .split_once('&')
        .unwrap();
    assert_eq!(open, "open=hello.ron");
    assert!(ask(address, "").contains("content-encoding: gzip"));
    let file = |headers: &str| ask_for("/files/hello.ron", address, headers);
    assert!(file("").starts_with("HTTP/1.1 401"));
    let known = file(&format!("Authorization: Bearer {secret}\r\n"));
    assert!(
        known.starts_with("HTTP/1.1 200") && known.contains("Graph("),
        "{known}"
    );
    run.signal("INT").unwrap();
    assert_eq!(run.finish().unwrap().code, Some(130));
}

#[test]
fn secrets_are_told_to_nobody() {
    let folder = Folder::with("Graph(format: 1, processes: {})");
    folder.write("secret", "open sesame\nlook at barley\n");
    let all = ["serve", ".", "--listen", "127.0.0.1:0", "-vvv"];
    let mut run = Program::new(all)
        .args(["--secret-file", "secret"])
        .env("MILLSTREAM_LOG", "trace")
        .within(folder.path())
        .start()
        .unwrap();
    let line = run.line().unwrap().unwrap();
    let address = line.strip_prefix("ws://").unwrap();
    let mut heard = String::new();
    for secret in ["open sesame", "look at barley", "open rye"] {
        let mut socket = Socket::connect(address);
        let requests = [
            json!({ "protocol": "millstream", "command": "hello", "payload": { "versions": [1] }, "secret": secret }),
            json!({ "protocol": "runtime", "command": "getruntime", "payload": { "secret": secret } }),
            json!({ "protocol": "graph", "command": "nonsense", "payload": { "secret": secret, "graph": 1 } }),
            json!({ "protocol": "millstream", "command": "list", "payload": {}, "secret": secret }),
        ];
        for request in requests {
            socket.say_text(request.to_string().as_bytes()).unwrap();
            let Ok(Heard::Message(answer)) = socket.hear() else {
                panic!("no answer to {request}");
            };
            heard += &answer.to_string();
        }
    }
    run.signal("INT").unwrap();
    let outcome = run.finish().unwrap();
    assert!(
        heard.contains("welcome") && heard.contains("is not permitted"),
        "{heard}"
    );
    assert!(
        outcome.stderr.contains("client connected"),
        "{}",
        outcome.stderr
    );
    for secret in ["sesame", "barley", "rye"] {
        for told in [&heard, &outcome.stdout, &outcome.stderr] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}
