//! Areas: the tinted ground of a group.
//!
//! A group has one area where no other process would lie in it, and several where one would: columns of members are
//! joined as long as the joint covers members only.

use crate::layout::{Drawing, Item};
use crate::model::Graph;

/// Between the border of an area and the cards in it.
pub(super) const PAD: f64 = 10.0;
/// Height of the line with the name.
pub(super) const LABEL: f64 = 20.0;

/// The ground of a group.
#[derive(Debug, Clone)]
pub(super) struct Area {
    /// The group, by its position.
    pub(super) group: usize,
    /// The first one has the name.
    pub(super) pieces: Vec<Rect>,
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub(super) fn join(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// The areas of all groups that have members, the larger ones first.
pub(super) fn areas(graph: &Graph, items: &[Item], drawing: &Drawing) -> Vec<Area> {
    let boxes: Vec<Rect> = items
        .iter()
        .zip(&drawing.positions)
        .map(|(item, at)| Rect {
            left: at.x - (item.margin.left - grouped(item)),
            top: at.y,
            right: at.x + item.size.width,
            bottom: at.y + item.size.height,
        })
        .collect();
    let mut areas: Vec<Area> = Vec::new();
    for (group, members) in graph.groups.iter().enumerate() {
        let found = members.processes.iter();
        let members: Vec<usize> = found
            .filter_map(|name| graph.processes.get_index_of(name))
            .collect();
        if !members.is_empty() {
            let pieces = pieces(&members, &boxes);
            areas.push(Area { group, pieces });
        }
    }
    let size = |area: &Area| {
        let pieces = area.pieces.iter();
        pieces
            .map(|piece| (piece.right - piece.left) * (piece.bottom - piece.top))
            .sum::<f64>()
    };
    areas.sort_by(|a, b| size(b).total_cmp(&size(a)));
    areas
}

/// The part of the left margin that is not for tags.
fn grouped(item: &Item) -> f64 {
    if item.group.is_some() { PAD } else { 0.0 }
}

fn pieces(members: &[usize], boxes: &[Rect]) -> Vec<Rect> {
    let others: Vec<Rect> = boxes
        .iter()
        .enumerate()
        .filter(|(at, _)| !members.contains(at))
        .map(|(_, found)| *found)
        .collect();
    let mut sorted: Vec<Rect> = members.iter().map(|&at| boxes[at]).collect();
    sorted.sort_by(|a, b| a.left.total_cmp(&b.left).then(a.top.total_cmp(&b.top)));
    let mut pieces: Vec<Rect> = Vec::new();
    for member in sorted {
        let joined = pieces.iter().enumerate().rev().find_map(|(at, piece)| {
            let joint = piece.join(&member);
            let outer = with_border(&joint);
            let is_free = others.iter().all(|other| !outer.covers(other));
            is_free.then_some((at, joint))
        });
        match joined {
            Some((at, joint)) => pieces[at] = joint,
            None => pieces.push(member),
        }
    }
    let mut pieces: Vec<Rect> = pieces.iter().map(with_border).collect();
    join_touching(&mut pieces, &others);
    pieces.sort_by(|a, b| a.top.total_cmp(&b.top).then(a.left.total_cmp(&b.left)));
    pieces
}

/// Pieces that grew into each other become one, as long as that covers no other process.
fn join_touching(pieces: &mut Vec<Rect>, others: &[Rect]) {
    let mut at = 0;
    while at < pieces.len() {
        let partner = (at + 1..pieces.len()).find(|&other| {
            let joint = pieces[at].join(&pieces[other]);
            others.iter().all(|found| !joint.covers(found))
        });
        match partner {
            Some(other) => {
                pieces[at] = pieces[at].join(&pieces[other]);
                pieces.remove(other);
                at = 0;
            }
            None => at += 1,
        }
    }
}

fn with_border(inner: &Rect) -> Rect {
    Rect {
        left: inner.left - PAD,
        top: inner.top - PAD - LABEL,
        right: inner.right + PAD,
        bottom: inner.bottom + PAD,
    }
}
