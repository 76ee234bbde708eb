//! Level of detail: what is worth drawing at a zoom, and the sizes of glyphs.
//!
//! Text below a readable size only costs time and calm. Glyph sizes come in steps, so that the glyph atlas stays small
//! while one zooms.

/// How much is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Detail {
    /// Coloured blocks, hairlines, and thick wires where something is blocked.
    Blocks,
    /// Cards, ports and wires, no text.
    Shapes,
    /// Everything.
    Full,
}

/// Below this zoom there is no text.
const TEXT_MIN: f32 = 0.6;
/// Below this zoom there are only blocks.
const SHAPES_MIN: f32 = 0.3;
/// From this zoom on wires show their numbers without being pointed at.
const LABEL_MIN: f32 = 0.85;
/// Glyph sizes are multiples of this, in points.
const GLYPH_STEP: f32 = 0.5;

impl Detail {
    /// The detail at a zoom.
    pub(crate) fn at(zoom: f32) -> Self {
        if zoom < SHAPES_MIN {
            Self::Blocks
        } else if zoom < TEXT_MIN {
            Self::Shapes
        } else {
            Self::Full
        }
    }
}

/// Whether wires show their numbers at this zoom without being pointed at.
pub(crate) fn shows_wire_labels(zoom: f32) -> bool {
    zoom >= LABEL_MIN
}

/// The size of glyphs that are `size` high at zoom 1, in steps.
pub(crate) fn glyph_size(size: f32, zoom: f32) -> f32 {
    // Rounded down: text that is a little small fits where it was measured.
    ((size * zoom / GLYPH_STEP).floor() * GLYPH_STEP).max(GLYPH_STEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_follows_the_zoom() {
        let cases = [
            (0.1, Detail::Blocks),
            (0.29, Detail::Blocks),
            (0.3, Detail::Shapes),
            (0.59, Detail::Shapes),
            (0.6, Detail::Full),
            (4.0, Detail::Full),
        ];
        for (zoom, wanted) in cases {
            assert_eq!(Detail::at(zoom), wanted, "{zoom}");
        }
    }

    #[test]
    fn glyphs_come_in_few_sizes_and_never_larger_than_asked() {
        let sizes: std::collections::BTreeSet<u32> = (0..1000u16)
            .map(|at| 0.6 + f32::from(at) * 0.0014)
            .map(|zoom| {
                let size = glyph_size(13.0, zoom);
                assert!(size <= 13.0 * zoom + 1e-4);
                size.to_bits()
            })
            .collect();
        assert!(sizes.len() < 45, "{}", sizes.len());
    }
}
