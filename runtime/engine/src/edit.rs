//! Edits of a network that runs.
//!
//! An edit is planned first and applied then. The plan compares the graph that runs with the one that shall run and says
//! for each process whether it stays, takes new settings, starts anew, comes or goes, and for each connector whether it is
//! kept. Nothing is lost, and the order of packets is kept:
//!
//! - A process that stays keeps its future and its state, whatever becomes of the connectors at its ports. A port that is
//!   to go on with another connector changes over on its own thread, when it comes by on its slow way: see
//!   `millstream_connector`'s `divert` and `reroute`.
//! - A connector is kept as long as its out-ports write to one in-port and neither its capacity nor what it does when full
//!   changes; its queue goes with it to the in-port that reads from now on. Of a connector that is not kept, all that was
//!   put in is taken by the process that read from it, which then goes on with the next one.
//! - So packets that wait before a process that is inserted go through it, and packets that wait before one that is removed
//!   are worked off by it before it ends.
//! - A process that starts anew is asked to end in good order: its in-ports come to their end, or a source is stopped. It
//!   emits what it emits at the end of its stream. Its connectors stay open meanwhile and keep what is queued.
//!
//! [`compare`] says what becomes of the processes, [`pipes`] of the connectors; [`plan`] puts both together, [`apply`]
//! begins what the plan says, and an [`alteration`] waits for the ends of connectors that ports give away and for processes
//! that end, and starts those that can be started then.

mod alteration;
mod apply;
mod compare;
mod pipes;
mod plan;

pub(crate) use alteration::Alteration;
pub use apply::Progress;
pub use plan::{EditError, EditPlan, Step};

use std::sync::Arc;

/// The port of a process, by its number in the network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) process: usize,
    pub(crate) port: Arc<str>,
    pub(crate) index: Option<u32>,
}
