//! A wire as straight steps: what is drawn, pointed at and cut.

use egui::{Pos2, Rect, Vec2};

/// Points with the length of the way up to each.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Polyline {
    points: Vec<Pos2>,
    lengths: Vec<f32>,
}

/// The point of a polyline that is closest to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Nearest {
    /// How far away it is.
    pub(crate) distance: f32,
    /// The length of the way up to it.
    pub(crate) along: f32,
    /// Where it is.
    pub(crate) pos: Pos2,
}

impl Polyline {
    /// Joins points.
    pub(crate) fn new(points: Vec<Pos2>) -> Self {
        let mut lengths = Vec::with_capacity(points.len());
        let mut length = 0.0;
        for (at, point) in points.iter().enumerate() {
            if at > 0 {
                length += points[at - 1].distance(*point);
            }
            lengths.push(length);
        }
        Self { points, lengths }
    }

    /// The points.
    pub(crate) fn points(&self) -> &[Pos2] {
        &self.points
    }

    /// The length of the way up to each point.
    pub(crate) fn lengths(&self) -> &[f32] {
        &self.lengths
    }

    /// The length of the whole way.
    pub(crate) fn length(&self) -> f32 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// The place after so much of the way, and its direction.
    pub(crate) fn at(&self, along: f32) -> (Pos2, Vec2) {
        let Some(last) = self.points.len().checked_sub(1).filter(|&last| last > 0) else {
            return (self.points.first().copied().unwrap_or_default(), Vec2::X);
        };
        let step = self.lengths.partition_point(|&length| length < along);
        let step = step.clamp(1, last);
        let (from, to) = (self.points[step - 1], self.points[step]);
        let span = (self.lengths[step] - self.lengths[step - 1]).max(f32::EPSILON);
        let share = ((along - self.lengths[step - 1]) / span).clamp(0.0, 1.0);
        (from.lerp(to, share), (to - from) / span)
    }

    /// The point on the way that is closest.
    pub(crate) fn nearest(&self, pos: Pos2) -> Nearest {
        let mut best = Nearest {
            distance: f32::INFINITY,
            along: 0.0,
            pos: self.points.first().copied().unwrap_or_default(),
        };
        for (at, pair) in self.points.windows(2).enumerate() {
            let found = closest(pair[0], pair[1], pos);
            let distance = found.distance(pos);
            if distance < best.distance {
                best = Nearest {
                    distance,
                    along: self.lengths[at] + pair[0].distance(found),
                    pos: found,
                };
            }
        }
        best
    }

    /// Whether the way crosses the straight line between two points.
    pub(crate) fn crosses(&self, a: Pos2, b: Pos2) -> bool {
        let steps = self.points.windows(2);
        steps.into_iter().any(|pair| cross(pair[0], pair[1], a, b))
    }

    /// Whether any part of the way is in a rectangle.
    pub(crate) fn touches(&self, rect: Rect) -> bool {
        let steps = self.points.windows(2);
        steps
            .into_iter()
            .any(|pair| segment_meets(pair[0], pair[1], rect))
    }
}

fn closest(a: Pos2, b: Pos2, pos: Pos2) -> Pos2 {
    let way = b - a;
    let share = (pos - a).dot(way) / way.length_sq().max(f32::EPSILON);
    a + way * share.clamp(0.0, 1.0)
}

fn cross(a: Pos2, b: Pos2, c: Pos2, d: Pos2) -> bool {
    let side = |p: Pos2, q: Pos2, r: Pos2| (q - p).rot90().dot(r - p);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Whether a straight line has a point inside a rectangle: Liang and Barsky's clipping.
pub(crate) fn segment_meets(a: Pos2, b: Pos2, rect: Rect) -> bool {
    let way = b - a;
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    for (start, step, min, max) in [
        (a.x, way.x, rect.min.x, rect.max.x),
        (a.y, way.y, rect.min.y, rect.max.y),
    ] {
        if step.abs() < 1e-6 {
            if start <= min || start >= max {
                return false;
            }
            continue;
        }
        let (near, far) = ((min - start) / step, (max - start) / step);
        enter = enter.max(near.min(far));
        leave = leave.min(near.max(far));
    }
    enter < leave
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner() -> Polyline {
        Polyline::new(vec![
            Pos2::ZERO,
            Pos2::new(100.0, 0.0),
            Pos2::new(100.0, 50.0),
        ])
    }

    #[test]
    fn places_are_found_by_length() {
        let line = corner();
        assert!((line.length() - 150.0).abs() < 1e-4);
        assert_eq!(line.at(40.0), (Pos2::new(40.0, 0.0), Vec2::X));
        assert_eq!(line.at(120.0), (Pos2::new(100.0, 20.0), Vec2::Y));
        assert_eq!(line.at(999.0).0, Pos2::new(100.0, 50.0));
        assert_eq!(line.at(-1.0).0, Pos2::ZERO);
    }

    #[test]
    fn nearest_point_may_lie_between_points() {
        let found = corner().nearest(Pos2::new(60.0, 12.0));
        assert!((found.distance - 12.0).abs() < 1e-4 && (found.along - 60.0).abs() < 1e-3);
    }

    #[test]
    fn knife_cuts_what_it_crosses() {
        let line = corner();
        assert!(line.crosses(Pos2::new(50.0, -10.0), Pos2::new(55.0, 10.0)));
        assert!(!line.crosses(Pos2::new(50.0, 5.0), Pos2::new(55.0, 20.0)));
    }

    #[test]
    fn rectangle_is_met_also_when_no_point_lies_in_it() {
        let line = corner();
        let rect = |x: f32, y: f32| Rect::from_center_size(Pos2::new(x, y), Vec2::splat(10.0));
        assert!(line.touches(rect(50.0, 3.0)));
        assert!(!line.touches(rect(50.0, 20.0)));
        assert!(line.touches(rect(100.0, 50.0)));
    }
}
