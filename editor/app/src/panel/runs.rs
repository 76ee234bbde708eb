//! Runs that came to their end, and what the runtime holds.

use egui::{RichText, ScrollArea, Ui};
use millstream_document::live::amount;
use millstream_protocol::extension::GraphState;

use super::{View, Wish};
use crate::icon::Icon;
use crate::run::Finished;
use crate::widget;

pub(crate) fn ui(ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
    let held: Vec<_> = view.runs.graphs().collect();
    if view.runs.history.is_empty() && held.is_empty() {
        widget::empty(ui, "Nothing ran yet", "Press F5 to run the graph");
        return Vec::new();
    }
    let mut wishes = Vec::new();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (name, run) in held {
            let Some(info) = &run.info else {
                continue;
            };
            let state = said(info.state);
            let response = widget::row(
                ui,
                &format!("graph {name}, {state}"),
                name == view.graph,
                |ui| {
                    let color = if run.is_running() {
                        view.theme.blue
                    } else {
                        view.theme.grey
                    };
                    widget::icon(ui, Icon::Dot, color);
                    widget::painted(ui, RichText::new(name).strong());
                    let weak = ui.visuals().weak_text_color();
                    widget::painted(ui, RichText::new(state).color(weak));
                },
            );
            if response.on_hover_text("Click to open").clicked() {
                wishes.push(Wish::OpenGraph(name.to_owned()));
            }
        }
        if !view.runs.history.is_empty() {
            widget::heading(ui, "Ended");
        }
        for run in &view.runs.history {
            ended(ui, view, run);
        }
    });
    wishes
}

fn ended(ui: &mut Ui, view: &View<'_>, run: &Finished) {
    let (icon, color) = match run.state {
        GraphState::Failed => (Icon::Error, view.theme.red),
        GraphState::Finished => (Icon::Check, view.theme.blue),
        _ => (Icon::Stop, view.theme.grey),
    };
    let took = run
        .elapsed_ms
        .map_or_else(String::new, |ms| format!("{:.1} s", ms as f64 / 1e3));
    let state = said(run.state);
    let fault = run.fault.clone().unwrap_or_default();
    let name = format!("run of {}, {state} {fault}", run.graph);
    let response = widget::row(ui, &name, false, |ui| {
        widget::icon(ui, icon, color);
        widget::painted(ui, RichText::new(&run.graph).strong());
        widget::painted(ui, RichText::new(state).color(color));
        let weak = ui.visuals().weak_text_color();
        let detail = format!("{took}  {} packets", amount(run.packets as f64));
        widget::painted(ui, RichText::new(detail).color(weak));
        widget::painted(ui, RichText::new(&fault));
    });
    if !fault.is_empty() {
        response.on_hover_text(fault);
    }
}

/// How a graph is doing, in a word.
pub(crate) const fn said(state: GraphState) -> &'static str {
    match state {
        GraphState::Stopped => "stopped",
        GraphState::Running => "running",
        GraphState::Draining => "draining",
        GraphState::Finished => "finished",
        GraphState::Failed => "failed",
        _ => "unknown",
    }
}
