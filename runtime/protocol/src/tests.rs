//! The wire form of every message, and what is tolerated in those that come in.

mod envelope;
mod schema;
mod wire;
