//! Groups and notes.

use millstream_graph::{Edit, Group, Position, ProcessName};
use millstream_packet::Value;

use crate::action::{GroupChange, NoteChange};
use crate::apply::process::differs;
use crate::apply::{Change, Done, count};
use crate::meta;
use crate::note::is_note;
use crate::refusal::Refused;
use crate::selection::Selection;
use crate::target::{GroupId, Target};

impl Change<'_> {
    pub(super) fn group(&mut self, processes: Vec<ProcessName>, name: String) -> Done {
        if processes.is_empty() {
            return Err(Refused::because(
                "select the processes that belong to the group",
            ));
        }
        self.must_exist(&processes)?;
        let told = format!("Group {}", count(processes.len(), "process", "processes"));
        self.add_group(Group {
            name,
            processes,
            ..Group::default()
        })?;
        Ok(told)
    }

    pub(super) fn add_note(&mut self, text: String, at: Position) -> Done {
        let place = (meta::PLACE.to_owned(), meta::position_value(at));
        self.add_group(Group {
            note: Some(text),
            meta: [place].into_iter().collect(),
            ..Group::default()
        })?;
        Ok("Add a note".to_owned())
    }

    /// Adds a group or note and selects it.
    pub(crate) fn add_group(&mut self, group: Group) -> Result<GroupId, Refused> {
        let at = self.graph().groups.len();
        self.edit(Edit::AddGroup {
            group: Box::new(group),
            at: None,
        })?;
        let Some(id) = self.document.model.group_at(at) else {
            return Err(Refused::because("the group was not added"));
        };
        self.document.selection = Selection::of([Target::Group(id)]);
        self.made(Target::Group(id));
        Ok(id)
    }

    pub(super) fn change_group(&mut self, id: GroupId, change: GroupChange) -> Done {
        let mut group = self.group_of(id)?.clone();
        let told = match &change {
            GroupChange::Name(name) => format!("Name a group {name}"),
            GroupChange::Note(_) => "Note on a group".to_owned(),
            GroupChange::Colour(_) => "Colour a group".to_owned(),
            GroupChange::Join(_) => "Join a group".to_owned(),
            GroupChange::Leave(_) => "Leave a group".to_owned(),
        };
        match change {
            GroupChange::Name(name) => group.name = name,
            GroupChange::Note(text) => {
                if let Some(note) = differs(group.note.as_deref(), &text) {
                    group.note = note.text();
                }
            }
            GroupChange::Colour(colour) => set_colour(&mut group, colour),
            GroupChange::Join(names) => {
                self.must_exist(&names)?;
                for name in names {
                    if !group.processes.contains(&name) {
                        group.processes.push(name);
                    }
                }
            }
            GroupChange::Leave(names) => {
                group.processes.retain(|member| !names.contains(member));
                if group.processes.is_empty() {
                    self.remove_group(id)?;
                    return Ok(told);
                }
            }
        }
        self.set_group(id, group)?;
        Ok(told)
    }

    pub(super) fn change_note(&mut self, id: GroupId, change: NoteChange) -> Done {
        let mut note = self.group_of(id)?.clone();
        if !is_note(&note) {
            return Err(Refused::because("this is a group with members, not a note"));
        }
        let told = match change {
            NoteChange::Text(text) => {
                note.note = Some(text);
                "Write a note"
            }
            NoteChange::Size(size) => {
                if !(size.width.is_finite() && size.height.is_finite()) {
                    return Err(Refused::because("the size is not a finite number"));
                }
                note.meta
                    .insert(meta::SIZE.to_owned(), meta::size_value(size));
                "Resize a note"
            }
            NoteChange::Colour(colour) => {
                set_colour(&mut note, colour);
                "Colour a note"
            }
        };
        self.set_group(id, note)?;
        Ok(told.to_owned())
    }

    pub(crate) fn place_note(&mut self, id: GroupId, at: Position) -> Result<(), Refused> {
        if !(at.x.is_finite() && at.y.is_finite()) {
            return Err(Refused::because(
                "the place of the note is not a finite number",
            ));
        }
        let mut note = self.group_of(id)?.clone();
        note.meta
            .insert(meta::PLACE.to_owned(), meta::position_value(at));
        self.set_group(id, note)
    }

    fn set_group(&mut self, id: GroupId, group: Group) -> Result<(), Refused> {
        if *self.group_of(id)? == group {
            return Ok(());
        }
        let at = self.group_place(id)?;
        self.edit(Edit::ChangeGroup {
            at,
            group: Box::new(group),
        })
    }

    pub(super) fn dissolve_groups(&mut self, groups: &[GroupId]) -> Done {
        let mut members = Vec::new();
        for &id in groups {
            members.extend(self.group_of(id)?.processes.iter().cloned());
            self.remove_group(id)?;
        }
        self.document.selection = Selection::of(members.into_iter().map(Target::Process));
        Ok(format!(
            "Dissolve {}",
            count(groups.len(), "group", "groups")
        ))
    }

    pub(crate) fn remove_group(&mut self, id: GroupId) -> Result<(), Refused> {
        let at = self.group_place(id)?;
        self.edit(Edit::RemoveGroup { at })
    }

    fn group_of(&self, id: GroupId) -> Result<&Group, Refused> {
        let found = self.document.group(id);
        found.ok_or_else(|| Refused::because("the group is gone"))
    }

    fn group_place(&self, id: GroupId) -> Result<usize, Refused> {
        let found = self.document.model.group_place(id);
        found.ok_or_else(|| Refused::because("the group is gone"))
    }

    pub(crate) fn must_exist(&self, processes: &[ProcessName]) -> Result<(), Refused> {
        let known = &self.graph().processes;
        match processes.iter().find(|name| !known.contains_key(*name)) {
            Some(name) => Err(Refused::because(format!("there is no process `{name}`"))),
            None => Ok(()),
        }
    }
}

fn set_colour(group: &mut Group, colour: Option<String>) {
    match colour {
        Some(colour) => {
            group
                .meta
                .insert(meta::COLOUR.to_owned(), Value::from(colour));
        }
        None => {
            group.meta.shift_remove(meta::COLOUR);
        }
    }
}
