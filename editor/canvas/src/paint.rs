//! Painting: from the scene to shapes. Reads everything, changes nothing.

pub(crate) mod card;
pub(crate) mod frame;
pub(crate) mod glyph;
pub(crate) mod ink;
pub(crate) mod label;
pub(crate) mod minimap;
pub(crate) mod overlay;
pub(crate) mod wire;

use egui::epaint::{CornerRadius, CornerRadiusF32, RectShape, Stroke, StrokeKind};
use egui::{Align2, Color32, Galley, Painter, Pos2, Rect, Vec2};

use crate::camera::Camera;
use crate::detail::{Detail, glyph_size};
use crate::paint::ink::Ink;
use crate::theme::{Font, Theme};

/// What one paints with.
#[derive(Clone, Copy)]
pub(crate) struct Brush<'a> {
    pub(crate) painter: &'a Painter,
    pub(crate) theme: &'a Theme,
    pub(crate) camera: &'a Camera,
    pub(crate) detail: Detail,
}

/// How much something stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Emphasis {
    pub(crate) is_selected: bool,
    pub(crate) is_hovered: bool,
    /// Out of the path that the user looks at.
    pub(crate) is_dimmed: bool,
}

impl<'a> Brush<'a> {
    pub(crate) fn new(painter: &'a Painter, theme: &'a Theme, camera: &'a Camera) -> Self {
        Self {
            painter,
            theme,
            camera,
            detail: Detail::at(camera.zoom()),
        }
    }

    pub(crate) const fn zoom(&self) -> f32 {
        self.camera.zoom()
    }

    pub(crate) fn ink(&self) -> Ink {
        Ink::new(self.painter.pixels_per_point(), self.camera.screen())
    }

    pub(crate) fn add(&self, ink: Ink) {
        if !ink.is_empty() {
            self.painter.add(ink.into_shape());
        }
    }

    /// A color, or what is left of it out of the user's path.
    pub(crate) fn shade(color: Color32, emphasis: Emphasis) -> Color32 {
        if emphasis.is_dimmed {
            Theme::dimmed(color)
        } else {
            color
        }
    }

    /// Text that scales with the graph; gives the rectangle it takes on the screen.
    pub(crate) fn text(
        &self,
        pos: Pos2,
        anchor: Align2,
        text: &str,
        font: Font,
        color: Color32,
    ) -> Rect {
        self.text_at(
            pos,
            anchor,
            text,
            (font, glyph_size(font.size(), self.zoom())),
            color,
        )
    }

    /// Text of a size of its own.
    pub(crate) fn text_at(
        &self,
        pos: Pos2,
        anchor: Align2,
        text: &str,
        (font, size): (Font, f32),
        color: Color32,
    ) -> Rect {
        let galley = self
            .painter
            .layout_no_wrap(text.to_owned(), font.at(size), color);
        let rect = anchor.anchor_size(pos, galley.size());
        // Glyphs between two pixels are blurred.
        let ppp = self.painter.pixels_per_point();
        let crisp = (rect.min.to_vec2() * ppp).round() / ppp;
        self.painter.galley(crisp.to_pos2(), galley, color);
        rect
    }

    /// Lays out text in lines no wider than `width_max` on the screen.
    pub(crate) fn lines(
        &self,
        text: String,
        (font, size): (Font, f32),
        color: Color32,
        width_max: f32,
    ) -> std::sync::Arc<Galley> {
        self.painter.layout(text, font.at(size), color, width_max)
    }

    /// A rounded rectangle on the screen.
    pub(crate) fn panel(&self, rect: Rect, radius: f32, fill: Color32, stroke: Stroke) {
        self.painter.add(RectShape::new(
            rect,
            corner(radius),
            fill,
            stroke,
            StrokeKind::Middle,
        ));
    }

    /// A rectangle moved so that it stays inside the canvas.
    pub(crate) fn inside(&self, rect: Rect) -> Rect {
        let room = self.camera.screen().shrink(6.0);
        let moved = rect.translate(Vec2::new(
            (room.max.x - rect.max.x).min(0.0),
            (room.max.y - rect.max.y).min(0.0),
        ));
        moved.translate(Vec2::new(
            (room.min.x - moved.min.x).max(0.0),
            (room.min.y - moved.min.y).max(0.0),
        ))
    }

    /// A label on its own ground, on the screen; moved so that it stays inside the canvas.
    pub(crate) fn chip(&self, at: Pos2, lines: &[&str], color: Color32) -> Rect {
        let size = Font::Text.size();
        let galley = self.lines(lines.join("\n"), (Font::Text, size), color, 420.0);
        let rect = Rect::from_min_size(at, galley.size() + Vec2::new(20.0, 12.0));
        let rect = self.inside(rect);
        self.panel(
            rect,
            6.0,
            self.theme.chip,
            Stroke::new(1.0, self.theme.line),
        );
        self.painter
            .galley(rect.min + Vec2::new(10.0, 6.0), galley, color);
        rect
    }
}

/// Corners of one radius.
pub(crate) fn corner(radius: f32) -> CornerRadius {
    CornerRadius::from(CornerRadiusF32::same(radius))
}
