//! Plans and runs networks.
//!
//! A [`Plan`] says what a flat graph needs: which component each process runs, which island polls it, which connectors
//! there are. [`Plan::start`] builds the connectors and ports and gives back a [`Running`] network; its [`Network`]
//! handle counts, holds, steps and stops from any thread; [`Running::join`] runs it to its end and says in a [`Report`]
//! how it went.
//!
//! # Islands
//!
//! A process is one future. An island polls its processes itself, first come first served, inside one tokio task; a
//! hand-over between two of them costs nanoseconds because it is a push onto a queue of the same thread. Light work
//! stays on one island; only heavy processes are spread over threads, and blocking ones get a thread of their own.
//!
//! The engine names no component, no broker product and no socket (R3): it receives a registry.

mod activity;
mod build;
mod deadlock;
mod door;
mod edit;
mod island;
mod ledger;
mod network;
mod per_group;
mod placement;
mod plan;
mod ready;
mod report;
mod slot;
mod span;
mod supervise;

pub use deadlock::{Blockage, Deadlock, Wait, Waiting};
pub use door::{Doors, Entry, Exit, Shut};
pub use edit::{EditError, EditPlan, Progress, Step};
pub use network::{Link, Network, ProcessCounts, ProcessState, Waiters};
pub use plan::{Plan, PlanError, PlanOptions};
pub use report::{ConnectorReport, Ending, Outcome, ProcessReport, Report};
pub use supervise::{Prepared, Running};
