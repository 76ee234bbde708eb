//! Cards: what a picture shows of a process, and how large that is.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use millstream_packet::{Value, View};

use crate::layout::{Margin, Size};
use crate::model::{OnError, Process};
use crate::names::{PortKey, PortName, ProcessName};
use crate::picture::measure::{Face, cut, width, wrap};
use crate::picture::theme::Hue;
use crate::spec::{ComponentSpec, PortSpec};

pub(super) const TITLE_SIZE: f64 = 13.0;
pub(super) const TEXT_SIZE: f64 = 11.0;
pub(super) const VALUE_SIZE: f64 = 10.5;
/// Between the edges of a card and its text.
pub(super) const PAD: f64 = 12.0;
/// Title and component above the ports.
pub(super) const HEAD: f64 = 46.0;
pub(super) const ROW: f64 = 20.0;
pub(super) const LINE: f64 = 15.0;
const WIDTH_MIN: f64 = 110.0;
/// Titles and notes wider than this are cut or wrapped.
const TEXT_MAX: f64 = 260.0;
/// Notes have at most as many lines.
const NOTE_LINES: usize = 6;
/// Characters of a value that are shown.
const VALUE_CHARS: usize = 26;
/// From the text of a value to the edge of its tag, and from there to the card.
pub(super) const TAG_PAD: f64 = 7.0;
pub(super) const TAG_TIP: f64 = 8.0;
pub(super) const TAG_HEIGHT: f64 = 16.0;
/// A pill for a port of the graph itself.
pub(super) const PILL_HEIGHT: f64 = 24.0;

/// A box of the picture.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) kind: Kind,
    pub(super) title: String,
    /// The whole of it, for readers who point at the card.
    pub(super) tooltip: String,
    pub(super) subtitle: String,
    /// Below the ports: how errors are handled, where it runs.
    pub(super) facts: Vec<String>,
    pub(super) note: Vec<String>,
    pub(super) ins: Vec<PortRow>,
    pub(super) outs: Vec<PortRow>,
    pub(super) size: Size,
}

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Process,
    Subgraph,
    /// A process without a component.
    Open,
    /// A port of the graph itself.
    Inport,
    Outport,
}

/// A port of a process.
#[derive(Debug, Clone)]
pub(super) struct PortRow {
    pub(super) key: PortKey,
    pub(super) hue: Hue,
    /// The value that stands there: as it is shown, and whole.
    pub(super) value: Option<(String, String)>,
}

/// The ports of a process that the graph uses.
#[derive(Debug, Default)]
pub(super) struct Used<'a> {
    pub(super) ins: IndexMap<PortKey, Option<&'a Value>>,
    pub(super) outs: IndexMap<PortKey, Option<&'a Value>>,
}

impl Card {
    /// The card of a process.
    pub(super) fn new(
        name: &ProcessName,
        process: &Process,
        used: &Used<'_>,
        spec: Option<&ComponentSpec>,
    ) -> Self {
        let component = process.component.as_ref();
        let (title, subtitle) = match (&process.label, component) {
            (Some(label), Some(component)) => (label.clone(), format!("{name}: {component}")),
            (Some(label), None) => (label.clone(), format!("{name}: no component")),
            (None, Some(component)) => (name.to_string(), component.to_string()),
            (None, None) => (name.to_string(), "no component".to_owned()),
        };
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let kind = match component {
            None => Kind::Open,
            Some(component) if component.is_file() => Kind::Subgraph,
            Some(_) => Kind::Process,
        };
        let summary = spec.map(|spec| format!("\n{}", spec.summary));
        let mut card = Self {
            kind,
            tooltip: format!("{title} ({subtitle}){}", summary.unwrap_or_default()),
            title: cut(&one_line(&title), TEXT_MAX, TITLE_SIZE, Face::Bold),
            subtitle: cut(&subtitle, TEXT_MAX, TEXT_SIZE, Face::Plain),
            facts: facts(process),
            note: Vec::new(),
            ins: rows(&used.ins, spec.map(|spec| &spec.in_ports[..])),
            outs: rows(&used.outs, spec.map(|spec| &spec.out_ports[..])),
            size: Size::default(),
        };
        card.measure(process.note.as_deref());
        card
    }

    /// The pill of a port of the graph itself.
    pub(super) fn pill(kind: Kind, name: &PortName, hue: Hue) -> Self {
        let title = cut(name.as_str(), TEXT_MAX, TEXT_SIZE, Face::Bold);
        let row = PortRow {
            key: PortKey::of(name.clone()),
            hue,
            value: None,
        };
        let size = Size {
            width: width(&title, TEXT_SIZE, Face::Bold) + 2.0 * PAD + TAG_TIP,
            height: PILL_HEIGHT,
        };
        let (ins, outs) = match kind {
            Kind::Inport => (Vec::new(), vec![row]),
            _ => (vec![row], Vec::new()),
        };
        let side = if kind == Kind::Inport {
            "in-port"
        } else {
            "out-port"
        };
        Self {
            kind,
            tooltip: format!("{side} {name} of the graph"),
            title,
            subtitle: String::new(),
            facts: Vec::new(),
            note: Vec::new(),
            ins,
            outs,
            size,
        }
    }

    fn measure(&mut self, note: Option<&str>) {
        let plain = |text: &String| width(text, TEXT_SIZE, Face::Plain);
        let label = |row: &PortRow| width(&row.key.to_string(), TEXT_SIZE, Face::Plain);
        let rows = self.ins.len().max(self.outs.len());
        let labels = (0..rows).map(|row| {
            let both = self.ins.get(row).map_or(0.0, label) + self.outs.get(row).map_or(0.0, label);
            both + 18.0
        });
        let texts = [
            width(&self.title, TITLE_SIZE, Face::Bold),
            plain(&self.subtitle),
        ];
        let widest = texts
            .into_iter()
            .chain(labels)
            .chain(self.facts.iter().map(plain))
            .fold(0.0, f64::max);
        // Multiples of ten: cards of about the same size get the same.
        let rounded = ((widest + 2.0 * PAD) / 10.0).ceil() * 10.0;
        let mut wide = rounded.max(WIDTH_MIN);
        if let Some(note) = note {
            let least = width(note, TEXT_SIZE, Face::Plain).min(TEXT_MAX / 1.5);
            wide = wide.max((least / 10.0).ceil() * 10.0 + 2.0 * PAD);
            self.note = wrap(note, wide - 2.0 * PAD, TEXT_SIZE, Face::Plain);
            if self.note.len() > NOTE_LINES {
                self.note.truncate(NOTE_LINES);
                if let Some(last) = self.note.last_mut() {
                    *last = cut(
                        &format!("{last} …"),
                        wide - 2.0 * PAD,
                        TEXT_SIZE,
                        Face::Plain,
                    );
                }
                self.tooltip = format!("{}\n{note}", self.tooltip);
            }
        }
        let lines = (self.facts.len() + self.note.len()) as f64;
        let foot = if lines > 0.0 {
            lines * LINE + 10.0
        } else {
            0.0
        };
        self.size = Size {
            width: wide,
            height: HEAD + rows as f64 * ROW + foot + if rows > 0 { 8.0 } else { 0.0 },
        };
    }

    /// Where a port is, below the upper edge.
    pub(super) fn port_y(&self, row: usize) -> f64 {
        match self.kind {
            Kind::Inport | Kind::Outport => PILL_HEIGHT / 2.0,
            _ => HEAD + 4.0 + ROW * (row as f64 + 0.5),
        }
    }

    /// Where what stands below the ports begins.
    pub(super) fn foot_y(&self) -> f64 {
        let rows = self.ins.len().max(self.outs.len());
        HEAD + rows as f64 * ROW + if rows > 0 { 8.0 } else { 0.0 }
    }

    /// Room for the tags at the in-ports.
    pub(super) fn margin(&self) -> Margin {
        let tags = self.ins.iter().filter_map(|row| row.value.as_ref());
        let widest = tags.map(|(shown, _)| tag_width(shown)).fold(0.0, f64::max);
        Margin {
            left: if widest > 0.0 { widest + 6.0 } else { 0.0 },
            ..Margin::default()
        }
    }
}

/// The width of a tag with its tip.
pub(super) fn tag_width(shown: &str) -> f64 {
    width(shown, VALUE_SIZE, Face::Fixed) + 2.0 * TAG_PAD + TAG_TIP
}

fn facts(process: &Process) -> Vec<String> {
    let mut facts = Vec::new();
    if process.replicas != 1 {
        facts.push(format!("{} replicas", process.replicas));
    }
    if process.on_error != OnError::default() {
        let word = process.on_error.name().replace('_', " ");
        facts.push(format!("on error: {word}"));
    }
    let places = [("worker", &process.worker), ("thread", &process.thread)];
    for (what, place) in places {
        if let Some(place) = place {
            let fact = format!("{what} {place}");
            facts.push(cut(&fact, TEXT_MAX, TEXT_SIZE, Face::Plain));
        }
    }
    facts
}

/// Ports in the order of the spec; those that it does not know come after, in the order of their use, wires first.
fn rows(used: &IndexMap<PortKey, Option<&Value>>, specs: Option<&[PortSpec]>) -> Vec<PortRow> {
    let specs = specs.unwrap_or_default();
    let known = |name: &PortName| specs.iter().position(|spec| spec.name == name.as_str());
    let mut first_use: BTreeMap<&PortName, (bool, usize)> = BTreeMap::new();
    for (at, (key, value)) in used.iter().enumerate() {
        let place = first_use.entry(&key.port).or_insert((value.is_some(), at));
        *place = (*place).min((value.is_some(), at));
    }
    let mut keys: Vec<&PortKey> = used.keys().collect();
    keys.sort_by_key(|key| {
        let place = known(&key.port).unwrap_or(usize::MAX);
        (place, first_use.get(&key.port).copied(), key.index)
    });
    keys.into_iter()
        .map(|key| PortRow {
            key: key.clone(),
            hue: known(&key.port).map_or(Hue::Any, |at| Hue::of(&specs[at].port_type)),
            value: used
                .get(key)
                .copied()
                .flatten()
                .map(|value| short_value(value, VALUE_CHARS)),
        })
        .collect()
}

/// A value for readers: shortened to so many characters, and whole.
pub(crate) fn short_value(value: &Value, chars_max: usize) -> (String, String) {
    let whole = show(value);
    // The blanks and line ends of scripts and queries say nothing here.
    let one_line = match value.as_text().map(str::trim) {
        Some(text) if text.contains('\n') => {
            let words: Vec<&str> = text.split_whitespace().collect();
            show(&Value::from(words.join(" ")))
        }
        _ => whole.clone(),
    };
    if one_line.chars().count() <= chars_max {
        return (one_line, whole);
    }
    let kept: String = one_line.chars().take(chars_max.saturating_sub(1)).collect();
    (format!("{kept}…"), whole)
}

/// JSON where that can hold the value.
fn show(value: &Value) -> String {
    match value.view() {
        View::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        _ => value
            .to_json()
            .unwrap_or_else(|_not_json| format!("{value:?}")),
    }
}
