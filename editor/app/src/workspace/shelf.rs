//! The components and subgraphs that open graphs use.
//!
//! Documents do no I/O: they ask the shelf for a subgraph, and what is not on it is noted as wanted. The application reads
//! wanted files through its host, puts them here and gives its documents a new library.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use millstream_document::Library;
use millstream_graph::{Catalog, ComponentRef, Graph, Resolve, ResolveError, Resolved, file};

use crate::host::FileName;

/// Components and subgraphs.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    catalog: RefCell<Arc<Catalog>>,
    graphs: RefCell<BTreeMap<FileName, Result<Arc<Graph>, String>>>,
    wanted: RefCell<BTreeSet<FileName>>,
    /// Counts changes, so that documents learn of them.
    edition: Cell<u64>,
}

/// The subgraphs as one file sees them.
struct Subgraphs {
    file: String,
    shelf: Rc<Shelf>,
}

impl Shelf {
    /// The components.
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.borrow())
    }

    /// Takes the components that are known.
    pub(crate) fn set_catalog(&self, catalog: Catalog) {
        *self.catalog.borrow_mut() = Arc::new(catalog);
        self.edition.set(self.edition.get() + 1);
    }

    /// Takes the text of a subgraph, or why it cannot be had.
    pub(crate) fn put(&self, name: FileName, text: Result<&str, String>) {
        let read = |text: &str| file::read(text).map_err(|error| error.to_string());
        let graph = text.and_then(read).map(|parsed| Arc::new(parsed.graph));
        self.graphs.borrow_mut().insert(name, graph);
        self.edition.set(self.edition.get() + 1);
    }

    /// Whether somebody has used this file as a subgraph.
    pub(crate) fn knows(&self, name: &FileName) -> bool {
        self.graphs.borrow().contains_key(name)
    }

    /// The files that were asked for and are not here; they are wanted once.
    pub(crate) fn take_wanted(&self) -> BTreeSet<FileName> {
        self.wanted.take()
    }

    /// Is another one whenever something was put onto the shelf.
    pub(crate) fn edition(&self) -> u64 {
        self.edition.get()
    }

    /// All of it, as a file sees it.
    pub(crate) fn library(self: &Rc<Self>, file: Option<&FileName>) -> Library {
        let subgraphs = Subgraphs {
            file: file.map_or_else(String::new, |file| file.as_str().to_owned()),
            shelf: Rc::clone(self),
        };
        Library {
            catalog: self.catalog(),
            subgraphs: Rc::new(subgraphs),
        }
    }

    fn find(&self, name: &FileName) -> Result<Arc<Graph>, ResolveError> {
        match self.graphs.borrow().get(name) {
            Some(Ok(graph)) => Ok(Arc::clone(graph)),
            Some(Err(reason)) => Err(ResolveError(format!("{name}: {reason}"))),
            None => {
                self.wanted.borrow_mut().insert(name.clone());
                Err(ResolveError(format!("{name} is being read")))
            }
        }
    }
}

impl Resolve for Subgraphs {
    fn resolve(&self, component: &ComponentRef, from: &str) -> Result<Resolved, ResolveError> {
        let from = if from.is_empty() { &self.file } else { from };
        let name = FileName::new(from)
            .refer(component.as_str())
            .ok_or_else(|| ResolveError(format!("{component} leads nowhere")))?;
        let graph = self.shelf.find(&name)?;
        let file = name.as_str().into();
        Ok(Resolved { graph, file })
    }

    fn file(&self) -> &str {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUB: &str = "Graph(format: 1, name: \"sub\", processes: {}, connectors: [])";

    #[test]
    fn what_is_not_there_is_wanted_once_and_found_when_it_came() {
        let shelf = Rc::new(Shelf::default());
        let library = shelf.library(Some(&FileName::new("x/main.ron")));
        let component: ComponentRef = "./sub.ron".parse().unwrap();
        let resolve = || library.subgraphs.resolve(&component, "x/main.ron");
        assert!(resolve().is_err());
        let sub = FileName::new("x/sub.ron");
        assert_eq!(
            shelf.take_wanted().into_iter().collect::<Vec<_>>(),
            std::slice::from_ref(&sub)
        );
        assert!(shelf.take_wanted().is_empty());
        let before = shelf.edition();
        shelf.put(sub, Ok(SUB));
        assert_ne!(shelf.edition(), before);
        assert_eq!(resolve().unwrap().graph.name, "sub");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let shelf = Rc::new(Shelf::default());
        let library = shelf.library(Some(&FileName::new("main.ron")));
        shelf.put(FileName::new("sub.ron"), Err("it is gone".to_owned()));
        let component: ComponentRef = "./sub.ron".parse().unwrap();
        let error = library.subgraphs.resolve(&component, "").unwrap_err();
        assert!(error.to_string().contains("it is gone"), "{error}");
        assert!(shelf.take_wanted().is_empty());
    }
}
