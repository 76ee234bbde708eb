//! Atomics and locks, or loom's models of them when the protocol is model-checked.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, fence};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, fence};

pub(crate) use std::sync::atomic::Ordering;

/// A lock that cannot be poisoned.
#[derive(Debug)]
pub(crate) struct Lock<T>(
    #[cfg(loom)] loom::sync::Mutex<T>,
    #[cfg(not(loom))] parking_lot::Mutex<T>,
);

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        #[cfg(loom)]
        return Self(loom::sync::Mutex::new(value));
        #[cfg(not(loom))]
        Self(parking_lot::Mutex::new(value))
    }

    /// Runs `f` with the value locked.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        #[cfg(loom)]
        return f(&mut self
            .0
            .lock()
            .expect("no test panics while it holds the lock"));
        #[cfg(not(loom))]
        f(&mut self.0.lock())
    }
}
