//! Why something cannot be done, in the words that the page understands.

use std::io;
use std::path::Path;

use serde::Serialize;

/// Why the shell does not do what the page asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub(crate) enum Fault {
    /// There is no such file.
    NotFound(String),
    /// The file was changed since the page read it; it was not written.
    Changed(String),
    /// It went wrong; the text says how.
    Failed(String),
}

impl Fault {
    /// It went wrong.
    pub(crate) fn failed(what: &str, why: &dyn std::fmt::Display) -> Self {
        Self::Failed(format!("{what}: {why}"))
    }

    /// The system refuses a file.
    pub(crate) fn of_file(path: &Path, error: &io::Error) -> Self {
        let shown = path.display();
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound(shown.to_string()),
            io::ErrorKind::InvalidData => Self::Failed(format!("{shown} is no text")),
            _ => Self::Failed(format!("{shown}: {error}")),
        }
    }
}
