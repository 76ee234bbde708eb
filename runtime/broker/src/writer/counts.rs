//! What a writer did so far.

/// Exact counts of a writer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriterCounts {
    /// Frames that were made, without those that open epochs.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Frames that were published, again or for the first time.
    pub published: u64,
    /// Frames among them that had been published before.
    pub resent: u64,
    /// Times that the broker was full.
    pub full: u64,
    /// Times that the outcome was not known or that the lane stood elsewhere, and publishing began again.
    pub recoveries: u64,
    /// Times that credit was missing so long that the broker was asked.
    pub stalls: u64,
}
