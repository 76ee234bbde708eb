//! Who is woken when a connector changes.

use std::fmt;
use std::sync::Arc;

/// Wakes processes; implemented by whoever runs them.
pub trait Wake: Send + Sync {
    /// Makes sure that the process is polled after this call. Any thread may call it; calls may be spurious.
    fn wake(&self, process: u32);

    /// A clock for waiting times, in nanoseconds from any origin but never 0; may be coarse.
    fn now_nanos(&self) -> u64;
}

/// One process of one [`Wake`].
#[derive(Clone)]
pub struct Target {
    wake: Arc<dyn Wake>,
    process: u32,
}

impl Target {
    /// Names a process.
    pub fn new(wake: Arc<dyn Wake>, process: u32) -> Self {
        Self { wake, process }
    }

    /// The process's number.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Wakes the process.
    pub fn wake(&self) {
        self.wake.wake(self.process);
    }

    pub(crate) fn now_nanos(&self) -> u64 {
        self.wake.now_nanos()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("process", &self.process)
            .finish_non_exhaustive()
    }
}
