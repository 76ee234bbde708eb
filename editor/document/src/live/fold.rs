//! What came from a runtime, folded into what is known of the run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use millstream_protocol::extension::{
    Changes, ConnectorCounts, GraphState, Level, LogLine, ProcessCounts, ProcessState, Response,
    Snapshot, Steered, Target,
};

use crate::live::culprit::{self, Blame, Culprit, Found};
use crate::live::process::{ProcessLight, ProcessLive, light_of};
use crate::live::samples::Samples;
use crate::live::wire::{WireLive, WireState, is_filling, is_full};

/// Silence for so long means that nothing is known: a runtime answers pings far more often.
const STALE_AFTER_MS: u64 = 3_000;
/// What rates are taken over unless somebody says otherwise.
const WINDOW_DEFAULT_MS: u64 = 5_000;
/// The shortest and the longest window.
const WINDOW_MS: (u64, u64) = (1_000, 60_000);

/// What is known of a run.
#[derive(Debug, Clone)]
pub struct Live {
    /// Which run; changes of another one are not about it.
    run: Option<u64>,
    state: GraphState,
    fault: Option<String>,
    elapsed_ms: u64,
    window_ms: u64,
    /// When the runtime was last heard of.
    heard_ms: Option<u64>,
    pub(super) connectors: Vec<Connector>,
    pub(super) processes: Vec<Process>,
    /// Connectors by the in-port that they end at.
    by_end: HashMap<String, usize>,
    /// Processes by name, so that those of a subgraph stand together.
    by_name: BTreeMap<String, usize>,
    held: BTreeSet<String>,
    /// The first error of each process, and how many came after it.
    errors: HashMap<String, (String, u64)>,
    found: Found,
    /// Counts the changes, so that others know when theirs are old.
    version: u64,
    /// Counts the snapshots.
    shape: u64,
}

/// A connector of the run.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    pub(super) to: String,
    pub(super) capacity: u32,
    pub(super) counts: ConnectorCounts,
    /// Positions of the processes that write and read.
    pub(super) writers: Vec<usize>,
    pub(super) reader: Option<usize>,
    /// How many out-ports write.
    from: usize,
    samples: Samples,
}

/// A process of the run.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) name: String,
    pub(super) counts: ProcessCounts,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            run: None,
            state: GraphState::Stopped,
            fault: None,
            elapsed_ms: 0,
            window_ms: WINDOW_DEFAULT_MS,
            heard_ms: None,
            connectors: Vec::new(),
            processes: Vec::new(),
            by_end: HashMap::new(),
            by_name: BTreeMap::new(),
            held: BTreeSet::new(),
            errors: HashMap::new(),
            found: Found::default(),
            version: 0,
            shape: 0,
        }
    }
}

impl Live {
    /// Takes what a runtime said about the graph; `now_ms` is the caller's clock. What is about something else is left out.
    pub fn take(&mut self, response: &Response, now_ms: u64) {
        self.hear(now_ms);
        match response {
            Response::Snapshot(snapshot) => self.take_snapshot(snapshot, now_ms),
            Response::Changes(changes) => self.take_changes(changes, now_ms),
            Response::State(info) => {
                self.state = info.state;
                self.fault.clone_from(&info.fault);
                self.version += 1;
            }
            Response::Steered(steered) => self.take_steered(steered),
            Response::Log(line) => self.take_line(line),
            _ => {}
        }
    }

    /// Notes that the runtime is there, as by the answer to a ping.
    pub fn hear(&mut self, now_ms: u64) {
        self.heard_ms = Some(now_ms);
    }

    /// Notes that the link is gone: what is known is old at once.
    pub const fn lose(&mut self) {
        self.heard_ms = None;
    }

    /// Sets what rates are taken over; between one second and a minute.
    pub fn set_window(&mut self, window_ms: u64) {
        self.window_ms = window_ms.clamp(WINDOW_MS.0, WINDOW_MS.1);
    }

    /// What rates are taken over.
    pub const fn window_ms(&self) -> u64 {
        self.window_ms
    }

    /// What the network does.
    pub const fn state(&self) -> GraphState {
        self.state
    }

    /// How the last run went, if it did not go well.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// How long the run went when its counts came last.
    pub const fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    /// Whether there is anything to show.
    pub const fn has_run(&self) -> bool {
        self.run.is_some()
    }

    /// Whether what is known is old although the network runs, or may run.
    pub fn is_stale(&self, now_ms: u64) -> bool {
        let is_over = !matches!(self.state, GraphState::Running | GraphState::Draining);
        let age_ms = self.heard_ms.map(|heard| now_ms.saturating_sub(heard));
        self.has_run() && !is_over && age_ms.is_none_or(|age| age > STALE_AFTER_MS)
    }

    /// Who holds up others, the one first for whom most wait.
    pub fn culprits(&self) -> &[Culprit] {
        &self.found.culprits
    }

    /// The culprit that a process is, by its full name.
    pub fn culprit(&self, process: &str) -> Option<&Culprit> {
        let mut all = self.found.culprits.iter();
        all.find(|culprit| matches!(&culprit.blame, Blame::Process(name) if name == process))
    }

    /// Whatever is derived from this is still true as long as it is the same; rates fade without a change.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Positions of connectors are true as long as this is the same.
    pub(super) const fn shape(&self) -> u64 {
        self.shape
    }

    /// The position of the connector that ends at an in-port: `process.port`, with the path of subgraphs in front.
    pub(super) fn connector_at(&self, to: &str) -> Option<usize> {
        self.by_end.get(to).copied()
    }

    /// A connector, by its position, as of now.
    pub(super) fn wire(&self, at: usize, now_ms: u64) -> Option<WireLive> {
        let connector = self.connectors.get(at)?;
        let is_stale = self.is_stale(now_ms);
        let rate = connector.samples.rate(now_ms, self.window_ms);
        Some(WireLive {
            state: if is_stale {
                WireState::Stale
            } else {
                self.wire_state(at, connector, rate, now_ms)
            },
            counts: connector.counts,
            capacity: connector.capacity,
            rate: if is_stale { 0.0 } else { rate },
            dropped: connector.counts.dropped,
            writers: connector.from,
            age_ms: self
                .heard_ms
                .filter(|_| is_stale)
                .map(|heard| now_ms.saturating_sub(heard)),
        })
    }

    fn wire_state(&self, at: usize, connector: &Connector, rate: f64, now_ms: u64) -> WireState {
        let counts = &connector.counts;
        let state_of = |process: usize| self.processes.get(process).map(|found| found.counts.state);
        let has_ended = |process: usize| {
            matches!(
                state_of(process),
                Some(ProcessState::Ended | ProcessState::Failed)
            )
        };
        let are_writers_gone = !connector.writers.is_empty()
            && connector.writers.iter().all(|&writer| has_ended(writer));
        if counts.held {
            return WireState::Held;
        }
        if self.found.circles.contains(&at) {
            return WireState::Deadlocked;
        }
        if (are_writers_gone && counts.depth == 0) || connector.reader.is_some_and(has_ended) {
            return WireState::Closed;
        }
        if is_full(counts, connector.capacity) {
            return WireState::Full;
        }
        if is_filling(counts, connector.capacity) {
            let full_in_secs =
                connector
                    .samples
                    .full_in_secs(connector.capacity, now_ms, self.window_ms);
            return WireState::Filling { full_in_secs };
        }
        if rate > 0.0 {
            return WireState::Flowing;
        }
        if connector.reader.and_then(state_of) == Some(ProcessState::Starved) {
            return WireState::Starved;
        }
        WireState::Idle
    }

    /// A process by its full name, or all processes of a subgraph together, as of now.
    pub fn process(&self, name: &str, now_ms: u64) -> Option<ProcessLive> {
        if let Some(&at) = self.by_name.get(name) {
            return Some(self.process_at(at, now_ms));
        }
        let prefix = format!("{name}/");
        let from_there = self.by_name.range(prefix.clone()..);
        from_there
            .take_while(|(name, _)| name.starts_with(&prefix))
            .map(|(_, &at)| self.process_at(at, now_ms))
            .reduce(ProcessLive::joined)
    }

    fn process_at(&self, at: usize, now_ms: u64) -> ProcessLive {
        let Process { name, counts } = &self.processes[at];
        let errors = self.errors.get(name).cloned();
        ProcessLive {
            light: self.light(name, counts, errors.is_some(), now_ms),
            received: counts.received,
            sent: counts.sent,
            failures: counts.failures,
            busy_percent: counts.busy_percent,
            errors,
            processes: 1,
        }
    }

    fn light(
        &self,
        name: &str,
        counts: &ProcessCounts,
        has_errors: bool,
        now_ms: u64,
    ) -> ProcessLight {
        if self.is_stale(now_ms) {
            return ProcessLight::Stale;
        }
        if self.held.contains(name) {
            return ProcessLight::Held;
        }
        match light_of(counts) {
            ProcessLight::Finished if has_errors => ProcessLight::Failed,
            light => light,
        }
    }

    // ---- what came ----

    fn take_snapshot(&mut self, snapshot: &Snapshot, now_ms: u64) {
        if self.run != Some(snapshot.run) {
            self.held.clear();
            self.errors.clear();
            self.fault = None;
            self.state = GraphState::Running;
        }
        self.run = Some(snapshot.run);
        self.shape += 1;
        self.elapsed_ms = snapshot.elapsed_ms;
        self.processes = snapshot
            .processes
            .iter()
            .map(|info| Process {
                name: info.name.clone(),
                counts: info.counts,
            })
            .collect();
        self.by_name = positions(self.processes.iter().map(|process| &process.name));
        self.connectors = snapshot
            .connectors
            .iter()
            .map(|info| {
                let position = |end: &String| self.by_name.get(process_of(end)).copied();
                let mut samples = Samples::default();
                samples.add(&info.counts, now_ms, self.window_ms);
                Connector {
                    to: info.to.clone(),
                    capacity: info.capacity,
                    counts: info.counts,
                    writers: info.from.iter().filter_map(position).collect(),
                    reader: position(&info.to),
                    from: info.from.len(),
                    samples,
                }
            })
            .collect();
        self.by_end = positions(self.connectors.iter().map(|connector| &connector.to));
        self.changed();
    }

    fn take_changes(&mut self, changes: &Changes, now_ms: u64) {
        if self.run != Some(changes.run) {
            return;
        }
        self.elapsed_ms = changes.elapsed_ms;
        for (at, counts) in &changes.connectors {
            if let Some(connector) = self.connectors.get_mut(*at as usize) {
                connector.counts = *counts;
                connector.samples.add(counts, now_ms, self.window_ms);
            }
        }
        for (at, counts) in &changes.processes {
            if let Some(process) = self.processes.get_mut(*at as usize) {
                process.counts = *counts;
            }
        }
        self.changed();
    }

    fn take_steered(&mut self, steered: &Steered) {
        match &steered.target {
            Target::Process(name) if steered.held => {
                self.held.insert(name.clone());
            }
            Target::Process(name) => {
                self.held.remove(name);
            }
            // The counts of a connector say it themselves.
            Target::Connector(_) => {}
        }
        self.version += 1;
    }

    fn take_line(&mut self, line: &LogLine) {
        let Some(process) = line.process.as_ref().filter(|_| line.level == Level::Error) else {
            return;
        };
        let known = self.errors.get_mut(process);
        match known {
            Some((_, more)) => *more += 1,
            None => {
                self.errors
                    .insert(process.clone(), (line.message.clone(), 0));
            }
        }
        self.version += 1;
    }

    fn changed(&mut self) {
        self.found = culprit::find(self);
        self.version += 1;
    }
}

fn positions<'n, M: FromIterator<(String, usize)>>(names: impl Iterator<Item = &'n String>) -> M {
    names
        .enumerate()
        .map(|(at, name)| (name.clone(), at))
        .collect()
}

/// The process of an end: what stands before the last dot.
fn process_of(end: &str) -> &str {
    end.rsplit_once('.').map_or(end, |(process, _)| process)
}
