//! The reading end.

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::{Connector, take};
use crate::pipe::Pipe;
use crate::ring::Slots;
use crate::sync::Ordering::{AcqRel, Acquire, Relaxed};
use crate::target::Target;

/// The one reader of a connector. Dropping it tells the writers that nobody reads any more.
#[derive(Debug)]
pub struct Reader {
    connector: Arc<Connector>,
    /// The slots of a ring whose ends are on one thread, once there was a packet.
    local: Option<Slots>,
    waits: bool,
}

/// A packet in a ring, seen by the only reader and therefore sure to be there until it is taken.
#[derive(Debug)]
pub struct Arrival<'a> {
    slots: &'a Slots,
    connector: &'a Connector,
    head: u64,
}

impl Arrival<'_> {
    /// Takes the packet; writers learn of the room by the next [`Reader::settle`] at the latest.
    #[inline(always)]
    pub fn take(self) -> Packet {
        take(self.slots, &self.connector.head, self.head)
    }
}

impl Reader {
    pub(crate) fn new(connector: Arc<Connector>) -> Self {
        Self {
            connector,
            local: None,
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
        let connector = &*self.connector;
        let Pipe::Ring(ring) = &connector.pipe else {
            return self.pop_other();
        };
        let visible = connector.visible();
        let head = connector.head.load(Relaxed);
        if head >= visible {
            return None;
        }
        if self.local.is_none() && !connector.crossing {
            self.local = Some(ring.slots().clone());
        }
        Some(take(ring.slots(), &connector.head, head))
    }

    /// A packet that is there, the fast way: `None` also where only [`Reader::pop_quietly`] knows the way.
    #[inline(always)]
    pub fn arrival(&mut self) -> Option<Arrival<'_>> {
        let slots = self.local.as_ref()?;
        let head = self.connector.head.load(Relaxed);
        (head < self.connector.visible()).then_some(Arrival {
            slots,
            connector: &self.connector,
            head,
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
        self.connector.visible().saturating_sub(head)
    }

    /// Whether all writers have closed and nothing is left inside.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        // Closed before empty: a writer's last packet is in before it closes.
        self.connector.is_closed()
            && self.connector.tail.load(Acquire) == self.connector.head.load(Relaxed)
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
        self.connector.abandon();
    }
}
