//! What the command line changes about a graph before it runs: initial packets and capacities.
//!
//! Changes to the graph itself are made before the check, so that it judges what will run. What lies inside subgraphs
//! is changed in the flat graph, because the file of a subgraph may be used in several places.

use std::sync::Arc;

use millstream_graph::{Catalog, ComponentSpec, Flat, Graph, PortKey, ProcessName};
use millstream_packet::PortType;

use crate::catalog::spec_of;
use crate::exit::Fault;
use crate::load::Loader;
use crate::select::{CapacityArg, IipArg, IipTarget, Selector, suggestion, value_for};

/// Where overrides look up what is not in the graph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The specs of the components.
    pub(crate) catalog: &'a Catalog,
    /// The subgraphs.
    pub(crate) loader: &'a Loader,
}

/// What is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changes<'a> {
    /// Values in place of those in the file.
    pub(crate) iips: &'a [IipArg],
    /// How many packets connectors hold.
    pub(crate) capacity: &'a [CapacityArg],
}

/// The graph with the changes that concern it.
///
/// # Errors
///
/// Fails when a process or port does not exist.
pub(crate) fn change_graph(changes: Changes<'_>, known: Known<'_>) -> Result<Arc<Graph>, Fault> {
    let mut graph = Arc::clone(&known.loader.root().graph);
    for iip in changes.iips {
        set_iip(&mut graph, iip, known)?;
    }
    for capacity in changes.capacity {
        set_capacity(Arc::make_mut(&mut graph), capacity);
    }
    Ok(graph)
}

/// Makes the changes that concern the insides of subgraphs.
///
/// # Errors
///
/// Fails when a process, port or connector does not exist.
pub(crate) fn change_flat(
    flat: &mut Flat,
    changes: Changes<'_>,
    known: Known<'_>,
) -> Result<(), Fault> {
    for iip in changes.iips {
        if let IipTarget::Port(path, key) = &iip.target
            && path.contains('/')
        {
            set_inner_iip(flat, path, key, &iip.value, known)?;
        }
    }
    changes
        .capacity
        .iter()
        .try_for_each(|capacity| set_flat_capacity(flat, capacity))
}

/// Refuses to run a graph whose own in-ports lack what they need: nobody outside is there to give it.
///
/// # Errors
///
/// Fails when an in-port of the graph is required and has no value.
pub(crate) fn require_inports(graph: &Graph, known: Known<'_>) -> Result<(), Fault> {
    let from = &known.loader.root().id;
    for (name, target) in &graph.inports {
        let key = target.key();
        let process = graph.processes.get(&target.process);
        let component = process.and_then(|process| process.component.as_ref());
        let spec =
            component.and_then(|component| spec_of(component, from, known.catalog, known.loader));
        let port = spec
            .as_ref()
            .and_then(|spec| spec.in_port(key.port.as_str()));
        let is_given = process.is_some_and(|process| process.iips.contains_key(&key))
            || graph
                .connectors
                .iter()
                .any(|connector| connector.to == *target);
        if port.is_some_and(|port| port.required) && !is_given {
            let text = format!("the graph's inport `{name}` ({target}) has no value");
            return Err(Fault::usage(text).help(format!("give it one: --iip {name}=VALUE")));
        }
    }
    Ok(())
}

fn set_iip(graph: &mut Arc<Graph>, iip: &IipArg, known: Known<'_>) -> Result<(), Fault> {
    let (name, key) = match &iip.target {
        IipTarget::Port(path, _) if path.contains('/') => return Ok(()),
        IipTarget::Port(name, key) => (name.clone(), key.clone()),
        IipTarget::Inport(key) => inport(&known.loader.root().graph, key)?,
    };
    let Some(process) = graph.processes.get(name.as_str()) else {
        let names = graph.processes.keys().map(ProcessName::as_str);
        return Err(unknown(
            "process",
            &name,
            "the graph",
            suggestion(&name, names, "processes"),
        ));
    };
    let from = &known.loader.root().id;
    let component = process.component.as_ref();
    let spec =
        component.and_then(|component| spec_of(component, from, known.catalog, known.loader));
    // Of an unknown component the check will say so.
    let port_type = match &spec {
        Some(spec) => port_type(spec, &name, &key)?,
        None => PortType::ANY,
    };
    let value = value_for(&iip.value, &port_type);
    let graph = Arc::make_mut(graph);
    // What has its value now is not offered to the outside any more.
    graph
        .inports
        .retain(|_, target| target.process != *name || target.key() != key);
    if let Some(process) = graph.processes.get_mut(name.as_str()) {
        process.iips.insert(key, value);
    }
    Ok(())
}

/// The port behind an in-port that the graph offers.
fn inport(graph: &Graph, key: &PortKey) -> Result<(String, PortKey), Fault> {
    let Some(target) = graph.inports.get(key.port.as_str()) else {
        let name = key.port.as_str();
        let names = graph.inports.keys().map(|name| name.as_str());
        let other = || "write process.port=VALUE to give a process's port a value".to_owned();
        let help = suggestion(name, names, "inports").unwrap_or_else(other);
        return Err(unknown("inport", name, "the graph", Some(help)));
    };
    let inner = PortKey {
        port: target.port.clone(),
        index: target.index.or(key.index),
    };
    Ok((target.process.to_string(), inner))
}

fn port_type(spec: &ComponentSpec, process: &str, key: &PortKey) -> Result<PortType, Fault> {
    let name = key.port.as_str();
    let Some(port) = spec.in_port(name) else {
        let names = spec.in_ports.iter().map(|port| port.name.as_str());
        let place = format!("process `{process}` ({})", spec.name);
        return Err(unknown(
            "in-port",
            name,
            &place,
            suggestion(name, names, "its in-ports"),
        ));
    };
    Ok(port.port_type.clone())
}

fn set_inner_iip(
    flat: &mut Flat,
    path: &str,
    key: &PortKey,
    text: &str,
    known: Known<'_>,
) -> Result<(), Fault> {
    let Some(process) = flat
        .processes
        .iter_mut()
        .find(|process| process.path == path)
    else {
        let names = flat.processes.iter().map(|process| process.path.as_str());
        return Err(unknown(
            "process",
            path,
            "the graph",
            suggestion(path, names, "processes"),
        ));
    };
    let port_type = match known.catalog.get(process.component.as_str()) {
        Some(spec) => port_type(spec, path, key)?,
        None => PortType::ANY,
    };
    let value = value_for(text, &port_type);
    if !port_type.accepts(&value) {
        return Err(Fault::usage(format!(
            "--iip {path}.{key}: the port takes {port_type}, but `{text}` is {}",
            value.kind()
        )));
    }
    process.iips.insert(key.clone(), value);
    Ok(())
}

fn set_capacity(graph: &mut Graph, arg: &CapacityArg) {
    for connector in &mut graph.connectors {
        if arg
            .selector
            .selects(&connector.from.to_string(), &connector.to.to_string())
        {
            connector.capacity = arg.capacity;
        }
    }
}

fn set_flat_capacity(flat: &mut Flat, arg: &CapacityArg) -> Result<(), Fault> {
    let mut names = Vec::with_capacity(flat.connectors.len());
    for connector in &flat.connectors {
        names.push((flat.end_name(&connector.from), flat.end_name(&connector.to)));
    }
    let mut found = names.is_empty() && arg.selector == Selector::All;
    for (connector, (from, to)) in flat.connectors.iter_mut().zip(&names) {
        if arg.selector.selects(from, to) {
            connector.capacity = arg.capacity;
            found = true;
        }
    }
    for process in &mut flat.processes {
        if let (Some(inner), Selector::All) = (&mut process.per_group, &arg.selector) {
            set_flat_capacity(inner, arg)?;
        }
    }
    if found {
        return Ok(());
    }
    let wanted = arg.selector.to_string();
    let all: Vec<String> = names
        .iter()
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect();
    let help = suggestion(&wanted, all.iter().map(String::as_str), "connectors");
    Err(unknown("connector", &wanted, "the graph", help))
}

fn unknown(kind: &str, name: &str, place: &str, help: Option<String>) -> Fault {
    let fault = Fault::usage(format!("there is no {kind} `{name}` in {place}"));
    match help {
        Some(help) => fault.help(help),
        None => fault,
    }
}
