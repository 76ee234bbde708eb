//! Messages that mean something, spoilt a little: what a careless or wicked client says.

use serde_json::{Value, json};

use super::super::socket::{Heard, Socket};

/// Messages in all, and how many are sent before it is looked whether somebody still listens.
const MESSAGES: usize = 10_000;
const AT_ONCE: usize = 50;
/// Where the choices begin; the same ones are made in every run.
const SEED: u64 = 0x2545_F491_4F6C_DD1D;
/// What is put into messages.
const LETTERS: &[u8] = br#"{}[]",:\0123456789-eE.nulltrueax/_ "#;

/// Messages of both protocols that would do something.
fn meant() -> Vec<String> {
    let all = [
        (
            "graph",
            "addnode",
            json!({ "graph": "other", "id": "n", "component": "core/Drop", "metadata": { "x": 1 } }),
        ),
        (
            "graph",
            "changenode",
            json!({ "graph": "other", "id": "n", "metadata": { "label": "A", "x": null } }),
        ),
        (
            "graph",
            "addedge",
            json!({ "graph": "other", "src": { "node": "a", "port": "out", "index": 2 }, "tgt": { "node": "n", "port": "in" } }),
        ),
        (
            "graph",
            "addinitial",
            json!({ "graph": "other", "src": { "data": { "deep": [1, 2.5, null] } }, "tgt": { "node": "n", "port": "in" } }),
        ),
        (
            "graph",
            "removenode",
            json!({ "graph": "other", "id": "n" }),
        ),
        (
            "graph",
            "addgroup",
            json!({ "graph": "other", "name": "g", "nodes": ["n"], "metadata": { "description": "d" } }),
        ),
        ("component", "getsource", json!({ "name": "core/Drop" })),
        (
            "component",
            "source",
            json!({ "name": "new", "language": "fbp", "code": "a(core/Repeat) OUT -> IN b(core/Drop)" }),
        ),
        (
            "network",
            "edges",
            json!({ "graph": "graph", "edges": [{ "src": { "node": "p1", "port": "out" }, "tgt": { "node": "p2", "port": "in" } }] }),
        ),
        ("network", "getstatus", json!({ "graph": "graph" })),
        (
            "runtime",
            "packet",
            json!({ "graph": "graph", "port": "in", "event": "data", "payload": { "a": [1, 2] } }),
        ),
        (
            "trace",
            "start",
            json!({ "graph": "other", "buffersize": 10 }),
        ),
        ("millstream", "hello", json!({ "versions": [1] })),
        (
            "millstream",
            "attach",
            json!({ "graph": "graph", "connector": "p5.in", "every": 3, "per_second": 7 }),
        ),
        (
            "millstream",
            "subscribe",
            json!({ "graph": "graph", "interval_ms": 70, "connectors": ["p3.in"] }),
        ),
        ("millstream", "why", json!({ "graph": "graph" })),
        (
            "millstream",
            "load",
            json!({ "graph": "other", "text": "Graph(format: 1, processes: {})" }),
        ),
    ];
    let message = |(protocol, command, payload): (&str, &str, Value)| {
        json!({ "protocol": protocol, "command": command, "payload": payload }).to_string()
    };
    all.into_iter().map(message).collect()
}

/// Says thousands of spoilt messages, each fifty of them by another client.
pub(super) fn talk(address: &str) {
    let meant = meant();
    let mut random = SEED;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for _ in 0..MESSAGES / AT_ONCE {
        let mut socket = Socket::friend(address);
        for _ in 0..AT_ONCE {
            let mut bytes = meant[next(meant.len())].clone().into_bytes();
            for _ in 0..=next(3) {
                spoil(&mut bytes, &mut next);
            }
            socket.say_text(&bytes).unwrap();
        }
        is_heard(&mut socket);
    }
}

fn spoil(bytes: &mut Vec<u8>, next: &mut impl FnMut(usize) -> usize) {
    let at = next(bytes.len().max(1));
    match next(3) {
        _ if bytes.is_empty() => {}
        0 => bytes[at] = LETTERS[next(LETTERS.len())],
        1 => bytes.insert(at, LETTERS[next(LETTERS.len())]),
        _ => drop(bytes.drain(at..(at + 1 + next(8)).min(bytes.len()))),
    }
}

/// Waits until all has been answered that came before.
fn is_heard(socket: &mut Socket) {
    let id = socket.say("list", json!({}));
    loop {
        match socket.hear().unwrap() {
            Heard::Message(message) if message["responseTo"] == *id => return,
            Heard::Message(_) => {}
            Heard::Close(code, reason) => panic!("closed: {code} {reason}"),
        }
    }
}
