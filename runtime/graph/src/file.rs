//! Graph files: RON, format 1.
//!
//! Reading is done in two steps. A small parser of our own turns the text into a tree with spans and comments, because
//! a graph file is for people: its comments must survive a save, and what is wrong must be shown at its place, down to
//! the nearest field name. Values inside it (IIPs, meta) are read by the `ron` crate straight into
//! [`Value`](millstream_packet::Value). Writing is canonical: one text for one graph.
//!
//! Format 1 is for ever: [`read`] opens what it opened once (samples under `tests/files/v1`). A format 2 gets modules
//! of its own and an upgrade, and these stay as they are.

pub mod cases;
mod comments;
mod entry;
mod error;
mod fields;
mod inside;
mod read;
mod scan;
mod spans;
mod tree;
mod value;
mod write;

pub(crate) use error::{Problem, offset_of};
pub use error::{ReadError, line_column};
pub(crate) use inside::span_inside;
pub use read::{Parsed, read};
pub use spans::Spans;
pub use value::{Unsavable, check_savable, read_value_text};
pub use write::{write, write_value};

/// The newest format of graph files that this version reads, and the one it writes.
pub const FORMAT: u32 = 1;

#[cfg(test)]
mod tests;
