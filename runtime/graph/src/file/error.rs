//! Why a text is no graph, and where.

use std::ops::Range;

/// A text that is no graph file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct ReadError {
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// Line of the beginning, counted from 1.
    pub line: usize,
    /// Column of the beginning in characters, counted from 1.
    pub column: usize,
    /// What to do about it.
    pub help: Option<String>,
}

/// A problem on its way to become a [`ReadError`].
#[derive(Debug)]
pub(crate) struct Problem {
    message: String,
    span: Range<usize>,
    help: Option<String>,
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn in_text(self, text: &str) -> ReadError {
        let (line, column) = line_column(text, self.span.start);
        ReadError {
            message: self.message,
            span: self.span,
            line,
            column,
            help: self.help,
        }
    }
}

/// Line and column of a byte offset, both counted from 1, the column in characters.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..text.floor_char_boundary(offset)).unwrap_or(text);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The byte offset of a line and a column as the `ron` crate counts them.
pub(crate) fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or_default();
    let within = rest
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(rest.len(), |(at, _)| at);
    start + within
}
