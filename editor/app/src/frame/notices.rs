//! Messages above the lower right corner of the canvas.

use egui::{Align2, Area, Frame, Id, Order, RichText, Ui, vec2};
use millstream_canvas::Theme;

use crate::icon::Icon;
use crate::notice::Notices;
use crate::panel::Wish;
use crate::widget::{self, Button};

/// Shows them over the canvas.
pub(crate) fn ui(ui: &Ui, notices: &Notices, theme: &Theme, canvas: egui::Rect) -> Vec<Wish> {
    let mut wishes = Vec::new();
    if notices.iter().len() == 0 {
        return wishes;
    }
    let corner = canvas.left_bottom() + vec2(14.0, -14.0);
    Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .pivot(Align2::LEFT_BOTTOM)
        .fixed_pos(corner)
        .show(ui.ctx(), |ui| {
            ui.set_max_width(460.0);
            for (place, notice) in notices.iter().enumerate() {
                let (icon, color) = widget::severity(theme, notice.severity);
                Frame::popup(ui.style()).show(ui, |ui| {
                    ui.horizontal(|ui| {
                        widget::icon(ui, icon, color);
                        ui.add(egui::Label::new(RichText::new(&notice.text)).wrap());
                        if let Some(offer) = &notice.offer
                            && ui.button(&offer.label).clicked()
                        {
                            wishes.push(Wish::Act(offer.action.clone()));
                            wishes.push(Wish::Dismiss(place));
                        }
                        let close = widget::icon_button(ui, Icon::Close, "Dismiss", Button::Off);
                        if close.clicked() {
                            wishes.push(Wish::Dismiss(place));
                        }
                    });
                });
            }
        });
    wishes
}
