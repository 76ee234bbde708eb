//! The tabs above the canvas.

use egui::{RichText, Ui, vec2};
use millstream_canvas::Theme;

use crate::command::Command;
use crate::icon::{Icon, square};
use crate::panel::Wish;
use crate::widget::{self, Button};
use crate::workspace::{Page, Tab, TabId};

/// Shows them; a click shows a tab, the cross closes it.
pub(crate) fn ui(ui: &mut Ui, tabs: &[Tab], active: Option<TabId>, theme: &Theme) -> Vec<Wish> {
    let mut wishes = Vec::new();
    egui::ScrollArea::horizontal()
        .id_salt("tabs")
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for tab in tabs {
                    wishes.extend(one(ui, tab, active == Some(tab.id), theme));
                }
                if widget::icon_button(ui, Icon::Plus, "New graph", Button::Off).clicked() {
                    wishes.push(Wish::Command(Command::New));
                }
            });
        });
    wishes
}

fn one(ui: &mut Ui, tab: &Tab, is_active: bool, theme: &Theme) -> Option<Wish> {
    let mut wish = None;
    let response = widget::tab(ui, tab.title(), is_active, theme.selection);
    if response.clicked() {
        wish = Some(Wish::ShowTab(tab.id));
    }
    if response.middle_clicked() {
        wish = Some(Wish::CloseTab(tab.id));
    }
    let hover = match (&tab.file, &tab.page) {
        (_, Page::Text(_)) => "shown as text, because it is no graph".to_owned(),
        (Some(file), Page::Graph(_)) => file.to_string(),
        (None, Page::Graph(_)) => "not saved yet".to_owned(),
    };
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(hover));
    });
    let is_dirty = !tab.is_saved();
    let (area, close) = ui.allocate_exact_size(vec2(18.0, 22.0), egui::Sense::click());
    let name = format!("Close {}", tab.title());
    close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let (icon, color) = if is_dirty && !close.hovered() {
        (Icon::Dot, theme.amber)
    } else {
        (Icon::Close, theme.muted)
    };
    icon.paint(ui.painter(), square(area, 10.0), color);
    if close.clicked() {
        wish = Some(Wish::CloseTab(tab.id));
    }
    wish
}
