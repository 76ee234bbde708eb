//! What is open: tabs with graphs, or with texts that are none.

mod shelf;

use std::rc::Rc;

use millstream_document::live::LiveView;
use millstream_document::{Document, StateId};
use millstream_graph::ProcessName;
use millstream_graph::file::ReadError;

use crate::host::{FileName, Stamp};

pub(crate) use shelf::Shelf;

/// A tab, for as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TabId(u64);

/// What is open.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    tabs: Vec<Tab>,
    active: usize,
    made: u64,
    /// Counts graphs without a file, for their names.
    untitled: u64,
}

/// A tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) id: TabId,
    /// What it is called while it has no file.
    name: String,
    pub(crate) page: Page,
    pub(crate) file: Option<FileName>,
    /// What the file was when it was read or written last.
    pub(crate) stamp: Option<Stamp>,
    /// The process of another graph that this one was opened from.
    pub(crate) outside: Option<Outside>,
    /// What another program made of the file while there were unsaved changes.
    pub(crate) disk: Option<DiskChange>,
    pub(crate) journal: Journal,
    pub(crate) canvas: crate::canvas::CanvasPane,
    /// Its wires in the run.
    pub(crate) live: LiveView,
    /// The path of the process that `live` is inside of.
    pub(crate) live_path: String,
}

/// What a tab shows.
#[derive(Debug)]
pub(crate) enum Page {
    /// A graph.
    Graph(Box<Document>),
    /// A text that is no graph.
    Text(Broken),
}

/// A text that is no graph, shown as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) text: String,
    /// Why it is none, and where.
    pub(crate) error: ReadError,
}

/// Which process of which tab uses this graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outside {
    pub(crate) tab: TabId,
    pub(crate) process: ProcessName,
}

/// What another program made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DiskChange {
    pub(crate) text: String,
    pub(crate) stamp: Stamp,
}

/// How far the journal of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Journal {
    /// The state that the journal holds; nothing if it is empty.
    pub(crate) state: Option<StateId>,
    /// When it was written last.
    pub(crate) at: f64,
}

impl Workspace {
    /// All tabs, from left to right.
    pub(crate) fn tabs(&self) -> &[Tab] {
        &self.tabs
    }

    /// All tabs, to be changed.
    pub(crate) fn tabs_mut(&mut self) -> impl Iterator<Item = &mut Tab> {
        self.tabs.iter_mut()
    }

    /// The tab that is shown.
    pub(crate) fn active(&self) -> Option<&Tab> {
        self.tabs.get(self.active)
    }

    /// The tab that is shown.
    pub(crate) fn active_mut(&mut self) -> Option<&mut Tab> {
        self.tabs.get_mut(self.active)
    }

    /// The graph that is shown.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.active().and_then(Tab::document)
    }

    /// A tab.
    pub(crate) fn tab(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    /// A tab.
    pub(crate) fn tab_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }

    /// The tab of a file: there is one at most.
    pub(crate) fn tab_of(&self, file: &FileName) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.file.as_ref() == Some(file))
    }

    /// Adds a tab and shows it.
    pub(crate) fn add(&mut self, page: Page, file: Option<FileName>) -> &mut Tab {
        self.made += 1;
        let name = if file.is_some() {
            String::new()
        } else {
            self.untitled += 1;
            format!("untitled-{}", self.untitled)
        };
        self.active = self.tabs.len();
        self.tabs.push(Tab {
            id: TabId(self.made),
            name,
            page,
            file,
            stamp: None,
            outside: None,
            disk: None,
            journal: Journal::default(),
            canvas: crate::canvas::CanvasPane::default(),
            live: LiveView::new(),
            live_path: String::new(),
        });
        let last = self.tabs.len() - 1;
        &mut self.tabs[last]
    }

    /// Shows a tab.
    pub(crate) fn show(&mut self, id: TabId) {
        if let Some(place) = self.tabs.iter().position(|tab| tab.id == id) {
            self.active = place;
        }
    }

    /// Shows the tab so many places on, round the corner.
    pub(crate) fn turn(&mut self, by: isize) {
        let count = self.tabs.len();
        if count > 0 {
            let by = by.rem_euclid(count.cast_signed()).unsigned_abs();
            self.active = (self.active + by) % count;
        }
    }

    /// Removes a tab.
    pub(crate) fn close(&mut self, id: TabId) -> Option<Tab> {
        let place = self.tabs.iter().position(|tab| tab.id == id)?;
        let tab = self.tabs.remove(place);
        if self.active > place || self.active == self.tabs.len() {
            self.active = self.active.saturating_sub(1);
        }
        Some(tab)
    }

    /// The way from the outermost graph to this tab: each graph with the process that leads to the next.
    pub(crate) fn trail(&self, id: TabId) -> Vec<(&Tab, Option<&ProcessName>)> {
        let mut trail = Vec::new();
        let mut at = self.tab(id);
        let mut process = None;
        while let Some(tab) = at {
            trail.push((tab, process));
            // A graph cannot be deeper than there are tabs, unless tabs lead to each other in a circle.
            if trail.len() > self.tabs.len() {
                break;
            }
            let outside = tab.outside.as_ref();
            process = outside.map(|outside| &outside.process);
            at = outside.and_then(|outside| self.tab(outside.tab));
        }
        trail.reverse();
        trail
    }
}

impl Tab {
    /// Calls it something while it has no file.
    pub(crate) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// What people call it.
    pub(crate) fn title(&self) -> &str {
        self.file.as_ref().map_or(&self.name, FileName::stem)
    }

    /// What its journal is called.
    pub(crate) fn journal_key(&self) -> String {
        self.file
            .as_ref()
            .map_or(self.name.as_str(), FileName::as_str)
            .to_owned()
    }

    /// The graph, if it is one.
    pub(crate) fn document(&self) -> Option<&Document> {
        match &self.page {
            Page::Graph(document) => Some(document),
            Page::Text(_) => None,
        }
    }

    /// The graph, if it is one.
    pub(crate) fn document_mut(&mut self) -> Option<&mut Document> {
        match &mut self.page {
            Page::Graph(document) => Some(document),
            Page::Text(_) => None,
        }
    }

    /// Whether closing it would lose nothing.
    pub(crate) fn is_saved(&self) -> bool {
        match &self.page {
            // An empty graph that was never touched is nothing to be asked about.
            Page::Graph(document) => document.is_saved() || self.is_untouched(document),
            Page::Text(_) => true,
        }
    }

    fn is_untouched(&self, document: &Document) -> bool {
        self.file.is_none() && document.steps().next().is_none()
    }
}

impl Page {
    /// What a text is: a graph, or what keeps it from being one.
    pub(crate) fn of_text(text: &str, file: Option<&FileName>, shelf: &Rc<Shelf>) -> Self {
        match Document::open(text, shelf.library(file)) {
            Ok(document) => Self::graph(document),
            Err(error) => Self::Text(Broken {
                text: text.to_owned(),
                error,
            }),
        }
    }

    /// A graph, with the sizes that the canvas draws.
    pub(crate) fn graph(document: Document) -> Self {
        Self::Graph(Box::new(document.with_measure(crate::canvas::MEASURE)))
    }
}
