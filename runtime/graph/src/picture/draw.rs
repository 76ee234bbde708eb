//! Draws a scene: grounds first, then wires, cards, and labels on top.

use crate::model::Position;
use crate::picture::Theme;
use crate::picture::area::{LABEL, PAD as AREA_PAD, Rect};
use crate::picture::card::{
    Card, Kind, LINE, PAD, PILL_HEIGHT, PortRow, TAG_HEIGHT, TAG_PAD, TAG_TIP, TEXT_SIZE, tag_width,
};
use crate::picture::measure::{Face, cut, width, wrap};
use crate::picture::route::{junctions, path};
use crate::picture::scene::{Scene, label_width};
use crate::picture::svg::{Svg, number};
use crate::picture::theme::{Hue, Shape, TINTS, style};

/// Around the drawing.
const BORDER: f64 = 24.0;
/// Height of the lines of the legend and the notes.
const FOOT_LINE: f64 = 18.0;
/// Between the drawing and what stands below it.
const FOOT_GAP: f64 = 14.0;
const WIDTH_MIN: f64 = 160.0;
/// Between the name of a group and its note, and the room below which a note is not shown.
const NOTE_GAP: f64 = 10.0;
const NOTE_MIN: f64 = 50.0;

/// Writes the SVG of a scene.
pub(super) fn draw(scene: &Scene<'_>, theme: Theme) -> String {
    let bounds = bounds(scene);
    let foot = Foot::new(scene, (bounds.right - bounds.left).max(WIDTH_MIN));
    let page = Rect {
        left: bounds.left - BORDER,
        top: bounds.top - BORDER,
        right: bounds.left + foot.width + BORDER,
        bottom: bounds.bottom + foot.height() + BORDER,
    };
    let [left, top, wide, high] = [
        number(page.left),
        number(page.top),
        number((page.right - page.left).ceil()),
        number((page.bottom - page.top).ceil()),
    ];
    let view = format!("{left} {top} {wide} {high}");
    let mut svg = Svg::default();
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("width", &wide),
        ("height", &high),
        ("viewBox", &view),
        ("role", "img"),
    ];
    svg.within("svg", &attributes, |svg| {
        head(svg, scene, theme);
        let ground = [
            ("class", "ground"),
            ("x", &left),
            ("y", &top),
            ("width", &wide),
            ("height", &high),
            ("rx", "8"),
        ];
        svg.leaf("rect", &ground);
        areas(svg, scene);
        wires(svg, scene);
        area_names(svg, scene);
        for (card, at) in scene.cards.iter().zip(&scene.drawing.positions) {
            draw_card(svg, card, *at);
        }
        labels(svg, scene);
        foot.draw(svg, bounds.left, bounds.bottom);
    });
    svg.finish()
}

/// What stands below the drawing: the signs of types, and the notes of connectors.
struct Foot {
    legend: Vec<Hue>,
    notes: Vec<String>,
    width: f64,
}

impl Foot {
    fn new(scene: &Scene<'_>, width: f64) -> Self {
        let legend = legend(scene);
        let notes = scene.notes.iter().enumerate().flat_map(|(at, note)| {
            let text = format!("[{}] {note}", at + 1);
            wrap(&text, width, TEXT_SIZE, Face::Plain)
        });
        Self {
            notes: notes.collect(),
            width: width.max(legend.iter().map(|hue| entry_width(*hue)).sum()),
            legend,
        }
    }

    fn height(&self) -> f64 {
        let lines = self.notes.len() + usize::from(!self.legend.is_empty());
        if lines > 0 {
            lines as f64 * FOOT_LINE + FOOT_GAP
        } else {
            0.0
        }
    }

    fn draw(&self, svg: &mut Svg, left: f64, bottom: f64) {
        let mut y = bottom + FOOT_GAP + FOOT_LINE / 2.0;
        if !self.legend.is_empty() {
            draw_legend(svg, &self.legend, left, y);
            y += FOOT_LINE;
        }
        for note in &self.notes {
            let attributes = [
                ("class", "muted"),
                ("x", &number(left)),
                ("y", &number(y + 4.0)),
            ];
            svg.text("text", &attributes, note);
            y += FOOT_LINE;
        }
    }
}

fn head(svg: &mut Svg, scene: &Scene<'_>, theme: Theme) {
    let graph = scene.graph;
    let title = if graph.name.is_empty() {
        "graph"
    } else {
        &graph.name
    };
    svg.text("title", &[], title);
    if !graph.description.is_empty() {
        svg.text("desc", &[], &graph.description);
    }
    svg.raw("style", &style(theme));
}

/// What the drawing covers.
fn bounds(scene: &Scene<'_>) -> Rect {
    let cards = scene.cards.iter().zip(&scene.drawing.positions);
    let cards = cards.map(|(card, at)| Rect {
        left: at.x - card.margin().left,
        top: at.y,
        right: at.x + card.size.width,
        bottom: at.y + card.size.height,
    });
    let corners = scene.drawing.routes.iter().flatten().map(|at| Rect {
        left: at.x - 2.0,
        top: at.y - 2.0,
        right: at.x + 2.0,
        bottom: at.y + 2.0,
    });
    let areas = scene
        .areas
        .iter()
        .flat_map(|area| area.pieces.iter().copied());
    cards
        .chain(corners)
        .chain(areas)
        .reduce(|a, b| a.join(&b))
        .unwrap_or(Rect {
            left: 0.0,
            top: 0.0,
            right: WIDTH_MIN,
            bottom: 40.0,
        })
}

fn areas(svg: &mut Svg, scene: &Scene<'_>) {
    for area in &scene.areas {
        let class = format!("area{}", area.group % TINTS);
        for piece in &area.pieces {
            svg.leaf(
                "rect",
                &[
                    ("class", &class),
                    ("x", &number(piece.left)),
                    ("y", &number(piece.top)),
                    ("width", &number(piece.right - piece.left)),
                    ("height", &number(piece.bottom - piece.top)),
                    ("rx", "10"),
                ],
            );
        }
    }
}

/// Names of groups; a halo keeps them legible where a wire passes.
fn area_names(svg: &mut Svg, scene: &Scene<'_>) {
    let mut taken: Vec<Rect> = Vec::new();
    for area in &scene.areas {
        let group = &scene.graph.groups[area.group];
        let Some(label) = AreaLabel::new(&area.pieces, &group.name, group.note.as_deref(), &taken)
        else {
            continue;
        };
        label.draw(svg, &format!("halo halo{}", area.group % TINTS));
        taken.push(label.place);
    }
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// The name of a group, and as much of its note as has room beside it.
struct AreaLabel {
    place: Rect,
    name: String,
    note: Option<String>,
}

impl AreaLabel {
    /// A label at the top of the first piece where no other label stands; groups may have members in common.
    fn new(pieces: &[Rect], name: &str, note: Option<&str>, taken: &[Rect]) -> Option<Self> {
        let left = pieces
            .iter()
            .map(|piece| Self::within(piece, name, note, Side::Left));
        let right = pieces
            .iter()
            .map(|piece| Self::within(piece, name, note, Side::Right));
        let is_free = |label: &Self| taken.iter().all(|other| !label.place.covers(other));
        let all: Vec<Self> = left.chain(right).collect();
        let best = all.iter().position(is_free).unwrap_or(0);
        all.into_iter().nth(best)
    }

    fn within(piece: &Rect, name: &str, note: Option<&str>, side: Side) -> Self {
        let room = piece.right - piece.left - 2.0 * AREA_PAD;
        let name = cut(name, room, TEXT_SIZE, Face::Bold);
        let mut wide = width(&name, TEXT_SIZE, Face::Bold);
        let left = room - wide - NOTE_GAP;
        let note = note.filter(|_| left > NOTE_MIN);
        let note = note.map(|note| cut(note, left, TEXT_SIZE, Face::Plain));
        if let Some(note) = &note {
            wide += NOTE_GAP + width(note, TEXT_SIZE, Face::Plain);
        }
        let start = match side {
            Side::Left => piece.left + AREA_PAD,
            Side::Right => piece.right - AREA_PAD - wide,
        };
        Self {
            place: Rect {
                left: start,
                top: piece.top,
                right: start + wide,
                bottom: piece.top + LABEL,
            },
            name,
            note,
        }
    }

    fn draw(&self, svg: &mut Svg, halo: &str) {
        let y = number(self.place.bottom - 4.0);
        let class = format!("name {halo}");
        let x = number(self.place.left);
        svg.text(
            "text",
            &[("class", &class), ("x", &x), ("y", &y)],
            &self.name,
        );
        if let Some(note) = &self.note {
            let class = format!("note muted {halo}");
            let used = width(&self.name, TEXT_SIZE, Face::Bold) + NOTE_GAP;
            let x = number(self.place.left + used);
            svg.text("text", &[("class", &class), ("x", &x), ("y", &y)], note);
        }
    }
}

fn class_of(prefix: &str, hue: Hue) -> String {
    let at = Hue::ALL.iter().position(|known| *known == hue).unwrap_or(0);
    format!("{prefix}{at}")
}

fn wires(svg: &mut Svg, scene: &Scene<'_>) {
    for (line, route) in scene.lines.iter().zip(&scene.drawing.routes) {
        let mut class = format!("wire {}", class_of("w", line.hue));
        if line.is_lossy {
            class.push_str(" lossy");
        }
        svg.within("g", &[], |svg| {
            svg.text("title", &[], &line.tooltip);
            svg.leaf("path", &[("class", &class), ("d", &path(route))]);
        });
    }
    for (line, at) in junctions(&scene.lines, &scene.drawing.routes) {
        let class = class_of("g", scene.lines[line].hue);
        let attributes = [
            ("class", class.as_str()),
            ("cx", &number(at.x)),
            ("cy", &number(at.y)),
            ("r", "2.6"),
        ];
        svg.leaf("circle", &attributes);
    }
}

fn draw_card(svg: &mut Svg, card: &Card, at: Position) {
    svg.within("g", &[], |svg| {
        svg.text("title", &[], &card.tooltip);
        if matches!(card.kind, Kind::Inport | Kind::Outport) {
            draw_pill(svg, card, at);
            return;
        }
        frame(svg, card, at);
        let middle = number(at.x + card.size.width / 2.0);
        let attributes = [
            ("class", "title middle"),
            ("x", &middle),
            ("y", &number(at.y + 19.0)),
        ];
        svg.text("text", &attributes, &card.title);
        let attributes = [
            ("class", "muted middle"),
            ("x", &middle),
            ("y", &number(at.y + 34.0)),
        ];
        svg.text("text", &attributes, &card.subtitle);
        let mut y = at.y + card.foot_y() + 14.0;
        let foot = card.facts.iter().map(|line| ("muted", line));
        let notes = card.note.iter().map(|line| ("note muted", line));
        for (class, line) in foot.chain(notes) {
            let attributes = [
                ("class", class),
                ("x", &number(at.x + PAD)),
                ("y", &number(y)),
            ];
            svg.text("text", &attributes, line);
            y += LINE;
        }
        for (row, port) in card.ins.iter().enumerate() {
            draw_in_port(svg, port, at.x, at.y + card.port_y(row));
        }
        for (row, port) in card.outs.iter().enumerate() {
            draw_out_port(svg, port, at.x + card.size.width, at.y + card.port_y(row));
        }
    });
}

/// The border of a card; a subgraph has a second one behind it.
fn frame(svg: &mut Svg, card: &Card, at: Position) {
    let (wide, high) = (number(card.size.width), number(card.size.height));
    let class = if card.kind == Kind::Open {
        "card open"
    } else {
        "card"
    };
    let offsets: &[f64] = if card.kind == Kind::Subgraph {
        &[4.0, 0.0]
    } else {
        &[0.0]
    };
    for offset in offsets {
        svg.leaf(
            "rect",
            &[
                ("class", class),
                ("x", &number(at.x + offset)),
                ("y", &number(at.y + offset)),
                ("width", &wide),
                ("height", &high),
                ("rx", "6"),
            ],
        );
    }
    let has_more = !(card.ins.is_empty() && card.outs.is_empty());
    if has_more || !card.facts.is_empty() || !card.note.is_empty() {
        let y = number(at.y + 42.0);
        svg.leaf(
            "line",
            &[
                ("class", "rule"),
                ("x1", &number(at.x + 1.0)),
                ("y1", &y),
                ("x2", &number(at.x + card.size.width - 1.0)),
                ("y2", &y),
            ],
        );
    }
}

/// A port of the graph itself: a sign that points the way of the packets.
fn draw_pill(svg: &mut Svg, card: &Card, at: Position) {
    let (right, bottom) = (at.x + card.size.width, at.y + PILL_HEIGHT);
    let neck = right - TAG_TIP;
    let outline = [
        (at.x, at.y),
        (neck, at.y),
        (right, at.y + PILL_HEIGHT / 2.0),
        (neck, bottom),
        (at.x, bottom),
    ];
    svg.leaf("path", &[("class", "pill"), ("d", &polygon(&outline))]);
    let attributes = [
        ("class", "name"),
        ("x", &number(at.x + PAD)),
        ("y", &number(at.y + 16.0)),
    ];
    svg.text("text", &attributes, &card.title);
}

fn draw_in_port(svg: &mut Svg, port: &PortRow, x: f64, y: f64) {
    if let Some((shown, whole)) = &port.value {
        draw_tag(svg, shown, whole, x, y);
    }
    let class = class_of("g", port.hue);
    let outline = [(x - 4.0, y - 4.5), (x + 4.0, y), (x - 4.0, y + 4.5)];
    svg.leaf("path", &[("class", &class), ("d", &polygon(&outline))]);
    let attributes = [
        ("class", "port"),
        ("x", &number(x + 9.0)),
        ("y", &number(y + 4.0)),
    ];
    svg.text("text", &attributes, &port.key.to_string());
}

/// A value at an in-port.
fn draw_tag(svg: &mut Svg, shown: &str, whole: &str, x: f64, y: f64) {
    let (left, neck) = (x - 5.0 - tag_width(shown), x - 5.0 - TAG_TIP);
    let (top, bottom) = (y - TAG_HEIGHT / 2.0, y + TAG_HEIGHT / 2.0);
    let outline = [
        (left, top),
        (neck, top),
        (x - 5.0, y),
        (neck, bottom),
        (left, bottom),
    ];
    svg.within("g", &[], |svg| {
        svg.text("title", &[], whole);
        svg.leaf("path", &[("class", "tag"), ("d", &polygon(&outline))]);
        let attributes = [
            ("class", "value"),
            ("x", &number(left + TAG_PAD)),
            ("y", &number(y + 3.6)),
        ];
        svg.text("text", &attributes, shown);
    });
}

fn draw_out_port(svg: &mut Svg, port: &PortRow, x: f64, y: f64) {
    glyph(svg, port.hue, x, y);
    let attributes = [
        ("class", "port end"),
        ("x", &number(x - 9.0)),
        ("y", &number(y + 4.0)),
    ];
    svg.text("text", &attributes, &port.key.to_string());
}

/// The sign of a type.
fn glyph(svg: &mut Svg, hue: Hue, x: f64, y: f64) {
    let class = class_of("g", hue);
    let corners = match hue.shape() {
        Shape::Round => {
            let attributes = [
                ("class", class.as_str()),
                ("cx", &number(x)),
                ("cy", &number(y)),
                ("r", "3.8"),
            ];
            return svg.leaf("circle", &attributes);
        }
        Shape::Square => [(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)],
        Shape::Diamond => [(0.0, -4.8), (4.8, 0.0), (0.0, 4.8), (-4.8, 0.0)],
    };
    let outline = corners.map(|(dx, dy)| (x + dx, y + dy));
    svg.leaf("path", &[("class", &class), ("d", &polygon(&outline))]);
}

fn polygon(corners: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, (x, y)) in corners.iter().enumerate() {
        let command = if at == 0 { "M" } else { "L" };
        path = format!("{path}{command}{} {}", number(*x), number(*y));
    }
    path.push('Z');
    path
}

/// Capacities and numbers of notes, on the wire beside its out-port.
fn labels(svg: &mut Svg, scene: &Scene<'_>) {
    for (line, route) in scene.lines.iter().zip(&scene.drawing.routes) {
        let (Some(label), Some(start)) = (&line.label, route.first()) else {
            continue;
        };
        let wide = label_width(label);
        let left = start.x + 9.0;
        svg.leaf(
            "rect",
            &[
                ("class", "pill"),
                ("x", &number(left)),
                ("y", &number(start.y - 7.5)),
                ("width", &number(wide)),
                ("height", "15"),
                ("rx", "7.5"),
            ],
        );
        let attributes = [
            ("class", "middle"),
            ("style", "font-size:10px"),
            ("x", &number(left + wide / 2.0)),
            ("y", &number(start.y + 3.6)),
        ];
        svg.text("text", &attributes, label);
    }
}

/// The types that are known in the picture; none if there is but one.
fn legend(scene: &Scene<'_>) -> Vec<Hue> {
    let rows = |card: &Card| {
        let ports = card.ins.iter().chain(&card.outs);
        ports.map(|port| port.hue).collect::<Vec<_>>()
    };
    let mut hues: Vec<Hue> = scene.cards.iter().flat_map(rows).collect();
    hues.sort_unstable();
    hues.dedup();
    if hues.len() < 2 { Vec::new() } else { hues }
}

fn entry_width(hue: Hue) -> f64 {
    width(hue.name(), TEXT_SIZE, Face::Plain) + 32.0
}

fn draw_legend(svg: &mut Svg, hues: &[Hue], left: f64, y: f64) {
    let mut x = left + 5.0;
    for hue in hues {
        glyph(svg, *hue, x, y);
        let attributes = [
            ("class", "muted"),
            ("x", &number(x + 10.0)),
            ("y", &number(y + 4.0)),
        ];
        svg.text("text", &attributes, hue.name());
        x += entry_width(*hue);
    }
}
