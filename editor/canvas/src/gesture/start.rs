//! How gestures begin.

use std::collections::HashSet;

use egui::{Pos2, Rect, Vec2};
use millstream_document::{PortAt, Target};

use crate::gesture::{
    BendGesture, BoxGesture, CarryGesture, Gesture, MoveGesture, Over, Pointer, PullGesture, World,
};
use crate::hit::{Hit, end_of, hit};
use crate::request::Request;

impl Gesture {
    /// The gesture that a press and a first move mean. What is taken hold of is selected first.
    pub(crate) fn start(world: World<'_>, pointer: Pointer) -> (Self, Vec<Request>) {
        if pointer.has_alt || pointer.has_knife {
            let slice = Self::Slice {
                from: pointer.pos,
                to: pointer.pos,
            };
            return (slice, Vec::new());
        }
        match hit(world.scene, pointer.pos, world.zoom) {
            Some(Hit::Port(card, side, slot)) => {
                let end = end_of(&world.scene.cards[card], side, slot);
                let port = end.map(|end| PortAt { side, end });
                (
                    port.map_or(Self::Rest, |port| from_port(world, port, pointer)),
                    Vec::new(),
                )
            }
            Some(Hit::Bend(wire, at)) => {
                let bends = world.scene.wires[wire].bends.clone();
                (Self::Bend(BendGesture { wire, bends, at }), Vec::new())
            }
            Some(Hit::Wire(wire)) => (new_bend(world, wire, pointer.pos), Vec::new()),
            Some(found) => take(world, found, pointer),
            None => {
                let from = pointer.pos;
                let gesture = BoxGesture {
                    from,
                    to: from,
                    keeps: pointer.has_shift,
                };
                (Self::Box(gesture), Vec::new())
            }
        }
    }
}

/// A plain drag draws a new wire; with Shift it carries those that are there.
fn from_port(world: World<'_>, port: PortAt, pointer: Pointer) -> Gesture {
    let wires: Vec<_> = world
        .document
        .wires_at(port.side, &port.end)
        .map(|(id, _)| id)
        .collect();
    if pointer.has_shift && !wires.is_empty() {
        return Gesture::Carry(Box::new(CarryGesture {
            port,
            wires,
            to: pointer.pos,
            over: None,
        }));
    }
    let from = world.scene.port_pos(port.side, &port.end);
    Gesture::Pull(Box::new(PullGesture {
        from: from.unwrap_or(pointer.pos),
        port,
        to: pointer.pos,
        over: Over::Nothing,
    }))
}

/// A wire that is dragged gets a bend there.
fn new_bend(world: World<'_>, wire: usize, pos: Pos2) -> Gesture {
    let (bends, at) = with_bend(world, wire, pos);
    Gesture::Bend(BendGesture { wire, bends, at })
}

/// The bends of a wire and one more, in the order of the way, and which is new.
pub(crate) fn with_bend(world: World<'_>, wire: usize, pos: Pos2) -> (Vec<Pos2>, usize) {
    let found = &world.scene.wires[wire];
    let along = |pos: Pos2| found.line().map_or(0.0, |line| line.nearest(pos).along);
    let mut bends = found.bends.clone();
    let at = bends
        .iter()
        .take_while(|bend| along(**bend) < along(pos))
        .count();
    bends.insert(at, pos);
    (bends, at)
}

/// Takes hold of a process, note or group, along with what else is selected.
fn take(world: World<'_>, found: Hit, pointer: Pointer) -> (Gesture, Vec<Request>) {
    let Some(mut target) = found.target(world.scene) else {
        return (Gesture::Rest, Vec::new());
    };
    if let Target::Value(end) = target {
        target = Target::Process(end.process);
    }
    let selection = world.document.selection();
    let mut requests = Vec::new();
    let (mut cards, mut papers) = (HashSet::new(), HashSet::new());
    if selection.contains(&target) {
        let targets: Vec<Target> = selection.targets().collect();
        for target in &targets {
            add(world, target, &mut cards, &mut papers);
        }
    } else {
        requests.push(Request::select(vec![target.clone()]));
    }
    add(world, &target, &mut cards, &mut papers);
    let gesture = MoveGesture {
        from: pointer.pos,
        bounds: bounds(world, &cards, &papers),
        cards,
        papers,
        by: Vec2::ZERO,
        ..MoveGesture::default()
    };
    (Gesture::Move(Box::new(gesture)), requests)
}

/// What moves with a thing: a group with its members.
fn add(world: World<'_>, target: &Target, cards: &mut HashSet<usize>, papers: &mut HashSet<usize>) {
    match target {
        Target::Process(name) => cards.extend(world.scene.card_of(name)),
        Target::Group(id) => {
            let frames = world.scene.frames.iter().filter(|frame| frame.id == *id);
            cards.extend(frames.flat_map(|frame| frame.members.iter().copied()));
            papers.extend(world.scene.papers.iter().position(|paper| paper.id == *id));
        }
        _ => {}
    }
}

fn bounds(world: World<'_>, cards: &HashSet<usize>, papers: &HashSet<usize>) -> Option<Rect> {
    let scene = world.scene;
    let all = scene.cards.iter().enumerate();
    let cards = all
        .filter(|(at, _)| cards.contains(at))
        .map(|(_, card)| card.rect());
    let all = scene.papers.iter().enumerate();
    let papers = all
        .filter(|(at, _)| papers.contains(at))
        .map(|(_, paper)| paper.rect);
    cards.chain(papers).reduce(|a, b| a.union(b))
}
