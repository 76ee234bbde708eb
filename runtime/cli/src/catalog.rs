//! What is known about components: the registry of this binary, and the specs that a graph needs.
//!
//! Making a spec derives a schema, which costs more than anything else before a small run. So only the specs of the
//! components that a graph uses are made; all of them when one of its names is unknown and likenesses are wanted.

use std::collections::BTreeSet;
use std::sync::Arc;

use millstream_component::{Definition, Registry};
use millstream_graph::{Catalog, ComponentRef, ComponentSpec, Resolve as _, subgraph_spec};

use crate::exit::{Exit, Fault};
use crate::load::Loader;
use crate::source::Source;

/// How deep subgraphs are opened to find the spec of one.
const DEPTH_MAX: usize = 64;

/// All components that this binary can run.
///
/// # Errors
///
/// Fails when two components have one name, which is a mistake in this binary.
pub(crate) fn registry() -> Result<Registry, Fault> {
    let mut registry = Registry::default();
    millstream_components::register(&mut registry)
        .map_err(|error| Fault::new(Exit::Failed, error.to_string()))?;
    Ok(registry)
}

/// The specs that are needed to check these files.
pub(crate) fn catalog_for(registry: &Registry, sources: &[Arc<Source>]) -> Catalog {
    let used: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.graph.processes.values())
        .filter_map(|process| process.component.as_ref())
        .filter(|component| !component.is_file())
        .map(ComponentRef::as_str)
        .collect();
    let known: Option<Vec<&Definition>> = used.into_iter().map(|name| registry.get(name)).collect();
    let catalog = match known {
        Some(definitions) => Catalog::new(definitions.into_iter().map(Definition::spec)),
        None => Catalog::new(registry.specs()),
    };
    catalog.with_formats(registry.formats().clone())
}

/// The spec of a component that a file uses, be it a subgraph.
pub(crate) fn spec_of(
    component: &ComponentRef,
    from: &str,
    catalog: &Catalog,
    loader: &Loader,
) -> Option<Arc<ComponentSpec>> {
    spec_at(component, from, catalog, loader, 0)
}

fn spec_at(
    component: &ComponentRef,
    from: &str,
    catalog: &Catalog,
    loader: &Loader,
    depth: usize,
) -> Option<Arc<ComponentSpec>> {
    if !component.is_file() {
        return catalog.get_shared(component.as_str());
    }
    if depth > DEPTH_MAX {
        return None;
    }
    let found = loader.resolve(component, from).ok()?;
    let mut lookup = |inner: &ComponentRef| spec_at(inner, &found.file, catalog, loader, depth + 1);
    Some(Arc::new(subgraph_spec(
        &found.graph,
        component.as_str(),
        &mut lookup,
    )))
}
