//! `millstream run`: checks a graph, runs it to its end and says how it went.

use std::sync::Arc;
use std::time::Instant;

use millstream_component::Registry;
use millstream_connector::PipeKind;
use millstream_engine::{Plan, PlanOptions};
use millstream_graph::{Catalog, Flat, Graph, Severity, flatten};

use crate::args::{Pipe, RunArgs};
use crate::beside::Beside;
use crate::catalog::{catalog_for, registry};
use crate::conclude::{Conclusion, conclude};
use crate::execute::{Executed, Stage, execute};
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
/// Fails when a file cannot be read or written, the command line names what is not there, or threads cannot be started.
pub(crate) fn run(args: &RunArgs, shell: &Shell) -> Result<Exit, Fault> {
    let begun = Instant::now();
    let registry = registry()?;
    let loader = Loader::open(&args.graph)?;
    tell_phase("graph read", begun);
    let (sources, _) = loader.all();
    let catalog = &catalog_for(&registry, &sources);
    let known = Known {
        catalog,
        loader: &loader,
    };
    let Some(graph) = prepare(args, known, &registry, shell)? else {
        return Ok(Exit::Invalid);
    };
    require_inports(&graph, known)?;
    let flat = flat(&graph, args, known)?;
    tell_phase("graph checked", begun);
    let performance = Performance {
        flat: &flat,
        loader: &loader,
        registry: &registry,
        doors: false,
    };
    performance.run(args, Beside::open(args)?, shell)
}

/// A graph that is about to run.
#[derive(Clone, Copy)]
pub(crate) struct Performance<'a> {
    /// What runs.
    pub(crate) flat: &'a Flat,
    /// Where it is written.
    pub(crate) loader: &'a Loader,
    /// All components.
    pub(crate) registry: &'a Registry,
    /// Whether packets come in from outside.
    pub(crate) doors: bool,
}

impl Performance<'_> {
    /// Runs it to its end and says how it went.
    ///
    /// # Errors
    ///
    /// Fails when threads cannot be started, or when nothing but what ran beside the graph failed.
    pub(crate) fn run(self, args: &RunArgs, beside: Beside, shell: &Shell) -> Result<Exit, Fault> {
        let begun = Instant::now();
        let flat = self.flat;
        let plan = plan(flat, args, self.registry, self.doors)?;
        tell_phase("network planned", begun);
        let stage = Stage {
            graph: &self.loader.root().graph,
            flat,
            args,
            shell,
        };
        let executed = execute(plan, stage, beside)?;
        let exit = self.conclude(&executed, args, shell);
        match executed.fault {
            Some(fault) if exit == Exit::Ok => Err(fault),
            Some(fault) => {
                shell.message(&fault.message);
                Ok(exit)
            }
            None => Ok(exit),
        }
    }

    fn conclude(self, executed: &Executed, args: &RunArgs, shell: &Shell) -> Exit {
        let Some(report) = &executed.report else {
            shell.notice("ended without waiting for processes that block");
            return executed.signal.map_or(Exit::Interrupted, Signal::exit);
        };
        let conclusion = Conclusion {
            report,
            flat: self.flat,
            loader: self.loader,
        };
        let exit = conclusion.exit(executed.signal);
        if let Some(format) = args.summary {
            tell_summary(report, exit, format, shell);
        }
        conclude(&conclusion, args, shell);
        exit
    }
}

/// The graph with what the command line changes; none if it was found wrong, which has been told then.
///
/// # Errors
///
/// Fails when the command line names what is not there.
pub(crate) fn prepare(
    args: &RunArgs,
    known: Known<'_>,
    registry: &Registry,
    shell: &Shell,
) -> Result<Option<Arc<Graph>>, Fault> {
    let graph = change_graph(args.changes(), known)?;
    let loader = known.loader;
    let is_sound = is_sound(&graph, known.catalog, &Checking { loader, registry }, shell);
    Ok(is_sound.then_some(graph))
}

/// The flat graph, with what the command line changes inside of subgraphs.
///
/// # Errors
///
/// Fails when the command line names what is not there.
pub(crate) fn flat(graph: &Graph, args: &RunArgs, known: Known<'_>) -> Result<Flat, Fault> {
    let mut flat = flatten(graph, known.loader)
        .map_err(|error| Fault::new(Exit::Invalid, error.to_string()))?;
    change_flat(&mut flat, args.changes(), known)?;
    Ok(flat)
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

fn plan(flat: &Flat, args: &RunArgs, registry: &Registry, doors: bool) -> Result<Plan, Fault> {
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let pipe = match args.connector {
        Pipe::Best => PipeKind::Best,
        Pipe::Flume => PipeKind::Flume,
    };
    let options = PlanOptions {
        threads,
        pipe,
        seed: args.seed,
        doors,
    };
    Plan::new(flat, registry, options).map_err(|error| Fault::new(Exit::Invalid, error.to_string()))
}

/// Cores that this process may use.
pub(crate) fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
