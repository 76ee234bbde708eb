//! The graph with what is kept beside it, so that no action looks at all of it: numbers of connectors and groups, the
//! connectors of each process, digests of the content.

mod digest;
mod refer;

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;
use millstream_graph::{
    Connector, ConnectorChange, Edit, EditError, Graph, Group, PortName, PortRef, ProcessChange,
    ProcessName, Side,
};

use crate::ids::{Ids, Tape};
use crate::target::{GroupId, WireId};

pub(crate) use digest::Digest;

/// Numbers that go from a change to its inverse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tapes {
    pub(crate) wires: Tape,
    pub(crate) groups: Tape,
}

impl Tapes {
    /// The tapes for the inverse.
    pub(crate) fn turned(self) -> Self {
        Self {
            wires: self.wires.turned(),
            groups: self.groups.turned(),
        }
    }
}

/// What has changed since it was last asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touched {
    /// Processes whose ports or findings may be other ones.
    pub(crate) processes: BTreeSet<ProcessName>,
    /// Connectors that are gone.
    pub(crate) wires: BTreeSet<WireId>,
    /// Whether anything may be.
    pub(crate) all: bool,
    /// Whether anything but places has changed.
    pub(crate) content: bool,
}

/// A graph with its indices.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    graph: Graph,
    wires: Ids,
    groups: Ids,
    /// The connectors at each process, also at one that does not exist, in the order in which they came.
    around: HashMap<ProcessName, Vec<WireId>>,
    /// The exported ports of each process.
    exports: HashMap<ProcessName, u32>,
    /// How many groups a process is in.
    memberships: HashMap<ProcessName, u32>,
    digest: Digest,
    pub(crate) touched: Touched,
}

impl Model {
    pub(crate) fn new(graph: Graph) -> Self {
        let mut model = Self {
            graph,
            ..Self::default()
        };
        model.wires.renew(model.graph.connectors.len());
        model.groups.renew(model.graph.groups.len());
        model.reindex();
        model
    }

    pub(crate) const fn graph(&self) -> &Graph {
        &self.graph
    }

    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn wire_ids(&self) -> impl ExactSizeIterator<Item = WireId> {
        self.wires.iter().map(WireId)
    }

    pub(crate) fn group_ids(&self) -> impl ExactSizeIterator<Item = GroupId> {
        self.groups.iter().map(GroupId)
    }

    pub(crate) fn wire_at(&self, place: usize) -> Option<WireId> {
        self.wires.at(place).map(WireId)
    }

    pub(crate) fn group_at(&self, place: usize) -> Option<GroupId> {
        self.groups.at(place).map(GroupId)
    }

    pub(crate) fn wire_place(&self, id: WireId) -> Option<usize> {
        self.wires.place(id.0)
    }

    pub(crate) fn group_place(&self, id: GroupId) -> Option<usize> {
        self.groups.place(id.0)
    }

    pub(crate) fn wire(&self, id: WireId) -> Option<&Connector> {
        self.graph.connectors.get(self.wire_place(id)?)
    }

    pub(crate) fn group(&self, id: GroupId) -> Option<&Group> {
        self.graph.groups.get(self.group_place(id)?)
    }

    /// The connectors at a process, in the order in which they came; one that begins and ends there once.
    pub(crate) fn wires_of(&self, process: &ProcessName) -> &[WireId] {
        self.around.get(process).map_or(&[], Vec::as_slice)
    }

    /// The connectors at a port.
    pub(crate) fn wires_at<'m>(
        &'m self,
        side: Side,
        end: &'m PortRef,
    ) -> impl Iterator<Item = (WireId, &'m Connector)> {
        let all = self.wires_of(&end.process).iter();
        all.filter_map(|&id| Some((id, self.wire(id)?)))
            .filter(move |(_, wire)| *wire_end(wire, side) == *end)
    }

    pub(crate) fn has_exports(&self, process: &ProcessName) -> bool {
        self.exports.contains_key(process)
    }

    pub(crate) fn is_member(&self, process: &ProcessName) -> bool {
        self.memberships.contains_key(process)
    }

    /// Applies an edit and gives back its inverse; a batch is done as a whole or not at all.
    pub(crate) fn apply(&mut self, edit: Edit, tapes: &mut Tapes) -> Result<Edit, EditError> {
        match edit {
            Edit::Batch(edits) => self.apply_all(edits, tapes),
            Edit::Replace(graph) => self.replace(*graph, tapes),
            Edit::RemoveProcess(name) => self.remove_process(&name, tapes),
            Edit::RenameProcess { from, to } => self.rename_process(&from, &to, tapes),
            edit => self.apply_one(edit, tapes),
        }
    }

    fn apply_all(&mut self, edits: Vec<Edit>, tapes: &mut Tapes) -> Result<Edit, EditError> {
        let mut inverses = Vec::with_capacity(edits.len());
        let before = tapes.clone();
        for edit in edits {
            match self.apply(edit, tapes) {
                Ok(inverse) => inverses.push(inverse),
                Err(error) => {
                    self.take_back(inverses, tapes);
                    *tapes = before;
                    return Err(error);
                }
            }
        }
        inverses.reverse();
        Ok(Edit::Batch(inverses))
    }

    /// Undoes what was done of a batch that was refused.
    pub(crate) fn take_back(&mut self, inverses: Vec<Edit>, tapes: &Tapes) {
        let mut back = tapes.clone().turned();
        for inverse in inverses.into_iter().rev() {
            let undone = self.apply(inverse, &mut back);
            debug_assert!(undone.is_ok(), "an inverse can always be applied");
        }
    }

    fn apply_one(&mut self, edit: Edit, tapes: &mut Tapes) -> Result<Edit, EditError> {
        let before = Digest::of_slot(&self.graph, &edit);
        let inverse = self.graph.apply(edit)?;
        let after = Digest::of_slot(&self.graph, &inverse);
        self.digest = self.digest.less(before).plus(after);
        self.follow(done(&inverse), tapes);
        Ok(inverse)
    }

    /// Takes another graph; connectors between the same ports keep their numbers, and so do groups at their places.
    fn replace(&mut self, graph: Graph, tapes: &mut Tapes) -> Result<Edit, EditError> {
        let inverse = self.graph.apply(Edit::Replace(Box::new(graph)))?;
        let wires = match tapes.wires.take(self.graph.connectors.len()) {
            Some(known) => known,
            None => self.matched_wires(&inverse),
        };
        let groups = match tapes.groups.take(self.graph.groups.len()) {
            Some(known) => known,
            None => self.groups.resized(self.graph.groups.len()),
        };
        tapes.wires.free_all(&self.wires);
        tapes.groups.free_all(&self.groups);
        self.wires.assign(wires);
        self.groups.assign(groups);
        self.reindex();
        Ok(inverse)
    }

    /// Numbers for the connectors of a new graph: those of the old one where both ends are the same.
    fn matched_wires(&mut self, old: &Edit) -> Vec<u32> {
        let Edit::Replace(old) = old else {
            return self.wires.resized(self.graph.connectors.len());
        };
        let mut known: HashMap<(&PortRef, &PortRef), Vec<u32>> = HashMap::new();
        for (connector, id) in old.connectors.iter().zip(self.wires.iter()).rev() {
            let pair = (&connector.from, &connector.to);
            known.entry(pair).or_default().push(id);
        }
        let mut ids = Vec::with_capacity(self.graph.connectors.len());
        for connector in &self.graph.connectors {
            let found = known.get_mut(&(&connector.from, &connector.to));
            let found = found.and_then(Vec::pop);
            ids.push(found.unwrap_or_else(|| self.wires.fresh()));
        }
        ids
    }

    fn reindex(&mut self) {
        self.around.clear();
        self.exports.clear();
        self.memberships.clear();
        for (place, id) in self.wires.iter().enumerate() {
            if let Some(connector) = self.graph.connectors.get(place) {
                hook(&mut self.around, connector, WireId(id));
            }
        }
        for target in self
            .graph
            .inports
            .values()
            .chain(self.graph.outports.values())
        {
            count_up(&mut self.exports, &target.process);
        }
        for member in self.graph.groups.iter().flat_map(|group| &group.processes) {
            count_up(&mut self.memberships, member);
        }
        self.digest = Digest::of_graph(&self.graph);
        self.touched.all = true;
        self.touched.content = true;
    }

    /// Keeps the indices true to what an edit did, which its inverse tells.
    fn follow(&mut self, inverse: &Edit, tapes: &mut Tapes) {
        self.touched.content |= !matches!(inverse, Edit::SetPosition { .. });
        match inverse {
            Edit::RemoveProcessOnly(name) | Edit::AddProcess { name, .. } => self.touch(name),
            Edit::RenameProcessOnly { from, to } => {
                self.touch(from);
                self.touch(to);
            }
            Edit::ChangeProcess { name, change } => self.follow_process(name, change),
            Edit::RemoveConnector { .. }
            | Edit::AddConnector { .. }
            | Edit::ChangeConnector { .. } => self.follow_connector(inverse, tapes),
            Edit::SetExport {
                side, name, target, ..
            } => self.follow_export(*side, name, target.as_ref()),
            Edit::AddGroup { .. } | Edit::RemoveGroup { .. } | Edit::ChangeGroup { .. } => {
                self.follow_group(inverse, tapes);
            }
            _ => {}
        }
    }

    fn follow_process(&mut self, name: &ProcessName, change: &ProcessChange) {
        use ProcessChange as Change;
        if let Change::Note(_) | Change::Label(_) | Change::Meta { .. } | Change::Comments(_) =
            change
        {
            return;
        }
        self.touch(name);
        if let Change::Component(_) = change {
            // What is sent on has another type now, and neighbours' expressions may look at it.
            for id in self.wires_of(name).to_vec() {
                if let Some(reader) = self.wire(id).map(|wire| wire.to.process.clone()) {
                    self.touch(&reader);
                }
            }
        }
    }

    fn follow_connector(&mut self, inverse: &Edit, tapes: &mut Tapes) {
        match inverse {
            Edit::RemoveConnector { at } => {
                let id = WireId(self.wires.insert(*at, &mut tapes.wires));
                if let Some(connector) = self.graph.connectors.get(*at) {
                    hook(&mut self.around, connector, id);
                    let ends = [connector.from.process.clone(), connector.to.process.clone()];
                    for end in &ends {
                        self.touch(end);
                    }
                }
            }
            Edit::AddConnector {
                connector,
                at: Some(at),
            } => {
                if let Some(id) = self.wires.at(*at).map(WireId) {
                    self.wires.remove(*at, &mut tapes.wires);
                    unhook(&mut self.around, &connector.from.process, id);
                    unhook(&mut self.around, &connector.to.process, id);
                    self.touched.wires.insert(id);
                }
                self.touch(&connector.from.process);
                self.touch(&connector.to.process);
            }
            Edit::ChangeConnector {
                at,
                change: ConnectorChange::From(old) | ConnectorChange::To(old),
            } => self.follow_end(*at, &old.process),
            _ => {}
        }
    }

    /// An end of a connector has left a process.
    fn follow_end(&mut self, at: usize, left: &ProcessName) {
        let (Some(id), Some(connector)) = (self.wire_at(at), self.graph.connectors.get(at)) else {
            return;
        };
        let ends = [connector.from.process.clone(), connector.to.process.clone()];
        if !ends.contains(left) {
            unhook(&mut self.around, left, id);
        }
        self.touch(left);
        for end in &ends {
            let known = self.around.entry(end.clone()).or_default();
            if !known.contains(&id) {
                known.push(id);
            }
            self.touch(end);
        }
    }

    fn follow_export(&mut self, side: Side, name: &PortName, old: Option<&PortRef>) {
        if let Some(old) = old {
            count_down(&mut self.exports, &old.process);
            self.touch(&old.process);
        }
        if let Some(new) = self.exported(side).get(name).map(|end| end.process.clone()) {
            count_up(&mut self.exports, &new);
            self.touch(&new);
        }
    }

    fn follow_group(&mut self, inverse: &Edit, tapes: &mut Tapes) {
        let (gone, came) = match inverse {
            Edit::RemoveGroup { at } => {
                self.groups.insert(*at, &mut tapes.groups);
                (None, Some(*at))
            }
            Edit::AddGroup {
                group,
                at: Some(at),
            } => {
                self.groups.remove(*at, &mut tapes.groups);
                (Some(group), None)
            }
            Edit::ChangeGroup { at, group } => (Some(group), Some(*at)),
            _ => return,
        };
        for member in gone.iter().flat_map(|group| &group.processes) {
            count_down(&mut self.memberships, member);
        }
        let came = came.and_then(|at| self.graph.groups.get(at));
        for member in came.iter().flat_map(|group| &group.processes) {
            count_up(&mut self.memberships, member);
        }
    }

    pub(crate) const fn exported(&self, side: Side) -> &IndexMap<PortName, PortRef> {
        match side {
            Side::In => &self.graph.inports,
            Side::Out => &self.graph.outports,
        }
    }

    fn touch(&mut self, process: &ProcessName) {
        if !self.touched.all {
            self.touched.processes.insert(process.clone());
        }
    }
}

/// The edit that an inverse takes back; comments that went along make it a batch.
fn done(inverse: &Edit) -> &Edit {
    match inverse {
        Edit::Batch(edits) => edits.first().unwrap_or(inverse),
        single => single,
    }
}

/// The end of a connector that an in-port reads or an out-port writes.
pub(crate) const fn wire_end(wire: &Connector, side: Side) -> &PortRef {
    match side {
        Side::In => &wire.to,
        Side::Out => &wire.from,
    }
}

type Around = HashMap<ProcessName, Vec<WireId>>;

fn hook(around: &mut Around, connector: &Connector, id: WireId) {
    let (from, to) = (&connector.from.process, &connector.to.process);
    around.entry(from.clone()).or_default().push(id);
    if from != to {
        around.entry(to.clone()).or_default().push(id);
    }
}

fn unhook(around: &mut Around, process: &ProcessName, id: WireId) {
    if let Some(known) = around.get_mut(process) {
        known.retain(|known| *known != id);
        if known.is_empty() {
            around.remove(process);
        }
    }
}

fn count_up(counts: &mut HashMap<ProcessName, u32>, name: &ProcessName) {
    *counts.entry(name.clone()).or_default() += 1;
}

fn count_down(counts: &mut HashMap<ProcessName, u32>, name: &ProcessName) {
    if let Some(count) = counts.get_mut(name) {
        *count -= 1;
        if *count == 0 {
            counts.remove(name);
        }
    }
}
