//! From a graph with subgraphs to the flat list of processes and connectors that the engine plans from.
//!
//! A subgraph's processes move into the parent under `parent/child` names, and its exported ports disappear: the
//! connector outside goes straight to the inner port, with its own capacity. A subgraph marked `per_group` stays one
//! process that holds its own flat graph, because it runs anew for each bracket group.
//!
//! Settings of the process that uses a subgraph go down: `worker` and `thread` to inner processes that name none,
//! `on_error` to those that have the default. A value on an exported in-port replaces the inner port's own.
//! With `dead_letter` on the outside, the subgraph's implicit port `error` collects from all inner processes that took
//! the choice over.

use std::sync::Arc;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::model::{Graph, OnError, WhenFull};
use crate::names::{ComponentRef, PortKey, PortName, ProcessName};
use crate::resolve::{Resolve, ResolveError};

mod expand;

/// How deep subgraphs may stand in subgraphs.
const DEPTH_MAX: usize = 64;

/// A graph without subgraphs, but for those that run per group.
#[derive(Debug, Clone, PartialEq)]
pub struct Flat {
    /// The graph's name.
    pub name: String,
    /// Which file it came from, as the resolver calls it.
    pub file: Arc<str>,
    /// Processes in the order of the file, those of a subgraph at its place.
    pub processes: Vec<FlatProcess>,
    /// Connectors, those inside subgraphs first.
    pub connectors: Vec<FlatConnector>,
    /// In-ports of the whole.
    pub inports: IndexMap<PortName, FlatEnd>,
    /// Out-ports of the whole.
    pub outports: IndexMap<PortName, FlatEnd>,
    /// Groups of the graph and of its subgraphs.
    pub groups: Vec<FlatGroup>,
}

/// A process of a flat graph.
#[derive(Debug, Clone, PartialEq)]
pub struct FlatProcess {
    /// `process`, or `parent/child` for a process of a subgraph.
    pub path: String,
    /// What runs.
    pub component: ComponentRef,
    /// One value per in-port.
    pub iips: IndexMap<PortKey, Value>,
    /// What a failure does.
    pub on_error: OnError,
    /// The worker that runs it.
    pub worker: Option<String>,
    /// The thread that runs it.
    pub thread: Option<String>,
    /// How many copies share its work.
    pub replicas: u32,
    /// What the editor shows instead of the name.
    pub label: Option<String>,
    /// Where it is written.
    pub origin: Origin,
    /// The inner graph, when this is a subgraph that runs per bracket group.
    pub per_group: Option<Box<Flat>>,
}

/// Where a process is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file, as the resolver calls it.
    pub file: Arc<str>,
    /// The process's name in that file.
    pub process: ProcessName,
}

/// One end of a connector of a flat graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FlatEnd {
    /// Position of the process.
    pub process: usize,
    /// Its port.
    pub port: PortName,
    /// The element, for array ports.
    pub index: Option<u32>,
}

/// A connector of a flat graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatConnector {
    /// The out-port that writes.
    pub from: FlatEnd,
    /// The in-port that reads.
    pub to: FlatEnd,
    /// Packets that it holds.
    pub capacity: u32,
    /// What happens when it is full.
    pub when_full: WhenFull,
    /// The file it is written in, as the resolver calls it.
    pub file: Arc<str>,
    /// Its position among the connectors of that file.
    pub at: usize,
}

/// A group of a flat graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatGroup {
    /// `group`, or `parent/group` for a group of a subgraph.
    pub path: String,
    /// Positions of its processes; a subgraph counts with all it holds.
    pub processes: Vec<usize>,
}

/// Why a graph cannot be flattened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlattenError {
    /// A process has no component yet.
    #[error("process `{process}` has no component")]
    NoComponent {
        /// Path of the process.
        process: String,
    },
    /// A connector, export or group names a process that is not in its file.
    #[error("{what} names the process `{process}`, which is not in the graph")]
    UnknownProcess {
        /// What names it.
        what: String,
        /// The name.
        process: ProcessName,
    },
    /// A connector, value or export names a port that a subgraph does not export.
    #[error("{what} names the port `{port}`, which the subgraph `{process}` does not export")]
    UnknownPort {
        /// What names it.
        what: String,
        /// Path of the subgraph's process.
        process: String,
        /// The port.
        port: PortKey,
    },
    /// A subgraph contains itself.
    #[error("a subgraph contains itself: {}", chain.join(" -> "))]
    Recursion {
        /// Files from the first to its repetition.
        chain: Vec<String>,
    },
    /// Subgraphs stand in each other deeper than any real graph does.
    #[error("process `{process}` stands {DEPTH_MAX} subgraphs deep, which is the limit")]
    TooDeep {
        /// Path of the process.
        process: String,
    },
    /// A subgraph cannot be had.
    #[error("the subgraph of process `{process}` cannot be opened: {source}")]
    Subgraph {
        /// Path of the process.
        process: String,
        /// Why.
        source: ResolveError,
    },
}

/// Expands all subgraphs of a graph.
///
/// # Errors
///
/// Fails when a subgraph cannot be had or contains itself, and when an end leads nowhere; [`crate::check`] finds all of
/// this with its place.
pub fn flatten(graph: &Graph, resolve: &dyn Resolve) -> Result<Flat, FlattenError> {
    let file: Arc<str> = Arc::from(resolve.file());
    let mut chain = Vec::new();
    if !file.is_empty() {
        chain.push(Arc::clone(&file));
    }
    expand::flat_of(graph, file, String::new(), resolve, &mut chain)
}

impl Flat {
    /// How people read an end: `parent/child.port[0]`.
    pub fn end_name(&self, end: &FlatEnd) -> String {
        let path = self
            .processes
            .get(end.process)
            .map_or("?", |process| process.path.as_str());
        match end.index {
            None => format!("{path}.{}", end.port),
            Some(index) => format!("{path}.{}[{index}]", end.port),
        }
    }

    /// How people read a connector: `a.out -> sub/b.in`.
    pub fn connector_name(&self, connector: &FlatConnector) -> String {
        format!(
            "{} -> {}",
            self.end_name(&connector.from),
            self.end_name(&connector.to)
        )
    }
}

#[cfg(test)]
mod tests;
