//! Who sees the packets that pass a connector.

use std::fmt;

use millstream_packet::Packet;

/// Sees packets as the reader takes them.
///
/// It is called on the reader's thread with the connector locked, so it must be quick, must not wait, and must not touch the
/// connector: keep a copy in a bounded place and return. What it does not want to see passes as if it were not there.
pub trait Tap: Send + Sync + fmt::Debug {
    /// A packet is on its way to the reader; it is the one of this number that the connector ever gave out, counted from 1.
    fn see(&self, number: u64, packet: &Packet) -> Look;
}

/// What a tap wants to see next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The next packet.
    Next,
    /// The packet that comes so many after this one.
    After(u64),
    /// Nothing, until [`Connector::resume_tap`](crate::Connector::resume_tap).
    Enough,
}
