//! What all clients are told that want the same of a run: looked at once, written once.

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use millstream_engine::Link;
use millstream_protocol::extension::{
    Changes, ConnectorCounts, ConnectorInfo, ProcessCounts, ProcessInfo, Response as Own, Snapshot,
};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::super::not_found;
use super::sample::{Baseline, Look};
use crate::limits::INTERVAL_MIN;
use crate::run::{Run, millis};
use crate::session::{Refusal, encode};

/// The views that somebody has; there are never more than subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Views(Mutex<Vec<Weak<View>>>);

/// A run as it is told to all clients that want the same of it.
#[derive(Debug)]
pub(super) struct View {
    graph: String,
    run: Arc<Run>,
    interval: Duration,
    wanted: Option<Vec<String>>,
    links: Vec<Link>,
    /// Positions of the connectors that are told, in the network.
    connectors: Vec<usize>,
    /// Positions of the processes.
    processes: Vec<usize>,
    seen: Mutex<Seen>,
}

/// What was seen at the last look.
#[derive(Debug)]
struct Seen {
    /// Counts the looks.
    look: u64,
    at: Duration,
    /// When to look again.
    due: Instant,
    since: Baseline,
    connectors: Vec<Entry<ConnectorCounts>>,
    processes: Vec<Entry<ProcessCounts>>,
    /// What is told to those who were told of the look before.
    written: Option<Written>,
}

/// Counts, and the look at which they changed.
#[derive(Debug, Clone, Copy)]
struct Entry<T> {
    counts: Option<T>,
    changed: u64,
}

#[derive(Debug)]
struct Written {
    /// The look that it tells the difference to.
    since: u64,
    /// None if nothing changed.
    text: Option<Utf8Bytes>,
}

impl Views {
    /// The view of a run for those who want this of it.
    ///
    /// # Errors
    ///
    /// Fails when the run has no connector of a wanted name.
    pub(super) fn of(
        &self,
        graph: &str,
        run: Arc<Run>,
        interval: Duration,
        wanted: Option<&[String]>,
    ) -> Result<Arc<View>, Refusal> {
        let mut views = self.0.lock();
        views.retain(|view| view.strong_count() > 0);
        let is_same = |view: &Arc<View>| {
            Arc::ptr_eq(&view.run, &run)
                && view.interval == interval
                && view.wanted.as_deref() == wanted
        };
        if let Some(known) = views.iter().filter_map(Weak::upgrade).find(is_same) {
            return Ok(known);
        }
        let view = Arc::new(View::new(graph, run, interval, wanted)?);
        views.push(Arc::downgrade(&view));
        Ok(view)
    }
}

impl View {
    fn new(
        graph: &str,
        run: Arc<Run>,
        interval: Duration,
        wanted: Option<&[String]>,
    ) -> Result<Self, Refusal> {
        let links = run.network.links();
        let connectors = connectors_of(&run, wanted)?;
        let mut processes: Vec<usize> = match wanted {
            None => run.present_processes().collect(),
            Some(_) => connectors
                .iter()
                .flat_map(|&at| links[at].from.iter().copied().chain([links[at].to]))
                .collect(),
        };
        processes.sort_unstable();
        processes.dedup();
        let seen = Seen {
            look: 0,
            at: Duration::ZERO,
            due: Instant::now() + interval,
            since: Baseline::new(links.len(), run.processes().len()),
            connectors: vec![Entry::new(); connectors.len()],
            processes: vec![Entry::new(); processes.len()],
            written: None,
        };
        Ok(Self {
            graph: graph.to_owned(),
            wanted: wanted.map(<[String]>::to_vec),
            seen: Mutex::new(seen),
            interval,
            links,
            connectors,
            processes,
            run,
        })
    }

    /// Whether it is a view of this run.
    pub(super) fn is_of(&self, run: Option<&Arc<Run>>) -> bool {
        run.is_some_and(|run| Arc::ptr_eq(run, &self.run))
    }

    /// When it looks again, and so when all are told.
    pub(super) fn due(&self) -> Instant {
        self.seen.lock().due
    }

    /// Looks now, for somebody who has not been told anything; gives the number of the look.
    pub(super) fn everything(&self) -> (u64, Snapshot) {
        let mut seen = self.seen.lock();
        self.look(&mut seen);
        (seen.look, self.snapshot(&seen))
    }

    /// What changed since the look of this number, if anything, and the number of the last look, which may be the same.
    pub(super) fn changes(
        &self,
        since: u64,
        missed: u32,
        now: Instant,
    ) -> (u64, Option<Utf8Bytes>) {
        let mut seen = self.seen.lock();
        if now >= seen.due {
            self.look(&mut seen);
            while seen.due <= now {
                seen.due += self.interval;
            }
        }
        let known = seen.written.as_ref().filter(|text| text.since == since);
        if let Some(written) = known.filter(|_| missed == 0) {
            return (seen.look, written.text.clone());
        }
        let changes = self.changes_since(&seen, since, missed);
        let text = changes.and_then(|changes| encode(Own::Changes(changes)));
        if missed == 0 {
            let text = text.clone();
            seen.written = Some(Written { since, text });
        }
        (seen.look, text)
    }

    fn changes_since(&self, seen: &Seen, look: u64, missed: u32) -> Option<Changes> {
        let connectors = changed(&seen.connectors, look);
        let processes = changed(&seen.processes, look);
        (!connectors.is_empty() || !processes.is_empty()).then(|| Changes {
            graph: self.graph.clone(),
            run: self.run.number,
            elapsed_ms: millis(seen.at),
            missed,
            connectors,
            processes,
        })
    }

    fn look(&self, seen: &mut Seen) {
        let network = &self.run.network;
        let look = Look::at(network, &self.links, &seen.since);
        seen.look += 1;
        seen.at = look.at;
        seen.written = None;
        for (entry, &at) in seen.connectors.iter_mut().zip(&self.connectors) {
            let held = network.is_connector_held(at);
            entry.put(Some(look.connector(at, &seen.since, held)), seen.look);
        }
        for (entry, &at) in seen.processes.iter_mut().zip(&self.processes) {
            entry.put(look.process(at, &seen.since), seen.look);
        }
        // Rates over a shorter time than clients may ask for would jump about.
        if look.at.saturating_sub(seen.since.at()) >= INTERVAL_MIN / 2 {
            seen.since.replace(&look);
        }
    }

    /// Everything as it was last looked at.
    fn snapshot(&self, seen: &Seen) -> Snapshot {
        let names = self.run.connectors();
        let reports = self.run.network.connectors();
        let connectors = self.connectors.iter().zip(&seen.connectors);
        let connectors = connectors.map(|(&at, entry)| ConnectorInfo {
            from: names[at].from.clone(),
            to: names[at].to.clone(),
            capacity: reports[at].counts.capacity,
            counts: entry.counts.unwrap_or_default(),
        });
        let states = self.run.network.processes();
        let processes = self.processes.iter().zip(&seen.processes);
        let processes = processes.filter_map(|(&at, entry)| {
            Some(ProcessInfo {
                name: states[at].name.clone(),
                component: states[at].component.clone(),
                counts: entry.counts?,
            })
        });
        Snapshot {
            graph: self.graph.clone(),
            run: self.run.number,
            elapsed_ms: millis(seen.at),
            connectors: connectors.collect(),
            processes: processes.collect(),
        }
    }
}

impl<T: Copy + PartialEq> Entry<T> {
    const fn new() -> Self {
        Self {
            counts: None,
            changed: 0,
        }
    }

    fn put(&mut self, counts: Option<T>, look: u64) {
        if self.counts != counts {
            *self = Self {
                counts,
                changed: look,
            };
        }
    }
}

/// The counts that changed after a look, with their positions.
fn changed<T: Copy>(entries: &[Entry<T>], look: u64) -> Vec<(u32, T)> {
    let entries = entries.iter().enumerate();
    let changed = entries.filter(|(_, entry)| entry.changed > look);
    let told = changed.filter_map(|(at, entry)| {
        let position = u32::try_from(at).unwrap_or(u32::MAX);
        Some((position, entry.counts?))
    });
    told.collect()
}

fn connectors_of(run: &Run, wanted: Option<&[String]>) -> Result<Vec<usize>, Refusal> {
    let Some(names) = wanted else {
        return Ok(run.present_connectors().collect());
    };
    let find = |name: &String| {
        let at = run.connector(name);
        at.ok_or_else(|| not_found("connector", name))
    };
    names.iter().map(find).collect()
}
