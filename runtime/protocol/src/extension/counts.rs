//! Counts of connectors and processes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Wants the counts of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Subscribe {
    /// The graph.
    pub graph: String,
    /// Connectors by name (`a.out->b.in`) or by one end (`b.in`); all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connectors: Option<Vec<String>>,
    /// Time between two messages in milliseconds; shorter ones than the limit are the limit.
    pub interval_ms: u32,
}

/// Everything about a network at one moment. Positions in its lists are what [`Changes`] refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The graph.
    pub graph: String,
    /// Counts the runs of this graph and the edits of each; changes of another number are not about this snapshot.
    pub run: u64,
    /// Since the start, in milliseconds.
    pub elapsed_ms: u64,
    /// The connectors.
    pub connectors: Vec<ConnectorInfo>,
    /// The processes.
    pub processes: Vec<ProcessInfo>,
}

/// What changed in a network since the last message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// The graph.
    pub graph: String,
    /// The run that this is about.
    pub run: u64,
    /// Since the start, in milliseconds.
    pub elapsed_ms: u64,
    /// Messages left out before this one, because the client had not taken the last; 0 may be absent. What changed
    /// meanwhile is in this one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missed: u32,
    /// Connectors that changed, with their position in the snapshot.
    pub connectors: Vec<(u32, ConnectorCounts)>,
    /// Processes that changed, with their position in the snapshot.
    pub processes: Vec<(u32, ProcessCounts)>,
}

/// A connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectorInfo {
    /// The out-ports that write, as `process.port`.
    pub from: Vec<String>,
    /// The in-port that reads, as `process.port`.
    pub to: String,
    /// Most packets inside.
    pub capacity: u32,
    /// Its counts.
    pub counts: ConnectorCounts,
}

/// Counts of a connector. Shares and rates are about the last interval. What is 0 or false may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ConnectorCounts {
    /// Packets that writers put in, dropped ones included.
    pub sent: u64,
    /// Packets that the reader took.
    pub received: u64,
    /// Packets dropped by `when_full`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dropped: u64,
    /// Packets inside now.
    #[serde(default, skip_serializing_if = "is_default")]
    pub depth: u64,
    /// Most packets that were ever inside.
    pub high_water: u64,
    /// Packets taken per second.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate: f64,
    /// Share of the time that the writer waited for room, in percent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub blocked_percent: f64,
    /// Share of the time that the reader waited for packets, in percent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub starved_percent: f64,
    /// Whether it is held.
    #[serde(default, skip_serializing_if = "is_default")]
    pub held: bool,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProcessInfo {
    /// Its name; `parent/child` inside subgraphs.
    pub name: String,
    /// Its component.
    pub component: String,
    /// Its counts.
    pub counts: ProcessCounts,
}

/// Counts of a process. What is 0 may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProcessCounts {
    /// What it does.
    pub state: ProcessState,
    /// Packets taken on all its connectors.
    pub received: u64,
    /// Packets sent on all its connectors; of a connector with several writers all count.
    pub sent: u64,
    /// Packets that it gave up on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failures: u64,
    /// Share of the time in its polls since the last message, in percent; sampled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub busy_percent: f64,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProcessState {
    /// It works, or waits for something that is no connector.
    Running,
    /// It waits for packets.
    Starved,
    /// It waits for room.
    Blocked,
    /// It is held: it takes nothing, or is a source that is not asked.
    Held,
    /// It has ended.
    Ended,
    /// It has ended because it failed.
    Failed,
}

/// Most counts of a large network are 0; leaving these out halves what is sent.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
