//! What a packet costs to be put into a frame and taken out again.
#![expect(clippy::expect_used, reason = "a bench that fails says so")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use millstream_broker::frame::{Decoder, FrameBuilder, Place};
use millstream_packet::{Headers, Packet, Record, Text, Value};

const PACKETS: u32 = 256;

fn encode(packets: &[Packet]) -> bytes::Bytes {
    let place = Place {
        epoch: 1,
        number: 1,
    };
    let mut builder = FrameBuilder::new("writer", place, 0, 0, 32 << 10);
    for packet in packets {
        builder.push(packet, 1 << 20).expect("it fits");
    }
    builder.finish(None).expect("it is written")
}

fn frames(criterion: &mut Criterion) {
    let text = || Packet::data("x".repeat(100));
    let record = |number: i64| {
        let fields: Record = [
            ("id", Value::from(number)),
            ("name", Value::from("the mill on the floss")),
            ("price", Value::from(1.5)),
        ]
        .into_iter()
        .collect();
        Packet::data(Value::from(fields))
    };
    let headers = || Headers {
        conversation: Some(Text::from("9d5fbf3c-61a2-4d0b-b8e2-0b1a40cfb3c1")),
        id: Some(Text::from("9d5fbf3c")),
        ..Headers::default()
    };
    let kinds: [(&str, Vec<Packet>); 3] = [
        ("text100", (0..PACKETS).map(|_| text()).collect()),
        ("record3", (0..i64::from(PACKETS)).map(record).collect()),
        (
            "text100 with headers",
            (0..PACKETS)
                .map(|_| text().with_headers(headers()))
                .collect(),
        ),
    ];
    for (name, packets) in kinds {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(u64::from(PACKETS)));
        group.bench_function("encode", |bencher| {
            bencher.iter(|| encode(black_box(&packets)));
        });
        let frame = encode(&packets);
        let mut decoder = Decoder::default();
        group.bench_function("decode", |bencher| {
            bencher.iter(|| decoder.frame(black_box(&frame)));
        });
        group.finish();
    }
}

criterion_group!(benches, frames);
criterion_main!(benches);
