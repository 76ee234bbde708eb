//! Sub-protocol `component`: which components there are, and their source.

use serde::{Deserialize, Serialize};

use super::{Empty, PortDefinition};

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Request {
    /// Asks for all components. Answered by a [`Response::Component`] each, then by [`Response::ComponentsReady`].
    List(Empty),
    /// Asks for the source of a component or graph. Answered by [`Response::Source`].
    GetSource(GetSource),
    /// Gives the source of a component or graph. Answered by the [`Response::Component`] that it makes.
    Source(Source),
}

/// What a runtime says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", content = "payload", rename_all = "lowercase")]
pub enum Response {
    /// Describes a component: one of the list, or a new one.
    Component(Box<Component>),
    /// The list is complete; how many there were.
    ComponentsReady(usize),
    /// Answers [`Request::GetSource`].
    Source(Source),
    /// Refuses a request.
    Error(Error),
}

/// A component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// Its name, such as `core/Repeat`.
    pub name: String,
    /// One line of help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Whether it is a graph.
    pub subgraph: bool,
    /// Its in-ports.
    pub in_ports: Vec<PortDefinition>,
    /// Its out-ports.
    pub out_ports: Vec<PortDefinition>,
}

/// Whose source is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetSource {
    /// The component or graph.
    pub name: String,
}

/// The source of a component or graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// `ron` or `json` for a graph, `rhai` for a script.
    pub language: String,
    /// The library that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// The text.
    pub code: String,
    /// Its tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<String>,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The reason.
    pub message: String,
}
