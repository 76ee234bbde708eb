//! `heavy`: work that is worth another core goes there; `light`: work that is not stays.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use millstream_packet::Value;

use super::chain::{Api, Chain};
use super::graph::Draft;
use super::lab::{Case, Lab, nanos, race};
use super::row::{Goal, Row};
use crate::machine;

const STAGES: usize = 4;
/// How long a measured run should take, so that steps of 10 ms in processor time do not matter.
const RUN_MICROS: f64 = 400_000.0;

/// Four stages of work on one thread and on two.
pub(super) fn work(lab: &mut Lab) -> Result<()> {
    let round_micros = calibrate();
    for micros in [0.0, 0.1, 1.0, 10.0, 100.0] {
        stages(lab, micros, whole(micros / round_micros))?;
    }
    Ok(())
}

fn stages(lab: &mut Lab, micros: f64, rounds: u64) -> Result<()> {
    let usual = whole(RUN_MICROS / (STAGES as f64 * (micros + 0.02)));
    let packets = lab.packets(usual.min(1_000_000));
    let mut draft = Draft::new(64);
    let count = Value::from(packets.cast_signed());
    let mut last = draft.process("bench/Numbers", &[("count", count)])?;
    for _ in 0..STAGES {
        let rounds = Value::from(rounds.cast_signed());
        let stage = draft.process("bench/Work", &[("rounds", rounds)])?;
        draft.chain(last, stage)?;
        last = stage;
    }
    draft.extend(last, "bench/Sink", 1)?;
    let handovers = packets * draft.connectors();
    let (mut wall, mut cpu) = ([f64::MAX; 2], [f64::MAX; 2]);
    for _ in 0..lab.reps(4) {
        for (at, threads) in [1, 2].into_iter().enumerate() {
            let before = machine::cpu_time().unwrap_or_default();
            wall[at] = wall[at].min(lab.time(&draft, threads, handovers)?);
            let used = machine::cpu_time()
                .unwrap_or_default()
                .saturating_sub(before);
            cpu[at] = cpu[at].min(nanos(used));
        }
    }
    let goal = (micros >= 1.0).then_some(Goal::AtLeast {
        must: 1.6,
        aim: 1.85,
    });
    let row = Row::new(
        format!("4 stages x {micros} µs, 2 threads"),
        wall[1] / 1e6,
        "ms",
    )
    .faster_than("1 thread", wall[0] / 1e6)
    .goal(goal);
    lab.row(row.note(format!("speed-up; processor time x{:.2}", cpu[1] / cpu[0])))
}

/// Microseconds that a round of work takes.
fn calibrate() -> f64 {
    const ROUNDS: u64 = 1_000_000;
    let mut best = f64::MAX;
    for _ in 0..5 {
        let begin = Instant::now();
        let mut state = 1_u64;
        for round in 0..ROUNDS {
            state = black_box(
                state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(round),
            );
        }
        black_box(state);
        best = best.min(nanos(begin.elapsed()) / 1000.0 / ROUNDS as f64);
    }
    best
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of rounds or packets, far below the limit and not negative"
)]
fn whole(count: f64) -> u64 {
    count.round() as u64
}

/// The chain of small components may not suffer from a second thread.
pub(super) fn light(lab: &mut Lab) -> Result<()> {
    for api in [Api::Packet, Api::Run] {
        let packets = lab.packets(200_000);
        let [one, two] = {
            let lab = &*lab;
            let (first, second) = (Chain::new(api, 64, packets), Chain::new(api, 64, packets));
            let cases: [Case<'_>; 2] = [
                Box::new(move || first.time(lab, 1)),
                Box::new(move || second.time(lab, 2)),
            ];
            race(lab.reps(12), cases)?
        };
        let row = Row::new(
            format!("chain, cap 64, {}, 2 threads", api.name()),
            two,
            "ns/hop",
        )
        .faster_than("1 thread", one)
        .at_least(0.95, 1.0);
        lab.row(row.note("throughput ratio"))?;
    }
    Ok(())
}
