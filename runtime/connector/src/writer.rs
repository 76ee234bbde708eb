//! The writing end.
#![expect(unsafe_code, reason = "the two places where packets enter a ring")]

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::Connector;
use crate::line::Line;
use crate::lossy::{Lossy, Outcome};
use crate::pipe::Pipe;
use crate::ring::Slots;
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
    alone: Option<Slots>,
    /// Where the next packet goes. Between the connector's tail and this are packets not yet published.
    tail: u64,
    /// Up to here there is room for sure: the head that was seen last, plus the capacity.
    limit: u64,
    /// Most packets inside as far as this writer has seen.
    high_water: u64,
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
    pub const PACKETS_PER_LOOK: u32 = 64;

    pub(crate) fn new(connector: Arc<Connector>, writers: u32) -> Self {
        let share = (connector.capacity / writers).max(1);
        Self {
            turn: Turn { used: 0, share },
            connector,
            target: None,
            alone: None,
            tail: 0,
            limit: 0,
            high_water: 0,
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

    /// Looks how much room there is, if this is the only writer of a ring.
    fn look(&mut self) -> bool {
        if self.connector.line.is_some() {
            return false;
        }
        let Pipe::Ring(ring) = &self.connector.pipe else {
            return false;
        };
        if self.alone.is_none() {
            self.alone = Some(ring.slots().clone());
        }
        let full = self.connector.head.load(Acquire) + u64::from(self.connector.capacity);
        self.limit = full.min(self.tail + u64::from(Self::PACKETS_PER_LOOK));
        true
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
        if self.is_closed() {
            return Err(Refused::Closed(packet));
        }
        if !self.look() {
            return self.push_other(packet);
        }
        match self.vacancy() {
            Some(vacancy) => {
                vacancy.stage(packet);
                Ok(())
            }
            None => Err(Refused::Full(packet)),
        }
    }

    /// Makes staged packets visible and wakes the reader if it waits.
    #[inline(always)]
    pub fn publish(&mut self) {
        let connector = &*self.connector;
        if connector.tail.load(Relaxed) < self.tail {
            connector.tail.store(self.tail, Release);
            let depth = self.tail.saturating_sub(connector.head.load(Relaxed));
            if depth > self.high_water {
                self.high_water = depth;
                connector.high_water.store(depth, Relaxed);
            }
            connector.entered();
        }
    }

    #[inline(never)]
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
        self.put(packet).publish();
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
        writer.connector.count_bytes(&packet);
        // There is room only where there are slots.
        if let Some(slots) = &writer.alone {
            // SAFETY: a vacancy is made only by the one writer of a ring (`Writer::look`) while its tail is below a limit
            // that comes from an acquired head; `publish` stores the tail with release.
            unsafe { slots.put(writer.tail, packet) };
            writer.tail += 1;
        }
        writer
    }
}

/// Puts a packet into the pipe; the caller has made sure of room and of being alone.
fn enter(connector: &Connector, packet: Packet) -> Result<(), Refused> {
    connector.count_bytes(&packet);
    match &connector.pipe {
        Pipe::Ring(ring) => {
            let tail = connector.tail.load(Relaxed);
            // SAFETY: the caller holds the line's lock or is alone, and has seen room by an acquired head.
            unsafe { ring.slots().put(tail, packet) };
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
            connector.count_bytes(packet);
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
