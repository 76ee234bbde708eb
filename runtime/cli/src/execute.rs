//! Runs a plan on a runtime that fits it, with signals and progress beside it.

use std::cell::Cell;
use std::io;

use millstream_engine::{Plan, Report};
use millstream_graph::Flat;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::args::RunArgs;
use crate::exit::Fault;
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

/// Runs a plan to its end.
///
/// # Errors
///
/// Fails when the runtime or a thread cannot be started.
pub(crate) fn execute(
    plan: Plan,
    flat: &Flat,
    args: &RunArgs,
    shell: &Shell,
) -> Result<Executed, Fault> {
    let cannot_start = |error: io::Error| Fault::io("cannot start the network", &error);
    let runtime = runtime_for(&plan, args).map_err(cannot_start)?;
    report_panics();
    let signal = Cell::new(None);
    let report = runtime
        .block_on(drive(plan, flat, args, shell, &signal))
        .map_err(cannot_start)?;
    // A thread that reads a terminal may never come back: nobody waits for it.
    runtime.shutdown_background();
    Ok(Executed {
        report,
        signal: signal.get(),
    })
}

/// One thread for a network that has one island: it starts fastest, and nothing crosses threads.
fn runtime_for(plan: &Plan, args: &RunArgs) -> io::Result<Runtime> {
    let mut builder = match plan.islands() {
        0 | 1 => Builder::new_current_thread(),
        islands => {
            let threads = args.threads.map_or_else(available_threads, usize::from);
            let mut builder = Builder::new_multi_thread();
            builder
                .worker_threads(threads.min(islands))
                .thread_name("millstream worker");
            builder
        }
    };
    builder.enable_all().build()
}

async fn drive(
    plan: Plan,
    flat: &Flat,
    args: &RunArgs,
    shell: &Shell,
    signal: &Cell<Option<Signal>>,
) -> io::Result<Option<Report>> {
    let signals = Signals::listen()?;
    let mut running = plan.start(&Handle::current())?.grace(args.grace);
    if let Some(limit) = args.timeout {
        running = running.time_limit(limit);
    }
    let network = running.network().clone();
    let progress = Progress::start(&network, flat, args.ui, shell)?;
    let report = tokio::select! {
        report = running.join() => Some(report),
        () = signals.steer(&network, args.grace, shell, signal) => None,
    };
    progress.end();
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
