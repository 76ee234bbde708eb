//! Who is woken when a connector changes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Wakes processes; implemented by whoever runs them.
pub trait Wake: Send + Sync {
    /// Makes sure that the process is polled after this call. Any thread may call it; calls may be spurious.
    fn wake(&self, process: u32);

    /// A clock for waiting times, in nanoseconds from any origin but never 0; may be coarse.
    fn clock(&self) -> Clock;
}

/// Nanoseconds that somebody keeps up to date.
pub type Clock = Arc<std::sync::atomic::AtomicU64>;

/// One process of one [`Wake`].
#[derive(Clone)]
pub struct Target {
    wake: Arc<dyn Wake>,
    clock: Clock,
    process: u32,
}

impl Target {
    /// Names a process.
    pub fn new(wake: Arc<dyn Wake>, process: u32) -> Self {
        Self {
            clock: wake.clock(),
            wake,
            process,
        }
    }

    /// The process's number.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Wakes the process.
    pub fn wake(&self) {
        self.wake.wake(self.process);
    }

    #[inline]
    pub(crate) fn now_nanos(&self) -> u64 {
        self.clock.load(Relaxed)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("process", &self.process)
            .finish_non_exhaustive()
    }
}
