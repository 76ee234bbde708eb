//! What the picture formats have in common: which ports a process shows, how values and wires are labelled, and who
//! stands in which box of a group.

use std::collections::HashSet;

use crate::exchange::loss::Losses;
use crate::model::{Connector, DEFAULT_CAPACITY, Graph, Group, WhenFull};
use crate::names::{PortKey, ProcessName};
use crate::picture::short_value;

/// Characters of a value that are shown.
const VALUE_CHARS: usize = 40;

/// What a picture is called.
pub(super) fn title(graph: &Graph) -> &str {
    if graph.name.is_empty() {
        "graph"
    } else {
        &graph.name
    }
}

/// The ports of a process that the graph uses.
pub(super) struct Ports {
    pub(super) ins: Vec<PortKey>,
    pub(super) outs: Vec<PortKey>,
}

/// The ports of a process, in the order of their use.
pub(super) fn ports(graph: &Graph, name: &ProcessName) -> Ports {
    let connectors = || graph.connectors.iter();
    let mut ports = Ports {
        ins: Vec::new(),
        outs: Vec::new(),
    };
    let ins = connectors()
        .map(|connector| &connector.to)
        .chain(graph.inports.values());
    for end in ins.filter(|end| end.process == *name) {
        add(&mut ports.ins, end.key());
    }
    let values = graph.processes.get(name).into_iter();
    for key in values.flat_map(|process| process.iips.keys()) {
        add(&mut ports.ins, key.clone());
    }
    let outs = connectors()
        .map(|connector| &connector.from)
        .chain(graph.outports.values());
    for end in outs.filter(|end| end.process == *name) {
        add(&mut ports.outs, end.key());
    }
    ports
}

fn add(ports: &mut Vec<PortKey>, key: PortKey) {
    if !ports.contains(&key) {
        ports.push(key);
    }
}

/// All values with the ports they stand on, shortened.
pub(super) fn values(graph: &Graph) -> impl Iterator<Item = (&ProcessName, &PortKey, String)> {
    graph.processes.iter().flat_map(|(name, process)| {
        let values = process.iips.iter();
        values.map(move |(key, value)| (name, key, short_value(value, VALUE_CHARS).0))
    })
}

/// What is unusual about a connector.
pub(super) fn wire_label(connector: &Connector) -> Option<String> {
    let mut parts = Vec::new();
    if connector.capacity != DEFAULT_CAPACITY {
        parts.push(format!("≤ {}", connector.capacity));
    }
    match connector.when_full {
        WhenFull::Block => {}
        WhenFull::DropOldest => parts.push("drops oldest".to_owned()),
        WhenFull::DropNewest => parts.push("drops newest".to_owned()),
    }
    parts.extend(connector.note.clone());
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Processes by group; who belongs to several stands in the first.
pub(super) struct Clusters<'a> {
    pub(super) groups: Vec<(&'a Group, Vec<&'a ProcessName>)>,
    pub(super) alone: Vec<&'a ProcessName>,
}

pub(super) fn clusters<'a>(graph: &'a Graph, losses: &mut Losses) -> Clusters<'a> {
    let mut seen: HashSet<&ProcessName> = HashSet::new();
    let mut twice = Vec::new();
    let mut groups = Vec::new();
    for group in &graph.groups {
        let mut members = Vec::new();
        for name in &group.processes {
            if !graph.processes.contains_key(name) {
                continue;
            }
            if seen.insert(name) {
                members.push(name);
            } else {
                twice.push(format!("`{name}` in `{}`", group.name));
            }
        }
        groups.push((group, members));
    }
    losses.left_out("a second membership", &twice);
    let alone = graph.processes.keys().filter(|name| !seen.contains(name));
    Clusters {
        groups,
        alone: alone.collect(),
    }
}
