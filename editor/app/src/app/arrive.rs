//! What the host answers and tells, and what becomes of it.

use millstream_document::Action;
use millstream_graph::Severity;

use super::EditorApp;
use crate::command::Command;
use crate::desk::Purpose;
use crate::host::{HostAnswer, HostEvent, HostFault, HostRequest, StoreKey};
use crate::keymap::Keymap;
use crate::panel::Wish;
use crate::preferences::Preferences;

impl EditorApp {
    pub(super) fn answered(
        &mut self,
        ctx: &egui::Context,
        purpose: Purpose,
        answer: Result<HostAnswer, HostFault>,
    ) {
        match answer {
            Ok(answer) => self.take(ctx, purpose, answer),
            Err(fault) => self.refused(purpose, fault),
        }
    }

    fn take(&mut self, ctx: &egui::Context, purpose: Purpose, answer: HostAnswer) {
        match (purpose, answer) {
            (Purpose::Catalog, HostAnswer::Catalog(catalog)) => {
                // Forms of text are checked by what the editor itself knows of them.
                let catalog = catalog.with_formats(crate::format::formats());
                self.shelf.set_catalog(catalog);
            }
            (Purpose::Preferences, HostAnswer::Kept(Some(json))) => {
                self.preferences = Preferences::read(&json);
                self.keymap = Keymap::new(&self.preferences.keys);
                self.kept.preferences = json;
            }
            (Purpose::Session, HostAnswer::Kept(Some(json))) => self.resume(&json),
            (Purpose::Journals, HostAnswer::Journals(keys)) => {
                for key in keys {
                    let recall = HostRequest::Recall(StoreKey::Journal(key.clone()));
                    self.desk.ask(recall, Purpose::Journal(key));
                }
            }
            (Purpose::Journal(key), HostAnswer::Kept(Some(json))) => self.recovered(key, &json),
            (Purpose::PickOpen, HostAnswer::Picked(Some(file))) => self.open_file(file),
            (Purpose::PickSave(tab), HostAnswer::Picked(Some(file))) => self.write(tab, file),
            (Purpose::PickSave(_), HostAnswer::Picked(None)) => self.moment.is_quitting = false,
            (Purpose::Open(_), HostAnswer::File(read)) => self.opened(read),
            (Purpose::Written(tab, state, file), HostAnswer::Written(stamp)) => {
                self.written(tab, state, (file, stamp));
                if self.moment.closing.take() == Some(tab) {
                    self.close_tab(tab);
                }
                if self.moment.is_quitting {
                    self.quit();
                }
            }
            (Purpose::Subgraph(file), HostAnswer::File(read)) => {
                self.shelf.put(file, Ok(&read.text));
            }
            (Purpose::Changed(_), HostAnswer::File(read)) => self.file_changed(read),
            (Purpose::Runtime(tab), HostAnswer::Runtime(address)) => {
                self.runtime_started(tab, address);
            }
            (Purpose::Clipboard, HostAnswer::Kept(Some(text))) => {
                self.perform(ctx, Wish::Act(Action::Paste { text, at: None }));
            }
            (Purpose::NewFile(file), HostAnswer::Written(_)) => {
                self.notices
                    .tell(Severity::Hint, format!("wrote {}", file.last()));
            }
            _ => {}
        }
    }

    fn refused(&mut self, purpose: Purpose, fault: HostFault) {
        match purpose {
            Purpose::Written(tab, _, file) => self.not_written(tab, &file, fault),
            Purpose::Subgraph(file) => self.shelf.put(file, Err(fault.to_string())),
            Purpose::Changed(file) => {
                let text = format!("{} is gone; what is open stays, unsaved", file.last());
                self.notices.tell(Severity::Warning, text);
                let tab = self
                    .workspace
                    .tabs_mut()
                    .find(|tab| tab.file.as_ref() == Some(&file));
                if let Some(document) = tab.and_then(|tab| tab.document_mut()) {
                    document.forget_saved();
                }
            }
            Purpose::Open(file) => {
                self.moment.opening_from = None;
                self.recent.retain(|known| *known != file);
                self.notices
                    .tell(Severity::Error, format!("cannot open {file}: {fault}"));
            }
            Purpose::Runtime(_) => self.runtime_failed(&fault.to_string()),
            Purpose::Catalog => {
                let text = format!("the components are not known: {fault}");
                self.notices.tell(Severity::Error, text);
            }
            // What was not kept is missed by nobody.
            Purpose::Preferences | Purpose::Session | Purpose::Journals | Purpose::Journal(_) => {}
            _ => self.notices.tell(Severity::Error, fault.to_string()),
        }
    }

    pub(super) fn happened(&mut self, ctx: &egui::Context, event: HostEvent) {
        match event {
            HostEvent::FileChanged(file) => {
                self.desk
                    .ask(HostRequest::Read(file.clone()), Purpose::Changed(file));
            }
            HostEvent::OpenFile(file) => self.open_file(file),
            HostEvent::Menu(id) => {
                if let Some(command) = Command::from_id(&id) {
                    self.perform(ctx, Wish::Command(command));
                }
            }
            HostEvent::CloseRequested => self.quit(),
            HostEvent::RuntimeEnded { reason } => self.runtime_ended(&reason),
            HostEvent::Answer(..) => {}
        }
    }
}
