//! What was done, step by step; a click goes back or forth.

use egui::{RichText, ScrollArea, Ui};
use millstream_document::Action;

use super::{View, Wish};
use crate::widget;

pub(crate) fn ui(ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let done = view.document.steps_done();
    let steps: Vec<&str> = view.document.steps().collect();
    ScrollArea::vertical()
        .auto_shrink(false)
        .stick_to_bottom(true)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let names = std::iter::once("As opened").chain(steps.iter().copied());
            for (number, name) in names.enumerate() {
                let is_now = number == done;
                let is_undone = number > done;
                let row = widget::row(ui, &format!("step {number}: {name}"), is_now, |ui| {
                    let weak = ui.visuals().weak_text_color();
                    widget::painted(
                        ui,
                        RichText::new(number.to_string())
                            .monospace()
                            .size(11.0)
                            .color(weak),
                    );
                    let text = RichText::new(name);
                    widget::painted(ui, if is_undone { text.color(weak) } else { text });
                });
                if row.clicked() && !is_now {
                    wishes.push(Wish::Act(Action::JumpTo(number)));
                }
            }
        });
    wishes
}
