//! Sub-protocol `network`: running graphs, and the packets on their edges.

use std::sync::Arc;

use millstream_protocol::Response;
use millstream_protocol::fbp::network::{self as wire, Debug, Edges, Request, Status};

use super::NO_GRAPH;
use crate::served::{Served, Wants};
use crate::session::{Refusal, Session, Tongue};
use crate::start::{start, started, stop_then, stopped};

/// Does what a request says.
pub(super) fn handle(session: &mut Session, request: Request) -> Result<(), Refusal> {
    match request {
        Request::Start(about) => {
            let served = find(session, &about.graph)?;
            begin(session, &served)
        }
        Request::Stop(about) => {
            let served = find(session, &about.graph)?;
            end(session, &served);
            Ok(())
        }
        Request::GetStatus(about) => {
            let served = find(session, &about.graph)?;
            tell_status(session, &served);
            Ok(())
        }
        Request::Persist(_) => persist(session),
        Request::Debug(debug) => self::debug(session, &debug),
        Request::Edges(edges) => self::edges(session, edges),
    }
}

/// The graph, followed from now on.
fn find(session: &mut Session, graph: &str) -> Result<Arc<Served>, Refusal> {
    let served = session.state.find(graph);
    let served = served.ok_or_else(|| Refusal::from(NO_GRAPH))?;
    session.follow(&served, Tongue::Fbp)?;
    Ok(served)
}

fn said(response: wire::Response) -> Response {
    Response::Network(response)
}

/// Runs a graph; one that runs is stopped first.
fn begin(session: &mut Session, served: &Arc<Served>) -> Result<(), Refusal> {
    let follower = session.follow(served, Tongue::Fbp)?;
    let mut wants = follower.wants.lock();
    if *wants == Wants::Nothing && !session.has_chosen(&served.id) {
        *wants = Wants::All;
    }
    drop(wants);
    if served.live_run().is_some() {
        begin_anew(session, served);
        return Ok(());
    }
    let state = Arc::clone(&session.state);
    start(&state, served, Some(session.id())).map_err(|error| Refusal::from(error.to_string()))?;
    session.answer(said(wire::Response::Started(started(served))));
    Ok(())
}

fn begin_anew(session: &Session, served: &Arc<Served>) {
    let (client, request_id) = (session.handle.clone(), session.request_id());
    let state = Arc::clone(&session.state);
    stop_then(&session.state, served, None, move |served| {
        let response = match start(&state, served, Some(client.id)) {
            Ok(_) => wire::Response::Started(started(served)),
            Err(error) => wire::Response::Error(wire::Error {
                message: error.to_string(),
                stack: None,
                graph: Some(served.id.clone()),
            }),
        };
        client.answer(said(response), request_id);
    });
}

/// Stops a network; the answer comes when it has ended.
fn end(session: &Session, served: &Arc<Served>) {
    let (client, request_id) = (session.handle.clone(), session.request_id());
    stop_then(
        &session.state,
        served,
        Some(session.id()),
        move |served: &Arc<Served>| {
            let status = said(wire::Response::Stopped(stopped(served)));
            client.answer(status, request_id);
        },
    );
}

/// Answers with the status. A network whose processes have all ended is over in a moment; the answer waits for that, so
/// that it does not say something else than what the client has seen.
fn tell_status(session: &mut Session, served: &Arc<Served>) {
    let live = served.live_run().filter(|run| run.network.live() == 0);
    let Some(run) = live else {
        session.answer(said(wire::Response::Status(served.status())));
        return;
    };
    let (client, request_id) = (session.handle.clone(), session.request_id());
    let served = Arc::clone(served);
    session.state.tasks.start(async move {
        run.ended().await;
        let status = said(wire::Response::Status(served.status()));
        client.answer(status, request_id);
    });
}

/// Saves all graphs that have changes. Those that cannot be saved are named; others are saved all the same.
fn persist(session: &mut Session) -> Result<(), Refusal> {
    let (mut saved, mut failed) = (Vec::new(), Vec::new());
    for served in session.state.all() {
        if !served.lock().changed {
            continue;
        }
        match session.state.save(&served) {
            Ok(()) => saved.push(served.id.clone()),
            Err(error) => failed.push(error.to_string()),
        }
    }
    if !failed.is_empty() {
        return Err(Refusal::from(format!("not saved: {}", failed.join("; "))));
    }
    let message = match &saved[..] {
        [] => "nothing to save".to_owned(),
        names => format!("saved {}", names.join(", ")),
    };
    session.answer(said(wire::Response::Output(wire::Output { message })));
    Ok(())
}

fn debug(session: &mut Session, debug: &Debug) -> Result<(), Refusal> {
    let served = find(session, &debug.graph)?;
    let wants = if debug.enable {
        Wants::All
    } else {
        Wants::Nothing
    };
    choose(session, &served, wants)?;
    let status = Status {
        debug: Some(debug.enable),
        ..served.status()
    };
    session.answer(said(wire::Response::Status(status)));
    Ok(())
}

fn edges(session: &mut Session, edges: Edges) -> Result<(), Refusal> {
    let served = find(session, &edges.graph)?;
    choose(session, &served, Wants::Edges(edges.edges.clone()))?;
    // Without naming the request: the schema of this one message allows no `responseTo`.
    session.tell(said(wire::Response::Edges(edges)));
    Ok(())
}

/// What the client wants to see from now on.
fn choose(session: &mut Session, served: &Arc<Served>, wants: Wants) -> Result<(), Refusal> {
    let follower = session.follow(served, Tongue::Fbp)?;
    session.note_choice(&served.id);
    *follower.wants.lock() = wants;
    if let Some(run) = served.live_run() {
        follower.look_at(&run);
    }
    Ok(())
}
