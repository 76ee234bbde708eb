//! Correctness under measurement: exact capacities, no false deadlock, and how soon a real one is told.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use millstream_engine::{Network, Outcome};
use millstream_packet::Value;

use super::graph::Draft;
use super::lab::{Lab, finished, nanos, quantile, runtime};
use super::row::Row;

/// What takes longer hangs.
const LIMIT: Duration = Duration::from_secs(10);

/// A lone writer gets exactly the capacity in, and for each packet taken exactly one more.
pub(super) fn exact_bound(lab: &mut Lab) -> Result<()> {
    for capacity in [1, 2, 3, 7, 10, 64, 1000] {
        for island in ["one island", "two islands"] {
            let begin = Instant::now();
            bound(lab, capacity, island == "two islands")?;
            let millis = nanos(begin.elapsed()) / 1e6;
            lab.row(Row::new(format!("cap {capacity}, {island}"), millis, "ms").note("exact"))?;
        }
    }
    Ok(())
}

fn bound(lab: &Lab, capacity: u32, two_islands: bool) -> Result<()> {
    let runtime = runtime(1)?;
    let mut draft = Draft::new(capacity);
    let packets = u64::from(capacity) * 4 + 10;
    let count = Value::from(packets.cast_signed());
    let source = draft.process("bench/Numbers", &[("count", count)])?;
    let sink = draft.extend(source, "bench/Sink", 1)?;
    if two_islands {
        draft.on_thread(sink, "reader");
        draft.on_thread(source, "writer");
    }
    let plan = lab.plan(&draft, 1)?;
    // The guard keeps islands of the runtime still until the connector is held; threads wait for the hold in `settled`.
    let running = plan.start(runtime.handle())?;
    let network = running.network().clone();
    network.hold_connector(0);
    let capacity = u64::from(capacity);
    let report = runtime.block_on(async move {
        let join = running.join();
        let look = async {
            let taken = settled(&network, None, capacity).await?;
            for step in 1..=capacity + 3 {
                if taken + step + capacity <= packets {
                    network.step_connector(0);
                    settled(&network, Some(taken + step), capacity).await?;
                }
            }
            network.release_connector(0);
            anyhow::Ok(())
        };
        let (report, looked) = tokio::join!(join, look);
        looked.map(|()| report)
    })?;
    finished(&report)?;
    ensure!(
        report.packets() == packets,
        "{} of {packets} packets",
        report.packets()
    );
    Ok(())
}

/// Waits until the connector is full, and gives the packets taken from it.
async fn settled(network: &Network, taken: Option<u64>, capacity: u64) -> Result<u64> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let mut counts = None;
        network.each_counts(|_, now| counts = Some(now));
        let Some(counts) = counts else {
            bail!("there is no connector")
        };
        ensure!(
            counts.depth <= capacity,
            "{} of {capacity} packets inside",
            counts.depth
        );
        let expected = taken.is_none_or(|taken| counts.received == taken);
        if expected && counts.depth == capacity && counts.sent == counts.received + capacity {
            return Ok(counts.received);
        }
        ensure!(
            Instant::now() < deadline,
            "stands at {counts:?}, capacity {capacity}"
        );
        tokio::time::sleep(Duration::from_micros(100)).await;
    }
}

/// A writer that fills one connector and then writes to another, whose reader needs both.
pub(super) fn false_deadlock(lab: &mut Lab) -> Result<()> {
    for apart in [false, true] {
        let rounds = lab.packets(20_000);
        let mut draft = Draft::new(4);
        let count = Value::from(rounds.cast_signed());
        let from = draft.process("bench/Crossed", &[("count", count)])?;
        let to = draft.process("bench/Uncross", &[])?;
        draft.connect((from, "many", None), (to, "many", None))?;
        draft.capacity(1);
        draft.connect((from, "one", None), (to, "one", None))?;
        if apart {
            draft.on_thread(to, "reader");
        }
        let nanos = lab.time(&draft, 1, rounds * 6)? / (rounds * 6) as f64;
        let islands = if apart { "two islands" } else { "one island" };
        let what = format!("5 into cap 4, then 1, {islands}");
        lab.row(Row::new(what, nanos, "ns/packet").note("finishes"))?;
    }
    Ok(())
}

/// A stream is copied, and the copies are to be read one after the other: more than the connectors hold.
pub(super) fn real_deadlock(lab: &mut Lab) -> Result<()> {
    for apart in [false, true] {
        let mut millis = Vec::new();
        for _ in 0..lab.reps(20) {
            millis.push(deadlock(lab, apart)?);
        }
        millis.sort_unstable();
        let islands = if apart { "two islands" } else { "one island" };
        // The issue gives the whole process two seconds.
        let row = Row::new(
            format!("copy, concat, {islands}"),
            quantile(&millis, 0.5) / 1e6,
            "ms",
        )
        .at_most(2000.0, 500.0);
        lab.row(row.note("median until the report, with its cycle"))?;
    }
    Ok(())
}

fn deadlock(lab: &Lab, apart: bool) -> Result<u64> {
    let mut draft = Draft::new(10);
    let source = draft.process("bench/Numbers", &[("count", Value::from(1000))])?;
    let copy = draft.extend(source, "core/Copy", 1)?;
    let concat = draft.process("core/Concat", &[])?;
    for way in 0..2 {
        draft.connect((copy, "out", Some(way)), (concat, "in", Some(way)))?;
    }
    draft.extend(concat, "bench/Sink", 1)?;
    if apart {
        draft.on_thread(concat, "reader");
    }
    let plan = lab.plan(&draft, 1)?;
    let runtime = runtime(1)?;
    let begin = Instant::now();
    let running = plan.start(runtime.handle())?;
    let report = runtime.block_on(running.time_limit(LIMIT).join());
    let elapsed = begin.elapsed();
    let Outcome::Deadlocked(found) = report.outcome else {
        bail!("a deadlocked network ended as {:?}", report.outcome);
    };
    ensure!(
        !found.cycle.is_empty(),
        "the deadlock was reported without its cycle"
    );
    Ok(u64::try_from(elapsed.as_nanos())?)
}
