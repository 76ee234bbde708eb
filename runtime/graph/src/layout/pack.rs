//! Drawings from nothing: each connected part by itself, then all parts beside and below each other.

use crate::layout::layered::Layered;
use crate::layout::trace::{Channels, Frame, routes};
use crate::layout::{Drawing, Item, Port, Spacing, Wire, align, channel, cycle, order, rank};
use crate::model::Position;

/// How much wider than high many small parts may become.
const ASPECT: f64 = 2.2;

/// Lays out everything, beginning at (0, 0).
pub(super) fn stack(items: &[Item], wires: &[Wire], spacing: &Spacing) -> Drawing {
    let parts = parts(items.len(), wires);
    let drawn: Vec<Part> = parts
        .into_iter()
        .map(|members| Part::draw(members, items, wires, spacing))
        .collect();
    let gap = 1.5 * spacing.items;
    let area: f64 = drawn
        .iter()
        .map(|part| (part.width + gap) * (part.height + gap))
        .sum();
    let widest = drawn.iter().map(|part| part.width).fold(0.0, f64::max);
    let width_max = widest.max((area * ASPECT).sqrt());
    let mut drawing = Drawing {
        positions: vec![Position::default(); items.len()],
        routes: vec![Vec::new(); wires.len()],
    };
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
    for part in drawn {
        if x > 0.0 && x + part.width > width_max {
            x = 0.0;
            y += row + gap;
            row = 0.0;
        }
        let (width, height) = (part.width, part.height);
        part.put(&mut drawing, x, y);
        x += width + gap;
        row = row.max(height);
    }
    drawing
}

/// The connected parts, each in the order of the boxes, the one with the first box first.
pub(super) fn parts(count: usize, wires: &[Wire]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    for wire in wires {
        neighbours[wire.from.item].push(wire.to.item);
        neighbours[wire.to.item].push(wire.from.item);
    }
    let mut seen = vec![false; count];
    let mut parts = Vec::new();
    for start in 0..count {
        let mut part = Vec::new();
        let mut open = vec![start];
        while let Some(item) = open.pop() {
            if !std::mem::replace(&mut seen[item], true) {
                part.push(item);
                open.extend(&neighbours[item]);
            }
        }
        if !part.is_empty() {
            part.sort_unstable();
            parts.push(part);
        }
    }
    parts
}

/// A connected part, drawn with its upper left corner at (0, 0).
pub(super) struct Part {
    pub(super) members: Vec<usize>,
    wires: Vec<usize>,
    drawing: Drawing,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Part {
    /// Draws some boxes and the wires between them.
    pub(super) fn draw(
        members: Vec<usize>,
        items: &[Item],
        wires: &[Wire],
        spacing: &Spacing,
    ) -> Self {
        let own: Vec<Item> = members.iter().map(|&member| items[member]).collect();
        let at = |item: usize| members.binary_search(&item).ok();
        let mut own_wires = Vec::new();
        let mut numbers = Vec::new();
        for (number, wire) in wires.iter().enumerate() {
            if let (Some(from), Some(to)) = (at(wire.from.item), at(wire.to.item)) {
                let port = |item, port: Port| Port { item, ..port };
                own_wires.push(Wire {
                    from: port(from, wire.from),
                    to: port(to, wire.to),
                    ..*wire
                });
                numbers.push(number);
            }
        }
        let drawing = layered(&own, &own_wires, spacing);
        let mut part = Self {
            members,
            wires: numbers,
            drawing,
            width: 0.0,
            height: 0.0,
        };
        part.measure(&own);
        part
    }

    /// Where a member stands within the part.
    pub(super) fn position(&self, at: usize) -> Position {
        self.drawing.positions[at]
    }

    /// Moves the upper left corner to (0, 0).
    fn measure(&mut self, items: &[Item]) {
        let (mut left, mut top) = (f64::INFINITY, f64::INFINITY);
        let (mut right, mut bottom) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let mut cover = |x0: f64, y0: f64, x1: f64, y1: f64| {
            left = left.min(x0);
            top = top.min(y0);
            right = right.max(x1);
            bottom = bottom.max(y1);
        };
        for (item, at) in items.iter().zip(&self.drawing.positions) {
            cover(
                at.x - item.margin.left,
                at.y - item.margin.top,
                at.x + item.size.width + item.margin.right,
                at.y + item.size.height + item.margin.bottom,
            );
        }
        for corner in self.drawing.routes.iter().flatten() {
            cover(corner.x, corner.y, corner.x, corner.y);
        }
        shift(&mut self.drawing, -left, -top);
        self.width = right - left;
        self.height = bottom - top;
    }

    fn put(mut self, into: &mut Drawing, x: f64, y: f64) {
        shift(&mut self.drawing, x, y);
        for (member, position) in self.members.iter().zip(self.drawing.positions) {
            into.positions[*member] = position;
        }
        for (wire, route) in self.wires.iter().zip(self.drawing.routes) {
            into.routes[*wire] = route;
        }
    }
}

fn shift(drawing: &mut Drawing, x: f64, y: f64) {
    let corners = drawing.routes.iter_mut().flatten();
    for position in drawing.positions.iter_mut().chain(corners) {
        position.x += x;
        position.y += y;
    }
}

/// One connected part in layers.
fn layered(items: &[Item], wires: &[Wire], spacing: &Spacing) -> Drawing {
    let mut edges: Vec<(usize, usize)> = wires
        .iter()
        .map(|wire| (wire.from.item, wire.to.item))
        .collect();
    let backward = cycle::backward(items.len(), &edges);
    for (edge, _) in edges.iter_mut().zip(&backward).filter(|(_, back)| **back) {
        *edge = (edge.1, edge.0);
    }
    edges.retain(|(from, to)| from != to);
    let layer_of = rank::rank(items.len(), &edges);
    let mut layered = Layered::new(items, wires, &layer_of);
    order::order(&mut layered);
    let mut heights = align::heights(&layered, spacing);
    let bottom = (0..items.len())
        .map(|item| heights[item] + items[item].size.height + items[item].margin.bottom)
        .fold(f64::NEG_INFINITY, f64::max);
    layered.place_outside(&mut heights, bottom + spacing.items, spacing.wires);
    let routed = channel::route(&layered, &heights);
    let channels = Channels::new(&layered, routed, wires, spacing);
    let (frame, left) = columns(items, &layered, &channels);
    let right: Vec<f64> = left
        .iter()
        .zip(items)
        .map(|(left, item)| left + item.size.width)
        .collect();
    Drawing {
        routes: routes(&layered, &channels, &frame, (&left, &right), &heights),
        positions: left
            .into_iter()
            .zip(heights)
            .map(|(x, y)| Position { x, y })
            .collect(),
    }
}

/// Layers side by side with their channels between them, and the left edge of every box, centred in its layer.
fn columns(items: &[Item], layered: &Layered, channels: &Channels) -> (Frame, Vec<f64>) {
    let mut frame = Frame::default();
    let mut left = vec![0.0; items.len()];
    let mut x = 0.0;
    for (at, nodes) in layered.layers.iter().enumerate() {
        let members = || {
            nodes
                .iter()
                .filter_map(|&node| Some((node, items.get(node)?)))
        };
        let half = |item: &Item| item.size.width / 2.0;
        let before = members().map(|(_, item)| half(item) + item.margin.left);
        let after = members().map(|(_, item)| half(item) + item.margin.right);
        let centre = x + before.fold(0.0, f64::max);
        frame.left.push(x);
        x = centre + after.fold(0.0, f64::max);
        frame.right.push(x);
        for (node, item) in members() {
            left[node] = centre - half(item);
        }
        x += channels.width(at + 1);
    }
    (frame, left)
}
