//! `millstream graph`: draws a graph, or writes it for another tool.

use std::path::Path;
use std::sync::Arc;

use millstream_graph::exchange::{
    Dialect, Exported, write_dot, write_fbp, write_json, write_mermaid,
};
use millstream_graph::picture::{Places, Theme, arrange, svg};
use millstream_graph::{ComponentRef, ComponentSpec, Graph, Severity, file};

use crate::args::{DialectChoice, GraphArgs, GraphKind, ThemeChoice};
use crate::catalog::{catalog_for, registry, spec_of};
use crate::exit::{Exit, Fault};
use crate::load::Loader;
use crate::message::Message;
use crate::output::Shell;
use crate::target;

/// Finds what is known of a component.
type SpecOf<'a> = &'a dyn Fn(&ComponentRef) -> Option<Arc<ComponentSpec>>;

/// Writes a graph.
///
/// # Errors
///
/// Fails when the graph cannot be read, or the result cannot be written.
pub(crate) fn graph(args: &GraphArgs, shell: &Shell) -> Result<Exit, Fault> {
    let kind = kind(args)?;
    let loader = Loader::open(&args.graph)?;
    let registry = registry()?;
    let (sources, _) = loader.all();
    let catalog = catalog_for(&registry, &sources);
    let root = loader.root();
    let find = |component: &ComponentRef| spec_of(component, &root.id, &catalog, &loader);
    let mut graph = Graph::clone(&root.graph);
    if args.arrange && kind != GraphKind::Svg {
        arrange(&mut graph, &find);
    }
    let exported = export(&graph, kind, args, &find);
    let warnings: Vec<Message> = exported
        .notices
        .iter()
        .map(|notice| Message::new(Severity::Warning, "graph", &notice.message))
        .collect();
    target::tell(&warnings, shell);
    target::check(&args.target, warnings.len())?;
    target::write(&args.target, &exported.text, shell)?;
    Ok(Exit::Ok)
}

fn export(graph: &Graph, kind: GraphKind, args: &GraphArgs, find: SpecOf<'_>) -> Exported {
    let whole = |text| Exported {
        text,
        notices: Vec::new(),
    };
    match kind {
        GraphKind::Ron => whole(file::write(graph)),
        GraphKind::Svg => {
            let places = if args.arrange {
                Places::Anew
            } else {
                Places::FromGraph
            };
            whole(svg(graph, find, theme(args.theme), places))
        }
        GraphKind::Fbp => {
            let dialect = match args.dialect {
                DialectChoice::Flowbased => Dialect::Flowbased,
                DialectChoice::Morrison => Dialect::Morrison,
            };
            write_fbp(graph, dialect)
        }
        GraphKind::Json => write_json(graph),
        GraphKind::Dot => write_dot(graph),
        GraphKind::Mermaid => write_mermaid(graph),
    }
}

const fn theme(choice: ThemeChoice) -> Theme {
    match choice {
        ThemeChoice::Auto => Theme::Auto,
        ThemeChoice::Light => Theme::Light,
        ThemeChoice::Dark => Theme::Dark,
    }
}

/// What to write: as asked for, or as the name of the file says.
fn kind(args: &GraphArgs) -> Result<GraphKind, Fault> {
    if let Some(kind) = args.format {
        return Ok(kind);
    }
    let end = target::file(&args.target).and_then(Path::extension);
    let end = end.map(|end| end.to_string_lossy().to_lowercase());
    match end.as_deref() {
        Some("ron") => Ok(GraphKind::Ron),
        Some("fbp") => Ok(GraphKind::Fbp),
        Some("json") => Ok(GraphKind::Json),
        Some("dot" | "gv") => Ok(GraphKind::Dot),
        Some("mmd" | "mermaid") => Ok(GraphKind::Mermaid),
        Some("svg") => Ok(GraphKind::Svg),
        _ => Err(Fault::usage("which format is meant?")
            .help("--format ron, fbp, json, dot, mermaid or svg")),
    }
}
