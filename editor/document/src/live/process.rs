//! What a process does, as its card shows it.

use millstream_protocol::extension::{ProcessCounts, ProcessState};

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProcessLight {
    /// Nothing runs.
    Stopped,
    /// It works, or waits for something that is no connector.
    Running,
    /// It waits for packets.
    WaitingOnInput,
    /// It waits for room.
    BlockedOnOutput,
    /// Somebody holds it.
    Held,
    /// It has failed.
    Failed,
    /// It has ended, and well.
    Finished,
    /// The runtime does not report: what it does is not known.
    Stale,
}

/// A process of a run; of a subgraph, what its processes do together.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessLive {
    /// What it does.
    pub light: ProcessLight,
    /// Packets taken; of a subgraph, by all of its processes.
    pub received: u64,
    /// Packets sent; of a subgraph, by all of its processes.
    pub sent: u64,
    /// Packets that it gave up on.
    pub failures: u64,
    /// Share of the time in which it computed, in percent; of a subgraph, that of the busiest.
    pub busy_percent: f64,
    /// The first error that it logged, and how many came after it.
    pub errors: Option<(String, u64)>,
    /// How many processes it stands for.
    pub processes: usize,
}

impl ProcessLight {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Running => "running",
            Self::WaitingOnInput => "waiting for packets",
            Self::BlockedOnOutput => "waiting for room",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Finished => "finished",
            Self::Stale => "stale",
        }
    }
}

impl ProcessLive {
    /// What several processes do together: the state that asks for the most attention.
    pub(super) fn joined(self, other: Self) -> Self {
        let (first, second) = if rank(other.light) > rank(self.light) {
            (other.light, self.light)
        } else {
            (self.light, other.light)
        };
        // A part that has ended says nothing as long as another goes on.
        let light = if first == ProcessLight::Finished {
            second
        } else {
            first
        };
        Self {
            light,
            received: self.received + other.received,
            sent: self.sent + other.sent,
            failures: self.failures + other.failures,
            busy_percent: self.busy_percent.max(other.busy_percent),
            errors: match (self.errors, other.errors) {
                (Some((first, a)), Some((_, b))) => Some((first, a + b + 1)),
                (one, other) => one.or(other),
            },
            processes: self.processes + other.processes,
        }
    }
}

/// Which of several states is told.
const fn rank(light: ProcessLight) -> u8 {
    match light {
        ProcessLight::Finished => 0,
        ProcessLight::Stopped => 1,
        ProcessLight::WaitingOnInput => 2,
        ProcessLight::BlockedOnOutput => 3,
        ProcessLight::Running => 4,
        ProcessLight::Held => 5,
        ProcessLight::Stale => 6,
        ProcessLight::Failed => 7,
    }
}

pub(super) fn light_of(counts: &ProcessCounts) -> ProcessLight {
    match counts.state {
        ProcessState::Starved => ProcessLight::WaitingOnInput,
        ProcessState::Blocked => ProcessLight::BlockedOnOutput,
        ProcessState::Held => ProcessLight::Held,
        ProcessState::Failed => ProcessLight::Failed,
        ProcessState::Ended => ProcessLight::Finished,
        _ => ProcessLight::Running,
    }
}
