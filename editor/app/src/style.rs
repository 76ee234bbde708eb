//! How the application looks: the canvas' design tokens, brought into the style of egui. No colour of its own stands here.

use egui::{CornerRadius, Stroke, Visuals, style::WidgetVisuals};
use millstream_canvas::{Theme, ThemeKind};

/// Gives the application the looks of a theme.
pub(crate) fn apply(ctx: &egui::Context, theme: &Theme) {
    let visuals = visuals(theme);
    ctx.all_styles_mut(move |style| {
        style.visuals = visuals.clone();
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(10.0, 5.0);
        style.spacing.interact_size.y = 26.0;
        style.spacing.scroll.bar_width = 8.0;
        style.spacing.menu_margin = egui::Margin::same(6);
    });
}

fn visuals(theme: &Theme) -> Visuals {
    let mut visuals = match theme.kind {
        ThemeKind::Light => Visuals::light(),
        ThemeKind::Dark | ThemeKind::HighContrast => Visuals::dark(),
    };
    visuals.panel_fill = theme.card;
    visuals.window_fill = theme.card;
    visuals.extreme_bg_color = theme.canvas;
    visuals.text_edit_bg_color = Some(theme.canvas);
    visuals.faint_bg_color = theme.header;
    visuals.code_bg_color = theme.header;
    visuals.weak_text_color = Some(theme.muted);
    visuals.hyperlink_color = theme.blue;
    visuals.warn_fg_color = theme.amber;
    visuals.error_fg_color = theme.red;
    visuals.window_stroke = Stroke::new(1.0, theme.line);
    visuals.selection.bg_fill = Theme::dimmed(theme.selection);
    visuals.selection.stroke = Stroke::new(1.5, theme.selection);
    visuals.widgets.noninteractive = widget(theme, theme.card, theme.rule);
    visuals.widgets.inactive = widget(theme, theme.header, theme.rule);
    visuals.widgets.hovered = widget(theme, theme.header, theme.line);
    visuals.widgets.active = widget(theme, theme.header, theme.selection);
    visuals.widgets.open = widget(theme, theme.header, theme.line);
    visuals
}

fn widget(theme: &Theme, fill: egui::Color32, line: egui::Color32) -> WidgetVisuals {
    WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(6),
        fg_stroke: Stroke::new(1.0, theme.text),
        expansion: 0.0,
    }
}
