//! From a graph with subgraphs to the flat list of processes and connectors that the engine plans from.
//!
//! A subgraph's processes move into the parent under `parent/child` names, and its exported ports disappear: the
//! connector outside goes straight to the inner port, with its own capacity. A subgraph marked `per_group` stays one
//! process that holds its own flat graph, because it runs anew for each bracket group.
//!
//! Settings of the process that uses a subgraph go down: `worker` and `thread` to inner processes that name none,
//! `on_error` to those that have the default. A value on an exported in-port replaces the inner port's own.
//! With `dead_letter` on the outside, the subgraph's implicit port `error` collects from all inner processes that took
//! the choice over.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::model::{Connector, Graph, OnError, Process, WhenFull};
use crate::names::{ComponentRef, PortKey, PortName, PortRef, ProcessName};
use crate::resolve::{Resolve, ResolveError};

/// How deep subgraphs may stand in subgraphs.
const DEPTH_MAX: usize = 64;

/// A graph without subgraphs, but for those that run per group.
#[derive(Debug, Clone, PartialEq)]
pub struct Flat {
    /// The graph's name.
    pub name: String,
    /// Which file it came from, as the resolver calls it.
    pub file: Arc<str>,
    /// Processes in the order of the file, those of a subgraph at its place.
    pub processes: Vec<FlatProcess>,
    /// Connectors, those inside subgraphs first.
    pub connectors: Vec<FlatConnector>,
    /// In-ports of the whole.
    pub inports: IndexMap<PortName, FlatEnd>,
    /// Out-ports of the whole.
    pub outports: IndexMap<PortName, FlatEnd>,
    /// Groups of the graph and of its subgraphs.
    pub groups: Vec<FlatGroup>,
}

/// A process of a flat graph.
#[derive(Debug, Clone, PartialEq)]
pub struct FlatProcess {
    /// `process`, or `parent/child` for a process of a subgraph.
    pub path: String,
    /// What runs.
    pub component: ComponentRef,
    /// One value per in-port.
    pub iips: IndexMap<PortKey, Value>,
    /// What a failure does.
    pub on_error: OnError,
    /// The worker that runs it.
    pub worker: Option<String>,
    /// The thread that runs it.
    pub thread: Option<String>,
    /// How many copies share its work.
    pub replicas: u32,
    /// What the editor shows instead of the name.
    pub label: Option<String>,
    /// Where it is written.
    pub origin: Origin,
    /// The inner graph, when this is a subgraph that runs per bracket group.
    pub per_group: Option<Box<Flat>>,
}

/// Where a process is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file, as the resolver calls it.
    pub file: Arc<str>,
    /// The process's name in that file.
    pub process: ProcessName,
}

/// One end of a connector of a flat graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FlatEnd {
    /// Position of the process.
    pub process: usize,
    /// Its port.
    pub port: PortName,
    /// The element, for array ports.
    pub index: Option<u32>,
}

/// A connector of a flat graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatConnector {
    /// The out-port that writes.
    pub from: FlatEnd,
    /// The in-port that reads.
    pub to: FlatEnd,
    /// Packets that it holds.
    pub capacity: u32,
    /// What happens when it is full.
    pub when_full: WhenFull,
    /// The file it is written in, as the resolver calls it.
    pub file: Arc<str>,
    /// Its position among the connectors of that file.
    pub at: usize,
}

/// A group of a flat graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatGroup {
    /// `group`, or `parent/group` for a group of a subgraph.
    pub path: String,
    /// Positions of its processes; a subgraph counts with all it holds.
    pub processes: Vec<usize>,
}

/// Why a graph cannot be flattened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlattenError {
    /// A process has no component yet.
    #[error("process `{process}` has no component")]
    NoComponent {
        /// Path of the process.
        process: String,
    },
    /// A connector, export or group names a process that is not in its file.
    #[error("{what} names the process `{process}`, which is not in the graph")]
    UnknownProcess {
        /// What names it.
        what: String,
        /// The name.
        process: ProcessName,
    },
    /// A connector, value or export names a port that a subgraph does not export.
    #[error("{what} names the port `{port}`, which the subgraph `{process}` does not export")]
    UnknownPort {
        /// What names it.
        what: String,
        /// Path of the subgraph's process.
        process: String,
        /// The port.
        port: PortKey,
    },
    /// A subgraph contains itself.
    #[error("a subgraph contains itself: {}", chain.join(" -> "))]
    Recursion {
        /// Files from the first to its repetition.
        chain: Vec<String>,
    },
    /// Subgraphs stand in each other deeper than any real graph does.
    #[error("process `{process}` stands {DEPTH_MAX} subgraphs deep, which is the limit")]
    TooDeep {
        /// Path of the process.
        process: String,
    },
    /// A subgraph cannot be had.
    #[error("the subgraph of process `{process}` cannot be opened: {source}")]
    Subgraph {
        /// Path of the process.
        process: String,
        /// Why.
        source: ResolveError,
    },
}

/// Expands all subgraphs of a graph.
///
/// # Errors
///
/// Fails when a subgraph cannot be had or contains itself, and when an end leads nowhere; [`crate::check`] finds all of
/// this with its place.
pub fn flatten(graph: &Graph, resolve: &dyn Resolve) -> Result<Flat, FlattenError> {
    let file: Arc<str> = Arc::from(resolve.file());
    let mut chain = Vec::new();
    if !file.is_empty() {
        chain.push(Arc::clone(&file));
    }
    flat_of(graph, file, String::new(), resolve, &mut chain)
}

fn flat_of(
    graph: &Graph,
    file: Arc<str>,
    prefix: String,
    resolve: &dyn Resolve,
    chain: &mut Vec<Arc<str>>,
) -> Result<Flat, FlattenError> {
    let mut builder = Builder {
        resolve,
        chain,
        processes: Vec::with_capacity(graph.processes.len()),
        took_over: Vec::with_capacity(graph.processes.len()),
        connectors: Vec::with_capacity(graph.connectors.len()),
        groups: Vec::new(),
    };
    let place = Place {
        file: Arc::clone(&file),
        prefix,
        level: 0,
    };
    let (inports, outports) = builder.expand(graph, &place, &Inherited::default())?;
    Ok(Flat {
        name: graph.name.clone(),
        file,
        processes: builder.processes,
        connectors: builder.connectors,
        inports,
        outports,
        groups: builder.groups,
    })
}

/// Where the expansion stands.
struct Place {
    file: Arc<str>,
    /// `parent/`, or empty.
    prefix: String,
    /// How many subgraphs are around.
    level: usize,
}

/// What a subgraph's process hands down.
#[derive(Default, Clone)]
struct Inherited {
    worker: Option<String>,
    thread: Option<String>,
    on_error: OnError,
    /// Level of the subgraph that `on_error` comes from.
    level: usize,
}

/// What became of one process of the graph being expanded.
enum Target {
    One(usize),
    Many(Sub),
}

/// An expanded subgraph.
struct Sub {
    inports: Exports,
    outports: Exports,
    processes: Range<usize>,
    /// Inner processes whose dead letters come out at the implicit port `error`.
    letters: Vec<usize>,
}

type Exports = IndexMap<PortName, FlatEnd>;
type Targets<'g> = HashMap<&'g ProcessName, Target>;

struct Builder<'a> {
    resolve: &'a dyn Resolve,
    chain: &'a mut Vec<Arc<str>>,
    processes: Vec<FlatProcess>,
    /// For each process the level of the subgraph that its `on_error` comes from.
    took_over: Vec<Option<usize>>,
    connectors: Vec<FlatConnector>,
    groups: Vec<FlatGroup>,
}

impl Builder<'_> {
    fn expand(
        &mut self,
        graph: &Graph,
        place: &Place,
        inherited: &Inherited,
    ) -> Result<(Exports, Exports), FlattenError> {
        let mut targets = Targets::with_capacity(graph.processes.len());
        for (name, process) in &graph.processes {
            targets.insert(name, self.add(name, process, place, inherited)?);
        }
        for (at, connector) in graph.connectors.iter().enumerate() {
            self.connect(at, connector, place, &targets)?;
        }
        self.add_groups(graph, place, &targets)?;
        let exports = |ports: &IndexMap<PortName, PortRef>, side: Side| {
            let mut ends = Exports::with_capacity(ports.len());
            for (name, target) in ports {
                let what = || format!("the exported port `{}{name}`", place.prefix);
                if let Some(end) = find(&targets, target, side, place, &what)?.into_iter().next() {
                    ends.insert(name.clone(), end);
                }
            }
            Ok(ends)
        };
        Ok((exports(&graph.inports, Side::In)?, exports(&graph.outports, Side::Out)?))
    }

    fn add(
        &mut self,
        name: &ProcessName,
        process: &Process,
        place: &Place,
        inherited: &Inherited,
    ) -> Result<Target, FlattenError> {
        let path = format!("{}{name}", place.prefix);
        let Some(component) = &process.component else {
            return Err(FlattenError::NoComponent { process: path });
        };
        let takes_over = process.on_error == OnError::Fail && inherited.on_error != OnError::Fail;
        let flat = FlatProcess {
            path,
            component: component.clone(),
            iips: process.iips.clone(),
            on_error: if takes_over { inherited.on_error } else { process.on_error },
            worker: process.worker.clone().or_else(|| inherited.worker.clone()),
            thread: process.thread.clone().or_else(|| inherited.thread.clone()),
            replicas: process.replicas,
            label: process.label.clone(),
            origin: Origin {
                file: Arc::clone(&place.file),
                process: name.clone(),
            },
            per_group: None,
        };
        let level = if takes_over { inherited.level } else { place.level + 1 };
        if component.is_file() {
            return self.add_subgraph(flat, place, level);
        }
        Ok(Target::One(self.push(flat, takes_over.then_some(level))))
    }

    fn push(&mut self, process: FlatProcess, took_over: Option<usize>) -> usize {
        self.processes.push(process);
        self.took_over.push(took_over);
        self.processes.len() - 1
    }

    /// Expands the subgraph of a process, or keeps it as one process when it runs per group.
    fn add_subgraph(
        &mut self,
        mut outer: FlatProcess,
        place: &Place,
        level: usize,
    ) -> Result<Target, FlattenError> {
        let found = self
            .resolve
            .resolve(&outer.component, &place.file)
            .map_err(|source| FlattenError::Subgraph {
                process: outer.path.clone(),
                source,
            })?;
        self.enter(&found.file, &outer.path)?;
        let prefix = format!("{}/", outer.path);
        if found.graph.per_group {
            let inner = flat_of(&found.graph, found.file, prefix, self.resolve, self.chain)?;
            self.chain.pop();
            outer.per_group = Some(Box::new(inner));
            return Ok(Target::One(self.push(outer, None)));
        }
        let inherited = Inherited {
            worker: outer.worker.clone(),
            thread: outer.thread.clone(),
            on_error: outer.on_error,
            level,
        };
        let inner = Place {
            file: found.file,
            prefix,
            level: place.level + 1,
        };
        let first = self.processes.len();
        let (inports, outports) = self.expand(&found.graph, &inner, &inherited)?;
        self.chain.pop();
        let processes = first..self.processes.len();
        let letters = if outer.on_error == OnError::DeadLetter && level == place.level + 1 {
            processes.clone().filter(|&at| self.took_over[at] == Some(level)).collect()
        } else {
            Vec::new()
        };
        let sub = Sub {
            inports,
            outports,
            processes,
            letters,
        };
        self.hand_in(outer, &sub)?;
        Ok(Target::Many(sub))
    }

    /// Refuses a file that is being expanded already.
    fn enter(&mut self, file: &Arc<str>, process: &str) -> Result<(), FlattenError> {
        if let Some(first) = self.chain.iter().position(|open| open == file) {
            let around = self.chain.iter().skip(first).chain([file]);
            return Err(FlattenError::Recursion {
                chain: around.map(ToString::to_string).collect(),
            });
        }
        if self.chain.len() >= DEPTH_MAX {
            return Err(FlattenError::TooDeep {
                process: process.to_owned(),
            });
        }
        self.chain.push(Arc::clone(file));
        Ok(())
    }

    /// Hands the values on a subgraph's exported in-ports to the inner ports.
    fn hand_in(&mut self, outer: FlatProcess, sub: &Sub) -> Result<(), FlattenError> {
        for (key, value) in outer.iips {
            let Some(end) = sub.inner(&key, Side::In).into_iter().next() else {
                return Err(FlattenError::UnknownPort {
                    what: "a value".to_owned(),
                    process: outer.path,
                    port: key,
                });
            };
            let port = PortKey {
                port: end.port,
                index: end.index,
            };
            self.processes[end.process].iips.insert(port, value);
        }
        Ok(())
    }

    fn connect(
        &mut self,
        at: usize,
        connector: &Connector,
        place: &Place,
        targets: &Targets<'_>,
    ) -> Result<(), FlattenError> {
        let what = || format!("the connector `{connector}`");
        let writers = find(targets, &connector.from, Side::Out, place, &what)?;
        let readers = find(targets, &connector.to, Side::In, place, &what)?;
        for from in writers {
            for to in &readers {
                self.connectors.push(FlatConnector {
                    from: from.clone(),
                    to: to.clone(),
                    capacity: connector.capacity,
                    when_full: connector.when_full,
                    file: Arc::clone(&place.file),
                    at,
                });
            }
        }
        Ok(())
    }

    fn add_groups(
        &mut self,
        graph: &Graph,
        place: &Place,
        targets: &Targets<'_>,
    ) -> Result<(), FlattenError> {
        for group in &graph.groups {
            let path = format!("{}{}", place.prefix, group.name);
            let mut processes = Vec::new();
            for name in &group.processes {
                match targets.get(name) {
                    Some(Target::One(at)) => processes.push(*at),
                    Some(Target::Many(sub)) => processes.extend(sub.processes.clone()),
                    // A wrong group harms nobody's run; the check warns of it.
                    None => {}
                }
            }
            self.groups.push(FlatGroup { path, processes });
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    In,
    Out,
}

impl Sub {
    /// The inner ends behind a port of the subgraph; none when it does not export the port.
    fn inner(&self, key: &PortKey, side: Side) -> Vec<FlatEnd> {
        let exports = match side {
            Side::In => &self.inports,
            Side::Out => &self.outports,
        };
        match exports.get(&key.port) {
            // An element of an element: the export fixed the index already.
            Some(end) if end.index.is_some() && key.index.is_some() => Vec::new(),
            Some(end) => vec![FlatEnd {
                index: end.index.or(key.index),
                ..end.clone()
            }],
            None if side == Side::Out && key.port == "error" && key.index.is_none() => {
                let letter = |&process: &usize| FlatEnd {
                    process,
                    port: key.port.clone(),
                    index: None,
                };
                self.letters.iter().map(letter).collect()
            }
            None => Vec::new(),
        }
    }
}

/// The flat ends behind an end in a graph: one, or several for the dead letters of a subgraph.
fn find(
    targets: &Targets<'_>,
    end: &PortRef,
    side: Side,
    place: &Place,
    what: &dyn Fn() -> String,
) -> Result<Vec<FlatEnd>, FlattenError> {
    match targets.get(&end.process) {
        None => Err(FlattenError::UnknownProcess {
            what: what(),
            process: end.process.clone(),
        }),
        Some(&Target::One(process)) => Ok(vec![FlatEnd {
            process,
            port: end.port.clone(),
            index: end.index,
        }]),
        Some(Target::Many(sub)) => {
            let ends = sub.inner(&end.key(), side);
            if ends.is_empty() {
                return Err(FlattenError::UnknownPort {
                    what: what(),
                    process: format!("{}{}", place.prefix, end.process),
                    port: end.key(),
                });
            }
            Ok(ends)
        }
    }
}

impl Flat {
    /// How people read an end: `parent/child.port[0]`.
    pub fn end_name(&self, end: &FlatEnd) -> String {
        let path = self.processes.get(end.process).map_or("?", |process| process.path.as_str());
        match end.index {
            None => format!("{path}.{}", end.port),
            Some(index) => format!("{path}.{}[{index}]", end.port),
        }
    }

    /// How people read a connector: `a.out -> sub/b.in`.
    pub fn connector_name(&self, connector: &FlatConnector) -> String {
        format!(
            "{} -> {}",
            self.end_name(&connector.from),
            self.end_name(&connector.to)
        )
    }
}

#[cfg(test)]
mod tests;
