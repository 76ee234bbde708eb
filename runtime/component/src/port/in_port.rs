//! The untyped in-port.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use millstream_connector::{Berth, Next as Successor, Onward, Reader, Run, Target};
use millstream_packet::{Headers, Packet};

use super::{BUDGET, label};
use crate::cell::{BLOCKED, CUT_SHORT, HEADED, ProcessCell, TRUNCATED};

/// The reading end of a connector, an initial packet, or nothing.
///
/// A graph may be changed while it runs: then the port gives its connector away and goes on with another one, or comes to
/// its end.
#[derive(Debug)]
pub struct InPort {
    source: Source,
    /// Packets until the port lets others run.
    budget: u64,
    waits: bool,
    /// A packet that did not come the fast way, for a moment.
    desk: Option<Packet>,
    cell: Arc<ProcessCell>,
    name: Arc<str>,
    index: Option<u32>,
    /// Groups that are open in what was taken.
    depth: u32,
}

/// Where the next packet is.
enum Next {
    /// At hand in the connector, or worth another look.
    Here,
    /// On the desk; nowhere if nothing is there, at the end of the stream.
    Desk,
    /// Not here yet.
    Later,
}

#[derive(Debug)]
enum Source {
    Link(Reader),
    Initial(Box<Packet>),
    /// The connector was given away, and the next one is not here yet.
    Moving(Arc<Berth>),
    Ended,
}

impl InPort {
    fn new(cell: Arc<ProcessCell>, name: Arc<str>, index: Option<u32>, source: Source) -> Self {
        Self {
            source,
            budget: BUDGET,
            waits: false,
            desk: None,
            cell,
            name,
            index,
            depth: 0,
        }
    }

    /// A port that nothing is connected to: it is at its end from the start.
    pub fn unconnected(cell: Arc<ProcessCell>, name: &str) -> Self {
        Self::new(cell, name.into(), None, Source::Ended)
    }

    /// A port with an initial packet, after which it is at its end.
    pub fn initial(
        cell: Arc<ProcessCell>,
        name: Arc<str>,
        index: Option<u32>,
        packet: Packet,
    ) -> Self {
        Self::new(cell, name, index, Source::Initial(Box::new(packet)))
    }

    /// A port at the end of a connector; `target` is woken when packets come.
    pub fn linked(
        cell: Arc<ProcessCell>,
        name: Arc<str>,
        index: Option<u32>,
        mut reader: Reader,
        target: Target,
    ) -> Self {
        reader.bind(target);
        Self::new(cell, name, index, Source::Link(reader))
    }

    /// Takes the port out, leaving one that is at its end.
    pub fn detach(&mut self) -> Self {
        let ended = Self::new(
            Arc::clone(&self.cell),
            Arc::clone(&self.name),
            self.index,
            Source::Ended,
        );
        std::mem::replace(self, ended)
    }

    /// The port's name, with its index if it is an element of an array port.
    pub fn label(&self) -> String {
        label(&self.name, self.index)
    }

    /// The port's name, without index.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The element's index, if this is an element of an array port.
    pub fn index(&self) -> Option<u32> {
        self.index
    }

    /// Whether a connector ends here (not just an initial packet).
    pub fn is_connected(&self) -> bool {
        matches!(self.source, Source::Link(_) | Source::Moving(_))
    }

    /// Packets taken so far, brackets included.
    pub fn taken(&self) -> u64 {
        match &self.source {
            Source::Link(reader) => reader.taken(),
            Source::Initial(_) | Source::Moving(_) => 0,
            Source::Ended => 1,
        }
    }

    pub(crate) fn cell(&self) -> &Arc<ProcessCell> {
        &self.cell
    }

    /// Receives the next packet, brackets included; `None` at the end of the stream.
    ///
    /// # Blocking
    ///
    /// Waits until a packet comes or all writers have closed.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    #[inline(always)]
    pub fn recv(&mut self) -> RecvPacket<'_> {
        RecvPacket { port: self }
    }

    /// Takes a packet if one is there now.
    #[inline(never)]
    pub fn try_recv(&mut self) -> Option<Packet> {
        let packet = loop {
            let packet = match &mut self.source {
                Source::Link(reader) => reader.try_pop(),
                _ => self.take_initial(),
            };
            if packet.is_some() || !self.moves_on() {
                break packet?;
            }
        };
        self.note(&packet);
        Some(packet)
    }

    /// Gives the connector away if that is due, and goes on with the next one if it is here; whether it did something.
    fn moves_on(&mut self) -> bool {
        match &self.source {
            Source::Link(reader) => {
                let Some(onward) = reader.onward() else {
                    return false;
                };
                self.disarm();
                self.source = match onward {
                    Onward::End => Source::Ended,
                    Onward::To(berth) => Source::Moving(berth),
                };
                true
            }
            Source::Moving(berth) => {
                let Some(next) = berth.take() else {
                    return false;
                };
                self.source = match next {
                    Successor::Reader(reader) => Source::Link(reader),
                    Successor::End => Source::Ended,
                };
                true
            }
            Source::Initial(_) | Source::Ended => false,
        }
    }

    /// As [`InPort::try_recv`], unless it is somebody else's turn.
    pub(crate) fn try_recv_within_budget(&mut self) -> Option<Packet> {
        if self.budget == 0 {
            return None;
        }
        let packet = self.try_recv()?;
        // Those that may follow without a look are charged now.
        let ahead = match &self.source {
            Source::Link(reader) => reader.ahead(),
            _ => 0,
        };
        self.budget = self.budget.saturating_sub(ahead + 1);
        Some(packet)
    }

    /// Closes the port: what is left inside stays undelivered, and writers learn that nobody reads any more.
    pub fn close(&mut self) {
        self.source = Source::Ended;
    }

    /// Whether the stream has ended: nothing is there and nothing can come.
    pub fn is_at_end(&self) -> bool {
        match &self.source {
            Source::Link(reader) => {
                reader.is_at_end() && !matches!(reader.onward(), Some(Onward::To(_)))
            }
            Source::Initial(_) | Source::Moving(_) => false,
            Source::Ended => true,
        }
    }

    /// Notes what the process takes up.
    ///
    /// The packet itself must not be lent to a call that is not inlined: it would have to lie in memory.
    #[inline(always)]
    pub(crate) fn note(&mut self, packet: &Packet) {
        if !packet.is_plain() || self.cell.has(HEADED) {
            self.note_special(packet.nesting(), packet.headers());
        }
    }

    #[cold]
    #[inline(never)]
    fn note_special(&mut self, nesting: i8, headers: Option<&Headers>) {
        self.cell.take_up(headers);
        match self.depth.checked_add_signed(i32::from(nesting)) {
            Some(depth) => self.depth = depth,
            // A close bracket without an open one: whoever passes it on is not to blame.
            None => self.cell.set(CUT_SHORT),
        }
    }

    fn take_initial(&mut self) -> Option<Packet> {
        match std::mem::replace(&mut self.source, Source::Ended) {
            Source::Initial(packet) => Some(*packet),
            other => {
                self.source = other;
                None
            }
        }
    }

    /// As [`InPort::recv`], for hand-written futures.
    #[inline(always)]
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Packet>> {
        // No call writes to what is returned: it would have to lie in memory on the fast way too.
        loop {
            if let Source::Link(reader) = &mut self.source
                && let Some(arrival) = reader.arrival()
            {
                // What is dropped when a call panics has to lie in memory: rather lose it then.
                let packet = ManuallyDrop::new(arrival.take());
                self.note(&packet);
                return Poll::Ready(Some(ManuallyDrop::into_inner(packet)));
            }
            match self.poll_slowly(cx) {
                Next::Here => {}
                Next::Desk => return Poll::Ready(self.desk.take()),
                Next::Later => return Poll::Pending,
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn poll_slowly(&mut self, cx: &mut Context<'_>) -> Next {
        // Packets that were given up on find the way out first, so that they are few and none is lost at the end.
        if self.cell.has(BLOCKED) {
            if self.cell.poll_errors().is_pending() {
                return Next::Later;
            }
            self.cell.clear(BLOCKED);
        }
        match self.poll_ready(cx) {
            Poll::Ready(true) => {}
            Poll::Ready(false) => return Next::Desk,
            Poll::Pending => return Next::Later,
        }
        if let Source::Link(reader) = &mut self.source
            && reader.look()
        {
            self.budget = self.budget.saturating_sub(reader.ahead());
            return Next::Here;
        }
        self.desk = self.try_recv_within_budget();
        if self.desk.is_none() {
            // Somebody has held the connector meanwhile, or the port has gone on with another one.
            return Next::Here;
        }
        Next::Desk
    }

    /// Waits until a packet is there (true) or the stream has ended (false).
    pub fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.budget == 0 {
            self.budget = BUDGET;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.has_nothing() {
            while self.moves_on() {}
        }
        let Source::Link(reader) = &mut self.source else {
            return match self.source {
                // Whoever brings the next connector wakes the process.
                Source::Moving(_) => Poll::Pending,
                _ => Poll::Ready(matches!(self.source, Source::Initial(_))),
            };
        };
        // One look decides: whoever holds the connector may close its gate between two.
        let mut is_there = reader.available() > 0;
        if !is_there && !reader.is_at_end() {
            self.waits = true;
            self.budget = BUDGET;
            reader.arm();
            if !reader.connector().is_crossing() {
                return Poll::Pending;
            }
            // Look again: a packet or the end may have come before a writer on another thread could see that we wait.
            is_there = reader.available() > 0;
            if !is_there && !reader.is_at_end() {
                return Poll::Pending;
            }
        }
        self.disarm();
        let Source::Link(reader) = &self.source else {
            return Poll::Ready(false);
        };
        if !is_there && reader.onward().is_some() {
            // The end has come since it was looked for: this port goes on.
            return self.poll_ready(cx);
        }
        if !is_there && reader.connector().is_truncated() {
            self.cell.set(TRUNCATED);
        }
        Poll::Ready(is_there)
    }

    /// Whether a connector is all that it waits for.
    fn has_nothing(&self) -> bool {
        match &self.source {
            Source::Link(reader) => reader.available() == 0,
            Source::Moving(_) => true,
            Source::Initial(_) | Source::Ended => false,
        }
    }

    /// Up to `most` of the packets that are there; `None` where only [`InPort::try_recv`] knows the way. Whoever takes them
    /// notes them, and ends with [`InPort::settle`].
    #[inline]
    pub(crate) fn run(&mut self, most: u64) -> Option<Run<'_>> {
        match &mut self.source {
            Source::Link(reader) => reader.run(most),
            _ => None,
        }
    }

    /// Ends a run.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        if let Source::Link(reader) = &mut self.source {
            reader.settle();
        }
    }

    /// Takes back that this port waits, when the wait was given up.
    pub(crate) fn disarm(&mut self) {
        if self.waits {
            self.waits = false;
            if let Source::Link(reader) = &mut self.source {
                reader.disarm();
            }
        }
    }
}

impl Drop for InPort {
    fn drop(&mut self) {
        if self.depth > 0 {
            self.cell.set(CUT_SHORT);
        }
    }
}

/// Receives one packet; see [`InPort::recv`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct RecvPacket<'a> {
    port: &'a mut InPort,
}

impl Future for RecvPacket<'_> {
    type Output = Option<Packet>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Packet>> {
        self.port.poll_recv(cx)
    }
}

impl Drop for RecvPacket<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.port.waits {
            self.port.disarm();
        }
    }
}
