//! Order, cycles and reachability of processes.
//!
//! The one module that knows petgraph; its indices never leave it (R37). Processes are numbered by their position.
//! Everything takes time linear in processes and connectors (order: times the logarithm).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::flatten::Flat;
use crate::model::Graph;

/// Which processes feed which.
#[derive(Debug, Clone)]
pub struct Topology {
    successors: Vec<Vec<usize>>,
    predecessors: Vec<Vec<usize>>,
    /// Strongly connected components; a component's number is its position here.
    components: Vec<Vec<usize>>,
    /// The component of each process.
    component_of: Vec<usize>,
}

impl Topology {
    /// Builds the topology of `count` processes from pairs (from, to); pairs beyond `count` are left out.
    pub fn new(count: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut successors = vec![Vec::new(); count];
        let mut predecessors = vec![Vec::new(); count];
        let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(count, 0);
        for _ in 0..count {
            graph.add_node(());
        }
        for (from, to) in edges {
            if from < count && to < count {
                successors[from].push(to);
                predecessors[to].push(from);
                graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
            }
        }
        let components = components(&graph);
        let mut component_of = vec![0; count];
        for (number, members) in components.iter().enumerate() {
            for &member in members {
                component_of[member] = number;
            }
        }
        Self {
            successors,
            predecessors,
            components,
            component_of,
        }
    }

    /// The topology of a graph's processes; connectors with unknown ends are left out.
    pub fn of_graph(graph: &Graph) -> Self {
        let at = |name| graph.processes.get_index_of::<crate::ProcessName>(name);
        Self::new(
            graph.processes.len(),
            graph.connectors.iter().filter_map(|connector| {
                Some((at(&connector.from.process)?, at(&connector.to.process)?))
            }),
        )
    }

    /// The topology of a flat graph's processes.
    pub fn of_flat(flat: &Flat) -> Self {
        Self::new(
            flat.processes.len(),
            flat.connectors
                .iter()
                .map(|connector| (connector.from.process, connector.to.process)),
        )
    }

    /// Number of processes.
    pub fn len(&self) -> usize {
        self.successors.len()
    }

    /// Whether there is no process.
    pub fn is_empty(&self) -> bool {
        self.successors.is_empty()
    }

    /// The processes that this one feeds, one for each connector.
    pub fn successors(&self, process: usize) -> &[usize] {
        self.successors.get(process).map_or(&[], Vec::as_slice)
    }

    /// The processes that feed this one, one for each connector.
    pub fn predecessors(&self, process: usize) -> &[usize] {
        self.predecessors.get(process).map_or(&[], Vec::as_slice)
    }

    /// All processes, upstream before downstream; members of a cycle stand together, and where the graph leaves a
    /// choice, the lower number comes first.
    pub fn order(&self) -> Vec<usize> {
        self.component_order()
            .into_iter()
            .flat_map(|number| self.components[number].iter().copied())
            .collect()
    }

    /// The cycles: sets of processes of which each feeds each other, also one that feeds itself.
    ///
    /// Members by number, cycles by their first member.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let mut cycles: Vec<Vec<usize>> = self
            .components
            .iter()
            .filter(|members| match members.as_slice() {
                [single] => self.successors[*single].contains(single),
                several => !several.is_empty(),
            })
            .cloned()
            .collect();
        cycles.sort_unstable();
        cycles
    }

    /// Which processes can be reached from these, themselves included; one flag per process.
    pub fn reachable_from(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        spread(&self.successors, starts)
    }

    /// From which processes these can be reached, themselves included; one flag per process.
    pub fn reaching(&self, ends: impl IntoIterator<Item = usize>) -> Vec<bool> {
        spread(&self.predecessors, ends)
    }

    /// Number of strongly connected components; a process outside all cycles is one of its own.
    pub(crate) fn component_count(&self) -> usize {
        self.components.len()
    }

    /// The strongly connected component of a process.
    pub(crate) fn component_of(&self, process: usize) -> usize {
        self.component_of[process]
    }

    /// The members of a strongly connected component.
    pub(crate) fn members(&self, component: usize) -> &[usize] {
        &self.components[component]
    }

    /// Strongly connected components, upstream first, ties by their first member.
    pub(crate) fn component_order(&self) -> Vec<usize> {
        let mut waits_for = vec![0_usize; self.components.len()];
        for (from, to) in self.component_edges() {
            waits_for[to] += usize::from(from != to);
        }
        let first = |number: usize| self.components[number].first().copied().unwrap_or(0);
        let mut ready: BinaryHeap<Reverse<(usize, usize)>> = (0..self.components.len())
            .filter(|&number| waits_for[number] == 0)
            .map(|number| Reverse((first(number), number)))
            .collect();
        let mut order = Vec::with_capacity(self.components.len());
        while let Some(Reverse((_, number))) = ready.pop() {
            order.push(number);
            for &member in &self.components[number] {
                for &next in &self.successors[member] {
                    let next = self.component_of[next];
                    if next == number {
                        continue;
                    }
                    waits_for[next] -= 1;
                    if waits_for[next] == 0 {
                        ready.push(Reverse((first(next), next)));
                    }
                }
            }
        }
        order
    }

    fn component_edges(&self) -> impl Iterator<Item = (usize, usize)> {
        self.successors
            .iter()
            .enumerate()
            .flat_map(move |(from, all)| {
                all.iter()
                    .map(move |&to| (self.component_of[from], self.component_of[to]))
            })
    }
}

/// Kosaraju's algorithm keeps its own stack: a chain of a million processes is no danger to ours.
fn components(graph: &DiGraph<(), (), usize>) -> Vec<Vec<usize>> {
    petgraph::algo::kosaraju_scc(graph)
        .into_iter()
        .map(|members| {
            let mut members: Vec<usize> = members.into_iter().map(NodeIndex::index).collect();
            members.sort_unstable();
            members
        })
        .collect()
}

fn spread(next: &[Vec<usize>], starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut waiting: Vec<usize> = starts.into_iter().filter(|&at| at < next.len()).collect();
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            waiting.extend(next[at].iter().copied().filter(|&to| !seen[to]));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::Topology;

    #[test]
    fn order_puts_upstream_first_and_keeps_cycles_together() {
        let topology = Topology::new(6, [(5, 0), (0, 1), (1, 2), (2, 1), (2, 3)]);
        assert_eq!(topology.order(), [4, 5, 0, 1, 2, 3]);
        assert_eq!(topology.cycles(), [[1, 2]]);
    }

    #[test]
    fn process_that_feeds_itself_is_a_cycle() {
        assert_eq!(Topology::new(2, [(0, 0), (0, 1)]).cycles(), [[0]]);
        assert!(Topology::new(2, [(0, 1)]).cycles().is_empty());
    }

    #[test]
    fn reachability_follows_connectors() {
        let topology = Topology::new(4, [(0, 1), (1, 2)]);
        assert_eq!(topology.reachable_from([1]), [false, true, true, false]);
        assert_eq!(topology.reaching([1]), [true, true, false, false]);
    }

    #[test]
    fn long_chain_does_not_exhaust_the_stack() {
        let count = 200_000;
        let topology = Topology::new(count, (1..count).map(|at| (at - 1, at)));
        assert_eq!(topology.order().len(), count);
        assert!(topology.cycles().is_empty());
    }
}
