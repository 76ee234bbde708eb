//! Changes of a connector whose ends are in use: its reader goes to somebody else, its writers go on elsewhere.
//!
//! Nobody takes an end out of the hands of the port that holds it. What is to happen is left at the connector, and the port
//! comes by on its slow way, on its own thread: the reader because the gate lets no packet through (as if the connector
//! were held), a writer because it finds the connector closed. A connector that is never changed pays nothing for this.

use std::fmt;
use std::sync::Arc;

use crate::connector::{Connector, WATCHED, at_rest};
use crate::reader::Reader;
use crate::sync::Lock;
use crate::sync::Ordering::{Acquire, SeqCst};
use crate::tap::Taps;
use crate::writer::Writer;

/// When the reader of a connector is given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// As soon as its port looks for a packet: what is inside goes with it.
    Now,
    /// When what is inside now has been taken.
    Here,
    /// When all writers have closed and nothing is left.
    End,
}

/// Who gets the reading end of a connector.
pub trait Heir: Send + Sync + fmt::Debug {
    /// The port has given the reader away, or has gone and left it. Called on the port's thread.
    fn inherit(&self, reader: Reader);
}

/// Where a port whose reader was given away gets the next one.
#[derive(Debug)]
pub struct Berth(Lock<Option<Next>>);

/// What comes after a reader that was given away.
#[derive(Debug)]
pub enum Next {
    /// Another one.
    Reader(Reader),
    /// The end of the stream.
    End,
}

impl Berth {
    /// An empty one.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Lock::new(None)))
    }

    /// Puts in what the port goes on with. Whoever does this wakes the port's process afterwards.
    pub fn fill(&self, next: Next) {
        self.0.with(|place| *place = Some(next));
    }

    /// Takes what the port goes on with, if it is there.
    pub fn take(&self) -> Option<Next> {
        self.0.with(Option::take)
    }
}

/// The out-port that a writer belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Name of the process.
    pub process: Arc<str>,
    /// Its port.
    pub port: Arc<str>,
    /// The element, for array ports.
    pub index: Option<u32>,
}

/// Where a writer that was sent elsewhere goes on.
#[derive(Debug)]
pub enum Detour {
    /// In another connector.
    To(Writer),
    /// Nobody is connected any more.
    Nobody,
}

/// What a reader finds when it is due to be given away.
#[derive(Debug)]
pub enum Onward {
    /// The port is at its end.
    End,
    /// The port waits for its next reader.
    To(Arc<Berth>),
}

/// A reader that is to be given away.
#[derive(Debug)]
pub(crate) struct Diversion {
    point: Point,
    /// With a point before the end: the reader sees no packet from here on.
    mark: Option<u64>,
    /// The gate as a hold asks for it.
    hold: Option<u64>,
    heir: Option<Arc<dyn Heir>>,
    berth: Option<Arc<Berth>>,
}

impl Connector {
    /// Has the reader given to an heir when it comes to a point; nobody reads any more if there is none. Its port goes on
    /// with what comes into the berth, or is at its end.
    ///
    /// False when the reader has gone already.
    pub fn divert(
        &self,
        point: Point,
        heir: Option<Arc<dyn Heir>>,
        berth: Option<Arc<Berth>>,
    ) -> bool {
        let is_there = self.with_taps(|taps| {
            if self.is_reader_gone() {
                return false;
            }
            let mark = match point {
                Point::Now => Some(0),
                Point::Here => Some(self.tail.load(Acquire)),
                Point::End => None,
            };
            let hold = self.held_from(Some(taps));
            taps.diversion = Some(Diversion {
                point,
                mark,
                hold,
                heir,
                berth,
            });
            true
        });
        self.wake_reader_always();
        is_there
    }

    /// Sends the writers elsewhere: each goes on with its successor, or is connected to nobody if it has none. Packets that
    /// they put in before they notice stay inside for the reader, which sees the end after them.
    pub fn reroute(&self, successors: Vec<(Outlet, Writer)>) {
        self.with_taps(|taps| taps.detours = Some(successors));
        self.turn_writers_away();
    }

    /// Whether the writers were sent elsewhere.
    pub fn is_rerouted(&self) -> bool {
        self.is_abandoned() && self.look_at_taps(|taps| taps.detours.is_some()) == Some(true)
    }

    /// Where a writer that was sent elsewhere goes on.
    pub fn detour(&self, process: &str, port: &str, index: Option<u32>) -> Option<Detour> {
        self.look_at_taps(|taps| {
            let detours = taps.detours.as_mut()?;
            let is_meant = |(outlet, _): &(Outlet, Writer)| {
                *outlet.process == *process && *outlet.port == *port && outlet.index == index
            };
            let at = detours.iter().position(is_meant);
            Some(match at {
                Some(at) => Detour::To(detours.swap_remove(at).1),
                None => Detour::Nobody,
            })
        })
        .flatten()
    }

    /// Where the port goes on when the reader is due to be given away.
    #[cold]
    #[inline(never)]
    pub(crate) fn onward(&self) -> Option<Onward> {
        self.look_at_taps(|taps| {
            let diversion = taps.diversion.as_ref()?;
            let is_due = match diversion.point {
                Point::Now => true,
                Point::Here => diversion
                    .mark
                    .is_some_and(|mark| self.head.load(Acquire) >= mark || self.is_finished()),
                Point::End => self.is_finished() && taps.injected.depth() == 0,
            };
            is_due.then(|| match &diversion.berth {
                Some(berth) => Onward::To(Arc::clone(berth)),
                None => Onward::End,
            })
        })
        .flatten()
    }

    /// Who gets the reader when its port lets go of it; if nobody does, writers find the connector closed from then on.
    pub(crate) fn take_heir(&self) -> Option<Arc<dyn Heir>> {
        self.locked(|taps| {
            let diversion = taps.as_mut().and_then(|taps| taps.diversion.take());
            let hold = diversion.as_ref().map(|diversion| diversion.hold);
            if let Some(hold) = hold {
                self.set_hold(taps, hold);
            }
            let heir = diversion.and_then(|diversion| diversion.heir);
            if heir.is_none() {
                self.note_reader_gone();
            }
            heir
        })
    }

    /// Where the gate of a held connector is as whoever holds it wants it.
    pub(crate) fn held_from(&self, taps: Option<&Taps>) -> Option<u64> {
        if let Some(diversion) = taps.and_then(|taps| taps.diversion.as_ref()) {
            return diversion.hold;
        }
        let gate = self.gate.load(Acquire);
        (gate < WATCHED).then_some(gate)
    }

    /// Sets the gate as a hold asks for it, but never beyond the point at which the reader is given away.
    pub(crate) fn set_hold(&self, taps: &mut Option<Box<Taps>>, hold: Option<u64>) {
        let is_tapped = taps.is_some();
        let diversion = taps.as_mut().and_then(|taps| taps.diversion.as_mut());
        let gate = match diversion {
            Some(diversion) => {
                diversion.hold = hold;
                let hold = hold.unwrap_or(WATCHED);
                diversion.mark.map_or(hold, |mark| mark.min(hold))
            }
            None => hold.unwrap_or(at_rest(is_tapped)),
        };
        self.gate.store(gate, SeqCst);
    }
}
