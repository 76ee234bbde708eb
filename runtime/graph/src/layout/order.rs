//! The order of the boxes in each layer, such that wires cross seldom.
//!
//! Sweeps over the layers, forward and backward, put every box at the mean height of what it is wired to in the layer
//! before; the best order seen is kept. Then neighbours change places as long as that helps. Members of a group stay
//! together in their layer. Where nothing speaks for a change the order of the file remains.

use std::collections::BTreeMap;

use crate::layout::layered::{Layered, Link, Side};

/// Sweeps of a small graph; large ones get fewer, for each costs time in proportion to the hops.
const SWEEPS_MAX: usize = 24;
const SWEEPS_MIN: usize = 4;
/// Hops looked at in all sweeps together.
const SWEEP_BUDGET: usize = 1_500_000;
/// Sweeps without a better order after which the search ends.
const PATIENCE: usize = 6;

/// Orders the nodes of each layer.
pub(super) fn order(layered: &mut Layered) {
    let mut sweeping = Sweeping::new(layered);
    sweeping.start();
    let mut best = sweeping.layers.clone();
    let mut fewest = sweeping.crossings();
    let sweeps = (SWEEP_BUDGET / (layered.hops.len() + 1)).clamp(SWEEPS_MIN, SWEEPS_MAX);
    let mut idle = 0;
    for sweep in 0..sweeps {
        if fewest == 0 || idle == PATIENCE {
            break;
        }
        sweeping.sweep(sweep % 2 == 0);
        if layered.hops.len() < SWEEP_BUDGET / 50 {
            sweeping.swap_neighbours();
        }
        let crossings = sweeping.crossings();
        idle += 1;
        if crossings < fewest {
            fewest = crossings;
            best.clone_from(&sweeping.layers);
            idle = 0;
        }
    }
    layered.layers = best;
}

struct Sweeping {
    layers: Vec<Vec<usize>>,
    /// Place of each node in its layer.
    place: Vec<usize>,
    left: Vec<Vec<Link>>,
    right: Vec<Vec<Link>>,
    turning_at: Vec<Option<usize>>,
    height: Vec<f64>,
    group: Vec<Option<usize>>,
}

impl Sweeping {
    fn new(layered: &Layered) -> Self {
        let mut sweeping = Self {
            layers: layered.layers.clone(),
            place: vec![0; layered.nodes.len()],
            left: layered.links(Side::Left),
            right: layered.links(Side::Right),
            turning_at: layered.turning_at(),
            height: layered.nodes.iter().map(|node| node.height).collect(),
            group: layered.nodes.iter().map(|node| node.group).collect(),
        };
        for layer in 0..sweeping.layers.len() {
            sweeping.number(layer);
        }
        sweeping
    }

    fn number(&mut self, layer: usize) {
        for (place, &node) in self.layers[layer].iter().enumerate() {
            self.place[node] = place;
        }
    }

    /// An order to begin with: what hangs together comes together, in the order of the file.
    fn start(&mut self) {
        let mut seen = vec![false; self.place.len()];
        let mut fresh = vec![Vec::new(); self.layers.len()];
        let mut layer_of = vec![0; self.place.len()];
        for (layer, nodes) in self.layers.iter().enumerate() {
            for &node in nodes {
                layer_of[node] = layer;
            }
        }
        let starts: Vec<usize> = self.layers.iter().flatten().copied().collect();
        for start in starts {
            let mut open = vec![start];
            while let Some(node) = open.pop() {
                if std::mem::replace(&mut seen[node], true) {
                    continue;
                }
                fresh[layer_of[node]].push(node);
                let mut next: Vec<&Link> = self.right[node].iter().collect();
                next.sort_by(|a, b| b.own_y.total_cmp(&a.own_y));
                open.extend(next.iter().map(|link| link.other));
            }
        }
        self.layers = fresh;
        for layer in 0..self.layers.len() {
            self.number(layer);
        }
    }

    fn sweep(&mut self, is_forward: bool) {
        let count = self.layers.len();
        for step in 0..count {
            let layer = if is_forward { step } else { count - 1 - step };
            let keys = self.keys(layer, is_forward);
            self.sort(layer, &keys);
        }
    }

    /// Where each node of a layer should stand, seen from the layer before.
    fn keys(&self, layer: usize, is_forward: bool) -> Vec<f64> {
        let links = if is_forward { &self.left } else { &self.right };
        let nodes = &self.layers[layer];
        let mut keys: Vec<Option<f64>> = nodes
            .iter()
            .map(|&node| self.mean(node, &links[node]))
            .collect();
        // Who has no say keeps the place between the neighbours; a wire that turns round stays below its box.
        for at in 0..nodes.len() {
            if keys[at].is_none()
                && let Some(item) = self.turning_at[nodes[at]]
                && let Some(place) = nodes.iter().position(|&node| node == item)
            {
                keys[at] = keys[place].map(|key| key + 0.4);
            }
        }
        let mut last = f64::NEG_INFINITY;
        keys.into_iter()
            .map(|key| {
                last = key.unwrap_or(last);
                last
            })
            .collect()
    }

    fn mean(&self, node: usize, links: &[Link]) -> Option<f64> {
        let heights = links
            .iter()
            .map(|link| self.port_place(link) - self.share(node, link.own_y));
        let sum: f64 = heights.sum();
        (!links.is_empty()).then(|| sum / links.len() as f64)
    }

    /// The place of the other end of a link, counted in boxes from the top.
    fn port_place(&self, link: &Link) -> f64 {
        self.place[link.other] as f64 + self.share(link.other, link.other_y)
    }

    /// How far down a node a port is: from 0 at the top to 1 at the bottom.
    fn share(&self, node: usize, y: f64) -> f64 {
        if self.height[node] > 0.0 {
            (y / self.height[node]).clamp(0.0, 1.0)
        } else {
            0.5
        }
    }

    fn sort(&mut self, layer: usize, keys: &[f64]) {
        if keys.iter().all(|key| key.is_infinite()) {
            return;
        }
        let nodes = &self.layers[layer];
        let mut groups: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (&node, &key) in nodes.iter().zip(keys) {
            if let Some(group) = self.group[node]
                && key.is_finite()
            {
                let (sum, count) = groups.entry(group).or_default();
                *sum += key;
                *count += 1.0;
            }
        }
        let mean = |node: usize, key: f64| match self.group[node].and_then(|at| groups.get(&at)) {
            Some((sum, count)) => sum / count,
            None => key,
        };
        let mut sorted: Vec<(f64, Option<usize>, f64, usize)> = nodes
            .iter()
            .zip(keys)
            .map(|(&node, &key)| (mean(node, key), self.group[node], key, node))
            .collect();
        sorted.sort_by(|a, b| {
            let by_group = a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            by_group.then(a.2.total_cmp(&b.2))
        });
        self.layers[layer] = sorted.into_iter().map(|(_, _, _, node)| node).collect();
        self.number(layer);
    }

    /// Crossings of all wires between neighbouring layers.
    fn crossings(&self) -> usize {
        (1..self.layers.len()).map(|at| self.crossings_at(at)).sum()
    }

    /// Crossings in the channel left of a layer: inversions, counted with a tree of sums.
    fn crossings_at(&self, layer: usize) -> usize {
        let mut ends: Vec<(f64, f64)> = Vec::new();
        for &node in &self.layers[layer] {
            for link in &self.left[node] {
                let own = self.place[node] as f64 + self.share(node, link.own_y);
                ends.push((self.port_place(link), own));
            }
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut heights: Vec<f64> = ends.iter().map(|end| end.1).collect();
        heights.sort_by(f64::total_cmp);
        heights.dedup();
        let mut sums = vec![0_usize; heights.len() + 1];
        let mut crossings = 0;
        for (seen, &(_, own)) in ends.iter().enumerate() {
            let rank = heights.partition_point(|&height| height <= own);
            let mut not_below = 0;
            let mut at = rank;
            while at > 0 {
                not_below += sums[at];
                at &= at - 1;
            }
            crossings += seen - not_below;
            let mut at = rank;
            while at < sums.len() {
                sums[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
        crossings
    }

    /// Lets neighbours change places where that makes fewer crossings.
    fn swap_neighbours(&mut self) {
        for layer in 0..self.layers.len() {
            for at in 1..self.layers[layer].len() {
                let (upper, lower) = (self.layers[layer][at - 1], self.layers[layer][at]);
                if self.group[upper] != self.group[lower] && self.is_grouped(upper, lower) {
                    continue;
                }
                let now = self.crossings_between(upper, lower);
                let then = self.crossings_between(lower, upper);
                if then < now {
                    self.layers[layer].swap(at - 1, at);
                    self.place.swap(upper, lower);
                }
            }
        }
    }

    fn is_grouped(&self, a: usize, b: usize) -> bool {
        self.group[a].is_some() || self.group[b].is_some()
    }

    /// Crossings of the wires at two neighbours when the first stands above the second.
    fn crossings_between(&self, upper: usize, lower: usize) -> usize {
        let of = |links: &[Vec<Link>]| {
            let below = |a: &Link| {
                let crosses = |b: &&Link| self.port_place(a) > self.port_place(b);
                links[lower].iter().filter(crosses).count()
            };
            links[upper].iter().map(below).sum::<usize>()
        };
        of(&self.left) + of(&self.right)
    }
}
