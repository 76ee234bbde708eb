//! What the rules look at: the graph with its components found and its ports counted.

use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use millstream_packet::PortType;

use crate::catalog::Catalog;
use crate::check::finding::Place;
use crate::check::specs::{Lookup, SpecFinder};
use crate::edit::Side;
use crate::model::{Connector, Graph, OnError, Process};
use crate::names::{ComponentRef, PortKey, PortName, PortRef, ProcessName};
use crate::resolve::Resolve;
use crate::spec::{ComponentSpec, PortSpec};
use crate::view::Topology;

/// The port that `on_error: dead_letter` gives to every process.
static LETTERS: LazyLock<PortSpec> = LazyLock::new(|| PortSpec {
    name: "error".to_owned(),
    port_type: PortType::RECORD,
    array: false,
    required: false,
    at_end: false,
    setting: None,
    docs: "Packets that failed: records with the fields error and packet.".to_owned(),
});

pub(super) struct Site<'a> {
    pub(super) graph: &'a Graph,
    pub(super) catalog: &'a Catalog,
    /// Names of the processes by position.
    names: Vec<&'a ProcessName>,
    /// What is known of the component of each process; nothing where it names none.
    pub(super) lookups: Vec<Option<Lookup>>,
    /// Positions of the processes at both ends of each connector.
    pub(super) ends: Vec<(Option<usize>, Option<usize>)>,
    pub(super) topology: Topology,
    /// Who uses each port, in the order of the file.
    pub(super) uses: IndexMap<PortUse<'a>, Vec<User<'a>>>,
}

/// A port of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PortUse<'a> {
    pub(super) process: usize,
    pub(super) side: Side,
    pub(super) port: &'a PortName,
    pub(super) index: Option<u32>,
}

/// What uses a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User<'a> {
    Iip,
    Connector(usize),
    Export(&'a PortName),
}

/// What is known of a port.
pub(super) enum PortLookup<'s> {
    Known(&'s PortSpec),
    /// The component is known and has no such port.
    Missing(&'s ComponentSpec),
    /// The component is not known.
    Unknown,
}

impl<'a> Site<'a> {
    pub(super) fn new(graph: &'a Graph, catalog: &'a Catalog, resolve: &'a dyn Resolve) -> Self {
        let mut finder = SpecFinder::new(catalog, resolve);
        let lookups = graph
            .processes
            .values()
            .map(|process| {
                process
                    .component
                    .as_ref()
                    .map(|component| finder.find(component))
            })
            .collect();
        let at = |name: &ProcessName| graph.processes.get_index_of(name);
        let ends: Vec<_> = graph
            .connectors
            .iter()
            .map(|connector| (at(&connector.from.process), at(&connector.to.process)))
            .collect();
        let edges = ends.iter().filter_map(|&(from, to)| Some((from?, to?)));
        let topology = Topology::new(graph.processes.len(), edges);
        Self {
            graph,
            catalog,
            names: graph.processes.keys().collect(),
            lookups,
            topology,
            uses: uses(graph, &ends),
            ends,
        }
    }

    pub(super) fn name(&self, process: usize) -> &'a ProcessName {
        self.names[process]
    }

    pub(super) fn process(&self, at: usize) -> &'a Process {
        &self.graph.processes[at]
    }

    /// The name of a process's component, when it has one.
    pub(super) fn component_name(&self, process: usize) -> Option<&'a str> {
        self.process(process)
            .component
            .as_ref()
            .map(ComponentRef::as_str)
    }

    /// The spec of a process's component, when it is known.
    pub(super) fn spec(&self, process: usize) -> Option<&ComponentSpec> {
        match self.lookups.get(process)? {
            Some(Lookup::Known(spec)) => Some(Arc::as_ref(spec)),
            _ => None,
        }
    }

    pub(super) fn port(&self, process: usize, side: Side, port: &PortName) -> PortLookup<'_> {
        let Some(spec) = self.spec(process) else {
            return PortLookup::Unknown;
        };
        let found = match side {
            Side::In => spec.in_port(port.as_str()),
            Side::Out => spec.out_port(port.as_str()),
        };
        if let Some(found) = found {
            return PortLookup::Known(found);
        }
        if side == Side::Out
            && *port == "error"
            && self.process(process).on_error == OnError::DeadLetter
        {
            return PortLookup::Known(&LETTERS);
        }
        PortLookup::Missing(spec)
    }

    /// The spec of the port at an end of a connector, when all of it is known.
    pub(super) fn port_at(
        &self,
        process: Option<usize>,
        side: Side,
        end: &PortRef,
    ) -> Option<&PortSpec> {
        match self.port(process?, side, &end.port) {
            PortLookup::Known(port) => Some(port),
            PortLookup::Missing(_) | PortLookup::Unknown => None,
        }
    }

    /// Connectors whose two processes exist, with their positions.
    pub(super) fn connectors(&self) -> impl Iterator<Item = (usize, &'a Connector, usize, usize)> {
        let pairs = self.graph.connectors.iter().zip(&self.ends).enumerate();
        pairs.filter_map(|(at, (connector, &(from, to)))| Some((at, connector, from?, to?)))
    }

    /// The place of a use of a port.
    pub(super) fn place(&self, port: &PortUse<'_>, user: User<'_>) -> Place {
        match (user, port.side) {
            (User::Iip, _) => Place::Iip(self.name(port.process).clone(), port.key()),
            (User::Connector(at), Side::In) => Place::To(at),
            (User::Connector(at), Side::Out) => Place::From(at),
            (User::Export(name), Side::In) => Place::Inport(name.clone()),
            (User::Export(name), Side::Out) => Place::Outport(name.clone()),
        }
    }

    /// How people read a use of a port.
    pub(super) fn describe(&self, user: User<'_>) -> String {
        match user {
            User::Iip => "a value".to_owned(),
            User::Connector(at) => format!("the connector `{}`", self.graph.connectors[at]),
            User::Export(name) => format!("the export `{name}`"),
        }
    }

    /// How people read a process: its name and its component.
    pub(super) fn title(&self, process: usize) -> String {
        match &self.process(process).component {
            Some(component) => format!("process `{}` ({component})", self.name(process)),
            None => format!("process `{}`", self.name(process)),
        }
    }

    /// How people read a port: `process.port[0]`.
    pub(super) fn port_name(&self, port: &PortUse<'_>) -> String {
        format!("{}.{}", self.name(port.process), port.key())
    }
}

impl PortUse<'_> {
    pub(super) fn key(&self) -> PortKey {
        PortKey {
            port: self.port.clone(),
            index: self.index,
        }
    }
}

fn uses<'a>(
    graph: &'a Graph,
    ends: &[(Option<usize>, Option<usize>)],
) -> IndexMap<PortUse<'a>, Vec<User<'a>>> {
    let mut uses: IndexMap<PortUse<'a>, Vec<User<'a>>> = IndexMap::with_capacity(2 * ends.len());
    let mut add = |process, side, port, index, user| {
        let port = PortUse {
            process,
            side,
            port,
            index,
        };
        uses.entry(port).or_default().push(user);
    };
    for (at, process) in graph.processes.values().enumerate() {
        for key in process.iips.keys() {
            add(at, Side::In, &key.port, key.index, User::Iip);
        }
    }
    for (at, (connector, &(from, to))) in graph.connectors.iter().zip(ends).enumerate() {
        let user = User::Connector(at);
        for (process, side, end) in [
            (from, Side::Out, &connector.from),
            (to, Side::In, &connector.to),
        ] {
            if let Some(process) = process {
                add(process, side, &end.port, end.index, user);
            }
        }
    }
    for (side, exports) in [(Side::In, &graph.inports), (Side::Out, &graph.outports)] {
        for (name, end) in exports {
            if let Some(process) = graph.processes.get_index_of(&end.process) {
                add(process, side, &end.port, end.index, User::Export(name));
            }
        }
    }
    uses
}
