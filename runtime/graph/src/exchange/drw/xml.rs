//! XML as `DrawFBP` writes it, which is not always XML: angle brackets in texts stand behind a backslash, ampersands
//! stand alone. Both are mended before parsing, and places are counted in the text as it was.

use std::ops::Range;

use roxmltree::{Document, Node, ParsingOptions};

use crate::file::{Problem, offset_of};

/// Elements and texts that a drawing may have.
const NODES_MAX: u32 = 5_000_000;

/// The text of a drawing, mended.
pub(super) struct Mended {
    text: String,
    /// Where each mend ends, and by how many bytes the text has become longer up to there.
    shifts: Vec<(usize, usize)>,
}

impl Mended {
    pub(super) fn new(source: &str) -> Self {
        let mut mended = Self {
            text: String::with_capacity(source.len()),
            shifts: Vec::new(),
        };
        let mut rest = source;
        while let Some(at) = rest.find(['\\', '&']) {
            let (plain, found) = rest.split_at(at);
            mended.text.push_str(plain);
            let (length, better) = match found.as_bytes() {
                [b'\\', b'<', ..] => (2, "&lt;"),
                [b'\\', b'>', ..] => (2, "&gt;"),
                [b'&', ..] if !begins_with_entity(found) => (1, "&amp;"),
                _ => {
                    mended.text.push_str(found.get(..1).unwrap_or_default());
                    rest = found.get(1..).unwrap_or_default();
                    continue;
                }
            };
            mended.text.push_str(better);
            let longer = mended.shifts.last().map_or(0, |(_, longer)| *longer);
            let shift = (mended.text.len(), longer + better.len() - length);
            mended.shifts.push(shift);
            rest = found.get(length..).unwrap_or_default();
        }
        mended.text.push_str(rest);
        mended
    }

    pub(super) fn parse(&self) -> Result<Document<'_>, Problem> {
        let options = ParsingOptions {
            nodes_limit: NODES_MAX,
            ..ParsingOptions::default()
        };
        Document::parse_with_options(&self.text, options).map_err(|error| {
            let text = error.to_string();
            let message = text.split(" at ").next().unwrap_or_default();
            let place = error.pos();
            let line = usize::try_from(place.row).unwrap_or(usize::MAX);
            let column = usize::try_from(place.col).unwrap_or(usize::MAX);
            let at = self.original(offset_of(&self.text, line, column));
            Problem::new(at..at + 1, format!("this is no XML: {message}"))
        })
    }

    /// Where an element begins, on one line.
    pub(super) fn head(&self, node: Node<'_, '_>) -> Range<usize> {
        let range = node.range();
        let text = self.text.get(range.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        self.original(range.start)..self.original(range.start + line.len())
    }

    /// A place in the text as it was.
    fn original(&self, offset: usize) -> usize {
        let passed = self.shifts.partition_point(|(end, _)| *end <= offset);
        let longer = passed.checked_sub(1).map_or(0, |last| self.shifts[last].1);
        offset - longer
    }
}

/// Whether an ampersand begins a reference to a character.
fn begins_with_entity(text: &str) -> bool {
    const LONGEST: usize = 12;
    let name = text.get(1..).and_then(|rest| rest.split_once(';'));
    name.is_some_and(|(name, _)| {
        let known = ["amp", "lt", "gt", "quot", "apos"].contains(&name);
        let number = name.strip_prefix('#').is_some_and(|digits| {
            digits.len() < LONGEST && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        known || number
    })
}

/// The first element of this name inside another.
pub(super) fn child<'a, 't>(node: Node<'a, 't>, name: &str) -> Option<Node<'a, 't>> {
    node.children().find(|child| child.has_tag_name(name))
}

/// The text of an element inside another, with single blanks; nothing when there is none.
pub(super) fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let text = child(node, name)?.text()?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// Whether an element inside another says `true`.
pub(super) fn flag(node: Node<'_, '_>, name: &str) -> bool {
    text(node, name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// The whole number in an element inside another.
pub(super) fn number(node: Node<'_, '_>, name: &str, mended: &Mended) -> Result<i32, Problem> {
    let Some(found) = child(node, name) else {
        let message = format!("`{}` has no `{name}`", node.tag_name().name());
        return Err(Problem::new(mended.head(node), message));
    };
    let text = found.text().unwrap_or_default().trim();
    text.parse().map_err(|_no_number| {
        let message = format!("`{name}` is `{text}`, and should be a whole number");
        Problem::new(mended.head(found), message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_mended_and_places_stay() {
        let source = "<a>x \\< y & z &amp; &#65;\n<b>1</b></a>";
        let mended = Mended::new(source);
        let document = mended.parse().unwrap();
        let b = child(document.root_element(), "b").unwrap();
        assert_eq!(mended.head(b).start, source.find("<b>").unwrap());
        let text = document.root_element().text().unwrap();
        assert_eq!(text.trim(), "x < y & z & A");
    }

    #[test]
    fn broken_xml_is_told_with_its_place() {
        let source = "<a>\n  & <b></c>\n</a>";
        let error = Mended::new(source).parse().unwrap_err().in_text(source);
        assert_eq!(error.line, 2, "{error}");
        assert!(error.message.starts_with("this is no XML: "), "{error}");
    }
}
