//! Groups, notes and the paper below everything.

use egui::epaint::Stroke;
use egui::{Align2, Pos2, Rect, Vec2};

use crate::detail::{Detail, glyph_size};
use crate::paint::Brush;
use crate::scene::frame::{Frame, Paper};
use crate::theme::Font;
use crate::theme::metric::{GRID, GRID_DOT_EVERY, GROUP_HEAD, GROUP_PAD, GROUP_RADIUS, NOTE_PAD};

/// Dots closer together than this are left out, on the screen.
const DOTS_APART_MIN: f32 = 14.0;

/// The paper with its dots.
pub(crate) fn draw_paper(brush: &Brush<'_>) {
    let screen = brush.camera.screen();
    brush.painter.rect_filled(screen, 0.0, brush.theme.canvas);
    let mut step = GRID * GRID_DOT_EVERY;
    while step * brush.zoom() < DOTS_APART_MIN {
        step *= 2.0;
    }
    let seen = brush.camera.seen();
    let first = Pos2::new(
        (seen.min.x / step).floor() * step,
        (seen.min.y / step).floor() * step,
    );
    let mut ink = brush.ink();
    let size = if brush.zoom() > 1.5 { 2.0 } else { 1.5 };
    let mut y = first.y;
    while y < seen.max.y {
        let mut x = first.x;
        while x < seen.max.x {
            let center = brush.camera.screen_from_graph(Pos2::new(x, y));
            ink.rect(
                Rect::from_center_size(center, Vec2::splat(size)),
                brush.theme.grid,
            );
            x += step;
        }
        y += step;
    }
    brush.add(ink);
}

/// A group.
pub(crate) fn draw_frame(brush: &Brush<'_>, frame: &Frame, rect: Rect, is_selected: bool) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let (fill, line) = theme.tint(frame.tint);
    let on_screen = brush.camera.rect_in_screen(rect);
    let stroke = if is_selected {
        Stroke::new(2.5, theme.selection)
    } else {
        Stroke::new(1.2, line)
    };
    brush.panel(on_screen, GROUP_RADIUS * zoom, fill, stroke);
    if brush.detail == Detail::Full {
        let at = rect.min + Vec2::new(GROUP_PAD, GROUP_HEAD * 0.5 + 4.0);
        let at = brush.camera.screen_from_graph(at);
        let name = if frame.name.is_empty() {
            "group"
        } else {
            &frame.name
        };
        let title = brush.text(at, Align2::LEFT_CENTER, name, Font::Title, theme.text);
        if let Some(note) = &frame.note {
            let room = rect.width() - 2.0 * GROUP_PAD - title.width() / zoom - 14.0;
            let note: Vec<&str> = note.split_whitespace().collect();
            let note = crate::measure::cut(&note.join(" "), room.max(0.0), Font::Text);
            let beside = Pos2::new(title.max.x + 12.0 * zoom, at.y);
            brush.text(beside, Align2::LEFT_CENTER, &note, Font::Text, theme.muted);
        }
    }
}

/// A note.
pub(crate) fn draw_note(brush: &Brush<'_>, paper: &Paper, rect: Rect, is_selected: bool) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let on_screen = brush.camera.rect_in_screen(rect);
    let stroke = if is_selected {
        Stroke::new(2.5, theme.selection)
    } else {
        Stroke::new(1.0, theme.note_line)
    };
    brush.panel(on_screen, 4.0 * zoom, theme.note, stroke);
    if brush.detail == Detail::Full {
        let inner = on_screen.shrink(NOTE_PAD * zoom);
        let size = glyph_size(Font::Text.size(), zoom);
        let galley = brush.lines(
            paper.text.clone(),
            (Font::Text, size),
            theme.note_text,
            inner.width(),
        );
        let clipped = brush
            .painter
            .with_clip_rect(inner.intersect(brush.painter.clip_rect()));
        clipped.galley(inner.min, galley, theme.note_text);
    }
}
