//! A process as the canvas shows it: texts, ports, and where on the card they are.

use egui::{Pos2, Rect, Vec2};
use millstream_document::{Document, Port, PortOrigin, Ports, Side, Target};
use millstream_graph::{ComponentRef, PortKey, PortRef, Process, ProcessName, Severity};

use crate::measure::{cut, text_width};
use crate::theme::metric::{
    CARD_GAP, CARD_HEAD, CARD_PAD, CARD_WIDTH_MAX, CARD_WIDTH_MIN, CARD_WIDTH_STEP, MARKS_WIDTH,
    ROW, ROW_GAP, TAG_CHARS, TAG_GAP, TAG_PAD,
};
use crate::theme::{Font, Hue};

/// Which of its ports a process shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// Those that packets flow through, and settings that are in use.
    Needed,
    /// All of them: the user opened the settings.
    All,
}

/// What a card stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A component.
    Component,
    /// A graph that is used as a component.
    Subgraph,
    /// Nothing yet: one designs top-down.
    Open,
    /// A component that is not known; its ports are those that the graph uses.
    Ghost,
}

/// A process.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its name.
    pub name: ProcessName,
    /// What it stands for.
    pub kind: Kind,
    /// Its label, or its name.
    pub title: String,
    /// Its component.
    pub subtitle: String,
    /// Its upper left corner.
    pub pos: Pos2,
    /// How large it is.
    pub size: Vec2,
    /// In-ports from the top.
    pub ins: Vec<Slot>,
    /// Out-ports from the top.
    pub outs: Vec<Slot>,
    /// How many settings are not shown.
    pub hidden: usize,
    /// Whether the row stands there that shows or hides settings.
    pub has_more: bool,
    /// Its remark.
    pub note: Option<String>,
    /// Where it runs.
    pub worker: Option<String>,
    /// How many copies share its work.
    pub replicas: u32,
    /// The worst that is wrong with it.
    pub worst: Option<Severity>,
    /// What is wrong with it, one line each.
    pub problems: Vec<String>,
    /// Whether auto-layout leaves it where it is.
    pub is_pinned: bool,
}

/// A port on a card.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Its name, and which element it is.
    pub key: PortKey,
    /// What stands on the card.
    pub label: String,
    /// Its type family.
    pub hue: Hue,
    /// Its type, in words.
    pub type_name: String,
    /// Where it is known from.
    pub origin: PortOrigin,
    /// Whether it is the next element of an array port.
    pub is_spare: bool,
    /// Whether it is read once, before the first packet.
    pub is_setting: bool,
    /// Whether a graph without it is wrong, and nothing is there.
    pub is_wanting: bool,
    /// How many connectors end or begin here.
    pub wires: u32,
    /// The value (IIP) on it: as it is shown, and whole.
    pub value: Option<(String, String)>,
    /// The name that the graph offers it by.
    pub export: Option<String>,
    /// Where it is on the card.
    pub offset: Vec2,
}

impl Card {
    /// The card of a process; none if there is no such process.
    pub fn new(document: &Document, name: &ProcessName, shown: Shown) -> Option<Self> {
        let process = document.process(name)?;
        let none = Ports::default();
        let ports = document.ports(name).unwrap_or(&none);
        let (title, subtitle) = titles(name, process);
        let at = document.position(name);
        let is_shown = |port: &&Port| shown == Shown::All || is_needed(port);
        let slots = |side: Side| -> Vec<Slot> {
            let of_side = ports.side(side).iter();
            of_side
                .filter(is_shown)
                .map(|port| Slot::new(document, name, process, side, port))
                .collect()
        };
        let all = ports.ins.len();
        let ins = slots(Side::In);
        let mut card = Self {
            name: name.clone(),
            kind: kind(process, ports),
            title,
            subtitle,
            pos: Pos2::new(narrow(at.x), narrow(at.y)),
            size: Vec2::ZERO,
            hidden: all - ins.len(),
            has_more: ports.ins.iter().any(|port| !is_needed(port)),
            ins,
            outs: slots(Side::Out),
            note: process.note.clone(),
            worker: process.worker.clone(),
            replicas: process.replicas,
            worst: None,
            problems: Vec::new(),
            is_pinned: millstream_document::is_pinned(process),
        };
        card.judge(document);
        card.arrange();
        Some(card)
    }

    /// The whole card.
    pub fn rect(&self) -> Rect {
        Rect::from_min_size(self.pos, self.size)
    }

    /// The title and the component.
    pub fn header(&self) -> Rect {
        Rect::from_min_size(self.pos, Vec2::new(self.size.x, CARD_HEAD))
    }

    /// The row that shows or hides settings.
    pub fn more(&self) -> Option<Rect> {
        let height = ROW;
        let top = self.size.y - height - CARD_GAP * 0.5;
        self.has_more.then(|| {
            Rect::from_min_size(
                self.pos + Vec2::new(0.0, top),
                Vec2::new(self.size.x, height),
            )
        })
    }

    /// The ports of one side.
    pub fn side(&self, side: Side) -> &[Slot] {
        match side {
            Side::In => &self.ins,
            Side::Out => &self.outs,
        }
    }

    /// The position of a port among those of its side.
    pub fn find(&self, side: Side, key: &PortKey) -> Option<usize> {
        self.side(side).iter().position(|slot| slot.key == *key)
    }

    /// Where a port is.
    pub fn port_pos(&self, side: Side, slot: usize) -> Pos2 {
        let offset = self.side(side).get(slot).map(|slot| slot.offset);
        self.pos + offset.unwrap_or(Vec2::new(0.0, CARD_HEAD * 0.5))
    }

    /// Where the value on an in-port is shown, left of it.
    pub fn tag(&self, slot: usize) -> Option<Rect> {
        let found = self.ins.get(slot)?;
        let (shown, _) = found.value.as_ref()?;
        let size = Vec2::new(tag_width(shown), crate::theme::metric::TAG_HEIGHT);
        let right = self.port_pos(Side::In, slot) - Vec2::new(TAG_GAP, 0.0);
        Some(Rect::from_min_size(
            right - Vec2::new(size.x, size.y * 0.5),
            size,
        ))
    }

    /// The card with all that hangs on it.
    pub fn outer(&self) -> Rect {
        let tags = (0..self.ins.len()).filter_map(|slot| self.tag(slot));
        tags.fold(self.rect().expand(8.0), |all, tag| all.union(tag))
    }

    fn judge(&mut self, document: &Document) {
        let problems = document.problems();
        let target = Target::Process(self.name.clone());
        self.worst = problems.worst(&target);
        self.problems = problems
            .of(&target)
            .map(|problem| problem.finding.message.clone())
            .collect();
    }

    /// Finds the size, and the places of the ports.
    fn arrange(&mut self) {
        let rows = self.ins.len().max(self.outs.len());
        let label =
            |slot: Option<&Slot>| slot.map_or(0.0, |slot| text_width(&slot.label, Font::Text));
        let widest_row = (0..rows)
            .map(|row| label(self.ins.get(row)) + label(self.outs.get(row)) + ROW_GAP)
            .fold(0.0, f32::max);
        let title = text_width(&self.title, Font::Title) + MARKS_WIDTH;
        let subtitle = text_width(&self.subtitle, Font::Text);
        let wanted = widest_row.max(title).max(subtitle) + 2.0 * CARD_PAD;
        let stepped = (wanted / CARD_WIDTH_STEP).ceil() * CARD_WIDTH_STEP;
        let width = stepped.clamp(CARD_WIDTH_MIN, CARD_WIDTH_MAX);
        let room = width - 2.0 * CARD_PAD;
        self.title = cut(&self.title, room - MARKS_WIDTH, Font::Title);
        self.subtitle = cut(&self.subtitle, room, Font::Text);
        let body = if rows == 0 && !self.has_more {
            0.0
        } else {
            let rows = rows + usize::from(self.has_more);
            2.0f32.mul_add(CARD_GAP, rows as f32 * ROW)
        };
        self.size = Vec2::new(width, CARD_HEAD + body);
        for (slots, x) in [(&mut self.ins, 0.0), (&mut self.outs, width)] {
            for (row, slot) in slots.iter_mut().enumerate() {
                let y = CARD_HEAD + CARD_GAP + ROW * (row as f32 + 0.5);
                slot.offset = Vec2::new(x, y);
            }
        }
    }
}

impl Slot {
    fn new(
        document: &Document,
        name: &ProcessName,
        process: &Process,
        side: Side,
        port: &Port,
    ) -> Self {
        let value = (side == Side::In)
            .then(|| process.iips.get(&port.key))
            .flatten()
            .map(|value| short_value(value));
        let export = port
            .is_exported
            .then(|| export_name(document, name, side, &port.key))
            .flatten();
        let label = match (&port.is_spare, port.key.index) {
            (true, Some(_)) => format!("{}[+]", port.key.port),
            _ => port.key.to_string(),
        };
        Self {
            label: cut(&label, CARD_WIDTH_MAX * 0.5, Font::Text),
            hue: Hue::of(&port.port_type),
            type_name: port.port_type.to_string(),
            origin: port.origin,
            is_spare: port.is_spare,
            is_setting: port.is_setting,
            is_wanting: port.is_required && port.is_free(),
            wires: port.wires,
            value,
            export,
            offset: Vec2::ZERO,
            key: port.key.clone(),
        }
    }
}

/// Settings that nothing uses are left out: components have many, and graphs use few.
fn is_needed(port: &Port) -> bool {
    !port.is_setting || port.is_required || !port.is_free()
}

fn titles(name: &ProcessName, process: &Process) -> (String, String) {
    let component = process.component.as_ref().map(ComponentRef::as_str);
    let component = component.unwrap_or("no component yet");
    match &process.label {
        Some(label) => {
            let one_line: Vec<&str> = label.split_whitespace().collect();
            (one_line.join(" "), format!("{name} · {component}"))
        }
        None => (name.to_string(), component.to_owned()),
    }
}

fn kind(process: &Process, ports: &Ports) -> Kind {
    match &process.component {
        None => Kind::Open,
        Some(_) if !ports.is_known => Kind::Ghost,
        Some(component) if component.is_file() => Kind::Subgraph,
        Some(_) => Kind::Component,
    }
}

fn export_name(
    document: &Document,
    name: &ProcessName,
    side: Side,
    key: &PortKey,
) -> Option<String> {
    let end = PortRef::new(name.clone(), key.clone());
    let exports = match side {
        Side::In => &document.graph().inports,
        Side::Out => &document.graph().outports,
    };
    let mut found = exports.iter().filter(|(_, target)| **target == end);
    found.next().map(|(port, _)| port.to_string())
}

/// A value as its tag shows it, and whole.
fn short_value(value: &millstream_packet::Value) -> (String, String) {
    let whole = value
        .to_json()
        .unwrap_or_else(|_not_json| format!("{value:?}"));
    let words: Vec<&str> = whole.split_whitespace().collect();
    let one_line = words.join(" ");
    if one_line.chars().count() <= TAG_CHARS {
        return (one_line, whole);
    }
    let kept: String = one_line.chars().take(TAG_CHARS - 1).collect();
    (format!("{kept}…"), whole)
}

/// The width of a tag with this text.
pub(crate) fn tag_width(shown: &str) -> f32 {
    text_width(shown, Font::Value) + 2.0 * TAG_PAD
}

/// Graph files have wide coordinates, screens narrow ones.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a place too far away to be told apart is as good"
)]
pub(crate) const fn narrow(coordinate: f64) -> f32 {
    coordinate as f32
}
