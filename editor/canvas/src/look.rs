//! What the canvas is told of a run: how each wire and each process is, as people see it.
//!
//! The canvas measures nothing and knows no runtime: whoever does implements [`LiveLook`]. Anything that it has not heard of for
//! a while it says to be [`WireState::Stale`]; old numbers are never shown as live.

use millstream_document::WireId;
use millstream_graph::ProcessName;

/// What is known of a run.
pub trait LiveLook {
    /// How a wire is; nothing is drawn for one that is not known.
    fn wire(&self, id: WireId) -> Option<WireLook>;

    /// How a process is.
    fn process(&self, name: &ProcessName) -> Option<ProcessLook>;

    /// What concerns the graph as a whole, as a deadlock does: a cycle and its reasons.
    fn banner(&self) -> Option<String> {
        None
    }
}

/// The state of a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WireState {
    /// No packets lately.
    Idle,
    /// Packets move.
    Flowing,
    /// It fills up.
    Filling,
    /// It is full, and its writer waits.
    Blocking,
    /// Its reader waits for packets.
    Starved,
    /// It is part of a cycle in which nothing can move.
    Deadlocked,
    /// The user holds it.
    Held,
    /// The user set a breakpoint on it.
    Breakpoint,
    /// It drops packets because it is full: a loss.
    Overflowing,
    /// It drops packets because the user wants that.
    Discarding,
    /// It crosses workers by way of a broker.
    Broker,
    /// Nothing was heard of it for a while.
    Stale,
    /// Its writer has ended, and it is empty.
    Closed,
}

/// How a wire is.
#[derive(Debug, Clone, PartialEq)]
pub struct WireLook {
    /// Its state.
    pub state: WireState,
    /// How busy it is, from 0 (nothing) to 1 (the busiest), on a logarithmic scale.
    pub load: f32,
    /// How full it is, from 0 to 1.
    pub fill: f32,
    /// How full it will be soon, from 0 to 1.
    pub predicted: Option<f32>,
    /// Its share of time with a waiting writer, from 0 to 1.
    pub blocked: f32,
    /// Its share of packets that failed behind it, from 0 to 1.
    pub errors: f32,
    /// The short label: `1.2k/s  812/1000  Σ4.1M`.
    pub label: String,
    /// The whole story, for the pointer: one line each.
    pub story: Vec<String>,
    /// What a screen reader says after the wire's name: `812 of 1000, 64 per second, blocked`.
    pub spoken: String,
}

/// The state of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProcessState {
    /// It does not run.
    Stopped,
    /// It may start at any time.
    Ready,
    /// It works.
    Running,
    /// It waits for packets.
    Waiting,
    /// It waits for room to send.
    Blocked,
    /// The user holds it.
    Held,
    /// It lets its packets fall.
    Muted,
    /// It hands its packets on as they are.
    Bypassed,
    /// It failed and starts again; so many times until now.
    Restarting(u32),
    /// It failed.
    Failed,
    /// It has ended well.
    Finished,
    /// Nothing was heard of it for a while.
    Stale,
}

/// How a process is.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessLook {
    /// Its state.
    pub state: ProcessState,
    /// The first failure, and how many others it had as consequence.
    pub failure: Option<Failure>,
    /// What the ring says, if it holds up others: `backpressure starts here: 97 % busy, 3 wires wait`.
    pub culprit: Option<String>,
    /// Whether it differs from what runs.
    pub is_changed: bool,
    /// What a screen reader says after the name.
    pub spoken: String,
}

/// What a process failed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The first error.
    pub message: String,
    /// Failures, this one among them.
    pub count: u32,
}

/// What wires show by colour, beside their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Overlay {
    /// Type families.
    #[default]
    None,
    /// How many packets pass.
    Rate,
    /// How full wires are.
    Fill,
    /// How long writers wait.
    Blocked,
    /// How many packets fail.
    Errors,
}

impl Overlay {
    /// All of them, in the order in which one goes through them.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Rate,
        Self::Fill,
        Self::Blocked,
        Self::Errors,
    ];

    /// The next one.
    pub fn next(self) -> Self {
        let at = Self::ALL
            .iter()
            .position(|&other| other == self)
            .unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "types",
            Self::Rate => "rate",
            Self::Fill => "fill",
            Self::Blocked => "blocked time",
            Self::Errors => "errors",
        }
    }

    /// What the ends of its scale say.
    pub const fn scale(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("", ""),
            Self::Rate => ("0/s", "busiest"),
            Self::Fill => ("empty", "full"),
            Self::Blocked => ("0 %", "100 % blocked"),
            Self::Errors => ("0 %", "all fail"),
        }
    }

    /// How much of it a wire has, from 0 to 1.
    pub const fn share(self, look: &WireLook) -> Option<f32> {
        match self {
            Self::None => None,
            Self::Rate => Some(look.load),
            Self::Fill => Some(look.fill),
            Self::Blocked => Some(look.blocked),
            Self::Errors => Some(look.errors),
        }
    }
}

impl WireState {
    /// Whether the state is worth seeing from afar.
    pub const fn is_alarming(self) -> bool {
        matches!(self, Self::Blocking | Self::Deadlocked | Self::Overflowing)
    }
}

impl ProcessState {
    /// The state in words.
    pub fn words(self) -> String {
        match self {
            Self::Stopped => "stopped".to_owned(),
            Self::Ready => "ready".to_owned(),
            Self::Running => "running".to_owned(),
            Self::Waiting => "waits for packets".to_owned(),
            Self::Blocked => "waits for room to send".to_owned(),
            Self::Held => "held".to_owned(),
            Self::Muted => "muted".to_owned(),
            Self::Bypassed => "bypassed".to_owned(),
            Self::Restarting(times) => format!("restarting, {times} times until now"),
            Self::Failed => "failed".to_owned(),
            Self::Finished => "finished".to_owned(),
            Self::Stale => "no word from it".to_owned(),
        }
    }
}
