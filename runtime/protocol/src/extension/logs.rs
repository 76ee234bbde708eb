//! Log lines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which log lines a client wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Logs {
    /// Whether it wants any.
    pub enable: bool,
    /// The least important ones that it wants; `info` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Of this process only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
}

/// A log line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogLine {
    /// How important it is.
    pub level: Level,
    /// When, as RFC 3339.
    pub time: String,
    /// The process that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// What happened.
    pub message: String,
    /// Lines lost so far because the client did not take them in time.
    pub missed: u64,
}

/// How important a log line is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something is lost or stopped.
    Error,
    /// Something is degraded.
    Warn,
    /// What was asked for happened.
    Info,
    /// How it came about.
    Debug,
}
