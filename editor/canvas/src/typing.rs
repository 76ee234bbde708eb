//! Typing a value onto an in-port, in place.

use egui::{Align, FontSelection, Key, Rect, TextEdit, Ui, UiBuilder, Vec2};
use millstream_graph::PortRef;

use crate::camera::Camera;
use crate::lod::glyph_size;
use crate::scene::Scene;
use crate::theme::metric::{TAG_GAP, TAG_HEIGHT};
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
        let Some(pos) = scene.port_pos(Side::In, &self.port) else {
            return Typed::Dropped;
        };
        let zoom = camera.zoom().max(0.8);
        let size = glyph_size(Font::Value.size(), zoom);
        let width = crate::measure::text_width(&self.text, Font::Value) * zoom + 26.0;
        let size_of_field = Vec2::new(width.max(WIDTH_MIN), (TAG_HEIGHT + 8.0) * zoom);
        let right = camera.screen_from_graph(pos) - Vec2::new(TAG_GAP * zoom, 0.0);
        let rect = Rect::from_min_size(
            right - Vec2::new(size_of_field.x, size_of_field.y * 0.5),
            size_of_field,
        );
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
            .vertical_align(Align::Center)
            .hint_text(format!("value of {}", self.port))
            .desired_width(f32::INFINITY)
            .min_size(rect.shrink2(Vec2::new(6.0, 0.0)).size());
        let response = inner.add(field);
        let name = format!("value of {}", self.port);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(name));
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
