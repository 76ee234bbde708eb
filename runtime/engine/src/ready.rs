//! The queue of processes that are ready on the island that this thread runs now.
//!
//! It lives in a thread local, so that a port can wake a process of the same island with a push and no lock.

use std::cell::RefCell;
use std::collections::VecDeque;

/// Ready processes of one island, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    /// Whose queue it is; 0 for nobody's.
    island: u64,
    queue: VecDeque<u32>,
    queued: Vec<bool>,
}

impl Ready {
    /// The queue of an island with so many processes, all of them ready.
    pub(crate) fn all(island: u64, processes: u32) -> Self {
        Self {
            island,
            queue: (0..processes).collect(),
            queued: vec![true; processes as usize],
        }
    }

    fn push(&mut self, process: u32) {
        if let Some(queued) = self.queued.get_mut(process as usize)
            && !std::mem::replace(queued, true)
        {
            self.queue.push_back(process);
        }
    }

    fn pop(&mut self) -> Option<u32> {
        let process = self.queue.pop_front()?;
        self.queued[process as usize] = false;
        Some(process)
    }
}

thread_local! {
    static CURRENT: RefCell<Ready> = const {
        RefCell::new(Ready { island: 0, queue: VecDeque::new(), queued: Vec::new() })
    };
}

/// Queues a process if this thread runs its island now.
#[inline]
pub(crate) fn push_here(island: u64, process: u32) -> bool {
    CURRENT.with_borrow_mut(|ready| {
        if ready.island != island {
            return false;
        }
        ready.push(process);
        true
    })
}

/// The process that is next on the current island.
#[inline]
pub(crate) fn pop() -> Option<u32> {
    CURRENT.with_borrow_mut(Ready::pop)
}

/// Makes an island's queue the current one until dropped. Islands may nest (a network inside a process).
pub(crate) struct Turn<'a> {
    home: &'a mut Ready,
    outer: Ready,
}

impl<'a> Turn<'a> {
    pub(crate) fn start(home: &'a mut Ready) -> Self {
        let outer = CURRENT.replace(std::mem::take(home));
        Self { home, outer }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.home = CURRENT.replace(std::mem::take(&mut self.outer));
    }
}
