//! Boxes without a place among boxes that have one.

use crate::layout::pack::{Part, parts};
use crate::layout::{Item, Spacing, Wire};
use crate::model::Position;

/// All boxes with a place: those that had none stand next to those that they are wired to, and cover nothing.
pub(super) fn place(items: &[Item], wires: &[Wire], spacing: &Spacing) -> Vec<Item> {
    let mut placed = items.to_vec();
    let is_free = |item: usize| items[item].at.is_none();
    let inside: Vec<Wire> = wires
        .iter()
        .filter(|wire| is_free(wire.from.item) && is_free(wire.to.item))
        .copied()
        .collect();
    let mut taken: Vec<Area> = items.iter().filter_map(Area::of).collect();
    for members in parts(items.len(), &inside) {
        if !members.first().is_some_and(|&member| is_free(member)) {
            continue;
        }
        let part = Part::draw(members, items, wires, spacing);
        let wanted =
            wanted(&part, &placed, wires, spacing).unwrap_or_else(|| below(&taken, spacing));
        let at = free_place(&part, wanted, &taken, spacing);
        for (number, &member) in part.members.iter().enumerate() {
            let inner = part.position(number);
            placed[member].at = Some(Position {
                x: at.x + inner.x,
                y: at.y + inner.y,
            });
            taken.extend(Area::of(&placed[member]));
        }
    }
    placed
}

/// What a box covers, with its margin.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn of(item: &Item) -> Option<Self> {
        let at = item.at?;
        Some(Self {
            left: at.x - item.margin.left,
            top: at.y - item.margin.top,
            right: at.x + item.size.width + item.margin.right,
            bottom: at.y + item.size.height + item.margin.bottom,
        })
    }
}

/// Where the part should stand, as its wires to placed boxes see it: the middle of their wishes.
fn wanted(part: &Part, placed: &[Item], wires: &[Wire], spacing: &Spacing) -> Option<Position> {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    let number = |item: usize| part.members.binary_search(&item).ok();
    for wire in wires {
        let (from, to) = (&placed[wire.from.item], &placed[wire.to.item]);
        let level = wire.from.y - wire.to.y;
        match (number(wire.from.item), number(wire.to.item), from.at, to.at) {
            (None, Some(own), Some(at), _) => {
                let gap = from.margin.right + spacing.layers + to.margin.left;
                xs.push(at.x + from.size.width + gap - part.position(own).x);
                ys.push(at.y + level - part.position(own).y);
            }
            (Some(own), None, _, Some(at)) => {
                let gap = from.margin.right + spacing.layers + to.margin.left;
                xs.push(at.x - gap - from.size.width - part.position(own).x);
                ys.push(at.y - level - part.position(own).y);
            }
            _ => {}
        }
    }
    Some(Position {
        x: median(xs)?,
        y: median(ys)?,
    })
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// Under everything that has a place.
fn below(taken: &[Area], spacing: &Spacing) -> Position {
    let left = taken.iter().map(|area| area.left);
    let bottom = taken.iter().map(|area| area.bottom);
    Position {
        x: left.fold(f64::INFINITY, f64::min),
        y: bottom.fold(f64::NEG_INFINITY, f64::max) + 2.0 * spacing.items,
    }
}

/// The nearest place above or below the wanted one where the part covers nothing.
fn free_place(part: &Part, wanted: Position, taken: &[Area], spacing: &Spacing) -> Position {
    let gap = spacing.items;
    let column = taken
        .iter()
        .filter(|area| area.left < wanted.x + part.width + gap && wanted.x < area.right + gap);
    let column: Vec<Area> = column.copied().collect();
    // A little less than the gap, so that a place at just that distance is free whatever rounding does.
    let near = gap - 0.01;
    let blocking = |y: f64| {
        let covers = |area: &&Area| area.top < y + part.height + near && y < area.bottom + near;
        column.iter().find(covers)
    };
    let (mut lower, mut upper) = (wanted.y, wanted.y);
    // Each step passes one box, so there are no more steps than boxes.
    while let Some(area) = blocking(lower) {
        lower = area.bottom + gap;
    }
    while let Some(area) = blocking(upper) {
        upper = area.top - gap - part.height;
    }
    let y = if wanted.y - upper < lower - wanted.y {
        upper
    } else {
        lower
    };
    Position { x: wanted.x, y }
}
