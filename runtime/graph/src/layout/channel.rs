//! Channels: where wires turn between two layers.
//!
//! In a channel a wire comes in at one height and leaves at another; between the two it runs down or up in a *slot*, a
//! vertical line that wires share only where they do not meet. Wires that share a port share their line, so that they
//! read as one that forks. Which wire turns first decides who crosses whom: for each pair both ways are counted, and the
//! cheaper one wins as far as the others let it. Wires that change places would run over each other for a while; one of
//! them then turns in two steps.

use std::collections::BTreeMap;

use crate::layout::layered::{Hop, Layered, Side};

/// Heights closer than this are one.
const LEVEL: f64 = 0.5;
/// What it costs that two wires run over each other, in crossings: more than there can be.
const OVERLAP: i64 = 1_000_000;
/// How often an order is sought after trunks were split; less often in crowded channels, where each takes long.
const ROUNDS: usize = 20;
const CROWDED: usize = 300;
/// Wires in one slot keep this distance.
const CLEAR: f64 = 6.0;

/// The turns of one hop, from the side it comes from: the slot, and the height that is reached in it.
pub(super) type Turns = Vec<(usize, f64)>;

/// What a channel needs, and how its hops run.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Number of slots.
    pub(super) slots: usize,
    /// The turns of each hop of this channel, by hop.
    pub(super) turns: BTreeMap<usize, Turns>,
}

/// Routes the hops of every channel; `height` says where a terminal of a hop is.
pub(super) fn route(layered: &Layered, heights: &[f64]) -> Vec<Channel> {
    let mut hops = vec![Vec::new(); layered.layers.len() + 1];
    for (at, hop) in layered.hops.iter().enumerate() {
        hops[hop.channel].push(at);
    }
    hops.into_iter()
        .map(|hops| Routing::new(layered, heights, &hops).finish())
        .collect()
}

/// Wires that share a line.
#[derive(Debug, Clone, Default)]
struct Trunk {
    /// Heights at which it reaches the left and the right edge of the channel.
    left: Vec<f64>,
    right: Vec<f64>,
    hops: Vec<usize>,
    /// Where it goes on, when it turns in several steps.
    next: Option<usize>,
}

impl Trunk {
    fn top(&self) -> f64 {
        self.heights().fold(f64::INFINITY, f64::min)
    }

    fn bottom(&self) -> f64 {
        self.heights().fold(f64::NEG_INFINITY, f64::max)
    }

    fn heights(&self) -> impl Iterator<Item = f64> {
        self.left.iter().chain(&self.right).copied()
    }

    fn is_straight(&self) -> bool {
        self.bottom() - self.top() < LEVEL
    }

    /// How many of these heights lie within the trunk.
    fn crossed_by(&self, heights: &[f64]) -> i64 {
        let (top, bottom) = (self.top() + LEVEL, self.bottom() - LEVEL);
        let within = heights.iter().filter(|&&y| top < y && y < bottom);
        i64::try_from(within.count()).unwrap_or(i64::MAX)
    }

    /// What it costs that this trunk stands left of the other.
    fn cost_left_of(&self, other: &Self) -> i64 {
        let crossings = self.crossed_by(&other.left) + other.crossed_by(&self.right);
        crossings + OVERLAP * overlaps(&self.right, &other.left)
    }

    fn meets(&self, other: &Self) -> bool {
        self.top() < other.bottom() + CLEAR && other.top() < self.bottom() + CLEAR
    }
}

/// How many heights stand in both lists.
fn overlaps(a: &[f64], b: &[f64]) -> i64 {
    let shared = a
        .iter()
        .filter(|x| b.iter().any(|y| (*x - y).abs() < LEVEL));
    i64::try_from(shared.count()).unwrap_or(i64::MAX)
}

struct Routing<'a> {
    layered: &'a Layered,
    heights: &'a [f64],
    trunks: Vec<Trunk>,
    /// Heights of wires that do not turn here.
    straight: Vec<f64>,
}

impl<'a> Routing<'a> {
    fn new(layered: &'a Layered, heights: &'a [f64], hops: &[usize]) -> Self {
        let mut routing = Self {
            layered,
            heights,
            trunks: Vec::new(),
            straight: Vec::new(),
        };
        let gathered = routing.gather(hops);
        let (straight, trunks): (Vec<_>, _) = gathered.into_iter().partition(Trunk::is_straight);
        routing.straight = straight.iter().map(Trunk::top).collect();
        routing.trunks = trunks;
        routing
    }

    fn ends(&self, hop: &Hop) -> [(Side, f64); 2] {
        [hop.from, hop.to].map(|end| (end.side, self.heights[end.node] + end.y))
    }

    /// Hops that share a port make one trunk.
    fn gather(&self, hops: &[usize]) -> Vec<Trunk> {
        let mut trunk_of_port: BTreeMap<(usize, bool, u64), usize> = BTreeMap::new();
        let mut trunks: Vec<Trunk> = Vec::new();
        for &at in hops {
            let hop = &self.layered.hops[at];
            let ports =
                [hop.from, hop.to].map(|end| (end.node, end.side == Side::Left, end.y.to_bits()));
            let known = ports.iter().find_map(|port| trunk_of_port.get(port));
            let trunk = known.copied().unwrap_or(trunks.len());
            if trunk == trunks.len() {
                trunks.push(Trunk::default());
            }
            for port in ports {
                trunk_of_port.entry(port).or_insert(trunk);
            }
            for (side, y) in self.ends(hop) {
                let heights = match side {
                    // The right edge of a box is the left edge of the channel.
                    Side::Right => &mut trunks[trunk].left,
                    Side::Left => &mut trunks[trunk].right,
                };
                if !heights.iter().any(|known| (known - y).abs() < LEVEL) {
                    heights.push(y);
                }
            }
            trunks[trunk].hops.push(at);
        }
        trunks
    }

    /// An order in which no two trunks run over each other; for that, some must turn in two steps.
    fn resolve(&mut self) -> Vec<usize> {
        let mut order = self.order();
        let rounds = if order.len() > CROWDED { 2 } else { ROUNDS };
        for _ in 0..rounds {
            let split = self.to_be_split(&order);
            if split.is_empty() {
                break;
            }
            for trunk in split {
                self.split(trunk);
            }
            order = self.order();
        }
        order
    }

    /// One trunk of each pair that runs over each other in this order.
    fn to_be_split(&self, order: &[usize]) -> Vec<usize> {
        let can_split = |&at: &usize| {
            let trunk = &self.trunks[at];
            !trunk.left.is_empty() && !trunk.right.is_empty()
        };
        let mut split: Vec<usize> = Vec::new();
        for (at, &left) in order.iter().enumerate() {
            for &right in order.get(at + 1..).unwrap_or_default() {
                let is_done = split.contains(&left) || split.contains(&right);
                let is_chained = self.trunks[left].next == Some(right);
                if is_done
                    || is_chained
                    || overlaps(&self.trunks[left].right, &self.trunks[right].left) == 0
                {
                    continue;
                }
                split.extend([right, left].into_iter().find(can_split));
            }
        }
        split
    }

    /// Lets a trunk turn in one more step; its hops stay with the first.
    fn split(&mut self, at: usize) {
        let mut taken = self.straight.clone();
        taken.extend(self.trunks.iter().flat_map(Trunk::heights));
        let middle = free_height(&self.trunks[at], &taken);
        let rest = Trunk {
            left: vec![middle],
            right: std::mem::replace(&mut self.trunks[at].right, vec![middle]),
            hops: Vec::new(),
            next: self.trunks[at].next,
        };
        self.trunks[at].next = Some(self.trunks.len());
        self.trunks.push(rest);
    }

    fn finish(mut self) -> Channel {
        let order = self.resolve();
        let mut slot = vec![0_usize; self.trunks.len()];
        let mut slots = 0;
        for (at, &trunk) in order.iter().enumerate() {
            let before = order.get(..at).unwrap_or_default().iter();
            let blocking = before.filter(|&&other| {
                let is_before = self.trunks[other].next == Some(trunk);
                is_before || self.trunks[other].meets(&self.trunks[trunk])
            });
            slot[trunk] = blocking.map(|&other| slot[other] + 1).max().unwrap_or(0);
            slots = slots.max(slot[trunk] + 1);
        }
        let mut turns = BTreeMap::new();
        for first in 0..self.trunks.len() {
            let steps = std::iter::successors(Some(first), |&at| self.trunks[at].next);
            let steps: Vec<usize> = steps.collect();
            for &hop in &self.trunks[first].hops {
                turns.insert(hop, self.turns(hop, &steps, &slot));
            }
        }
        Channel { slots, turns }
    }

    /// How a hop runs through the steps of its trunk, which stand from left to right.
    fn turns(&self, hop: usize, steps: &[usize], slot: &[usize]) -> Turns {
        let [(from, _), (to, end)] = self.ends(&self.layered.hops[hop]);
        let middle = |step: usize| self.trunks[step].left.first().copied().unwrap_or(end);
        let last = steps.len() - 1;
        let mut turns: Turns = match (from, to) {
            (Side::Right, Side::Right) => return vec![(slot[steps[0]], end)],
            (Side::Left, Side::Left) => return vec![(slot[steps[last]], end)],
            (Side::Right, Side::Left) => {
                let pairs = steps.windows(2);
                pairs.map(|pair| (slot[pair[0]], middle(pair[1]))).collect()
            }
            (Side::Left, Side::Right) => {
                let later = steps.iter().skip(1).rev();
                later.map(|&step| (slot[step], middle(step))).collect()
            }
        };
        let final_step = if from == Side::Right { last } else { 0 };
        turns.push((slot[steps[final_step]], end));
        turns
    }

    /// Trunks from left to right: first of all, none runs over another; then, wires cross seldom.
    fn order(&self) -> Vec<usize> {
        let count = self.trunks.len();
        // How much better it is that the first of a pair stands left of the second.
        let mut gains: Vec<Vec<(usize, i64)>> = vec![Vec::new(); count];
        for a in 0..count {
            for b in a + 1..count {
                let (left, right) = (&self.trunks[a], &self.trunks[b]);
                let won = right.cost_left_of(left) - left.cost_left_of(right);
                let steps = i64::from(left.next == Some(b)) - i64::from(right.next == Some(a));
                let chained = steps * 100 * OVERLAP;
                if won + chained != 0 {
                    gains[a].push((b, won + chained));
                    gains[b].push((a, -(won + chained)));
                }
            }
        }
        arrange(&gains)
    }
}

/// An order from left to right in which no overlap is lost that can be avoided, and few crossings.
///
/// The next one is always one that loses no overlap to those that are left; among them the one that loses no crossings,
/// or else the one that gains most.
///
/// # Source
///
/// Eades, Lin, Smyth, "A fast and effective heuristic for the feedback arc set problem" (1993); weights and the two
/// ranks of losses are our choice.
fn arrange(gains: &[Vec<(usize, i64)>]) -> Vec<usize> {
    let is_hard = |gain: i64| gain.abs() >= OVERLAP / 2;
    let mut hard_losses = vec![0_usize; gains.len()];
    let mut losses = vec![0_i64; gains.len()];
    let mut score = vec![0_i64; gains.len()];
    for (at, pairs) in gains.iter().enumerate() {
        for &(_, gain) in pairs {
            hard_losses[at] += usize::from(is_hard(gain) && gain < 0);
            losses[at] += (-gain).max(0);
            score[at] += gain;
        }
    }
    let mut order = Vec::with_capacity(gains.len());
    let mut rest: Vec<usize> = (0..gains.len()).collect();
    while !rest.is_empty() {
        let best = (0..rest.len()).min_by_key(|&place| {
            let at = rest[place];
            (hard_losses[at], losses[at] > 0, -score[at], at)
        });
        let taken = rest.remove(best.unwrap_or(0));
        order.push(taken);
        for &(other, gain) in &gains[taken] {
            // What the pair was worth to the other does not count any more.
            hard_losses[other] -= usize::from(is_hard(gain) && gain > 0);
            losses[other] -= gain.max(0);
            score[other] += gain;
        }
    }
    order
}

/// A height between the ends of a trunk that is far from all in use; the middle if that will do.
fn free_height(trunk: &Trunk, taken: &[f64]) -> f64 {
    const STEPS: i32 = 32;
    let (top, bottom) = (trunk.top(), trunk.bottom());
    let candidates = (0..STEPS).map(|step| {
        // Outwards from the middle, by turns above and below.
        let offset = f64::from((step + 1) / 2) / f64::from(STEPS + 1);
        let share = 0.5 + if step % 2 == 1 { offset } else { -offset };
        top + share * (bottom - top)
    });
    let clearance = |y: &f64| {
        let distances = taken.iter().map(|known| (known - y).abs());
        distances.fold(f64::INFINITY, f64::min)
    };
    candidates
        .clone()
        .find(|y| clearance(y) >= CLEAR)
        .or_else(|| candidates.max_by(|a, b| clearance(a).total_cmp(&clearance(b))))
        .unwrap_or(f64::midpoint(top, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Item, Port, Size, Wire};

    fn channel(wires: &[(f64, f64)]) -> Channel {
        let tall = Item {
            size: Size {
                width: 10.0,
                height: 200.0,
            },
            ..Item::default()
        };
        let wires: Vec<Wire> = wires
            .iter()
            .map(|&(from, to)| Wire {
                from: Port { item: 0, y: from },
                to: Port { item: 1, y: to },
                lead: 0.0,
            })
            .collect();
        let layered = Layered::new(&[tall, tall], &wires, &[0, 1]);
        route(&layered, &[0.0, 0.0]).swap_remove(1)
    }

    #[test]
    fn straight_wire_needs_no_slot() {
        assert_eq!(channel(&[(10.0, 10.0)]).slots, 0);
    }

    #[test]
    fn wires_turn_in_the_order_that_avoids_crossings() {
        // Both run down; the lower one must turn first.
        let found = channel(&[(10.0, 60.0), (40.0, 90.0)]);
        assert_eq!(found.turns[&0], [(1, 60.0)]);
        assert_eq!(found.turns[&1], [(0, 90.0)]);
    }

    #[test]
    fn wires_that_share_a_port_share_a_slot() {
        let found = channel(&[(10.0, 50.0), (90.0, 50.0)]);
        assert_eq!(found.slots, 1);
    }

    #[test]
    fn wires_that_change_places_do_not_run_over_each_other() {
        let found = channel(&[(10.0, 90.0), (90.0, 10.0)]);
        let [(first, y), (last, end)] = found.turns[&1][..] else {
            panic!("{found:?}");
        };
        let other = found.turns[&0][0].0;
        assert!(first < other && other < last, "{found:?}");
        assert!(y > 10.0 && y < 90.0 && (end - 10.0).abs() < LEVEL);
    }
}
