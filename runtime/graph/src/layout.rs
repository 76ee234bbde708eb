//! Where processes stand and how wires run: boxes and wires in, positions and routes out.
//!
//! [`arrange`] places boxes in layers from left to right, so that wires run forward where they can and cross seldom;
//! boxes that have a place keep it. [`spread`] keeps an arrangement that somebody made and gives it room. Both route
//! every wire at right angles through the channels between boxes, so that no wire crosses a box. Nothing here knows
//! graphs, fonts or colours: the picture and the editor say how large their boxes are.
//!
//! The steps of `arrange`, one module each: `cycle` turns round the wires that close cycles, `rank` finds layers,
//! `order` the order inside the layers, `align` the heights, `channel` where wires turn. For boxes that have places,
//! `column` and `lane` stand in for the first four.
//!
//! # Source
//!
//! Layers by network simplex: Gansner, Koutsofios, North, Vo, "A technique for drawing directed graphs" (1993), section
//! 2. Heights: Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001), with ports as in ELK.

mod align;
mod channel;
mod column;
mod cycle;
mod lane;
mod layered;
mod order;
mod pack;
mod pin;
mod rank;
mod settle;
mod trace;

#[cfg(test)]
mod tests;

use crate::model::Position;

/// Width and height of a box.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Size {
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

/// Room around a box that belongs to it: tags beside its ports, the name of a group above it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Margin {
    /// Left of the box.
    pub left: f64,
    /// Right of the box.
    pub right: f64,
    /// Above the box.
    pub top: f64,
    /// Below the box.
    pub bottom: f64,
}

/// A box to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Item {
    /// How large it is.
    pub size: Size,
    /// Room that it needs around it.
    pub margin: Margin,
    /// The group it belongs to, if any; members of a group stand together where that is possible.
    pub group: Option<usize>,
    /// The upper left corner, if it has a place.
    pub at: Option<Position>,
}

/// A port of a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Port {
    /// Which box, by its position in the list.
    pub item: usize,
    /// How far below the upper edge of the box.
    pub y: f64,
}

/// A wire from the right edge of a box to the left edge of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wire {
    /// Where it begins.
    pub from: Port,
    /// Where it ends.
    pub to: Port,
    /// How far it runs straight before it turns, to make room for a label.
    pub lead: f64,
}

/// Distances, in the unit of the sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spacing {
    /// Between layers, at least.
    pub layers: f64,
    /// Between boxes that stand above each other.
    pub items: f64,
    /// Between wires that run beside each other.
    pub wires: f64,
}

impl Default for Spacing {
    fn default() -> Self {
        Self {
            layers: 56.0,
            items: 32.0,
            wires: 12.0,
        }
    }
}

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawing {
    /// The upper left corner of each box.
    pub positions: Vec<Position>,
    /// The corners of each wire, its two ends included.
    pub routes: Vec<Vec<Position>>,
}

/// Places the boxes that have no place, and routes all wires.
///
/// Without any place the whole is laid out anew, beginning at (0, 0). Otherwise boxes with a place stay exactly there,
/// and the others come next to those that they are wired to. Wires that name boxes beyond the list get no route.
///
/// # Shape
///
/// The same input gives the same output. A hundred boxes take milliseconds, five thousand less than two seconds.
pub fn arrange(items: &[Item], wires: &[Wire], spacing: &Spacing) -> Drawing {
    let known = known(items, wires);
    let drawing = if items.iter().all(|item| item.at.is_none()) {
        pack::stack(items, &known, spacing)
    } else {
        let placed = pin::place(items, &known, spacing);
        column::drawing(&placed, &known, spacing, column::Room::Keep)
    };
    with_all_routes(drawing, items.len(), wires)
}

/// Gives an arrangement the room it needs, and routes all wires; boxes without a place are placed first.
///
/// Boxes move only to the right and down, and only as far as it takes to keep them apart and to let the wires through
/// between them: what stood in a row or a column still does.
pub fn spread(items: &[Item], wires: &[Wire], spacing: &Spacing) -> Drawing {
    if items.iter().all(|item| item.at.is_none()) {
        return arrange(items, wires, spacing);
    }
    let known = known(items, wires);
    let placed = pin::place(items, &known, spacing);
    let drawing = column::drawing(&placed, &known, spacing, column::Room::Make);
    with_all_routes(drawing, items.len(), wires)
}

/// The wires whose two boxes exist.
fn known(items: &[Item], wires: &[Wire]) -> Vec<Wire> {
    let exists = |wire: &&Wire| is_known(wire, items.len());
    wires.iter().filter(exists).copied().collect()
}

fn is_known(wire: &Wire, count: usize) -> bool {
    wire.from.item < count && wire.to.item < count
}

/// One route per wire of the caller, empty where a box does not exist.
fn with_all_routes(mut drawing: Drawing, count: usize, wires: &[Wire]) -> Drawing {
    let mut found = std::mem::take(&mut drawing.routes).into_iter();
    drawing.routes = wires
        .iter()
        .map(|wire| {
            if is_known(wire, count) {
                found.next().unwrap_or_default()
            } else {
                Vec::new()
            }
        })
        .collect();
    drawing
}
