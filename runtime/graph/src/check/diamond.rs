//! The rule about diamonds: branches that leave one process and meet again at another.
//!
//! For each process with several in-ports the rule looks for the nearest process that all packets of two of them have
//! passed: their nearest common dominator. Dominators are found in one pass, upstream first, with jump pointers, so
//! that a graph of any shape takes time proportional to its size times a logarithm. Members of a cycle count as one.
//!
//! How a component reads its in-ports cannot be seen from outside. Two standard components are known to read one to its
//! end before the other; for the rest the rule speaks up, softly, only where the branches hold very little.
//!
//! A branch never fills up when it passes an out-port that is silent until the end: all that comes before is taken by
//! then. (Inside of brackets such a port speaks at the end of each group; the rule lets that pass.) Nor does it behind a
//! `core/Take` of no more packets than there is room for.

use crate::check::codes::Code;
use crate::check::finding::{Place, Severity};
use crate::check::report::Report;
use crate::check::site::Site;
use crate::edit::Side;
use crate::model::{Connector, WhenFull};

/// Components that read an in-port to its end before they turn to the others, and which one of two branches waits.
const READS_IN_ORDER: [(&str, Waits); 2] =
    [("core/Concat", Waits::Second), ("core/Join", Waits::First)];

/// What a branch holds that never makes its writer wait.
const ALL: u64 = u64::MAX;

/// Branches that hold fewer packets than this are suspicious before any reader.
const SMALL: u64 = 16;

/// A branch that holds as many packets as this was given room on purpose, or sees few packets: worth a hint only.
const ROOMY: u64 = 64;

/// How far a branch is followed to sum up what it holds.
const STEPS_MAX: usize = 64;

pub(super) fn check(site: &Site<'_>, report: &mut Report) {
    let incoming = incoming(site);
    if !incoming.iter().any(|connectors| connectors.len() > 1) {
        return;
    }
    let dominators = Dominators::new(site);
    for (reader, connectors) in incoming.iter().enumerate() {
        let branches = one_per_port(site, connectors);
        for pair in branches.windows(2) {
            if let [a, b] = *pair {
                diamond(site, &dominators, &incoming, (reader, a, b), report);
            }
        }
    }
}

/// Connectors into each process, by position.
fn incoming(site: &Site<'_>) -> Vec<Vec<usize>> {
    let mut incoming = vec![Vec::new(); site.graph.processes.len()];
    for (at, _connector, _from, to) in site.connectors() {
        incoming[to].push(at);
    }
    incoming
}

/// The first connector into each in-port, in order of port and element.
fn one_per_port(site: &Site<'_>, connectors: &[usize]) -> Vec<usize> {
    let mut branches = connectors.to_vec();
    let key = |at: &usize| {
        let end = &site.graph.connectors[*at].to;
        (end.port.clone(), end.index)
    };
    if branches.len() > 1 {
        branches.sort_by_cached_key(key);
        branches.dedup_by_key(|at| key(at));
    }
    branches
}

/// Which of two branches is not read before the other one has ended, in order of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// As in `core/Join`, which holds many packets of its own meanwhile, so that it is worth a hint only.
    First,
    /// As in `core/Concat`.
    Second,
}

/// How a process is known to read its in-ports.
fn order_of(site: &Site<'_>, reader: usize) -> Option<Waits> {
    let name = site.component_name(reader)?;
    let known = READS_IN_ORDER.iter().find(|(known, _)| *known == name);
    known.map(|&(_, waits)| waits)
}

fn diamond(
    site: &Site<'_>,
    dominators: &Dominators,
    incoming: &[Vec<usize>],
    (reader, a, b): (usize, usize, usize),
    report: &mut Report,
) {
    let start = |at: usize| site.ends[at].0;
    let (Some(from_a), Some(from_b)) = (start(a), start(b)) else {
        return;
    };
    // Inside a cycle nothing can be said about order.
    let circle = site.topology.component_of(reader);
    if [from_a, from_b]
        .iter()
        .any(|&from| site.topology.component_of(from) == circle)
    {
        return;
    }
    let Some(fork) = dominators.common(site, from_a, from_b) else {
        return;
    };
    if site.topology.members(fork).len() > 1 {
        return;
    }
    let Some(&fork) = site.topology.members(fork).first() else {
        return;
    };
    let branch = |at: usize| Branch::new(site, incoming, fork, at);
    let (Some(first), Some(second)) = (branch(a), branch(b)) else {
        return;
    };
    let order = order_of(site, reader);
    let in_order = order.is_some();
    let waiting = match order {
        Some(Waits::Second) => &second,
        // Where nothing is known it may be either: the one that fills up sooner.
        None if second.holds < first.holds => &second,
        Some(Waits::First) | None => &first,
    };
    if waiting.holds == ALL || !in_order && waiting.holds >= SMALL {
        return;
    }
    let severity = if order == Some(Waits::Second) && waiting.holds < ROOMY {
        Severity::Warning
    } else {
        Severity::Hint
    };
    report.add_as(
        severity,
        Code::DiamondMayBlock,
        Place::Connector(waiting.last),
        || message(site, fork, reader, waiting, order),
    );
}

fn message(
    site: &Site<'_>,
    fork: usize,
    reader: usize,
    waiting: &Branch<'_>,
    order: Option<Waits>,
) -> (String, Option<String>) {
    let end = &site.graph.connectors[waiting.last].to;
    let (fork, reader) = (site.name(fork), site.name(reader));
    let s = if waiting.holds == 1 { "" } else { "s" };
    let why = match order {
        Some(Waits::First) => format!("is read last, beyond what `{reader}` holds itself,"),
        Some(Waits::Second) => "is read last".to_owned(),
        None => "may have to wait".to_owned(),
    };
    let message = format!(
        "branches from `{fork}` meet again at `{reader}`: the one into `{end}` {why} and holds {} packet{s} ({}), \
         then `{fork}` blocks",
        waiting.holds,
        waiting.capacities()
    );
    let help = format!(
        "give the branch a capacity for all packets that wait while `{reader}` reads the other"
    );
    (message, Some(help))
}

/// One way from the fork to the reader.
struct Branch<'a> {
    /// Position of its last connector.
    last: usize,
    /// Its connectors, the last one first.
    connectors: Vec<&'a Connector>,
    /// Packets that it holds when full, as far as it was followed; [`ALL`] if it never is.
    holds: u64,
}

impl<'a> Branch<'a> {
    /// Follows a branch back to the fork; nothing when it is too long to fill up soon.
    fn new(site: &Site<'a>, incoming: &[Vec<usize>], fork: usize, last: usize) -> Option<Self> {
        let mut branch = Self {
            last,
            connectors: Vec::new(),
            holds: 0,
        };
        let mut at = last;
        while branch.connectors.len() < STEPS_MAX {
            let connector = &site.graph.connectors[at];
            let from = site.ends[at].0?;
            branch.connectors.push(connector);
            branch.holds = branch.holds.saturating_add(u64::from(connector.capacity));
            if never_fills(site, from, connector, branch.holds) {
                branch.holds = ALL;
            }
            if from == fork {
                return Some(branch);
            }
            at = *incoming[from].first()?;
        }
        None
    }

    fn capacities(&self) -> String {
        const SHOWN_MAX: usize = 4;
        let shown = self.connectors.iter().rev().take(SHOWN_MAX);
        let mut parts: Vec<String> = shown
            .map(|connector| format!("`{connector}` {}", connector.capacity))
            .collect();
        if self.connectors.len() > SHOWN_MAX {
            parts.push(format!("{} more", self.connectors.len() - SHOWN_MAX));
        }
        parts.join(", ")
    }
}

/// Whether a branch never makes its writer wait from this connector on, behind which it holds so many packets.
fn never_fills(site: &Site<'_>, from: usize, connector: &Connector, holds: u64) -> bool {
    let port = site.port_at(Some(from), Side::Out, &connector.from);
    connector.when_full != WhenFull::Block
        || port.is_some_and(|port| port.at_end)
        || most_taken(site, from).is_some_and(|most| most <= holds)
}

/// How many packets a process lets pass before it ends by itself.
fn most_taken(site: &Site<'_>, process: usize) -> Option<u64> {
    let takes = site.component_name(process) == Some("core/Take");
    let mut iips = site.process(process).iips.iter();
    let (_, count) = iips.find(|(key, _)| takes && key.port == "count")?;
    u64::try_from(count.as_int()?).ok()
}

/// The dominator tree of the strongly connected components, below a root that feeds all sources.
struct Dominators {
    /// By component + 1; 0 is the root.
    nodes: Vec<Dominator>,
}

#[derive(Clone, Copy, Default)]
struct Dominator {
    parent: usize,
    depth: usize,
    /// An ancestor further up, chosen so that any ancestor is found in a logarithm of steps.
    jump: usize,
}

impl Dominators {
    fn new(site: &Site<'_>) -> Self {
        let topology = &site.topology;
        let mut tree = Self {
            nodes: vec![Dominator::default(); topology.component_count() + 1],
        };
        for component in topology.component_order() {
            let mut parent: Option<usize> = None;
            for &member in topology.members(component) {
                for &feeder in topology.predecessors(member) {
                    let feeder = topology.component_of(feeder);
                    if feeder != component {
                        let node = feeder + 1;
                        parent = Some(parent.map_or(node, |known| tree.meet(known, node)));
                    }
                }
            }
            tree.hang(component + 1, parent.unwrap_or(0));
        }
        tree
    }

    fn hang(&mut self, node: usize, parent: usize) {
        let above = self.nodes[parent];
        let further = self.nodes[above.jump];
        let even = above.depth - further.depth == further.depth - self.nodes[further.jump].depth;
        self.nodes[node] = Dominator {
            parent,
            depth: above.depth + 1,
            jump: if even { further.jump } else { parent },
        };
    }

    /// The nearest common ancestor.
    fn meet(&self, mut a: usize, mut b: usize) -> usize {
        if self.nodes[a].depth < self.nodes[b].depth {
            std::mem::swap(&mut a, &mut b);
        }
        let depth = self.nodes[b].depth;
        while self.nodes[a].depth > depth {
            let jump = self.nodes[a].jump;
            a = if self.nodes[jump].depth < depth {
                self.nodes[a].parent
            } else {
                jump
            };
        }
        while a != b {
            let (jump_a, jump_b) = (self.nodes[a].jump, self.nodes[b].jump);
            (a, b) = if jump_a == jump_b {
                (self.nodes[a].parent, self.nodes[b].parent)
            } else {
                (jump_a, jump_b)
            };
        }
        a
    }

    /// The component that all packets of both processes have passed.
    fn common(&self, site: &Site<'_>, a: usize, b: usize) -> Option<usize> {
        let node = |process: usize| site.topology.component_of(process) + 1;
        self.meet(node(a), node(b)).checked_sub(1)
    }
}
