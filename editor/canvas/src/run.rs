//! A run as the document's live view knows it, as looks of wires and processes.

use std::collections::HashSet;

use millstream_document::live::{
    Culprit, Live, LiveView, ProcessLight, ProcessLive, WireLive, WireState as Does, amount, label,
    rate,
};
use millstream_document::{Document, WireId};
use millstream_graph::{ProcessName, WhenFull};

use crate::look::{Failure, LiveLook, ProcessLook, ProcessState, WireLook, WireState};

/// Packets a second at which a wire is as thick as wires become.
const BUSIEST: f64 = 1e6;
/// How far ahead the level of a filling wire is foretold, in seconds.
const FORETOLD_SECS: f64 = 10.0;

/// What there is to show of a run of a document.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The document.
    pub document: &'a Document,
    /// What is known of the run.
    pub live: &'a Live,
    /// Which connector of the run is which wire.
    pub view: &'a LiveView,
    /// The time by the clock that `live` is fed by.
    pub now_ms: u64,
    /// What the application knows beside.
    pub marks: &'a Marks,
}

/// What the application knows of a run, beside its counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// Wires with a breakpoint.
    pub breakpoints: HashSet<WireId>,
    /// Processes that differ from what runs.
    pub changed: HashSet<ProcessName>,
    /// What concerns the graph as a whole, as a deadlock does.
    pub banner: Option<String>,
}

impl LiveLook for Run<'_> {
    fn wire(&self, id: WireId) -> Option<WireLook> {
        let wire = self.view.wire(self.live, id, self.now_ms)?;
        let connector = self.document.wire(id)?;
        let is_lossy = connector.when_full != WhenFull::Block;
        let mut look = wire_look(&wire, is_lossy);
        let is_calm = matches!(look.state, WireState::Idle | WireState::Flowing);
        if is_calm && self.marks.breakpoints.contains(&id) {
            look.state = WireState::Breakpoint;
        }
        Some(look)
    }

    fn process(&self, name: &ProcessName) -> Option<ProcessLook> {
        let process = self.view.process(self.live, name.as_str(), self.now_ms)?;
        let culprit = self.view.culprit(self.live, name.as_str());
        let mut look = process_look(&process, culprit);
        look.is_changed = self.marks.changed.contains(name);
        Some(look)
    }

    fn banner(&self) -> Option<String> {
        let fault = self.live.fault().map(str::to_owned);
        self.marks.banner.clone().or(fault)
    }
}

/// How a wire looks that does this; a lossy one drops packets rather than make its writer wait.
fn wire_look(wire: &WireLive, is_lossy: bool) -> WireLook {
    let state = wire_state(wire, is_lossy);
    let predicted = match wire.state {
        Does::Filling {
            full_in_secs: Some(secs),
        } if secs > 0.0 => {
            let share = (FORETOLD_SECS / secs).min(1.0);
            Some(wire.fill() + (1.0 - wire.fill()) * share)
        }
        _ => None,
    };
    WireLook {
        state,
        load: share((1.0 + wire.rate).ln() / BUSIEST.ln()),
        fill: share(wire.fill()),
        predicted: predicted.map(share),
        blocked: share(wire.counts.blocked_percent / 100.0),
        errors: share(wire.dropped as f64 / (wire.counts.sent.max(1)) as f64),
        label: wire_label(wire, state),
        story: story(wire),
        spoken: wire.spoken(),
    }
}

fn wire_state(wire: &WireLive, is_lossy: bool) -> WireState {
    let drops = wire.dropped > 0;
    match wire.state {
        Does::Deadlocked => WireState::Deadlocked,
        Does::Held => WireState::Held,
        Does::Closed => WireState::Closed,
        Does::Stale => WireState::Stale,
        _ if drops && is_lossy => WireState::Overflowing,
        _ if drops => WireState::Discarding,
        Does::Full => WireState::Blocking,
        Does::Filling { .. } => WireState::Filling,
        Does::Starved => WireState::Starved,
        Does::Flowing => WireState::Flowing,
        _ => WireState::Idle,
    }
}

fn wire_label(wire: &WireLive, state: WireState) -> String {
    match state {
        WireState::Stale => match wire.age_ms {
            Some(age) => format!("{} s ago", age / 1000),
            None => "no word".to_owned(),
        },
        WireState::Blocking => {
            format!(
                "{}  blocked {:.0} %",
                label(wire),
                wire.counts.blocked_percent
            )
        }
        WireState::Overflowing => format!("{}  lost {}", label(wire), amount(wire.dropped as f64)),
        WireState::Discarding => {
            format!("{}  dropped {}", label(wire), amount(wire.dropped as f64))
        }
        WireState::Held => format!("held  {}", label(wire)),
        _ => label(wire),
    }
}

fn story(wire: &WireLive) -> Vec<String> {
    let counts = &wire.counts;
    let mut lines = vec![format!("{}, {}", wire.state.name(), rate(wire.rate))];
    if let Does::Filling {
        full_in_secs: Some(secs),
    } = wire.state
    {
        lines.push(format!("full in about {secs:.0} s"));
    }
    lines.push(format!(
        "{} in, {} out, {} inside, at most {}",
        counts.sent, counts.received, counts.depth, counts.high_water
    ));
    lines.push(format!(
        "writer waited {:.0} % of the time, reader {:.0} %",
        counts.blocked_percent, counts.starved_percent
    ));
    if wire.writers > 1 {
        lines.push(format!("together with {} other wires", wire.writers - 1));
    }
    lines
}

fn process_look(process: &ProcessLive, culprit: Option<&Culprit>) -> ProcessLook {
    let failure = process.errors.as_ref().map(|(message, more)| Failure {
        message: message.clone(),
        count: u32::try_from(more.saturating_add(1)).unwrap_or(u32::MAX),
    });
    ProcessLook {
        state: match process.light {
            ProcessLight::Running => ProcessState::Running,
            ProcessLight::WaitingOnInput => ProcessState::Waiting,
            ProcessLight::BlockedOnOutput => ProcessState::Blocked,
            ProcessLight::Held => ProcessState::Held,
            ProcessLight::Failed => ProcessState::Failed,
            ProcessLight::Finished => ProcessState::Finished,
            ProcessLight::Stale => ProcessState::Stale,
            _ => ProcessState::Stopped,
        },
        failure,
        culprit: culprit.map(Culprit::told),
        is_changed: false,
        spoken: process.light.name().to_owned(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a share needs few digits")]
const fn share(value: f64) -> f32 {
    value.clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use millstream_protocol::extension::{
        ConnectorCounts, ConnectorInfo, ProcessCounts, ProcessInfo, ProcessState as Runs, Response,
        Snapshot,
    };

    use super::*;
    use crate::testing::small;

    fn process(name: &str, state: Runs, busy_percent: f64) -> ProcessInfo {
        ProcessInfo {
            name: name.to_owned(),
            component: "a/B".to_owned(),
            counts: ProcessCounts {
                state,
                received: 0,
                sent: 0,
                failures: 0,
                busy_percent,
            },
        }
    }

    fn run(depth: u64) -> Live {
        let connector = ConnectorInfo {
            from: vec!["read.out".to_owned()],
            to: "parse.in".to_owned(),
            capacity: 1000,
            counts: ConnectorCounts {
                sent: 5000,
                received: 5000 - depth,
                depth,
                blocked_percent: 43.0,
                ..ConnectorCounts::default()
            },
        };
        let mut live = Live::default();
        let snapshot = Snapshot {
            graph: "g".to_owned(),
            run: 1,
            elapsed_ms: 1000,
            connectors: vec![connector],
            processes: vec![
                process("read", Runs::Blocked, 3.0),
                process("parse", Runs::Running, 97.0),
            ],
        };
        live.take(&Response::Snapshot(snapshot), 1_000);
        live
    }

    fn looks(live: &Live, now_ms: u64) -> (WireLook, ProcessLook) {
        let document = small();
        let mut view = LiveView::new();
        view.follow(&document, live);
        let marks = Marks::default();
        let run = Run {
            document: &document,
            live,
            view: &view,
            now_ms,
            marks: &marks,
        };
        let id = document.wires().next().unwrap().0;
        let name = "parse".parse().unwrap();
        (run.wire(id).unwrap(), run.process(&name).unwrap())
    }

    #[test]
    fn full_wire_blocks_and_its_reader_is_the_culprit() {
        let (wire, reader) = looks(&run(1000), 1_000);
        assert_eq!(wire.state, WireState::Blocking);
        assert!(wire.label.contains("1000/1000") && wire.label.contains("blocked 43 %"));
        assert_eq!(
            reader.culprit.as_deref(),
            Some("backpressure starts here: 97 % busy, 1 wire waits")
        );
    }

    #[test]
    fn old_numbers_are_stale() {
        let (wire, reader) = looks(&run(10), 20_000);
        assert_eq!(
            (wire.state, reader.state),
            (WireState::Stale, ProcessState::Stale)
        );
        assert_eq!(wire.label, "19 s ago");
    }
}
