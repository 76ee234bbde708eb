//! A process between the ends of a connector, and out of the way again.

use std::collections::HashSet;

use millstream_graph::{
    ConnectorChange, Edit, Graph, PortRef, Position, ProcessName, Section, Side,
};
use millstream_packet::{Fit, PortType};

use crate::action::{Deletion, Insertion, Shift};
use crate::apply::process::GAP;
use crate::apply::{Change, Done, count};
use crate::meta::is_pinned;
use crate::refusal::{Notice, Refused};
use crate::selection::{PortAt, Selection};
use crate::target::{Target, WireId};

impl Change<'_> {
    pub(super) fn insert_on_wire(&mut self, insertion: &Insertion) -> Done {
        let Insertion {
            process,
            wire,
            at,
            shift,
        } = insertion;
        let told = format!("Insert {process} on {}", self.wire(*wire)?);
        if let Some(at) = at {
            self.place(process, *at)?;
        }
        self.insert(process, *wire, *shift)?;
        self.document.selection = Selection::of([Target::Process(process.clone())]);
        Ok(told)
    }

    /// Leads a connector through a process that nothing is connected to where the connector goes in and out.
    pub(super) fn insert(
        &mut self,
        process: &ProcessName,
        wire: WireId,
        shift: Shift,
    ) -> Result<(), Refused> {
        let (from, to) = {
            let wire = self.wire(wire)?;
            (wire.from.clone(), wire.to.clone())
        };
        if from.process == *process || to.process == *process {
            return Err(Refused::because(format!(
                "`{process}` is at an end of that connector"
            )));
        }
        let reads = self
            .document
            .best_port(&PortAt::writing(from.clone()), process);
        let writes = self
            .document
            .best_port(&PortAt::reading(to.clone()), process);
        let (Some(reads), Some(writes)) = (reads, writes) else {
            return Err(self.does_not_suit(process, &from, &to));
        };
        let reads = PortRef::new(process.clone(), reads);
        let writes = PortRef::new(process.clone(), writes);
        self.split(wire, &reads, &writes)?;
        self.make_room(&from.process, process, &to.process, shift)
    }

    fn does_not_suit(&self, process: &ProcessName, from: &PortRef, to: &PortRef) -> Refused {
        let type_of = |side: Side, end: &PortRef| {
            let port = self.document.port(side, end);
            port.map_or(PortType::ANY, |port| port.port_type.clone())
        };
        let sent = type_of(Side::Out, from);
        let taken = type_of(Side::In, to);
        Refused::because(format!(
            "`{process}` has no free ports for it: it would have to take {sent} from `{from}` and send {taken} to `{to}`"
        ))
    }

    /// Moves what comes after the process, or before it, as far as the process needs.
    fn make_room(
        &mut self,
        from: &ProcessName,
        process: &ProcessName,
        to: &ProcessName,
        shift: Shift,
    ) -> Result<(), Refused> {
        let document = &self.document;
        let (before, own, after) = (
            document.rect(from),
            document.rect(process),
            document.rect(to),
        );
        let (by, first, side) = match shift {
            Shift::Stay => return Ok(()),
            Shift::Downstream => (own.max.x + GAP - after.min.x, to, Side::Out),
            Shift::Upstream => (own.min.x - GAP - before.max.x, from, Side::In),
        };
        let is_needed = match shift {
            Shift::Downstream => by > 0.0 && after.min.x > before.min.x,
            _ => by < 0.0 && after.min.x > before.min.x,
        };
        if !is_needed {
            return Ok(());
        }
        for name in self.beyond(first, side, process, from, to) {
            let at = self.document.position(&name);
            self.place(
                &name,
                Position {
                    x: at.x + by,
                    y: at.y,
                },
            )?;
        }
        Ok(())
    }

    /// All that is reached from a process on its far side, and is not pinned; not through the one that is inserted, nor
    /// back to the other end of the connector.
    fn beyond(
        &self,
        first: &ProcessName,
        side: Side,
        process: &ProcessName,
        from: &ProcessName,
        to: &ProcessName,
    ) -> Vec<ProcessName> {
        let other = if first == to { from } else { to };
        let mut seen: HashSet<&ProcessName> = HashSet::from([process, other]);
        let mut open = vec![first];
        let mut found = Vec::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            for &id in self.document.wires_of(name) {
                let Some(wire) = self.document.wire(id) else {
                    continue;
                };
                let (near, far) = match side {
                    Side::Out => (&wire.from.process, &wire.to.process),
                    Side::In => (&wire.to.process, &wire.from.process),
                };
                if near == name {
                    open.push(far);
                }
            }
            let is_free = self
                .document
                .process(name)
                .is_some_and(|found| !is_pinned(found));
            if is_free && self.graph().layout.contains_key(name) {
                found.push(name.clone());
            }
        }
        found
    }

    pub(crate) fn delete(&mut self, targets: &[Target], deletion: Deletion) -> Done {
        if targets.is_empty() {
            return Err(Refused::because("nothing is selected"));
        }
        let told = self.delete_title(targets, deletion);
        // From the end, so that little moves when many connectors go.
        let mut wires: Vec<(usize, WireId)> = Vec::new();
        for target in targets {
            match target {
                Target::Wire(id) => wires.extend(self.document.wire_position(*id).zip(Some(*id))),
                Target::Port(port) => wires.extend(self.wires_at_port(port)),
                _ => {}
            }
        }
        wires.sort_unstable_by(|a, b| b.cmp(a));
        wires.dedup();
        for (_, wire) in wires {
            self.remove_wire(wire)?;
        }
        let mut processes = Vec::new();
        for target in targets {
            match target {
                Target::Process(name) if deletion == Deletion::Cut => processes.push(name.clone()),
                target => self.delete_target(target, deletion)?,
            }
        }
        self.remove_processes(&processes)?;
        Ok(told)
    }

    /// Removes processes with all that refers to them: one by one, or, if this would take long, by making the graph anew.
    pub(super) fn remove_processes(&mut self, processes: &[ProcessName]) -> Result<(), Refused> {
        /// Moving so many entries takes about as long as making a graph of as many.
        const MOVES_MAX: usize = 1_000_000;
        self.must_exist(processes)?;
        let graph = self.graph();
        let moves = processes.len() * (graph.processes.len() + graph.connectors.len());
        if moves > MOVES_MAX {
            let rest = without(graph, &processes.iter().collect());
            return self.edit(Edit::Replace(Box::new(rest)));
        }
        for name in processes {
            if self.graph().processes.contains_key(name) {
                self.edit(Edit::RemoveProcess(name.clone()))?;
            }
        }
        Ok(())
    }

    fn wires_at_port(&self, port: &PortAt) -> Vec<(usize, WireId)> {
        let at = self.document.wires_at(port.side, &port.end);
        at.filter_map(|(id, _)| Some((self.document.wire_position(id)?, id)))
            .collect()
    }

    fn delete_target(&mut self, target: &Target, deletion: Deletion) -> Result<(), Refused> {
        match target {
            Target::Graph => Err(Refused::because("the graph itself cannot be deleted")),
            Target::Wire(_) => Ok(()),
            Target::Process(name) => {
                if deletion == Deletion::Heal {
                    self.heal(name)?;
                }
                self.edit(Edit::RemoveProcess(name.clone()))
            }
            Target::Value(end) => self.clear_value(end).map(drop),
            Target::Port(port) => match self.document.process(&port.end.process) {
                Some(process)
                    if port.side == Side::In && process.iips.contains_key(&port.end.key()) =>
                {
                    self.set_iip(&port.end, None)
                }
                _ => Ok(()),
            },
            Target::Export(export) => self.unexport(export.side, &export.name).map(drop),
            Target::Group(id) => self.remove_group(*id),
        }
    }

    /// Connects what a process reads with what it feeds.
    fn heal(&mut self, name: &ProcessName) -> Result<(), Refused> {
        let (mut ins, mut outs) = (Vec::new(), Vec::new());
        for &id in self.document.wires_of(name) {
            let Some(wire) = self.document.wire(id) else {
                continue;
            };
            match (wire.from.process == *name, wire.to.process == *name) {
                (true, true) => {}
                (true, false) => outs.push((id, wire.to.clone())),
                (false, _) => ins.push((id, wire.from.clone())),
            }
        }
        for (at, (wire, from)) in ins.into_iter().enumerate() {
            // One after the other; those that are left over all go where the last one goes.
            let reader = outs.get(at).or(outs.last()).map(|(_, to)| to.clone());
            let Some(to) = reader.filter(|to| self.may_heal(&from, to)) else {
                let to = self.wire(wire)?.to.clone();
                self.tell(Notice::Unwired { from, to });
                continue;
            };
            self.change_wire(wire, ConnectorChange::To(to))?;
        }
        Ok(())
    }

    fn may_heal(&self, from: &PortRef, to: &PortRef) -> bool {
        let (writer, reader) = (
            self.document.port(Side::Out, from),
            self.document.port(Side::In, to),
        );
        match (writer, reader) {
            (Some(writer), Some(reader)) => writer.port_type.fits(&reader.port_type) != Fit::Never,
            _ => true,
        }
    }

    fn delete_title(&self, targets: &[Target], deletion: Deletion) -> String {
        let what = match targets {
            [Target::Process(name)] => name.to_string(),
            [Target::Wire(id)] => self.on_wire(*id),
            [Target::Value(end)] => format!("the value on {end}"),
            _ => {
                let processes = |target: &&Target| matches!(target, Target::Process(_));
                match targets.iter().filter(processes).count() {
                    0 => count(targets.len(), "thing", "things"),
                    several => count(several, "process", "processes"),
                }
            }
        };
        match deletion {
            Deletion::Cut => format!("Delete {what}"),
            Deletion::Heal => format!("Delete {what} and heal"),
        }
    }
}

/// A graph without some of its processes and all that refers to them, just as if they had been removed one by one.
fn without(graph: &Graph, gone: &HashSet<&ProcessName>) -> Graph {
    let mut rest = graph.clone();
    let is_gone = |end: &PortRef| gone.contains(&end.process);
    rest.processes.retain(|name, _| !gone.contains(name));
    rest.connectors
        .retain(|wire| !is_gone(&wire.from) && !is_gone(&wire.to));
    rest.inports.retain(|_, end| !is_gone(end));
    rest.outports.retain(|_, end| !is_gone(end));
    rest.layout.retain(|name, _| !gone.contains(name));
    rest.groups.retain_mut(|group| {
        let before = group.processes.len();
        group.processes.retain(|member| !gone.contains(member));
        before == group.processes.len() || !group.processes.is_empty()
    });
    let Graph {
        comments,
        inports,
        outports,
        layout,
        ..
    } = &mut rest;
    comments.entries.retain(|(section, key), _| match section {
        Section::Inports => inports.contains_key(key.as_str()),
        Section::Outports => outports.contains_key(key.as_str()),
        Section::Layout => layout.contains_key(key.as_str()),
        _ => true,
    });
    rest
}

#[cfg(test)]
mod tests {
    use millstream_graph::{Group, file};
    use proptest::prelude::*;

    use super::*;
    use crate::action::Action;
    use crate::document::{Document, Library};
    use crate::testing::{catalog, sketched};

    proptest! {
        #[test]
        fn processes_go_alike_one_by_one_and_all_at_once(which in 0..64_usize, other in 0..64_usize) {
            let mut graph = sketched(
                &["a core/Kick", "b core/Copy", "c core/Drop", "d core/Drop", "e core/Kick", "f core/Drop"],
                &["a.out -> b.in", "b.out[0] -> c.in", "b.out[1] -> d.in", "e.out -> f.in"],
            );
            let members = |which: usize, graph: &Graph| -> Vec<ProcessName> {
                let all = graph.processes.keys().enumerate();
                all.filter(|(at, _)| which >> at & 1 == 1).map(|(_, name)| name.clone()).collect()
            };
            let processes = members(other, &graph);
            graph.groups.push(Group { processes, ..Group::default() });
            graph.inports.insert("in".parse().unwrap(), "e.value".parse().unwrap());
            let gone = members(which, &graph);
            let mut document = Document::of_graph(graph.clone(), Library::new(catalog()));
            let targets = gone.iter().cloned().map(Target::Process).collect();
            if !gone.is_empty() {
                document.apply(Action::Delete { targets, deletion: Deletion::Cut }).unwrap();
            }
            prop_assert_eq!(file::write(&without(&graph, &gone.iter().collect())), document.text());
        }
    }
}
