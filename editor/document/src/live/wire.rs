//! What a connector does, as its wire shows it.

use millstream_protocol::extension::ConnectorCounts;

/// A wire from here on, in percent of its capacity, is filling.
pub(super) const FILLING_PERCENT: u64 = 60;
/// A wire from here on, in percent of its capacity, is full.
pub(super) const FULL_PERCENT: u64 = 86;

/// What a connector does.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum WireState {
    /// No packet in the window, and nobody waits for one.
    Idle,
    /// Packets pass.
    Flowing,
    /// It fills.
    Filling {
        /// In how many seconds it is full if it goes on so.
        full_in_secs: Option<f64>,
    },
    /// It is full, or nearly; the writer waits.
    Full,
    /// The reader waits, and nothing comes.
    Starved,
    /// It is part of a circle in which each waits for the other.
    Deadlocked,
    /// Somebody holds it; nothing is lost.
    Held,
    /// Its writers have ended, and it is empty.
    Closed,
    /// The runtime does not report: the numbers are old.
    Stale,
}

/// A connector of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WireLive {
    /// What it does.
    pub state: WireState,
    /// Its counts, as they came last.
    pub counts: ConnectorCounts,
    /// Most packets inside.
    pub capacity: u32,
    /// Packets taken a second over the window.
    pub rate: f64,
    /// Packets dropped since the run began; they are lost.
    pub dropped: u64,
    /// How many connectors of the graph share it, because they end at one in-port; the numbers are of all of them.
    pub writers: usize,
    /// How old the numbers are in milliseconds, when they are stale.
    pub age_ms: Option<u64>,
}

impl WireLive {
    /// How full it is, from 0 to 1.
    pub fn fill(&self) -> f64 {
        if self.capacity == 0 {
            return 0.0;
        }
        (self.counts.depth as f64 / f64::from(self.capacity)).min(1.0)
    }

    /// What one who cannot see it is told: `flowing, 812 of 1000, 64 per second`.
    pub fn spoken(&self) -> String {
        let (depth, capacity) = (self.counts.depth, self.capacity);
        let mut text = format!("{}, {depth} of {capacity}", self.state.name());
        if self.rate > 0.0 {
            text = format!("{text}, {} per second", crate::live::amount(self.rate));
        }
        if self.dropped > 0 {
            text = format!("{text}, {} dropped", self.dropped);
        }
        text
    }
}

impl WireState {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Flowing => "flowing",
            Self::Filling { .. } => "filling",
            Self::Full => "full",
            Self::Starved => "starved",
            Self::Deadlocked => "deadlocked",
            Self::Held => "held",
            Self::Closed => "closed",
            Self::Stale => "stale",
        }
    }
}

/// Whether a connector is so full that its writer waits, or soon will.
pub(super) fn is_full(counts: &ConnectorCounts, capacity: u32) -> bool {
    counts.depth > 0 && counts.depth * 100 >= u64::from(capacity) * FULL_PERCENT
}

pub(super) fn is_filling(counts: &ConnectorCounts, capacity: u32) -> bool {
    counts.depth > 0 && counts.depth * 100 >= u64::from(capacity) * FILLING_PERCENT
}
