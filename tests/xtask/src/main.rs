//! Developer tasks: `cargo xtask editor` builds and opens the editor, `cargo xtask bundle` makes a package,
//! `cargo xtask bench` measures, `cargo xtask gate` refuses dearer hand-overs.
//!
//! Times are told as ratios against a reference that runs in the same process and in turns with ours, because no two
//! runs on a shared machine are alike; instructions and allocations carry no noise and are gated.
//!
//! What measures needs the whole engine, optimized; what builds the editor does not. So the command is built small, without
//! the feature `measure`, and starts itself anew with it where a task wants that.

#[cfg(feature = "measure")]
mod alloc;
#[cfg(feature = "measure")]
mod bench;
mod editor;
#[cfg(feature = "measure")]
mod gate;
#[cfg(feature = "measure")]
mod machine;
#[cfg(not(feature = "measure"))]
mod measured;
mod output;
mod tool;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[cfg(feature = "measure")]
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
    /// Builds the editor for browsers and for the window: the wasm and the page around it.
    Web,
    /// Builds the editor and all it needs, and opens its window.
    Editor(editor::Options),
    /// Makes a Debian package of the editor and the program.
    Bundle(editor::BundleOptions),
    #[command(flatten)]
    Measured(Measured),
}

/// What measures the engine.
#[derive(Debug, Subcommand)]
#[cfg(feature = "measure")]
enum Measured {
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

#[cfg(feature = "measure")]
impl Measured {
    fn run(self) -> Result<ExitCode> {
        match self {
            Self::Bench(options) => bench::run(options).map(|()| ExitCode::SUCCESS),
            Self::Gate => gate::run(),
            Self::GateChain(args) => gate::run_chain(&args).map(|()| ExitCode::SUCCESS),
            Self::GateExpression(args) => gate::run_expression(&args).map(|()| ExitCode::SUCCESS),
            Self::Resident(args) => bench::resident(&args).map(|()| ExitCode::SUCCESS),
            Self::BareHttp => bench::bare_http().map(|()| ExitCode::SUCCESS),
            Self::Loop(args) => bench::run_loop(&args).map(|()| ExitCode::SUCCESS),
        }
    }
}

#[cfg(not(feature = "measure"))]
use measured::Measured;

fn main() -> Result<ExitCode> {
    match Args::parse().task {
        Task::Web => editor::web().map(|()| ExitCode::SUCCESS),
        Task::Editor(options) => editor::open(&options).map(|()| ExitCode::SUCCESS),
        Task::Bundle(options) => editor::bundle(&options).map(|()| ExitCode::SUCCESS),
        Task::Measured(task) => task.run(),
    }
}
