//! What `text/Lines` has in hand: the lines of a packet, and the beginning of a line.
//!
//! The work goes block by block: some whole lines are checked to be UTF-8 at once and then handed out as slices. Only a
//! line that crosses the border of two packets is copied.

use memchr::{memchr, memrchr};
use millstream_component::prelude::*;
use millstream_packet::NotUtf8;

use crate::text::block::Block;
use crate::text::text_or_bytes::TextOrBytes;

/// Bytes that are checked at a time, so that one huge packet does not hold up its neighbours.
pub(super) const BLOCK_BYTES: usize = 64 * 1024;

/// What is left of the packet at hand.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Whole lines that are text.
    pub(super) block: Option<Block>,
    /// Whole lines of which those from `at` on are not checked yet.
    unchecked: Option<Bytes>,
    at: usize,
    /// Bytes since the last bracket, up to the end of `block`.
    pub(super) offset: usize,
}

/// The beginning of a line whose end has not come yet.
#[derive(Debug, Default)]
pub(super) enum Rest {
    #[default]
    Nothing,
    /// The end of one packet, not copied.
    Shared(Bytes),
    /// The ends of several packets.
    Joined(Vec<u8>),
}

impl Work {
    /// Takes whole lines.
    pub(super) fn begin(&mut self, lines: Option<TextOrBytes>) {
        match lines {
            Some(TextOrBytes::Text(text)) => {
                self.offset += text.len();
                self.block = Some(Block::new(text));
            }
            Some(TextOrBytes::Bytes(bytes)) => {
                (self.unchecked, self.at) = (Some(bytes), 0);
            }
            None => {}
        }
    }

    /// Checks some more lines: gives those that are text, or one that is not.
    pub(super) fn next_block(&mut self) -> Option<Result<Text, NotUtf8>> {
        let all = self.unchecked.as_ref()?;
        let lines = all.slice(self.at..block_end(all, self.at))?;
        if lines.is_empty() {
            self.unchecked = None;
            return None;
        }
        let checked = lines.into_text().or_else(before_bad_line);
        let length = match &checked {
            Ok(text) => text.len(),
            Err(bad) => bad.bytes.len(),
        };
        self.at += length;
        self.offset += length;
        Some(checked)
    }
}

/// Where a block of whole lines ends that begins at `start`.
fn block_end(bytes: &[u8], start: usize) -> usize {
    let middle = bytes.len().min(start + BLOCK_BYTES);
    if middle == bytes.len() {
        return middle;
    }
    if let Some(last) = memrchr(b'\n', &bytes[start..middle]) {
        return start + last + 1;
    }
    memchr(b'\n', &bytes[middle..]).map_or(bytes.len(), |at| middle + at + 1)
}

/// The lines before the bad one, or else the bad line alone.
fn before_bad_line(bad: NotUtf8) -> Result<Text, NotUtf8> {
    let NotUtf8 { offset, bytes } = bad;
    let start = memrchr(b'\n', &bytes[..offset]).map_or(0, |end| end + 1);
    let end = memchr(b'\n', &bytes[offset..]).map_or(bytes.len(), |at| offset + at + 1);
    let part = if start > 0 { 0..start } else { 0..end };
    bytes.slice(part).unwrap_or(bytes).into_text()
}

impl Rest {
    /// Whether a line has begun.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Adds bytes to the line.
    pub(super) fn push(&mut self, part: Option<TextOrBytes>) {
        let Some(part) = part.filter(|part| !part.as_bytes().is_empty()) else {
            return;
        };
        *self = match std::mem::take(self) {
            Self::Nothing => Self::Shared(part.into_bytes()),
            Self::Shared(first) => Self::Joined([&*first, part.as_bytes()].concat()),
            Self::Joined(mut bytes) => {
                bytes.extend_from_slice(part.as_bytes());
                Self::Joined(bytes)
            }
        };
    }

    /// Takes the line out.
    pub(super) fn take(&mut self) -> Option<Bytes> {
        match std::mem::take(self) {
            Self::Nothing => None,
            Self::Shared(bytes) => Some(bytes),
            Self::Joined(bytes) => Some(bytes.into()),
        }
    }
}
