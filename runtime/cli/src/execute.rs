//! Runs a plan on a runtime that fits it, with signals and progress beside it.

use std::cell::Cell;
use std::io;

use millstream_engine::{Plan, Report};
use millstream_graph::{Flat, Graph};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::args::RunArgs;
use crate::exit::Fault;
use crate::link::Link;
use crate::output::Shell;
use crate::progress::Progress;
use crate::signals::{Signal, Signals};
use crate::verb::available_threads;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Executed {
    /// How it went; none when a second signal came and processes did not let go.
    pub(crate) report: Option<Report>,
    /// The first signal, if one came.
    pub(crate) signal: Option<Signal>,
}

/// What is run.
#[derive(Debug)]
pub(crate) struct Foreground<'a> {
    /// As it is in its file.
    pub(crate) graph: &'a Graph,
    /// With all that the command line changes.
    pub(crate) flat: &'a Flat,
}

/// Runs a plan to its end.
///
/// # Errors
///
/// Fails when the runtime or a thread cannot be started.
pub(crate) fn execute(
    plan: Plan,
    run: &Foreground<'_>,
    args: &RunArgs,
    shell: &Shell,
) -> Result<Executed, Fault> {
    let cannot_start = |error: io::Error| Fault::io("cannot start the network", &error);
    let runtime = runtime_for(&plan, args).map_err(cannot_start)?;
    report_panics();
    let signal = Cell::new(None);
    let report = runtime.block_on(drive(plan, run, args, shell, &signal))?;
    // A thread that reads a terminal may never come back: nobody waits for it.
    runtime.shutdown_background();
    Ok(Executed {
        report,
        signal: signal.get(),
    })
}

/// One thread for a network that has one island: it starts fastest, and nothing crosses threads. One more for those who
/// look inside.
fn runtime_for(plan: &Plan, args: &RunArgs) -> io::Result<Runtime> {
    let mut builder = match plan.islands() {
        0 | 1 if args.listen.is_none() => Builder::new_current_thread(),
        islands => {
            let threads = args.threads.map_or_else(available_threads, usize::from);
            let mut builder = Builder::new_multi_thread();
            builder
                .worker_threads(threads.min(islands).max(1) + usize::from(args.listen.is_some()))
                .thread_name("millstream worker");
            builder
        }
    };
    builder.enable_all().build()
}

async fn drive(
    plan: Plan,
    run: &Foreground<'_>,
    args: &RunArgs,
    shell: &Shell,
    signal: &Cell<Option<Signal>>,
) -> Result<Option<Report>, Fault> {
    let cannot_start = |error: io::Error| Fault::io("cannot start the network", &error);
    let signals = Signals::listen().map_err(cannot_start)?;
    let prepared = plan.prepare();
    // Those who look find the network before its first packet.
    let mut link = Link::open(prepared.network(), run, args, shell).await?;
    let running = prepared.start(&Handle::current()).map_err(cannot_start)?;
    let mut running = running.grace(args.grace);
    if let Some(limit) = args.timeout {
        running = running.time_limit(limit);
    }
    let network = running.network().clone();
    let progress = Progress::start(&network, run.flat, args.ui, shell).map_err(cannot_start)?;
    let report = tokio::select! {
        report = running.join() => Some(report),
        () = signals.steer(&network, args.grace, shell, signal) => None,
        never = link.serve() => match never {},
    };
    progress.end();
    link.close(report.as_ref()).await;
    Ok(report)
}

/// A panic of a component is told as the failure of its process; where it happened goes to the log.
fn report_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_some() {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        tracing::warn!(place, "panic");
    }));
}
