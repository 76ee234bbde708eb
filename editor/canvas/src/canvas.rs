//! The widget: holds what belongs to the view and not to the document, turns input into gestures, paints.

mod command;
mod input;
mod show;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use egui::{Id, Key, Pos2, Rect, Response, Sense, Ui};
use millstream_document::{Document, StateId};
use millstream_graph::{PortRef, ProcessName};

use crate::access::Access;
use crate::camera::{Camera, Motion, View};
use crate::connect::Connect;
use crate::detail::Detail;
use crate::gesture::{Gesture, World};
use crate::hit::Hit;
use crate::look::{LiveLook, Overlay};
use crate::request::Request;
use crate::scene::{Scene, Seen};
use crate::theme::Theme;
use crate::typing::{Typed, Typing};

/// How far a flattened wire may be from its curve, on the screen.
const TOLERANCE_ON_SCREEN: f32 = 0.35;
/// More than what is seen is prepared, so that labels and shadows at the edge are there, on the screen.
const BEYOND_THE_EDGE: f32 = 24.0;

/// What the canvas shows, in one frame.
#[derive(Clone, Copy)]
pub struct Show<'a> {
    /// The graph.
    pub document: &'a Document,
    /// What is known of its run.
    pub live: Option<&'a dyn LiveLook>,
    /// The colours.
    pub theme: &'a Theme,
    /// Whether things may move by themselves.
    pub motion: Motion,
}

/// A canvas. One for each view of a graph; it survives any change of the document.
#[derive(Debug, Default)]
pub struct Canvas {
    camera: Camera,
    scene: Scene,
    made_of: Option<Source>,
    /// Processes whose settings are all shown.
    opened: HashSet<ProcessName>,
    gesture: Gesture,
    hovered: Option<Hit>,
    connect: Option<Connect>,
    typing: Option<Typing>,
    overlay: Overlay,
    /// Processes on the path that is looked at; everything else is dim.
    path: Option<HashSet<ProcessName>>,
    /// Where a refusal is shown, on the screen.
    chip: Option<Rect>,
    seen: Seen,
    is_fitted: bool,
    /// Whether what is selected is to be brought into sight.
    reveals: bool,
    pointer: Option<Pos2>,
}

/// What a scene was made of.
type Source = (StateId, usize, bool);

impl std::fmt::Debug for Show<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Show")
            .field("state", &self.document.state())
            .field("is_live", &self.live.is_some())
            .field("theme", &self.theme.kind)
            .field("motion", &self.motion)
            .finish()
    }
}

impl Canvas {
    /// A canvas that shows all of its graph first.
    pub fn new() -> Self {
        Self::default()
    }

    // ---- the view ----

    /// What is in the middle, and how large.
    pub const fn view(&self) -> View {
        self.camera.view()
    }

    /// Goes to a view, as to a bookmark.
    pub fn go_to(&mut self, view: View, motion: Motion) {
        self.camera.go_to(view, motion);
        self.is_fitted = true;
    }

    /// Where things are on the screen.
    pub const fn camera(&self) -> &Camera {
        &self.camera
    }

    /// Brings what is selected into sight in the next frame.
    pub const fn reveal_selection(&mut self) {
        self.reveals = true;
    }

    /// Which aspect of a run wires show.
    pub const fn overlay(&self) -> Overlay {
        self.overlay
    }

    /// Shows an aspect of a run.
    pub const fn set_overlay(&mut self, overlay: Overlay) {
        self.overlay = overlay;
    }

    /// Looks at the document anew, also if it is in the same state: after other components are known.
    pub fn forget(&mut self) {
        self.made_of = None;
    }

    // ---- what is going on ----

    /// Whether letters and Enter are meant for the canvas now: the application leaves them alone.
    pub const fn takes_keys(&self) -> bool {
        self.connect.is_some() || self.typing.is_some()
    }

    /// Whether Esc would drop something.
    pub const fn is_busy(&self) -> bool {
        self.takes_keys() || !self.gesture.is_rest()
    }

    /// Says that a value was refused: the field comes back with what was typed, and the reason.
    pub fn refuse_value(&mut self, port: PortRef, text: String, reason: String) {
        self.typing = Some(Typing {
            problem: Some(reason),
            ..Typing::new(port, text)
        });
    }

    /// Shows the document and takes what the user does.
    pub fn ui(&mut self, ui: &mut Ui, show: Show<'_>) -> Vec<Request> {
        let rect = ui.available_rect_before_wrap();
        let id = ui.make_persistent_id("canvas");
        let response = ui.interact(rect, id, Sense::click_and_drag());
        ui.advance_cursor_after_rect(rect);
        self.refresh(show.document);
        self.place(ui, rect, show);
        let mut requests = self.take_keys(ui, &response, show);
        self.take_wheel(ui, &response);
        requests.extend(self.take_pointer(ui, &response, show));
        self.look(ui);
        requests.extend(self.take_access(ui, id, show));
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        self.paint(ui, &painter, id, show);
        requests.extend(self.type_value(ui, show));
        requests
    }

    /// Makes the scene anew when the document has changed.
    fn refresh(&mut self, document: &Document) {
        let problems = document.problems();
        let key = (document.state(), problems.iter().len(), problems.is_whole());
        if self.made_of == Some(key) {
            return;
        }
        self.made_of = Some(key);
        self.scene = Scene::new(document, &self.opened);
        self.hovered = None;
        // Positions in the scene are other ones now; a port keeps its name.
        if !matches!(
            self.gesture,
            Gesture::Pan | Gesture::Box(_) | Gesture::Minimap
        ) {
            self.gesture = Gesture::Rest;
        }
        if let Some(typing) = &self.typing
            && self.scene.card_of(&typing.port.process).is_none()
        {
            self.typing = None;
        }
        self.connect = None;
    }

    fn place(&mut self, ui: &Ui, rect: Rect, show: Show<'_>) {
        self.camera.set_screen(rect);
        if !self.is_fitted && rect.width() > 1.0 {
            self.is_fitted = true;
            if let Some(bounds) = self.scene.bounds() {
                self.camera.fit(bounds, Motion::Reduced);
            }
        }
        if std::mem::take(&mut self.reveals)
            && let Some(bounds) = self.selected_bounds(show.document)
        {
            self.camera.reveal(bounds, show.motion);
        }
        if self.camera.is_flying() {
            self.camera
                .advance(ui.input(|input| input.stable_dt).min(0.1));
            ui.ctx().request_repaint();
        }
    }

    /// Finds what is in sight.
    fn look(&mut self, ui: &Ui) {
        let beyond = BEYOND_THE_EDGE / self.camera.zoom();
        let area = self.camera.seen().expand(beyond);
        self.seen = if Detail::at(self.camera.zoom()) == Detail::Blocks {
            self.scene.look_from_afar(area)
        } else {
            self.scene.look_at(area, tolerance(self.camera.zoom()))
        };
        if self.seen.is_waiting {
            ui.ctx().request_repaint();
        }
    }

    /// Clicks of those who do not use the pointer.
    fn take_access(&mut self, ui: &Ui, id: Id, show: Show<'_>) -> Vec<Request> {
        let access = Access {
            ctx: ui.ctx(),
            canvas: id,
            document: show.document,
            scene: &self.scene,
            camera: &self.camera,
        };
        match access.clicked(&self.seen) {
            Some(hit) => self.click(hit, show, egui::Modifiers::NONE),
            None => Vec::new(),
        }
    }

    fn type_value(&mut self, ui: &mut Ui, show: Show<'_>) -> Vec<Request> {
        let Some(typing) = &mut self.typing else {
            return Vec::new();
        };
        match typing.ui(ui, &self.scene, &self.camera, show.theme) {
            Typed::Stay => Vec::new(),
            Typed::Dropped => {
                self.typing = None;
                Vec::new()
            }
            Typed::Done => self.typing.take().map_or_else(Vec::new, |done| {
                if done.text.trim().is_empty() {
                    return Vec::new();
                }
                vec![Request::type_value(done.port, done.text)]
            }),
        }
    }

    fn world<'a>(&'a self, show: Show<'a>) -> World<'a> {
        World {
            document: show.document,
            scene: &self.scene,
            zoom: self.camera.zoom(),
        }
    }

    /// Esc drops whatever is going on, and nothing of it is left.
    fn drop_all(&mut self) {
        self.gesture = Gesture::Rest;
        self.connect = None;
        self.typing = None;
        self.chip = None;
    }
}

/// In steps of factors of two, so that lines stay as they are while one zooms a little.
fn tolerance(zoom: f32) -> f32 {
    TOLERANCE_ON_SCREEN / zoom.log2().floor().exp2()
}

fn is_dropping(ui: &Ui, response: &Response) -> bool {
    (response.has_focus() || response.dragged() || response.hovered())
        && ui.input(|input| input.key_pressed(Key::Escape))
}
