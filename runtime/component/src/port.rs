//! Ports: the ends of connectors as a component sees them.
//!
//! [`InPort`] and [`OutPort`] move packets as they are; [`In`] and [`Out`] add the Rust type of the packets; arrays hold
//! the elements of an array port in index order.

mod in_port;
mod out_port;
mod typed_in;
mod typed_out;

pub use in_port::{InPort, RecvPacket};
pub use out_port::{Emitted, OutPort, Retired, Send};
pub use typed_in::{In, InArray, Recv};
pub use typed_out::{Out, OutArray};

/// Packets that a port moves before it lets other processes run.
pub(crate) const BUDGET: u64 = 1024;

/// The name of a port or of an element of an array port.
pub(crate) fn label(name: &str, index: Option<u32>) -> String {
    match index {
        Some(index) => format!("{name}[{index}]"),
        None => name.to_owned(),
    }
}
