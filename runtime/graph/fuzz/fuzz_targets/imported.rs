//! What the importers share.

use millstream_graph::Graph;
use millstream_graph::exchange::{Case, ComponentMap, ImportFormat, ImportOptions, import};
use millstream_graph::file::{read, write};

/// The graph in a text of another tool, if there is one; it can be saved, and opened again as it was.
pub(crate) fn graph(format: ImportFormat, text: &str) -> Option<Graph> {
    let components = ComponentMap::default();
    let options = ImportOptions {
        components: &components,
        spec_of: &|_component| None,
        case: Case::AsTheFileSays,
    };
    let graph = import(format, text, &options).ok()?.graph;
    let saved = write(&graph);
    let opened = read(&saved).expect("what was saved can be opened");
    assert_eq!(opened.graph, graph, "{saved}");
    Some(graph)
}
