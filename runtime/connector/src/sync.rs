//! Atomics and locks, or loom's models of them when the protocol is model-checked.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, fence};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, fence};

pub(crate) use std::sync::atomic::Ordering;

/// Memory that two parties hand to each other.
#[cfg(not(loom))]
#[derive(Debug)]
pub(crate) struct SharedCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> SharedCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Runs `f` with the address of the value; whoever reads or writes there must be the only one.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

#[cfg(loom)]
pub(crate) use loom::cell::UnsafeCell as SharedCell;

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
