//! Sub-protocol `graph`: changes of graphs.

use std::sync::Arc;

use millstream_graph::Graph;
use millstream_protocol::Response;
use millstream_protocol::fbp::graph::{Clear, Message};
use millstream_protocol::fbp::runtime;

use super::NO_GRAPH;
use super::change::translate;
use super::runtime::ports;
use crate::served::Served;
use crate::session::{Refusal, Session, Tongue};

/// Keys of what the model has no place for.
const KEPT: [&str; 2] = ["library", "icon"];

/// Does what a message says.
pub(super) fn handle(session: &mut Session, message: Message) -> Result<(), Refusal> {
    if let Message::Clear(clear) = message {
        return self::clear(session, clear);
    }
    let served = message.graph().and_then(|id| session.state.find(id));
    let served = served.ok_or_else(|| Refusal::from(NO_GRAPH))?;
    session.follow(&served, Tongue::Fbp)?;
    let change = {
        let mut inner = served.lock();
        let mut change = translate(&inner.graph, message)?;
        inner
            .apply(std::mem::take(&mut change.edits))
            .map_err(|error| Refusal::from(error.to_string()))?;
        change
    };
    // A network that runs goes with its graph as far as it can.
    crate::edit::follow(&session.state, &served);
    tell(session, &served, change.told);
    if change.moves_ports {
        tell_ports(session, &served);
    }
    Ok(())
}

fn clear(session: &mut Session, clear: Clear) -> Result<(), Refusal> {
    let state = Arc::clone(&session.state);
    let served = state
        .find_or_add(&clear.id, Graph::default, false)
        .map_err(|error| Refusal::from(error.to_string()))?;
    session.follow(&served, Tongue::Fbp)?;
    let mut graph = Graph {
        name: clear.name.clone().unwrap_or_else(|| clear.id.clone()),
        description: clear.description.clone().unwrap_or_default(),
        ..Graph::default()
    };
    for (key, value) in KEPT.into_iter().zip([&clear.library, &clear.icon]) {
        if let Some(value) = value {
            graph.meta.insert(key.to_owned(), value.as_str().into());
        }
    }
    {
        let mut inner = served.lock();
        inner.graph = graph;
        inner.changed = true;
    }
    if clear.main == Some(true) {
        *state.main.lock() = Some(clear.id.clone());
    }
    tell(session, &served, vec![Message::Clear(clear)]);
    Ok(())
}

/// Answers with what was done, and tells those who follow the graph.
fn tell(session: &mut Session, served: &Served, told: Vec<Message>) {
    let last = told.len().saturating_sub(1);
    for (at, message) in told.into_iter().enumerate() {
        let response = Response::Graph(message);
        served.tell(Some(&response), None, Some(session.id()));
        if at == last {
            session.answer(response);
        } else {
            session.tell(response);
        }
    }
}

fn tell_ports(session: &mut Session, served: &Served) {
    let response = Response::Runtime(runtime::Response::Ports(ports(&session.state, served)));
    served.tell(Some(&response), None, Some(session.id()));
    session.tell(response);
}
