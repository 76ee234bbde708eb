//! What the canvas does when a key, a menu or the palette asks for it.

use std::collections::HashSet;

use egui::{Pos2, Rect, Vec2};
use millstream_document::{Action, Direction, Document, Position, Select, Side};
use millstream_graph::ProcessName;

use crate::canvas::{Canvas, Show};
use crate::command::Command;
use crate::connect::Connect;
use crate::request::{Place, Purpose, Request, position};
use crate::theme::metric::GRID;

/// One step of the zoom commands.
const ZOOM_STEP: f32 = 1.25;

impl Canvas {
    /// Does what a command says, and tells what is wanted of the document.
    pub fn command(&mut self, command: Command, show: Show<'_>) -> Vec<Request> {
        self.refresh(show.document);
        match command {
            Command::FitSelection => self.fit(self.selected_bounds(show.document), show),
            Command::FitAll => self.fit(self.scene.bounds(), show),
            Command::ZoomIn => self.zoom_by(ZOOM_STEP),
            Command::ZoomOut => self.zoom_by(1.0 / ZOOM_STEP),
            Command::ZoomReset => self.zoom_by(1.0 / self.camera.zoom()),
            Command::Add => return vec![self.add(show.document)],
            Command::Connect => return self.connect(show),
            Command::EditValue => return self.edit_selected(show),
            Command::Open => {
                let one = show.document.selection().one_process();
                return one.cloned().map(Request::Open).into_iter().collect();
            }
            Command::Nearest(direction) => return self.select(Select::Nearest(direction)),
            Command::NextAround => return self.select(Select::NextAround),
            Command::PreviousAround => return self.select(Select::PreviousAround),
            Command::Move(direction) => {
                self.reveals = true;
                let by = step(direction);
                return vec![Request::Act(Action::MoveSelection { by })];
            }
            Command::ToggleSettings => {
                let names: Vec<ProcessName> =
                    show.document.selection().processes().cloned().collect();
                for name in names {
                    self.toggle_settings(name);
                }
            }
            Command::FocusPath => self.focus_path(show.document),
            Command::CycleOverlay => self.overlay = self.overlay.next(),
        }
        Vec::new()
    }

    fn select(&mut self, select: Select) -> Vec<Request> {
        self.reveals = true;
        vec![Request::Act(Action::Select(select))]
    }

    fn fit(&mut self, bounds: Option<Rect>, show: Show<'_>) {
        if let Some(bounds) = bounds.or_else(|| self.scene.bounds()) {
            self.camera.fit(bounds, show.motion);
        }
    }

    fn zoom_by(&mut self, factor: f32) {
        self.camera.zoom_at(self.camera.screen().center(), factor);
    }

    /// Around all that is selected.
    pub(super) fn selected_bounds(&self, document: &Document) -> Option<Rect> {
        let selection = document.selection();
        let scene = &self.scene;
        let port = selection.single().and_then(|target| target.process());
        let names = selection.processes().chain(port);
        let cards = names.filter_map(|name| Some(scene.cards[scene.card_of(name)?].outer()));
        let wires = selection.wires().filter_map(|id| scene.wire_of(id));
        let wires = wires.map(|at| scene.wires[at].bounds());
        let groups: HashSet<_> = selection.groups().collect();
        let frames = scene
            .frames
            .iter()
            .filter(|frame| groups.contains(&frame.id));
        let papers = scene
            .papers
            .iter()
            .filter(|paper| groups.contains(&paper.id));
        let frames = frames.map(|frame| frame.rect);
        let papers = papers.map(|paper| paper.rect);
        let all = cards.chain(wires).chain(frames).chain(papers);
        all.reduce(|a, b| a.union(b))
    }

    /// Into the wire that is selected, after the processes that are, or at the pointer.
    fn add(&self, document: &Document) -> Request {
        let selection = document.selection();
        let screen = self.camera.screen();
        let pointer = self.pointer.filter(|pos| screen.contains(*pos));
        let on_screen = pointer.unwrap_or(screen.center());
        let pos = self.camera.graph_from_screen(on_screen);
        let one_wire = selection.wires().next().filter(|_| selection.len() == 1);
        let (at, purpose) = if let Some(wire) = one_wire {
            (pos, Purpose::OnWire(wire))
        } else if selection.processes().len() > 0 || selection.port().is_some() {
            (pos, Purpose::AfterSelection)
        } else {
            (pos, Purpose::Alone)
        };
        Request::Add(Place {
            at: position(at),
            on_screen,
            purpose,
        })
    }

    fn connect(&mut self, show: Show<'_>) -> Vec<Request> {
        match Connect::start(show.document, &self.scene, &self.seen.cards) {
            Ok(connect) => {
                self.connect = Some(connect);
                Vec::new()
            }
            Err(reason) => vec![Request::Refused(reason)],
        }
    }

    fn edit_selected(&mut self, show: Show<'_>) -> Vec<Request> {
        let port = show.document.selection().port();
        let Some(port) = port.filter(|port| port.side == Side::In) else {
            return vec![Request::Refused("select an in-port first".to_owned())];
        };
        let Some(card) = self.scene.card_of(&port.end.process) else {
            return Vec::new();
        };
        match self.scene.cards[card].find(Side::In, &port.end.key()) {
            Some(slot) => self.edit_value(show, card, slot),
            None => Vec::new(),
        }
    }

    /// Everything that feeds what is selected, or is fed by it.
    fn focus_path(&mut self, document: &Document) {
        if self.path.take().is_some() {
            return;
        }
        let starts: Vec<usize> = document
            .selection()
            .processes()
            .filter_map(|name| self.scene.card_of(name))
            .collect();
        if starts.is_empty() {
            return;
        }
        let mut path = self.reach(&starts, Side::Out);
        path.extend(self.reach(&starts, Side::In));
        let names = path.into_iter().map(|at| self.scene.cards[at].name.clone());
        self.path = Some(names.collect());
    }

    /// What can be reached by wires that leave by a side.
    fn reach(&self, starts: &[usize], side: Side) -> HashSet<usize> {
        let mut reached: HashSet<usize> = starts.iter().copied().collect();
        let mut waiting = starts.to_vec();
        while let Some(card) = waiting.pop() {
            for &wire in self.scene.wires_around(card) {
                let wire = &self.scene.wires[wire];
                let (near, far) = match side {
                    Side::Out => (wire.from.card, wire.to.card),
                    Side::In => (wire.to.card, wire.from.card),
                };
                if near == Some(card)
                    && let Some(far) = far
                    && reached.insert(far)
                {
                    waiting.push(far);
                }
            }
        }
        reached
    }

    /// The place on the screen of a point of the graph.
    pub fn screen_from_graph(&self, pos_in_graph: Position) -> Pos2 {
        let pos = Pos2::new(
            crate::scene::card::narrow(pos_in_graph.x),
            crate::scene::card::narrow(pos_in_graph.y),
        );
        self.camera.screen_from_graph(pos)
    }
}

fn step(direction: Direction) -> Position {
    let by = match direction {
        Direction::Left => Vec2::new(-GRID, 0.0),
        Direction::Right => Vec2::new(GRID, 0.0),
        Direction::Up => Vec2::new(0.0, -GRID),
        Direction::Down => Vec2::new(0.0, GRID),
    };
    Position {
        x: f64::from(by.x),
        y: f64::from(by.y),
    }
}
