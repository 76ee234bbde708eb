//! The components: what there is, found by typing, added by double click, by Enter or by dragging.

use egui::{RichText, ScrollArea, Ui};
use millstream_document::search::{Query, Taste, search};
use millstream_graph::ComponentSpec;

use super::{View, Wish};
use crate::markdown::plain;
use crate::widget;

/// The panel.
#[derive(Debug, Default)]
pub(crate) struct Components {
    text: String,
    chosen: Option<String>,
}

impl Components {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let hint = "Search, e.g. in:text out:record";
        let field = widget::search(ui, &mut self.text, "Search components", hint);
        ui.add_space(4.0);
        let query = Query::new(&self.text);
        for problem in &query.problems {
            ui.label(RichText::new(&problem.message).color(view.theme.amber));
        }
        let hits = search(view.document.catalog(), &query, None, &Taste::default());
        let mut found: Vec<&ComponentSpec> = hits.into_iter().map(|hit| hit.spec).collect();
        if self.text.trim().is_empty() {
            found.sort_by(|one, other| one.name.cmp(&other.name));
        }
        if field.lost_focus()
            && ui.input(|input| input.key_pressed(egui::Key::Enter))
            && let Some(best) = found.first()
        {
            wishes.push(Wish::AddComponent(best.name.clone()));
        }
        if found.is_empty() {
            widget::empty(
                ui,
                "No component matches",
                "Terms: in:TYPE out:TYPE pkg:FAMILY is:source",
            );
            return wishes;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let by_family = self.text.trim().is_empty();
            let mut last = "";
            for spec in found {
                let family = spec.name.rsplit_once('/').map_or("", |(family, _)| family);
                if by_family && family != last {
                    last = family;
                    widget::heading(ui, family);
                }
                wishes.extend(self.component(ui, spec, by_family));
            }
        });
        wishes
    }

    fn component(&mut self, ui: &mut Ui, spec: &ComponentSpec, by_family: bool) -> Option<Wish> {
        let is_chosen = self.chosen.as_ref() == Some(&spec.name);
        let short = spec.name.rsplit('/').next().unwrap_or(&spec.name);
        let title = if by_family { short } else { spec.name.as_str() };
        let response = widget::row(ui, &format!("component {}", spec.name), is_chosen, |ui| {
            widget::painted(ui, RichText::new(title));
            let summary = RichText::new(plain(&spec.summary)).size(11.5);
            widget::painted(ui, summary.color(ui.visuals().weak_text_color()));
        });
        if response.clicked() {
            self.chosen = Some(spec.name.clone());
        }
        let is_wanted = response.double_clicked();
        response.on_hover_ui(|ui| explain(ui, spec));
        is_wanted.then(|| Wish::AddComponent(spec.name.clone()))
    }
}

/// What a component is, in a few lines.
pub(crate) fn explain(ui: &mut Ui, spec: &ComponentSpec) {
    ui.set_max_width(340.0);
    ui.strong(&spec.name);
    ui.label(plain(&spec.summary));
    let ports = |ports: &[millstream_graph::PortSpec], settings: bool| {
        let kind = |port: &&millstream_graph::PortSpec| port.setting.is_some() == settings;
        let named = ports.iter().filter(kind);
        let named = named.map(|port| format!("{}: {}", port.name, port.port_type));
        named.collect::<Vec<_>>().join(", ")
    };
    for (word, text) in [
        ("in", ports(&spec.in_ports, false)),
        ("out", ports(&spec.out_ports, false)),
        ("settings", ports(&spec.in_ports, true)),
    ] {
        if !text.is_empty() {
            widget::muted(ui, format!("{word}  {text}"));
        }
    }
    widget::muted(ui, "Double click to add");
}
