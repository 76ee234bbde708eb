//! Developer tasks: `cargo xtask bench` measures, `cargo xtask gate` refuses dearer hand-overs.
//!
//! Times are told as ratios against a reference that runs in the same process and in turns with ours, because no two
//! runs on a shared machine are alike; instructions and allocations carry no noise and are gated.

mod alloc;
mod bench;
mod gate;
mod machine;
mod output;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// Developer tasks.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measures the engine against plain channels and against its goals.
    Bench(bench::Options),
    /// Compares instructions and allocations per hop with their limits.
    Gate,
    /// What the gate runs under valgrind.
    #[command(hide = true)]
    GateChain(gate::ChainArgs),
    /// What the gate runs under valgrind.
    #[command(hide = true)]
    GateExpression(gate::ExpressionArgs),
    /// What `bench scale` runs in a fresh process.
    #[command(hide = true)]
    Resident(bench::ResidentArgs),
    /// A job of `bench jobs` as a loop written by hand.
    #[command(hide = true)]
    Loop(bench::LoopArgs),
    /// What `bench http` compares with.
    #[command(hide = true)]
    BareHttp,
}

fn main() -> Result<ExitCode> {
    match Args::parse().task {
        Task::Bench(options) => bench::run(options).map(|()| ExitCode::SUCCESS),
        Task::Gate => gate::run(),
        Task::GateChain(args) => gate::run_chain(&args).map(|()| ExitCode::SUCCESS),
        Task::GateExpression(args) => gate::run_expression(&args).map(|()| ExitCode::SUCCESS),
        Task::Resident(args) => bench::resident(&args).map(|()| ExitCode::SUCCESS),
        Task::BareHttp => bench::bare_http().map(|()| ExitCode::SUCCESS),
        Task::Loop(args) => bench::run_loop(&args).map(|()| ExitCode::SUCCESS),
    }
}
