//! What is known of a run, as the canvas shows it: the document's words for it, turned into the canvas's.

use millstream_canvas::{
    Failure, LiveLook as Shown, ProcessLook, ProcessState, WireLook, WireState,
};
use millstream_document::live::{self, Live, ProcessLight, ProcessLive, WireLive};
use millstream_document::{Document, WireId};
use millstream_graph::{Connector, ProcessName, WhenFull};
use millstream_protocol::extension::Reason;

/// A wire with so many packets a second is as thick as wires get.
const BUSIEST_RATE: f64 = 1e6;
/// What is full sooner than this many seconds is told.
const SOON_SECS: f64 = 120.0;

/// The run of one graph, or of one use of a subgraph, as its document sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveView<'a> {
    pub(crate) document: &'a Document,
    pub(crate) view: &'a live::LiveView,
    pub(crate) live: &'a Live,
    pub(crate) now_ms: u64,
    /// Why packets do not move, if it was asked.
    pub(crate) why: Option<&'a millstream_protocol::extension::Why>,
}

/// The name of a wire at the runtime.
pub(crate) fn wire_name(prefix: &str, wire: &Connector) -> String {
    format!("{prefix}{}->{prefix}{}", wire.from, wire.to)
}

impl LiveView<'_> {
    /// What is known of a wire.
    pub(crate) fn wire_live(&self, id: WireId) -> Option<WireLive> {
        self.view.wire(self.live, id, self.now_ms)
    }

    /// What is known of a process; of a subgraph, of all inside.
    pub(crate) fn process_live(&self, name: &ProcessName) -> Option<ProcessLive> {
        self.view.process(self.live, name.as_str(), self.now_ms)
    }

    /// The story of a process that holds up others.
    pub(crate) fn culprit(&self, name: &ProcessName) -> Option<String> {
        let culprit = self.view.culprit(self.live, name.as_str())?;
        Some(culprit.told())
    }

    /// The run in a few numbers.
    pub(crate) fn totals(&self) -> live::Totals {
        self.live.totals(self.now_ms)
    }

    /// Whether what is known is old.
    pub(crate) fn is_stale(&self) -> bool {
        self.live.is_stale(self.now_ms)
    }

    fn wire_state(&self, id: WireId, wire: &WireLive) -> WireState {
        use live::WireState as Known;
        let drops = self
            .document
            .wire(id)
            .is_some_and(|wire| wire.when_full != WhenFull::Block);
        match wire.state {
            Known::Stale => WireState::Stale,
            Known::Held => WireState::Held,
            Known::Deadlocked => WireState::Deadlocked,
            Known::Closed => WireState::Closed,
            Known::Full if drops && wire.dropped > 0 => WireState::Discarding,
            Known::Full => WireState::Blocking,
            Known::Filling { .. } => WireState::Filling,
            Known::Flowing => WireState::Flowing,
            Known::Starved => WireState::Starved,
            _ => WireState::Idle,
        }
    }
}

impl Shown for LiveView<'_> {
    fn wire(&self, id: WireId) -> Option<WireLook> {
        let wire = self.wire_live(id)?;
        let full_in = full_in(&wire);
        let fill = share(wire.fill());
        Some(WireLook {
            state: self.wire_state(id, &wire),
            load: load(wire.rate),
            fill,
            predicted: full_in.map(|secs| if secs < 10.0 { 1.0 } else { fill.max(0.8) }),
            blocked: share(wire.counts.blocked_percent / 100.0),
            errors: 0.0,
            label: live::label(&wire),
            story: story(&wire, full_in),
            spoken: wire.spoken(),
        })
    }

    fn process(&self, name: &ProcessName) -> Option<ProcessLook> {
        let process = self.process_live(name)?;
        let failure = process.errors.as_ref().map(|(message, more)| Failure {
            message: message.clone(),
            count: u32::try_from(more + 1).unwrap_or(u32::MAX),
        });
        Some(ProcessLook {
            state: state(process.light),
            failure,
            culprit: self.culprit(name),
            is_changed: false,
            spoken: format!(
                "{}, {} received, {} sent",
                process.light.name(),
                live::amount(process.received as f64),
                live::amount(process.sent as f64)
            ),
        })
    }

    fn banner(&self) -> Option<String> {
        let reasons = self.why.iter().flat_map(|why| &why.reasons);
        let mut cycles = reasons.filter(|reason| matches!(reason, Reason::Cycle { .. }));
        cycles
            .next()
            .map(|cycle| crate::notice::capitalised(&reason(cycle)))
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

const fn state(light: ProcessLight) -> ProcessState {
    match light {
        ProcessLight::Running => ProcessState::Running,
        ProcessLight::WaitingOnInput => ProcessState::Waiting,
        ProcessLight::BlockedOnOutput => ProcessState::Blocked,
        ProcessLight::Held => ProcessState::Held,
        ProcessLight::Failed => ProcessState::Failed,
        ProcessLight::Finished => ProcessState::Finished,
        ProcessLight::Stale => ProcessState::Stale,
        _ => ProcessState::Stopped,
    }
}

fn full_in(wire: &WireLive) -> Option<f64> {
    match wire.state {
        live::WireState::Filling { full_in_secs } => full_in_secs.filter(|secs| *secs < SOON_SECS),
        _ => None,
    }
}

fn story(wire: &WireLive, full_in: Option<f64>) -> Vec<String> {
    let counts = &wire.counts;
    let mut lines = Vec::new();
    if let Some(age_ms) = wire.age_ms {
        lines.push(format!("last heard of {} s ago", age_ms / 1000));
    }
    lines.push(format!("{} packets", live::rate(wire.rate)));
    lines.push(format!(
        "{} of {} inside, at most {}",
        counts.depth, wire.capacity, counts.high_water
    ));
    lines.push(format!("{} sent, {} taken", counts.sent, counts.received));
    if wire.dropped > 0 {
        lines.push(format!("{} dropped", wire.dropped));
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
    if wire.writers > 1 {
        lines.push(format!(
            "{} wires end here; these are the numbers of all",
            wire.writers
        ));
    }
    if let Some(secs) = full_in {
        lines.push(format!("full in ~{secs:.0} s"));
    }
    lines
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share between 0 and 1, for the eye"
)]
const fn share(part: f64) -> f32 {
    part.clamp(0.0, 1.0) as f32
}

/// How busy a wire is, on a logarithmic scale.
fn load(rate: f64) -> f32 {
    share((1.0 + rate).ln() / (1.0 + BUSIEST_RATE).ln())
}
