//! Sub-protocol `graph`: changing graphs.
//!
//! A client sends a change; the runtime answers with the same message when it is done, and tells it to other clients that
//! follow the graph. So both directions have the same messages.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Metadata, Port};

/// A change of a graph, or why it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Message {
    /// Makes a graph, or empties the one that there is.
    Clear(Clear),
    /// Adds a node.
    AddNode(AddNode),
    /// Removes a node; [`Message::RemoveEdge`] and [`Message::RemoveInitial`] tell of what hung on it before.
    RemoveNode(RemoveNode),
    /// Renames a node.
    RenameNode(Rename),
    /// Changes metadata of a node: keys that are null go. The answer has all that it has then.
    ChangeNode(ChangeNode),
    /// Adds an edge.
    AddEdge(Edge),
    /// Removes an edge.
    RemoveEdge(RemoveEdge),
    /// Changes metadata of an edge, as [`Message::ChangeNode`] does it.
    ChangeEdge(Edge),
    /// Puts a value on an in-port.
    AddInitial(Initial),
    /// Removes the value of an in-port. The answer tells what it was.
    RemoveInitial(RemoveInitial),
    /// Exports an in-port.
    AddInport(Export),
    /// Takes an exported in-port back.
    RemoveInport(RemoveExport),
    /// Renames an exported in-port.
    RenameInport(Rename),
    /// Exports an out-port.
    AddOutport(Export),
    /// Takes an exported out-port back.
    RemoveOutport(RemoveExport),
    /// Renames an exported out-port.
    RenameOutport(Rename),
    /// Adds a group.
    AddGroup(Group),
    /// Removes a group; its nodes stay.
    RemoveGroup(RemoveGroup),
    /// Renames a group.
    RenameGroup(Rename),
    /// Changes metadata of a group, as [`Message::ChangeNode`] does it.
    ChangeGroup(ChangeGroup),
    /// Refuses a change; only a runtime says this.
    Error(Error),
}

/// A new, empty graph.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Clear {
    /// The graph.
    pub id: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The library that it is to be a component of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Whether it is the runtime's main graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main: Option<bool>,
    /// Its icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A new node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddNode {
    /// Its name.
    pub id: String,
    /// Its component.
    pub component: String,
    /// Where it stands, and free pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// A node that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveNode {
    /// Its name.
    pub id: String,
    /// The graph.
    pub graph: String,
}

/// A node, exported port or group gets another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// The name until now.
    pub from: String,
    /// The name from now on.
    pub to: String,
    /// The graph.
    pub graph: String,
}

/// New metadata of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeNode {
    /// Its name.
    pub id: String,
    /// What changes, or in the answer all that it has.
    #[serde(default)]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// An edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The out-port that writes.
    pub src: Port,
    /// The in-port that reads.
    pub tgt: Port,
    /// Free pairs; `capacity` is the connector's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// An edge that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveEdge {
    /// The out-port that writes.
    pub src: Port,
    /// The in-port that reads.
    pub tgt: Port,
    /// The graph.
    pub graph: String,
}

/// A value on an in-port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initial {
    /// The value.
    pub src: Data,
    /// The in-port.
    pub tgt: Port,
    /// Free pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// The value of an in-port that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveInitial {
    /// What it was; in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<Data>,
    /// The in-port.
    pub tgt: Port,
    /// The graph.
    pub graph: String,
}

/// A value in the place of an edge's source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// The value; null is one.
    #[serde(default)]
    pub data: Value,
}

/// An exported port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its name outside.
    pub public: String,
    /// The node inside.
    pub node: String,
    /// Its port.
    pub port: String,
    /// Free pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// An exported port that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveExport {
    /// Its name outside.
    pub public: String,
    /// The graph.
    pub graph: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its nodes.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Free pairs; `description` is the group's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// A group that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveGroup {
    /// Its name.
    pub name: String,
    /// The graph.
    pub graph: String,
}

/// New metadata of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeGroup {
    /// Its name.
    pub name: String,
    /// What changes, or in the answer all that it has.
    #[serde(default)]
    pub metadata: Option<Metadata>,
    /// The graph.
    pub graph: String,
}

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The reason.
    pub message: String,
    /// Where it happened; never sent by Millstream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
}

impl Message {
    /// The graph that it is about; none for an error.
    pub fn graph(&self) -> Option<&str> {
        Some(match self {
            Self::Clear(clear) => &clear.id,
            Self::AddNode(message) => &message.graph,
            Self::RemoveNode(message) => &message.graph,
            Self::ChangeNode(message) => &message.graph,
            Self::AddEdge(edge) | Self::ChangeEdge(edge) => &edge.graph,
            Self::RemoveEdge(message) => &message.graph,
            Self::AddInitial(message) => &message.graph,
            Self::RemoveInitial(message) => &message.graph,
            Self::AddInport(export) | Self::AddOutport(export) => &export.graph,
            Self::RemoveInport(export) | Self::RemoveOutport(export) => &export.graph,
            Self::RenameNode(rename)
            | Self::RenameInport(rename)
            | Self::RenameOutport(rename)
            | Self::RenameGroup(rename) => &rename.graph,
            Self::AddGroup(group) => &group.graph,
            Self::RemoveGroup(message) => &message.graph,
            Self::ChangeGroup(message) => &message.graph,
            Self::Error(_) => return None,
        })
    }
}
