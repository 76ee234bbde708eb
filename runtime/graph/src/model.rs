//! The graph as data: what a graph file says, nothing derived from it.
//!
//! A graph may be wrong (unknown components, missing ends): the editor shows such graphs all day. [`crate::check`] says
//! what is wrong. Model types are not Serialize (R8): [`crate::file`] reads and writes them.

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::comment::{Comment, Comments};
use crate::names::{ComponentRef, PortKey, PortName, PortRef, ProcessName};

/// Capacity of a connector that names none, in packets.
pub const DEFAULT_CAPACITY: u32 = 64;

/// A place on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// Rightwards, in canvas units.
    pub x: f64,
    /// Downwards, in canvas units.
    pub y: f64,
}

/// A graph: processes, and connectors between their ports.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// Short name; empty when not given.
    pub name: String,
    /// What the graph does; empty when not given.
    pub description: String,
    /// Version requirement of each package that the graph uses.
    pub packages: IndexMap<String, String>,
    /// Whether a subgraph runs anew for each outermost bracket group.
    pub per_group: bool,
    /// Processes by name.
    pub processes: IndexMap<ProcessName, Process>,
    /// Connectors in the order of the file.
    pub connectors: Vec<Connector>,
    /// In-ports that the graph offers when it is used as a component.
    pub inports: IndexMap<PortName, PortRef>,
    /// Out-ports that the graph offers when it is used as a component.
    pub outports: IndexMap<PortName, PortRef>,
    /// Processes that belong together in the user's mind; no effect on a run.
    pub groups: Vec<Group>,
    /// What is free for tools and people; Millstream keeps it untouched.
    pub meta: IndexMap<String, Value>,
    /// Where processes stand on the canvas.
    pub layout: IndexMap<ProcessName, Position>,
    /// Comments that belong to no process, connector or group.
    pub comments: Comments,
}

/// One named use of a component.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// What runs; absent while one designs top-down.
    pub component: Option<ComponentRef>,
    /// One value per in-port, delivered before the run.
    pub iips: IndexMap<PortKey, Value>,
    /// A remark for readers.
    pub note: Option<String>,
    /// What the editor shows instead of the name; any script.
    pub label: Option<String>,
    /// The worker that runs the process; absent: the default worker.
    pub worker: Option<String>,
    /// The thread (island) that runs the process; absent: the engine decides.
    pub thread: Option<String>,
    /// What a failure of the component does.
    pub on_error: OnError,
    /// How many copies of the process share its work; 1 is the process itself.
    pub replicas: u32,
    /// What is free for tools and people.
    pub meta: IndexMap<String, Value>,
    /// Comments before and inside the entry.
    pub comments: Vec<Comment>,
}

/// A bounded pipe between two ports.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    /// The out-port that writes.
    pub from: PortRef,
    /// The in-port that reads.
    pub to: PortRef,
    /// Packets that it holds; at least 1.
    pub capacity: u32,
    /// What happens to a packet for which there is no room.
    pub when_full: WhenFull,
    /// A remark for readers.
    pub note: Option<String>,
    /// What is free for tools and people.
    pub meta: IndexMap<String, Value>,
    /// Comments before and inside the entry.
    pub comments: Vec<Comment>,
}

/// Processes that belong together in the user's mind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// The group's name; several groups may share one.
    pub name: String,
    /// Its members.
    pub processes: Vec<ProcessName>,
    /// A remark for readers.
    pub note: Option<String>,
    /// What is free for tools and people.
    pub meta: IndexMap<String, Value>,
    /// Comments before and inside the entry.
    pub comments: Vec<Comment>,
}

/// What a failure of a component does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnError {
    /// The process ends as failed.
    #[default]
    Fail,
    /// The packet is tried again.
    Retry,
    /// The packet goes to the port `error`, which every such process has.
    DeadLetter,
    /// The packet is dropped and counted.
    Skip,
}

/// What a full connector does with the next packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WhenFull {
    /// The writer waits.
    #[default]
    Block,
    /// The oldest packet is dropped and counted.
    DropOldest,
    /// The new packet is dropped and counted.
    DropNewest,
}

impl Process {
    /// A process of a component, with nothing else set.
    pub fn new(component: ComponentRef) -> Self {
        Self {
            component: Some(component),
            ..Self::default()
        }
    }
}

/// A process without a component.
impl Default for Process {
    fn default() -> Self {
        Self {
            component: None,
            iips: IndexMap::new(),
            note: None,
            label: None,
            worker: None,
            thread: None,
            on_error: OnError::Fail,
            replicas: 1,
            meta: IndexMap::new(),
            comments: Vec::new(),
        }
    }
}

impl Connector {
    /// A connector of the default capacity.
    pub fn new(from: PortRef, to: PortRef) -> Self {
        Self {
            from,
            to,
            capacity: DEFAULT_CAPACITY,
            when_full: WhenFull::Block,
            note: None,
            meta: IndexMap::new(),
            comments: Vec::new(),
        }
    }
}

/// How people read a connector: `a.out -> b.in`.
impl std::fmt::Display for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)
    }
}

impl OnError {
    /// All choices with their names in the file.
    pub const ALL: [(&'static str, Self); 4] = [
        ("fail", Self::Fail),
        ("retry", Self::Retry),
        ("dead_letter", Self::DeadLetter),
        ("skip", Self::Skip),
    ];

    /// The name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Retry => "retry",
            Self::DeadLetter => "dead_letter",
            Self::Skip => "skip",
        }
    }
}

impl WhenFull {
    /// All choices with their names in the file.
    pub const ALL: [(&'static str, Self); 3] = [
        ("block", Self::Block),
        ("drop_oldest", Self::DropOldest),
        ("drop_newest", Self::DropNewest),
    ];

    /// The name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::DropOldest => "drop_oldest",
            Self::DropNewest => "drop_newest",
        }
    }
}
