//! What becomes of each connector.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::build::Table;
use crate::edit::Place;
use crate::plan::{Plan, PlannedEnd, PlannedWire};

/// Where a connector of the new graph comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pipe {
    /// It is made.
    New,
    /// It is one that runs, by its position in the table.
    Kept {
        wire: usize,
        /// Whether somebody else reads it now.
        reader_changes: bool,
        /// Whether its ends are not those that it had.
        ends_change: bool,
    },
}

/// The processes of a plan as numbers of the network.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(pub(crate) Vec<usize>);

impl Numbers {
    /// An end of a planned connector.
    pub(crate) fn place(&self, end: &PlannedEnd) -> Place {
        Place {
            process: self.0[end.process],
            port: Arc::clone(&end.port),
            index: end.index,
        }
    }
}

/// The connectors of the running graph.
pub(crate) struct Running<'a> {
    table: &'a Table,
    /// By the ports at their ends: positions in the table.
    by_out: HashMap<Place, usize>,
    by_in: HashMap<Place, usize>,
    /// By position in the table: as they were planned.
    planned: HashMap<usize, &'a PlannedWire>,
}

impl<'a> Running<'a> {
    pub(crate) fn of(table: &'a Table, plan: &'a Plan, numbers: &Numbers) -> Self {
        let place = |end: &crate::build::End| Place {
            process: end.process,
            port: Arc::clone(&end.port),
            index: end.index,
        };
        let (mut by_out, mut by_in) = (HashMap::new(), HashMap::new());
        for (at, wire) in table.wires.iter().enumerate() {
            if wire.is_removed() {
                continue;
            }
            by_in.insert(place(&wire.to), at);
            by_out.extend(wire.from.iter().map(|from| (place(from), at)));
        }
        let planned = plan.wires.iter();
        let planned = planned.filter_map(|wire| {
            let at = by_in.get(&numbers.place(&wire.to))?;
            Some((*at, wire))
        });
        Self {
            planned: planned.collect(),
            table,
            by_out,
            by_in,
        }
    }

    /// The connector that an in-port reads.
    pub(crate) fn into(&self, place: &Place) -> Option<usize> {
        self.by_in.get(place).copied()
    }

    /// The connector that an out-port writes to.
    pub(crate) fn out_of(&self, place: &Place) -> Option<usize> {
        self.by_out.get(place).copied()
    }
}

/// What the processes do, by their numbers.
pub(crate) struct Movement<'a> {
    /// Those that end, for good or to start anew.
    pub(crate) leaving: &'a HashSet<usize>,
    /// By number: the island, also of those that come.
    pub(crate) island_of: &'a HashMap<usize, usize>,
}

/// What becomes of the connectors of the new graph, by position in its plan.
pub(crate) fn pipes(
    running: &Running<'_>,
    after: &Plan,
    numbers: &Numbers,
    movement: &Movement<'_>,
) -> Vec<Pipe> {
    let mut kept = HashSet::new();
    let wires = after.wires.iter();
    let choose = |wire: &PlannedWire| {
        let from: Vec<Place> = wire.from.iter().map(|end| numbers.place(end)).collect();
        let to = numbers.place(&wire.to);
        let known = from.iter().find_map(|place| running.out_of(place));
        let candidate = known.or_else(|| running.into(&to).filter(|_| from.is_empty()));
        let Some(at) = candidate.filter(|at| !kept.contains(at)) else {
            return Pipe::New;
        };
        if !can_be_kept(running, at, (wire, &from, &to), movement) {
            return Pipe::New;
        }
        kept.insert(at);
        let known = &running.table.wires[at];
        let reader_changes = running.into(&to) != Some(at);
        Pipe::Kept {
            wire: at,
            reader_changes,
            ends_change: reader_changes || known.from.len() != from.len(),
        }
    };
    wires.map(choose).collect()
}

fn can_be_kept(
    running: &Running<'_>,
    at: usize,
    (wire, from, to): (&PlannedWire, &[Place], &Place),
    movement: &Movement<'_>,
) -> bool {
    let known = &running.table.wires[at];
    let Some(planned) = running.planned.get(&at) else {
        return false;
    };
    let is_alike = planned.capacity == wire.capacity
        && planned.when_full == wire.when_full
        && known.entry == wire.entry;
    // A writer cannot be added to one that has none to spare.
    let has_writers = from.iter().all(|place| running.out_of(place) == Some(at));
    // A writer that is to be gone goes with its process.
    let are_let_go = known.from.iter().all(|end| {
        let stays = from.iter().any(|place| {
            place.process == end.process && place.port == end.port && place.index == end.index
        });
        stays || movement.leaving.contains(&end.process)
    });
    let home = movement.island_of.get(&to.process);
    let is_at_home = from
        .iter()
        .all(|place| movement.island_of.get(&place.process) == home);
    is_alike && has_writers && are_let_go && (known.connector.is_crossing() || is_at_home)
}
