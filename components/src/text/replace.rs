//! `text/Replace`: replaces parts of text.

use std::borrow::Cow;

use memchr::memmem::Finder;
use millstream_component::prelude::*;

use super::regex::compile;

/// Replaces every occurrence of a pattern.
///
/// The pattern is plain text, or with `regex` a regular expression (syntax as in `text/Regex`). Then `with` may name
/// groups: `$1`, `${1}`, `$name`, `${name}`, and `$$` for a dollar sign. A name reaches as far as letters, digits and
/// underscores go: write `${1}st`, not `$1st`.
///
/// # Shape
///
/// A text for each text. One in which nothing is replaced is not copied.
///
/// # Errors
///
/// An empty pattern, one that is not a regular expression, and a group that the pattern does not have fail at the start.
#[component(name = "text/Replace", operator, prepare, examples = examples)]
#[derive(Debug)]
pub(crate) struct Replace {
    /// Text.
    #[input(name = "in")]
    input: In<Text>,
    /// The text with every occurrence replaced.
    #[output]
    out: Out<Text>,
    #[config]
    config: Config<ReplaceSettings>,
    #[state]
    pattern: Option<Pattern>,
}

/// Settings of [`Replace`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReplaceSettings {
    /// What to look for; not empty.
    #[schemars(length(min = 1), extend("hot" = true))]
    pattern: String,
    /// What to put in its place; may be empty. With `regex`, `$name` and `$1` stand for groups.
    #[schemars(extend("hot" = true))]
    with: String,
    /// Whether the pattern is a regular expression.
    #[serde(default)]
    #[schemars(extend("hot" = true))]
    regex: bool,
}

#[derive(Debug)]
enum Pattern {
    Plain(Box<Finder<'static>>),
    Regex(regex::Regex),
}

impl Operator for Replace {
    fn process(&mut self, text: Text) -> Result<(), Failure> {
        let with = self.config.with.as_str();
        let replaced = match &self.pattern {
            Some(Pattern::Plain(finder)) => replace_plain(&text, finder, with),
            Some(Pattern::Regex(regex)) => match regex.replace_all(&text, with) {
                Cow::Owned(replaced) => Some(replaced),
                Cow::Borrowed(_) => None,
            },
            None => None,
        };
        self.out.emit(replaced.map_or(text, Text::from));
        Ok(())
    }
}

impl Replace {
    fn prepare(&mut self) -> Result<(), Failure> {
        let ReplaceSettings {
            pattern,
            with,
            regex,
        } = &*self.config;
        if pattern.is_empty() {
            return Err(Failure::fatal("`pattern` is empty"));
        }
        self.pattern = Some(if *regex {
            let regex = compile(pattern)?;
            check_groups(&regex, with)?;
            Pattern::Regex(regex)
        } else {
            Pattern::Plain(Box::new(Finder::new(pattern).into_owned()))
        });
        Ok(())
    }
}

/// The text with every occurrence replaced, `None` if there is none.
fn replace_plain(text: &str, finder: &Finder<'_>, with: &str) -> Option<String> {
    let mut found = finder.find_iter(text.as_bytes()).peekable();
    found.peek()?;
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for at in found {
        replaced.push_str(text.get(copied..at).unwrap_or_default());
        replaced.push_str(with);
        copied = at + finder.needle().len();
    }
    replaced.push_str(text.get(copied..).unwrap_or_default());
    Some(replaced)
}

/// Makes sure that every group named in `with` is in the pattern, where the regex crate would put nothing.
fn check_groups(regex: &regex::Regex, with: &str) -> Result<(), Failure> {
    let mut rest = with;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(after) = after.strip_prefix('$') {
            rest = after;
            continue;
        }
        let braced = after
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        let name = match braced {
            Some((name, _)) => name,
            None => name_at_start(after),
        };
        if !name.is_empty() && !has_group(regex, name) {
            return Err(Failure::fatal(unknown_group(name, braced.is_some())));
        }
        rest = after;
    }
    Ok(())
}

fn name_at_start(text: &str) -> &str {
    let end = text.find(|next: char| !next.is_ascii_alphanumeric() && next != '_');
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn has_group(regex: &regex::Regex, name: &str) -> bool {
    match name.parse::<usize>() {
        Ok(number) => number < regex.captures_len(),
        Err(_) => regex.capture_names().flatten().any(|known| known == name),
    }
}

fn unknown_group(name: &str, braced: bool) -> String {
    let digits = name.chars().take_while(char::is_ascii_digit).count();
    match name.split_at_checked(digits) {
        Some((number, text)) if !braced && !number.is_empty() && !text.is_empty() => {
            format!(
                "`with`: the pattern has no group `{name}`; write `${{{number}}}{text}` for group {number}"
            )
        }
        _ => format!("`with`: the pattern has no group `{name}`; write `$$` for a dollar sign"),
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Plain text")
            .iip("pattern", "a.b")
            .iip("with", "x")
            .input("in", ["a.b.a.b", "aab"])
            .output("out", ["x.x", "aab"]),
        Example::new("A regular expression with groups")
            .iip("pattern", r"(\d+)-(?<month>\d+)")
            .iip("with", "${month}/$1")
            .iip("regex", true)
            .input("in", ["from 2024-06 to 2025-01"])
            .output("out", ["from 06/2024 to 01/2025"]),
        Example::new("A group that is not there")
            .iip("pattern", r"(\d)")
            .iip("with", "$1st")
            .iip("regex", true)
            .failure("write `${1}st` for group 1"),
    ]
}

contract!(Replace);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_replacement_agrees_with_the_standard_library() {
        let cases = [
            ("", "a", "b"),
            ("aaaa", "aa", ""),
            ("aaa", "aa", "b"),
            ("\u{e4}\u{f6}\u{e4}", "\u{e4}", "\u{20ac}"),
            ("none", "x", "y"),
            ("x", "x", "xx"),
        ];
        for (text, pattern, with) in cases {
            let found = replace_plain(text, &Finder::new(pattern), with);
            assert_eq!(
                found.unwrap_or_else(|| text.to_owned()),
                text.replace(pattern, with)
            );
        }
    }

    #[test]
    fn groups_are_looked_up_as_the_regex_crate_does() {
        let regex = regex::Regex::new("(?<word>a)(b)").unwrap();
        let good = [
            "",
            "$",
            "$$x",
            "$0$1$2",
            "${word}x",
            "$word-",
            "5 $ and $.",
            "${1}st",
            "${",
        ];
        for with in good {
            assert!(check_groups(&regex, with).is_ok(), "{with}");
        }
        for with in ["$3", "$wordy", "${words}", "$1st", "a$$$x"] {
            assert!(check_groups(&regex, with).is_err(), "{with}");
        }
    }
}
