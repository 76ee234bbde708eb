//! Everything that the clients of one server share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use millstream_component::Registry;
use millstream_graph::{Catalog, Graph, file};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use uuid::Uuid;

use crate::extension::{Logs, Views};
use crate::folder::{FileError, Folder};
use crate::hub::Hub;
use crate::limits::GRAPHS_MAX;
use crate::served::Served;
use crate::server::Options;
use crate::tasks::Tasks;

/// What the clients of a server share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) registry: Registry,
    pub(crate) catalog: Catalog,
    pub(crate) folder: Option<Folder>,
    graphs: RwLock<BTreeMap<String, Arc<Served>>>,
    /// The graph that clients are shown first.
    pub(crate) main: Mutex<Option<String>>,
    pub(crate) hub: Hub,
    pub(crate) tasks: Tasks,
    /// Clients that want log lines.
    pub(crate) logs: Arc<Logs>,
    /// What is told of counts, once for all who want the same.
    pub(crate) views: Views,
    /// What FBP clients know this runtime by.
    pub(crate) id: Uuid,
    /// Set when the server ends.
    pub(crate) closing: watch::Sender<bool>,
    /// Clients whose goodbye is not over.
    pub(crate) sessions: AtomicUsize,
}

/// Why a graph cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// Its file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its file is no graph.
    #[error("{name}:{line}:{column}: {message}")]
    Syntax {
        /// The file.
        name: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// No directory is served.
    #[error("no directory is served here")]
    NoFolder,
    /// There are too many graphs.
    #[error("there are {GRAPHS_MAX} graphs already")]
    TooMany,
}

impl State {
    pub(crate) fn new(
        options: Options,
        registry: Registry,
        folder: Option<Folder>,
        tasks: Tasks,
    ) -> Self {
        let catalog = Catalog::new(registry.specs()).with_formats(registry.formats().clone());
        Self {
            options,
            registry,
            catalog,
            folder,
            graphs: RwLock::default(),
            main: Mutex::default(),
            hub: Hub::default(),
            tasks,
            logs: Arc::default(),
            views: Views::default(),
            id: Uuid::new_v4(),
            closing: watch::Sender::new(false),
            sessions: AtomicUsize::new(0),
        }
    }

    /// The graph of this name.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Served>> {
        self.graphs.read().get(id).cloned()
    }

    /// All graphs, in order of name.
    pub(crate) fn all(&self) -> Vec<Arc<Served>> {
        self.graphs.read().values().cloned().collect()
    }

    /// The graph of this name; a new one with this content if there is none.
    ///
    /// # Errors
    ///
    /// Fails when there are too many graphs.
    pub(crate) fn find_or_add(
        &self,
        id: &str,
        graph: impl FnOnce() -> Graph,
        has_file: bool,
    ) -> Result<Arc<Served>, LoadError> {
        let mut graphs = self.graphs.write();
        if let Some(found) = graphs.get(id) {
            return Ok(Arc::clone(found));
        }
        if graphs.len() >= GRAPHS_MAX {
            return Err(LoadError::TooMany);
        }
        let served = Arc::new(Served::new(id, graph(), has_file));
        graphs.insert(id.to_owned(), Arc::clone(&served));
        Ok(served)
    }

    /// Adds a graph, in place of one of its name.
    pub(crate) fn put(&self, served: &Arc<Served>) {
        let mut graphs = self.graphs.write();
        graphs.insert(served.id.clone(), Arc::clone(served));
    }

    /// Reads a graph from its file.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read or is no graph.
    pub(crate) fn read(&self, id: &str) -> Result<Graph, LoadError> {
        let folder = self.folder.as_ref().ok_or(LoadError::NoFolder)?;
        parse(&Folder::file_of(id), &folder.read(id)?)
    }

    /// A client wrote the file of a graph: what only mirrors the file, or is the same now, follows it.
    pub(crate) fn follow_file(&self, id: &str, text: &str) {
        // A text that is no graph yet is the editor's affair.
        let Ok(graph) = parse(&Folder::file_of(id), text) else {
            return;
        };
        let Some(served) = self.find(id) else {
            // A server that holds too many graphs holds this one when a client asks for it by name.
            drop(self.find_or_add(id, || graph, true));
            return;
        };
        let mut inner = served.lock();
        if inner.has_file && !inner.changed {
            inner.graph = graph;
        } else if inner.graph == graph {
            (inner.has_file, inner.changed) = (true, false);
        }
    }

    /// Writes a graph to its file.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written, or its name is none.
    pub(crate) fn save(&self, served: &Served) -> Result<(), LoadError> {
        let folder = self.folder.as_ref().ok_or(LoadError::NoFolder)?;
        // The file is written without the lock: a graph that changes meanwhile stays changed.
        let graph = served.lock().graph.clone();
        folder.write(&served.id, &file::write(&graph))?;
        let mut inner = served.lock();
        inner.has_file = true;
        inner.changed = inner.graph != graph;
        Ok(())
    }
}

/// Reads a graph from text.
///
/// # Errors
///
/// Fails with the place when the text is no graph.
pub(crate) fn parse(name: &str, text: &str) -> Result<Graph, LoadError> {
    match file::read(text) {
        Ok(parsed) => Ok(parsed.graph),
        Err(error) => Err(LoadError::Syntax {
            name: name.to_owned(),
            line: error.line,
            column: error.column,
            message: error.message,
        }),
    }
}
