//! The editor as a whole: what it holds, and what happens in a frame.

mod action;
mod arrive;
mod dialogs;
mod files;
mod keep;
mod layout;
mod menu;
mod perform;
mod runs;

use std::rc::Rc;

use millstream_canvas::{Motion, Theme, ThemeKind};
use millstream_document::StateId;

use crate::desk::{Arrival, Desk, Purpose};
use crate::dialog::Dialog;
use crate::host::{FileName, Host, HostRequest, StoreKey};
use crate::keymap::Keymap;
use crate::link::{Transport, Wake};
use crate::notice::Notices;
use crate::panel::components::Components;
use crate::panel::inspector::Inspector;
use crate::panel::logs::Logs;
use crate::panel::outline::Outline;
use crate::panel::packets::Packets;
use crate::panel::text::TextPane;
use crate::panel::{Gestures, Wish};
use crate::preferences::Preferences;
use crate::run::Runs;
use crate::workspace::{Shelf, TabId, Workspace};

/// The editor: give it a host, a way to runtimes, and a frame to draw into.
#[derive(Debug)]
pub struct EditorApp {
    desk: Desk,
    runs: Runs,
    workspace: Workspace,
    shelf: Rc<Shelf>,
    /// The edition of the shelf that documents know.
    shelf_known: u64,
    preferences: Preferences,
    keymap: Keymap,
    theme: Theme,
    panels: Panels,
    dialog: Option<Dialog>,
    notices: Notices,
    gestures: Gestures,
    /// Files that were opened lately, the last first.
    recent: Vec<FileName>,
    /// What the host keeps already: preferences and session.
    kept: keep::Kept,
    local: runs::Local,
    moment: Moment,
}

/// What belongs to this moment and to no tab.
#[derive(Debug, Default)]
struct Moment {
    now: f64,
    is_started: bool,
    /// Whether the first screen is shown although tabs are open.
    is_welcome: bool,
    /// Whether the window closes as soon as nothing is left to be asked.
    is_quitting: bool,
    /// The looks that egui has.
    styled: Option<(ThemeKind, f32)>,
    /// The focus of the canvas, to tell its keys from those of other widgets.
    canvas_focus: Option<egui::Id>,
    canvas_rect: Option<egui::Rect>,
    /// The graph that is on its way to the runtime, as it was then.
    deploying: Option<(TabId, StateId)>,
    /// The process that led to a file that is being opened.
    opening_from: Option<crate::workspace::Outside>,
    /// The state of the shown graph, and since when it is in it.
    changed: Option<(StateId, f64)>,
    /// How the last run failed, once it is read.
    read_fault: Option<String>,
    /// The tab that closes when it is saved.
    closing: Option<TabId>,
    watched: Vec<FileName>,
    recovered: Vec<crate::dialog::ask::Recovered>,
    pane: usize,
}

/// The panels, and which of them are seen.
#[derive(Debug, Default)]
struct Panels {
    left: Left,
    bottom: Bottom,
    components: Components,
    outline: Outline,
    inspector: Inspector,
    logs: Logs,
    packets: Packets,
    text: TextPane,
}

/// What the left side shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Left {
    #[default]
    Components,
    Outline,
}

/// What the lower side shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Bottom {
    #[default]
    Problems,
    Packets,
    Logs,
    Runs,
    Text,
    History,
}

impl EditorApp {
    /// An editor at its beginning; what was kept of the last session is asked of the host in the first frame.
    pub fn new(host: Box<dyn Host>, transport: Box<dyn Transport>) -> Self {
        Self {
            desk: Desk::new(host),
            runs: Runs::new(transport),
            workspace: Workspace::default(),
            shelf: Rc::new(Shelf::default()),
            shelf_known: 0,
            preferences: Preferences::default(),
            keymap: Keymap::default(),
            theme: Theme::new(ThemeKind::default()),
            panels: Panels::default(),
            dialog: None,
            notices: Notices::default(),
            gestures: Gestures::default(),
            recent: Vec::new(),
            kept: keep::Kept::default(),
            local: runs::Local::default(),
            moment: Moment::default(),
        }
    }

    /// Draws a frame, and takes in what was done and what has come; `App::ui` of eframe calls nothing else.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        let ctx = ui.ctx().clone();
        self.moment.now = ui.input(|input| input.time);
        self.start();
        self.take_in(&ctx);
        self.style(&ctx);
        let mut wishes = self.take_keys(&ctx);
        wishes.extend(self.layout(ui));
        wishes.extend(self.dialogs(ui));
        for wish in wishes {
            self.perform(&ctx, wish);
        }
        if !ctx.text_edit_focused() && !ctx.egui_is_using_pointer() {
            self.gestures.end();
        }
        self.keep(&ctx);
    }

    /// The text of the graph that is shown, as its file would hold it; nothing if no graph is.
    pub fn text(&self) -> Option<String> {
        self.workspace.document().map(|document| document.text())
    }

    /// Opens a file, as when it was named on the command line.
    pub fn open(&mut self, file: FileName) {
        self.open_file(file);
    }

    fn start(&mut self) {
        if std::mem::replace(&mut self.moment.is_started, true) {
            return;
        }
        self.desk.ask(HostRequest::Catalog, Purpose::Catalog);
        self.desk.ask(
            HostRequest::Recall(StoreKey::Preferences),
            Purpose::Preferences,
        );
        self.desk
            .ask(HostRequest::Recall(StoreKey::Session), Purpose::Session);
        self.desk.ask(HostRequest::Journals, Purpose::Journals);
    }

    fn take_in(&mut self, ctx: &egui::Context) {
        self.notices.advance(self.moment.now);
        while let Some(arrival) = self.desk.poll() {
            match arrival {
                Arrival::Answer(purpose, answer) => self.answered(ctx, purpose, answer),
                Arrival::Event(event) => self.happened(ctx, event),
            }
        }
        self.runs
            .set_interval_ms(self.preferences.counts_interval_ms);
        let wake = || -> Wake {
            let ctx = ctx.clone();
            Box::new(move || ctx.request_repaint())
        };
        for event in self.runs.poll(self.moment.now, wake) {
            self.run_event(event);
        }
        self.follow_run();
    }

    fn style(&mut self, ctx: &egui::Context) {
        let system = ctx.input(|input| input.raw.system_theme);
        let kind = self.preferences.theme.kind(system);
        let looks = (kind, self.preferences.scale);
        if self.moment.styled == Some(looks) {
            return;
        }
        self.moment.styled = Some(looks);
        self.theme = Theme::new(kind);
        crate::style::apply(ctx, &self.theme);
        ctx.set_zoom_factor(self.preferences.scale);
    }

    /// Commands by key, and what was pasted. An open dialog has all keys, and so has the canvas while one types there.
    fn take_keys(&mut self, ctx: &egui::Context) -> Vec<Wish> {
        let tab = self.workspace.active();
        let takes_keys = tab.is_some_and(|tab| tab.canvas.canvas.takes_keys());
        if self.dialog.is_some() || takes_keys {
            return Vec::new();
        }
        let is_busy = tab.is_some_and(|tab| tab.canvas.canvas.is_busy());
        let focused = ctx.memory(|memory| memory.focused());
        let is_elsewhere = focused.is_some() && focused != self.moment.canvas_focus;
        let guard = crate::keymap::Guard {
            is_typing: ctx.text_edit_focused(),
            leaves_escape: is_busy,
            leaves_navigation: is_elsewhere,
        };
        self.keymap.take(ctx, guard)
    }

    const fn motion(&self) -> Motion {
        if self.preferences.reduced_motion {
            Motion::Reduced
        } else {
            Motion::Animated
        }
    }
}
