//! Numbers on wires, where there is room for them.

use egui::epaint::Stroke;
use egui::{Pos2, Rect, Vec2};

use crate::detail::glyph_size;
use crate::geometry::polyline::Polyline;
use crate::look::{WireLook, WireState};
use crate::measure::text_width;
use crate::paint::Brush;
use crate::theme::Font;

/// Where on a wire a label may be, as shares of its length; the first that is free is taken.
const PLACES: [f32; 5] = [0.5, 0.36, 0.64, 0.25, 0.75];
/// Between the text and the edge of its ground.
const PAD: Vec2 = Vec2::new(6.0, 2.5);

/// The labels that have their place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    taken: Vec<Rect>,
}

impl Labels {
    /// Labels that leave these rectangles of the screen free.
    pub(crate) fn beside(taken: Vec<Rect>) -> Self {
        Self { taken }
    }

    /// Paints a label if there is room for it beside its wire.
    pub(crate) fn draw(&mut self, brush: &Brush<'_>, line: &Polyline, look: &WireLook) {
        let zoom = brush.zoom();
        let size = Vec2::new(
            text_width(&look.label, Font::Value),
            Font::Value.size() * 1.25,
        );
        let size = size * zoom + 2.0 * PAD;
        if look.label.is_empty() || size.x > line.length() * zoom * 0.8 {
            return;
        }
        let places = PLACES.into_iter().map(|share| {
            let center = brush
                .camera
                .screen_from_graph(line.at(line.length() * share).0);
            // Above the wire, so that gauge and glyph stay in sight.
            Rect::from_center_size(center - Vec2::new(0.0, size.y * 0.5 + 9.0 * zoom), size)
        });
        let free = |rect: &Rect| !self.taken.iter().any(|other| other.intersects(*rect));
        let mut places = places.filter(|rect| brush.camera.screen().contains_rect(*rect));
        let Some(rect) = places.find(free) else {
            return;
        };
        self.taken.push(rect);
        let theme = brush.theme;
        let color = match look.state {
            WireState::Blocking | WireState::Deadlocked | WireState::Overflowing => theme.red,
            WireState::Filling | WireState::Discarding => theme.amber,
            WireState::Stale | WireState::Closed | WireState::Idle => theme.muted,
            _ => theme.text,
        };
        brush.panel(rect, 4.0, theme.chip, Stroke::new(1.0, theme.rule));
        let pos = Pos2::new(rect.min.x + PAD.x, rect.center().y);
        let font = (Font::Value, glyph_size(Font::Value.size(), zoom));
        brush.text_at(pos, egui::Align2::LEFT_CENTER, &look.label, font, color);
    }
}
