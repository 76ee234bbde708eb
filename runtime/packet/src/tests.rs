//! What packets and values promise: size, one drop each, order and equality, JSON, and which port types fit.
//!
//! The memory promises are worth most under Miri: `cargo +nightly miri test -p millstream-packet`.

mod json;
mod laws;
mod memory;
mod packets;
mod records;
mod support;
mod types;
