//! Edits of a graph, each with an inverse.
//!
//! [`Graph::apply`] gives back the edit that undoes what was done: applied, it restores an equal graph, the order of
//! all entries included. That is all that undo needs. An edit that cannot be applied changes nothing.

use millstream_packet::Value;

use crate::comment::{Comment, Section};
use crate::file::Unsavable;
use crate::model::{Connector, Graph, Group, OnError, Position, Process, WhenFull};
use crate::names::{ComponentRef, PortKey, PortName, PortRef, ProcessName};

mod change;
mod entry;
mod refer;

/// One change of a graph.
///
/// Maps keep their order: `at` says where a new entry goes (`None`: to the end); for an entry that exists it has no
/// meaning. `None` as the new value removes an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Sets the graph's name.
    SetName(String),
    /// Sets the graph's description.
    SetDescription(String),
    /// Sets whether a subgraph runs anew per outermost bracket group.
    SetPerGroup(bool),
    /// Adds, changes or removes the version requirement of a package.
    SetPackage {
        /// `namespace/package`.
        name: String,
        /// `^1.2`; `None` removes the entry.
        requirement: Option<String>,
        /// Where a new entry goes.
        at: Option<usize>,
    },
    /// Adds a process.
    AddProcess {
        /// A name that no process has.
        name: ProcessName,
        /// The process.
        process: Box<Process>,
        /// Where it goes.
        at: Option<usize>,
    },
    /// Removes a process and all that refers to it: connectors, exports, memberships, its place.
    RemoveProcess(ProcessName),
    /// Removes a process and leaves what refers to it; the inverse of [`Edit::AddProcess`].
    RemoveProcessOnly(ProcessName),
    /// Renames a process in place, and in all that refers to it.
    RenameProcess {
        /// The name until now.
        from: ProcessName,
        /// A name that no process has.
        to: ProcessName,
    },
    /// Renames a process and leaves what refers to it.
    RenameProcessOnly {
        /// The name until now.
        from: ProcessName,
        /// A name that no process has.
        to: ProcessName,
    },
    /// Changes one thing about a process.
    ChangeProcess {
        /// The process.
        name: ProcessName,
        /// What changes.
        change: ProcessChange,
    },
    /// Adds a connector.
    AddConnector {
        /// The connector.
        connector: Box<Connector>,
        /// Its position among the connectors.
        at: Option<usize>,
    },
    /// Removes a connector.
    RemoveConnector {
        /// Its position.
        at: usize,
    },
    /// Changes one thing about a connector.
    ChangeConnector {
        /// Its position.
        at: usize,
        /// What changes.
        change: ConnectorChange,
    },
    /// Adds, changes or removes an exported port.
    SetExport {
        /// Whether it is an in-port or an out-port of the graph.
        side: Side,
        /// The exported name.
        name: PortName,
        /// The inner port; `None` removes the export.
        target: Option<PortRef>,
        /// Where a new entry goes.
        at: Option<usize>,
    },
    /// Renames an exported port in place.
    RenameExport {
        /// Whether it is an in-port or an out-port of the graph.
        side: Side,
        /// The name until now.
        from: PortName,
        /// A name that no export of this side has.
        to: PortName,
    },
    /// Adds a group.
    AddGroup {
        /// The group.
        group: Box<Group>,
        /// Its position among the groups.
        at: Option<usize>,
    },
    /// Removes a group; its processes stay.
    RemoveGroup {
        /// Its position.
        at: usize,
    },
    /// Replaces a group.
    ChangeGroup {
        /// Its position.
        at: usize,
        /// The group as it shall be.
        group: Box<Group>,
    },
    /// Moves a process on the canvas, or forgets its place.
    SetPosition {
        /// The process.
        process: ProcessName,
        /// Its place; `None` forgets it.
        position: Option<Position>,
        /// Where a new entry goes in the layout section.
        at: Option<usize>,
    },
    /// Adds, changes or removes an entry of the graph's meta data.
    SetMeta {
        /// Its key.
        key: String,
        /// Its value; `None` removes it.
        value: Option<Value>,
        /// Where a new entry goes.
        at: Option<usize>,
    },
    /// Replaces the comments of a place that is not a process, connector or group.
    SetComments {
        /// Where they stand.
        place: CommentPlace,
        /// The comments; may be none.
        comments: Vec<Comment>,
    },
    /// Puts another graph in the place of the whole.
    Replace(Box<Graph>),
    /// Several edits as one: all of them or none.
    Batch(Vec<Self>),
}

/// What may change about a process.
#[derive(Debug, Clone, PartialEq)]
pub enum ProcessChange {
    /// Which component it uses.
    Component(Option<ComponentRef>),
    /// The value on an in-port.
    Iip {
        /// The in-port.
        port: PortKey,
        /// The value; `None` removes it.
        value: Option<Value>,
        /// Where a new entry goes.
        at: Option<usize>,
    },
    /// Its remark.
    Note(Option<String>),
    /// Its label.
    Label(Option<String>),
    /// Its worker.
    Worker(Option<String>),
    /// Its thread.
    Thread(Option<String>),
    /// What a failure does.
    OnError(OnError),
    /// Its number of copies.
    Replicas(u32),
    /// An entry of its meta data.
    Meta {
        /// Its key.
        key: String,
        /// Its value; `None` removes it.
        value: Option<Value>,
        /// Where a new entry goes.
        at: Option<usize>,
    },
    /// Its comments.
    Comments(Vec<Comment>),
}

/// What may change about a connector.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectorChange {
    /// The out-port that writes.
    From(PortRef),
    /// The in-port that reads.
    To(PortRef),
    /// Its capacity in packets; at least 1.
    Capacity(u32),
    /// What happens when it is full.
    WhenFull(WhenFull),
    /// Its remark.
    Note(Option<String>),
    /// An entry of its meta data.
    Meta {
        /// Its key.
        key: String,
        /// Its value; `None` removes it.
        value: Option<Value>,
        /// Where a new entry goes.
        at: Option<usize>,
    },
    /// Its comments.
    Comments(Vec<Comment>),
}

/// The two sides of a graph that is used as a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// In-ports.
    In,
    /// Out-ports.
    Out,
}

/// Where comments of the graph stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CommentPlace {
    /// Above the graph.
    Head,
    /// Before a section.
    Before(Section),
    /// Inside a section, after its last entry.
    After(Section),
    /// Before an entry of a section, by its key.
    Entry(Section, String),
    /// Inside the graph, after the last section.
    End,
    /// Below the graph.
    Tail,
}

/// Why an edit was refused; the graph is as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The process named is not in the graph.
    #[error("there is no process `{0}`")]
    NoProcess(ProcessName),
    /// The new name of a process is in use.
    #[error("there is already a process `{0}`")]
    ProcessTaken(ProcessName),
    /// The entry named is not there.
    #[error("there is no {kind} `{key}`")]
    NoEntry {
        /// What was looked for.
        kind: &'static str,
        /// Its key.
        key: String,
    },
    /// The new key of an entry is in use.
    #[error("there is already a {kind} `{key}`")]
    EntryTaken {
        /// What was to be renamed.
        kind: &'static str,
        /// Its new key.
        key: String,
    },
    /// The position is beyond the end.
    #[error("position {at} is beyond the end: there are {len} of the {kind}")]
    Beyond {
        /// What was looked for.
        kind: &'static str,
        /// The position asked for.
        at: usize,
        /// How many there are.
        len: usize,
    },
    /// A connector must hold at least one packet.
    #[error("a connector's capacity must be at least 1")]
    NoCapacity,
    /// A process needs at least one copy.
    #[error("the replicas of a process must be at least 1")]
    NoReplicas,
    /// A coordinate is infinite or not a number.
    #[error("the place of process `{0}` is not a finite number")]
    NotFinite(ProcessName),
    /// A value cannot be written to a file.
    #[error(transparent)]
    Unsavable(#[from] Unsavable),
}

impl Graph {
    /// Applies an edit and gives back its inverse.
    ///
    /// # Errors
    ///
    /// Fails when the edit does not suit the graph; the graph is then as it was.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, EditError> {
        match edit {
            Edit::SetName(name) => Ok(Edit::SetName(std::mem::replace(&mut self.name, name))),
            Edit::SetDescription(text) => Ok(Edit::SetDescription(std::mem::replace(
                &mut self.description,
                text,
            ))),
            Edit::SetPerGroup(on) => Ok(Edit::SetPerGroup(std::mem::replace(
                &mut self.per_group,
                on,
            ))),
            Edit::SetPackage {
                name,
                requirement,
                at,
            } => self.set_package(name, requirement, at),
            Edit::AddProcess { name, process, at } => self.add_process(name, *process, at),
            Edit::RemoveProcess(name) => self.remove_process(&name),
            Edit::RemoveProcessOnly(name) => self.remove_process_only(name),
            Edit::RenameProcess { from, to } => self.rename_process(&from, &to),
            Edit::RenameProcessOnly { from, to } => self.rename_process_only(from, to),
            Edit::ChangeProcess { name, change } => self.change_process(name, change),
            Edit::AddConnector { connector, at } => self.add_connector(*connector, at),
            Edit::RemoveConnector { at } => self.remove_connector(at),
            Edit::ChangeConnector { at, change } => self.change_connector(at, change),
            Edit::SetExport {
                side,
                name,
                target,
                at,
            } => self.set_export(side, name, target, at),
            Edit::RenameExport { side, from, to } => self.rename_export(side, from, to),
            Edit::AddGroup { group, at } => self.add_group(*group, at),
            Edit::RemoveGroup { at } => self.remove_group(at),
            Edit::ChangeGroup { at, group } => self.change_group(at, *group),
            Edit::SetPosition {
                process,
                position,
                at,
            } => self.set_position(process, position, at),
            Edit::SetMeta { key, value, at } => self.set_meta(key, value, at),
            Edit::SetComments { place, comments } => self.set_comments(place, comments),
            Edit::Replace(graph) => self.replace(graph),
            Edit::Batch(edits) => self.apply_all(edits),
        }
    }

    /// Takes the other graph, if it could be written to a file.
    fn replace(&mut self, mut graph: Box<Self>) -> Result<Edit, EditError> {
        graph.check_savable()?;
        std::mem::swap(self, &mut graph);
        Ok(Edit::Replace(graph))
    }

    /// Applies edits in order; takes back those done when one is refused.
    fn apply_all(&mut self, edits: Vec<Edit>) -> Result<Edit, EditError> {
        let mut inverses = Vec::with_capacity(edits.len());
        for edit in edits {
            match self.apply(edit) {
                Ok(inverse) => inverses.push(inverse),
                Err(error) => {
                    for inverse in inverses.into_iter().rev() {
                        let undone = self.apply(inverse);
                        debug_assert!(undone.is_ok(), "an inverse can always be applied");
                    }
                    return Err(error);
                }
            }
        }
        inverses.reverse();
        Ok(Edit::Batch(inverses))
    }
}

#[cfg(test)]
mod tests;
