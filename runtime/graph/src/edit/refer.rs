//! Removing and renaming a process together with all that refers to it.
//!
//! Both are made of elementary edits, so that their inverses are exact even when something already referred to the
//! new name.

use crate::edit::{ConnectorChange, Edit, EditError, Side};
use crate::model::Graph;
use crate::names::{PortName, PortRef, ProcessName};

impl Graph {
    pub(super) fn remove_process(&mut self, name: &ProcessName) -> Result<Edit, EditError> {
        if !self.processes.contains_key(name) {
            return Err(EditError::NoProcess(name.clone()));
        }
        let mut edits = Vec::new();
        // From the end, so that positions stay true while connectors go.
        for (at, connector) in self.connectors.iter().enumerate().rev() {
            if connector.from.process == *name || connector.to.process == *name {
                edits.push(Edit::RemoveConnector { at });
            }
        }
        for (side, port, _target) in self.exports_of(name) {
            edits.push(set_export(side, port, None));
        }
        for (at, group) in self.groups.iter().enumerate() {
            if group.processes.contains(name) {
                let mut group = Box::new(group.clone());
                group.processes.retain(|member| member != name);
                edits.push(Edit::ChangeGroup { at, group });
            }
        }
        if self.layout.contains_key(name) {
            edits.push(set_position(name, None, None));
        }
        edits.push(Edit::RemoveProcessOnly(name.clone()));
        self.apply(Edit::Batch(edits))
    }

    pub(super) fn rename_process(
        &mut self,
        from: &ProcessName,
        to: &ProcessName,
    ) -> Result<Edit, EditError> {
        let mut edits = vec![Edit::RenameProcessOnly {
            from: from.clone(),
            to: to.clone(),
        }];
        let renamed = |end: &PortRef| PortRef {
            process: to.clone(),
            ..end.clone()
        };
        for (at, connector) in self.connectors.iter().enumerate() {
            if connector.from.process == *from {
                let change = ConnectorChange::From(renamed(&connector.from));
                edits.push(Edit::ChangeConnector { at, change });
            }
            if connector.to.process == *from {
                let change = ConnectorChange::To(renamed(&connector.to));
                edits.push(Edit::ChangeConnector { at, change });
            }
        }
        for (side, port, target) in self.exports_of(from) {
            edits.push(set_export(side, port, Some(renamed(&target))));
        }
        for (at, group) in self.groups.iter().enumerate() {
            if group.processes.contains(from) {
                let mut group = Box::new(group.clone());
                for member in group.processes.iter_mut().filter(|member| *member == from) {
                    *member = to.clone();
                }
                edits.push(Edit::ChangeGroup { at, group });
            }
        }
        edits.extend(self.renamed_place(from, to));
        self.apply(Edit::Batch(edits))
    }

    /// Edits that give the place of one process, with its comments, to another.
    fn renamed_place(&self, from: &ProcessName, to: &ProcessName) -> Vec<Edit> {
        use crate::comment::Section::Layout;
        let Some((at, _name, place)) = self.layout.get_full(from) else {
            return Vec::new();
        };
        let mut edits = Vec::new();
        let mut at = at;
        if let Some(taken) = self.layout.get_index_of(to) {
            edits.push(set_position(to, None, None));
            at -= usize::from(taken < at);
        }
        edits.push(set_position(from, None, None));
        edits.push(set_position(to, Some(*place), Some(at)));
        let comments = self.comments.of_entry(Layout, from.as_str());
        if !comments.is_empty() {
            edits.push(Edit::SetComments {
                place: super::CommentPlace::Entry(Layout, to.to_string()),
                comments: comments.to_vec(),
            });
        }
        edits
    }

    fn exports_of(&self, name: &ProcessName) -> Vec<(Side, PortName, PortRef)> {
        let sides = [(Side::In, &self.inports), (Side::Out, &self.outports)];
        let mut found = Vec::new();
        for (side, exports) in sides {
            for (port, target) in exports {
                if target.process == *name {
                    found.push((side, port.clone(), target.clone()));
                }
            }
        }
        found
    }
}

fn set_export(side: Side, name: PortName, target: Option<PortRef>) -> Edit {
    Edit::SetExport {
        side,
        name,
        target,
        at: None,
    }
}

fn set_position(
    process: &ProcessName,
    position: Option<crate::model::Position>,
    at: Option<usize>,
) -> Edit {
    Edit::SetPosition {
        process: process.clone(),
        position,
        at,
    }
}
