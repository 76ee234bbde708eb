//! Standard output, where a closed pipe is an error and not a panic.

use std::io::{self, Write as _};

use anyhow::Result;

/// Writes a line and shows it at once, because a bench may take long to print its next one.
pub(crate) fn line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

/// Writes a line to standard error.
pub(crate) fn aside(text: &str) -> Result<()> {
    writeln!(io::stderr().lock(), "{text}")?;
    Ok(())
}
