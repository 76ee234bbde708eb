//! The expression language of settings: `quantity >= 20 and region != "island"`.
//!
//! An [`Expression`] is compiled once and evaluated for every packet: it borrows from the packet wherever it can, and
//! comparisons and arithmetic allocate nothing. [`Condition`] is one that is true or false, [`Summary`] computes columns
//! from many packets. What is wrong with a text is told by [`Mistakes`] before there is a packet, down to the character
//! and with the name that was most likely meant; what is wrong with a packet by a [`Fault`].
//!
//! The language itself is described in `LANGUAGE.md` ([`manual`] writes it), which is made of the very table of functions
//! that evaluation and checking use. This crate does no I/O, reads no clock and knows no chance: the same packet always
//! gives the same result. Time zones come with the program.

mod compile;
mod eval;
mod syntax;

mod aggregate;
mod function;

mod expression;
mod summary;

mod fault;
mod manual;
mod mistake;
mod nearest;
mod span;
mod types;
mod word;

#[cfg(test)]
mod tests;

pub use eval::Field;
pub use expression::{Condition, Expression};
pub use fault::Fault;
pub use function::{TimeError, millis_of};
pub use manual::manual;
pub use mistake::{Mistake, Mistakes};
pub use summary::{ColumnFault, ColumnMistakes, Summary, Totals};
pub use types::Type;
pub use word::{Word, words};
