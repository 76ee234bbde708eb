//! Dialogs: how they open, and what is done with what was chosen in them.

use egui::Context;
use millstream_document::{Action, Select, Target};

use super::EditorApp;
use crate::dialog::ask::{Answer, Ask};
use crate::dialog::palette::{Chosen, For, Palette};
use crate::dialog::{Dialog, preferences};
use crate::panel::Wish;

impl EditorApp {
    /// Selects what was clicked, and shows what can be done with it.
    pub(super) fn open_menu(&mut self, ctx: &Context, target: Option<Target>, at: egui::Pos2) {
        let commands = super::menu::menu(target.as_ref());
        let is_selected = target.as_ref().is_none_or(|target| {
            self.workspace
                .document()
                .is_some_and(|document| document.selection().contains(target))
        });
        if let Some(target) = target.filter(|_| !is_selected) {
            self.act(ctx, Action::Select(Select::Only(vec![target])));
        }
        self.dialog = Some(Dialog::Menu {
            commands,
            at,
            is_new: true,
        });
    }

    /// Draws the dialog that is open, and does what is chosen in it.
    pub(super) fn dialogs(&mut self, ui: &egui::Ui) -> Vec<Wish> {
        let Some(mut dialog) = self.dialog.take() else {
            return Vec::new();
        };
        let mut wishes = Vec::new();
        let stays = match &mut dialog {
            Dialog::Palette(palette) => self.palette(ui, palette, &mut wishes),
            Dialog::Preferences => !preferences::ui(ui, &mut self.preferences),
            Dialog::Shortcuts(sheet) => !sheet.ui(ui, &self.keymap, &mut self.preferences.keys),
            Dialog::Menu {
                commands,
                at,
                is_new,
            } => {
                let seat = self.seat();
                let situation = self.situation(&seat);
                let menu = (*commands, *at, std::mem::take(is_new));
                match crate::dialog::menu(ui, menu, &situation, &self.keymap) {
                    Ok(stays) => stays,
                    Err(command) => {
                        wishes.push(Wish::Command(command));
                        false
                    }
                }
            }
            Dialog::Ask(ask) => match ask.ui(ui) {
                Answer::Open => true,
                answer => {
                    self.answer(ask.clone(), answer);
                    false
                }
            },
        };
        if stays && self.dialog.is_none() {
            self.dialog = Some(dialog);
        }
        wishes
    }

    fn palette(&self, ui: &egui::Ui, palette: &mut Palette, wishes: &mut Vec<Wish>) -> bool {
        let seat = self.seat();
        let situation = self.situation(&seat);
        let catalog = self.shelf.catalog();
        match palette.ui(ui, (&situation, &catalog), &self.keymap) {
            Chosen::Open => return true,
            Chosen::Dropped => {}
            Chosen::Command(command) => wishes.push(Wish::Command(command)),
            Chosen::Target(target) => wishes.push(Wish::Show(target)),
            Chosen::Component(name, For::Replace(process)) => {
                if let Ok(component) = name.parse() {
                    wishes.push(Wish::Act(Action::Replace { process, component }));
                }
            }
            Chosen::Component(name, For::Add { at, wiring, .. }) => {
                wishes.push(Wish::AddAt(name, at, wiring));
            }
            Chosen::Component(name, For::Everything) => wishes.push(Wish::AddComponent(name)),
        }
        false
    }

    fn answer(&mut self, ask: Ask, answer: Answer) {
        match (ask, answer) {
            (Ask::Close { tab, and_quit, .. }, Answer::Save) => {
                self.moment.is_quitting = and_quit;
                self.moment.closing = (!and_quit).then_some(tab);
                self.save(tab);
            }
            (Ask::Close { tab, and_quit, .. }, Answer::Discard) => {
                self.drop_tab(tab);
                if and_quit {
                    self.quit();
                }
            }
            (Ask::Close { .. }, _) => self.moment.is_quitting = false,
            (Ask::Recover(recovered), Answer::Restore) => {
                self.forget_journal(recovered.key.clone());
                self.restore(*recovered);
            }
            (Ask::Recover(recovered), Answer::Discard) => self.forget_journal(recovered.key),
            (Ask::Attach { .. }, Answer::Attach(address)) => self.runs.attach(address),
            (Ask::Inject { graph, port, .. }, Answer::Inject(value)) => {
                self.runs.inject(&graph, &port, value);
            }
            _ => {}
        }
    }
}
