//! `cargo xtask gate`: a commit may not make a hand-over dearer.
//!
//! It counts instructions under valgrind and allocations, which do not depend on how busy the machine is. The chain runs
//! with N and with 2N packets; the difference is what N packets cost, without the start.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::bench::{Api, Chain, allocations_per_hop, finished, registry, runtime};
use crate::output;

/// Most instructions for each packet and hop at capacity 64.
const LIMITS: [(Api, f64); 2] = [(Api::Packet, 115.0), (Api::Run, 54.0)];
const CAPACITY: u32 = 64;
/// Many enough that the start of the process, which hashes at random, weighs nothing.
const PACKETS: u64 = 20_000;

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
    for (api, limit) in LIMITS {
        let chain = Chain::new(api, CAPACITY, PACKETS);
        let allocations = allocations_per_hop(&chain, run_once)?;
        is_within &= judge(api, "allocations", allocations, 0.0)?;
        if has_valgrind() {
            let instructions = instructions_per_hop(api)?;
            is_within &= judge(api, "instructions", instructions, limit)?;
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

fn judge(api: Api, what: &str, figure: f64, limit: f64) -> Result<bool> {
    let is_within = figure <= limit;
    let verdict = if is_within { "ok" } else { "TOO MANY" };
    output::line(&format!(
        "{:10} cap {CAPACITY}: {figure:8.3} {what} per hop, limit {limit}: {verdict}",
        api.name()
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
    let once = instructions(api, PACKETS)?;
    let twice = instructions(api, PACKETS * 2)?;
    Ok((twice as f64 - once as f64) / chain.handovers() as f64)
}

fn instructions(api: Api, packets: u64) -> Result<u64> {
    let api = if api == Api::Packet { "packet" } else { "run" };
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["gate-chain", api, &packets.to_string()])
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
