//! Reads graph files and the subgraphs that they use.
//!
//! A subgraph's path is relative to the file that names it. One file is read once, however many graphs use it, and is
//! known by its canonical path, so that a subgraph that contains itself is seen by whoever looks for that.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use millstream_graph::file::{Parsed, ReadError, Spans, read};
use millstream_graph::{ComponentRef, Graph, Resolve, ResolveError, Resolved, Severity};

use crate::exit::{Exit, Fault, io_text};
use crate::message::Message;
use crate::source::Source;

/// A graph file and, as they are asked for, its subgraphs.
#[derive(Debug)]
pub(crate) struct Loader {
    root: Arc<Source>,
    /// By the file that names them and the name it uses.
    named: RefCell<HashMap<(Arc<str>, String), Found>>,
    /// By canonical path.
    files: RefCell<HashMap<Arc<str>, Found>>,
}

/// A file that was read, or why it could not be.
type Found = Result<Arc<Source>, Arc<Unreadable>>;

/// Why a file is no graph.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It cannot be read.
    Io(String),
    /// It can be read, but is no graph; where it goes wrong.
    Syntax(Arc<Source>, ReadError),
}

impl Loader {
    /// Reads a graph file; `-` is standard input.
    ///
    /// # Errors
    ///
    /// Fails when there is no such file, when it is no UTF-8, or no graph.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let root = if path.as_os_str() == "-" {
            read_input()
        } else {
            read_file(path)
        };
        Self::around(root)
    }

    /// Reads a graph that stands in no file.
    ///
    /// # Errors
    ///
    /// Fails when it is no graph.
    pub(crate) fn of_text(name: &str, text: String) -> Result<Self, Fault> {
        Self::around(parse(text.into_bytes(), Arc::from(""), name.to_owned()))
    }

    fn around(root: Found) -> Result<Self, Fault> {
        match root {
            Ok(root) => {
                let files = HashMap::from([(Arc::clone(&root.id), Ok(Arc::clone(&root)))]);
                Ok(Self {
                    root,
                    named: RefCell::default(),
                    files: RefCell::new(files),
                })
            }
            Err(unreadable) => Err(Fault::from(&*unreadable)),
        }
    }

    /// The file that was opened.
    pub(crate) const fn root(&self) -> &Arc<Source> {
        &self.root
    }

    /// The file with this identity, if it has been read.
    pub(crate) fn source(&self, id: &str) -> Option<Arc<Source>> {
        self.files.borrow().get(id)?.as_ref().ok().cloned()
    }

    /// The file that was opened and all that it uses, each once, in the order of use; and those that are no graphs.
    pub(crate) fn all(&self) -> (Vec<Arc<Source>>, Vec<Arc<Unreadable>>) {
        let mut sources = vec![Arc::clone(&self.root)];
        let mut broken = Vec::new();
        let mut seen = std::collections::HashSet::from([Arc::clone(&self.root.id)]);
        let mut next = 0;
        while let Some(source) = sources.get(next).cloned() {
            next += 1;
            for component in subgraphs(&source.graph) {
                match self.find(component, &source.id) {
                    Ok(found) => {
                        if seen.insert(Arc::clone(&found.id)) {
                            sources.push(found);
                        }
                    }
                    Err(unreadable)
                        if broken.iter().all(|known| !Arc::ptr_eq(known, &unreadable)) =>
                    {
                        broken.push(unreadable);
                    }
                    Err(_) => {}
                }
            }
        }
        (sources, broken)
    }

    /// The same files, seen from one of them.
    pub(crate) const fn seen_from<'a>(&'a self, source: &'a Source) -> SeenFrom<'a> {
        SeenFrom {
            loader: self,
            source,
        }
    }

    fn find(&self, component: &ComponentRef, from: &str) -> Found {
        let key = (Arc::<str>::from(from), component.as_str().to_owned());
        if let Some(found) = self.named.borrow().get(&key) {
            return found.clone();
        }
        let found = self.read_subgraph(component, from);
        self.named.borrow_mut().insert(key, found.clone());
        found
    }

    fn read_subgraph(&self, component: &ComponentRef, from: &str) -> Found {
        let directory = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        let shown = self
            .source(from)
            .map_or_else(PathBuf::new, |source| directory(Path::new(&source.name)));
        let path = directory(Path::new(from)).join(component.as_str());
        let name = tidy(&shown.join(component.as_str()));
        let id = identity(&path, &name)?;
        if let Some(found) = self.files.borrow().get(&id) {
            return found.clone();
        }
        let found = read_path(&path, Arc::clone(&id), name);
        self.files.borrow_mut().insert(id, found.clone());
        found
    }
}

fn subgraphs(graph: &Graph) -> impl Iterator<Item = &ComponentRef> {
    let components = graph
        .processes
        .values()
        .filter_map(|process| process.component.as_ref());
    components.filter(|component| component.is_file())
}

impl Resolve for Loader {
    fn resolve(&self, component: &ComponentRef, from: &str) -> Result<Resolved, ResolveError> {
        match self.find(component, from) {
            Ok(source) => Ok(Resolved {
                graph: Arc::clone(&source.graph),
                file: Arc::clone(&source.id),
            }),
            Err(unreadable) => Err(ResolveError(unreadable.to_string())),
        }
    }

    fn file(&self) -> &str {
        &self.root.id
    }
}

/// The files of a loader, with another of them as the one that is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenFrom<'a> {
    loader: &'a Loader,
    source: &'a Source,
}

impl Resolve for SeenFrom<'_> {
    fn resolve(&self, component: &ComponentRef, from: &str) -> Result<Resolved, ResolveError> {
        self.loader.resolve(component, from)
    }

    fn file(&self) -> &str {
        &self.source.id
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(text) => f.write_str(text),
            Self::Syntax(source, error) => write!(f, "{} is no graph: {error}", source.name),
        }
    }
}

impl From<&Unreadable> for Message {
    fn from(unreadable: &Unreadable) -> Self {
        match unreadable {
            Unreadable::Io(text) => Self::new(Severity::Error, Exit::Io.word(), text),
            Unreadable::Syntax(source, error) => {
                let mut message = Self::new(Severity::Error, "syntax", &error.message);
                message.point_at(source, error.span.clone(), None);
                message.help.clone_from(&error.help);
                message
            }
        }
    }
}

impl From<&Unreadable> for Fault {
    fn from(unreadable: &Unreadable) -> Self {
        Self {
            exit: match unreadable {
                Unreadable::Io(_) => Exit::Io,
                Unreadable::Syntax(..) => Exit::Invalid,
            },
            message: Box::new(Message::from(unreadable)),
        }
    }
}

fn read_file(path: &Path) -> Found {
    let name = path.display().to_string();
    let id = identity(path, &name)?;
    read_path(path, id, name)
}

fn read_input() -> Found {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => parse(bytes, Arc::from(""), "<stdin>".to_owned()),
        Err(error) => Err(no_access("standard input", &error)),
    }
}

/// The canonical path, which is the same however a file is named.
fn identity(path: &Path, name: &str) -> Result<Arc<str>, Arc<Unreadable>> {
    match path.canonicalize() {
        Ok(path) => Ok(Arc::from(path.to_string_lossy())),
        Err(error) => Err(no_access(name, &error)),
    }
}

fn read_path(path: &Path, id: Arc<str>, name: String) -> Found {
    match std::fs::read(path) {
        Ok(bytes) => parse(bytes, id, name),
        Err(error) => Err(no_access(&name, &error)),
    }
}

fn no_access(name: &str, error: &std::io::Error) -> Arc<Unreadable> {
    Arc::new(Unreadable::Io(format!(
        "cannot read {name}: {}",
        io_text(error)
    )))
}

fn parse(bytes: Vec<u8>, id: Arc<str>, name: String) -> Found {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Arc::new(Unreadable::Io(format!(
            "cannot read {name}: it is no UTF-8 text, at byte {at}"
        )))
    })?;
    match read(&text) {
        Ok(Parsed { graph, spans }) => Ok(Arc::new(Source::new(id, name, text, graph, spans))),
        Err(error) => {
            let source = Source::new(id, name, text, Graph::default(), Spans::default());
            Err(Arc::new(Unreadable::Syntax(Arc::new(source), error)))
        }
    }
}

/// A path without `.` in its middle, for people.
fn tidy(path: &Path) -> String {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect::<PathBuf>()
        .display()
        .to_string()
}
