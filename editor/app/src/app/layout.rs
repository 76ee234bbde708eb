//! Where everything stands: bars above and below, sides left and right, panels below, the canvas in the middle.

use egui::{CentralPanel, Frame, Margin, Panel, Rect, Ui};
use millstream_canvas::Request;

use super::runs::Seat;
use super::{Bottom, EditorApp, Left};
use crate::canvas;
use crate::command::{Command, Situation};
use crate::frame::{bar, notices, status, tabs, welcome};
use crate::panel::{View, Wish, history, problems, runs, text};
use crate::widget;
use crate::workspace::{Page, Tab};

impl EditorApp {
    /// Draws everything but dialogs, and gives what the user wishes.
    pub(super) fn layout(&mut self, ui: &mut Ui) -> Vec<Wish> {
        let mut wishes = self.top(ui);
        let is_welcome = self.moment.is_welcome || self.workspace.tabs().is_empty();
        if is_welcome {
            CentralPanel::default_margins().show(ui, |ui| self.welcome(ui, &mut wishes));
            return wishes;
        }
        wishes.extend(self.tab_strip(ui));
        let seat = self.seat();
        if self.workspace.document().is_some() {
            wishes.extend(self.status_bar(ui, &seat));
            wishes.extend(self.side_panels(ui, &seat));
        }
        let frame = Frame::NONE.fill(self.theme.canvas);
        let middle = CentralPanel::no_frame().frame(frame).show(ui, |ui| {
            self.disk_bar(ui);
            let mut wishes = self.banner(ui, &seat);
            wishes.extend(self.page(ui, &seat));
            wishes
        });
        wishes.extend(middle.inner);
        if let Some(canvas) = self.moment.canvas_rect {
            wishes.extend(notices::ui(ui, &self.notices, &self.theme, canvas));
        }
        wishes
    }

    /// What can be done now.
    pub(super) fn situation<'a>(&'a self, seat: &Seat) -> Situation<'a> {
        let tab = self.workspace.active();
        let document = tab.and_then(Tab::document);
        let abilities = self.desk.abilities();
        let is_running = self
            .runs
            .graph(&seat.graph)
            .is_some_and(|run| run.is_running());
        // Most of the time nothing is held, and everything may be selected.
        let targets = if self.runs.holds_any() {
            self.selected_targets(seat)
        } else {
            Vec::new()
        };
        Situation {
            document: document.filter(|_| !self.moment.is_welcome),
            is_text: tab.is_some_and(|tab| matches!(tab.page, Page::Text(_))),
            tabs: self.workspace.tabs().len(),
            has_outside: tab.is_some_and(|tab| tab.outside.is_some()),
            can_write: abilities.writes_files,
            can_start_runtime: abilities.starts_runtime,
            is_connected: self.runs.link.is_open(),
            has_runtime: self.runs.link.address().is_some(),
            is_running,
            is_held: targets.iter().any(|target| self.is_held(seat, target)),
        }
    }

    fn top(&self, ui: &mut Ui) -> Vec<Wish> {
        let seat = self.seat();
        let at = self.situation(&seat);
        let tab = self.workspace.active().filter(|_| !self.moment.is_welcome);
        let root = seat.root.and_then(|root| self.workspace.tab(root));
        let was_deployed = self
            .runs
            .graph(&seat.graph)
            .is_some_and(|run| run.is_running());
        let is_deployed = root
            .and_then(Tab::document)
            .map(|document| document.is_deployed());
        let bar = bar::Bar {
            trail: tab
                .map(|tab| self.workspace.trail(tab.id))
                .unwrap_or_default(),
            at: &at,
            keymap: &self.keymap,
            theme: &self.theme,
            runtime: self.runs.status(),
            is_stale: self.runs.is_stale(&seat.graph),
            is_deployed: is_deployed.filter(|_| was_deployed),
            sides: [
                self.preferences.shows_left,
                self.preferences.shows_bottom,
                self.preferences.shows_right,
            ],
        };
        let panel = Panel::top("bar").exact_size(44.0).frame(bar_frame(ui));
        panel.show(ui, |ui| bar.ui(ui)).inner
    }

    fn tab_strip(&self, ui: &mut Ui) -> Vec<Wish> {
        let active = self.workspace.active().map(|tab| tab.id);
        let panel = Panel::top("tabs").exact_size(34.0).frame(bar_frame(ui));
        panel
            .show(ui, |ui| {
                tabs::ui(ui, self.workspace.tabs(), active, &self.theme)
            })
            .inner
    }

    fn status_bar(&self, ui: &mut Ui, seat: &Seat) -> Vec<Wish> {
        let Some((tab, document)) = self.workspace.active().zip(self.workspace.document()) else {
            return Vec::new();
        };
        let live = self.live(document, seat);
        let view = self.view(document, seat, live.as_ref());
        let zoom = tab.canvas.canvas.view().zoom;
        let overlay = tab.canvas.canvas.overlay().name();
        let panel = Panel::bottom("status")
            .exact_size(28.0)
            .frame(bar_frame(ui));
        panel
            .show(ui, |ui| status::ui(ui, &view, zoom, overlay))
            .inner
    }

    fn side_panels(&mut self, ui: &mut Ui, seat: &Seat) -> Vec<Wish> {
        // Panels keep what is typed into them; for a frame they are taken out, so that they can look at the rest.
        let mut panels = std::mem::take(&mut self.panels);
        let mut wishes = Vec::new();
        if let Some(document) = self.workspace.document() {
            let live = self.live(document, seat);
            let view = self.view(document, seat, live.as_ref());
            if self.preferences.shows_left {
                let panel = Panel::left("left")
                    .default_size(232.0)
                    .size_range(170.0..=420.0);
                let shown = panel
                    .frame(widget::panel_frame(ui))
                    .show(ui, |ui| panels.left(ui, &view));
                wishes.extend(shown.inner);
            }
            if self.preferences.shows_right {
                let panel = Panel::right("right")
                    .default_size(284.0)
                    .size_range(220.0..=520.0);
                let frame = widget::panel_frame(ui);
                let shown = panel
                    .frame(frame)
                    .show(ui, |ui| panels.inspector.ui(ui, &view));
                wishes.extend(shown.inner);
            }
            if self.preferences.shows_bottom {
                let panel = Panel::bottom("bottom")
                    .default_size(196.0)
                    .size_range(110.0..=560.0);
                let frame = widget::panel_frame(ui);
                let shown = panel
                    .resizable(true)
                    .frame(frame)
                    .show(ui, |ui| panels.bottom(ui, &view));
                wishes.extend(shown.inner);
            }
        }
        self.panels = panels;
        wishes
    }

    fn view<'a>(
        &'a self,
        document: &'a millstream_document::Document,
        seat: &'a Seat,
        live: Option<&'a crate::run::LiveView<'a>>,
    ) -> View<'a> {
        View {
            document,
            theme: &self.theme,
            runs: &self.runs,
            graph: &seat.graph,
            prefix: &seat.prefix,
            live,
            keymap: &self.keymap,
        }
    }

    /// The canvas, or a text that is no graph.
    fn page(&mut self, ui: &mut Ui, seat: &Seat) -> Vec<Wish> {
        self.moment.canvas_rect = Some(ui.available_rect_before_wrap());
        if let Some(tab) = self.workspace.active_mut()
            && let Page::Text(broken) = &mut tab.page
        {
            if text::broken(ui, broken, &self.theme) {
                let typed = broken.text.clone();
                let page = Page::of_text(&typed, tab.file.as_ref(), &self.shelf);
                tab.page = page;
                if let Some(document) = tab.document_mut() {
                    document.forget_saved();
                }
            }
            return Vec::new();
        }
        let Some(tab) = self.workspace.active_mut() else {
            return Vec::new();
        };
        let mut pane = std::mem::take(&mut tab.canvas);
        let requests = self.canvas_ui(ui, &mut pane, seat);
        if let Some(tab) = self.workspace.active_mut() {
            tab.canvas = pane;
        }
        requests
            .into_iter()
            .filter_map(|request| self.wish(request))
            .collect()
    }

    fn canvas_ui(
        &mut self,
        ui: &mut Ui,
        pane: &mut canvas::CanvasPane,
        seat: &Seat,
    ) -> Vec<Request> {
        self.moment.canvas_focus = Some(ui.make_persistent_id("canvas"));
        let Some(document) = self.workspace.document() else {
            return Vec::new();
        };
        let live = self.live(document, seat);
        let show = canvas::show(document, live.as_ref(), &self.theme, self.motion());
        let mut requests = Vec::new();
        for command in pane.commands.drain(..) {
            requests.extend(pane.canvas.command(command, show));
        }
        requests.extend(pane.canvas.ui(ui, show));
        let is_empty = document.graph().processes.is_empty();
        if is_empty && self.dialog.is_none() {
            let help = "Press A to add a component, or double click one on the left";
            let area = Rect::from_center_size(ui.clip_rect().center(), egui::vec2(420.0, 80.0));
            ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
                widget::empty(ui, "An empty graph", help);
            });
        }
        requests
    }

    /// What another program did to the file while there were unsaved changes.
    fn disk_bar(&mut self, ui: &mut Ui) {
        let Some(tab) = self.workspace.active() else {
            return;
        };
        if tab.disk.is_none() {
            return;
        }
        let (id, name) = (tab.id, tab.title().to_owned());
        let (mut keeps, mut takes) = (false, false);
        notice_bar(ui, self.theme.amber, |ui| {
            ui.label(format!(
                "{name} was changed by another program, and here too."
            ));
            keeps = ui.button("Keep mine").clicked();
            takes = ui.button("Take disk").clicked();
        });
        if keeps {
            self.keep_mine(id);
        }
        if takes {
            self.take_disk(id);
        }
    }

    /// Why nothing moves, when nothing does; and how the last run failed.
    fn banner(&self, ui: &mut Ui, seat: &Seat) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let Some(document) = self.workspace.document() else {
            return wishes;
        };
        let live = self.live(document, seat);
        let text = live.as_ref().and_then(millstream_canvas::LiveLook::banner);
        if let Some(text) = text {
            notice_bar(ui, self.theme.red, |ui| drop(ui.label(text)));
        }
        if let Some(fault) = self.fault(seat) {
            let text = format!("The run failed: {}", crate::markdown::plain(fault));
            notice_bar(ui, self.theme.red, |ui| {
                ui.label(text);
                if ui.button("Show logs").clicked() {
                    wishes.push(Wish::Command(Command::ShowLogs));
                }
                if ui.button("Dismiss").clicked() {
                    wishes.push(Wish::DismissFault);
                }
            });
        }
        wishes
    }

    fn welcome(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        let choice = welcome::ui(ui, &self.recent, &self.keymap, &self.theme);
        wishes.extend(choice.map(Wish::Welcome));
        wishes.extend(notices::ui(ui, &self.notices, &self.theme, ui.clip_rect()));
    }

    /// What the canvas asks for.
    fn wish(&mut self, request: Request) -> Option<Wish> {
        match request {
            Request::Act(action) => Some(Wish::Act(action)),
            Request::Add(place) => Some(Wish::PickComponent(Box::new(place))),
            Request::Open(process) => Some(Wish::Open(process)),
            Request::Explain(target) => Some(Wish::Explain(target)),
            Request::Refused(reason) => {
                self.notices.offer(reason, None);
                None
            }
            Request::Menu { target, at } => Some(Wish::Menu(target, at)),
            _ => None,
        }
    }

    pub(super) fn show_bottom(&mut self, bottom: Bottom) {
        self.panels.bottom = bottom;
        self.preferences.shows_bottom = true;
    }

    pub(super) fn show_left(&mut self, left: Left) {
        self.panels.left = left;
        self.preferences.shows_left = true;
    }
}

impl super::Panels {
    fn left(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let accent = view.theme.selection;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (left, name) in [(Left::Components, "Components"), (Left::Outline, "Outline")] {
                if widget::tab(ui, name, self.left == left, accent).clicked() {
                    self.left = left;
                }
            }
        });
        ui.add_space(6.0);
        match self.left {
            Left::Components => self.components.ui(ui, view),
            Left::Outline => self.outline.ui(ui, view),
        }
    }

    fn bottom(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let problems = view.document.problems().iter().len();
        let problems = if problems > 0 {
            format!("Problems ({problems})")
        } else {
            "Problems".to_owned()
        };
        let all = [
            (Bottom::Problems, problems.as_str()),
            (Bottom::Packets, "Packets"),
            (Bottom::Logs, "Logs"),
            (Bottom::Runs, "Runs"),
            (Bottom::Text, "Text"),
            (Bottom::History, "History"),
        ];
        let accent = view.theme.selection;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (bottom, name) in all {
                if widget::tab(ui, name, self.bottom == bottom, accent).clicked() {
                    self.bottom = bottom;
                }
            }
        });
        ui.add_space(2.0);
        let wishes = match self.bottom {
            Bottom::Problems => problems::ui(ui, view),
            Bottom::Packets => self.packets.ui(ui, view),
            Bottom::Logs => self.logs.ui(ui, view),
            Bottom::Runs => runs::ui(ui, view),
            Bottom::Text => self.text.ui(ui, view),
            Bottom::History => history::ui(ui, view),
        };
        // The panel keeps the height that it was given, however little it shows.
        ui.take_available_space();
        wishes
    }
}

fn bar_frame(ui: &Ui) -> Frame {
    Frame::NONE
        .fill(ui.visuals().panel_fill)
        .inner_margin(Margin::symmetric(10, 2))
}

fn notice_bar(ui: &mut Ui, color: egui::Color32, add: impl FnOnce(&mut Ui)) {
    Frame::NONE
        .fill(ui.visuals().faint_bg_color)
        .stroke(egui::Stroke::new(1.0, color))
        .inner_margin(Margin::symmetric(12, 6))
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                widget::icon(ui, crate::icon::Icon::Warning, color);
                add(ui);
            });
        });
}
