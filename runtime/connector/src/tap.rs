//! Who sees the packets that pass a connector.

use std::fmt;
use std::sync::Arc;

use millstream_packet::Packet;

use crate::divert::{Diversion, Outlet};
use crate::inject::Injected;
use crate::target::Target;
use crate::writer::Writer;

/// Sees packets as the reader takes them.
///
/// It is called on the reader's thread with the connector locked, so it must be quick, must not wait, and must not touch the
/// connector: keep a copy in a bounded place and return. What it does not want to see
/// passes as if it were not there, but for the sake of another tap on the connector it may be shown more than it asked for.
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

impl Look {
    /// What both want to see.
    const fn sooner(self, other: Self) -> Self {
        match (self, other) {
            (Self::Next, _) | (_, Self::Next) => Self::Next,
            (Self::Enough, look) | (look, Self::Enough) => look,
            (Self::After(one), Self::After(two)) => Self::After(if one < two { one } else { two }),
        }
    }
}

/// What few connectors have: those who see its packets, and changes of its ends.
#[derive(Debug, Default)]
pub(crate) struct Taps {
    /// The one that comes and goes with whoever looks in.
    pub(crate) guest: Option<Arc<dyn Tap>>,
    /// Those that nobody else may send away.
    pub(crate) residents: Vec<Arc<dyn Tap>>,
    /// Where the reader is to go.
    pub(crate) diversion: Option<Diversion>,
    /// Where the writers are to go on.
    pub(crate) detours: Option<Vec<(Outlet, Writer)>>,
    /// Who reads in place of the first reader.
    pub(crate) reader: Option<Target>,
    /// Packets that came in beside the writers.
    pub(crate) injected: Injected,
}

impl Taps {
    pub(crate) const fn is_empty(&self) -> bool {
        self.guest.is_none()
            && self.residents.is_empty()
            && self.diversion.is_none()
            && self.detours.is_none()
            && self.reader.is_none()
            && self.injected.entered == 0
    }

    /// Shows a packet to all; what the one of them wants that wants to see something first.
    pub(crate) fn see(&self, number: u64, packet: &Packet) -> Option<Look> {
        let all = self.guest.iter().chain(&self.residents);
        all.map(|tap| tap.see(number, packet)).reduce(Look::sooner)
    }
}
