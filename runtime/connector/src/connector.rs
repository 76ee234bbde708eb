//! The connector: what both ends share.

use std::sync::{Arc, OnceLock};

use millstream_packet::{Packet, PayloadSize};

use crate::counts::Counts;
use crate::line::Line;
use crate::lossy::{Drops, Lossy};
use crate::pipe::Pipe;
use crate::reader::Reader;
use crate::ring::{Ring, Window};
use crate::stopwatch::Stopwatch;
use crate::sync::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Lock, Ordering, fence};
use crate::tap::{Look, Tap, Taps};
use crate::target::Target;
use crate::writer::Writer;

use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

/// What a full connector does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WhenFull {
    /// The writer waits.
    #[default]
    Block,
    /// The data packet that waited longest is dropped.
    DropOldest,
    /// The new data packet is dropped.
    DropNewest,
}

/// Which pipe to use for a connector that does not drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PipeKind {
    /// The fastest that suits.
    #[default]
    Best,
    /// A flume channel, to compare with.
    Flume,
}

/// How to build a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Most packets inside; at least 1.
    pub capacity: u32,
    /// What happens when it is full.
    pub when_full: WhenFull,
    /// Number of writers; at least 1.
    pub writers: u32,
    /// Whether the ends may run on different threads at the same time.
    pub crossing: bool,
    /// Which pipe.
    pub pipe: PipeKind,
}

/// The reader waits for packets.
const READER_WAITS: u8 = 1;
/// The reader may run on another thread; always set then, so that one look tells whether anything is to be done.
const READER_CROSSES: u8 = 2;
/// A writer waits that is to be called when there is room.
const WRITER_WAITS: u8 = 1;
/// Writers may run on other threads; always set then.
const WRITERS_CROSS: u8 = 2;

/// What the gate says when nothing is held and nobody looks: the fast ways are open.
const OPEN: u64 = u64::MAX;
/// What it says when nothing is held, but there is a tap: whoever looks for packets looks at `next_look`, too.
pub(crate) const WATCHED: u64 = u64::MAX - 1;

/// A bounded pipe with counts.
#[derive(Debug)]
pub struct Connector {
    /// Sequence number of the next packet to go in.
    pub(crate) tail: AtomicU64,
    /// Sequence number of the next packet to come out.
    pub(crate) head: AtomicU64,
    /// The reader sees no packet from here on; [`OPEN`] or [`WATCHED`] unless held. Written under the lock of `taps`.
    pub(crate) gate: AtomicU64,
    /// Who sees the packets that the reader takes, and what else few connectors have.
    taps: Lock<Option<Box<Taps>>>,
    /// With a tap: packets before this sequence number are not shown to it and may take the fast ways.
    next_look: AtomicU64,
    pub(crate) high_water: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) pipe: Pipe,
    pub(crate) capacity: u32,
    pub(crate) crossing: bool,
    /// What a writer must see to when packets went in: [`READER_WAITS`], [`READER_CROSSES`].
    at_entry: AtomicU8,
    /// What the reader must see to when packets came out: [`WRITER_WAITS`], [`WRITERS_CROSS`].
    at_exit: AtomicU8,
    /// With several writers: slots kept for those that were called.
    reserved: AtomicU64,
    reader_gone: AtomicBool,
    /// Whether a writer closed before it had sent all it should.
    truncated: AtomicBool,
    open_writers: AtomicU32,
    reader: OnceLock<Target>,
    /// The one writer; unset when there are several.
    writer: OnceLock<Target>,
    /// Only with several writers.
    pub(crate) line: Option<Box<Lock<Line>>>,
    /// Data packets that came when it was full and never went in.
    pub(crate) dropped_newest: AtomicU64,
    /// Packets that were in and made room for newer ones; part of `head`.
    pub(crate) dropped_oldest: AtomicU64,
    blocked: Stopwatch,
    starved: Stopwatch,
}

impl Connector {
    /// Makes a connector and its ends: as many writers as the options say.
    pub fn build(options: Options) -> (Arc<Self>, Vec<Writer>, Reader) {
        let writers = options.writers.max(1);
        let connector = Arc::new(Self::new(options, writers));
        let ends = (0..writers)
            .map(|_| Writer::new(Arc::clone(&connector), writers))
            .collect();
        let reader = Reader::new(Arc::clone(&connector));
        (connector, ends, reader)
    }

    fn new(options: Options, writers: u32) -> Self {
        let capacity = options.capacity.max(1);
        Self {
            tail: AtomicU64::new(0),
            head: AtomicU64::new(0),
            gate: AtomicU64::new(OPEN),
            taps: Lock::new(None),
            next_look: AtomicU64::new(0),
            high_water: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            pipe: choose_pipe(options, writers, capacity),
            capacity,
            crossing: options.crossing,
            at_entry: AtomicU8::new(if options.crossing { READER_CROSSES } else { 0 }),
            at_exit: AtomicU8::new(if options.crossing { WRITERS_CROSS } else { 0 }),
            reserved: AtomicU64::new(0),
            reader_gone: AtomicBool::new(false),
            truncated: AtomicBool::new(false),
            open_writers: AtomicU32::new(writers),
            reader: OnceLock::new(),
            writer: OnceLock::new(),
            line: (writers > 1).then(|| Box::new(Lock::new(Line::default()))),
            dropped_newest: AtomicU64::new(0),
            dropped_oldest: AtomicU64::new(0),
            blocked: Stopwatch::new(),
            starved: Stopwatch::new(),
        }
    }

    /// Most packets inside.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Whether the ends may run on different threads at the same time.
    #[inline]
    pub fn is_crossing(&self) -> bool {
        self.crossing
    }

    /// Packets inside now.
    #[inline]
    pub fn depth(&self) -> u64 {
        // Head first: a tail that grows in between may only overstate, and never below zero.
        let head = self.head.load(Acquire);
        self.tail.load(Acquire).saturating_sub(head)
    }

    /// The counts so far; any thread may ask at any time. `now_nanos` is the clock of the ends' targets.
    pub fn counts(&self) -> Counts {
        self.counts_at(self.reader.get().map_or(0, Target::now_nanos))
    }

    /// As [`Connector::counts`], with a finer reading of the same clock: the ends' own stands still while they wait.
    pub fn counts_at(&self, now_nanos: u64) -> Counts {
        let dropped_newest = self.dropped_newest.load(Relaxed);
        let dropped_oldest = self.dropped_oldest.load(Relaxed);
        let head = self.head.load(Acquire);
        let tail = self.tail.load(Acquire).max(head);
        let injected = |taps: &mut Taps| (taps.injected.entered, taps.injected.taken());
        let (entered, taken) = self.look_at_taps(injected).unwrap_or_default();
        Counts {
            sent: tail + dropped_newest + entered,
            received: head.saturating_sub(dropped_oldest) + taken,
            dropped: dropped_newest + dropped_oldest,
            depth: tail - head + (entered - taken),
            high_water: self.high_water.load(Relaxed),
            capacity: self.capacity,
            bytes: self.bytes.load(Relaxed),
            blocked_nanos: self.blocked.read(now_nanos),
            starved_nanos: self.starved.read(now_nanos),
        }
    }

    /// Whether all writers have closed and nothing is left inside.
    #[inline]
    pub(crate) fn is_finished(&self) -> bool {
        // Closed before empty: a writer's last packet is in before it closes.
        self.is_closed() && self.tail.load(Acquire) == self.head.load(Relaxed)
    }

    /// Whether all writers have closed.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.open_writers.load(Acquire) == 0
    }

    /// Whether the reader has gone.
    #[inline(always)]
    pub fn is_abandoned(&self) -> bool {
        self.reader_gone.load(Relaxed)
    }

    /// Whether a writer closed before it had sent all it should, because its process failed or its own input was so.
    pub fn is_truncated(&self) -> bool {
        self.truncated.load(Acquire)
    }

    /// Says that the stream ends before its time; for the writer, before it closes.
    pub fn truncate(&self) {
        self.truncated.store(true, Release);
    }

    /// The process that waits to read, if it does.
    pub fn waiting_reader(&self) -> Option<u32> {
        self.reader_waits()
            .then(|| self.with_reader(Target::process))
            .flatten()
    }

    /// Whether some writer waits for room.
    pub fn has_waiting_writer(&self) -> bool {
        match &self.line {
            None => self.is_called_at_exit(),
            Some(line) => line.with(|line| !line.is_empty()),
        }
    }

    fn is_called_at_exit(&self) -> bool {
        self.at_exit.load(Relaxed) & WRITER_WAITS != 0
    }

    fn reader_waits(&self) -> bool {
        self.at_entry.load(Relaxed) & READER_WAITS != 0
    }

    /// Who sees the flag also sees who reads now.
    fn set_reader_waits(&self, waits: bool) {
        let crosses = self.at_entry.load(Relaxed) & READER_CROSSES;
        self.at_entry.store(crosses | u8::from(waits), Release);
    }

    /// For a writer: takes the flag down that it has seen.
    fn call_reader(&self) {
        if self.crossing {
            // The flag may have been put up anew, by another reader: what is taken down must be the last one.
            self.at_entry.fetch_and(!READER_WAITS, AcqRel);
        } else {
            self.set_reader_waits(false);
        }
    }

    fn set_writer_waits(&self, waits: bool) {
        let crosses = self.at_exit.load(Relaxed) & WRITERS_CROSS;
        self.at_exit.store(crosses | u8::from(waits), Relaxed);
    }

    /// Whether the reader may take the packets that it has seen and look at nothing else: no hold, no writer to be woken, no
    /// other thread. A reader has never seen packets beyond those that a tap leaves to the fast ways.
    #[inline(always)]
    pub(crate) fn is_calm(&self) -> bool {
        self.at_exit.load(Relaxed) == 0 && self.gate.load(Relaxed) >= WATCHED
    }

    /// Whether nothing is held and nobody looks.
    #[inline(always)]
    pub(crate) fn is_open(&self) -> bool {
        self.gate.load(Relaxed) == OPEN
    }

    /// The processes that wait for room.
    pub fn waiting_writers(&self) -> Vec<u32> {
        if !self.has_waiting_writer() {
            return Vec::new();
        }
        match &self.line {
            None => self.writer.get().map(Target::process).into_iter().collect(),
            Some(line) => line.with(|line| line.processes().collect()),
        }
    }

    /// Lets the reader see no packet until the connector is stepped or released. What is inside stays inside.
    pub fn hold(&self) {
        let head = || self.head.load(Acquire);
        self.taps.with(|taps| self.set_hold(taps, Some(head())));
    }

    /// Lets one more packet through a held connector.
    pub fn step(&self) {
        let stepped = self.taps.with(|taps| {
            let Some(hold) = self.held_from(taps.as_deref()) else {
                return false;
            };
            let head = self.head.load(Acquire);
            self.set_hold(taps, Some(hold.max(head) + 1));
            true
        });
        if stepped {
            self.wake_reader_always();
        }
    }

    /// Ends a hold.
    pub fn release(&self) {
        self.taps.with(|taps| self.set_hold(taps, None));
        self.wake_reader_always();
    }

    /// Whether the connector is held.
    pub fn is_held(&self) -> bool {
        self.gate.load(Acquire) < WATCHED
            && self.locked(|taps| self.held_from(taps.as_deref()).is_some())
    }

    /// Lets somebody see packets that the reader takes from now on, in place of who was let in by this before; `None` lets
    /// nobody. Taps that were added stay.
    ///
    /// A connector without a tap pays nothing for this. With one, packets that are shown take the slow way, and the tap says
    /// how many may pass before the next one is. Those that the reader has already decided to take, at most
    /// [`Reader::PACKETS_PER_LOOK`], are not shown.
    pub fn set_tap(&self, tap: Option<Arc<dyn Tap>>) {
        self.change_taps(|taps| taps.guest = tap);
    }

    /// Lets somebody see packets as well, until removed; as [`Connector::set_tap`] otherwise.
    pub fn add_tap(&self, tap: Arc<dyn Tap>) {
        self.change_taps(|taps| taps.residents.push(tap));
    }

    /// Removes a tap that was added.
    pub fn remove_tap(&self, tap: &Arc<dyn Tap>) {
        self.change_taps(|taps| taps.residents.retain(|known| !Arc::ptr_eq(known, tap)));
    }

    fn change_taps(&self, change: impl FnOnce(&mut Taps)) {
        self.with_taps(change);
    }

    /// Changes what few connectors have; the gate follows.
    pub(crate) fn with_taps<R>(&self, change: impl FnOnce(&mut Taps) -> R) -> R {
        self.taps.with(|kept| {
            let hold = self.held_from(kept.as_deref());
            // Most connectors never have a tap, and there may be many connectors.
            let mut taps = kept.take().unwrap_or_default();
            let result = change(&mut taps);
            *kept = (!taps.is_empty()).then_some(taps);
            self.next_look.store(0, Relaxed);
            self.set_hold(kept, hold);
            result
        })
    }

    /// Looks at what few connectors have, if this one has it.
    pub(crate) fn look_at_taps<R>(&self, look: impl FnOnce(&mut Taps) -> R) -> Option<R> {
        if self.is_open() {
            return None;
        }
        self.taps.with(|taps| taps.as_deref_mut().map(look))
    }

    /// Does something while nobody changes what few connectors have.
    pub(crate) fn locked<R>(&self, f: impl FnOnce(&mut Option<Box<Taps>>) -> R) -> R {
        self.taps.with(f)
    }

    /// Shows packets to the tap again that had seen enough.
    pub fn resume_tap(&self) {
        self.next_look.store(0, Relaxed);
    }

    /// Says up to which sequence number packets pass without being looked at.
    pub(crate) fn look_next_at(&self, sequence: u64) {
        self.next_look.store(sequence, Relaxed);
    }

    /// Up to which sequence number packets pass without being shown to a tap, and so at most a reader may look ahead.
    #[inline]
    pub(crate) fn unwatched_until(&self) -> u64 {
        if self.is_open() {
            u64::MAX
        } else {
            self.next_look.load(Relaxed)
        }
    }

    /// Shows a packet that the reader has taken to the tap, if it is to see it; gives [`Connector::unwatched_until`].
    #[cold]
    #[inline(never)]
    pub(crate) fn show(&self, packet: &Packet) -> u64 {
        let taken = self.head.load(Relaxed);
        let next_look = self.next_look.load(Relaxed);
        if taken <= next_look {
            return next_look;
        }
        let (look, has_more) = self.taps.with(|taps| {
            let Some(taps) = taps else {
                return (None, false);
            };
            let look = taps.see(self.number(taps), packet);
            (look, taps.injected.depth() > 0)
        });
        let next_look = match look {
            _ if has_more => 0,
            Some(Look::Next) => 0,
            Some(Look::After(packets)) => (taken - 1).saturating_add(packets.max(1)),
            // Also without any tap: the gate is watched for something else.
            None | Some(Look::Enough) => u64::MAX,
        };
        self.next_look.store(next_look, Relaxed);
        next_look
    }

    pub(crate) fn wake_reader_always(&self) {
        self.with_reader(Target::wake);
    }

    pub(crate) fn set_reader(&self, target: Target) {
        let known = self.with_reader(Target::process);
        if known == Some(target.process()) {
            return;
        }
        // The first one stays where it is, as others may look at it; another one stands before it.
        if let Err(target) = self.reader.set(target) {
            self.with_taps(|taps| taps.reader = Some(target));
        }
    }

    /// Whoever reads now.
    fn with_reader<R>(&self, f: impl FnOnce(&Target) -> R) -> Option<R> {
        if self.is_open() {
            return self.reader.get().map(f);
        }
        let other = self.taps.with(|taps| taps.as_ref()?.reader.clone());
        other.as_ref().or(self.reader.get()).map(f)
    }

    pub(crate) fn set_writer(&self, target: Target) {
        drop(self.writer.set(target));
    }

    /// Slots that are kept for writers that were called.
    pub(crate) fn reserved(&self) -> u64 {
        self.reserved.load(Relaxed)
    }

    /// Slots that are free by the counts.
    #[inline(always)]
    pub(crate) fn free(&self, tail: u64) -> u64 {
        let inside = tail.saturating_sub(self.head.load(Acquire));
        u64::from(self.capacity).saturating_sub(inside)
    }

    /// End of what the reader may take now.
    #[inline(always)]
    pub(crate) fn visible(&self) -> u64 {
        self.tail.load(Acquire).min(self.gate.load(Relaxed))
    }

    /// After packets went in: wakes the reader if it waits.
    #[inline(always)]
    pub(crate) fn entered(&self) {
        if self.at_entry.load(Relaxed) != 0 {
            self.see_to_reader();
        }
    }

    #[cold]
    #[inline(never)]
    fn see_to_reader(&self) {
        self.fence();
        if self.reader_waits() {
            self.wake_reader();
        }
    }

    /// Keeps the high-water mark for the only writer, and returns it.
    pub(crate) fn raise_high_water(&self, depth: u64) -> u64 {
        let high_water = self.high_water.load(Relaxed);
        if depth > high_water {
            self.high_water.store(depth, Relaxed);
        }
        depth.max(high_water)
    }

    /// Keeps the high-water mark where several writers may write.
    pub(crate) fn note_high_water(&self) {
        let depth = self.depth().min(u64::from(self.capacity));
        if depth > self.high_water.load(Relaxed) {
            self.high_water.fetch_max(depth, Relaxed);
        }
    }

    fn wake_reader(&self) {
        self.call_reader();
        self.with_reader(|reader| {
            self.starved.stop(reader.now_nanos());
            reader.wake();
        });
    }

    /// After packets came out: wakes writers that wait, as many as there is room for.
    #[inline(always)]
    pub(crate) fn left(&self) {
        if self.at_exit.load(Relaxed) != 0 {
            self.see_to_writers();
        }
    }

    #[cold]
    #[inline(never)]
    fn see_to_writers(&self) {
        self.fence();
        if self.is_called_at_exit() {
            self.wake_writers();
        }
    }

    fn wake_writers(&self) {
        match &self.line {
            None => {
                self.set_writer_waits(false);
                if let Some(writer) = self.writer.get() {
                    self.blocked.stop(writer.now_nanos());
                    writer.wake();
                }
            }
            Some(line) => self.wake_line(line),
        }
    }

    /// Calls the writer that is next in the line, if there is room and nobody has been called; all when nobody reads.
    fn wake_line(&self, line: &Lock<Line>) {
        while let Some(writer) = line.with(|line| self.next_in_line(line)) {
            writer.wake();
        }
    }

    fn next_in_line(&self, line: &mut Line) -> Option<Target> {
        if !self.is_abandoned() {
            return self.call_next(line, self.free(self.tail.load(Acquire)));
        }
        let next = line.dismiss();
        self.note_line(line);
        next
    }

    /// Takes the writer out of the line to whom one of `free` slots is granted now.
    pub(crate) fn call_next(&self, line: &mut Line, free: u64) -> Option<Target> {
        let next = line.grant(free);
        self.note_line(line);
        next
    }

    /// Calls one more writer if there is room, though others have been called: they may be held and never come.
    fn call_one_more(&self, line: &Lock<Line>) {
        let next = line.with(|line| {
            let next = line.grant_one_more(self.free(self.tail.load(Acquire)));
            self.note_line(line);
            next
        });
        if let Some(writer) = next {
            writer.wake();
        }
    }

    fn note_line(&self, line: &Line) {
        self.set_writer_waits(line.is_calling());
        self.reserved.store(line.granted(), Relaxed);
        self.fence();
        if let (true, Some(reader)) = (line.is_empty(), self.reader.get()) {
            self.blocked.stop(reader.now_nanos());
        }
    }

    /// Ends on different threads must agree on "published, then looked for a sleeper" against "asleep, then looked
    /// again"; on one thread program order does.
    #[inline(always)]
    fn fence(&self) {
        if self.crossing {
            fence(SeqCst);
        }
    }

    /// Says that the reader is about to wait; it must look again afterwards.
    pub(crate) fn arm_reader(&self) {
        if let Some(reader) = self.reader.get() {
            self.starved.start(reader.now_nanos());
        }
        self.set_reader_waits(true);
        self.fence();
        if let Some(line) = &self.line {
            self.call_one_more(line);
        }
    }

    /// Says that the reader waits no more.
    pub(crate) fn disarm_reader(&self) {
        self.set_reader_waits(false);
        if let Some(reader) = self.reader.get() {
            self.starved.stop(reader.now_nanos());
        }
    }

    /// Says that the only writer is about to wait; it must look again afterwards.
    pub(crate) fn arm_writer(&self) {
        if let Some(writer) = self.writer.get() {
            self.blocked.start(writer.now_nanos());
        }
        self.set_writer_waits(true);
        self.fence();
    }

    /// Says that the only writer waits no more.
    pub(crate) fn disarm_writer(&self) {
        self.set_writer_waits(false);
        if let Some(writer) = self.writer.get() {
            self.blocked.stop(writer.now_nanos());
        }
    }

    /// Puts a writer into the line; it must look again afterwards.
    pub(crate) fn join_line(&self, line: &Lock<Line>, target: &Target) -> u64 {
        self.blocked.start(target.now_nanos());
        let ticket = line.with(|line| {
            let ticket = line.join(target.clone());
            self.note_line(line);
            ticket
        });
        // Room may have come between the failed try and the ticket.
        self.wake_line(line);
        ticket
    }

    /// Takes a writer out of the line, passing on what was granted to it.
    pub(crate) fn leave_line(&self, line: &Lock<Line>, ticket: u64) {
        line.with(|line| line.leave(ticket));
        self.wake_line(line);
    }

    pub(crate) fn close_writer(&self) {
        if self.open_writers.fetch_sub(1, AcqRel) == 1 {
            self.wake_reader_always();
        }
    }

    pub(crate) fn is_reader_gone(&self) -> bool {
        self.reader_gone.load(SeqCst)
    }

    pub(crate) fn note_reader_gone(&self) {
        self.reader_gone.store(true, SeqCst);
    }

    /// Lets writers find that their packets go nowhere here.
    pub(crate) fn turn_writers_away(&self) {
        self.note_reader_gone();
        match &self.line {
            None => {
                if let Some(writer) = self.writer.get() {
                    writer.wake();
                }
            }
            Some(line) => self.wake_line(line),
        }
    }

    /// Counts the bytes of a packet that goes in.
    #[inline(always)]
    pub(crate) fn count_bytes(&self, size: PayloadSize) {
        if !size.is_nothing() {
            self.add_bytes(size.bytes() as u64);
        }
    }

    #[cold]
    fn add_bytes(&self, bytes: u64) {
        if self.line.is_none() {
            // One writer: a plain sum is exact and half the price.
            self.bytes.store(self.bytes.load(Relaxed) + bytes, Relaxed);
        } else {
            self.bytes.fetch_add(bytes, Relaxed);
        }
    }

    /// Takes one packet that nobody reads any more.
    fn drain_one(&mut self) -> Option<Packet> {
        let head = self.head.load(Relaxed);
        match &self.pipe {
            Pipe::Ring(ring) => {
                (head < self.tail.load(Relaxed)).then(|| take(&ring.window(), &self.head, head))
            }
            Pipe::Flume(_, receiver) => receiver.try_recv().ok(),
            Pipe::Lossy(lossy) => lossy.pop(|| ()),
        }
    }
}

/// Takes the packet at `head` and moves the shared head on.
///
/// Called only where `head` is the shared head, a tail beyond it was read with acquire, and the window is the
/// connector's: by the one reader ([`crate::Reader`]) and by the connector's own drop.
#[inline(always)]
#[expect(unsafe_code, reason = "a place where packets leave a ring")]
pub(crate) fn take(window: &Window, shared: &AtomicU64, head: u64) -> Packet {
    // SAFETY: everything before an acquired tail is published. Only one reader goes by the shared head, and it moves on
    // before the packet can be taken again. The writer reuses the slot only after it sees that head.
    let packet = unsafe { window.take(head) };
    shared.store(head + 1, Release);
    packet
}

impl Drop for Connector {
    fn drop(&mut self) {
        while self.drain_one().is_some() {}
    }
}

/// The gate of a connector that is not held.
pub(crate) const fn at_rest(is_tapped: bool) -> u64 {
    if is_tapped { WATCHED } else { OPEN }
}

fn choose_pipe(options: Options, writers: u32, capacity: u32) -> Pipe {
    match options.when_full {
        WhenFull::DropOldest => return Pipe::Lossy(Lossy::new(capacity, Drops::Oldest)),
        WhenFull::DropNewest => return Pipe::Lossy(Lossy::new(capacity, Drops::Newest)),
        WhenFull::Block => {}
    }
    if options.pipe == PipeKind::Flume || (writers > 1 && options.crossing) {
        let (sender, receiver) = flume::bounded(capacity as usize);
        return Pipe::Flume(sender, receiver);
    }
    Pipe::Ring(Ring::new(capacity))
}
