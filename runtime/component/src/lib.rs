//! The contract for people who write components.
//!
//! A component is an `async fn` or a struct with typed ports; the [`component`] attribute makes it known by its name,
//! its ports, its settings and their docs. Start with [`prelude`], then read any file under `components/src`.
//!
//! This crate knows connectors (a port is the end of one) but no engine: who runs a component, on which thread, and
//! what lies at the other end is none of a component's business. [`testing`] runs one component alone.

pub mod prelude;

mod cell;
mod clock;
mod context;
mod definition;
mod drive;
mod example;
mod failure;
mod operator;
mod payload;
mod port;
mod registry;
mod settings;
pub mod testing;
mod wiring;

pub use millstream_component_macros::component;

pub use cell::{ErrorPolicy, ProcessCell, ProcessSetup};
pub use context::Context;
pub use definition::{Component, Definition, Direction, PortMeta, Process, ProcessFuture};
pub use drive::drive;
pub use example::Example;
pub use failure::{Closed, Failure, FailureKind};
pub use millstream_graph::{Cost, FormatProblem, FormatText, Given};
pub use operator::{Operator, OperatorPorts};
pub use payload::{Payload, WrongType};
pub use port::{
    Emitted, In, InArray, InPort, Out, OutArray, OutPort, Recv, RecvPacket, Retired, Send,
};
pub use registry::{DuplicateName, Registry};
pub use settings::{Config, settings_ports};
pub use wiring::Wiring;

/// What the attribute macro's expansion needs; nobody else should.
#[doc(hidden)]
pub mod private {
    pub use schemars;
    pub use serde;
}
