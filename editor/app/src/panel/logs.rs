//! Log lines of the runtime, all of them or those of one process.

use egui::{RichText, ScrollArea, Ui};
use millstream_document::Target;
use millstream_protocol::extension::Level;

use super::{View, Wish};
use crate::icon::Icon;
use crate::run::Line;
use crate::widget::{self, Button};

/// The panel.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    text: String,
    /// Whether only lines of what is selected are shown.
    follows_selection: bool,
}

impl Logs {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut self.text)
                .hint_text("Filter")
                .desired_width(220.0);
            ui.add(field).accessible_name("Filter logs");
            ui.checkbox(&mut self.follows_selection, "of the selected process");
            if widget::icon_button(ui, Icon::Trash, "Clear logs", Button::Off).clicked() {
                wishes.push(Wish::ClearLogs);
            }
            if let Some(missed) = view.runs.logs.back().map(|last| last.line.missed)
                && missed > 0
            {
                widget::muted(ui, format!("{missed} lines were lost"));
            }
        });
        let selected = view.document.selection().one_process();
        let selected = selected.filter(|_| self.follows_selection);
        let words = self.text.to_lowercase();
        let is_meant = |line: &&Line| {
            let process = line.line.process.as_deref();
            selected.is_none_or(|name| process == Some(name.as_str()))
                && line.line.message.to_lowercase().contains(&words)
        };
        let lines: Vec<&Line> = view.runs.logs.iter().filter(is_meant).collect();
        if lines.is_empty() {
            widget::empty(
                ui,
                "No log lines",
                "What processes report while they run comes here",
            );
            return wishes;
        }
        let area = ScrollArea::vertical()
            .auto_shrink(false)
            .stick_to_bottom(true);
        area.show_rows(ui, widget::ROW, lines.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for line in lines.get(range).unwrap_or_default() {
                wishes.extend(row(ui, view, line));
            }
        });
        wishes
    }
}

fn row(ui: &mut Ui, view: &View<'_>, line: &Line) -> Option<Wish> {
    let line = &line.line;
    let (word, color) = match line.level {
        Level::Error => ("error", view.theme.red),
        Level::Warn => ("warn", view.theme.amber),
        Level::Info => ("info", view.theme.blue),
        Level::Debug => ("debug", view.theme.grey),
    };
    let process = line.process.as_deref().unwrap_or_default();
    let time = line.time.get(11..23).unwrap_or(&line.time);
    let name = format!("{word} {process}: {}", line.message);
    let response = widget::row(ui, &name, false, |ui| {
        let weak = ui.visuals().weak_text_color();
        widget::painted(ui, RichText::new(time).monospace().size(11.0).color(weak));
        widget::painted(
            ui,
            RichText::new(format!("{word:<5}"))
                .monospace()
                .size(11.0)
                .color(color),
        );
        widget::painted(ui, RichText::new(process).strong());
        widget::painted(ui, RichText::new(&line.message));
    });
    let name = process.parse().ok()?;
    response
        .clicked()
        .then(|| Wish::Show(Target::Process(name)))
}
