//! The counts of a connector.

/// What has passed through a connector so far. `sent = received + dropped + depth`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Packets that writers handed over, brackets included.
    pub sent: u64,
    /// Packets that the reader took.
    pub received: u64,
    /// Packets dropped because of `when_full`.
    pub dropped: u64,
    /// Packets inside.
    pub depth: u64,
    /// Most packets that were inside at once.
    pub high_water: u64,
    /// Most packets that may be inside.
    pub capacity: u32,
    /// Text and bytes handed over, in bytes; other values count nothing.
    pub bytes: u64,
    /// Time for which a writer waited for room, in nanoseconds.
    pub blocked_nanos: u64,
    /// Time for which the reader waited for a packet, in nanoseconds.
    pub starved_nanos: u64,
}
