//! Edits of a graph that runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::counts::is_default;

/// What is to change in a graph that runs; all of it at once or nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// The graph.
    pub graph: String,
    /// A graph file that takes the place of the graph; if absent, the graph as it is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Values that ports get besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Setting>,
    /// Processes that start anew besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restart: Vec<String>,
}

/// A value for an in-port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// The process.
    pub process: String,
    /// Its in-port, with the index of an element: `path`, `in[2]`.
    pub port: String,
    /// The value; none takes the one away that is there.
    #[serde(default)]
    pub value: Option<Value>,
}

/// What an edit will do, or why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The graph.
    pub graph: String,
    /// What it will do, in the order of the graph; nothing if it is refused, or changes nothing that runs.
    pub steps: Vec<Step>,
    /// Why it cannot be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// An edit has been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edited {
    /// The graph.
    pub graph: String,
    /// What was done.
    pub steps: Vec<Step>,
    /// Processes that are still to end; empty when all is done. What they leave, others take over when they do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
}

/// One thing that an edit does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The process, or the connector as `a.out->b.in`.
    pub subject: String,
    /// More for people: why a process starts anew, which settings are new, which component is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Packets that wait in the connector; none is lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waiting: u64,
}

/// What an edit does to a process or a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// The process takes new settings at its next packet.
    Set,
    /// The process ends in good order, emits what it emits at its end, and starts anew; its connectors keep what is queued.
    Restart,
    /// The process is added.
    Add,
    /// The process works off what is queued for it, and ends.
    Remove,
    /// There is a connector of these ends from now on; what waits in it was put in when it had others.
    Connect,
    /// There is no connector of these ends any more.
    Disconnect,
    /// The connector is made anew, with another capacity, other writers or on other threads; what waits in the one before
    /// comes first.
    Replace,
}
