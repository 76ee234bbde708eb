//! Tasks that need the whole engine, optimized: started as a program of their own.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::tool::cargo;

/// What measures the engine; `--help` of each is answered by the program that knows it.
#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true)]
pub(crate) enum Measured {
    /// Measures the engine against plain channels and against its goals.
    Bench(Rest),
    /// Compares instructions and allocations per hop with their limits.
    Gate(Rest),
}

/// Everything after the name of the task.
#[derive(Debug, Args)]
pub(crate) struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

impl Measured {
    /// Builds and runs what measures.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let (name, rest) = match self {
            Self::Bench(Rest { rest }) => ("bench", rest),
            Self::Gate(Rest { rest }) => ("gate", rest),
        };
        let mut command = cargo();
        command.args(["run", "--quiet", "--package", "xtask", "--release", "--"]);
        let status = command.arg(name).args(rest).status()?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
    }
}
