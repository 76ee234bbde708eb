//! `startstop`: a small network that lives for one packet, as one per bracket group or per request would.

use std::time::Instant;

use anyhow::Result;
use tokio::task::JoinSet;

use super::baseline;
use super::chain::{Api, Chain};
use super::lab::{Lab, finished, quantile, runtime};
use super::row::Row;

/// Processes of the network; one connector less.
const PROCESSES: usize = 10;

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    let times = lab.packets(2_000);
    let chain = Chain {
        hops: PROCESSES - 1,
        ..Chain::new(Api::Packet, 10, 1)
    };
    let draft = chain.draft()?;
    let runtime = runtime(1)?;
    let (mut ours, mut flume) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let begin = Instant::now();
        let running = lab.plan(&draft, 1)?.start(runtime.handle())?;
        let report = runtime.block_on(running.join());
        ours.push(begin.elapsed());
        finished(&report)?;
        let begin = Instant::now();
        runtime.block_on(flume_once())?;
        flume.push(begin.elapsed());
    }
    let median = |times: Vec<std::time::Duration>| {
        let mut all: Vec<u64> = times
            .into_iter()
            .map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
            .collect();
        all.sort_unstable();
        (quantile(&all, 0.5) / 1000.0, quantile(&all, 0.0) / 1000.0)
    };
    let ((ours, least), (flume, _)) = (median(ours), median(flume));
    let what = format!("{PROCESSES} processes, 1 packet");
    let row = Row::new(what, ours, "µs").against("flume", flume);
    lab.row(row.note(format!(
        "median; least {least:.1}; plan, build, run, report"
    )))
}

async fn flume_once() -> Result<()> {
    let mut tasks = JoinSet::new();
    let (out, input) = flume::bounded(10);
    tasks.spawn(baseline::source(out, 1, |n| [n, 0, 0]));
    let input = baseline::passes(&mut tasks, input, PROCESSES - 2, 10);
    tasks.spawn(baseline::sink(input));
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    Ok(())
}
