//! What is below the pointer.

use egui::{Pos2, Rect, Vec2};
use millstream_document::{PortAt, Side, Target};
use millstream_graph::PortRef;

use crate::detail::Detail;
use crate::scene::Scene;
use crate::scene::card::Card;
use crate::theme::metric::{BEND_RADIUS, PORT_HIT_ON_SCREEN, WIRE_HIT_ON_SCREEN};

/// A thing of the scene, by its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Hit {
    /// A port: card, side, port.
    Port(usize, Side, usize),
    /// The value on an in-port: card, port.
    Value(usize, usize),
    /// The mark of a failure or finding on a card.
    Badge(usize),
    /// The row of a card that shows or hides settings.
    More(usize),
    /// The title of a card.
    Header(usize),
    /// The rest of a card.
    Card(usize),
    /// A bend of a wire: wire, bend.
    Bend(usize, usize),
    /// A wire.
    Wire(usize),
    /// A note.
    Paper(usize),
    /// The name of a group.
    Frame(usize),
}

impl Hit {
    /// The card that it is or belongs to.
    pub(crate) const fn card(self) -> Option<usize> {
        match self {
            Self::Port(card, ..)
            | Self::Value(card, _)
            | Self::Badge(card)
            | Self::More(card)
            | Self::Header(card)
            | Self::Card(card) => Some(card),
            Self::Bend(..) | Self::Wire(_) | Self::Paper(_) | Self::Frame(_) => None,
        }
    }

    /// What the document calls it.
    pub(crate) fn target(self, scene: &Scene) -> Option<Target> {
        Some(match self {
            Self::Port(card, side, slot) => {
                let end = end_of(scene.cards.get(card)?, side, slot)?;
                Target::Port(PortAt { side, end })
            }
            Self::Value(card, slot) => {
                Target::Value(end_of(scene.cards.get(card)?, Side::In, slot)?)
            }
            Self::Badge(card) | Self::More(card) | Self::Header(card) | Self::Card(card) => {
                Target::Process(scene.cards.get(card)?.name.clone())
            }
            Self::Bend(wire, _) | Self::Wire(wire) => Target::Wire(scene.wires.get(wire)?.id),
            Self::Paper(at) => Target::Group(scene.papers.get(at)?.id),
            Self::Frame(at) => Target::Group(scene.frames.get(at)?.id),
        })
    }
}

/// The name of a port of a card.
pub(crate) fn end_of(card: &Card, side: Side, slot: usize) -> Option<PortRef> {
    let slot = card.side(side).get(slot)?;
    Some(PortRef::new(card.name.clone(), slot.key.clone()))
}

/// What is at a point of the graph; what is small comes before what is large.
pub(crate) fn hit(scene: &Scene, pos: Pos2, zoom: f32) -> Option<Hit> {
    let detail = Detail::at(zoom);
    let reach = PORT_HIT_ON_SCREEN / zoom;
    let near = Rect::from_center_size(pos, Vec2::splat(2.0 * reach));
    let cards = scene.cards_in(near);
    // The last one is on top.
    let from_top = || cards.iter().rev().copied();
    if detail > Detail::Blocks {
        let ports = from_top().filter_map(|card| port(scene, card, pos, reach));
        let nearest = ports.min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((found, _)) = nearest {
            return Some(found);
        }
    }
    from_top()
        .find_map(|card| on_card(scene, card, pos, detail))
        .or_else(|| wire(scene, pos, zoom))
        .or_else(|| paper(scene, pos))
        .or_else(|| frame(scene, pos))
}

fn port(scene: &Scene, card: usize, pos: Pos2, reach: f32) -> Option<(Hit, f32)> {
    let found = &scene.cards[card];
    let mut best: Option<(Hit, f32)> = None;
    for side in [Side::In, Side::Out] {
        for slot in 0..found.side(side).len() {
            let distance = found.port_pos(side, slot).distance(pos);
            // Inside the card the name of a port is not yet the port.
            if distance <= reach && best.is_none_or(|(_, known)| distance < known) {
                best = Some((Hit::Port(card, side, slot), distance));
            }
        }
    }
    best
}

fn on_card(scene: &Scene, at: usize, pos: Pos2, detail: Detail) -> Option<Hit> {
    let card = &scene.cards[at];
    if detail == Detail::Full {
        let badge = Rect::from_center_size(card.rect().right_top(), Vec2::splat(24.0));
        if badge.contains(pos) && card.worst.is_some() {
            return Some(Hit::Badge(at));
        }
        let mut tags = (0..card.ins.len()).filter(|&slot| {
            card.ins[slot].value.is_some() && card.tag(slot).is_some_and(|tag| tag.contains(pos))
        });
        if let Some(slot) = tags.next_back() {
            return Some(Hit::Value(at, slot));
        }
    }
    if !card.rect().contains(pos) {
        return None;
    }
    if detail == Detail::Full && card.more().is_some_and(|more| more.contains(pos)) {
        return Some(Hit::More(at));
    }
    Some(if card.header().contains(pos) {
        Hit::Header(at)
    } else {
        Hit::Card(at)
    })
}

/// The wire that runs closest to a point.
pub(crate) fn wire(scene: &Scene, pos: Pos2, zoom: f32) -> Option<Hit> {
    let reach = WIRE_HIT_ON_SCREEN / zoom;
    let near = Rect::from_center_size(pos, Vec2::splat(2.0 * reach));
    let mut best: Option<(Hit, f32)> = None;
    for at in scene.wires_in(near) {
        let wire = &scene.wires[at];
        let bends = wire.bends.iter().enumerate();
        let bend_reach = (BEND_RADIUS + 3.0).max(reach);
        for (bend, place) in bends {
            if place.distance(pos) <= bend_reach {
                return Some(Hit::Bend(at, bend));
            }
        }
        let distance = wire.line().map(|line| line.nearest(pos).distance);
        if let Some(distance) = distance.filter(|&distance| distance <= reach)
            && best.is_none_or(|(_, known)| distance < known)
        {
            best = Some((Hit::Wire(at), distance));
        }
    }
    best.map(|(found, _)| found)
}

fn paper(scene: &Scene, pos: Pos2) -> Option<Hit> {
    let mut found = scene.papers.iter().enumerate().rev();
    found
        .find(|(_, paper)| paper.rect.contains(pos))
        .map(|(at, _)| Hit::Paper(at))
}

fn frame(scene: &Scene, pos: Pos2) -> Option<Hit> {
    let mut found = scene.frames.iter().enumerate().rev();
    found
        .find(|(_, frame)| frame.head().contains(pos))
        .map(|(at, _)| Hit::Frame(at))
}
