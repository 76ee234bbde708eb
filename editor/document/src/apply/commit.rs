//! Steps: how what an action did gets into the history, and how it is taken back.

use millstream_graph::Edit;

use crate::action::GestureId;
use crate::apply::Change;
use crate::document::{Document, StateId};
use crate::history::{Step, weight};
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
    if edits.iter().chain(&old).all(|edit| slot(edit).is_some()) {
        // What the older inverse sets anyway need not be set by the younger one before.
        let known: std::collections::HashSet<Slot> = old.iter().filter_map(slot).collect();
        edits
            .retain(|edit| !is_plain(edit) || slot(edit).is_none_or(|slot| !known.contains(&slot)));
    }
    edits.extend(old);
    let edit = Edit::Batch(edits);
    Step {
        weight: weight(&edit),
        edit,
        tapes: Tapes {
            wires: second.tapes.wires.before(first.tapes.wires),
            groups: second.tapes.groups.before(first.tapes.groups),
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
type Slot = (&'static str, String);

fn slot(edit: &Edit) -> Option<Slot> {
    use millstream_graph::{ConnectorChange, ProcessChange};
    Some(match edit {
        Edit::SetName(_) => ("name", String::new()),
        Edit::SetDescription(_) => ("description", String::new()),
        Edit::SetPosition { process, .. } => ("position", process.to_string()),
        Edit::SetMeta { key, .. } => ("meta", key.clone()),
        Edit::ChangeGroup { at, .. } => ("group", at.to_string()),
        Edit::ChangeProcess { name, change } => match change {
            ProcessChange::Iip { port, .. } => ("iip", format!("{name}.{port}")),
            ProcessChange::Label(_) => ("label", name.to_string()),
            ProcessChange::Note(_) => ("note", name.to_string()),
            ProcessChange::Worker(_) => ("worker", name.to_string()),
            ProcessChange::Thread(_) => ("thread", name.to_string()),
            ProcessChange::Replicas(_) => ("replicas", name.to_string()),
            ProcessChange::Meta { key, .. } => ("process meta", format!("{name}.{key}")),
            _ => return None,
        },
        Edit::ChangeConnector { at, change } => match change {
            ConnectorChange::Capacity(_) => ("capacity", at.to_string()),
            ConnectorChange::Note(_) => ("connector note", at.to_string()),
            ConnectorChange::Meta { key, .. } => ("connector meta", format!("{at}.{key}")),
            _ => return None,
        },
        _ => return None,
    })
}

/// Whether an edit only gives another value to what is there before and after it.
const fn is_plain(edit: &Edit) -> bool {
    use millstream_graph::{ConnectorChange, ProcessChange};
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
