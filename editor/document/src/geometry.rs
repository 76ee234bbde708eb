//! Rectangles and directions on the canvas, in canvas units: x to the right, y downwards.

use millstream_graph::layout::Size;
use millstream_graph::{Position, ProcessName};

use crate::document::Document;

/// A rectangle; `min` is its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// The upper left corner.
    pub min: Position,
    /// The lower right corner.
    pub max: Position,
}

/// Where to, for arrow keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

impl Rect {
    /// The rectangle with this upper left corner and size.
    pub fn at(corner: Position, size: Size) -> Self {
        let max = Position {
            x: corner.x + size.width,
            y: corner.y + size.height,
        };
        Self { min: corner, max }
    }

    /// The rectangle between two corners, whichever they are.
    pub fn between(a: Position, b: Position) -> Self {
        Self {
            min: Position {
                x: a.x.min(b.x),
                y: a.y.min(b.y),
            },
            max: Position {
                x: a.x.max(b.x),
                y: a.y.max(b.y),
            },
        }
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        Size {
            width: self.max.x - self.min.x,
            height: self.max.y - self.min.y,
        }
    }

    /// The point in the middle.
    pub fn center(&self) -> Position {
        Position {
            x: f64::midpoint(self.min.x, self.max.x),
            y: f64::midpoint(self.min.y, self.max.y),
        }
    }

    /// Whether the other lies inside as a whole.
    pub fn encloses(&self, other: &Self) -> bool {
        self.min.x <= other.min.x
            && self.min.y <= other.min.y
            && self.max.x >= other.max.x
            && self.max.y >= other.max.y
    }

    /// Whether the two have a point in common.
    pub fn touches(&self, other: &Self) -> bool {
        self.min.x <= other.max.x
            && self.max.x >= other.min.x
            && self.min.y <= other.max.y
            && self.max.y >= other.min.y
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min: Position {
                x: self.min.x.min(other.min.x),
                y: self.min.y.min(other.min.y),
            },
            max: Position {
                x: self.max.x.max(other.max.x),
                y: self.max.y.max(other.max.y),
            },
        }
    }
}

/// The size of a process as far as it can be told without fonts: a header, and a row for each port that is no setting.
pub(crate) fn estimate(document: &Document, process: &ProcessName) -> Size {
    const WIDTH: f64 = 180.0;
    const HEADER: f64 = 44.0;
    const ROW: f64 = 20.0;
    let rows = document.ports(process).map_or(0, |ports| {
        let ins = ports.ins.iter().filter(|port| !port.is_setting).count();
        ins.max(ports.outs.len())
    });
    Size {
        width: WIDTH,
        height: HEADER + ROW * rows as f64,
    }
}
