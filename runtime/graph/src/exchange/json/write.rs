//! From a graph to a JSON graph.

use indexmap::IndexMap;
use millstream_packet::{Value, View};
use serde_json::{Map, Value as Json, json};

use crate::exchange::build::ORIGINAL;
use crate::exchange::json::OWN;
use crate::exchange::loss::{Losses, comments};
use crate::exchange::{Exported, has_capitals};
use crate::model::{Connector, DEFAULT_CAPACITY, Graph, Group, OnError, Process, WhenFull};
use crate::names::{PortRef, ProcessName};

/// Writes a graph as JSON, indented by two blanks.
pub fn write_json(graph: &Graph) -> Exported {
    let mut writer = Writer {
        graph,
        losses: Losses::default(),
        changed: Vec::new(),
    };
    let mut document = Map::new();
    document.insert("caseSensitive".to_owned(), has_capitals(graph).into());
    document.insert("properties".to_owned(), writer.properties());
    document.insert("inports".to_owned(), exports(&graph.inports));
    document.insert("outports".to_owned(), exports(&graph.outports));
    document.insert("groups".to_owned(), writer.groups());
    document.insert("processes".to_owned(), writer.processes());
    document.insert("connections".to_owned(), writer.connections());
    writer.notes();
    Exported {
        text: format!("{:#}\n", Json::Object(document)),
        notices: writer.losses.finish(),
    }
}

struct Writer<'a> {
    graph: &'a Graph,
    losses: Losses,
    /// Values that JSON cannot hold.
    changed: Vec<String>,
}

impl Writer<'_> {
    fn properties(&mut self) -> Json {
        let graph = self.graph;
        let mut properties = Map::new();
        put_text(&mut properties, "name", &graph.name);
        put_text(&mut properties, "description", &graph.description);
        let taken = ["name", "description", OWN];
        let hidden = self.free(&mut properties, &graph.meta, &taken, "the graph");
        let mut own = Map::new();
        if graph.per_group {
            own.insert("per_group".to_owned(), true.into());
        }
        if !graph.packages.is_empty() {
            let packages = graph.packages.iter();
            let packages = packages.map(|(name, version)| (name.clone(), version.clone().into()));
            own.insert("packages".to_owned(), Json::Object(packages.collect()));
        }
        put_own(&mut properties, own, hidden);
        properties.into()
    }

    fn processes(&mut self) -> Json {
        let graph = self.graph;
        let mut processes = Map::new();
        for (name, process) in &graph.processes {
            let mut written = Map::new();
            let original = process.meta.get(ORIGINAL).and_then(Value::as_text);
            let ours = process
                .component
                .as_ref()
                .map(|component| component.as_str());
            match original.or(ours) {
                Some(component) => drop(written.insert("component".to_owned(), component.into())),
                None => self.losses.note(format!(
                    "the process `{name}` has no component: other tools refuse that"
                )),
            }
            let metadata = self.process_metadata(name, process);
            if !metadata.is_empty() {
                written.insert("metadata".to_owned(), metadata.into());
            }
            processes.insert(name.to_string(), written.into());
        }
        processes.into()
    }

    fn process_metadata(&mut self, name: &ProcessName, process: &Process) -> Map<String, Json> {
        let mut metadata = Map::new();
        if let Some(at) = self.graph.layout.get(name) {
            metadata.insert("x".to_owned(), number(at.x));
            metadata.insert("y".to_owned(), number(at.y));
        }
        let mut own = Map::new();
        // A label that is the name itself would be read as none.
        if let Some(label) = &process.label {
            let place = if name == label.as_str() {
                &mut own
            } else {
                &mut metadata
            };
            place.insert("label".to_owned(), label.clone().into());
        }
        let texts = [
            ("note", &process.note),
            ("worker", &process.worker),
            ("thread", &process.thread),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                own.insert(key.to_owned(), text.clone().into());
            }
        }
        if process.on_error != OnError::default() {
            own.insert("on_error".to_owned(), process.on_error.name().into());
        }
        if process.replicas != 1 {
            own.insert("replicas".to_owned(), process.replicas.into());
        }
        let mut meta = process.meta.clone();
        meta.shift_remove(ORIGINAL);
        let taken = ["x", "y", "label", OWN];
        let hidden = self.free(&mut metadata, &meta, &taken, &format!("`{name}`"));
        put_own(&mut metadata, own, hidden);
        metadata
    }

    fn connections(&mut self) -> Json {
        let mut connections = Vec::new();
        for (name, process) in &self.graph.processes {
            for (key, value) in &process.iips {
                let data = self.value(value, &format!("`{name}.{key}`"));
                let end = PortRef::new(name.clone(), key.clone());
                connections.push(json!({ "data": data, "tgt": port(&end) }));
            }
        }
        for connector in &self.graph.connectors {
            let mut written = Map::new();
            written.insert("src".to_owned(), port(&connector.from));
            written.insert("tgt".to_owned(), port(&connector.to));
            let metadata = self.connector_metadata(connector);
            if !metadata.is_empty() {
                written.insert("metadata".to_owned(), metadata.into());
            }
            connections.push(written.into());
        }
        connections.into()
    }

    fn connector_metadata(&mut self, connector: &Connector) -> Map<String, Json> {
        let mut metadata = Map::new();
        if connector.capacity != DEFAULT_CAPACITY {
            metadata.insert("capacity".to_owned(), connector.capacity.into());
        }
        let taken = ["capacity", OWN];
        let of = format!("`{connector}`");
        let hidden = self.free(&mut metadata, &connector.meta, &taken, &of);
        let mut own = Map::new();
        if connector.when_full != WhenFull::default() {
            own.insert("when_full".to_owned(), connector.when_full.name().into());
        }
        if let Some(note) = &connector.note {
            own.insert("note".to_owned(), note.clone().into());
        }
        put_own(&mut metadata, own, hidden);
        metadata
    }

    fn groups(&mut self) -> Json {
        let groups = self.graph.groups.iter();
        groups
            .map(|group| self.group(group))
            .collect::<Vec<_>>()
            .into()
    }

    fn group(&mut self, group: &Group) -> Json {
        let mut written = Map::new();
        written.insert("name".to_owned(), group.name.clone().into());
        let members = group.processes.iter().map(ToString::to_string);
        written.insert("nodes".to_owned(), members.collect::<Vec<_>>().into());
        let mut metadata = Map::new();
        if let Some(note) = &group.note {
            metadata.insert("description".to_owned(), note.clone().into());
        }
        let of = format!("the group `{}`", group.name);
        let hidden = self.free(&mut metadata, &group.meta, &["description", OWN], &of);
        if !hidden.is_empty() {
            metadata.insert(OWN.to_owned(), hidden.into());
        }
        if !metadata.is_empty() {
            written.insert("metadata".to_owned(), metadata.into());
        }
        written.into()
    }

    /// Puts free data where other tools find it; gives back what would be misread there.
    fn free(
        &mut self,
        into: &mut Map<String, Json>,
        meta: &IndexMap<String, Value>,
        taken: &[&str],
        of: &str,
    ) -> Map<String, Json> {
        let mut hidden = Map::new();
        for (key, value) in meta {
            let is_hidden = taken.contains(&key.as_str()) || value.is_null();
            let value = self.value(value, of);
            let place = if is_hidden { &mut hidden } else { &mut *into };
            place.insert(key.clone(), value);
        }
        hidden
    }

    fn value(&mut self, value: &Value, of: &str) -> Json {
        let found = serde_json::to_value(value);
        found.unwrap_or_else(|_no_json| {
            self.changed.push(of.to_owned());
            without_strange_numbers(value)
        })
    }

    fn notes(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let what = "a value that JSON does not know (infinite, no number, opaque; null instead)";
        self.losses.left_out(what, &changed);
        let graph = self.graph;
        let stray = graph
            .layout
            .keys()
            .filter(|name| !graph.processes.contains_key(*name));
        let stray: Vec<String> = stray.map(ToString::to_string).collect();
        self.losses.left_out("the place", &stray);
        comments(graph, &mut self.losses, 0);
    }
}

/// The value with null for what JSON cannot hold.
fn without_strange_numbers(value: &Value) -> Json {
    match value.view() {
        View::List(list) => list.iter().map(without_strange_numbers).collect(),
        View::Record(record) => record
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), without_strange_numbers(value)))
            .collect::<Map<_, _>>()
            .into(),
        _ => serde_json::to_value(value).unwrap_or(Json::Null),
    }
}

fn put_text(into: &mut Map<String, Json>, key: &str, text: &str) {
    if !text.is_empty() {
        into.insert(key.to_owned(), text.into());
    }
}

fn put_own(into: &mut Map<String, Json>, mut own: Map<String, Json>, hidden: Map<String, Json>) {
    if !hidden.is_empty() {
        own.insert("meta".to_owned(), hidden.into());
    }
    if !own.is_empty() {
        into.insert(OWN.to_owned(), own.into());
    }
}

/// Whole numbers without a point: most tools know no others.
fn number(value: f64) -> Json {
    // Whole numbers of this size are exact, and fit an int.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        let digits = format!("{value:.0}");
        return digits.parse::<i64>().map_or(Json::Null, Json::from);
    }
    Json::from(value)
}

fn port(end: &PortRef) -> Json {
    let mut written = Map::new();
    written.insert("process".to_owned(), end.process.as_str().into());
    written.insert("port".to_owned(), end.port.as_str().into());
    if let Some(index) = end.index {
        written.insert("index".to_owned(), index.into());
    }
    written.into()
}

fn exports(exports: &IndexMap<crate::PortName, PortRef>) -> Json {
    let exports = exports.iter();
    let exports = exports.map(|(name, end)| (name.to_string(), port(end)));
    exports.collect::<Map<_, _>>().into()
}
