//! What travels through a network: packets, the values they hold and the types of ports.
//!
//! This crate is the bottom of the house (L0). It does no I/O, reads no clock and starts no thread; it compiles to
//! wasm32. A [`Packet`] is four machine words that move as words, because that is what makes a hand-over between two
//! processes cost a few nanoseconds; everything that needs `unsafe` for this stands in one module, `word`.

mod headers;
mod json;
mod opaque;
mod packet;
mod port_type;
mod record;
mod serial;
mod text;
mod value;
mod word;

#[cfg(test)]
mod tests;

pub use headers::Headers;
pub use json::JsonError;
pub use opaque::Opaque;
pub use packet::{Packet, PacketView, PayloadSize};
pub use port_type::{Fit, PortType, UnknownType};
pub use record::{Record, Shape, Shapes};
pub use serial::ValueSeed;
pub use text::{Bytes, NotUtf8, Text};
pub use value::{Kind, Value, View};
