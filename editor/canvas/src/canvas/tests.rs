//! The canvas driven as people drive it: by accessible names, the pointer and keys; no display is needed.

mod access;
mod gestures;
#[cfg(feature = "images")]
mod images;
mod keys;
mod view;

use egui::{Event, Modifiers, PointerButton, Pos2, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use millstream_document::{Action, Document};

use crate::testing::{self, Told};
use crate::{Canvas, Command, Motion, Request, Show, Theme, ThemeKind};

/// A canvas with its document, and all that it asked for.
pub(super) struct Desk {
    pub(super) canvas: Canvas,
    pub(super) document: Document,
    pub(super) live: Option<Told>,
    pub(super) theme: Theme,
    pub(super) requests: Vec<Request>,
}

impl Desk {
    fn show<R>(&mut self, f: impl FnOnce(&mut Canvas, Show<'_>) -> R) -> R {
        let show = Show {
            document: &self.document,
            live: self.live.as_ref().map(|live| live as &dyn crate::LiveLook),
            theme: &self.theme,
            motion: Motion::Reduced,
        };
        f(&mut self.canvas, show)
    }

    /// As the application does: actions go to the document, the rest is kept for the test, as actions are too.
    fn take(&mut self, requests: Vec<Request>) {
        for request in requests {
            if let Request::Act(action) = &request {
                let applied = self.document.apply(action.clone());
                assert!(applied.is_ok(), "{action:?}: {applied:?}");
            }
            self.requests.push(request);
        }
    }
}

/// A hand at a canvas of 1000 by 600 points at zoom 1, whose upper left corner is the origin of the graph.
pub(super) struct Hand<'a> {
    pub(super) harness: Harness<'a, Desk>,
}

pub(super) fn desk(document: Document, kind: ThemeKind) -> Desk {
    let mut canvas = Canvas::new();
    let view = crate::View {
        center: Pos2::new(500.0, 300.0),
        zoom: 1.0,
    };
    canvas.go_to(view, Motion::Reduced);
    Desk {
        canvas,
        document,
        live: None,
        theme: Theme::new(kind),
        requests: Vec::new(),
    }
}

pub(super) fn harness<'a>(desk: Desk, size: Vec2) -> Harness<'a, Desk> {
    Harness::builder()
        .with_size(size)
        .with_step_dt(0.02)
        .with_max_steps(20)
        .build_ui_state(
            |ui, desk: &mut Desk| {
                let requests = desk.show(|canvas, show| canvas.ui(ui, show));
                desk.take(requests);
            },
            desk,
        )
}

pub(super) fn hand<'a>(document: Document) -> Hand<'a> {
    let harness = harness(desk(document, ThemeKind::Dark), Vec2::new(1000.0, 600.0));
    let mut hand = Hand { harness };
    hand.rest();
    hand
}

impl Hand<'_> {
    pub(super) fn rest(&mut self) {
        self.harness.run_steps(3);
    }

    /// The middle of what has this name.
    pub(super) fn at(&self, label: &str) -> Pos2 {
        self.harness.get_by_label_contains(label).rect().center()
    }

    pub(super) fn rect(&self, label: &str) -> Rect {
        self.harness.get_by_label_contains(label).rect()
    }

    pub(super) fn move_to(&mut self, pos: Pos2) {
        self.harness.event(Event::PointerMoved(pos));
        self.harness.step();
    }

    pub(super) fn button(
        &mut self,
        pos: Pos2,
        button: PointerButton,
        pressed: bool,
        modifiers: Modifiers,
    ) {
        self.harness.event(Event::PointerButton {
            pos,
            button,
            pressed,
            modifiers,
        });
        self.harness.step();
    }

    pub(super) fn hold(&mut self, modifiers: Modifiers) {
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.step();
    }

    pub(super) fn press(&mut self, pos: Pos2, modifiers: Modifiers) {
        self.hold(modifiers);
        self.move_to(pos);
        self.button(pos, PointerButton::Primary, true, modifiers);
    }

    pub(super) fn release(&mut self, pos: Pos2, modifiers: Modifiers) {
        self.button(pos, PointerButton::Primary, false, modifiers);
        self.hold(Modifiers::NONE);
        self.rest();
    }

    /// Presses, moves in steps, and does not let go.
    pub(super) fn pull(&mut self, from: Pos2, to: Pos2, modifiers: Modifiers) {
        self.press(from, modifiers);
        for share in [0.2, 0.6, 1.0, 1.0] {
            self.move_to(from.lerp(to, share));
        }
    }

    pub(super) fn drag(&mut self, from: Pos2, to: Pos2, modifiers: Modifiers) {
        self.pull(from, to, modifiers);
        self.release(to, modifiers);
    }

    pub(super) fn click(&mut self, pos: Pos2, modifiers: Modifiers) {
        self.press(pos, modifiers);
        self.release(pos, modifiers);
        // Two clicks in a row shall not be one double click.
        self.harness.run_steps(40);
    }

    pub(super) fn double_click(&mut self, pos: Pos2) {
        for _ in 0..2 {
            self.move_to(pos);
            self.button(pos, PointerButton::Primary, true, Modifiers::NONE);
            self.button(pos, PointerButton::Primary, false, Modifiers::NONE);
        }
        self.rest();
    }

    pub(super) fn command(&mut self, command: Command) {
        let desk = self.harness.state_mut();
        let requests = desk.show(|canvas, show| canvas.command(command, show));
        desk.take(requests);
        self.rest();
    }

    pub(super) fn document(&self) -> &Document {
        &self.harness.state().document
    }

    pub(super) fn canvas(&self) -> &Canvas {
        &self.harness.state().canvas
    }

    /// What was asked for since it was last looked at.
    pub(super) fn requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.harness.state_mut().requests)
    }

    /// The actions among it that change the graph.
    pub(super) fn edits(&mut self) -> Vec<Action> {
        let actions = self
            .requests()
            .into_iter()
            .filter_map(|request| match request {
                Request::Act(Action::Select(_)) => None,
                Request::Act(action) => Some(action),
                _ => None,
            });
        actions.collect()
    }

    pub(super) fn selected(&self) -> Vec<String> {
        let selection = self.document().selection();
        let names = selection.processes().map(ToString::to_string);
        let wires = selection.wires();
        let wires = wires.filter_map(|id| self.document().wire(id).map(ToString::to_string));
        names.chain(wires).collect()
    }
}

/// A hand at the small graph of the tests.
pub(super) fn small<'a>() -> Hand<'a> {
    hand(testing::small())
}
