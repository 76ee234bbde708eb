//! The expansion itself: subgraph by subgraph, inner ends found by way of the exported ports.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::flatten::{
    DEPTH_MAX, Flat, FlatConnector, FlatEnd, FlatGroup, FlatProcess, FlattenError, Origin,
};
use crate::model::{Connector, Graph, OnError, Process};
use crate::names::{PortKey, PortName, PortRef, ProcessName};
use crate::resolve::Resolve;

pub(super) fn flat_of(
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
        self.add_groups(graph, place, &targets);
        let exports = |ports: &IndexMap<PortName, PortRef>, side: Side| {
            let mut ends = Exports::with_capacity(ports.len());
            for (name, target) in ports {
                let what = || format!("the exported port `{}{name}`", place.prefix);
                if let Some(end) = find(&targets, target, side, place, &what)?
                    .into_iter()
                    .next()
                {
                    ends.insert(name.clone(), end);
                }
            }
            Ok(ends)
        };
        Ok((
            exports(&graph.inports, Side::In)?,
            exports(&graph.outports, Side::Out)?,
        ))
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
            on_error: if takes_over {
                inherited.on_error
            } else {
                process.on_error
            },
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
        let level = if takes_over {
            inherited.level
        } else {
            place.level + 1
        };
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
            processes
                .clone()
                .filter(|&at| self.took_over[at] == Some(level))
                .collect()
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

    fn add_groups(&mut self, graph: &Graph, place: &Place, targets: &Targets<'_>) {
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
