//! What a subgraph looks like from outside: its exported ports as a component spec.

use std::sync::Arc;

use indexmap::IndexMap;
use millstream_packet::PortType;

use crate::model::{Graph, OnError};
use crate::names::{ComponentRef, PortName, PortRef};
use crate::spec::{ComponentSpec, Cost, PortSpec};

/// Derives the spec of a graph that is used as a component.
///
/// Type, docs and settings come from the inner ports; `lookup` finds the specs of inner components, those of inner
/// subgraphs included. A port whose inner end is unknown takes anything and is not required. An array port that is
/// exported without an index is an array port outside too.
pub fn subgraph_spec(
    graph: &Graph,
    name: &str,
    lookup: &mut dyn FnMut(&ComponentRef) -> Option<Arc<ComponentSpec>>,
) -> ComponentSpec {
    let mut ports = |exports: &IndexMap<PortName, PortRef>, side: Side| {
        exports
            .iter()
            .map(|(name, target)| exported(graph, name, target, side, lookup))
            .collect()
    };
    ComponentSpec {
        name: name.to_owned(),
        summary: summary(graph),
        docs: graph.description.clone(),
        in_ports: ports(&graph.inports, Side::In),
        out_ports: ports(&graph.outports, Side::Out),
        cost: Cost::Light,
        examples: Vec::new(),
    }
}

#[derive(Clone, Copy)]
enum Side {
    In,
    Out,
}

/// The first line of the description, or the name, as one line that ends with a full stop.
fn summary(graph: &Graph) -> String {
    let line = graph.description.lines().next().unwrap_or_default().trim();
    let text = match (line, graph.name.as_str()) {
        ("", "") => "Subgraph",
        ("", name) => name,
        (line, _) => line,
    };
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn exported(
    graph: &Graph,
    name: &PortName,
    target: &PortRef,
    side: Side,
    lookup: &mut dyn FnMut(&ComponentRef) -> Option<Arc<ComponentSpec>>,
) -> PortSpec {
    let process = graph.processes.get(&target.process);
    let spec = process.and_then(|process| lookup(process.component.as_ref()?));
    let inner = spec.as_ref().and_then(|spec| match side {
        Side::In => spec.in_port(target.port.as_str()),
        Side::Out => spec.out_port(target.port.as_str()),
    });
    let letters = process.is_some_and(|process| process.on_error == OnError::DeadLetter);
    let Some(inner) = inner else {
        let docs = match side {
            Side::Out if letters && target.port == "error" => "Packets that failed.",
            _ => "",
        };
        return PortSpec {
            name: name.to_string(),
            port_type: PortType::ANY,
            array: false,
            required: false,
            at_end: false,
            setting: None,
            docs: docs.to_owned(),
        };
    };
    // A value inside is the default of the exported port.
    let given = process.is_some_and(|process| process.iips.contains_key(&target.key()));
    PortSpec {
        name: name.to_string(),
        array: inner.array && target.index.is_none(),
        required: inner.required && !given,
        ..inner.clone()
    }
}
