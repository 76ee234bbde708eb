//! Where the fields of one row lie.
//!
//! The scan stops at delimiters, line feeds and quotes and skips what is between them eight bytes at a time. It can be
//! left off at any byte and go on when more have come.

use memchr::memchr;

const QUOTE: u8 = b'"';

/// A field's content, without quotes, as offsets from the beginning of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) style: Style,
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    /// In quotes, with doubled quotes inside.
    Escaped,
}

/// The scan of one row.
#[derive(Debug, Default)]
pub(super) struct Scan {
    fields: Vec<Field>,
    /// Where the field at hand begins.
    start: usize,
    /// The next byte to look at.
    at: usize,
    quote: Quote,
    has_quotes: bool,
    /// The number of the first field with text after its closing quote.
    torn: Option<usize>,
}

/// Where the scan stands in a field in quotes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Quote {
    #[default]
    None,
    Open {
        escaped: bool,
    },
    /// The closing quote is at `end`.
    Closed {
        escaped: bool,
        end: usize,
    },
}

impl Scan {
    /// Begins a row after `skipped` bytes that belong to no field.
    #[inline]
    pub(super) fn begin(&mut self, skipped: usize) {
        self.fields.clear();
        self.start = skipped;
        self.at = skipped;
        self.quote = Quote::None;
        self.has_quotes = false;
        self.torn = None;
    }

    /// The fields found so far.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether any field is in quotes, so that the row may hold line feeds.
    pub(super) fn has_quotes(&self) -> bool {
        self.has_quotes
    }

    /// The number, from 1, of the first field with text after its closing quote.
    pub(super) fn torn(&self) -> Option<usize> {
        self.torn
    }

    /// The number, from 1, of the field at hand.
    pub(super) fn number(&self) -> usize {
        self.fields.len() + 1
    }

    /// Goes on until the row ends; gives its length with the line feed. `bytes` are those from the beginning of the row.
    #[inline]
    pub(super) fn go_on(&mut self, bytes: &[u8], delimiter: u8) -> Option<usize> {
        loop {
            if matches!(self.quote, Quote::Open { .. }) && !self.find_closing_quote(bytes) {
                return None;
            }
            let Some(at) = next_mark(bytes, self.at, delimiter) else {
                self.at = bytes.len();
                return None;
            };
            self.at = at + 1;
            match bytes[at] {
                QUOTE if at == self.start => self.open_quote(),
                // A quote inside a field means itself.
                QUOTE => {}
                b'\n' => {
                    self.end_row(bytes, at);
                    return Some(at + 1);
                }
                _ if self.quote == Quote::None => self.push(at, Style::Plain),
                _ => self.end_quoted_field(bytes, at, at),
            }
        }
    }

    /// Takes the end of `bytes` for that of the row; false if a quote is open. [`Scan::go_on`] has looked at all of them.
    pub(super) fn finish(&mut self, bytes: &[u8]) -> bool {
        if let Quote::Open { escaped } = self.quote {
            if self.at >= bytes.len() {
                return false;
            }
            // The last byte is a quote that nothing follows.
            self.quote = Quote::Closed {
                escaped,
                end: self.at,
            };
        }
        self.end_row(bytes, bytes.len());
        true
    }

    #[cold]
    fn open_quote(&mut self) {
        self.quote = Quote::Open { escaped: false };
        self.has_quotes = true;
    }

    /// False if there is none yet; what may be the first of two quotes is looked at again when more bytes have come.
    fn find_closing_quote(&mut self, bytes: &[u8]) -> bool {
        let Quote::Open { mut escaped } = self.quote else {
            return true;
        };
        while let Some(found) = memchr(QUOTE, &bytes[self.at..]) {
            let end = self.at + found;
            match bytes.get(end + 1) {
                Some(&QUOTE) => {
                    escaped = true;
                    self.at = end + 2;
                }
                Some(_) => {
                    self.quote = Quote::Closed { escaped, end };
                    self.at = end + 1;
                    return true;
                }
                None => {
                    self.quote = Quote::Open { escaped };
                    self.at = end;
                    return false;
                }
            }
        }
        self.quote = Quote::Open { escaped };
        self.at = bytes.len();
        false
    }

    /// Ends the last field before the line feed at `at`; a carriage return may stand between the two.
    #[inline]
    fn end_row(&mut self, bytes: &[u8], at: usize) {
        let is_crlf = at > self.start && bytes[at - 1] == b'\r';
        let end = at - usize::from(is_crlf);
        if self.quote == Quote::None {
            self.push(end, Style::Plain);
        } else {
            self.end_quoted_field(bytes, end, at);
        }
    }

    /// Ends a plain field at `end`, the next one begins after the mark there.
    #[inline(always)]
    fn push(&mut self, end: usize, style: Style) {
        let start = self.start;
        self.start = end + 1;
        self.fields.push(Field { start, end, style });
    }

    /// Ends a field in quotes that should end at `end`, before the mark at `at`.
    #[cold]
    fn end_quoted_field(&mut self, bytes: &[u8], end: usize, at: usize) {
        let Quote::Closed {
            escaped,
            end: closing,
        } = std::mem::take(&mut self.quote)
        else {
            return;
        };
        if closing + 1 != end && !bytes[closing + 1..end].is_empty() {
            self.torn.get_or_insert(self.fields.len() + 1);
        }
        self.start += 1;
        let style = if escaped {
            Style::Escaped
        } else {
            Style::Quoted
        };
        self.push(closing, style);
        self.start = at + 1;
    }
}

/// The next delimiter, line feed or quote from `at` on.
#[inline(always)]
fn next_mark(bytes: &[u8], mut at: usize, delimiter: u8) -> Option<usize> {
    let (delimiters, feeds, quotes) = (splat(delimiter), splat(b'\n'), splat(QUOTE));
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let marks = zeros(word ^ delimiters) | zeros(word ^ feeds) | zeros(word ^ quotes);
        if marks != 0 {
            return Some(at + (marks.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let left = bytes.get(at..)?;
    let is_mark = |byte: &u8| *byte == delimiter || matches!(*byte, b'\n' | QUOTE);
    left.iter().position(is_mark).map(|found| at + found)
}

const fn splat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Marks the bytes that are zero. The lowest mark is right; those above it may be wrong.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(splat(0x01)) & !word & splat(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contents of the fields of the first row, with its length.
    fn scan(text: &str) -> (Option<usize>, Vec<&str>) {
        let mut scan = Scan::default();
        let end = scan.go_on(text.as_bytes(), b',');
        let fields = scan.fields.iter();
        let contents = fields.map(|field| text.get(field.start..field.end).unwrap());
        (end, contents.collect())
    }

    #[test]
    fn fields_end_at_delimiters_and_rows_at_line_feeds() {
        let cases: [(&str, usize, &[&str]); 9] = [
            ("\n", 1, &[""]),
            ("a\nb", 2, &["a"]),
            (",\r\n", 3, &["", ""]),
            ("a,bc,def\r\nx", 10, &["a", "bc", "def"]),
            (
                "12345678,123456789,1234567\n",
                27,
                &["12345678", "123456789", "1234567"],
            ),
            ("a\"b,\"c\",\"\"\n", 11, &["a\"b", "c", ""]),
            ("\"a,\nb\",\"c\"\"d\"\r\n", 15, &["a,\nb", "c\"\"d"]),
            ("a\rb,c\r\r\n", 8, &["a\rb", "c\r"]),
            (
                "\u{e4}\u{20ac},\u{10348}\n",
                11,
                &["\u{e4}\u{20ac}", "\u{10348}"],
            ),
        ];
        for (text, length, fields) in cases {
            assert_eq!(scan(text), (Some(length), fields.to_vec()), "{text:?}");
        }
    }

    #[test]
    fn a_scan_goes_on_where_it_left_off() {
        let text = "a,\"b\"\"\n\",c\"d,\"\"\"\",e\r\n";
        let (end, fields) = scan(text);
        for cut in 0..text.len() {
            let mut scan = Scan::default();
            assert_eq!(scan.go_on(&text.as_bytes()[..cut], b','), None, "{cut}");
            assert_eq!(scan.go_on(text.as_bytes(), b','), end, "{cut}");
            let found = scan.fields.iter();
            let contents = found.map(|field| text.get(field.start..field.end).unwrap());
            assert_eq!(contents.collect::<Vec<_>>(), fields, "{cut}");
        }
    }

    #[test]
    fn text_after_a_closing_quote_is_noticed() {
        for (text, torn) in [
            ("\"a\"b\n", Some(1)),
            ("x,\"a\" \n", Some(2)),
            ("\"a\"\r,b\n", Some(1)),
            ("\"a\"\r\n", None),
        ] {
            let mut scan = Scan::default();
            assert!(scan.go_on(text.as_bytes(), b',').is_some());
            assert_eq!(scan.torn(), torn, "{text:?}");
        }
    }
}
