//! Files: opening, saving, subgraphs, what other programs do to them.

use millstream_document::{Applied, Notice};
use millstream_graph::{ProcessName, Severity};

use super::EditorApp;
use crate::desk::Purpose;
use crate::dialog::Dialog;
use crate::dialog::ask::Ask;
use crate::example::Example;
use crate::host::{FileName, FileText, HostFault, HostRequest, Stamp, StoreKey};
use crate::workspace::{DiskChange, Outside, Page, Tab, TabId};

/// Files that are remembered.
const RECENT_MAX: usize = 12;

impl EditorApp {
    /// Opens a file, or shows its tab.
    pub(super) fn open_file(&mut self, file: FileName) {
        if let Some(tab) = self.workspace.tab_of(&file).map(|tab| tab.id) {
            self.show_tab(tab);
            if let (Some(outside), Some(tab)) =
                (self.moment.opening_from.take(), self.workspace.tab_mut(tab))
            {
                tab.outside = Some(outside);
            }
            return;
        }
        let purpose = Purpose::Open(file.clone());
        if !self.desk.awaits(&purpose) {
            self.desk.ask(HostRequest::Read(file), purpose);
        }
    }

    /// Shows what a file holds in a new tab.
    pub(super) fn opened(&mut self, read: FileText) {
        self.remember(&read.file);
        let page = Page::of_text(&read.text, Some(&read.file), &self.shelf);
        if let Page::Text(broken) = &page {
            self.notices.tell(Severity::Error, broken.error.to_string());
        }
        let outside = self.moment.opening_from.take();
        let tab = self.workspace.add(page, Some(read.file));
        tab.stamp = Some(read.stamp);
        tab.outside = outside;
        self.moment.is_welcome = false;
    }

    /// Opens an example: a graph without a file.
    pub(super) fn open_example(&mut self, example: Example) -> TabId {
        let page = Page::of_text(example.text, None, &self.shelf);
        let tab = self.workspace.add(page, None);
        tab.rename(example.name);
        let id = tab.id;
        self.moment.is_welcome = false;
        id
    }

    pub(super) fn new_graph(&mut self) {
        let document = millstream_document::Document::new(self.shelf.library(None));
        self.workspace.add(Page::graph(document), None);
        self.moment.is_welcome = false;
    }

    /// Opens the subgraph of a process, or shows what is known of it.
    pub(super) fn drill_in(&mut self, process: &ProcessName) {
        let Some(tab) = self.workspace.active() else {
            return;
        };
        let component = tab
            .document()
            .and_then(|document| document.process(process));
        let component = component.and_then(|process| process.component.clone());
        let Some(component) = component.filter(|component| component.is_file()) else {
            self.preferences.shows_right = true;
            return;
        };
        let Some(file) = tab
            .file
            .as_ref()
            .and_then(|file| file.refer(component.as_str()))
        else {
            let text = "save the graph first: its subgraphs are named from where it is";
            self.notices.tell(Severity::Warning, text);
            return;
        };
        self.moment.opening_from = Some(Outside {
            tab: tab.id,
            process: process.clone(),
        });
        self.open_file(file);
    }

    pub(super) fn drill_out(&mut self) {
        let outside = self.workspace.active().and_then(|tab| tab.outside.clone());
        if let Some(outside) = outside {
            self.show_tab(outside.tab);
        }
    }

    pub(super) fn show_tab(&mut self, tab: TabId) {
        self.workspace.show(tab);
        self.moment.is_welcome = false;
    }

    /// Saves a tab to its file, or asks where to.
    pub(super) fn save(&mut self, tab: TabId) {
        let file = self.workspace.tab(tab).and_then(|tab| tab.file.clone());
        match file {
            Some(file) => self.write(tab, file),
            None => self.save_as(tab),
        }
    }

    pub(super) fn save_as(&mut self, tab: TabId) {
        let name = self.workspace.tab(tab).map_or("graph", Tab::title);
        let suggested = format!("{name}.ron");
        self.desk
            .ask(HostRequest::PickSave { suggested }, Purpose::PickSave(tab));
    }

    /// Writes a tab to a file; it is not overwritten if it is not what was read.
    pub(super) fn write(&mut self, id: TabId, file: FileName) {
        let Some(tab) = self.workspace.tab_mut(id) else {
            return;
        };
        let is_its_own = tab.file.as_ref() == Some(&file);
        let expected = tab.stamp.clone().filter(|_| is_its_own);
        let (text, state) = match &tab.page {
            Page::Graph(document) => (document.text(), Some(document.state())),
            Page::Text(broken) => (broken.text.clone(), None),
        };
        let request = HostRequest::Write {
            file: file.clone(),
            text,
            expected,
        };
        self.desk.ask(request, Purpose::Written(id, state, file));
    }

    /// A tab is in its file.
    pub(super) fn written(
        &mut self,
        id: TabId,
        state: Option<millstream_document::StateId>,
        (file, stamp): (FileName, Stamp),
    ) {
        self.remember(&file);
        let library = self.shelf.library(Some(&file));
        let Some(tab) = self.workspace.tab_mut(id) else {
            return;
        };
        let journal = StoreKey::Journal(tab.journal_key());
        let is_other = tab.file.as_ref() != Some(&file);
        tab.file = Some(file.clone());
        tab.stamp = Some(stamp);
        tab.disk = None;
        tab.journal.state = None;
        if let Some(document) = tab.document_mut() {
            // What was done while it was being written is not in the file.
            if Some(document.state()) == state {
                document.mark_saved();
            }
            if is_other {
                document.set_library(library);
            }
            let text = document.text();
            if self.shelf.knows(&file) {
                self.shelf.put(file.clone(), Ok(&text));
            }
        }
        let forget = HostRequest::Keep {
            key: journal,
            text: None,
        };
        self.desk.ask(forget, Purpose::Nothing);
        self.notices
            .tell(Severity::Hint, format!("saved {}", file.last()));
    }

    /// A tab could not be written; the old file and the document are as they were.
    pub(super) fn not_written(&mut self, id: TabId, file: &FileName, fault: HostFault) {
        self.moment.is_quitting = false;
        self.moment.closing = None;
        if let HostFault::Changed(_) = fault {
            let file = file.clone();
            self.desk
                .ask(HostRequest::Read(file.clone()), Purpose::Changed(file));
            self.workspace.show(id);
        }
        let text = format!("{} was not saved: {fault}", file.last());
        self.notices.tell(Severity::Error, text);
    }

    /// A watched file is another one now.
    pub(super) fn file_changed(&mut self, read: FileText) {
        if self.shelf.knows(&read.file) {
            self.shelf.put(read.file.clone(), Ok(&read.text));
        }
        let shelf = std::rc::Rc::clone(&self.shelf);
        let Some(id) = self.workspace.tab_of(&read.file).map(|tab| tab.id) else {
            return;
        };
        let Some(tab) = self.workspace.tab_mut(id) else {
            return;
        };
        // Our own writing is heard of, too.
        if tab.stamp.as_ref() == Some(&read.stamp) {
            return;
        }
        if tab.is_saved() {
            tab.page = Page::of_text(&read.text, Some(&read.file), &shelf);
            tab.stamp = Some(read.stamp);
            tab.canvas.canvas.forget();
            let text = format!(
                "{} was changed by another program and read again",
                read.file.last()
            );
            self.notices.tell(Severity::Hint, text);
        } else {
            tab.disk = Some(DiskChange {
                text: read.text,
                stamp: read.stamp,
            });
        }
    }

    /// Keeps what is drawn: the next save takes the place of what the other program wrote.
    pub(super) fn keep_mine(&mut self, id: TabId) {
        if let Some(tab) = self.workspace.tab_mut(id)
            && let Some(disk) = tab.disk.take()
        {
            tab.stamp = Some(disk.stamp);
            if let Some(document) = tab.document_mut() {
                document.forget_saved();
            }
        }
    }

    /// Takes what the other program wrote, as a step that can be undone.
    pub(super) fn take_disk(&mut self, id: TabId) {
        let shelf = std::rc::Rc::clone(&self.shelf);
        let Some(tab) = self.workspace.tab_mut(id) else {
            return;
        };
        let Some(disk) = tab.disk.take() else {
            return;
        };
        tab.stamp = Some(disk.stamp);
        let action = millstream_document::Action::ReplaceText(disk.text.clone());
        let is_taken = tab.document_mut().is_some_and(|document| {
            let is_taken = document.apply(action).is_ok();
            if is_taken {
                document.mark_saved();
            }
            is_taken
        });
        if !is_taken {
            tab.page = Page::of_text(&disk.text, tab.file.as_ref(), &shelf);
        }
    }

    /// Closes a tab, after asking if something would be lost.
    pub(super) fn close_tab(&mut self, id: TabId) {
        let Some(tab) = self.workspace.tab(id) else {
            return;
        };
        if tab.is_saved() {
            return self.drop_tab(id);
        }
        let ask = Ask::Close {
            tab: id,
            name: tab.title().to_owned(),
            and_quit: self.moment.is_quitting,
        };
        self.workspace.show(id);
        self.dialog = Some(Dialog::Ask(ask));
    }

    /// Closes a tab, whatever is lost.
    pub(super) fn drop_tab(&mut self, id: TabId) {
        if let Some(tab) = self.workspace.close(id) {
            let key = StoreKey::Journal(tab.journal_key());
            if tab.journal.state.is_some() {
                self.desk
                    .ask(HostRequest::Keep { key, text: None }, Purpose::Nothing);
            }
        }
    }

    /// Closes the window as soon as nothing is left that would be lost.
    pub(super) fn quit(&mut self) {
        self.moment.is_quitting = true;
        let unsaved = self.workspace.tabs().iter().find(|tab| !tab.is_saved());
        match unsaved.map(|tab| tab.id) {
            Some(tab) => self.close_tab(tab),
            None => self.desk.ask(HostRequest::Close, Purpose::Nothing),
        }
    }

    /// What an action did beside changing the document.
    pub(super) fn tell(&mut self, ctx: &egui::Context, applied: Applied) {
        if let Some(text) = applied.clipboard {
            ctx.copy_text(text);
        }
        for notice in &applied.notices {
            let severity = match notice {
                Notice::Renamed { .. } => Severity::Hint,
                _ => Severity::Warning,
            };
            self.notices.tell(severity, notice.to_string());
        }
        let Some(new) = applied.file else {
            return;
        };
        let file = self.workspace.active().and_then(|tab| tab.file.as_ref());
        if let Some(file) = file.and_then(|file| file.refer(&new.component)) {
            self.shelf.put(file.clone(), Ok(&new.text));
            let request = HostRequest::Write {
                file: file.clone(),
                text: new.text,
                expected: None,
            };
            self.desk.ask(request, Purpose::NewFile(file));
        }
    }

    fn remember(&mut self, file: &FileName) {
        self.recent.retain(|known| known != file);
        self.recent.insert(0, file.clone());
        self.recent.truncate(RECENT_MAX);
    }
}
