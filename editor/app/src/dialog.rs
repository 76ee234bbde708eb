//! What stands above everything else for a moment: palette, preferences, keys, questions.

pub(crate) mod ask;
pub(crate) mod palette;
pub(crate) mod preferences;
pub(crate) mod shortcuts;

use egui::{Area, Frame, Id, Key, Modal, Order, Pos2, Ui, vec2};

use crate::command::{Command, Situation, available};
use crate::keymap::Keymap;

/// What is open; one at a time.
#[derive(Debug)]
pub(crate) enum Dialog {
    /// The palette.
    Palette(palette::Palette),
    /// The preferences.
    Preferences,
    /// The keys.
    Shortcuts(shortcuts::Shortcuts),
    /// What can be done with something on the canvas.
    Menu {
        /// The commands.
        commands: &'static [Command],
        /// Where it was clicked, on the screen.
        at: Pos2,
        /// Whether it has not been drawn yet.
        is_new: bool,
    },
    /// A question.
    Ask(ask::Ask),
}

/// A menu at a place of the canvas: whether it stays, or what was chosen.
pub(crate) fn menu(
    ui: &Ui,
    (commands, at, is_new): (&[Command], Pos2, bool),
    situation: &Situation<'_>,
    keymap: &Keymap,
) -> Result<bool, Command> {
    let mut chosen = None;
    let area = Area::new(Id::unique("context menu"))
        .order(Order::Foreground)
        .constrain_to(ui.ctx().content_rect())
        .fixed_pos(at);
    let inner = area.show(ui.ctx(), |ui| {
        Frame::menu(ui.style()).show(ui, |ui| {
            ui.set_width(250.0);
            for &command in commands {
                let reason = available(command, situation).err();
                let knob = egui::Button::new(command.title())
                    .shortcut_text(keymap.shown(command))
                    .min_size(vec2(ui.available_width(), 24.0))
                    .frame_when_inactive(false);
                let response = ui.add_enabled(reason.is_none(), knob);
                if response.clicked() {
                    chosen = Some(command);
                }
                if let Some(reason) = reason {
                    response.on_disabled_hover_text(reason);
                }
            }
        });
    });
    let is_dropped = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape));
    let is_elsewhere = inner.response.clicked_elsewhere() && !is_new;
    match chosen {
        Some(command) => Err(command),
        None => Ok(!is_dropped && !is_elsewhere),
    }
}

/// A window in the middle that everything else waits for; true when it is to go.
pub(crate) fn modal(ui: &Ui, name: &str, width: f32, add: impl FnOnce(&mut Ui)) -> bool {
    let frame = Frame::popup(ui.style()).inner_margin(18).corner_radius(10);
    let modal = Modal::new(Id::unique(name))
        .frame(frame)
        .show(ui.ctx(), |ui| {
            ui.set_width(width);
            add(ui);
        });
    let is_dropped = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape));
    modal.should_close() || is_dropped
}
