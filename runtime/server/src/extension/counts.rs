//! Counts: everything once, and then only what changed.
//!
//! Nothing of this is done by the network: its counts are there, and a subscription reads them when it is due. A client
//! that reads slowly is sent counts less often, because nothing is read for it while it takes what it was sent.

use std::sync::Arc;
use std::time::Duration;

use millstream_connector::Counts;
use millstream_engine::{Link, ProcessCounts as Process};
use millstream_protocol::extension::{
    Changes, ConnectorCounts, ConnectorInfo, ErrorCode, ProcessCounts, ProcessInfo, ProcessState,
    Response, Snapshot, Subscribe,
};
use tokio::time::Instant;

use super::graphs::find;
use super::{not_found, refused};
use crate::limits::{INTERVAL_MIN, SUBSCRIPTIONS_MAX};
use crate::run::{Run, millis};
use crate::served::Served;
use crate::session::{Refusal, Session, Tongue};

/// A client that wants the counts of a graph's network.
#[derive(Debug)]
pub(super) struct Subscription {
    served: Arc<Served>,
    /// Names of connectors; all if none.
    wanted: Option<Vec<String>>,
    interval: Duration,
    due: Instant,
    view: Option<View>,
}

/// What a client was told about one run.
#[derive(Debug)]
struct View {
    run: Arc<Run>,
    links: Vec<Link>,
    /// Positions of the connectors that are told, in the network.
    connectors: Vec<usize>,
    /// Positions of the processes.
    processes: Vec<usize>,
    /// By position in the network.
    before: Vec<Sample>,
    busy_before: Vec<Duration>,
    at: Duration,
    told: Vec<ConnectorCounts>,
    told_processes: Vec<Option<ProcessCounts>>,
}

/// What rates are the difference of.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    received: u64,
    blocked_nanos: u64,
    starved_nanos: u64,
}

pub(super) fn subscribe(session: &mut Session, subscribe: Subscribe) -> Result<(), Refusal> {
    let served = find(session, &subscribe.graph)?;
    let subscriptions = &session.desk.subscriptions;
    if subscriptions.len() >= SUBSCRIPTIONS_MAX && !subscriptions.contains_key(&served.id) {
        let text = format!("a client follows the counts of at most {SUBSCRIPTIONS_MAX} graphs");
        return Err(refused(ErrorCode::Limit, text));
    }
    session.follow(&served, Tongue::Own)?;
    let mut subscription = Subscription {
        interval: Duration::from_millis(subscribe.interval_ms.into()).max(INTERVAL_MIN),
        due: Instant::now(),
        wanted: subscribe.connectors,
        view: None,
        served,
    };
    // A graph that does not run yet is answered when it does.
    if let Some(run) = subscription.served.run() {
        let view = View::of(run, subscription.wanted.as_deref())?;
        session.reply(Response::Snapshot(view.snapshot(&subscription.served.id)));
        subscription.view = Some(view);
        subscription.due += subscription.interval;
    } else {
        session.done();
    }
    let graph = subscription.served.id.clone();
    session.desk.subscriptions.insert(graph, subscription);
    Ok(())
}

pub(super) fn unsubscribe(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let subscription = session.desk.subscriptions.remove(graph);
    subscription.ok_or_else(|| not_found("subscription to", graph))?;
    session.done();
    Ok(())
}

impl Subscription {
    /// When counts are to be sent next.
    pub(super) const fn due_at(&self) -> Instant {
        self.due
    }

    /// What is to be sent now, if anything.
    pub(super) fn tick(&mut self, now: Instant) -> Option<Response> {
        if now < self.due {
            return None;
        }
        self.due = now + self.interval;
        let run = self.served.run()?;
        match &mut self.view {
            Some(view) if view.run.number == run.number => {
                view.changes(&self.served.id).map(Response::Changes)
            }
            view => {
                // A connector that is gone with an edit is not told any more.
                let new = View::of(run, self.wanted.as_deref()).ok()?;
                let snapshot = new.snapshot(&self.served.id);
                *view = Some(new);
                Some(Response::Snapshot(snapshot))
            }
        }
    }
}

impl View {
    /// Looks at a run for the first time.
    fn of(run: Arc<Run>, wanted: Option<&[String]>) -> Result<Self, Refusal> {
        let links = run.network.links();
        let connectors = match wanted {
            None => run.present_connectors().collect(),
            Some(names) => {
                let find = |name: &String| {
                    let at = run.connector(name);
                    at.ok_or_else(|| not_found("connector", name))
                };
                names.iter().map(find).collect::<Result<Vec<_>, _>>()?
            }
        };
        let mut processes: Vec<usize> = match wanted {
            None => run.present_processes().collect(),
            Some(_) => connectors
                .iter()
                .flat_map(|&at| links[at].from.iter().copied().chain([links[at].to]))
                .collect(),
        };
        processes.sort_unstable();
        processes.dedup();
        let mut view = Self {
            before: vec![Sample::default(); links.len()],
            busy_before: vec![Duration::ZERO; run.processes().len()],
            at: Duration::ZERO,
            told: vec![ConnectorCounts::default(); connectors.len()],
            told_processes: vec![None; processes.len()],
            links,
            connectors,
            processes,
            run,
        };
        view.changes("");
        Ok(view)
    }

    /// Everything as it was last looked at.
    fn snapshot(&self, graph: &str) -> Snapshot {
        let names = self.run.connectors();
        let reports = self.run.network.connectors();
        let connectors = self.connectors.iter().zip(&self.told);
        let connectors = connectors.map(|(&at, &counts)| ConnectorInfo {
            from: names[at].from.clone(),
            to: names[at].to.clone(),
            capacity: reports[at].counts.capacity,
            counts,
        });
        let states = self.run.network.processes();
        let processes = self.processes.iter().zip(&self.told_processes);
        let processes = processes.filter_map(|(&at, counts)| {
            Some(ProcessInfo {
                name: states[at].name.clone(),
                component: states[at].component.clone(),
                counts: (*counts)?,
            })
        });
        Snapshot {
            graph: graph.to_owned(),
            run: self.run.number,
            elapsed_ms: millis(self.at),
            connectors: connectors.collect(),
            processes: processes.collect(),
        }
    }

    /// Looks again; what changed since the last look, if anything.
    fn changes(&mut self, graph: &str) -> Option<Changes> {
        let network = &self.run.network;
        let now = network.elapsed();
        let passed = now.saturating_sub(self.at).as_secs_f64().max(1e-6);
        self.at = now;
        let mut all: Vec<Counts> = Vec::with_capacity(self.links.len());
        network.each_counts(|_, counts| all.push(counts));
        let mut connectors = Vec::new();
        for (position, &at) in self.connectors.iter().enumerate() {
            let held = network.is_connector_held(at);
            let counts = told(&all[at], &self.before[at], passed, held);
            if self.told[position] != counts {
                self.told[position] = counts;
                connectors.push((number(position), counts));
            }
        }
        let processes = self.process_changes(&all, passed);
        for (sample, counts) in self.before.iter_mut().zip(&all) {
            *sample = Sample {
                received: counts.received,
                blocked_nanos: counts.blocked_nanos,
                starved_nanos: counts.starved_nanos,
            };
        }
        (!connectors.is_empty() || !processes.is_empty()).then(|| Changes {
            graph: graph.to_owned(),
            run: self.run.number,
            elapsed_ms: millis(now),
            connectors,
            processes,
        })
    }

    fn process_changes(&mut self, all: &[Counts], passed: f64) -> Vec<(u32, ProcessCounts)> {
        let mut sums = vec![(0_u64, 0_u64); self.busy_before.len()];
        let mut waits = vec![ProcessState::Running; self.busy_before.len()];
        for (at, link) in self.links.iter().enumerate() {
            sums[link.to].0 += all[at].received;
            for &from in &link.from {
                sums[from].1 += all[at].sent;
            }
            if link.is_removed {
                continue;
            }
            let waiters = self.run.network.waiters(at);
            if waiters.reader && waits[link.to] == ProcessState::Running {
                waits[link.to] = ProcessState::Starved;
            }
            for &from in &link.from {
                if waiters.writers.contains(&from) {
                    waits[from] = ProcessState::Blocked;
                }
            }
        }
        let mut seen: Vec<Option<Process>> = vec![None; sums.len()];
        let network = &self.run.network;
        // There are more than were counted on when the graph is edited right now.
        network.each_process(|at, process| {
            if let Some(place) = seen.get_mut(at) {
                *place = Some(process);
            }
        });
        let mut changes = Vec::new();
        for (position, &at) in self.processes.iter().enumerate() {
            let Some(process) = seen[at] else { continue };
            let busy = process.busy.saturating_sub(self.busy_before[at]);
            let counts = ProcessCounts {
                state: if process.ended {
                    ProcessState::Ended
                } else {
                    waits[at]
                },
                received: sums[at].0,
                sent: sums[at].1,
                failures: process.failed_packets,
                busy_percent: percent(busy.as_secs_f64(), passed),
            };
            self.busy_before[at] = process.busy;
            if self.told_processes[position] != Some(counts) {
                self.told_processes[position] = Some(counts);
                changes.push((number(position), counts));
            }
        }
        changes
    }
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

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
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
