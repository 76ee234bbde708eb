//! Places inside of values: a character of a text that stands somewhere in a setting.

use std::ops::Range;

use crate::check::TextStep;
use crate::file::scan::Scanner;
use crate::file::tree::{Node, Shape, value_at};

/// Where a part of a text stands in a file.
///
/// `value` is where the setting's value stands, `path` leads from there to the text, `part` is a range of bytes of the text
/// itself. Less exact where that cannot be told: the text, or the whole value.
pub(crate) fn span_inside(
    source: &str,
    value: Range<usize>,
    path: &[TextStep],
    part: Range<usize>,
) -> Range<usize> {
    let mut scanner = Scanner::new(source);
    scanner.at = value.start;
    let Ok(root) = value_at(&mut scanner) else {
        return value;
    };
    let Some(node) = follow(source, &root, path) else {
        return value;
    };
    in_text(source, node, &part).unwrap_or_else(|| node.span.clone())
}

fn follow<'n>(source: &str, node: &'n Node, path: &[TextStep]) -> Option<&'n Node> {
    let Some((step, rest)) = path.split_first() else {
        return Some(node);
    };
    let next = match (step, &node.shape) {
        (TextStep::Element(at), Shape::List { items, .. } | Shape::Tuple { items, .. }) => {
            items.get(*at)?
        }
        (TextStep::Field(name), Shape::Map { entries, .. }) => {
            let is_meant =
                |key: &Node| content(source, key).is_some_and(|key| decoded(key) == *name);
            &entries.iter().find(|(key, _)| is_meant(key))?.1
        }
        (TextStep::Field(name), Shape::Struct { fields, .. }) => {
            &fields
                .iter()
                .find(|field| source.get(field.name.clone()) == Some(name))?
                .value
        }
        _ => return None,
    };
    follow(source, next, rest)
}

/// What stands between the quotes of a text, and whether backslashes mean something there.
struct Content<'t> {
    text: &'t str,
    start: usize,
    has_escapes: bool,
}

fn content<'t>(source: &'t str, node: &Node) -> Option<Content<'t>> {
    let Shape::Text = node.shape else { return None };
    let written = source.get(node.span.clone())?;
    let (before, has_escapes) = match written.strip_prefix('r') {
        Some(raw) => (2 + raw.len() - raw.trim_start_matches('#').len(), false),
        None => (1, true),
    };
    let after = if has_escapes { 1 } else { before - 1 };
    let text = written.get(before..written.len().checked_sub(after)?)?;
    Some(Content {
        text,
        start: node.span.start + before,
        has_escapes,
    })
}

fn in_text(source: &str, node: &Node, part: &Range<usize>) -> Option<Range<usize>> {
    let content = content(source, node)?;
    let place = |at: usize| content.place(at).map(|at| content.start + at);
    let start = place(part.start)?;
    Some(start..place(part.end)?.max(start))
}

impl Content<'_> {
    /// Where the byte of the text is written; nothing if an escape is not understood.
    fn place(&self, wanted: usize) -> Option<usize> {
        if !self.has_escapes || !self.text.contains('\\') {
            return (wanted <= self.text.len()).then_some(wanted);
        }
        let (mut read, mut meant) = (0, 0);
        while meant < wanted {
            let (c, width) = character(self.text.get(read..)?)?;
            read += width;
            meant += c.len_utf8();
        }
        Some(read)
    }
}

fn decoded(content: Content<'_>) -> String {
    let mut text = String::new();
    let mut read = 0;
    while content.has_escapes
        && let Some(rest) = content.text.get(read..)
        && let Some((c, width)) = character(rest)
    {
        text.push(c);
        read += width;
    }
    if content.has_escapes {
        text
    } else {
        content.text.to_owned()
    }
}

/// The character that the beginning of a text means, and how many bytes it is written with.
fn character(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first != '\\' {
        return Some((first, first.len_utf8()));
    }
    let code = |digits: &str| char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    Some(match chars.next()? {
        'n' => ('\n', 2),
        'r' => ('\r', 2),
        't' => ('\t', 2),
        '0' => ('\0', 2),
        c @ ('\\' | '"' | '\'') => (c, 2),
        'x' => (code(text.get(2..4)?)?, 4),
        'u' => {
            let digits = text.get(2..)?.strip_prefix('{')?.split('}').next()?;
            (code(digits)?, digits.len() + 4)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(source: &str, path: &[TextStep], part: Range<usize>) -> String {
        let span = span_inside(source, 0..source.len(), path, part);
        source.get(span).unwrap_or("outside").to_owned()
    }

    #[test]
    fn places_are_found_through_lists_records_and_escapes() {
        let field = |name: &str| TextStep::Field(name.to_owned());
        let second = [TextStep::Element(1)];
        assert_eq!(marked(r#""a == b""#, &[], 2..4), "==");
        assert_eq!(marked(r##"r#"a "b" c"#"##, &[], 2..5), "\"b\"");
        assert_eq!(marked(r#"["x", /* why */ "a + b"]"#, &second, 2..3), "+");
        assert_eq!(
            marked(r#"{ "x": "1", "ä\"": "y * 2" }"#, &[field("ä\"")], 2..3),
            "*"
        );
        assert_eq!(marked(r#"(x: "1 + 2")"#, &[field("x")], 4..5), "2");
        assert_eq!(marked(r#""\"é\" \u{e4} == 1""#, &[], 8..10), "==");
        assert_eq!(marked(r#""a\\b == 1""#, &[], 4..6), "==");
    }

    #[test]
    fn what_cannot_be_told_exactly_is_shown_whole() {
        let first = [TextStep::Element(0)];
        assert_eq!(marked(r#"["abc"]"#, &first, 90..95), "\"abc\"");
        assert_eq!(marked(r#"["\q"]"#, &first, 1..2), "\"\\q\"");
        assert_eq!(
            marked(r#"["abc"]"#, &[TextStep::Field("x".into())], 0..1),
            "[\"abc\"]"
        );
        assert_eq!(marked("((", &[], 0..1), "((");
    }
}
