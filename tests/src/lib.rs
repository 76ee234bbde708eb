//! Harness of the whole-program tests: runs the built `millstream` as a person would and looks at what it does.
//!
//! The binary is the one beside the test executable; nothing here builds it. Every run has a time limit, so that a
//! network that hangs fails its test and not the suite. It checks nothing by itself.

/// The program: what it is run with.
mod program;

/// A run of it: what it printed so far, and how it ended.
mod run;

pub use program::{Program, Sink, repository};
pub use run::{Outcome, Run};
