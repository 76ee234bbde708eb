//! Sub-protocol `network`: running graphs, and the packets on their edges.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Empty, Port};

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Request {
    /// Runs a graph; anew, if it runs. Answered by [`Response::Started`]. The client sees its packets from then on.
    Start(Graph),
    /// Stops a network: sources end, what is in flight is worked off. Answered by [`Response::Stopped`].
    Stop(Graph),
    /// Asks whether a graph runs. Answered by [`Response::Status`].
    GetStatus(Graph),
    /// Writes graphs that were changed to their files. Answered by [`Response::Output`].
    Persist(Empty),
    /// Whether the client sees the packets of all edges. Answered by [`Response::Status`].
    Debug(Debug),
    /// The edges whose packets the client wants to see. Answered by [`Response::Edges`].
    Edges(Edges),
}

/// What a runtime says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Response {
    /// A network has started: answers [`Request::Start`], and to clients that follow the graph.
    Started(Status),
    /// A network has ended: answers [`Request::Stop`] (`started` is false), or it ended by itself (`started` stays true).
    Stopped(Status),
    /// Answers [`Request::GetStatus`] and [`Request::Debug`].
    Status(Status),
    /// A line for people.
    Output(Output),
    /// A network cannot be started or has failed, or a request is refused.
    Error(Error),
    /// A process has failed.
    ProcessError(ProcessError),
    /// A data packet on an edge, or a value that a port got at the start.
    Data(Packet),
    /// An open bracket on an edge.
    BeginGroup(Packet),
    /// A close bracket on an edge.
    EndGroup(Packet),
    /// Answers [`Request::Edges`]; always without `responseTo`, which its schema does not allow.
    Edges(Edges),
}

/// Which graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// The graph.
    pub graph: String,
}

/// Whether a client wants to see packets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debug {
    /// Whether it does.
    pub enable: bool,
    /// The graph.
    pub graph: String,
}

/// Edges of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edges {
    /// The edges.
    pub edges: Vec<EdgeEnds>,
    /// The graph.
    pub graph: String,
}

/// An edge by its ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EdgeEnds {
    /// The out-port that writes; absent for a value of the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<Port>,
    /// The in-port that reads.
    pub tgt: Port,
}

/// How a network is doing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Status {
    /// The graph.
    pub graph: String,
    /// When this happened, as RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// How long it has run, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime: Option<f64>,
    /// Whether processes run.
    pub running: bool,
    /// Whether it was started and not stopped: a network that ended by itself is still started.
    pub started: bool,
    /// Whether the client sees packets, where it asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug: Option<bool>,
}

/// A line for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The line.
    pub message: String,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The reason.
    pub message: String,
    /// Where it happened; never sent by Millstream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// The graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<String>,
}

/// A process that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessError {
    /// The node.
    pub id: String,
    /// Why.
    pub error: String,
    /// The graph.
    pub graph: String,
}

/// What passed on an edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// The edge as a line of the `.fbp` language, port names in capitals: `Hello() OUT -> IN World()`. Clients take it
    /// apart.
    pub id: String,
    /// The out-port that wrote; absent for a value of the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<Port>,
    /// The in-port that read.
    pub tgt: Port,
    /// The graph.
    pub graph: String,
    /// The processes that stand for the subgraphs that the edge is inside of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subgraph: Option<Vec<String>>,
    /// The value of a data packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// The label of a bracket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}
