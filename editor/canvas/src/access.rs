//! What screen readers, tests and the mirror of the web page learn: a name, a role and a place for all that is in sight.
//!
//! The canvas is one stop of the Tab key, a list box whose options are processes, wires, groups and notes; ports are
//! buttons in it. Seen from afar (under 30 %) only processes and groups have names: the outline holds the rest.

use egui::accesskit::{Action, Node, NodeId, Rect as AccessRect, Role};
use egui::{Context, Id, Pos2, Rect, Vec2};
use millstream_document::{Document, Side, Target};

use crate::camera::Camera;
use crate::detail::Detail;
use crate::hit::Hit;
use crate::look::{ProcessLook, WireLook};
use crate::scene::card::{Card, Kind, Slot};
use crate::scene::wire::Wire;
use crate::scene::{Scene, Seen};

/// What is told about, and to whom.
pub(crate) struct Access<'a> {
    pub(crate) ctx: &'a Context,
    /// The canvas's own node.
    pub(crate) canvas: Id,
    pub(crate) document: &'a Document,
    pub(crate) scene: &'a Scene,
    pub(crate) camera: &'a Camera,
}

/// What is known of the run, for what is seen, in the same order.
#[derive(Clone, Copy)]
pub(crate) struct Looks<'a> {
    pub(crate) cards: &'a [Option<ProcessLook>],
    pub(crate) wires: &'a [Option<WireLook>],
}

impl Access<'_> {
    /// Tells all that is in sight.
    pub(crate) fn tell(&self, seen: &Seen, looks: Looks<'_>) {
        let name = self.canvas_name();
        let told = self.ctx.accesskit_node_builder(self.canvas, |node| {
            node.set_role(Role::ListBox);
            node.set_label(name);
            node.set_multiselectable();
        });
        if told.is_none() {
            return;
        }
        let mut ids = Vec::new();
        self.tell_frames(&mut ids);
        let detail = Detail::at(self.camera.zoom());
        for (&at, look) in seen.cards.iter().zip(looks.cards) {
            self.tell_card(at, look.as_ref(), &mut ids);
            if detail > Detail::Blocks {
                self.tell_ports(at, &mut ids);
            }
        }
        if detail > Detail::Blocks {
            for (&at, look) in seen.wires.iter().zip(looks.wires) {
                self.tell_wire(at, look.as_ref(), &mut ids);
            }
        }
        self.adopt(ids);
    }

    /// What somebody asked for by name, rather than by the pointer.
    pub(crate) fn clicked(&self, seen: &Seen) -> Option<Hit> {
        let targets = self.ctx.input(|input| {
            let events = input.raw.events.iter();
            let asked = events.filter_map(|event| match event {
                egui::Event::AccessKitActionRequest(request) => {
                    let is_click = matches!(request.action, Action::Click | Action::Focus);
                    is_click.then_some(request.target_node)
                }
                _ => None,
            });
            asked.collect::<Vec<NodeId>>()
        });
        let target = targets.into_iter().next()?;
        let is_it = |hit: &Hit| {
            let id = self.id_of(*hit);
            id.is_some_and(|id| id.accesskit_id() == target)
        };
        let cards = seen.cards.iter().flat_map(|&at| {
            let card = &self.scene.cards[at];
            let ins = (0..card.ins.len()).map(move |slot| Hit::Port(at, Side::In, slot));
            let outs = (0..card.outs.len()).map(move |slot| Hit::Port(at, Side::Out, slot));
            std::iter::once(Hit::Card(at)).chain(ins).chain(outs)
        });
        let wires = seen.wires.iter().map(|&at| Hit::Wire(at));
        let frames = (0..self.scene.frames.len()).map(Hit::Frame);
        let papers = (0..self.scene.papers.len()).map(Hit::Paper);
        cards.chain(wires).chain(frames).chain(papers).find(is_it)
    }

    fn id_of(&self, hit: Hit) -> Option<Id> {
        let scene = self.scene;
        Some(match hit {
            Hit::Card(at) => self.canvas.with(("process", &scene.cards.get(at)?.name)),
            Hit::Port(at, side, slot) => {
                let card = scene.cards.get(at)?;
                self.port_id(card, side, card.side(side).get(slot)?)
            }
            Hit::Wire(at) => self.canvas.with(("wire", scene.wires.get(at)?.id)),
            Hit::Frame(at) => self.canvas.with(("group", scene.frames.get(at)?.id)),
            Hit::Paper(at) => self.canvas.with(("group", scene.papers.get(at)?.id)),
            _ => return None,
        })
    }

    fn port_id(&self, card: &Card, side: Side, slot: &Slot) -> Id {
        self.canvas.with(("port", &card.name, side, &slot.key))
    }

    fn canvas_name(&self) -> String {
        let graph = self.document.graph();
        let name = if graph.name.is_empty() {
            "graph"
        } else {
            &graph.name
        };
        let processes = graph.processes.len();
        let wires = graph.connectors.len();
        let word = |count: usize, one: &str, many: &str| {
            format!("{count} {}", if count == 1 { one } else { many })
        };
        format!(
            "{name}: {}, {}",
            word(processes, "process", "processes"),
            word(wires, "wire", "wires")
        )
    }

    fn tell_card(&self, at: usize, look: Option<&ProcessLook>, ids: &mut Vec<NodeId>) {
        let card = &self.scene.cards[at];
        let target = Target::Process(card.name.clone());
        let is_selected = self.is_selected(&target);
        let rect = self.camera.rect_in_screen(card.rect());
        let name = card_name(card, look);
        self.node(Hit::Card(at), rect, ids, |node| {
            node.set_role(Role::ListBoxOption);
            node.set_label(name);
            node.set_selected(is_selected);
            if !card.problems.is_empty() {
                node.set_description(card.problems.join("; "));
            }
        });
    }

    fn tell_ports(&self, at: usize, ids: &mut Vec<NodeId>) {
        let card = &self.scene.cards[at];
        let radius = Vec2::splat(2.0 * crate::theme::metric::PORT_RADIUS * self.camera.zoom());
        for side in [Side::In, Side::Out] {
            for (place, slot) in card.side(side).iter().enumerate() {
                let center = self.camera.screen_from_graph(card.port_pos(side, place));
                let rect = Rect::from_center_size(center, radius);
                self.node(Hit::Port(at, side, place), rect, ids, |node| {
                    node.set_role(Role::Button);
                    node.set_label(port_name(card, side, slot));
                    node.set_description(slot.type_name.clone());
                });
            }
        }
    }

    fn tell_wire(&self, at: usize, look: Option<&WireLook>, ids: &mut Vec<NodeId>) {
        let wire = &self.scene.wires[at];
        let is_selected = self.is_selected(&Target::Wire(wire.id));
        let middle = wire.line().map(|line| line.at(line.length() * 0.5).0);
        let center = self.camera.screen_from_graph(middle.unwrap_or(Pos2::ZERO));
        let rect = Rect::from_center_size(center, Vec2::splat(8.0));
        self.node(Hit::Wire(at), rect, ids, |node| {
            node.set_role(Role::ListBoxOption);
            node.set_label(wire_name(wire, look));
            node.set_selected(is_selected);
        });
    }

    fn tell_frames(&self, ids: &mut Vec<NodeId>) {
        let seen = self.camera.seen();
        for (at, frame) in self.scene.frames.iter().enumerate() {
            if frame.rect.intersects(seen) {
                let is_selected = self.is_selected(&Target::Group(frame.id));
                let rect = self.camera.rect_in_screen(frame.head());
                self.node(Hit::Frame(at), rect, ids, |node| {
                    node.set_role(Role::ListBoxOption);
                    node.set_label(format!("group {}", frame.name));
                    node.set_selected(is_selected);
                });
            }
        }
        for (at, paper) in self.scene.papers.iter().enumerate() {
            if paper.rect.intersects(seen) {
                let is_selected = self.is_selected(&Target::Group(paper.id));
                let rect = self.camera.rect_in_screen(paper.rect);
                self.node(Hit::Paper(at), rect, ids, |node| {
                    node.set_role(Role::ListBoxOption);
                    node.set_label(format!("note {}", paper.text));
                    node.set_selected(is_selected);
                });
            }
        }
    }

    fn is_selected(&self, target: &Target) -> bool {
        let selection = self.document.selection();
        !selection.is_empty() && selection.contains(target)
    }

    fn node(&self, hit: Hit, rect: Rect, ids: &mut Vec<NodeId>, tell: impl FnOnce(&mut Node)) {
        let Some(id) = self.id_of(hit) else {
            return;
        };
        let rect = rect.intersect(self.camera.screen());
        self.ctx.accesskit_node_builder(id, |node| {
            node.set_bounds(AccessRect {
                x0: f64::from(rect.min.x),
                y0: f64::from(rect.min.y),
                x1: f64::from(rect.max.x),
                y1: f64::from(rect.max.y),
            });
            node.add_action(Action::Click);
            tell(node);
        });
        ids.push(id.accesskit_id());
    }

    /// New nodes are children of the window until somebody else takes them.
    fn adopt(&self, ids: Vec<NodeId>) {
        let ours: std::collections::HashSet<NodeId> = ids.iter().copied().collect();
        self.ctx
            .accesskit_node_builder(egui::accesskit_root_id(), |root| {
                let others = root.children().iter().copied();
                let others: Vec<NodeId> = others.filter(|id| !ours.contains(id)).collect();
                root.set_children(others);
            });
        let selected = self.document.selection().one_process();
        let active = selected.map(|name| self.canvas.with(("process", name)).accesskit_id());
        self.ctx.accesskit_node_builder(self.canvas, |canvas| {
            if let Some(active) = active.filter(|active| ours.contains(active)) {
                canvas.set_active_descendant(active);
            }
            canvas.set_children(ids);
        });
    }
}

/// `process parse, text/Regex, running`.
pub(crate) fn card_name(card: &Card, look: Option<&ProcessLook>) -> String {
    let mut name = format!("process {}, {}", card.name, card.subtitle);
    if card.kind == Kind::Ghost {
        name.push_str(", missing component");
    }
    if let Some(look) = look {
        name.push_str(", ");
        name.push_str(&look.spoken);
        if let Some(culprit) = &look.culprit {
            name.push_str(", ");
            name.push_str(culprit);
        }
        if let Some(failure) = &look.failure {
            name.push_str(", failed: ");
            name.push_str(&failure.message);
        }
        if look.is_changed {
            name.push_str(", changed, not deployed");
        }
    }
    name
}

/// `input parse.in` or `output parse.out`.
pub(crate) fn port_name(card: &Card, side: Side, slot: &Slot) -> String {
    let word = if side == Side::In { "input" } else { "output" };
    format!("{word} {}.{}", card.name, slot.key)
}

/// `wire reader.out to parser.in, 812 of 1000, 64 per second, blocked`.
pub(crate) fn wire_name(wire: &Wire, look: Option<&WireLook>) -> String {
    let mut name = format!("wire {} to {}", wire.writer, wire.reader);
    if let Some(look) = look.filter(|look| !look.spoken.is_empty()) {
        name.push_str(", ");
        name.push_str(&look.spoken);
    }
    if let Some(reason) = &wire.broken {
        name.push_str(", broken: ");
        name.push_str(reason);
    }
    name
}
