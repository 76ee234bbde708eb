//! A global allocator that counts when it is asked to.
//!
//! It counts nothing while times are measured, so that references which allocate are not made to look worse.
#![expect(
    unsafe_code,
    reason = "an allocator cannot be written otherwise; every call is handed to the system's unchanged"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE_BYTES: AtomicI64 = AtomicI64::new(0);

/// The system's allocator with counts.
#[derive(Debug)]
pub(crate) struct Counting;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Allocations, those that grow in place included.
    pub(crate) allocations: u64,
    /// Bytes allocated and not given back.
    pub(crate) live_bytes: i64,
}

/// Does something while allocations of all threads are counted.
pub(crate) fn counted<R>(f: impl FnOnce() -> R) -> (R, Tally) {
    ALLOCATIONS.store(0, Relaxed);
    LIVE_BYTES.store(0, Relaxed);
    IS_COUNTING.store(true, Relaxed);
    let result = f();
    IS_COUNTING.store(false, Relaxed);
    (result, tally())
}

/// The counts so far.
pub(crate) fn tally() -> Tally {
    Tally {
        allocations: ALLOCATIONS.load(Relaxed),
        live_bytes: LIVE_BYTES.load(Relaxed),
    }
}

fn note(allocations: u64, bytes: i64) {
    if IS_COUNTING.load(Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Relaxed);
        LIVE_BYTES.fetch_add(bytes, Relaxed);
    }
}

/// No layout is larger than `isize::MAX`.
fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, signed(layout.size()));
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, signed(layout.size()));
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, -signed(layout.size()));
        // SAFETY: the caller's promise is the system's, and the pointer came from it.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, signed(size) - signed(layout.size()));
        // SAFETY: the caller's promise is the system's, and the pointer came from it.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
