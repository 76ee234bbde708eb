//! Steps: how what an action did gets into the history, and how it is taken back.

use std::collections::HashSet;

use millstream_graph::{ConnectorChange, Edit, PortKey, ProcessChange, ProcessName};

use crate::action::GestureId;
use crate::apply::Change;
use crate::document::{Document, StateId};
use crate::history::{Step, weight};
use crate::ids::Tape;
use crate::model::Tapes;
use crate::refusal::{Applied, Refused};

impl Change<'_> {
    /// Makes a step of what was done, or adds it to that of the same gesture.
    pub(super) fn commit(self, name: String, gesture: Option<GestureId>) -> Applied {
        let Self {
            document,
            mut inverses,
            tapes,
            selected,
            mut applied,
        } = self;
        if inverses.is_empty() {
            document.settle();
            return applied;
        }
        inverses.reverse();
        applied.step = Some(name.clone());
        let before = document.state;
        let after = document.new_state();
        document.settle();
        let edit = Edit::Batch(inverses);
        let mut step = Step {
            name,
            gesture,
            weight: weight(&edit),
            edit,
            tapes: tapes.turned(),
            selected: (selected, document.selection.clone()),
            states: (before, after),
        };
        let is_same = |last: &Step| gesture.is_some() && last.gesture == gesture;
        if document.history.undone.is_empty()
            && document.history.done.back().is_some_and(is_same)
            && let Some(first) = document.history.done.pop_back()
        {
            step = merged(first, step);
        }
        document.history.add(step);
        applied
    }

    pub(super) fn roll_back(self) {
        self.document.model.take_back(self.inverses, &self.tapes);
        self.document.selection = self.selected;
        self.document.settle();
    }
}

impl Document {
    pub(crate) fn new_state(&mut self) -> StateId {
        self.states_made += 1;
        self.state = StateId(self.states_made);
        self.state
    }

    pub(crate) fn undo(&mut self) -> Result<Applied, Refused> {
        let Some(step) = self.history.done.pop_back() else {
            return Err(Refused::because("there is nothing to undo"));
        };
        let name = step.name.clone();
        let turned = self.turn(step)?;
        self.selection = turned.selected.0.clone();
        self.state = turned.states.0;
        self.history.undone.push(turned);
        self.settle();
        Ok(done(format!("Undo {name}")))
    }

    pub(crate) fn redo(&mut self) -> Result<Applied, Refused> {
        let Some(step) = self.history.undone.pop() else {
            return Err(Refused::because("there is nothing to redo"));
        };
        let name = step.name.clone();
        let turned = self.turn(step)?;
        self.selection = turned.selected.1.clone();
        self.state = turned.states.1;
        self.history.done.push_back(turned);
        self.settle();
        Ok(done(format!("Redo {name}")))
    }

    pub(crate) fn jump_to(&mut self, steps: usize) -> Result<Applied, Refused> {
        let all = self.history.done.len() + self.history.undone.len();
        if steps > all {
            return Err(Refused::because(format!("there are only {all} steps")));
        }
        while self.history.done.len() > steps {
            self.undo()?;
        }
        while self.history.done.len() < steps {
            self.redo()?;
        }
        Ok(Applied::default())
    }

    /// Takes back what a gesture did, and forgets it.
    pub(crate) fn cancel(&mut self, gesture: GestureId) -> Result<Applied, Refused> {
        let last = self.history.done.back();
        if last.is_none_or(|last| last.gesture != Some(gesture)) {
            return Ok(Applied::default());
        }
        let applied = self.undo()?;
        self.history.undone.pop();
        Ok(applied)
    }

    /// Applies the edit of a step; the step then holds what takes that back.
    fn turn(&mut self, step: Step) -> Result<Step, Refused> {
        let mut tapes = step.tapes;
        let edit = self.model.apply(step.edit, &mut tapes)?;
        Ok(Step {
            edit,
            tapes: tapes.turned(),
            gesture: None,
            ..step
        })
    }
}

fn done(step: String) -> Applied {
    Applied {
        step: Some(step),
        ..Applied::default()
    }
}

/// One step of two of the same gesture.
fn merged(first: Step, second: Step) -> Step {
    let mut edits = flat(second.edit);
    let old = flat(first.edit);
    let mut wires = second.tapes.wires;
    let mut groups = second.tapes.groups;
    if matches!(old.first(), Some(Edit::Replace(_))) {
        // A graph that takes the place of the whole does not mind what was there.
        edits.clear();
        wires = Tape::default();
        groups = Tape::default();
    } else if edits.iter().chain(&old).all(|edit| slot(edit).is_some()) {
        // What the older inverse sets anyway need not be set by the younger one before.
        let known: HashSet<Slot<'_>> = old.iter().filter_map(slot).collect();
        edits
            .retain(|edit| !is_plain(edit) || slot(edit).is_none_or(|slot| !known.contains(&slot)));
    }
    edits.extend(old);
    let edit = Edit::Batch(edits);
    Step {
        weight: weight(&edit),
        edit,
        tapes: Tapes {
            wires: wires.before(first.tapes.wires),
            groups: groups.before(first.tapes.groups),
        },
        selected: (first.selected.0, second.selected.1),
        states: (first.states.0, second.states.1),
        name: second.name,
        gesture: second.gesture,
    }
}

fn flat(edit: Edit) -> Vec<Edit> {
    match edit {
        Edit::Batch(edits) => edits.into_iter().flat_map(flat).collect(),
        single => vec![single],
    }
}

/// What an edit sets, for edits that leave all positions as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Slot<'e> {
    Name,
    Description,
    Position(&'e ProcessName),
    Meta(&'e str),
    Group(usize),
    Value(&'e ProcessName, &'e PortKey),
    Field(&'e ProcessName, &'static str),
    ProcessMeta(&'e ProcessName, &'e str),
    WireField(usize, &'static str),
    WireMeta(usize, &'e str),
}

fn slot(edit: &Edit) -> Option<Slot<'_>> {
    Some(match edit {
        Edit::SetName(_) => Slot::Name,
        Edit::SetDescription(_) => Slot::Description,
        Edit::SetPosition { process, .. } => Slot::Position(process),
        Edit::SetMeta { key, .. } => Slot::Meta(key),
        Edit::ChangeGroup { at, .. } => Slot::Group(*at),
        Edit::ChangeProcess { name, change } => match change {
            ProcessChange::Iip { port, .. } => Slot::Value(name, port),
            ProcessChange::Label(_) => Slot::Field(name, "label"),
            ProcessChange::Note(_) => Slot::Field(name, "note"),
            ProcessChange::Worker(_) => Slot::Field(name, "worker"),
            ProcessChange::Thread(_) => Slot::Field(name, "thread"),
            ProcessChange::Replicas(_) => Slot::Field(name, "replicas"),
            ProcessChange::Meta { key, .. } => Slot::ProcessMeta(name, key),
            _ => return None,
        },
        Edit::ChangeConnector { at, change } => match change {
            ConnectorChange::Capacity(_) => Slot::WireField(*at, "capacity"),
            ConnectorChange::Note(_) => Slot::WireField(*at, "note"),
            ConnectorChange::Meta { key, .. } => Slot::WireMeta(*at, key),
            _ => return None,
        },
        _ => return None,
    })
}

/// Whether an edit only gives another value to what is there before and after it.
const fn is_plain(edit: &Edit) -> bool {
    match edit {
        Edit::SetPosition { position, at, .. } => position.is_some() && at.is_none(),
        Edit::SetMeta { value, at, .. }
        | Edit::ChangeProcess {
            change: ProcessChange::Iip { value, at, .. } | ProcessChange::Meta { value, at, .. },
            ..
        }
        | Edit::ChangeConnector {
            change: ConnectorChange::Meta { value, at, .. },
            ..
        } => value.is_some() && at.is_none(),
        _ => true,
    }
}
