//! Random packets and frames.

use proptest::prelude::*;
use proptest::test_runner::Config;

use millstream_packet::{Headers, Packet, Record, Text, Value};

use crate::frame::{Decoder, Frame, FrameBuilder, LaneEnd, Place};

/// Proptest settings: no files beside the sources.
pub(super) fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

/// Any value but opaque ones.
pub(super) fn values() -> impl Strategy<Value = Value> {
    let scalars = prop_oneof![
        Just(Value::NULL),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-30_i64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
    ];
    scalars.prop_recursive(4, 40, 6, |inner| {
        let fields = prop::collection::vec(("[a-e]{1,2}", inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::list),
            fields.prop_map(|fields| Value::from(fields.into_iter().collect::<Record>())),
        ]
    })
}

fn texts() -> impl Strategy<Value = Option<Text>> {
    prop::option::of("[a-c]{0,30}".prop_map(Text::from))
}

fn headers() -> impl Strategy<Value = Headers> {
    let common = (texts(), texts(), texts(), texts());
    let own = (
        texts(),
        texts(),
        prop::option::of(any::<i64>()),
        any::<u32>(),
    );
    let pair = ("[a-c]{0,3}", any::<String>());
    let pairs = prop::collection::vec(pair, 0..3);
    (common, own, pairs).prop_map(|(common, own, pairs)| Headers {
        content_type: common.0,
        conversation: common.1,
        correlation: common.2,
        trace: common.3,
        id: own.0,
        causation: own.1,
        event_time_nanos: own.2,
        attempt: own.3,
        pairs: pairs
            .into_iter()
            .map(|(name, value)| (Text::from(name), Text::from(value)))
            .collect(),
    })
}

/// Any packet but those with opaque values; brackets as they come.
pub(super) fn packets() -> impl Strategy<Value = Packet> {
    let packet = prop_oneof![
        4 => values().prop_map(Packet::data),
        1 => values().prop_map(Packet::open),
        1 => values().prop_map(Packet::close),
    ];
    let headers = prop::option::weighted(0.4, headers());
    (packet, headers).prop_map(|(packet, headers)| packet.with_boxed_headers(headers.map(Box::new)))
}

/// A frame with these packets.
pub(super) fn frame(packets: &[Packet], end: Option<LaneEnd>) -> bytes::Bytes {
    let place = Place {
        epoch: 3,
        number: 7,
    };
    let mut builder = FrameBuilder::new("a writer", place, 11, 2, 0);
    for packet in packets {
        builder.push(packet, usize::MAX).expect("it fits");
    }
    builder.finish(end).expect("it is written")
}

/// Reads a frame that must be readable.
pub(super) fn read(bytes: &[u8]) -> Frame {
    Decoder::default().frame(bytes).expect("a frame")
}
