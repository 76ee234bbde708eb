//! Metadata of nodes, edges and groups: free pairs on the wire, some of which have a place of their own in the model.
//!
//! A change is a merge: keys with null go, others replace what was there. `x` and `y` are the place on the canvas, `label`
//! is the label, `capacity` of an edge is the connector's, `description` of a group is its note; everything else goes into
//! `meta`.

use indexmap::IndexMap;
use millstream_graph::{
    Connector, ConnectorChange, DEFAULT_CAPACITY, Edit, Graph, Group, Position, Process,
    ProcessChange, ProcessName,
};
use millstream_packet::Value;
use millstream_protocol::fbp::Metadata;
use serde_json::{Value as Json, json};

use crate::convert::{json_of, value_of};

/// Merges a change into what is there.
pub(super) fn merge(mut old: Metadata, change: Option<&Metadata>) -> Metadata {
    for (key, value) in change.into_iter().flatten() {
        if value.is_null() {
            old.shift_remove(key);
        } else {
            old.insert(key.clone(), value.clone());
        }
    }
    old
}

/// What is said about a node.
pub(super) fn of_node(graph: &Graph, name: &ProcessName) -> Metadata {
    let Some(process) = graph.processes.get(name) else {
        return Metadata::new();
    };
    let mut metadata = of_meta(&process.meta);
    if let Some(label) = &process.label {
        metadata.insert("label".to_owned(), json!(label));
    }
    if let Some(position) = graph.layout.get(name) {
        metadata.insert("x".to_owned(), number(position.x));
        metadata.insert("y".to_owned(), number(position.y));
    }
    metadata
}

/// The edits that make this the metadata of a node that is `process` and stands at `place`.
///
/// # Errors
///
/// Fails for numbers that the model does not have.
pub(super) fn to_node(
    name: &ProcessName,
    process: &Process,
    place: Option<&Position>,
    mut metadata: Metadata,
) -> Result<Vec<Edit>, String> {
    let position = take_position(&mut metadata);
    let label = take_text(&mut metadata, "label");
    let change = |change| Edit::ChangeProcess {
        name: name.clone(),
        change,
    };
    let mut edits: Vec<Edit> = changed(&process.meta, &metadata)?
        .into_iter()
        .map(|(key, value)| {
            change(ProcessChange::Meta {
                key,
                value,
                at: None,
            })
        })
        .collect();
    if process.label != label {
        edits.push(change(ProcessChange::Label(label)));
    }
    if position.as_ref() != place {
        edits.push(Edit::SetPosition {
            process: name.clone(),
            position,
            at: None,
        });
    }
    Ok(edits)
}

/// What is said about an edge.
pub(super) fn of_edge(connector: &Connector) -> Metadata {
    let mut metadata = of_meta(&connector.meta);
    if connector.capacity != DEFAULT_CAPACITY {
        metadata.insert("capacity".to_owned(), json!(connector.capacity));
    }
    metadata
}

/// The changes that make this the metadata of an edge.
///
/// # Errors
///
/// Fails for numbers that the model does not have.
pub(super) fn to_edge(
    connector: &Connector,
    mut metadata: Metadata,
) -> Result<Vec<ConnectorChange>, String> {
    let capacity = match metadata.get("capacity").and_then(Json::as_u64) {
        Some(capacity @ 1..) => {
            metadata.shift_remove("capacity");
            u32::try_from(capacity)
                .map_err(|error| format!("a capacity of {capacity} is too large: {error}"))?
        }
        _ => DEFAULT_CAPACITY,
    };
    let mut changes: Vec<ConnectorChange> = changed(&connector.meta, &metadata)?
        .into_iter()
        .map(|(key, value)| ConnectorChange::Meta {
            key,
            value,
            at: None,
        })
        .collect();
    if connector.capacity != capacity {
        changes.push(ConnectorChange::Capacity(capacity));
    }
    Ok(changes)
}

/// What is said about a group.
pub(super) fn of_group(group: &Group) -> Metadata {
    let mut metadata = of_meta(&group.meta);
    if let Some(note) = &group.note {
        metadata.insert("description".to_owned(), json!(note));
    }
    metadata
}

/// Makes this the metadata of a group.
///
/// # Errors
///
/// Fails for numbers that the model does not have.
pub(super) fn to_group(group: &mut Group, mut metadata: Metadata) -> Result<(), String> {
    group.note = take_text(&mut metadata, "description");
    group.meta = metadata
        .iter()
        .map(|(key, value)| Ok((key.clone(), value_of(value)?)))
        .collect::<Result<_, String>>()?;
    Ok(())
}

fn of_meta(meta: &IndexMap<String, Value>) -> Metadata {
    let pairs = meta.iter();
    pairs
        .map(|(key, value)| (key.clone(), json_of(value)))
        .collect()
}

/// Which entries change, with their new values.
fn changed(
    old: &IndexMap<String, Value>,
    new: &Metadata,
) -> Result<Vec<(String, Option<Value>)>, String> {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let mut changes: Vec<_> = gone.map(|key| (key.clone(), None)).collect();
    for (key, value) in new {
        let value = value_of(value)?;
        if old.get(key) != Some(&value) {
            changes.push((key.clone(), Some(value)));
        }
    }
    Ok(changes)
}

/// The place, when both coordinates are numbers.
fn take_position(metadata: &mut Metadata) -> Option<Position> {
    let coordinate = |key: &str| metadata.get(key).and_then(Json::as_f64);
    let position = Position {
        x: coordinate("x")?,
        y: coordinate("y")?,
    };
    metadata.shift_remove("x");
    metadata.shift_remove("y");
    Some(position)
}

fn take_text(metadata: &mut Metadata, key: &str) -> Option<String> {
    let text = metadata.get(key)?.as_str()?.to_owned();
    metadata.shift_remove(key);
    Some(text)
}

/// A coordinate; a whole one without a fraction, as clients send them.
fn number(coordinate: f64) -> Json {
    let is_whole = coordinate.fract().abs() < f64::EPSILON && coordinate.abs() < 1e15;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and not large")]
    if is_whole {
        json!(coordinate as i64)
    } else {
        json!(coordinate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(json: Json) -> Metadata {
        json.as_object().cloned().unwrap()
    }

    #[test]
    fn null_removes_and_absence_keeps() {
        let old = pairs(json!({ "a": 1, "b": 2 }));
        let merged = merge(old.clone(), Some(&pairs(json!({ "a": null, "c": 3 }))));
        assert_eq!(merged, pairs(json!({ "b": 2, "c": 3 })));
        assert_eq!(merge(old.clone(), None), old);
    }

    #[test]
    fn metadata_of_a_node_comes_back_as_it_was() {
        let cases = [
            json!({}),
            json!({ "x": 40, "y": 80.5, "label": "A", "route": 3, "deep": { "z": [1, null] } }),
            json!({ "x": 40, "label": 7 }),
        ];
        for case in cases {
            let name = ProcessName::new("a").unwrap();
            let mut graph = Graph::default();
            let process = Process::default();
            graph.processes.insert(name.clone(), process.clone());
            for edit in to_node(&name, &process, None, pairs(case.clone())).unwrap() {
                graph.apply(edit).unwrap();
            }
            assert_eq!(Json::Object(of_node(&graph, &name)), case);
        }
    }

    #[test]
    fn capacity_rides_on_the_edge() {
        let end = |text: &str| text.parse().unwrap();
        let connector = Connector::new(end("a.out"), end("b.in"));
        let changes = to_edge(&connector, pairs(json!({ "capacity": 8, "route": 1 }))).unwrap();
        assert!(changes.contains(&ConnectorChange::Capacity(8)));
        assert_eq!(changes.len(), 2);
        let narrow = Connector {
            capacity: 8,
            ..connector.clone()
        };
        assert_eq!(of_edge(&narrow), pairs(json!({ "capacity": 8 })));
        assert_eq!(
            to_edge(&narrow, Metadata::new()).unwrap(),
            [ConnectorChange::Capacity(DEFAULT_CAPACITY)]
        );
        let huge = to_edge(&connector, pairs(json!({ "capacity": 1_u64 << 40 })));
        assert!(huge.is_err());
    }
}
