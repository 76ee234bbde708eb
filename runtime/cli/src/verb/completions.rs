//! `millstream completions`: completions for a shell.

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::exit::{Exit, Fault};
use crate::output::Shell;

/// Prints the completions.
///
/// # Errors
///
/// Fails when standard output cannot be written.
pub(crate) fn completions(args: &CompletionsArgs, shell: &Shell) -> Result<Exit, Fault> {
    // Collected first: the generator panics when its output is a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "millstream", &mut script);
    shell.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
