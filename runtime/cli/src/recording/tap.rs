//! The tap that copies packets into the recorder's queue.

use std::sync::mpsc::SyncSender;
use std::time::Instant;

use millstream_connector::{Tap, TapLook};
use millstream_packet::Packet;

/// A packet on its way into the file.
#[derive(Debug)]
pub(super) struct Seen {
    /// Nanoseconds since the start.
    pub(super) at_ns: u64,
    /// Which of the recorded connectors.
    pub(super) connector: usize,
    /// The packet.
    pub(super) packet: Packet,
}

/// Sees the packets of one connector.
///
/// Other taps must not wait; this one does when the queue is full, because a recording with holes is worth little: the
/// recorder slows the network down and loses nothing. It cannot stand still for good, for the thread at the other end of the
/// queue waits for nothing but the disk, and goes on taking packets when the disk has failed.
#[derive(Debug)]
pub(super) struct RecordTap {
    pub(super) start: Instant,
    pub(super) connector: usize,
    pub(super) queue: SyncSender<Seen>,
}

impl Tap for RecordTap {
    fn see(&self, _number: u64, packet: &Packet) -> TapLook {
        let at_ns = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let seen = Seen {
            at_ns,
            connector: self.connector,
            packet: packet.clone(),
        };
        // The recorder ends after the network has; what is seen then belongs to no recording.
        drop(self.queue.send(seen));
        TapLook::Next
    }
}
