//! Snapping and alignment guides: where what is dragged comes to rest, and why there.

use egui::{Pos2, Rect, Vec2};

use crate::theme::metric::GRID;

/// A line that a dragged edge or middle lies on, along with another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Guide {
    /// One end.
    pub(crate) from: Pos2,
    /// The other.
    pub(crate) to: Pos2,
}

/// Where something comes to rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Snapped {
    /// What is added to the way of the pointer.
    pub(crate) correction: Vec2,
    /// Why: lines to be shown. None when only the grid drew it.
    pub(crate) guides: Vec<Guide>,
}

/// What may draw a dragged thing to itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pull {
    correction: f32,
    guide: Option<Guide>,
}

/// Draws a dragged rectangle to edges and middles of others, else to the grid.
///
/// `reach` is how close an edge must be, in the unit of the rectangles.
pub(crate) fn snap(dragged: Rect, others: &[Rect], reach: f32) -> Snapped {
    let across = best(dragged, others, reach, Axis::X);
    let down = best(dragged, others, reach, Axis::Y);
    Snapped {
        correction: Vec2::new(across.correction, down.correction),
        guides: across.guide.into_iter().chain(down.guide).collect(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    X,
    Y,
}

impl Axis {
    const fn of(self, pos: Pos2) -> f32 {
        match self {
            Self::X => pos.x,
            Self::Y => pos.y,
        }
    }

    const fn point(self, along: f32, across: f32) -> Pos2 {
        match self {
            Self::X => Pos2::new(along, across),
            Self::Y => Pos2::new(across, along),
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::X => Self::Y,
            Self::Y => Self::X,
        }
    }

    /// Edges and middle.
    fn lines(self, rect: Rect) -> [f32; 3] {
        let (min, max) = (self.of(rect.min), self.of(rect.max));
        [min, 0.5 * (min + max), max]
    }
}

fn best(dragged: Rect, others: &[Rect], reach: f32, axis: Axis) -> Pull {
    let mine = axis.lines(dragged);
    let mut found: Option<(f32, f32, Rect)> = None;
    for other in others {
        // Edges go to edges and middles to middles: anything else would be a chance.
        let theirs = axis.lines(*other);
        for (at, my) in mine.into_iter().enumerate() {
            for (their_at, their) in theirs.into_iter().enumerate() {
                let is_pair = (at == 1) == (their_at == 1);
                let gap = their - my;
                let is_better = found.is_none_or(|(best, ..)| gap.abs() < best.abs() - 1e-3);
                if is_pair && gap.abs() <= reach && is_better {
                    found = Some((gap, their, *other));
                }
            }
        }
    }
    match found {
        Some((correction, line, other)) => Pull {
            correction,
            guide: Some(guide(dragged, other, line, axis)),
        },
        None => Pull {
            correction: to_grid(mine[0]) - mine[0],
            guide: None,
        },
    }
}

/// The guide spans both rectangles.
fn guide(dragged: Rect, other: Rect, line: f32, axis: Axis) -> Guide {
    let across = axis.other();
    let from = across.of(dragged.min).min(across.of(other.min));
    let to = across.of(dragged.max).max(across.of(other.max));
    Guide {
        from: axis.point(line, from),
        to: axis.point(line, to),
    }
}

/// The nearest line of the grid.
pub(crate) fn to_grid(coordinate: f32) -> f32 {
    (coordinate / GRID).round() * GRID
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f32, y: f32) -> Rect {
        Rect::from_min_size(Pos2::new(x, y), Vec2::new(100.0, 60.0))
    }

    #[test]
    fn near_edge_draws_and_says_why() {
        let snapped = snap(rect(203.0, 404.0), &[rect(200.0, 0.0)], 6.0);
        assert_eq!(snapped.correction, Vec2::new(-3.0, -4.0));
        let [guide] = snapped.guides[..] else {
            panic!("{snapped:?}");
        };
        assert!((guide.from.x - 200.0).abs() < 1e-3 && (guide.to.y - 464.0).abs() < 1e-3);
    }

    #[test]
    fn far_from_everything_the_grid_draws() {
        let snapped = snap(rect(203.0, 407.0), &[rect(900.0, 900.0)], 6.0);
        assert_eq!(snapped.correction, Vec2::new(-3.0, 3.0));
        assert!(snapped.guides.is_empty());
    }

    #[test]
    fn middles_meet_middles() {
        let wide = Rect::from_min_size(Pos2::new(0.0, 0.0), Vec2::new(300.0, 60.0));
        let snapped = snap(rect(98.0, 200.0), &[wide], 6.0);
        assert!((snapped.correction.x - 2.0).abs() < 1e-3, "{snapped:?}");
    }

    #[test]
    fn closer_edge_wins() {
        let snapped = snap(
            rect(104.0, 0.0),
            &[rect(100.0, 300.0), rect(105.0, 600.0)],
            6.0,
        );
        assert!((snapped.correction.x - 1.0).abs() < 1e-3);
    }
}
