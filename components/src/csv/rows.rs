//! The rows of a stream, however its packets are cut.
//!
//! Whole lines of a packet are checked to be UTF-8 at once, and their rows are found in place. Only a row that crosses
//! the border of two packets is copied.

use memchr::{memchr, memchr_iter, memrchr};
use millstream_component::prelude::*;

use super::scan::{Field, Scan, Style};
use crate::text::text_or_bytes::TextOrBytes;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Finds rows in what it is given piece by piece.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    row_bytes_max: usize,
    /// What is left of the packet at hand begins at `at`.
    piece: Piece,
    at: usize,
    /// Whether the end of the piece is that of a line even without a line feed.
    ends_line: bool,
    /// What comes after the whole lines of the packet at hand.
    tail: Option<Bytes>,
    /// The beginning of a row whose end has not come yet.
    rest: Vec<u8>,
    /// Whether the scan has looked at `rest`.
    is_begun: bool,
    /// The last row that was put together in `rest`.
    border: Piece,
    scan: Scan,
    found: Found,
    /// Lines of the document up to the end of the row at hand.
    lines: u64,
}

/// Bytes that hold rows.
#[derive(Debug)]
pub(super) enum Piece {
    Text(Text),
    /// Not all of it is UTF-8.
    Bytes(Bytes),
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// What holds it.
    pub(super) piece: &'a Piece,
    /// Its fields, relative to its start.
    pub(super) fields: &'a [Field],
    found: &'a Found,
}

/// What is known of the row at hand.
#[derive(Debug, Default)]
struct Found {
    /// Where it lies in its piece, with its line feed if it has one.
    start: usize,
    length: usize,
    /// Whether its piece is the border.
    in_border: bool,
    line: u64,
    fault: Option<Fault>,
}

/// Why a row cannot be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Text stands after the closing quote of this field.
    Torn(usize),
    /// The quote that opens this field never closes.
    Unclosed(usize),
}

/// A row is longer than is allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong {
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    /// The field that was reached.
    pub(super) field: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self::new(b',', usize::MAX)
    }
}

impl Rows {
    /// Starts at the beginning of a document.
    pub(super) fn new(delimiter: u8, row_bytes_max: usize) -> Self {
        Self {
            delimiter,
            row_bytes_max,
            piece: Piece::nothing(),
            at: 0,
            ends_line: false,
            tail: None,
            rest: Vec::new(),
            is_begun: false,
            border: Piece::nothing(),
            scan: Scan::default(),
            found: Found::default(),
            lines: 0,
        }
    }

    /// Takes a packet. Bytes may be cut anywhere; text is a line or several, of which the last may lack its ending.
    pub(super) fn begin(&mut self, item: TextOrBytes) {
        self.at = 0;
        match item {
            TextOrBytes::Text(text) => {
                self.ends_line = true;
                // An empty line has its ending, so that it counts while a quote is open.
                let is_empty = text.is_empty();
                self.piece = Piece::Text(if is_empty { Text::from("\n") } else { text });
            }
            TextOrBytes::Bytes(bytes) => {
                self.ends_line = false;
                let end = memrchr(b'\n', &bytes).map_or(0, |last| last + 1);
                self.tail = bytes.slice(end..bytes.len());
                self.piece = bytes.slice(0..end).map_or_else(Piece::nothing, Piece::from);
            }
        }
    }

    /// Goes to the next row, which [`Rows::row`] shows; false when the packet at hand has no more.
    ///
    /// # Errors
    ///
    /// Fails when a row is too long.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<bool, TooLong> {
        if !self.rest.is_empty() {
            return self.advance_in_rest();
        }
        let left = self.piece.as_bytes().get(self.at..).unwrap_or_default();
        if left.is_empty() {
            return self.keep_tail();
        }
        self.scan.begin(mark_length(left, self.lines));
        match self.scan.go_on(left, self.delimiter) {
            Some(length) => self.found_here(length),
            None => self.keep_rest(),
        }
    }

    /// Goes to the row that the document ends with, if it lacks its line ending. The next document begins by
    /// [`Rows::begin_document`].
    pub(super) fn end(&mut self) -> bool {
        if self.rest.is_empty() {
            return false;
        }
        self.scan_rest();
        let is_whole = self.scan.finish(&self.rest);
        let unclosed = (!is_whole).then(|| Fault::Unclosed(self.scan.number()));
        self.found_in_rest(self.rest.len());
        self.found.fault = self.found.fault.or(unclosed);
        true
    }

    /// Counts lines from 1 again.
    pub(super) fn begin_document(&mut self) {
        self.lines = 0;
    }

    /// The row at hand.
    #[inline(always)]
    pub(super) fn row(&self) -> Row<'_> {
        Row {
            piece: if self.found.in_border {
                &self.border
            } else {
                &self.piece
            },
            fields: self.scan.fields(),
            found: &self.found,
        }
    }

    #[inline(always)]
    fn found_here(&mut self, length: usize) -> Result<bool, TooLong> {
        let start = self.at;
        self.at += length;
        self.check_length(length)?;
        self.note(start, length, false);
        Ok(true)
    }

    /// The piece ends inside a row, or in a line that needs no line feed.
    #[cold]
    fn keep_rest(&mut self) -> Result<bool, TooLong> {
        let left = self.piece.as_bytes().get(self.at..).unwrap_or_default();
        let length = left.len();
        if self.ends_line && self.scan.finish(left) {
            return self.found_here(length);
        }
        self.rest.extend_from_slice(left);
        self.end_line_of_rest();
        self.at += length;
        self.is_begun = true;
        self.check_length(length)?;
        self.keep_tail()
    }

    /// Keeps what comes after the whole lines of the packet at hand.
    #[cold]
    fn keep_tail(&mut self) -> Result<bool, TooLong> {
        if let Some(tail) = self.tail.take() {
            self.rest.extend_from_slice(&tail);
            if self.rest.len() > self.row_bytes_max {
                self.scan_rest();
                self.check_length(self.rest.len())?;
            }
        }
        Ok(false)
    }

    /// Goes on with a row that began in an earlier packet, line by line.
    #[cold]
    fn advance_in_rest(&mut self) -> Result<bool, TooLong> {
        loop {
            let left = self.piece.as_bytes().get(self.at..).unwrap_or_default();
            if left.is_empty() {
                return self.keep_tail();
            }
            let end = memchr(b'\n', left).map_or(left.len(), |feed| feed + 1);
            let is_last = end == left.len();
            self.rest.extend_from_slice(&left[..end]);
            self.at += end;
            self.check_length(self.rest.len())?;
            let length = self.scan_rest();
            let is_whole =
                length.is_some() || (is_last && self.ends_line && self.scan.finish(&self.rest));
            if is_whole {
                self.found_in_rest(length.unwrap_or(self.rest.len()));
                return Ok(true);
            }
            if is_last {
                self.end_line_of_rest();
            }
        }
    }

    fn scan_rest(&mut self) -> Option<usize> {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.scan.begin(mark_length(&self.rest, self.lines));
        }
        self.scan.go_on(&self.rest, self.delimiter)
    }

    /// A line of text that goes on in the next packet has a line feed between the two.
    fn end_line_of_rest(&mut self) {
        if self.ends_line && !self.rest.ends_with(b"\n") {
            self.rest.push(b'\n');
        }
    }

    fn found_in_rest(&mut self, length: usize) {
        self.is_begun = false;
        self.border = Bytes::from(std::mem::take(&mut self.rest)).into();
        self.note(0, length, true);
    }

    /// Notes the row at hand and counts its lines.
    #[inline(always)]
    fn note(&mut self, start: usize, length: usize, in_border: bool) {
        self.found = Found {
            start,
            length,
            in_border,
            line: self.lines + 1,
            fault: self.scan.torn().map(Fault::Torn),
        };
        self.lines += 1;
        if self.scan.has_quotes() {
            self.lines += self.row().feeds_inside();
        }
    }

    #[inline(always)]
    fn check_length(&self, length: usize) -> Result<(), TooLong> {
        if length > self.row_bytes_max {
            return Err(TooLong {
                line: self.lines + 1,
                field: self.scan.number(),
            });
        }
        Ok(())
    }
}

impl Row<'_> {
    /// Where it begins in its piece.
    #[inline(always)]
    pub(super) fn start(&self) -> usize {
        self.found.start
    }

    /// The line that it begins on, from 1.
    pub(super) fn line(&self) -> u64 {
        self.found.line
    }

    /// What is wrong with it.
    #[inline(always)]
    pub(super) fn fault(&self) -> Option<Fault> {
        self.found.fault
    }

    /// The row as it was written, without its line ending.
    pub(super) fn bytes(&self) -> Bytes {
        let row = self.without_feed();
        Bytes::from(row.strip_suffix(b"\r").unwrap_or(row))
    }

    fn without_feed(&self) -> &[u8] {
        let range = self.found.start..self.found.start + self.found.length;
        let row = self.piece.as_bytes().get(range).unwrap_or_default();
        row.strip_suffix(b"\n").unwrap_or(row)
    }

    #[cold]
    fn feeds_inside(&self) -> u64 {
        memchr_iter(b'\n', self.without_feed()).count() as u64
    }

    /// Whether nothing stands on its line.
    #[inline(always)]
    pub(super) fn is_blank(&self) -> bool {
        match self.fields {
            [field] => field.style == Style::Plain && field.start == field.end,
            _ => false,
        }
    }
}

impl Piece {
    fn nothing() -> Self {
        Self::Text(Text::from(""))
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl From<Bytes> for Piece {
    fn from(bytes: Bytes) -> Self {
        match bytes.into_text() {
            Ok(text) => Self::Text(text),
            Err(bad) => Self::Bytes(bad.bytes),
        }
    }
}

/// Length of the byte order mark that a document may begin with.
#[inline(always)]
fn mark_length(bytes: &[u8], lines: u64) -> usize {
    if lines == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests;
