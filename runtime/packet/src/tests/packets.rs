//! Data, brackets and headers.

use crate::{Headers, Packet, PacketView, Value};

fn labels() -> [Value; 5] {
    [
        Value::NULL,
        Value::from(7),
        Value::from("a"),
        Value::from("a label of more than twenty-two bytes"),
        Value::list(vec![Value::from(1)]),
    ]
}

#[test]
fn brackets_keep_their_label_and_are_no_data() {
    for label in labels() {
        let seen = (!label.is_null()).then_some(&label);
        let open = Packet::open(label.clone());
        assert!(open.is_open() && !open.is_close() && !open.is_data() && !open.is_plain());
        assert!(matches!(open.view(), PacketView::Open(found) if found == seen));
        let close = Packet::close(label.clone());
        assert!(close.is_close() && !close.is_open() && !close.is_data());
        assert!(matches!(close.view(), PacketView::Close(found) if found == seen));
        assert_eq!(open.value(), None);
        assert_eq!(open.clone().into_value().unwrap_err(), open);
        assert_eq!(close.clone().into_parts().unwrap_err(), close);
        assert_ne!(open, close);
        assert_ne!(open, Packet::data(label));
    }
}

#[test]
fn label_used_as_data_is_no_bracket() {
    for label in labels() {
        let open = Packet::open(label.clone());
        let PacketView::Open(Some(inside)) = open.view() else {
            continue;
        };
        let data = Packet::data(inside.clone());
        assert!(data.is_data());
        assert_eq!(data, Packet::data(label));
    }
}

#[test]
fn headers_travel_with_the_packet() {
    let headers = Headers {
        id: Some("a".into()),
        conversation: Some("c".into()),
        pairs: vec![("k".into(), "v".into())],
        ..Headers::default()
    };
    let packet = Packet::data(1).with_headers(headers.clone());
    assert!(packet.is_data() && !packet.is_plain());
    assert_eq!(packet.headers(), Some(&headers));
    assert_eq!(packet.clone(), packet);
    assert_ne!(packet, Packet::data(1));
    let (value, kept) = packet.into_parts().unwrap();
    assert_eq!((value, kept.as_deref()), (Value::from(1), Some(&headers)));
}

#[test]
fn derived_headers_keep_conversation_and_trace_and_name_the_cause() {
    let headers = Headers {
        id: Some("parent".into()),
        conversation: Some("talk".into()),
        correlation: Some("answer".into()),
        trace: Some("trace".into()),
        attempt: 3,
        ..Headers::default()
    };
    let expected = Headers {
        conversation: Some("talk".into()),
        causation: Some("parent".into()),
        trace: Some("trace".into()),
        ..Headers::default()
    };
    assert_eq!(headers.derive(), expected);
}

#[test]
fn packets_are_readable_when_debugged() {
    for (packet, text) in [
        (Packet::data("x"), "\"x\""),
        (Packet::data(Value::NULL), "null"),
        (Packet::data(vec![0_u8, b'a']), "b\"\\x00a\""),
        (Packet::open(1), "OPEN Some(1)"),
        (Packet::close(Value::NULL), "CLOSE None"),
    ] {
        assert_eq!(format!("{packet:?}"), text);
    }
}
