//! The first screen: no account, no wizard; something to run, something to open, and how to begin.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui, vec2};
use millstream_canvas::Theme;

use crate::command::Command;
use crate::example::{ALL, Example, SAMPLE};
use crate::host::FileName;
use crate::keymap::Keymap;
use crate::widget;

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A command.
    Command(Command),
    /// The sample, to be run at once.
    RunSample,
    /// An example.
    Example(Example),
    /// A file of an earlier session.
    File(FileName),
}

/// Shows it.
pub(crate) fn ui(
    ui: &mut Ui,
    recent: &[FileName],
    keymap: &Keymap,
    theme: &Theme,
) -> Option<Choice> {
    let mut choice = None;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() * 0.09).clamp(12.0, 90.0));
            ui.set_max_width(640.0);
            ui.label(RichText::new("Millstream").size(30.0).strong());
            widget::muted(ui, "Draw a graph, run it, watch the packets.");
            ui.add_space(18.0);
            ui.allocate_ui_with_layout(vec2(640.0, 0.0), Layout::top_down(Align::Min), |ui| {
                choice = content(ui, recent, keymap, theme);
            });
        });
    });
    choice
}

fn content(ui: &mut Ui, recent: &[FileName], keymap: &Keymap, theme: &Theme) -> Option<Choice> {
    let mut choice = None;
    ui.horizontal(|ui| {
        let size = vec2(204.0, 44.0);
        let run = Button::new(RichText::new(SAMPLE.title).strong().color(theme.on_status))
            .fill(theme.selection);
        if ui
            .add_sized(size, run)
            .on_hover_text(SAMPLE.summary)
            .clicked()
        {
            choice = Some(Choice::RunSample);
        }
        for command in [Command::Open, Command::New] {
            let knob = Button::new(command.title()).shortcut_text(keymap.shown(command));
            if ui.add_sized(size, knob).clicked() {
                choice = Some(Choice::Command(command));
            }
        }
    });
    ui.add_space(14.0);
    widget::heading(ui, "Examples");
    for example in ALL {
        let row = widget::row(ui, &format!("example {}", example.title), false, |ui| {
            widget::painted(ui, RichText::new(example.title).strong());
            let color = ui.visuals().weak_text_color();
            widget::painted(ui, RichText::new(example.summary).color(color));
        });
        if row.clicked() {
            choice = Some(Choice::Example(example));
        }
    }
    if !recent.is_empty() {
        ui.add_space(8.0);
        widget::heading(ui, "Opened lately");
    }
    for file in recent.iter().take(8) {
        let row = widget::row(ui, &format!("recent {file}"), false, |ui| {
            widget::painted(ui, RichText::new(file.stem()).strong());
            let color = ui.visuals().weak_text_color();
            widget::painted(ui, RichText::new(file.folder()).color(color));
        });
        if row.clicked() {
            choice = Some(Choice::File(file.clone()));
        }
    }
    ui.add_space(14.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (command, text) in [
            (Command::QuickAdd, "adds a component on the canvas,"),
            (Command::Palette, "finds everything,"),
            (Command::Shortcuts, "shows all keys."),
        ] {
            widget::key_cap(ui, &keymap.shown(command));
            widget::muted(ui, text);
        }
    });
    choice
}
