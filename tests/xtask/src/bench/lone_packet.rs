//! `lone_packet`: how long a packet takes when no other is on its way, as is usual in a live system.

use anyhow::Result;
use flume::{Receiver, Sender};
use millstream_packet::Value;
use std::time::Instant;

use super::baseline::{self, Words};
use super::graph::Draft;
use super::lab::{Lab, quantile};
use super::parts::Probe;
use super::row::{Goal, Row};

const CAPACITY: u32 = 10;

/// A ping and passes in a circle of so many hops.
pub(super) fn circle(hops: usize, capacity: u32, times: u64, probe: &Probe) -> Result<Draft> {
    let mut draft = Draft::new(capacity);
    let times = Value::from(times.cast_signed());
    let ping = draft.process("bench/Ping", &[("times", times), ("probe", probe.value())])?;
    let last = draft.extend(ping, "bench/Pass", hops - 1)?;
    draft.chain(last, ping)?;
    Ok(draft)
}

/// The same on flume.
pub(super) fn flume_circle(
    threads: usize,
    (hops, capacity, times): (usize, u32, u64),
    probe: &Probe,
) -> Result<()> {
    let (capacity, probe) = (capacity as usize, probe.clone());
    baseline::time(threads, |tasks| {
        let (out, input) = flume::bounded(capacity);
        let input = baseline::passes(tasks, input, hops - 1, capacity);
        tasks.spawn(ping(out, input, times, probe));
    })?;
    Ok(())
}

async fn ping(out: Sender<Words>, input: Receiver<Words>, times: u64, probe: Probe) {
    let mut rounds = Vec::new();
    let mut last = Instant::now();
    for round in 0..times {
        if out.send_async([round, 0, 0]).await.is_err() || input.recv_async().await.is_err() {
            break;
        }
        let now = Instant::now();
        rounds.push(u64::try_from((now - last).as_nanos()).unwrap_or(u64::MAX));
        last = now;
    }
    probe.note(rounds);
}

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for (threads, kind) in [(1, "current thread"), (2, "2 workers")] {
        lone(lab, threads, kind)?;
    }
    Ok(())
}

fn lone(lab: &mut Lab, threads: usize, kind: &str) -> Result<()> {
    const HOPS: usize = 10;
    let times = lab.packets(5_000);
    let parts = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];
    let (mut ours, mut flume) = ([f64::MAX; 3], [f64::MAX; 3]);
    for _ in 0..lab.reps(20) {
        let probe = Probe::default();
        lab.time(
            &circle(HOPS, CAPACITY, times, &probe)?,
            threads,
            times * HOPS as u64,
        )?;
        lower(&mut ours, &parts, probe.take());
        flume_circle(threads, (HOPS, CAPACITY, times), &probe)?;
        lower(&mut flume, &parts, probe.take());
    }
    for (at, (part, _)) in parts.into_iter().enumerate() {
        let goal = match (part, threads) {
            ("p50", _) => Some(Goal::AtMost {
                must: 0.6,
                aim: 0.35,
            }),
            // The tail comes from tasks that are sent to another core; one thread has none.
            ("p99", 2) => Some(Goal::AtMost {
                must: 0.3,
                aim: 0.05,
            }),
            _ => None,
        };
        let what = format!("{HOPS} hops, cap {CAPACITY}, {kind}, {part}");
        lab.row(
            Row::new(what, ours[at], "ns")
                .against("flume", flume[at])
                .goal(goal),
        )?;
    }
    Ok(())
}

fn lower(best: &mut [f64; 3], parts: &[(&str, f64); 3], mut rounds: Vec<u64>) {
    rounds.sort_unstable();
    for (best, (_, part)) in best.iter_mut().zip(parts) {
        *best = best.min(quantile(&rounds, *part));
    }
}
