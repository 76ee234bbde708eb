//! `cargo xtask bench`: the benchmarks of the engine, each against its reference and its goal.
//!
//! A figure is the least of several repetitions; ours and the reference take turns, so that both see the same weather.

mod baseline;
mod graph;
mod lab;
mod parts;
mod row;

mod brackets;
mod canvas;
mod chain;
mod counts_read;
mod exactness;
mod expression;
mod fan_in;
mod heavy;
mod hello;
mod http;
mod javafbp;
mod jobs;
mod live;
mod lone_packet;
mod scale;
mod select_any;
mod shapes;
mod startstop;
mod token_ring;

use anyhow::{Result, bail};
use clap::Args;

pub(crate) use chain::{Api, Chain, allocations_per_hop};
pub(crate) use expression::{
    SOURCE as EXPRESSION, evaluate, evaluate_with, packet as expression_packet,
};
pub(crate) use http::bare as bare_http;
pub(crate) use jobs::{LoopArgs, run_loop};
use lab::Lab;
pub(crate) use lab::{finished, registry, runtime};
pub(crate) use scale::{ResidentArgs, resident};

use crate::{machine, output};
use row::Format;

/// What to measure and how to say it.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Options {
    /// Names of benchmarks, or beginnings of names; all but the jobs, which take minutes, unless given.
    names: Vec<String>,
    /// Fewer packets and repetitions.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// The shapes that take minutes too.
    #[arg(long)]
    full: bool,
    /// Capacities to measure, where a benchmark has several.
    #[arg(long, value_delimiter = ',')]
    capacity: Vec<u32>,
    /// Repetitions of which the best one counts.
    #[arg(long)]
    reps: Option<usize>,
    /// Packets that enter the network, where that is a choice.
    #[arg(long)]
    packets: Option<u64>,
    /// Payloads of `chain`: int, text12, text40, blob.
    #[arg(long, value_delimiter = ',')]
    payload: Vec<String>,
    /// One JSON object a row.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// A table for BENCHMARKS.md.
    #[arg(long)]
    markdown: bool,
    /// Lists the benchmarks and measures nothing.
    #[arg(long)]
    list: bool,
}

/// How the names of jobs begin.
const JOBS: &str = "jobs_";

/// A benchmark.
struct Bench {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Lab) -> Result<()>,
}

macro_rules! benches {
    ($($name:literal, $run:path, $about:literal;)*) => {
        const BENCHES: &[Bench] = &[$(Bench { name: $name, about: $about, run: $run }),*];
    };
}

benches! {
    "chain", chain::run, "source, 9 passes, sink";
    "javafbp_volume1", javafbp::volume1, "1,001 hops x 100,000 packets, capacity 10";
    "javafbp_volume3", javafbp::volume3, "4 hops x 25 M packets, capacity 10";
    "lone_packet", lone_packet::run, "one packet at a time through 10 hops";
    "token_ring", token_ring::run, "one packet round a ring, capacity 1";
    "fan_in", fan_in::run, "several writers into one port";
    "replicate", shapes::replicate, "one stream copied to several readers";
    "diamond", shapes::diamond, "copied, passed on two ways, merged";
    "load_balance", shapes::load_balance, "shared out over 4 workers, merged";
    "brackets", brackets::run, "nested groups of 3 packets";
    "select_any", select_any::run, "one reader that takes from any of several ports";
    "heavy", heavy::work, "4 stages of work on one core and on two";
    "light", heavy::light, "the light chain with 2 threads against 1";
    "scale", scale::run, "chains of many idle processes";
    "startstop", startstop::run, "a 10-process network from plan to report";
    "counts_read", counts_read::run, "the chain while all counts are read every 1 ms";
    "exact_bound", exactness::exact_bound, "no connector ever holds more or less than it may";
    "false_deadlock", exactness::false_deadlock, "a network that only seems stuck";
    "real_deadlock", exactness::real_deadlock, "time until a deadlock is reported";
    "expression", expression::one, "one evaluation of a condition";
    "filter_aggregate", expression::filter_aggregate, "a table filtered and put together";
    "hello", hello::run, "the whole process: millstream run graphs/hello.ron";
    "http", http::run, "requests through a graph of 3 processes against a bare handler of axum";
    "live", live::run, "counts and probes on a served network against nobody looking";
    "canvas", canvas::run, "a frame of the editor's canvas, 1,000 and 10,000 processes";
    "jobs_csv", jobs::csv, "10 M rows filtered and put together by key, against a loop, mawk, Miller, DuckDB";
    "jobs_log", jobs::log, "6 M requests by status, and the 20 most frequent pages";
    "jobs_words", jobs::words, "the 20 most frequent of 40 M words";
    "jobs_json", jobs::json, "3 M JSON lines filtered and reshaped, against a loop and jq";
}

/// Runs the benchmarks that were asked for.
pub(crate) fn run(options: Options) -> Result<()> {
    if options.list {
        return BENCHES
            .iter()
            .try_for_each(|bench| output::line(&format!("{:16} {}", bench.name, bench.about)));
    }
    let chosen = choose(&options.names)?;
    let format = match (options.json, options.markdown) {
        (true, _) => Format::Json,
        (_, true) => Format::Markdown,
        _ => Format::Text,
    };
    let mut lab = Lab::new(options, format)?;
    output::aside(&machine::describe())?;
    lab.header()?;
    for bench in chosen {
        lab.begin(bench.name);
        (bench.run)(&mut lab)?;
    }
    lab.finish()
}

/// The benchmarks whose names begin as one of `names`.
fn choose(names: &[String]) -> Result<Vec<&'static Bench>> {
    for name in names {
        if !BENCHES
            .iter()
            .any(|bench| bench.name.starts_with(name.as_str()))
        {
            let known: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
            bail!(
                "there is no benchmark `{name}`; there are {}",
                known.join(", ")
            );
        }
    }
    Ok(BENCHES
        .iter()
        .filter(|bench| {
            let is_usual = names.is_empty() && !bench.name.starts_with(JOBS);
            is_usual
                || names
                    .iter()
                    .any(|name| bench.name.starts_with(name.as_str()))
        })
        .collect())
}
