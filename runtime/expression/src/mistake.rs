//! What is wrong with an expression, found without running it: shown with the line and a caret.

use std::fmt;
use std::ops::Range;

use crate::span::Span;

/// One thing that is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Everything that is wrong with an expression; at least one mistake, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    source: String,
    mistakes: Vec<Mistake>,
}

impl Mistake {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Where it stands in the expression's text, in bytes; empty at the end of the text.
    pub fn range(&self) -> Range<usize> {
        self.span.range()
    }

    /// What is wrong; lower case, no full stop.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl Mistakes {
    /// Puts mistakes in the order of the text.
    pub(crate) fn new(source: &str, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
        mistakes.dedup();
        Self {
            source: source.to_owned(),
            mistakes,
        }
    }

    /// The expression's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The mistakes, in the order of the text.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Mistake> {
        self.mistakes.iter()
    }
}

impl std::error::Error for Mistakes {}

/// Each mistake over several lines: the message, the line of the text with a caret, the help.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.mistakes.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", mistake.message)?;
            write_excerpt(f, &self.source, mistake.range())?;
            if let Some(help) = &mistake.help {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

/// How much of a line is shown on each side of a place, in characters.
const AROUND: usize = 60;

fn write_excerpt(f: &mut fmt::Formatter<'_>, source: &str, range: Range<usize>) -> fmt::Result {
    let start = source.floor_char_boundary(range.start);
    let end = source.floor_char_boundary(range.end.max(start));
    let (before, rest) = source.split_at(start);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let before = before.get(line_start..).unwrap_or_default();
    let rest = rest.split('\n').next().unwrap_or_default();
    let marked = source.get(start..end).unwrap_or_default();
    let marked = marked
        .split('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count();

    let skipped = before.chars().count().saturating_sub(AROUND);
    let dots = if skipped > 0 { "…" } else { "" };
    let before: String = before.chars().skip(skipped).map(showable).collect();
    let width = AROUND.max(marked.min(2 * AROUND));
    let rest: String = rest.chars().take(width).map(showable).collect();
    let indent = " ".repeat(dots.chars().count() + before.chars().count());
    let carets = "^".repeat(marked.clamp(1, width));
    let line = source
        .get(..line_start)
        .unwrap_or_default()
        .matches('\n')
        .count();
    let lead = if source.contains('\n') {
        format!("{} | ", line + 1)
    } else {
        "| ".to_owned()
    };
    let gap = " ".repeat(lead.chars().count().saturating_sub(2));
    write!(
        f,
        "\n  {lead}{dots}{before}{rest}\n  {gap}| {indent}{carets}"
    )
}

/// Control characters could steer a terminal and tabs would move the caret.
fn showable(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, range: Range<usize>) -> String {
        let mistake = Mistake::new(Span::new(range.start, range.end), "it is wrong");
        Mistakes::new(source, vec![mistake]).to_string()
    }

    #[test]
    fn the_caret_stands_under_the_character() {
        assert_eq!(
            shown("añb + x", 7..8),
            "it is wrong\n  | añb + x\n  |       ^"
        );
        assert_eq!(shown("a +", 3..3), "it is wrong\n  | a +\n  |    ^");
    }

    #[test]
    fn lines_are_numbered_where_there_are_several() {
        assert_eq!(
            shown("a and\nbb or c", 6..8),
            "it is wrong\n  2 | bb or c\n    | ^^"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let source = "x".repeat(10_000);
        let text = shown(&source, 5_000..5_003);
        assert!(text.len() < 400, "{text}");
        assert!(text.ends_with("^^^"), "{text}");
    }

    #[test]
    fn places_that_make_no_sense_are_survived() {
        for (start, end) in [(0, 0), (1, 2), (5, 1), (90, 99)] {
            let range = Range { start, end };
            assert!(shown("ä\n", range).starts_with("it is wrong"));
        }
    }
}
