//! The FBP Network Protocol, version 0.7 as runtimes and clients speak it.
//!
//! # Source
//!
//! The schemas of the npm package `fbp-protocol` 0.9.8. Where they and the conformance suite differ, the suite decides,
//! because it is what clients were tested against.

pub mod component;
pub mod graph;
pub mod network;
pub mod runtime;
pub mod trace;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version that we speak.
pub const VERSION: &str = "0.7";

/// The WebSocket subprotocol that FBP clients ask for, and insist on being granted.
pub const SUBPROTOCOL: &str = "noflo";

/// Free pairs about a node, an edge or a group.
pub type Metadata = Map<String, Value>;

/// Nothing: commands without a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Empty {}

/// One end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
pub struct Port {
    /// The node.
    pub node: String,
    /// Its port.
    pub port: String,
    /// The element of an addressable port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Index>,
}

/// The element of an addressable port; clients write numbers, and some write them as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Index {
    /// As a number.
    Number(u32),
    /// As text.
    Text(String),
}

impl Index {
    /// The number, if it is one.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// What is known of a port of a component or a graph.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PortDefinition {
    /// Its name.
    pub id: String,
    /// What it takes or sends: `all`, `string`, `int`, `number`, `boolean`, `object`, `array` or `buffer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a graph without it is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Whether it has elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressable: Option<bool>,
    /// One line of help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values that it takes, if there are few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
    /// The value when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// What a client may do, or a runtime can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Capability {
    /// Packets into and out of exported ports.
    #[serde(rename = "protocol:runtime")]
    Runtime,
    /// Changing graphs.
    #[serde(rename = "protocol:graph")]
    Graph,
    /// Following changes of graphs.
    #[serde(rename = "graph:readonly")]
    GraphReadOnly,
    /// Listing components.
    #[serde(rename = "protocol:component")]
    Component,
    /// Reading their source.
    #[serde(rename = "component:getsource")]
    GetSource,
    /// Writing components.
    #[serde(rename = "component:setsource")]
    SetSource,
    /// Status, data and control in one; deprecated, but clients ask for it.
    #[serde(rename = "protocol:network")]
    Network,
    /// Asking whether a network runs.
    #[serde(rename = "network:status")]
    NetworkStatus,
    /// Seeing packets on edges.
    #[serde(rename = "network:data")]
    NetworkData,
    /// Starting and stopping.
    #[serde(rename = "network:control")]
    NetworkControl,
    /// Saving graphs.
    #[serde(rename = "network:persist")]
    NetworkPersist,
    /// Recording packets.
    #[serde(rename = "protocol:trace")]
    Trace,
}
