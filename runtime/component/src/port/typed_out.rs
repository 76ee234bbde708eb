//! Out-ports that know the Rust type of their packets.

use std::marker::PhantomData;

use millstream_packet::Packet;

use super::out_port::{Emitted, OutPort, Send};
use crate::failure::Closed;
use crate::payload::Payload;

/// An out-port for packets of type `T`.
#[derive(Debug)]
pub struct Out<T> {
    port: OutPort,
    payload: PhantomData<fn(T)>,
}

impl<T: Payload> Out<T> {
    /// Gives a port its type.
    pub fn new(port: OutPort) -> Self {
        Self {
            port,
            payload: PhantomData,
        }
    }

    /// The port without its type.
    pub fn raw(&mut self) -> &mut OutPort {
        &mut self.port
    }

    /// Gives up the type.
    pub fn into_raw(self) -> OutPort {
        self.port
    }

    /// Sends a data packet; see [`OutPort::send`].
    #[inline(always)]
    pub fn send(&mut self, item: impl Into<T>) -> Send<'_> {
        self.port.send(item.into().into_packet())
    }

    /// Sends data packets, as many in one go as there is room for; see [`OutPort::send_all`].
    ///
    /// # Errors
    ///
    /// Fails when the reader has ended.
    pub async fn send_all<I: Into<T>>(
        &mut self,
        items: impl IntoIterator<Item = I>,
    ) -> Result<(), Closed> {
        let packets = items.into_iter().map(|item| item.into().into_packet());
        self.port.send_all(packets).await
    }

    /// Sends a packet as it is, brackets included; see [`OutPort::send`].
    #[inline(always)]
    pub fn send_packet(&mut self, packet: Packet) -> Send<'_> {
        self.port.send(packet)
    }

    /// Sends a data packet without waiting; for operators, see [`OutPort::emit_packet`].
    #[inline(always)]
    pub fn emit(&mut self, item: impl Into<T>) -> Emitted {
        self.port.emit_packet(item.into().into_packet())
    }

    /// Sends a packet as it is without waiting; for operators, see [`OutPort::emit_packet`].
    #[inline(always)]
    pub fn emit_packet(&mut self, packet: Packet) -> Emitted {
        self.port.emit_packet(packet)
    }

    /// Whether a connector starts here.
    pub fn is_connected(&self) -> bool {
        self.port.is_connected()
    }

    /// Whether the reader has ended.
    pub fn is_closed(&self) -> bool {
        self.port.is_closed()
    }

    /// Whether a packet would be taken at once.
    pub fn has_room(&self) -> bool {
        self.port.has_room()
    }

    /// Closes the port: the reader sees the end after what is inside.
    pub fn close(&mut self) {
        self.port.close();
    }
}

/// The connected elements of an array out-port, in index order.
#[derive(Debug)]
pub struct OutArray<T> {
    elements: Vec<Out<T>>,
}

impl<T: Payload> OutArray<T> {
    /// Makes an array of ports in index order.
    pub fn new(elements: Vec<Out<T>>) -> Self {
        Self { elements }
    }

    /// The elements in index order.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Out<T>> {
        self.elements.iter_mut()
    }

    /// The elements in index order, to look at.
    pub fn iter(&self) -> std::slice::Iter<'_, Out<T>> {
        self.elements.iter()
    }

    /// The element at this position (not index: holes do not count).
    pub fn get_mut(&mut self, position: usize) -> Option<&mut Out<T>> {
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
}

impl<'a, T: Payload> IntoIterator for &'a mut OutArray<T> {
    type Item = &'a mut Out<T>;
    type IntoIter = std::slice::IterMut<'a, Out<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'a, T: Payload> IntoIterator for &'a OutArray<T> {
    type Item = &'a Out<T>;
    type IntoIter = std::slice::Iter<'a, Out<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
