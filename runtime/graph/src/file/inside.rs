//! Places inside of values: a character of a text that stands somewhere in a setting.

use std::ops::Range;

use crate::check::{TextPlace, TextStep};
use crate::file::scan::Scanner;
use crate::file::tree::{Node, Shape, value_at};

/// Where a part of a text stands in a file; `value` is where the setting's value stands.
///
/// Less exact where that cannot be told: the text, or the whole value. Nothing if another text stands there, because the
/// value comes from elsewhere.
pub(crate) fn span_inside(
    source: &str,
    value: Range<usize>,
    place: &TextPlace,
) -> Option<Range<usize>> {
    let mut scanner = Scanner::new(source);
    scanner.at = value.start;
    let Ok(root) = value_at(&mut scanner) else {
        return Some(value);
    };
    let node = follow(source, &root, &place.path)?;
    let content = content(source, node)?;
    if content.decoded()? != place.text {
        return None;
    }
    let at = |at: usize| content.place(at).map(|at| content.start + at);
    Some(match (at(place.start), at(place.end)) {
        (Some(start), Some(end)) => start..end.max(start),
        _ => node.span.clone(),
    })
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
            let is_meant = |key: &Node| {
                let known = content(source, key).and_then(|key| key.decoded());
                known.as_ref() == Some(name)
            };
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

    /// What the text means; nothing if an escape is not understood.
    fn decoded(&self) -> Option<String> {
        if !self.has_escapes {
            return Some(self.text.to_owned());
        }
        let (mut text, mut read) = (String::new(), 0);
        while read < self.text.len() {
            let (c, width) = character(self.text.get(read..)?)?;
            text.push(c);
            read += width;
        }
        Some(text)
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

    /// What is shown of a part of a text.
    fn marked(source: &str, path: &[TextStep], text: &str, part: &str) -> Option<String> {
        let start = text.find(part).unwrap();
        let place = TextPlace {
            process: "a".parse().unwrap(),
            port: "b".parse().unwrap(),
            path: path.to_vec(),
            text: text.to_owned(),
            start,
            end: start + part.len(),
        };
        let span = span_inside(source, 0..source.len(), &place)?;
        source.get(span).map(str::to_owned)
    }

    #[test]
    fn places_are_found_through_lists_records_and_escapes() {
        let field = |name: &str| [TextStep::Field(name.to_owned())];
        let second = [TextStep::Element(1)];
        let cases: [(&str, &[TextStep], &str, &str); 7] = [
            (r#""a == b""#, &[], "a == b", "=="),
            (r##"r#"a "b" c"#"##, &[], "a \"b\" c", "\"b\""),
            (r#"["x", /* why */ "a + b"]"#, &second, "a + b", "+"),
            (
                r#"{ "x": "1", "ä\"": "y * 2" }"#,
                &field("ä\""),
                "y * 2",
                "*",
            ),
            (r#"(x: "1 + 2")"#, &field("x"), "1 + 2", "2"),
            (r#""\"é\" \u{e4} == 1""#, &[], "\"é\" ä == 1", "=="),
            (r#""a\\b == 1""#, &[], "a\\b == 1", "=="),
        ];
        for (source, path, text, part) in cases {
            assert_eq!(
                marked(source, path, text, part).as_deref(),
                Some(part),
                "{source}"
            );
        }
    }

    #[test]
    fn another_text_is_not_pointed_into() {
        assert_eq!(marked(r#""a == b""#, &[], "a == c", "=="), None);
        assert_eq!(marked(r#"["a"]"#, &[], "a", "a"), None);
        assert_eq!(marked(r#"["a"]"#, &[TextStep::Element(1)], "a", "a"), None);
        assert_eq!(
            marked(r#"["a"]"#, &[TextStep::Field("x".into())], "a", "a"),
            None
        );
        assert_eq!(marked("((", &[], "a", "a").as_deref(), Some("(("));
    }
}
