//! The JSON graph: what `NoFlo`, its editor and its relatives save.
//!
//! # Source
//!
//! The schema of the `fbp` package (schema/graph.json) and the types of `fbp-graph`. What Millstream knows beyond them
//! stands in `metadata`, which is free, where possible under plain names (`capacity`) and else under `millstream`.

mod node;
mod read;
mod write;

pub(super) use read::read;
pub use write::write_json;

/// The key in `metadata` and `properties` for what only Millstream knows.
const OWN: &str = "millstream";
