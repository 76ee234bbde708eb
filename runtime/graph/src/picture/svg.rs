//! SVG as text: elements with attributes, and text that cannot break out of them.

use std::fmt::Write as _;

/// An SVG document that is being written.
#[derive(Debug, Default)]
pub(super) struct Svg {
    text: String,
    depth: usize,
}

impl Svg {
    /// An element without content.
    pub(super) fn leaf(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with text in it.
    pub(super) fn text(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(tag, attributes);
        self.text.push('>');
        push_escaped(&mut self.text, text);
        self.end_tag(tag);
    }

    /// An element with text in it that is no text for people, a style sheet.
    pub(super) fn raw(&mut self, tag: &str, text: &str) {
        self.start(tag, &[]);
        self.text.push_str(">\n");
        self.text.push_str(text);
        self.end_tag(tag);
    }

    /// An element with elements in it.
    pub(super) fn within(
        &mut self,
        tag: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) {
        self.start(tag, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.indent();
        self.end_tag(tag);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            // Writing to a string cannot fail.
            let _infallible = write!(self.text, " {name}=\"");
            push_escaped(&mut self.text, value);
            self.text.push('"');
        }
    }

    fn end_tag(&mut self, tag: &str) {
        let _infallible = writeln!(self.text, "</{tag}>");
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n(' ', self.depth));
    }
}

/// Characters that XML 1.0 knows; what it does not know is replaced.
fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
}

/// A number with at most one digit behind the point.
pub(super) fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 {
        "0".to_owned()
    } else {
        rounded.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut svg = Svg::default();
        svg.text("text", &[("title", "a\"b")], "<b> & \u{1b}[1m");
        let wanted = "<text title=\"a&quot;b\">&lt;b&gt; &amp; \u{FFFD}[1m</text>\n";
        assert_eq!(svg.finish(), wanted);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([number(1.0), number(1.04), number(-0.04)], ["1", "1", "0"]);
        assert_eq!(number(2.25), "2.3");
    }
}
