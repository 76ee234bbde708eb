//! Wires as paths: rounded corners, and dots where wires of one port part.

use std::collections::BTreeMap;

use crate::layout::Port;
use crate::model::Position;
use crate::picture::scene::Line;
use crate::picture::svg::number;

const RADIUS: f64 = 7.0;
const LEVEL: f64 = 0.6;

/// The path of a wire through its corners.
pub(super) fn path(corners: &[Position]) -> String {
    let Some(first) = corners.first() else {
        return String::new();
    };
    let mut path = point('M', *first);
    for triple in corners.windows(3) {
        let &[before, corner, after] = triple else {
            continue;
        };
        let radius = RADIUS
            .min(distance(before, corner) / 2.0)
            .min(distance(corner, after) / 2.0);
        let (start, end) = (
            towards(corner, before, radius),
            towards(corner, after, radius),
        );
        path.push_str(&point('L', start));
        path.push_str(&point('Q', corner));
        path.push_str(&point(' ', end));
    }
    if let (Some(last), 2..) = (corners.last(), corners.len()) {
        path.push_str(&point('L', *last));
    }
    path
}

fn point(command: char, at: Position) -> String {
    format!("{command}{} {}", number(at.x), number(at.y))
}

fn distance(a: Position, b: Position) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// The point at a distance from `from` on the way to `to`.
fn towards(from: Position, to: Position, length: f64) -> Position {
    let share = length / distance(from, to).max(f64::MIN_POSITIVE);
    Position {
        x: from.x + (to.x - from.x) * share,
        y: from.y + (to.y - from.y) * share,
    }
}

/// Where wires that share a port meet or part: a corner of one on the way of another.
pub(super) fn junctions(lines: &[Line], routes: &[Vec<Position>]) -> Vec<(usize, Position)> {
    let mut by_port: BTreeMap<(usize, u64, bool), Vec<usize>> = BTreeMap::new();
    let key = |port: Port, is_target| (port.item, port.y.to_bits(), is_target);
    for (at, line) in lines.iter().enumerate() {
        by_port
            .entry(key(line.wire.from, false))
            .or_default()
            .push(at);
        by_port.entry(key(line.wire.to, true)).or_default().push(at);
    }
    let mut junctions: Vec<(usize, Position)> = Vec::new();
    for sharing in by_port.values().filter(|sharing| sharing.len() > 1) {
        for &at in sharing {
            let inner = routes[at].get(1..routes[at].len().saturating_sub(1));
            for &corner in inner.unwrap_or_default() {
                let others = sharing.iter().filter(|&&other| other != at);
                let on_way = others
                    .into_iter()
                    .any(|&other| routes[other].windows(2).any(|pair| is_within(corner, pair)));
                let is_new = junctions
                    .iter()
                    .all(|(_, known)| distance(*known, corner) > 1.0);
                if on_way && is_new {
                    junctions.push((at, corner));
                }
            }
        }
    }
    junctions
}

/// Whether a point lies on a piece of a wire, away from its ends.
fn is_within(point: Position, piece: &[Position]) -> bool {
    let &[a, b] = piece else { return false };
    let within = |value: f64, a: f64, b: f64| a.min(b) + LEVEL < value && value < a.max(b) - LEVEL;
    let level = |a: f64, b: f64, value: f64| (a - b).abs() < LEVEL && (a - value).abs() < LEVEL;
    (level(a.y, b.y, point.y) && within(point.x, a.x, b.x))
        || (level(a.x, b.x, point.x) && within(point.y, a.y, b.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_rounded_and_no_larger_than_the_pieces() {
        let at = |x: f64, y: f64| Position { x, y };
        assert_eq!(path(&[at(0.0, 0.0), at(9.5, 0.0)]), "M0 0L9.5 0");
        assert_eq!(
            path(&[at(0.0, 0.0), at(20.0, 0.0), at(20.0, 4.0)]),
            "M0 0L18 0Q20 0 20 2L20 4"
        );
    }
}
