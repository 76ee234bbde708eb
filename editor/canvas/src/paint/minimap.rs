//! The minimap: processes and groups, dots where something is wrong, and the part that is in sight.

use egui::epaint::Stroke;
use egui::{Pos2, Rect, Vec2};
use millstream_graph::Severity;

use crate::camera::Camera;
use crate::look::{LiveLook, ProcessState};
use crate::paint::Brush;
use crate::paint::card::block_color;
use crate::paint::glyph::corners;
use crate::scene::Scene;
use crate::theme::metric::{MINIMAP_MARGIN_ON_SCREEN, MINIMAP_ON_SCREEN};

/// Between its edge and what it shows.
const PAD: f32 = 8.0;

/// Where the minimap is, and how it maps the graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Minimap {
    /// Its place on the screen.
    pub(crate) rect: Rect,
    world: Rect,
    scale: f32,
}

impl Minimap {
    /// The minimap of a graph in the lower right corner; none while all of it is in sight anyway.
    pub(crate) fn new(camera: &Camera, world: Rect) -> Option<Self> {
        let screen = camera.screen();
        if camera.seen().contains_rect(world) || screen.width() < 420.0 || screen.height() < 320.0 {
            return None;
        }
        let world = world.expand(0.02 * world.size().max_elem());
        let scale = (MINIMAP_ON_SCREEN - 2.0 * PAD) / world.size().max_elem();
        let size = (world.size() * scale).max(Vec2::new(56.0, 40.0)) + Vec2::splat(2.0 * PAD);
        let corner = screen.max - Vec2::splat(MINIMAP_MARGIN_ON_SCREEN);
        let rect = Rect::from_min_max(corner - size, corner);
        Some(Self { rect, world, scale })
    }

    /// The point of the graph at a place of the map.
    pub(crate) fn graph_from_map(&self, pos: Pos2) -> Pos2 {
        self.world.center() + (pos - self.rect.center()) / self.scale
    }

    fn map_from_graph(&self, pos: Pos2) -> Pos2 {
        self.rect.center() + (pos - self.world.center()) * self.scale
    }

    fn map_rect(&self, rect: Rect) -> Rect {
        let least = Vec2::splat(1.5);
        let mapped =
            Rect::from_min_max(self.map_from_graph(rect.min), self.map_from_graph(rect.max));
        Rect::from_center_size(mapped.center(), mapped.size().max(least))
    }

    pub(crate) fn draw(&self, brush: &Brush<'_>, scene: &Scene, live: Option<&dyn LiveLook>) {
        let theme = brush.theme;
        brush.panel(self.rect, 6.0, theme.chip, Stroke::new(1.0, theme.line));
        let mut ink = brush.ink();
        for frame in &scene.frames {
            let (fill, line) = theme.tint(frame.tint);
            let rect = self.map_rect(frame.rect);
            ink.rect(rect, fill);
            ink.outline(&corners(rect), 1.0, line);
        }
        let mut dots = Vec::new();
        for card in &scene.cards {
            let look = live.and_then(|live| live.process(&card.name));
            let rect = self.map_rect(card.rect());
            ink.rect(rect, block_color(theme, card, look.as_ref()));
            let failed = look.as_ref().is_some_and(|look| look.failure.is_some());
            let blocked = look
                .is_some_and(|look| look.culprit.is_some() || look.state == ProcessState::Blocked);
            if failed || card.worst == Some(Severity::Error) {
                dots.push((rect.center(), theme.red));
            } else if blocked {
                dots.push((rect.center(), theme.amber));
            }
        }
        for (center, color) in dots {
            ink.disc(center, 3.5, theme.chip);
            ink.disc(center, 2.6, color);
        }
        let seen = self
            .map_rect(brush.camera.seen())
            .intersect(self.rect.shrink(1.0));
        ink.rect(seen, theme.selection.gamma_multiply(0.14));
        ink.outline(&corners(seen), 1.5, theme.selection);
        brush.add(ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::{Motion, View};

    fn camera() -> Camera {
        let mut camera = Camera::default();
        camera.set_screen(Rect::from_min_size(Pos2::ZERO, Vec2::new(1280.0, 760.0)));
        camera
    }

    #[test]
    fn map_and_graph_are_inverse() {
        let world = Rect::from_min_size(Pos2::new(-500.0, 0.0), Vec2::new(9000.0, 3000.0));
        let map = Minimap::new(&camera(), world).unwrap();
        let pos = Pos2::new(1234.0, 567.0);
        let back = map.graph_from_map(map.map_from_graph(pos));
        assert!((back - pos).length() < 0.5, "{back:?}");
        assert!(map.rect.contains_rect(map.map_rect(world)));
    }

    #[test]
    fn there_is_no_map_of_what_is_all_in_sight() {
        let mut camera = camera();
        let world = Rect::from_center_size(Pos2::ZERO, Vec2::new(400.0, 300.0));
        assert_eq!(Minimap::new(&camera, world), None);
        let zoom = 4.0;
        let center = Pos2::ZERO;
        camera.go_to(View { center, zoom }, Motion::Reduced);
        assert!(Minimap::new(&camera, world).is_some());
    }
}
