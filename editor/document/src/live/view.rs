//! A document and a run beside each other: which connector of the run is which wire.
//!
//! A run knows no subgraphs, only paths: what ends at `clean.in` here ends at `clean/trim.in` there. Where a subgraph's
//! own document is shown, all names have the path of the process that uses it in front.

use std::collections::HashMap;
use std::sync::Arc;

use millstream_graph::{ComponentRef, Graph, PortRef};

use crate::document::Document;
use crate::live::{Culprit, Live, ProcessLive, WireLive};
use crate::target::WireId;

/// How deep subgraphs are followed.
const DEPTH_MAX: usize = 64;

/// A document's wires in a run.
#[derive(Debug, Clone, Default)]
pub struct LiveView {
    /// The path of the process whose inside the document is, with a slash behind; empty for the graph that runs.
    path: String,
    wires: HashMap<WireId, usize>,
    /// What `wires` was made of.
    made_of: Option<(u64, u64)>,
}

impl LiveView {
    /// A view of the graph that runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// A view of what is inside a process that is a subgraph, by its full name.
    pub fn inside(process: &str) -> Self {
        Self {
            path: format!("{process}/"),
            ..Self::default()
        }
    }

    /// Finds the wires of the document in the run, if either has changed.
    ///
    /// # Shape
    ///
    /// Costs as much as the document is large when its structure or the run is another one, and nothing otherwise.
    pub fn follow(&mut self, document: &Document, live: &Live) {
        let made_of = Some((document.structure(), live.shape()));
        if self.made_of == made_of {
            return;
        }
        self.wires.clear();
        for (id, wire) in document.wires() {
            let end = inner_end(document, &wire.to);
            let at = end.and_then(|end| live.connector_at(&format!("{}{end}", self.path)));
            if let Some(at) = at {
                self.wires.insert(id, at);
            }
        }
        self.made_of = made_of;
    }

    /// What a wire does; nothing if the run has none like it.
    pub fn wire(&self, live: &Live, id: WireId, now_ms: u64) -> Option<WireLive> {
        live.wire(*self.wires.get(&id)?, now_ms)
    }

    /// What a process does; nothing if the run has none of the name.
    pub fn process(&self, live: &Live, name: &str, now_ms: u64) -> Option<ProcessLive> {
        live.process(&format!("{}{name}", self.path), now_ms)
    }

    /// The culprit that a process is, or that is inside of it.
    pub fn culprit<'l>(&self, live: &'l Live, name: &str) -> Option<&'l Culprit> {
        let full = format!("{}{name}", self.path);
        live.culprit(&full).or_else(|| {
            let inside = format!("{full}/");
            let mut all = live.culprits().iter();
            all.find(|culprit| {
                matches!(&culprit.blame, crate::live::Blame::Process(name) if name.starts_with(&inside))
            })
        })
    }
}

/// The in-port that a connector ends at once subgraphs are opened: `clean/trim.in`.
fn inner_end(document: &Document, to: &PortRef) -> Option<String> {
    let mut path = String::new();
    let mut end = to.clone();
    let subgraphs = &document.library().subgraphs;
    let mut from: Arc<str> = Arc::from(subgraphs.file());
    let mut inner: Option<Arc<Graph>> = None;
    for _ in 0..DEPTH_MAX {
        let graph = inner.as_deref().unwrap_or(document.graph());
        let component = graph.processes.get(&end.process)?.component.as_ref();
        let Some(component) = component.filter(|component| ComponentRef::is_file(component)) else {
            return Some(format!("{path}{end}"));
        };
        let resolved = subgraphs.resolve(component, &from).ok()?;
        let target = resolved.graph.inports.get(&end.port)?;
        path = format!("{path}{}/", end.process);
        end = PortRef {
            index: target.index.or(end.index),
            ..target.clone()
        };
        from = resolved.file;
        inner = Some(resolved.graph);
    }
    None
}
