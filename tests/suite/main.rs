//! The one integration binary of the workspace: Millstream looked at from outside.
//!
//! A module here asks one kind of question. What a crate promises by itself is tested in that crate.
//! A new file under `graphs/` belongs into `graphs`, a rule about the repository into `tidy`; a bug that needs
//! several crates to show gets a test named after its issue, in the module whose promise it broke.
//!
//! `cfg(test)` always holds in this binary; it is written so that clippy grants the helpers of these modules what
//! tests may do (unwrap, panic, print).

/// Rules of the repository itself: layers, manifests, sizes, documents.
#[cfg(test)]
mod tidy;

/// Every graph of `graphs/` runs and prints what it should.
#[cfg(test)]
mod graphs;

/// The command line at work: values, input, signals, files that are not as they should be.
#[cfg(test)]
mod cli;

/// Graph files that are wrong, and what is said about them.
#[cfg(test)]
mod check;

/// The descriptions of the components.
#[cfg(test)]
mod reference;
