//! The editor as a whole.

use crate::host::Host;
use crate::link::{Link, Transport, Wake};
use millstream_canvas::theme::{Theme, ThemeKind};

/// The editor: give it a host, a way to runtimes, and a frame to draw into.
#[derive(Debug)]
pub struct EditorApp {
    host: Hosted,
    link: Link,
    theme: Theme,
}

/// The host; opaque to `Debug`.
struct Hosted(Box<dyn Host>);

impl EditorApp {
    /// An editor at its beginning; what was kept of the last session is asked of the host.
    pub fn new(host: Box<dyn Host>, transport: Box<dyn Transport>) -> Self {
        Self {
            host: Hosted(host),
            link: Link::new(transport),
            theme: Theme::new(ThemeKind::default()),
        }
    }

    /// Draws a frame, and takes in what was done and what has come; `App::ui` of eframe calls nothing else.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        let now = ui.input(|input| input.time);
        let ctx = ui.ctx().clone();
        let wake = || -> Wake {
            let ctx = ctx.clone();
            Box::new(move || ctx.request_repaint())
        };
        self.link.poll(now, wake);
        while self.host.0.poll().is_some() {}
        crate::style::apply(&ctx, &self.theme);
        egui::CentralPanel::default_margins().show(ui, |ui| ui.heading("Millstream"));
    }
}

impl std::fmt::Debug for Hosted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Hosted").finish()
    }
}
