//! Edits of graphs that run: what clients want becomes another flat graph, and that a plan of the engine.

use std::collections::HashMap;
use std::sync::Arc;

use millstream_engine::{EditError, EditPlan, Progress};
use millstream_graph::{
    Edit, Finding, Flat, FlatConnector, FlatProcess, Graph, PortRef, ProcessChange, Severity,
    flatten,
};
use millstream_packet::Value;

use crate::resolve::Subgraphs;
use crate::run::Run;
use crate::served::{Inner, Served};
use crate::start::{findings, tell};
use crate::state::State;
use crate::watch::Watch;

/// What is to run from now on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) source: Source,
    /// Values that ports get besides, or none any more.
    pub(crate) set: Vec<(PortRef, Option<Value>)>,
    /// Processes that start anew besides.
    pub(crate) restart: Vec<String>,
}

/// The graph that an edit begins with.
#[derive(Debug, Clone, Default)]
pub(crate) enum Source {
    /// What runs.
    Running,
    /// The graph as the server has it.
    #[default]
    Served,
    /// Another one.
    Other(Box<Graph>),
}

/// Why what runs is not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The graph does not run.
    #[error("`{0}` does not run")]
    NotRunning(String),
    /// The graph would be wrong.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be done while it runs.
    #[error(transparent)]
    Engine(#[from] EditError),
}

/// An edit that can be applied.
#[derive(Debug)]
pub(crate) struct Prepared {
    graph: Graph,
    flat: Flat,
    base: Flat,
    pub(crate) plan: EditPlan,
}

/// Finds out what an edit would do.
///
/// # Errors
///
/// Fails with the reason when it cannot be done.
pub(crate) fn prepare(
    state: &State,
    served: &Served,
    wanted: &Wanted,
) -> Result<Prepared, Refused> {
    let run = served.live_run();
    let run = run.ok_or_else(|| Refused::NotRunning(served.id.clone()))?;
    let before = served.lock().graph.clone();
    let graph = changed(&before, wanted)?;
    check(state, &served.id, (&before, &graph), wanted)?;
    let (flat, base) = match wanted.source {
        Source::Running => {
            let (mut flat, mut base) = (Flat::clone(&run.flat), Flat::clone(&run.base));
            set_values(&mut flat, &wanted.set);
            set_values(&mut base, &wanted.set);
            (flat, base)
        }
        Source::Served | Source::Other(_) => {
            let base = flatten(&graph, &Subgraphs::of(state, &served.id));
            let base = base.map_err(|error| Refused::Invalid(error.to_string()))?;
            (carried_over(&run, &base), base)
        }
    };
    let plan = run
        .network
        .plan_edit(&run.flat, &flat, &state.registry, &wanted.restart)?;
    Ok(Prepared {
        graph,
        flat,
        base,
        plan,
    })
}

/// Puts an edit into effect.
///
/// # Errors
///
/// Fails when the network has changed meanwhile, ends, or is busy with another edit; nothing is changed then.
pub(crate) fn apply(served: &Served, prepared: Prepared) -> Result<Progress, Refused> {
    let mut inner = served.lock();
    let run = inner.run.clone().filter(|run| !run.has_ended());
    let run = run.ok_or_else(|| Refused::NotRunning(served.id.clone()))?;
    let progress = run.network.apply_edit(prepared.plan)?;
    if inner.graph != prepared.graph {
        inner.graph = prepared.graph;
        inner.changed = true;
    }
    inner.runs += 1;
    let (flat, base) = (Arc::new(prepared.flat), Arc::new(prepared.base));
    let edited = Arc::new(run.edited(inner.runs, flat, base));
    show(&inner, &edited);
    inner.run = Some(edited);
    tracing::info!(graph = served.id, run = inner.runs, "graph edited");
    Ok(progress)
}

/// Lets those who look at packets see those of the connectors that are there now.
fn show(inner: &Inner, run: &Arc<Run>) {
    for follower in &inner.followers {
        follower.look_at(run);
    }
    if let Some(trace) = &inner.trace {
        let watcher = Arc::clone(trace) as Arc<dyn Watch>;
        run.present_connectors()
            .for_each(|at| run.watch(at, &watcher));
    }
}

/// Makes what runs follow its graph, as far as it can; for graphs that are changed step by step and may be wrong in between.
pub(crate) fn follow(state: &Arc<State>, served: &Arc<Served>) {
    if served.live_run().is_none() {
        return;
    }
    let (shared, served) = (Arc::clone(state), Arc::clone(served));
    state.tasks.start(async move {
        loop {
            let edited = prepare(&shared, &served, &Wanted::default())
                .and_then(|prepared| apply(&served, prepared));
            match edited {
                Err(Refused::Engine(EditError::Busy(_) | EditError::Stale)) => {
                    let Some(run) = served.live_run() else { return };
                    run.network.edited().await;
                }
                Err(reason) => {
                    tracing::debug!(graph = served.id, %reason, "what runs is not changed");
                    return;
                }
                Ok(_) => return,
            }
        }
    });
}

fn changed(before: &Graph, wanted: &Wanted) -> Result<Graph, Refused> {
    let mut graph = match &wanted.source {
        Source::Running | Source::Served => before.clone(),
        Source::Other(graph) => Graph::clone(graph),
    };
    let edits = wanted.set.iter().map(|(to, value)| Edit::ChangeProcess {
        name: to.process.clone(),
        change: ProcessChange::Iip {
            port: to.key(),
            value: value.clone(),
            at: None,
        },
    });
    let edits = edits.collect();
    match graph.apply(Edit::Batch(edits)) {
        Ok(_) => Ok(graph),
        Err(error) => Err(Refused::Invalid(error.to_string())),
    }
}

/// A graph that is changed only in values may be wrong for reasons that do not matter here: it runs.
fn check(
    state: &State,
    id: &str,
    (before, after): (&Graph, &Graph),
    wanted: &Wanted,
) -> Result<(), Refused> {
    let errors = |graph: &Graph| {
        let mut found = findings(state, id, graph);
        found.retain(|finding| finding.severity == Severity::Error);
        found
    };
    let mut found: Vec<Finding> = errors(after);
    if matches!(wanted.source, Source::Running) && !found.is_empty() {
        let known = errors(before);
        let is_known = |one: &Finding| {
            let mut known = known.iter();
            known.any(|known| known.code == one.code && known.message == one.message)
        };
        found.retain(|finding| !is_known(finding));
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(Refused::Invalid(tell(&found)))
    }
}

fn set_values(flat: &mut Flat, set: &[(PortRef, Option<Value>)]) {
    for (to, value) in set {
        let mut processes = flat.processes.iter_mut();
        let Some(process) = processes.find(|process| process.path == to.process.as_str()) else {
            continue;
        };
        match value {
            Some(value) => drop(process.iips.insert(to.key(), value.clone())),
            None => drop(process.iips.shift_remove(&to.key())),
        }
    }
}

/// A graph with what whoever started the one that runs has changed in it, such as values from the command line: it stays
/// as long as the graph says the same as before.
fn carried_over(run: &Run, new: &Flat) -> Flat {
    let mut flat = new.clone();
    let (base, running) = (by_path(&run.base), by_path(&run.flat));
    for process in &mut flat.processes {
        let path = process.path.as_str();
        if let (Some(base), Some(running)) = (base.get(path), running.get(path))
            && process.component == base.component
        {
            carry_values(process, base, running);
        }
    }
    let (base, running) = (by_ends(&run.base), by_ends(&run.flat));
    for (at, connector) in new.connectors.iter().enumerate() {
        let name = new.connector_name(connector);
        if let (Some(base), Some(running)) = (base.get(&name), running.get(&name))
            && connector.capacity == base.capacity
        {
            flat.connectors[at].capacity = running.capacity;
        }
    }
    flat
}

fn carry_values(process: &mut FlatProcess, base: &FlatProcess, running: &FlatProcess) {
    for key in base.iips.keys().chain(running.iips.keys()) {
        let is_untouched = process.iips.get(key) == base.iips.get(key);
        match running.iips.get(key) {
            Some(value) if is_untouched => {
                process.iips.insert(key.clone(), value.clone());
            }
            None if is_untouched => drop(process.iips.shift_remove(key)),
            Some(_) | None => {}
        }
    }
}

fn by_path(flat: &Flat) -> HashMap<&str, &FlatProcess> {
    let processes = flat.processes.iter();
    processes
        .map(|process| (process.path.as_str(), process))
        .collect()
}

fn by_ends(flat: &Flat) -> HashMap<String, &FlatConnector> {
    let connectors = flat.connectors.iter();
    connectors
        .map(|connector| (flat.connector_name(connector), connector))
        .collect()
}
