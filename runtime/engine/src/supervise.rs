//! Runs the islands of a network, watches for deadlock, stop and time limits, and joins everything.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::build::{Boundary, Built, build};
use crate::deadlock::Deadlock;
use crate::door::Doors;
use crate::island::Island;
use crate::ledger::Ledger;
use crate::network::Network;
use crate::placement::IslandKind;
use crate::plan::Plan;
use crate::report::{Ending, Outcome, ProcessReport, Report};

/// How long a quiet network is left alone before what it waits for outside is counted again.
const RECOUNT_AFTER: Duration = Duration::from_millis(250);
/// Stack of a thread that a process has to itself, in bytes; taken from the machine only as far as it is used. A script may
/// nest values deeper than a usual stack can follow before it meets its limits.
const THREAD_STACK: usize = 64 << 20;
/// Time that cancelled islands have to end.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// A network that has been started and must be joined.
#[derive(Debug)]
pub struct Running {
    network: Network,
    doors: Doors,
    islands: JoinSet<()>,
    /// When the whole run is cancelled.
    deadline: Option<Instant>,
    grace: Duration,
}

/// A network that has been built and not started: the moment to hold or tap connectors before the first packet.
#[must_use = "a network that is not started does nothing"]
pub struct Prepared {
    network: Network,
    islands: Vec<(IslandKind, Island)>,
    doors: Doors,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("graph", &self.network.name())
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// Builds the network.
    pub fn prepare(self) -> Prepared {
        let Built {
            islands,
            table,
            doors,
        } = build(&self, Boundary::none());
        Prepared {
            network: Network::new(table),
            islands,
            doors,
        }
    }

    /// Builds and starts the network on a runtime.
    ///
    /// # Errors
    ///
    /// Fails when a thread for a blocking process cannot be started.
    pub fn start(self, runtime: &Handle) -> std::io::Result<Running> {
        self.prepare().start(runtime)
    }
}

impl Prepared {
    /// The handle to look and steer.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Starts the network on a runtime.
    ///
    /// # Errors
    ///
    /// Fails when a thread for a blocking process cannot be started.
    pub fn start(self, runtime: &Handle) -> std::io::Result<Running> {
        let Self {
            network,
            islands,
            doors,
        } = self;
        let mut tasks = JoinSet::new();
        for (kind, island) in islands {
            match kind {
                IslandKind::Task => {
                    tasks.spawn_on(tokio::task::coop::unconstrained(island), runtime);
                }
                IslandKind::Thread(name) => spawn_thread(&mut tasks, runtime, name, island)?,
            }
        }
        tracing::debug!(
            graph = network.name(),
            processes = network.table().processes.len(),
            "network started"
        );
        Ok(Running {
            network,
            doors,
            islands: tasks,
            deadline: None,
            grace: Duration::from_secs(10),
        })
    }
}

/// Runs an island on a thread of its own; the task ends with it.
fn spawn_thread(
    tasks: &mut JoinSet<()>,
    runtime: &Handle,
    name: String,
    island: Island,
) -> std::io::Result<()> {
    let (done, ended) = tokio::sync::oneshot::channel::<()>();
    let handle = runtime.clone();
    std::thread::Builder::new()
        .name(format!("millstream {name}"))
        .stack_size(THREAD_STACK)
        .spawn(move || {
            handle.block_on(tokio::task::coop::unconstrained(island));
            // The supervisor may have given up on this thread.
            if done.send(()).is_err() {
                tracing::debug!("the supervisor had given up on this thread");
            }
        })?;
    tasks.spawn_on(async move { drop(ended.await) }, runtime);
    Ok(())
}

/// What ends the wait for a network.
enum Event {
    IslandEnded,
    Quiet,
    Steered,
    Deadline,
    GraceOver,
    Recount,
}

/// What is decided about the run while it goes on.
#[derive(Default)]
struct Course {
    deadlock: Option<Deadlock>,
    timed_out: bool,
    grace_over: bool,
    /// When the drain must be over.
    drain_until: Option<Instant>,
    give_up_at: Option<Instant>,
}

impl Running {
    /// The handle to look and steer.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Takes the ways into and out of the network, which are there when [`PlanOptions::doors`](crate::PlanOptions) said so.
    /// Those that nobody has taken are closed by [`Running::join`].
    pub fn take_doors(&mut self) -> Doors {
        std::mem::take(&mut self.doors)
    }

    /// Cancels the run after this time.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.deadline = Some(Instant::now() + limit);
        self
    }

    /// How long a stopped network may work off what is in flight; 10 seconds unless said otherwise.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs the network to its end and says how it went. Every task has ended then.
    pub async fn join(mut self) -> Report {
        drop(self.take_doors());
        let mut course = Course::default();
        let mut endings = Endings::default();
        while !self.islands.is_empty() {
            let event = self.next_event(&course).await;
            endings.collect(self.network.ledger());
            self.react(event, &mut course);
            if course.give_up_at.is_some_and(|at| Instant::now() >= at) {
                tracing::error!(graph = self.network.name(), "processes did not end in time");
                break;
            }
        }
        endings.collect(self.network.ledger());
        self.report(course, endings)
    }

    async fn next_event(&mut self, course: &Course) -> Event {
        let activity = Arc::clone(&self.network.inner.origin.activity);
        let is_quiet = activity.is_quiet();
        let recount_at = Instant::now() + RECOUNT_AFTER;
        tokio::select! {
            biased;
            _ = self.islands.join_next() => Event::IslandEnded,
            () = self.network.inner.steered.notified() => Event::Steered,
            () = activity.quiet() => Event::Quiet,
            () = at(self.deadline), if !course.timed_out => Event::Deadline,
            () = at(course.drain_until), if !course.grace_over => Event::GraceOver,
            () = at(course.give_up_at) => Event::Recount,
            () = sleep_until(recount_at), if is_quiet => Event::Recount,
        }
    }

    fn react(&mut self, event: Event, course: &mut Course) {
        match event {
            Event::IslandEnded => {}
            Event::Quiet => {
                if course.deadlock.is_none() && self.network.is_deadlocked() {
                    course.deadlock = Some(self.network.waits());
                    self.network.cancel();
                }
            }
            Event::Recount => self.network.recount(),
            Event::Steered => self.note_steering(course),
            Event::Deadline => {
                course.timed_out = true;
                self.network.cancel();
            }
            Event::GraceOver => {
                course.grace_over = true;
                self.network.cancel();
            }
        }
    }

    fn note_steering(&self, course: &mut Course) {
        let inner = &self.network.inner;
        if inner.stopping.load(Ordering::SeqCst) {
            course
                .drain_until
                .get_or_insert_with(|| Instant::now() + self.grace);
        }
        if inner.cancelled.load(Ordering::SeqCst) {
            course
                .give_up_at
                .get_or_insert_with(|| Instant::now() + CANCEL_LIMIT);
        }
    }

    fn report(&self, course: Course, mut endings: Endings) -> Report {
        let inner = &self.network.inner;
        let table = self.network.table();
        let outcome = outcome(course, &endings, inner);
        endings
            .by_process
            .resize_with(table.processes.len(), || None);
        let processes = table
            .processes
            .iter()
            .zip(endings.by_process)
            .map(|(member, ending)| ProcessReport {
                name: member.name.to_string(),
                component: member.component.to_string(),
                ending: ending.unwrap_or(Ending::Cancelled),
                failed_packets: member.cell.failed_packets(),
                busy: Duration::from_nanos(member.tally.busy_nanos.load(Ordering::Relaxed)),
            })
            .collect();
        Report {
            name: table.name.clone(),
            outcome,
            processes,
            connectors: self.network.connectors(),
            elapsed: self.network.elapsed(),
        }
    }
}

fn outcome(course: Course, endings: &Endings, inner: &crate::network::Inner) -> Outcome {
    if let Some(deadlock) = course.deadlock {
        return Outcome::Deadlocked(deadlock);
    }
    if let Some(process) = endings.first_fault {
        return Outcome::Failed {
            process,
            consequences: endings.faults - 1,
        };
    }
    if course.timed_out {
        return Outcome::TimedOut;
    }
    if inner.cancelled.load(Ordering::SeqCst) {
        return Outcome::Cancelled;
    }
    if inner.stopping.load(Ordering::SeqCst) {
        return Outcome::Stopped;
    }
    Outcome::Finished
}

/// Endings as they come in.
#[derive(Default)]
struct Endings {
    by_process: Vec<Option<Ending>>,
    first_fault: Option<usize>,
    faults: usize,
}

impl Endings {
    fn collect(&mut self, ledger: &Ledger) {
        for (process, ending) in ledger.take_endings() {
            let process = process as usize;
            if ending.fault().is_some() {
                self.faults += 1;
                self.first_fault.get_or_insert(process);
            }
            if self.by_process.len() <= process {
                self.by_process.resize_with(process + 1, || None);
            }
            self.by_process[process] = Some(ending);
        }
    }
}

/// Waits until then, or for ever.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
