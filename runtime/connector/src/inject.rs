//! Packets that come in beside the writers: somebody looks into a network that runs, and puts one on a connector.
//!
//! They wait in a place of their own and the reader takes them first, on its slow way; so they neither take the writers'
//! room nor wait behind a full connector. A connector that nobody injects into pays nothing for this.

use std::collections::VecDeque;

use millstream_packet::Packet;

use crate::connector::Connector;
use crate::sync::Ordering::{Acquire, Relaxed};
use crate::tap::{Look, Taps};

/// Most packets that wait to be taken; further ones are refused.
pub const INJECTED_MAX: usize = 1024;

/// Why packets cannot come in beside the writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInjected {
    /// Too many wait already.
    Full,
    /// Nobody reads any more.
    Closed,
}

/// What was put in, and how much of it was taken.
#[derive(Debug, Default)]
pub(crate) struct Injected {
    waiting: VecDeque<Packet>,
    /// Packets that ever came in.
    pub(crate) entered: u64,
}

impl Injected {
    /// Packets that wait.
    pub(crate) fn depth(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// Packets that the reader took.
    pub(crate) fn taken(&self) -> u64 {
        self.entered - self.depth()
    }
}

impl Connector {
    /// Puts packets in beside the writers, all or none. The reader takes them before what writers sent, unless it has looked
    /// ahead; a held connector keeps them like any others. They count as sent and, once taken, as received.
    ///
    /// # Errors
    ///
    /// Fails when nobody reads any more, and when more than [`INJECTED_MAX`] packets would wait.
    pub fn inject(&self, packets: Vec<Packet>) -> Result<(), NotInjected> {
        self.with_taps(|taps| {
            let injected = &mut taps.injected;
            if self.is_reader_gone() {
                return Err(NotInjected::Closed);
            }
            if injected.waiting.len() + packets.len() > INJECTED_MAX {
                return Err(NotInjected::Full);
            }
            injected.entered += packets.len() as u64;
            injected.waiting.extend(packets);
            Ok(())
        })?;
        self.wake_reader_always();
        Ok(())
    }

    /// Takes the next packet that was put in beside the writers, if there is one and the reader may see it, and shows it
    /// to the taps.
    pub(crate) fn take_injected(&self) -> Option<Packet> {
        if !self.is_passable() {
            return None;
        }
        self.look_at_taps(|taps| {
            let packet = taps.injected.waiting.pop_front()?;
            let look = taps.see(self.number(taps), &packet);
            let is_over = taps.injected.waiting.is_empty();
            let is_idle = matches!(look, None | Some(Look::Enough));
            self.look_next_at(if is_over && is_idle { u64::MAX } else { 0 });
            Some(packet)
        })
        .flatten()
    }

    /// Packets put in beside the writers that the reader may take now.
    pub(crate) fn injected(&self) -> u64 {
        if !self.is_passable() {
            return 0;
        }
        let depth = self.look_at_taps(|taps| taps.injected.depth());
        depth.unwrap_or_default()
    }

    /// Whether nothing waits that was put in beside the writers, held or not.
    pub(crate) fn is_free_of_injected(&self) -> bool {
        let depth = self.look_at_taps(|taps| taps.injected.depth());
        depth.unwrap_or_default() == 0
    }

    /// The number of the packet that the reader took last, of all that it ever took.
    pub(crate) fn number(&self, taps: &Taps) -> u64 {
        self.head.load(Relaxed) + taps.injected.taken()
    }

    /// Whether a hold would let the next packet through.
    fn is_passable(&self) -> bool {
        self.head.load(Relaxed) < self.gate.load(Acquire)
    }
}
