//! What is selected.

use std::collections::BTreeSet;

use indexmap::IndexSet;
use millstream_graph::{PortRef, ProcessName, Side};

use crate::target::{GroupId, Target, WireId};

/// A port of a process, and which side of the process it is on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PortAt {
    /// Whether it is an in-port or an out-port.
    pub side: Side,
    /// Process, port and element.
    pub end: PortRef,
}

/// What is selected: any number of processes, connectors, groups and notes, or one port or value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    pub(crate) processes: IndexSet<ProcessName>,
    pub(crate) wires: BTreeSet<WireId>,
    pub(crate) groups: BTreeSet<GroupId>,
    /// A port, a value or an exported port; at most one.
    pub(crate) single: Option<Target>,
}

impl Selection {
    /// A selection of things.
    pub fn of(targets: impl IntoIterator<Item = Target>) -> Self {
        let mut selection = Self::default();
        for target in targets {
            selection.add(target);
        }
        selection
    }

    /// The processes, in the order in which they were selected.
    pub fn processes(&self) -> impl ExactSizeIterator<Item = &ProcessName> {
        self.processes.iter()
    }

    /// The connectors.
    pub fn wires(&self) -> impl ExactSizeIterator<Item = WireId> {
        self.wires.iter().copied()
    }

    /// The groups and notes.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = GroupId> {
        self.groups.iter().copied()
    }

    /// The port, if one is selected.
    pub const fn port(&self) -> Option<&PortAt> {
        match &self.single {
            Some(Target::Port(port)) => Some(port),
            _ => None,
        }
    }

    /// The port, value or exported port, if one is selected.
    pub const fn single(&self) -> Option<&Target> {
        self.single.as_ref()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many things are selected.
    pub fn len(&self) -> usize {
        self.processes.len()
            + self.wires.len()
            + self.groups.len()
            + usize::from(self.single.is_some())
    }

    /// Whether a thing is selected.
    pub fn contains(&self, target: &Target) -> bool {
        match target {
            Target::Graph => false,
            Target::Process(name) => self.processes.contains(name),
            Target::Wire(id) => self.wires.contains(id),
            Target::Group(id) => self.groups.contains(id),
            Target::Port(_) | Target::Value(_) | Target::Export(_) => {
                self.single.as_ref() == Some(target)
            }
        }
    }

    /// All that is selected.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        let processes = self.processes.iter().cloned().map(Target::Process);
        let wires = self.wires.iter().copied().map(Target::Wire);
        let groups = self.groups.iter().copied().map(Target::Group);
        processes
            .chain(wires)
            .chain(groups)
            .chain(self.single.clone())
    }

    /// The one process that is selected, if there is one and no other.
    pub fn one_process(&self) -> Option<&ProcessName> {
        let one = self.processes.first()?;
        (self.processes.len() == 1).then_some(one)
    }

    pub(crate) fn add(&mut self, target: Target) {
        match target {
            Target::Graph => {}
            Target::Process(name) => {
                self.processes.insert(name);
            }
            Target::Wire(id) => {
                self.wires.insert(id);
            }
            Target::Group(id) => {
                self.groups.insert(id);
            }
            Target::Port(_) | Target::Value(_) | Target::Export(_) => self.single = Some(target),
        }
    }

    pub(crate) fn remove(&mut self, target: &Target) {
        match target {
            Target::Graph => {}
            Target::Process(name) => {
                self.processes.shift_remove(name);
            }
            Target::Wire(id) => {
                self.wires.remove(id);
            }
            Target::Group(id) => {
                self.groups.remove(id);
            }
            Target::Port(_) | Target::Value(_) | Target::Export(_) => {
                if self.single.as_ref() == Some(target) {
                    self.single = None;
                }
            }
        }
    }
}

impl PortAt {
    /// An in-port.
    pub const fn reading(end: PortRef) -> Self {
        Self {
            side: Side::In,
            end,
        }
    }

    /// An out-port.
    pub const fn writing(end: PortRef) -> Self {
        Self {
            side: Side::Out,
            end,
        }
    }

    fn rank(&self) -> (&ProcessName, bool, &PortRef) {
        (&self.end.process, self.side == Side::Out, &self.end)
    }
}

impl PartialOrd for PortAt {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By process, in-ports before out-ports.
impl Ord for PortAt {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}
