//! Operators: components that handle one packet after the other without waiting.

use millstream_packet::Packet;

use crate::failure::Failure;
use crate::payload::Payload;
use crate::port::{In, OutPort};

/// The ports of an operator; written by the [`component`](crate::component) attribute.
pub trait OperatorPorts: Send + 'static {
    /// What the in-port takes.
    type Item: Payload;

    /// The in-port.
    fn input(&mut self) -> &mut In<Self::Item>;

    /// Calls `f` with every out-port, elements of array ports included.
    fn each_output(&mut self, f: &mut dyn FnMut(&mut OutPort));

    /// Takes settings that were changed meanwhile; if the component cannot work with them, it goes on with the former ones.
    ///
    /// # Errors
    ///
    /// Fails when they do not fit.
    fn refresh(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Sends a bracket on, to the first out-port or to every element of it.
    fn forward_bracket(&mut self, bracket: Packet);
}

/// A component that handles one packet after the other: a map, a filter, an expansion.
///
/// Operators are driven over runs of packets, which makes them several times faster than an `async fn`. They emit with
/// [`Out::emit`](crate::Out::emit), which never waits; what finds no room is kept, and the next packet waits for it.
pub trait Operator: OperatorPorts {
    /// Whether [`Operator::more`] is to be called after each packet.
    const EXPANDS: bool = false;

    /// Whether [`Operator::more`] is to be called after each bracket and at the end, but not after each packet: for
    /// components that hold packets until a group ends.
    const DRAINS: bool = false;

    /// Handles one data packet.
    ///
    /// # Errors
    ///
    /// A failure concerns this packet; `on_error` decides what becomes of it.
    fn process(&mut self, item: Self::Item) -> Result<(), Failure>;

    /// Goes on with the packet or group that was begun; called while it says true and there is room. Emits a few packets.
    ///
    /// # Errors
    ///
    /// As [`Operator::process`].
    fn more(&mut self) -> Result<bool, Failure> {
        Ok(false)
    }

    /// Handles a bracket; passes it on unless said otherwise.
    ///
    /// # Errors
    ///
    /// Ends the process.
    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.forward_bracket(bracket);
        Ok(())
    }

    /// Whether nothing that may still come matters, so that the process may end now.
    fn is_done(&self) -> bool {
        false
    }

    /// Emits what is left at the end of the stream; called again after [`Operator::more`] while it says true.
    ///
    /// # Errors
    ///
    /// Ends the process.
    fn finish(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}
