//! `file/Tail`: the lines that are added to a file.

mod follow;

use std::time::Duration;

use millstream_component::prelude::*;
use tokio::task::spawn_blocking;

use self::follow::{Follower, Found};
use super::ahead::while_read;
use super::blocks::Encoding;
use crate::text::line_buffer::LineBuffer;

/// Settings of [`Tail`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TailSettings {
    /// The file. It need not be there yet.
    path: String,
    /// Where to begin in a file that is there at the start: at its `end`, or at its `start`.
    #[serde(default)]
    from: From,
    /// What to do about bytes that are not UTF-8: `strict` is a failure of their line, `lossy` puts U+FFFD in their
    /// place.
    #[serde(default)]
    encoding: Encoding,
    /// How often to look at the file when nothing was added, in milliseconds.
    #[serde(default = "quarter_second")]
    #[schemars(range(min = 1))]
    every_ms: u64,
    /// Ends when nothing was added for so many milliseconds; 0 goes on for ever.
    #[serde(default)]
    idle_ms: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum From {
    #[default]
    End,
    Start,
}

fn quarter_second() -> u64 {
    250
}

/// Follows a file that grows, and the one that takes its place.
///
/// What is added to the file comes out line by line. When another file takes the name (logs are rotated so), the old one
/// is read to its end and the new one from its start. When the file gets shorter (logs are rotated so too), it is read
/// from its start. A file that is not there, or not any more, is waited for.
///
/// # Shape
///
/// One text per line. A line ends with LF or CRLF, which is removed, and comes out once its ending is there; a line
/// without ending comes out when another file takes the place or the process ends by `idle_ms`.
///
/// # Blocking
///
/// Looks at the file every `every_ms` milliseconds; while there is more to read, it reads on at once. Ends when nobody
/// reads its port any more.
///
/// # Memory
///
/// 256 KiB at a time, and the one unfinished line.
///
/// # Errors
///
/// A folder in place of the file and a file that must not be read end the process. Bytes that are not UTF-8 are a failure
/// of their line. What is written between two looks to a file that is then rotated twice, or made shorter and then longer
/// again, cannot be seen.
#[component(name = "file/Tail", examples = examples)]
#[derive(Debug)]
pub(crate) struct Tail {
    #[config]
    config: Config<TailSettings>,
    #[context]
    cx: Context,
    /// One packet per line, without its ending.
    #[output]
    out: Out<Text>,
}

impl Process for Tail {
    async fn run(mut self) -> Result<(), Failure> {
        let every = Duration::from_millis(self.config.every_ms);
        let mut follower = Follower::new(self.config.path.as_str().into(), self.config.from);
        let mut lines = LineBuffer::new(self.config.encoding);
        let mut idle = Duration::ZERO;
        loop {
            // Reading a file that is there takes no longer than the disk needs.
            let (after, found) = spawn_blocking(move || {
                let found = follower.look();
                (follower, found)
            })
            .await?;
            follower = after;
            match found? {
                Found::Bytes(bytes) => {
                    idle = Duration::ZERO;
                    self.emit(lines.push(&bytes)).await?;
                }
                Found::End => self.emit(lines.finish()).await?,
                Found::Nothing => {
                    if self.config.idle_ms > 0 && idle.as_millis() >= self.config.idle_ms.into() {
                        break;
                    }
                    while_read(&mut self.out, self.cx.sleep(every)).await?;
                    idle += every;
                }
            }
        }
        self.emit(lines.finish()).await
    }
}

impl Tail {
    async fn emit(&mut self, lines: Vec<Result<Text, Bytes>>) -> Result<(), Failure> {
        for line in lines {
            match line {
                Ok(line) => self.out.send(line).await?,
                Err(bytes) => {
                    let path = &self.config.path;
                    let failure = Failure::packet(format!(
                        "reading {path}: invalid UTF-8 in a line; with the setting `encoding` as `lossy` it is read all \
                         the same"
                    ));
                    self.cx.reject(failure, Packet::data(bytes))?;
                }
            }
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("From the start, until nothing was added for a second")
            .iip("path", "examples/text/poem.txt")
            .iip("from", "start")
            .iip("idle_ms", 1000)
            .output("out", ["Roses are red,", "violets are blue."]),
        Example::new("What is there already is left out")
            .iip("path", "examples/text/poem.txt")
            .iip("idle_ms", 1000)
            .output("out", Vec::<Packet>::new()),
        Example::new("A folder cannot be followed")
            .iip("path", "examples")
            .failure("reading examples: it is a folder"),
    ]
}

contract!(Tail);

#[cfg(test)]
mod tests;
