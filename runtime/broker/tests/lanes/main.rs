//! Lanes over every broker: the same cases for each.

mod memory;
mod nats;
