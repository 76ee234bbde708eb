//! How a document changes: an action becomes edits of the graph, and these become one step.
//!
//! An action makes its edits one by one and looks at the graph in between, so that none has to foresee what another
//! does. If it is refused in the end, what it did is taken back.

mod commit;
mod connect;
mod graph;
mod group;
mod insert;
mod place;
mod process;
mod select;
mod subgraph;
mod swap;

use millstream_graph::{Edit, Graph, ProcessName};

use crate::action::{Action, GestureId};
use crate::document::Document;
use crate::model::Tapes;
use crate::refusal::{Applied, Notice, Refused};
use crate::selection::Selection;
use crate::target::Target;

pub use select::Path;

/// The name of the step that an action makes, or why it is refused.
pub(crate) type Done = Result<String, Refused>;

/// An action while it is being applied.
pub(crate) struct Change<'d> {
    pub(crate) document: &'d mut Document,
    /// Inverses of what was done, the first first.
    inverses: Vec<Edit>,
    tapes: Tapes,
    /// What was selected before.
    selected: Selection,
    pub(crate) applied: Applied,
}

impl Document {
    /// Applies an action, as one step that can be undone.
    ///
    /// # Errors
    ///
    /// Refuses with a reason for people and, where there is one, an offer; the document is then as it was.
    pub fn apply(&mut self, action: Action) -> Result<Applied, Refused> {
        match action {
            Action::Select(select) => self.select(select).map(|()| Applied::default()),
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::JumpTo(steps) => self.jump_to(steps),
            Action::CancelGesture(gesture) => self.cancel(gesture),
            Action::Copy => Ok(Applied {
                clipboard: Some(self.copied()?),
                ..Applied::default()
            }),
            Action::Gesture(gesture, action) => self.perform(*action, Some(gesture)),
            action => self.perform(action, None),
        }
    }

    fn perform(&mut self, action: Action, gesture: Option<GestureId>) -> Result<Applied, Refused> {
        let mut change = Change {
            inverses: Vec::new(),
            tapes: Tapes::default(),
            selected: self.selection.clone(),
            applied: Applied::default(),
            document: self,
        };
        match change.run(action) {
            Ok(name) => Ok(change.commit(name, gesture)),
            Err(refused) => {
                change.roll_back();
                Err(refused)
            }
        }
    }
}

impl Change<'_> {
    fn run(&mut self, action: Action) -> Done {
        match action {
            Action::Add(add) => self.add(add),
            Action::InsertOnWire(insertion) => self.insert_on_wire(&insertion),
            Action::Delete { targets, deletion } => self.delete(&targets, deletion),
            Action::Rename { process, to } => self.rename(process, &to),
            Action::Replace { process, component } => self.replace(&process, component),
            Action::SetField { processes, field } => self.set_field(&processes, &field),
            Action::SetValue { port, value } => self.set_value(port, value),
            Action::TypeValue { port, text } => self.type_value(port, &text),
            Action::ClearValue(port) => self.clear_value(&port),
            Action::Group { processes, name } => self.group(processes, name),
            Action::ChangeGroup { group, change } => self.change_group(group, change),
            Action::DissolveGroups(groups) => self.dissolve_groups(&groups),
            Action::AddNote { text, at } => self.add_note(text, at),
            Action::ChangeNote { note, change } => self.change_note(note, change),
            Action::Move { processes, notes } => self.move_to(&processes, &notes),
            Action::MoveSelection { by } => self.move_selection(by),
            Action::Arrange(processes) => self.arrange(&processes),
            Action::Align {
                processes,
                alignment,
            } => self.align(&processes, alignment),
            Action::Distribute { processes, axis } => self.distribute(&processes, axis),
            action => self.run_wire(action),
        }
    }

    fn run_wire(&mut self, action: Action) -> Done {
        match action {
            Action::Connect { from, to, mode } => self.connect(&from, &to, mode),
            Action::ConnectThrough {
                from,
                to,
                component,
                in_port,
                out_port,
            } => self.connect_through(&from, &to, component, (in_port, out_port)),
            Action::Branch { from, to } => self.branch(&from, &to),
            Action::ConnectProcesses { from, to } => self.connect_processes(&from, &to),
            Action::MoveEnds { wires, to, mode } => self.move_ends(&wires, &to, mode),
            Action::SetBends { wire, bends } => self.set_bends(wire, &bends),
            Action::SetCapacity { wires, capacity } => self.set_capacity(&wires, capacity),
            Action::SetWhenFull { wires, when_full } => self.set_when_full(&wires, when_full),
            Action::SetWireNote { wire, note } => self.set_wire_note(wire, &note),
            action => self.run_graph(action),
        }
    }

    fn run_graph(&mut self, action: Action) -> Done {
        match action {
            Action::Export { port, name } => self.export(port, name),
            Action::Unexport { side, name } => self.unexport(side, &name),
            Action::RenameExport { side, name, to } => self.rename_export(side, name, &to),
            Action::SetBookmark { number, bookmark } => self.set_bookmark(number, bookmark),
            Action::Cut => self.cut(),
            Action::Paste { text, at } => self.paste(&text, at),
            Action::Duplicate { by } => self.duplicate(by),
            Action::Collapse { processes, file } => self.collapse(&processes, file),
            Action::Dissolve(process) => self.dissolve(&process),
            Action::MakeUnique { process, file } => self.make_unique(&process, file),
            Action::SetName(name) => self.set_name(name),
            Action::SetDescription(text) => self.set_description(text),
            Action::SetPerGroup(runs) => self.set_per_group(runs),
            Action::SetPackage { name, requirement } => self.set_package(name, requirement),
            Action::ReplaceText(text) => self.replace_text(&text),
            Action::All { name, actions } => self.run_all(name, actions),
            _ => Err(Refused::because("this cannot be part of a step")),
        }
    }

    fn run_all(&mut self, name: String, actions: Vec<Action>) -> Done {
        for action in actions {
            match action {
                Action::Select(select) => self.document.select(select)?,
                action => {
                    self.run(action)?;
                }
            }
            self.document.settle();
        }
        Ok(name)
    }

    /// Makes an edit.
    pub(crate) fn edit(&mut self, edit: Edit) -> Result<(), Refused> {
        let inverse = self.document.model.apply(edit, &mut self.tapes)?;
        self.inverses.push(inverse);
        Ok(())
    }

    /// Brings the ports of a process up to date in the midst of an action that looks at them.
    pub(crate) fn refresh(&mut self, process: &ProcessName) {
        self.document.settle_process(process);
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

    /// What was made and is to be looked at before all else.
    pub(crate) fn made_first(&mut self, target: Target) {
        self.applied.made.insert(0, target);
    }
}

/// How a step names several things: `3 processes`.
pub(crate) fn count(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// How a step names processes: the name of one, the number of several.
pub(crate) fn count_of(names: &[ProcessName], one: &str, several: &str) -> String {
    match names {
        [name] => name.to_string(),
        names => count(names.len(), one, several),
    }
}
