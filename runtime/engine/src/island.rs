//! The island: polls its processes, first come first served, inside one task.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use millstream_connector::{Clock, Wake};
use parking_lot::Mutex;

use crate::activity::{Activity, Rest};
use crate::build::Ledger;
use crate::ready::{self, Ready, Turn};
use crate::report::Ending;
use crate::slot::{Hold, Seed, Slot};

/// Polls between two looks at what came from outside.
const POLLS_PER_LOOK: u32 = 61;
/// Looks until the island lets its thread do other tasks: timers and files among them.
const LOOKS_PER_TURN: u32 = 8;

/// Longest time until the island lets its thread do other tasks, as seen at a look.
const TURN_NANOS_MAX: u64 = 1_000_000;

/// What others may reach of an island.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Unique in this program; never 0.
    id: u64,
    /// Processes woken from other threads; room for each of them once.
    inbox: (flume::Sender<u32>, flume::Receiver<u32>),
    /// By process: whether it is in the inbox.
    boxed: Box<[AtomicBool]>,
    rest: Rest,
    /// Wakes the task that polls the island.
    task: Mutex<Option<Waker>>,
    orders: Mutex<Vec<Order>>,
    has_orders: AtomicBool,
    /// Nanoseconds since `start`, as of the last look.
    now: Clock,
    start: Instant,
    /// Position on its island of each process of the network.
    positions: Arc<[u32]>,
}

/// What an island is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Sources end, the rest goes on.
    StopSources,
    /// Everything ends now.
    Cancel,
    /// Count again what waits for something outside.
    Recount,
    /// Do not poll this process.
    Hold(u32),
    /// Poll a held process once.
    Step(u32),
    /// Poll a held process as usual.
    Release(u32),
}

impl Shared {
    pub(crate) fn new(
        activity: Arc<Activity>,
        processes: usize,
        positions: Arc<[u32]>,
        start: Instant,
    ) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            inbox: flume::bounded(processes.max(1)),
            boxed: (0..processes).map(|_| AtomicBool::new(false)).collect(),
            rest: Rest::new(activity),
            task: Mutex::new(None),
            orders: Mutex::new(Vec::new()),
            has_orders: AtomicBool::new(false),
            now: Arc::new(AtomicU64::new(1)),
            start,
            positions,
        })
    }

    /// Gives an order; it is followed soon.
    pub(crate) fn order(&self, order: Order) {
        self.orders.lock().push(order);
        self.has_orders.store(true, Ordering::SeqCst);
        self.rouse();
    }

    /// Wakes a process by its position on this island.
    #[inline]
    pub(crate) fn wake_local(&self, position: u32) {
        if !ready::push_here(self.id, position) {
            self.wake_from_outside(position);
        }
    }

    #[cold]
    fn wake_from_outside(&self, position: u32) {
        let Some(boxed) = self.boxed.get(position as usize) else {
            return;
        };
        if !boxed.swap(true, Ordering::AcqRel) {
            // Never full: each process is in it at most once. Never closed: the receiver stands beside the sender.
            let sent = self.inbox.0.try_send(position);
            debug_assert!(sent.is_ok(), "the inbox has room for each process once");
        }
        self.rouse();
    }

    /// Makes sure that the island is polled after this call.
    fn rouse(&self) {
        // One that does not rest is being polled or will be: it looks for work before it rests.
        if self.rest.end() {
            let task = self.task.lock().clone();
            if let Some(task) = task {
                task.wake();
            }
        }
    }

    /// Drops the waker of the task that polls the island, until it is polled again.
    pub(crate) fn forget_task(&self) {
        *self.task.lock() = None;
    }

    fn look_at_clock(&self) {
        let nanos = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.now.store(nanos.max(1), Ordering::Relaxed);
    }
}

impl Wake for Shared {
    #[inline]
    fn wake(&self, process: u32) {
        if let Some(&position) = self.positions.get(process as usize) {
            self.wake_local(position);
        }
    }

    fn clock(&self) -> Clock {
        Arc::clone(&self.now)
    }
}

/// An island with its processes, as a future that ends when all of them have ended.
pub(crate) struct Island {
    shared: Arc<Shared>,
    slots: Vec<Slot>,
    /// Number in the network of each process here.
    members: Vec<u32>,
    /// Taken while the island runs.
    ready: Option<Ready>,
    live: usize,
    endings: Endings,
}

/// Where endings are noted and sent.
pub(crate) struct Endings {
    /// Has room for one of each process.
    sender: flume::Sender<(u32, Ending)>,
    ledger: Arc<Ledger>,
}

impl Endings {
    pub(crate) fn new(sender: &flume::Sender<(u32, Ending)>, ledger: &Arc<Ledger>) -> Self {
        Self {
            sender: sender.clone(),
            ledger: Arc::clone(ledger),
        }
    }

    fn note(&self, process: u32, ending: Ending) {
        // Room for every process; only a supervisor that was dropped does not listen any more.
        drop(self.sender.try_send((process, ending)));
        self.ledger.end(process);
    }
}

impl Island {
    pub(crate) fn new(
        shared: Arc<Shared>,
        members: Vec<u32>,
        seeds: Vec<Seed>,
        endings: Endings,
    ) -> Self {
        let slots: Vec<Slot> = (0..)
            .zip(seeds)
            .map(|(at, seed)| Slot::new(seed, &shared, at))
            .collect();
        let count = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        Self {
            ready: Some(Ready::all(shared.id, count)),
            live: slots.len(),
            shared,
            slots,
            members,
            endings,
        }
    }

    /// Polls until nothing is ready or the turn is over. True when nothing is ready.
    fn turn(&mut self) -> bool {
        let Some(mut ready) = self.ready.take() else {
            return true;
        };
        let turn = Turn::start(&mut ready);
        let idle = self.look_until_idle(&mut *turn.ready);
        drop(turn);
        self.ready = Some(ready);
        idle
    }

    fn look_until_idle(&mut self, ready: &mut Ready) -> bool {
        let mut started = 0;
        for _ in 0..LOOKS_PER_TURN {
            if self.look(ready) {
                return true;
            }
            let now = self.shared.now.load(Ordering::Relaxed);
            if started == 0 {
                started = now;
            } else if now - started > TURN_NANOS_MAX {
                break;
            }
        }
        false
    }

    /// Takes in what came from outside and polls a number of processes. True when nothing is ready.
    fn look(&mut self, ready: &mut Ready) -> bool {
        self.shared.look_at_clock();
        self.take_inbox();
        self.follow_orders();
        let mut polls = POLLS_PER_LOOK;
        while polls > 0 {
            let mut current = None;
            // One guard for many polls; a component that panics ends alone.
            let polled = catch_unwind(AssertUnwindSafe(|| {
                self.poll_some(ready, &mut polls, &mut current)
            }));
            match (polled, current) {
                (Ok(true), _) => return !self.take_inbox(),
                (Err(panic), Some(position)) => {
                    self.end_slot(position, Ending::panicked(&*panic));
                }
                (Err(panic), None) => resume_unwind(panic),
                (Ok(false), _) => {}
            }
        }
        false
    }

    /// Polls processes one after the other. True when nothing is ready.
    fn poll_some(
        &mut self,
        ready: &mut Ready,
        polls: &mut u32,
        current: &mut Option<usize>,
    ) -> bool {
        while *polls > 0 {
            let Some(position) = ready.pop() else {
                return true;
            };
            *polls -= 1;
            let position = position as usize;
            *current = Some(position);
            self.poll_ready(position);
        }
        false
    }

    /// Queues what was woken from outside. True when there was anything.
    fn take_inbox(&mut self) -> bool {
        let mut any = false;
        while let Ok(position) = self.shared.inbox.1.try_recv() {
            if let Some(boxed) = self.shared.boxed.get(position as usize) {
                boxed.store(false, Ordering::Release);
            }
            ready::push_here(self.shared.id, position);
            any = true;
        }
        any
    }

    #[inline]
    fn poll_ready(&mut self, position: usize) {
        let slot = &mut self.slots[position];
        if slot.hold != Hold::No {
            slot.hold = Hold::Missed;
            return;
        }
        let ending = slot.poll();
        let external = slot.external_change();
        if ending.is_some() || external.is_some() {
            self.note(position, ending, external);
        }
    }

    /// Polls a process out of turn.
    fn poll_slot(&mut self, position: usize) {
        let slot = &mut self.slots[position];
        let ending = slot.poll_guarded();
        let external = slot.external_change();
        self.note(position, ending, external);
    }

    #[cold]
    fn note(&mut self, position: usize, ending: Option<Ending>, external: Option<bool>) {
        match external {
            Some(true) => self.shared.rest.activity().add_external(),
            Some(false) => self.shared.rest.activity().remove_external(),
            None => {}
        }
        if let Some(ending) = ending {
            self.note_ending(position, ending);
        }
    }

    fn note_external(&mut self, position: usize) {
        let external = self.slots[position].external_change();
        self.note(position, None, external);
    }

    fn note_ending(&mut self, position: usize, ending: Ending) {
        self.live -= 1;
        let process = self.members[position];
        tracing::debug!(process, ending = ending.name(), "process ended");
        self.endings.note(process, ending);
    }

    fn end_slot(&mut self, position: usize, ending: Ending) {
        let ending = self.slots[position].end(ending);
        self.note_external(position);
        self.note_ending(position, ending);
    }

    fn follow_orders(&mut self) {
        if !self.shared.has_orders.swap(false, Ordering::SeqCst) {
            return;
        }
        let orders = std::mem::take(&mut *self.shared.orders.lock());
        for order in orders {
            self.follow(order);
        }
    }

    fn follow(&mut self, order: Order) {
        match order {
            Order::StopSources => self.stop_sources(),
            Order::Cancel => {
                for at in 0..self.slots.len() {
                    if self.slots[at].is_live() {
                        self.end_slot(at, Ending::Cancelled);
                    }
                }
            }
            Order::Recount => (0..self.slots.len()).for_each(|at| self.note_external(at)),
            Order::Hold(at) => self.set_held(at, true),
            Order::Release(at) => self.set_held(at, false),
            Order::Step(at) => self.poll_slot(at as usize),
        }
    }

    fn set_held(&mut self, position: u32, held: bool) {
        let Some(slot) = self.slots.get_mut(position as usize) else {
            return;
        };
        let before = slot.hold;
        slot.hold = match (held, before) {
            (false, _) => Hold::No,
            (true, Hold::No) => Hold::Held,
            (true, held) => held,
        };
        if !held && before == Hold::Missed {
            ready::push_here(self.shared.id, position);
        }
    }

    /// A source finds its out-ports closed; one that waits for something else than its out-ports is dropped. A component
    /// that asked to be told ends by itself.
    fn stop_sources(&mut self) {
        for position in 0..self.slots.len() {
            if self.slots[position].is_live() && self.slots[position].cell().tell_to_stop() {
                continue;
            }
            if self.slots[position].is_source() && self.slots[position].is_live() {
                self.slots[position].cell().stop();
                let ending = match self.slots[position].poll_guarded() {
                    // It found its port closed, or waits for something else.
                    Some(Ending::Finished) | None => Ending::Stopped,
                    Some(fault) => fault,
                };
                self.end_slot(position, ending);
            }
        }
    }

    /// Rests, unless something came in meanwhile. True when it rests.
    fn rest(&self) -> bool {
        let shared = &self.shared;
        shared
            .rest
            .begin(|| !shared.inbox.1.is_empty() || shared.has_orders.load(Ordering::SeqCst))
    }
}

impl Future for Island {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.remember_task(cx);
        // It may be polled though nobody roused it.
        this.shared.rest.end();
        loop {
            if !this.turn() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if this.live == 0 {
                this.shared.rest.retire();
                return Poll::Ready(());
            }
            if this.rest() {
                return Poll::Pending;
            }
        }
    }
}

impl Island {
    fn remember_task(&self, cx: &Context<'_>) {
        let mut task = self.shared.task.lock();
        match &mut *task {
            Some(known) if known.will_wake(cx.waker()) => {}
            other => *other = Some(cx.waker().clone()),
        }
    }
}
