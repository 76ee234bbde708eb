//! The queue of processes that are ready on the island that this thread runs now.
//!
//! Its open end lives in a thread local, so that a port can wake a process of the same island with a push and no lock. The
//! island takes what was pushed as a batch and works it off on its own.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Ready processes of one island, each at most once, first come first served.
#[derive(Debug)]
pub(crate) struct Ready {
    /// What is worked off now.
    batch: Vec<u32>,
    /// How much of it is done.
    done: usize,
    /// By process: whether it is in the batch or was pushed since. Only the thread that runs the island looks at it.
    queued: Arc<[AtomicBool]>,
    /// What was pushed, while the island does not run.
    pushed: Pushed,
}

/// Processes that became ready since the last batch was taken.
#[derive(Debug, Default)]
struct Pushed {
    /// Whose they are; 0 for nobody's.
    island: u64,
    processes: Vec<u32>,
    queued: Option<Arc<[AtomicBool]>>,
}

impl Ready {
    /// The queue of an island with so many processes, all of them ready.
    pub(crate) fn all(island: u64, processes: u32) -> Self {
        let queued: Arc<[AtomicBool]> = (0..processes).map(|_| AtomicBool::new(true)).collect();
        Self {
            batch: (0..processes).collect(),
            done: 0,
            pushed: Pushed {
                island,
                processes: Vec::new(),
                queued: Some(Arc::clone(&queued)),
            },
            queued,
        }
    }

    /// Makes room for more processes, none of them ready; only during a [`Turn`].
    pub(crate) fn grow(&mut self, processes: usize) {
        let known = self.queued.iter().map(|queued| queued.load(Relaxed));
        let more = std::iter::repeat_n(false, processes);
        self.queued = known.chain(more).map(AtomicBool::new).collect();
        let queued = Arc::clone(&self.queued);
        CURRENT.with_borrow_mut(|current| current.queued = Some(queued));
    }

    /// The process that is next; only during a [`Turn`].
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        if self.done == self.batch.len() && !self.take_batch() {
            return None;
        }
        let process = self.batch[self.done];
        self.done += 1;
        self.queued[process as usize].store(false, Relaxed);
        Some(process)
    }

    fn take_batch(&mut self) -> bool {
        self.batch.clear();
        self.done = 0;
        CURRENT.with_borrow_mut(|current| std::mem::swap(&mut current.processes, &mut self.batch));
        !self.batch.is_empty()
    }
}

impl Pushed {
    fn push(&mut self, process: u32) {
        if let Some(queued) = self
            .queued
            .as_ref()
            .and_then(|queued| queued.get(process as usize))
            && !queued.load(Relaxed)
        {
            queued.store(true, Relaxed);
            self.processes.push(process);
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Pushed> = const {
        RefCell::new(Pushed { island: 0, processes: Vec::new(), queued: None })
    };
}

/// Queues a process if this thread runs its island now.
#[inline]
pub(crate) fn push_here(island: u64, process: u32) -> bool {
    CURRENT.with_borrow_mut(|current| {
        if current.island != island {
            return false;
        }
        current.push(process);
        true
    })
}

/// Makes an island's queue the current one until dropped. Islands may nest (a network inside a process).
pub(crate) struct Turn<'a> {
    pub(crate) ready: &'a mut Ready,
    outer: Pushed,
}

impl<'a> Turn<'a> {
    pub(crate) fn start(ready: &'a mut Ready) -> Self {
        let outer = CURRENT.replace(std::mem::take(&mut ready.pushed));
        Self { ready, outer }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.ready.pushed = CURRENT.replace(std::mem::take(&mut self.outer));
    }
}
