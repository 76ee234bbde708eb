//! The first exchange.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The first message of a client. The secret, if one is needed, stands in the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// Versions of this sub-protocol that the client speaks.
    pub versions: Vec<u32>,
    /// What the client is, for logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// What the runtime is, and what this client may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Welcome {
    /// The version that is spoken from now on: the highest that both know.
    pub version: u32,
    /// The runtime's program and version.
    pub server: String,
    /// What this client may do.
    pub rights: Vec<Right>,
    /// What a client must keep to.
    pub limits: Limits,
}

/// What a client may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Look: counts, probes, reasons, logs, texts of graphs.
    Inspect,
    /// Change: edit, run, hold, inject, save.
    Control,
}

/// What a client must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Longest message in bytes; a longer one ends the connection.
    pub message_bytes: u32,
    /// Most graphs whose counts a client may follow.
    pub subscriptions: u32,
    /// Most probes of a client.
    pub probes: u32,
    /// Shortest interval of counts in milliseconds.
    pub interval_ms: u32,
    /// Most packets that a probe keeps.
    pub probe_packets: u32,
}
