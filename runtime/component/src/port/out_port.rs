//! The untyped out-port.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use millstream_connector::{Detour, Look, Refused, Target, Writer};
use millstream_packet::Packet;

use super::{BUDGET, label};
use crate::cell::{BLOCKED, HEADED, ProcessCell, STOPPING};
use crate::failure::Closed;

/// The writing end of a connector, or a sink for a port that nothing is connected to.
#[derive(Debug)]
pub struct OutPort {
    sink: Sink,
    budget: u64,
    /// Groups that are open.
    depth: u32,
    /// Set once a close bracket came without its open one.
    unbalanced: bool,
    /// Whether the last packet found no room.
    found_full: bool,
    /// Emitted packets that found no room, in order.
    overflow: VecDeque<Packet>,
    cell: Arc<ProcessCell>,
    name: Arc<str>,
    index: Option<u32>,
}

#[derive(Debug)]
enum Sink {
    Link(Writer),
    Nobody,
    Closed,
}

/// The writing end of a connector that an out-port has closed.
#[derive(Debug)]
pub struct Retired {
    /// The end; the reader sees the end when it is dropped.
    pub writer: Writer,
    /// The port.
    pub port: Arc<str>,
    /// The element, for array ports.
    pub index: Option<u32>,
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
    fn new(cell: Arc<ProcessCell>, name: Arc<str>, index: Option<u32>, sink: Sink) -> Self {
        Self {
            sink,
            budget: BUDGET,
            depth: 0,
            unbalanced: false,
            found_full: false,
            overflow: VecDeque::new(),
            cell,
            name,
            index,
        }
    }

    /// A port that nothing is connected to: it swallows packets.
    pub fn unconnected(cell: Arc<ProcessCell>, name: &str) -> Self {
        Self::new(cell, name.into(), None, Sink::Nobody)
    }

    /// A port at the start of a connector; `target` is woken when room comes.
    pub fn linked(
        cell: Arc<ProcessCell>,
        name: Arc<str>,
        index: Option<u32>,
        mut writer: Writer,
        target: Target,
    ) -> Self {
        writer.bind(target);
        Self::new(cell, name, index, Sink::Link(writer))
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

    /// Whether a connector starts here.
    pub fn is_connected(&self) -> bool {
        !matches!(self.sink, Sink::Nobody)
    }

    /// Whether the reader has ended. False for a port that nothing is connected to.
    pub fn is_closed(&self) -> bool {
        match &self.sink {
            Sink::Link(writer) => writer.is_closed() && !writer.connector().is_rerouted(),
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
    #[inline(always)]
    pub fn send(&mut self, packet: Packet) -> Send<'_> {
        if packet.is_plain()
            && self.cell.flags() & HEADED == 0
            && let Sink::Link(writer) = &mut self.sink
            && let Some(vacancy) = writer.vacancy()
        {
            vacancy.send(packet);
            return Send {
                port: self,
                state: Sending::Entered,
            };
        }
        let state = packet.aside(|packet| self.enter_slowly(packet));
        Send { port: self, state }
    }

    fn enter_slowly(&mut self, packet: Packet) -> Sending {
        let state = match self.emit_slowly(packet) {
            Emitted::Closed => Sending::Closed,
            Emitted::Waiting => Sending::Waiting,
            Emitted::Taken if self.is_spent() => Sending::Yielding,
            Emitted::Taken => Sending::Entered,
        };
        self.publish();
        state
    }

    /// Sends packets one after the other, as many in one go as there is room for.
    ///
    /// Cheaper than a [`OutPort::send`] for each, for sources that have many packets at hand. Packets that go in one go are
    /// seen by the reader together, so the iterator must not take long over each.
    ///
    /// # Blocking
    ///
    /// Waits while the connector is full.
    ///
    /// # Cancel
    ///
    /// Packets that had not entered are lost.
    ///
    /// # Errors
    ///
    /// Fails when the reader has ended.
    pub async fn send_all(
        &mut self,
        packets: impl IntoIterator<Item = Packet>,
    ) -> Result<(), Closed> {
        self.close_fast_way_if_headed();
        let mut packets = packets.into_iter();
        while let Some(state) = self.send_run(&mut packets) {
            Send { port: self, state }.await?;
            self.close_fast_way_if_headed();
        }
        self.publish();
        Ok(())
    }

    /// Sends until there is something to wait for.
    ///
    /// Not a part of the future around it, where packets would have to lie in memory.
    #[inline]
    fn send_run(&mut self, packets: &mut impl Iterator<Item = Packet>) -> Option<Sending> {
        for packet in packets {
            if packet.is_plain()
                && let Sink::Link(writer) = &mut self.sink
                && let Some(vacancy) = writer.vacancy()
            {
                vacancy.stage(packet);
                continue;
            }
            let state = packet.aside(|packet| self.enter_slowly(packet));
            if state != Sending::Entered {
                return Some(state);
            }
            self.close_fast_way_if_headed();
        }
        None
    }

    /// Whether this port has moved enough packets in one go; those that may follow without a look are charged now.
    fn is_spent(&mut self) -> bool {
        let ahead = match &self.sink {
            Sink::Link(writer) => writer.ahead(),
            _ => 0,
        };
        self.budget = self.budget.saturating_sub(ahead + 1);
        self.budget == 0
    }

    /// Sends a packet if there is room now.
    ///
    /// # Errors
    ///
    /// Gives the packet back when the connector is full or the reader has ended.
    pub fn try_send(&mut self, packet: Packet) -> Result<(), Packet> {
        self.go_around();
        if !self.has_room() || self.is_closed() {
            return Err(packet);
        }
        let emitted = self.emit_slowly(packet);
        self.publish();
        match (emitted, self.overflow.pop_back()) {
            // Somebody else took the room meanwhile.
            (Emitted::Waiting, Some(packet)) => Err(packet),
            _ => Ok(()),
        }
    }

    /// Sends a packet without waiting: what finds no room is kept in order until [`OutPort::poll_flush`].
    ///
    /// For operators: whoever drives them flushes before it hands them the next packet, so what is kept is never more
    /// than one call of the operator emits. It also sees to it that there is no vacancy while headers are to be carried on.
    /// The reader sees the packet by the next [`OutPort::publish`].
    #[inline(always)]
    pub fn emit_packet(&mut self, packet: Packet) -> Emitted {
        if packet.is_plain()
            && let Sink::Link(writer) = &mut self.sink
            && let Some(vacancy) = writer.vacancy()
        {
            vacancy.stage(packet);
            return Emitted::Taken;
        }
        packet.aside(|packet| {
            let emitted = self.emit_slowly(packet);
            self.close_fast_way_if_headed();
            if emitted != Emitted::Taken {
                self.cell.set(BLOCKED);
            }
            emitted
        })
    }

    /// Makes the next packets go the slow way, on which they get headers, if those of the packet at hand are carried on.
    pub(crate) fn close_fast_way_if_headed(&mut self) {
        if let Sink::Link(writer) = &mut self.sink
            && self.cell.has(HEADED)
        {
            writer.forget_room();
        }
    }

    fn emit_slowly(&mut self, packet: Packet) -> Emitted {
        if self.cell.has(STOPPING) {
            return Emitted::Closed;
        }
        let packet = if packet.is_data() {
            if self.cell.has(HEADED) {
                self.cell.derive(packet)
            } else {
                packet
            }
        } else {
            self.note_bracket(&packet);
            packet
        };
        if !self.overflow.is_empty() {
            self.overflow.push_back(packet);
            return Emitted::Waiting;
        }
        self.put_slowly(packet)
    }

    fn put_slowly(&mut self, packet: Packet) -> Emitted {
        let mut packet = packet;
        loop {
            packet = match &mut self.sink {
                Sink::Link(writer) => match put(writer, packet) {
                    Ok(()) => return Emitted::Taken,
                    Err(Refused::Full(packet)) => {
                        self.overflow.push_back(packet);
                        self.found_full = true;
                        return Emitted::Waiting;
                    }
                    Err(Refused::Closed(packet)) => packet,
                },
                Sink::Nobody => return Emitted::Taken,
                Sink::Closed => return Emitted::Closed,
            };
            if !self.go_around() {
                return Emitted::Closed;
            }
        }
    }

    /// Goes on with the connector that has taken the place of this one, or with nobody, if the graph was changed so;
    /// whether it was.
    fn go_around(&mut self) -> bool {
        let Sink::Link(writer) = &self.sink else {
            return false;
        };
        if !writer.is_closed() {
            return false;
        }
        let detour = writer
            .connector()
            .detour(self.cell.name(), &self.name, self.index);
        let Some(detour) = detour else {
            return false;
        };
        // The reader of the connector that is left sees its end with this.
        self.sink = match detour {
            Detour::To(writer) => Sink::Link(writer),
            Detour::Nobody => Sink::Nobody,
        };
        true
    }

    /// Follows the brackets that go out.
    #[cold]
    fn note_bracket(&mut self, packet: &Packet) {
        if packet.is_open() {
            self.depth += 1;
            return;
        }
        match self.depth.checked_sub(1) {
            Some(depth) => self.depth = depth,
            None => self.unbalanced = true,
        }
    }

    /// Lets the reader see what was emitted.
    #[inline(always)]
    pub fn publish(&mut self) {
        if let Sink::Link(writer) = &mut self.sink {
            writer.publish();
        }
    }

    /// Whether everything emitted has entered the connector and somebody may read it: nothing to wait for.
    #[inline]
    pub(crate) fn is_flushed(&self) -> bool {
        match &self.sink {
            Sink::Link(writer) => {
                self.overflow.is_empty() && !writer.is_waiting() && !writer.is_closed()
            }
            _ => false,
        }
    }

    /// As [`OutPort::poll_flush`], when nothing was received since the last packet was emitted.
    pub(crate) fn poll_flush_at_once(&mut self) -> Poll<bool> {
        if std::mem::take(&mut self.found_full)
            && let Sink::Link(writer) = &mut self.sink
            && !writer.connector().is_crossing()
        {
            // It is still full: only this process runs on this thread.
            writer.arm();
            return Poll::Pending;
        }
        self.poll_flush()
    }

    /// Waits until everything emitted has entered the connector. False when the reader has ended.
    pub fn poll_flush(&mut self) -> Poll<bool> {
        self.found_full = false;
        let Sink::Link(writer) = &mut self.sink else {
            self.overflow.clear();
            return Poll::Ready(!matches!(self.sink, Sink::Closed));
        };
        let mut armed = false;
        loop {
            match drain_into(writer, &mut self.overflow) {
                Drained::All => break,
                Drained::Closed => {
                    writer.disarm();
                    if self.go_around() {
                        return self.poll_flush();
                    }
                    self.overflow.clear();
                    return Poll::Ready(false);
                }
                Drained::Full if armed => return Poll::Pending,
                Drained::Full => {
                    writer.arm();
                    // Room may have come before a reader on another thread could see that we wait.
                    if !writer.connector().is_crossing() {
                        return Poll::Pending;
                    }
                    armed = true;
                }
            }
        }
        writer.publish();
        writer.disarm();
        // The graph may have been changed since the last look.
        let is_open = !writer.is_closed() || self.go_around();
        self.close_fast_way_if_headed();
        Poll::Ready(is_open)
    }

    /// Takes back a packet that waits, when the send is dropped.
    #[cold]
    fn give_up_waiting(&mut self) {
        self.overflow.pop_back();
        if let Sink::Link(writer) = &mut self.sink {
            writer.disarm();
        }
    }

    /// Closes the port: the reader sees the end after what is inside.
    pub fn close(&mut self) {
        // What has taken the connector's place is closed, too.
        while self.go_around() {}
        if matches!(self.sink, Sink::Nobody) {
            return;
        }
        if let Sink::Link(mut writer) = std::mem::replace(&mut self.sink, Sink::Closed) {
            writer.publish();
            writer.disarm();
            self.cell.retire(Retired {
                writer,
                port: Arc::clone(&self.name),
                index: self.index,
            });
        }
    }
}

/// Says when the groups that went out did not come out even.
impl Drop for OutPort {
    fn drop(&mut self) {
        self.check_groups();
        self.close();
    }
}

impl OutPort {
    fn check_groups(&self) {
        if self.depth == 0 && !self.unbalanced {
            return;
        }
        if self.is_closed() {
            // The reader ended first and saw no more than it wanted.
            return;
        }
        let label = self.label();
        self.cell.note_unbalanced(if self.unbalanced {
            format!("sent a close bracket without an open one on port `{label}`")
        } else {
            format!("left {} group(s) open on port `{label}`", self.depth)
        });
    }
}

/// As [`Writer::stage`], quicker for the usual connector.
#[inline(always)]
fn put(writer: &mut Writer, packet: Packet) -> Result<(), Refused> {
    match writer.look() {
        Look::Room(vacancy) => {
            vacancy.send(packet);
            Ok(())
        }
        Look::Full => Err(Refused::Full(packet)),
        Look::Closed => Err(Refused::Closed(packet)),
        Look::Unknown => writer.stage(packet),
    }
}

enum Drained {
    All,
    Full,
    Closed,
}

fn drain_into(writer: &mut Writer, overflow: &mut VecDeque<Packet>) -> Drained {
    while let Some(packet) = overflow.pop_front() {
        match put(writer, packet) {
            Ok(()) => {}
            Err(Refused::Full(packet)) => {
                overflow.push_front(packet);
                return Drained::Full;
            }
            Err(Refused::Closed(packet)) => {
                overflow.push_front(packet);
                return Drained::Closed;
            }
        }
    }
    if writer.is_closed() {
        Drained::Closed
    } else {
        Drained::All
    }
}

/// Sends one packet; see [`OutPort::send`].
#[derive(Debug)]
#[must_use = "the packet may still wait for room; await the send"]
pub struct Send<'a> {
    port: &'a mut OutPort,
    state: Sending,
}

/// Where a packet is on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sending {
    /// In the connector.
    Entered,
    /// In the connector, and it is somebody else's turn.
    Yielding,
    /// Kept by the port until there is room.
    Waiting,
    /// Nobody reads it.
    Closed,
}

impl Future for Send<'_> {
    type Output = Result<(), Closed>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if self.state == Sending::Entered {
            return Poll::Ready(Ok(()));
        }
        self.poll_slowly(cx)
    }
}

impl Send<'_> {
    #[inline(never)]
    fn poll_slowly(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        match self.state {
            Sending::Entered => Poll::Ready(Ok(())),
            Sending::Closed => Poll::Ready(Err(Closed)),
            Sending::Yielding => {
                self.port.budget = BUDGET;
                self.state = Sending::Entered;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Sending::Waiting => match self.port.poll_flush() {
                Poll::Pending => Poll::Pending,
                Poll::Ready(true) => {
                    self.state = Sending::Entered;
                    self.port.budget = BUDGET;
                    Poll::Ready(Ok(()))
                }
                Poll::Ready(false) => {
                    self.state = Sending::Closed;
                    Poll::Ready(Err(Closed))
                }
            },
        }
    }
}

impl Drop for Send<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.state == Sending::Waiting {
            self.port.give_up_waiting();
        }
    }
}
