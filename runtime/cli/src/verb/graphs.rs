//! `millstream ps`, `start`, `stop`, `restart`: the graphs of a runtime.

use std::time::Duration;

use millstream_protocol::extension::{GraphInfo, GraphName, GraphState, Request, Response};
use serde_json::json;

use super::remote;
use crate::args::{ActArgs, Format, PsArgs};
use crate::exit::{Exit, Fault};
use crate::output::{Shell, add};
use crate::remote::Remote;
use crate::select::show_duration;

/// What to do with a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Runs it.
    Start,
    /// Stops it.
    Stop,
    /// Stops it and runs it anew.
    Restart,
}

/// Lists the graphs of a runtime.
///
/// # Errors
///
/// Fails when the runtime cannot be reached.
pub(crate) fn ps(args: &PsArgs, shell: &Shell) -> Result<Exit, Fault> {
    let (url, graphs) = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        let graphs = remote.graphs().await?;
        Ok((remote.url().to_owned(), graphs))
    })?;
    match args.format.get() {
        Format::Json => {
            shell.json(&json!({ "schema": "millstream.ps/1", "url": url, "graphs": graphs }))?;
        }
        Format::Human => shell.data(&table(&graphs))?,
    }
    Ok(Exit::Ok)
}

fn table(graphs: &[GraphInfo]) -> String {
    let lengths = graphs.iter().map(|info| info.graph.chars().count());
    let width = lengths.max().unwrap_or(0).max("graph".len());
    let mut text = format!("{:width$}  {:9}  {:>12}  file\n", "graph", "state", "since");
    for info in graphs {
        let since = info.elapsed_ms.map(Duration::from_millis);
        let since = since.map(show_duration).unwrap_or_default();
        let file = info.file.as_deref().unwrap_or("-");
        let changed = if info.changed { " (changed)" } else { "" };
        let (graph, state) = (&info.graph, state_name(info.state));
        add(
            &mut text,
            format_args!("{graph:width$}  {state:9}  {since:>12}  {file}{changed}\n"),
        );
        if let Some(fault) = &info.fault {
            add(&mut text, format_args!("{:width$}  {fault}\n", ""));
        }
    }
    text
}

/// The word for a state.
pub(crate) const fn state_name(state: GraphState) -> &'static str {
    match state {
        GraphState::Stopped => "stopped",
        GraphState::Running => "running",
        GraphState::Draining => "draining",
        GraphState::Finished => "finished",
        GraphState::Failed => "failed",
        _ => "unknown",
    }
}

/// Starts, stops or restarts a graph, and waits until that is done.
///
/// # Errors
///
/// Fails when the runtime cannot be reached or refuses.
pub(crate) fn act(act: Act, args: &ActArgs, shell: &Shell) -> Result<Exit, Fault> {
    let info = remote::block_on(async {
        let mut remote = Remote::connect(&args.remote).await?;
        let named = args.name.as_deref().or(args.remote.graph.as_deref());
        let graph = GraphName {
            graph: remote.graph(named).await?,
        };
        let request = match act {
            Act::Start => Request::Start(graph),
            Act::Stop => Request::Stop(graph),
            Act::Restart => Request::Restart(graph),
        };
        // What is in flight is worked off first.
        match remote.ask_patiently(request).await? {
            Response::State(info) => Ok(info),
            other => Err(remote.strange(&other)),
        }
    })?;
    match args.format.get() {
        Format::Json => shell.json(&json!({ "schema": "millstream.state/1", "graph": info }))?,
        Format::Human => shell.data(&format!("{}: {}\n", info.graph, state_name(info.state)))?,
    }
    Ok(Exit::Ok)
}
