//! Graphs that serve or follow something: they are talked to while they run, and end when they are told to.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use millstream_tests::{Program, Run};
use serde_json::{Value, json};

use super::Ground;

/// What a graph is run with, for a test that goes through all of it.
const WAYS: [&[&str]; 3] = [
    &["--threads", "1"],
    &["--threads", "2"],
    &["--connector", "flume"],
];

/// A run of orders-service at a port that is free.
struct Service {
    run: Run,
    client: Client,
}

/// Somebody who knows the address of a service.
struct Client {
    address: String,
}

impl Service {
    fn start(ground: &Ground, more: &[&str]) -> Self {
        let program = ground.program("orders-service").args(more);
        let program = program.args(["--iip", "serve.listen=127.0.0.1:0"]);
        let mut run = program.start().unwrap();
        let address = run.line().unwrap().unwrap();
        let client = Client { address };
        Self { run, client }
    }

    /// Stops it as Ctrl-C does; what it told on standard error.
    fn stop(self) -> String {
        self.run.signal("INT").unwrap();
        let outcome = self.run.finish().unwrap();
        assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
        let wanted = "all packets were worked off";
        assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
        outcome.stderr
    }
}

impl Client {
    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        ask(&self.address, method, path, body)
    }

    fn order(&self, item: &str, sacks: i64) -> Answer {
        let body = json!({ "item": item, "sacks": sacks }).to_string();
        self.ask("POST", "/orders", &body)
    }

    fn orders(&self) -> Vec<Value> {
        let answer = self.ask("GET", "/orders", "");
        assert_eq!(answer.status, 200);
        serde_json::from_str(&answer.body).unwrap()
    }
}

/// What a client is told.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

fn ask(address: &str, method: &str, path: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let limit = Some(Duration::from_secs(20));
    stream.set_read_timeout(limit).unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

#[test]
fn service_takes_orders_and_lists_them() {
    for way in WAYS {
        let ground = Ground::new();
        let service = Service::start(&ground, way);
        assert_eq!(service.client.orders(), [] as [Value; 0]);
        let created = service.client.order("rye", 3);
        assert_eq!(created.status, 201, "{created:?}");
        assert!(created.head.contains("location: /orders/1"), "{created:?}");
        let rye = json!({ "id": 1, "item": "rye", "sacks": 3 });
        assert_eq!(serde_json::from_str::<Value>(&created.body).unwrap(), rye);
        assert_eq!(service.client.orders(), std::slice::from_ref(&rye));
        let found = service.client.ask("GET", "/orders/1", "");
        assert_eq!(found.status, 200);
        assert_eq!(serde_json::from_str::<Value>(&found.body).unwrap(), rye);
        service.stop();
    }
}

#[test]
fn service_says_what_is_wrong_with_a_request() {
    let ground = Ground::new();
    let service = Service::start(&ground, &[]);
    let cases = [
        ("POST", "/orders", "{nope", 400),
        ("POST", "/orders", "", 400),
        ("POST", "/orders", "[1]", 400),
        ("POST", "/orders", r#"{"item": "rye"}"#, 400),
        ("POST", "/orders", r#"{"item": "rye", "sacks": "3"}"#, 400),
        ("POST", "/orders", r#"{"item": "rye", "sacks": 101}"#, 422),
        ("GET", "/orders/7", "", 404),
        ("GET", "/mills", "", 404),
        ("DELETE", "/orders", "", 405),
        ("PUT", "/orders/1", "{}", 405),
    ];
    for (method, path, body, status) in cases {
        let answer = service.client.ask(method, path, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        assert!(!answer.body.is_empty(), "{method} {path} {body}");
    }
    assert_eq!(service.client.orders(), [] as [Value; 0]);
    let told = service.stop();
    let wanted = "process `add` (sql/Query) failed on 1 packet: sent to `error`";
    assert!(told.contains(wanted), "{told}");
}

#[test]
fn service_keeps_what_many_clients_order_beyond_its_end() {
    const CLIENTS: i64 = 4;
    const EACH: i64 = 10;
    for way in WAYS {
        let ground = Ground::new();
        let service = Service::start(&ground, way);
        std::thread::scope(|scope| {
            for number in 1..=CLIENTS {
                let client = &service.client;
                scope.spawn(move || {
                    for sacks in 1..=EACH {
                        let created = client.order(&format!("from {number}"), sacks);
                        assert_eq!(created.status, 201, "{created:?}");
                        // Lists on their way beside new orders: each client gets its own answer.
                        let known = client.orders();
                        let own = known
                            .iter()
                            .filter(|order| order["item"] == format!("from {number}"));
                        assert_eq!(own.count(), usize::try_from(sacks).unwrap(), "{known:?}");
                    }
                });
            }
        });
        service.stop();
        let again = Service::start(&ground, way);
        let orders = again.client.orders();
        let ids: Vec<i64> = orders
            .iter()
            .map(|order| order["id"].as_i64().unwrap())
            .collect();
        assert_eq!(ids, (1..=CLIENTS * EACH).collect::<Vec<_>>());
        let sacks: i64 = orders
            .iter()
            .map(|order| order["sacks"].as_i64().unwrap())
            .sum();
        assert_eq!(sacks, CLIENTS * (1..=EACH).sum::<i64>());
        again.stop();
    }
}

/// Lines of a log: minute, level.
fn log(lines: &[(&str, &str)]) -> String {
    let lines = lines.iter().enumerate();
    let lines = lines.map(|(at, (minute, level))| {
        format!("2026-05-01T06:{minute}:{:02}Z {level} line {at}", at + 10)
    });
    lines.chain([String::new()]).collect::<Vec<_>>().join("\n")
}

fn follow(ground: &Ground, more: &[&str]) -> Program {
    let settings = [
        "follow.path=mill.log",
        "follow.from=start",
        "follow.every_ms=5",
    ];
    let program = ground.program("tail-alert").args(more);
    program.args(settings.iter().flat_map(|setting| ["--iip", setting]))
}

fn append(path: &Path, text: &str) {
    let mut file = File::options().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn alert_comes_while_the_log_grows_and_when_it_is_rotated() {
    const ERROR: &str = "ERROR";
    for way in WAYS {
        let ground = Ground::new();
        let path = ground.path().join("mill.log");
        let bad = |minute, next| {
            log(&[
                (minute, ERROR),
                (minute, ERROR),
                (minute, ERROR),
                (next, "INFO"),
            ])
        };
        fs::write(&path, bad("01", "03")).unwrap();
        let mut run = follow(&ground, way).start().unwrap();
        let mut alert = || run.line().unwrap().unwrap();
        let wanted =
            |minute| format!("ALERT 06:{minute}: 3 of 3 lines are errors, the last one: line 2");
        assert_eq!(alert(), wanted("01"));
        // Two errors are not too many; nothing is said about 04.
        append(&path, &log(&[("04", ERROR), ("04", ERROR), ("05", "INFO")]));
        append(&path, &bad("06", "08"));
        assert_eq!(alert(), wanted("06"));
        fs::rename(&path, ground.path().join("mill.log.1")).unwrap();
        fs::write(&path, bad("09", "11")).unwrap();
        assert_eq!(alert(), wanted("09"));
        run.signal("INT").unwrap();
        let outcome = run.finish().unwrap();
        assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
        assert_eq!(outcome.stdout.lines().count(), 3, "{}", outcome.stdout);
    }
}
