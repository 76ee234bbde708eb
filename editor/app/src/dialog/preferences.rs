//! The preferences; they hold at once.

use egui::{Grid, RichText, Slider, Ui};

use super::modal;
use crate::preferences::{Preferences, SCALES, ThemeChoice};
use crate::widget;

/// Shows them; true when they are to go.
pub(crate) fn ui(ui: &Ui, preferences: &mut Preferences) -> bool {
    let mut is_done = false;
    let is_dropped = modal(ui, "preferences", 460.0, |ui| {
        ui.label(RichText::new("Preferences").size(18.0).strong());
        ui.add_space(8.0);
        Grid::new("preferences")
            .num_columns(2)
            .spacing([18.0, 12.0])
            .show(ui, |ui| {
                widget::muted(ui, "Theme");
                ui.horizontal(|ui| {
                    for (choice, name) in ThemeChoice::ALL {
                        ui.selectable_value(&mut preferences.theme, choice, name);
                    }
                });
                ui.end_row();
                widget::muted(ui, "Scale");
                let scale = Slider::new(&mut preferences.scale, SCALES).step_by(0.05);
                ui.add(scale).accessible_name("Scale");
                ui.end_row();
                widget::muted(ui, "Motion");
                ui.checkbox(&mut preferences.reduced_motion, "Nothing moves by itself");
                ui.end_row();
                widget::muted(ui, "Live numbers");
                let interval = Slider::new(&mut preferences.counts_interval_ms, 100..=5000)
                    .suffix(" ms")
                    .logarithmic(true);
                ui.add(interval).accessible_name("Time between numbers");
                ui.end_row();
            });
        ui.add_space(10.0);
        widget::muted(ui, "Keys are changed on the sheet of keyboard shortcuts.");
        ui.add_space(10.0);
        is_done = ui.button("Done").clicked();
    });
    is_done || is_dropped
}
