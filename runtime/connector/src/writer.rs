//! The writing end.
#![expect(unsafe_code, reason = "the places where packets enter a ring")]

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::Connector;
use crate::line::Line;
use crate::lossy::{Lossy, Outcome};
use crate::pipe::Pipe;
use crate::ring::Window;
use crate::sync::{
    Lock,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use crate::target::Target;

/// One writer of a connector. Dropping it closes its side.
#[derive(Debug)]
pub struct Writer {
    connector: Arc<Connector>,
    target: Option<Target>,
    /// The slots of a ring that only this writer writes, once there was a packet; then the next fields are in use.
    window: Window,
    /// Where the next packet goes. Between the connector's tail and this are packets not yet published.
    tail: u64,
    /// Up to here packets go in without a look: there is room for sure, and the high-water mark does not rise.
    limit: u64,
    /// With several writers: packets that this one put in since it waited last, and how many are its share.
    turn: Turn,
    waits: Waits,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    used: u32,
    share: u32,
}

impl Turn {
    fn is_used(self) -> bool {
        self.used >= self.share
    }
}

/// Room for one packet in a ring, seen by its only writer and therefore sure to be there until it is filled.
#[derive(Debug)]
pub struct Vacancy<'a> {
    writer: &'a mut Writer,
}

/// What a writer finds when it looks for room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// There is a [`Vacancy`].
    Room,
    /// There is no room.
    Full,
    /// The reader has gone.
    Closed,
    /// This connector is not the ring of one writer; only [`Writer::stage`] knows.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    No,
    Alone,
    InLine(u64),
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
        let share = (connector.capacity / writers).max(1);
        Self {
            turn: Turn { used: 0, share },
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
        self.connector.set_writer(&target);
        self.target = Some(target);
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
        match self.look() {
            Look::Full => Err(Refused::Full(packet)),
            Look::Closed => Err(Refused::Closed(packet)),
            Look::Room => match self.vacancy() {
                Some(vacancy) => {
                    vacancy.stage(packet);
                    Ok(())
                }
                None => Err(Refused::Full(packet)),
            },
            Look::Unknown => self.push_other(packet),
        }
    }

    /// Looks for room. Whoever finds it puts a packet in at once: the high-water mark counts it already.
    pub fn look(&mut self) -> Look {
        let connector = &*self.connector;
        if connector.is_abandoned() {
            return Look::Closed;
        }
        if self.tail == 0 && !self.open_window() {
            return Look::Unknown;
        }
        let connector = &*self.connector;
        let head = connector.head.load(Acquire);
        let depth = self.tail - head;
        if depth >= u64::from(connector.capacity) {
            self.limit = 0;
            return Look::Full;
        }
        let high_water = connector.raise_high_water(depth + 1);
        // No packet beyond the mark goes the fast way, so that it need not be kept there.
        self.limit = (head + high_water).min(self.tail + Self::PACKETS_PER_LOOK);
        Look::Room
    }

    /// Whether this is the only writer of a ring, whose slots are made now.
    #[cold]
    #[inline(never)]
    fn open_window(&mut self) -> bool {
        match &self.connector.pipe {
            Pipe::Ring(ring) if self.connector.line.is_none() => {
                self.window = ring.window();
                true
            }
            _ => false,
        }
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

    fn push_other(&mut self, packet: Packet) -> Result<(), Refused> {
        let connector = &*self.connector;
        if let Pipe::Lossy(lossy) = &connector.pipe {
            return push_lossy(connector, lossy, packet);
        }
        let outcome = match &connector.line {
            None => push_alone(connector, packet),
            Some(line) => push_in_line(connector, line, &mut self.waits, &mut self.turn, packet),
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
        // SAFETY: a vacancy is made only while the tail is below a limit that `Writer::look` set: by the one writer
        // of this ring, from an acquired head. `send` and `publish` store the tail with release.
        unsafe { writer.window.put(writer.tail, packet) };
        writer.tail += 1;
        // Only now, when no packet is at hand that would have to be dropped if a call panicked, and so lie in memory.
        writer.connector.count_bytes(size);
        writer
    }
}

/// Puts a packet into the pipe; the caller has made sure of room and of being alone.
fn enter(connector: &Connector, packet: Packet) -> Result<(), Refused> {
    connector.count_bytes(packet.payload_size());
    match &connector.pipe {
        Pipe::Ring(ring) => {
            let tail = connector.tail.load(Relaxed);
            // SAFETY: the caller holds the line's lock or is alone, and has seen room by an acquired head.
            unsafe { ring.window().put(tail, packet) };
            connector.tail.store(tail + 1, Release);
            Ok(())
        }
        Pipe::Flume(sender, _) => {
            // The reader goes by the count, so what is announced can be taken. Writers come one at a time, and the
            // channel has the connector's capacity, so what is inside never exceeds it.
            sender
                .try_send(packet)
                .map_err(|error| Refused::Full(error.into_inner()))?;
            connector.tail.fetch_add(1, AcqRel);
            Ok(())
        }
        Pipe::Lossy(_) => Err(Refused::Full(packet)),
    }
}

fn push_alone(connector: &Connector, packet: Packet) -> Result<(), Refused> {
    if connector.free(connector.tail.load(Relaxed)) == 0 {
        return Err(Refused::Full(packet));
    }
    enter(connector, packet)
}

fn push_in_line(
    connector: &Connector,
    line: &Lock<Line>,
    waits: &mut Waits,
    turn: &mut Turn,
    packet: Packet,
) -> Result<(), Refused> {
    line.with(|line| {
        let admitted = if let Waits::InLine(ticket) = *waits {
            line.is_granted(ticket)
        } else {
            let free = connector.free(connector.tail.load(Acquire));
            line.admits_newcomer(free, turn.is_used())
        };
        if !admitted {
            return Err(Refused::Full(packet));
        }
        if matches!(std::mem::replace(waits, Waits::No), Waits::InLine(_)) {
            line.redeem();
            turn.used = 0;
        }
        turn.used += 1;
        enter(connector, packet)
    })
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
