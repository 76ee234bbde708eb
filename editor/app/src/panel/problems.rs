//! What is wrong with the graph, the worst first, each with what could be done about it.

use egui::{Align, Layout, RichText, ScrollArea, Ui};
use millstream_document::Problem;

use super::{View, Wish, name_of};
use crate::markdown::plain;
use crate::notice::capitalised;
use crate::widget;

pub(crate) fn ui(ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let mut problems: Vec<&Problem> = view.document.problems().iter().collect();
    problems.sort_by_key(|problem| problem.finding.severity);
    if problems.is_empty() {
        widget::empty(ui, "No problems", "The graph is checked while you edit it");
        return wishes;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for problem in problems {
            wishes.extend(row(ui, view, problem));
        }
    });
    wishes
}

fn row(ui: &mut Ui, view: &View<'_>, problem: &Problem) -> Option<Wish> {
    let finding = &problem.finding;
    let (icon, color) = widget::severity(view.theme, finding.severity);
    let message = plain(&capitalised(&finding.message));
    let place = name_of(view.document, &problem.target);
    let offer = view.document.fixes(problem).into_iter().next();
    let mut wish = None;
    let selected = view.document.selection().contains(&problem.target);
    let response = widget::row(ui, &format!("problem {message}"), selected, |ui| {
        widget::icon(ui, icon, color);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let weak = ui.visuals().weak_text_color();
            widget::painted(
                ui,
                RichText::new(finding.code.name())
                    .monospace()
                    .size(11.0)
                    .color(weak),
            );
            if let Some(offer) = offer
                && ui.small_button(&offer.label).clicked()
            {
                wish = Some(Wish::Act(offer.action));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                widget::painted(ui, RichText::new(&message));
                let detail = finding.help.as_ref().map_or(place, |help| plain(help));
                widget::painted(ui, RichText::new(detail).size(11.5).color(weak));
            });
        });
    });
    if wish.is_none() && response.clicked() {
        wish = Some(Wish::Show(problem.target.clone()));
    }
    response.on_hover_text(finding.code.title());
    wish
}
