//! Graphs of other tools: import and export.
//!
//! | format | in | out | what it is |
//! |---|---|---|---|
//! | `.fbp` | yes | yes | the text language of flow-based programming, in its two dialects |
//! | JSON graph | yes | yes | what `NoFlo` and its relatives save |
//! | `.drw` | yes | | drawings of `DrawFBP` |
//! | DOT, Mermaid | | yes | pictures drawn by other programs; [`picture`](crate::picture) draws our own |
//!
//! Nothing is lost in silence: what a format cannot carry becomes a [`Notice`], and so does everything that an import
//! had to call by another name or to say in another way. What each format carries stands in `FORMATS.md` beside this
//! crate. An import gives a graph, not a graph that runs: components of other tools keep their names, and
//! [`check`](crate::check()) says which of them are not known; a [`ComponentMap`] gives them ours.

mod build;
mod component_map;
mod dot;
mod draft;
mod drw;
mod fbp;
mod json;
mod loss;
mod mermaid;
mod picture;
mod repair;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use crate::file::ReadError;
use crate::model::Graph;
use crate::names::ComponentRef;
use crate::spec::ComponentSpec;

pub use component_map::{ComponentMap, MapError};
pub use dot::write_dot;
pub use fbp::{Dialect, write_fbp};
pub use json::write_json;
pub use mermaid::write_mermaid;

/// A format that graphs are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportFormat {
    /// The text language, either dialect.
    Fbp,
    /// The JSON graph.
    Json,
    /// A drawing of `DrawFBP`.
    Drw,
}

/// How to import.
#[derive(Clone, Copy)]
pub struct ImportOptions<'a> {
    /// Our components for those of other tools.
    pub components: &'a ComponentMap,
    /// What is known of our components: text becomes a number where a port takes no text.
    pub spec_of: &'a dyn Fn(&ComponentRef) -> Option<Arc<ComponentSpec>>,
    /// What becomes of capitals in the names of ports.
    pub case: Case,
}

/// What becomes of capitals in the names of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Case {
    /// What the file says; files that say nothing mean small letters.
    #[default]
    AsTheFileSays,
    /// They stay.
    Keep,
}

/// A graph from another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The graph.
    pub graph: Graph,
    /// What did not come over as it was.
    pub notices: Vec<Notice>,
}

/// A graph as another tool reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub text: String,
    /// What it does not say.
    pub notices: Vec<Notice>,
}

/// Something that a format cannot carry, or that had to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about; lower case, no full stop.
    pub message: String,
    /// Where it stands in the file that was read, in bytes.
    pub span: Option<Range<usize>>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Notice {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span: None,
            help: None,
        }
    }

    pub(crate) fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl std::fmt::Debug for ImportOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportOptions")
            .field("components", self.components)
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

impl ImportFormat {
    /// All formats with their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("fbp", Self::Fbp), ("json", Self::Json), ("drw", Self::Drw)];

    /// The format of a file: by the end of its name, or else by how it begins.
    pub fn guess(name: &str, text: &str) -> Option<Self> {
        let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
        let by_name = Self::ALL
            .iter()
            .find(|(known, _)| end.as_deref() == Some(known));
        let by_text = match text.trim_start_matches('\u{FEFF}').trim_start() {
            text if text.starts_with('{') => Some(Self::Json),
            text if text.starts_with('<') => Some(Self::Drw),
            text if text.contains("->") => Some(Self::Fbp),
            _ => None,
        };
        by_name.map(|&(_, format)| format).or(by_text)
    }
}

/// Reads a graph of another tool.
///
/// # Errors
///
/// Fails where the text is none of that format; the error has the place.
pub fn import(
    format: ImportFormat,
    text: &str,
    options: &ImportOptions<'_>,
) -> Result<Imported, ReadError> {
    let draft = match format {
        ImportFormat::Fbp => fbp::read(text),
        ImportFormat::Json => json::read(text),
        ImportFormat::Drw => drw::read(text),
    };
    match draft {
        Ok(draft) => Ok(build::build(draft, options)),
        Err(problem) => Err(problem.in_text(text)),
    }
}

/// Whether a port has capitals; formats in which they mean nothing must be told.
fn has_capitals(graph: &Graph) -> bool {
    let connectors = graph.connectors.iter();
    let ends = connectors.flat_map(|found| [&found.from.port, &found.to.port]);
    let values = graph.processes.values().flat_map(|found| found.iips.keys());
    let exports = graph.inports.iter().chain(&graph.outports);
    let exports = exports.flat_map(|(name, end)| [name, &end.port]);
    let mut ports = ends.chain(values.map(|key| &key.port)).chain(exports);
    ports.any(|port| port.as_str().contains(|c: char| c.is_ascii_uppercase()))
}
