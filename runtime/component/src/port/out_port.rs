//! The untyped out-port.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use millstream_connector::{Refused, Target, Writer};
use millstream_packet::Packet;

use super::{BUDGET, label};
use crate::cell::{BLOCKED, HEADED, ProcessCell, STOPPING};
use crate::failure::Closed;

/// The writing end of a connector, or a sink for a port that nothing is connected to.
#[derive(Debug)]
pub struct OutPort {
    sink: Sink,
    budget: u32,
    /// Groups that are open.
    depth: u32,
    /// Set once a close bracket came without its open one.
    unbalanced: bool,
    /// Emitted packets that found no room, in order.
    overflow: VecDeque<Packet>,
    cell: Arc<ProcessCell>,
    name: &'static str,
    index: Option<u32>,
    sent: u64,
}

#[derive(Debug)]
enum Sink {
    Link(Writer),
    Nobody,
    Closed,
}

/// What became of an emitted packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emitted {
    /// It is on its way, or nobody is connected.
    Taken,
    /// It waits for room; emit no more than you must.
    Waiting,
    /// The reader has ended; the packet is gone.
    Closed,
}

impl OutPort {
    fn new(cell: Arc<ProcessCell>, name: &'static str, index: Option<u32>, sink: Sink) -> Self {
        Self {
            sink,
            budget: BUDGET,
            depth: 0,
            unbalanced: false,
            overflow: VecDeque::new(),
            cell,
            name,
            index,
            sent: 0,
        }
    }

    /// A port that nothing is connected to: it swallows packets.
    pub fn unconnected(cell: Arc<ProcessCell>, name: &'static str) -> Self {
        Self::new(cell, name, None, Sink::Nobody)
    }

    /// A port at the start of a connector; `target` is woken when room comes.
    pub fn linked(
        cell: Arc<ProcessCell>,
        name: &'static str,
        index: Option<u32>,
        mut writer: Writer,
        target: Target,
    ) -> Self {
        writer.bind(target);
        Self::new(cell, name, index, Sink::Link(writer))
    }

    /// The port's name, with its index if it is an element of an array port.
    pub fn label(&self) -> String {
        label(self.name, self.index)
    }

    /// The element's index, if this is an element of an array port.
    pub fn index(&self) -> Option<u32> {
        self.index
    }

    /// Whether a connector starts here.
    pub fn is_connected(&self) -> bool {
        !matches!(self.sink, Sink::Nobody)
    }

    /// Whether the reader has ended. False for a port that nothing is connected to.
    pub fn is_closed(&self) -> bool {
        match &self.sink {
            Sink::Link(writer) => writer.is_closed(),
            Sink::Nobody => false,
            Sink::Closed => true,
        }
    }

    /// Whether a packet would be taken at once.
    pub fn has_room(&self) -> bool {
        match &self.sink {
            Sink::Link(writer) => self.overflow.is_empty() && writer.has_room(),
            _ => true,
        }
    }

    /// Packets that wait in the connector; 0 for a port that nothing is connected to.
    pub fn depth(&self) -> u64 {
        match &self.sink {
            Sink::Link(writer) => writer.connector().depth() + self.overflow.len() as u64,
            _ => 0,
        }
    }

    /// Packets handed over so far, brackets included.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Groups that are open on this port, or `None` if more were closed than opened.
    pub fn open_groups(&self) -> Option<u32> {
        (!self.unbalanced).then_some(self.depth)
    }

    /// Sends a packet.
    ///
    /// The packet enters the connector at once when there is room, even before the future is awaited.
    ///
    /// # Blocking
    ///
    /// Waits while the connector is full.
    ///
    /// # Cancel
    ///
    /// The packet is lost if it had not entered.
    ///
    /// # Errors
    ///
    /// Fails when the reader has ended.
    #[inline]
    pub fn send(&mut self, packet: Packet) -> Send<'_> {
        let attempt = self.try_enter(packet);
        Send {
            port: self,
            attempt,
        }
    }

    /// Sends a packet if there is room now.
    ///
    /// # Errors
    ///
    /// Gives the packet back when the connector is full or the reader has ended.
    pub fn try_send(&mut self, packet: Packet) -> Result<(), Packet> {
        match self.try_enter(packet) {
            Attempt::Entered => Ok(()),
            Attempt::Full(packet) | Attempt::Closed(packet) => Err(packet),
        }
    }

    #[inline]
    fn try_enter(&mut self, packet: Packet) -> Attempt {
        let packet = match self.prepare(packet) {
            Ok(packet) => packet,
            Err(packet) => return Attempt::Closed(packet),
        };
        if !self.overflow.is_empty() {
            return Attempt::Full(packet);
        }
        let bracket = Bracket::of(&packet);
        let attempt = match &mut self.sink {
            Sink::Link(writer) => match writer.try_push(packet) {
                Ok(()) => Attempt::Entered,
                Err(Refused::Full(packet)) => Attempt::Full(packet),
                Err(Refused::Closed(packet)) => Attempt::Closed(packet),
            },
            Sink::Nobody => Attempt::Entered,
            Sink::Closed => Attempt::Closed(packet),
        };
        if matches!(attempt, Attempt::Entered) {
            self.note_sent(bracket);
        }
        attempt
    }

    /// What happens to every packet before it goes out; gives it back when the network is stopping.
    #[inline]
    fn prepare(&mut self, packet: Packet) -> Result<Packet, Packet> {
        if packet.is_data() && self.cell.flags() & (HEADED | STOPPING) == 0 {
            return Ok(packet);
        }
        self.prepare_slowly(packet)
    }

    #[cold]
    #[inline(never)]
    fn prepare_slowly(&mut self, packet: Packet) -> Result<Packet, Packet> {
        if self.cell.has(STOPPING) {
            return Err(packet);
        }
        if packet.is_data() {
            return Ok(self.cell.derive(packet));
        }
        Ok(packet)
    }

    /// Counts what went out and follows its brackets.
    #[inline]
    fn note_sent(&mut self, bracket: Bracket) {
        self.sent += 1;
        if bracket != Bracket::None {
            self.note_bracket(bracket);
        }
    }

    #[cold]
    fn note_bracket(&mut self, bracket: Bracket) {
        if bracket == Bracket::Open {
            self.depth += 1;
            return;
        }
        match self.depth.checked_sub(1) {
            Some(depth) => self.depth = depth,
            None => self.unbalanced = true,
        }
    }

    /// Sends a packet without waiting: what finds no room is kept in order until [`OutPort::poll_flush`].
    ///
    /// For operators: whoever drives them flushes before it hands them the next packet, so what is kept is never more
    /// than one call of the operator emits. The reader sees the packet by the next [`OutPort::publish`].
    #[inline]
    pub fn emit_packet(&mut self, packet: Packet) -> Emitted {
        let packet = match self.prepare(packet) {
            Ok(packet) => packet,
            Err(_stopping) => return Emitted::Closed,
        };
        self.note_sent(Bracket::of(&packet));
        if !self.overflow.is_empty() {
            self.overflow.push_back(packet);
            return Emitted::Waiting;
        }
        match &mut self.sink {
            Sink::Link(writer) => match writer.stage(packet) {
                Ok(()) => Emitted::Taken,
                Err(Refused::Full(packet)) => self.keep(packet),
                Err(Refused::Closed(_)) => self.give_up(),
            },
            Sink::Nobody => Emitted::Taken,
            Sink::Closed => self.give_up(),
        }
    }

    #[cold]
    fn keep(&mut self, packet: Packet) -> Emitted {
        self.overflow.push_back(packet);
        self.cell.set(BLOCKED);
        Emitted::Waiting
    }

    #[cold]
    fn give_up(&mut self) -> Emitted {
        self.sent -= 1;
        self.overflow.clear();
        self.cell.set(BLOCKED);
        Emitted::Closed
    }

    /// Lets the reader see what was emitted.
    #[inline]
    pub fn publish(&mut self) {
        if let Sink::Link(writer) = &mut self.sink {
            writer.publish();
        }
    }

    /// Waits until everything emitted has entered the connector. False when the reader has ended.
    pub fn poll_flush(&mut self) -> Poll<bool> {
        let Sink::Link(writer) = &mut self.sink else {
            return Poll::Ready(!matches!(self.sink, Sink::Closed));
        };
        let mut armed = false;
        loop {
            match drain_into(writer, &mut self.overflow) {
                Drained::All => break,
                Drained::Closed => {
                    self.overflow.clear();
                    writer.disarm();
                    return Poll::Ready(false);
                }
                Drained::Full if armed => return Poll::Pending,
                Drained::Full => {
                    writer.arm();
                    armed = true;
                }
            }
        }
        writer.publish();
        writer.disarm();
        Poll::Ready(!writer.is_closed())
    }

    /// Closes the port: the reader sees the end after what is inside.
    pub fn close(&mut self) {
        self.sink = match self.sink {
            Sink::Nobody => Sink::Nobody,
            _ => Sink::Closed,
        };
    }
}

/// What a packet does to the groups of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    None,
    Open,
    Close,
}

impl Bracket {
    #[inline]
    fn of(packet: &Packet) -> Self {
        if packet.is_data() {
            Self::None
        } else if packet.is_open() {
            Self::Open
        } else {
            Self::Close
        }
    }
}

enum Drained {
    All,
    Full,
    Closed,
}

fn drain_into(writer: &mut Writer, overflow: &mut VecDeque<Packet>) -> Drained {
    while let Some(packet) = overflow.pop_front() {
        match writer.stage(packet) {
            Ok(()) => {}
            Err(Refused::Full(packet)) => {
                overflow.push_front(packet);
                return Drained::Full;
            }
            Err(Refused::Closed(_)) => return Drained::Closed,
        }
    }
    if writer.is_closed() {
        Drained::Closed
    } else {
        Drained::All
    }
}

#[derive(Debug)]
enum Attempt {
    Entered,
    Full(Packet),
    Closed(Packet),
}

/// Sends one packet; see [`OutPort::send`].
#[derive(Debug)]
#[must_use = "the packet may still wait for room; await the send"]
pub struct Send<'a> {
    port: &'a mut OutPort,
    attempt: Attempt,
}

impl Future for Send<'_> {
    type Output = Result<(), Closed>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if matches!(self.attempt, Attempt::Entered) && self.port.budget > 0 {
            self.port.budget -= 1;
            return Poll::Ready(Ok(()));
        }
        self.poll_slowly(cx)
    }
}

impl Send<'_> {
    #[inline(never)]
    fn poll_slowly(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if self.port.budget == 0 {
            self.port.budget = BUDGET;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match std::mem::replace(&mut self.attempt, Attempt::Entered) {
            Attempt::Entered => Poll::Ready(Ok(())),
            Attempt::Closed(_) => Poll::Ready(Err(Closed)),
            Attempt::Full(packet) => self.poll_full(packet),
        }
    }

    fn poll_full(&mut self, packet: Packet) -> Poll<Result<(), Closed>> {
        if self.port.poll_flush().is_pending() {
            self.attempt = Attempt::Full(packet);
            return Poll::Pending;
        }
        let packet = match self.port.try_enter(packet) {
            Attempt::Entered => return Poll::Ready(Ok(())),
            Attempt::Closed(_) => return Poll::Ready(Err(Closed)),
            Attempt::Full(packet) => packet,
        };
        if let Sink::Link(writer) = &mut self.port.sink {
            writer.arm();
        }
        // Look again: room may have come before the reader could see that we wait.
        match self.port.try_enter(packet) {
            Attempt::Entered => Poll::Ready(Ok(())),
            Attempt::Closed(_) => Poll::Ready(Err(Closed)),
            Attempt::Full(packet) => {
                self.attempt = Attempt::Full(packet);
                Poll::Pending
            }
        }
    }
}

impl Drop for Send<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Sink::Link(writer) = &mut self.port.sink {
            writer.disarm();
        }
    }
}
