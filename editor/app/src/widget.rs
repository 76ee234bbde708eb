//! Pieces that panels are made of, so that all of them look alike.

use egui::{
    Align, Color32, Frame, Layout, Margin, Response, RichText, Role, Sense, Stroke, StrokeKind,
    TextEdit, Ui, Vec2, WidgetInfo, vec2,
};
use millstream_canvas::Theme;
use millstream_graph::Severity;

use crate::icon::{Icon, square};

/// Side of a picture in a button.
const ICON: f32 = 14.0;
/// Height of rows in lists.
pub(crate) const ROW: f32 = 26.0;

/// A button with a picture. Its name is for screen readers, tests and the pointer.
pub(crate) fn icon_button(ui: &mut Ui, icon: Icon, name: &str, state: Button<'_>) -> Response {
    let enabled = ui.is_enabled() && !matches!(state, Button::Disabled(_));
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (area, response) = ui.allocate_exact_size(Vec2::splat(28.0), sense);
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, state == Button::On, name));
    if (response.hovered() && enabled) || state == Button::On || response.has_focus() {
        let stroke = if response.has_focus() {
            ui.visuals().selection.stroke
        } else {
            Stroke::NONE
        };
        let fill = ui.visuals().faint_bg_color;
        let area = area.shrink(1.0);
        ui.painter()
            .rect(area, 6.0, fill, stroke, StrokeKind::Inside);
    }
    let color = match state {
        Button::Disabled(_) => faint(ui),
        Button::On => ui.visuals().selection.stroke.color,
        Button::Off => ui.visuals().text_color(),
    };
    icon.paint(ui.painter(), square(area, ICON), color);
    match state {
        Button::Disabled(reason) => response.on_hover_text(format!("{name}: {reason}")),
        Button::Off | Button::On => response.on_hover_text(name),
    }
}

/// How a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Button<'a> {
    /// It can be pressed.
    Off,
    /// It can be pressed, and what it switches is on.
    On,
    /// It cannot be pressed now; the text says why.
    Disabled(&'a str),
}

/// The colour of what cannot be used now.
pub(crate) fn faint(ui: &Ui) -> Color32 {
    ui.visuals().weak_text_color().gamma_multiply(0.6)
}

/// A picture in a line of text.
pub(crate) fn icon(ui: &mut Ui, icon: Icon, color: Color32) -> Response {
    let (area, response) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
    icon.paint(ui.painter(), square(area, ICON), color);
    response
}

/// The picture and colour of a severity.
pub(crate) fn severity(theme: &Theme, severity: Severity) -> (Icon, Color32) {
    match severity {
        Severity::Error => (Icon::Error, theme.red),
        Severity::Warning => (Icon::Warning, theme.amber),
        Severity::Hint => (Icon::Hint, theme.blue),
    }
}

/// A small heading inside a panel.
pub(crate) fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    let text = RichText::new(text)
        .size(12.0)
        .strong()
        .color(ui.visuals().weak_text_color());
    ui.label(text);
    ui.add_space(1.0);
}

/// Text of the second rank, over several lines if it must be.
pub(crate) fn muted(ui: &mut Ui, text: impl Into<String>) -> Response {
    ui.label(RichText::new(text).color(ui.visuals().weak_text_color()))
}

/// What a panel says when it has nothing to show: what it is for, and how to fill it.
pub(crate) fn empty(ui: &mut Ui, title: &str, help: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.3).clamp(8.0, 60.0));
        ui.label(RichText::new(title).strong());
        ui.add_space(2.0);
        muted(ui, help);
    });
}

/// A field to search with, over the whole width.
pub(crate) fn search(ui: &mut Ui, text: &mut String, name: &str, hint: &str) -> Response {
    let edit = TextEdit::singleline(text)
        .hint_text(hint.to_owned())
        .desired_width(f32::INFINITY)
        .margin(Margin::symmetric(8, 5));
    let response = ui.add(edit);
    response.accessible_name(name)
}

/// A row of a list that can be chosen, over the whole width; `add` draws its content.
pub(crate) fn row(
    ui: &mut Ui,
    name: &str,
    is_selected: bool,
    add: impl FnOnce(&mut Ui),
) -> Response {
    let size = vec2(ui.available_width(), ROW);
    let (area, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, name));
    if !ui.is_rect_visible(area) {
        return response;
    }
    let fill = if is_selected {
        Some(ui.visuals().selection.bg_fill)
    } else if response.hovered() || response.has_focus() {
        Some(ui.visuals().faint_bg_color)
    } else {
        None
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(area, 5.0, fill);
    }
    let inner = area.shrink2(vec2(8.0, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    let mut content = ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(layout));
    content.set_clip_rect(inner.intersect(ui.clip_rect()));
    // The row says all of it; what is painted inside is for the eye.
    add(&mut content);
    response
}

/// Painted text in a row: it does not catch the pointer, and the row's name says it.
pub(crate) fn painted(ui: &mut Ui, text: RichText) {
    ui.add(egui::Label::new(text).selectable(false).truncate());
}

/// A key as on a keyboard; lower than a row, so that caps of neighbouring rows do not touch.
pub(crate) fn key_cap(ui: &mut Ui, text: &str) {
    if text.is_empty() {
        return;
    }
    let color = ui.visuals().weak_text_color();
    let font = egui::FontId::monospace(11.0);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let size = vec2(galley.size().x + 12.0, 18.0);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    let stroke = ui.visuals().widgets.inactive.bg_stroke;
    ui.painter()
        .rect_stroke(area, 4.0, stroke, StrokeKind::Inside);
    let at = area.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, color);
}

/// The frame of panels at the edge of the window.
pub(crate) fn panel_frame(ui: &Ui) -> Frame {
    Frame::NONE
        .fill(ui.visuals().panel_fill)
        .inner_margin(Margin::symmetric(10, 8))
}

/// One of several that exclude each other: text with a line below the one that is chosen.
pub(crate) fn tab(ui: &mut Ui, text: &str, is_active: bool, accent: Color32) -> Response {
    let color = if is_active {
        ui.visuals().text_color()
    } else {
        ui.visuals().weak_text_color()
    };
    let font = egui::FontId::proportional(13.0);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let size = galley.size() + vec2(20.0, 14.0);
    let (area, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_active, text));
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(area.shrink(2.0), 5.0, ui.visuals().faint_bg_color);
    }
    let at = area.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, color);
    if is_active {
        let line = area.x_range().shrink(8.0);
        ui.painter()
            .hline(line, area.bottom() - 1.0, Stroke::new(2.0, accent));
    }
    response
}
