//! Heights: where each box stands in its layer, so that wires run straight where they can.
//!
//! Nodes that one straight wire joins make a block; a wire past many layers is always one. Blocks are stacked as close
//! as distances allow. This is done four times, seen from each corner of the drawing, and each node takes the mean of
//! its two middle heights, unless one of the four alone makes clearly fewer bends.
//!
//! # Source
//!
//! Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001). Ports within a block: our choice, after
//! the description of the Eclipse Layout Kernel, because boxes here have ports at different heights.

use crate::layout::Spacing;
use crate::layout::layered::{Layered, Link, Side};
use crate::layout::settle::settle;

/// Height differences below this are none.
const LEVEL: f64 = 0.5;

/// The upper edge of each node that stands in a layer.
pub(super) fn heights(layered: &Layered, spacing: &Spacing) -> Vec<f64> {
    let crossed = crossed_by_inner(layered);
    let mut candidates = Vec::with_capacity(5);
    for corner in Corner::ALL {
        let view = View::new(layered, spacing, corner);
        candidates.push(view.heights(&crossed));
    }
    shift_together(&mut candidates, layered);
    let mean = mean_of_middle(&candidates);
    candidates.insert(0, mean);
    let costs = candidates.iter().map(|heights| cost(layered, heights));
    // The mean is symmetric: another one has to be clearly better.
    let weighed = costs
        .enumerate()
        .map(|(at, cost)| if at == 0 { 0.85 * cost } else { cost });
    let best = weighed
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0, |(at, _)| at);
    let mut heights = candidates.swap_remove(best);
    settle(layered, spacing, &mut heights);
    heights
}

/// One flag per hop: whether it crosses a hop between two stand-ins, which are to run straight.
fn crossed_by_inner(layered: &Layered) -> Vec<bool> {
    let mut crossed = vec![false; layered.hops.len()];
    let links = layered.links(Side::Left);
    let place = places(layered);
    for nodes in &layered.layers {
        let is_inner = |node: usize, link: &Link| {
            !layered.nodes[node].is_item && !layered.nodes[link.other].is_item
        };
        // The lowest inner end so far, from above; then the highest so far, from below.
        let mut lowest = None;
        for &node in nodes {
            for link in &links[node] {
                crossed[link.hop] |=
                    !is_inner(node, link) && lowest.is_some_and(|at| place[link.other] < at);
            }
            let inner = links[node].iter().filter(|link| is_inner(node, link));
            lowest = inner.map(|link| place[link.other]).max().max(lowest);
        }
        let mut highest = usize::MAX;
        for &node in nodes.iter().rev() {
            for link in &links[node] {
                crossed[link.hop] |= !is_inner(node, link) && place[link.other] > highest;
            }
            let inner = links[node].iter().filter(|link| is_inner(node, link));
            let here = inner.map(|link| place[link.other]).min();
            highest = here.map_or(highest, |here| here.min(highest));
        }
    }
    crossed
}

fn places(layered: &Layered) -> Vec<usize> {
    let mut place = vec![0; layered.nodes.len()];
    for nodes in &layered.layers {
        for (at, &node) in nodes.iter().enumerate() {
            place[node] = at;
        }
    }
    place
}

/// Where a drawing is looked at from. From the right, the last layer comes first; from below, the lowest node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Corner {
    UpperLeft,
    LowerLeft,
    UpperRight,
    LowerRight,
}

impl Corner {
    const ALL: [Self; 4] = [
        Self::UpperLeft,
        Self::LowerLeft,
        Self::UpperRight,
        Self::LowerRight,
    ];

    fn is_right(self) -> bool {
        matches!(self, Self::UpperRight | Self::LowerRight)
    }

    fn is_lower(self) -> bool {
        matches!(self, Self::LowerLeft | Self::LowerRight)
    }
}

/// The drawing as seen from one of its corners: always from the left, from top to bottom.
struct View<'a> {
    layered: &'a Layered,
    spacing: &'a Spacing,
    layers: Vec<Vec<usize>>,
    place: Vec<usize>,
    /// What each node is linked to in the layer before.
    links: Vec<Vec<Link>>,
    is_flipped: bool,
}

/// Nodes that stand in one straight line.
struct Blocks {
    /// A node of the block that stands for it.
    root: Vec<usize>,
    /// Each node's upper edge below that of its root.
    shift: Vec<f64>,
}

impl<'a> View<'a> {
    fn new(layered: &'a Layered, spacing: &'a Spacing, corner: Corner) -> Self {
        let is_flipped = corner.is_lower();
        let mut layers = layered.layers.clone();
        if corner.is_right() {
            layers.reverse();
        }
        if is_flipped {
            for nodes in &mut layers {
                nodes.reverse();
            }
        }
        let side = if corner.is_right() {
            Side::Right
        } else {
            Side::Left
        };
        let mut view = Self {
            layered,
            spacing,
            place: vec![0; layered.nodes.len()],
            links: layered.links(side),
            layers,
            is_flipped,
        };
        for nodes in &view.layers {
            for (at, &node) in nodes.iter().enumerate() {
                view.place[node] = at;
            }
        }
        let place = &view.place;
        for (node, links) in view.links.iter_mut().enumerate() {
            for link in links.iter_mut().filter(|_| is_flipped) {
                link.own_y = layered.nodes[node].height - link.own_y;
                link.other_y = layered.nodes[link.other].height - link.other_y;
            }
            links.sort_by(|a, b| {
                let by_place = place[a.other].cmp(&place[b.other]);
                by_place.then(a.other_y.total_cmp(&b.other_y))
            });
        }
        view
    }

    /// Heights as the caller counts them.
    fn heights(&self, crossed: &[bool]) -> Vec<f64> {
        let blocks = self.blocks(crossed);
        let mut heights = self.stack(&blocks);
        if self.is_flipped {
            for (height, node) in heights.iter_mut().zip(&self.layered.nodes) {
                *height = -(*height + node.height);
            }
        }
        heights
    }

    /// Joins nodes to their median neighbours, as long as no two joints cross.
    fn blocks(&self, crossed: &[bool]) -> Blocks {
        let count = self.place.len();
        let mut root: Vec<usize> = (0..count).collect();
        let mut shift = vec![0.0; count];
        for nodes in &self.layers {
            let mut free_from = 0;
            for &node in nodes {
                let links = &self.links[node];
                let last = links.len().saturating_sub(1);
                let medians = links.get(last / 2..=last.div_ceil(2)).unwrap_or_default();
                for link in medians {
                    let is_free = self.place[link.other] >= free_from;
                    if is_free && root[node] == node && !crossed[link.hop] {
                        root[node] = root[link.other];
                        shift[node] = shift[link.other] + link.other_y - link.own_y;
                        free_from = self.place[link.other] + 1;
                    }
                }
            }
        }
        Blocks { root, shift }
    }

    /// Puts the blocks as high as they can be, then pulls each down to what stands below it.
    fn stack(&self, blocks: &Blocks) -> Vec<f64> {
        let below = self.distances(blocks);
        let order = stacking_order(&below);
        let mut top = vec![0.0_f64; below.len()];
        for &block in &order {
            for &(lower, distance) in &below[block] {
                top[lower] = top[lower].max(top[block] + distance);
            }
        }
        for &block in order.iter().rev() {
            let room = below[block]
                .iter()
                .map(|&(lower, distance)| top[lower] - distance);
            let lowest = room.fold(f64::INFINITY, f64::min);
            if lowest.is_finite() {
                top[block] = top[block].max(lowest);
            }
        }
        let of = |(node, &root): (usize, &usize)| top[root] + blocks.shift[node];
        blocks.root.iter().enumerate().map(of).collect()
    }

    /// For each block those right below it, with the least distance of the roots.
    fn distances(&self, blocks: &Blocks) -> Vec<Vec<(usize, f64)>> {
        let mut below = vec![Vec::new(); blocks.root.len()];
        for nodes in &self.layers {
            for pair in nodes.windows(2) {
                let &[upper, lower] = pair else { continue };
                let distance = if self.is_flipped {
                    let heights = [upper, lower].map(|node| self.layered.nodes[node].height);
                    distance(self.layered, self.spacing, lower, upper) + heights[0] - heights[1]
                } else {
                    distance(self.layered, self.spacing, upper, lower)
                };
                let shifts = blocks.shift[upper] - blocks.shift[lower];
                below[blocks.root[upper]].push((blocks.root[lower], distance + shifts));
            }
        }
        below
    }
}

/// Least distance of the upper edges of two neighbours in a layer.
pub(super) fn distance(layered: &Layered, spacing: &Spacing, upper: usize, lower: usize) -> f64 {
    let (upper, lower) = (&layered.nodes[upper], &layered.nodes[lower]);
    let between = match (upper.is_item, lower.is_item) {
        (true, true) => spacing.items,
        (false, false) => spacing.wires,
        _ => spacing.items.min(1.5 * spacing.wires),
    };
    upper.height + upper.below + lower.above + between
}

/// Blocks from top to bottom. Joints do not cross, so there are no cycles.
fn stacking_order(below: &[Vec<(usize, f64)>]) -> Vec<usize> {
    let mut waits_for = vec![0_usize; below.len()];
    for &(lower, _) in below.iter().flatten() {
        waits_for[lower] += 1;
    }
    let mut order: Vec<usize> = (0..below.len())
        .filter(|&block| waits_for[block] == 0)
        .collect();
    let mut next = 0;
    while let Some(&block) = order.get(next) {
        next += 1;
        for &(lower, _) in &below[block] {
            waits_for[lower] -= 1;
            if waits_for[lower] == 0 {
                order.push(lower);
            }
        }
    }
    order
}

/// Moves the four drawings over each other: those stacked from the top by their upper edges, the others by their lower.
fn shift_together(candidates: &mut [Vec<f64>], layered: &Layered) {
    let bounds: Vec<(f64, f64)> = candidates
        .iter()
        .map(|heights| extent(layered, heights))
        .collect();
    let smallest = bounds
        .iter()
        .min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
        .copied()
        .unwrap_or_default();
    for (at, heights) in candidates.iter_mut().enumerate() {
        let shift = if Corner::ALL[at].is_lower() {
            smallest.1 - bounds[at].1
        } else {
            smallest.0 - bounds[at].0
        };
        for height in heights {
            *height += shift;
        }
    }
}

/// Upper and lower end of a drawing.
fn extent(layered: &Layered, heights: &[f64]) -> (f64, f64) {
    let placed = layered.layers.iter().flatten();
    placed.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(top, bottom), &node| {
            let lower = heights[node] + layered.nodes[node].height;
            (top.min(heights[node]), bottom.max(lower))
        },
    )
}

fn mean_of_middle(candidates: &[Vec<f64>]) -> Vec<f64> {
    let count = candidates.first().map_or(0, Vec::len);
    (0..count)
        .map(|node| {
            let mut four: Vec<f64> = candidates.iter().map(|heights| heights[node]).collect();
            four.sort_by(f64::total_cmp);
            let middle = four.get(1..four.len() - 1).unwrap_or_default();
            middle.iter().sum::<f64>() / middle.len().max(1) as f64
        })
        .collect()
}

/// What a drawing costs a reader: bends, and how far wires run up and down.
fn cost(layered: &Layered, heights: &[f64]) -> f64 {
    const BEND: f64 = 40.0;
    layered
        .hops
        .iter()
        .filter(|hop| !hop.is_turn() && layered.is_within(hop))
        .map(|hop| {
            let from = heights[hop.from.node] + hop.from.y;
            let drop = (heights[hop.to.node] + hop.to.y - from).abs();
            if drop < LEVEL { 0.0 } else { BEND + drop }
        })
        .sum()
}
