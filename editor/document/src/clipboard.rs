//! What is selected as canonical RON text, and back: it works across windows, chats and editors.

use std::collections::HashSet;

use indexmap::IndexMap;
use millstream_graph::{Graph, Group, PortRef, ProcessName, Section, file};

use crate::apply::{Change, Done, count};
use crate::document::Document;
use crate::note::is_note;
use crate::refusal::{Notice, Refused};
use crate::selection::Selection;
use crate::target::{GroupId, Target};
use millstream_graph::{Connector, Edit, Position};

/// How far a pasted graph is from where it was, if nobody says where it goes.
const OFFSET: Position = Position { x: 24.0, y: 24.0 };

impl Document {
    /// What is selected, as a graph of its own: processes, the connectors between them, groups and notes.
    ///
    /// # Errors
    ///
    /// Fails when nothing is selected that could be copied.
    pub fn copied(&self) -> Result<String, Refused> {
        let mut names: HashSet<&ProcessName> = self.selection.processes.iter().collect();
        for id in self.selection.groups() {
            names.extend(self.group(id).iter().flat_map(|group| &group.processes));
        }
        let has_notes = self
            .notes()
            .any(|note| self.selection.groups.contains(&note.id));
        if names.is_empty() && !has_notes {
            return Err(Refused::because(
                "select the processes that are to be copied",
            ));
        }
        let part = self.part(&names, |id, group| {
            if is_note(group) {
                self.selection.groups.contains(&id)
            } else {
                group.processes.iter().all(|member| names.contains(member))
            }
        });
        Ok(file::write(&part))
    }

    /// A part of the graph: processes, what is between them, and the groups that are wanted.
    pub(crate) fn part(
        &self,
        names: &HashSet<&ProcessName>,
        wanted: impl Fn(GroupId, &Group) -> bool,
    ) -> Graph {
        let graph = self.graph();
        let mut part = Graph::default();
        for (name, process) in &graph.processes {
            if names.contains(name) {
                part.processes.insert(name.clone(), process.clone());
            }
        }
        part.connectors = graph
            .connectors
            .iter()
            .filter(|wire| names.contains(&wire.from.process) && names.contains(&wire.to.process))
            .cloned()
            .collect();
        for (name, at) in &graph.layout {
            if names.contains(name) {
                part.layout.insert(name.clone(), *at);
                let key = (Section::Layout, name.to_string());
                if let Some(comments) = graph.comments.entries.get(&key) {
                    part.comments.entries.insert(key, comments.clone());
                }
            }
        }
        let groups = self.model.group_ids().zip(&graph.groups);
        let wanted = groups.filter(|(id, group)| wanted(*id, group));
        part.groups = wanted.map(|(_, group)| group.clone()).collect();
        part.packages = used_packages(graph, &part);
        part
    }
}

/// The requirements of a graph that a part of it needs.
fn used_packages(graph: &Graph, part: &Graph) -> IndexMap<String, String> {
    let components = part
        .processes
        .values()
        .filter_map(|process| process.component.as_ref());
    let used: HashSet<&str> = components
        .filter_map(|component| component.package())
        .collect();
    let all = graph
        .packages
        .iter()
        .filter(|(name, _)| used.contains(name.as_str()));
    all.map(|(name, requirement)| (name.clone(), requirement.clone()))
        .collect()
}

impl Change<'_> {
    pub(super) fn cut(&mut self) -> Done {
        let text = self.document.copied()?;
        let mut targets: Vec<Target> = self.document.selection.targets().collect();
        let groups: Vec<GroupId> = self.document.selection.groups().collect();
        for id in groups {
            let members = self.document.group(id).map(|group| group.processes.clone());
            // With its last member the group goes by itself.
            targets.retain(|target| {
                *target != Target::Group(id) || members.as_ref().is_some_and(Vec::is_empty)
            });
            targets.extend(members.into_iter().flatten().map(Target::Process));
        }
        targets.retain(|target| matches!(target, Target::Process(_) | Target::Group(_)));
        targets.sort_unstable();
        targets.dedup();
        self.applied.clipboard = Some(text);
        self.delete(&targets, crate::action::Deletion::Cut)?;
        Ok(format!("Cut {}", count(targets.len(), "thing", "things")))
    }

    pub(super) fn duplicate(&mut self, by: Position) -> Done {
        let text = self.document.copied()?;
        let part = read(&text)?;
        let made = self.add_part(part, |_| by)?;
        Ok(format!("Duplicate {made}"))
    }

    pub(super) fn paste(&mut self, text: &str, at: Option<Position>) -> Done {
        let part = read(text)?;
        if part.processes.is_empty() && part.groups.is_empty() {
            return Err(Refused::because("the graph in this text has no process"));
        }
        let made = self.add_part(part, |corner| {
            at.map_or(OFFSET, |at| Position {
                x: at.x - corner.x,
                y: at.y - corner.y,
            })
        })?;
        Ok(format!("Paste {made}"))
    }

    /// Adds the processes, connectors, groups and notes of another graph and selects them; says how many.
    fn add_part(
        &mut self,
        part: Graph,
        offset: impl FnOnce(Position) -> Position,
    ) -> Result<String, Refused> {
        let by = offset(corner_of(&part));
        let told = match part.processes.len() {
            0 => count(part.groups.len(), "note", "notes"),
            several => count(several, "process", "processes"),
        };
        let names = self.add_members_at(&part, None)?;
        let mut selection = Selection::of(names.values().cloned().map(Target::Process));
        self.add_places(&part, &names, by)?;
        for wire in part.connectors {
            self.add_inner(wire, &names)?;
        }
        for group in part.groups {
            if let Some(id) = self.add_inner_group(group, &names, by)? {
                selection.add(Target::Group(id));
            }
        }
        for (name, requirement) in part.packages {
            if !self.graph().packages.contains_key(&name) {
                self.set_package(name, Some(requirement))?;
            }
        }
        self.document.selection = selection;
        Ok(told)
    }

    /// Adds processes from a position on; gives the name that each has here.
    pub(crate) fn add_members_at(
        &mut self,
        part: &Graph,
        at: Option<usize>,
    ) -> Result<IndexMap<ProcessName, ProcessName>, Refused> {
        let mut names = IndexMap::with_capacity(part.processes.len());
        for (number, (from, process)) in part.processes.iter().enumerate() {
            let to = self.document.free_name(from);
            if to != *from {
                self.tell(Notice::Renamed {
                    from: from.clone(),
                    to: to.clone(),
                });
            }
            self.edit(Edit::AddProcess {
                name: to.clone(),
                process: Box::new(process.clone()),
                at: at.map(|at| at + number),
            })?;
            self.made(Target::Process(to.clone()));
            names.insert(from.clone(), to);
        }
        Ok(names)
    }

    pub(crate) fn add_places(
        &mut self,
        part: &Graph,
        names: &IndexMap<ProcessName, ProcessName>,
        by: Position,
    ) -> Result<(), Refused> {
        for (from, at) in &part.layout {
            let Some(to) = names.get(from) else { continue };
            let at = Position {
                x: at.x + by.x,
                y: at.y + by.y,
            };
            self.place(to, at)?;
            let key = (Section::Layout, from.to_string());
            if let Some(comments) = part.comments.entries.get(&key) {
                self.edit(Edit::SetComments {
                    place: millstream_graph::CommentPlace::Entry(Section::Layout, to.to_string()),
                    comments: comments.clone(),
                })?;
            }
        }
        Ok(())
    }

    fn add_inner(
        &mut self,
        wire: Connector,
        names: &IndexMap<ProcessName, ProcessName>,
    ) -> Result<(), Refused> {
        let (Some(from), Some(to)) = (renamed(&wire.from, names), renamed(&wire.to, names)) else {
            let Connector { from, to, .. } = wire;
            self.tell(Notice::Unwired { from, to });
            return Ok(());
        };
        self.add_wire(Connector { from, to, ..wire }).map(drop)
    }

    pub(crate) fn add_inner_group(
        &mut self,
        mut group: Group,
        names: &IndexMap<ProcessName, ProcessName>,
        by: Position,
    ) -> Result<Option<GroupId>, Refused> {
        if is_note(&group) {
            let place = group
                .meta
                .get(crate::meta::PLACE)
                .and_then(crate::meta::position);
            if let Some(at) = place {
                let at = Position {
                    x: at.x + by.x,
                    y: at.y + by.y,
                };
                let value = crate::meta::position_value(at);
                group.meta.insert(crate::meta::PLACE.to_owned(), value);
            }
            return self.add_group(group).map(Some);
        }
        group.processes = group
            .processes
            .iter()
            .filter_map(|member| names.get(member).cloned())
            .collect();
        if group.processes.is_empty() {
            return Ok(None);
        }
        self.add_group(group).map(Some)
    }
}

pub(crate) fn renamed(
    end: &PortRef,
    names: &IndexMap<ProcessName, ProcessName>,
) -> Option<PortRef> {
    Some(PortRef {
        process: names.get(&end.process)?.clone(),
        ..end.clone()
    })
}

fn read(text: &str) -> Result<Graph, Refused> {
    let parsed = file::read(text);
    parsed.map(|parsed| parsed.graph).map_err(|error| {
        Refused::because(format!("this text holds no graph: {error}")).at(error.span)
    })
}

/// The upper left corner of processes and notes.
pub(crate) fn corner_of(part: &Graph) -> Position {
    let notes = part.groups.iter().filter(|group| is_note(group));
    let notes = notes.filter_map(|note| crate::meta::position(note.meta.get(crate::meta::PLACE)?));
    part.layout
        .values()
        .copied()
        .chain(notes)
        .reduce(|a, b| Position {
            x: a.x.min(b.x),
            y: a.y.min(b.y),
        })
        .unwrap_or_default()
}
