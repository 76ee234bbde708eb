//! The reading end.

use std::sync::Arc;

use millstream_packet::Packet;

use crate::connector::{Connector, ring_take};
use crate::pipe::Pipe;
use crate::sync::Ordering::{AcqRel, Acquire, Relaxed};
use crate::target::Target;

/// The one reader of a connector. Dropping it tells the writers that nobody reads any more.
#[derive(Debug)]
pub struct Reader {
    connector: Arc<Connector>,
    waits: bool,
}

impl Reader {
    pub(crate) fn new(connector: Arc<Connector>) -> Self {
        Self {
            connector,
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
    #[inline]
    pub fn try_pop(&mut self) -> Option<Packet> {
        let packet = self.pop_quietly();
        if packet.is_some() {
            self.connector.left();
        }
        packet
    }

    /// Takes a packet if one is there; writers learn of it by the next [`Reader::settle`] at the latest.
    #[inline]
    pub fn pop_quietly(&mut self) -> Option<Packet> {
        let connector = &*self.connector;
        match &connector.pipe {
            Pipe::Ring(ring) => {
                let head = connector.head.load(Relaxed);
                ring_take(ring, &connector.head, connector.visible(), head)
            }
            _ => self.pop_other(),
        }
    }

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
    #[inline]
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
