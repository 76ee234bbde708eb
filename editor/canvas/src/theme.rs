//! Design tokens: every colour, distance and font size of the canvas. Nowhere else does one stand.
//!
//! Hues tell type families apart and are the same as in pictures of graphs; status uses amber, red, blue and grey only,
//! and never without a glyph or a shape. Text has a contrast of at least 4.5 to 1 with its ground and graphics of at
//! least 3 to 1, which a test holds for every pair that is drawn.

mod hue;
pub(crate) mod metric;
mod palette;

#[cfg(test)]
mod tests;

use egui::{Color32, FontFamily, FontId};

pub use hue::{Hue, Shape};

/// How many tints groups have; later groups begin anew.
pub(crate) const TINTS: usize = 4;

/// Which theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ThemeKind {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
    /// White, yellow and bright hues on black.
    HighContrast,
}

/// The colours of the canvas.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Which theme it is.
    pub kind: ThemeKind,
    /// The paper.
    pub canvas: Color32,
    /// The dots of the grid; decoration.
    pub grid: Color32,
    /// Ground of a process.
    pub card: Color32,
    /// Ground of its title.
    pub header: Color32,
    /// Its outline.
    pub line: Color32,
    /// Lines that only divide; decoration.
    pub rule: Color32,
    /// The shadow below cards; decoration.
    pub shadow: Color32,
    /// Text.
    pub text: Color32,
    /// Text of the second rank.
    pub muted: Color32,
    /// What is selected, and what has the focus.
    pub selection: Color32,
    /// Alignment guides.
    pub guide: Color32,
    /// Ground of initial packets.
    pub tag: Color32,
    /// Their outline.
    pub tag_line: Color32,
    /// Their text.
    pub tag_text: Color32,
    /// Ground of notes.
    pub note: Color32,
    /// Their outline.
    pub note_line: Color32,
    /// Their text.
    pub note_text: Color32,
    /// Ground of labels that float above wires.
    pub chip: Color32,
    /// Needs attention.
    pub amber: Color32,
    /// Is broken, or stops others.
    pub red: Color32,
    /// Is told, without being good or bad.
    pub blue: Color32,
    /// Is at rest, or not known.
    pub grey: Color32,
    /// Glyphs and letters on a ground of one of these four or of a hue.
    pub on_status: Color32,
    /// The hues of type families, in the order of [`Hue::ALL`].
    pub hues: [Color32; 8],
    /// Ground and outline of groups.
    pub tints: [(Color32, Color32); TINTS],
}

impl Theme {
    /// The theme of a kind.
    pub fn new(kind: ThemeKind) -> Self {
        match kind {
            ThemeKind::Dark => palette::dark(),
            ThemeKind::Light => palette::light(),
            ThemeKind::HighContrast => palette::high_contrast(),
        }
    }

    /// The colour of a type family.
    pub const fn hue(&self, hue: Hue) -> Color32 {
        self.hues[hue as usize]
    }

    /// Ground and outline of a group, by its position.
    pub const fn tint(&self, group: usize) -> (Color32, Color32) {
        self.tints[group % TINTS]
    }

    /// The colour of a worker's band, the same for the same name in every session.
    pub fn worker(&self, name: &str) -> Color32 {
        // FNV-1a: a fixed, well-mixed hash, so that a host keeps its colour.
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let hues = [Hue::Text, Hue::Bytes, Hue::Number, Hue::List, Hue::Record];
        self.hue(hues[hash as usize % hues.len()])
    }

    /// A colour with less weight, for what is out of the user's path.
    pub fn dimmed(color: Color32) -> Color32 {
        color.gamma_multiply(0.25)
    }
}

/// A font of the canvas, at zoom 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Font {
    /// Titles of processes and groups.
    Title,
    /// Components, ports.
    Text,
    /// Values and numbers.
    Value,
}

impl Font {
    /// The size in points at zoom 1.
    pub const fn size(self) -> f32 {
        match self {
            Self::Title => 14.5,
            Self::Text => 12.5,
            Self::Value => 11.0,
        }
    }

    /// The font at a size.
    pub const fn at(self, size: f32) -> FontId {
        let family = match self {
            Self::Title | Self::Text => FontFamily::Proportional,
            Self::Value => FontFamily::Monospace,
        };
        FontId::new(size, family)
    }
}
