//! What hangs on the corners of cards, and the ring round the origin of back-pressure.

use egui::epaint::{Stroke, StrokeKind};
use egui::{Align2, Color32, Pos2, Rect, Vec2};
use millstream_graph::Severity;

use crate::look::{Failure, ProcessState};
use crate::paint::card::State;
use crate::paint::glyph::Glyph;
use crate::paint::{Brush, corner};
use crate::scene::card::Card;
use crate::theme::Font;
use crate::theme::metric::{CARD_PAD, CARD_RADIUS};

/// Radius of badges.
const BADGE: f32 = 9.0;

/// Worker, failures and findings, changes, the origin of back-pressure.
pub(super) fn badges(brush: &Brush<'_>, card: &Card, rect: Rect, state: &State<'_>) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    if let Some(worker) = &card.worker {
        initial(brush, rect.left_top() + Vec2::new(0.0, 2.0), worker);
    }
    if card.replicas > 1 {
        let at = rect.left_bottom() + Vec2::new(CARD_PAD * zoom, 0.0);
        pill(brush, at, &format!("×{}", card.replicas), theme.blue);
    }
    let at = rect.right_top() + Vec2::new(-4.0 * zoom, 2.0 * zoom);
    let failure = state.look.and_then(|look| look.failure.as_ref());
    match (failure, card.worst) {
        (Some(Failure { count, .. }), _) => pill(brush, at, &count.to_string(), theme.red),
        (None, Some(Severity::Error)) => round(brush, at, theme.red),
        (None, Some(Severity::Warning)) => triangle(brush, at, theme.amber),
        (None, Some(Severity::Hint) | None) => {}
    }
    let Some(look) = state.look else {
        return;
    };
    if let ProcessState::Restarting(times) = look.state {
        let below = rect.right_top() + Vec2::new(-34.0 * zoom, 0.0);
        pill(brush, below, &format!("{times}×"), theme.amber);
    }
    if look.is_changed {
        let mut ink = brush.ink();
        let (corner, size) = (rect.right_bottom(), 13.0 * zoom);
        ink.convex(
            &[
                corner - Vec2::new(0.0, size),
                corner,
                corner - Vec2::new(size, 0.0),
            ],
            theme.blue,
        );
        brush.add(ink);
    }
}

/// Where back-pressure begins; above all cards.
pub(crate) fn culprit(brush: &Brush<'_>, card: &Card, reason: &str) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let rect = brush.camera.rect_in_screen(card.rect());
    for grown in [5.0, 9.0] {
        brush.painter.rect_stroke(
            rect.expand(grown),
            corner(CARD_RADIUS * zoom + grown),
            Stroke::new(2.0, theme.red),
            StrokeKind::Middle,
        );
    }

    let size = Font::Text.size();
    let galley = brush.lines(
        reason.to_owned(),
        (Font::Text, size),
        theme.text,
        f32::INFINITY,
    );
    let chip = galley.size() + Vec2::new(20.0, 10.0);
    let below = rect.center_bottom() + Vec2::new(0.0, 18.0 + chip.y * 0.5);
    let place = brush.inside(Rect::from_center_size(below, chip));
    brush.panel(place, chip.y * 0.5, theme.chip, Stroke::new(1.4, theme.red));
    brush
        .painter
        .galley(place.min + Vec2::new(10.0, 5.0), galley, theme.text);
}

/// The first letter of a worker.
fn initial(brush: &Brush<'_>, center: Pos2, worker: &str) {
    let theme = brush.theme;
    let Some(letter) = worker.chars().next() else {
        return;
    };
    let size = 17.0 * brush.zoom();
    let square = Rect::from_center_size(center, Vec2::splat(size));
    brush.panel(
        square,
        4.0 * brush.zoom(),
        theme.worker(worker),
        Stroke::new(1.0, theme.canvas),
    );
    let letter = letter.to_uppercase().to_string();
    brush.text(
        center,
        Align2::CENTER_CENTER,
        &letter,
        Font::Text,
        theme.on_status,
    );
}

fn pill(brush: &Brush<'_>, center: Pos2, text: &str, color: Color32) {
    let zoom = brush.zoom();
    let width = crate::measure::text_width(text, Font::Text) + 10.0;
    let size = Vec2::new(width.max(2.0 * BADGE), 2.0 * BADGE) * zoom;
    let rect = Rect::from_center_size(center, size);
    brush.panel(
        rect,
        BADGE * zoom,
        color,
        Stroke::new(1.5, brush.theme.canvas),
    );
    brush.text(
        center,
        Align2::CENTER_CENTER,
        text,
        Font::Text,
        brush.theme.on_status,
    );
}

fn round(brush: &Brush<'_>, center: Pos2, color: Color32) {
    let zoom = brush.zoom();
    let mut ink = brush.ink();
    ink.disc(center, (BADGE + 1.5) * zoom, brush.theme.canvas);
    ink.disc(center, BADGE * zoom, color);
    Glyph::Bang.draw(&mut ink, center, BADGE * 1.25 * zoom, brush.theme.on_status);
    brush.add(ink);
}

fn triangle(brush: &Brush<'_>, center: Pos2, color: Color32) {
    let zoom = brush.zoom();
    let at = |x: f32, y: f32, grown: f32| center + Vec2::new(x, y) * (BADGE * 1.15 * zoom + grown);
    let corners = |grown: f32| {
        [
            at(0.0, -1.0, grown),
            at(1.0, 0.8, grown),
            at(-1.0, 0.8, grown),
        ]
    };
    let mut ink = brush.ink();
    ink.convex(&corners(2.5 * zoom), brush.theme.canvas);
    ink.convex(&corners(0.0), color);
    let middle = center + Vec2::new(0.0, 1.8 * zoom);
    Glyph::Bang.draw(&mut ink, middle, BADGE * 1.05 * zoom, brush.theme.on_status);
    brush.add(ink);
}
