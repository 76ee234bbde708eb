//! A part of a graph becomes a graph of its own, and back.
//!
//! Collapsing and dissolving are inverses: the graph is equal afterwards but for the order of connectors, groups, members
//! of groups and entries of maps. Places come back exactly as long as the process was
//! not moved in between; otherwise all move with it. (Undo restores the order too.)

use std::collections::HashSet;

use indexmap::IndexMap;
use millstream_graph::{
    ComponentRef, Connector, ConnectorChange, Edit, Graph, Group, OnError, PortKey, PortName,
    PortRef, Position, Process, ProcessChange, ProcessName, Side, file, subgraph_spec,
};
use millstream_packet::Value;

use crate::action::Action;
use crate::apply::{Change, Done, count_of};
use crate::clipboard::{corner_of, renamed};
use crate::meta;
use crate::model::wire_end;
use crate::name::export_name;
use crate::path::{beside_document, rebased};
use crate::refusal::{NewFile, Notice, Offer, Refused};
use crate::selection::Selection;
use crate::target::{Target, WireId};

/// The ports of a subgraph to be: the inner end of each.
#[derive(Debug, Default)]
struct Doors {
    ins: IndexMap<PortName, PortRef>,
    outs: IndexMap<PortName, PortRef>,
}

impl Change<'_> {
    pub(super) fn collapse(&mut self, processes: &[ProcessName], file: ComponentRef) -> Done {
        if processes.is_empty() {
            return Err(Refused::because(
                "select the processes that become a subgraph",
            ));
        }
        self.must_exist(processes)?;
        self.must_be_new(&file, |file| Action::Collapse {
            processes: processes.to_vec(),
            file,
        })?;
        let names: HashSet<&ProcessName> = processes.iter().collect();
        let mut part = self.document.part(&names, |_, group| {
            !group.processes.is_empty()
                && group.processes.iter().all(|member| names.contains(member))
        });
        move_references(&mut part, beside_document().as_ref(), &file)?;
        let mut doors = Doors::default();
        let wires = self.crossing(&names, &mut doors);
        let exports = self.crossing_exports(&names, &mut doors);
        part.name = stem(&file);
        let at = corner_of(&part);
        let name = self.add_stand_in(&names, &file)?;
        for (wire, side, port) in wires {
            let end = PortRef::new(name.clone(), PortKey::of(port));
            self.change_wire(wire, end_change(side, end))?;
        }
        for (side, export, port) in exports {
            let target = Some(PortRef::new(name.clone(), PortKey::of(port)));
            self.edit(Edit::SetExport {
                side,
                name: export,
                target,
                at: None,
            })?;
        }
        self.stand_in_groups(&names, &name, &mut part)?;
        self.remove_processes(processes)?;
        self.place(&name, at)?;
        part.inports = doors.ins;
        part.outports = doors.outs;
        let told = format!(
            "Collapse {} to {file}",
            count_of(processes, "process", "processes")
        );
        self.know_file(&file, &part);
        self.document.selection = Selection::of([Target::Process(name.clone())]);
        self.made(Target::Process(name));
        Ok(told)
    }

    /// Refuses to write over a subgraph, as far as the library knows of it, and offers the next name.
    fn must_be_new(
        &self,
        file: &ComponentRef,
        with_file: impl Fn(ComponentRef) -> Action,
    ) -> Result<(), Refused> {
        let subgraphs = &self.document.library.subgraphs;
        let is_free = |file: &ComponentRef| {
            self.document.uses(file) == 0 && subgraphs.resolve(file, subgraphs.file()).is_err()
        };
        if is_free(file) {
            return Ok(());
        }
        let refused = Refused::because(format!("there is a {file} already"));
        let base = file.as_str().strip_suffix(".ron").unwrap_or(file.as_str());
        let names = (2..u32::MAX).filter_map(|number| format!("{base}-{number}.ron").parse().ok());
        Err(match names.into_iter().find(is_free) {
            Some(free) => refused.offering(Offer {
                label: format!("Write {free}"),
                action: with_file(free),
            }),
            None => refused,
        })
    }

    /// Adds the process that stands for others, in the place of the first of them.
    fn add_stand_in(
        &mut self,
        names: &HashSet<&ProcessName>,
        file: &ComponentRef,
    ) -> Result<ProcessName, Refused> {
        let mut all = self.graph().processes.keys();
        let at = all.position(|name| names.contains(name));
        let name = self.document.name_for(Some(file));
        self.edit(Edit::AddProcess {
            name: name.clone(),
            process: Box::new(Process::new(file.clone())),
            at,
        })?;
        Ok(name)
    }

    /// The connectors that go in or out, with the port of the subgraph that each end becomes.
    fn crossing(
        &self,
        names: &HashSet<&ProcessName>,
        doors: &mut Doors,
    ) -> Vec<(WireId, Side, PortName)> {
        let mut found = Vec::new();
        for (id, wire) in self.document.wires() {
            let inside = (
                names.contains(&wire.from.process),
                names.contains(&wire.to.process),
            );
            let side = match inside {
                (true, false) => Side::Out,
                (false, true) => Side::In,
                _ => continue,
            };
            found.push((id, side, doors.of(side, wire_end(wire, side))));
        }
        found
    }

    fn crossing_exports(
        &self,
        names: &HashSet<&ProcessName>,
        doors: &mut Doors,
    ) -> Vec<(Side, PortName, PortName)> {
        let mut found = Vec::new();
        for side in [Side::In, Side::Out] {
            for (export, end) in self.document.model.exported(side) {
                if names.contains(&end.process) {
                    found.push((side, export.clone(), doors.of(side, end)));
                }
            }
        }
        found
    }

    /// In groups that have other members too, the process stands for those that it holds; the subgraph remembers which
    /// these are.
    fn stand_in_groups(
        &mut self,
        names: &HashSet<&ProcessName>,
        name: &ProcessName,
        part: &mut Graph,
    ) -> Result<(), Refused> {
        let groups = self.graph().groups.iter().enumerate();
        let held: Vec<_> = groups
            .filter(|(_, group)| {
                group.processes.iter().any(|member| names.contains(member))
                    && group.processes.iter().any(|member| !names.contains(member))
            })
            .map(|(at, group)| (at, Box::new(group.clone())))
            .collect();
        for (at, mut group) in held {
            let members = group
                .processes
                .iter()
                .filter(|member| names.contains(member));
            let outer = (meta::OUTER.to_owned(), Value::from(true));
            part.groups.push(Group {
                name: group.name.clone(),
                processes: members.cloned().collect(),
                meta: [outer].into_iter().collect(),
                ..Group::default()
            });
            let first = group
                .processes
                .iter()
                .position(|member| names.contains(member));
            group.processes.insert(first.unwrap_or(0), name.clone());
            self.edit(Edit::ChangeGroup { at, group })?;
        }
        Ok(())
    }

    pub(super) fn dissolve(&mut self, process: &ProcessName) -> Done {
        let (component, inner) = self.inner_graph(process)?;
        let outer = self.dissolvable(process, &inner)?;
        let mut part = inner;
        let from = Some(&component);
        move_references(&mut part, from, &beside_document().ok_or_else(no_name)?)?;
        let corner = corner_of(&part);
        let at = self.graph().layout.get(process).copied();
        let by = at.map_or_else(Position::default, |at| Position {
            x: at.x - corner.x,
            y: at.y - corner.y,
        });
        let names = self.take_place(process, &outer, &mut part)?;
        self.add_places(&part, &names, by)?;
        self.lead_in(process, &part, &names)?;
        for (key, value) in outer.iips {
            self.move_value_in(process, &part, &names, &key, value)?;
        }
        for wire in std::mem::take(&mut part.connectors) {
            if let (Some(from), Some(to)) = (renamed(&wire.from, &names), renamed(&wire.to, &names))
            {
                self.add_wire(Connector { from, to, ..wire })?;
            }
        }
        for group in std::mem::take(&mut part.groups) {
            self.add_inner_group(group, &names, by)?;
        }
        self.document.selection = Selection::of(names.into_values().map(Target::Process));
        Ok(format!("Dissolve {process}"))
    }

    /// The graph that a process uses, and its name.
    fn inner_graph(&self, process: &ProcessName) -> Result<(ComponentRef, Graph), Refused> {
        let Some(found) = self.document.process(process) else {
            return Err(Refused::because(format!("there is no process `{process}`")));
        };
        let Some(component) = found.component.clone().filter(ComponentRef::is_file) else {
            return Err(Refused::because(format!("`{process}` is no subgraph")));
        };
        let subgraphs = &self.document.library.subgraphs;
        let resolved = subgraphs.resolve(&component, subgraphs.file());
        match resolved {
            Ok(resolved) => Ok((component, (*resolved.graph).clone())),
            Err(error) => Err(Refused::because(format!(
                "{component} cannot be opened: {error}"
            ))),
        }
    }

    /// The process, if what it holds runs the same without it.
    fn dissolvable(&self, process: &ProcessName, inner: &Graph) -> Result<Process, Refused> {
        let refused = |why: &str| Err(Refused::because(format!("`{process}` {why}")));
        let Some(outer) = self.document.process(process) else {
            return refused("is gone");
        };
        if inner.per_group {
            return refused(
                "runs anew for each bracket group, which its processes alone would not",
            );
        }
        if outer.replicas > 1 {
            return refused("runs in several copies, which its processes alone would not");
        }
        if outer.on_error != OnError::Fail {
            return refused("says what a failure does, which its processes alone would not know");
        }
        Ok(outer.clone())
    }

    /// Puts the processes of a subgraph where the one stood that used it; gives their names here.
    fn take_place(
        &mut self,
        process: &ProcessName,
        outer: &Process,
        part: &mut Graph,
    ) -> Result<IndexMap<ProcessName, ProcessName>, Refused> {
        let at = self.graph().processes.get_index_of(process);
        self.edit(Edit::RemoveProcessOnly(process.clone()))?;
        if self.graph().layout.contains_key(process) {
            self.edit(Edit::SetPosition {
                process: process.clone(),
                position: None,
                at: None,
            })?;
        }
        for inner in part.processes.values_mut() {
            inner.worker = inner.worker.take().or_else(|| outer.worker.clone());
            inner.thread = inner.thread.take().or_else(|| outer.thread.clone());
        }
        let names = self.add_members_at(part, at)?;
        self.join_groups(process, part, &names)?;
        Ok(names)
    }

    /// In groups of the process, those take its place that it stood for.
    fn join_groups(
        &mut self,
        process: &ProcessName,
        part: &mut Graph,
        names: &IndexMap<ProcessName, ProcessName>,
    ) -> Result<(), Refused> {
        let is_outer = |group: &Group| group.meta.contains_key(meta::OUTER);
        let groups = std::mem::take(&mut part.groups).into_iter();
        let (mut outer, inner): (Vec<Group>, Vec<Group>) = groups.partition(is_outer);
        part.groups = inner;
        let groups = self.graph().groups.iter().enumerate().rev();
        let mut held: Vec<_> = groups
            .filter(|(_, group)| group.processes.contains(process))
            .map(|(at, group)| (at, Box::new(group.clone())))
            .collect();
        // In their order they find the parts that stand in the same order; from the end they can go.
        for (_, group) in held.iter_mut().rev() {
            let known = outer.iter().position(|part| part.name == group.name);
            let members: Vec<ProcessName> = match known.map(|at| outer.remove(at)) {
                Some(part) => part
                    .processes
                    .iter()
                    .filter_map(|name| names.get(name).cloned())
                    .collect(),
                None => names.values().cloned().collect(),
            };
            if let Some(place) = group.processes.iter().position(|member| member == process) {
                group.processes.splice(place..=place, members);
            }
        }
        for (at, group) in held {
            if group.processes.is_empty() {
                self.edit(Edit::RemoveGroup { at })?;
            } else {
                self.edit(Edit::ChangeGroup { at, group })?;
            }
        }
        Ok(())
    }

    /// Leads connectors and exports of the process to what its ports stood for.
    fn lead_in(
        &mut self,
        process: &ProcessName,
        part: &Graph,
        names: &IndexMap<ProcessName, ProcessName>,
    ) -> Result<(), Refused> {
        for id in self.document.wires_of(process).to_vec() {
            for side in [Side::In, Side::Out] {
                let Some(wire) = self.document.wire(id) else {
                    break;
                };
                let end = wire_end(wire, side);
                if end.process != *process {
                    continue;
                }
                if let Some(target) = inner_end(part, names, side, &end.key()) {
                    self.change_wire(id, end_change(side, target))?;
                } else {
                    let Connector { from, to, .. } = wire.clone();
                    self.tell(Notice::Unwired { from, to });
                    self.remove_wire(id)?;
                }
            }
        }
        for side in [Side::In, Side::Out] {
            let exports = self.document.model.exported(side).iter();
            let held: Vec<_> = exports
                .filter(|(_, end)| end.process == *process)
                .map(|(name, end)| (name.clone(), inner_end(part, names, side, &end.key())))
                .collect();
            for (name, target) in held {
                self.edit(Edit::SetExport {
                    side,
                    name,
                    target,
                    at: None,
                })?;
            }
        }
        Ok(())
    }

    fn move_value_in(
        &mut self,
        process: &ProcessName,
        part: &Graph,
        names: &IndexMap<ProcessName, ProcessName>,
        key: &PortKey,
        value: Value,
    ) -> Result<(), Refused> {
        if let Some(end) = inner_end(part, names, Side::In, key) {
            return self.set_iip(&end, Some(value));
        }
        self.tell(Notice::Unset(PortRef::new(process.clone(), key.clone())));
        Ok(())
    }

    pub(super) fn make_unique(&mut self, process: &ProcessName, file: ComponentRef) -> Done {
        let (component, mut copy) = self.inner_graph(process)?;
        if component == file {
            return Err(Refused::because(format!("`{process}` uses {file} already")));
        }
        self.must_be_new(&file, |file| Action::MakeUnique {
            process: process.clone(),
            file,
        })?;
        move_references(&mut copy, Some(&component), &file)?;
        self.edit(Edit::ChangeProcess {
            name: process.clone(),
            change: ProcessChange::Component(Some(file.clone())),
        })?;
        self.know_file(&file, &copy);
        Ok(format!("Make {process} unique as {file}"))
    }

    /// Hands the caller a file to write, and knows its ports until it has been read.
    fn know_file(&mut self, file: &ComponentRef, graph: &Graph) {
        let document = &*self.document;
        let mut lookup = |named: &ComponentRef| document.spec_of(named);
        let spec = subgraph_spec(graph, file.as_str(), &mut lookup);
        self.document
            .specs
            .insert(file.clone(), Some(std::sync::Arc::new(spec)));
        self.applied.file = Some(NewFile {
            component: file.to_string(),
            text: file::write(graph),
        });
    }
}

impl Doors {
    /// The port of the subgraph that stands for an inner port.
    fn of(&mut self, side: Side, end: &PortRef) -> PortName {
        let doors = match side {
            Side::In => &mut self.ins,
            Side::Out => &mut self.outs,
        };
        if let Some((name, _)) = doors.iter().find(|(_, known)| *known == end) {
            return name.clone();
        }
        let name = export_name(end, |text| !doors.contains_key(text));
        doors.insert(name.clone(), end.clone());
        name
    }
}

/// Gives the subgraphs that a graph names the names that they have from another file.
fn move_references(
    part: &mut Graph,
    from: Option<&ComponentRef>,
    to: &ComponentRef,
) -> Result<(), Refused> {
    if !to.is_file() {
        return Err(Refused::because(format!(
            "{to} is no file: write ./name.ron"
        )));
    }
    for process in part.processes.values_mut() {
        let named = process.component.as_ref();
        let Some(component) = named.filter(|component| component.is_file()) else {
            continue;
        };
        let moved = from.and_then(|from| rebased(component, from, to));
        let Some(moved) = moved else {
            return Err(Refused::because(format!(
                "{component} has no name that could stand in {to}"
            )));
        };
        process.component = Some(moved);
    }
    Ok(())
}

/// What a port of a subgraph stands for, in the graph that has its processes now.
fn inner_end(
    part: &Graph,
    names: &IndexMap<ProcessName, ProcessName>,
    side: Side,
    key: &PortKey,
) -> Option<PortRef> {
    let doors = match side {
        Side::In => &part.inports,
        Side::Out => &part.outports,
    };
    let mut end = renamed(doors.get(&key.port)?, names)?;
    end.index = end.index.or(key.index);
    Some(end)
}

const fn end_change(side: Side, end: PortRef) -> ConnectorChange {
    match side {
        Side::In => ConnectorChange::To(end),
        Side::Out => ConnectorChange::From(end),
    }
}

fn no_name() -> Refused {
    Refused::because("the document has no name")
}

/// The name of a graph in a file: `clean-up` for `./parts/clean-up.ron`.
fn stem(file: &ComponentRef) -> String {
    let text = file.as_str();
    let last = text.rsplit('/').next().unwrap_or(text);
    last.strip_suffix(".ron").unwrap_or(last).to_owned()
}
