//! Which island polls which process.
//!
//! A hand-over inside an island costs nanoseconds, one between islands costs cache lines and fences; so light work
//! stays together however many threads there are. Heavy processes are spread in the order of the flow, in blocks, which
//! cuts the fewest connectors; a light process goes where its packets come from.

use std::collections::BTreeMap;

use millstream_graph::Cost;

use crate::plan::{PlannedProcess, PlannedWire};

/// Islands and where each process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    /// What runs each island.
    pub(crate) islands: Vec<IslandKind>,
    /// Island of each process.
    pub(crate) island_of: Vec<usize>,
}

/// What runs an island.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IslandKind {
    /// A task of the runtime.
    Task,
    /// A thread of its own, with this name.
    Thread(String),
}

impl Placement {
    /// Everything on one island.
    pub(crate) fn together(processes: usize) -> Self {
        Self {
            islands: vec![IslandKind::Task],
            island_of: vec![0; processes],
        }
    }
}

/// Places processes on at most `threads` tasks, and on threads of their own where they must.
pub(crate) fn place(
    processes: &[PlannedProcess],
    wires: &[PlannedWire],
    threads: usize,
) -> Placement {
    let mut placement = Placement::together(processes.len());
    let threads = threads.max(1);
    if threads > 1 && processes.iter().any(|process| process.cost == Cost::Heavy) {
        spread(processes, wires, threads, &mut placement);
    }
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, process) in processes.iter().enumerate() {
        if let Some(thread) = &process.thread {
            let island = *named.entry(thread).or_insert_with(|| {
                placement.islands.push(IslandKind::Thread(thread.clone()));
                placement.islands.len() - 1
            });
            placement.island_of[at] = island;
        } else if process.cost == Cost::Blocking {
            placement
                .islands
                .push(IslandKind::Thread(process.name.to_string()));
            placement.island_of[at] = placement.islands.len() - 1;
        }
    }
    placement
}

fn spread(
    processes: &[PlannedProcess],
    wires: &[PlannedWire],
    threads: usize,
    placement: &mut Placement,
) {
    let order = flow_order(processes.len(), wires);
    let heavy = processes
        .iter()
        .filter(|process| process.cost == Cost::Heavy)
        .count();
    let islands = threads.min(heavy);
    placement.islands = vec![IslandKind::Task; islands];
    let upstream = first_upstream(processes.len(), wires);
    let mut seen = 0;
    for at in order {
        placement.island_of[at] = if processes[at].cost == Cost::Heavy {
            seen += 1;
            (seen - 1) * islands / heavy
        } else {
            upstream[at].map_or(0, |from| placement.island_of[from])
        };
    }
}

/// Processes so that writers come before readers, as far as there are no cycles.
fn flow_order(processes: usize, wires: &[PlannedWire]) -> Vec<usize> {
    let mut waiting_for = vec![0_usize; processes];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); processes];
    for wire in wires {
        for from in &wire.from {
            readers[from.process].push(wire.to.process);
            waiting_for[wire.to.process] += 1;
        }
    }
    let mut order: Vec<usize> = (0..processes).filter(|&at| waiting_for[at] == 0).collect();
    let mut placed = vec![false; processes];
    for &at in &order {
        placed[at] = true;
    }
    let mut next = 0;
    let mut scan = 0;
    while order.len() < processes {
        if next == order.len() {
            // A cycle: break it at its first process in the file.
            while placed[scan] {
                scan += 1;
            }
            placed[scan] = true;
            order.push(scan);
        }
        for &reader in &readers[order[next]] {
            waiting_for[reader] -= 1;
            if waiting_for[reader] == 0 && !placed[reader] {
                placed[reader] = true;
                order.push(reader);
            }
        }
        next += 1;
    }
    order
}

fn first_upstream(processes: usize, wires: &[PlannedWire]) -> Vec<Option<usize>> {
    let mut upstream = vec![None; processes];
    for wire in wires {
        if let Some(from) = wire.from.first() {
            upstream[wire.to.process].get_or_insert(from.process);
        }
    }
    upstream
}
