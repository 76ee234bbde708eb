//! The model: graphs, component specs, catalog, edits, check, flattening, the RON file, pictures and other formats.
//!
//! Everything that knows what a graph *is* stands here; nothing here runs one. The crate is L0: it does no I/O, reads
//! no clock and starts no thread, and compiles to wasm32 (R1), so that the editor, the command line and the engine
//! share one understanding of a graph. Reading other people's files is the caller's work ([`Resolve`]).
//!
//! | to | look at |
//! |---|---|
//! | read and write graph files | [`mod@file`] |
//! | change a graph with undo | [`Edit`], [`Graph::apply`] |
//! | find what is wrong | [`check`], [`Finding`], [`Code`] |
//! | get what the engine runs | [`flatten`], [`Flat`] |
//! | read and write graphs of other tools | [`exchange`] |
//! | draw a graph, or place its processes | [`picture`], [`layout`] |
//! | tell two graphs apart | [`mod@diff`] |
//! | know order and cycles | [`Topology`] |

mod catalog;
mod check;
mod comment;
pub mod diff;
mod edit;
pub mod exchange;
pub mod file;
mod flatten;
mod format;
pub mod layout;
mod model;
mod names;
mod part;
pub mod picture;
mod resolve;
mod spec;
mod subgraph;
#[cfg(test)]
mod testing;
mod view;

pub use catalog::Catalog;
pub use check::{
    Code, Conversion, Finding, Place, Severity, TextPlace, TextStep, UnknownCode, check,
    conversion, spec_of, value_problem,
};
pub use comment::{Comment, Comments, Section};
pub use edit::{CommentPlace, ConnectorChange, Edit, EditError, ProcessChange, Side};
pub use flatten::{
    Flat, FlatConnector, FlatEnd, FlatGroup, FlatProcess, FlattenError, Origin, flatten,
};
pub use format::{FormatCheck, FormatProblem, FormatText, Formats, Given};
pub use model::{Connector, DEFAULT_CAPACITY, Graph, Group, OnError, Position, Process, WhenFull};
pub use names::{ComponentRef, NameError, PortKey, PortName, PortRef, ProcessName, RefText};
pub use part::Cut;
pub use resolve::{NoSubgraphs, Resolve, ResolveError, Resolved};
pub use spec::{ComponentSpec, Cost, ExampleSpec, PortSpec, SettingSpec};
pub use subgraph::subgraph_spec;
pub use view::Topology;
