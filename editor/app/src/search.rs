//! Finding commands and processes by typing: letters in order. Components are found by [`millstream_document::search`].

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The things whose name or, with less weight, description has the letters in order, the best first.
pub(crate) fn rank<'a, T>(
    words: &str,
    things: impl IntoIterator<Item = T>,
    texts: impl Fn(&T) -> (&'a str, &'a str),
) -> Vec<T> {
    let pattern = Pattern::parse(words, CaseMatching::Smart, Normalization::Smart);
    if pattern.atoms.is_empty() {
        return things.into_iter().collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
    let mut room = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut room), &mut matcher);
    let mut found: Vec<(u32, T)> = Vec::new();
    for thing in things {
        let (name, description) = texts(&thing);
        // A hit in the name is worth more than any in the description.
        let scored = score(name)
            .map(|score| score + 1000)
            .or_else(|| score(description).filter(|_| words.trim().len() > 2));
        if let Some(score) = scored {
            found.push((score, thing));
        }
    }
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, thing)| thing).collect()
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn letters_in_order_find_things_by_name_first() {
        let things = [("Open…", "Files"), ("Stop", "Run"), ("Run", "Run")];
        let found = |words: &str| rank(words, things, |thing| *thing);
        assert_eq!(found("opn"), [("Open…", "Files")]);
        assert_eq!(found("run"), [("Run", "Run"), ("Stop", "Run")]);
        assert_eq!(found(""), things);
    }
}
