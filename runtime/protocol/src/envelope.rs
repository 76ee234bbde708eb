//! The envelope round every message.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::extension;
use crate::fbp::{component, graph, network, runtime, trace};

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Request {
    /// About the runtime as a whole.
    Runtime(runtime::Request),
    /// Changes a graph.
    Graph(graph::Message),
    /// About components.
    Component(component::Request),
    /// Runs graphs.
    Network(network::Request),
    /// Records packets.
    Trace(trace::Message),
    /// Ours.
    Millstream(extension::Request),
}

/// What a runtime says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Response {
    /// About the runtime as a whole.
    Runtime(runtime::Response),
    /// A graph was changed, or could not be.
    Graph(graph::Message),
    /// About components.
    Component(component::Response),
    /// What networks do.
    Network(network::Response),
    /// Recorded packets.
    Trace(trace::Message),
    /// Ours.
    Millstream(extension::Response),
}

/// What came from a client, as far as every message is alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The sub-protocol, such as `graph`.
    pub protocol: String,
    /// The command, such as `addnode`.
    pub command: String,
    /// The payload without its secret.
    pub payload: Map<String, Value>,
    /// What the client proves its rights with: from the top level, or from the payload as older clients do it.
    pub secret: Option<String>,
    /// What the answer shall carry.
    pub request_id: Option<Value>,
}

/// Why a text is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It is no JSON object with `protocol` and `command`.
    #[error("not a protocol message: {0}")]
    NotAMessage(String),
    /// A message that is about a graph names none. The text is that of the public conformance suite.
    #[error("No graph specified")]
    NoGraph,
    /// There is no such sub-protocol or command, or the payload is not what the command takes.
    #[error("{protocol}:{command}: {problem}")]
    Payload {
        /// The sub-protocol.
        protocol: String,
        /// The command.
        command: String,
        /// What is wrong.
        problem: String,
    },
}

/// Commands that concern a graph but may leave it out.
const WITHOUT_GRAPH: [(&str, &str); 3] = [
    ("graph", "clear"),
    ("graph", "error"),
    ("network", "persist"),
];

impl Frame {
    /// Reads the envelope of a message.
    ///
    /// # Errors
    ///
    /// Fails when the text is no JSON object with a protocol and a command.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw {
            protocol: String,
            command: String,
            #[serde(default)]
            payload: Option<Value>,
            #[serde(default)]
            secret: Option<String>,
            #[serde(default)]
            request_id: Option<Value>,
        }
        let raw: Raw = serde_json::from_str(text)
            .map_err(|error| Malformed::NotAMessage(error.to_string()))?;
        let mut payload = match raw.payload {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(payload)) => payload,
            Some(_) => {
                return Err(Malformed::NotAMessage(
                    "the payload is no object".to_owned(),
                ));
            }
        };
        let legacy = payload.remove("secret");
        let legacy = legacy.and_then(|secret| secret.as_str().map(str::to_owned));
        Ok(Self {
            protocol: raw.protocol,
            command: raw.command,
            payload,
            secret: raw.secret.or(legacy),
            request_id: raw.request_id,
        })
    }

    /// Reads the message itself.
    ///
    /// # Errors
    ///
    /// Fails when there is no such command, or its payload is not what it takes.
    pub fn request(&self) -> Result<Request, Malformed> {
        if self.needs_graph() && !self.payload.get("graph").is_some_and(Value::is_string) {
            return Err(Malformed::NoGraph);
        }
        let message = json!({
            "protocol": self.protocol,
            "command": self.command,
            "payload": self.payload,
        });
        Request::deserialize(message).map_err(|error| Malformed::Payload {
            protocol: self.protocol.clone(),
            command: self.command.clone(),
            problem: error.to_string(),
        })
    }

    fn needs_graph(&self) -> bool {
        let is_about_graphs = matches!(self.protocol.as_str(), "graph" | "network" | "trace");
        is_about_graphs && !WITHOUT_GRAPH.contains(&(self.protocol.as_str(), self.command.as_str()))
    }

    /// What refuses this message, in the sub-protocol that it came in.
    pub fn refusal(&self, message: impl Into<String>) -> Response {
        let message = message.into();
        match self.protocol.as_str() {
            "graph" => Response::Graph(graph::Message::Error(graph::Error {
                message,
                stack: None,
            })),
            "component" => {
                Response::Component(component::Response::Error(component::Error { message }))
            }
            "network" => Response::Network(network::Response::Error(network::Error {
                message,
                stack: None,
                graph: self
                    .payload
                    .get("graph")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            })),
            "trace" => Response::Trace(trace::Message::Error(trace::Error { message })),
            "millstream" => Response::Millstream(extension::Response::Error(extension::Error {
                code: extension::ErrorCode::Refused,
                message,
                graph: None,
            })),
            _ => Response::Runtime(runtime::Response::Error(runtime::Error { message })),
        }
    }
}

/// What a runtime sends: a response, and which request it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The response.
    #[serde(flatten)]
    pub response: Response,
    /// The `requestId` of the request that this answers.
    #[serde(
        rename = "responseTo",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub response_to: Option<Value>,
}

impl Reply {
    /// As text on the wire.
    ///
    /// # Errors
    ///
    /// Fails for values that JSON does not have; messages hold none.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self {
            response,
            response_to: None,
        }
    }
}
