//! Moves what stands in one straight line to where its wires pull it, as far as there is room.
//!
//! The heights of `align` are straight and in order, but drift apart where nothing holds them. Here each straight line,
//! with all its boxes, goes to the median of its other wires; no move makes the wires longer in total, and none bends a
//! straight one.

use crate::layout::Spacing;
use crate::layout::align::distance;
use crate::layout::layered::Layered;

/// Height differences below this are none.
const LEVEL: f64 = 0.5;
const PASSES: usize = 12;

/// Pulls lines together; `heights` are those of the nodes.
pub(super) fn settle(layered: &Layered, spacing: &Spacing, heights: &mut [f64]) {
    for pass in 0..PASSES {
        let lines = Lines::new(layered, heights);
        let room = Room::new(layered, spacing);
        let mut order: Vec<usize> = (0..lines.members.len()).collect();
        let top = |line: usize| {
            let members = lines.members[line].iter();
            members
                .map(|&node| heights[node])
                .fold(f64::INFINITY, f64::min)
        };
        let tops: Vec<f64> = order.iter().map(|&line| top(line)).collect();
        order.sort_by(|&a, &b| tops[a].total_cmp(&tops[b]));
        if pass % 2 == 1 {
            order.reverse();
        }
        let mut moved = 0.0_f64;
        for line in order {
            let shift = lines.pull(line, layered, heights);
            let (up, down) = room.around(&lines, line, heights);
            let shift = shift.clamp(-up, down);
            for &node in &lines.members[line] {
                heights[node] += shift;
            }
            moved = moved.max(shift.abs());
        }
        if moved < LEVEL {
            break;
        }
    }
}

/// Nodes that straight wires join.
struct Lines {
    /// The line of each node.
    of: Vec<usize>,
    members: Vec<Vec<usize>>,
    /// Hops that lead from each line to another.
    hops: Vec<Vec<usize>>,
}

impl Lines {
    fn new(layered: &Layered, heights: &[f64]) -> Self {
        let mut parent: Vec<usize> = (0..layered.nodes.len()).collect();
        let hops = || {
            let within = layered.hops.iter().enumerate();
            within.filter(|(_, hop)| layered.is_within(hop))
        };
        for (_, hop) in hops().filter(|(_, hop)| !hop.is_turn()) {
            let drop = heights[hop.to.node] + hop.to.y - heights[hop.from.node] - hop.from.y;
            if drop.abs() < LEVEL {
                let (a, b) = (
                    root(&mut parent, hop.from.node),
                    root(&mut parent, hop.to.node),
                );
                parent[a] = b;
            }
        }
        let of: Vec<usize> = (0..parent.len())
            .map(|node| root(&mut parent, node))
            .collect();
        let mut members = vec![Vec::new(); of.len()];
        for node in layered.layers.iter().flatten() {
            members[of[*node]].push(*node);
        }
        let mut leading = vec![Vec::new(); of.len()];
        for (at, hop) in hops() {
            let (a, b) = (of[hop.from.node], of[hop.to.node]);
            if a != b {
                leading[a].push(at);
                leading[b].push(at);
            }
        }
        Self {
            of,
            members,
            hops: leading,
        }
    }

    /// How far its wires pull a line: down if positive.
    fn pull(&self, line: usize, layered: &Layered, heights: &[f64]) -> f64 {
        let drop = |&at: &usize| {
            let hop = &layered.hops[at];
            let (own, other) = if self.of[hop.from.node] == line {
                (hop.from, hop.to)
            } else {
                (hop.to, hop.from)
            };
            heights[other.node] + other.y - heights[own.node] - own.y
        };
        let mut drops: Vec<f64> = self.hops[line].iter().map(drop).collect();
        drops.sort_by(f64::total_cmp);
        let Some(last) = drops.len().checked_sub(1) else {
            return 0.0;
        };
        // Between two middle ones all places are equally good: the nearest will do.
        0.0_f64.clamp(drops[last / 2], drops[last.div_ceil(2)])
    }
}

fn root(parent: &mut [usize], node: usize) -> usize {
    let mut top = node;
    while parent[top] != top {
        parent[top] = parent[parent[top]];
        top = parent[top];
    }
    top
}

/// Who stands above and below whom, and at which distance at least.
struct Room {
    above: Vec<Option<(usize, f64)>>,
    below: Vec<Option<(usize, f64)>>,
}

impl Room {
    fn new(layered: &Layered, spacing: &Spacing) -> Self {
        let mut room = Self {
            above: vec![None; layered.nodes.len()],
            below: vec![None; layered.nodes.len()],
        };
        for nodes in &layered.layers {
            for pair in nodes.windows(2) {
                let &[upper, lower] = pair else { continue };
                let least = distance(layered, spacing, upper, lower);
                room.below[upper] = Some((lower, least));
                room.above[lower] = Some((upper, least));
            }
        }
        room
    }

    /// How far a line can move up and down.
    fn around(&self, lines: &Lines, line: usize, heights: &[f64]) -> (f64, f64) {
        let (mut up, mut down) = (f64::INFINITY, f64::INFINITY);
        for &node in &lines.members[line] {
            if let Some((upper, least)) = self.above[node]
                && lines.of[upper] != line
            {
                up = up.min(heights[node] - heights[upper] - least);
            }
            if let Some((lower, least)) = self.below[node]
                && lines.of[lower] != line
            {
                down = down.min(heights[lower] - heights[node] - least);
            }
        }
        (up.max(0.0), down.max(0.0))
    }
}
