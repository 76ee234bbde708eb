//! Test cases at work: found, made into a part of a graph, run on their packets, judged, shown, and brought up to date.
//!
//! A case runs as a network of its own on one thread, with doors where its packets go in and come out; cases run beside each
//! other. What is compared is the text of packets, the same that stands in the file and in the differences, so that what
//! looks equal is equal.

pub(crate) mod find;
mod judge;
mod play;
pub(crate) mod report;
mod stage;
pub(crate) mod update;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, scope};
use std::time::{Duration, Instant};

use millstream_component::Registry;
use millstream_graph::file::cases::{Case, Matching};
use millstream_packet::Packet;

use crate::exit::Fault;
use crate::message::Message;
use crate::trial::find::TestFile;

/// Stack of a thread that runs cases, in bytes: as a component would have on the main thread, or more.
const STACK: usize = 16 << 20;

/// A case that is to be run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    /// The file it stands in.
    pub(crate) file: &'a TestFile,
    /// Its name.
    pub(crate) name: &'a str,
    /// What it says.
    pub(crate) case: &'a Case,
}

impl Job<'_> {
    /// What people and `--filter` know it by.
    pub(crate) fn title(&self) -> String {
        format!("{}: {}", self.file.source.name, self.name)
    }
}

/// How a case went.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// What is wrong, the root of it first; nothing if the case passed.
    pub(crate) problems: Vec<Problem>,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

/// What is wrong with a case.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It cannot be run as it stands.
    Invalid(Box<Message>),
    /// The run ended in another way than it was to.
    Ending(String),
    /// Something else came out than was expected.
    Output(Mismatch),
}

/// Something else came out of a port than was expected.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// The port as the case names it.
    pub(crate) port: String,
    /// How packets are compared.
    pub(crate) matching: Matching,
    /// Packets as they stand in the case, a line each.
    pub(crate) expected: Vec<String>,
    /// Packets that came, a line each.
    pub(crate) actual: Vec<String>,
    /// Packets that came.
    pub(crate) packets: Vec<Packet>,
}

/// What all cases share.
#[derive(Clone, Copy)]
pub(crate) struct Hall<'a> {
    /// All components.
    pub(crate) registry: &'a Registry,
    /// Time for a case that does not say its own.
    pub(crate) limit: Duration,
}

/// Runs cases, as many at once as there are threads; the verdicts stand in the order of the cases.
///
/// # Errors
///
/// Fails when there is no thread to be had.
pub(crate) fn run_all(
    jobs: &[Job<'_>],
    hall: Hall<'_>,
    threads: usize,
) -> Result<Vec<Verdict>, Fault> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = || {
        while let Some((at, job)) = take(jobs, &next) {
            let verdict = run(job, hall);
            let mut verdicts = verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            verdicts.push((at, verdict));
        }
    };
    scope(|scope| {
        for _ in 0..threads.min(jobs.len()) {
            Builder::new()
                .name("millstream test".to_owned())
                .stack_size(STACK)
                .spawn_scoped(scope, work)?;
        }
        Ok(())
    })
    .map_err(|error| Fault::io("cannot start a thread for the tests", &error))?;
    let mut verdicts = verdicts
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    verdicts.sort_by_key(|(at, _)| *at);
    Ok(verdicts.into_iter().map(|(_, verdict)| verdict).collect())
}

fn take<'a, 'b>(jobs: &'b [Job<'a>], next: &AtomicUsize) -> Option<(usize, &'b Job<'a>)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, jobs.get(at)?))
}

fn run(job: &Job<'_>, hall: Hall<'_>) -> Verdict {
    let begun = Instant::now();
    let staged = stage::stage(job, hall);
    let problems = match staged.and_then(|staged| Ok((play::play(&staged)?, staged))) {
        Ok((played, staged)) => judge::judge(job.case, &staged, played),
        Err(fault) => vec![Problem::Invalid(fault.message)],
    };
    Verdict {
        problems,
        elapsed: begun.elapsed(),
    }
}
