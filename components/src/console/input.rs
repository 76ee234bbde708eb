//! `console/Input`: the lines of standard input.

use millstream_component::prelude::*;

use crate::file::ahead::{Ahead, while_read};
use crate::file::blocks::{Blocks, Encoding};
use crate::text::block::Block;

/// Reads standard input line by line.
///
/// # Shape
///
/// One text per line. A line ends with LF or CRLF, which is removed; the last line may lack its ending. A line is
/// emitted as soon as its ending is there. Use it once in a graph: two processes would share the lines out by chance.
///
/// # Blocking
///
/// Waits for input on a thread of its own, and ends when nobody reads its port any more, also while it waits. What has
/// been read and not been emitted by then (up to 512 KiB) is lost.
///
/// # Errors
///
/// Bytes that are not UTF-8 fail with their offset, after the lines before them.
#[component(name = "console/Input", examples = examples)]
pub(crate) async fn input(
    /// One packet per line, without its ending.
    mut out: Out<Text>,
) -> Result<(), Failure> {
    let mut blocks = open().map_err(|error| Failure::fatal(format!("reading {NAME}: {error}")))?;
    while let Some(block) = while_read(&mut out, blocks.next()).await?? {
        for line in Block::new(block?) {
            out.send(line).await?;
        }
    }
    Ok(())
}

const NAME: &str = "standard input";

#[cfg(not(test))]
fn open() -> std::io::Result<Ahead<Blocks<std::io::Stdin>>> {
    let blocks = Blocks::new(std::io::stdin(), NAME, Encoding::Strict);
    Ahead::on_own_thread("console/Input", blocks)
}

/// Tests must not read what happens to be the standard input of their runner. The pool, because a paused clock waits
/// for it.
#[cfg(test)]
#[expect(clippy::unnecessary_wraps, reason = "starting a thread can fail")]
fn open() -> std::io::Result<Ahead<Blocks<&'static [u8]>>> {
    let typed: &[u8] = b"hello\nworld\n";
    Ok(Ahead::on_pool(Blocks::new(typed, NAME, Encoding::Strict)))
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Somebody types `hello` and `world`, a line each, and ends the input")
            .output("out", ["hello", "world"]),
    ]
}

contract!(Input);

#[cfg(test)]
mod tests {
    use std::io::{PipeReader, Write as _, pipe};

    use super::*;

    fn lines_of(reader: PipeReader) -> Ahead<Blocks<PipeReader>> {
        Ahead::on_own_thread("test", Blocks::new(reader, NAME, Encoding::Strict)).unwrap()
    }

    #[tokio::test]
    async fn a_line_comes_when_its_ending_is_there() {
        let (reader, mut writer) = pipe().unwrap();
        let mut blocks = lines_of(reader);
        for (typed, expected) in [("a\nb", "a\n"), ("c\n", "bc\n"), ("d\ne\nf", "d\ne\n")] {
            writer.write_all(typed.as_bytes()).unwrap();
            let block = blocks.next().await.unwrap().unwrap().unwrap();
            assert_eq!(block, expected);
        }
        drop(writer);
        assert_eq!(blocks.next().await.unwrap().unwrap().unwrap(), "f");
        assert!(blocks.next().await.unwrap().is_none());
    }

    /// The test ends although the thread still waits: the runtime does not wait for it.
    #[test]
    fn nobody_waits_for_the_thread() {
        let (reader, writer) = pipe().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut blocks = lines_of(reader);
            let mut next = std::pin::pin!(blocks.next());
            let waits = std::future::poll_fn(|cx| {
                std::task::Poll::Ready(next.as_mut().poll(cx).is_pending())
            });
            assert!(waits.await);
        });
        drop(runtime);
        drop(writer);
    }
}
