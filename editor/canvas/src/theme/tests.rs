//! Contrast of the tokens, for every pair that is drawn.

use egui::Color32;

use super::*;

const KINDS: [ThemeKind; 3] = [ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast];

/// Least contrast of text and of graphics: WCAG 2.2, 1.4.3 and 1.4.11; of the high contrast theme 1.4.6.
fn least(kind: ThemeKind) -> (f64, f64) {
    match kind {
        ThemeKind::Dark | ThemeKind::Light => (4.5, 3.0),
        ThemeKind::HighContrast => (7.0, 4.5),
    }
}

/// Linear light of the three channels.
fn linear(color: Color32) -> [f64; 3] {
    [color.r(), color.g(), color.b()].map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn luminance(color: Color32) -> f64 {
    let [red, green, blue] = linear(color);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[track_caller]
fn hold(kind: ThemeKind, what: &str, pairs: &[(Color32, Color32)], least: f64) {
    for (at, (front, back)) in pairs.iter().enumerate() {
        let found = contrast(*front, *back);
        assert!(found >= least, "{kind:?}: {what} {at} has only {found:.2}");
    }
}

#[test]
fn text_can_be_read() {
    for kind in KINDS {
        let theme = Theme::new(kind);
        let mut pairs = Vec::new();
        for ground in [theme.canvas, theme.card, theme.header, theme.chip] {
            pairs.extend([(theme.text, ground), (theme.muted, ground)]);
        }
        for (tint, _) in theme.tints {
            pairs.extend([(theme.text, tint), (theme.muted, tint)]);
        }
        pairs.extend([(theme.tag_text, theme.tag), (theme.muted, theme.tag)]);
        pairs.push((theme.note_text, theme.note));
        let grounds = [
            theme.amber,
            theme.red,
            theme.blue,
            theme.grey,
            theme.selection,
        ];
        let grounds = grounds.into_iter().chain(theme.hues);
        pairs.extend(grounds.map(|ground| (theme.on_status, ground)));
        pairs.extend([(theme.red, theme.chip), (theme.amber, theme.chip)]);
        hold(kind, "text", &pairs, least(kind).0);
    }
}

#[test]
fn graphics_can_be_seen() {
    for kind in KINDS {
        let theme = Theme::new(kind);
        let mut pairs = Vec::new();
        let status = [theme.amber, theme.red, theme.blue, theme.grey];
        let marks = [theme.selection, theme.guide, theme.tag_line, theme.line];
        for front in status.into_iter().chain(marks).chain(theme.hues) {
            pairs.extend([(front, theme.canvas), (front, theme.card)]);
        }
        pairs.push((theme.note_line, theme.canvas));
        hold(kind, "graphic", &pairs, least(kind).1);
    }
}

/// How a colour looks to somebody without one kind of cone: Viénot, Brettel and Mollon, "Digital video colourmaps for
/// checking the legibility of displays by dichromats" (1999).
fn as_seen(color: Color32, matrix: [[f64; 3]; 3]) -> [f64; 3] {
    let light = linear(color);
    let seen = matrix.map(|row| (0..3).map(|at| row[at] * light[at]).sum::<f64>());
    // Steps of equal look, roughly.
    seen.map(|value| value.max(0.0).cbrt())
}

#[test]
fn hues_stay_apart_for_those_who_see_fewer() {
    let protan = [
        [0.112_38, 0.887_62, 0.0],
        [0.112_38, 0.887_62, 0.0],
        [0.004_01, -0.004_01, 1.0],
    ];
    let deutan = [
        [0.292_75, 0.707_25, 0.0],
        [0.292_75, 0.707_25, 0.0],
        [-0.022_34, 0.022_34, 1.0],
    ];
    for kind in KINDS {
        let theme = Theme::new(kind);
        for matrix in [protan, deutan] {
            for (at, a) in Hue::ALL.into_iter().enumerate() {
                for b in Hue::ALL.into_iter().skip(at + 1) {
                    // What differs in shape may look alike in colour.
                    if a.shape() != b.shape() {
                        continue;
                    }
                    let (first, second) = (theme.hue(a), theme.hue(b));
                    let (first, second) = (as_seen(first, matrix), as_seen(second, matrix));
                    let squares = (0..3).map(|at| (first[at] - second[at]).powi(2));
                    let apart = squares.sum::<f64>().sqrt();
                    assert!(apart > 0.06, "{kind:?}: {a:?} and {b:?}: {apart:.3}");
                }
            }
        }
    }
}

#[test]
fn worker_keeps_its_colour() {
    let theme = Theme::new(ThemeKind::Dark);
    assert_eq!(theme.worker("edge-1"), theme.worker("edge-1"));
    let distinct: std::collections::BTreeSet<[u8; 4]> = ["a", "b", "c", "d", "e", "f"]
        .into_iter()
        .map(|name| theme.worker(name).to_array())
        .collect();
    assert!(distinct.len() > 2);
}
