//! `select_any`: one reader that takes from whichever of its ports has a packet.

use anyhow::Result;
use millstream_packet::Value;

use super::graph::Draft;
use super::lab::{Lab, race};
use super::row::Row;

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for ports in [2, 8, 64] {
        let packets = lab.packets(200_000) / 64 * 64;
        measure(
            lab,
            &format!("{ports} ports, one active"),
            one_active(ports, packets)?,
            packets,
        )?;
        measure(
            lab,
            &format!("{ports} ports, all active"),
            all_active(ports, packets)?,
            packets,
        )?;
    }
    Ok(())
}

fn measure(lab: &mut Lab, what: &str, draft: Draft, packets: u64) -> Result<()> {
    let [nanos] = {
        let lab = &*lab;
        race(
            lab.reps(5),
            [Box::new(move || lab.time(&draft, 1, packets))],
        )?
    };
    lab.row(Row::new(what, nanos / packets as f64, "ns/packet"))
}

/// One source with as many out-ports, all but the first of which are silent.
fn one_active(ports: u32, packets: u64) -> Result<Draft> {
    let mut draft = Draft::new(64);
    let any = draft.process("bench/AnyOf", &[])?;
    let count = Value::from(packets.cast_signed());
    let spray = draft.process("bench/Spray", &[("count", count)])?;
    for port in 0..ports {
        draft.connect((spray, "out", Some(port)), (any, "in", Some(port)))?;
    }
    Ok(draft)
}

/// A source for each port.
fn all_active(ports: u32, packets: u64) -> Result<Draft> {
    let mut draft = Draft::new(64);
    let any = draft.process("bench/AnyOf", &[])?;
    let count = Value::from((packets / u64::from(ports)).cast_signed());
    for port in 0..ports {
        let source = draft.process("bench/Numbers", &[("count", count.clone())])?;
        draft.connect((source, "out", None), (any, "in", Some(port)))?;
    }
    Ok(draft)
}
