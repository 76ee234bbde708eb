//! The graph as text, in step with the canvas: what is selected there is marked here, and what is typed here becomes the
//! graph when it is one.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Galley, Key, Modifiers, Response, RichText, ScrollArea, Stroke, TextEdit, Ui};
use millstream_canvas::Theme;
use millstream_document::{Document, Target, TextView};
use millstream_expression::words;
use millstream_graph::PortRef;
use millstream_graph::file::ReadError;

use super::{View, Wish};
use crate::icon::Icon;
use crate::workspace::Broken;
use crate::{highlight, widget};

/// Words that are offered while an expression is typed.
const COMPLETIONS_MAX: usize = 5;

/// The pane.
#[derive(Debug, Default)]
pub(crate) struct TextPane {
    view: TextView,
    /// What was selected when the text was scrolled last.
    shown: Option<Target>,
}

impl TextPane {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        self.view.follow(view.document);
        let mut wishes = Vec::new();
        if let Some(error) = self.view.error() {
            let gives_up = draft_bar(ui, error, view.theme);
            if gives_up {
                self.view.restore(view.document);
            }
        }
        let selected = view.document.selection().targets().next();
        let marked = selected
            .as_ref()
            .and_then(|target| self.view.range(view.document, target));
        let fault = self.view.error().map(|error| error.span.clone());
        let is_new = marked.is_some() && self.shown != selected;
        let mut text = self.view.text().to_owned();
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let response = editor(ui, &mut text, view.theme, (marked.clone(), fault));
            if let Some(marked) = marked.as_ref().filter(|_| is_new && !response.has_focus()) {
                self.shown = selected;
                scroll_to(ui, &text, marked, &response);
            }
            if response.changed()
                && let Some(action) = self.view.edit(text)
            {
                wishes.push(Wish::ApplyText(action));
            }
        });
        wishes
    }

    /// The document says now what was typed.
    pub(crate) const fn accepted(&mut self, document: &Document) {
        self.view.accepted(document);
    }
}

/// Why what was typed is no graph; true when it is to be given up.
fn draft_bar(ui: &mut Ui, error: &ReadError, theme: &Theme) -> bool {
    let row = ui.horizontal_wrapped(|ui| {
        widget::icon(ui, Icon::Error, theme.red);
        ui.label(RichText::new(error.to_string()).color(theme.red));
        if let Some(help) = &error.help {
            widget::muted(ui, help.clone());
        }
        widget::muted(ui, "The graph stays as it is until the text is one.");
        ui.button("Back to the graph").clicked()
    });
    row.inner
}

type Marks = (Option<Range<usize>>, Option<Range<usize>>);

fn editor(ui: &mut Ui, text: &mut String, theme: &Theme, (marked, fault): Marks) -> Response {
    let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, _width: f32| {
        let job = highlight::ron(buffer.as_str(), theme, marked.as_ref(), fault.as_ref());
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let edit = TextEdit::multiline(text)
        .code_editor()
        .frame(egui::Frame::NONE)
        .desired_width(f32::INFINITY)
        .layouter(&mut layouter);
    ui.add(edit).accessible_name("Graph as text")
}

fn scroll_to(ui: &Ui, text: &str, span: &Range<usize>, response: &Response) {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() as f32;
    let lines = text.lines().count().max(1) as f32;
    let height = response.rect.height() / lines;
    let top = response.rect.top() + line * height;
    let area = egui::Rect::from_min_size(
        egui::pos2(response.rect.left(), top),
        egui::vec2(1.0, height),
    );
    ui.scroll_to_rect(area, Some(egui::Align::Center));
}

/// A text that is no graph: shown as it is, with the error marked. What is typed is tried again.
pub(crate) fn broken(ui: &mut Ui, broken: &mut Broken, theme: &Theme) -> bool {
    let mut changed = false;
    egui::Frame::NONE.inner_margin(16).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            widget::icon(ui, Icon::Error, theme.red);
            ui.label(RichText::new("This file is no graph that can be shown").strong());
        });
        ui.label(RichText::new(broken.error.to_string()).color(theme.red));
        if let Some(help) = &broken.error.help {
            widget::muted(ui, help.clone());
        }
        widget::muted(
            ui,
            "The file is never overwritten as it is. Mend the text here, and the graph appears.",
        );
        ui.add_space(8.0);
        let fault = Some(broken.error.span.clone());
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            changed = editor(ui, &mut broken.text, theme, (None, fault)).changed();
        });
    });
    changed
}

/// A text in a field, with what is wrong underlined.
pub(crate) fn underlined(
    ui: &Ui,
    (text, width): (&str, f32),
    is_code: bool,
    mistakes: &[Range<usize>],
    theme: &Theme,
) -> Arc<Galley> {
    let font = if is_code {
        FontId::monospace(12.5)
    } else {
        FontId::proportional(13.5)
    };
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let mut edges: Vec<usize> = mistakes
        .iter()
        .flat_map(|range| [range.start, range.end])
        .collect();
    edges.extend([0, text.len()]);
    edges.retain(|edge| *edge <= text.len() && text.is_char_boundary(*edge));
    edges.sort_unstable();
    edges.dedup();
    for pair in edges.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let is_wrong = mistakes
            .iter()
            .any(|range| range.start <= from && to <= range.end);
        let mut format = TextFormat::simple(font.clone(), theme.text);
        if is_wrong {
            format.underline = Stroke::new(1.5, theme.red);
            format.color = theme.red;
        }
        job.append(text.get(from..to).unwrap_or_default(), 0.0, format);
    }
    if text.is_empty() {
        job.append("", 0.0, TextFormat::simple(font, theme.text));
    }
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Words of the language, and fields that were seen on the wire, that complete what is typed at the end of an expression:
/// by a click, or the first of them by Ctrl and Space.
pub(crate) fn complete(
    ui: &mut Ui,
    response: &Response,
    text: &mut String,
    view: &View<'_>,
    end: &PortRef,
) -> Option<String> {
    let list = response.id.with("completion");
    if !response.has_focus() && !is_pointed_at(ui, list) {
        return None;
    }
    let start = word_start(text);
    let typed = text
        .get(start..)
        .filter(|typed| !typed.is_empty())?
        .to_owned();
    let found = completions(view, end, &typed);
    let wants_first = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Space));
    let mut chosen = found
        .first()
        .filter(|_| wants_first)
        .map(|(word, _)| word.clone());
    let rows = ui.vertical(|ui| {
        for (word, summary) in &found {
            if completion(ui, word, summary).clicked() {
                chosen = Some(word.clone());
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(list, rows.response.rect));
    let word = chosen?;
    text.truncate(start);
    text.push_str(&word);
    response.request_focus();
    Some(text.clone())
}

/// Whether the pointer is on the list as it was shown last: a press takes the focus from the field before it is a click.
fn is_pointed_at(ui: &Ui, list: egui::Id) -> bool {
    let area = ui.data(|data| data.get_temp::<egui::Rect>(list));
    let pointer = ui.input(|input| input.pointer.interact_pos());
    area.zip(pointer)
        .is_some_and(|(area, pointer)| area.contains(pointer))
}

/// Where the word begins that the text ends with.
fn word_start(text: &str) -> usize {
    let before = text.char_indices().rev();
    let mut word = before.take_while(|(_, letter)| letter.is_alphanumeric() || *letter == '_');
    word.by_ref().last().map_or(text.len(), |(at, _)| at)
}

fn completions(view: &View<'_>, end: &PortRef, typed: &str) -> Vec<(String, &'static str)> {
    let fields = fields_seen(view, end).into_iter();
    let fields = fields.map(|field| (field, "a field seen on the wire"));
    let words = words().map(|word| (word.name.to_owned(), word.summary));
    let fits = |(word, _): &(String, &str)| word.starts_with(typed) && word != typed;
    fields
        .chain(words)
        .filter(fits)
        .take(COMPLETIONS_MAX)
        .collect()
}

fn completion(ui: &mut Ui, word: &str, summary: &str) -> Response {
    widget::row(ui, &format!("complete {word}"), false, |ui| {
        widget::painted(ui, RichText::new(word).monospace());
        let weak = ui.visuals().weak_text_color();
        widget::painted(ui, RichText::new(summary).size(11.5).color(weak));
    })
}

/// The fields of records that probes saw on their way to a process.
fn fields_seen(view: &View<'_>, end: &PortRef) -> Vec<String> {
    let prefix = format!("->{}.", end.process);
    let rows = view.runs.packets.rows.iter().rev();
    let mut rows = rows.filter(|row| row.connector.contains(&prefix));
    let seen = rows.find_map(|row| row.packet.value.as_ref()?.as_object());
    seen.map(|fields| fields.keys().cloned().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::word_start;

    #[test]
    fn last_word_is_completed() {
        let word = |text: &'static str| text.get(word_start(text)..);
        assert_eq!(word("a > upp"), Some("upp"));
        assert_eq!(word("naïve_x"), Some("naïve_x"));
        assert_eq!(word("f("), Some(""));
        assert_eq!(word(""), Some(""));
    }
}
