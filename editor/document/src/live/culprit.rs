//! Who holds up the others: from each full connector downstream to the first process whose own output has room.
//!
//! The runtime tells the same on demand (`why`), from the very state of its waits. This walks over the counts that come
//! anyway, so that the ring stands on the culprit at every moment and costs no question.

use std::collections::{BTreeMap, BTreeSet};

use millstream_protocol::extension::ProcessState;

use crate::live::fold::{Connector, Live};
use crate::live::wire::is_full;

/// What holds up others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
    /// A process that is slower than what comes.
    Process(String),
    /// A connector that somebody holds, by the in-port that it ends at.
    Held(String),
}

/// Somebody who holds up others.
#[derive(Debug, Clone, PartialEq)]
pub struct Culprit {
    /// Who.
    pub blame: Blame,
    /// How many connectors are full because of it.
    pub waiting: usize,
    /// Share of the time in which the process computed, in percent.
    pub busy_percent: f64,
}

impl Culprit {
    /// What the ring says: `backpressure starts here: 97 % busy, 3 wires wait`.
    pub fn told(&self) -> String {
        let wires = if self.waiting == 1 {
            "1 wire waits"
        } else {
            &format!("{} wires wait", self.waiting)
        };
        match &self.blame {
            Blame::Process(_) => {
                format!(
                    "backpressure starts here: {:.0} % busy, {wires}",
                    self.busy_percent
                )
            }
            Blame::Held(_) => format!("held here: {wires}"),
        }
    }
}

/// What a walk over full connectors found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    /// The culprits, the one first for whom most wait.
    pub(super) culprits: Vec<Culprit>,
    /// Connectors in circles of full ones.
    pub(super) circles: BTreeSet<usize>,
}

/// Where a walk from a full connector ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Process(usize),
    Held(usize),
    Circle,
}

/// Looks for culprits.
///
/// # Shape
///
/// Linear in the number of connectors: where a walk ended is kept for those that come by there later.
pub(super) fn find(live: &Live) -> Found {
    // The full connector that a blocked process waits for.
    let mut full_out: BTreeMap<usize, usize> = BTreeMap::new();
    let full: Vec<usize> = (0..live.connectors.len())
        .filter(|&at| is_full(&live.connectors[at].counts, live.connectors[at].capacity))
        .collect();
    for &at in &full {
        for &writer in &live.connectors[at].writers {
            full_out.entry(writer).or_insert(at);
        }
    }
    let mut ends: BTreeMap<usize, End> = BTreeMap::new();
    let mut found = Found::default();
    for &start in &full {
        walk(live, start, &full_out, &mut ends, &mut found.circles);
    }
    let mut waiting: BTreeMap<End, usize> = BTreeMap::new();
    for end in ends.values().filter(|end| **end != End::Circle) {
        *waiting.entry(*end).or_default() += 1;
    }
    found.culprits = waiting
        .into_iter()
        .filter_map(|(end, waiting)| culprit(live, end, waiting))
        .collect();
    found
        .culprits
        .sort_by_key(|culprit| std::cmp::Reverse(culprit.waiting));
    found
}

fn culprit(live: &Live, end: End, waiting: usize) -> Option<Culprit> {
    let (blame, busy_percent) = match end {
        End::Process(at) => {
            let process = live.processes.get(at)?;
            (
                Blame::Process(process.name.clone()),
                process.counts.busy_percent,
            )
        }
        End::Held(at) => (Blame::Held(live.connectors.get(at)?.to.clone()), 0.0),
        End::Circle => return None,
    };
    Some(Culprit {
        blame,
        waiting,
        busy_percent,
    })
}

fn walk(
    live: &Live,
    start: usize,
    full_out: &BTreeMap<usize, usize>,
    ends: &mut BTreeMap<usize, End>,
    circles: &mut BTreeSet<usize>,
) {
    let mut way = Vec::new();
    let mut at = start;
    let end = loop {
        if let Some(known) = ends.get(&at) {
            break *known;
        }
        if let Some(place) = way.iter().position(|passed| *passed == at) {
            circles.extend(way.iter().skip(place).copied());
            break End::Circle;
        }
        way.push(at);
        let connector: &Connector = &live.connectors[at];
        if connector.counts.held {
            break End::Held(at);
        }
        let Some(reader) = connector.reader else {
            break End::Circle;
        };
        let is_blocked = live.processes[reader].counts.state == ProcessState::Blocked;
        match full_out.get(&reader).filter(|_| is_blocked) {
            Some(next) => at = *next,
            None => break End::Process(reader),
        }
    };
    ends.extend(way.into_iter().map(|passed| (passed, end)));
}
