//! Removing and renaming a process with all that refers to it, found by the indices.

use millstream_graph::{
    CommentPlace, ConnectorChange, Edit, EditError, PortRef, Position, ProcessName, Section, Side,
};

use crate::model::{Model, Tapes};

impl Model {
    /// Removes a process, its connectors, exports, place and memberships; a group that had no other member goes too.
    pub(super) fn remove_process(
        &mut self,
        name: &ProcessName,
        tapes: &mut Tapes,
    ) -> Result<Edit, EditError> {
        if !self.graph.processes.contains_key(name) {
            return Err(EditError::NoProcess(name.clone()));
        }
        let mut edits = Vec::new();
        let mut places: Vec<usize> = self
            .wires_of(name)
            .iter()
            .filter_map(|&id| self.wire_place(id))
            .collect();
        // From the end, so that positions stay true while connectors go.
        places.sort_unstable_by(|a, b| b.cmp(a));
        edits.extend(places.into_iter().map(|at| Edit::RemoveConnector { at }));
        edits.extend(self.exports_of(name).into_iter().map(|mut export| {
            if let Edit::SetExport { target, .. } = &mut export {
                *target = None;
            }
            export
        }));
        edits.extend(self.without_member(name));
        if self.graph.layout.contains_key(name) {
            edits.push(place(name, None, None));
        }
        edits.push(Edit::RemoveProcessOnly(name.clone()));
        self.apply_all(edits, tapes)
    }

    pub(super) fn rename_process(
        &mut self,
        from: &ProcessName,
        to: &ProcessName,
        tapes: &mut Tapes,
    ) -> Result<Edit, EditError> {
        let mut edits = vec![Edit::RenameProcessOnly {
            from: from.clone(),
            to: to.clone(),
        }];
        let renamed = |end: &PortRef| PortRef {
            process: to.clone(),
            ..end.clone()
        };
        for &id in self.wires_of(from) {
            let (Some(at), Some(wire)) = (self.wire_place(id), self.wire(id)) else {
                continue;
            };
            if wire.from.process == *from {
                let change = ConnectorChange::From(renamed(&wire.from));
                edits.push(Edit::ChangeConnector { at, change });
            }
            if wire.to.process == *from {
                let change = ConnectorChange::To(renamed(&wire.to));
                edits.push(Edit::ChangeConnector { at, change });
            }
        }
        edits.extend(self.exports_of(from).into_iter().map(|mut export| {
            if let Edit::SetExport { target, .. } = &mut export {
                *target = target.as_ref().map(renamed);
            }
            export
        }));
        edits.extend(self.with_member_renamed(from, to));
        edits.extend(self.with_place_renamed(from, to));
        self.apply_all(edits, tapes)
    }

    /// The exports of a process, as edits that set what is set.
    fn exports_of(&self, name: &ProcessName) -> Vec<Edit> {
        if !self.has_exports(name) {
            return Vec::new();
        }
        let of_side = |side: Side| {
            let exports = self.exported(side).iter();
            exports
                .filter(|(_, target)| target.process == *name)
                .map(move |(port, target)| Edit::SetExport {
                    side,
                    name: port.clone(),
                    target: Some(target.clone()),
                    at: None,
                })
        };
        of_side(Side::In).chain(of_side(Side::Out)).collect()
    }

    fn without_member(&self, name: &ProcessName) -> Vec<Edit> {
        if !self.is_member(name) {
            return Vec::new();
        }
        let groups = self.graph.groups.iter().enumerate().rev();
        groups
            .filter(|(_, group)| group.processes.contains(name))
            .map(|(at, group)| {
                let mut group = Box::new(group.clone());
                group.processes.retain(|member| member != name);
                if group.processes.is_empty() {
                    Edit::RemoveGroup { at }
                } else {
                    Edit::ChangeGroup { at, group }
                }
            })
            .collect()
    }

    fn with_member_renamed(&self, from: &ProcessName, to: &ProcessName) -> Vec<Edit> {
        if !self.is_member(from) {
            return Vec::new();
        }
        let groups = self.graph.groups.iter().enumerate();
        groups
            .filter(|(_, group)| group.processes.contains(from))
            .map(|(at, group)| {
                let mut group = Box::new(group.clone());
                for member in group.processes.iter_mut().filter(|member| *member == from) {
                    *member = to.clone();
                }
                Edit::ChangeGroup { at, group }
            })
            .collect()
    }

    /// Gives the place of a process, with its comments, to its new name.
    fn with_place_renamed(&self, from: &ProcessName, to: &ProcessName) -> Vec<Edit> {
        let Some((at, _name, position)) = self.graph.layout.get_full(from) else {
            return Vec::new();
        };
        let mut edits = Vec::new();
        let mut at = at;
        if let Some(taken) = self.graph.layout.get_index_of(to) {
            edits.push(place(to, None, None));
            at -= usize::from(taken < at);
        }
        edits.push(place(from, None, None));
        edits.push(place(to, Some(*position), Some(at)));
        let key = (Section::Layout, from.to_string());
        if let Some(comments) = self.graph.comments.entries.get(&key) {
            edits.push(Edit::SetComments {
                place: CommentPlace::Entry(Section::Layout, to.to_string()),
                comments: comments.clone(),
            });
        }
        edits
    }
}

fn place(process: &ProcessName, position: Option<Position>, at: Option<usize>) -> Edit {
    Edit::SetPosition {
        process: process.clone(),
        position,
        at,
    }
}
