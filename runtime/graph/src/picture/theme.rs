//! Colours of the pictures. Nowhere else does one stand.
//!
//! Hues tell types apart and are chosen so that they stay distinct for readers who see fewer colours; the shape of an
//! out-port says the same again. Text has a contrast of at least 4.5 to 1 with its ground and lines of at least 3 to 1,
//! which a test holds.

use millstream_packet::{Kind, PortType};

use crate::picture::Theme;

/// What a port carries, as far as colours tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hue {
    Any,
    Text,
    Bytes,
    Number,
    Bool,
    List,
    Record,
    Opaque,
}

/// The shape of an out-port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Round,
    Square,
    Diamond,
}

impl Hue {
    pub(super) const ALL: [Self; 8] = [
        Self::Any,
        Self::Text,
        Self::Bytes,
        Self::Number,
        Self::Bool,
        Self::List,
        Self::Record,
        Self::Opaque,
    ];

    /// The hue of a type; of several kinds it is `any`, unless they belong together.
    pub(super) fn of(port_type: &PortType) -> Self {
        let mut hues: Vec<Self> = port_type
            .kinds()
            .filter_map(|kind| match kind {
                Kind::Null => None,
                Kind::Bool => Some(Self::Bool),
                Kind::Int | Kind::Float => Some(Self::Number),
                Kind::Text => Some(Self::Text),
                Kind::Bytes => Some(Self::Bytes),
                Kind::List => Some(Self::List),
                Kind::Record => Some(Self::Record),
                Kind::Opaque => Some(Self::Opaque),
            })
            .collect();
        hues.dedup();
        match hues[..] {
            [hue] => hue,
            [Self::Text, Self::Bytes] => Self::Text,
            _ => Self::Any,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::List => "list",
            Self::Record => "record",
            Self::Opaque => "opaque",
        }
    }

    pub(super) const fn shape(self) -> Shape {
        match self {
            Self::Any => Shape::Diamond,
            Self::List | Self::Record => Shape::Square,
            Self::Text | Self::Bytes | Self::Number | Self::Bool | Self::Opaque => Shape::Round,
        }
    }
}

/// Tints of groups; later groups begin anew.
pub(super) const TINTS: usize = 4;

struct Palette {
    ground: &'static str,
    card: &'static str,
    card_line: &'static str,
    rule: &'static str,
    text: &'static str,
    muted: &'static str,
    tag: &'static str,
    tag_line: &'static str,
    /// In the order of [`Hue::ALL`].
    hues: [&'static str; 8],
    /// Ground and border.
    tints: [(&'static str, &'static str); TINTS],
}

const LIGHT: Palette = Palette {
    ground: "#ffffff",
    card: "#f8f9fb",
    card_line: "#7d8794",
    rule: "#dde2e8",
    text: "#1c2128",
    muted: "#555e69",
    tag: "#fff6d9",
    tag_line: "#9a7a1c",
    hues: [
        "#5c6670", "#0b62c4", "#7a4fbf", "#b8500a", "#a8326e", "#00785c", "#7d6200", "#24292f",
    ],
    tints: [
        ("#eaf2fc", "#7f9fc9"),
        ("#e9f6ee", "#6fa587"),
        ("#f6edfa", "#a987bb"),
        ("#fdf1e4", "#c0925f"),
    ],
};

const DARK: Palette = Palette {
    ground: "#0f1319",
    card: "#1a212b",
    card_line: "#758292",
    rule: "#2c3644",
    text: "#e7ecf2",
    muted: "#a3aebb",
    tag: "#332b12",
    tag_line: "#b3953c",
    hues: [
        "#9aa6b3", "#6cb2ff", "#c3a0ff", "#ffa657", "#ff8fc0", "#4cd2a8", "#dfc04c", "#e7ecf2",
    ],
    tints: [
        ("#142338", "#5278a8"),
        ("#12291f", "#4a8264"),
        ("#261b33", "#84629b"),
        ("#2f2315", "#99724a"),
    ],
};

/// Fonts and measures that all themes share.
const COMMON: &str = "\
text{font-family:system-ui,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans','DejaVu Sans',Arial,sans-serif;font-size:11px}
.title{font-size:13px;font-weight:600}
.port{font-size:11px}
.note{font-style:italic}
.name{font-weight:600}
.halo{paint-order:stroke;stroke-width:4;stroke-linejoin:round}
.value{font-family:ui-monospace,'DejaVu Sans Mono','SF Mono',Menlo,Consolas,monospace;font-size:10.5px}
.end{text-anchor:end}
.middle{text-anchor:middle}
.wire{fill:none;stroke-width:1.6;stroke-linejoin:round}
.lossy{stroke-dasharray:7 4}
.glyph{stroke-width:1.5}
.card{stroke-width:1.2}
.open{stroke-dasharray:5 4}
";

/// The style sheet of a theme.
pub(super) fn style(theme: Theme) -> String {
    match theme {
        Theme::Light => format!("{COMMON}{}", LIGHT.rules()),
        Theme::Dark => format!("{COMMON}{}", DARK.rules()),
        Theme::Auto => {
            let (light, dark) = (LIGHT.rules(), DARK.rules());
            format!("{COMMON}{light}@media(prefers-color-scheme:dark){{\n{dark}}}\n")
        }
    }
}

impl Palette {
    fn rules(&self) -> String {
        let mut rules = format!(
            ".ground{{fill:{}}}\n.card{{fill:{};stroke:{}}}\n.rule{{stroke:{}}}\ntext{{fill:{}}}\n\
             .muted{{fill:{}}}\n.tag{{fill:{};stroke:{}}}\n.pill{{fill:{};stroke:{}}}\n",
            self.ground,
            self.card,
            self.card_line,
            self.rule,
            self.text,
            self.muted,
            self.tag,
            self.tag_line,
            self.ground,
            self.card_line,
        );
        for (at, (hue, color)) in Hue::ALL.into_iter().zip(self.hues).enumerate() {
            let name = hue.name();
            rules = format!(
                "{rules}.w{at}{{stroke:{color}}}\n.g{at}{{fill:{color};stroke:{color}}} /* {name} */\n"
            );
        }
        for (at, (fill, line)) in self.tints.into_iter().enumerate() {
            rules = format!(
                "{rules}.area{at}{{fill:{fill};stroke:{line}}}\n.halo{at}{{stroke:{fill}}}\n"
            );
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2.1 defines it.
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(color.get(at..at + 2).unwrap(), 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.03928 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_lines_stand_out_in_both_themes() {
        for palette in [LIGHT, DARK] {
            let grounds = [palette.ground, palette.card, palette.tag];
            let tints = palette.tints.map(|(fill, _)| fill);
            for ground in grounds.into_iter().chain(tints) {
                for text in [palette.text, palette.muted] {
                    assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
                }
                for hue in palette.hues {
                    assert!(contrast(hue, ground) >= 3.0, "{hue} on {ground}");
                }
            }
            assert!(contrast(palette.card_line, palette.ground) >= 3.0);
            assert!(contrast(palette.tag_line, palette.ground) >= 3.0);
        }
    }

    #[test]
    fn types_have_hues() {
        let hue = |text: &str| Hue::of(&text.parse().unwrap());
        assert_eq!(hue("int"), Hue::Number);
        assert_eq!(hue("float"), Hue::Number);
        assert_eq!(hue("text | bytes"), Hue::Text);
        assert_eq!(hue("null | text"), Hue::Text);
        assert_eq!(hue("text | record"), Hue::Any);
        assert_eq!(hue("any"), Hue::Any);
    }
}
