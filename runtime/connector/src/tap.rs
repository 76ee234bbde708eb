//! Who sees the packets that pass a connector.

use std::fmt;

use millstream_packet::Packet;

/// Sees packets as the reader takes them.
///
/// It is called on the reader's thread with the connector locked, so it must be quick, must not wait, and must not touch the
/// connector: keep a copy in a bounded place and return.
pub trait Tap: Send + Sync + fmt::Debug {
    /// A packet is on its way to the reader.
    fn see(&self, packet: &Packet);
}
