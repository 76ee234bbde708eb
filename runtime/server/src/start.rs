//! Starting and stopping the networks of served graphs.

use std::sync::Arc;

use millstream_engine::{Doors, Exit, Plan, PlanOptions, Report, Running};
use millstream_graph::{Finding, Flat, Graph, Severity, check, flatten};
use millstream_packet::{Packet, PacketView};
use millstream_protocol::Response;
use millstream_protocol::extension;
use millstream_protocol::fbp::network::{self, ProcessError, Status};
use millstream_protocol::fbp::runtime::{self, Event};

use crate::convert::json_of;
use crate::resolve::Subgraphs;
use crate::run::{Fault, Phase, Run, serve_entry};
use crate::served::Served;
use crate::state::State;
use crate::watch::Watch;

/// Most findings that are told of a graph that cannot be started.
const FINDINGS_TOLD: usize = 5;

/// Why a graph cannot be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StartError {
    /// It runs already.
    #[error("the graph `{0}` runs already")]
    Runs(String),
    /// It is wrong.
    #[error("the graph `{graph}` cannot run: {findings}")]
    Invalid {
        /// The graph.
        graph: String,
        /// The errors that were found.
        findings: String,
    },
    /// The machine does not let us.
    #[error("cannot start a thread: {0}")]
    Thread(String),
}

/// Finds what is wrong with a graph.
pub(crate) fn findings(state: &State, id: &str, graph: &Graph) -> Vec<Finding> {
    check(graph, &state.catalog, &Subgraphs::of(state, id))
}

/// Runs a graph.
///
/// # Errors
///
/// Fails when it runs already, is wrong, or threads cannot be started.
pub(crate) fn start(
    state: &Arc<State>,
    served: &Arc<Served>,
    origin: Option<u64>,
) -> Result<Arc<Run>, StartError> {
    let graph = served.lock().graph.clone();
    let (flat, plan) = plan(state, &served.id, &graph)?;
    let run = {
        let mut inner = served.lock();
        if inner.run.as_ref().is_some_and(|run| !run.has_ended()) {
            return Err(StartError::Runs(served.id.clone()));
        }
        inner.runs += 1;
        let prepared = plan.prepare();
        let network = prepared.network().clone();
        let run = Arc::new(Run::new(inner.runs, network, Arc::clone(&flat), flat));
        let values = run.values();
        for follower in &inner.followers {
            follower.see_values(&values);
            follower.look_at(&run);
        }
        if let Some(trace) = &inner.trace {
            let watcher = Arc::clone(trace) as Arc<dyn Watch>;
            for (edge, packet) in &values {
                watcher.see(edge, 0, packet);
            }
            run.present_connectors()
                .for_each(|at| run.watch(at, &watcher));
        }
        let running = prepared
            .start(state.tasks.runtime())
            .map_err(|error| StartError::Thread(error.to_string()))?;
        attend(state, served, &run, running);
        inner.run = Some(Arc::clone(&run));
        inner.started = true;
        run
    };
    tracing::info!(graph = served.id, run = run.number, "graph started");
    let started = Response::Network(network::Response::Started(started(served)));
    let info = extension::Response::State(served.info());
    served.tell(Some(&started), Some(&info), origin);
    Ok(run)
}

/// What the FBP protocol says about a network that has started.
pub(crate) fn started(served: &Served) -> Status {
    Status {
        graph: served.id.clone(),
        time: Some(now()),
        running: true,
        started: true,
        ..Status::default()
    }
}

/// What the FBP protocol says about a network that has stopped.
pub(crate) fn stopped(served: &Served) -> Status {
    let inner = served.lock();
    let run = inner.run.as_ref();
    Status {
        graph: served.id.clone(),
        time: Some(now()),
        uptime: Some(run.map_or(0.0, |run| run.network.elapsed().as_secs_f64())),
        running: false,
        started: inner.started,
        ..Status::default()
    }
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

fn plan(state: &State, id: &str, graph: &Graph) -> Result<(Arc<Flat>, Plan), StartError> {
    let invalid = |findings: String| StartError::Invalid {
        graph: id.to_owned(),
        findings,
    };
    let resolve = Subgraphs::of(state, id);
    let errors: Vec<Finding> = check(graph, &state.catalog, &resolve)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    if !errors.is_empty() {
        return Err(invalid(tell(&errors)));
    }
    let flat = flatten(graph, &resolve).map_err(|error| invalid(error.to_string()))?;
    let options = PlanOptions {
        doors: true,
        threads: state.options.threads,
        ..PlanOptions::default()
    };
    let plan = Plan::new(&flat, &state.registry, options);
    let plan = plan.map_err(|error| invalid(error.to_string()))?;
    Ok((Arc::new(flat), plan))
}

/// The first findings in one line.
pub(crate) fn tell(errors: &[Finding]) -> String {
    let mut told: Vec<String> = errors
        .iter()
        .take(FINDINGS_TOLD)
        .map(|finding| format!("{} ({})", finding.message, finding.code.name()))
        .collect();
    if errors.len() > FINDINGS_TOLD {
        told.push(format!("and {} more errors", errors.len() - FINDINGS_TOLD));
    }
    told.join("; ")
}

/// Starts the tasks that a run needs: one at each door, and one that waits for its end.
fn attend(state: &Arc<State>, served: &Arc<Served>, run: &Arc<Run>, mut running: Running) {
    let Doors { entries, exits } = running.take_doors();
    for entry in entries {
        let packets = run.open_entry(&entry, &state.catalog);
        state.tasks.start(serve_entry(entry, packets));
    }
    for exit in exits {
        state.tasks.start(serve_exit(Arc::clone(served), exit));
    }
    let (served, run) = (Arc::clone(served), Arc::clone(run));
    let running = running.grace(state.options.grace);
    state.tasks.start(async move {
        let report = running.join().await;
        end(&served, &run, &report);
    });
}

/// A run is over: those who follow the graph are told, by whoever asked for the end if somebody did.
pub(crate) fn end(served: &Served, run: &Run, report: &Report) {
    let was_asked = run.phase() == Phase::Draining;
    let phase = run.end(report);
    tracing::info!(graph = served.id, run = run.number, "graph ended");
    if let Phase::Ended(Some(fault)) = phase {
        tell_fault(served, &fault);
    }
    if !was_asked {
        let status = Response::Network(network::Response::Stopped(stopped(served)));
        let info = extension::Response::State(served.info());
        served.tell(Some(&status), Some(&info), None);
    }
}

/// Brings packets of an exported out-port to those who follow the graph.
async fn serve_exit(served: Arc<Served>, mut exit: Exit) {
    while let Some(packet) = exit.recv().await {
        let packet = packet_at(exit.port(), &served.id, &packet);
        let response = Response::Runtime(runtime::Response::Packet(packet));
        let followers = served.lock().followers.clone();
        for follower in followers {
            if follower
                .speaks_fbp
                .load(std::sync::atomic::Ordering::Relaxed)
            {
                follower.client.deliver(response.clone()).await;
            }
        }
    }
}

/// A packet at an exported port, as the wire has it.
fn packet_at(port: &str, graph: &str, packet: &Packet) -> runtime::Packet {
    let (event, payload) = match packet.view() {
        PacketView::Data(value) => (Event::Data, Some(json_of(value))),
        PacketView::Open(label) => (Event::BeginGroup, label.map(json_of)),
        PacketView::Close(label) => (Event::EndGroup, label.map(json_of)),
    };
    runtime::Packet {
        port: port.to_owned(),
        event,
        graph: graph.to_owned(),
        kind: None,
        schema: None,
        payload,
    }
}

fn tell_fault(served: &Served, fault: &Fault) {
    if let Some(process) = &fault.process {
        let error = network::Response::ProcessError(ProcessError {
            id: process.clone(),
            error: fault.text.clone(),
            graph: served.id.clone(),
        });
        served.tell(Some(&Response::Network(error)), None, None);
    }
    let error = network::Response::Error(network::Error {
        message: fault.text.clone(),
        stack: None,
        graph: Some(served.id.clone()),
    });
    served.tell(Some(&Response::Network(error)), None, None);
}

/// Stops a network and does something when it has ended; at once if it does not run.
pub(crate) fn stop_then(
    state: &State,
    served: &Arc<Served>,
    origin: Option<u64>,
    then: impl FnOnce(&Arc<Served>) + Send + 'static,
) {
    let Some(run) = served.live_run() else {
        served.lock().started = false;
        then(served);
        return;
    };
    run.stop();
    let served = Arc::clone(served);
    state.tasks.start(async move {
        run.ended().await;
        served.lock().started = false;
        let status = Response::Network(network::Response::Stopped(stopped(&served)));
        let info = extension::Response::State(served.info());
        served.tell(Some(&status), Some(&info), origin);
        then(&served);
    });
}
