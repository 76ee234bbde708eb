//! Real jobs: a graph of library components, run by the `millstream` binary, against a loop written by hand and the
//! programs that people use for such jobs. Every contender must print the same result; then processor time, wall time
//! and peak memory are compared.
//!
//! The inputs are made with fixed seeds under `target/jobs`. Contenders that are not installed are left out and named.

mod contender;
mod input;
mod loops;
mod result;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::lab::Lab;
use super::row::Row;
use crate::output;
use contender::{Contender, Usage};
pub(crate) use loops::{LoopArgs, run_loop};

/// A job and its goals.
struct Job {
    name: &'static str,
    input: input::Input,
    /// Programs that do the same, the one with a goal first.
    peers: &'static [contender::Peer],
    /// How much of the time of the loop it may take: must and aim.
    by_loop: Option<(f64, f64)>,
    /// How much of the time of the first peer it may take: must and aim.
    by_peer: (f64, f64),
}

pub(super) fn csv(lab: &mut Lab) -> Result<()> {
    let job = Job {
        name: "csv",
        input: input::CSV,
        peers: &[
            contender::MAWK_CSV,
            contender::MILLER_CSV,
            contender::DUCKDB_CSV,
        ],
        by_loop: Some((2.0, 1.1)),
        by_peer: (1.0, 0.4),
    };
    run(lab, &job)
}

pub(super) fn log(lab: &mut Lab) -> Result<()> {
    let job = Job {
        name: "log",
        input: input::LOG,
        peers: &[contender::MAWK_LOG],
        by_loop: None,
        by_peer: (1.5, 0.7),
    };
    run(lab, &job)
}

pub(super) fn words(lab: &mut Lab) -> Result<()> {
    let job = Job {
        name: "words",
        input: input::WORDS,
        peers: &[contender::MAWK_WORDS],
        by_loop: None,
        by_peer: (1.0, 0.4),
    };
    run(lab, &job)
}

pub(super) fn json(lab: &mut Lab) -> Result<()> {
    let job = Job {
        name: "json",
        input: input::JSON,
        peers: &[contender::JQ_JSON, contender::DUCKDB_JSON],
        by_loop: None,
        by_peer: (0.4, 0.15),
    };
    run(lab, &job)
}

fn run(lab: &mut Lab, job: &Job) -> Result<()> {
    let Some(millstream) = super::hello::binary() else {
        return output::aside("jobs: skipped, build the release binary `millstream` first");
    };
    let folder = folder()?;
    let input = job.input.make(&folder, lab.packets(job.input.rows))?;
    let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("jobs/{}.ron", job.name));
    let ours = |threads| contender::ours(&millstream, &graph, &input, threads);
    let mut contenders = vec![ours(1), ours(2), contender::by_hand(job.name, &input)?];
    let peers = job.peers.iter().filter_map(|peer| peer.on(&input));
    contenders.extend(peers);

    let usages = measure(lab, &folder, &mut contenders)?;
    tell(lab, job, &input, &contenders, &usages)
}

/// Lets the contenders take turns, keeps the least figures of each, and compares what they printed.
fn measure(lab: &Lab, folder: &Path, contenders: &mut [Contender]) -> Result<Vec<Usage>> {
    let mut usages = vec![Usage::MAX; contenders.len()];
    for turn in 0..lab.reps(5) {
        for (contender, usage) in contenders.iter_mut().zip(&mut usages) {
            if turn == 0 || !contender.is_slow {
                *usage = usage.least(contender.run(&printed(folder, contender))?);
            }
        }
    }
    // Only now: the system counts the memory of this process to those that it starts, and results may be large.
    let mut expected = None;
    for contender in contenders.iter() {
        let rows = result::read(&printed(folder, contender))?;
        let expected = expected.get_or_insert_with(|| rows.clone());
        result::compare(expected, &rows)
            .with_context(|| format!("{} prints something else", contender.name))?;
    }
    Ok(usages)
}

fn printed(folder: &Path, contender: &Contender) -> PathBuf {
    folder.join(format!("{}.out", contender.name.replace(' ', "-")))
}

fn tell(
    lab: &mut Lab,
    job: &Job,
    input: &input::Made,
    contenders: &[Contender],
    usages: &[Usage],
) -> Result<()> {
    let [one, two, by_hand, peers @ ..] = usages else {
        return Ok(());
    };
    let said = format!(
        "{} thousand rows, {:.0} MB",
        input.rows / 1000,
        input.bytes as f64 / 1e6
    );
    let cpu = |what: &str| Row::new(what, one.cpu, "s CPU");
    let row = cpu("CPU, loop").against("loop", by_hand.cpu);
    let row = match job.by_loop {
        Some((must, aim)) => row.at_most(must, aim),
        None => row,
    };
    lab.row(row.note(format!("{said}; loop: {} MB", megabytes(by_hand.peak))))?;
    for (at, (peer, usage)) in contenders.iter().skip(3).zip(peers).enumerate() {
        let row = cpu("CPU").against(peer.name, usage.cpu);
        let (must, aim) = job.by_peer;
        let row = if at == 0 { row.at_most(must, aim) } else { row };
        let (wall, peak) = (usage.wall, megabytes(usage.peak));
        lab.row(row.note(format!("there {wall:.2} s wall, {peak} MB")))?;
    }
    lab.row(
        Row::new("wall, 2 threads", two.wall, "s")
            .against("1 thread", one.wall)
            .at_most(1.0, 0.6)
            .note(format!(
                "processor time {:.2} s and {:.2} s",
                two.cpu, one.cpu
            )),
    )?;
    let peak = one.peak.max(two.peak) as f64 / 1e6;
    lab.row(Row::new("peak memory", peak, "MB").at_most(200.0, 60.0))
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e6)
}

/// Where inputs and results are kept.
fn folder() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let target = exe
        .ancestors()
        .nth(2)
        .context("this binary lies in no target folder")?;
    let folder = target.join("jobs");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
