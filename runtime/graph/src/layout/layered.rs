//! Boxes in layers, and every wire as a chain of hops between neighbouring layers.
//!
//! A wire that passes a layer gets a *stand-in* there: a box without height that keeps room for it. Between two layers
//! lies a channel, numbered like the layer on its right, in which wires turn. A wire that runs forward hops from channel
//! to channel; one that runs backward leaves its box to the right like any other, turns round in the channel there,
//! passes all layers back to its target's and turns round again.

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use crate::layout::{Item, Wire};

/// Stand-ins that a drawing may have; the longest wires beyond that run below everything, where they need none.
const STAND_INS_MAX: usize = 150_000;

/// The two edges of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A box or a stand-in. The first nodes are the boxes, in their order.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) height: f64,
    /// Room above and below.
    pub(super) above: f64,
    pub(super) below: f64,
    pub(super) group: Option<usize>,
    pub(super) is_item: bool,
}

/// An end of a hop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Terminal {
    pub(super) node: usize,
    /// Below the upper edge of the node.
    pub(super) y: f64,
    pub(super) side: Side,
}

/// A piece of a wire inside one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hop {
    pub(super) wire: usize,
    pub(super) channel: usize,
    /// Nearer to the beginning of the wire.
    pub(super) from: Terminal,
    pub(super) to: Terminal,
}

/// What a hop connects a node to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) hop: usize,
    pub(super) other: usize,
    /// Port heights of the node itself and of the other.
    pub(super) own_y: f64,
    pub(super) other_y: f64,
}

pub(super) struct Layered {
    pub(super) nodes: Vec<Node>,
    /// The nodes of each layer from top to bottom.
    pub(super) layers: Vec<Vec<usize>>,
    /// The layer of each node; none for stand-ins below everything.
    pub(super) layer_of: Vec<Option<usize>>,
    pub(super) hops: Vec<Hop>,
    /// The hops of each wire from its beginning.
    pub(super) paths: Vec<Vec<usize>>,
}

impl Layered {
    /// Boxes in these layers, in their own order, and stand-ins for the wires.
    pub(super) fn new(items: &[Item], wires: &[Wire], layer_of: &[usize]) -> Self {
        let count = layer_of.iter().map(|layer| layer + 1).max().unwrap_or(0);
        let mut layered = Self {
            nodes: items.iter().map(Node::of_item).collect(),
            layers: vec![Vec::new(); count],
            layer_of: layer_of.iter().map(|&layer| Some(layer)).collect(),
            hops: Vec::new(),
            paths: Vec::with_capacity(wires.len()),
        };
        for (item, &layer) in layer_of.iter().enumerate() {
            layered.layers[layer].push(item);
        }
        let outside = outside(wires, layer_of);
        for (at, wire) in wires.iter().enumerate() {
            let (from, to) = (layer_of[wire.from.item], layer_of[wire.to.item]);
            let path = if outside[at] {
                layered.run_below(at, wire, from, to)
            } else {
                layered.run_through(at, wire, from, to)
            };
            layered.paths.push(path);
        }
        layered
    }

    /// A path through stand-ins in the layers that a wire passes.
    fn run_through(&mut self, at: usize, wire: &Wire, from: usize, to: usize) -> Vec<usize> {
        let mut path = Vec::new();
        let mut last = Terminal {
            node: wire.from.item,
            y: wire.from.y,
            side: Side::Right,
        };
        let mut passed: Vec<usize> = passed(from, to).collect();
        if from >= to {
            passed.reverse();
        }
        let (entry, exit) = if from < to {
            (Side::Left, Side::Right)
        } else {
            (Side::Right, Side::Left)
        };
        for layer in passed {
            let node = self.add_stand_in(Some(layer));
            path.push(self.add_hop(at, layer, last, node.at(entry)));
            last = node.at(exit);
        }
        path.push(self.add_hop(at, to, last, target(wire)));
        path
    }

    /// A path that leaves at the first channel, runs below everything and comes back at the last.
    fn run_below(&mut self, at: usize, wire: &Wire, from: usize, to: usize) -> Vec<usize> {
        let start = Terminal {
            node: wire.from.item,
            y: wire.from.y,
            side: Side::Right,
        };
        let node = self.add_stand_in(None);
        // Seen from the first channel the lane lies beyond it, and so does it from the last.
        let (entry, exit) = if from < to {
            (Side::Left, Side::Right)
        } else {
            (Side::Right, Side::Left)
        };
        let first = self.push_hop(at, from + 1, start, node.at(entry));
        let last = self.push_hop(at, to, node.at(exit), target(wire));
        vec![first, last]
    }

    fn add_stand_in(&mut self, layer: Option<usize>) -> StandIn {
        let node = self.nodes.len();
        self.nodes.push(Node {
            height: 0.0,
            above: 0.0,
            below: 0.0,
            group: None,
            is_item: false,
        });
        self.layer_of.push(layer);
        if let Some(layer) = layer {
            self.layers[layer].push(node);
        }
        StandIn(node)
    }

    /// Adds a hop that ends in this layer; the channel follows from the side.
    fn add_hop(&mut self, wire: usize, layer: usize, from: Terminal, to: Terminal) -> usize {
        let channel = match to.side {
            Side::Left => layer,
            Side::Right => layer + 1,
        };
        self.push_hop(wire, channel, from, to)
    }

    fn push_hop(&mut self, wire: usize, channel: usize, from: Terminal, to: Terminal) -> usize {
        self.hops.push(Hop {
            wire,
            channel,
            from,
            to,
        });
        self.hops.len() - 1
    }

    /// For each node what lies across the channel on one of its sides.
    pub(super) fn links(&self, side: Side) -> Vec<Vec<Link>> {
        let mut links = vec![Vec::new(); self.nodes.len()];
        for (at, hop) in self.hops.iter().enumerate() {
            if hop.is_turn() || !self.is_within(hop) {
                continue;
            }
            for (own, other) in [(&hop.from, &hop.to), (&hop.to, &hop.from)] {
                if own.side == side {
                    links[own.node].push(Link {
                        hop: at,
                        other: other.node,
                        own_y: own.y,
                        other_y: other.y,
                    });
                }
            }
        }
        links
    }

    /// Whether both ends of a hop stand in a layer.
    pub(super) fn is_within(&self, hop: &Hop) -> bool {
        self.layer_of[hop.from.node].is_some() && self.layer_of[hop.to.node].is_some()
    }

    /// The stand-ins of a wire, from its beginning.
    pub(super) fn stand_ins(&self, wire: usize) -> impl Iterator<Item = usize> {
        let hops = self.paths[wire].iter().map(|&hop| self.hops[hop].to.node);
        hops.filter(|&node| !self.nodes[node].is_item)
    }

    /// Puts the stand-ins below everything under this height, one line each.
    pub(super) fn place_outside(&self, heights: &mut [f64], below: f64, distance: f64) {
        let outside = (0..self.nodes.len()).filter(|&node| self.layer_of[node].is_none());
        for (line, node) in outside.enumerate() {
            heights[node] = below + distance * (line + 1) as f64;
        }
    }

    /// For each stand-in at which a wire turns round the box that the wire comes from or goes to.
    pub(super) fn turning_at(&self) -> Vec<Option<usize>> {
        let mut turning = vec![None; self.nodes.len()];
        for hop in self.hops.iter().filter(|hop| hop.is_turn()) {
            for (own, other) in [(hop.from, hop.to), (hop.to, hop.from)] {
                if !self.nodes[own.node].is_item {
                    turning[own.node] = Some(other.node);
                }
            }
        }
        turning
    }
}

/// A node that keeps room for a wire.
#[derive(Clone, Copy)]
struct StandIn(usize);

impl StandIn {
    const fn at(self, side: Side) -> Terminal {
        Terminal {
            node: self.0,
            y: 0.0,
            side,
        }
    }
}

impl Node {
    fn of_item(item: &Item) -> Self {
        Self {
            height: item.size.height,
            above: item.margin.top,
            below: item.margin.bottom,
            group: item.group,
            is_item: true,
        }
    }
}

impl Hop {
    /// Whether the wire comes back to the side of the channel it came from.
    pub(super) fn is_turn(&self) -> bool {
        self.from.side == self.to.side
    }
}

fn target(wire: &Wire) -> Terminal {
    Terminal {
        node: wire.to.item,
        y: wire.to.y,
        side: Side::Left,
    }
}

/// The layers that a wire passes; a wire that runs backward passes those of its ends, too.
fn passed(from: usize, to: usize) -> RangeInclusive<usize> {
    if from < to {
        from + 1..=to - 1
    } else {
        to..=from
    }
}

/// The wires for which there is no room among the layers, the longest first.
fn outside(wires: &[Wire], layer_of: &[usize]) -> Vec<bool> {
    let lengths = wires
        .iter()
        .map(|wire| passed(layer_of[wire.from.item], layer_of[wire.to.item]).count());
    let mut lengths: Vec<(usize, usize)> = lengths.zip(0..).collect();
    let mut total: usize = lengths.iter().map(|(length, _)| length).sum();
    let mut outside = vec![false; wires.len()];
    if total <= STAND_INS_MAX {
        return outside;
    }
    lengths.sort_unstable_by_key(|&(length, at)| (Reverse(length), at));
    for (length, at) in lengths {
        if total <= STAND_INS_MAX {
            break;
        }
        outside[at] = true;
        total -= length;
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Port;

    fn wire(from: usize, to: usize) -> Wire {
        Wire {
            from: Port { item: from, y: 0.0 },
            to: Port { item: to, y: 0.0 },
            lead: 0.0,
        }
    }

    fn channels(layered: &Layered, wire: usize) -> Vec<usize> {
        let hops = layered.paths[wire].iter();
        hops.map(|&hop| layered.hops[hop].channel).collect()
    }

    #[test]
    fn wires_hop_from_channel_to_channel() {
        let items = [Item::default(); 4];
        let wires = [wire(0, 1), wire(0, 3), wire(3, 1), wire(2, 2)];
        let layered = Layered::new(&items, &wires, &[0, 1, 2, 3]);
        assert_eq!(channels(&layered, 0), [1]);
        assert_eq!(channels(&layered, 1), [1, 2, 3]);
        assert_eq!(channels(&layered, 2), [4, 3, 2, 1]);
        assert_eq!(channels(&layered, 3), [3, 2]);
        let turns = layered.hops.iter().filter(|hop| hop.is_turn()).count();
        assert_eq!(turns, 4, "two for each wire that runs backward");
    }
}
