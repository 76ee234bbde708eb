//! Which processes of a network have ended, and how.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use parking_lot::Mutex;

use crate::report::Ending;

/// Which processes of a network have ended.
#[derive(Debug)]
pub(crate) struct Ledger {
    live: AtomicU64,
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    /// By process.
    ended: Vec<bool>,
    /// Endings that nobody has taken yet, at most one of each process.
    endings: Vec<(u32, Ending)>,
}

impl Ledger {
    pub(crate) fn new(processes: usize) -> Self {
        Self {
            live: AtomicU64::new(processes as u64),
            pages: Mutex::new(Pages {
                ended: vec![false; processes],
                endings: Vec::new(),
            }),
        }
    }

    /// More processes, none of which has ended.
    pub(crate) fn extend(&self, processes: usize) {
        let ended = &mut self.pages.lock().ended;
        ended.resize(ended.len() + processes, false);
        self.live.fetch_add(processes as u64, SeqCst);
    }

    /// Notes that a process has ended.
    pub(crate) fn end(&self, process: u32, ending: Ending) {
        let mut pages = self.pages.lock();
        if let Some(ended) = pages.ended.get_mut(process as usize)
            && !std::mem::replace(ended, true)
        {
            pages.endings.push((process, ending));
            self.live.fetch_sub(1, SeqCst);
        }
    }

    /// Endings since the last call.
    pub(crate) fn take_endings(&self) -> Vec<(u32, Ending)> {
        std::mem::take(&mut self.pages.lock().endings)
    }

    /// Whether a process has ended.
    pub(crate) fn has_ended(&self, process: usize) -> bool {
        self.pages
            .lock()
            .ended
            .get(process)
            .copied()
            .unwrap_or(true)
    }

    /// Number of processes that have not ended.
    pub(crate) fn live(&self) -> u64 {
        self.live.load(SeqCst)
    }
}
