//! What floats above the graph: gestures on their way, hints of connect mode, legend, banner, stories.

use egui::epaint::{Stroke, StrokeKind};
use egui::{Align2, Color32, Pos2, Rect, Vec2};
use millstream_document::{PortAt, Shift, Side};

use crate::connect::Connect;
use crate::geometry::curve::Curve;
use crate::gesture::{BoxGesture, MoveGesture, Over, PullGesture, World};
use crate::look::Overlay;
use crate::paint::Brush;
use crate::paint::glyph::Glyph;
use crate::paint::ink::{Dashes, Ink};
use crate::paint::wire::{draw_bend, heat, on_screen};
use crate::scene::Scene;
use crate::theme::metric::WIRE;
use crate::theme::{Font, Hue};

/// Between floating things and the edge of the canvas.
const MARGIN: f32 = 14.0;

/// The rectangle that selects: solid when it takes what it encloses, dashed when it takes what it touches.
pub(crate) fn selecting(brush: &Brush<'_>, gesture: &BoxGesture) {
    let rect = brush.camera.rect_in_screen(gesture.rect());
    let color = brush.theme.selection;
    brush
        .painter
        .rect_filled(rect, 0.0, color.gamma_multiply(0.1));
    if gesture.is_enclosing() {
        let stroke = Stroke::new(1.5, color);
        brush
            .painter
            .rect_stroke(rect, 0.0, stroke, StrokeKind::Middle);
    } else {
        let mut edge = crate::paint::glyph::corners(rect).to_vec();
        edge.extend(edge.first().copied());
        let mut ink = brush.ink();
        ink.dashed(&edge, 1.5, color, Dashes { on: 6.0, off: 4.0 });
        brush.add(ink);
    }
}

/// Why a dragged thing comes to rest where it does.
pub(crate) fn guides(brush: &Brush<'_>, gesture: &MoveGesture) {
    let mut ink = brush.ink();
    for guide in &gesture.snapped.guides {
        let line = on_screen(brush, &[guide.from, guide.to]);
        ink.dashed(&line, 1.2, brush.theme.guide, Dashes { on: 5.0, off: 3.0 });
    }
    brush.add(ink);
    if gesture.over_wire.is_some()
        && let Some(bounds) = gesture.bounds
    {
        let rect = brush.camera.rect_in_screen(bounds.translate(gesture.by));
        let who = match gesture.shift {
            Shift::Downstream => "what follows makes room",
            Shift::Upstream => "what comes before makes room",
            Shift::Stay => "nothing moves",
        };
        let text = format!("insert here; {who} (T), Alt: just move");
        brush.chip(
            rect.left_bottom() + Vec2::new(0.0, 10.0),
            &[&text],
            brush.theme.text,
        );
    }
}

/// A wire that is drawn by hand. Gives the place of the chip with a refusal, on the screen.
pub(crate) fn pulling(brush: &Brush<'_>, world: World<'_>, gesture: &PullGesture) -> Option<Rect> {
    let theme = brush.theme;
    let end = gesture.shown_end(world);
    let hue = world.document.port(gesture.port.side, &gesture.port.end);
    let hue = theme.hue(hue.map_or(Hue::Any, |port| Hue::of(&port.port_type)));
    let curve = match gesture.port.side {
        Side::Out => Curve::direct(gesture.from, end),
        Side::In => Curve::direct(end, gesture.from),
    };
    let line = on_screen(brush, curve.flatten(0.4 / brush.zoom()).points());
    let mut ink = brush.ink();
    let (color, dashes) = match &gesture.over {
        Over::Fits(_) => (hue, None),
        Over::Refuses(..) => (theme.red, Some(Dashes { on: 8.0, off: 5.0 })),
        Over::Nothing | Over::Thing => (hue, Some(Dashes { on: 10.0, off: 4.0 })),
    };
    let width = WIRE * brush.zoom().clamp(0.6, 1.6) + 0.6;
    match dashes {
        Some(dashes) => ink.dashed(&line, width, color, dashes),
        None => ink.line(&line, width, color),
    }
    let tip = brush.camera.screen_from_graph(end);
    ink.disc(tip, 4.5, color);
    brush.add(ink);
    pull_chip(brush, world, gesture, tip)
}

fn pull_chip(
    brush: &Brush<'_>,
    world: World<'_>,
    gesture: &PullGesture,
    tip: Pos2,
) -> Option<Rect> {
    let theme = brush.theme;
    let beside = tip + Vec2::new(16.0, 14.0);
    let kind = |port: &PortAt| {
        let found = world.document.port(port.side, &port.end);
        found.map_or_else(String::new, |found| found.port_type.to_string())
    };
    match &gesture.over {
        Over::Nothing => {
            let text = format!("{}  {}", gesture.port.end, kind(&gesture.port));
            brush.chip(
                beside,
                &[&text, "let go for a component that fits"],
                theme.text,
            );
            None
        }
        Over::Thing => {
            let text = format!("{}  {}", gesture.port.end, kind(&gesture.port));
            brush.chip(beside, &[&text], theme.muted);
            None
        }
        Over::Fits(port) => {
            let text = format!(
                "{}  {}  ->  {}  {}",
                gesture.port.end,
                kind(&gesture.port),
                port.end,
                kind(port)
            );
            brush.chip(beside, &[&text], theme.text);
            None
        }
        Over::Refuses(_, refusal) => {
            let offer = match &refusal.offer {
                Some((label, _)) => format!("Enter, or let go here: {label}"),
                None => "Alt: connect anyway".to_owned(),
            };
            Some(brush.chip(beside, &[&refusal.reason, &offer], theme.red))
        }
    }
}

/// A knife on its way, with crosses on what it cuts.
pub(crate) fn slicing(brush: &Brush<'_>, scene: &Scene, from: Pos2, to: Pos2) {
    let theme = brush.theme;
    let mut ink = brush.ink();
    let line = on_screen(brush, &[from, to]);
    ink.dashed(&line, 1.8, theme.red, Dashes { on: 7.0, off: 4.0 });
    for at in crate::gesture::sliced(scene, from, to) {
        if let Some(line) = scene.wires[at].line() {
            let near = line.nearest(from.lerp(to, 0.5)).pos;
            let center = brush.camera.screen_from_graph(near);
            ink.disc(center, 8.0, theme.chip);
            Glyph::Cross.draw(&mut ink, center, 11.0, theme.red);
        }
    }
    brush.add(ink);
}

/// Wires whose ends are carried to another port.
pub(crate) fn carrying(brush: &Brush<'_>, scene: &Scene, wires: &[usize], to: Pos2, side: Side) {
    let mut ink = brush.ink();
    for &at in wires {
        let (from, end) = scene.wires[at].ends(&scene.cards);
        let curve = match side {
            Side::Out => Curve::direct(to, end),
            Side::In => Curve::direct(from, to),
        };
        let line = on_screen(brush, curve.flatten(0.4 / brush.zoom()).points());
        let color = brush.theme.hue(scene.wires[at].hue);
        ink.dashed(&line, WIRE, color, Dashes { on: 10.0, off: 4.0 });
    }
    brush.add(ink);
}

/// A bend on its way.
pub(crate) fn bending(brush: &Brush<'_>, scene: &Scene, wire: usize, bends: &[Pos2]) {
    let found = &scene.wires[wire];
    let (from, to) = found.ends(&scene.cards);
    let curve = Curve::through(from, bends, to);
    let mut ink = brush.ink();
    let line = on_screen(brush, curve.flatten(0.4 / brush.zoom()).points());
    ink.line(&line, WIRE, brush.theme.selection);
    for bend in bends {
        draw_bend(&mut ink, brush, *bend, brush.theme.selection);
    }
    brush.add(ink);
}

/// A straight line from process to process.
pub(crate) fn lazy(brush: &Brush<'_>, scene: &Scene, from: usize, to: Pos2, over: Option<usize>) {
    let theme = brush.theme;
    let color = if over.is_some() {
        theme.selection
    } else {
        theme.grey
    };
    let start = scene.cards[from].rect().center();
    let mut ink = brush.ink();
    let line = on_screen(brush, &[start, to]);
    ink.dashed(&line, 2.5, color, Dashes { on: 9.0, off: 5.0 });
    brush.add(ink);
    let text = match over {
        Some(over) => format!(
            "connect {} to {}",
            scene.cards[from].name, scene.cards[over].name
        ),
        None => format!("connect {} to ...", scene.cards[from].name),
    };
    let beside = brush.camera.screen_from_graph(to) + Vec2::new(16.0, 14.0);
    brush.chip(beside, &[&text], theme.text);
}

/// The letters of connect mode.
pub(crate) fn hints(brush: &Brush<'_>, scene: &Scene, connect: &Connect) {
    let theme = brush.theme;
    for candidate in connect.left() {
        let Some(pos) = scene.port_pos(candidate.port.side, &candidate.port.end) else {
            continue;
        };
        let center = brush.camera.screen_from_graph(pos);
        if !brush.camera.screen().contains(center) {
            continue;
        }
        let text = candidate.hint.to_uppercase();
        let width = crate::measure::text_width(&text, Font::Text).max(9.0) + 9.0;
        let rect = Rect::from_center_size(center, Vec2::new(width, 19.0));
        brush.panel(rect, 4.0, theme.selection, Stroke::new(1.5, theme.canvas));
        let font = (Font::Text, Font::Text.size());
        brush.text_at(
            rect.center(),
            Align2::CENTER_CENTER,
            &text,
            font,
            theme.on_status,
        );
    }
    bar(brush, &connect.prompt(), theme.selection);
}

/// A line of text at the lower edge.
fn bar(brush: &Brush<'_>, text: &str, color: Color32) {
    let theme = brush.theme;
    let font = (Font::Text, Font::Text.size());
    let galley = brush.lines(text.to_owned(), font, theme.text, f32::INFINITY);
    let size = galley.size() + Vec2::new(28.0, 14.0);
    let bottom = brush.camera.screen().center_bottom() - Vec2::new(0.0, MARGIN + size.y * 0.5);
    let rect = Rect::from_center_size(bottom, size);
    brush.panel(rect, size.y * 0.5, theme.chip, Stroke::new(1.5, color));
    brush
        .painter
        .galley(rect.min + Vec2::new(14.0, 7.0), galley, theme.text);
}

/// What concerns the whole graph, at the upper edge.
pub(crate) fn banner(brush: &Brush<'_>, text: &str) {
    let theme = brush.theme;
    let font = (Font::Text, Font::Text.size());
    let room = (brush.camera.screen().width() * 0.7).min(760.0);
    let galley = brush.lines(text.to_owned(), font, theme.text, room);
    let size = galley.size() + Vec2::new(58.0, 20.0);
    let top = brush.camera.screen().center_top() + Vec2::new(0.0, MARGIN + size.y * 0.5);
    let rect = Rect::from_center_size(top, size);
    brush.panel(rect, 8.0, theme.chip, Stroke::new(2.0, theme.red));
    let mut ink = brush.ink();
    let mark = rect.left_center() + Vec2::new(22.0, 0.0);
    ink.disc(mark, 9.0, theme.red);
    Glyph::Bang.draw(&mut ink, mark, 11.0, theme.on_status);
    brush.add(ink);
    brush
        .painter
        .galley(rect.min + Vec2::new(42.0, 10.0), galley, theme.text);
}

/// What the colours of an overlay mean.
pub(crate) fn legend(brush: &Brush<'_>, overlay: Overlay) {
    if overlay == Overlay::None {
        return;
    }
    let theme = brush.theme;
    let corner = brush.camera.screen().left_bottom() + Vec2::new(MARGIN, -MARGIN);
    let size = Vec2::new(212.0, 62.0);
    let rect = Rect::from_min_size(corner - Vec2::new(0.0, size.y), size);
    brush.panel(rect, 6.0, theme.chip, Stroke::new(1.0, theme.line));
    let font = (Font::Text, Font::Text.size());
    let at = |x: f32, y: f32| rect.min + Vec2::new(x, y);
    let title = format!("Wires: {}", overlay.name());
    brush.text_at(
        at(12.0, 14.0),
        Align2::LEFT_CENTER,
        &title,
        font,
        theme.text,
    );
    let mut ink = brush.ink();
    scale(&mut ink, brush, at(12.0, 31.0), size.x - 24.0);
    brush.add(ink);
    let (low, high) = overlay.scale();
    let right = at(size.x - 12.0, 48.0);
    brush.text_at(at(12.0, 48.0), Align2::LEFT_CENTER, low, font, theme.muted);
    brush.text_at(right, Align2::RIGHT_CENTER, high, font, theme.muted);
}

/// A bar that grows wider and warmer, as the wires do.
fn scale(ink: &mut Ink, brush: &Brush<'_>, from: Pos2, length: f32) {
    const STEPS: u8 = 24;
    let step = length / f32::from(STEPS);
    for at in 0..STEPS {
        let share = f32::from(at) / f32::from(STEPS - 1);
        let height = 2.0 + 6.0 * share;
        let center = from + Vec2::new(step * (f32::from(at) + 0.5), 0.0);
        let rect = Rect::from_center_size(center, Vec2::new(step + 0.3, height));
        ink.rect(rect, heat(brush.theme, share));
    }
}
