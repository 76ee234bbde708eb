//! What two graphs differ in: logic, words and layout apart.
//!
//! Logic is what a run can notice; words are what only readers do (names, notes, groups, comments, order); layout is
//! where things stand. A process that has only got another name is found as such, by what it is and what it is wired
//! to.

mod entries;
mod rename;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::diff::entries::Comparing;
use crate::file::write;
use crate::model::Graph;
use crate::names::{PortName, PortRef, ProcessName};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Who notices it.
    pub aspect: Aspect,
    /// What it is about, in the words of the new graph where both have it.
    pub subject: Subject,
    /// What happened to it.
    pub change: Change,
}

/// Who notices a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// A run.
    Logic,
    /// Readers: names, notes, groups, free data, comments, order.
    Words,
    /// Who looks at the drawing.
    Layout,
}

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The graph itself.
    Graph,
    /// A package that the graph uses.
    Package(String),
    /// A process.
    Process(ProcessName),
    /// A connector.
    Connector(PortRef, PortRef),
    /// A port that the graph offers.
    Inport(PortName),
    /// A port that the graph offers.
    Outport(PortName),
    /// A group, by its name.
    Group(String),
}

/// What happened to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only the new graph has it; what it is.
    Added(String),
    /// Only the old graph has it; what it was.
    Removed(String),
    /// It had this name.
    Renamed(ProcessName),
    /// A field differs.
    Changed {
        /// Which: `component`, `iips.path`, `capacity`.
        field: String,
        /// What the old graph says; nothing if it says nothing.
        old: Option<String>,
        /// What the new graph says; nothing if it says nothing.
        new: Option<String>,
    },
}

/// Finds what differs, from the head of the graph to its layout; nothing if both have the same canonical text.
pub fn diff(old: &Graph, new: &Graph) -> Vec<Difference> {
    let mut found = Vec::new();
    let renamed = rename::renamed(old, new);
    let old = &rename::with_names(old, &renamed);
    found.extend(renamed.into_iter().map(|(before, name)| Difference {
        aspect: Aspect::Logic,
        subject: Subject::Process(name),
        change: Change::Renamed(before),
    }));
    Comparing {
        old,
        new,
        found: &mut found,
    }
    .all();
    if found.is_empty() && write(old) != write(new) {
        found.push(Difference {
            aspect: Aspect::Words,
            subject: Subject::Graph,
            change: Change::Changed {
                field: "order".to_owned(),
                old: None,
                new: None,
            },
        });
    }
    found
}

impl Aspect {
    /// All aspects, the weightiest first.
    pub const ALL: [Self; 3] = [Self::Logic, Self::Words, Self::Layout];

    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logic => "logic",
            Self::Words => "words",
            Self::Layout => "layout",
        }
    }
}

impl Subject {
    /// The kind of thing: `process`, `connector`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Package(_) => "package",
            Self::Process(_) => "process",
            Self::Connector(..) => "connector",
            Self::Inport(_) => "inport",
            Self::Outport(_) => "outport",
            Self::Group(_) => "group",
        }
    }

    /// Which one of its kind; nothing for the graph.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Graph => None,
            Self::Package(name) | Self::Group(name) => Some(name.clone()),
            Self::Process(name) => Some(name.to_string()),
            Self::Inport(name) | Self::Outport(name) => Some(name.to_string()),
            Self::Connector(from, to) => Some(format!("{from} -> {to}")),
        }
    }
}

/// How people read it: `process read`.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.kind()),
            None => f.write_str(self.kind()),
        }
    }
}
