//! Where a result goes, and what is told about it: shared by the commands that write graphs in some format.

use std::path::Path;

use crate::args::{Format, TargetArgs};
use crate::exit::{Exit, Fault};
use crate::files::{Existing, write_result};
use crate::message::Message;
use crate::output::Shell;

/// Warnings told to people one by one.
const TOLD_MAX: usize = 30;

/// The file that is written, if it is one.
pub(crate) fn file(target: &TargetArgs) -> Option<&Path> {
    let path = target.output.as_deref()?;
    (path.as_os_str() != "-").then_some(path)
}

/// Tells warnings on standard error; not with `-q`.
pub(crate) fn tell(warnings: &[Message], shell: &Shell) {
    if shell.verbosity < 0 {
        return;
    }
    let is_human = shell.format == Format::Human;
    let shown = if is_human { TOLD_MAX } else { usize::MAX };
    for warning in warnings.iter().take(shown) {
        shell.message(warning);
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(shown) {
        shell.notice(&format!("… and {more} warnings more"));
    }
}

/// Refuses to go on when there are warnings and they were denied.
///
/// # Errors
///
/// Fails as an invalid graph does.
pub(crate) fn check(target: &TargetArgs, warnings: usize) -> Result<(), Fault> {
    if target.deny_warnings && warnings > 0 {
        let plural = if warnings == 1 { "" } else { "s" };
        let message =
            format!("{warnings} warning{plural}, and --deny-warnings: nothing was written");
        return Err(Fault::new(Exit::Invalid, message));
    }
    Ok(())
}

/// Writes a result.
///
/// # Errors
///
/// Fails when there is such a file, or it cannot be written.
pub(crate) fn write(target: &TargetArgs, text: &str, shell: &Shell) -> Result<(), Fault> {
    match file(target) {
        Some(path) => write_result(path, text, Existing::forced(target.force)),
        None => shell.data(text),
    }
}
