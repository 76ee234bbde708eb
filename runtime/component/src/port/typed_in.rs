//! In-ports that know the Rust type of their packets.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use millstream_packet::Packet;

use super::in_port::{InPort, RecvPacket};
use crate::cell::BLOCKED;
use crate::failure::Failure;
use crate::payload::Payload;

/// An in-port for packets of type `T`.
#[derive(Debug)]
pub struct In<T> {
    port: InPort,
    payload: PhantomData<fn() -> T>,
}

impl<T: Payload> In<T> {
    /// Gives a port its type.
    pub fn new(port: InPort) -> Self {
        Self {
            port,
            payload: PhantomData,
        }
    }

    /// The port without its type.
    pub fn raw(&mut self) -> &mut InPort {
        &mut self.port
    }

    /// Receives the next data packet, skipping brackets; `None` at the end of the stream.
    ///
    /// # Blocking
    ///
    /// Waits until a packet comes or all writers have closed.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// Fails when a packet is not a `T` and the graph's `on_error` says so.
    #[inline(always)]
    pub fn recv(&mut self) -> Recv<'_, T> {
        Recv { port: self }
    }

    /// Receives the next packet as it is, brackets included; `None` at the end of the stream.
    #[inline(always)]
    pub fn recv_packet(&mut self) -> RecvPacket<'_> {
        self.port.recv()
    }

    /// Takes a data packet as a `T`; `None` if it was given up as `on_error` says.
    ///
    /// # Errors
    ///
    /// Fails when it is not a `T` and that ends the process.
    #[inline(always)]
    pub fn take(&mut self, packet: Packet) -> Result<Option<T>, Failure> {
        match T::from_packet(packet) {
            Ok(item) => Ok(Some(item)),
            Err(wrong) => {
                let failure =
                    Failure::packet(wrong.to_string()).at(self.port.label(), self.port.taken());
                self.port
                    .cell()
                    .reject(failure, || wrong.packet)
                    .map(|()| None)
            }
        }
    }

    /// Whether a connector ends here.
    pub fn is_connected(&self) -> bool {
        self.port.is_connected()
    }

    /// Closes the port; writers learn that nobody reads any more.
    pub fn close(&mut self) {
        self.port.close();
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<T>, Failure>> {
        loop {
            if self.port.cell().has(BLOCKED) {
                ready!(self.port.cell().poll_errors());
                self.port.cell().clear(BLOCKED);
            }
            let Some(packet) = ready!(self.port.poll_recv(cx)) else {
                return Poll::Ready(Ok(None));
            };
            if !packet.is_data() {
                continue;
            }
            match self.take(packet) {
                Ok(Some(item)) => return Poll::Ready(Ok(Some(item))),
                Ok(None) => self.port.cell().publish_errors(),
                Err(failure) => return Poll::Ready(Err(failure)),
            }
        }
    }
}

/// Receives one item; see [`In::recv`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Recv<'a, T: Payload> {
    port: &'a mut In<T>,
}

impl<T: Payload> Future for Recv<'_, T> {
    type Output = Result<Option<T>, Failure>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.port.poll_item(cx)
    }
}

impl<T: Payload> Drop for Recv<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.port.port.disarm();
    }
}

/// The connected elements of an array in-port, in index order.
#[derive(Debug)]
pub struct InArray<T> {
    elements: Vec<In<T>>,
    /// Where the next [`InArray::recv_any`] starts to look, so that no element starves.
    next: usize,
}

impl<T: Payload> InArray<T> {
    /// Makes an array of ports in index order.
    pub fn new(elements: Vec<In<T>>) -> Self {
        Self { elements, next: 0 }
    }

    /// The elements in index order.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, In<T>> {
        self.elements.iter_mut()
    }

    /// The element at this position (not index: holes do not count).
    pub fn get_mut(&mut self, position: usize) -> Option<&mut In<T>> {
        self.elements.get_mut(position)
    }

    /// Number of connected elements.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether no element is connected.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Receives the next packet of any element, with its position; `None` when all have ended.
    ///
    /// # Blocking
    ///
    /// Waits until one element has a packet or all have ended.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn recv_any(&mut self) -> Option<(usize, Packet)> {
        let this = Disarm(self);
        std::future::poll_fn(move |cx| this.0.poll_any(cx)).await
    }

    fn poll_any(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Packet)>> {
        // Whoever has a packet already saves the others from being armed.
        for step in 0..self.elements.len() {
            let at = (self.next + step) % self.elements.len();
            if let Some(packet) = self.elements[at].port.try_recv_within_budget() {
                self.next = at + 1;
                return Poll::Ready(Some((at, packet)));
            }
        }
        let mut ended = 0;
        for step in 0..self.elements.len() {
            let at = (self.next + step) % self.elements.len();
            match self.elements[at].port.poll_recv(cx) {
                Poll::Ready(Some(packet)) => {
                    self.next = at + 1;
                    return Poll::Ready(Some((at, packet)));
                }
                Poll::Ready(None) => ended += 1,
                Poll::Pending => {}
            }
        }
        if ended == self.elements.len() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }
}

/// Takes back that the elements wait when the wait is over or given up.
struct Disarm<'a, T: Payload>(&'a mut InArray<T>);

impl<T: Payload> Drop for Disarm<'_, T> {
    fn drop(&mut self) {
        self.0
            .elements
            .iter_mut()
            .for_each(|element| element.port.disarm());
    }
}

impl<'a, T: Payload> IntoIterator for &'a mut InArray<T> {
    type Item = &'a mut In<T>;
    type IntoIter = std::slice::IterMut<'a, In<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
