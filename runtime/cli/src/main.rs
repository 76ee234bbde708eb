//! The `millstream` binary: the composition root.
//!
//! It parses the command line, loads the graph, builds the registry from the standard components, hands both to the
//! engine, and tells people and machines what happened. Only here are log output and exit codes chosen (R5).
//!
//! Start reading at [`verb`], which has one module per command.

mod access;
mod args;
mod beside;
mod catalog;
mod conclude;
mod execute;
mod exit;
mod feed;
mod files;
mod findings;
mod link;
mod load;
mod log;
mod message;
mod metrics;
mod output;
mod overrides;
mod pages;
mod ports;
mod progress;
mod recording;
mod remote;
mod render;
mod select;
mod signals;
mod source;
mod summary;
mod target;
#[cfg(feature = "otlp")]
mod telemetry;
mod trial;
mod verb;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, ColorChoice, Format};
use crate::exit::{Exit, Fault};
use crate::output::Shell;

/// Packets are small, many, and short of life.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &arguments).into(),
    };
    let shell = Shell::new(cli.global.color, cli.format(), cli.verbosity());
    let ended = log::start(&cli.global, &shell).and_then(|()| verb::perform(&cli, &shell));
    let exit = ended.unwrap_or_else(|fault| {
        shell.message(&fault.message);
        fault.exit
    });
    exit.into()
}

/// Answers a command line that clap did not accept; asking for help is one, too.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let is_asked = !error.use_stderr();
    let asked_for = |word: &str| arguments.iter().any(|argument| argument == word);
    let is_json = asked_for("--json")
        || asked_for("--format=json")
        || arguments
            .windows(2)
            .any(|pair| pair[0] == "--format" && pair[1] == "json");
    if !is_asked && is_json {
        let shell = Shell::new(ColorChoice::Never, Format::Json, 0);
        let text = error.to_string();
        let mut lines = text.lines();
        let first = lines
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        let help = lines.find_map(|line| line.trim().strip_prefix("tip: ").map(str::to_owned));
        let mut fault = Fault::usage(first);
        fault.message.help = help;
        shell.message(&fault.message);
        return Exit::Usage;
    }
    // Nothing can be done about a terminal that cannot be written.
    drop(error.print());
    if is_asked { Exit::Ok } else { Exit::Usage }
}
