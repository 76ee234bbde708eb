//! `text/Lines`: cuts a stream of text or bytes into lines.

mod cut;

use memchr::{memchr, memrchr};
use millstream_component::Emitted;
use millstream_component::prelude::*;
use millstream_packet::NotUtf8;

use self::cut::{Rest, Work};
use super::block::{Block, without_ending};
use super::text_or_bytes::TextOrBytes;

/// Lines that are emitted between two looks at the surroundings.
const BATCH: usize = 32;

/// Cuts text or bytes into lines.
///
/// # Shape
///
/// Packets may be cut anywhere: a line that is not finished goes on in the next packet. A line ends with LF or CRLF,
/// which is removed; the last line may lack its ending. A bracket ends a line too, so that files in brackets stay apart.
///
/// # Memory
///
/// Beside the packet at hand, the one unfinished line. Lines are slices of the packets that they came in and share
/// their memory: a small line that is kept keeps its whole packet.
///
/// # Errors
///
/// Bytes that are not UTF-8 are a failure of their line, with their offset since the last bracket. What is dropped or
/// goes to `error` is the line, not the packet.
#[component(name = "text/Lines", operator, examples = examples)]
#[derive(Debug)]
pub(crate) struct Lines {
    /// Text or bytes, cut anywhere.
    #[input(name = "in")]
    input: In<TextOrBytes>,
    /// One packet per line, without its ending.
    #[output]
    out: Out<Text>,
    #[context]
    cx: Context,
    #[state]
    work: Work,
    #[state]
    rest: Rest,
}

impl Operator for Lines {
    const EXPANDS: bool = true;

    fn process(&mut self, item: TextOrBytes) -> Result<(), Failure> {
        let bytes = item.as_bytes();
        let end = memrchr(b'\n', bytes).map_or(0, |last| last + 1);
        let mut start = 0;
        if end > 0 && self.rest.is_open() {
            start = memchr(b'\n', bytes).map_or(end, |first| first + 1);
            self.rest.push(item.slice(0..start));
            self.finish_line()?;
        }
        self.rest.push(item.slice(end..bytes.len()));
        if start < end {
            self.work.begin(item.slice(start..end));
        }
        Ok(())
    }

    fn more(&mut self) -> Result<bool, Failure> {
        for _ in 0..BATCH {
            if let Some(line) = self.work.block.as_mut().and_then(Block::next) {
                match self.out.emit(line) {
                    Emitted::Taken => {}
                    Emitted::Waiting => return Ok(true),
                    Emitted::Closed => return Ok(false),
                }
                continue;
            }
            match self.work.next_block() {
                Some(Ok(text)) => self.work.block = Some(Block::new(text)),
                Some(Err(bad)) => self.reject(bad)?,
                None => {
                    self.work.block = None;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.finish_line()?;
        self.work.offset = 0;
        self.out.emit_packet(bracket);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.finish_line()
    }
}

impl Lines {
    /// Emits the line that began in an earlier packet.
    fn finish_line(&mut self) -> Result<(), Failure> {
        let Some(line) = self.rest.take() else {
            return Ok(());
        };
        self.work.offset += line.len();
        match line.into_text() {
            Ok(text) => {
                let end = without_ending(text.as_bytes()).len();
                self.out.emit(text.slice(0..end).unwrap_or(text));
                Ok(())
            }
            Err(bad) => self.reject(bad),
        }
    }

    /// Gives up on the one line whose bytes were the last that were looked at.
    fn reject(&mut self, bad: NotUtf8) -> Result<(), Failure> {
        let offset = self.work.offset - bad.bytes.len() + bad.offset;
        let failure = Failure::packet(format!(
            "invalid UTF-8 at byte {offset} since the last bracket"
        ));
        let line = bad.bytes.slice(0..without_ending(&bad.bytes).len());
        self.cx
            .reject(failure, Packet::data(line))
            // The line is not there any more to be tried again.
            .map_err(Failure::into_fatal)
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Packets may be cut anywhere")
            .input("in", ["one\ntwo\r\nth", "ree\n\nlast"])
            .output("out", ["one", "two", "three", "", "last"]),
        Example::new("Bytes are checked to be UTF-8")
            .input("in", [Value::from("soup à la carte\nbread".as_bytes())])
            .output("out", ["soup à la carte", "bread"]),
        Example::new("Bytes that are not UTF-8 are a failure")
            .input("in", [Value::from(&b"good\nb\xFFd\n"[..])])
            .output("out", ["good"])
            .failure("invalid UTF-8 at byte 6"),
        Example::new("A bracket ends a line")
            .input(
                "in",
                [
                    Packet::open("a.txt"),
                    Packet::data("one\ntwo"),
                    Packet::close("a.txt"),
                    Packet::data("three"),
                ],
            )
            .output(
                "out",
                [
                    Packet::open("a.txt"),
                    Packet::data("one"),
                    Packet::data("two"),
                    Packet::close("a.txt"),
                    Packet::data("three"),
                ],
            ),
    ]
}

contract!(Lines);

#[cfg(test)]
mod tests;
