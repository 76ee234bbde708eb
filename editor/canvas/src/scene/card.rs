//! A process as the canvas shows it: texts, ports, and where on the card they are.

use egui::{Pos2, Rect, Vec2};
use millstream_document::{Document, Port, PortOrigin, Ports, Side, Target};
use millstream_graph::{ComponentRef, PortKey, PortRef, Process, ProcessName, Severity};

use crate::measure::{cut, text_width};
use crate::theme::metric::{
    CARD_GAP, CARD_HEAD, CARD_PAD, CARD_WIDTH_MAX, CARD_WIDTH_MIN, CARD_WIDTH_STEP, EXPORT_LEAD,
    MARKS_WIDTH, ROW, ROW_GAP, TAG_CHARS, TAG_GAP, TAG_HEIGHT, TAG_PAD, TAG_WIDTH_MAX,
};
use crate::theme::{Font, Hue};

/// Which of its ports a process shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shown {
    /// Those that packets flow through, and settings that are in use.
    Needed,
    /// All of them: the user opened the settings.
    All,
}

/// What a card stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
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
pub(crate) struct Card {
    /// Its name.
    pub(crate) name: ProcessName,
    /// What it stands for.
    pub(crate) kind: Kind,
    /// Its label, or its name.
    pub(crate) title: String,
    /// Its component.
    pub(crate) subtitle: String,
    /// Its upper left corner.
    pub(crate) pos: Pos2,
    /// How large it is.
    pub(crate) size: Vec2,
    /// In-ports from the top.
    pub(crate) ins: Vec<Slot>,
    /// Out-ports from the top.
    pub(crate) outs: Vec<Slot>,
    /// How many settings are not shown.
    pub(crate) hidden: usize,
    /// Whether the row stands there that shows or hides settings.
    pub(crate) has_more: bool,
    /// Its remark.
    pub(crate) note: Option<String>,
    /// Where it runs.
    pub(crate) worker: Option<String>,
    /// How many copies share its work.
    pub(crate) replicas: u32,
    /// The worst that is wrong with it.
    pub(crate) worst: Option<Severity>,
    /// What is wrong with it, one line each.
    pub(crate) problems: Vec<String>,
    /// Whether auto-layout leaves it where it is.
    pub(crate) is_pinned: bool,
}

/// A port on a card.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot {
    /// Its name, and which element it is.
    pub(crate) key: PortKey,
    /// What stands on the card.
    pub(crate) label: String,
    /// Its type family.
    pub(crate) hue: Hue,
    /// Its type, in words.
    pub(crate) type_name: String,
    /// Where it is known from.
    pub(crate) origin: PortOrigin,
    /// Whether it is the next element of an array port.
    pub(crate) is_spare: bool,
    /// Whether it is read once, before the first packet.
    pub(crate) is_setting: bool,
    /// Whether a graph without it is wrong, and nothing is there.
    pub(crate) is_wanting: bool,
    /// How many connectors end or begin here.
    pub(crate) wires: u32,
    /// The value (IIP) on it: as it is shown, and whole.
    pub(crate) value: Option<(String, String)>,
    /// The room for its value.
    pub(crate) tag_width: f32,
    /// The name that the graph offers it by.
    pub(crate) export: Option<String>,
    /// Where it is on the card.
    pub(crate) offset: Vec2,
}

impl Card {
    /// The card of a process; none if there is no such process.
    pub(crate) fn new(document: &Document, name: &ProcessName, shown: Shown) -> Option<Self> {
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
        let mut ins = slots(Side::In);
        // Packets first: the rows beside out-ports are theirs, settings have the room below.
        ins.sort_by_key(|slot| slot.is_setting);
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
    pub(crate) fn rect(&self) -> Rect {
        Rect::from_min_size(self.pos, self.size)
    }

    /// The title and the component.
    pub(crate) fn header(&self) -> Rect {
        Rect::from_min_size(self.pos, Vec2::new(self.size.x, CARD_HEAD))
    }

    /// The row that shows or hides settings.
    pub(crate) fn more(&self) -> Option<Rect> {
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
    pub(crate) fn side(&self, side: Side) -> &[Slot] {
        match side {
            Side::In => &self.ins,
            Side::Out => &self.outs,
        }
    }

    /// The position of a port among those of its side.
    pub(crate) fn find(&self, side: Side, key: &PortKey) -> Option<usize> {
        self.side(side).iter().position(|slot| slot.key == *key)
    }

    /// Where a port is.
    pub(crate) fn port_pos(&self, side: Side, slot: usize) -> Pos2 {
        let offset = self.side(side).get(slot).map(|slot| slot.offset);
        self.pos + offset.unwrap_or(Vec2::new(0.0, CARD_HEAD * 0.5))
    }

    /// Where the value on an in-port is shown, or would be, beside its name.
    pub(crate) fn tag(&self, slot: usize) -> Option<Rect> {
        let found = self.ins.get(slot)?;
        let left = CARD_PAD + text_width(&found.label, Font::Text) + TAG_GAP;
        let middle = self.pos + Vec2::new(left, found.offset.y);
        let size = Vec2::new(found.tag_width, TAG_HEIGHT);
        Some(Rect::from_min_size(
            middle - Vec2::new(0.0, size.y * 0.5),
            size,
        ))
    }

    /// The card with its badges and the names that the graph offers its ports by.
    pub(crate) fn outer(&self) -> Rect {
        let export = |slots: &[Slot]| {
            let names = slots.iter().filter_map(|slot| slot.export.as_ref());
            let widths = names.map(|name| text_width(name, Font::Text) + EXPORT_LEAD);
            widths.fold(0.0, f32::max)
        };
        let mut rect = self.rect().expand(8.0);
        rect.min.x -= export(&self.ins);
        rect.max.x += export(&self.outs);
        rect
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
        let room = self.room();
        let width = room + 2.0 * CARD_PAD;
        self.title = cut(&self.title, room - MARKS_WIDTH, Font::Title);
        self.subtitle = cut(&self.subtitle, room, Font::Text);
        for slot in &mut self.ins {
            slot.fit_tag(room);
        }
        let first_setting = self.first_setting();
        let settings = self.ins.iter().filter(|slot| slot.is_setting).count();
        let rows = first_setting + settings + usize::from(self.has_more);
        let body = if rows == 0 {
            0.0
        } else {
            2.0 * CARD_GAP + rows as f32 * ROW
        };
        self.size = Vec2::new(width, CARD_HEAD + body);
        let offset = |row: usize, x: f32| {
            let y = CARD_HEAD + CARD_GAP + ROW * (row as f32 + 0.5);
            Vec2::new(x, y)
        };
        let (mut packets, mut below) = (0.., first_setting..);
        for slot in &mut self.ins {
            let rows = if slot.is_setting {
                &mut below
            } else {
                &mut packets
            };
            slot.offset = offset(rows.next().unwrap_or_default(), 0.0);
        }
        for (row, slot) in self.outs.iter_mut().enumerate() {
            slot.offset = offset(row, width);
        }
    }

    /// Settings stand below all ports that packets flow through, and have their rows for themselves.
    fn first_setting(&self) -> usize {
        let packets = self.ins.iter().filter(|slot| !slot.is_setting).count();
        packets.max(self.outs.len())
    }

    /// The width between the margins, so that everything has its place.
    fn room(&self) -> f32 {
        let label = |slot: &Slot| text_width(&slot.label, Font::Text);
        let packets: Vec<&Slot> = self.ins.iter().filter(|slot| !slot.is_setting).collect();
        let rows = (0..self.first_setting()).map(|row| {
            let left = packets
                .get(row)
                .map_or(0.0, |slot| label(slot) + slot.wanted_tag());
            let right = self.outs.get(row).map_or(0.0, |slot| label(slot) + ROW_GAP);
            left + right
        });
        let settings = self.ins.iter().filter(|slot| slot.is_setting);
        // Long values do not make cards wide: their beginning tells them, and the pointer all.
        let settings = settings.map(|slot| label(slot) + slot.wanted_tag().min(TAG_WIDTH_MAX));
        let title = text_width(&self.title, Font::Title) + MARKS_WIDTH;
        let subtitle = text_width(&self.subtitle, Font::Text);
        let texts = [title, subtitle].into_iter();
        let widest = texts.chain(rows).chain(settings).fold(0.0, f32::max);
        let wanted = widest + 2.0 * CARD_PAD;
        let stepped = (wanted / CARD_WIDTH_STEP).ceil() * CARD_WIDTH_STEP;
        stepped.clamp(CARD_WIDTH_MIN, CARD_WIDTH_MAX) - 2.0 * CARD_PAD
    }
}

impl Slot {
    /// The width that its value would like beside its name.
    fn wanted_tag(&self) -> f32 {
        let shown = self.value.as_ref();
        shown.map_or(0.0, |(shown, _)| tag_width(shown) + TAG_GAP)
    }

    /// Gives the value the room beside the name, and cuts it to that.
    fn fit_tag(&mut self, room: f32) {
        let left = (room - text_width(&self.label, Font::Text) - TAG_GAP).max(0.0);
        self.tag_width = left;
        if let Some((shown, _)) = &mut self.value {
            *shown = cut(shown, (left - 2.0 * TAG_PAD).max(0.0), Font::Value);
            self.tag_width = tag_width(shown);
        }
    }

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
            .map(short_value);
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
            tag_width: 0.0,
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
