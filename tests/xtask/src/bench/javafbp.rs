//! The shapes of JavaFBP's volume tests, full size: a send takes 2.3 µs there (its `VolumeTest.java`, four cores, 2012).

use anyhow::Result;

use super::chain::{Api, Chain};
use super::lab::{Lab, race};
use super::row::{Goal, Row};

/// One source, a thousand passes, one sink.
pub(super) fn volume1(lab: &mut Lab) -> Result<()> {
    let goal = Goal::AtMost {
        must: 3.0,
        aim: 1.0,
    };
    volume(lab, 1001, 100_000, Some(goal))
}

/// Few processes, many packets.
pub(super) fn volume3(lab: &mut Lab) -> Result<()> {
    volume(lab, 4, 25_000_000, None)
}

fn volume(lab: &mut Lab, hops: usize, packets: u64, goal: Option<Goal>) -> Result<()> {
    let packets = lab.packets(packets);
    for api in [Api::Packet, Api::Run] {
        let chain = Chain {
            hops,
            ..Chain::new(api, 10, packets)
        };
        let handovers = chain.handovers() as f64;
        let [nanos] = {
            let lab = &*lab;
            race(lab.reps(3), [Box::new(move || chain.time(lab, 1))])?
        };
        let seconds = nanos * handovers / 1e9;
        // The goal is for the full size.
        let goal = goal.filter(|_| handovers > 1e8);
        let what = format!("{hops} x {packets}, {}", api.name());
        let note = format!("{nanos:.1} ns/hop; there {:.0} s", handovers * 2.3e-6);
        lab.row(Row::new(what, seconds, "s").goal(goal).note(note))?;
    }
    Ok(())
}
