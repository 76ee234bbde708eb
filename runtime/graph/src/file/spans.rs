//! Where the entries of a graph stand in its text, so that findings can point at them.

use std::collections::HashMap;
use std::ops::Range;

use crate::names::{PortKey, PortName, ProcessName};

/// Byte ranges of a graph's entries in the text it was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    pub(super) graph: Range<usize>,
    pub(super) processes: HashMap<ProcessName, ProcessSpans>,
    pub(super) connectors: Vec<ConnectorSpans>,
    pub(super) inports: HashMap<PortName, Range<usize>>,
    pub(super) outports: HashMap<PortName, Range<usize>>,
    pub(super) groups: Vec<Range<usize>>,
    pub(super) layout: HashMap<ProcessName, Range<usize>>,
    pub(super) meta: HashMap<String, Range<usize>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ProcessSpans {
    pub(super) name: Range<usize>,
    pub(super) entry: Range<usize>,
    pub(super) fields: Vec<(&'static str, Range<usize>)>,
    pub(super) iips: Vec<(PortKey, Range<usize>)>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ConnectorSpans {
    pub(super) entry: Range<usize>,
    pub(super) from: Range<usize>,
    pub(super) to: Range<usize>,
    pub(super) capacity: Option<Range<usize>>,
}

impl Spans {
    /// The word `Graph` at the top.
    pub fn graph(&self) -> Option<Range<usize>> {
        (!self.graph.is_empty()).then(|| self.graph.clone())
    }

    /// The name of a process, as its entry has it.
    pub fn process(&self, name: &ProcessName) -> Option<Range<usize>> {
        self.processes.get(name).map(|spans| spans.name.clone())
    }

    /// The whole entry of a process, name included.
    pub fn process_entry(&self, name: &ProcessName) -> Option<Range<usize>> {
        self.processes.get(name).map(|spans| spans.entry.clone())
    }

    /// The component that a process names; its name when it names none.
    pub fn component(&self, name: &ProcessName) -> Option<Range<usize>> {
        self.field(name, "component")
    }

    /// The value of a field of a process; the process's name when the field is not written.
    pub fn field(&self, name: &ProcessName, field: &str) -> Option<Range<usize>> {
        let spans = self.processes.get(name)?;
        let written = spans.fields.iter().find(|(known, _)| *known == field);
        Some(written.map_or_else(|| spans.name.clone(), |(_, span)| span.clone()))
    }

    /// The value on an in-port.
    pub fn iip(&self, name: &ProcessName, key: &PortKey) -> Option<Range<usize>> {
        let iips = &self.processes.get(name)?.iips;
        let (_, span) = iips.iter().find(|(known, _)| known == key)?;
        Some(span.clone())
    }

    /// A connector, by its position.
    pub fn connector(&self, at: usize) -> Option<Range<usize>> {
        self.connectors.get(at).map(|spans| spans.entry.clone())
    }

    /// The end of a connector that writes.
    pub fn connector_from(&self, at: usize) -> Option<Range<usize>> {
        self.connectors.get(at).map(|spans| spans.from.clone())
    }

    /// The end of a connector that reads.
    pub fn connector_to(&self, at: usize) -> Option<Range<usize>> {
        self.connectors.get(at).map(|spans| spans.to.clone())
    }

    /// The capacity of a connector; the whole connector when it is not written.
    pub fn connector_capacity(&self, at: usize) -> Option<Range<usize>> {
        let spans = self.connectors.get(at)?;
        Some(
            spans
                .capacity
                .clone()
                .unwrap_or_else(|| spans.entry.clone()),
        )
    }

    /// An exported in-port, name and target.
    pub fn inport(&self, name: &PortName) -> Option<Range<usize>> {
        self.inports.get(name).cloned()
    }

    /// An exported out-port, name and target.
    pub fn outport(&self, name: &PortName) -> Option<Range<usize>> {
        self.outports.get(name).cloned()
    }

    /// A group, by its position.
    pub fn group(&self, at: usize) -> Option<Range<usize>> {
        self.groups.get(at).cloned()
    }

    /// The place of a process on the canvas.
    pub fn layout(&self, name: &ProcessName) -> Option<Range<usize>> {
        self.layout.get(name).cloned()
    }

    /// An entry of the graph's meta data.
    pub fn meta(&self, key: &str) -> Option<Range<usize>> {
        self.meta.get(key).cloned()
    }
}
