//! Ports by name, as `process.port[index]` or as a port of the graph itself.

use millstream_component::Registry;
use millstream_graph::{ComponentSpec, Flat, FlatEnd, PortKey, PortSpec};

use crate::exit::Fault;
use crate::select::suggestion;

/// The side of a process that a port is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// In-ports.
    In,
    /// Out-ports.
    Out,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Self::In => "in-port",
            Self::Out => "out-port",
        }
    }
}

/// The port that a name stands for.
///
/// # Errors
///
/// Fails when there is no such process or port; the help names the nearest.
pub(crate) fn find_port(
    flat: &Flat,
    registry: &Registry,
    side: Side,
    name: &str,
) -> Result<FlatEnd, Fault> {
    let Some((path, key)) = name.trim().split_once('.') else {
        return exported(flat, side, name.trim());
    };
    let key: PortKey = key
        .parse()
        .map_err(|error| Fault::usage(format!("`{name}` names no port: {error}")))?;
    let process = position(flat, path)?;
    check_port(flat, registry, side, process, &key)?;
    Ok(FlatEnd {
        process,
        port: key.port,
        index: key.index,
    })
}

/// The process with this name.
///
/// # Errors
///
/// Fails when there is none; the help names the nearest.
pub(crate) fn position(flat: &Flat, path: &str) -> Result<usize, Fault> {
    let mut processes = flat.processes.iter();
    processes
        .position(|process| process.path == path)
        .ok_or_else(|| {
            let names = flat.processes.iter().map(|process| process.path.as_str());
            unknown(
                "process",
                path,
                "the graph",
                suggestion(path, names, "processes"),
            )
        })
}

/// A port that the graph offers.
fn exported(flat: &Flat, side: Side, name: &str) -> Result<FlatEnd, Fault> {
    let (ports, kind) = match side {
        Side::In => (&flat.inports, "inport"),
        Side::Out => (&flat.outports, "outport"),
    };
    ports.get(name).cloned().ok_or_else(|| {
        let names = ports.keys().map(|name| name.as_str());
        let other = || {
            Some(format!(
                "write process.port for an {} of a process",
                side.name()
            ))
        };
        let help = suggestion(name, names, &format!("{kind}s")).or_else(other);
        unknown(kind, name, "the graph", help)
    })
}

fn check_port(
    flat: &Flat,
    registry: &Registry,
    side: Side,
    process: usize,
    key: &PortKey,
) -> Result<(), Fault> {
    let Some(process) = flat.processes.get(process) else {
        return Ok(());
    };
    let name = key.port.as_str();
    let definition = registry.get(process.component.as_str());
    let spec = definition.map(millstream_component::Definition::spec);
    let known: Vec<&str> = match (&spec, &process.per_group) {
        (Some(spec), _) => ports_of(spec, side)
            .iter()
            .map(|port| port.name.as_str())
            .collect(),
        (None, Some(inner)) => match side {
            Side::In => inner.inports.keys().map(|name| name.as_str()).collect(),
            Side::Out => inner.outports.keys().map(|name| name.as_str()).collect(),
        },
        (None, None) => return Ok(()),
    };
    let is_implicit = side == Side::Out && name == "error";
    if known.contains(&name) || is_implicit {
        return Ok(());
    }
    let place = format!("process `{}` ({})", process.path, process.component);
    let help = suggestion(
        name,
        known.iter().copied(),
        &format!("its {}s", side.name()),
    );
    Err(unknown(side.name(), name, &place, help))
}

fn ports_of(spec: &ComponentSpec, side: Side) -> &[PortSpec] {
    match side {
        Side::In => &spec.in_ports,
        Side::Out => &spec.out_ports,
    }
}

fn unknown(kind: &str, name: &str, place: &str, help: Option<String>) -> Fault {
    let fault = Fault::usage(format!("there is no {kind} `{name}` in {place}"));
    match help {
        Some(help) => fault.help(help),
        None => fault,
    }
}
