//! The last step: how wide channels are, and the corners of every wire.

use crate::layout::channel::Channel;
use crate::layout::layered::{Layered, Side};
use crate::layout::{Spacing, Wire};
use crate::model::Position;

/// Least distance of a wire that turns from the boxes beside it.
const EDGE: f64 = 16.0;
/// Heights closer than this are one.
const LEVEL: f64 = 0.5;

/// Where the layers are: their left and right edges, with all that belongs to their boxes.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    pub(super) left: Vec<f64>,
    pub(super) right: Vec<f64>,
}

/// Channels with the room that labels need at their beginning.
pub(super) struct Channels {
    routed: Vec<Channel>,
    lead: Vec<f64>,
    distance: f64,
    width_min: f64,
}

impl Channels {
    pub(super) fn new(
        layered: &Layered,
        routed: Vec<Channel>,
        wires: &[Wire],
        spacing: &Spacing,
    ) -> Self {
        let mut lead = vec![EDGE; routed.len()];
        for (path, wire) in layered.paths.iter().zip(wires) {
            if let Some(&first) = path.first() {
                let channel = layered.hops[first].channel;
                lead[channel] = lead[channel].max(wire.lead);
            }
        }
        Self {
            routed,
            lead,
            distance: spacing.wires,
            width_min: spacing.layers,
        }
    }

    /// The width that a channel needs.
    pub(super) fn width(&self, channel: usize) -> f64 {
        let slots = self.routed[channel].slots.saturating_sub(1) as f64;
        let needed = self.lead[channel] + slots * self.distance + EDGE;
        needed.max(self.width_min)
    }

    /// Where a slot of a channel is, which lies between the layers of the frame.
    fn slot(&self, channel: usize, slot: usize, frame: &Frame) -> f64 {
        let before = channel
            .checked_sub(1)
            .and_then(|layer| frame.right.get(layer));
        let after = frame.left.get(channel);
        let width = self.width(channel);
        let (start, end) = match (before, after) {
            (Some(&start), Some(&end)) => (start, end),
            (Some(&start), None) => (start, start + width),
            (None, Some(&end)) => (end - width, end),
            (None, None) => (0.0, width),
        };
        let slots = self.routed[channel].slots.saturating_sub(1) as f64;
        let free = end - start - self.lead[channel] - EDGE - slots * self.distance;
        // Rounding must not make a channel narrow that has just the width it needs.
        if free > -0.1 {
            // Outside the drawing, wires stay close to it.
            let share = match (before, after) {
                (Some(_), Some(_)) => 0.5,
                (Some(_), None) => 0.0,
                _ => 1.0,
            };
            return start + self.lead[channel] + share * free + slot as f64 * self.distance;
        }
        let share = (slot + 1) as f64 / (slots + 2.0);
        start + share * (end - start)
    }
}

/// The corners of every wire; `left` and `right` are the edges of each box, `heights` the upper edge of each node.
pub(super) fn routes(
    layered: &Layered,
    channels: &Channels,
    frame: &Frame,
    edges: (&[f64], &[f64]),
    heights: &[f64],
) -> Vec<Vec<Position>> {
    let (left, right) = edges;
    let mut routes = Vec::with_capacity(layered.paths.len());
    for path in &layered.paths {
        let mut corners: Vec<Position> = Vec::new();
        for (at, &hop) in path.iter().enumerate() {
            let Some(found) = layered.hops.get(hop) else {
                continue;
            };
            let mut y = heights[found.from.node] + found.from.y;
            if at == 0 {
                let x = match found.from.side {
                    Side::Right => right[found.from.node],
                    Side::Left => left[found.from.node],
                };
                corners.push(Position { x, y });
            }
            let turns = channels.routed[found.channel].turns.get(&hop);
            for &(slot, next) in turns.into_iter().flatten() {
                let x = channels.slot(found.channel, slot, frame);
                corners.push(Position { x, y });
                corners.push(Position { x, y: next });
                y = next;
            }
            if at + 1 == path.len() {
                let x = left[found.to.node];
                corners.push(Position { x, y });
            }
        }
        routes.push(without_idle_corners(corners));
    }
    routes
}

/// Leaves out corners at which a wire does not turn.
fn without_idle_corners(corners: Vec<Position>) -> Vec<Position> {
    let mut kept: Vec<Position> = Vec::with_capacity(corners.len());
    for corner in corners {
        if let [.., a, b] = kept[..] {
            let level = |a: f64, b: f64, c: f64| (a - b).abs() < LEVEL && (b - c).abs() < LEVEL;
            if level(a.x, b.x, corner.x) || level(a.y, b.y, corner.y) {
                kept.pop();
            }
        }
        kept.push(corner);
    }
    kept
}
