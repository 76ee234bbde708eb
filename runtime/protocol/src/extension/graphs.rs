//! The graphs that a runtime holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All graphs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Graphs {
    /// In order of name.
    pub graphs: Vec<GraphInfo>,
}

/// A graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GraphInfo {
    /// What messages call it.
    pub graph: String,
    /// Its file, relative to the served directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether it has changes that are not in its file.
    pub changed: bool,
    /// What its network does.
    pub state: GraphState,
    /// How the last run went, if it did not go well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Since the start in milliseconds, while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
}

/// What a network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GraphState {
    /// It never ran, or was stopped.
    Stopped,
    /// It runs.
    Running,
    /// It was asked to stop and works off what is in flight.
    Draining,
    /// It came to its end, and well.
    Finished,
    /// It came to its end, and not well.
    Failed,
}

/// A graph with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Graph {
    /// What is known of it.
    #[serde(flatten)]
    pub info: GraphInfo,
    /// The graph file that it would be saved as.
    pub text: String,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Something about a graph that the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Such as `MS0104`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The graph cannot run.
    Error,
    /// It can, but probably not as meant.
    Warning,
    /// Worth a look.
    Hint,
}

/// The text of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
    /// The graph; a new one if there is none of this name.
    pub graph: String,
    /// A graph file; if absent, the graph's own is read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A graph was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Saved {
    /// The graph.
    pub graph: String,
    /// Its file, relative to the served directory.
    pub file: String,
}
