//! What other tools allow and Millstream does not: several connectors at one out-port, several values on one in-port,
//! values beside connectors. Each is said in our way, with processes that do what the other tool did.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::exchange::Notice;
use crate::model::{Connector, Graph, Process};
use crate::names::{ComponentRef, PortKey, PortName, PortRef, ProcessName, Taken};

static COPY: LazyLock<ComponentRef> = LazyLock::new(|| ComponentRef::builtin("core", "Copy"));
static KICK: LazyLock<ComponentRef> = LazyLock::new(|| ComponentRef::builtin("core", "Kick"));
static UNBATCH: LazyLock<ComponentRef> = LazyLock::new(|| ComponentRef::builtin("core", "Unbatch"));

/// A value on an in-port.
pub(super) struct Initial {
    pub(super) value: Value,
    pub(super) span: Range<usize>,
}

/// An out-port with several connectors gets a `core/Copy` behind it; `taken` are the names of processes.
pub(super) fn share_out_ports(graph: &mut Graph, notices: &mut Vec<Notice>, taken: &mut Taken) {
    let mut readers: IndexMap<PortRef, Vec<usize>> = IndexMap::new();
    for (at, connector) in graph.connectors.iter().enumerate() {
        readers.entry(connector.from.clone()).or_default().push(at);
    }
    for (from, readers) in readers.into_iter().filter(|(_, readers)| readers.len() > 1) {
        let name = add(graph, taken, &from, "copy", &COPY);
        notices.push(Notice::new(format!(
            "the out-port `{from}` has {} connectors, which is too many here: `{name}` (core/Copy) copies its packets",
            readers.len()
        )));
        for (index, at) in (0..).zip(readers) {
            graph.connectors[at].from = port(&name, "out", Some(index));
        }
        let input = port(&name, "in", None);
        graph.connectors.push(Connector::new(from, input));
    }
}

/// Sets the values of in-ports. Where one is not alone on its port, it comes by a connector.
pub(super) fn give_values(
    graph: &mut Graph,
    values: IndexMap<PortRef, Vec<Initial>>,
    notices: &mut Vec<Notice>,
    taken: &mut Taken,
) {
    let fed: HashSet<PortRef> = graph
        .connectors
        .iter()
        .map(|connector| connector.to.clone())
        .collect();
    for (to, mut initials) in values {
        let is_alone = initials.len() == 1 && !fed.contains(&to);
        if is_alone && let Some(process) = graph.processes.get_mut(&to.process) {
            let value = initials.pop().map(|initial| initial.value);
            process.iips.extend(value.map(|value| (to.key(), value)));
            continue;
        }
        let why = if fed.contains(&to) {
            "has a value and connectors".to_owned()
        } else {
            format!("has {} values", initials.len())
        };
        let span = initials.first().map(|initial| initial.span.clone());
        let source = feed(graph, taken, &to, initials);
        notices.push(Notice {
            message: format!(
                "the in-port `{to}` {why}, which is too much here: `{source}` (core/Kick) sends what is given"
            ),
            span,
            help: None,
        });
    }
}

/// A process that sends these values, in order.
fn feed(
    graph: &mut Graph,
    taken: &mut Taken,
    to: &PortRef,
    mut initials: Vec<Initial>,
) -> ProcessName {
    let kick = add(graph, taken, to, "value", &KICK);
    let from = port(&kick, "out", None);
    let value = match initials.pop() {
        Some(single) if initials.is_empty() => {
            graph.connectors.push(Connector::new(from, to.clone()));
            single.value
        }
        last => {
            let each = add(graph, taken, to, "each", &UNBATCH);
            let input = port(&each, "in", None);
            graph.connectors.push(Connector::new(from, input));
            let out = port(&each, "out", None);
            graph.connectors.push(Connector::new(out, to.clone()));
            let all = initials.into_iter().chain(last);
            Value::list(all.map(|initial| initial.value).collect())
        }
    };
    if let Some(process) = graph.processes.get_mut(&kick) {
        let key = PortKey::of(PortName::legible("value"));
        process.iips.insert(key, value);
    }
    kick
}

/// Adds a process named after a port.
fn add(
    graph: &mut Graph,
    taken: &mut Taken,
    at: &PortRef,
    what: &str,
    component: &ComponentRef,
) -> ProcessName {
    let element = at
        .index
        .map_or_else(String::new, |index| format!("-{index}"));
    let name = format!("{}-{}{element}-{what}", at.process, at.port);
    let name = taken.take(ProcessName::legible(&name));
    let process = Process::new(component.clone());
    graph.processes.insert(name.clone(), process);
    name
}

fn port(process: &ProcessName, port: &str, index: Option<u32>) -> PortRef {
    let port = PortName::legible(port);
    PortRef::new(process.clone(), PortKey { port, index })
}
