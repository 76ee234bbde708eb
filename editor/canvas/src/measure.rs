//! How wide text is and how large cards are, without a font at hand.
//!
//! Sizes of cards must be the same for the canvas, for auto-layout in the document and in tests, on every machine; so
//! they come from the widths of the font that egui brings along. Text that another font makes wider is cut when it is
//! painted.

use millstream_document::{Document, Size};
use millstream_graph::ProcessName;

use crate::scene::card::Card;
use crate::scene::card::Shown;
use crate::theme::Font;

/// Widths of the printable ASCII characters of `Ubuntu Light`, from the blank on, in thousandths of the size.
const PROPORTIONAL: [u16; 95] = [
    228, 274, 392, 653, 564, 831, 648, 240, 310, 310, 472, 564, 246, 282, 246, 359, 564, 564, 564,
    564, 564, 564, 564, 564, 564, 564, 246, 246, 564, 564, 564, 380, 940, 641, 630, 609, 702, 555,
    520, 658, 692, 248, 487, 599, 502, 865, 709, 774, 592, 774, 618, 517, 548, 680, 624, 921, 608,
    569, 560, 310, 359, 310, 564, 490, 376, 509, 583, 460, 583, 548, 376, 573, 569, 237, 237, 495,
    255, 863, 569, 582, 583, 583, 374, 428, 387, 569, 480, 775, 499, 474, 455, 319, 262, 319, 564,
];
/// All characters of `Hack`.
const MONOSPACE: u16 = 602;
/// Letters beyond ASCII, and those of East Asia.
const OTHER: u16 = 620;
const WIDE: u16 = 1_050;

/// The width of a text in a font at zoom 1.
pub(crate) fn text_width(text: &str, font: Font) -> f32 {
    let thousandths: u32 = text.chars().map(|c| u32::from(thousandths(c, font))).sum();
    thousandths as f32 * font.size() / 1000.0
}

fn thousandths(c: char, font: Font) -> u16 {
    if u32::from(c) >= 0x1100 {
        return WIDE;
    }
    if font == Font::Value {
        return MONOSPACE;
    }
    let place = u32::from(c).checked_sub(u32::from(' '));
    let known = place.and_then(|place| PROPORTIONAL.get(usize::try_from(place).ok()?));
    known.copied().unwrap_or(OTHER)
}

/// The text, cut with an ellipsis where it is wider than this.
pub(crate) fn cut(text: &str, width_max: f32, font: Font) -> String {
    if text_width(text, font) <= width_max {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = text_width("…", font);
    for c in text.chars() {
        used += f32::from(thousandths(c, font)) * font.size() / 1000.0;
        if used > width_max {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// How large a process is drawn: what [`Document::with_measure`] wants.
pub fn size_of(document: &Document, process: &ProcessName) -> Size {
    let Some(card) = Card::new(document, process, Shown::Needed) else {
        return Size::default();
    };
    Size {
        width: f64::from(card.size.x),
        height: f64::from(card.size.y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_its_letters() {
        let narrow = text_width("ill", Font::Text);
        let wide = text_width("MWM", Font::Text);
        assert!(narrow * 2.0 < wide, "{narrow} {wide}");
        assert!((text_width("ill", Font::Value) - text_width("MWM", Font::Value)).abs() < 1e-4);
        assert!(text_width("名前", Font::Text) > 2.0 * Font::Text.size());
    }

    #[test]
    fn text_that_is_too_wide_ends_in_an_ellipsis() {
        let cut_text = cut("a rather long sentence", 60.0, Font::Text);
        assert!(cut_text.ends_with('…') && text_width(&cut_text, Font::Text) <= 60.0);
        assert_eq!(cut("short", 60.0, Font::Text), "short");
    }
}
