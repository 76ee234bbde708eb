//! Holding, stepping, releasing; packets from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A connector or a process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A connector by name (`a.out->b.in`) or by one end (`b.in`).
    Connector(String),
    /// A process by name.
    Process(String),
}

/// Holds or releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Steer {
    /// The graph.
    pub graph: String,
    /// What is held or released.
    pub target: Target,
}

/// Lets packets through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The graph.
    pub graph: String,
    /// What is held.
    pub target: Target,
    /// How many packets; one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets: Option<u32>,
}

/// What was held, stepped or released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Steered {
    /// The graph.
    pub graph: String,
    /// The connector or process by its full name.
    pub target: Target,
    /// Whether it is held now.
    pub held: bool,
}

/// Packets from outside. For an exported in-port they wait for room like those of any writer; on a connector they come before
/// what its writers sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inject {
    /// The graph.
    pub graph: String,
    /// An exported in-port; else a connector by name (`a.out->b.in`) or by one end (`b.in`).
    pub port: String,
    /// Values of data packets, in order.
    pub values: Vec<Value>,
}

/// Packets are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Injected {
    /// The graph.
    pub graph: String,
    /// The exported in-port, or the connector by its full name.
    pub port: String,
    /// How many packets.
    pub packets: u32,
}
