//! The counts of a network: a snapshot, kept true by the changes that follow it.

use std::collections::HashMap;

use millstream_protocol::extension::{
    Changes, ConnectorCounts, ConnectorInfo, ProcessCounts, ProcessInfo, Snapshot,
};

/// The counts of a network.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    pub(crate) snapshot: Snapshot,
    /// When something was heard last.
    pub(crate) heard_at: f64,
    /// Connectors by the out-ports that write them.
    by_from: HashMap<String, usize>,
    /// Connectors by the in-port that reads them.
    by_to: HashMap<String, usize>,
    processes: HashMap<String, usize>,
    /// Packets dropped since the message before, by connector.
    dropping: Vec<bool>,
    /// Growth of depth in packets per second, by connector.
    growth: Vec<f64>,
}

impl Counts {
    pub(super) fn new(snapshot: Snapshot, now: f64) -> Self {
        let mut counts = Self {
            heard_at: now,
            by_from: HashMap::new(),
            by_to: HashMap::new(),
            processes: HashMap::new(),
            dropping: vec![false; snapshot.connectors.len()],
            growth: vec![0.0; snapshot.connectors.len()],
            snapshot,
        };
        for (at, connector) in counts.snapshot.connectors.iter().enumerate() {
            for from in &connector.from {
                counts.by_from.insert(from.clone(), at);
            }
            counts.by_to.insert(connector.to.clone(), at);
        }
        for (at, process) in counts.snapshot.processes.iter().enumerate() {
            counts.processes.insert(process.name.clone(), at);
        }
        counts
    }

    pub(super) fn change(&mut self, changes: &Changes, now: f64) {
        if changes.run != self.snapshot.run {
            return;
        }
        let elapsed_secs = changes.elapsed_ms.saturating_sub(self.snapshot.elapsed_ms) as f64 / 1e3;
        self.dropping.fill(false);
        self.growth.fill(0.0);
        for (at, new) in &changes.connectors {
            let at = *at as usize;
            let Some(known) = self.snapshot.connectors.get_mut(at) else {
                continue;
            };
            self.dropping[at] = new.dropped > known.counts.dropped;
            if elapsed_secs > 0.0 {
                self.growth[at] = (new.depth as f64 - known.counts.depth as f64) / elapsed_secs;
            }
            known.counts = *new;
        }
        for (at, new) in &changes.processes {
            if let Some(known) = self.snapshot.processes.get_mut(*at as usize) {
                known.counts = *new;
            }
        }
        self.snapshot.elapsed_ms = changes.elapsed_ms;
        self.heard_at = now;
    }

    /// The position of the connector between two ports. One end is enough, because the other may be inside a subgraph.
    pub(crate) fn find(&self, from: &str, to: &str) -> Option<usize> {
        self.by_from
            .get(from)
            .or_else(|| self.by_to.get(to))
            .copied()
    }

    /// A connector.
    pub(crate) fn connector(&self, at: usize) -> Option<&ConnectorInfo> {
        self.snapshot.connectors.get(at)
    }

    /// A process by its full name.
    pub(crate) fn process(&self, name: &str) -> Option<&ProcessInfo> {
        self.snapshot.processes.get(*self.processes.get(name)?)
    }

    /// The processes inside a subgraph.
    pub(crate) fn inside(&self, name: &str) -> impl Iterator<Item = &ProcessInfo> {
        let prefix = format!("{name}/");
        let all = self.snapshot.processes.iter();
        all.filter(move |process| process.name.starts_with(&prefix))
    }

    /// Whether a connector has dropped packets just now.
    pub(crate) fn is_dropping(&self, at: usize) -> bool {
        self.dropping.get(at).copied().unwrap_or_default()
    }

    /// Seconds until a connector is full if it goes on like this.
    pub(crate) fn full_in_secs(&self, at: usize) -> Option<f64> {
        let connector = self.connector(at)?;
        let growth = self.growth.get(at).copied()?;
        let room = f64::from(connector.capacity) - connector.counts.depth as f64;
        (growth > 0.0 && room > 0.0).then(|| room / growth)
    }

    /// The highest rate of all connectors.
    pub(crate) fn rate_max(&self) -> f64 {
        self.all().map(|counts| counts.rate).fold(0.0, f64::max)
    }

    /// Packets per second on all connectors.
    pub(crate) fn rate(&self) -> f64 {
        self.all().map(|counts| counts.rate).sum()
    }

    /// Packets that were handed over on all connectors.
    pub(crate) fn packets(&self) -> u64 {
        self.all().map(|counts| counts.received).sum()
    }

    /// How many connectors hold up their writers.
    pub(crate) fn blocked(&self) -> usize {
        let all = self.snapshot.connectors.iter();
        all.filter(|connector| is_blocked(connector)).count()
    }

    /// Whether somebody waits for room.
    pub(crate) fn has_blocked(&self) -> bool {
        self.snapshot.connectors.iter().any(is_blocked)
    }

    /// Packets that were given up on, by all processes.
    pub(crate) fn failures(&self) -> u64 {
        self.each().map(|counts| counts.failures).sum()
    }

    fn all(&self) -> impl Iterator<Item = &ConnectorCounts> {
        self.snapshot
            .connectors
            .iter()
            .map(|connector| &connector.counts)
    }

    fn each(&self) -> impl Iterator<Item = &ProcessCounts> {
        self.snapshot
            .processes
            .iter()
            .map(|process| &process.counts)
    }
}

/// Whether a connector is full, as people see it, and its writer waits.
pub(super) fn is_blocked(connector: &ConnectorInfo) -> bool {
    const FULL: f64 = 0.86;
    let fill = connector.counts.depth as f64 / f64::from(connector.capacity.max(1));
    fill >= FULL && connector.counts.blocked_percent > 0.0
}
