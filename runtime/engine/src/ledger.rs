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
    fates: Vec<Fate>,
    /// Endings that nobody has taken yet, at most one of each process.
    endings: Vec<(u32, Ending)>,
}

/// What became of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It has not ended.
    Live,
    /// It has ended, and nothing was wrong.
    Ended,
    /// It has failed.
    Failed,
}

impl Ledger {
    pub(crate) fn new(processes: usize) -> Self {
        Self {
            live: AtomicU64::new(processes as u64),
            pages: Mutex::new(Pages {
                fates: vec![Fate::Live; processes],
                endings: Vec::new(),
            }),
        }
    }

    /// More processes, none of which has ended.
    pub(crate) fn extend(&self, processes: usize) {
        let fates = &mut self.pages.lock().fates;
        fates.resize(fates.len() + processes, Fate::Live);
        self.live.fetch_add(processes as u64, SeqCst);
    }

    /// Notes that a process has ended.
    pub(crate) fn end(&self, process: u32, ending: Ending) {
        let mut pages = self.pages.lock();
        if let Some(fate) = pages.fates.get_mut(process as usize)
            && *fate == Fate::Live
        {
            *fate = match ending.fault() {
                Some(_) => Fate::Failed,
                None => Fate::Ended,
            };
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
        self.fate(process) != Fate::Live
    }

    /// What became of a process.
    pub(crate) fn fate(&self, process: usize) -> Fate {
        let fate = self.pages.lock().fates.get(process).copied();
        fate.unwrap_or(Fate::Ended)
    }

    /// Number of processes that have not ended.
    pub(crate) fn live(&self) -> u64 {
        self.live.load(SeqCst)
    }
}
