//! `token_ring`: one packet round a ring of processes; nothing but switches from one to the next.

use anyhow::Result;

use super::lab::{Lab, quantile};
use super::lone_packet::{circle, flume_circle};
use super::parts::Probe;
use super::row::Row;

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for (processes, rounds) in [(10, 20_000), (1_000, 200), (100_000, 10)] {
        ring(lab, processes, lab.packets(rounds).max(5))?;
    }
    Ok(())
}

fn ring(lab: &mut Lab, processes: usize, rounds: u64) -> Result<()> {
    let per_switch = |probe: &Probe| {
        let mut nanos = probe.take();
        nanos.sort_unstable();
        quantile(&nanos, 0.5) / processes as f64
    };
    let (mut ours, mut flume) = (f64::MAX, f64::MAX);
    for _ in 0..lab.reps(5) {
        let probe = Probe::default();
        let draft = circle(processes, 1, rounds, &probe)?;
        lab.time(&draft, 1, rounds * processes as u64)?;
        ours = ours.min(per_switch(&probe));
        flume_circle(1, (processes, 1, rounds), &probe)?;
        flume = flume.min(per_switch(&probe));
    }
    let what = format!("{processes} processes, cap 1");
    lab.row(
        Row::new(what, ours, "ns/switch")
            .against("flume", flume)
            .note("median round"),
    )
}
