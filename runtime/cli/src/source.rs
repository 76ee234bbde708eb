//! A graph file that has been read: its text, its graph and where the entries stand, ready to be shown in excerpts.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use millstream_graph::Graph;
use millstream_graph::file::Spans;

/// Longest piece of text that an excerpt may show; a file written by a program can be one line of megabytes.
const EXCERPT_MAX_BYTES: usize = 2000;

/// A graph file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Which file it is: its canonical path; empty for standard input.
    pub(crate) id: Arc<str>,
    /// How people know it: the path as they gave it, or `<stdin>`.
    pub(crate) name: String,
    /// What it says.
    pub(crate) text: String,
    /// The graph; empty when the text is no graph.
    pub(crate) graph: Arc<Graph>,
    /// Where its entries stand.
    pub(crate) spans: Spans,
    lines: OnceLock<Vec<usize>>,
    shown: OnceLock<Option<String>>,
}

impl Source {
    /// Puts a file together.
    pub(crate) fn new(
        id: Arc<str>,
        name: String,
        text: String,
        graph: Graph,
        spans: Spans,
    ) -> Self {
        Self {
            id,
            name,
            text,
            graph: Arc::new(graph),
            spans,
            lines: OnceLock::new(),
            shown: OnceLock::new(),
        }
    }

    /// A text that stands in no file, such as an expression of the command line.
    pub(crate) fn lone(name: String, text: &str) -> Arc<Self> {
        // With a line end, so that the place behind the last character can be pointed at.
        let text = format!("{text}\n");
        Arc::new(Self::new(
            "".into(),
            name,
            text,
            Graph::default(),
            Spans::default(),
        ))
    }

    /// Line and column of a byte, both counted from 1, the column in characters.
    pub(crate) fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_at(offset);
        let start = self.line_start(line);
        let before = self.text.get(start..offset).unwrap_or_default();
        (line + 1, before.chars().count() + 1)
    }

    /// Where each line begins.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self
                .text
                .bytes()
                .enumerate()
                .filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect()
        })
    }

    /// The line of a byte, counted from 0.
    fn line_at(&self, offset: usize) -> usize {
        self.lines()
            .partition_point(|&start| start <= offset)
            .saturating_sub(1)
    }

    fn line_start(&self, line: usize) -> usize {
        self.lines().get(line).copied().unwrap_or(self.text.len())
    }

    /// The text without control characters, which could steer a terminal; of the same length.
    fn shown(&self) -> &str {
        let changed = self.shown.get_or_init(|| {
            let is_bad = |c: char| c.is_control() && c != '\n' && c != '\t';
            self.text.contains(is_bad).then(|| {
                let safe = |c: char| {
                    if is_bad(c) {
                        "?".repeat(c.len_utf8())
                    } else {
                        c.into()
                    }
                };
                self.text.chars().map(safe).collect()
            })
        });
        changed.as_deref().unwrap_or(&self.text)
    }

    /// What to show of the lines around a span, in bytes.
    fn window(&self, span: &Range<usize>, before: usize, after: usize) -> Range<usize> {
        let start = if before == 0 {
            span.start
        } else {
            self.line_start(self.line_at(span.start).saturating_sub(before))
        };
        let last = self.line_at(span.end.max(span.start + 1) - 1);
        let end = if after == 0 {
            span.end
        } else {
            self.line_start(last + 1 + after)
        };
        if end - start <= EXCERPT_MAX_BYTES {
            return start..end;
        }
        let text = self.shown();
        text.floor_char_boundary(span.start.saturating_sub(60).max(start))
            ..text.ceil_char_boundary((span.end + 60).min(end))
    }
}

/// Shortens a span that is too long to be shown.
pub(crate) fn showable(span: &Range<usize>, text: &str) -> Range<usize> {
    let start = span.start.min(text.len());
    let longest = text.floor_char_boundary(start + 200);
    start..span.end.clamp(start, longest.max(start))
}

/// Excerpts are cut with an index of the lines: a file may have a million of them and as many findings.
impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let span = span.offset()..span.offset() + span.len();
        if span.end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let window = self.window(&span, context_lines_before, context_lines_after);
        let data = self
            .shown()
            .get(window.clone())
            .ok_or(MietteError::OutOfBounds)?;
        let (line, column) = self.line_column(window.start);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            SourceSpan::from(window),
            line - 1,
            column - 1,
            data.lines().count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(
            "".into(),
            "x.ron".into(),
            text.into(),
            Graph::default(),
            Spans::default(),
        )
    }

    #[test]
    fn places_are_counted_in_lines_and_characters() {
        let source = source("aé\nb\n");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(3), (1, 3));
        assert_eq!(source.line_column(4), (2, 1));
        assert_eq!(source.line_column(99), (3, 1));
    }

    #[test]
    fn excerpts_of_endless_lines_are_cut() {
        let source = source(&"x".repeat(1_000_000));
        let window = source.window(&(500_000..500_005), 1, 1);
        assert!(window.len() < 200, "{window:?}");
    }

    #[test]
    fn control_characters_are_not_shown() {
        let source = source("a\u{1b}[31m\u{9b}b");
        assert_eq!(source.shown(), "a?[31m??b");
    }
}
