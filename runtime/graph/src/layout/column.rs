//! Arrangements that somebody made: columns take the part of layers, free lanes between boxes that of stand-ins.
//!
//! Boxes that stand above each other make a column. With [`Room::Make`], rows move down and columns to the right as far
//! as boxes would touch and wires need it; order and alignment stay. With [`Room::Keep`] nothing moves, and where there
//! is no room wires come closer to each other.

use crate::layout::lane::{Lanes, choose};
use crate::layout::layered::Layered;
use crate::layout::trace::{Channels, Frame, routes};
use crate::layout::{Drawing, Item, Spacing, Wire, channel};
use crate::model::Position;

/// Tops closer than this make one row: drawn by hand, nothing stands quite level.
const ROW: f64 = 8.0;
/// How far to the right of its writer a reader stands, in widths of the writer, for the wire to run forward.
const FORWARD: f64 = 0.4;

/// Whether boxes may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Make,
    Keep,
}

/// Routes the wires of boxes that all have a place.
pub(super) fn drawing(items: &[Item], wires: &[Wire], spacing: &Spacing, room: Room) -> Drawing {
    let mut grid = Grid::new(items);
    if room == Room::Make {
        grid.move_down(&|_, _| spacing.items);
    }
    let columns = grid.columns(wires);
    let mut lanes = Lanes::new(&columns, items.len());
    choose(&mut lanes, &grid, wires, spacing, room);
    if room == Room::Make {
        grid.move_down(&|upper, lower| lanes.room_between(upper, lower, spacing));
    }
    let layered = Layered::new(items, wires, &lanes.column_of);
    let mut heights = grid.top.clone();
    heights.resize(layered.nodes.len(), 0.0);
    lanes.settle(&layered, &mut heights, &grid, wires, spacing);
    let bottom = (0..items.len()).map(|item| grid.lower(item));
    let bottom = bottom.fold(f64::NEG_INFINITY, f64::max);
    layered.place_outside(&mut heights, bottom + spacing.items, spacing.wires);
    let routed = channel::route(&layered, &heights);
    let channels = Channels::new(&layered, routed, wires, spacing);
    let frame = grid.frame(&layered, &channels, room);
    let right: Vec<f64> = (0..items.len())
        .map(|item| grid.left[item] + items[item].size.width)
        .collect();
    Drawing {
        routes: routes(&layered, &channels, &frame, (&grid.left, &right), &heights),
        positions: (0..items.len())
            .map(|item| Position {
                x: grid.left[item],
                y: grid.top[item],
            })
            .collect(),
    }
}

/// Boxes with their places.
pub(super) struct Grid<'a> {
    items: &'a [Item],
    pub(super) left: Vec<f64>,
    pub(super) top: Vec<f64>,
}

impl<'a> Grid<'a> {
    fn new(items: &'a [Item]) -> Self {
        let place = |item: &Item| item.at.unwrap_or_default();
        Self {
            items,
            left: items.iter().map(|item| place(item).x).collect(),
            top: items.iter().map(|item| place(item).y).collect(),
        }
    }

    /// The upper end of what belongs to a box.
    pub(super) fn upper(&self, item: usize) -> f64 {
        self.top[item] - self.items[item].margin.top
    }

    /// The lower end of what belongs to a box.
    pub(super) fn lower(&self, item: usize) -> f64 {
        let Item { size, margin, .. } = &self.items[item];
        self.top[item] + size.height + margin.bottom
    }

    fn outer_left(&self, item: usize) -> f64 {
        self.left[item] - self.items[item].margin.left
    }

    fn outer_right(&self, item: usize) -> f64 {
        let Item { size, margin, .. } = &self.items[item];
        self.left[item] + size.width + margin.right
    }

    fn share_columns(&self, a: usize, b: usize) -> bool {
        self.outer_left(a) < self.outer_right(b) && self.outer_left(b) < self.outer_right(a)
    }

    fn share_rows(&self, a: usize, b: usize) -> bool {
        self.upper(a) < self.lower(b) && self.upper(b) < self.lower(a)
    }

    /// Of two boxes that cover each other: whether they stand above each other rather than side by side.
    fn is_stacked(&self, a: usize, b: usize) -> bool {
        let sizes = (&self.items[a].size, &self.items[b].size);
        let across = (self.left[a] - self.left[b]).abs() / (sizes.0.width + sizes.1.width).max(1.0);
        let down = (self.top[a] - self.top[b]).abs() / (sizes.0.height + sizes.1.height).max(1.0);
        down > across
    }

    /// Moves rows down until boxes that stand above each other keep this distance.
    fn move_down(&mut self, distance: &dyn Fn(usize, usize) -> f64) {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by(|&a, &b| self.top[a].total_cmp(&self.top[b]));
        let old = self.top.clone();
        // Decided on the old places, for it must not change while rows move.
        let mut above = vec![Vec::new(); order.len()];
        for (at, &lower) in order.iter().enumerate() {
            for &upper in order.get(..at).unwrap_or_default() {
                let is_apart = !self.share_rows(upper, lower);
                if self.share_columns(upper, lower) && (is_apart || self.is_stacked(upper, lower)) {
                    above[lower].push(upper);
                }
            }
        }
        let mut start = 0;
        let mut last: Option<(f64, f64)> = None;
        while let Some(&first) = order.get(start) {
            let row = order.get(start..).unwrap_or_default();
            let row: Vec<usize> = row
                .iter()
                .take_while(|&&item| old[item] - old[first] < ROW)
                .copied()
                .collect();
            let mut y = last.map_or(old[first], |(before, now)| now + old[first] - before);
            for &item in &row {
                for &upper in &above[item] {
                    let needed = self.lower(upper) + distance(upper, item);
                    y = y.max(needed + self.items[item].margin.top);
                }
            }
            for &item in &row {
                self.top[item] = y;
            }
            last = Some((old[first], y));
            start += row.len();
        }
    }

    /// Boxes by column, from top to bottom: who stands entirely right of another belongs to a later column.
    fn columns(&self, wires: &[Wire]) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by(|&a, &b| self.left[a].total_cmp(&self.left[b]));
        let mut writers = vec![Vec::new(); self.items.len()];
        for wire in wires {
            writers[wire.to.item].push(wire.from.item);
        }
        let mut column_of = vec![0_usize; self.items.len()];
        let mut columns: Vec<Vec<usize>> = Vec::new();
        for (at, &item) in order.iter().enumerate() {
            let earlier = order.get(..at).unwrap_or_default();
            let must_follow = |&other: &usize| {
                let is_right = self.outer_right(other) <= self.outer_left(item);
                let is_forward = self.left[item] - self.left[other]
                    > FORWARD * self.items[other].size.width
                    && writers[item].contains(&other);
                let is_beside = self.share_rows(other, item) && self.share_columns(other, item);
                is_right || is_forward || is_beside
            };
            let before = earlier.iter().filter(|other| must_follow(other));
            let column = before.map(|&other| column_of[other] + 1).max().unwrap_or(0);
            column_of[item] = column;
            if column == columns.len() {
                columns.push(Vec::new());
            }
            columns[column].push(item);
        }
        for column in &mut columns {
            column.sort_by(|&a, &b| self.top[a].total_cmp(&self.top[b]));
        }
        columns
    }

    /// The edges of the columns; moves them to the right where their channels need it.
    fn frame(&mut self, layered: &Layered, channels: &Channels, room: Room) -> Frame {
        let mut frame = Frame::default();
        let mut shift = 0.0_f64;
        for (at, nodes) in layered.layers.iter().enumerate() {
            let members = || {
                nodes
                    .iter()
                    .copied()
                    .filter(|&node| node < self.items.len())
            };
            let left = members().map(|item| self.outer_left(item));
            let left = left.fold(f64::INFINITY, f64::min);
            if let (Room::Make, Some(before)) = (room, frame.right.last()) {
                shift = shift.max(before + channels.width(at) - left);
            }
            let right = members().map(|item| self.outer_right(item));
            frame.left.push(left + shift);
            frame
                .right
                .push(right.fold(f64::NEG_INFINITY, f64::max) + shift);
            let moved: Vec<usize> = members().collect();
            for item in moved {
                self.left[item] += shift;
            }
        }
        frame
    }
}
