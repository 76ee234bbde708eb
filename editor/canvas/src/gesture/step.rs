//! How gestures follow the pointer.

use std::collections::HashSet;

use egui::{Pos2, Rect, Vec2};
use millstream_document::{PortAt, Shift};

use crate::geometry::snap::{Snapped, snap};
use crate::gesture::{CarryGesture, Gesture, MoveGesture, Over, Pointer, PullGesture, World};
use crate::hit::{Hit, end_of, hit, wire};
use crate::theme::metric::SNAP_ON_SCREEN;
use crate::verdict::{Verdict, judge};

/// How far around guides are looked for, on the screen.
const GUIDES_REACH: f32 = 700.0;

impl Gesture {
    /// The pointer has moved. `chip` is where a refusal is shown, in the graph: on it the refusal stays.
    pub(crate) fn step(&mut self, world: World<'_>, pointer: Pointer, chip: Option<Rect>) {
        match self {
            Self::Rest | Self::Pan | Self::Minimap => {}
            Self::Box(found) => found.to = pointer.pos,
            Self::Move(found) => found.step(world, pointer),
            Self::Pull(found) => found.step(world, pointer, chip),
            Self::Carry(found) => found.step(world, pointer),
            Self::Slice { to, .. } => *to = pointer.pos,
            Self::Bend(found) => {
                if let Some(bend) = found.bends.get_mut(found.at) {
                    *bend = pointer.pos;
                }
            }
            Self::Lazy { from, to, over } => {
                *to = pointer.pos;
                let below = hit(world.scene, pointer.pos, world.zoom).and_then(Hit::card);
                *over = below.filter(|card| card != from);
            }
        }
    }

    /// Chooses the other neighbours to make room for what goes into a wire.
    pub(crate) fn flip(&mut self) {
        if let Self::Move(found) = self {
            found.shift = match found.shift {
                Shift::Downstream => Shift::Upstream,
                Shift::Upstream => Shift::Stay,
                Shift::Stay => Shift::Downstream,
            };
        }
    }
}

impl MoveGesture {
    fn step(&mut self, world: World<'_>, pointer: Pointer) {
        let raw = pointer.pos - self.from;
        let Some(bounds) = self.bounds else {
            return;
        };
        let dragged = bounds.translate(raw);
        self.snapped = if pointer.has_command {
            // Freely, wherever the hand says.
            Snapped::default()
        } else {
            let others = neighbours(world, dragged, &self.cards);
            snap(dragged, &others, SNAP_ON_SCREEN / world.zoom)
        };
        self.by = raw + self.snapped.correction;
        self.over_wire = (!pointer.has_alt)
            .then(|| self.wire_below(world, pointer.pos))
            .flatten();
    }

    /// The wire that a single process would go into: one that runs where the pointer is, and not to the process itself.
    fn wire_below(&self, world: World<'_>, pos: Pos2) -> Option<usize> {
        let mut cards = self.cards.iter();
        let (Some(&card), None) = (cards.next(), cards.next()) else {
            return None;
        };
        let found = &world.scene.cards[card];
        if found.ins.is_empty()
            || found.outs.is_empty()
            || !world.scene.wires_around(card).is_empty()
        {
            return None;
        }
        let center = found.rect().center() + self.by;
        let at = |pos: Pos2| match wire(world.scene, pos, world.zoom) {
            Some(Hit::Wire(at)) if world.scene.wires[at].is_whole() => Some(at),
            _ => None,
        };
        at(pos).or_else(|| at(center))
    }
}

/// The cards round a dragged rectangle that it may be aligned with.
fn neighbours(world: World<'_>, dragged: Rect, moving: &HashSet<usize>) -> Vec<Rect> {
    let reach = dragged.expand(GUIDES_REACH / world.zoom.max(0.5));
    let found = world.scene.cards_in(reach).into_iter();
    found
        .filter(|at| !moving.contains(at))
        .map(|at| world.scene.cards[at].rect())
        .collect()
}

impl PullGesture {
    fn step(&mut self, world: World<'_>, pointer: Pointer, chip: Option<Rect>) {
        self.to = pointer.pos;
        let is_on_chip = chip.is_some_and(|chip| chip.contains(pointer.pos));
        if is_on_chip && matches!(self.over, Over::Refuses(..)) {
            return;
        }
        self.over = match hit(world.scene, pointer.pos, world.zoom) {
            None | Some(Hit::Frame(_) | Hit::Wire(_)) => Over::Nothing,
            Some(Hit::Port(card, side, slot)) => self.judge(world, (card, side, slot)),
            Some(_) => Over::Thing,
        };
    }

    fn judge(&self, world: World<'_>, (card, side, slot): (usize, crate::Side, usize)) -> Over {
        let Some(end) = end_of(&world.scene.cards[card], side, slot) else {
            return Over::Thing;
        };
        let port = PortAt { side, end };
        if port == self.port {
            return Over::Thing;
        }
        match judge(world.document, &self.port, &port) {
            Verdict::Fits => Over::Fits(port),
            Verdict::Refused(refusal) => Over::Refuses(port, refusal),
        }
    }

    /// Where the wire ends that is shown: at the port if there is one.
    pub(crate) fn shown_end(&self, world: World<'_>) -> Pos2 {
        let port = match &self.over {
            Over::Fits(port) | Over::Refuses(port, _) => port,
            Over::Nothing | Over::Thing => return self.to,
        };
        let place = world.scene.port_pos(port.side, &port.end);
        place.unwrap_or(self.to)
    }
}

impl CarryGesture {
    fn step(&mut self, world: World<'_>, pointer: Pointer) {
        self.to = pointer.pos;
        self.over = match hit(world.scene, pointer.pos, world.zoom) {
            Some(Hit::Port(card, side, slot)) if side == self.port.side => {
                end_of(&world.scene.cards[card], side, slot)
                    .map(|end| PortAt { side, end })
                    .filter(|port| *port != self.port)
            }
            _ => None,
        };
    }
}

/// Where things on their way are shown.
pub(crate) fn moved(rect: Rect, is_moving: bool, by: Vec2) -> Rect {
    if is_moving { rect.translate(by) } else { rect }
}
