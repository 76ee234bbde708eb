//! Who waits for whom when nothing can go on.

use std::fmt;

use millstream_connector::Connector;

use crate::build::Wire;

/// A network in which no process can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    /// Processes that wait for each other in a circle, each for the next one and the last for the first. Empty when
    /// the processes wait for something that is not in the network and cannot come.
    pub cycle: Vec<Waiting>,
    /// All other processes that have not ended.
    pub others: Vec<Waiting>,
}

/// A process and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Position of the process.
    pub process: usize,
    /// Its name.
    pub name: String,
    /// What it waits for; `None` if it is no port of its.
    pub blockage: Option<Blockage>,
}

/// A port on which a process waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blockage {
    /// Sending or receiving.
    pub wait: Wait,
    /// The process's own port.
    pub port: String,
    /// The port at the other end, as `process.port`; the first one when there are several.
    pub peer: String,
    /// Packets inside the connector.
    pub depth: u64,
    /// Most packets that fit.
    pub capacity: u32,
}

/// What a process waits to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wait {
    /// The connector is full.
    Send,
    /// The connector is empty.
    Receive,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(blockage) = &self.blockage else {
            return write!(
                f,
                "{} waits for something outside that cannot come",
                self.name
            );
        };
        let Blockage {
            wait,
            port,
            peer,
            depth,
            capacity,
        } = blockage;
        match wait {
            Wait::Send => write!(
                f,
                "{}.{port} waits to send to {peer} ({depth} of {capacity} packets)",
                self.name
            ),
            Wait::Receive => write!(
                f,
                "{}.{port} waits to receive from {peer} ({depth} of {capacity} packets)",
                self.name
            ),
        }
    }
}

/// One "waits for" of a process: the blockage and the processes that could end it.
struct Edge {
    blockage: Blockage,
    towards: Vec<usize>,
}

/// Finds out who waits for whom. `names` and `live` go by position of the process.
pub(crate) fn explain(names: &[String], live: &[bool], wires: &[Wire]) -> Deadlock {
    let mut edges: Vec<Vec<Edge>> = names.iter().map(|_| Vec::new()).collect();
    for wire in wires.iter().filter(|wire| !wire.is_over()) {
        add_edges(wire, live, &mut edges);
    }
    let cycle = find_cycle(live, &edges);
    let in_cycle: std::collections::HashSet<usize> =
        cycle.iter().map(|&(process, _)| process).collect();
    let waiting = |process: usize, edge: Option<&Edge>| Waiting {
        process,
        name: names[process].clone(),
        blockage: edge.map(|edge| edge.blockage.clone()),
    };
    Deadlock {
        cycle: cycle
            .iter()
            .map(|&(process, at)| waiting(process, edges[process].get(at)))
            .collect(),
        others: (0..names.len())
            .filter(|process| live[*process] && !in_cycle.contains(process))
            .map(|process| waiting(process, edges[process].first()))
            .collect(),
    }
}

fn add_edges(wire: &Wire, live: &[bool], edges: &mut [Vec<Edge>]) {
    let connector: &Connector = &wire.connector;
    let blockage = |wait, port: &str, peer: &str| Blockage {
        wait,
        port: port.to_owned(),
        peer: peer.to_owned(),
        depth: connector.depth(),
        capacity: connector.capacity(),
    };
    let writers: Vec<_> = wire.from.iter().filter(|end| live[end.process]).collect();
    // The reader of a held connector waits for whoever holds it, and that is nobody in the network.
    let waits = connector.waiting_reader().is_some() && !connector.is_held();
    if waits && live[wire.to.process] {
        let peer = writers
            .first()
            .map_or_else(|| "nobody".to_owned(), |end| end.label());
        edges[wire.to.process].push(Edge {
            blockage: blockage(Wait::Receive, &wire.to.port_label(), &peer),
            towards: writers.iter().map(|end| end.process).collect(),
        });
    }
    let waiting = connector.waiting_writers();
    for end in writers {
        let number = u32::try_from(end.process).unwrap_or(u32::MAX);
        if waiting.contains(&number) {
            edges[end.process].push(Edge {
                blockage: blockage(Wait::Send, &end.port_label(), &wire.to.label()),
                towards: vec![wire.to.process],
            });
        }
    }
}

/// A circle of waits as processes with the number of the edge that each waits on.
fn find_cycle(live: &[bool], edges: &[Vec<Edge>]) -> Vec<(usize, usize)> {
    let mut visited = vec![false; edges.len()];
    for start in 0..edges.len() {
        if live[start] && !visited[start] {
            let cycle = walk(start, edges, &mut visited);
            if !cycle.is_empty() {
                return cycle;
            }
        }
    }
    Vec::new()
}

/// Depth-first from one process, with a stack of its own: networks may be long.
fn walk(start: usize, edges: &[Vec<Edge>], visited: &mut [bool]) -> Vec<(usize, usize)> {
    // (process, edge, target of the edge)
    let mut path: Vec<(usize, usize, usize)> = vec![(start, 0, 0)];
    let mut on_path: std::collections::HashMap<usize, usize> = [(start, 0)].into();
    visited[start] = true;
    while let Some(&mut (process, ref mut edge, ref mut target)) = path.last_mut() {
        let Some(current) = edges[process].get(*edge) else {
            on_path.remove(&process);
            path.pop();
            continue;
        };
        let Some(&next) = current.towards.get(*target) else {
            (*edge, *target) = (*edge + 1, 0);
            continue;
        };
        let through = *edge;
        *target += 1;
        if let Some(&from) = on_path.get(&next) {
            let mut cycle: Vec<(usize, usize)> = path[from..]
                .iter()
                .map(|&(process, edge, _)| (process, edge))
                .collect();
            if let Some(last) = cycle.last_mut() {
                last.1 = through;
            }
            return cycle;
        }
        if !std::mem::replace(&mut visited[next], true) {
            on_path.insert(next, path.len());
            path.push((next, 0, 0));
        }
    }
    Vec::new()
}
