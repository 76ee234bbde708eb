//! One process on its island.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use millstream_component::{Failure, FailureKind, ProcessCell, ProcessFuture};

use crate::island::Shared;
use crate::report::Ending;

/// So many polls are timed, each for itself, and then one of so many. The first ones set a process up and are not like
/// those that follow.
const TIMED_POLLS: u64 = 16;

/// What is counted of a process, readable from any thread.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Times the process was polled.
    pub(crate) polls: AtomicU64,
    /// Time in its polls, in nanoseconds; sampled.
    pub(crate) busy_nanos: AtomicU64,
}

/// A process as its island holds it.
pub(crate) struct Slot {
    /// `None` once it has ended.
    future: Option<ProcessFuture>,
    cell: Arc<ProcessCell>,
    waker: Waker,
    /// The same waker as what is behind it, to see whether somebody outside keeps a copy.
    wakeup: Arc<Wakeup>,
    /// Whether it is counted as waiting for something outside.
    external: bool,
    /// Whether it has no connected input.
    is_source: bool,
    pub(crate) hold: Hold,
    tally: Arc<Tally>,
}

/// Whether a process is kept from being polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It is polled whenever it is woken.
    No,
    /// It is not polled.
    Held,
    /// It is not polled, and was woken meanwhile.
    Missed,
}

/// Wakes one process from outside its island. A late wake finds an ended slot and does nothing.
#[derive(Debug)]
pub(crate) struct Wakeup {
    island: Arc<Shared>,
    process: u32,
}

impl std::task::Wake for Wakeup {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.island.wake_local(self.process);
    }
}

/// What a slot is made of.
pub(crate) struct Seed {
    pub(crate) future: ProcessFuture,
    pub(crate) cell: Arc<ProcessCell>,
    pub(crate) is_source: bool,
    pub(crate) tally: Arc<Tally>,
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

/// References to the wakeup that the slot itself keeps.
const OWN_REFERENCES: usize = 2;

impl Slot {
    pub(crate) fn new(seed: Seed, island: &Arc<Shared>, process: u32) -> Self {
        let wakeup = Arc::new(Wakeup {
            island: Arc::clone(island),
            process,
        });
        Self {
            future: Some(seed.future),
            cell: seed.cell,
            waker: Waker::from(Arc::clone(&wakeup)),
            wakeup,
            external: false,
            is_source: seed.is_source,
            hold: Hold::No,
            tally: seed.tally,
        }
    }

    /// The place of a process that is still to come.
    pub(crate) fn vacant(cell: Arc<ProcessCell>, island: &Arc<Shared>, process: u32) -> Self {
        let seed = Seed {
            future: Box::pin(std::future::pending()),
            cell,
            is_source: false,
            tally: Arc::default(),
        };
        let mut slot = Self::new(seed, island, process);
        slot.future = None;
        slot
    }

    pub(crate) fn is_live(&self) -> bool {
        self.future.is_some()
    }

    pub(crate) fn is_source(&self) -> bool {
        self.is_source
    }

    pub(crate) fn cell(&self) -> &ProcessCell {
        &self.cell
    }

    /// Polls the process if it has not ended yet; gives its ending when it has one. Unwinds when the component panics.
    #[inline]
    pub(crate) fn poll(&mut self) -> Option<Ending> {
        let future = self.future.as_mut()?;
        let polls = self.tally.polls.load(Relaxed) + 1;
        self.tally.polls.store(polls, Relaxed);
        let mut cx = Context::from_waker(&self.waker);
        let polled = if polls <= TIMED_POLLS || polls.is_multiple_of(TIMED_POLLS) {
            timed(&self.tally, polls, || future.as_mut().poll(&mut cx))
        } else {
            future.as_mut().poll(&mut cx)
        };
        match polled {
            Poll::Pending => {
                self.cell.close_dropped();
                None
            }
            Poll::Ready(result) => Some(self.conclude(result)),
        }
    }

    /// As [`Slot::poll`], with a panic as an ending.
    pub(crate) fn poll_guarded(&mut self) -> Option<Ending> {
        match catch_unwind(AssertUnwindSafe(|| self.poll())) {
            Ok(ending) => ending,
            Err(panic) => Some(self.end(Ending::panicked(&*panic))),
        }
    }

    #[cold]
    fn conclude(&mut self, result: Result<(), Failure>) -> Ending {
        self.end(match result {
            Ok(()) => Ending::Finished,
            Err(failure) if failure.kind() == FailureKind::Closed => Ending::Finished,
            Err(failure) => Ending::Failed(failure),
        })
    }

    /// Drops the process and closes its ports.
    pub(crate) fn end(&mut self, ending: Ending) -> Ending {
        if ending.fault().is_some() {
            self.cell.fail();
        }
        let future = self.future.take();
        // A component's drop may panic too; its ports are closed all the same.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(future)));
        self.cell.close();
        match dropped {
            Ok(()) => self.check_brackets(ending),
            Err(panic) => Ending::panicked(&*panic),
        }
    }

    /// A process that finished must have closed the groups that it opened, and no others.
    fn check_brackets(&self, ending: Ending) -> Ending {
        match (ending, self.cell.bracket_fault()) {
            (Ending::Finished, Some(fault)) => Ending::Failed(Failure::fatal(fault)),
            (ending, _) => ending,
        }
    }

    /// Whether somebody outside the network can wake this process; tells when that has changed.
    pub(crate) fn external_change(&mut self) -> Option<bool> {
        let external = self.is_live() && Arc::strong_count(&self.wakeup) > OWN_REFERENCES;
        let changed = external != self.external;
        self.external = external;
        changed.then_some(external)
    }
}

/// Adds the time that poll number `polls` takes to the busy time, also for the polls before it that were not timed.
#[cold]
fn timed<R>(tally: &Tally, polls: u64, poll: impl FnOnce() -> R) -> R {
    let started = Instant::now();
    let polled = poll();
    let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let stands_for = if polls <= TIMED_POLLS { 1 } else { TIMED_POLLS };
    tally
        .busy_nanos
        .fetch_add(nanos.saturating_mul(stands_for), Relaxed);
    polled
}

impl Ending {
    /// The ending of a process whose component panicked.
    pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "panicked without a message".to_owned());
        Self::Panicked(message)
    }
}
