//! What comes of an action: done, with what is worth telling, or refused, with the reason and an offer.

use std::fmt;
use std::ops::Range;

use millstream_graph::{PortRef, ProcessName};

use crate::action::Action;
use crate::target::Target;

/// What an action did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Applied {
    /// The name of the step that undo takes back; nothing if the graph is as it was.
    pub step: Option<String>,
    /// What was made, the thing to look at first.
    pub made: Vec<Target>,
    /// Text for the clipboard, from copy and cut.
    pub clipboard: Option<String>,
    /// A graph file that the caller writes: the subgraph of a collapse, the copy of *make unique*.
    pub file: Option<NewFile>,
    /// What people should hear of.
    pub notices: Vec<Notice>,
}

/// A graph file that is to be written, because the document now names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The file as the document names it: `./sub.ron`.
    pub component: String,
    /// What it holds.
    pub text: String,
}

/// Something worth telling about an action that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A pasted process got another name, because its own was taken.
    Renamed {
        /// The name in the text.
        from: ProcessName,
        /// The name in the document.
        to: ProcessName,
    },
    /// A connector found no port to go to and was removed.
    Unwired {
        /// Where it came from.
        from: PortRef,
        /// Where it went.
        to: PortRef,
    },
    /// A value found no port to go to and was removed.
    Unset(PortRef),
    /// The graph is not right this way; the finding stays until it is mended.
    Broken(String),
}

/// Why an action was not done; the document is as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Refused {
    /// The reason for people: lower case, no full stop.
    pub reason: String,
    /// Where in the text that was given, in bytes, when the action brought text.
    pub range: Option<Range<usize>>,
    /// What could be done instead.
    pub offer: Option<Box<Offer>>,
}

/// What could be done instead of what was refused, or about a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What it is called: `Insert json/Write`.
    pub label: String,
    /// What does it.
    pub action: Action,
}

impl Refused {
    /// A refusal with nothing but its reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            range: None,
            offer: None,
        }
    }

    /// The same with something that could be done instead.
    pub fn offering(mut self, offer: Offer) -> Self {
        self.offer = Some(Box::new(offer));
        self
    }

    /// The same with the place in the text that is to blame.
    pub fn at(mut self, range: Range<usize>) -> Self {
        self.range = Some(range);
        self
    }
}

impl From<millstream_graph::EditError> for Refused {
    fn from(error: millstream_graph::EditError) -> Self {
        Self::because(error.to_string())
    }
}

impl From<millstream_graph::NameError> for Refused {
    fn from(error: millstream_graph::NameError) -> Self {
        Self::because(error.to_string())
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renamed { from, to } => write!(f, "`{from}` is now called `{to}`"),
            Self::Unwired { from, to } => write!(f, "the connector {from} -> {to} is gone"),
            Self::Unset(end) => write!(f, "the value on {end} is gone"),
            Self::Broken(reason) => f.write_str(reason),
        }
    }
}
