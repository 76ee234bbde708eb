//! The island: polls its processes, first come first served, inside one task.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use millstream_component::ProcessCell;
use millstream_connector::{Clock, Wake};
use parking_lot::Mutex;

use crate::activity::{Activity, Rest};
use crate::edit::Alteration;
use crate::ledger::Ledger;
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
    desk: Mutex<Desk>,
    has_orders: AtomicBool,
    /// Nanoseconds since `start`, as of the last look.
    now: Clock,
    start: Instant,
    /// Position on its island of each process of the network.
    positions: Arc<[u32]>,
}

/// What waits for an island to look at it.
#[derive(Debug, Default)]
struct Desk {
    orders: Vec<Order>,
    /// Processes woken from other threads that came after the island was made, each once.
    late: Vec<u32>,
    /// Places for processes that came after that, and edits that may bring more.
    places: u32,
    awaited: u32,
    /// Whether the island has ended.
    has_ended: bool,
}

/// What an island is told from outside.
#[derive(Debug)]
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
    /// Makes places for processes that are still to come, by their numbers in the network.
    Room(Vec<(u32, Arc<ProcessCell>)>),
    /// Puts a process in a place that is free, or whose process has ended.
    Seat(u32, Box<Seed>),
    /// Ends a process in good order and tells the edit that wants it.
    Leave(u32, Arc<Alteration>),
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
            desk: Mutex::default(),
            has_orders: AtomicBool::new(false),
            now: Arc::new(AtomicU64::new(1)),
            start,
            positions,
        })
    }

    /// Gives an order; it is followed soon.
    pub(crate) fn order(&self, order: Order) {
        self.desk.lock().orders.push(order);
        self.has_orders.store(true, Ordering::SeqCst);
        self.rouse();
    }

    /// Keeps the island from ending until [`Shared::let_go`]. False when it has ended.
    pub(crate) fn await_edit(&self) -> bool {
        let mut desk = self.desk.lock();
        if !desk.has_ended {
            desk.awaited += 1;
        }
        !desk.has_ended
    }

    /// Lets the island end when its processes have.
    pub(crate) fn let_go(&self) {
        self.desk.lock().awaited -= 1;
        self.has_orders.store(true, Ordering::SeqCst);
        self.rouse();
    }

    /// Whether the island has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.desk.lock().has_ended
    }

    /// Places for so many more processes: the position of the first one.
    pub(crate) fn take_places(&self, processes: u32) -> u32 {
        let mut desk = self.desk.lock();
        let first = u32::try_from(self.boxed.len()).unwrap_or(u32::MAX) + desk.places;
        desk.places += processes;
        first
    }

    /// Ends the island, unless somebody has something for it.
    fn retire(&self) -> bool {
        let mut desk = self.desk.lock();
        desk.has_ended = desk.awaited == 0 && desk.orders.is_empty();
        desk.has_ended
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
            return self.wake_late(position);
        };
        if !boxed.swap(true, Ordering::AcqRel) {
            // Never full: each process is in it at most once. Never closed: the receiver stands beside the sender.
            let sent = self.inbox.0.try_send(position);
            debug_assert!(sent.is_ok(), "the inbox has room for each process once");
        }
        self.rouse();
    }

    /// Wakes a process for which the inbox has no room, as it came after it was made.
    fn wake_late(&self, position: u32) {
        {
            let late = &mut self.desk.lock().late;
            if !late.contains(&position) {
                late.push(position);
            }
        }
        self.has_orders.store(true, Ordering::SeqCst);
        self.rouse();
    }

    /// The position on this island of a process of the network that was there when it was made.
    pub(crate) fn knows(&self, process: u32) -> bool {
        (process as usize) < self.positions.len()
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
    ledger: Arc<Ledger>,
    /// Processes that are to end, and the edits that want it.
    leaving: Vec<(usize, Arc<Alteration>)>,
    /// Processes whose place others are to take and that have ended before the order to leave was read.
    early: Vec<(usize, Ending)>,
    /// Whether sources were stopped, or everything was cancelled: those who come later are, too.
    is_stopping: bool,
    is_cancelled: bool,
}

impl Island {
    pub(crate) fn new(
        shared: Arc<Shared>,
        members: Vec<u32>,
        seeds: Vec<Seed>,
        ledger: Arc<Ledger>,
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
            ledger,
            leaving: Vec::new(),
            early: Vec::new(),
            is_stopping: false,
            is_cancelled: false,
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
        self.follow_orders(ready);
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
        let wanted = self.leaving.iter().position(|(at, _)| *at == position);
        match wanted.map(|at| self.leaving.swap_remove(at)) {
            Some((_, alteration)) => alteration.departed(process, Some(ending)),
            // It found its in-ports at their end before the order to leave was read.
            None if self.slots[position].cell().keeps_ends() => {
                self.early.push((position, ending));
            }
            None => self.ledger.end(process, ending),
        }
    }

    fn end_slot(&mut self, position: usize, ending: Ending) {
        let ending = self.slots[position].end(ending);
        self.note_external(position);
        self.note_ending(position, ending);
    }

    fn follow_orders(&mut self, ready: &mut Ready) {
        if !self.shared.has_orders.swap(false, Ordering::SeqCst) {
            return;
        }
        let (orders, late) = {
            let mut desk = self.shared.desk.lock();
            (
                std::mem::take(&mut desk.orders),
                std::mem::take(&mut desk.late),
            )
        };
        for order in orders {
            self.follow(order, ready);
        }
        for position in late {
            ready::push_here(self.shared.id, position);
        }
    }

    fn follow(&mut self, order: Order, ready: &mut Ready) {
        match order {
            Order::StopSources => {
                self.is_stopping = true;
                (0..self.slots.len()).for_each(|at| self.stop_source(at));
            }
            Order::Cancel => {
                self.is_cancelled = true;
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
            Order::Room(newcomers) => self.make_room(newcomers, ready),
            Order::Seat(at, seed) => self.seat(at, *seed),
            Order::Leave(at, alteration) => self.let_leave(at as usize, alteration),
        }
    }

    fn make_room(&mut self, newcomers: Vec<(u32, Arc<ProcessCell>)>, ready: &mut Ready) {
        ready.grow(newcomers.len());
        for (process, cell) in newcomers {
            let position = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            self.members.push(process);
            self.slots.push(Slot::vacant(cell, &self.shared, position));
        }
    }

    fn seat(&mut self, position: u32, seed: Seed) {
        let at = position as usize;
        let Some(place) = self.slots.get_mut(at) else {
            return;
        };
        let mut slot = Slot::new(seed, &self.shared, position);
        if place.hold != Hold::No {
            // It is held as the one before; what it misses until the release is its first poll.
            slot.hold = Hold::Missed;
        }
        *place = slot;
        self.live += 1;
        if self.is_cancelled {
            return self.end_slot(at, Ending::Cancelled);
        }
        ready::push_here(self.shared.id, position);
        if self.is_stopping {
            self.stop_source(at);
        }
    }

    /// Ends a process in good order: a source is stopped, any other finds its in-ports at their end.
    fn let_leave(&mut self, at: usize, alteration: Arc<Alteration>) {
        if !self.slots[at].is_live() {
            let early = self.early.iter().position(|(early, _)| *early == at);
            let ending = early.map(|early| self.early.swap_remove(early).1);
            return alteration.departed(self.members[at], ending);
        }
        self.leaving.push((at, alteration));
        self.stop_source(at);
        if let Ok(position) = u32::try_from(at) {
            ready::push_here(self.shared.id, position);
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
    fn stop_source(&mut self, position: usize) {
        let slot = &mut self.slots[position];
        if !slot.is_live() || slot.cell().tell_to_stop() || !slot.is_source() {
            return;
        }
        slot.cell().stop();
        let ending = match slot.poll_guarded() {
            // It found its port closed, or waits for something else.
            Some(Ending::Finished) | None => Ending::Stopped,
            Some(fault) => fault,
        };
        self.end_slot(position, ending);
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
            if this.live == 0 && this.shared.retire() {
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
