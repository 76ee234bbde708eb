//! What was done, as named steps that can be taken back and done again.

use std::collections::VecDeque;

use millstream_graph::Edit;

use crate::action::GestureId;
use crate::document::StateId;
use crate::model::Tapes;
use crate::selection::Selection;

/// How many steps are kept.
const STEPS_MAX: usize = 1000;
/// How many entries of graphs the steps may hold together; a replaced graph counts with all of its entries.
const WEIGHT_MAX: usize = 2_000_000;

/// One step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Its name for people.
    pub(crate) name: String,
    /// The gesture that it is of, while the gesture goes on.
    pub(crate) gesture: Option<GestureId>,
    /// What takes it back, or what does it again once it is taken back.
    pub(crate) edit: Edit,
    pub(crate) tapes: Tapes,
    /// What was selected before it and after it.
    pub(crate) selected: (Selection, Selection),
    /// The state before it and after it.
    pub(crate) states: (StateId, StateId),
    /// How many entries of graphs the edit holds.
    pub(crate) weight: usize,
}

/// The steps that can be taken back, and those that can be done again.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    pub(crate) done: VecDeque<Step>,
    pub(crate) undone: Vec<Step>,
    weight: usize,
}

impl History {
    /// Adds a step that was done; what could be done again is gone.
    pub(crate) fn add(&mut self, step: Step) {
        self.undone.clear();
        self.done.push_back(step);
        self.weight = self.done.iter().map(|step| step.weight).sum();
        while self.done.len() > STEPS_MAX || (self.weight > WEIGHT_MAX && self.done.len() > 1) {
            if let Some(oldest) = self.done.pop_front() {
                self.weight -= oldest.weight;
            }
        }
    }

    /// The names of all steps, the oldest first: those done, then those that can be done again.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let undone = self.undone.iter().rev();
        self.done
            .iter()
            .chain(undone)
            .map(|step| step.name.as_str())
    }
}

/// How many entries an edit holds.
pub(crate) fn weight(edit: &Edit) -> usize {
    match edit {
        Edit::Batch(edits) => edits.iter().map(weight).sum(),
        Edit::Replace(graph) => graph.processes.len() + graph.connectors.len() + graph.layout.len(),
        _ => 1,
    }
}
