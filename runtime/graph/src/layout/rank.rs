//! Layers: for each box a number, such that every edge leads to a higher one and edges are short in total.
//!
//! Network simplex: a spanning tree of edges that span one layer says where every box stands. The cut value of a tree
//! edge says what it would cost to make it longer; while one is negative, it is exchanged for another edge, and what
//! hangs below it moves. A budget bounds the search: what is found until then is valid, only a little wider than it need
//! be.
//!
//! # Source
//!
//! Gansner, Koutsofios, North, Vo, "A technique for drawing directed graphs" (1993), section 2.

use std::collections::BTreeMap;

use crate::view::Topology;

/// Boxes and edges looked at before the search for shorter edges ends; some tenths of a second.
const BUDGET: usize = 10_000_000;

/// The layer of each box, the first one 0. The edges must make one connected graph without cycles.
pub(super) fn rank(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    if count < 2 || edges.is_empty() {
        return vec![0; count];
    }
    let mut simplex = Simplex::new(count, edges);
    if simplex.find_tree() {
        simplex.improve(BUDGET);
    }
    let lowest = simplex.rank.iter().copied().min().unwrap_or(0);
    let above = |rank: i64| usize::try_from(rank - lowest).unwrap_or(0);
    simplex.rank.into_iter().map(above).collect()
}

struct Edge {
    tail: usize,
    head: usize,
    /// How many edges it stands for.
    weight: i64,
}

struct Simplex {
    edges: Vec<Edge>,
    /// The edges at each box.
    incident: Vec<Vec<usize>>,
    rank: Vec<i64>,
    in_tree: Vec<bool>,
    /// The tree edges at each box.
    tree: Vec<Vec<usize>>,
    /// The tree edge that leads towards the root.
    parent: Vec<Option<usize>>,
    /// Number of each box when the tree is walked, children first.
    number: Vec<usize>,
    /// The lowest number below each box: who is below whom is known from the two.
    lowest: Vec<usize>,
    /// Boxes by number.
    walk: Vec<usize>,
    /// By edge; of no meaning outside the tree.
    cut: Vec<i64>,
}

impl Simplex {
    fn new(count: usize, edges: &[(usize, usize)]) -> Self {
        let mut weights: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        for &edge in edges {
            *weights.entry(edge).or_default() += 1;
        }
        let topology = Topology::new(count, weights.keys().copied());
        let mut rank = vec![0_i64; count];
        for item in topology.order() {
            for &next in topology.successors(item) {
                rank[next] = rank[next].max(rank[item] + 1);
            }
        }
        let mut incident = vec![Vec::new(); count];
        let make = |(at, ((tail, head), weight))| {
            for end in [tail, head] {
                let at_end: &mut Vec<usize> = &mut incident[end];
                at_end.push(at);
            }
            Edge { tail, head, weight }
        };
        let edges: Vec<Edge> = weights.into_iter().enumerate().map(make).collect();
        Self {
            in_tree: vec![false; edges.len()],
            tree: vec![Vec::new(); count],
            cut: vec![0; edges.len()],
            edges,
            incident,
            rank,
            parent: vec![None; count],
            number: vec![0; count],
            lowest: vec![0; count],
            walk: Vec::with_capacity(count),
        }
    }

    /// How many layers an edge is longer than it need be.
    fn slack(&self, edge: usize) -> i64 {
        let Edge { tail, head, .. } = self.edges[edge];
        self.rank[head] - self.rank[tail] - 1
    }

    fn other_end(&self, edge: usize, item: usize) -> usize {
        let Edge { tail, head, .. } = self.edges[edge];
        if tail == item { head } else { tail }
    }

    /// Moves boxes until edges without slack connect them all; whether that is possible.
    fn find_tree(&mut self) -> bool {
        let mut reached = vec![false; self.rank.len()];
        reached[0] = true;
        let mut count = 1;
        let mut open = vec![0];
        loop {
            while let Some(item) = open.pop() {
                for at in 0..self.incident[item].len() {
                    let edge = self.incident[item][at];
                    let other = self.other_end(edge, item);
                    if !reached[other] && self.slack(edge) == 0 {
                        self.enter(edge);
                        reached[other] = true;
                        count += 1;
                        open.push(other);
                    }
                }
            }
            if count == reached.len() {
                return true;
            }
            let leaving = (0..self.edges.len()).filter(|&edge| {
                let Edge { tail, head, .. } = self.edges[edge];
                reached[tail] != reached[head]
            });
            let Some(edge) = leaving.min_by_key(|&edge| self.slack(edge)) else {
                return false;
            };
            let slack = self.slack(edge);
            let is_tail = reached[self.edges[edge].tail];
            let (shift, item) = if is_tail {
                (slack, self.edges[edge].tail)
            } else {
                (-slack, self.edges[edge].head)
            };
            let inside = self.rank.iter_mut().zip(&reached);
            for (rank, _) in inside.filter(|(_, reached)| **reached) {
                *rank += shift;
            }
            open.push(item);
        }
    }

    /// Exchanges tree edges while that makes edges shorter.
    fn improve(&mut self, mut budget: usize) {
        self.walk = vec![0; self.rank.len()];
        self.parent[0] = None;
        self.renumber(0, 0);
        for at in 0..self.walk.len() {
            let item = self.walk[at];
            if let Some(edge) = self.parent[item] {
                self.cut[edge] = self.cut_value(item, edge);
            }
        }
        let mut start = 0;
        while let Some((leaving, looked)) = self.leaving(start) {
            let Some(entering) = self.entering(leaving) else {
                return;
            };
            let moved = self.exchange(leaving, entering);
            start = leaving + 1;
            budget = budget.saturating_sub(looked + moved);
            if budget == 0 {
                return;
            }
        }
    }

    fn enter(&mut self, edge: usize) {
        let Edge { tail, head, .. } = self.edges[edge];
        self.in_tree[edge] = true;
        self.tree[tail].push(edge);
        self.tree[head].push(edge);
    }

    fn leave(&mut self, edge: usize) {
        let Edge { tail, head, .. } = self.edges[edge];
        self.in_tree[edge] = false;
        self.tree[tail].retain(|&known| known != edge);
        self.tree[head].retain(|&known| known != edge);
    }

    /// Walks the tree below a box, the box included, and numbers what it finds from `first` on.
    fn renumber(&mut self, top: usize, first: usize) {
        let mut number = first;
        let mut open: Vec<(usize, usize, usize)> = vec![(top, 0, first)];
        while let Some((item, next, lowest)) = open.last_mut() {
            let (item, lowest) = (*item, *lowest);
            let Some(&edge) = self.tree[item].get(*next) else {
                self.number[item] = number;
                self.lowest[item] = lowest;
                self.walk[number] = item;
                number += 1;
                open.pop();
                continue;
            };
            *next += 1;
            if self.parent[item] != Some(edge) {
                let child = self.other_end(edge, item);
                self.parent[child] = Some(edge);
                open.push((child, 0, number));
            }
        }
    }

    /// What making the edge above a box longer would cost; the edges below it must be known.
    fn cut_value(&self, item: usize, above: usize) -> i64 {
        let is_tail = self.edges[above].tail == item;
        let mut cut = self.edges[above].weight;
        for &edge in self.incident[item].iter().filter(|&&edge| edge != above) {
            let Edge { tail, weight, .. } = self.edges[edge];
            let sign = if (tail == item) == is_tail { 1 } else { -1 };
            cut += sign * weight;
            if self.in_tree[edge] {
                cut -= sign * self.cut[edge];
            }
        }
        cut
    }

    /// A tree edge that should be longer, and how many were looked at; the search goes on where the last one ended.
    fn leaving(&self, start: usize) -> Option<(usize, usize)> {
        let count = self.edges.len();
        (0..count)
            .map(|step| ((start + step) % count, step))
            .find(|&(edge, _)| self.in_tree[edge] && self.cut[edge] < 0)
    }

    /// The box at the lower end of a tree edge.
    fn below(&self, edge: usize) -> usize {
        let Edge { tail, head, .. } = self.edges[edge];
        if self.number[tail] < self.number[head] {
            tail
        } else {
            head
        }
    }

    fn is_below(&self, item: usize, top: usize) -> bool {
        (self.lowest[top]..=self.number[top]).contains(&self.number[item])
    }

    /// The shortest edge that leads back over the cut.
    fn entering(&self, leaving: usize) -> Option<usize> {
        let top = self.below(leaving);
        let is_tail_below = self.edges[leaving].tail == top;
        let subtree = self.walk.get(self.lowest[top]..=self.number[top]);
        let edges = subtree.into_iter().flatten().flat_map(|&item| {
            let leads_back = move |&&edge: &&usize| {
                let Edge { tail, head, .. } = self.edges[edge];
                let (inner, outer) = if is_tail_below {
                    (head, tail)
                } else {
                    (tail, head)
                };
                inner == item && !self.is_below(outer, top)
            };
            self.incident[item].iter().filter(leads_back)
        });
        edges.copied().min_by_key(|&edge| (self.slack(edge), edge))
    }

    /// Puts an edge in the place of another; how many boxes that touched.
    fn exchange(&mut self, leaving: usize, entering: usize) -> usize {
        let top = self.below(leaving);
        let slack = self.slack(entering);
        let shift = if self.edges[leaving].tail == top {
            -slack
        } else {
            slack
        };
        let subtree = self.lowest[top]..=self.number[top];
        let moved = subtree.clone().count();
        for number in subtree {
            self.rank[self.walk[number]] += shift;
        }
        let cut = self.cut[leaving];
        let Edge { tail, head, .. } = self.edges[entering];
        let common = self.change_path(tail, head, cut);
        self.change_path(head, tail, -cut);
        self.cut[entering] = -cut;
        self.leave(leaving);
        self.enter(entering);
        let renumbered = self.number[common] - self.lowest[common] + 1;
        self.renumber(common, self.lowest[common]);
        moved + renumbered
    }

    /// Changes the cut values on the way up from a box until another is below; the box that was reached.
    fn change_path(&mut self, from: usize, to: usize, cut: i64) -> usize {
        let mut item = from;
        while !self.is_below(to, item) {
            let Some(edge) = self.parent[item] else { break };
            let is_tail = self.edges[edge].tail == item;
            self.cut[edge] += if is_tail { cut } else { -cut };
            item = self.other_end(edge, item);
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::rank;

    #[test]
    fn source_stands_next_to_its_reader() {
        // A chain of four, and a source that feeds its end.
        let edges = [(0, 1), (1, 2), (2, 3), (4, 3)];
        assert_eq!(rank(5, &edges), [0, 1, 2, 3, 2]);
    }

    #[test]
    fn whole_branch_moves_when_that_makes_edges_shorter() {
        // 0..=4 is a chain; 5 -> 6 -> 4 is a branch that joins late.
        let edges = [(0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (6, 4)];
        assert_eq!(rank(7, &edges), [0, 1, 2, 3, 4, 2, 3]);
    }

    /// The least total length by trying everything; small graphs only.
    fn least(count: usize, edges: &[(usize, usize)]) -> usize {
        fn go(
            at: usize,
            ranks: &mut Vec<usize>,
            count: usize,
            edges: &[(usize, usize)],
            best: &mut usize,
        ) {
            if at == count {
                if edges.iter().all(|&(from, to)| ranks[from] < ranks[to]) {
                    let total = edges.iter().map(|&(from, to)| ranks[to] - ranks[from]);
                    *best = (*best).min(total.sum());
                }
                return;
            }
            for rank in 0..count {
                ranks.push(rank);
                go(at + 1, ranks, count, edges, best);
                ranks.pop();
            }
        }
        let mut best = usize::MAX;
        go(0, &mut Vec::new(), count, edges, &mut best);
        best
    }

    proptest! {
        #[test]
        fn edges_lead_up_and_are_as_short_as_can_be(
            more in prop::collection::vec((0..6_usize, 0..6_usize), 0..6)
        ) {
            // A chain keeps the graph connected; lower numbers feed higher ones.
            let mut edges: Vec<(usize, usize)> = vec![(0, 1), (0, 2), (2, 3), (1, 4), (3, 5)];
            edges.extend(more.into_iter().filter(|(from, to)| from < to));
            let ranks = rank(6, &edges);
            for &(from, to) in &edges {
                prop_assert!(ranks[from] < ranks[to]);
            }
            let total: usize = edges.iter().map(|&(from, to)| ranks[to] - ranks[from]).sum();
            prop_assert_eq!(total, least(6, &edges));
        }
    }
}
