//! `replicate`, `diamond` and `load_balance`: streams that part and join, with the library's own components.

use anyhow::Result;
use millstream_packet::{Bytes, Packet, Record, Shape, Text, Value};

use super::baseline;
use super::graph::Draft;
use super::lab::{Case, Lab, race};
use super::row::Row;

/// A copy to each of several readers; the figure is for each packet delivered.
pub(super) fn replicate(lab: &mut Lab) -> Result<()> {
    for copies in [2, 4, 16] {
        for (name, value) in payloads() {
            replicated(lab, copies, name, &value)?;
        }
    }
    Ok(())
}

fn payloads() -> Vec<(&'static str, Value)> {
    let shape = Shape::new(["id", "name", "price"].map(Text::from));
    let record = Record::new(shape, vec![1_i64.into(), "a name".into(), 2.5.into()]);
    vec![
        ("int", Value::from(1)),
        ("text40", Value::from("0123456789".repeat(4))),
        ("blob", Value::from(Bytes::from(vec![7_u8; 4096]))),
        ("record", Value::from(record)),
    ]
}

fn replicated(lab: &mut Lab, copies: u32, name: &str, value: &Value) -> Result<()> {
    let packets = lab.packets(20_000);
    let delivered = (packets * u64::from(copies)) as f64;
    let mut draft = Draft::new(64);
    let count = Value::from(packets.cast_signed());
    let settings = [("count", count), ("packet", value.clone())];
    let source = draft.process("bench/Copies", &settings)?;
    let copy = draft.extend(source, "core/Copy", 1)?;
    for copy_number in 0..copies {
        let sink = draft.process("bench/Sink", &[])?;
        draft.connect((copy, "out", Some(copy_number)), (sink, "in", None))?;
    }
    let handovers = packets * (u64::from(copies) + 1);
    let [ours, flume] = {
        let lab = &*lab;
        let cases: [Case<'_>; 2] = [
            Box::new(move || Ok(lab.time(&draft, 1, handovers)? / delivered)),
            Box::new(move || Ok(flume_replicate(packets, copies, value)? / delivered)),
        ];
        race(lab.reps(8), cases)?
    };
    let what = format!("{name} x{copies}, cap 64");
    lab.row(Row::new(what, ours, "ns/copy").against("flume", flume))
}

fn flume_replicate(packets: u64, copies: u32, value: &Value) -> Result<f64> {
    let value = value.clone();
    baseline::time(1, |tasks| {
        let (out, input) = flume::bounded(64);
        tasks.spawn(baseline::source(out, packets, move |_| {
            Packet::data(value.clone())
        }));
        let mut outs = Vec::new();
        for _ in 0..copies {
            let (out, input) = flume::bounded(64);
            outs.push(out);
            tasks.spawn(baseline::sink(input));
        }
        tasks.spawn(baseline::copy(input, outs));
    })
}

/// Five hand-overs a packet: in, two ways of one pass each, and back into one port.
pub(super) fn diamond(lab: &mut Lab) -> Result<()> {
    for capacity in lab.capacities(&[1, 10, 64]) {
        let packets = lab.packets(20_000);
        let draft = parted("core/Copy", 2, capacity, packets)?;
        let handovers = packets * 5;
        let [ours, flume] = {
            let lab = &*lab;
            let cases: [Case<'_>; 2] = [
                Box::new(move || Ok(lab.time(&draft, 1, handovers)? / handovers as f64)),
                Box::new(move || Ok(flume_diamond(capacity, packets)? / handovers as f64)),
            ];
            race(lab.reps(8), cases)?
        };
        let row = Row::new(format!("cap {capacity}"), ours, "ns/hop");
        lab.row(row.against("flume", flume))?;
    }
    Ok(())
}

/// A source, a component that parts the stream, a pass on each way, and one sink.
fn parted(component: &str, ways: u32, capacity: u32, packets: u64) -> Result<Draft> {
    let mut draft = Draft::new(capacity);
    let count = Value::from(packets.cast_signed());
    let source = draft.process("bench/Numbers", &[("count", count)])?;
    let part = draft.extend(source, component, 1)?;
    let sink = draft.process("bench/Sink", &[])?;
    for way in 0..ways {
        let pass = draft.process("bench/Pass", &[])?;
        draft.connect((part, "out", Some(way)), (pass, "in", None))?;
        draft.chain(pass, sink)?;
    }
    Ok(draft)
}

fn flume_diamond(capacity: u32, packets: u64) -> Result<f64> {
    let capacity = capacity as usize;
    baseline::time(1, |tasks| {
        let (out, input) = flume::bounded(capacity);
        tasks.spawn(baseline::source(out, packets, |n| [n, 0, 0]));
        let (last, sink) = flume::bounded(capacity);
        let mut outs = Vec::new();
        for _ in 0..2 {
            let (out, input) = flume::bounded(capacity);
            outs.push(out);
            tasks.spawn(baseline::pass(input, last.clone()));
        }
        tasks.spawn(baseline::copy(input, outs));
        tasks.spawn(baseline::sink(sink));
    })
}

/// Four workers; on flume they read one channel, which hands out in turns by itself.
pub(super) fn load_balance(lab: &mut Lab) -> Result<()> {
    for capacity in lab.capacities(&[1, 10, 64]) {
        let packets = lab.packets(20_000);
        let draft = parted("core/Balance", 4, capacity, packets)?;
        let [ours, flume] = {
            let lab = &*lab;
            let cases: [Case<'_>; 2] = [
                Box::new(move || Ok(lab.time(&draft, 1, packets * 3)? / packets as f64)),
                Box::new(move || Ok(flume_balance(capacity, packets)? / packets as f64)),
            ];
            race(lab.reps(8), cases)?
        };
        let row = Row::new(format!("4 workers, cap {capacity}"), ours, "ns/packet");
        lab.row(
            row.against("flume", flume)
                .note("core/Balance keeps groups whole"),
        )?;
    }
    Ok(())
}

fn flume_balance(capacity: u32, packets: u64) -> Result<f64> {
    let capacity = capacity as usize;
    baseline::time(1, |tasks| {
        let (out, input) = flume::bounded(capacity);
        tasks.spawn(baseline::source(out, packets, |n| [n, 0, 0]));
        let (last, sink) = flume::bounded(capacity);
        for _ in 0..4 {
            tasks.spawn(baseline::pass(input.clone(), last.clone()));
        }
        tasks.spawn(baseline::sink(sink));
    })
}
