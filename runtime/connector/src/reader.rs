//! The reading end.

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::{Connector, take};
use crate::divert::Onward;
use crate::pipe::Pipe;
use crate::ring::Window;
use crate::sync::Ordering::{AcqRel, Relaxed};
use crate::target::Target;

/// What comes from another thread is taken by parts of the capacity, so that the writer goes on before all of it is worked off.
const CROSSING_PARTS: u32 = 4;

/// The one reader of a connector. Dropping it tells the writers that nobody reads any more, unless somebody is to have it.
#[derive(Debug)]
pub struct Reader {
    connector: Arc<Connector>,
    /// The slots of a ring whose ends are on one thread, once there was a packet; then the next fields are in use.
    window: Window,
    /// Sequence number of the next packet, which is the connector's head.
    next: u64,
    /// Up to here packets are there for sure.
    end: u64,
    waits: bool,
}

/// A packet in a ring whose ends are on one thread, seen by the reader and therefore sure to be there until it is taken.
#[derive(Debug)]
pub struct Arrival<'a> {
    reader: &'a mut Reader,
}

impl Arrival<'_> {
    /// Takes the packet; no writer waits for the room.
    #[inline(always)]
    pub fn take(self) -> Packet {
        let reader = self.reader;
        let packet = take(&reader.window, &reader.connector.head, reader.next);
        reader.next += 1;
        packet
    }
}

/// Packets in a ring, as many as were there when the run began; a part of them when they came from another thread.
///
/// Writers learn that they were taken by the next [`Reader::settle`]: only for a reader that does not wait in between.
#[derive(Debug)]
pub struct Run<'a> {
    connector: &'a Connector,
    window: Window,
    next: u64,
    end: u64,
}

impl Run<'_> {
    /// How many packets are left.
    #[inline(always)]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a run that was given out has packets"
    )]
    pub fn len(&self) -> u64 {
        self.end - self.next
    }

    /// The next packet, if the run has one.
    #[inline(always)]
    pub fn arrival(&mut self) -> Option<RunArrival<'_>> {
        (self.next < self.end).then_some(RunArrival {
            connector: self.connector,
            window: &self.window,
            next: &mut self.next,
        })
    }
}

/// A packet of a run.
#[derive(Debug)]
pub struct RunArrival<'a> {
    connector: &'a Connector,
    window: &'a Window,
    next: &'a mut u64,
}

impl RunArrival<'_> {
    /// Takes the packet.
    #[inline(always)]
    pub fn take(self) -> Packet {
        let packet = take(self.window, &self.connector.head, *self.next);
        *self.next += 1;
        packet
    }
}

impl Reader {
    /// Most packets that are taken between two looks at what is there.
    pub const PACKETS_PER_LOOK: u64 = 64;

    pub(crate) fn new(connector: Arc<Connector>) -> Self {
        Self {
            connector,
            window: Window::NONE,
            next: 0,
            end: 0,
            waits: false,
        }
    }

    /// Says whom to wake; called once, when the network is wired.
    pub fn bind(&mut self, target: Target) {
        self.connector.set_reader(target);
    }

    /// What both ends share.
    pub fn connector(&self) -> &Arc<Connector> {
        &self.connector
    }

    /// Takes a packet if one is there, and lets a waiting writer know.
    pub fn try_pop(&mut self) -> Option<Packet> {
        let packet = self.pop_quietly();
        if packet.is_some() {
            self.connector.left();
        }
        packet
    }

    /// Takes a packet if one is there; writers learn of it by the next [`Reader::settle`] at the latest.
    pub fn pop_quietly(&mut self) -> Option<Packet> {
        if self.connector.is_open() {
            self.pop_unseen()
        } else {
            self.pop_watched()
        }
    }

    /// Takes a packet from a connector that somebody looks into.
    #[cold]
    #[inline(never)]
    fn pop_watched(&mut self) -> Option<Packet> {
        if let Some(packet) = self.connector.take_injected() {
            self.end = 0;
            return Some(packet);
        }
        let packet = self.pop_unseen()?;
        self.end = self.end.min(self.connector.show(&packet));
        Some(packet)
    }

    #[inline(always)]
    fn pop_unseen(&mut self) -> Option<Packet> {
        let connector = &*self.connector;
        let Pipe::Ring(ring) = &connector.pipe else {
            return self.pop_other();
        };
        let visible = connector.visible();
        let head = connector.head.load(Relaxed);
        if head >= visible {
            return None;
        }
        let packet = take(&ring.window(), &connector.head, head);
        if !connector.crossing {
            self.window = ring.window();
            self.next = head + 1;
            self.end = visible.min(self.next + Self::PACKETS_PER_LOOK);
        }
        Some(packet)
    }

    /// Looks whether [`Reader::arrival`] knows the way to a packet; wakes the writer that waits for its room.
    pub fn look(&mut self) -> bool {
        let connector = &*self.connector;
        let Pipe::Ring(ring) = &connector.pipe else {
            return false;
        };
        let head = connector.head.load(Relaxed);
        let visible = connector.visible();
        if head >= visible || connector.crossing {
            return false;
        }
        self.window = ring.window();
        self.next = head;
        self.end = visible
            .min(head + Self::PACKETS_PER_LOOK)
            .min(connector.unwatched_until());
        // The room is not there yet, but it will be before the one writer runs: both are on this thread. Of several writers
        // one is called only when there is room.
        connector.left();
        head < self.end && connector.is_calm()
    }

    /// A packet that is there, the fast way: `None` also where only [`Reader::pop_quietly`] knows the way.
    #[inline(always)]
    pub fn arrival(&mut self) -> Option<Arrival<'_>> {
        (self.next < self.end && self.connector.is_calm()).then_some(Arrival { reader: self })
    }

    /// Packets that may be taken the fast way before this reader looks again.
    pub fn ahead(&self) -> u64 {
        self.end.saturating_sub(self.next)
    }

    /// Up to `most` of the packets that are there, the fast way; `None` where only [`Reader::pop_quietly`] knows the way.
    #[inline]
    pub fn run(&mut self, most: u64) -> Option<Run<'_>> {
        let connector = &*self.connector;
        let Pipe::Ring(ring) = &connector.pipe else {
            return None;
        };
        let next = connector.head.load(Relaxed);
        let most = if connector.crossing {
            most.min(u64::from(connector.capacity / CROSSING_PARTS).max(1))
        } else {
            most
        };
        let end = connector.visible().min(next + most);
        let end = end.min(connector.unwatched_until());
        if next >= end {
            return None;
        }
        // What the run takes is not seen by `next`.
        self.end = 0;
        Some(Run {
            connector,
            window: ring.window(),
            next,
            end,
        })
    }

    /// Packets ever taken, those dropped before their turn included.
    #[inline(always)]
    pub fn taken(&self) -> u64 {
        self.connector.head.load(Relaxed)
    }

    #[cold]
    #[inline(never)]
    fn pop_other(&mut self) -> Option<Packet> {
        let connector = &*self.connector;
        if connector.visible() <= connector.head.load(Relaxed) {
            return None;
        }
        match &connector.pipe {
            Pipe::Flume(_, receiver) => {
                let packet = receiver.try_recv().ok()?;
                connector.head.fetch_add(1, AcqRel);
                Some(packet)
            }
            Pipe::Lossy(lossy) => lossy.pop(|| {
                connector.head.fetch_add(1, AcqRel);
            }),
            Pipe::Ring(_) => None,
        }
    }

    /// Wakes writers for whom there is room now.
    #[inline(always)]
    pub fn settle(&mut self) {
        self.connector.left();
    }

    /// Packets that can be taken now.
    #[inline]
    pub fn available(&self) -> u64 {
        let head = self.connector.head.load(Relaxed);
        let inside = self.connector.visible().saturating_sub(head);
        if self.connector.is_open() {
            inside
        } else {
            inside + self.connector.injected()
        }
    }

    /// Whether all writers have closed and nothing is left inside.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.connector.is_finished() && self.connector.is_free_of_injected()
    }

    /// Where its port goes on if this reader is to be given away now, which is done by dropping it.
    #[inline]
    pub fn onward(&self) -> Option<Onward> {
        if self.connector.is_open() {
            return None;
        }
        self.connector.onward()
    }

    /// Says that the reader is going to wait; look again before you do.
    #[inline]
    pub fn arm(&mut self) {
        self.waits = true;
        self.connector.arm_reader();
    }

    /// Says that the reader waits no more. Costs nothing if it did not.
    #[inline]
    pub fn disarm(&mut self) {
        if self.waits {
            self.waits = false;
            self.connector.disarm_reader();
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.connector.disarm_reader();
        match self.connector.take_heir() {
            Some(heir) => heir.inherit(Self::new(Arc::clone(&self.connector))),
            None => self.connector.turn_writers_away(),
        }
    }
}
