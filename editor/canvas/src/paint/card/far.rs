//! Cards from afar: without text, or as blocks of colour.

use egui::{Color32, Pos2, Rect, Vec2};
use millstream_document::Side;
use millstream_graph::Severity;

use crate::detail::Detail;
use crate::look::{ProcessLook, ProcessState};
use crate::paint::Brush;
use crate::paint::card::{Glow, State, port_color, state_glyph};
use crate::paint::glyph::corners;
use crate::paint::ink::Ink;
use crate::scene::card::{Card, Kind};
use crate::theme::metric::{BAND, CARD_PAD, PORT_RADIUS};
use crate::theme::{Font, Hue, Theme};

/// A card without text.
pub(crate) fn draw_shapes(ink: &mut Ink, brush: &Brush<'_>, card: &Card, state: &State<'_>) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let rect = brush.camera.rect_in_screen(card.rect());
    let shade = |color| Brush::shade(color, state.emphasis);
    frame_far(ink, brush, rect, state);
    let is_ghost = matches!(card.kind, Kind::Ghost | Kind::Open);
    let fill = if is_ghost { theme.canvas } else { theme.card };
    ink.rect(rect, fill);
    if !is_ghost {
        let bottom = brush.camera.screen_from_graph(card.header().max).y;
        let head = Rect::from_min_max(rect.min, Pos2::new(rect.max.x, bottom.min(rect.max.y)));
        ink.rect(head, theme.header);
    }
    title_bar(ink, brush, card, rect, shade(theme.muted));
    ink.outline(&corners(rect), 1.0, shade(theme.line));
    if let Some(worker) = &card.worker {
        let band = Rect::from_min_size(rect.min, Vec2::new((BAND * zoom).max(2.0), rect.height()));
        ink.rect(band, shade(theme.worker(worker)));
    }
    let radius = (PORT_RADIUS * zoom).max(1.6);
    for side in [Side::In, Side::Out] {
        for (at, slot) in card.side(side).iter().enumerate() {
            let center = brush.camera.screen_from_graph(card.port_pos(side, at));
            let color = match (state.glow)(side, slot) {
                Glow::Refuses => Theme::dimmed(port_color(theme, slot)),
                Glow::Fits | Glow::Rest => shade(port_color(theme, slot)),
            };
            ink.rect(
                Rect::from_center_size(center, Vec2::splat(radius * 1.8)),
                color,
            );
        }
    }
    if let Some((glyph, color)) = state.look.map(|look| state_glyph(theme, look.state)) {
        let center = rect.right_top() + Vec2::new(-15.0, 16.0) * zoom;
        glyph.draw(ink, center, 14.0 * zoom, shade(color));
    }
    trouble(ink, brush, card, rect, state);
}

/// A bar in the place of the title, as long as that.
fn title_bar(ink: &mut Ink, brush: &Brush<'_>, card: &Card, rect: Rect, color: Color32) {
    let zoom = brush.zoom();
    let width = crate::measure::text_width(&card.title, Font::Title) * zoom;
    let bar = Rect::from_min_size(
        rect.min + Vec2::new(CARD_PAD, 14.0) * zoom,
        Vec2::new(width, 6.0 * zoom),
    );
    ink.rect(bar, color);
}

/// A card as a block of colour.
pub(crate) fn draw_block(ink: &mut Ink, brush: &Brush<'_>, card: &Card, state: &State<'_>) {
    let rect = brush.camera.rect_in_screen(card.rect());
    frame_far(ink, brush, rect, state);
    let color = block_color(brush.theme, card, state.look);
    ink.rect(rect, Brush::shade(color, state.emphasis));
    trouble(ink, brush, card, rect, state);
}

/// From afar a process has the colour of what it sends, or of what is wrong with it.
pub(crate) fn block_color(theme: &Theme, card: &Card, look: Option<&ProcessLook>) -> Color32 {
    if look.is_some_and(|look| look.failure.is_some() || look.state == ProcessState::Failed) {
        return theme.red;
    }
    if let Some(worker) = &card.worker {
        return theme.worker(worker);
    }
    let first = card.outs.first().or(card.ins.first());
    let hue = first.map_or(Hue::Any, |slot| slot.hue);
    theme.hue(hue).lerp_to_gamma(theme.card, 0.35)
}

/// What surrounds a card that stands out.
fn frame_far(ink: &mut Ink, brush: &Brush<'_>, rect: Rect, state: &State<'_>) {
    let theme = brush.theme;
    if state.look.is_some_and(|look| look.culprit.is_some()) {
        ink.outline(&corners(rect.expand(5.0)), 2.0, theme.red);
        ink.outline(&corners(rect.expand(8.0)), 2.0, theme.red);
    }
    if state.emphasis.is_selected {
        ink.outline(&corners(rect.expand(2.0)), 2.5, theme.selection);
    } else if state.emphasis.is_hovered {
        ink.outline(&corners(rect.expand(1.5)), 1.5, theme.text);
    }
}

/// A mark for what is wrong with a card, seen from afar.
fn trouble(ink: &mut Ink, brush: &Brush<'_>, card: &Card, rect: Rect, state: &State<'_>) {
    let theme = brush.theme;
    let has_failed = state.look.is_some_and(|look| look.failure.is_some());
    let radius = (5.0 * brush.zoom()).max(3.0);
    if has_failed || card.worst == Some(Severity::Error) {
        ink.disc(rect.right_top(), radius + 1.5, theme.canvas);
        ink.disc(rect.right_top(), radius, theme.red);
    } else if card.worst == Some(Severity::Warning) && brush.detail > Detail::Blocks {
        let at = |x: f32, y: f32| rect.right_top() + Vec2::new(x, y) * radius * 1.3;
        ink.convex(&[at(0.0, -1.0), at(1.0, 0.8), at(-1.0, 0.8)], theme.amber);
    }
}
