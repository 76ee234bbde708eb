//! The smallest pieces of RON: blanks and comments, literals, identifiers, each as a range of the text.
//!
//! The scanner finds where a literal ends; what it means is left to the `ron` crate. It never reads the same text twice
//! and keeps no stack.

use std::ops::Range;

use crate::file::error::Problem;

pub(super) type Scanned<T> = Result<T, Problem>;

pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// Comments in the order of the text.
    pub(super) comments: Vec<Range<usize>>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        // Some editors begin a file with a byte order mark.
        let at = if text.starts_with('\u{FEFF}') {
            '\u{FEFF}'.len_utf8()
        } else {
            0
        };
        Self {
            text,
            at,
            comments: Vec::new(),
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character at the current place, or nothing at the end, as a range to point at.
    pub(super) fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Skips blanks and comments, and remembers the comments.
    pub(super) fn skip_blank(&mut self) -> Scanned<()> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches(is_blank).len();
            self.at += blank;
            let start = self.at;
            let rest = self.rest();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.skip_block()?;
            } else {
                return Ok(());
            }
            self.comments.push(start..self.at);
        }
    }

    /// Skips a block comment; blocks nest.
    fn skip_block(&mut self) -> Scanned<()> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(pair) = bytes.get(self.at..self.at + 2) {
            match pair {
                b"/*" => depth += 1,
                b"*/" => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(
            Problem::new(start..start + 2, "this comment is never closed")
                .help("close it with `*/`"),
        )
    }

    /// The identifier at the current place, if there is one.
    pub(super) fn identifier(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let raw = rest
            .strip_prefix("r#")
            .is_some_and(|rest| rest.starts_with(is_ident_first));
        let body = if raw { rest.get(2..)? } else { rest };
        if !body.starts_with(is_ident_first) {
            return None;
        }
        let end = body.find(|c| !is_ident_rest(c)).unwrap_or(body.len());
        let start = if raw { self.at + 2 } else { self.at };
        self.at = start + end;
        Some(start..self.at)
    }

    /// A number: everything that can be part of one, also what is none (`12abc`), for the `ron` crate to refuse.
    pub(super) fn number(&mut self) -> Range<usize> {
        let start = self.at;
        let mut before = ' ';
        for c in self.rest().chars() {
            let sign = matches!(c, '+' | '-') && (self.at == start || matches!(before, 'e' | 'E'));
            if !(sign || c == '.' || is_ident_rest(c)) {
                break;
            }
            self.at += c.len_utf8();
            before = c;
        }
        start..self.at
    }

    /// A string, byte string, character or byte, if one begins here.
    pub(super) fn quoted(&mut self) -> Scanned<Option<(Quoted, Range<usize>)>> {
        let rest = self.rest();
        let (prefix, kind) = match rest.as_bytes() {
            [b'"', ..] => (0, Quoted::Text),
            [b'\'', ..] => (0, Quoted::Char),
            [b'b', b'"' | b'\'', ..] => (1, Quoted::Other),
            [b'r', b'"' | b'#', ..] => return self.raw(1, Quoted::Text),
            [b'b', b'r', b'"' | b'#', ..] => return self.raw(2, Quoted::Other),
            _ => return Ok(None),
        };
        let quote = rest.as_bytes().get(prefix).copied().unwrap_or(b'"');
        let start = self.at;
        let mut escaped = false;
        for (at, &byte) in self
            .text
            .as_bytes()
            .iter()
            .enumerate()
            .skip(start + prefix + 1)
        {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if byte == quote {
                self.at = at + 1;
                return Ok(Some((kind, start..self.at)));
            }
        }
        Err(unclosed(start..start + prefix + 1, char::from(quote)))
    }

    /// A raw string: `r"…"`, `r#"…"#`; no string when the hashes lead elsewhere.
    fn raw(&mut self, prefix: usize, kind: Quoted) -> Scanned<Option<(Quoted, Range<usize>)>> {
        let start = self.at;
        let body = self.rest().get(prefix..).unwrap_or_default();
        let hashes = body.len() - body.trim_start_matches('#').len();
        let Some(content) = body.get(hashes..).and_then(|body| body.strip_prefix('"')) else {
            return Ok(None);
        };
        let end = format!("\"{}", "#".repeat(hashes));
        let Some(length) = content.find(&end) else {
            return Err(unclosed(start..start + prefix + hashes + 1, '"')
                .help(format!("this raw string ends with `{end}`")));
        };
        self.at = start + prefix + hashes + 1 + length + end.len();
        Ok(Some((kind, start..self.at)))
    }
}

fn unclosed(span: Range<usize>, quote: char) -> Problem {
    Problem::new(
        span,
        format!("this quote is never closed: `{quote}` is missing"),
    )
}

/// What stands in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    /// `"…"`, `r#"…"#`.
    Text,
    /// `'c'`.
    Char,
    /// `b"…"`, `b'c'`.
    Other,
}

/// What RON counts as blank.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | '\r'
            | '\u{B}'
            | '\u{C}'
            | '\u{85}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{2028}'
            | '\u{2029}'
    )
}

fn is_ident_first(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_ident_rest(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
