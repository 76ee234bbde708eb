//! What the tests share: a small catalog, documents from short forms, subgraphs in memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use millstream_graph::{
    Catalog, ComponentRef, ComponentSpec, Cost, Graph, PortRef, PortSpec, ProcessName, Resolve,
    ResolveError, Resolved, SettingSpec, file,
};

use crate::document::{Document, Library};
use crate::refusal::NewFile;
use crate::target::WireId;

/// Subgraphs that tests have written.
#[derive(Debug, Default)]
pub(crate) struct Files(RefCell<HashMap<String, Arc<Graph>>>);

impl Files {
    pub(crate) fn write(&self, file: &NewFile) {
        let graph = Arc::new(graph(&file.text));
        self.0.borrow_mut().insert(file.component.clone(), graph);
    }
}

impl Resolve for Files {
    fn resolve(&self, component: &ComponentRef, _from: &str) -> Result<Resolved, ResolveError> {
        let known = self.0.borrow();
        let Some(graph) = known.get(component.as_str()) else {
            return Err(ResolveError(format!("there is no {component}")));
        };
        Ok(Resolved {
            graph: Arc::clone(graph),
            file: Arc::from(component.as_str()),
        })
    }
}

/// A port from `name type`: `!` required, `[]` array, `=` setting.
fn port(text: &str) -> PortSpec {
    let (marked, port_type) = text.split_once(' ').unwrap();
    let name = marked.trim_end_matches(['!', '=', '[', ']']);
    PortSpec {
        name: name.to_owned(),
        port_type: port_type.parse().unwrap(),
        array: marked.contains("[]"),
        required: marked.contains('!'),
        at_end: false,
        setting: marked.contains('=').then(|| SettingSpec {
            default: None,
            schema: "{}".parse().unwrap(),
            hot: false,
        }),
        docs: String::new(),
    }
}

pub(crate) fn spec(name: &str, ins: &[&str], outs: &[&str]) -> ComponentSpec {
    ComponentSpec {
        name: name.to_owned(),
        summary: format!("Does what {name} does."),
        docs: String::new(),
        in_ports: ins.iter().map(|text| port(text)).collect(),
        out_ports: outs.iter().map(|text| port(text)).collect(),
        cost: Cost::Light,
        examples: Vec::new(),
    }
}

/// A few of the standard components, as far as the editor looks at them.
pub(crate) fn catalog() -> Catalog {
    Catalog::new([
        spec("core/Repeat", &["in! any"], &["out any"]),
        spec("core/Drop", &["in! any"], &[]),
        spec("core/Kick", &["value= any"], &["out! any"]),
        spec("core/Copy", &["in! any"], &["out[]! any"]),
        spec("core/Concat", &["in[]! any"], &["out! any"]),
        spec(
            "file/ReadLines",
            &["path=! text"],
            &["out! text", "error record"],
        ),
        spec("text/Trim", &["in! text"], &["out! text"]),
        spec(
            "text/Regex",
            &["in! text", "pattern=! text"],
            &["out! record", "rejected text"],
        ),
        spec(
            "data/Aggregate",
            &["in! record", "by= list"],
            &["out! record"],
        ),
        spec("json/Write", &["in! any", "indent= int"], &["out! text"]),
        spec("json/Read", &["in! text | bytes"], &["out! any"]),
        spec("text/Lines", &["in! bytes"], &["out! text"]),
        spec("console/Output", &["in! text"], &[]),
    ])
}

pub(crate) fn graph(text: &str) -> Graph {
    match file::read(text) {
        Ok(parsed) => parsed.graph,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// A document from `name component rest` and `a.b -> c.d rest` lines; processes stand in a row.
pub(crate) fn sketch(processes: &[&str], connectors: &[&str]) -> Document {
    Document::of_graph(sketched(processes, connectors), Library::new(catalog()))
}

pub(crate) fn sketched(processes: &[&str], connectors: &[&str]) -> Graph {
    let mut layout = Vec::new();
    let mut entries = Vec::new();
    for (at, line) in processes.iter().enumerate() {
        let (name, component) = line.split_once(' ').unwrap();
        let (component, rest) = component.split_once(' ').unwrap_or((component, ""));
        entries.push(format!(
            "{name:?}: Process(component: {component:?}, {rest})"
        ));
        layout.push(format!("{name:?}: ({}, 0)", at * 260));
    }
    let wires = connectors.iter().map(|line| {
        let (from, to) = line.split_once(" -> ").unwrap();
        let (to, rest) = to.split_once(' ').unwrap_or((to, ""));
        format!("Connector(from: {from:?}, to: {to:?}, {rest})")
    });
    graph(&format!(
        "Graph(processes: {{ {} }}, connectors: [ {} ], layout: {{ {} }})",
        entries.join(", "),
        wires.collect::<Vec<_>>().join(", "),
        layout.join(", ")
    ))
}

/// A document with subgraphs that can be written while the test goes on.
pub(crate) fn with_files(graph: Graph) -> (Document, Rc<Files>) {
    let files = Rc::new(Files::default());
    let library = Library::new(catalog()).with_subgraphs(Rc::<Files>::clone(&files));
    (Document::of_graph(graph, library), files)
}

pub(crate) fn name(text: &str) -> ProcessName {
    text.parse().unwrap()
}

pub(crate) fn names(texts: &[&str]) -> Vec<ProcessName> {
    texts.iter().map(|text| name(text)).collect()
}

pub(crate) fn end(text: &str) -> PortRef {
    text.parse().unwrap()
}

pub(crate) fn component(text: &str) -> ComponentRef {
    text.parse().unwrap()
}

/// The connector that people read as `a.b -> c.d`.
pub(crate) fn wire(document: &Document, text: &str) -> WireId {
    let found = document.wires().find(|(_, wire)| wire.to_string() == text);
    found
        .unwrap_or_else(|| panic!("no {text} in {}", document.text()))
        .0
}

/// The connectors as people read them.
pub(crate) fn wires(document: &Document) -> Vec<String> {
    document.wires().map(|(_, wire)| wire.to_string()).collect()
}
