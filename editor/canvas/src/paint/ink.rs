//! One mesh for many thin things: lines, bars and small shapes with soft edges.
//!
//! egui would tessellate each wire anew, by way of a shape of its own; a thousand wires in one mesh take a fraction of that
//! time. All coordinates are on the screen.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Rect, Shape, Vec2};

/// A mesh that is drawn into.
#[derive(Debug, Clone)]
pub(crate) struct Ink {
    mesh: Mesh,
    /// Width of the soft edge: one physical pixel.
    feather: f32,
    /// What is outside need not be drawn.
    clip: Rect,
}

/// How a line is interrupted, as lengths on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dashes {
    pub(crate) on: f32,
    pub(crate) off: f32,
}

impl Ink {
    pub(crate) fn new(pixels_per_point: f32, clip: Rect) -> Self {
        Self {
            mesh: Mesh::default(),
            feather: 1.0 / pixels_per_point.max(0.1),
            clip,
        }
    }

    /// What was drawn, as one shape.
    pub(crate) fn into_shape(self) -> Shape {
        Shape::mesh(self.mesh)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.mesh.is_empty()
    }

    /// A line through points; only what is in sight of it.
    pub(crate) fn line(&mut self, points: &[Pos2], width: f32, color: Color32) {
        if points.len() < 2 || color == Color32::TRANSPARENT {
            return;
        }
        let clip = self.clip.expand(width + self.feather);
        let mut start = None;
        for (at, pair) in points.windows(2).enumerate() {
            if Rect::from_two_pos(pair[0], pair[1]).intersects(clip) {
                start.get_or_insert(at);
            } else if let Some(start) = start.take() {
                self.run(&points[start..=at], width, color);
            }
        }
        if let Some(start) = start {
            self.run(&points[start..], width, color);
        }
    }

    /// A line all of whose steps are in sight.
    fn run(&mut self, points: &[Pos2], width: f32, color: Color32) {
        // A line thinner than a pixel is drawn one pixel wide and lighter.
        let (width, color) = if width < self.feather {
            (self.feather, color.gamma_multiply(width / self.feather))
        } else {
            (width, color)
        };
        let outer = 0.5 * (width + self.feather);
        let inner = 0.5 * (width - self.feather);
        let first = self.next_index();
        let last = points.len() - 1;
        for (at, point) in points.iter().enumerate() {
            let before = points[at.saturating_sub(1)];
            let after = points[(at + 1).min(last)];
            let normal = (after - before).normalized().rot90();
            for (offset, color) in [
                (-outer, Color32::TRANSPARENT),
                (-inner, color),
                (inner, color),
                (outer, Color32::TRANSPARENT),
            ] {
                self.vertex(*point + normal * offset, color);
            }
        }
        let steps = u32::try_from(last).unwrap_or(0);
        for step in 0..steps {
            let base = first + step * 4;
            for lane in 0..3 {
                self.quad_of(
                    base + lane,
                    base + lane + 1,
                    base + lane + 5,
                    base + lane + 4,
                );
            }
        }
    }

    /// A straight line of one pixel with hard edges, for thousands of them.
    pub(crate) fn hairline(&mut self, from: Pos2, to: Pos2, color: Color32) {
        if !Rect::from_two_pos(from, to).intersects(self.clip) {
            return;
        }
        let across = (to - from).normalized().rot90() * (0.5 * self.feather);
        let first = self.next_index();
        for corner in [from - across, from + across, to + across, to - across] {
            self.vertex(corner, color);
        }
        self.quad_of(first, first + 1, first + 2, first + 3);
    }

    /// A line in dashes.
    pub(crate) fn dashed(&mut self, points: &[Pos2], width: f32, color: Color32, dashes: Dashes) {
        let period = dashes.on + dashes.off;
        let clip = self.clip.expand(width);
        let mut piece: Vec<Pos2> = Vec::new();
        // How far into a dash and the gap behind it the way is.
        let mut phase = 0.0;
        for pair in points.windows(2) {
            let (mut from, to) = (pair[0], pair[1]);
            if !Rect::from_two_pos(from, to).intersects(clip) {
                piece.clear();
                phase = (phase + from.distance(to)) % period;
                continue;
            }
            loop {
                let is_on = phase < dashes.on;
                if is_on && piece.is_empty() {
                    piece.push(from);
                }
                let left = if is_on { dashes.on } else { period } - phase;
                let rest = from.distance(to);
                let step = rest.min(left);
                if rest > 0.0 {
                    from += (to - from) * (step / rest);
                }
                phase += step;
                if is_on {
                    piece.push(from);
                }
                if rest < left {
                    break;
                }
                if is_on {
                    self.line(&piece, width, color);
                    piece.clear();
                } else {
                    phase = 0.0;
                }
            }
        }
        self.line(&piece, width, color);
    }

    /// Two parallel lines, `apart` between their middles.
    pub(crate) fn double(&mut self, points: &[Pos2], width: f32, apart: f32, color: Color32) {
        for side in [-0.5, 0.5] {
            self.line(&beside(points, side * apart), width, color);
        }
    }

    /// A filled rectangle with hard edges.
    pub(crate) fn rect(&mut self, rect: Rect, color: Color32) {
        let corners = [
            rect.left_top(),
            rect.right_top(),
            rect.right_bottom(),
            rect.left_bottom(),
        ];
        let first = self.next_index();
        for corner in corners {
            self.vertex(corner, color);
        }
        self.quad_of(first, first + 1, first + 2, first + 3);
    }

    /// A filled convex shape with soft edges; corners clockwise.
    pub(crate) fn convex(&mut self, corners: &[Pos2], color: Color32) {
        let count = corners.len();
        let Ok(total) = u32::try_from(count) else {
            return;
        };
        if total < 3 {
            return;
        }
        let first = self.next_index();
        for at in 0..count {
            let normal = outward(corners, at) * (0.5 * self.feather);
            self.vertex(corners[at] - normal, color);
            self.vertex(corners[at] + normal, Color32::TRANSPARENT);
        }
        for at in 1..total - 1 {
            self.triangle(first, first + at * 2, first + at * 2 + 2);
        }
        for at in 0..total {
            let next = (at + 1) % total;
            let (inner, outer) = (first + at * 2, first + at * 2 + 1);
            self.quad_of(inner, outer, first + next * 2 + 1, first + next * 2);
        }
    }

    /// A filled circle.
    pub(crate) fn disc(&mut self, center: Pos2, radius: f32, color: Color32) {
        self.convex(&circle(center, radius), color);
    }

    /// A circle's outline.
    pub(crate) fn ring(&mut self, center: Pos2, radius: f32, width: f32, color: Color32) {
        self.outline(&circle(center, radius), width, color);
    }

    /// The outline of a convex shape.
    pub(crate) fn outline(&mut self, corners: &[Pos2], width: f32, color: Color32) {
        let count = corners.len();
        let Ok(total) = u32::try_from(count) else {
            return;
        };
        let first = self.next_index();
        let (outer, inner) = (0.5 * (width + self.feather), 0.5 * (width - self.feather));
        for at in 0..count {
            let normal = outward(corners, at);
            for (offset, color) in [
                (outer, Color32::TRANSPARENT),
                (inner, color),
                (-inner, color),
                (-outer, Color32::TRANSPARENT),
            ] {
                self.vertex(corners[at] + normal * offset, color);
            }
        }
        for at in 0..total {
            let next = (at + 1) % total;
            for lane in 0..3 {
                let (a, b) = (first + at * 4 + lane, first + next * 4 + lane);
                self.quad_of(a, a + 1, b + 1, b);
            }
        }
    }

    fn vertex(&mut self, pos: Pos2, color: Color32) {
        self.mesh.vertices.push(Vertex {
            pos,
            uv: WHITE_UV,
            color,
        });
    }

    fn next_index(&self) -> u32 {
        u32::try_from(self.mesh.vertices.len()).unwrap_or(u32::MAX)
    }

    fn triangle(&mut self, a: u32, b: u32, c: u32) {
        self.mesh.indices.extend([a, b, c]);
    }

    fn quad_of(&mut self, a: u32, b: u32, c: u32, d: u32) {
        self.mesh.indices.extend([a, b, c, a, c, d]);
    }
}

/// A line beside another.
pub(crate) fn beside(points: &[Pos2], distance: f32) -> Vec<Pos2> {
    let last = points.len().saturating_sub(1);
    let moved = points.iter().enumerate().map(|(at, point)| {
        let way = points[(at + 1).min(last)] - points[at.saturating_sub(1)];
        *point + way.normalized().rot90() * distance
    });
    moved.collect()
}

/// Where a corner of a convex shape moves when the shape grows by 1.
fn outward(corners: &[Pos2], at: usize) -> Vec2 {
    let count = corners.len();
    let before = corners[(at + count - 1) % count];
    let after = corners[(at + 1) % count];
    // Clockwise on a screen whose y points down: outside is to the left of the way.
    let normal = |way: Vec2| way.normalized().rot90();
    let (first, second) = (normal(corners[at] - before), normal(after - corners[at]));
    let sum = first + second;
    // A mitre: sharp corners reach out further, but not without end.
    sum / (0.5 * sum.length_sq()).max(0.5)
}

/// Corners of a circle, as many as its size needs.
fn circle(center: Pos2, radius: f32) -> Vec<Pos2> {
    let count: u16 = match radius {
        radius if radius < 2.5 => 8,
        radius if radius < 8.0 => 16,
        _ => 28,
    };
    (0..count)
        .map(|at| {
            let angle = f32::from(at) / f32::from(count) * std::f32::consts::TAU;
            center + Vec2::angled(angle) * radius
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(ink: &Ink) -> Rect {
        ink.mesh.calc_bounds()
    }

    #[test]
    fn line_is_as_wide_as_asked() {
        let mut ink = Ink::new(1.0, Rect::EVERYTHING);
        ink.line(&[Pos2::ZERO, Pos2::new(100.0, 0.0)], 4.0, Color32::WHITE);
        assert!(ink.mesh.is_valid());
        // Half a pixel of soft edge on both sides.
        assert!((bounds(&ink).height() - 5.0).abs() < 1e-3);
    }

    #[test]
    fn dashes_leave_gaps() {
        let points: Vec<Pos2> = (0..=10u8)
            .map(|at| Pos2::new(f32::from(at) * 10.0, 0.0))
            .collect();
        let mut ink = Ink::new(1.0, Rect::EVERYTHING);
        ink.dashed(
            &points,
            2.0,
            Color32::WHITE,
            Dashes {
                on: 15.0,
                off: 10.0,
            },
        );
        let inner = ink
            .mesh
            .vertices
            .iter()
            .filter(|vertex| vertex.color != Color32::TRANSPARENT);
        let in_gap = |x: f32| (16.0..24.0).contains(&(x % 25.0));
        assert!(inner.clone().count() > 8);
        assert!(
            inner.clone().all(|vertex| !in_gap(vertex.pos.x)),
            "a dash reaches into a gap"
        );
    }

    #[test]
    fn soft_edge_of_a_shape_lies_outside() {
        let mut ink = Ink::new(2.0, Rect::EVERYTHING);
        let square = Rect::from_min_size(Pos2::ZERO, Vec2::splat(10.0));
        let corners = [
            square.left_top(),
            square.right_top(),
            square.right_bottom(),
            square.left_bottom(),
        ];
        ink.convex(&corners, Color32::WHITE);
        for vertex in &ink.mesh.vertices {
            let is_inside = square.shrink(0.1).contains(vertex.pos);
            assert_eq!(is_inside, vertex.color == Color32::WHITE, "{vertex:?}");
        }
        assert!(ink.mesh.is_valid());
    }

    #[test]
    fn nothing_is_drawn_of_a_point() {
        let mut ink = Ink::new(1.0, Rect::EVERYTHING);
        ink.line(&[Pos2::ZERO], 2.0, Color32::WHITE);
        ink.dashed(&[], 2.0, Color32::WHITE, Dashes { on: 1.0, off: 1.0 });
        assert!(ink.is_empty());
    }

    #[test]
    fn what_is_out_of_sight_costs_nothing() {
        let clip = Rect::from_min_size(Pos2::ZERO, Vec2::splat(100.0));
        let points: Vec<Pos2> = (0..1000u16)
            .map(|at| Pos2::new(f32::from(at) * 10.0, 50.0))
            .collect();
        let dashes = Dashes {
            on: 15.0,
            off: 10.0,
        };
        let mut ink = Ink::new(1.0, clip);
        ink.line(&points, 2.0, Color32::WHITE);
        ink.dashed(&points, 2.0, Color32::WHITE, dashes);
        assert!(!ink.is_empty() && ink.mesh.vertices.len() < 150);
        // Whether a dash begins does not depend on what is in sight.
        let mut whole = Ink::new(1.0, Rect::EVERYTHING);
        whole.dashed(&points[900..], 2.0, Color32::WHITE, dashes);
        let mut part = Ink::new(
            1.0,
            Rect::EVERYTHING.intersect(clip.translate(Vec2::new(9_300.0, 0.0))),
        );
        part.dashed(&points[900..], 2.0, Color32::WHITE, dashes);
        let known: Vec<Pos2> = whole
            .mesh
            .vertices
            .iter()
            .map(|vertex| vertex.pos)
            .collect();
        let inner = part.mesh.vertices.iter().filter(|vertex| {
            let pos = vertex.pos.x;
            (9_330.0..9_370.0).contains(&pos)
        });
        for vertex in inner {
            assert!(
                known.iter().any(|pos| pos.distance(vertex.pos) < 0.1),
                "{vertex:?}"
            );
        }
    }
}
