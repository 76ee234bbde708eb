//! The sheet of keys; a click on a key changes it.

use egui::{Event, RichText, ScrollArea, Ui};

use super::modal;
use crate::command::{Command, TABLE};
use crate::keymap::{Bindings, Chord, Keymap};
use crate::widget;

/// The sheet.
#[derive(Debug, Default)]
pub(crate) struct Shortcuts {
    text: String,
    /// The command whose key is pressed next.
    changing: Option<Command>,
}

impl Shortcuts {
    /// Shows it; true when it is to go.
    pub(crate) fn ui(&mut self, ui: &Ui, keymap: &Keymap, bindings: &mut Bindings) -> bool {
        if let Some(command) = self.changing
            && let Some(pressed) = pressed(ui)
        {
            self.changing = None;
            if let Pressed::Chord(chord) = pressed {
                bindings.insert(command.id().to_owned(), vec![chord]);
            }
        }
        let mut is_done = false;
        let is_dropped = modal(ui, "shortcuts", 620.0, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new("Keyboard shortcuts").size(18.0).strong());
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    is_done = ui.button("Done").clicked();
                    if !bindings.is_empty() && ui.button("All defaults").clicked() {
                        bindings.clear();
                    }
                });
            });
            ui.add_space(4.0);
            widget::search(ui, &mut self.text, "Search shortcuts", "Command or key");
            ui.add_space(4.0);
            let height = (ui.ctx().content_rect().height() - 220.0).clamp(120.0, 460.0);
            ScrollArea::vertical().max_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                self.list(ui, keymap);
            });
        });
        is_done || is_dropped
    }

    fn list(&mut self, ui: &mut Ui, keymap: &Keymap) {
        let words = self.text.to_lowercase();
        let mut group = "";
        for entry in TABLE {
            let keys: Vec<String> = keymap
                .chords(entry.command)
                .map(|chord| chord.to_string())
                .collect();
            let keys = keys.join("  ");
            let is_meant =
                entry.title.to_lowercase().contains(&words) || keys.to_lowercase().contains(&words);
            if !is_meant {
                continue;
            }
            if group != entry.group {
                group = entry.group;
                widget::heading(ui, group);
            }
            let is_changing = self.changing == Some(entry.command);
            let name = format!("{} {keys}", entry.title);
            let row = widget::row(ui, &name, is_changing, |ui| {
                widget::painted(ui, RichText::new(entry.title));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let text = if is_changing {
                        "press the new key"
                    } else {
                        keys.as_str()
                    };
                    widget::key_cap(ui, text);
                });
            });
            if row.on_hover_text("Click, then press the new key").clicked() {
                self.changing = Some(entry.command);
            }
        }
    }
}

/// What is pressed for a new key.
enum Pressed {
    /// A key, as it is kept.
    Chord(String),
    /// Esc, or something that the window system keeps to itself: nothing changes.
    Nothing,
}

/// What is pressed now.
fn pressed(ui: &Ui) -> Option<Pressed> {
    ui.input_mut(|input| {
        let place = input.events.iter().position(|event| {
            matches!(
                event,
                Event::Key { pressed: true, .. } | Event::Copy | Event::Cut
            )
        })?;
        Some(match input.events.remove(place) {
            Event::Key { key, modifiers, .. } if key != egui::Key::Escape => {
                Pressed::Chord(Chord::pressed(key, modifiers).written())
            }
            _ => Pressed::Nothing,
        })
    })
}
