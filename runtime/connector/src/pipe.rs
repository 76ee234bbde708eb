//! What packets travel through inside a connector.

use millstream_packet::Packet;

use crate::lossy::Lossy;
use crate::ring::Ring;

/// One of the three pipes.
#[derive(Debug)]
pub(crate) enum Pipe {
    /// Slots shared by one writer at a time and one reader.
    Ring(Ring),
    /// A flume channel of the same capacity; credits make sure that it always has room.
    Flume(flume::Sender<Packet>, flume::Receiver<Packet>),
    /// A queue that drops.
    Lossy(Lossy),
}
