//! The bar at the bottom: how much there is, how fast it goes, what is wrong.

use egui::{Align, Layout, RichText, Ui};
use millstream_document::live::amount;
use millstream_graph::Severity;

use crate::command::Command;
use crate::icon::{Icon, square};
use crate::panel::{View, Wish};

/// Shows it.
pub(crate) fn ui(ui: &mut Ui, view: &View<'_>, zoom: f32, overlay: &str) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let graph = view.document.graph();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        let (processes, wires) = (graph.processes.len(), graph.connectors.len());
        small(ui, counted(processes, "process", "processes"));
        small(ui, counted(wires, "wire", "wires"));
        if let Some(totals) = view.live.map(|live| live.totals()) {
            small(ui, format!("{} packets/s", amount(totals.rate)));
            let blocked = totals.full;
            if blocked > 0 {
                let text = format!("{blocked} blocked");
                if knob(ui, Icon::Warning, view.theme.amber, text) {
                    wishes.push(Wish::Command(Command::Why));
                }
            }
            let failures = totals.failures;
            if failures > 0 {
                let text = format!("{failures} failed packets");
                if knob(ui, Icon::Error, view.theme.red, text) {
                    wishes.push(Wish::Command(Command::ShowLogs));
                }
            }
        }
        let problems = view.document.problems();
        for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
            let count = problems.count(severity);
            if count == 0 {
                continue;
            }
            let (icon, color) = crate::widget::severity(view.theme, severity);
            let plural = if count == 1 { "" } else { "s" };
            if knob(ui, icon, color, format!("{count} {word}{plural}")) {
                wishes.push(Wish::Command(Command::ShowProblems));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            small(ui, format!("{:.0} %", zoom * 100.0));
            small(ui, format!("overlay: {overlay}"));
            if view.live.is_some_and(|live| live.is_stale()) {
                let text = RichText::new("numbers are old").size(12.0);
                ui.label(text.color(view.theme.amber));
            }
        });
    });
    wishes
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn small(ui: &mut Ui, text: String) {
    ui.label(
        RichText::new(text)
            .size(12.0)
            .color(ui.visuals().weak_text_color()),
    );
}

fn knob(ui: &mut Ui, icon: Icon, color: egui::Color32, text: String) -> bool {
    let (area, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
    icon.paint(ui.painter(), square(area, 11.0), color);
    let text = RichText::new(text).size(12.0).color(color);
    ui.add(egui::Button::new(text).frame(false)).clicked()
}
