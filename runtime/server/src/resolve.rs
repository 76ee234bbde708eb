//! Subgraphs of served graphs: other graphs of the server, as they are now, and files of the served directory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use millstream_graph::{
    ComponentRef, ComponentSpec, Graph, Resolve, ResolveError, Resolved, subgraph_spec,
};

use crate::folder::Folder;
use crate::state::State;

/// How deep subgraphs are opened to find the spec of one.
const DEPTH_MAX: usize = 64;

/// Finds the subgraphs of one graph. Keeps what it has found: it is made for one check or one start.
#[derive(Debug)]
pub(crate) struct Subgraphs<'a> {
    state: &'a State,
    file: String,
    found: RefCell<HashMap<String, Arc<Graph>>>,
}

impl<'a> Subgraphs<'a> {
    /// For the graph of this name.
    pub(crate) fn of(state: &'a State, id: &str) -> Self {
        Self {
            state,
            file: Folder::file_of(id),
            found: RefCell::default(),
        }
    }

    fn graph(&self, id: &str) -> Result<Arc<Graph>, ResolveError> {
        if let Some(found) = self.found.borrow().get(id) {
            return Ok(Arc::clone(found));
        }
        let graph = match self.state.find(id) {
            Some(served) => served.lock().graph.clone(),
            None => self
                .state
                .read(id)
                .map_err(|error| ResolveError(error.to_string()))?,
        };
        let graph = Arc::new(graph);
        let kept = Arc::clone(&graph);
        self.found.borrow_mut().insert(id.to_owned(), kept);
        Ok(graph)
    }

    /// What a graph looks like as a component.
    pub(crate) fn spec(&self, graph: &Graph, name: &str) -> ComponentSpec {
        let mut lookup = |component: &ComponentRef| self.spec_of(component, &self.file, 0);
        subgraph_spec(graph, name, &mut lookup)
    }

    /// What a component looks like that a file uses, be it a subgraph.
    fn spec_of(
        &self,
        component: &ComponentRef,
        from: &str,
        depth: usize,
    ) -> Option<Arc<ComponentSpec>> {
        if !component.is_file() {
            return self.state.catalog.get_shared(component.as_str());
        }
        if depth > DEPTH_MAX {
            return None;
        }
        let found = self.resolve(component, from).ok()?;
        let mut lookup = |inner: &ComponentRef| self.spec_of(inner, &found.file, depth + 1);
        let spec = subgraph_spec(&found.graph, component.as_str(), &mut lookup);
        Some(Arc::new(spec))
    }
}

impl Resolve for Subgraphs<'_> {
    fn resolve(&self, component: &ComponentRef, from: &str) -> Result<Resolved, ResolveError> {
        let id = name_of(component.as_str(), from).ok_or_else(|| {
            let text = "is no graph file (*.ron) inside the served directory";
            ResolveError(format!("{component} {text}"))
        })?;
        Ok(Resolved {
            graph: self.graph(&id)?,
            file: Folder::file_of(&id).into(),
        })
    }

    fn file(&self) -> &str {
        &self.file
    }
}

/// The name of a graph from how a file refers to it; none when that leads out of the directory.
pub(crate) fn name_of(path: &str, from: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    parts.join("/").strip_suffix(".ron").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_relative_to_their_file_and_stay_inside() {
        let name = |path, from| name_of(path, from);
        assert_eq!(name("./b.ron", "a.ron").as_deref(), Some("b"));
        assert_eq!(name("./b.ron", "x/a.ron").as_deref(), Some("x/b"));
        assert_eq!(name("../b.ron", "x/a.ron").as_deref(), Some("b"));
        assert_eq!(name("../b.ron", "a.ron"), None);
        assert_eq!(name("./../../b.ron", "x/a.ron"), None);
        assert_eq!(name("/etc/b.ron", "a.ron"), None);
        assert_eq!(name("./b.txt", "a.ron"), None);
    }
}
