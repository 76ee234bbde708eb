//! RON text as a tree with spans.
//!
//! The tree knows the shape of the text and nothing of graphs. It nests at most [`DEPTH_MAX`] levels: deeper text is
//! refused, so that no file can exhaust the stack.

use std::ops::Range;

use crate::file::error::Problem;
use crate::file::scan::{Quoted, Scanned, Scanner};

/// How deep lists, maps and structs may nest in a file.
pub(super) const DEPTH_MAX: usize = 128;

/// A piece of RON.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) shape: Shape,
}

#[derive(Debug)]
pub(super) enum Shape {
    /// `"…"`, `r#"…"#`.
    Text,
    /// `'c'`.
    Char,
    /// `b"…"`, `b'c'`.
    Bytes,
    /// `1`, `-0x1F`, `1.5e3`.
    Number,
    /// A bare word: `true`, `None`, `drop_oldest`.
    Word,
    /// `[…]`.
    List { open: usize, items: Vec<Node> },
    /// `{…}`.
    Map {
        open: usize,
        entries: Vec<(Node, Node)>,
    },
    /// `(a: …)`, `Name(a: …)`.
    Struct {
        name: Option<Range<usize>>,
        open: usize,
        fields: Vec<Field>,
    },
    /// `(…)`, `Name(…)`.
    Tuple {
        name: Option<Range<usize>>,
        open: usize,
        items: Vec<Node>,
    },
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Range<usize>,
    pub(super) value: Node,
}

/// A whole file.
pub(super) struct Document {
    pub(super) root: Node,
    /// Comments in the order of the text.
    pub(super) comments: Vec<Range<usize>>,
}

pub(super) fn parse(text: &str) -> Scanned<Document> {
    let mut scanner = Scanner::new(text);
    skip_attributes(&mut scanner)?;
    let root = value(&mut scanner, 0)?;
    scanner.skip_blank()?;
    if scanner.peek().is_some() {
        return Err(Problem::new(scanner.here(), "the graph ends before this"));
    }
    Ok(Document {
        root,
        comments: scanner.comments,
    })
}

/// `#![enable(…)]` switches extensions of RON on; graphs need none and the reader has implicit `Some` always on.
fn skip_attributes(scanner: &mut Scanner<'_>) -> Scanned<()> {
    loop {
        scanner.skip_blank()?;
        let start = scanner.at;
        if !scanner.eat('#') {
            return Ok(());
        }
        let rest = scanner.rest();
        let line = rest.find('\n').unwrap_or(rest.len());
        let Some(end) = rest
            .find(']')
            .filter(|&end| end < line && rest.starts_with("![enable("))
        else {
            return Err(
                Problem::new(start..start + 1 + line, "this is no attribute of RON")
                    .help("graph files need none; the usual one is `#![enable(implicit_some)]`"),
            );
        };
        scanner.at += end + 1;
    }
}

/// The value that begins where the scanner stands.
pub(super) fn value_at(scanner: &mut Scanner<'_>) -> Scanned<Node> {
    value(scanner, 0)
}

fn value(scanner: &mut Scanner<'_>, depth: usize) -> Scanned<Node> {
    scanner.skip_blank()?;
    if depth >= DEPTH_MAX {
        return Err(Problem::new(
            scanner.here(),
            format!("this nests too deep: the limit is {DEPTH_MAX} levels"),
        ));
    }
    if let Some((quoted, span)) = scanner.quoted()? {
        let shape = match quoted {
            Quoted::Text => Shape::Text,
            Quoted::Char => Shape::Char,
            Quoted::Other => Shape::Bytes,
        };
        return Ok(Node { span, shape });
    }
    let start = scanner.at;
    match scanner.peek() {
        Some('[') => list(scanner, depth),
        Some('{') => map(scanner, depth),
        Some('(') => brackets(scanner, start, None, depth),
        Some('0'..='9' | '+' | '-' | '.') => Ok(Node {
            span: scanner.number(),
            shape: Shape::Number,
        }),
        Some(_) => word(scanner, depth),
        None => Err(Problem::new(
            scanner.here(),
            "the file ends where a value is expected",
        )),
    }
}

fn word(scanner: &mut Scanner<'_>, depth: usize) -> Scanned<Node> {
    let start = scanner.at;
    let Some(name) = scanner.identifier() else {
        return Err(unexpected(scanner, "a value"));
    };
    let end = scanner.at;
    scanner.skip_blank()?;
    if scanner.peek() == Some('(') {
        return brackets(scanner, start, Some(name), depth);
    }
    Ok(Node {
        span: start..end,
        shape: Shape::Word,
    })
}

fn list(scanner: &mut Scanner<'_>, depth: usize) -> Scanned<Node> {
    let start = scanner.at;
    scanner.at += 1;
    let open = scanner.at;
    let items = sequence(scanner, start, ']', |scanner| value(scanner, depth + 1))?;
    Ok(Node {
        span: start..scanner.at,
        shape: Shape::List { open, items },
    })
}

fn map(scanner: &mut Scanner<'_>, depth: usize) -> Scanned<Node> {
    let start = scanner.at;
    scanner.at += 1;
    let open = scanner.at;
    let entries = sequence(scanner, start, '}', |scanner| {
        let key = value(scanner, depth + 1)?;
        colon(scanner)?;
        Ok((key, value(scanner, depth + 1)?))
    })?;
    Ok(Node {
        span: start..scanner.at,
        shape: Shape::Map { open, entries },
    })
}

/// What stands in round brackets: fields with names, or values without.
fn brackets(
    scanner: &mut Scanner<'_>,
    start: usize,
    name: Option<Range<usize>>,
    depth: usize,
) -> Scanned<Node> {
    let bracket = scanner.at;
    scanner.at += 1;
    let open = scanner.at;
    scanner.skip_blank()?;
    let shape = if begins_field(scanner)? {
        let fields = sequence(scanner, bracket, ')', |scanner| field(scanner, depth))?;
        Shape::Struct { name, open, fields }
    } else {
        let items = sequence(scanner, bracket, ')', |scanner| value(scanner, depth + 1))?;
        Shape::Tuple { name, open, items }
    };
    Ok(Node {
        span: start..scanner.at,
        shape,
    })
}

/// Looks ahead for `name:`.
fn begins_field(scanner: &mut Scanner<'_>) -> Scanned<bool> {
    let (at, comments) = (scanner.at, scanner.comments.len());
    let found = scanner.identifier().is_some() && {
        scanner.skip_blank()?;
        scanner.peek() == Some(':')
    };
    scanner.at = at;
    scanner.comments.truncate(comments);
    Ok(found)
}

fn field(scanner: &mut Scanner<'_>, depth: usize) -> Scanned<Field> {
    let Some(name) = scanner.identifier() else {
        return Err(unexpected(scanner, "a field's name"));
    };
    colon(scanner)?;
    let value = value(scanner, depth + 1)?;
    Ok(Field { name, value })
}

fn colon(scanner: &mut Scanner<'_>) -> Scanned<()> {
    scanner.skip_blank()?;
    if scanner.eat(':') {
        return Ok(());
    }
    Err(unexpected(scanner, "`:`"))
}

/// Items with commas between them up to the closing bracket; a comma after the last one is welcome.
fn sequence<'t, T>(
    scanner: &mut Scanner<'t>,
    start: usize,
    close: char,
    mut item: impl FnMut(&mut Scanner<'t>) -> Scanned<T>,
) -> Scanned<Vec<T>> {
    let mut items = Vec::new();
    loop {
        scanner.skip_blank()?;
        if scanner.eat(close) {
            return Ok(items);
        }
        if scanner.peek().is_none() {
            return Err(
                Problem::new(start..start + 1, "this bracket is never closed")
                    .help(format!("the file ends where `{close}` is missing")),
            );
        }
        items.push(item(scanner)?);
        scanner.skip_blank()?;
        if !scanner.eat(',') && scanner.peek().is_some_and(|next| next != close) {
            return Err(unexpected(scanner, &format!("`,` or `{close}`")));
        }
    }
}

fn unexpected(scanner: &Scanner<'_>, wanted: &str) -> Problem {
    let found = match scanner.peek() {
        None => "the end of the file".to_owned(),
        Some(c) if c.is_control() => format!("the character {}", c.escape_unicode()),
        Some(c) => format!("`{c}`"),
    };
    Problem::new(scanner.here(), format!("expected {wanted}, found {found}"))
}
