//! What is painted, and in which order.

use std::collections::HashSet;

use egui::{CursorIcon, Id, Painter, Ui, Vec2};
use millstream_document::{PortAt, Side, Target};
use millstream_graph::PortRef;

use crate::access::{Access, Looks, card_name, port_name, wire_name};
use crate::canvas::{Canvas, Show, tolerance};
use crate::detail::{Detail, shows_wire_labels};
use crate::gesture::{Gesture, moved};
use crate::hit::Hit;
use crate::look::{ProcessLook, WireLook};
use crate::paint::card::{Glow, State};
use crate::paint::label::Labels;
use crate::paint::{Brush, Emphasis, card, frame, overlay, wire};
use crate::scene::card::{Card, Slot};
use crate::scene::wire::Way;

/// Beyond this number, wires of dragged processes are drawn the plain way.
const ROUTED_WHILE_DRAGGED: usize = 40;

impl Canvas {
    pub(super) fn paint(&mut self, ui: &Ui, painter: &Painter, id: Id, show: Show<'_>) {
        let live = show.live;
        let wire_looks: Vec<Option<WireLook>> = self
            .seen
            .wires
            .iter()
            .map(|&at| live.and_then(|live| live.wire(self.scene.wires[at].id)))
            .collect();
        let card_looks: Vec<Option<ProcessLook>> = self
            .seen
            .cards
            .iter()
            .map(|&at| live.and_then(|live| live.process(&self.scene.cards[at].name)))
            .collect();
        let looks = Looks {
            cards: &card_looks,
            wires: &wire_looks,
        };
        let brush = Brush::new(painter, show.theme, &self.camera);
        frame::draw_paper(&brush);
        self.paint_frames(&brush, show);
        self.paint_wires(&brush, show, looks);
        self.paint_cards(&brush, show, looks);
        self.paint_culprits(&brush, looks);
        let chip = self.paint_gesture(&brush, show);
        self.paint_above(&brush, show);
        self.paint_story(&brush, looks);
        self.tell(ui, id, show, looks);
        self.point(ui);
        self.chip = chip;
    }

    fn tell(&self, ui: &Ui, id: Id, show: Show<'_>, looks: Looks<'_>) {
        let access = Access {
            ctx: ui.ctx(),
            canvas: id,
            document: show.document,
            scene: &self.scene,
            camera: &self.camera,
        };
        access.tell(&self.seen, looks);
    }

    fn paint_frames(&self, brush: &Brush<'_>, show: Show<'_>) {
        let seen = self.camera.seen();
        let still = (HashSet::new(), Vec2::ZERO);
        let (moving, by) = self.gesture.moving().unwrap_or((&still.0, still.1));
        for found in &self.scene.frames {
            let rect = self.scene.frame_moved(found, moving, by);
            if rect.intersects(seen) {
                let is_selected = is_selected(show, &Target::Group(found.id));
                frame::draw_frame(brush, found, rect, is_selected);
            }
        }
        let papers = match &self.gesture {
            Gesture::Move(gesture) => Some(&gesture.papers),
            _ => None,
        };
        for (at, paper) in self.scene.papers.iter().enumerate() {
            let is_moving = papers.is_some_and(|papers| papers.contains(&at));
            let rect = moved(paper.rect, is_moving, by);
            if rect.intersects(seen) {
                let is_selected = is_selected(show, &Target::Group(paper.id));
                frame::draw_note(brush, paper, rect, is_selected);
            }
        }
    }

    fn paint_wires(&self, brush: &Brush<'_>, show: Show<'_>, looks: Looks<'_>) {
        let mut ink = brush.ink();
        let is_moved = |at: usize| self.is_on_its_way(at);
        let order = self.wires_in_order(show, looks);
        for &(at, look) in &order {
            if is_moved(at) || self.is_bending(at) {
                continue;
            }
            let found = &self.scene.wires[at];
            if brush.detail == Detail::Blocks {
                let is_selected = is_selected(show, &Target::Wire(found.id));
                let ends = found.ends(&self.scene.cards);
                wire::draw_far(&mut ink, brush, ends, look, is_selected);
            } else if let Some(line) = found.line() {
                let emphasis = self.wire_emphasis(show, at);
                let mut style = wire::style(show.theme, found, look, self.overlay);
                if self.is_to_be_split(at) {
                    style.dashes = Some(crate::paint::ink::Dashes { on: 8.0, off: 6.0 });
                }
                wire::draw(&mut ink, brush, line, &style, emphasis);
                if emphasis.is_selected || emphasis.is_hovered {
                    for bend in &found.bends {
                        wire::draw_bend(&mut ink, brush, *bend, style.color);
                    }
                }
            }
        }
        self.paint_moved_wires(&mut ink, brush, show);
        brush.add(ink);
        self.paint_labels(brush, &order);
    }

    /// What is selected or pointed at lies on top.
    fn wires_in_order<'l>(
        &self,
        show: Show<'_>,
        looks: Looks<'l>,
    ) -> Vec<(usize, Option<&'l WireLook>)> {
        let seen = self.seen.wires.iter().copied();
        let mut order: Vec<_> = seen.zip(looks.wires.iter().map(Option::as_ref)).collect();
        let is_above = |at: usize| {
            let emphasis = self.wire_emphasis(show, at);
            emphasis.is_selected || emphasis.is_hovered
        };
        order.sort_by_cached_key(|&(at, _)| is_above(at));
        order
    }

    fn paint_labels(&self, brush: &Brush<'_>, order: &[(usize, Option<&WireLook>)]) {
        if brush.detail < Detail::Full || !shows_wire_labels(brush.zoom()) {
            return;
        }
        let cards = self.seen.cards.iter();
        let taken = cards
            .map(|&at| self.camera.rect_in_screen(self.scene.cards[at].rect()))
            .collect();
        let mut labels = Labels::beside(taken);
        for &(at, look) in order.iter().rev() {
            let is_free = self.hovered != Some(Hit::Wire(at)) && !self.is_on_its_way(at);
            if let (Some(look), Some(line), true) = (look, self.scene.wires[at].line(), is_free) {
                labels.draw(brush, line, look);
            }
        }
    }

    /// Wires of processes that are dragged find their way anew in every frame.
    fn paint_moved_wires(
        &self,
        ink: &mut crate::paint::ink::Ink,
        brush: &Brush<'_>,
        show: Show<'_>,
    ) {
        let Some((moving, by)) = self.gesture.moving() else {
            return;
        };
        let mut cards: Vec<usize> = moving.iter().copied().collect();
        cards.sort_unstable();
        let mut wires: Vec<usize> = cards
            .iter()
            .flat_map(|&card| self.scene.wires_around(card))
            .copied()
            .collect();
        wires.sort_unstable();
        wires.dedup();
        let is_few = wires.len() <= ROUTED_WHILE_DRAGGED;
        for at in wires {
            let found = &self.scene.wires[at];
            let shift = |card: Option<usize>| match card {
                Some(card) if moving.contains(&card) => by,
                _ => Vec2::ZERO,
            };
            let (from, to) = found.ends(&self.scene.cards);
            let (before, behind) = (shift(found.from.card), shift(found.to.card));
            let curve = if before == behind {
                found.way.curve.translated(by)
            } else if found.bends.is_empty() && is_few {
                self.scene
                    .way_round(from + before, to + behind, Some(moving))
            } else {
                found.plain_way(from + before, to + behind).curve
            };
            let mut way = Way::new(curve, true);
            way.refine(tolerance(brush.zoom()));
            let style = wire::style(show.theme, found, None, self.overlay);
            if let Some(line) = way.line() {
                wire::draw(ink, brush, line, &style, Emphasis::default());
            }
        }
    }

    fn paint_cards(&self, brush: &Brush<'_>, show: Show<'_>, looks: Looks<'_>) {
        let pulled = self.gesture.pulled();
        let mut ink = brush.ink();
        let still = (HashSet::new(), Vec2::ZERO);
        let (moving, by) = self.gesture.moving().unwrap_or((&still.0, still.1));
        let mut on_top = Vec::new();
        for (&at, look) in self.seen.cards.iter().zip(looks.cards) {
            if moving.contains(&at) {
                on_top.push((at, look.as_ref()));
            } else {
                self.paint_card(brush, &mut ink, show, (at, look.as_ref()), pulled);
            }
        }
        brush.add(ink);
        let mut above = brush.ink();
        // Cards on their way were perhaps out of sight before.
        let mut rest: Vec<usize> = moving.iter().copied().collect();
        rest.sort_unstable();
        for at in rest {
            let look = on_top.iter().find(|(known, _)| *known == at);
            let look = look.and_then(|(_, look)| *look);
            let mut moved = self.scene.cards[at].clone();
            moved.pos += by;
            self.paint_one(brush, &mut above, show, (at, &moved, look), pulled);
        }
        brush.add(above);
    }

    fn paint_card(
        &self,
        brush: &Brush<'_>,
        ink: &mut crate::paint::ink::Ink,
        show: Show<'_>,
        (at, look): (usize, Option<&ProcessLook>),
        pulled: Option<&PortAt>,
    ) {
        let card = &self.scene.cards[at];
        self.paint_one(brush, ink, show, (at, card, look), pulled);
    }

    fn paint_one(
        &self,
        brush: &Brush<'_>,
        ink: &mut crate::paint::ink::Ink,
        show: Show<'_>,
        (at, found, look): (usize, &Card, Option<&ProcessLook>),
        pulled: Option<&PortAt>,
    ) {
        let glow = |side: Side, slot: &Slot| glow(show, pulled, found, side, slot);
        let hovered_port = match self.hovered {
            Some(Hit::Port(card, side, slot)) if card == at => Some((side, slot)),
            _ => None,
        };
        let typed = self
            .typing
            .as_ref()
            .filter(|typing| typing.port.process == found.name);
        let state = State {
            look,
            emphasis: self.card_emphasis(show, at),
            glow: &glow,
            hovered_port,
            typed: typed.and_then(|typing| found.find(Side::In, &typing.port.key())),
        };
        match brush.detail {
            Detail::Full => card::draw_full(brush, found, &state),
            Detail::Shapes => card::draw_shapes(ink, brush, found, &state),
            Detail::Blocks => card::draw_block(ink, brush, found, &state),
        }
    }

    fn paint_culprits(&self, brush: &Brush<'_>, looks: Looks<'_>) {
        if brush.detail < Detail::Full {
            return;
        }
        for (&at, look) in self.seen.cards.iter().zip(looks.cards) {
            if let Some(reason) = look.as_ref().and_then(|look| look.culprit.as_ref()) {
                card::culprit(brush, &self.scene.cards[at], reason);
            }
        }
    }

    /// What the hand is doing. Gives the place of a refusal.
    fn paint_gesture(&self, brush: &Brush<'_>, show: Show<'_>) -> Option<egui::Rect> {
        let scene = &self.scene;
        match &self.gesture {
            Gesture::Rest | Gesture::Pan | Gesture::Minimap => {}
            Gesture::Box(gesture) => overlay::selecting(brush, gesture),
            Gesture::Move(gesture) => overlay::guides(brush, gesture),
            Gesture::Pull(gesture) => return overlay::pulling(brush, self.world(show), gesture),
            Gesture::Slice { from, to } => overlay::slicing(brush, scene, *from, *to),
            Gesture::Bend(gesture) => overlay::bending(brush, scene, gesture.wire, &gesture.bends),
            Gesture::Carry(gesture) => {
                let wires = gesture.wires.iter();
                let wires: Vec<usize> = wires.filter_map(|id| scene.wire_of(*id)).collect();
                let port = gesture.over.as_ref();
                let end = port.and_then(|port| scene.port_pos(port.side, &port.end));
                let to = end.unwrap_or(gesture.to);
                overlay::carrying(brush, scene, &wires, to, gesture.port.side);
            }
            Gesture::Lazy { from, to, over } => overlay::lazy(brush, scene, *from, *to, *over),
        }
        None
    }

    fn paint_above(&self, brush: &Brush<'_>, show: Show<'_>) {
        if let Some(map) = self.minimap() {
            map.draw(brush, &self.scene, show.live);
        }
        overlay::legend(brush, self.overlay);
        if let Some(text) = show.live.and_then(|live| live.banner()) {
            overlay::banner(brush, &text);
        }
        if let Some(connect) = &self.connect {
            overlay::hints(brush, &self.scene, connect);
        }
    }

    /// The whole story of what is below the pointer.
    fn paint_story(&self, brush: &Brush<'_>, looks: Looks<'_>) {
        let (Some(hovered), Some(pointer), None) = (self.hovered, self.pointer, &self.typing)
        else {
            return;
        };
        let lines = self.story(hovered, looks);
        if !lines.is_empty() {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            brush.chip(pointer + Vec2::new(16.0, 18.0), &lines, brush.theme.text);
        }
    }

    fn story(&self, hovered: Hit, looks: Looks<'_>) -> Vec<String> {
        let scene = &self.scene;
        let look_of_card = |card: usize| {
            let at = self.seen.cards.iter().position(|&seen| seen == card)?;
            looks.cards.get(at)?.as_ref()
        };
        match hovered {
            Hit::Wire(at) | Hit::Bend(at, _) => {
                let place = self.seen.wires.iter().position(|&seen| seen == at);
                let look = place.and_then(|place| looks.wires.get(place)?.as_ref());
                let wire = &scene.wires[at];
                let mut lines = vec![wire_name(wire, None)];
                lines.extend(
                    look.map(|look| look.label.clone())
                        .filter(|label| !label.is_empty()),
                );
                lines.extend(look.into_iter().flat_map(|look| look.story.clone()));
                if look.is_none() {
                    lines.push(format!("holds {} packets", wire.capacity));
                }
                lines.extend(wire.note.clone());
                lines
            }
            Hit::Port(card, side, slot) => {
                let card = &scene.cards[card];
                let Some(found) = card.side(side).get(slot) else {
                    return Vec::new();
                };
                let mut lines = vec![format!(
                    "{}: {}",
                    port_name(card, side, found),
                    found.type_name
                )];
                if found.is_wanting {
                    lines.push("needs a wire or a value".to_owned());
                } else if side == Side::In && found.wires == 0 && found.value.is_none() {
                    lines.push("click to type a value".to_owned());
                }
                lines
            }
            Hit::Value(card, slot) => {
                let value = scene.cards[card]
                    .ins
                    .get(slot)
                    .and_then(|slot| slot.value.clone());
                value.map(|(_, whole)| whole).into_iter().collect()
            }
            Hit::Badge(card) => scene.cards[card].problems.clone(),
            Hit::Header(at) => {
                let card = &scene.cards[at];
                let look = look_of_card(at);
                let mut lines = vec![card_name(card, look)];
                lines.extend(
                    card.worker
                        .as_ref()
                        .map(|worker| format!("on worker {worker}")),
                );
                lines.extend(card.note.clone());
                lines.extend(card.problems.clone());
                lines
            }
            Hit::Card(_) | Hit::More(_) | Hit::Paper(_) | Hit::Frame(_) => Vec::new(),
        }
    }

    /// The pointer says what it would take hold of.
    fn point(&self, ui: &Ui) {
        let icon = match (&self.gesture, self.hovered) {
            (Gesture::Pan | Gesture::Minimap, _) => CursorIcon::Grabbing,
            (Gesture::Move(_) | Gesture::Bend(_), _) | (Gesture::Rest, Some(Hit::Bend(..))) => {
                CursorIcon::Move
            }
            (Gesture::Slice { .. } | Gesture::Box(_), _) | (Gesture::Rest, Some(Hit::Port(..))) => {
                CursorIcon::Crosshair
            }
            (Gesture::Rest, Some(Hit::Badge(_) | Hit::More(_))) => CursorIcon::PointingHand,
            (Gesture::Rest, Some(Hit::Value(..))) => CursorIcon::Text,
            _ => return,
        };
        if self.pointer.is_some() {
            ui.ctx().set_cursor_icon(icon);
        }
    }

    // ---- how much things stand out ----

    fn card_emphasis(&self, show: Show<'_>, at: usize) -> Emphasis {
        let name = &self.scene.cards[at].name;
        let is_hovered = self.hovered.and_then(Hit::card) == Some(at);
        Emphasis {
            is_selected: is_selected(show, &Target::Process(name.clone())),
            is_hovered,
            is_dimmed: self.path.as_ref().is_some_and(|path| !path.contains(name)),
        }
    }

    fn wire_emphasis(&self, show: Show<'_>, at: usize) -> Emphasis {
        let wire = &self.scene.wires[at];
        let is_on = |path: &HashSet<_>| {
            let is_end = |end: &PortRef| path.contains(&end.process);
            is_end(&wire.writer) && is_end(&wire.reader)
        };
        let of_port = match self.hovered {
            Some(Hit::Port(card, side, slot)) => {
                let end = if side == Side::In { wire.to } else { wire.from };
                end.card == Some(card) && end.slot == Some(slot)
            }
            _ => false,
        };
        Emphasis {
            is_selected: is_selected(show, &Target::Wire(wire.id)),
            is_hovered: of_port
                || matches!(self.hovered, Some(Hit::Wire(found) | Hit::Bend(found, _)) if found == at),
            is_dimmed: self.path.as_ref().is_some_and(|path| !is_on(path)),
        }
    }

    fn is_on_its_way(&self, at: usize) -> bool {
        let wire = &self.scene.wires[at];
        if let Gesture::Carry(gesture) = &self.gesture {
            return gesture.wires.contains(&wire.id);
        }
        let Some((moving, _)) = self.gesture.moving() else {
            return false;
        };
        let ends = [wire.from.card, wire.to.card];
        ends.into_iter()
            .flatten()
            .any(|card| moving.contains(&card))
    }

    fn is_bending(&self, at: usize) -> bool {
        matches!(&self.gesture, Gesture::Bend(gesture) if gesture.wire == at)
    }

    fn is_to_be_split(&self, at: usize) -> bool {
        matches!(&self.gesture, Gesture::Move(gesture) if gesture.over_wire == Some(at))
    }
}

fn is_selected(show: Show<'_>, target: &Target) -> bool {
    let selection = show.document.selection();
    !selection.is_empty() && selection.contains(target)
}

/// How a port stands to the wire that is drawn.
fn glow(show: Show<'_>, pulled: Option<&PortAt>, card: &Card, side: Side, slot: &Slot) -> Glow {
    let Some(pulled) = pulled else {
        return Glow::Rest;
    };
    if side == pulled.side {
        let is_itself = pulled.end.process == card.name && pulled.end.key() == slot.key;
        return if is_itself { Glow::Rest } else { Glow::Refuses };
    }
    let end = PortRef::new(card.name.clone(), slot.key.clone());
    if show.document.suits(pulled, &PortAt { side, end }) {
        Glow::Fits
    } else {
        Glow::Refuses
    }
}
