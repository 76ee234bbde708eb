//! `millstream run`: checks a graph, runs it to its end and says how it went.

use std::sync::Arc;
use std::time::Instant;

use millstream_component::Registry;
use millstream_connector::PipeKind;
use millstream_engine::{Plan, PlanOptions};
use millstream_graph::{Catalog, Flat, Graph, Severity, flatten};

use crate::args::{Pipe, RunArgs};
use crate::catalog::{catalog_for, registry};
use crate::conclude::{Conclusion, conclude};
use crate::execute::{Foreground, execute};
use crate::exit::{Exit, Fault};
use crate::findings::{Checking, Tally};
use crate::load::Loader;
use crate::output::Shell;
use crate::overrides::{Known, change_flat, change_graph, require_inports};
use crate::signals::Signal;
use crate::summary::tell_summary;

/// Findings shown before a run; `millstream check` has all.
const SHOWN_MAX: usize = 20;

/// Runs the graph.
///
/// # Errors
///
/// Fails when the file cannot be read, the command line names what is not there, or threads cannot be started.
pub(crate) fn run(args: &RunArgs, shell: &Shell) -> Result<Exit, Fault> {
    let begun = Instant::now();
    let registry = registry()?;
    let loader = Loader::open(&args.graph)?;
    tell_phase("graph read", begun);
    let Some(flat) = prepare(args, &loader, &registry, shell)? else {
        return Ok(Exit::Invalid);
    };
    tell_phase("graph checked", begun);
    let plan = plan(&flat, args, &registry)?;
    tell_phase("network planned", begun);
    let foreground = Foreground {
        graph: &loader.root().graph,
        flat: &flat,
    };
    let executed = execute(plan, &foreground, args, shell)?;
    let Some(report) = executed.report else {
        shell.notice("ended without waiting for processes that block");
        let signal = executed.signal;
        return Ok(signal.map_or(Exit::Interrupted, Signal::exit));
    };
    let conclusion = Conclusion {
        report: &report,
        flat: &flat,
        loader: &loader,
    };
    let exit = conclusion.exit(executed.signal);
    if let Some(format) = args.summary {
        tell_summary(&report, exit, format, shell);
    }
    conclude(&conclusion, args, shell);
    Ok(exit)
}

/// The flat graph with what the command line changes; none if it was found wrong, which has been told then.
fn prepare(
    args: &RunArgs,
    loader: &Loader,
    registry: &Registry,
    shell: &Shell,
) -> Result<Option<Flat>, Fault> {
    let (sources, _) = loader.all();
    let catalog = &catalog_for(registry, &sources);
    let known = Known { catalog, loader };
    let graph = change_graph(args, known)?;
    if !is_sound(&graph, catalog, &Checking { loader, registry }, shell) {
        return Ok(None);
    }
    require_inports(&graph, known)?;
    let mut flat =
        flatten(&graph, loader).map_err(|error| Fault::new(Exit::Invalid, error.to_string()))?;
    change_flat(&mut flat, args, known)?;
    Ok(Some(flat))
}

/// Logs how far the command has come, and how long that took.
fn tell_phase(phase: &str, begun: Instant) {
    let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(elapsed_ms, "{phase}");
}

/// Tells what is wrong with the graph; whether it can run.
fn is_sound(graph: &Arc<Graph>, catalog: &Catalog, checking: &Checking<'_>, shell: &Shell) -> bool {
    let messages = checking.with(graph, catalog, |_| true);
    let is_shown = |severity: Severity| match severity {
        Severity::Error => true,
        Severity::Warning => shell.verbosity >= 0,
        Severity::Hint => shell.verbosity > 0,
    };
    let shown = messages.iter().filter(|message| is_shown(message.severity));
    shown
        .take(SHOWN_MAX)
        .for_each(|message| shell.message(message));
    let tally = Tally::of(&messages);
    if tally.errors > 0 {
        let name = &checking.loader.root().name;
        shell.notice(&format!("{name} was not run: {}", tally.show()));
    }
    tally.errors == 0
}

fn plan(flat: &Flat, args: &RunArgs, registry: &Registry) -> Result<Plan, Fault> {
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let pipe = match args.connector {
        Pipe::Best => PipeKind::Best,
        Pipe::Flume => PipeKind::Flume,
    };
    let options = PlanOptions {
        threads,
        pipe,
        seed: args.seed,
        doors: false,
    };
    Plan::new(flat, registry, options).map_err(|error| Fault::new(Exit::Invalid, error.to_string()))
}

/// Cores that this process may use.
pub(crate) fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
