//! Who sees the packets that pass a connector.

use std::fmt;
use std::sync::Arc;

use millstream_packet::Packet;

/// Sees packets as the reader takes them.
///
/// It is called on the reader's thread with the connector locked, so it must be quick, must not wait, and must not touch the
/// connector: keep a copy in a bounded place and return.
pub trait Tap: Send + Sync + fmt::Debug {
    /// A packet is on its way to the reader.
    fn see(&self, packet: &Packet);
}

/// All who see the packets of a connector.
#[derive(Debug, Default)]
pub(crate) struct Taps {
    /// The one that comes and goes with whoever looks in.
    pub(crate) guest: Option<Arc<dyn Tap>>,
    /// Those that nobody else may send away.
    pub(crate) residents: Vec<Arc<dyn Tap>>,
}

impl Taps {
    pub(crate) const fn is_empty(&self) -> bool {
        self.guest.is_none() && self.residents.is_empty()
    }

    pub(crate) fn see(&self, packet: &Packet) {
        let all = self.guest.iter().chain(&self.residents);
        all.for_each(|tap| tap.see(packet));
    }
}
