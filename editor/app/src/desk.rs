//! Questions to the host that are under way, each with what its answer is for.

use std::collections::BTreeMap;
use std::fmt;

use millstream_document::StateId;

use crate::host::{
    Abilities, FileName, Host, HostAnswer, HostEvent, HostFault, HostRequest, Ticket,
};
use crate::workspace::TabId;

/// The host, and what was asked of it.
pub(crate) struct Desk {
    host: Box<dyn Host>,
    open: BTreeMap<Ticket, Purpose>,
    last: u64,
    title: String,
}

/// What an answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The components.
    Catalog,
    /// The user's preferences.
    Preferences,
    /// The last session.
    Session,
    /// Journals that were left behind.
    Journals,
    /// One of them.
    Journal(String),
    /// A file to open that the user chooses.
    PickOpen,
    /// A place to save a tab to.
    PickSave(TabId),
    /// The text of a file to open; its tab is one behind a process, perhaps.
    Open(FileName),
    /// A tab was written: as it was in this state, if it is a graph, to this file.
    Written(TabId, Option<StateId>, FileName),
    /// A subgraph.
    Subgraph(FileName),
    /// A watched file that changed.
    Changed(FileName),
    /// A runtime of our own, to run the graph of a tab on.
    Runtime(Option<TabId>),
    /// What is on the clipboard, to be added.
    Clipboard,
    /// A subgraph that a document made: its file is new.
    NewFile(FileName),
    /// Nothing; only failures are told.
    Nothing,
}

/// What came from the host.
#[derive(Debug, PartialEq)]
pub(crate) enum Arrival {
    /// An answer.
    Answer(Purpose, Result<HostAnswer, HostFault>),
    /// Anything else.
    Event(HostEvent),
}

impl Desk {
    pub(crate) fn new(host: Box<dyn Host>) -> Self {
        Self {
            host,
            open: BTreeMap::new(),
            last: 0,
            title: String::new(),
        }
    }

    /// What the host can do.
    pub(crate) fn abilities(&self) -> Abilities {
        self.host.abilities()
    }

    /// Asks the host.
    pub(crate) fn ask(&mut self, request: HostRequest, purpose: Purpose) {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.open.insert(ticket, purpose);
        self.host.ask(ticket, request);
    }

    /// Whether such an answer is awaited.
    pub(crate) fn awaits(&self, purpose: &Purpose) -> bool {
        self.open.values().any(|open| open == purpose)
    }

    /// What has come, one at a time.
    pub(crate) fn poll(&mut self) -> Option<Arrival> {
        loop {
            match self.host.poll()? {
                HostEvent::Answer(ticket, answer) => {
                    // A host that answers twice is not listened to again.
                    if let Some(purpose) = self.open.remove(&ticket) {
                        return Some(Arrival::Answer(purpose, answer));
                    }
                }
                event => return Some(Arrival::Event(event)),
            }
        }
    }

    /// Shows this as the title of the window.
    pub(crate) fn set_title(&mut self, title: String) {
        if self.title != title {
            self.host.set_title(&title);
            self.title = title;
        }
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}
