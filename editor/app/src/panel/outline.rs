//! The outline: everything on the canvas as a tree that needs no pointer, with the same selection.

use egui::{RichText, ScrollArea, Ui};
use millstream_document::{Action, Port, PortAt, Select, Side, Target};
use millstream_graph::{PortRef, ProcessName};

use super::{View, Wish};
use crate::icon::Icon;
use crate::widget;

/// The panel.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    text: String,
    /// Processes whose ports are shown.
    opened: std::collections::BTreeSet<ProcessName>,
}

impl Outline {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        widget::search(
            ui,
            &mut self.text,
            "Search outline",
            "Process, component or is:problem",
        );
        ui.add_space(4.0);
        let names: Vec<&ProcessName> = self.matching(view);
        if names.is_empty() {
            let (title, help) = if self.text.is_empty() {
                (
                    "The graph is empty",
                    "Press A on the canvas to add a component",
                )
            } else {
                ("Nothing matches", "Clear the field to see all processes")
            };
            widget::empty(ui, title, help);
            return wishes;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for name in names {
                self.process(ui, view, name, &mut wishes);
            }
        });
        wishes
    }

    fn matching<'a>(&self, view: &View<'a>) -> Vec<&'a ProcessName> {
        let wants_problems = self
            .text
            .split_whitespace()
            .any(|word| word == "is:problem");
        let words = self.text.replace("is:problem", "").trim().to_lowercase();
        let all = view.document.graph().processes.iter();
        let is_meant = |(name, process): &(&ProcessName, &millstream_graph::Process)| {
            let component = process
                .component
                .as_ref()
                .map_or("", |known| known.as_str());
            let is_named = words.is_empty()
                || name.as_str().to_lowercase().contains(&words)
                || component.to_lowercase().contains(&words);
            let target = Target::Process((*name).clone());
            is_named && (!wants_problems || view.document.problems().worst(&target).is_some())
        };
        all.filter(is_meant).map(|(name, _)| name).collect()
    }

    fn process(&mut self, ui: &mut Ui, view: &View<'_>, name: &ProcessName, out: &mut Vec<Wish>) {
        let document = view.document;
        let is_open = self.opened.contains(name);
        // Large graphs have thousands of rows, and a window shows twenty.
        let size = egui::vec2(ui.available_width(), widget::ROW);
        let area = egui::Rect::from_min_size(ui.cursor().min, size);
        if !is_open && !ui.is_rect_visible(area) {
            ui.allocate_space(size);
            return;
        }
        let target = Target::Process(name.clone());
        let is_selected = document.selection().contains(&target);
        let component = document
            .process(name)
            .and_then(|process| process.component.as_ref());
        let component = component.map_or("no component", |known| known.as_str());
        let spoken = format!("process {name}, {component}");
        let mut toggled = false;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            toggled = fold(ui, is_open, &format!("ports of {name}"));
            let response = widget::row(ui, &spoken, is_selected, |ui| {
                if let Some(worst) = document.problems().worst(&target) {
                    let (icon, color) = widget::severity(view.theme, worst);
                    widget::icon(ui, icon, color);
                }
                widget::painted(ui, RichText::new(name.as_str()));
                let component = RichText::new(component).size(11.5);
                widget::painted(ui, component.color(ui.visuals().weak_text_color()));
            });
            let modifiers = ui.input(|input| input.modifiers);
            if response.double_clicked() {
                out.push(Wish::Open(name.clone()));
            } else if response.clicked() && (modifiers.command || modifiers.shift) {
                out.push(Wish::Act(Action::Select(Select::Toggle(vec![
                    target.clone(),
                ]))));
            } else if response.clicked() {
                out.push(Wish::Show(target.clone()));
            }
        });
        if toggled && !self.opened.remove(name) {
            self.opened.insert(name.clone());
        }
        if is_open {
            ports(ui, view, name, out);
        }
    }
}

fn fold(ui: &mut Ui, is_open: bool, name: &str) -> bool {
    let size = egui::vec2(18.0, widget::ROW);
    let (area, response) = ui.allocate_exact_size(size, egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    let icon = if is_open { Icon::Down } else { Icon::Right };
    let square = crate::icon::square(area, 12.0);
    icon.paint(ui.painter(), square, ui.visuals().weak_text_color());
    response.clicked()
}

fn ports(ui: &mut Ui, view: &View<'_>, name: &ProcessName, out: &mut Vec<Wish>) {
    let Some(ports) = view.document.ports(name) else {
        return;
    };
    for (side, word) in [(Side::In, "in"), (Side::Out, "out")] {
        for port in ports.side(side) {
            ui.horizontal(|ui| {
                ui.add_space(26.0);
                port_ui(ui, view, (name, side, word), port, out);
            });
        }
    }
}

fn port_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (name, side, word): (&ProcessName, Side, &str),
    port: &Port,
    out: &mut Vec<Wish>,
) {
    let end = PortRef::new(name.clone(), port.key.clone());
    let at = PortAt {
        side,
        end: end.clone(),
    };
    let target = Target::Port(at);
    let goes = view
        .document
        .wires_at(side, &end)
        .map(|(_, wire)| match side {
            Side::In => wire.from.to_string(),
            Side::Out => wire.to.to_string(),
        });
    let goes: Vec<String> = goes.collect();
    let detail = if goes.is_empty() {
        port.port_type.to_string()
    } else {
        let arrow = if side == Side::In { "from" } else { "to" };
        format!("{arrow} {}", goes.join(", "))
    };
    let is_selected = view.document.selection().contains(&target);
    let response = widget::row(ui, &format!("{word}-port {end}"), is_selected, |ui| {
        widget::painted(ui, RichText::new(port.key.to_string()).size(12.0));
        let color = ui.visuals().weak_text_color();
        widget::painted(ui, RichText::new(detail).size(11.5).color(color));
    });
    if response.clicked() {
        out.push(Wish::Show(target));
    }
}
