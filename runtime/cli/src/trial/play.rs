//! Runs a case: feeds its packets in, takes what comes out, ends it when its time is up.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{join, join_all};
use millstream_engine::{Deadlock, Doors, Entry, Network, Report};
use millstream_packet::Packet;
use tokio::runtime::{Builder, Handle};
use tokio::time::{sleep, timeout};

use crate::exit::Fault;
use crate::trial::stage::Staged;

/// Most packets that are taken of one port: a source without an end must not fill the memory before its time is up.
const OUTPUT_MAX: usize = 100_000;
/// Time to take what the last process left, when processes that do not let go hold ports open.
const LAST: Duration = Duration::from_secs(1);

/// What came of a run.
pub(super) struct Played {
    /// How it went.
    pub(super) report: Report,
    /// What came out, in the order of the out-ports.
    pub(super) outputs: Vec<Vec<Packet>>,
    /// Who waited for whom when the time was up, if it was.
    pub(super) late: Option<Deadlock>,
}

/// Runs a case to its end or to its time limit.
///
/// # Errors
///
/// Fails when a thread cannot be started, or the graph cannot be planned.
pub(super) fn play(staged: &Staged<'_>) -> Result<Played, Fault> {
    let plan = staged.plan()?;
    let cannot_start = |error: std::io::Error| Fault::io("cannot start the network", &error);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot_start)?;
    let played = runtime.block_on(async {
        let mut running = plan.start(&Handle::current())?.grace(Duration::ZERO);
        let doors = running.take_doors();
        let network = running.network().clone();
        let outputs = RefCell::new(vec![Vec::new(); doors.exits.len()]);
        let mut flow = pin!(flow(doors, staged, &outputs, &network));
        let mut joined = pin!(running.join());
        let mut late = None;
        let (mut has_flowed, mut has_time) = (false, true);
        let mut over = pin!(sleep(staged.limit));
        let report = loop {
            tokio::select! {
                biased;
                report = &mut joined => break report,
                () = &mut flow, if !has_flowed => has_flowed = true,
                () = &mut over, if has_time => {
                    has_time = false;
                    late = Some(network.waits());
                    network.cancel();
                }
            }
        };
        if !has_flowed {
            // What is not there by then will not come.
            drop(timeout(LAST, flow).await);
        }
        let outputs = outputs.take();
        Ok(Played {
            report,
            outputs,
            late,
        })
    });
    runtime.shutdown_background();
    played.map_err(cannot_start)
}

/// Puts all packets in and takes all that come out.
async fn flow(
    doors: Doors,
    staged: &Staged<'_>,
    outputs: &RefCell<Vec<Vec<Packet>>>,
    network: &Network,
) {
    let feeds = doors.entries.into_iter().map(|entry| {
        let number = entry.port().trim_start_matches("in").parse().ok();
        let packets = number.and_then(|at: usize| staged.inputs.get(at));
        feed(entry, packets.map_or(&[], Vec::as_slice))
    });
    let takes = doors.exits.into_iter().map(|mut exit| async move {
        let at: usize = exit.port().trim_start_matches("out").parse().unwrap_or(0);
        while let Some(packet) = exit.recv().await {
            let mut outputs = outputs.borrow_mut();
            let Some(taken) = outputs.get_mut(at) else {
                return;
            };
            taken.push(packet);
            if taken.len() > OUTPUT_MAX {
                network.cancel();
                return;
            }
        }
    });
    join(join_all(feeds), join_all(takes)).await;
}

async fn feed(mut entry: Entry, packets: &[Packet]) {
    for packet in packets {
        // A component may have enough before its input ends.
        if entry.send(packet.clone()).await.is_err() {
            return;
        }
    }
}
