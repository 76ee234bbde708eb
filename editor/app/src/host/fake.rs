//! A host for tests: files in memory, choices made beforehand, and a record of everything that was asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use millstream_graph::Catalog;

use super::{
    Abilities, FileName, FileText, Host, HostAnswer, HostEvent, HostFault, HostRequest,
    RuntimeAddress, Stamp, StoreKey, Ticket,
};

/// A host for tests. Copies share their state, so that a test keeps one and gives the editor another.
#[derive(Debug, Clone, Default)]
pub struct FakeHost(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    catalog: Catalog,
    abilities: Option<Abilities>,
    files: BTreeMap<FileName, String>,
    kept: BTreeMap<StoreKey, String>,
    watched: BTreeSet<FileName>,
    picks: VecDeque<Option<FileName>>,
    clipboard: Option<String>,
    runtime: Option<RuntimeAddress>,
    disk_is_full: bool,
    title: String,
    is_closed: bool,
    asked: Vec<HostRequest>,
    events: VecDeque<HostEvent>,
}

impl FakeHost {
    /// A host with these components.
    pub fn new(catalog: Catalog) -> Self {
        let state = State {
            catalog,
            ..State::default()
        };
        Self(Rc::new(RefCell::new(state)))
    }

    /// The same with less than all abilities.
    pub fn with_abilities(self, abilities: Abilities) -> Self {
        self.0.borrow_mut().abilities = Some(abilities);
        self
    }

    /// The same with a runtime that can be started.
    pub fn with_runtime(self, runtime: RuntimeAddress) -> Self {
        self.0.borrow_mut().runtime = Some(runtime);
        self
    }

    /// The same with a file.
    pub fn with_file(self, file: &str, text: &str) -> Self {
        let mut state = self.0.borrow_mut();
        state.files.insert(FileName::new(file), text.to_owned());
        drop(state);
        self
    }

    /// The same with a text kept from an earlier session.
    pub fn with_kept(self, key: StoreKey, text: &str) -> Self {
        self.0.borrow_mut().kept.insert(key, text.to_owned());
        self
    }

    /// The next dialog for files will give this.
    pub fn will_pick(&self, file: Option<&str>) {
        let file = file.map(FileName::new);
        self.0.borrow_mut().picks.push_back(file);
    }

    /// Writing fails from now on.
    pub fn fill_disk(&self) {
        self.0.borrow_mut().disk_is_full = true;
    }

    /// Another program writes a file; it is told if it is watched.
    pub fn change_file(&self, file: &str, text: &str) {
        let file = FileName::new(file);
        let mut state = self.0.borrow_mut();
        state.files.insert(file.clone(), text.to_owned());
        if state.watched.contains(&file) {
            state.events.push_back(HostEvent::FileChanged(file));
        }
    }

    /// Something happens that nobody asked for.
    pub fn tell(&self, event: HostEvent) {
        self.0.borrow_mut().events.push_back(event);
    }

    /// What a file holds.
    pub fn file(&self, file: &str) -> Option<String> {
        self.0.borrow().files.get(&FileName::new(file)).cloned()
    }

    /// What is kept.
    pub fn kept(&self, key: &StoreKey) -> Option<String> {
        self.0.borrow().kept.get(key).cloned()
    }

    /// Puts a text onto the clipboard.
    pub fn set_clipboard(&self, text: &str) {
        self.0.borrow_mut().clipboard = Some(text.to_owned());
    }

    /// The title of the window.
    pub fn title(&self) -> String {
        self.0.borrow().title.clone()
    }

    /// Whether the window was closed.
    pub fn is_closed(&self) -> bool {
        self.0.borrow().is_closed
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<HostRequest> {
        self.0.borrow().asked.clone()
    }
}

impl Host for FakeHost {
    fn abilities(&self) -> Abilities {
        self.0.borrow().abilities.unwrap_or(Abilities::ALL)
    }

    fn ask(&mut self, ticket: Ticket, request: HostRequest) {
        let mut state = self.0.borrow_mut();
        state.asked.push(request.clone());
        let answer = state.answer(request);
        state.events.push_back(HostEvent::Answer(ticket, answer));
    }

    fn poll(&mut self) -> Option<HostEvent> {
        self.0.borrow_mut().events.pop_front()
    }

    fn set_title(&mut self, title: &str) {
        title.clone_into(&mut self.0.borrow_mut().title);
    }
}

impl State {
    fn answer(&mut self, request: HostRequest) -> Result<HostAnswer, HostFault> {
        Ok(match request {
            HostRequest::Catalog => HostAnswer::Catalog(Box::new(self.catalog.clone())),
            HostRequest::PickOpen | HostRequest::PickSave { .. } => {
                HostAnswer::Picked(self.picks.pop_front().flatten())
            }
            HostRequest::Read(file) => HostAnswer::File(self.read(file)?),
            HostRequest::Write {
                file,
                text,
                expected,
            } => HostAnswer::Written(self.write(file, text, expected)?),
            HostRequest::Watch(files) => {
                self.watched = files.into_iter().collect();
                HostAnswer::Done
            }
            HostRequest::Recall(key) => HostAnswer::Kept(self.kept.get(&key).cloned()),
            HostRequest::Keep { key, text } => {
                match text {
                    Some(text) => drop(self.kept.insert(key, text)),
                    None => drop(self.kept.remove(&key)),
                }
                HostAnswer::Done
            }
            HostRequest::Journals => HostAnswer::Journals(self.journals()),
            HostRequest::StartRuntime { .. } => match &self.runtime {
                Some(runtime) => HostAnswer::Runtime(runtime.clone()),
                None => return Err(HostFault::Failed("the program is not there".to_owned())),
            },
            HostRequest::ReadClipboard => HostAnswer::Kept(self.clipboard.clone()),
            HostRequest::Close => {
                self.is_closed = true;
                HostAnswer::Done
            }
            HostRequest::StopRuntime => HostAnswer::Done,
        })
    }

    fn read(&self, file: FileName) -> Result<FileText, HostFault> {
        let Some(text) = self.files.get(&file).cloned() else {
            return Err(HostFault::NotFound(file));
        };
        let stamp = Stamp(text.clone());
        Ok(FileText { file, text, stamp })
    }

    fn write(
        &mut self,
        file: FileName,
        text: String,
        expected: Option<Stamp>,
    ) -> Result<Stamp, HostFault> {
        if self.disk_is_full {
            return Err(HostFault::Failed("no space left on device".to_owned()));
        }
        let known = self.files.get(&file);
        if expected.is_some_and(|stamp| known != Some(&stamp.0)) {
            return Err(HostFault::Changed(file));
        }
        self.files.insert(file, text.clone());
        Ok(Stamp(text))
    }

    fn journals(&self) -> Vec<String> {
        let journal = |key: &StoreKey| match key {
            StoreKey::Journal(name) => Some(name.clone()),
            StoreKey::Preferences | StoreKey::Session => None,
        };
        self.kept.keys().filter_map(journal).collect()
    }
}
