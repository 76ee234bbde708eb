//! The palette: everything by typing. Commands, processes and components at once; or components only, where one is wanted.

use egui::{
    Align, Align2, Area, Frame, Id, Key, Layout, Modifiers, Order, RichText, ScrollArea, Ui, vec2,
};
use millstream_canvas::Purpose;
use millstream_document::search::{Dragged, Query, Taste, search};
use millstream_document::{Document, PortAt, Position, Target, Wiring};
use millstream_graph::{Catalog, ProcessName};

use crate::command::{Command, Situation, TABLE, available};
use crate::keymap::Keymap;
use crate::markdown::plain;
use crate::search::rank;
use crate::widget;

/// Rows that are shown at most.
const ROWS_MAX: usize = 60;

/// The palette.
#[derive(Debug)]
pub(crate) struct Palette {
    purpose: For,
    text: String,
    place: usize,
    is_new: bool,
}

/// What is chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum For {
    /// Anything.
    Everything,
    /// A component to add.
    Add {
        /// Its upper left corner.
        at: Option<Position>,
        /// How it is wired at once.
        wiring: Wiring,
        /// Where the palette opens, on the screen.
        on_screen: Option<egui::Pos2>,
    },
    /// Another component for a process.
    Replace(ProcessName),
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Chosen {
    /// Nothing yet.
    Open,
    /// Nothing at all.
    Dropped,
    /// A command.
    Command(Command),
    /// A thing on the canvas.
    Target(Target),
    /// A component, and what for.
    Component(String, For),
}

/// A row.
enum Row<'a> {
    Command(Command, Option<&'static str>),
    Process(&'a ProcessName, &'a str),
    Component(&'a str, &'a str, Option<String>),
}

impl Palette {
    pub(crate) const fn new(purpose: For) -> Self {
        Self {
            purpose,
            text: String::new(),
            place: 0,
            is_new: true,
        }
    }

    /// The palette for a component at a place of the canvas.
    pub(crate) fn at(place: &millstream_canvas::Place) -> Self {
        let wiring = match &place.purpose {
            Purpose::Alone => Wiring::Alone,
            Purpose::AfterSelection => Wiring::AfterSelection,
            Purpose::From(end) => Wiring::To {
                end: end.clone(),
                port: None,
            },
            Purpose::OnWire(wire) => Wiring::OnWire(*wire),
        };
        Self::new(For::Add {
            at: Some(place.at),
            wiring,
            on_screen: Some(place.on_screen),
        })
    }

    pub(crate) fn ui(
        &mut self,
        ui: &Ui,
        (at, catalog): (&Situation<'_>, &Catalog),
        keymap: &Keymap,
    ) -> Chosen {
        let rows = self.rows(at, catalog);
        self.place = self.place.min(rows.len().saturating_sub(1));
        let chosen = self.keys(ui, &rows);
        if chosen != Chosen::Open {
            return chosen;
        }
        let screen = ui.ctx().content_rect();
        let width = 520.0_f32.min(screen.width() - 40.0);
        let middle = screen.center_top() + vec2(-width / 2.0, (screen.height() * 0.12).min(110.0));
        let corner = match &self.purpose {
            For::Add {
                on_screen: Some(at),
                ..
            } => *at,
            _ => middle,
        };
        let mut chosen = Chosen::Open;
        let area = Area::new(Id::unique("palette"))
            .order(Order::Foreground)
            .fixed_pos(corner)
            .constrain_to(screen.shrink(10.0))
            .pivot(Align2::LEFT_TOP);
        let inner = area.show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).inner_margin(10).show(ui, |ui| {
                ui.set_width(width);
                self.field(ui);
                chosen = self.list(ui, &rows, keymap);
            });
        });
        let is_elsewhere = inner.response.clicked_elsewhere() && !self.is_new;
        self.is_new = false;
        if is_elsewhere {
            Chosen::Dropped
        } else {
            chosen
        }
    }

    fn field(&mut self, ui: &mut Ui) {
        let (name, hint) = match &self.purpose {
            For::Everything => ("Search everything", "Command, process or component"),
            For::Add { .. } => (
                "Search components to add",
                "Component, e.g. lines or in:text",
            ),
            For::Replace(_) => ("Search replacement", "Component that takes the place"),
        };
        let before = self.text.clone();
        let response = widget::search(ui, &mut self.text, name, hint);
        response.request_focus();
        if self.text != before {
            self.place = 0;
        }
        ui.add_space(4.0);
    }

    /// Arrows and Enter, before the field takes them.
    fn keys(&mut self, ui: &Ui, rows: &[Row<'_>]) -> Chosen {
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Escape) {
            return Chosen::Dropped;
        }
        if pressed(Key::ArrowDown) {
            self.place = (self.place + 1).min(rows.len().saturating_sub(1));
        }
        if pressed(Key::ArrowUp) {
            self.place = self.place.saturating_sub(1);
        }
        if pressed(Key::Enter) {
            return rows
                .get(self.place)
                .map_or(Chosen::Open, |row| self.choose(row));
        }
        Chosen::Open
    }

    fn choose(&self, row: &Row<'_>) -> Chosen {
        match row {
            Row::Command(_, Some(_)) => Chosen::Open,
            Row::Command(command, None) => Chosen::Command(*command),
            Row::Process(name, _) => Chosen::Target(Target::Process((*name).clone())),
            Row::Component(name, ..) => Chosen::Component((*name).to_owned(), self.purpose.clone()),
        }
    }

    fn list(&self, ui: &mut Ui, rows: &[Row<'_>], keymap: &Keymap) -> Chosen {
        let mut chosen = Chosen::Open;
        if rows.is_empty() {
            widget::muted(ui, "Nothing matches");
            return chosen;
        }
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (place, row) in rows.iter().enumerate() {
                let is_here = place == self.place;
                let response = row_ui(ui, row, is_here, keymap);
                if is_here {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    chosen = self.choose(row);
                }
            }
        });
        chosen
    }

    fn rows<'a>(&self, at: &Situation<'a>, catalog: &'a Catalog) -> Vec<Row<'a>> {
        let document = at.document;
        let mut rows = match &self.purpose {
            For::Everything => self.everything(at, catalog),
            For::Add { wiring, .. } => {
                let wanted = document.and_then(|document| wanted(document, wiring));
                let found = self.components(catalog, wanted.as_ref());
                found.into_iter().map(component).collect()
            }
            For::Replace(process) => {
                let found = self.components(catalog, None);
                let row = |spec: &'a millstream_graph::ComponentSpec| {
                    let lost = document.and_then(|document| lost(document, process, &spec.name));
                    Row::Component(&spec.name, &spec.summary, lost)
                };
                let mut rows: Vec<Row<'_>> = found.into_iter().map(row).collect();
                // Those of the same shape first.
                rows.sort_by_key(|row| matches!(row, Row::Component(_, _, Some(_))));
                rows
            }
        };
        rows.truncate(ROWS_MAX);
        rows
    }

    fn components<'c>(
        &self,
        catalog: &'c Catalog,
        dragged: Option<&Dragged>,
    ) -> Vec<&'c millstream_graph::ComponentSpec> {
        let hits = search(catalog, &Query::new(&self.text), dragged, &Taste::default());
        hits.into_iter().map(|hit| hit.spec).collect()
    }

    fn everything<'a>(&self, at: &Situation<'a>, catalog: &'a Catalog) -> Vec<Row<'a>> {
        let commands = rank(&self.text, TABLE.iter(), |entry| (entry.title, entry.group));
        let commands = commands
            .into_iter()
            .map(|entry| Row::Command(entry.command, available(entry.command, at).err()));
        let mut rows: Vec<Row<'_>> = commands.collect();
        rows.sort_by_key(|row| matches!(row, Row::Command(_, Some(_))));
        if self.text.trim().is_empty() {
            return rows;
        }
        if let Some(document) = at.document {
            let all = document.graph().processes.iter().map(|(name, process)| {
                (
                    name,
                    process
                        .component
                        .as_ref()
                        .map_or("", |known| known.as_str()),
                )
            });
            let found = rank(&self.text, all, |(name, component)| {
                (name.as_str(), component)
            });
            rows.extend(
                found
                    .into_iter()
                    .map(|(name, component)| Row::Process(name, component)),
            );
            let found = self.components(catalog, None);
            rows.extend(found.into_iter().map(component));
        }
        // Letters in order are found in many names; the very word is meant first.
        let words = self.text.trim().to_lowercase();
        rows.sort_by_key(|row| !row.name().to_lowercase().contains(&words));
        rows
    }
}

impl Row<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Command(command, _) => command.title(),
            Self::Process(name, _) => name.as_str(),
            Self::Component(name, ..) => name,
        }
    }
}

fn component(spec: &millstream_graph::ComponentSpec) -> Row<'_> {
    Row::Component(&spec.name, &spec.summary, None)
}

/// What a component has to suit where it is wired at once.
fn wanted(document: &Document, wiring: &Wiring) -> Option<Dragged> {
    let end = match wiring {
        Wiring::To { end, .. } => end.clone(),
        Wiring::OnWire(wire) => PortAt::writing(document.wire(*wire)?.from.clone()),
        Wiring::Alone | Wiring::AfterSelection => return None,
    };
    Some(document.dragged(&end))
}

/// What a replacement would lose, in a few words.
fn lost(document: &Document, process: &ProcessName, component: &str) -> Option<String> {
    let replacement = document
        .replacement(process, &component.parse().ok()?)
        .ok()?;
    let ports: Vec<String> = replacement
        .lost()
        .map(|port| port.old.to_string())
        .collect();
    (!ports.is_empty()).then(|| format!("loses {}", ports.join(", ")))
}

fn row_ui(ui: &mut Ui, row: &Row<'_>, is_here: bool, keymap: &Keymap) -> egui::Response {
    let weak = ui.visuals().weak_text_color();
    let detail = |text: &str| RichText::new(text).size(11.5).color(weak);
    let name = match row {
        Row::Command(command, _) => command.title().to_owned(),
        Row::Process(name, _) => format!("go to {name}"),
        Row::Component(name, ..) => format!("add {name}"),
    };
    widget::row(ui, &name, is_here, |ui| match row {
        Row::Command(command, reason) => {
            let text = RichText::new(command.title());
            widget::painted(
                ui,
                if reason.is_some() {
                    text.color(weak)
                } else {
                    text
                },
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| match reason {
                Some(reason) => widget::painted(ui, detail(reason)),
                None => widget::key_cap(ui, &keymap.shown(*command)),
            });
        }
        Row::Process(name, component) => {
            widget::painted(ui, RichText::new(name.as_str()).strong());
            widget::painted(ui, detail(&format!("process, {component}")));
        }
        Row::Component(name, summary, lost) => {
            widget::painted(ui, RichText::new(*name));
            let text = lost.clone().unwrap_or_else(|| plain(summary));
            widget::painted(ui, detail(&text));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{catalog, document};

    #[test]
    fn every_command_is_found_by_its_title_and_says_if_it_cannot_be_done() {
        let document = document("Graph(format: 1, processes: {}, connectors: [])");
        let catalog = catalog();
        let at = Situation {
            document: Some(&document),
            ..Situation::default()
        };
        for entry in TABLE {
            let mut palette = Palette::new(For::Everything);
            palette.text = entry.title.to_owned();
            let rows = palette.rows(&at, &catalog);
            let found = rows.iter().find(|row| row.name() == entry.title);
            let reason = available(entry.command, &at).err();
            let Some(Row::Command(command, known)) = found else {
                panic!("{} is not found", entry.id);
            };
            assert_eq!((*command, *known), (entry.command, reason));
        }
    }

    #[test]
    fn very_words_come_before_scattered_letters() {
        let document = document(
            r#"Graph(format: 1, processes: { "slow": Process(component: "core/Drop") }, connectors: [])"#,
        );
        let catalog = catalog();
        let at = Situation {
            document: Some(&document),
            ..Situation::default()
        };
        let mut palette = Palette::new(For::Everything);
        palette.text = "slow".to_owned();
        let rows = palette.rows(&at, &catalog);
        assert!(matches!(rows.first(), Some(Row::Process(name, _)) if name.as_str() == "slow"));
    }
}
