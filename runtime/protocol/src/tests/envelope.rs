//! What comes in: envelopes, secrets, what clients leave out or add.

use serde_json::json;

use crate::fbp::graph::Message;
use crate::fbp::{Index, Port};
use crate::{Frame, Malformed, Request};

fn frame(message: serde_json::Value) -> Frame {
    Frame::parse(&message.to_string()).unwrap()
}

fn graph(command: &str, payload: serde_json::Value) -> Message {
    let message = json!({ "protocol": "graph", "command": command, "payload": payload });
    match frame(message).request().unwrap() {
        Request::Graph(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn secret_is_taken_from_both_places_and_never_kept_in_the_payload() {
    let new =
        json!({ "protocol": "runtime", "command": "getruntime", "payload": {}, "secret": "a" });
    let old =
        json!({ "protocol": "runtime", "command": "getruntime", "payload": { "secret": "a" } });
    for message in [new, old] {
        let frame = frame(message);
        assert_eq!(frame.secret.as_deref(), Some("a"));
        assert!(frame.payload.is_empty());
        assert!(frame.request().is_ok());
    }
}

#[test]
fn payload_may_be_left_out() {
    for message in [
        json!({ "protocol": "component", "command": "list" }),
        json!({ "protocol": "component", "command": "list", "payload": null }),
    ] {
        assert!(matches!(
            frame(message).request().unwrap(),
            Request::Component(crate::fbp::component::Request::List(_))
        ));
    }
}

#[test]
fn message_about_graphs_names_one() {
    let without = json!({ "protocol": "graph", "command": "addnode",
        "payload": { "id": "a", "component": "core/Drop" } });
    let refused = frame(without).request().unwrap_err();
    assert_eq!(refused, Malformed::NoGraph);
    assert_eq!(refused.to_string(), "No graph specified");
    let persist = json!({ "protocol": "network", "command": "persist", "payload": {} });
    assert!(frame(persist).request().is_ok());
}

#[test]
fn null_metadata_and_unknown_fields_are_as_if_they_were_not_there() {
    let plain = json!({ "src": { "node": "a", "port": "out" }, "tgt": { "node": "b", "port": "in" }, "graph": "g" });
    let mut rich = plain.clone();
    rich["metadata"] = json!(null);
    rich["baseDir"] = json!("/x");
    assert_eq!(graph("addedge", plain), graph("addedge", rich));
}

#[test]
fn elements_come_as_numbers_and_as_text() {
    let port = |index| -> Port {
        serde_json::from_value(json!({ "node": "a", "port": "in", "index": index })).unwrap()
    };
    assert_eq!(
        port(json!(2)).index.and_then(|index| index.number()),
        Some(2)
    );
    assert_eq!(
        port(json!("2")).index.and_then(|index| index.number()),
        Some(2)
    );
    assert_eq!(port(json!(null)).index, None);
    assert_eq!(Index::Text("x".to_owned()).number(), None);
}

#[test]
fn mistakes_are_told_with_their_command() {
    let case = |message: serde_json::Value| frame(message).request().unwrap_err().to_string();
    let unknown =
        case(json!({ "protocol": "graph", "command": "addfoo", "payload": { "graph": "g" } }));
    assert!(
        unknown.starts_with("graph:addfoo: unknown variant"),
        "{unknown}"
    );
    let missing =
        case(json!({ "protocol": "graph", "command": "addnode", "payload": { "graph": "g" } }));
    assert_eq!(missing, "graph:addnode: missing field `id`");
    assert!(matches!(
        Frame::parse("[1]"),
        Err(Malformed::NotAMessage(_))
    ));
    assert!(matches!(
        Frame::parse(r#"{"protocol":"graph","command":"clear","payload":7}"#),
        Err(Malformed::NotAMessage(_))
    ));
}

#[test]
fn refusal_speaks_the_protocol_of_the_request() {
    let text = |protocol: &str| {
        let message = json!({ "protocol": protocol, "command": "x", "payload": { "graph": "g" } });
        serde_json::to_value(frame(message).refusal("no")).unwrap()
    };
    assert_eq!(
        text("network"),
        json!({ "protocol": "network", "command": "error", "payload": { "message": "no", "graph": "g" } })
    );
    assert_eq!(
        text("nonsense"),
        json!({ "protocol": "runtime", "command": "error", "payload": { "message": "no" } })
    );
    for protocol in ["runtime", "graph", "component", "trace", "millstream"] {
        let refusal = text(protocol);
        assert_eq!(refusal["protocol"], protocol);
        assert_eq!(refusal["payload"]["message"], "no");
    }
}
