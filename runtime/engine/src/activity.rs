//! Whether anything in a network can still move.
//!
//! A network is quiet when no island has anything to poll and no wake is on its way. An island counts as active from
//! before the wake that ends its rest becomes visible, and the waking side is active (or counts as something outside
//! that the network waits for) until after that; so the number of active islands never drops to zero while a wake is in
//! flight.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

use tokio::sync::Notify;

/// Counts the active islands of one network and what they wait for outside it.
#[derive(Debug)]
pub(crate) struct Activity {
    active: AtomicUsize,
    /// Processes that something outside can wake: a timer, a socket, a file.
    external: AtomicUsize,
    /// How many times an island became active.
    turns: AtomicU64,
    /// Told when the last island goes to rest.
    quiet: Notify,
}

impl Activity {
    /// All islands start active.
    pub(crate) fn new(islands: usize) -> Self {
        Self {
            active: AtomicUsize::new(islands),
            external: AtomicUsize::new(0),
            turns: AtomicU64::new(0),
            quiet: Notify::new(),
        }
    }

    /// An island that rested has work.
    pub(crate) fn rise(&self) {
        self.turns.fetch_add(1, SeqCst);
        self.active.fetch_add(1, SeqCst);
    }

    /// An island has nothing to poll.
    pub(crate) fn rest(&self) {
        if self.active.fetch_sub(1, SeqCst) == 1 {
            self.quiet.notify_one();
        }
    }

    /// A process starts to wait for something outside.
    pub(crate) fn add_external(&self) {
        self.external.fetch_add(1, SeqCst);
    }

    /// A process waits for nothing outside any more.
    pub(crate) fn remove_external(&self) {
        self.external.fetch_sub(1, SeqCst);
    }

    /// Waits until the last island goes to rest.
    pub(crate) async fn quiet(&self) {
        self.quiet.notified().await;
    }

    /// Whether no island has anything to poll.
    pub(crate) fn is_quiet(&self) -> bool {
        self.active.load(SeqCst) == 0
    }

    /// Whether nothing can ever move again by itself: quiet, and nothing outside to wait for, in one instant.
    pub(crate) fn is_stuck(&self) -> bool {
        let turns = self.turns.load(SeqCst);
        self.is_quiet()
            && self.external.load(SeqCst) == 0
            && self.is_quiet()
            && self.turns.load(SeqCst) == turns
    }
}
