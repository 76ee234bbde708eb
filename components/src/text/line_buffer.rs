//! Cuts bytes into lines that come little by little from a log or a program.
//!
//! Unlike [`Blocks`](crate::file::blocks::Blocks), which reads a file as fast as it can, this waits for nothing: what is
//! there is cut, and the beginning of a line is kept until its ending comes.

use memchr::memchr;
use millstream_component::prelude::*;

use super::block::without_ending;
use crate::file::blocks::Encoding;

/// Cuts what was read into lines.
#[derive(Debug)]
pub(crate) struct LineBuffer {
    encoding: Encoding,
    /// A line without its ending.
    rest: Vec<u8>,
}

impl LineBuffer {
    /// Starts at the beginning of a line.
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            rest: Vec::new(),
        }
    }

    /// The lines that end in these bytes; those that are not UTF-8 as bytes.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Vec<Result<Text, Bytes>> {
        let mut lines = Vec::new();
        while let Some(feed) = memchr(b'\n', bytes) {
            let (line, after) = bytes.split_at(feed + 1);
            bytes = after;
            if self.rest.is_empty() {
                lines.push(self.text(line));
            } else {
                self.rest.extend_from_slice(line);
                let line = std::mem::take(&mut self.rest);
                lines.push(self.text(&line));
            }
        }
        self.rest.extend_from_slice(bytes);
        lines
    }

    /// Bytes of the line that has no ending yet.
    pub(crate) fn unfinished_bytes(&self) -> usize {
        self.rest.len()
    }

    /// The line that has no ending.
    pub(crate) fn finish(&mut self) -> Vec<Result<Text, Bytes>> {
        if self.rest.is_empty() {
            return Vec::new();
        }
        let line = std::mem::take(&mut self.rest);
        vec![self.text(&line)]
    }

    fn text(&self, line: &[u8]) -> Result<Text, Bytes> {
        let line = without_ending(line);
        match (std::str::from_utf8(line), self.encoding) {
            (Ok(text), _) => Ok(text.into()),
            (Err(_), Encoding::Lossy) => Ok(String::from_utf8_lossy(line).into_owned().into()),
            (Err(_), Encoding::Strict) => Err(line.into()),
        }
    }
}
