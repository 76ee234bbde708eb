//! The graphs of this server: listed, read, replaced, saved, run.

use std::sync::Arc;

use millstream_graph::{Graph, file};
use millstream_protocol::Response;
use millstream_protocol::extension::{
    self as wire, ErrorCode, Finding, Graphs, Load, Saved, Severity,
};

use super::{not_found, refused};
use crate::folder::Folder;
use crate::served::Served;
use crate::session::{Refusal, Session, Tongue};
use crate::start::{StartError, findings, start as start_graph, stop_then};
use crate::state::{LoadError, parse};

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Self {
        let code = match error {
            LoadError::File(_) => ErrorCode::Io,
            LoadError::Syntax { .. } => ErrorCode::Invalid,
            LoadError::NoFolder => ErrorCode::NotFound,
            LoadError::TooMany => ErrorCode::Limit,
        };
        refused(code, error.to_string())
    }
}

impl From<StartError> for Refusal {
    fn from(error: StartError) -> Self {
        let code = match error {
            StartError::Runs(_) => ErrorCode::WrongState,
            StartError::Invalid { .. } => ErrorCode::Invalid,
            StartError::Thread(_) => ErrorCode::Limit,
        };
        refused(code, error.to_string())
    }
}

/// The graph of this name.
pub(super) fn find(session: &Session, graph: &str) -> Result<Arc<Served>, Refusal> {
    let served = session.state.find(graph);
    served.ok_or_else(|| not_found("graph", graph))
}

pub(super) fn list(session: &mut Session) {
    let graphs = session.state.all();
    let graphs = graphs.iter().map(|served| served.info()).collect();
    session.reply(wire::Response::Graphs(Graphs { graphs }));
}

pub(super) fn get(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let served = find(session, graph)?;
    session.follow(&served, Tongue::Own)?;
    tell(session, &served);
    Ok(())
}

/// Answers with a graph as it is now.
fn tell(session: &mut Session, served: &Served) {
    let graph = served.lock().graph.clone();
    let findings = findings(&session.state, &served.id, &graph);
    let findings = findings.iter().map(|finding| Finding {
        code: finding.code.name().to_owned(),
        severity: match finding.severity {
            millstream_graph::Severity::Error => Severity::Error,
            millstream_graph::Severity::Warning => Severity::Warning,
            millstream_graph::Severity::Hint => Severity::Hint,
        },
        message: finding.message.clone(),
        help: finding.help.clone(),
    });
    let told = wire::Graph {
        info: served.info(),
        text: file::write(&graph),
        findings: findings.collect(),
    };
    session.reply(wire::Response::Graph(Box::new(told)));
}

pub(super) fn load(session: &mut Session, load: Load) -> Result<(), Refusal> {
    let state = Arc::clone(&session.state);
    let graph = match &load.text {
        Some(text) => parse(&Folder::file_of(&load.graph), text)?,
        None => state.read(&load.graph)?,
    };
    let is_from_file = load.text.is_none();
    let served = state.find_or_add(&load.graph, Graph::default, is_from_file)?;
    session.follow(&served, Tongue::Own)?;
    {
        let mut inner = served.lock();
        inner.graph = graph;
        inner.has_file |= is_from_file;
        inner.changed = !is_from_file;
    }
    tell(session, &served);
    Ok(())
}

pub(super) fn save(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let served = find(session, graph)?;
    session.state.save(&served)?;
    session.reply(wire::Response::Saved(Saved {
        graph: served.id.clone(),
        file: Folder::file_of(&served.id),
    }));
    Ok(())
}

pub(super) fn start(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let served = find(session, graph)?;
    session.follow(&served, Tongue::Own)?;
    let state = Arc::clone(&session.state);
    start_graph(&state, &served, Some(session.id()))?;
    session.reply(wire::Response::State(served.info()));
    Ok(())
}

pub(super) fn stop(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let served = find(session, graph)?;
    session.follow(&served, Tongue::Own)?;
    let (client, request_id) = (session.handle.clone(), session.request_id());
    stop_then(
        &session.state,
        &served,
        Some(session.id()),
        move |served: &Arc<Served>| {
            let state = wire::Response::State(served.info());
            client.answer(Response::Millstream(state), request_id);
        },
    );
    Ok(())
}

pub(super) fn restart(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let served = find(session, graph)?;
    session.follow(&served, Tongue::Own)?;
    let (client, request_id) = (session.handle.clone(), session.request_id());
    let state = Arc::clone(&session.state);
    stop_then(
        &session.state,
        &served,
        Some(session.id()),
        move |served: &Arc<Served>| {
            let response = match start_graph(&state, served, Some(client.id)) {
                Ok(_) => wire::Response::State(served.info()),
                Err(error) => {
                    let Refusal { message, code } = error.into();
                    wire::Response::Error(wire::Error {
                        code,
                        message,
                        graph: Some(served.id.clone()),
                    })
                }
            };
            client.answer(Response::Millstream(response), request_id);
        },
    );
    Ok(())
}
