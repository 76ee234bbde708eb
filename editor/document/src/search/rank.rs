//! How well a component suits the words that were typed.
//!
//! The name is matched as people type from memory: letters in order, not all of them (`rdln` finds `ReadLines`). A
//! summary has so many letters that anything would be found that way; there the words themselves must stand.

use millstream_graph::ComponentSpec;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Ranks names and summaries; keeps its memory from one to the next.
pub(super) struct Ranker {
    pattern: Pattern,
    words: Vec<String>,
    matcher: Matcher,
    letters: Vec<char>,
}

impl Ranker {
    pub(super) fn new(words: &str) -> Self {
        Self {
            pattern: Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart),
            words: words.split_whitespace().map(str::to_lowercase).collect(),
            matcher: Matcher::new(Config::DEFAULT.match_paths()),
            letters: Vec::new(),
        }
    }

    /// How well a component suits, and which letters of its name were meant; nothing if it does not.
    pub(super) fn rank(&mut self, spec: &ComponentSpec) -> Option<(i64, Vec<u32>)> {
        self.rank_text(&spec.name, &[&spec.summary])
    }

    /// How well a name suits, or what is said of it besides.
    pub(super) fn rank_text(&mut self, name: &str, said: &[&str]) -> Option<(i64, Vec<u32>)> {
        if self.words.is_empty() {
            return Some((0, Vec::new()));
        }
        let letters = Utf32Str::new(name, &mut self.letters);
        let mut matched = Vec::new();
        let score = self
            .pattern
            .indices(letters, &mut self.matcher, &mut matched);
        if let Some(score) = score {
            matched.sort_unstable();
            matched.dedup();
            // Beyond all that is said besides.
            return Some((100 + i64::from(score) * 2, matched));
        }
        let text = format!("{name} {}", said.join(" ")).to_lowercase();
        let is_said = self.words.iter().all(|word| text.contains(word.as_str()));
        is_said.then(|| (0, Vec::new()))
    }
}
