//! The bar at the top: where one is, run and stop, what the runtime does, whether all is saved.

use egui::{Align, Button as Knob, Color32, Layout, RichText, Ui};
use millstream_canvas::Theme;
use millstream_graph::ProcessName;

use crate::command::{Command, Situation, available};
use crate::icon::{Icon, square};
use crate::keymap::Keymap;
use crate::panel::Wish;
use crate::widget::{self, Button, icon_button};
use crate::workspace::Tab;

/// What the bar shows.
pub(crate) struct Bar<'a> {
    pub(crate) trail: Vec<(&'a Tab, Option<&'a ProcessName>)>,
    pub(crate) at: &'a Situation<'a>,
    pub(crate) keymap: &'a Keymap,
    pub(crate) theme: &'a Theme,
    pub(crate) runtime: String,
    pub(crate) is_stale: bool,
    /// Whether what runs is what is drawn; nothing if nothing was deployed.
    pub(crate) is_deployed: Option<bool>,
    /// Which sides of the window are shown: left, bottom, right.
    pub(crate) sides: [bool; 3],
}

impl Bar<'_> {
    pub(crate) fn ui(&self, ui: &mut Ui) -> Vec<Wish> {
        let mut wishes = Vec::new();
        ui.horizontal_centered(|ui| {
            self.menu(ui, &mut wishes);
            self.breadcrumbs(ui, &mut wishes);
            ui.add_space(10.0);
            self.controls(ui, &mut wishes);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.right(ui, &mut wishes);
            });
        });
        wishes
    }

    fn menu(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        const MENU: [&[Command]; 5] = [
            &[
                Command::New,
                Command::Open,
                Command::Save,
                Command::SaveAs,
                Command::CloseTab,
            ],
            &[
                Command::Undo,
                Command::Redo,
                Command::Arrange,
                Command::FitAll,
            ],
            &[Command::Attach, Command::Detach, Command::Why],
            &[Command::Palette, Command::Shortcuts, Command::Preferences],
            &[Command::Welcome],
        ];
        let knob = icon_button(ui, Icon::Menu, "Menu", Button::Off);
        egui::Popup::menu(&knob).show(|ui| {
            ui.set_min_width(230.0);
            for (place, group) in MENU.iter().enumerate() {
                if place > 0 {
                    ui.separator();
                }
                for &command in *group {
                    self.entry(ui, command, wishes);
                }
            }
        });
    }

    fn entry(&self, ui: &mut Ui, command: Command, wishes: &mut Vec<Wish>) {
        let reason = available(command, self.at).err();
        let knob = Knob::new(command.title()).shortcut_text(self.keymap.shown(command));
        let response = ui.add_enabled(reason.is_none(), knob);
        if response.clicked() {
            wishes.push(Wish::Command(command));
        }
        if let Some(reason) = reason {
            response.on_disabled_hover_text(reason);
        }
    }

    fn breadcrumbs(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        let Some(((last, _), before)) = self.trail.split_last() else {
            ui.label(RichText::new("Millstream").strong());
            return;
        };
        for (tab, process) in before {
            let name = process.map_or("", |name| name.as_str());
            let text = format!("{} / {name}", tab.title());
            if ui.link(text).clicked() {
                wishes.push(Wish::ShowTab(tab.id));
            }
            widget::icon(ui, Icon::Right, ui.visuals().weak_text_color());
        }
        ui.label(RichText::new(last.title()).strong().size(15.0));
        self.marks(ui, last);
    }

    /// Whether it is saved, and whether what runs is what is drawn.
    fn marks(&self, ui: &mut Ui, tab: &Tab) {
        let (text, color) = if tab.is_saved() {
            ("saved", self.theme.muted)
        } else {
            ("unsaved", self.theme.amber)
        };
        mark(
            ui,
            if tab.is_saved() {
                Icon::Check
            } else {
                Icon::Dot
            },
            text,
            color,
        );
        match self.is_deployed {
            Some(true) => mark(ui, Icon::Check, "deployed", self.theme.muted),
            Some(false) => mark(ui, Icon::Ring, "changed since deployed", self.theme.amber),
            None => {}
        }
    }

    fn controls(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        let (run, title) = if self.at.is_running {
            (Icon::Run, "Restart with what is drawn")
        } else {
            (Icon::Run, "Run")
        };
        let buttons = [
            (Command::Run, run, title),
            (Command::Hold, Icon::Hold, "Hold or release"),
            (Command::Stop, Icon::Stop, "Stop"),
            (Command::Step, Icon::Step, "Step one packet"),
        ];
        for (command, icon, name) in buttons {
            let state = match available(command, self.at) {
                Ok(()) => Button::Off,
                Err(reason) => Button::Disabled(reason),
            };
            let keys = self.keymap.shown(command);
            let response = icon_button(ui, icon, name, state);
            if response.clicked() {
                wishes.push(Wish::Command(command));
            }
            if state == Button::Off && !keys.is_empty() {
                response.on_hover_text(keys);
            }
        }
    }

    fn right(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        ui.spacing_mut().item_spacing.x = 2.0;
        let sides = [
            (
                Command::ToggleRight,
                Icon::SideRight,
                "Inspector",
                self.sides[2],
            ),
            (
                Command::ToggleBottom,
                Icon::SideBottom,
                "Lower panels",
                self.sides[1],
            ),
            (
                Command::ToggleLeft,
                Icon::SideLeft,
                "Left side",
                self.sides[0],
            ),
        ];
        for (command, icon, name, is_on) in sides {
            let state = if is_on { Button::On } else { Button::Off };
            if icon_button(ui, icon, name, state).clicked() {
                wishes.push(Wish::Command(command));
            }
        }
        ui.add_space(8.0);
        let keys = self.keymap.shown(Command::Palette);
        let search =
            Knob::new(RichText::new("Search commands").color(ui.visuals().weak_text_color()))
                .shortcut_text(keys)
                .min_size(egui::vec2(170.0, 26.0));
        if ui.add(search).clicked() {
            wishes.push(Wish::Command(Command::Palette));
        }
        ui.add_space(8.0);
        self.runtime(ui, wishes);
    }

    fn runtime(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        let (icon, color) = if self.is_stale {
            (Icon::Clock, self.theme.amber)
        } else if self.at.is_running {
            (Icon::Dot, self.theme.blue)
        } else if self.at.is_connected {
            (Icon::Ring, self.theme.blue)
        } else {
            (Icon::Ring, self.theme.grey)
        };
        let state = if self.at.is_running { ", running" } else { "" };
        let text = format!("{}{state}", self.runtime);
        let response = ui.add(Knob::new(RichText::new(text).size(12.5)).frame_when_inactive(false));
        let (area, _) = ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
        icon.paint(ui.painter(), square(area, 10.0), color);
        if response.on_hover_text("Attach to a runtime…").clicked() {
            wishes.push(Wish::Command(Command::Attach));
        }
    }
}

fn mark(ui: &mut Ui, icon: Icon, text: &str, color: Color32) {
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.add_space(4.0);
    let (area, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
    icon.paint(ui.painter(), square(area, 10.0), color);
    ui.label(RichText::new(text).size(11.5).color(color));
}
