//! `brackets`: a stream of small groups, three levels deep.

use anyhow::Result;
use millstream_packet::Value;

use super::chain::Api;
use super::graph::Draft;
use super::lab::{Lab, race};
use super::row::Row;

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    let groups = lab.packets(1_000_000);
    // Each group has three packets and two brackets; so has each thousand of groups, and all of them.
    let packets = groups * 5 + groups.div_ceil(1000) * 2 + 2;
    for api in [Api::Packet, Api::Run] {
        let mut draft = Draft::new(64);
        let count = Value::from(groups.cast_signed());
        let source = draft.process("bench/Bracketed", &[("count", count)])?;
        let last = draft.extend(source, api.component(), 3)?;
        draft.extend(last, "bench/Sink", 1)?;
        let handovers = packets * draft.connectors();
        let [nanos] = {
            let lab = &*lab;
            race(
                lab.reps(3),
                [Box::new(move || lab.time(&draft, 1, handovers))],
            )?
        };
        let what = format!("{groups} groups, cap 64, {}", api.name());
        let note = format!("{:.0} ns a group through 4 hops", nanos / groups as f64);
        lab.row(Row::new(what, nanos / handovers as f64, "ns/hop").note(note))?;
    }
    Ok(())
}
