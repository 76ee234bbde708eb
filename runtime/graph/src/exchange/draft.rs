//! What an import has found, in the words of the other tool: any names, any number of values and connectors per port.

use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::comment::Comment;
use crate::exchange::Notice;
use crate::model::{Connector, DEFAULT_CAPACITY, Graph, Group, Position, Process, WhenFull};

/// A graph before its names are made legal.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// What needs no change: name, description, packages, meta, comments.
    pub(super) graph: Graph,
    /// By the name that the other tool gave.
    pub(super) processes: IndexMap<String, DraftProcess>,
    pub(super) links: Vec<Link>,
    pub(super) inports: Vec<Export>,
    pub(super) outports: Vec<Export>,
    pub(super) groups: Vec<DraftGroup>,
    /// Whether ports keep their capitals.
    pub(super) keeps_case: bool,
    pub(super) notices: Vec<Notice>,
}

#[derive(Debug, Default)]
pub(super) struct DraftProcess {
    /// Everything but the component.
    pub(super) process: Process,
    pub(super) component: Option<String>,
    /// What it is called, where the draft calls it otherwise.
    pub(super) called: Option<String>,
    pub(super) at: Option<Position>,
    /// Where it stands first.
    pub(super) span: Range<usize>,
}

/// A connector, or a value on an in-port.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) source: Source,
    pub(super) target: End,
    pub(super) rest: Rest,
    pub(super) span: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Source {
    Value(Value),
    Port(End),
}

/// A port of a process.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) process: String,
    pub(super) port: String,
    pub(super) index: Option<u32>,
}

/// A connector apart from its ends.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) capacity: u32,
    pub(super) when_full: WhenFull,
    pub(super) note: Option<String>,
    pub(super) meta: IndexMap<String, Value>,
    pub(super) comments: Vec<Comment>,
}

/// A port that the graph offers.
#[derive(Debug)]
pub(super) struct Export {
    pub(super) name: String,
    pub(super) end: End,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Default)]
pub(super) struct DraftGroup {
    /// Everything but the members.
    pub(super) group: Group,
    pub(super) members: Vec<String>,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            capacity: DEFAULT_CAPACITY,
            when_full: WhenFull::default(),
            note: None,
            meta: IndexMap::new(),
            comments: Vec::new(),
        }
    }
}

impl Rest {
    /// The connector between two ends.
    pub(super) fn between(self, from: crate::PortRef, to: crate::PortRef) -> Connector {
        Connector {
            from,
            to,
            capacity: self.capacity,
            when_full: self.when_full,
            note: self.note,
            meta: self.meta,
            comments: self.comments,
        }
    }
}

impl Draft {
    pub(super) fn note(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// The process of this name, made when it is new.
    pub(super) fn process(&mut self, name: &str, span: &Range<usize>) -> &mut DraftProcess {
        self.processes
            .entry(name.to_owned())
            .or_insert_with(|| DraftProcess {
                span: span.clone(),
                ..DraftProcess::default()
            })
    }
}
