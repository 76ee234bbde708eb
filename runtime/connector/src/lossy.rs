//! The pipe of connectors that drop packets instead of making the writer wait.
//!
//! Brackets are never dropped, or groups would come apart: a bracket evicts data, and waits if there is none.

use std::collections::VecDeque;

use millstream_packet::Packet;

use crate::sync::Lock;

/// A locked queue that can drop from its middle.
#[derive(Debug)]
pub(crate) struct Lossy {
    queue: Lock<VecDeque<Packet>>,
    capacity: usize,
    drops: Drops,
}

/// Which packet goes when there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drops {
    /// The data packet that waited longest.
    Oldest,
    /// The one that came last.
    Newest,
}

/// What became of a packet.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is in; nothing was lost.
    Entered,
    /// It is in, and an older one was dropped.
    Displaced,
    /// It was dropped.
    Dropped,
    /// Everything inside is brackets, and so is the packet: it must wait.
    Full(Packet),
}

impl Lossy {
    pub(crate) fn new(capacity: u32, drops: Drops) -> Self {
        Self {
            queue: Lock::new(VecDeque::new()),
            capacity: capacity as usize,
            drops,
        }
    }

    /// Puts a packet in, dropping one if need be. `enter` runs under the lock before a packet becomes visible,
    /// `evict` when an older one has left.
    pub(crate) fn push(
        &self,
        packet: Packet,
        enter: impl FnOnce(&Packet),
        evict: impl FnOnce(),
    ) -> Outcome {
        self.queue.with(|queue| {
            if queue.len() < self.capacity {
                enter(&packet);
                queue.push_back(packet);
                return Outcome::Entered;
            }
            if packet.is_data() && self.drops == Drops::Newest {
                return Outcome::Dropped;
            }
            let victim = match self.drops {
                Drops::Oldest => queue.iter().position(Packet::is_data),
                Drops::Newest => queue.iter().rposition(Packet::is_data),
            };
            match victim {
                Some(at) => {
                    queue.remove(at);
                    evict();
                    enter(&packet);
                    queue.push_back(packet);
                    Outcome::Displaced
                }
                None if packet.is_data() => Outcome::Dropped,
                None => Outcome::Full(packet),
            }
        })
    }

    /// Takes the packet that came first. `leave` runs under the lock when there is one.
    pub(crate) fn pop(&self, leave: impl FnOnce()) -> Option<Packet> {
        self.queue.with(|queue| {
            let packet = queue.pop_front();
            if packet.is_some() {
                leave();
            }
            packet
        })
    }
}
