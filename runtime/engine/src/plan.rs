//! What a network needs, found out before anything is built.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use millstream_component::{Definition, ErrorPolicy, Registry};
use millstream_connector::{PipeKind, WhenFull};
use millstream_graph::{
    ComponentRef, Cost, DEFAULT_CAPACITY, Flat, FlatConnector, FlatEnd, FlatProcess, OnError,
};
use millstream_packet::Value;

use crate::placement::{Placement, place};

/// Choices that are not in the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// Islands for heavy processes; light ones stay together whatever this says.
    pub threads: usize,
    /// Which pipe connectors use.
    pub pipe: PipeKind,
    /// For random choices of components.
    pub seed: u64,
    /// Whether packets can be put into the graph's in-ports and taken from its out-ports while it runs
    /// ([`Running::take_doors`](crate::Running::take_doors)). Such a network ends when they are closed.
    pub doors: bool,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            threads: 1,
            pipe: PipeKind::Best,
            seed: 0,
            doors: false,
        }
    }
}

/// Why a graph cannot be run. The check says most of these with a place in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A process uses a component that is not in the registry.
    #[error("process `{process}`: there is no component `{component}`")]
    UnknownComponent {
        /// Path of the process.
        process: String,
        /// The component.
        component: String,
    },
    /// Two connectors leave one out-port.
    #[error("process `{process}`: two connectors leave the out-port `{port}`; copy with core/Copy")]
    TwoReaders {
        /// Path of the process.
        process: String,
        /// The port.
        port: String,
    },
    /// A process is to run in several copies.
    #[error("process `{process}`: replicas are not run by this version")]
    Replicas {
        /// Path of the process.
        process: String,
    },
}

/// A network that can be started.
#[derive(Debug)]
pub struct Plan {
    pub(crate) name: String,
    pub(crate) processes: Vec<PlannedProcess>,
    pub(crate) wires: Vec<PlannedWire>,
    pub(crate) placement: Placement,
    pub(crate) options: PlanOptions,
    /// Exported out-ports whose packets are taken outside.
    pub(crate) exits: Vec<(Arc<str>, PlannedEnd)>,
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedProcess {
    pub(crate) name: Arc<str>,
    pub(crate) component: Arc<str>,
    pub(crate) kind: PlannedKind,
    pub(crate) iips: Vec<(Arc<str>, Option<u32>, Value)>,
    pub(crate) on_error: ErrorPolicy,
    pub(crate) cost: Cost,
    pub(crate) thread: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum PlannedKind {
    /// A component of the registry.
    Component(Definition),
    /// A network that runs anew for each bracket group.
    PerGroup(Arc<GroupPlan>),
}

/// The inner network of a subgraph that runs per group, with its ports.
#[derive(Debug)]
pub(crate) struct GroupPlan {
    pub(crate) plan: Plan,
    pub(crate) inports: Vec<(Arc<str>, PlannedEnd)>,
    pub(crate) outports: Vec<(Arc<str>, PlannedEnd)>,
}

/// All connectors into one in-port: one pipe with one or more writers.
#[derive(Debug)]
pub(crate) struct PlannedWire {
    pub(crate) from: Vec<PlannedEnd>,
    pub(crate) to: PlannedEnd,
    pub(crate) capacity: u32,
    pub(crate) when_full: WhenFull,
    /// The exported in-port through which packets come from outside as well.
    pub(crate) entry: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlannedEnd {
    pub(crate) process: usize,
    pub(crate) port: Arc<str>,
    pub(crate) index: Option<u32>,
}

impl Plan {
    /// Plans a network.
    ///
    /// # Errors
    ///
    /// Fails when a component is unknown or an out-port has two readers.
    pub fn new(flat: &Flat, registry: &Registry, options: PlanOptions) -> Result<Self, PlanError> {
        let mut names = Names::default();
        let processes = flat
            .processes
            .iter()
            .map(|process| plan_process(process, registry, &options, &mut names))
            .collect::<Result<Vec<_>, _>>()?;
        let mut wires = plan_wires(&flat.connectors, &processes, &mut names)?;
        let placement = place(&processes, &wires, options.threads);
        let mut exits = Vec::new();
        if options.doors {
            plan_entries(flat, &mut wires, &mut names);
            exits = plan_exits(flat, &wires, &mut names);
        }
        Ok(Self {
            name: flat.name.clone(),
            processes,
            wires,
            placement,
            options,
            exits,
        })
    }

    /// Number of processes.
    pub fn processes(&self) -> usize {
        self.processes.len()
    }

    /// Number of islands that the network runs on, threads of blocking processes included.
    pub fn islands(&self) -> usize {
        self.placement.islands.len()
    }
}

/// Names of ports and components, each kept once.
#[derive(Default)]
struct Names<'a> {
    texts: HashMap<String, Arc<str>, RandomState>,
    components: HashMap<&'a ComponentRef, (Arc<str>, Definition), RandomState>,
}

impl<'a> Names<'a> {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.texts.insert(name.to_string(), Arc::clone(&name));
        name
    }

    /// A component with its name as text.
    fn component(
        &mut self,
        process: &'a FlatProcess,
        registry: &Registry,
    ) -> Result<(Arc<str>, Definition), PlanError> {
        if let Some(known) = self.components.get(&process.component) {
            return Ok(known.clone());
        }
        let name = process.component.to_string();
        let Some(definition) = registry.get(&name) else {
            return Err(PlanError::UnknownComponent {
                process: process.path.clone(),
                component: name,
            });
        };
        let known = (Arc::from(name), *definition);
        self.components.insert(&process.component, known.clone());
        Ok(known)
    }

    fn end(&mut self, end: &FlatEnd) -> PlannedEnd {
        PlannedEnd {
            process: end.process,
            port: self.get(end.port.as_str()),
            index: end.index,
        }
    }
}

fn plan_process<'a>(
    process: &'a FlatProcess,
    registry: &Registry,
    options: &PlanOptions,
    names: &mut Names<'a>,
) -> Result<PlannedProcess, PlanError> {
    if process.replicas > 1 {
        return Err(PlanError::Replicas {
            process: process.path.clone(),
        });
    }
    let (component, kind, cost) = if let Some(inner) = &process.per_group {
        let component = names.get(&process.component.to_string());
        (
            component,
            plan_group(inner, registry, options)?,
            Cost::Light,
        )
    } else {
        let (component, definition) = names.component(process, registry)?;
        let cost = definition.cost;
        (component, PlannedKind::Component(definition), cost)
    };
    let iips = process
        .iips
        .iter()
        .map(|(key, value)| (names.get(key.port.as_str()), key.index, value.clone()))
        .collect();
    Ok(PlannedProcess {
        name: process.path.as_str().into(),
        component,
        kind,
        iips,
        on_error: policy(process.on_error),
        cost,
        thread: process.thread.clone(),
    })
}

fn plan_group(
    inner: &Flat,
    registry: &Registry,
    options: &PlanOptions,
) -> Result<PlannedKind, PlanError> {
    // The inner network lives inside one process, so it has one island.
    let options = PlanOptions {
        threads: 1,
        doors: false,
        ..options.clone()
    };
    let mut plan = Plan::new(inner, registry, options)?;
    plan.placement = Placement::together(plan.processes.len());
    let mut names = Names::default();
    let inports = inner
        .inports
        .iter()
        .map(|(name, end)| (names.get(name.as_str()), names.end(end)))
        .collect();
    let outports = inner
        .outports
        .iter()
        .map(|(name, end)| (names.get(name.as_str()), names.end(end)))
        .collect();
    Ok(PlannedKind::PerGroup(Arc::new(GroupPlan {
        plan,
        inports,
        outports,
    })))
}

fn policy(on_error: OnError) -> ErrorPolicy {
    match on_error {
        OnError::Fail => ErrorPolicy::Fail,
        OnError::Retry => ErrorPolicy::Retry,
        OnError::DeadLetter => ErrorPolicy::DeadLetter,
        OnError::Skip => ErrorPolicy::Skip,
    }
}

/// Puts the connectors into one in-port together: they share a pipe, as wide as the widest of them.
fn plan_wires(
    connectors: &[FlatConnector],
    processes: &[PlannedProcess],
    names: &mut Names<'_>,
) -> Result<Vec<PlannedWire>, PlanError> {
    let mut wires: Vec<PlannedWire> = Vec::with_capacity(connectors.len());
    let mut by_target: HashMap<PlannedEnd, usize, RandomState> =
        HashMap::with_capacity_and_hasher(connectors.len(), RandomState::default());
    let mut sources: HashSet<PlannedEnd, RandomState> =
        HashSet::with_capacity_and_hasher(connectors.len(), RandomState::default());
    for connector in connectors {
        let (from, to) = (names.end(&connector.from), names.end(&connector.to));
        if !sources.insert(from.clone()) {
            return Err(PlanError::TwoReaders {
                process: processes[from.process].name.to_string(),
                port: from.label(),
            });
        }
        if let Some(&at) = by_target.get(&to) {
            wires[at].from.push(from);
            wires[at].capacity = wires[at].capacity.max(connector.capacity);
            continue;
        }
        by_target.insert(to.clone(), wires.len());
        wires.push(PlannedWire {
            from: vec![from],
            to,
            capacity: connector.capacity,
            when_full: when_full(connector.when_full),
            entry: None,
        });
    }
    Ok(wires)
}

/// Lets packets in through each exported in-port that has no value.
fn plan_entries(flat: &Flat, wires: &mut Vec<PlannedWire>, names: &mut Names<'_>) {
    for (name, end) in &flat.inports {
        let has_value = flat.processes[end.process]
            .iips
            .keys()
            .any(|key| key.port == end.port && key.index == end.index);
        if has_value {
            continue;
        }
        let (name, end) = (names.get(name.as_str()), names.end(end));
        match wires.iter_mut().find(|wire| wire.to == end) {
            Some(wire) => {
                wire.entry.get_or_insert(name);
            }
            None => wires.push(PlannedWire {
                from: Vec::new(),
                to: end,
                capacity: DEFAULT_CAPACITY,
                when_full: WhenFull::Block,
                entry: Some(name),
            }),
        }
    }
}

/// Lets packets out through each exported out-port that nothing inside reads.
fn plan_exits(
    flat: &Flat,
    wires: &[PlannedWire],
    names: &mut Names<'_>,
) -> Vec<(Arc<str>, PlannedEnd)> {
    let exports = flat.outports.iter();
    let mut exits: Vec<(Arc<str>, PlannedEnd)> = Vec::new();
    for (name, end) in exports {
        let (name, end) = (names.get(name.as_str()), names.end(end));
        let is_read = wires.iter().any(|wire| wire.from.contains(&end));
        if !is_read && exits.iter().all(|(_, known)| *known != end) {
            exits.push((name, end));
        }
    }
    exits
}

fn when_full(when_full: millstream_graph::WhenFull) -> WhenFull {
    match when_full {
        millstream_graph::WhenFull::Block => WhenFull::Block,
        millstream_graph::WhenFull::DropOldest => WhenFull::DropOldest,
        millstream_graph::WhenFull::DropNewest => WhenFull::DropNewest,
    }
}

impl PlannedEnd {
    /// The port, with its index if it is an element.
    pub(crate) fn label(&self) -> String {
        match self.index {
            Some(index) => format!("{}[{index}]", self.port),
            None => self.port.to_string(),
        }
    }
}
