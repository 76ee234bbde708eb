//! One look at a network: what is told of each connector and process.

use std::time::Duration;

use millstream_connector::Counts;
use millstream_engine::{Link, Network, ProcessCounts as Process};
use millstream_protocol::extension::{ConnectorCounts, ProcessCounts, ProcessState};

/// What shares and rates are the difference to. All lists are by position in the network.
#[derive(Debug)]
pub(super) struct Baseline {
    /// When that was, since the start of the network.
    at: Duration,
    connectors: Vec<Sample>,
    busy: Vec<Duration>,
}

/// What rates are the difference of.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    received: u64,
    blocked_nanos: u64,
    starved_nanos: u64,
}

/// A network at one moment.
#[derive(Debug)]
pub(super) struct Look {
    /// Since the start of the network.
    pub(super) at: Duration,
    counts: Vec<Counts>,
    processes: Vec<Option<Process>>,
    /// Packets taken and sent by each process.
    sums: Vec<(u64, u64)>,
    waits: Vec<ProcessState>,
    /// Time since the baseline in seconds.
    passed: f64,
}

impl Baseline {
    /// The start of a network.
    pub(super) fn new(connectors: usize, processes: usize) -> Self {
        Self {
            at: Duration::ZERO,
            connectors: vec![Sample::default(); connectors],
            busy: vec![Duration::ZERO; processes],
        }
    }

    /// When that was, since the start of the network.
    pub(super) const fn at(&self) -> Duration {
        self.at
    }

    /// What later looks are compared with.
    pub(super) fn replace(&mut self, look: &Look) {
        self.at = look.at;
        for (sample, counts) in self.connectors.iter_mut().zip(&look.counts) {
            *sample = Sample {
                received: counts.received,
                blocked_nanos: counts.blocked_nanos,
                starved_nanos: counts.starved_nanos,
            };
        }
        for (busy, process) in self.busy.iter_mut().zip(&look.processes) {
            *busy = process.map_or(*busy, |process| process.busy);
        }
    }
}

impl Look {
    /// Looks at a network now.
    pub(super) fn at(network: &Network, links: &[Link], since: &Baseline) -> Self {
        let at = network.elapsed();
        let mut counts = Vec::with_capacity(links.len());
        network.each_counts(|_, connector| counts.push(connector));
        // What an edit of the network has added since is for the next view.
        counts.resize(links.len(), Counts::default());
        let mut processes = vec![None; since.busy.len()];
        network.each_process(|at, process| {
            if let Some(place) = processes.get_mut(at) {
                *place = Some(process);
            }
        });
        let (sums, waits) = sum_up(network, links, &counts, processes.len());
        Self {
            at,
            counts,
            processes,
            sums,
            waits,
            passed: at.saturating_sub(since.at).as_secs_f64().max(1e-6),
        }
    }

    /// What is told of a connector.
    pub(super) fn connector(&self, at: usize, since: &Baseline, held: bool) -> ConnectorCounts {
        told(&self.counts[at], &since.connectors[at], self.passed, held)
    }

    /// What is told of a process.
    pub(super) fn process(&self, at: usize, since: &Baseline) -> Option<ProcessCounts> {
        let process = self.processes[at]?;
        let busy = process.busy.saturating_sub(since.busy[at]);
        let (received, sent) = self.sums[at];
        Some(ProcessCounts {
            state: match (process.ended, process.failed) {
                (_, true) => ProcessState::Failed,
                (true, false) => ProcessState::Ended,
                (false, false) => self.waits[at],
            },
            received,
            sent,
            failures: process.failed_packets,
            busy_percent: percent(busy.as_secs_f64(), self.passed),
        })
    }
}

/// What processes took and sent, and what they wait for.
fn sum_up(
    network: &Network,
    links: &[Link],
    counts: &[Counts],
    processes: usize,
) -> (Vec<(u64, u64)>, Vec<ProcessState>) {
    let mut sums = vec![(0_u64, 0_u64); processes];
    let mut waits = vec![ProcessState::Running; processes];
    // Connectors into each process, and how many of them are held.
    let mut into = vec![(0_u32, 0_u32); processes];
    for (at, link) in links.iter().enumerate() {
        sums[link.to].0 += counts[at].received;
        for &from in &link.from {
            sums[from].1 += counts[at].sent;
        }
        if link.is_removed {
            continue;
        }
        into[link.to].0 += 1;
        into[link.to].1 += u32::from(network.is_connector_held(at));
        let waiters = network.waiters(at);
        if waiters.reader && waits[link.to] == ProcessState::Running {
            waits[link.to] = ProcessState::Starved;
        }
        for &from in &link.from {
            if waiters.writers.contains(&from) {
                waits[from] = ProcessState::Blocked;
            }
        }
    }
    let is_held = |&(all, held): &(u32, u32)| all > 0 && all == held;
    let held = (0..processes).filter(|&at| is_held(&into[at]));
    for at in held.chain(network.held_sources()) {
        if let Some(state) = waits.get_mut(at) {
            *state = ProcessState::Held;
        }
    }
    (sums, waits)
}

/// What is told of a connector.
fn told(counts: &Counts, before: &Sample, passed: f64, held: bool) -> ConnectorCounts {
    let seconds =
        |now: u64, before: u64| Duration::from_nanos(now.saturating_sub(before)).as_secs_f64();
    let taken = counts.received.saturating_sub(before.received) as f64;
    ConnectorCounts {
        sent: counts.sent,
        received: counts.received,
        dropped: counts.dropped,
        depth: counts.depth,
        high_water: counts.high_water,
        rate: tenths(taken / passed),
        blocked_percent: percent(seconds(counts.blocked_nanos, before.blocked_nanos), passed),
        starved_percent: percent(seconds(counts.starved_nanos, before.starved_nanos), passed),
        held,
    }
}

/// A share in whole percent: finer ones would differ in each look, and nobody could read them.
fn percent(part: f64, whole: f64) -> f64 {
    (100.0 * part / whole).round().clamp(0.0, 100.0)
}

fn tenths(number: f64) -> f64 {
    (10.0 * number).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_rates_are_about_the_time_since_the_last_look() {
        let counts = Counts {
            sent: 130,
            received: 120,
            dropped: 0,
            depth: 10,
            high_water: 12,
            capacity: 64,
            bytes: 0,
            blocked_nanos: 300_000_000,
            starved_nanos: 50_000_000,
        };
        let before = Sample {
            received: 20,
            blocked_nanos: 250_000_000,
            starved_nanos: 50_000_000,
        };
        let told = told(&counts, &before, 0.1, false);
        assert!((told.rate - 1000.0).abs() < 0.01);
        assert!((told.blocked_percent - 50.0).abs() < 0.01);
        assert!(told.starved_percent.abs() < 0.01);
        assert_eq!((told.sent, told.received, told.depth), (130, 120, 10));
        assert!(
            (percent(2.0, 1.0) - 100.0).abs() < 0.01,
            "clocks may differ a little"
        );
    }
}
