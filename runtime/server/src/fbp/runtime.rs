//! Sub-protocol `runtime`: what this runtime is, and packets into exported in-ports.

use std::sync::Arc;

use millstream_graph::ComponentSpec;
use millstream_packet::{Packet, Value};
use millstream_protocol::Response;
use millstream_protocol::fbp::runtime::{self as wire, Event, Ports, Request, Runtime};
use millstream_protocol::fbp::{VERSION, component, network};

use super::{NO_GRAPH, capabilities};
use crate::convert::{component_of, value_of};
use crate::resolve::Subgraphs;
use crate::run::{Delivery, Receipt};
use crate::security::Rights;
use crate::served::Served;
use crate::session::{Refusal, Session, Tongue};
use crate::state::State;

/// Does what a request says.
pub(super) fn handle(session: &mut Session, request: Request) -> Result<(), Refusal> {
    match request {
        Request::GetRuntime(_) => get_runtime(session),
        Request::Packet(packet) => put(session, packet),
    }
}

/// Says what this is; of the main graph also its ports and whether it runs, because clients that draw it ask for no more
/// before they offer to start it.
fn get_runtime(session: &mut Session) -> Result<(), Refusal> {
    let state = Arc::clone(&session.state);
    let rights = session.rights();
    let main = state.main.lock().clone().filter(|_| rights.inspect);
    let runtime = Runtime {
        id: Some(state.id.to_string()),
        label: Some(format!("Millstream {}", env!("CARGO_PKG_VERSION"))),
        version: VERSION.to_owned(),
        all_capabilities: Some(capabilities(Rights::ALL)),
        capabilities: capabilities(rights),
        graph: main.clone(),
        kind: "millstream".to_owned(),
    };
    session.answer(Response::Runtime(wire::Response::Runtime(Box::new(
        runtime,
    ))));
    let Some(served) = main.and_then(|main| state.find(&main)) else {
        return Ok(());
    };
    session.follow(&served, Tongue::Fbp)?;
    let ports = ports(&state, &served);
    session.tell(Response::Runtime(wire::Response::Ports(ports)));
    let status = network::Response::Status(served.status());
    session.tell(Response::Network(status));
    Ok(())
}

/// The exported ports of a graph.
pub(super) fn ports(state: &State, served: &Served) -> Ports {
    let spec = spec_of(state, served, &served.id);
    let component::Component {
        in_ports,
        out_ports,
        ..
    } = component_of(&spec, true);
    Ports {
        graph: served.id.clone(),
        ins: in_ports,
        outs: out_ports,
    }
}

/// A graph as a component.
pub(super) fn spec_of(state: &State, served: &Served, name: &str) -> ComponentSpec {
    let graph = served.lock().graph.clone();
    Subgraphs::of(state, &served.id).spec(&graph, name)
}

/// Puts a packet in. Who sent it is told when it has entered the port.
fn put(session: &mut Session, packet: wire::Packet) -> Result<(), Refusal> {
    let served = session.state.find(&packet.graph);
    let served = served.ok_or_else(|| Refusal::from(NO_GRAPH))?;
    session.follow(&served, Tongue::Fbp)?;
    let payload = packet.payload.as_ref().map(value_of).transpose()?;
    let value = payload.unwrap_or(Value::NULL);
    let sent = Response::Runtime(wire::Response::PacketSent(packet.clone()));
    let moved = match packet.event {
        Event::Data => Packet::data(value),
        Event::BeginGroup => Packet::open(value),
        Event::EndGroup => Packet::close(value),
        // Connectors stay connected: these two mean nothing here.
        Event::Connect | Event::Disconnect => {
            session.answer(sent);
            return Ok(());
        }
    };
    let Some(run) = served.live_run() else {
        return Err(Refusal::from(format!("`{}` does not run", served.id)));
    };
    let receipt = Receipt {
        client: session.handle.clone(),
        response: sent,
        refusal: Response::Runtime(wire::Response::Error(wire::Error {
            message: format!("the in-port `{}` is closed", packet.port),
        })),
        request_id: session.request_id(),
    };
    let delivery = Delivery {
        packet: moved,
        receipt: Some(receipt),
    };
    run.put(&packet.port, delivery)
        .map_err(|error| Refusal::from(error.to_string()))
}
