//! What outlives a frame and a session: library, journals, preferences, the files to watch, the title of the window.

use std::collections::BTreeSet;

use millstream_document::StateId;
use millstream_graph::Severity;
use serde::{Deserialize, Serialize};

use super::EditorApp;
use crate::desk::Purpose;
use crate::dialog::Dialog;
use crate::dialog::ask::{Ask, Recovered};
use crate::host::{FileName, HostRequest, StoreKey};
use crate::workspace::{Page, Tab};

/// Seconds between two writes of a journal.
const JOURNAL_SECS: f64 = 1.0;

/// Graphs of so many processes are checked as a whole after each step.
const SMALL: usize = 500;
/// Larger ones when nothing has changed for so long, in seconds.
const PAUSE_SECS: f64 = 0.3;

/// What the host keeps already.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) preferences: String,
    session: String,
}

/// What is kept of a session.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Session {
    recent: Vec<String>,
    open: Vec<String>,
}

/// A document that is not saved.
#[derive(Debug, Serialize, Deserialize)]
struct JournalText {
    file: Option<String>,
    text: String,
    steps: usize,
}

impl EditorApp {
    /// The end of a frame.
    pub(super) fn keep(&mut self, ctx: &egui::Context) {
        self.stock();
        self.check(ctx);
        self.keep_journals(ctx);
        self.keep_preferences();
        self.keep_session();
        self.watch();
        self.ask_next();
        self.entitle();
        self.plan_repaint(ctx);
    }

    /// Gives documents what has come onto the shelf, and has read what they miss.
    fn stock(&mut self) {
        let edition = self.shelf.edition();
        if edition != self.shelf_known {
            self.shelf_known = edition;
            for tab in self.workspace.tabs_mut() {
                let library = self.shelf.library(tab.file.as_ref());
                tab.canvas.canvas.forget();
                if let Some(document) = tab.document_mut() {
                    document.set_library(library);
                }
            }
        }
        for file in self.shelf.take_wanted() {
            self.desk
                .ask(HostRequest::Read(file.clone()), Purpose::Subgraph(file));
        }
    }

    /// Checks the shown graph as a whole: at once if it is small, otherwise when nothing has changed for a moment.
    fn check(&mut self, ctx: &egui::Context) {
        let now = self.moment.now;
        let Some(document) = self.workspace.active_mut().and_then(Tab::document_mut) else {
            return;
        };
        if document.problems().is_whole() {
            return;
        }
        let state = document.state();
        let since = match self.moment.changed {
            Some((known, since)) if known == state => since,
            _ => now,
        };
        self.moment.changed = Some((state, since));
        let is_small = document.graph().processes.len() <= SMALL;
        if is_small || now - since >= PAUSE_SECS {
            document.check();
        } else {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(PAUSE_SECS));
        }
    }

    fn keep_journals(&mut self, ctx: &egui::Context) {
        if !self.desk.abilities().keeps_texts {
            return;
        }
        let now = self.moment.now;
        let mut texts: Vec<(StoreKey, Option<String>)> = Vec::new();
        for tab in self.workspace.tabs_mut() {
            let Some(document) = tab.document() else {
                continue;
            };
            let (state, is_saved) = (document.state(), tab.is_saved());
            if is_saved && tab.journal.state.is_some() {
                tab.journal.state = None;
                texts.push((StoreKey::Journal(tab.journal_key()), None));
            } else if !is_saved && tab.journal.state != Some(state) {
                if now - tab.journal.at < JOURNAL_SECS {
                    ctx.request_repaint_after_secs(1.0);
                    continue;
                }
                texts.push(journal(tab, state, now));
            }
        }
        for (key, text) in texts {
            self.desk
                .ask(HostRequest::Keep { key, text }, Purpose::Nothing);
        }
    }

    fn keep_preferences(&mut self) {
        let json = self.preferences.write();
        if json == self.kept.preferences || self.desk.awaits(&Purpose::Preferences) {
            return;
        }
        self.keymap = crate::keymap::Keymap::new(&self.preferences.keys);
        self.kept.preferences.clone_from(&json);
        let keep = HostRequest::Keep {
            key: StoreKey::Preferences,
            text: Some(json),
        };
        self.desk.ask(keep, Purpose::Nothing);
    }

    fn keep_session(&mut self) {
        let name = |file: &FileName| file.as_str().to_owned();
        let open = self
            .workspace
            .tabs()
            .iter()
            .filter_map(|tab| tab.file.as_ref());
        let session = Session {
            recent: self.recent.iter().map(name).collect(),
            open: open.map(name).collect(),
        };
        let Ok(json) = serde_json::to_string(&session) else {
            return;
        };
        if json == self.kept.session || self.desk.awaits(&Purpose::Session) {
            return;
        }
        self.kept.session.clone_from(&json);
        let keep = HostRequest::Keep {
            key: StoreKey::Session,
            text: Some(json),
        };
        self.desk.ask(keep, Purpose::Nothing);
    }

    /// Goes on where the last session ended.
    pub(super) fn resume(&mut self, json: &str) {
        let session: Session = serde_json::from_str(json).unwrap_or_default();
        json.clone_into(&mut self.kept.session);
        self.recent = session
            .recent
            .iter()
            .map(|file| FileName::new(file))
            .collect();
        for file in session.open {
            self.open_file(FileName::new(&file));
        }
    }

    fn watch(&mut self) {
        let open = self
            .workspace
            .tabs()
            .iter()
            .filter_map(|tab| tab.file.clone());
        let files: BTreeSet<FileName> = open.collect();
        let files: Vec<FileName> = files.into_iter().collect();
        if files != self.moment.watched {
            self.moment.watched.clone_from(&files);
            self.desk.ask(HostRequest::Watch(files), Purpose::Nothing);
        }
    }

    /// A journal was left behind by a session that did not end well.
    pub(super) fn recovered(&mut self, key: String, json: &str) {
        if let Ok(journal) = serde_json::from_str::<JournalText>(json) {
            self.moment.recovered.push(Recovered {
                key,
                file: journal.file,
                text: journal.text,
                steps: journal.steps,
            });
        }
    }

    fn ask_next(&mut self) {
        if self.dialog.is_none()
            && let Some(recovered) = self.moment.recovered.pop()
        {
            self.dialog = Some(Dialog::Ask(Ask::Recover(Box::new(recovered))));
        }
    }

    /// Opens what was recovered, as unsaved changes.
    pub(super) fn restore(&mut self, recovered: Recovered) {
        let file = recovered.file.as_deref().map(FileName::new);
        let page = Page::of_text(&recovered.text, file.as_ref(), &self.shelf);
        let already = file.as_ref().and_then(|file| self.workspace.tab_of(file));
        if let Some(id) = already.map(|tab| tab.id) {
            self.workspace.close(id);
        }
        let tab = self.workspace.add(page, file.clone());
        if file.is_none() {
            tab.rename(&recovered.key);
        }
        if let Some(document) = tab.document_mut() {
            document.forget_saved();
        }
        self.moment.is_welcome = false;
        let steps = if recovered.steps == 1 {
            "step"
        } else {
            "steps"
        };
        let text = format!("{} {steps} restored; save to keep them", recovered.steps);
        self.notices.tell(Severity::Hint, text);
    }

    pub(super) fn forget_journal(&mut self, key: String) {
        let keep = HostRequest::Keep {
            key: StoreKey::Journal(key),
            text: None,
        };
        self.desk.ask(keep, Purpose::Nothing);
    }

    fn entitle(&mut self) {
        let title = match self.workspace.active() {
            Some(tab) if !tab.is_saved() => format!("* {} - Millstream", tab.title()),
            Some(tab) => format!("{} - Millstream", tab.title()),
            None => "Millstream".to_owned(),
        };
        self.desk.set_title(title);
    }

    /// An idle window draws nothing; this says when something changes by itself.
    fn plan_repaint(&self, ctx: &egui::Context) {
        let times = [
            self.runs.wants_poll_in_secs(),
            self.notices.next_change_in_secs(),
        ];
        if let Some(secs) = times.into_iter().flatten().min_by(f64::total_cmp) {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(secs.clamp(0.0, 3600.0)));
        }
    }
}

fn journal(tab: &mut Tab, state: StateId, now: f64) -> (StoreKey, Option<String>) {
    let text = JournalText {
        file: tab.file.as_ref().map(|file| file.as_str().to_owned()),
        text: tab
            .document()
            .map(|document| document.text())
            .unwrap_or_default(),
        steps: tab.document().map_or(0, |document| document.steps_done()),
    };
    tab.journal.state = Some(state);
    tab.journal.at = now;
    let key = StoreKey::Journal(tab.journal_key());
    (key, serde_json::to_string(&text).ok())
}
