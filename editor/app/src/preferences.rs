//! What the user prefers; kept by the host as JSON.

use millstream_canvas::ThemeKind;
use serde::{Deserialize, Serialize};

use crate::keymap::Bindings;

/// What the user prefers. Fields that an older editor did not know have their defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that are independent of each other, by their names in the kept text"
)]
pub struct Preferences {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// How large everything is; 1 is as designed.
    pub scale: f32,
    /// Whether nothing moves by itself.
    pub reduced_motion: bool,
    /// Time between two messages of counts, in milliseconds.
    pub counts_interval_ms: u32,
    /// Keys that differ from the defaults.
    pub keys: Bindings,
    /// Whether the left side is seen.
    pub shows_left: bool,
    /// Whether the inspector is seen.
    pub shows_right: bool,
    /// Whether the lower panels are seen.
    pub shows_bottom: bool,
}

/// Which theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
    /// The most contrast there is.
    HighContrast,
}

/// Smallest and largest scale.
pub(crate) const SCALES: std::ops::RangeInclusive<f32> = 0.75..=2.0;
/// Counts come at most ten times a second.
pub(crate) const COUNTS_INTERVAL_MS_MIN: u32 = 100;

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            scale: 1.0,
            reduced_motion: false,
            counts_interval_ms: COUNTS_INTERVAL_MS_MIN,
            keys: Bindings::new(),
            shows_left: true,
            shows_right: true,
            shows_bottom: true,
        }
    }
}

impl Preferences {
    /// Reads what was kept; what cannot be read is the default.
    pub fn read(json: &str) -> Self {
        let read: Self = serde_json::from_str(json).unwrap_or_default();
        Self {
            scale: read.scale.clamp(*SCALES.start(), *SCALES.end()),
            counts_interval_ms: read.counts_interval_ms.max(COUNTS_INTERVAL_MS_MIN),
            ..read
        }
    }

    /// What is to be kept.
    pub fn write(&self) -> String {
        // There is nothing in it that JSON has not.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl ThemeChoice {
    /// All of them, with what they are called.
    pub(crate) const ALL: [(Self, &'static str); 4] = [
        (Self::System, "As the system"),
        (Self::Light, "Light"),
        (Self::Dark, "Dark"),
        (Self::HighContrast, "High contrast"),
    ];

    /// The theme, given what the system has.
    pub(crate) fn kind(self, system: Option<egui::Theme>) -> ThemeKind {
        match (self, system) {
            (Self::Light, _) | (Self::System, Some(egui::Theme::Light)) => ThemeKind::Light,
            (Self::HighContrast, _) => ThemeKind::HighContrast,
            (Self::Dark | Self::System, _) => ThemeKind::Dark,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_come_back_as_they_were_kept() {
        let mut preferences = Preferences {
            theme: ThemeChoice::HighContrast,
            scale: 1.5,
            ..Preferences::default()
        };
        preferences.keys.insert("run".into(), vec!["Ctrl+R".into()]);
        assert_eq!(Preferences::read(&preferences.write()), preferences);
    }

    #[test]
    fn strange_preferences_become_usable_ones() {
        assert_eq!(Preferences::read("nonsense"), Preferences::default());
        let read = Preferences::read(r#"{ "scale": 90.0, "counts_interval_ms": 1, "new": 1 }"#);
        assert_eq!((read.scale, read.counts_interval_ms), (2.0, 100));
    }
}
