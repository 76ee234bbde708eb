//! Frames as they were written by earlier versions, kept for ever: every later version reads them.
//!
//! A file under `golden/v1/` holds one frame in hexadecimal digits. What is written today is compared too, so that a change
//! of the layout cannot go unseen. A new version gets a folder of its own, and nothing here is ever changed.

use std::fmt::Write as _;

use millstream_packet::{Headers, Packet, Record, Text, Value};

use super::support::read;
use crate::frame::{FrameBuilder, LaneEnd, Place};

/// What a frame of version 1 is made of.
struct Sample {
    name: &'static str,
    file: &'static str,
    place: Place,
    packets: Vec<Packet>,
    end: Option<LaneEnd>,
}

fn sample(name: &'static str, file: &'static str, packets: Vec<Packet>) -> Sample {
    Sample {
        name,
        file,
        place: Place {
            epoch: 2,
            number: 5,
        },
        packets,
        end: None,
    }
}

fn samples() -> Vec<Sample> {
    vec![
        Sample {
            end: Some(LaneEnd::Finished),
            ..sample("end", include_str!("../../golden/v1/end.hex"), Vec::new())
        },
        Sample {
            end: Some(LaneEnd::Forced),
            ..sample(
                "forced-end",
                include_str!("../../golden/v1/forced-end.hex"),
                vec![Packet::data("last")],
            )
        },
        sample(
            "values",
            include_str!("../../golden/v1/values.hex"),
            values(),
        ),
        sample(
            "brackets",
            include_str!("../../golden/v1/brackets.hex"),
            vec![
                Packet::open("group"),
                Packet::data(1),
                Packet::open(Value::NULL),
                Packet::close(Value::NULL),
                Packet::close("group"),
            ],
        ),
        sample(
            "headers",
            include_str!("../../golden/v1/headers.hex"),
            headers(),
        ),
    ]
}

fn values() -> Vec<Packet> {
    let record: Record = [("name", Value::from("mill")), ("sacks", Value::from(3))]
        .into_iter()
        .collect();
    let values = [
        Value::NULL,
        Value::from(true),
        Value::from(false),
        Value::from(0),
        Value::from(-1),
        Value::from(i64::MAX),
        Value::from(i64::MIN),
        Value::from(1.5),
        Value::from(-0.0),
        Value::from(f64::NAN),
        Value::from(f64::INFINITY),
        Value::from(""),
        Value::from("grüße, 水車"),
        Value::from(vec![0_u8, 255, 7]),
        Value::list(vec![Value::from(1), Value::list(Vec::new())]),
        Value::from(record.clone()),
        Value::from(record),
        Value::from(Record::empty()),
    ];
    values.into_iter().map(Packet::data).collect()
}

fn headers() -> Vec<Packet> {
    let full = Headers {
        id: Some(Text::from("id-1")),
        conversation: Some(Text::from("conversation")),
        correlation: Some(Text::from("correlation")),
        causation: Some(Text::from("id-0")),
        content_type: Some(Text::from("text/csv")),
        event_time_nanos: Some(1_700_000_000_000_000_000),
        attempt: 2,
        trace: Some(Text::from(
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )),
        pairs: vec![(Text::from("k"), Text::from("v"))],
    };
    let derived = full.derive();
    vec![
        Packet::data(1).with_headers(full.clone()),
        Packet::data(2).with_headers(derived),
        Packet::data(3),
        Packet::open("group").with_headers(full),
    ]
}

fn written(sample: &Sample) -> Vec<u8> {
    let mut builder = FrameBuilder::new("w-1", sample.place, 40, 1, 0);
    for packet in &sample.packets {
        builder.push(packet, usize::MAX).expect("it fits");
    }
    builder.finish(sample.end).expect("it is written").to_vec()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(text, "{byte:02x}").expect("memory takes it");
        }
        text.push('\n');
    }
    text
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    let byte = |pair: &[char]| {
        u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hexadecimal digits")
    };
    digits.chunks(2).map(byte).collect()
}

#[test]
fn frames_of_version_1_are_read() {
    for sample in samples() {
        let frame = read(&bytes(sample.file));
        assert_eq!(frame.packets, sample.packets, "{}", sample.name);
        assert_eq!(frame.head.place, sample.place, "{}", sample.name);
        assert_eq!(frame.head.end, sample.end, "{}", sample.name);
        assert_eq!((frame.head.first_seq, frame.head.depth), (40, 1));
        assert_eq!(frame.head.writer.as_str(), "w-1");
    }
}

#[test]
fn frames_are_written_as_version_1_says() {
    for sample in samples() {
        assert_eq!(
            hex(&written(&sample)),
            sample.file,
            "golden/v1/{}.hex",
            sample.name
        );
    }
}

#[test]
fn opening_of_an_epoch_is_as_version_1_says() {
    let file = include_str!("../../golden/v1/epoch.hex");
    let frame = FrameBuilder::epoch(&Text::from("w-1"), 2, 0, 0).expect("it is written");
    assert_eq!(hex(&frame), file);
    assert!(read(&bytes(file)).head.opens_epoch);
}
