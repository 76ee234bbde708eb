//! Runs a plan on a runtime that fits it, with signals and progress beside it.

use std::cell::Cell;
use std::io;

use millstream_engine::{Plan, Report};
use millstream_graph::{Flat, Graph};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::args::RunArgs;
use crate::beside::Beside;
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
    /// What went wrong beside it.
    pub(crate) fault: Option<Fault>,
}

/// What a run needs to know besides its plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage<'a> {
    /// The graph as it is in its file.
    pub(crate) graph: &'a Graph,
    /// What runs: with all that the command line changes.
    pub(crate) flat: &'a Flat,
    /// How.
    pub(crate) args: &'a RunArgs,
    /// Whom to tell.
    pub(crate) shell: &'a Shell,
}

/// Runs a plan to its end.
///
/// # Errors
///
/// Fails when the runtime or a thread cannot be started, and when what runs beside it cannot begin.
pub(crate) fn execute(plan: Plan, stage: Stage<'_>, beside: Beside) -> Result<Executed, Fault> {
    let runtime = runtime_for(&plan, stage.args).map_err(cannot_start)?;
    report_panics();
    let executed = runtime.block_on(drive(plan, stage, beside));
    // A thread that reads a terminal may never come back: nobody waits for it.
    runtime.shutdown_background();
    executed
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn cannot_start(error: io::Error) -> Fault {
    Fault::io("cannot start the network", &error)
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

async fn drive(plan: Plan, stage: Stage<'_>, beside: Beside) -> Result<Executed, Fault> {
    let Stage {
        flat, args, shell, ..
    } = stage;
    let signals = Signals::listen().map_err(cannot_start)?;
    let prepared = plan.prepare();
    let network = prepared.network().clone();
    // Those who look find the network before its first packet.
    let mut link = Link::open(&network, stage)?;
    let mut company = beside.begin(&network, shell)?;
    let running = prepared.start(&Handle::current()).map_err(cannot_start)?;
    let mut running = running.grace(args.grace);
    if let Some(limit) = args.timeout {
        running = running.time_limit(limit);
    }
    let doors = running.take_doors();
    let progress = Progress::start(&network, flat, args.ui, shell).map_err(cannot_start)?;
    let signal = Cell::new(None);
    let report = tokio::select! {
        report = running.join() => Some(report),
        () = signals.steer(&network, args.grace, shell, &signal) => None,
        () = company.keep(doors, &network, shell) => None,
        never = link.serve() => match never {},
    };
    progress.end();
    let fault = company.end(report.as_ref(), shell);
    link.close(report.as_ref()).await;
    Ok(Executed {
        report,
        signal: signal.get(),
        fault,
    })
}

/// A panic of a component is told as the failure of its process; where it happened goes to the log.
pub(crate) fn report_panics() {
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
