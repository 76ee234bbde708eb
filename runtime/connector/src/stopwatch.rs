//! Time spent waiting, added up while others may look.

use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Adds up spans of time. One end starts and stops it; anybody may read it.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    /// Start of the running span; 0 when none runs.
    since: AtomicU64,
    total: AtomicU64,
}

impl Stopwatch {
    pub(crate) fn new() -> Self {
        Self {
            since: AtomicU64::new(0),
            total: AtomicU64::new(0),
        }
    }

    /// Starts a span unless one runs already.
    pub(crate) fn start(&self, now_nanos: u64) {
        if self.since.load(Relaxed) == 0 {
            self.since.store(now_nanos, Relaxed);
        }
    }

    /// Ends the span if one runs.
    pub(crate) fn stop(&self, now_nanos: u64) {
        let since = self.since.load(Relaxed);
        if since != 0 {
            self.since.store(0, Relaxed);
            let total = self.total.load(Relaxed) + now_nanos.saturating_sub(since);
            self.total.store(total, Relaxed);
        }
    }

    /// All ended spans and the running one.
    pub(crate) fn read(&self, now_nanos: u64) -> u64 {
        let running = match self.since.load(Relaxed) {
            0 => 0,
            since => now_nanos.saturating_sub(since),
        };
        self.total.load(Relaxed) + running
    }
}
