//! What in a document can be named: for selection, for findings, for actions.

use std::fmt;

use millstream_graph::{PortName, PortRef, ProcessName, Side};

use crate::selection::PortAt;

/// A connector of the document. It stays the same while the connector changes, and comes back when undo brings it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireId(pub(crate) u32);

/// A group or a note of the document. It stays the same while the group changes, and comes back with undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub(crate) u32);

/// One thing in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The graph as a whole.
    Graph,
    /// A process.
    Process(ProcessName),
    /// A connector.
    Wire(WireId),
    /// A port of a process.
    Port(PortAt),
    /// The value (IIP) on an in-port.
    Value(PortRef),
    /// A port that the graph offers to those who use it as a component.
    Export(Export),
    /// A group, or a note: a group without processes.
    Group(GroupId),
}

/// A port that the graph offers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Export {
    /// Whether it is an in-port or an out-port of the graph.
    pub side: Side,
    /// Its name outside.
    pub name: PortName,
}

impl Target {
    /// The process that the target is or belongs to.
    pub const fn process(&self) -> Option<&ProcessName> {
        match self {
            Self::Process(name) => Some(name),
            Self::Port(port) => Some(&port.end.process),
            Self::Value(end) => Some(&end.process),
            Self::Graph | Self::Wire(_) | Self::Export(_) | Self::Group(_) => None,
        }
    }
}

impl Export {
    fn rank(&self) -> (bool, &PortName) {
        (self.side == Side::Out, &self.name)
    }
}

impl PartialOrd for Export {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// In-ports before out-ports.
impl Ord for Export {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl fmt::Display for WireId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "w{}", self.0)
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "g{}", self.0)
    }
}
