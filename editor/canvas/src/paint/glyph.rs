//! Small pictures: states, marks, ports. Drawn, not taken from a font, so that they look the same with any.

use egui::{Color32, Pos2, Rect, Vec2};

use crate::paint::ink::Ink;
use crate::theme::Shape;

/// A small picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Glyph {
    Stop,
    Hollow,
    Filled,
    ArrowLeft,
    ArrowRight,
    Pause,
    Dot,
    Loop,
    Check,
    Cross,
    Clock,
    Notch,
    HollowNotch,
    Broker,
    Note,
    Nested,
    Pin,
    Down,
    Up,
    Skip,
    Plus,
    Bang,
}

impl Glyph {
    /// Draws it into a square of `size` round `center`.
    pub(crate) fn draw(self, ink: &mut Ink, center: Pos2, size: f32, color: Color32) {
        let half = size * 0.5;
        let at = |x: f32, y: f32| center + Vec2::new(x, y) * half;
        let thin = (size * 0.14).max(1.0);
        match self {
            Self::Stop => ink.rect(
                Rect::from_center_size(center, Vec2::splat(size * 0.7)),
                color,
            ),
            Self::Hollow => ink.ring(center, half * 0.8, thin, color),
            Self::Filled => ink.disc(center, half * 0.85, color),
            Self::Dot => ink.disc(center, half * 0.7, color),
            Self::ArrowRight => arrow(ink, center, half, 1.0, color),
            Self::ArrowLeft => arrow(ink, center, half, -1.0, color),
            Self::Pause => {
                for x in [-0.42, 0.42] {
                    let bar = Vec2::new(size * 0.24, size * 0.8);
                    ink.rect(Rect::from_center_size(at(x, 0.0), bar), color);
                }
            }
            Self::Loop => turning(ink, center, half, thin, color),
            Self::Check => ink.line(
                &[at(-0.8, 0.05), at(-0.2, 0.65), at(0.85, -0.6)],
                thin * 1.3,
                color,
            ),
            Self::Cross => {
                ink.line(&[at(-0.65, -0.65), at(0.65, 0.65)], thin * 1.3, color);
                ink.line(&[at(-0.65, 0.65), at(0.65, -0.65)], thin * 1.3, color);
            }
            Self::Clock => {
                ink.ring(center, half * 0.85, thin, color);
                ink.line(&[at(0.0, -0.5), at(0.0, 0.05), at(0.4, 0.3)], thin, color);
            }
            Self::Notch => ink.convex(&[at(-0.8, -0.7), at(0.8, -0.7), at(0.0, 0.8)], color),
            Self::HollowNotch => {
                ink.outline(&[at(-0.8, -0.7), at(0.8, -0.7), at(0.0, 0.8)], thin, color);
            }
            Self::Broker => broker(ink, center, size, color),
            Self::Note => note(ink, center, half, thin, color),
            Self::Nested => nested(ink, center, size, thin, color),
            Self::Pin => {
                ink.disc(at(0.0, -0.35), half * 0.5, color);
                ink.line(&[at(0.0, 0.0), at(0.0, 0.9)], thin, color);
            }
            Self::Down => ink.line(&[at(-0.6, -0.3), at(0.0, 0.35), at(0.6, -0.3)], thin, color),
            Self::Up => ink.line(&[at(-0.6, 0.3), at(0.0, -0.35), at(0.6, 0.3)], thin, color),
            Self::Skip => {
                for x in [-0.7, 0.1] {
                    let chevron = [at(x, -0.6), at(x + 0.6, 0.0), at(x, 0.6)];
                    ink.line(&chevron, thin, color);
                }
            }
            Self::Plus => {
                ink.line(&[at(-0.7, 0.0), at(0.7, 0.0)], thin, color);
                ink.line(&[at(0.0, -0.7), at(0.0, 0.7)], thin, color);
            }
            Self::Bang => {
                ink.line(&[at(0.0, -0.75), at(0.0, 0.2)], size * 0.2, color);
                ink.disc(at(0.0, 0.65), size * 0.12, color);
            }
        }
    }
}

fn arrow(ink: &mut Ink, center: Pos2, half: f32, way: f32, color: Color32) {
    let at = |x: f32, y: f32| center + Vec2::new(x * way, y) * half;
    let mut head = [at(0.0, -0.8), at(0.95, 0.0), at(0.0, 0.8)];
    if way < 0.0 {
        head.reverse();
    }
    ink.convex(&head, color);
    ink.line(&[at(-0.9, 0.0), at(0.1, 0.0)], half * 0.42, color);
}

fn turning(ink: &mut Ink, center: Pos2, half: f32, width: f32, color: Color32) {
    let radius = half * 0.75;
    let points: Vec<Pos2> = (0..=18u8)
        .map(|step| center + Vec2::angled(f32::from(step) * 0.28 - 0.6) * radius)
        .collect();
    ink.line(&points, width, color);
    if let Some(&tip) = points.last() {
        let size = half * 0.5;
        ink.convex(
            &[
                tip + Vec2::new(-size, 0.0),
                tip + Vec2::new(size * 0.9, -size * 0.9),
                tip + Vec2::new(size * 0.5, size * 0.9),
            ],
            color,
        );
    }
}

fn broker(ink: &mut Ink, center: Pos2, size: f32, color: Color32) {
    for row in [-1.0, 0.0, 1.0] {
        let bar = Vec2::new(size * 0.9, size * 0.2);
        ink.rect(
            Rect::from_center_size(center + Vec2::new(0.0, row * size * 0.33), bar),
            color,
        );
    }
}

fn note(ink: &mut Ink, center: Pos2, half: f32, thin: f32, color: Color32) {
    let at = |x: f32, y: f32| center + Vec2::new(x, y) * half;
    let page = [
        at(-0.65, -0.85),
        at(0.2, -0.85),
        at(0.65, -0.4),
        at(0.65, 0.85),
        at(-0.65, 0.85),
    ];
    ink.outline(&page, thin, color);
    for y in [-0.05, 0.4] {
        ink.line(&[at(-0.3, y), at(0.3, y)], thin, color);
    }
}

fn nested(ink: &mut Ink, center: Pos2, size: f32, thin: f32, color: Color32) {
    let outer = Rect::from_center_size(center, Vec2::splat(size * 0.85));
    ink.outline(&corners(outer), thin, color);
    ink.rect(
        Rect::from_center_size(center, Vec2::splat(size * 0.38)),
        color,
    );
}

/// The corners of a rectangle, clockwise.
pub(crate) fn corners(rect: Rect) -> [Pos2; 4] {
    [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
    ]
}

/// A port: filled when something is connected, hollow when nothing is.
pub(crate) fn port(
    ink: &mut Ink,
    shape: Shape,
    center: Pos2,
    radius: f32,
    (line, fill): (Color32, Color32),
) {
    let width = (radius * 0.36).max(1.0);
    match shape {
        Shape::Round => {
            ink.disc(center, radius, fill);
            ink.ring(center, radius - width * 0.5, width, line);
        }
        Shape::Square => {
            let square = corners(Rect::from_center_size(center, Vec2::splat(radius * 1.75)));
            ink.convex(&square, fill);
            ink.outline(&square, width, line);
        }
        Shape::Diamond => {
            let reach = radius * 1.22;
            let diamond = [
                center - Vec2::new(0.0, reach),
                center + Vec2::new(reach, 0.0),
                center + Vec2::new(0.0, reach),
                center - Vec2::new(reach, 0.0),
            ];
            ink.convex(&diamond, fill);
            ink.outline(&diamond, width, line);
        }
        Shape::Stacked => {
            let layer = |offset: f32| {
                let middle = center + Vec2::new(offset, -offset) * radius * 0.38;
                corners(Rect::from_center_size(middle, Vec2::splat(radius * 1.5)))
            };
            ink.outline(&layer(1.0), width, line);
            ink.convex(&layer(-0.5), fill);
            ink.outline(&layer(-0.5), width, line);
        }
    }
}
