//! The writing end.
#![expect(unsafe_code, reason = "the places where packets enter a ring")]

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::Connector;
use crate::line::{Line, Turn};
use crate::lossy::{Lossy, Outcome};
use crate::pipe::Pipe;
use crate::ring::Window;
use crate::sync::{
    Lock,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use crate::target::Target;

/// Into so many parts the room of a connector is shared out among more writers: few, so that a writer that is called sends
/// several packets, but enough that none waits long for the others.
const SHARES: u32 = 4;

/// One writer of a connector. Dropping it closes its side.
#[derive(Debug)]
pub struct Writer {
    connector: Arc<Connector>,
    /// Whom to wake, for the line of several writers.
    target: Option<Box<Target>>,
    /// The slots of a ring that only this writer writes, once there was a packet; then the next fields are in use.
    window: Window,
    /// Where the next packet goes. Between the connector's tail and this are packets not yet published.
    tail: u64,
    /// Up to here packets go in without a look: there is room for sure, and the high-water mark does not rise.
    limit: u64,
    way: Way,
    /// With several writers.
    turn: Turn,
    waits: Waits,
}

/// Room for one packet in a ring, sure to be there until it is filled.
#[derive(Debug)]
pub struct Vacancy<'a> {
    writer: &'a mut Writer,
}

/// What a writer finds when it looks for room.
#[derive(Debug)]
pub enum Look<'a> {
    /// There is room.
    Room(Vacancy<'a>),
    /// There is no room.
    Full,
    /// The reader has gone.
    Closed,
    /// This connector is no ring; only [`Writer::stage`] knows.
    Unknown,
}

/// How a writer gets packets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nothing was sent yet.
    Unopened,
    /// It is the only writer of a ring.
    Alone,
    /// It is one of several writers of a ring, all of them on one thread with the reader.
    Shared,
    /// Some other pipe.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    No,
    Alone,
    InLine(u64),
}

impl Waits {
    fn ticket(self) -> Option<u64> {
        match self {
            Self::InLine(ticket) => Some(ticket),
            Self::No | Self::Alone => None,
        }
    }
}

/// A packet that could not enter.
#[derive(Debug)]
pub enum Refused {
    /// There is no room.
    Full(Packet),
    /// The reader has gone; nobody will ever take it.
    Closed(Packet),
}

impl Writer {
    /// Most packets that go in between two looks at the room.
    pub const PACKETS_PER_LOOK: u64 = 64;

    pub(crate) fn new(connector: Arc<Connector>, writers: u32) -> Self {
        let share = (connector.capacity / writers.min(SHARES)).max(1);
        Self {
            way: Way::Unopened,
            turn: Turn::new(share),
            connector,
            target: None,
            window: Window::NONE,
            tail: 0,
            limit: 0,
            waits: Waits::No,
        }
    }

    /// Says whom to wake; called once, when the network is wired.
    pub fn bind(&mut self, target: Target) {
        if self.connector.line.is_some() {
            self.target = Some(Box::new(target));
        } else {
            self.connector.set_writer(target);
        }
    }

    /// What both ends share.
    pub fn connector(&self) -> &Arc<Connector> {
        &self.connector
    }

    /// Whether the reader has gone.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.connector.is_abandoned()
    }

    /// Whether a packet would enter now.
    #[inline]
    pub fn has_room(&self) -> bool {
        self.room() > 0
    }

    /// How many packets would enter now.
    pub fn room(&self) -> u64 {
        // Head first: with several writers, room may then only be understated.
        let head = self.connector.head.load(Acquire);
        let tail = self.connector.tail.load(Acquire).max(self.tail);
        u64::from(self.connector.capacity).saturating_sub(tail.saturating_sub(head))
    }

    /// Room for a packet as far as this writer has seen: the fast way in. `None` also where there may be room.
    #[inline(always)]
    pub fn vacancy(&mut self) -> Option<Vacancy<'_>> {
        (self.tail < self.limit).then_some(Vacancy { writer: self })
    }

    /// Forgets the room that was seen, so that the next packet takes the slow way.
    pub fn forget_room(&mut self) {
        self.limit = 0;
    }

    /// Packets that may go in before this writer looks again.
    pub fn ahead(&self) -> u64 {
        self.limit.saturating_sub(self.tail)
    }

    /// Puts a packet in if there is room; the reader can take it at once.
    ///
    /// # Errors
    ///
    /// Gives the packet back when the connector is full or the reader has gone.
    pub fn try_push(&mut self, packet: Packet) -> Result<(), Refused> {
        self.stage(packet)?;
        self.publish();
        Ok(())
    }

    /// Puts a packet in if there is room; the reader sees it by the next [`Writer::publish`] at the latest.
    ///
    /// Only for a writer that runs on without waiting until it publishes: nobody else can run in between.
    ///
    /// # Errors
    ///
    /// As [`Writer::try_push`].
    pub fn stage(&mut self, packet: Packet) -> Result<(), Refused> {
        let is_alone = self.way != Way::Shared;
        match self.look() {
            Look::Room(vacancy) if is_alone => vacancy.stage(packet),
            Look::Room(vacancy) => vacancy.send(packet),
            Look::Full => return Err(Refused::Full(packet)),
            Look::Closed => return Err(Refused::Closed(packet)),
            Look::Unknown => return self.push_other(packet),
        }
        Ok(())
    }

    /// Looks for room. Whoever finds it puts a packet in at once: the high-water mark counts it already.
    pub fn look(&mut self) -> Look<'_> {
        if self.connector.is_abandoned() {
            return Look::Closed;
        }
        if self.way == Way::Unopened {
            self.open();
        }
        let has_room = match self.way {
            Way::Alone => self.look_alone(),
            Way::Shared => self.look_shared(),
            Way::Other | Way::Unopened => return Look::Unknown,
        };
        if has_room {
            Look::Room(Vacancy { writer: self })
        } else {
            Look::Full
        }
    }

    fn look_alone(&mut self) -> bool {
        let connector = &*self.connector;
        let head = connector.head.load(Acquire);
        let depth = self.tail - head;
        if depth >= u64::from(connector.capacity) {
            self.limit = 0;
            return false;
        }
        let high_water = connector.raise_high_water(depth + 1);
        // No packet beyond the mark goes the fast way, so that it need not be kept there.
        self.limit = (head + high_water).min(self.tail + Self::PACKETS_PER_LOOK);
        true
    }

    /// The limit stays 0: others may write before this writer does so again.
    fn look_shared(&mut self) -> bool {
        let connector = &*self.connector;
        let tail = connector.tail.load(Acquire);
        let free = connector.free(tail);
        let goes_on = self.turn.goes_on(tail) && free > connector.reserved();
        if !goes_on && !self.is_admitted(free) {
            return false;
        }
        self.turn.take_one(tail);
        self.tail = tail;
        let connector = &*self.connector;
        connector.raise_high_water(u64::from(connector.capacity) - free + 1);
        true
    }

    /// Whether it is this writer's turn to take one of `free` slots; calls the next one in the line if it is.
    fn is_admitted(&mut self, free: u64) -> bool {
        let connector = &*self.connector;
        let Some(line) = &connector.line else {
            return false;
        };
        let (admitted, next) = line.with(|line| {
            let admitted = line.admit(free, self.waits.ticket(), &mut self.turn);
            let next = admitted.then(|| connector.call_next(line, free - 1));
            (admitted, next.flatten())
        });
        if admitted {
            self.waits = Waits::No;
        }
        if let Some(next) = next {
            next.wake();
        }
        admitted
    }

    #[cold]
    #[inline(never)]
    fn open(&mut self) {
        self.way = match &self.connector.pipe {
            Pipe::Ring(ring) => {
                self.window = ring.window();
                if self.connector.line.is_none() {
                    Way::Alone
                } else {
                    Way::Shared
                }
            }
            Pipe::Flume(..) | Pipe::Lossy(_) => Way::Other,
        };
    }

    /// Makes staged packets visible and wakes the reader if it waits.
    #[inline(always)]
    pub fn publish(&mut self) {
        let connector = &*self.connector;
        if connector.tail.load(Relaxed) < self.tail {
            connector.tail.store(self.tail, Release);
            connector.entered();
        }
    }

    #[inline(never)]
    fn push_other(&mut self, packet: Packet) -> Result<(), Refused> {
        let connector = &*self.connector;
        let outcome = match (&connector.pipe, &connector.line) {
            (Pipe::Lossy(lossy), _) => return push_lossy(connector, lossy, packet),
            (Pipe::Flume(pipe, _), None) => push_alone(connector, pipe, packet),
            (Pipe::Flume(pipe, _), Some(line)) => push_in_line(
                connector,
                line,
                &mut self.waits,
                &mut self.turn,
                (pipe, packet),
            ),
            // Rings have room or not; `look` knows.
            (Pipe::Ring(_), _) => return Err(Refused::Full(packet)),
        };
        if outcome.is_ok() {
            connector.note_high_water();
            connector.entered();
        }
        outcome
    }

    /// Says that the writer is going to wait for room; try again before you do.
    pub fn arm(&mut self) {
        self.publish();
        if let (Some(line), Some(target)) = (&self.connector.line, &self.target) {
            if let Waits::InLine(ticket) = self.waits {
                let goes_by_the_line = !matches!(self.connector.pipe, Pipe::Lossy(_));
                if goes_by_the_line || !line.with(|line| line.is_granted(ticket)) {
                    return;
                }
                // What was granted may have been taken: writers that drop do not go by the line.
                self.connector.leave_line(line, ticket);
            }
            self.turn.end();
            self.waits = Waits::InLine(self.connector.join_line(line, target));
        } else {
            self.waits = Waits::Alone;
            self.connector.arm_writer();
        }
    }

    /// Whether the writer has said that it waits.
    #[inline]
    pub fn is_waiting(&self) -> bool {
        self.waits != Waits::No
    }

    /// Says that the writer waits no more. Costs nothing if it did not.
    #[inline]
    pub fn disarm(&mut self) {
        match std::mem::replace(&mut self.waits, Waits::No) {
            Waits::No => {}
            Waits::Alone => self.connector.disarm_writer(),
            Waits::InLine(ticket) => {
                if let Some(line) = &self.connector.line {
                    self.connector.leave_line(line, ticket);
                }
            }
        }
    }
}

impl Vacancy<'_> {
    /// Puts the packet in; the reader can take it at once.
    #[inline(always)]
    pub fn send(self, packet: Packet) {
        let writer = self.put(packet);
        writer.connector.tail.store(writer.tail, Release);
        writer.connector.entered();
    }

    /// Puts the packet in; the reader sees it by the next [`Writer::publish`] at the latest.
    #[inline(always)]
    pub fn stage(self, packet: Packet) {
        self.put(packet);
    }

    #[inline(always)]
    fn put<'a>(self, packet: Packet) -> &'a mut Writer
    where
        Self: 'a,
    {
        let writer = self.writer;
        let size = packet.payload_size();
        // SAFETY: the only writer of a ring makes vacancies while its tail is below a limit that comes from an acquired head
        // (`look_alone`). One of several, all on one thread with the reader, makes one when it has just seen room beyond the
        // shared tail (`look_shared`), and borrows the writer so that nothing happens in between but `send`. `send` and
        // `publish` store the tail with release.
        unsafe { writer.window.put(writer.tail, packet) };
        writer.tail += 1;
        // Only now, when no packet is at hand that would have to be dropped if a call panicked, and so lie in memory.
        writer.connector.count_bytes(size);
        writer
    }
}

/// Puts a packet into the channel; the caller has made sure of room and of being alone.
fn enter(
    connector: &Connector,
    pipe: &flume::Sender<Packet>,
    packet: Packet,
) -> Result<(), Refused> {
    let size = packet.payload_size();
    // The reader goes by the count, so what is announced can be taken. Writers come one at a time, and the channel has the
    // connector's capacity, so what is inside never exceeds it.
    pipe.try_send(packet)
        .map_err(|error| Refused::Full(error.into_inner()))?;
    connector.count_bytes(size);
    connector.tail.fetch_add(1, AcqRel);
    Ok(())
}

fn push_alone(
    connector: &Connector,
    pipe: &flume::Sender<Packet>,
    packet: Packet,
) -> Result<(), Refused> {
    if connector.free(connector.tail.load(Relaxed)) == 0 {
        return Err(Refused::Full(packet));
    }
    enter(connector, pipe, packet)
}

fn push_in_line(
    connector: &Connector,
    line: &Lock<Line>,
    waits: &mut Waits,
    turn: &mut Turn,
    (pipe, packet): (&flume::Sender<Packet>, Packet),
) -> Result<(), Refused> {
    let mut next = None;
    let outcome = line.with(|line| {
        let tail = connector.tail.load(Acquire);
        let free = connector.free(tail);
        if !line.admit(free, waits.ticket(), turn) {
            return Err(Refused::Full(packet));
        }
        *waits = Waits::No;
        turn.take_one(tail);
        enter(connector, pipe, packet)?;
        next = connector.call_next(line, free - 1);
        Ok(())
    });
    if let Some(next) = next {
        next.wake();
    }
    outcome
}

fn push_lossy(connector: &Connector, lossy: &Lossy, packet: Packet) -> Result<(), Refused> {
    let outcome = lossy.push(
        packet,
        |packet| {
            connector.count_bytes(packet.payload_size());
            connector.tail.fetch_add(1, AcqRel);
        },
        || {
            connector.dropped_oldest.fetch_add(1, AcqRel);
            connector.head.fetch_add(1, AcqRel);
        },
    );
    match outcome {
        Outcome::Entered | Outcome::Displaced => {
            connector.note_high_water();
            connector.entered();
            Ok(())
        }
        Outcome::Dropped => {
            connector.dropped_newest.fetch_add(1, AcqRel);
            Ok(())
        }
        Outcome::Full(packet) => Err(Refused::Full(packet)),
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.publish();
        self.disarm();
        self.connector.close_writer();
    }
}
