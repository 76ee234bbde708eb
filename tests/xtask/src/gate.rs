//! `cargo xtask gate`: a commit may not make a hand-over or an expression dearer.
//!
//! It counts instructions under valgrind and allocations, which do not depend on how busy the machine is. The chain runs
//! with N and with 2N packets, the expression N and 2N times; the difference is what N cost, without the start.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::bench::{self, Api, Chain, allocations_per_hop, finished, registry, runtime};
use crate::{alloc, output};

/// Most instructions for each packet and hop at capacity 64.
const LIMITS: [(Api, f64); 2] = [(Api::Packet, 115.0), (Api::Run, 54.0)];
const CAPACITY: u32 = 64;
/// Many enough that the start of the process, which hashes at random, weighs nothing.
const PACKETS: u64 = 20_000;

/// Most instructions for one evaluation.
const EXPRESSION_LIMIT: f64 = 340.0;
const EVALUATIONS: u64 = 20_000;

/// How often an expression is evaluated.
#[derive(Debug, Args)]
pub(crate) struct ExpressionArgs {
    times: u64,
}

/// Evaluates the expression of the gate.
pub(crate) fn run_expression(args: &ExpressionArgs) -> Result<()> {
    bench::evaluate(args.times)
}

/// The chain that is counted.
#[derive(Debug, Args)]
pub(crate) struct ChainArgs {
    api: Api,
    packets: u64,
    #[arg(default_value_t = CAPACITY)]
    capacity: u32,
}

/// Runs the chain once.
pub(crate) fn run_chain(args: &ChainArgs) -> Result<()> {
    run_once(&Chain::new(args.api, args.capacity, args.packets))
}

fn run_once(chain: &Chain) -> Result<()> {
    let plan = chain.draft()?.plan(&registry()?, 1)?;
    let runtime = runtime(1)?;
    let running = plan.start(runtime.handle())?;
    finished(&runtime.block_on(running.join()))
}

/// Counts, compares and says so.
pub(crate) fn run() -> Result<ExitCode> {
    let mut is_within = true;
    is_within &= judge_expression()?;
    for (api, limit) in LIMITS {
        let chain = Chain::new(api, CAPACITY, PACKETS);
        let allocations = allocations_per_hop(&chain, run_once)?;
        let what = format!("{:10} cap {CAPACITY}", api.name());
        is_within &= judge(&what, "allocations per hop", allocations, 0.0)?;
        if has_valgrind() {
            let instructions = instructions_per_hop(api)?;
            is_within &= judge(&what, "instructions per hop", instructions, limit)?;
        } else {
            output::line("SKIPPED: instructions are not counted, there is no valgrind here")?;
        }
    }
    Ok(if is_within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One evaluation allocates nothing and takes few instructions.
fn judge_expression() -> Result<bool> {
    let mut condition = millstream_expression::Condition::compile(bench::EXPRESSION)?;
    let packet = bench::expression_packet();
    bench::evaluate_with(&mut condition, &packet, 1)?;
    let (evaluated, tally) =
        alloc::counted(|| bench::evaluate_with(&mut condition, &packet, EVALUATIONS));
    evaluated?;
    let allocations = tally.allocations as f64 / EVALUATIONS as f64;
    let mut is_within = judge("expression", "allocations each", allocations, 0.0)?;
    if has_valgrind() {
        let count = |times: u64| instructions(&["gate-expression", &times.to_string()]);
        let more = count(EVALUATIONS * 2)? - count(EVALUATIONS)?;
        let figure = more as f64 / EVALUATIONS as f64;
        is_within &= judge("expression", "instructions each", figure, EXPRESSION_LIMIT)?;
    }
    Ok(is_within)
}

fn judge(subject: &str, what: &str, figure: f64, limit: f64) -> Result<bool> {
    let is_within = figure <= limit;
    let verdict = if is_within { "ok" } else { "TOO MANY" };
    output::line(&format!(
        "{subject:17}: {figure:8.3} {what}, limit {limit}: {verdict}"
    ))?;
    Ok(is_within)
}

fn has_valgrind() -> bool {
    let mut command = Command::new("valgrind");
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn instructions_per_hop(api: Api) -> Result<f64> {
    let chain = Chain::new(api, CAPACITY, PACKETS);
    let name = if api == Api::Packet { "packet" } else { "run" };
    let count = |packets: u64| instructions(&["gate-chain", name, &packets.to_string()]);
    let (once, twice) = (count(PACKETS)?, count(PACKETS * 2)?);
    Ok((twice as f64 - once as f64) / chain.handovers() as f64)
}

fn instructions(arguments: &[&str]) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(arguments)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "valgrind ended with {}:\n{said}",
        output.status
    );
    collected(&said).with_context(|| format!("valgrind gave no count:\n{said}"))
}

/// The count in `==123== Collected : 4567`.
fn collected(said: &str) -> Option<u64> {
    let (_, rest) = said.split_once("Collected :")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_what_valgrind_says() {
        let said = "==9== Events    : Ir\n==9== Collected : 26113287\n==9==\n";
        assert_eq!(collected(said), Some(26_113_287));
        assert_eq!(collected("==9== no"), None);
    }
}
