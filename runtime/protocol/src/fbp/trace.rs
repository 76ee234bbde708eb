//! Sub-protocol `trace`: records packets, to be looked at afterwards.

use serde::{Deserialize, Serialize};

/// What a client says; the runtime answers each with the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Message {
    /// Begins to record a graph's packets, now or when it is started.
    Start(Start),
    /// Ends recording; what is recorded stays.
    Stop(Graph),
    /// Forgets what is recorded.
    Clear(Graph),
    /// Asks for what is recorded; the answer has it.
    Dump(Dump),
    /// Refuses a request; only a runtime says this.
    Error(Error),
}

/// Begins to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The graph.
    pub graph: String,
    /// Most events that are kept; the oldest go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buffersize: Option<u32>,
}

/// Which graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// The graph.
    pub graph: String,
}

/// What is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dump {
    /// The graph.
    pub graph: String,
    /// The format; there is one.
    #[serde(rename = "type")]
    pub format: DumpFormat,
    /// The events in this format; in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flowtrace: Option<String>,
}

/// The format of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DumpFormat {
    /// One JSON document with all events.
    #[serde(rename = "flowtrace.json")]
    Flowtrace,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The reason.
    pub message: String,
}
