//! Which keys do what: the defaults of the table of commands, and what the user has chosen instead.

use std::collections::BTreeMap;

use egui::{Event, Key, Modifiers};
use millstream_document::Action;

use crate::command::{Command, TABLE};
use crate::panel::Wish;

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    modifiers: Modifiers,
    key: Key,
}

/// Which keys do what.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    chords: Vec<(Chord, Command)>,
}

/// Keys that the user has chosen, by the names of commands; an empty list takes the keys away.
pub type Bindings = BTreeMap<String, Vec<String>>;

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key; keys are written like `Ctrl+Shift+Z`")]
pub struct NoKey(String);

impl Chord {
    /// Reads `Ctrl+Shift+Z`.
    ///
    /// # Errors
    ///
    /// Fails when the text names no key.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        let fault = || NoKey(text.to_owned());
        let mut modifiers = Modifiers::NONE;
        let mut rest = text;
        while let Some((word, after)) = rest.split_once('+') {
            modifiers |= match word {
                "Ctrl" => Modifiers::COMMAND,
                "Shift" => Modifiers::SHIFT,
                "Alt" => Modifiers::ALT,
                _ => return Err(fault()),
            };
            rest = after;
        }
        let key = Key::from_name(rest).ok_or_else(fault)?;
        Ok(Self { modifiers, key })
    }

    /// The chord of a pressed key.
    pub fn pressed(key: Key, modifiers: Modifiers) -> Self {
        let mut kept = Modifiers::NONE;
        if modifiers.command || modifiers.ctrl {
            kept |= Modifiers::COMMAND;
        }
        if modifiers.shift {
            kept |= Modifiers::SHIFT;
        }
        if modifiers.alt {
            kept |= Modifiers::ALT;
        }
        Self {
            modifiers: kept,
            key,
        }
    }

    /// As it is kept: [`Chord::parse`] reads it.
    pub fn written(self) -> String {
        let words = [
            (self.modifiers.command, "Ctrl+"),
            (self.modifiers.alt, "Alt+"),
            (self.modifiers.shift, "Shift+"),
        ];
        let held = words.iter().filter(|(is_held, _)| *is_held);
        let held: String = held.map(|(_, word)| *word).collect();
        format!("{held}{}", self.key.name())
    }

    /// Whether it means something else to a field that is typed into.
    fn is_typing(self) -> bool {
        let is_function = matches!(
            self.key,
            Key::F1 | Key::F2 | Key::F5 | Key::F6 | Key::F8 | Key::F9 | Key::F10
        );
        if is_function {
            return false;
        }
        let is_editing = matches!(
            self.key,
            Key::A
                | Key::C
                | Key::X
                | Key::V
                | Key::Z
                | Key::Y
                | Key::Delete
                | Key::Backspace
                | Key::ArrowLeft
                | Key::ArrowRight
                | Key::ArrowUp
                | Key::ArrowDown
        );
        !self.modifiers.command || (is_editing && !self.modifiers.shift)
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.modifiers.command {
            f.write_str("Ctrl+")?;
        }
        if self.modifiers.alt {
            f.write_str("Alt+")?;
        }
        if self.modifiers.shift {
            f.write_str("Shift+")?;
        }
        f.write_str(match self.key {
            Key::OpenBracket => "[",
            Key::CloseBracket => "]",
            Key::Period => ".",
            Key::Comma => ",",
            Key::Questionmark => "?",
            Key::Delete => "Del",
            Key::Escape => "Esc",
            Key::PageUp => "PgUp",
            Key::PageDown => "PgDn",
            Key::Plus => "+",
            Key::Minus => "-",
            key => key.name(),
        })
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&Bindings::new())
    }
}

impl Keymap {
    /// The defaults with what the user has chosen. What names no key or no command is left out: a keymap of a newer
    /// editor stays usable.
    pub fn new(bindings: &Bindings) -> Self {
        let mut chords = Vec::new();
        for entry in TABLE {
            let parse = |text: &str| Some((Chord::parse(text).ok()?, entry.command));
            match bindings.get(entry.id) {
                Some(chosen) => chords.extend(chosen.iter().filter_map(|text| parse(text))),
                None => chords.extend(entry.keys.iter().filter_map(|text| parse(text))),
            }
        }
        // What the user has chosen wins over a default that means the same keys.
        chords.sort_by_key(|(_, command)| !bindings.contains_key(command.id()));
        Self { chords }
    }

    /// The command of a chord.
    pub fn command(&self, chord: Chord) -> Option<Command> {
        let found = self.chords.iter().find(|(known, _)| *known == chord);
        found.map(|(_, command)| *command)
    }

    /// The keys of a command, the one to show first.
    pub fn chords(&self, command: Command) -> impl Iterator<Item = Chord> {
        let of_command = self
            .chords
            .iter()
            .filter(move |(_, known)| *known == command);
        of_command.map(|(chord, _)| *chord)
    }

    /// The keys of a command as people read them; empty if it has none.
    pub fn shown(&self, command: Command) -> String {
        self.chords(command)
            .next()
            .map(|chord| chord.to_string())
            .unwrap_or_default()
    }

    /// Takes the commands, and what is pasted, out of what was pressed since the last frame.
    pub(crate) fn take(&self, ctx: &egui::Context, guard: Guard) -> Vec<Wish> {
        let mut wishes = Vec::new();
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                let wish = self.wish(event, guard);
                let stays = wish.is_none();
                wishes.extend(wish);
                stays
            });
        });
        wishes
    }

    fn wish(&self, event: &Event, guard: Guard) -> Option<Wish> {
        let command = match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => {
                let chord = Chord::pressed(*key, *modifiers);
                (!guard.leaves(chord))
                    .then(|| self.command(chord))
                    .flatten()?
            }
            // The window system turns the keys into these.
            Event::Copy if !guard.is_typing => Command::Copy,
            Event::Cut if !guard.is_typing => Command::Cut,
            Event::Paste(text) if !guard.is_typing => {
                let text = text.clone();
                return Some(Wish::Act(Action::Paste { text, at: None }));
            }
            _ => return None,
        };
        Some(Wish::Command(command))
    }
}

/// Whose the keys are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Guard {
    /// A text is typed: keys that mean something to it are left to it.
    pub(crate) is_typing: bool,
    /// Esc drops what goes on at the canvas.
    pub(crate) leaves_escape: bool,
    /// A button or row has the focus: Enter presses it, arrows go on from it.
    pub(crate) leaves_navigation: bool,
}

impl Guard {
    fn leaves(self, chord: Chord) -> bool {
        let is_plain = chord.modifiers == Modifiers::NONE;
        let is_navigation = matches!(
            chord.key,
            Key::Enter
                | Key::Space
                | Key::ArrowLeft
                | Key::ArrowRight
                | Key::ArrowUp
                | Key::ArrowDown
                | Key::Home
        );
        (self.is_typing && chord.is_typing())
            || (self.leaves_escape && chord.key == Key::Escape)
            || (self.leaves_navigation && is_plain && is_navigation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_is_a_key_and_means_one_command() {
        let mut seen: Vec<(Chord, Command)> = Vec::new();
        for entry in TABLE {
            for text in entry.keys {
                let chord = Chord::parse(text).unwrap();
                let other = seen.iter().find(|(known, _)| *known == chord);
                assert_eq!(other, None, "{text} of {} is taken", entry.id);
                seen.push((chord, entry.command));
            }
        }
    }

    #[test]
    fn chosen_keys_take_the_place_of_the_defaults() {
        let chosen = [
            ("run", vec!["Ctrl+K"]),
            ("stop", vec![]),
            ("gone", vec!["F1"]),
        ];
        let chosen = chosen.map(|(id, keys)| {
            let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
            (id.to_owned(), keys)
        });
        let keymap = Keymap::new(&chosen.into_iter().collect());
        let command = |text| keymap.command(Chord::parse(text).unwrap());
        assert_eq!(command("Ctrl+K"), Some(Command::Run));
        assert_eq!(command("F5"), None);
        assert_eq!(command("Shift+F5"), None);
        assert_eq!(command("F1"), Some(Command::Shortcuts));
        assert_eq!(keymap.shown(Command::Run), "Ctrl+K");
        assert_eq!(keymap.shown(Command::Stop), "");
    }

    #[test]
    fn keys_read_as_they_are_written_on_keyboards() {
        let shown = |text| Chord::parse(text).unwrap().to_string();
        assert_eq!(shown("Ctrl+Period"), "Ctrl+.");
        assert_eq!(shown("CloseBracket"), "]");
        assert_eq!(shown("Shift+Ctrl+Z"), "Ctrl+Shift+Z");
        for key in Key::ALL {
            let chord = Chord::pressed(*key, Modifiers::COMMAND | Modifiers::ALT);
            assert_eq!(Chord::parse(&chord.written()), Ok(chord), "{key:?}");
        }
        assert!(Chord::parse("Hyper+Z").is_err() && Chord::parse("Ctrl+").is_err());
    }
}
