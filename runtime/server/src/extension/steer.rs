//! Hold, step and release; packets from outside.

use std::sync::Arc;

use millstream_connector::{INJECTED_MAX, NotInjected};
use millstream_engine::Network;
use millstream_packet::{Packet, Value};
use millstream_protocol::Response;
use millstream_protocol::extension::{
    self as wire, ErrorCode, Inject, Injected, Steer, Steered, Step, Target,
};

use super::graphs::find;
use super::{not_found, refused};
use crate::convert::value_of;
use crate::limits::ENTRY_PACKETS;
use crate::run::{Delivery, Receipt, Run};
use crate::session::{Refusal, Session};

/// Most packets that one step lets through.
const STEP_MAX: u32 = 10_000;

/// The run of a graph that goes on.
pub(super) fn live_run(session: &Session, graph: &str) -> Result<Arc<Run>, Refusal> {
    let run = find(session, graph)?.live_run();
    run.ok_or_else(|| not_running(graph))
}

pub(super) fn not_running(graph: &str) -> Refusal {
    refused(ErrorCode::WrongState, format!("`{graph}` does not run"))
}

/// A connector or process of a run, by position.
#[derive(Debug, Clone, Copy)]
enum Found {
    Connector(usize),
    Process(usize),
}

fn look_up(run: &Run, target: &Target) -> Result<(Found, Target), Refusal> {
    match target {
        Target::Connector(name) => {
            let at = run.connector(name);
            let at = at.ok_or_else(|| not_found("connector", name))?;
            let full = run.connectors()[at].full();
            Ok((Found::Connector(at), Target::Connector(full)))
        }
        Target::Process(name) => {
            let at = run.process(name);
            let at = at.ok_or_else(|| not_found("process", name))?;
            Ok((Found::Process(at), target.clone()))
        }
    }
}

pub(super) fn hold(session: &mut Session, steer: Steer) -> Result<(), Refusal> {
    let run = live_run(session, &steer.graph)?;
    let (found, target) = look_up(&run, &steer.target)?;
    match found {
        Found::Connector(at) => run.network.hold_connector(at),
        Found::Process(at) => run.network.hold_process(at),
    };
    tell(session, steer.graph, target, true);
    Ok(())
}

pub(super) fn release(session: &mut Session, steer: Steer) -> Result<(), Refusal> {
    let run = live_run(session, &steer.graph)?;
    let (found, target) = look_up(&run, &steer.target)?;
    match found {
        Found::Connector(at) => run.network.release_connector(at),
        Found::Process(at) => run.network.release_process(at),
    };
    tell(session, steer.graph, target, false);
    Ok(())
}

pub(super) fn step(session: &mut Session, step: Step) -> Result<(), Refusal> {
    let packets = step.packets.unwrap_or(1);
    if packets > STEP_MAX {
        let text = format!("a step lets at most {STEP_MAX} packets through");
        return Err(refused(ErrorCode::Limit, text));
    }
    let run = live_run(session, &step.graph)?;
    let (found, target) = look_up(&run, &step.target)?;
    let held = is_held(&run.network, found);
    if !held {
        let text = "only what is held can be stepped";
        return Err(refused(ErrorCode::WrongState, text));
    }
    for _ in 0..packets {
        match found {
            Found::Connector(at) => run.network.step_connector(at),
            Found::Process(at) => run.network.step_process(at),
        };
    }
    tell(session, step.graph, target, held);
    Ok(())
}

/// Whether a step would mean anything. A process is held by the connectors into it; a source by itself, which only the
/// engine sees.
fn is_held(network: &Network, found: Found) -> bool {
    match found {
        Found::Connector(at) => network.is_connector_held(at),
        Found::Process(process) => {
            let links = network.links();
            let mut into = (0..links.len()).filter(|&at| links[at].to == process);
            into.all(|at| network.is_connector_held(at))
        }
    }
}

fn tell(session: &mut Session, graph: String, target: Target, held: bool) {
    session.reply(wire::Response::Steered(Steered {
        graph,
        target,
        held,
    }));
}

pub(super) fn inject(session: &mut Session, inject: Inject) -> Result<(), Refusal> {
    let run = live_run(session, &inject.graph)?;
    let values = inject.values.iter().map(value_of);
    let mut values = values.collect::<Result<Vec<_>, _>>()?;
    if values.len() > ENTRY_PACKETS {
        let text = format!("at most {ENTRY_PACKETS} packets go in at a time");
        return Err(refused(ErrorCode::Limit, text));
    }
    if !run.has_entry(&inject.port) {
        return inject_beside(session, &run, inject, values);
    }
    let Some(last) = values.pop() else {
        return Err(Refusal::from("there is nothing to put in"));
    };
    let put = |packet, receipt| {
        let delivery = Delivery { packet, receipt };
        let put = run.put(&inject.port, delivery);
        put.map_err(|error| refused(ErrorCode::WrongState, error.to_string()))
    };
    for value in values {
        put(Packet::data(value), None)?;
    }
    let packets = u32::try_from(inject.values.len()).unwrap_or(u32::MAX);
    let receipt = Receipt {
        client: session.handle.clone(),
        response: Response::Millstream(wire::Response::Injected(Injected {
            graph: inject.graph.clone(),
            port: inject.port.clone(),
            packets,
        })),
        refusal: Response::Millstream(wire::Response::Error(wire::Error {
            code: ErrorCode::WrongState,
            message: format!("the in-port `{}` is closed", inject.port),
            graph: Some(inject.graph.clone()),
        })),
        request_id: session.request_id(),
    };
    put(Packet::data(last), Some(receipt))
}

/// Puts packets on a connector beside its writers.
fn inject_beside(
    session: &mut Session,
    run: &Run,
    inject: Inject,
    values: Vec<Value>,
) -> Result<(), Refusal> {
    let at = run.connector(&inject.port);
    let at = at.ok_or_else(|| not_found("open in-port or connector", &inject.port))?;
    let name = run.connectors()[at].full();
    let packets: Vec<Packet> = values.into_iter().map(Packet::data).collect();
    let count = u32::try_from(packets.len()).unwrap_or(u32::MAX);
    match run.network.inject(at, packets) {
        Ok(()) => session.reply(wire::Response::Injected(Injected {
            graph: inject.graph,
            port: name,
            packets: count,
        })),
        Err(NotInjected::Closed) => {
            let text = format!("nobody reads from `{name}` any more");
            return Err(refused(ErrorCode::WrongState, text));
        }
        Err(NotInjected::Full) => {
            let text = format!("{INJECTED_MAX} packets wait at `{name}` already");
            return Err(refused(ErrorCode::Limit, text));
        }
    }
    Ok(())
}
