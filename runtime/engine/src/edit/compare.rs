//! What becomes of each process.

use std::collections::BTreeSet;
use std::sync::Arc;

use millstream_component::Registry;
use millstream_graph::{Flat, FlatProcess, PortKey};
use millstream_packet::Record;

use crate::plan::Plan;

/// What becomes of a process of the new graph.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fate {
    /// It goes on as it is.
    Stays,
    /// It goes on with these settings, of which the named ones are new.
    Set(Record, Vec<String>),
    /// It ends in good order, and another one takes its place; why.
    Restarts(String),
    /// It is not there yet.
    Comes,
    /// It would have to change in a way that a running process cannot; why.
    Refused(String),
}

/// Ports of one process that connectors are at.
type Ports = BTreeSet<(Arc<str>, Option<u32>)>;

/// The connected ports of the processes of a plan.
pub(crate) struct Connected {
    ins: Vec<Ports>,
    outs: Vec<Ports>,
}

impl Connected {
    pub(crate) fn of(plan: &Plan) -> Self {
        let none = || vec![Ports::new(); plan.processes.len()];
        let (mut ins, mut outs) = (none(), none());
        for wire in &plan.wires {
            ins[wire.to.process].insert((Arc::clone(&wire.to.port), wire.to.index));
            for from in &wire.from {
                outs[from.process].insert((Arc::clone(&from.port), from.index));
            }
        }
        for (_, exit) in &plan.exits {
            outs[exit.process].insert((Arc::clone(&exit.port), exit.index));
        }
        Self { ins, outs }
    }
}

/// A graph with what is connected in it.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) flat: &'a Flat,
    pub(crate) connected: &'a Connected,
}

/// What becomes of a process, by its positions in both graphs.
pub(crate) fn compare(
    (before, old): (Side<'_>, usize),
    (after, new): (Side<'_>, usize),
    registry: &Registry,
) -> Fate {
    let (was, is) = (&before.flat.processes[old], &after.flat.processes[new]);
    if was.thread != is.thread {
        return Fate::Refused("a process cannot change its thread while it runs".to_owned());
    }
    let reason = other_kind(was, is).or_else(|| {
        let ins = (&before.connected.ins[old], &after.connected.ins[new]);
        let outs = (&before.connected.outs[old], &after.connected.outs[new]);
        other_ports(ins, outs)
    });
    let fate = match reason {
        Some(reason) => Fate::Restarts(reason),
        None => settings(was, is, &after.connected.ins[new], registry),
    };
    match fate {
        Fate::Restarts(_) if was.per_group.is_some() || is.per_group.is_some() => Fate::Refused(
            "a subgraph that runs per group cannot start anew in the middle of one".to_owned(),
        ),
        fate => fate,
    }
}

fn other_kind(was: &FlatProcess, is: &FlatProcess) -> Option<String> {
    if was.component != is.component {
        return Some(format!("its component is `{}` now", is.component));
    }
    if was.on_error != is.on_error {
        return Some(format!("`on_error` is `{}` now", is.on_error.name()));
    }
    (was.per_group != is.per_group).then(|| "the subgraph has changed".to_owned())
}

/// A component learns at its start which ports are connected. A single out-port may be closed and may lead elsewhere.
fn other_ports(ins: (&Ports, &Ports), outs: (&Ports, &Ports)) -> Option<String> {
    let name = |(port, index): &(Arc<str>, Option<u32>)| match index {
        Some(index) => format!("{port}[{index}]"),
        None => port.to_string(),
    };
    if let Some(port) = ins.0.symmetric_difference(ins.1).next() {
        let verb = if ins.1.contains(port) { "is" } else { "is not" };
        return Some(format!("its in-port `{}` {verb} connected now", name(port)));
    }
    if let Some(port) = outs.1.difference(outs.0).next() {
        return Some(format!("its out-port `{}` is connected now", name(port)));
    }
    let mut gone = outs.0.difference(outs.1);
    let element = gone.find(|(_, index)| index.is_some())?;
    Some(format!(
        "its out-port `{}` is not connected now",
        name(element)
    ))
}

fn settings(was: &FlatProcess, is: &FlatProcess, ins: &Ports, registry: &Registry) -> Fate {
    let keys = was.iips.keys().chain(is.iips.keys());
    let changed: BTreeSet<&PortKey> = keys
        .filter(|key| was.iips.get(*key) != is.iips.get(*key))
        .collect();
    if changed.is_empty() {
        return Fate::Stays;
    }
    let definition = registry.get(is.component.as_str());
    let ports = definition.map(|definition| definition.spec().in_ports);
    let setting = |name: &str| {
        let mut ports = ports.iter().flatten();
        let port = ports.find(|port| port.name == name)?;
        port.setting.as_ref()
    };
    let is_hot = |key: &PortKey| setting(key.port.as_str()).is_some_and(|setting| setting.hot);
    if let Some(cold) = changed.iter().find(|key| !is_hot(key)) {
        return Fate::Restarts(format!("`{cold}` is read at the start"));
    }
    if let Some((port, _)) = ins.iter().find(|(port, _)| setting(port).is_some()) {
        return Fate::Restarts(format!("`{port}` comes by a connector, at the start"));
    }
    let all = is.iips.iter();
    let all = all.filter(|(key, _)| setting(key.port.as_str()).is_some());
    let record: Record = all
        .map(|(key, value)| (key.port.as_str(), value.clone()))
        .collect();
    Fate::Set(record, changed.iter().map(ToString::to_string).collect())
}
