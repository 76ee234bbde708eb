//! Whole lines in one piece of memory, handed out one by one.

use memchr::memchr;
use millstream_component::prelude::*;

/// Text of whole lines; each line taken from it is a slice that shares its memory.
#[derive(Debug)]
pub(crate) struct Block {
    text: Text,
    /// Where the next line begins.
    at: usize,
}

impl Block {
    /// Starts at the first line.
    pub(crate) fn new(text: Text) -> Self {
        Self { text, at: 0 }
    }
}

/// Lines without their endings (LF or CRLF). What follows the last line feed counts as a line unless it is empty.
impl Iterator for Block {
    type Item = Text;

    #[inline]
    fn next(&mut self) -> Option<Text> {
        let left = self.text.as_bytes().get(self.at..)?;
        if left.is_empty() {
            return None;
        }
        let start = self.at;
        let end = if let Some(length) = memchr(b'\n', left) {
            self.at += length + 1;
            start + length - usize::from(left[..length].ends_with(b"\r"))
        } else {
            self.at += left.len();
            self.at
        };
        self.text.slice(start..end)
    }
}

/// A line's bytes without the ending that it has or lacks.
pub(crate) fn without_ending(line: &[u8]) -> &[u8] {
    match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_lf_or_crlf() {
        let cases: [(&str, &[&str]); 7] = [
            ("", &[]),
            ("\n", &[""]),
            ("a", &["a"]),
            ("a\nb\n", &["a", "b"]),
            ("a\r\n\r\nb", &["a", "", "b"]),
            ("a\rb\r", &["a\rb\r"]),
            ("ä\n\n€\r\n", &["ä", "", "€"]),
        ];
        for (text, lines) in cases {
            let found: Vec<Text> = Block::new(Text::from(text)).collect();
            assert_eq!(found, lines, "{text:?}");
        }
    }

    #[test]
    fn long_lines_share_the_memory_of_the_block() {
        let line = "x".repeat(100);
        let mut block = Block::new(Text::from(format!("{line}\n{line}\n")));
        let first = block.next().unwrap();
        assert_eq!(first.as_ptr(), block.text.as_ptr());
    }
}
