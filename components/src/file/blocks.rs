//! Cuts what is read into blocks of whole lines, checked to be UTF-8.

use std::io::Read;
use std::path::PathBuf;

use memchr::memrchr;
use millstream_component::prelude::*;

use super::fault;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// What to do about bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Encoding {
    // Refused.
    #[default]
    Strict,
    // Replaced by U+FFFD.
    Lossy,
}

/// Blocks of whole lines; the last line of the last block may lack its ending. Reading blocks the thread.
///
/// A read that ends inside a line leaves its beginning for the next block. So every line lies in one piece of memory,
/// and only those at the borders are copied twice. A line may be of any length; it is held about once.
#[derive(Debug)]
pub(crate) struct Blocks<R> {
    source: R,
    /// For messages.
    path: PathBuf,
    encoding: Encoding,
    /// What to do about bytes that are not UTF-8; for messages.
    hint: &'static str,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are in use: the beginning of a line.
    filled: usize,
    /// Offset of the buffer in the source.
    offset: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Reading,
    /// The lines before a fault have been handed out; the fault is next.
    Failing(Failure),
    Ended,
}

impl<R: Read> Blocks<R> {
    /// Starts at the beginning of a source.
    pub(crate) fn new(source: R, path: impl Into<PathBuf>, encoding: Encoding) -> Self {
        Self {
            source,
            path: path.into(),
            encoding,
            hint: "",
            buffer: Vec::new(),
            filled: 0,
            offset: 0,
            state: State::Reading,
        }
    }

    /// Adds to the message about bytes that are not UTF-8 what to do about them.
    pub(crate) fn with_hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// Reads until there is a whole line or the end, and takes the whole lines.
    fn read_block(&mut self) -> Result<Option<Text>, Failure> {
        loop {
            if self.filled == self.buffer.len() {
                // Memory that was never written costs nothing, so a long line grows in small steps.
                let more = CHUNK_BYTES.max(self.filled / 4);
                self.buffer.resize(self.filled + more, 0);
            }
            let start = self.filled;
            let read = match self.source.read(&mut self.buffer[start..]) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(fault::fatal("reading", &self.path, &error)),
            };
            self.filled += read;
            if read == 0 {
                self.state = State::Ended;
                let rest = (start > 0).then(|| self.take(start));
                return rest.transpose();
            }
            if let Some(last) = memrchr(b'\n', &self.buffer[start..self.filled]) {
                return self.take(start + last + 1).map(Some);
            }
        }
    }

    /// Takes the first `end` bytes out as text.
    fn take(&mut self, end: usize) -> Result<Text, Failure> {
        let offset = self.offset;
        self.offset += end as u64;
        self.filled -= end;
        if end > 2 * CHUNK_BYTES {
            let rest = self.buffer.split_off(end);
            let mut line = std::mem::replace(&mut self.buffer, rest);
            line.shrink_to_fit();
            return match String::from_utf8(line) {
                Ok(line) => Ok(line.into()),
                Err(error) => self.check(error.as_bytes(), offset),
            };
        }
        let buffer = std::mem::take(&mut self.buffer);
        let text = self.check(&buffer[..end], offset);
        self.buffer = buffer;
        self.buffer.copy_within(end..end + self.filled, 0);
        text
    }

    /// Makes text of whole lines.
    fn check(&mut self, bytes: &[u8], offset: u64) -> Result<Text, Failure> {
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            return Ok(text.into());
        }
        if self.encoding == Encoding::Lossy {
            return Ok(String::from_utf8_lossy(bytes).into_owned().into());
        }
        let Err(error) = std::str::from_utf8(bytes) else {
            return Ok(Text::from(""));
        };
        let bad = error.valid_up_to();
        let failure = Failure::fatal(format!(
            "reading {}: invalid UTF-8 at byte {}{}",
            self.path.display(),
            offset + bad as u64,
            self.hint
        ));
        let lines = memrchr(b'\n', &bytes[..bad]).map_or(0, |last| last + 1);
        match std::str::from_utf8(&bytes[..lines]) {
            Ok(text) if lines > 0 => {
                self.state = State::Failing(failure);
                Ok(text.into())
            }
            _ => Err(failure),
        }
    }
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = Result<Text, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Ended => None,
            State::Failing(failure) => Some(Err(failure)),
            State::Reading => {
                self.state = State::Reading;
                let block = self.read_block();
                if block.is_err() {
                    self.state = State::Ended;
                }
                block.transpose()
            }
        }
    }
}

#[cfg(test)]
mod tests;
