//! The scene: what a document looks like, without colours and without a screen.
//!
//! A scene is made of a state of the document and kept until that changes. Ways of wires are found when they are first
//! seen, a limited number in each frame, so that opening a graph of ten thousand processes costs no more than what is
//! in sight.

pub(crate) mod card;
pub(crate) mod frame;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use egui::{Pos2, Rect, Vec2};
use millstream_document::{Document, Side, WireId};
use millstream_graph::{PortRef, ProcessName};

use crate::geometry::curve::Curve;
use crate::geometry::index::Index;
use crate::geometry::route::route;
use crate::scene::card::{Card, Shown};
use crate::scene::frame::{Frame, Paper};
use crate::scene::wire::{End, Way, Wire};

/// Longest piece of a wire that is one rectangle of the index.
const PIECE_MAX: f32 = 400.0;
/// Steps of a wire in the index may be this rough.
const PIECE_TOLERANCE: f32 = 60.0;
/// How many wires find their way in one frame.
const ROUTES_PER_FRAME: usize = 48;

/// What a document looks like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scene {
    /// The processes, in the order of the graph.
    pub(crate) cards: Vec<Card>,
    /// The connectors, in the order of the graph.
    pub(crate) wires: Vec<Wire>,
    /// The groups.
    pub(crate) frames: Vec<Frame>,
    /// The notes.
    pub(crate) papers: Vec<Paper>,
    by_name: HashMap<ProcessName, usize>,
    by_wire: HashMap<WireId, usize>,
    /// The wires at each card.
    around: Vec<Vec<usize>>,
    card_index: Index,
    wire_index: Index,
    /// Which wire each rectangle of the index belongs to.
    piece_owners: Vec<u32>,
    /// Wires that go another way than the index knows.
    detours: Vec<usize>,
    /// Around all that there is.
    bounds: Option<Rect>,
}

/// What of a scene is in sight.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Positions of cards.
    pub(crate) cards: Vec<usize>,
    /// Positions of wires.
    pub(crate) wires: Vec<usize>,
    /// Whether wires are left that have not found their way.
    pub(crate) is_waiting: bool,
}

impl Scene {
    /// Looks at a document; `opened` names the processes whose settings are all shown.
    pub(crate) fn new(document: &Document, opened: &HashSet<ProcessName>) -> Self {
        let names = document.graph().processes.keys();
        let cards: Vec<Card> = names
            .filter_map(|name| {
                let shown = if opened.contains(name) {
                    Shown::All
                } else {
                    Shown::Needed
                };
                Card::new(document, name, shown)
            })
            .collect();
        let by_name: HashMap<ProcessName, usize> = cards
            .iter()
            .enumerate()
            .map(|(at, card)| (card.name.clone(), at))
            .collect();
        let mut scene = Self {
            card_index: Index::new(cards.iter().map(Card::outer).collect()),
            around: vec![Vec::new(); cards.len()],
            cards,
            by_name,
            ..Self::default()
        };
        scene.add_wires(document);
        scene.add_frames(document);
        scene.bounds = scene.around_all();
        scene
    }

    fn add_wires(&mut self, document: &Document) {
        let find = |side: Side, port: &PortRef| {
            let card = self.by_name.get(&port.process).copied();
            let found = card.and_then(|card| self.cards[card].find(side, &port.key()));
            End { card, slot: found }
        };
        self.wires = document
            .wires()
            .map(|(id, connector)| Wire::new(document, id, connector, &self.cards, &find))
            .collect();
        let mut rects = Vec::with_capacity(self.wires.len() * 3);
        for (at, wire) in self.wires.iter().enumerate() {
            self.by_wire.insert(wire.id, at);
            for end in [wire.from.card, wire.to.card].into_iter().flatten() {
                if self.around[end].last() != Some(&at) {
                    self.around[end].push(at);
                }
            }
            for piece in pieces(&wire.way.curve) {
                rects.push(piece);
                self.piece_owners
                    .push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        self.wire_index = Index::new(rects);
    }

    fn add_frames(&mut self, document: &Document) {
        let groups = document.groups().enumerate();
        self.frames = groups
            .filter_map(|(tint, (id, group))| {
                let members = group.processes.iter();
                let members = members.filter_map(|name| self.by_name.get(name).copied());
                Frame::new(id, group, tint, &self.cards, members.collect())
            })
            .collect();
        // The larger below the smaller, so that nested groups are both seen.
        self.frames
            .sort_by(|a, b| b.rect.area().total_cmp(&a.rect.area()));
        self.papers = document.notes().map(|note| Paper::new(&note)).collect();
    }

    /// The position of a process.
    pub(crate) fn card_of(&self, name: &ProcessName) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The position of a connector.
    pub(crate) fn wire_of(&self, id: WireId) -> Option<usize> {
        self.by_wire.get(&id).copied()
    }

    /// The wires at a card.
    pub(crate) fn wires_around(&self, card: usize) -> &[usize] {
        self.around.get(card).map_or(&[], Vec::as_slice)
    }

    /// Where a port is.
    pub(crate) fn port_pos(&self, side: Side, end: &PortRef) -> Option<Pos2> {
        let card = &self.cards[self.card_of(&end.process)?];
        let slot = card.find(side, &end.key())?;
        Some(card.port_pos(side, slot))
    }

    /// All that there is.
    pub(crate) const fn bounds(&self) -> Option<Rect> {
        self.bounds
    }

    fn around_all(&self) -> Option<Rect> {
        let cards = self.cards.iter().map(Card::outer);
        let frames = self.frames.iter().map(|frame| frame.rect);
        let papers = self.papers.iter().map(|paper| paper.rect);
        let all = cards.chain(frames).chain(papers);
        all.reduce(|a, b| a.union(b))
    }

    /// The cards that meet an area.
    pub(crate) fn cards_in(&self, area: Rect) -> Vec<usize> {
        self.card_index.find(area)
    }

    /// The wires that may be in an area.
    pub(crate) fn wires_in(&self, area: Rect) -> Vec<usize> {
        let pieces = self.wire_index.find(area);
        let mut found: Vec<usize> = pieces
            .into_iter()
            .filter_map(|piece| usize::try_from(self.piece_owners[piece]).ok())
            .collect();
        found.extend(
            self.detours
                .iter()
                .copied()
                .filter(|&at| self.wires[at].bounds().intersects(area)),
        );
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What is in sight from afar, where wires run straight.
    pub(crate) fn look_from_afar(&self, area: Rect) -> Seen {
        Seen {
            cards: self.cards_in(area),
            wires: self.wires_in(area),
            is_waiting: false,
        }
    }

    /// What is in sight, with the ways of its wires found and as fine as the tolerance wants.
    pub(crate) fn look_at(&mut self, area: Rect, tolerance: f32) -> Seen {
        let mut seen = self.look_from_afar(area);
        let mut routed = 0;
        for &at in &seen.wires {
            if !self.wires[at].way.is_routed {
                if routed == ROUTES_PER_FRAME {
                    seen.is_waiting = true;
                } else {
                    self.find_way(at);
                    routed += 1;
                }
            }
            self.wires[at].way.refine(tolerance);
        }
        seen
    }

    fn find_way(&mut self, at: usize) {
        let (from, to) = self.wires[at].ends(&self.cards);
        let curve = self.way_round(from, to, None);
        let way = Way::new(curve, true);
        if way.curve != self.wires[at].way.curve {
            self.detours.push(at);
        }
        self.wires[at].way = way;
    }

    /// A way between two points; `without` is a card that is on its way elsewhere and so no obstacle.
    pub(crate) fn way_round(
        &self,
        from: Pos2,
        to: Pos2,
        without: Option<&HashSet<usize>>,
    ) -> Curve {
        route(from, to, &|area| {
            let found = self.cards_in(area).into_iter();
            found
                .filter(|at| without.is_none_or(|moving| !moving.contains(at)))
                .map(|at| self.cards[at].rect())
                .collect()
        })
    }

    /// The frame of a group as it would be if cards were elsewhere.
    pub(crate) fn frame_moved(&self, frame: &Frame, moving: &HashSet<usize>, by: Vec2) -> Rect {
        if !frame.members.iter().any(|member| moving.contains(member)) {
            return frame.rect;
        }
        if frame.members.iter().all(|member| moving.contains(member)) {
            return frame.rect.translate(by);
        }
        let mut moved = frame.clone();
        let cards: Vec<Card> = frame
            .members
            .iter()
            .filter_map(|&at| {
                let mut card = self.cards.get(at)?.clone();
                if moving.contains(&at) {
                    card.pos += by;
                }
                Some(card)
            })
            .collect();
        moved.members = (0..cards.len()).collect();
        moved.enclose(&cards);
        moved.rect
    }
}

/// Small rectangles that hold a curve.
fn pieces(curve: &Curve) -> Vec<Rect> {
    let line = curve.flatten(PIECE_TOLERANCE);
    let mut pieces = Vec::new();
    for pair in line.points().windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let count = (from.distance(to) / PIECE_MAX).ceil().clamp(1.0, 4096.0);
        let mut start = from;
        let mut step = 1.0;
        while step <= count {
            let end = from.lerp(to, step / count);
            pieces.push(Rect::from_two_pos(start, end).expand(PIECE_TOLERANCE));
            start = end;
            step += 1.0;
        }
    }
    pieces
}
