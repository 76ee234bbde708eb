//! What is known of a run, as the canvas and the inspector show it.

use millstream_canvas::{Failure, Live, ProcessLook, ProcessState, WireLook, WireState};
use millstream_document::{Document, WireId};
use millstream_graph::{Connector, ProcessName, WhenFull};
use millstream_protocol::extension::{
    ConnectorInfo, ProcessInfo, ProcessState as Wire, Reason, Target,
};

use super::counts::is_blocked;
use super::label::{big, rate};
use super::{Counts, GraphRun, Runs};

/// From here on a connector is shown as filling up.
const FILLING: f64 = 0.6;
/// A reader that waits for this share of the time is starved, in percent.
const STARVED_PERCENT: f64 = 50.0;

/// The run of one graph, or of one use of a subgraph, as its document sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveView<'a> {
    pub(crate) runs: &'a Runs,
    /// What the runtime calls the graph.
    pub(crate) graph: &'a str,
    pub(crate) document: &'a Document,
    pub(crate) run: &'a GraphRun,
    /// What stands before the names of processes inside a subgraph: `heading/`.
    pub(crate) prefix: &'a str,
    /// Seconds since something was heard, if that is too long.
    pub(crate) stale_secs: Option<f64>,
}

/// The name of a wire at the runtime.
pub(crate) fn wire_name(prefix: &str, wire: &Connector) -> String {
    format!("{prefix}{}->{prefix}{}", wire.from, wire.to)
}

impl LiveView<'_> {
    /// What is known of a wire's connector.
    pub(crate) fn connector(&self, wire: &Connector) -> Option<(usize, &ConnectorInfo)> {
        let counts = self.run.counts.as_ref()?;
        let from = format!("{}{}", self.prefix, wire.from);
        let to = format!("{}{}", self.prefix, wire.to);
        let at = counts.find(&from, &to)?;
        Some((at, counts.connector(at)?))
    }

    /// What is known of a process; of a subgraph what is known of the first inside that does not just wait.
    pub(crate) fn process_info(&self, name: &ProcessName) -> Option<ProcessInfo> {
        let counts = self.run.counts.as_ref()?;
        let full = format!("{}{name}", self.prefix);
        if let Some(process) = counts.process(&full) {
            return Some(process.clone());
        }
        rolled_up(counts, &full)
    }

    /// The culprit's story, if it is this process.
    fn culprit(&self, name: &ProcessName) -> Option<String> {
        let full = format!("{}{name}", self.prefix);
        let inside = format!("{full}/");
        let why = self.run.why.as_ref().filter(|_| self.run.is_running())?;
        let chain = why.reasons.iter().find_map(|reason| match reason {
            Reason::SlowConsumer { process, chain, .. }
                if *process == full || process.starts_with(&inside) =>
            {
                Some(chain)
            }
            _ => None,
        })?;
        let busy = self
            .process_info(name)
            .map_or(0.0, |info| info.counts.busy_percent);
        let wires = if chain.len() == 1 {
            "wire waits"
        } else {
            "wires wait"
        };
        Some(format!("{busy:.0} % busy, {} {wires}", chain.len()))
    }

    fn is_in_cycle(&self, wire: &Connector) -> bool {
        let from = format!("{}{}", self.prefix, wire.from.process);
        let to = format!("{}{}", self.prefix, wire.to.process);
        let cycles = self.run.why.iter().flat_map(|why| &why.reasons);
        cycles.filter_map(cycle).any(|waits| {
            let names = |process: &str| {
                waits
                    .iter()
                    .any(|wait| wait.split([' ', '.', '`']).any(|word| word == process))
            };
            names(&from) && names(&to)
        })
    }

    fn wire_state(&self, wire: &Connector, at: usize, info: &ConnectorInfo) -> WireState {
        if self.stale_secs.is_some() {
            return WireState::Stale;
        }
        let counts = &info.counts;
        let is_dropping = self
            .run
            .counts
            .as_ref()
            .is_some_and(|all| all.is_dropping(at));
        let fill = counts.depth as f64 / f64::from(info.capacity.max(1));
        if counts.held {
            WireState::Held
        } else if self.is_in_cycle(wire) {
            WireState::Deadlocked
        } else if is_dropping && wire.when_full == WhenFull::Block {
            WireState::Overflowing
        } else if is_dropping {
            WireState::Discarding
        } else if is_blocked(info) {
            WireState::Blocking
        } else if self.has_ended(&wire.from.process) && counts.depth == 0 {
            WireState::Closed
        } else if fill >= FILLING {
            WireState::Filling
        } else if counts.rate > 0.0 {
            WireState::Flowing
        } else if counts.starved_percent >= STARVED_PERCENT {
            WireState::Starved
        } else {
            WireState::Idle
        }
    }

    fn has_ended(&self, name: &ProcessName) -> bool {
        let info = self.process_info(name);
        info.is_some_and(|info| info.counts.state == Wire::Ended)
    }

    fn process_state(&self, info: &ProcessInfo) -> ProcessState {
        if self.stale_secs.is_some() {
            return ProcessState::Stale;
        }
        let target = Target::Process(info.name.clone());
        if self.runs.is_held(self.graph, &target) {
            return ProcessState::Held;
        }
        match info.counts.state {
            Wire::Starved => ProcessState::Waiting,
            Wire::Blocked => ProcessState::Blocked,
            Wire::Ended if info.counts.failures > 0 => ProcessState::Failed,
            Wire::Ended => ProcessState::Finished,
            _ => ProcessState::Running,
        }
    }
}

impl Live for LiveView<'_> {
    fn wire(&self, id: WireId) -> Option<WireLook> {
        let wire = self.document.wire(id)?;
        let (at, info) = self.connector(wire)?;
        let counts = &info.counts;
        let all = self.run.counts.as_ref()?;
        let state = self.wire_state(wire, at, info);
        let fill = fraction(counts.depth as f64, f64::from(info.capacity));
        let full_in = all.full_in_secs(at).filter(|secs| *secs < 120.0);
        let label = label(info);
        Some(WireLook {
            state,
            load: load(counts.rate, all.rate_max()),
            fill,
            predicted: full_in.map(|secs| if secs < 10.0 { 1.0 } else { fill.max(0.8) }),
            blocked: fraction(counts.blocked_percent, 100.0),
            errors: 0.0,
            story: story(info, full_in, self.stale_secs),
            spoken: spoken(info, state),
            label,
        })
    }

    fn process(&self, name: &ProcessName) -> Option<ProcessLook> {
        let info = self.process_info(name)?;
        let state = self.process_state(&info);
        let failures = info.counts.failures;
        let failure = (failures > 0).then(|| Failure {
            message: self
                .fault_of(name)
                .unwrap_or_else(|| format!("{failures} packets failed")),
            count: u32::try_from(failures).unwrap_or(u32::MAX),
        });
        Some(ProcessLook {
            state,
            failure,
            culprit: self.culprit(name),
            is_changed: false,
            spoken: format!(
                "{}, {} received, {} sent",
                said(state),
                big(info.counts.received),
                big(info.counts.sent)
            ),
        })
    }

    fn banner(&self) -> Option<String> {
        let reasons = self.run.why.iter().flat_map(|why| &why.reasons);
        let waits = reasons.filter_map(cycle).next()?;
        Some(format!("Deadlock: {}", waits.join("; ")))
    }
}

impl LiveView<'_> {
    /// How the last run failed, if that was at this process.
    fn fault_of(&self, name: &ProcessName) -> Option<String> {
        let fault = self.run.info.as_ref()?.fault.as_ref()?;
        let full = format!("`{}{name}`", self.prefix);
        fault.contains(&full).then(|| fault.clone())
    }
}

/// Why packets do not move, in a line.
pub(crate) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::SlowConsumer { process, chain, .. } => {
            format!(
                "{process} is slower than what comes: {} full before it",
                chain.len()
            )
        }
        Reason::Held { connector, .. } => format!("{connector} is held"),
        Reason::Cycle { waits } => format!("deadlock: {}", waits.join(", ")),
        _ => "for a reason that this editor does not know".to_owned(),
    }
}

fn cycle(reason: &Reason) -> Option<&Vec<String>> {
    match reason {
        Reason::Cycle { waits } => Some(waits),
        _ => None,
    }
}

/// A subgraph as one process: its counts are those of all inside.
fn rolled_up(counts: &Counts, name: &str) -> Option<ProcessInfo> {
    let mut inside = counts.inside(name);
    let first = inside.next()?;
    let mut sum = first.clone();
    name.clone_into(&mut sum.name);
    for process in inside {
        let more = &process.counts;
        sum.counts.failures += more.failures;
        sum.counts.received += more.received;
        sum.counts.sent += more.sent;
        sum.counts.busy_percent = sum.counts.busy_percent.max(more.busy_percent);
        if rank(more.state) < rank(sum.counts.state) {
            sum.counts.state = more.state;
        }
    }
    Some(sum)
}

/// What a subgraph is said to do: what its busiest process does.
const fn rank(state: Wire) -> u8 {
    match state {
        Wire::Running => 0,
        Wire::Blocked => 1,
        Wire::Starved => 2,
        _ => 3,
    }
}

/// `1.2k/s  812/1000  Σ4.1M`.
fn label(info: &ConnectorInfo) -> String {
    let counts = &info.counts;
    let rate = rate(counts.rate);
    format!(
        "{rate}/s  {}/{}  Σ{}",
        counts.depth,
        info.capacity,
        big(counts.received)
    )
}

fn story(info: &ConnectorInfo, full_in: Option<f64>, stale_secs: Option<f64>) -> Vec<String> {
    let counts = &info.counts;
    let mut lines = Vec::new();
    if let Some(secs) = stale_secs {
        lines.push(format!("last heard of {secs:.0} s ago"));
    }
    lines.push(format!("{} packets per second", rate(counts.rate)));
    lines.push(format!(
        "{} of {} inside, at most {}",
        counts.depth, info.capacity, counts.high_water
    ));
    lines.push(format!("{} sent, {} taken", counts.sent, counts.received));
    if counts.dropped > 0 {
        lines.push(format!("{} dropped", counts.dropped));
    }
    if counts.blocked_percent > 0.0 {
        lines.push(format!(
            "writer waits {:.0} % of the time",
            counts.blocked_percent
        ));
    }
    if counts.starved_percent > 0.0 {
        lines.push(format!(
            "reader waits {:.0} % of the time",
            counts.starved_percent
        ));
    }
    if let Some(secs) = full_in {
        lines.push(format!("full in ~{secs:.0} s"));
    }
    lines
}

fn spoken(info: &ConnectorInfo, state: WireState) -> String {
    let word = match state {
        WireState::Idle => "idle",
        WireState::Flowing => "flowing",
        WireState::Filling => "filling",
        WireState::Blocking => "blocked",
        WireState::Starved => "starved",
        WireState::Deadlocked => "deadlocked",
        WireState::Held => "held",
        WireState::Breakpoint => "breakpoint",
        WireState::Overflowing | WireState::Discarding => "dropping",
        WireState::Broker => "across a broker",
        WireState::Stale => "no news",
        WireState::Closed => "closed",
    };
    let counts = &info.counts;
    format!(
        "{} of {}, {} per second, {word}",
        counts.depth,
        info.capacity,
        rate(counts.rate)
    )
}

/// What a process does, in a word.
pub(crate) const fn said(state: ProcessState) -> &'static str {
    match state {
        ProcessState::Stopped => "stopped",
        ProcessState::Ready => "ready",
        ProcessState::Running => "running",
        ProcessState::Waiting => "waiting for packets",
        ProcessState::Blocked => "waiting for room",
        ProcessState::Held => "held",
        ProcessState::Muted => "muted",
        ProcessState::Bypassed => "bypassed",
        ProcessState::Restarting(_) => "restarting",
        ProcessState::Failed => "failed",
        ProcessState::Finished => "finished",
        ProcessState::Stale => "no news",
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share between 0 and 1, for the eye"
)]
fn fraction(part: f64, whole: f64) -> f32 {
    if whole > 0.0 {
        (part / whole).clamp(0.0, 1.0) as f32
    } else {
        0.0
    }
}

/// How busy a wire is on a logarithmic scale: a tenth of the busiest is still seen.
fn load(rate: f64, rate_max: f64) -> f32 {
    if rate <= 0.0 || rate_max <= 0.0 {
        return 0.0;
    }
    fraction((1.0 + rate).ln(), (1.0 + rate_max).ln())
}
