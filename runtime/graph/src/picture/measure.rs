//! How wide text is, without a font.
//!
//! The widths are those of `DejaVu` Sans, the widest of the fonts that the pictures ask for: in any other one text takes
//! less room than it was given.

use unicode_width::UnicodeWidthChar as _;

/// A typeface of the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
    /// Letters of one width.
    Fixed,
}

/// Widths of the printable ASCII characters, from the blank on, in thousandths of the size.
const PLAIN: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
const BOLD: [u16; 95] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
    683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
    724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
    343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];
const FIXED: u16 = 602;
/// Beyond ASCII: letters of other alphabets, and those that take the room of two.
const OTHER: u16 = 700;
const WIDE: u16 = 1_050;

/// The width of a text at a size, in the unit of the size.
pub(super) fn width(text: &str, size: f64, face: Face) -> f64 {
    let thousandths: u32 = text.chars().map(|c| u32::from(thousandths(c, face))).sum();
    f64::from(thousandths) * size / 1000.0
}

fn thousandths(c: char, face: Face) -> u16 {
    let table = match face {
        Face::Fixed if c.is_ascii() => return FIXED,
        Face::Plain | Face::Fixed => &PLAIN,
        Face::Bold => &BOLD,
    };
    let place = u32::from(c).checked_sub(u32::from(' '));
    let known = place.and_then(|place| table.get(usize::try_from(place).ok()?));
    known.copied().unwrap_or_else(|| match c.width() {
        Some(0) => 0,
        Some(2) => WIDE,
        _ => OTHER.max(if face == Face::Bold { 800 } else { 0 }),
    })
}

/// The text, cut with an ellipsis where it is wider than this.
pub(super) fn cut(text: &str, width_max: f64, size: f64, face: Face) -> String {
    if width(text, size, face) <= width_max {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = width("…", size, face);
    for c in text.chars() {
        used += f64::from(thousandths(c, face)) * size / 1000.0;
        if used > width_max {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// The text in lines of at most this width, broken at blanks; a word that is wider is cut.
pub(super) fn wrap(text: &str, width_max: f64, size: f64, face: Face) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if !line.is_empty() && width(&longer, size, face) > width_max {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line = longer;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
        .into_iter()
        .map(|line| cut(&line, width_max, size, face))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_its_letters() {
        assert!((width("ab", 10.0, Face::Plain) - 12.48).abs() < 1e-9);
        assert!(width("größe", 10.0, Face::Bold) > width("groe", 10.0, Face::Bold));
        assert!(width("名前", 10.0, Face::Plain) > 20.0);
        assert!(width("e\u{301}", 10.0, Face::Plain) < 6.2);
    }

    #[test]
    fn text_that_is_too_wide_is_cut_or_wrapped() {
        let cut = cut("a long sentence", 50.0, 10.0, Face::Plain);
        assert!(
            cut.ends_with('…') && width(&cut, 10.0, Face::Plain) <= 50.0,
            "{cut}"
        );
        let lines = wrap("one two three\nfour", 50.0, 10.0, Face::Plain);
        assert_eq!(lines, ["one two", "three", "four"]);
    }
}
