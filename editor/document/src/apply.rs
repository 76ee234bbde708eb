//! How a document changes: an action becomes edits of the graph, and these become one step.

mod commit;

use millstream_graph::{Edit, Graph};

use crate::action::{Action, GestureId};
use crate::document::Document;
use crate::model::Tapes;
use crate::refusal::{Applied, Notice, Refused};
use crate::selection::Selection;
use crate::target::Target;

/// The name of the step that an action makes, or why it is refused.
pub(crate) type Done = Result<String, Refused>;

/// An action while it is being applied. What it did is taken back if it is refused in the end.
pub(crate) struct Change<'d> {
    pub(crate) document: &'d mut Document,
    /// Inverses of what was done, the first first.
    inverses: Vec<Edit>,
    tapes: Tapes,
    selected: Selection,
    applied: Applied,
}

impl Document {
    /// Applies an action, as one step that can be undone.
    ///
    /// # Errors
    ///
    /// Refuses with a reason for people and, where there is one, an offer; the document is then as it was.
    pub fn apply(&mut self, action: Action) -> Result<Applied, Refused> {
        match action {
            Action::Select(_) => Err(Refused::because("this cannot be done yet")),
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::JumpTo(steps) => self.jump_to(steps),
            Action::CancelGesture(gesture) => self.cancel(gesture),
            Action::Gesture(gesture, action) => self.perform(*action, Some(gesture)),
            action => self.perform(action, None),
        }
    }

    fn perform(&mut self, action: Action, gesture: Option<GestureId>) -> Result<Applied, Refused> {
        let mut change = Change::new(self);
        match change.run(action) {
            Ok(name) => Ok(change.commit(name, gesture)),
            Err(refused) => {
                change.roll_back();
                Err(refused)
            }
        }
    }
}

impl<'d> Change<'d> {
    fn new(document: &'d mut Document) -> Self {
        Self {
            inverses: Vec::new(),
            tapes: Tapes::default(),
            selected: document.selection.clone(),
            applied: Applied::default(),
            document,
        }
    }

    fn run(&mut self, action: Action) -> Done {
        let _ = action;
        Err(Refused::because("this cannot be done yet"))
    }

    /// Makes an edit.
    pub(crate) fn edit(&mut self, edit: Edit) -> Result<(), Refused> {
        let inverse = self.document.model.apply(edit, &mut self.tapes)?;
        self.inverses.push(inverse);
        Ok(())
    }

    pub(crate) const fn graph(&self) -> &Graph {
        self.document.graph()
    }

    pub(crate) fn tell(&mut self, notice: Notice) {
        self.applied.notices.push(notice);
    }

    pub(crate) fn made(&mut self, target: Target) {
        self.applied.made.push(target);
    }
}
