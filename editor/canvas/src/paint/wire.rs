//! Wires: each state has a shape of its own, and a colour beside.

use egui::{Color32, Pos2, Vec2};

use crate::detail::Detail;
use crate::geometry::polyline::Polyline;
use crate::look::{Overlay, WireLook, WireState};
use crate::paint::glyph::Glyph;
use crate::paint::ink::{Dashes, Ink};
use crate::paint::{Brush, Emphasis};
use crate::scene::wire::Wire;
use crate::theme::Theme;
use crate::theme::metric::{DOUBLE, GAUGE, PORT_RADIUS, WIRE, WIRE_THICK, WIRE_THIN};

/// The longest gauge, and its share of a short wire.
const GAUGE_LENGTH: f32 = 72.0;
const GAUGE_SHARE: f32 = 0.4;
/// Distance between the strokes of a hatched wire.
const HATCH_STEP: f32 = 13.0;
/// Size of the picture in the middle of a wire, and of the ground below it.
const GLYPH_SIZE: f32 = 13.0;
const GLYPH_GROUND: f32 = 9.5;

/// How the consumer's end of a wire is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Tip {
    Arrow,
    /// A bar across: nothing gets in.
    Bar,
    /// A circle: nothing comes.
    Hollow,
}

/// A gauge beside the consumer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gauge {
    pub(crate) fill: f32,
    pub(crate) predicted: Option<f32>,
    pub(crate) color: Color32,
}

/// How a wire is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Style {
    pub(crate) color: Color32,
    pub(crate) width: f32,
    pub(crate) dashes: Option<Dashes>,
    pub(crate) is_double: bool,
    pub(crate) hatch: Option<Color32>,
    pub(crate) tip: Tip,
    pub(crate) glyph: Option<(Glyph, Color32)>,
    pub(crate) gauge: Option<Gauge>,
}

/// The style of a wire.
pub(crate) fn style(
    theme: &Theme,
    wire: &Wire,
    look: Option<&WireLook>,
    overlay: Overlay,
) -> Style {
    let mut style = Style {
        color: theme.hue(wire.hue),
        width: WIRE,
        dashes: None,
        is_double: false,
        hatch: None,
        tip: Tip::Arrow,
        glyph: None,
        gauge: None,
    };
    if let Some(look) = look {
        live(&mut style, theme, look);
        if let Some(share) = overlay.share(look) {
            style.color = heat(theme, share);
            style.width = WIRE_THIN + (WIRE_THICK - WIRE_THIN) * share.clamp(0.0, 1.0);
        }
    }
    if wire.broken.is_some() {
        style.color = theme.red;
        style.dashes = Some(Dashes { on: 9.0, off: 6.0 });
        style.glyph = Some((Glyph::Cross, theme.red));
    }
    style
}

fn live(style: &mut Style, theme: &Theme, look: &WireLook) {
    let load = look.load.clamp(0.0, 1.0);
    style.width = WIRE + (WIRE_THICK - WIRE) * load;
    let gauge = |color: Color32| {
        Some(Gauge {
            fill: look.fill.clamp(0.0, 1.0),
            predicted: look.predicted,
            color,
        })
    };
    match look.state {
        WireState::Idle => {
            style.color = theme.grey;
            style.width = WIRE_THIN;
        }
        WireState::Flowing => style.gauge = gauge(style.color),
        WireState::Filling => style.gauge = gauge(theme.amber),
        WireState::Blocking => {
            style.gauge = gauge(theme.red);
            style.hatch = Some(theme.red);
            style.tip = Tip::Bar;
            style.width = style.width.max(WIRE * 1.4);
        }
        WireState::Starved => {
            style.color = theme.grey;
            style.dashes = Some(Dashes { on: 7.0, off: 6.0 });
            style.tip = Tip::Hollow;
            style.width = WIRE;
        }
        WireState::Deadlocked => {
            style.color = theme.red;
            style.is_double = true;
            style.width = WIRE;
            style.glyph = Some((Glyph::Bang, theme.red));
        }
        WireState::Held => {
            style.gauge = gauge(theme.blue);
            style.glyph = Some((Glyph::Pause, theme.blue));
        }
        WireState::Breakpoint => style.glyph = Some((Glyph::Dot, theme.red)),
        WireState::Overflowing => style.glyph = Some((Glyph::Notch, theme.red)),
        WireState::Discarding => style.glyph = Some((Glyph::HollowNotch, theme.amber)),
        WireState::Broker => {
            style.is_double = true;
            style.width = WIRE * 0.8;
            style.glyph = Some((Glyph::Broker, style.color));
        }
        WireState::Stale => {
            style.color = theme.grey;
            style.width = WIRE_THIN;
            style.dashes = Some(Dashes { on: 2.5, off: 5.0 });
            style.glyph = Some((Glyph::Clock, theme.grey));
        }
        WireState::Closed => {
            style.color = theme.grey;
            style.width = WIRE_THIN;
            style.glyph = Some((Glyph::Check, theme.grey));
        }
    }
}

/// The colours of an overlay: grey where there is nothing, amber in the middle, red at the end.
pub(crate) fn heat(theme: &Theme, share: f32) -> Color32 {
    let share = share.clamp(0.0, 1.0);
    if share < 0.5 {
        theme.grey.lerp_to_gamma(theme.amber, share * 2.0)
    } else {
        theme.amber.lerp_to_gamma(theme.red, share * 2.0 - 1.0)
    }
}

/// Paints one wire into a mesh.
pub(crate) fn draw(
    ink: &mut Ink,
    brush: &Brush<'_>,
    line: &Polyline,
    style: &Style,
    emphasis: Emphasis,
) {
    let points = on_screen(brush, line.points());
    let scale = brush.zoom().clamp(0.35, 1.6);
    let width = style.width * scale;
    let theme = brush.theme;
    if brush.detail == Detail::Full {
        // A gap in what lies below makes crossings legible.
        ink.line(&points, width + 4.0, theme.canvas);
    }
    if emphasis.is_selected {
        ink.line(&points, width + 5.0, theme.selection);
        ink.line(&points, width + 2.0, theme.canvas);
    } else if emphasis.is_hovered {
        ink.line(&points, width + 7.0, style.color.gamma_multiply(0.35));
    }
    let color = Brush::shade(style.color, emphasis);
    match (style.dashes, style.is_double) {
        (Some(dashes), _) => {
            let dashes = Dashes {
                on: dashes.on * scale,
                off: dashes.off * scale,
            };
            ink.dashed(&points, width, color, dashes);
        }
        (None, true) => ink.double(&points, width, DOUBLE * scale, color),
        (None, false) => ink.line(&points, width, color),
    }
    if !emphasis.is_dimmed {
        draw_marks(ink, brush, line, style, scale);
    }
}

fn draw_marks(ink: &mut Ink, brush: &Brush<'_>, line: &Polyline, style: &Style, scale: f32) {
    if let Some(color) = style.hatch {
        hatch(ink, brush, line, (style.width * 2.0 + 6.0) * scale, color);
    }
    if brush.detail < Detail::Full {
        if let Some((glyph, color)) = style.glyph {
            badge(ink, brush, line, glyph, color);
        }
        return;
    }
    if let Some(gauge) = style.gauge {
        draw_gauge(ink, brush, line, gauge, scale);
    }
    tip(ink, brush, line, style, scale);
    if let Some((glyph, color)) = style.glyph {
        badge(ink, brush, line, glyph, color);
    }
}

/// Short strokes across.
fn hatch(ink: &mut Ink, brush: &Brush<'_>, line: &Polyline, reach: f32, color: Color32) {
    let step = HATCH_STEP / brush.zoom().min(1.0);
    let mut along = step;
    while along < line.length() - step {
        let (pos, way) = line.at(along);
        let center = brush.camera.screen_from_graph(pos);
        along += step;
        if !brush.camera.screen().contains(center) {
            continue;
        }
        let slant = (way.rot90() + way * 0.6).normalized() * reach * 0.5;
        ink.line(&[center - slant, center + slant], 1.4, color);
    }
}

/// A bar that fills from the consumer's end, where packets queue up.
fn draw_gauge(ink: &mut Ink, brush: &Brush<'_>, line: &Polyline, gauge: Gauge, scale: f32) {
    let end = line.length() - PORT_RADIUS - 12.0;
    let length = GAUGE_LENGTH.min(line.length() * GAUGE_SHARE);
    if end < length || length < 12.0 {
        return;
    }
    let theme = brush.theme;
    let track = section(line, end - length, end);
    let track = on_screen(brush, &track);
    ink.line(&track, (GAUGE + 5.0) * scale, theme.line);
    ink.line(&track, (GAUGE + 2.8) * scale, theme.chip);
    if gauge.fill > 0.0 {
        let filled = section(line, end - length * gauge.fill, end);
        ink.line(&on_screen(brush, &filled), GAUGE * scale, gauge.color);
    }
    if let Some(predicted) = gauge.predicted {
        let (pos, way) = line.at(end - length * predicted.clamp(0.0, 1.0));
        let center = brush.camera.screen_from_graph(pos);
        let across = way.rot90() * (GAUGE + 5.0) * scale * 0.5;
        ink.line(&[center - across, center + across], 2.0, theme.text);
    }
}

fn tip(ink: &mut Ink, brush: &Brush<'_>, line: &Polyline, style: &Style, scale: f32) {
    let zoom = brush.zoom();
    let (pos, way) = line.at(line.length() - PORT_RADIUS - 1.0);
    let end = brush.camera.screen_from_graph(pos);
    let across = way.rot90();
    match style.tip {
        Tip::Arrow => {
            let size = 6.0 * zoom + style.width * scale * 0.5;
            let back = end - way * size * 1.3;
            ink.convex(
                &[
                    end,
                    back - across * size * 0.55,
                    back + across * size * 0.55,
                ],
                style.color,
            );
        }
        Tip::Bar => {
            let center = end - way * 3.0 * zoom;
            let reach = across * 10.0 * zoom;
            ink.line(
                &[center - reach, center + reach],
                4.0 * scale,
                brush.theme.red,
            );
        }
        Tip::Hollow => {
            let center = end - way * 7.0 * zoom;
            ink.disc(center, 5.5 * zoom, brush.theme.canvas);
            ink.ring(center, 5.0 * zoom, 1.6 * scale, style.color);
        }
    }
}

/// A picture in the middle of the wire, on a ground that sets it off.
fn badge(ink: &mut Ink, brush: &Brush<'_>, line: &Polyline, glyph: Glyph, color: Color32) {
    let scale = brush.zoom().clamp(0.6, 1.5);
    let center = brush
        .camera
        .screen_from_graph(line.at(line.length() * 0.5).0);
    ink.disc(center, GLYPH_GROUND * scale, brush.theme.chip);
    ink.ring(center, GLYPH_GROUND * scale, 1.2, color);
    glyph.draw(ink, center, GLYPH_SIZE * scale * 0.82, color);
}

/// A wire from afar: a hairline, or a thick line where something is wrong.
pub(crate) fn draw_far(
    ink: &mut Ink,
    brush: &Brush<'_>,
    (from, to): (Pos2, Pos2),
    look: Option<&WireLook>,
    is_selected: bool,
) {
    let points = on_screen(brush, &[from, to]);
    let theme = brush.theme;
    if look.is_some_and(|look| look.state.is_alarming()) {
        ink.line(&points, 3.5, theme.red);
    } else if is_selected {
        ink.line(&points, 2.5, theme.selection);
    } else {
        ink.hairline(points[0], points[1], theme.grey.gamma_multiply(0.35));
    }
}

/// Where a bend can be taken.
pub(crate) fn draw_bend(ink: &mut Ink, brush: &Brush<'_>, bend: Pos2, color: Color32) {
    let center = brush.camera.screen_from_graph(bend);
    let radius = crate::theme::metric::BEND_RADIUS * brush.zoom().clamp(0.5, 1.5);
    ink.disc(center, radius, brush.theme.canvas);
    ink.ring(center, radius, 2.0, color);
}

pub(crate) fn on_screen(brush: &Brush<'_>, points: &[Pos2]) -> Vec<Pos2> {
    let camera = brush.camera;
    let (zoom, origin) = (camera.zoom(), camera.screen_from_graph(Pos2::ZERO));
    let offset: Vec2 = origin.to_vec2();
    points
        .iter()
        .map(|point| (point.to_vec2() * zoom + offset).to_pos2())
        .collect()
}

/// A part of a line.
pub(crate) fn section(line: &Polyline, from: f32, to: f32) -> Vec<Pos2> {
    let mut points = vec![line.at(from).0];
    let inner = line.points().iter().zip(line.lengths());
    points.extend(
        inner
            .filter(|(_, length)| (from + 0.5..to - 0.5).contains(*length))
            .map(|(point, _)| *point),
    );
    points.push(line.at(to).0);
    points
}

#[cfg(test)]
mod tests;
