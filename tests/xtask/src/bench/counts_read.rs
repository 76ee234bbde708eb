//! `counts_read`: looking at a network may not slow it down.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use millstream_engine::Network;

use super::chain::{Api, Chain};
use super::lab::{Case, Lab, finished, nanos, race, runtime};
use super::row::Row;

const PAUSE: Duration = Duration::from_millis(1);

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for api in [Api::Packet, Api::Run] {
        let chain = Chain::new(api, 64, lab.packets(1_000_000));
        let [alone, watched] = {
            let lab = &*lab;
            let (first, second) = (chain.clone(), chain);
            let cases: [Case<'_>; 2] = [
                Box::new(move || first.time(lab, 1)),
                Box::new(move || watched(lab, &second)),
            ];
            // The difference is smaller than the noise of a few runs.
            race(lab.reps(40), cases)?
        };
        let row = Row::new(
            format!("chain, cap 64, {}, read", api.name()),
            watched,
            "ns/hop",
        )
        .faster_than("unread", alone)
        .at_least(0.98, 0.99);
        lab.row(row.note("throughput ratio, all counts every 1 ms"))?;
    }
    Ok(())
}

/// As `Chain::time`, while another thread reads all counts.
fn watched(lab: &Lab, chain: &Chain) -> Result<f64> {
    let plan = lab.plan(&chain.draft()?, 1)?;
    let runtime = runtime(1)?;
    let running = plan.start(runtime.handle())?;
    let network = running.network().clone();
    let (stop, stopped) = flume::bounded::<()>(1);
    let reader = std::thread::Builder::new()
        .name("counts".to_owned())
        .spawn(move || read_until(&network, &stopped))?;
    let begin = Instant::now();
    let report = runtime.block_on(running.join());
    let nanos = nanos(begin.elapsed());
    drop(stop);
    reader
        .join()
        .map_err(|_panic| anyhow!("the reader of counts panicked"))?;
    finished(&report)?;
    Ok(nanos / chain.handovers() as f64)
}

/// Reads all counts every millisecond until the other end is dropped.
fn read_until(network: &Network, stopped: &flume::Receiver<()>) {
    while stopped.recv_timeout(PAUSE) == Err(flume::RecvTimeoutError::Timeout) {
        let mut packets = 0;
        network.each_counts(|_, counts| packets += counts.sent);
        black_box(packets);
    }
}
