//! How the check and the flattening get at subgraphs, without doing I/O themselves (R1).

use std::sync::Arc;

use crate::model::Graph;
use crate::names::ComponentRef;

/// A subgraph that was found.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The graph.
    pub graph: Arc<Graph>,
    /// Which file it is: the same text for the same file, however it was named (a canonical path, say).
    pub file: Arc<str>,
}

/// A subgraph that cannot be had; the text says why and names the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ResolveError(pub String);

/// Finds subgraphs.
///
/// One file may be asked for many times: implementers keep what they have read. Closures will do.
pub trait Resolve {
    /// Finds the graph of a component of the kind [`ComponentRef::File`], named in the file `from`.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read; the message says why.
    fn resolve(&self, component: &ComponentRef, from: &str) -> Result<Resolved, ResolveError>;

    /// Which file the graph itself is; empty when it has none yet.
    #[expect(
        clippy::unnecessary_literal_bound,
        reason = "implementers give back a path that they hold"
    )]
    fn file(&self) -> &str {
        ""
    }
}

impl<F> Resolve for F
where
    F: Fn(&ComponentRef, &str) -> Result<Resolved, ResolveError>,
{
    fn resolve(&self, component: &ComponentRef, from: &str) -> Result<Resolved, ResolveError> {
        self(component, from)
    }
}

/// Finds nothing; for graphs without subgraphs.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSubgraphs;

impl Resolve for NoSubgraphs {
    fn resolve(&self, component: &ComponentRef, _from: &str) -> Result<Resolved, ResolveError> {
        Err(ResolveError(format!(
            "subgraphs are not read here: {component}"
        )))
    }
}
