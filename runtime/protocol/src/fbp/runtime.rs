//! Sub-protocol `runtime`: what a runtime is, and packets through exported ports of running graphs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Capability, Empty, PortDefinition};

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Request {
    /// The first message of most clients. Answered by [`Response::Runtime`]; then, if there is a main graph, by its
    /// [`Response::Ports`] and its [`Status`](super::network::Response::Status). Needs no rights.
    GetRuntime(Empty),
    /// Puts a packet into an exported in-port of a running graph. Answered by [`Response::PacketSent`] when it is in.
    Packet(Packet),
}

/// What a runtime says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Response {
    /// Answers [`Request::GetRuntime`].
    Runtime(Box<Runtime>),
    /// The exported ports of a graph: after [`Request::GetRuntime`], and whenever they change.
    Ports(Ports),
    /// A packet came out of an exported out-port; to clients that sent one in or started the network.
    Packet(Packet),
    /// Answers [`Request::Packet`] with what was sent.
    PacketSent(Packet),
    /// Refuses a request.
    Error(Error),
}

/// What a runtime is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Runtime {
    /// A UUID that lasts as long as the runtime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The version of this protocol.
    pub version: String,
    /// What runtimes can do here at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_capabilities: Option<Vec<Capability>>,
    /// What this client may do.
    pub capabilities: Vec<Capability>,
    /// The main graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<String>,
    /// The kind of runtime.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The exported ports of a graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ports {
    /// The graph.
    pub graph: String,
    /// Its in-ports.
    #[serde(rename = "inPorts")]
    pub ins: Vec<PortDefinition>,
    /// Its out-ports.
    #[serde(rename = "outPorts")]
    pub outs: Vec<PortDefinition>,
}

/// A packet at an exported port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// The exported port.
    pub port: String,
    /// What happens there.
    pub event: Event,
    /// The graph.
    pub graph: String,
    /// What kind of value it is; for the client's information.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where its schema is; for the client's information.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The value of a data packet, the label of a group.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub payload: Option<Value>,
}

/// Tells `null` from absent: a packet may hold null.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What happens at a port or on an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A transmission begins; means nothing to Millstream.
    Connect,
    /// A bracket opens.
    BeginGroup,
    /// Data.
    Data,
    /// A bracket closes.
    EndGroup,
    /// A transmission ends; means nothing to Millstream.
    Disconnect,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The reason.
    pub message: String,
}
