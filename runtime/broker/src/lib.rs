//! Lanes: connectors across a message broker, with nothing lost and everything in order.
//!
//! A connector between two workers becomes a lane of a broker that already stands there. What a connector promises holds
//! on: bounded in packets, ordered, blocking when full, brackets whole, an end that comes once; through crashes of both
//! workers and of the broker. The broker need only give durable at-least-once delivery; all else is done here, once for
//! all brokers, in two state machines that know neither sockets nor clocks:
//!
//! - [`LaneWriter`](writer::LaneWriter) makes [frames](frame) of packets, publishes them in order many at a time, and
//!   finds its place again after anything that goes wrong.
//! - [`LaneReader`](reader::LaneReader) puts deliveries in order without acknowledging them early, hands packets on once,
//!   and gives the writer credit.
//!
//! This crate names broker products, and nothing above it needs to. It starts no task and chooses no runtime.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod drive;
pub mod frame;
pub mod lane;
pub mod link;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "nats")]
pub mod nats;
pub mod reader;
pub mod route;
pub mod writer;

#[cfg(test)]
mod tests;
