//! The graph as text, in step with the canvas: what is selected there is marked here, and what is typed here becomes the
//! graph when it is one.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Galley, Response, RichText, ScrollArea, Stroke, TextEdit, Ui};
use millstream_canvas::Theme;
use millstream_document::{StateId, Target};
use millstream_expression::words;
use millstream_graph::file::{self, ReadError, Spans};
use millstream_graph::{Place, PortRef};

use super::{View, Wish};
use crate::icon::Icon;
use crate::workspace::Broken;
use crate::{highlight, widget};

/// The pane.
#[derive(Debug, Default)]
pub(crate) struct TextPane {
    text: String,
    /// The state that the text was made of.
    made_of: Option<StateId>,
    spans: Option<Spans>,
    /// Why what was typed is no graph.
    error: Option<ReadError>,
    has_focus: bool,
    /// What was selected when the text was scrolled last.
    shown: Option<Target>,
}

impl TextPane {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        self.refresh(view);
        let mut wishes = Vec::new();
        if let Some(error) = &self.error {
            ui.horizontal_wrapped(|ui| {
                widget::icon(ui, Icon::Error, view.theme.red);
                ui.label(RichText::new(error.to_string()).color(view.theme.red));
                if let Some(help) = &error.help {
                    widget::muted(ui, help.clone());
                }
                widget::muted(ui, "The graph stays as it is until the text is one.");
            });
        }
        let marked = self.selected_span(view);
        let is_new = marked.is_some() && self.shown != view.document.selection().targets().next();
        let fault = self.error.as_ref().map(|error| error.span.clone());
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let response = editor(ui, &mut self.text, view.theme, (marked.clone(), fault));
            if is_new && !self.has_focus {
                self.shown = view.document.selection().targets().next();
                scroll_to(ui, &self.text, &marked, &response);
            }
            self.has_focus = response.has_focus();
            if response.changed() {
                wishes.extend(self.typed());
            }
        });
        wishes
    }

    /// Takes what the document says, unless something else is being typed.
    fn refresh(&mut self, view: &View<'_>) {
        let is_current = self.made_of == Some(view.document.state());
        if is_current || (self.has_focus && self.error.is_some()) {
            return;
        }
        self.made_of = Some(view.document.state());
        let text = view.document.text();
        // Typing that changed nothing but spaces is not taken out of the user's hands.
        if self.has_focus && same_graph(&text, &self.text) {
            return;
        }
        self.text = text;
        self.error = None;
        self.spans = file::read(&self.text).ok().map(|parsed| parsed.spans);
    }

    fn typed(&mut self) -> Option<Wish> {
        match file::read(&self.text) {
            Ok(parsed) => {
                self.error = None;
                self.spans = Some(parsed.spans);
                Some(Wish::ApplyText(self.text.clone()))
            }
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    fn selected_span(&self, view: &View<'_>) -> Option<Range<usize>> {
        let place = match view.document.selection().targets().next()? {
            Target::Process(name) => Place::Process(name),
            Target::Wire(id) => Place::Connector(view.document.wire_position(id)?),
            Target::Port(port) => Place::Process(port.end.process),
            Target::Value(end) => Place::Iip(end.process.clone(), end.key()),
            Target::Graph | Target::Export(_) | Target::Group(_) => return None,
        };
        place.span_in(self.spans.as_ref()?, &self.text)
    }
}

fn same_graph(one: &str, other: &str) -> bool {
    let graph = |text: &str| {
        file::read(text)
            .ok()
            .map(|parsed| file::write(&parsed.graph))
    };
    graph(one) == graph(other)
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

fn scroll_to(ui: &Ui, text: &str, span: &Option<Range<usize>>, response: &Response) {
    let Some(span) = span else {
        return;
    };
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

/// Words of the language, and fields that were seen on the wire, that complete what is typed at the end of an expression.
pub(crate) fn complete(
    ui: &mut Ui,
    response: &Response,
    text: &mut String,
    view: &View<'_>,
    end: &PortRef,
) -> Option<String> {
    if !response.has_focus() {
        return None;
    }
    let start = text.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let start = start.map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    });
    let typed = text
        .get(start..)
        .filter(|typed| !typed.is_empty())?
        .to_owned();
    let mut found: Vec<(String, &str)> = fields_seen(view, end)
        .into_iter()
        .map(|field| (field, "a field seen on the wire"))
        .chain(words().map(|word| (word.name.to_owned(), word.summary)))
        .filter(|(word, _)| word.starts_with(&typed) && *word != typed)
        .collect();
    found.truncate(5);
    let mut chosen = None;
    for (word, summary) in found {
        let row = widget::row(ui, &format!("complete {word}"), false, |ui| {
            widget::painted(ui, RichText::new(&word).monospace());
            let weak = ui.visuals().weak_text_color();
            widget::painted(ui, RichText::new(summary).size(11.5).color(weak));
        });
        if row.clicked() {
            chosen = Some(word);
        }
    }
    let word = chosen?;
    text.truncate(start);
    text.push_str(&word);
    response.request_focus();
    Some(text.clone())
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
