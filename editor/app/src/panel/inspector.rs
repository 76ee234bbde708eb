//! The inspector: all about what is selected, and fields to change it.

mod field;
mod graph;
mod process;
mod schema;
mod wire;

use std::collections::HashMap;

use egui::{Grid, Id, RichText, ScrollArea, TextEdit, Ui};
use millstream_document::{Action, Deletion, Target};

use super::{Gesture, View, Wish};
use crate::command::Command;
use crate::markdown::plain;
use crate::widget;

pub(crate) use field::Fields;

/// The panel.
#[derive(Debug, Default)]
pub(crate) struct Inspector {
    fields: Fields,
}

impl Inspector {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            self.about(ui, view, &mut wishes);
            ui.add_space(12.0);
        });
        self.fields.forget_unseen();
        wishes
    }

    fn about(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Vec<Wish>) {
        let selection = view.document.selection();
        if selection.len() > 1 {
            return several(ui, view, wishes);
        }
        match selection.targets().next() {
            None | Some(Target::Graph | Target::Export(_)) => {
                graph::ui(ui, view, &mut self.fields, wishes);
            }
            Some(Target::Process(name)) => {
                process::ui(ui, view, &name, &mut self.fields, wishes);
            }
            Some(Target::Port(port)) => {
                let name = port.end.process;
                process::ui(ui, view, &name, &mut self.fields, wishes);
            }
            Some(Target::Value(end)) => {
                process::ui(ui, view, &end.process, &mut self.fields, wishes);
            }
            Some(Target::Wire(id)) => wire::ui(ui, view, id, &mut self.fields, wishes),
            Some(Target::Group(id)) => graph::group(ui, view, id, &mut self.fields, wishes),
        }
    }
}

fn several(ui: &mut Ui, view: &View<'_>, wishes: &mut Vec<Wish>) {
    let selection = view.document.selection();
    let count = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        number => Some(format!(
            "{number} {word}{}",
            if word.ends_with('s') { "es" } else { "s" }
        )),
    };
    let parts = [
        count(selection.processes().len(), "process"),
        count(selection.wires().len(), "wire"),
        count(selection.groups().len(), "group"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    title(ui, &parts.join(", "), "selected");
    let commands = [
        Command::Group,
        Command::Extract,
        Command::Arrange,
        Command::AlignLeft,
        Command::AlignTop,
        Command::DistributeHorizontally,
        Command::DistributeVertically,
        Command::Duplicate,
        Command::Delete,
    ];
    for command in commands {
        let button = egui::Button::new(command.title()).shortcut_text(view.keymap.shown(command));
        if ui.add_sized([ui.available_width(), 28.0], button).clicked() {
            wishes.push(Wish::Command(command));
        }
    }
}

/// The name of what is shown, and what it is.
fn title(ui: &mut Ui, name: &str, kind: &str) {
    ui.label(RichText::new(name).size(17.0).strong());
    widget::muted(ui, kind);
    ui.add_space(4.0);
}

/// Rows of names and values, the values right of each other.
fn facts(ui: &mut Ui, id: &str, rows: &[(&str, String)]) {
    Grid::new(id)
        .num_columns(2)
        .spacing([14.0, 5.0])
        .show(ui, |ui| {
            for (name, value) in rows {
                widget::muted(ui, *name);
                ui.label(value);
                ui.end_row();
            }
        });
}

/// A field for a short text, with its name above it.
fn line(
    ui: &mut Ui,
    fields: &mut Fields,
    (name, key): (&str, Id),
    value: &str,
    action: impl FnOnce(String) -> Action,
) -> Option<Wish> {
    widget::muted(ui, name);
    let text = fields.text(key, value);
    let edit = TextEdit::singleline(text)
        .id(key)
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name(name.to_owned());
    fields.follow(key, &response);
    let text = fields.changed(key, &response)?;
    Some(Wish::Gesture(Gesture(key), action(text)))
}

/// A field for a text over several lines.
fn remark(
    ui: &mut Ui,
    fields: &mut Fields,
    (name, key): (&str, Id),
    value: &str,
    action: impl FnOnce(String) -> Action,
) -> Option<Wish> {
    widget::muted(ui, name);
    let text = fields.text(key, value);
    let edit = TextEdit::multiline(text)
        .id(key)
        .desired_rows(2)
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name(name.to_owned());
    fields.follow(key, &response);
    let text = fields.changed(key, &response)?;
    Some(Wish::Gesture(Gesture(key), action(text)))
}

/// What is wrong with a thing, in place.
fn problems(ui: &mut Ui, view: &View<'_>, target: &Target) {
    for problem in view.document.problems().of(target) {
        finding(ui, view, &problem.finding);
    }
}

fn finding(ui: &mut Ui, view: &View<'_>, finding: &millstream_graph::Finding) {
    let (icon, color) = widget::severity(view.theme, finding.severity);
    ui.horizontal_wrapped(|ui| {
        widget::icon(ui, icon, color);
        let message = crate::notice::capitalised(&plain(&finding.message));
        ui.label(RichText::new(message).color(color));
        if let Some(help) = &finding.help {
            widget::muted(ui, plain(help));
        }
    });
}

fn delete(target: Target) -> Wish {
    Wish::Act(Action::Delete {
        targets: vec![target],
        deletion: Deletion::Cut,
    })
}

/// Kept so that a map of one kind is spelled once.
type Buffers = HashMap<Id, field::Buffer>;
