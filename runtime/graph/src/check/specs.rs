//! Finds the spec of a component, opening subgraphs as far as needed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::model::Graph;
use crate::names::ComponentRef;
use crate::resolve::{Resolve, ResolveError};
use crate::spec::ComponentSpec;
use crate::subgraph::subgraph_spec;

/// How deep subgraphs are followed.
const DEPTH_MAX: usize = 64;

/// The spec of a component that a graph names: from the catalog, or from the subgraph that it is; nothing if it is not
/// known, cannot be opened or contains itself.
pub fn spec_of(
    component: &ComponentRef,
    catalog: &Catalog,
    resolve: &dyn Resolve,
) -> Option<Arc<ComponentSpec>> {
    match SpecFinder::new(catalog, resolve).find(component) {
        Lookup::Known(spec) => Some(spec),
        Lookup::Unknown | Lookup::Failed(_) | Lookup::Recursive(_) => None,
    }
}

/// What is known of a component.
#[derive(Debug, Clone)]
pub(super) enum Lookup {
    Known(Arc<ComponentSpec>),
    Unknown,
    /// A subgraph that cannot be opened.
    Failed(ResolveError),
    /// A subgraph that contains itself, with the chain of files.
    Recursive(Vec<String>),
}

pub(super) struct SpecFinder<'a> {
    catalog: &'a Catalog,
    resolve: &'a dyn Resolve,
    /// What was found for a component named in the file itself.
    named: HashMap<ComponentRef, Lookup>,
    /// What was found for a file.
    files: HashMap<Arc<str>, Lookup>,
    /// Files being looked at, outermost first.
    chain: Vec<Arc<str>>,
}

impl<'a> SpecFinder<'a> {
    pub(super) fn new(catalog: &'a Catalog, resolve: &'a dyn Resolve) -> Self {
        let file = resolve.file();
        let chain = if file.is_empty() {
            Vec::new()
        } else {
            vec![Arc::from(file)]
        };
        Self {
            catalog,
            resolve,
            named: HashMap::new(),
            files: HashMap::new(),
            chain,
        }
    }

    /// Finds the spec of a component that the checked file names.
    pub(super) fn find(&mut self, component: &ComponentRef) -> Lookup {
        if let Some(known) = self.named.get(component) {
            return known.clone();
        }
        let from = self.resolve.file();
        let found = self.find_from(component, from);
        self.named.insert(component.clone(), found.clone());
        found
    }

    fn find_from(&mut self, component: &ComponentRef, from: &str) -> Lookup {
        if !component.is_file() {
            return match self.catalog.get_shared(component.as_str()) {
                Some(spec) => Lookup::Known(spec),
                None => Lookup::Unknown,
            };
        }
        let found = match self.resolve.resolve(component, from) {
            Ok(found) => found,
            Err(error) => return Lookup::Failed(error),
        };
        if let Some(known) = self.files.get(&found.file) {
            return known.clone();
        }
        if let Some(first) = self.chain.iter().position(|open| *open == found.file) {
            let chain = self.chain.iter().skip(first).chain([&found.file]);
            return Lookup::Recursive(chain.map(ToString::to_string).collect());
        }
        if self.chain.len() >= DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} subgraphs stand in each other");
            return Lookup::Failed(ResolveError(message));
        }
        self.chain.push(Arc::clone(&found.file));
        let lookup = self.look_inside(&found.graph, component, &found.file);
        self.chain.pop();
        self.files.insert(found.file, lookup.clone());
        lookup
    }

    /// The spec of a subgraph, if no subgraph inside contains itself.
    fn look_inside(&mut self, graph: &Graph, component: &ComponentRef, file: &str) -> Lookup {
        let mut inner: HashMap<&ComponentRef, Option<Arc<ComponentSpec>>> = HashMap::new();
        for process in graph.processes.values() {
            let Some(named) = &process.component else {
                continue;
            };
            if inner.contains_key(named) {
                continue;
            }
            let spec = match self.find_from(named, file) {
                Lookup::Known(spec) => Some(spec),
                Lookup::Recursive(chain) => return Lookup::Recursive(chain),
                Lookup::Unknown | Lookup::Failed(_) => None,
            };
            inner.insert(named, spec);
        }
        let mut lookup = |named: &ComponentRef| inner.get(named).cloned().flatten();
        Lookup::Known(Arc::new(subgraph_spec(
            graph,
            component.as_str(),
            &mut lookup,
        )))
    }
}
