//! From egui's input to gestures.

use egui::{Key, Modifiers, PointerButton, Pos2, Rect, Response, Ui};
use millstream_document::{Action, PortAt, Select, Side, Target};

use crate::canvas::{Canvas, Show, is_dropping};
use crate::connect::Outcome;
use crate::gesture::{Gesture, Pointer, set_bends, with_bend};
use crate::hit::{Hit, end_of, hit};
use crate::paint::minimap::Minimap;
use crate::request::{Place, Purpose, Request, position};
use crate::scene::card::Kind;
use crate::typing::Typing;

impl Canvas {
    /// Keys that the canvas itself understands: Esc, Enter on an offer, T while inserting, and all in connect mode.
    pub(super) fn take_keys(
        &mut self,
        ui: &Ui,
        response: &Response,
        show: Show<'_>,
    ) -> Vec<Request> {
        if response.has_focus() {
            // The arrows are commands of the canvas; Tab stays the way out.
            ui.memory_mut(|memory| {
                memory.set_focus_lock_filter(
                    response.id,
                    egui::EventFilter {
                        tab: false,
                        horizontal_arrows: true,
                        vertical_arrows: true,
                        escape: true,
                    },
                );
            });
        }
        if is_dropping(ui, response) && self.is_busy() {
            self.drop_all();
            return Vec::new();
        }
        if self.connect.is_some() {
            return self.take_letters(ui, show);
        }
        let (enter, flip) =
            ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::T)));
        if flip {
            self.gesture.flip();
        }
        if enter && let Some(request) = self.gesture.accept() {
            self.gesture = Gesture::Rest;
            self.chip = None;
            return vec![request];
        }
        Vec::new()
    }

    fn take_letters(&mut self, ui: &Ui, show: Show<'_>) -> Vec<Request> {
        let events = ui.input(|input| input.events.clone());
        for event in events {
            let Some(connect) = &mut self.connect else {
                break;
            };
            let (document, scene, seen) = (show.document, &self.scene, &self.seen.cards);
            let outcome = match event {
                egui::Event::Text(text) => connect.text(document, scene, seen, &text),
                egui::Event::Key {
                    key: Key::Enter,
                    pressed: true,
                    ..
                } => connect.enter(document, scene, seen),
                egui::Event::Key {
                    key: Key::Backspace,
                    pressed: true,
                    ..
                } => {
                    connect.back();
                    Outcome::Stay
                }
                egui::Event::Key {
                    key: Key::Escape,
                    pressed: true,
                    ..
                } => {
                    self.connect = None;
                    return Vec::new();
                }
                _ => Outcome::Stay,
            };
            if let Outcome::Done(request) = outcome {
                self.connect = None;
                return vec![request];
            }
        }
        Vec::new()
    }

    /// The wheel moves the paper; with Ctrl, or by a pinch, it zooms at the pointer.
    pub(super) fn take_wheel(&mut self, ui: &Ui, response: &Response) {
        let Some(pointer) = response.hover_pos() else {
            return;
        };
        let (zoom, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
        if (zoom - 1.0).abs() > 1e-4 {
            self.camera.zoom_at(pointer, zoom);
        } else if scroll != egui::Vec2::ZERO {
            self.camera.pan(scroll);
        }
    }

    pub(super) fn take_pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        show: Show<'_>,
    ) -> Vec<Request> {
        self.pointer = response.hover_pos().or(response.interact_pointer_pos());
        let mut requests = Vec::new();
        if response.drag_started() {
            requests.extend(self.begin(ui, response, show));
        }
        if response.dragged() {
            self.follow(ui, response, show);
        }
        if response.drag_stopped() {
            requests.extend(self.finish(ui, response, show));
        }
        self.hover(response);
        if response.clicked() || response.secondary_clicked() || response.double_clicked() {
            response.request_focus();
            requests.extend(self.take_click(ui, response, show));
        }
        requests
    }

    fn begin(&mut self, ui: &Ui, response: &Response, show: Show<'_>) -> Vec<Request> {
        let Some(origin) = ui.input(|input| input.pointer.press_origin()) else {
            return Vec::new();
        };
        response.request_focus();
        let is_space = ui.input(|input| input.key_down(Key::Space));
        if is_space || response.dragged_by(PointerButton::Middle) {
            self.gesture = Gesture::Pan;
            return Vec::new();
        }
        let pointer = self.pointer_at(ui, origin);
        if response.dragged_by(PointerButton::Secondary) {
            let card = hit(&self.scene, pointer.pos, self.camera.zoom()).and_then(Hit::card);
            self.gesture = match card {
                Some(from) if pointer.has_alt => Gesture::Lazy {
                    from,
                    to: pointer.pos,
                    over: None,
                },
                _ => Gesture::Pan,
            };
            return Vec::new();
        }
        if self.minimap().is_some_and(|map| map.rect.contains(origin)) {
            self.gesture = Gesture::Minimap;
            return Vec::new();
        }
        let (gesture, requests) = Gesture::start(self.world(show), pointer);
        self.gesture = gesture;
        requests
    }

    fn follow(&mut self, ui: &Ui, response: &Response, show: Show<'_>) {
        match self.gesture {
            Gesture::Rest => {}
            Gesture::Pan => self.camera.pan(response.drag_delta()),
            Gesture::Minimap => self.look_by_map(response),
            _ => {
                let Some(pos) = response.interact_pointer_pos() else {
                    return;
                };
                let pointer = self.pointer_at(ui, pos);
                let chip = self.chip_in_graph();
                let mut gesture = std::mem::take(&mut self.gesture);
                gesture.step(self.world(show), pointer, chip);
                self.gesture = gesture;
            }
        }
    }

    fn finish(&mut self, ui: &Ui, response: &Response, show: Show<'_>) -> Vec<Request> {
        let gesture = std::mem::take(&mut self.gesture);
        let on_screen = response.interact_pointer_pos().unwrap_or_default();
        let pointer = self.pointer_at(ui, on_screen);
        let chip = self.chip_in_graph();
        self.chip = None;
        gesture.end(self.world(show), pointer, chip, on_screen)
    }

    fn hover(&mut self, response: &Response) {
        let is_free = self.gesture.is_rest() && self.connect.is_none();
        let over_map = |pos: Pos2| self.minimap().is_some_and(|map| map.rect.contains(pos));
        self.hovered = response
            .hover_pos()
            .filter(|pos| is_free && !over_map(*pos))
            .and_then(|pos| {
                let pos = self.camera.graph_from_screen(pos);
                hit(&self.scene, pos, self.camera.zoom())
            });
    }

    fn take_click(&mut self, ui: &Ui, response: &Response, show: Show<'_>) -> Vec<Request> {
        let Some(on_screen) = response.interact_pointer_pos() else {
            return Vec::new();
        };
        if self
            .minimap()
            .is_some_and(|map| map.rect.contains(on_screen))
        {
            self.look_by_map(response);
            return Vec::new();
        }
        let pos = self.camera.graph_from_screen(on_screen);
        let found = hit(&self.scene, pos, self.camera.zoom());
        if response.secondary_clicked() {
            return self.menu(found, show, on_screen);
        }
        if response.double_clicked() {
            return self.double_click(found, show, pos, on_screen);
        }
        match found {
            Some(found) => self.click(found, show, ui.input(|input| input.modifiers)),
            None => vec![Request::select_nothing()],
        }
    }

    /// A click on a thing, by pointer or by name.
    pub(super) fn click(
        &mut self,
        found: Hit,
        show: Show<'_>,
        modifiers: Modifiers,
    ) -> Vec<Request> {
        match found {
            Hit::More(card) => {
                let name = self.scene.cards[card].name.clone();
                self.toggle_settings(name);
                return Vec::new();
            }
            Hit::Badge(_) => {
                return found
                    .target(&self.scene)
                    .map(Request::Explain)
                    .into_iter()
                    .collect();
            }
            Hit::Port(card, Side::In, slot) if self.edits_by_click(card, slot) => {
                return self.edit_value(show, card, slot);
            }
            Hit::Value(card, slot) => return self.edit_value(show, card, slot),
            _ => {}
        }
        let Some(target) = found.target(&self.scene) else {
            return Vec::new();
        };
        let select = if modifiers.command {
            Select::Toggle(vec![target])
        } else if modifiers.shift {
            Select::Also(vec![target])
        } else {
            Select::Only(vec![target])
        };
        vec![Request::Act(Action::Select(select))]
    }

    /// Only a port without a wire takes a value.
    fn edits_by_click(&self, card: usize, slot: usize) -> bool {
        let slots = &self.scene.cards[card].ins;
        slots
            .get(slot)
            .is_some_and(|slot| slot.wires == 0 && slot.export.is_none())
    }

    /// Opens the field for the value of an in-port, and selects the port.
    pub(super) fn edit_value(&mut self, show: Show<'_>, card: usize, slot: usize) -> Vec<Request> {
        let Some(end) = end_of(&self.scene.cards[card], Side::In, slot) else {
            return Vec::new();
        };
        let process = show.document.process(&end.process);
        let value = process.and_then(|process| process.iips.get(&end.key()));
        let text = value.map_or_else(String::new, |value| {
            let json = value.to_json();
            json.unwrap_or_else(|_not_json| format!("{value:?}"))
        });
        self.typing = Some(Typing::new(end.clone(), text));
        let port = PortAt {
            side: Side::In,
            end,
        };
        vec![Request::select(vec![Target::Port(port)])]
    }

    fn double_click(
        &mut self,
        found: Option<Hit>,
        show: Show<'_>,
        pos: Pos2,
        on_screen: Pos2,
    ) -> Vec<Request> {
        let world = self.world(show);
        match found {
            None | Some(Hit::Frame(_)) => vec![Request::Add(Place {
                at: position(pos),
                on_screen,
                purpose: Purpose::Alone,
            })],
            Some(Hit::Wire(wire)) => {
                let (bends, _) = with_bend(world, wire, pos);
                vec![set_bends(world, wire, &bends)]
            }
            Some(Hit::Bend(wire, bend)) => {
                let mut bends = self.scene.wires[wire].bends.clone();
                bends.remove(bend);
                vec![set_bends(world, wire, &bends)]
            }
            Some(Hit::Header(card)) => vec![Request::Open(self.scene.cards[card].name.clone())],
            Some(Hit::Card(card)) if self.scene.cards[card].kind == Kind::Subgraph => {
                vec![Request::Open(self.scene.cards[card].name.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// What is clicked for its menu is selected first, unless it is.
    fn menu(&self, found: Option<Hit>, show: Show<'_>, at: Pos2) -> Vec<Request> {
        let target = found.and_then(|found| found.target(&self.scene));
        let mut requests = Vec::new();
        if let Some(target) = &target
            && !show.document.selection().contains(target)
        {
            requests.push(Request::select(vec![target.clone()]));
        }
        requests.push(Request::Menu { target, at });
        requests
    }

    pub(super) fn toggle_settings(&mut self, name: millstream_graph::ProcessName) {
        if !self.opened.remove(&name) {
            self.opened.insert(name);
        }
        self.made_of = None;
    }

    fn look_by_map(&mut self, response: &Response) {
        let (Some(map), Some(pos)) = (self.minimap(), response.interact_pointer_pos()) else {
            return;
        };
        let view = crate::camera::View {
            center: map.graph_from_map(pos),
            ..self.camera.view()
        };
        self.camera.go_to(view, crate::camera::Motion::Reduced);
    }

    pub(super) fn minimap(&self) -> Option<Minimap> {
        Minimap::new(&self.camera, self.scene.bounds()?)
    }

    fn pointer_at(&self, ui: &Ui, pos_in_screen: Pos2) -> Pointer {
        ui.input(|input| Pointer {
            pos: self.camera.graph_from_screen(pos_in_screen),
            has_shift: input.modifiers.shift,
            has_command: input.modifiers.command,
            has_alt: input.modifiers.alt,
            has_knife: input.key_down(Key::X),
        })
    }

    fn chip_in_graph(&self) -> Option<Rect> {
        let chip = self.chip?;
        Some(Rect::from_min_max(
            self.camera.graph_from_screen(chip.min),
            self.camera.graph_from_screen(chip.max),
        ))
    }
}
