//! Messages between clients and a runtime: the FBP Network Protocol 0.7, and Millstream's own extension.
//!
//! Only types: what is said, who says it, when, and what answers. The crate does no I/O and compiles to wasm32 (R1), so
//! that the runtime, the command line and the editor share one understanding of the wire. Message types are not model
//! types (R8): names here are those of the protocol, where a process is a *node* and a connector an *edge*.
//!
//! Every message is one JSON text `{ "protocol", "command", "payload" }`. A client may add `secret` and `requestId`; what
//! answers a request carries its `requestId` as `responseTo`. [`Frame`] reads what a client sent, [`Reply`] writes what a
//! runtime says. Options that are not given are absent on the wire, and fields that are not known are overlooked.
//!
//! | protocol | what it is for | types |
//! |---|---|---|
//! | `runtime` | what a runtime is and may do; packets through exported ports | [`fbp::runtime`] |
//! | `graph` | changing graphs | [`fbp::graph`] |
//! | `component` | which components there are, and their source | [`fbp::component`] |
//! | `network` | running graphs, and the packets on their edges | [`fbp::network`] |
//! | `trace` | recorded packets | [`fbp::trace`] |
//! | `millstream` | counts, probes, steering, reasons, graphs, logs | [`extension`] |

pub mod envelope;
pub mod extension;
pub mod fbp;

#[cfg(test)]
mod tests;

pub use envelope::{Frame, Malformed, Reply, Request, Response};
