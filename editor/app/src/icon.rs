//! Small pictures of buttons, drawn with lines: no font has to have them, and they take any colour.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

/// A picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Icon {
    /// A triangle: run.
    Run,
    /// Two bars: hold.
    Hold,
    /// A square: stop.
    Stop,
    /// A triangle before a bar: step.
    Step,
    /// A plus.
    Plus,
    /// A cross.
    Close,
    /// A disc with a cross: an error.
    Error,
    /// A triangle with a mark: a warning.
    Warning,
    /// A disc with an i: a hint.
    Hint,
    /// A tick.
    Check,
    /// Three lines.
    Menu,
    /// A chevron to the right: closed.
    Right,
    /// A chevron downwards: open.
    Down,
    /// An arrow back to the left.
    Undo,
    /// Two sheets.
    Copy,
    /// A bin.
    Trash,
    /// A disc.
    Dot,
    /// A ring.
    Ring,
    /// A clock: stale.
    Clock,
    /// Left side, lower side, right side of a window.
    SideLeft,
    /// The lower side of a window.
    SideBottom,
    /// The right side of a window.
    SideRight,
    /// An arrow into a box: re-inject.
    Inject,
}

impl Icon {
    /// Draws it into a square.
    pub(crate) fn paint(self, painter: &Painter, area: Rect, color: Color32) {
        let side = area.width().min(area.height());
        let square = Rect::from_center_size(area.center(), Vec2::splat(side));
        let pen = Pen {
            painter,
            square,
            stroke: Stroke::new((side / 10.0).max(1.2), color),
            color,
        };
        match self {
            Self::Run | Self::Hold | Self::Stop | Self::Step => pen.control(self),
            Self::Error | Self::Warning | Self::Hint | Self::Check => pen.verdict(self),
            Self::Right | Self::Down | Self::Undo | Self::Inject => pen.arrow(self),
            Self::SideLeft | Self::SideBottom | Self::SideRight => pen.side(self),
            Self::Dot | Self::Ring | Self::Clock => pen.round(self),
            Self::Plus | Self::Close | Self::Menu => pen.lines(self),
            Self::Copy | Self::Trash => pen.thing(self),
        }
    }
}

/// Draws in a square whose sides are 1 long.
struct Pen<'p> {
    painter: &'p Painter,
    square: Rect,
    stroke: Stroke,
    color: Color32,
}

impl Pen<'_> {
    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        self.square.min + vec2(x, y) * self.square.width()
    }

    fn line(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|&point| self.at(point)).collect();
        self.painter.add(Shape::line(points, self.stroke));
    }

    fn fill(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|&point| self.at(point)).collect();
        let shape = Shape::convex_polygon(points, self.color, Stroke::NONE);
        self.painter.add(shape);
    }

    fn rect(&self, (left, top): (f32, f32), (right, bottom): (f32, f32)) -> Rect {
        Rect::from_min_max(self.at((left, top)), self.at((right, bottom)))
    }

    fn frame(&self, from: (f32, f32), to: (f32, f32)) {
        let rect = self.rect(from, to);
        let radius = self.square.width() / 10.0;
        self.painter
            .rect_stroke(rect, radius, self.stroke, StrokeKind::Middle);
    }

    fn ring(&self, centre: (f32, f32), radius: f32) {
        let radius = radius * self.square.width();
        self.painter
            .circle_stroke(self.at(centre), radius, self.stroke);
    }

    fn disc(&self, centre: (f32, f32), radius: f32) {
        let radius = radius * self.square.width();
        self.painter
            .circle_filled(self.at(centre), radius, self.color);
    }

    fn control(&self, icon: Icon) {
        match icon {
            Icon::Run => self.fill(&[(0.22, 0.12), (0.86, 0.5), (0.22, 0.88)]),
            Icon::Hold => {
                self.fill(&[(0.22, 0.14), (0.4, 0.14), (0.4, 0.86), (0.22, 0.86)]);
                self.fill(&[(0.6, 0.14), (0.78, 0.14), (0.78, 0.86), (0.6, 0.86)]);
            }
            Icon::Stop => self.fill(&[(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]),
            _ => {
                self.fill(&[(0.14, 0.16), (0.66, 0.5), (0.14, 0.84)]);
                self.fill(&[(0.7, 0.16), (0.86, 0.16), (0.86, 0.84), (0.7, 0.84)]);
            }
        }
    }

    fn verdict(&self, icon: Icon) {
        match icon {
            Icon::Error => {
                self.ring((0.5, 0.5), 0.42);
                self.line(&[(0.36, 0.36), (0.64, 0.64)]);
                self.line(&[(0.64, 0.36), (0.36, 0.64)]);
            }
            Icon::Warning => {
                self.line(&[(0.5, 0.1), (0.94, 0.88), (0.06, 0.88), (0.5, 0.1)]);
                self.line(&[(0.5, 0.38), (0.5, 0.62)]);
                self.disc((0.5, 0.75), 0.055);
            }
            Icon::Hint => {
                self.ring((0.5, 0.5), 0.42);
                self.line(&[(0.5, 0.46), (0.5, 0.74)]);
                self.disc((0.5, 0.3), 0.06);
            }
            _ => self.line(&[(0.16, 0.54), (0.4, 0.78), (0.84, 0.24)]),
        }
    }

    fn arrow(&self, icon: Icon) {
        match icon {
            Icon::Right => self.line(&[(0.38, 0.24), (0.64, 0.5), (0.38, 0.76)]),
            Icon::Down => self.line(&[(0.24, 0.38), (0.5, 0.64), (0.76, 0.38)]),
            Icon::Inject => {
                self.line(&[(0.5, 0.08), (0.5, 0.58)]);
                self.line(&[(0.3, 0.38), (0.5, 0.6), (0.7, 0.38)]);
                self.line(&[(0.12, 0.56), (0.12, 0.88), (0.88, 0.88), (0.88, 0.56)]);
            }
            _ => {
                self.line(&[(0.34, 0.18), (0.12, 0.4), (0.34, 0.62)]);
                let bow: Vec<(f32, f32)> = (0..=12_u8)
                    .map(|step| {
                        let angle = std::f32::consts::PI * (f32::from(step) / 12.0 - 0.5);
                        (0.6 + 0.24 * angle.cos(), 0.62 + 0.22 * angle.sin())
                    })
                    .collect();
                self.line(&[(0.12, 0.4), (0.6, 0.4)]);
                self.line(&bow);
                self.line(&[(0.6, 0.84), (0.38, 0.84)]);
            }
        }
    }

    fn side(&self, icon: Icon) {
        self.frame((0.1, 0.16), (0.9, 0.84));
        match icon {
            Icon::SideLeft => self.line(&[(0.38, 0.16), (0.38, 0.84)]),
            Icon::SideRight => self.line(&[(0.62, 0.16), (0.62, 0.84)]),
            _ => self.line(&[(0.1, 0.6), (0.9, 0.6)]),
        }
    }

    fn round(&self, icon: Icon) {
        match icon {
            Icon::Dot => self.disc((0.5, 0.5), 0.3),
            Icon::Ring => self.ring((0.5, 0.5), 0.28),
            _ => {
                self.ring((0.5, 0.5), 0.4);
                self.line(&[(0.5, 0.26), (0.5, 0.52), (0.68, 0.62)]);
            }
        }
    }

    fn lines(&self, icon: Icon) {
        match icon {
            Icon::Plus => {
                self.line(&[(0.5, 0.16), (0.5, 0.84)]);
                self.line(&[(0.16, 0.5), (0.84, 0.5)]);
            }
            Icon::Close => {
                self.line(&[(0.24, 0.24), (0.76, 0.76)]);
                self.line(&[(0.76, 0.24), (0.24, 0.76)]);
            }
            _ => {
                for y in [0.26, 0.5, 0.74] {
                    self.line(&[(0.14, y), (0.86, y)]);
                }
            }
        }
    }

    fn thing(&self, icon: Icon) {
        if icon == Icon::Copy {
            self.frame((0.34, 0.34), (0.86, 0.88));
            let behind = [
                (0.34, 0.66),
                (0.14, 0.66),
                (0.14, 0.12),
                (0.66, 0.12),
                (0.66, 0.34),
            ];
            return self.line(&behind);
        }
        self.line(&[(0.12, 0.26), (0.88, 0.26)]);
        self.line(&[(0.38, 0.26), (0.38, 0.12), (0.62, 0.12), (0.62, 0.26)]);
        self.line(&[(0.22, 0.26), (0.28, 0.9), (0.72, 0.9), (0.78, 0.26)]);
    }
}

/// A square of this side in the middle of a rectangle.
pub(crate) fn square(area: Rect, side: f32) -> Rect {
    Rect::from_center_size(pos2(area.center().x, area.center().y), Vec2::splat(side))
}
