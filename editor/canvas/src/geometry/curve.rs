//! The way of a wire: smooth pieces from port to port.

use egui::{Pos2, Rect, Vec2};

use crate::geometry::polyline::Polyline;

/// How far the tangent of an S-shaped wire reaches at most.
const REACH_MAX: f32 = 170.0;
/// A piece is never drawn with more points.
const POINTS_MAX: usize = 48;

/// Cubic Bézier pieces, each beginning where the last one ends.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Curve {
    pieces: Vec<[Pos2; 4]>,
}

impl Curve {
    /// The plain way: it leaves to the right and arrives from the left.
    pub(crate) fn direct(from: Pos2, to: Pos2) -> Self {
        Self {
            pieces: vec![piece(from, Vec2::X, to, Vec2::X)],
        }
    }

    /// The way through the bend points that somebody set.
    pub(crate) fn through(from: Pos2, bends: &[Pos2], to: Pos2) -> Self {
        let mut points = vec![from];
        points.extend(bends);
        points.push(to);
        let last = points.len() - 1;
        let tangent = |at: usize| {
            if at == 0 || at == last {
                Vec2::X
            } else {
                (points[at + 1] - points[at - 1]).normalized()
            }
        };
        let pieces = (0..last)
            .map(|at| piece(points[at], tangent(at), points[at + 1], tangent(at + 1)))
            .collect();
        Self { pieces }
    }

    /// The way along straight legs with rounded corners.
    pub(crate) fn rounded(corners: &[Pos2], radius_max: f32) -> Self {
        let mut pieces = Vec::with_capacity(corners.len() * 2);
        let Some((&first, rest)) = corners.split_first() else {
            return Self::default();
        };
        let mut from = first;
        for (at, &corner) in rest.iter().enumerate() {
            let Some(&next) = rest.get(at + 1) else {
                pieces.push(straight(from, corner));
                break;
            };
            let previous = corners[at];
            let room = 0.5 * (corner - previous).length().min((next - corner).length());
            let radius = radius_max.min(room);
            let entry = corner - (corner - previous).normalized() * radius;
            let exit = corner + (next - corner).normalized() * radius;
            pieces.push(straight(from, entry));
            // A quadratic arc, written as a cubic one.
            pieces.push([
                entry,
                entry.lerp(corner, 2.0 / 3.0),
                exit.lerp(corner, 2.0 / 3.0),
                exit,
            ]);
            from = exit;
        }
        Self { pieces }
    }

    /// The smallest rectangle that surely holds the whole way.
    pub(crate) fn bounds(&self) -> Rect {
        let mut bounds = Rect::NOTHING;
        for point in self.pieces.iter().flatten() {
            bounds.extend_with(*point);
        }
        bounds
    }

    /// Points on the way, as many as it takes to stay within `tolerance` of it.
    pub(crate) fn flatten(&self, tolerance: f32) -> Polyline {
        let mut points: Vec<Pos2> = Vec::with_capacity(self.pieces.len() * 12);
        points.extend(self.pieces.first().map(|piece| piece[0]));
        for piece in &self.pieces {
            let count = steps(piece, tolerance);
            for step in 1..=count {
                let next = at(piece, step as f32 / count as f32);
                if points
                    .last()
                    .is_none_or(|last| last.distance_sq(next) > 1e-6)
                {
                    points.push(next);
                }
            }
        }
        Polyline::new(points)
    }

    /// The same way elsewhere.
    pub(crate) fn translated(&self, by: Vec2) -> Self {
        let pieces = self.pieces.iter();
        Self {
            pieces: pieces.map(|piece| piece.map(|point| point + by)).collect(),
        }
    }
}

fn straight(from: Pos2, to: Pos2) -> [Pos2; 4] {
    [from, from.lerp(to, 1.0 / 3.0), from.lerp(to, 2.0 / 3.0), to]
}

/// A piece between two points with given directions.
fn piece(from: Pos2, leaves: Vec2, to: Pos2, arrives: Vec2) -> [Pos2; 4] {
    let way = to - from;
    // Backwards the tangents must reach further, or the wire would have a kink at each port.
    let ahead = way.dot(leaves + arrives) * 0.5;
    let reach = if ahead >= 0.0 {
        (0.5 * ahead).max(0.28 * way.length().min(200.0))
    } else {
        0.45 * way.length()
    };
    let reach = reach.min(REACH_MAX);
    [from, from + leaves * reach, to - arrives * reach, to]
}

/// The point of a piece at a share of its parameter: de Casteljau's way.
fn at(piece: &[Pos2; 4], share: f32) -> Pos2 {
    let [first, second, third] = [0, 1, 2].map(|at| piece[at].lerp(piece[at + 1], share));
    let (before, after) = (first.lerp(second, share), second.lerp(third, share));
    before.lerp(after, share)
}

/// How many straight steps keep within the tolerance: from the bound on the second derivative.
fn steps(piece: &[Pos2; 4], tolerance: f32) -> usize {
    let [a, b, c, d] = piece.map(Pos2::to_vec2);
    let across = (d - a).normalized().rot90();
    if across.dot(b - a).abs() < tolerance && across.dot(c - a).abs() < tolerance && ahead(piece) {
        return 1;
    }
    let bend = (a - b * 2.0 + c).length().max((b - c * 2.0 + d).length());
    let wanted = (0.75 * bend / tolerance.max(1e-3)).sqrt().ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and POINTS_MAX"
    )]
    let count = wanted.clamp(1.0, POINTS_MAX as f32) as usize;
    count
}

/// Whether the inner points of a piece lie between its ends, so that it does not turn back.
fn ahead(piece: &[Pos2; 4]) -> bool {
    let [a, b, c, d] = *piece;
    let way = d - a;
    let is_between = |inner: Pos2| (0.0..=way.length_sq()).contains(&way.dot(inner - a));
    is_between(b) && is_between(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flattened_curve_begins_and_ends_at_its_ports() {
        let (from, to) = (Pos2::new(0.0, 0.0), Pos2::new(300.0, 120.0));
        let bend = Pos2::new(100.0, -80.0);
        let curves = [
            Curve::direct(from, to),
            Curve::through(from, &[bend], to),
            Curve::rounded(&[from, bend, to], 30.0),
            Curve::direct(to, from),
        ];
        for (at, curve) in curves.iter().enumerate() {
            let line = curve.flatten(0.3);
            let ends = if at == 3 { (to, from) } else { (from, to) };
            assert_eq!(line.points().first(), Some(&ends.0), "{at}");
            assert!((line.points()[line.points().len() - 1] - ends.1).length() < 1e-3);
        }
    }

    #[test]
    fn curve_passes_through_its_bends_and_stays_in_its_bounds() {
        let bends = [Pos2::new(120.0, 90.0), Pos2::new(200.0, -40.0)];
        let curve = Curve::through(Pos2::ZERO, &bends, Pos2::new(400.0, 10.0));
        let line = curve.flatten(0.2);
        for bend in bends {
            assert!(line.nearest(bend).distance < 0.5);
        }
        let bounds = curve.bounds().expand(0.01);
        assert!(line.points().iter().all(|point| bounds.contains(*point)));
    }

    #[test]
    fn finer_tolerance_takes_more_points() {
        let curve = Curve::direct(Pos2::ZERO, Pos2::new(300.0, 200.0));
        let count = |tolerance| curve.flatten(tolerance).points().len();
        assert!(count(0.1) > count(1.0));
        assert!(count(0.3) < 30, "{}", count(0.3));
        assert_eq!(
            Curve::direct(Pos2::ZERO, Pos2::new(9.0, 0.0))
                .flatten(0.3)
                .points()
                .len(),
            2
        );
    }

    #[test]
    fn rounded_corner_keeps_near_the_corner() {
        let corners = [Pos2::ZERO, Pos2::new(100.0, 0.0), Pos2::new(100.0, 100.0)];
        let line = Curve::rounded(&corners, 40.0).flatten(0.1);
        let distance = line.nearest(corners[1]).distance;
        assert!((10.0..15.0).contains(&distance), "{distance}");
    }
}
