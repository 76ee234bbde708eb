//! Typing a value onto an in-port, in place.

use egui::{Align2, FontSelection, Key, Rect, RichText, TextEdit, Ui, UiBuilder, Vec2};
use millstream_graph::PortRef;

use crate::camera::Camera;
use crate::detail::glyph_size;
use crate::scene::Scene;
use crate::theme::metric::TAG_HEIGHT;
use crate::theme::{Font, Theme};
use crate::{Side, paint};

/// The narrowest field, on the screen.
const WIDTH_MIN: f32 = 150.0;

/// A value that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typing {
    pub(crate) port: PortRef,
    pub(crate) text: String,
    /// Why the last attempt was refused.
    pub(crate) problem: Option<String>,
    /// Whether the field has asked for the keys.
    pub(crate) has_focus: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    /// Nothing yet.
    Stay,
    /// The value is to be set.
    Done,
    /// Everything stays as it was.
    Dropped,
}

impl Typing {
    /// Begins with the value that is there.
    pub(crate) fn new(port: PortRef, text: String) -> Self {
        Self {
            port,
            text,
            problem: None,
            has_focus: false,
        }
    }

    /// Shows the field beside its port.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene,
        camera: &Camera,
        theme: &Theme,
    ) -> Typed {
        let card = scene.card_of(&self.port.process).map(|at| &scene.cards[at]);
        let slot = card.and_then(|card| card.find(Side::In, &self.port.key()));
        let Some(tag) = card.zip(slot).and_then(|(card, slot)| card.tag(slot)) else {
            return Typed::Dropped;
        };
        let zoom = camera.zoom().max(0.8);
        let size = glyph_size(Font::Value.size(), zoom);
        let wanted = crate::measure::text_width(&self.text, Font::Value) * zoom + 26.0;
        let tag = camera.rect_in_screen(tag);
        let height = (TAG_HEIGHT + 6.0) * zoom;
        let width = wanted.max(tag.width()).max(WIDTH_MIN);
        let corner = tag.left_center() - Vec2::new(0.0, height * 0.5);
        let rect = Rect::from_min_size(corner, Vec2::new(width, height));
        let line = if self.problem.is_some() {
            theme.red
        } else {
            theme.selection
        };
        ui.painter().rect(
            rect.expand(1.0),
            paint::corner(4.0),
            theme.tag,
            egui::Stroke::new(1.5, line),
            egui::StrokeKind::Outside,
        );
        let mut inner = ui.new_child(UiBuilder::new().max_rect(rect.shrink2(Vec2::new(6.0, 0.0))));
        let field = TextEdit::singleline(&mut self.text)
            .font(FontSelection::FontId(Font::Value.at(size)))
            .text_color(theme.tag_text)
            .frame(egui::Frame::NONE)
            .align(Align2::LEFT_CENTER)
            .hint_text(RichText::new(format!("value of {}", self.port)).color(theme.muted))
            .desired_width(f32::INFINITY)
            .min_size(rect.shrink2(Vec2::new(6.0, 0.0)).size());
        let response = inner.add(field);
        let name = format!("value of {}", self.port);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(name));
        if let Some(problem) = &self.problem {
            complain(ui, rect, problem, theme);
        }
        if !self.has_focus {
            response.request_focus();
            self.has_focus = true;
            return Typed::Stay;
        }
        let (enter, escape) = ui.input(|input| {
            (
                input.key_pressed(Key::Enter),
                input.key_pressed(Key::Escape),
            )
        });
        if escape {
            Typed::Dropped
        } else if enter || response.lost_focus() {
            Typed::Done
        } else {
            Typed::Stay
        }
    }
}

/// Why what was typed does not do.
fn complain(ui: &Ui, field: Rect, problem: &str, theme: &Theme) {
    let font = Font::Text.at(Font::Text.size());
    let galley = ui
        .painter()
        .layout(problem.to_owned(), font, theme.red, 320.0);
    let below = field.left_bottom() + Vec2::new(0.0, 5.0);
    let ground = Rect::from_min_size(below, galley.size() + Vec2::new(16.0, 8.0));
    ui.painter().rect(
        ground,
        paint::corner(4.0),
        theme.chip,
        egui::Stroke::new(1.0, theme.red),
        egui::StrokeKind::Inside,
    );
    ui.painter()
        .galley(below + Vec2::new(8.0, 4.0), galley, theme.red);
}
