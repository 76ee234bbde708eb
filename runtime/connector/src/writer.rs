//! The writing end.

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::Connector;
use crate::line::Line;
use crate::lossy::{Lossy, Outcome};
use crate::pipe::Pipe;
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
    /// Packets written into the ring behind its tail and not yet published; only with one writer.
    staged: u32,
    waits: Waits,
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
    pub(crate) fn new(connector: Arc<Connector>) -> Self {
        Self {
            connector,
            target: None,
            staged: 0,
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
        let tail = self.connector.tail.load(Acquire) + u64::from(self.staged);
        self.connector.free(tail)
    }

    /// Puts a packet in if there is room; the reader can take it at once.
    ///
    /// # Errors
    ///
    /// Gives the packet back when the connector is full or the reader has gone.
    #[inline]
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
    #[inline]
    pub fn stage(&mut self, packet: Packet) -> Result<(), Refused> {
        let connector = &*self.connector;
        if connector.is_abandoned() {
            return Err(Refused::Closed(packet));
        }
        if let (Pipe::Ring(ring), None) = (&connector.pipe, &connector.line) {
            let tail = connector.tail.load(Relaxed) + u64::from(self.staged);
            if connector.free(tail) == 0 {
                return Err(Refused::Full(packet));
            }
            connector.count_bytes(&packet);
            ring.put(tail, packet);
            self.staged += 1;
            return Ok(());
        }
        self.push_other(packet)
    }

    /// Makes staged packets visible and wakes the reader if it waits.
    #[inline]
    pub fn publish(&mut self) {
        if self.staged > 0 {
            let tail = self.connector.tail.load(Relaxed) + u64::from(self.staged);
            self.staged = 0;
            self.connector.tail.store(tail, Release);
            self.connector.entered(tail);
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
            Some(line) => push_in_line(connector, line, &mut self.waits, packet),
        };
        if outcome.is_ok() {
            connector.entered(connector.tail.load(Acquire));
        }
        outcome
    }

    /// Says that the writer is going to wait for room; try again before you do.
    pub fn arm(&mut self) {
        self.publish();
        if let (Some(line), Some(target)) = (&self.connector.line, &self.target) {
            if !matches!(self.waits, Waits::InLine(_)) {
                self.waits = Waits::InLine(self.connector.join_line(line, target));
            }
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

/// Puts a packet into the pipe; the caller has made sure of room and of being alone.
fn enter(connector: &Connector, packet: Packet) -> Result<(), Refused> {
    connector.count_bytes(&packet);
    match &connector.pipe {
        Pipe::Ring(ring) => {
            let tail = connector.tail.load(Relaxed);
            ring.put(tail, packet);
            connector.tail.store(tail + 1, Release);
            Ok(())
        }
        Pipe::Flume(sender, _) => {
            // The count goes first, so that it is never below what is inside.
            connector.tail.fetch_add(1, AcqRel);
            sender.try_send(packet).map_err(|error| {
                connector.tail.fetch_sub(1, AcqRel);
                Refused::Full(error.into_inner())
            })
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
    packet: Packet,
) -> Result<(), Refused> {
    line.with(|line| {
        let admitted = match *waits {
            Waits::InLine(ticket) => line.is_granted(ticket),
            _ => line.room_for_newcomer(connector.free(connector.tail.load(Acquire))),
        };
        if !admitted {
            return Err(Refused::Full(packet));
        }
        if matches!(std::mem::replace(waits, Waits::No), Waits::InLine(_)) {
            line.redeem();
        }
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
            connector.entered(connector.tail.load(Acquire));
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
