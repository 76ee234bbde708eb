//! Cards of processes, at each level of detail.

mod badge;
mod far;

use egui::epaint::{CornerRadius, RectShape, Stroke, StrokeKind};
use egui::{Align2, Color32, Pos2, Rect, Vec2};
use millstream_document::{PortOrigin, Side};

use crate::look::{ProcessLook, ProcessState};
use crate::paint::glyph::{self, Glyph, corners};
use crate::paint::ink::{Dashes, Ink};
use crate::paint::{Brush, Emphasis, corner};
use crate::scene::card::{Card, Kind, Slot};
use crate::theme::metric::{
    BAND, CARD_HEAD, CARD_PAD, CARD_RADIUS, EXPORT_LEAD, PORT_RADIUS, TAG_PAD,
};
use crate::theme::{Font, Hue, Theme};

pub(crate) use badge::culprit;
pub(crate) use far::{block_color, draw_block, draw_shapes};

/// Size of the marks in the title.
const MARK: f32 = 12.0;

/// What a port stands in while something is dragged from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Glow {
    /// Nothing is dragged.
    Rest,
    /// It fits.
    Fits,
    /// It does not.
    Refuses,
}

/// What is known of a card beside itself.
pub(crate) struct State<'a> {
    pub(crate) look: Option<&'a ProcessLook>,
    pub(crate) emphasis: Emphasis,
    /// How each port stands to what is dragged.
    pub(crate) glow: &'a dyn Fn(Side, &Slot) -> Glow,
    /// The port below the pointer.
    pub(crate) hovered_port: Option<(Side, usize)>,
    /// Whether the value below is being typed, so that its tag is not drawn.
    pub(crate) typed: Option<usize>,
}

/// A card with everything.
pub(crate) fn draw_full(brush: &Brush<'_>, card: &Card, state: &State<'_>) {
    let rect = brush.camera.rect_in_screen(card.rect());
    ground(brush, card, rect, state);
    titles(brush, card, state);
    names(brush, card, state);
    let mut ink = brush.ink();
    marks(&mut ink, brush, card, state);
    for side in [Side::In, Side::Out] {
        for (at, slot) in card.side(side).iter().enumerate() {
            port(&mut ink, brush, card, (side, at), slot, state);
        }
    }
    brush.add(ink);
    for at in 0..card.ins.len() {
        tag(brush, card, at, state);
    }
    exports(brush, card);
    badge::badges(brush, card, rect, state);
}

fn ground(brush: &Brush<'_>, card: &Card, rect: Rect, state: &State<'_>) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let radius = CARD_RADIUS * zoom;
    let is_ghost = matches!(card.kind, Kind::Ghost | Kind::Open);
    let is_stopped = matches!(state.look, Some(look) if look.state == ProcessState::Stopped);
    let shade = |color| Brush::shade(color, state.emphasis);
    if state.emphasis.is_selected {
        brush.panel(
            rect.expand(3.0),
            radius + 3.0,
            theme.selection.gamma_multiply(0.22),
            Stroke::new(2.0, theme.selection),
        );
    } else if theme.shadow != Color32::TRANSPARENT {
        let below = rect.translate(Vec2::new(0.0, 2.0 * zoom)).expand(1.0);
        brush.painter.add(
            RectShape::filled(below, corner(radius), theme.shadow).with_blur_width(9.0 * zoom),
        );
    }
    if card.kind == Kind::Subgraph {
        // A second sheet below: there is more inside.
        let below = rect.translate(Vec2::splat(5.0 * zoom));
        brush.panel(
            below,
            radius,
            shade(theme.card),
            Stroke::new(1.0, shade(theme.line)),
        );
    }
    let fill = if is_ghost || is_stopped {
        theme.canvas
    } else {
        theme.card
    };
    let line = if state.emphasis.is_hovered {
        theme.text
    } else {
        theme.line
    };
    let outline = if is_ghost {
        Color32::TRANSPARENT
    } else {
        shade(line)
    };
    brush.panel(rect, radius, fill, Stroke::new(1.2, outline));
    if !is_ghost && !is_stopped {
        header(brush, card, rect, radius);
    }
    if let Some(worker) = &card.worker {
        band(brush, rect, radius, shade(theme.worker(worker)));
    }
    if is_ghost {
        let mut ink = brush.ink();
        let mut edge = corners(rect).to_vec();
        edge.extend(edge.first().copied());
        ink.dashed(&edge, 1.5, shade(theme.muted), Dashes { on: 6.0, off: 4.0 });
        brush.add(ink);
    }
}

fn header(brush: &Brush<'_>, card: &Card, rect: Rect, radius: f32) {
    let inner = rect.shrink(0.6);
    let bottom = brush.camera.screen_from_graph(card.header().max).y;
    let is_whole = bottom >= inner.max.y - 1.0;
    let head = Rect::from_min_max(inner.min, Pos2::new(inner.max.x, bottom.min(inner.max.y)));
    let round = corner(radius - 0.6);
    let rounding = if is_whole {
        round
    } else {
        CornerRadius {
            sw: 0,
            se: 0,
            ..round
        }
    };
    let fill = Brush::shade(brush.theme.header, Emphasis::default());
    brush.painter.add(RectShape::filled(head, rounding, fill));
    if !is_whole {
        let line = Stroke::new(1.0, brush.theme.rule);
        brush.painter.hline(head.x_range(), bottom, line);
    }
}

/// The left edge in the colour of the worker.
fn band(brush: &Brush<'_>, rect: Rect, radius: f32, color: Color32) {
    let width = (BAND * brush.zoom()).max(2.0);
    let round = corner(radius);
    let rounding = CornerRadius {
        ne: 0,
        se: 0,
        ..round
    };
    let band = Rect::from_min_max(rect.min, Pos2::new(rect.min.x + width, rect.max.y));
    brush.painter.add(RectShape::new(
        band,
        rounding,
        color,
        Stroke::NONE,
        StrokeKind::Inside,
    ));
}

fn titles(brush: &Brush<'_>, card: &Card, state: &State<'_>) {
    let theme = brush.theme;
    let place = |y: f32| {
        brush
            .camera
            .screen_from_graph(card.pos + Vec2::new(CARD_PAD, y))
    };
    let is_muted = matches!(state.look, Some(look) if look.state == ProcessState::Muted);
    let strong = if is_muted { theme.muted } else { theme.text };
    let title = brush.text(
        place(16.5),
        Align2::LEFT_CENTER,
        &card.title,
        Font::Title,
        Brush::shade(strong, state.emphasis),
    );
    if is_muted {
        let struck = Stroke::new(1.4, theme.muted);
        brush
            .painter
            .hline(title.x_range(), title.center().y, struck);
    }
    let (subtitle, color) = match card.kind {
        Kind::Ghost => (format!("missing: {}", card.subtitle), theme.amber),
        _ => (card.subtitle.clone(), theme.muted),
    };
    let room = card.size.x - 2.0 * CARD_PAD;
    brush.text(
        place(36.0),
        Align2::LEFT_CENTER,
        &crate::measure::cut(&subtitle, room, Font::Text),
        Font::Text,
        Brush::shade(color, state.emphasis),
    );
}

/// The names of the ports, and the row of settings that are not shown.
fn names(brush: &Brush<'_>, card: &Card, state: &State<'_>) {
    let theme = brush.theme;
    let place = |x: f32, y: f32| brush.camera.screen_from_graph(card.pos + Vec2::new(x, y));
    for side in [Side::In, Side::Out] {
        let (x, anchor) = match side {
            Side::In => (CARD_PAD, Align2::LEFT_CENTER),
            Side::Out => (card.size.x - CARD_PAD, Align2::RIGHT_CENTER),
        };
        for slot in card.side(side) {
            let color = name_color(theme, slot, (state.glow)(side, slot));
            let color = Brush::shade(color, state.emphasis);
            let pos = place(x, slot.offset.y);
            if slot.is_wanting {
                brush.text(pos, anchor, &format!("{} *", slot.label), Font::Text, color);
            } else {
                brush.text(pos, anchor, &slot.label, Font::Text, color);
            }
        }
    }
    if let Some(more) = card.more() {
        let text = match card.hidden {
            0 => "fewer settings".to_owned(),
            1 => "1 more setting".to_owned(),
            count => format!("{count} more settings"),
        };
        let at = more.left_center() + Vec2::new(CARD_PAD + 14.0, 0.0);
        let at = brush.camera.screen_from_graph(at);
        let color = Brush::shade(theme.muted, state.emphasis);
        brush.text(at, Align2::LEFT_CENTER, &text, Font::Text, color);
    }
}

fn name_color(theme: &Theme, slot: &Slot, glow: Glow) -> Color32 {
    match slot.origin {
        PortOrigin::Missing => theme.red,
        _ if slot.is_spare || slot.is_setting || glow == Glow::Refuses => theme.muted,
        _ => theme.text,
    }
}

/// The pictures at the right end of the title, and the arrow that shows more settings.
fn marks(ink: &mut Ink, brush: &Brush<'_>, card: &Card, state: &State<'_>) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let shade = |color| Brush::shade(color, state.emphasis);
    let mut x = card.size.x - CARD_PAD - MARK * 0.5 + 4.0;
    let mut place = |ink: &mut Ink, glyph: Glyph, color: Color32| {
        let center = brush
            .camera
            .screen_from_graph(card.pos + Vec2::new(x, 16.5));
        glyph.draw(ink, center, MARK * zoom, color);
        x -= MARK + 5.0;
    };
    if let Some((glyph, color)) = state.look.map(|look| state_glyph(theme, look.state)) {
        place(ink, glyph, shade(color));
    }
    if card.note.is_some() {
        place(ink, Glyph::Note, shade(theme.muted));
    }
    if card.kind == Kind::Subgraph {
        place(ink, Glyph::Nested, shade(theme.muted));
    }
    if card.is_pinned {
        place(ink, Glyph::Pin, shade(theme.muted));
    }
    if matches!(state.look, Some(look) if look.state == ProcessState::Bypassed) {
        let y = CARD_HEAD * 0.5 + 1.0;
        let at = |x: f32| brush.camera.screen_from_graph(card.pos + Vec2::new(x, y));
        ink.line(&[at(0.0), at(card.size.x)], 2.0 * zoom, shade(theme.blue));
    }
    if let Some(more) = card.more() {
        let center = more.left_center() + Vec2::new(CARD_PAD + 4.0, 0.5);
        let glyph = if card.hidden == 0 {
            Glyph::Up
        } else {
            Glyph::Down
        };
        let center = brush.camera.screen_from_graph(center);
        glyph.draw(ink, center, 8.0 * zoom, shade(theme.muted));
    }
}

/// The picture of a state; a stopped process is only an outline.
pub(crate) const fn state_glyph(theme: &Theme, state: ProcessState) -> (Glyph, Color32) {
    match state {
        ProcessState::Stopped => (Glyph::Stop, theme.grey),
        ProcessState::Ready => (Glyph::Hollow, theme.blue),
        ProcessState::Running => (Glyph::Filled, theme.blue),
        ProcessState::Waiting => (Glyph::ArrowLeft, theme.grey),
        ProcessState::Blocked => (Glyph::ArrowRight, theme.amber),
        ProcessState::Held => (Glyph::Pause, theme.blue),
        ProcessState::Muted => (Glyph::Notch, theme.grey),
        ProcessState::Bypassed => (Glyph::Skip, theme.blue),
        ProcessState::Restarting(_) => (Glyph::Loop, theme.amber),
        ProcessState::Failed => (Glyph::Cross, theme.red),
        ProcessState::Finished => (Glyph::Check, theme.grey),
        ProcessState::Stale => (Glyph::Clock, theme.grey),
    }
}

fn port(
    ink: &mut Ink,
    brush: &Brush<'_>,
    card: &Card,
    (side, at): (Side, usize),
    slot: &Slot,
    state: &State<'_>,
) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    let center = brush.camera.screen_from_graph(card.port_pos(side, at));
    let hue = port_color(theme, slot);
    let is_used = slot.wires > 0 || slot.value.is_some() || slot.export.is_some();
    let glow = (state.glow)(side, slot);
    let (mut line, mut radius) = (Brush::shade(hue, state.emphasis), PORT_RADIUS * zoom);
    match glow {
        Glow::Fits => {
            ink.disc(center, radius * 2.1, hue.gamma_multiply(0.28));
            ink.ring(center, radius * 2.1, 1.5, hue);
        }
        Glow::Refuses => line = Theme::dimmed(hue),
        Glow::Rest => {}
    }
    if state.hovered_port == Some((side, at)) {
        radius *= 1.3;
        ink.disc(center, radius * 1.7, hue.gamma_multiply(0.25));
    }
    if slot.is_spare {
        ink.disc(center, radius * 0.9, theme.card);
        Glyph::Plus.draw(ink, center, radius * 1.9, line);
        return;
    }
    let fill = if is_used { line } else { theme.card };
    glyph::port(ink, slot.hue.shape(), center, radius, (line, fill));
}

fn port_color(theme: &Theme, slot: &Slot) -> Color32 {
    match slot.origin {
        PortOrigin::Missing => theme.red,
        PortOrigin::Ghost => theme.hue(Hue::Any),
        PortOrigin::Spec | PortOrigin::Letters => theme.hue(slot.hue),
    }
}

/// The value (IIP) on an in-port.
fn tag(brush: &Brush<'_>, card: &Card, at: usize, state: &State<'_>) {
    let (Some(rect), Some((shown, _))) = (card.tag(at), &card.ins[at].value) else {
        return;
    };
    if state.typed == Some(at) {
        return;
    }
    let (theme, zoom) = (brush.theme, brush.zoom());
    let rect = brush.camera.rect_in_screen(rect);
    let shade = |color| Brush::shade(color, state.emphasis);
    brush.panel(
        rect,
        4.0 * zoom,
        theme.tag,
        Stroke::new(1.0, shade(theme.tag_line)),
    );
    brush.text(
        rect.left_center() + Vec2::new(TAG_PAD * zoom, 0.0),
        Align2::LEFT_CENTER,
        shown,
        Font::Value,
        shade(theme.tag_text),
    );
}

/// The names by which the graph offers ports.
fn exports(brush: &Brush<'_>, card: &Card) {
    let (theme, zoom) = (brush.theme, brush.zoom());
    for side in [Side::In, Side::Out] {
        for (at, slot) in card.side(side).iter().enumerate() {
            let Some(name) = &slot.export else {
                continue;
            };
            let (way, anchor) = match side {
                Side::In => (-1.0, Align2::RIGHT_CENTER),
                Side::Out => (1.0, Align2::LEFT_CENTER),
            };
            let port = brush.camera.screen_from_graph(card.port_pos(side, at));
            let outside = port + Vec2::new(way * (EXPORT_LEAD - 6.0) * zoom, 0.0);
            let near = port + Vec2::new(way * PORT_RADIUS * zoom, 0.0);
            brush
                .painter
                .line_segment([near, outside], Stroke::new(1.6, theme.hue(slot.hue)));
            brush.text(
                outside + Vec2::new(way * 6.0 * zoom, 0.0),
                anchor,
                name,
                Font::Text,
                theme.text,
            );
        }
    }
}
