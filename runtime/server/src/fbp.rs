//! The FBP Network Protocol: one file for each of its sub-protocols.
//!
//! Here a process is called a node and a connector an edge, as clients know them; the model's words begin where a request
//! becomes an edit. Each answer is exactly what the public conformance suite and its schemas want.

mod change;
mod component;
mod graph;
mod metadata;
mod network;
mod runtime;
mod trace;

use millstream_packet::{Packet, PacketView, Value};
use millstream_protocol::fbp::{Capability, network as wire};
use millstream_protocol::{Request, Response};

use crate::convert::json_of;
use crate::limits::PREVIEW_BYTES_MAX;
use crate::security::Rights;
use crate::session::{Refusal, Session};
use crate::watch::Edge;

/// What is answered where a graph is asked for that is not there. The text is that of the conformance suite.
const NO_GRAPH: &str = "Requested graph not found";

/// What a client with these rights may do.
pub(crate) fn capabilities(rights: Rights) -> Vec<Capability> {
    use Capability as Can;
    if rights.control {
        return vec![
            Can::Runtime,
            Can::Graph,
            Can::Component,
            Can::GetSource,
            Can::SetSource,
            Can::Network,
            Can::NetworkStatus,
            Can::NetworkData,
            Can::NetworkControl,
            Can::NetworkPersist,
            Can::Trace,
        ];
    }
    if rights.inspect {
        return vec![
            Can::GraphReadOnly,
            Can::Component,
            Can::GetSource,
            Can::NetworkStatus,
            Can::NetworkData,
            Can::Trace,
        ];
    }
    Vec::new()
}

/// Whether these rights allow a request.
pub(crate) fn allows(rights: Rights, request: &Request) -> bool {
    use millstream_protocol::fbp::{component, network, runtime};
    match request {
        Request::Runtime(runtime::Request::GetRuntime(_)) => true,
        Request::Runtime(runtime::Request::Packet(_))
        | Request::Graph(_)
        | Request::Component(component::Request::Source(_))
        | Request::Network(
            network::Request::Start(_) | network::Request::Stop(_) | network::Request::Persist(_),
        ) => rights.control,
        Request::Component(_) | Request::Network(_) | Request::Trace(_) => rights.inspect,
        _ => false,
    }
}

/// Does what a request of this protocol says.
///
/// # Errors
///
/// Fails with what the client is told.
pub(crate) fn handle(session: &mut Session, request: Request) -> Result<(), Refusal> {
    match request {
        Request::Runtime(request) => runtime::handle(session, request),
        Request::Graph(message) => graph::handle(session, message),
        Request::Component(request) => component::handle(session, request),
        Request::Network(request) => network::handle(session, request),
        Request::Trace(message) => trace::handle(session, message),
        _ => Err(Refusal::from("this sub-protocol is not spoken here")),
    }
}

/// A packet on an edge, as the wire has it.
pub(crate) fn event_of(graph: &str, edge: &Edge, packet: &Packet) -> wire::Response {
    let told = |data, group| wire::Packet {
        id: edge.id.clone(),
        src: edge.source().cloned(),
        tgt: edge.target.clone(),
        graph: graph.to_owned(),
        subgraph: Some(edge.subgraph.clone()).filter(|path| !path.is_empty()),
        data,
        group,
    };
    match packet.view() {
        PacketView::Data(value) => wire::Response::Data(told(Some(shown(value)), None)),
        PacketView::Open(label) => wire::Response::BeginGroup(told(None, Some(text_of(label)))),
        PacketView::Close(label) => wire::Response::EndGroup(told(None, Some(text_of(label)))),
    }
}

/// A value that is looked at; a very long one by its beginning.
fn shown(value: &Value) -> serde_json::Value {
    let json = json_of(value);
    if value.size_bytes() <= PREVIEW_BYTES_MAX {
        return json;
    }
    let text = json.to_string();
    let end = text.floor_char_boundary(PREVIEW_BYTES_MAX);
    match text.get(..end) {
        Some(beginning) if beginning.len() < text.len() => format!("{beginning}…").into(),
        _ => json,
    }
}

/// The label of a bracket as text.
fn text_of(label: Option<&Value>) -> String {
    let Some(label) = label else {
        return String::new();
    };
    label
        .as_text()
        .map_or_else(|| json_of(label).to_string(), str::to_owned)
}

/// The packets of edges that wait for this client, as messages.
pub(crate) fn events(session: &mut Session, most: usize) -> Vec<Response> {
    let mut responses = Vec::new();
    for (graph, follower) in session.follows() {
        let packets = follower.feed.take(most);
        responses.extend(
            packets
                .iter()
                .map(|(edge, packet)| Response::Network(event_of(graph, edge, packet))),
        );
        if !packets.is_empty()
            && let Some(run) = follower.run()
        {
            run.resume();
        }
        let lost = follower.feed.take_lost();
        if lost > 0 {
            let message = format!("{lost} packets of `{graph}` came too fast to be shown");
            let output = wire::Response::Output(wire::Output { message });
            responses.push(Response::Network(output));
        }
    }
    responses
}
