//! `file/ReadLines`: the lines of files.

use millstream_component::prelude::*;

use super::ahead::{Ahead, while_read};
use super::blocks::{Blocks, Encoding};
use super::fault;
use super::paths::Paths;
use super::source::Source;
use crate::text::block::Block;

/// Settings of [`ReadLines`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadLinesSettings {
    /// A file, a glob such as `logs/*.txt`, or a list of those.
    path: Paths,
    /// What to do about bytes that are not UTF-8: `strict` refuses the file, `lossy` puts U+FFFD in their place.
    #[serde(default)]
    encoding: Encoding,
}

/// Reads files line by line.
///
/// Several files are read one after another as if they were one: those of a list in its order, those of a glob in the
/// order of their names. A named pipe or a device is read until its writer closes it.
///
/// # Shape
///
/// One text per line. A line ends with LF or CRLF, which is removed; the last line of a file may lack its ending.
///
/// # Memory
///
/// Files are read 256 KiB at a time and one piece ahead; a line may be of any length. Lines are slices of the piece
/// that they came in and share its memory: a small line that is kept keeps the whole piece.
///
/// # Errors
///
/// A file that is missing, a folder or not readable, and a glob that matches no file, fail before the first line. Bytes
/// that are not UTF-8 fail with file and offset, after the lines before them.
#[component(name = "file/ReadLines", examples = examples)]
pub(crate) async fn read_lines(
    config: Config<ReadLinesSettings>,
    /// One packet per line, without its ending.
    mut out: Out<Text>,
) -> Result<(), Failure> {
    for source in config.path.find().await? {
        let mut blocks = open(source, config.encoding)?;
        while let Some(block) = while_read(&mut out, blocks.next()).await?? {
            for line in Block::new(block?) {
                out.send(line).await?;
            }
        }
    }
    Ok(())
}

const HINT: &str = "; with the setting `encoding` as `lossy` it is read all the same";

fn open(source: Source, encoding: Encoding) -> Result<Ahead<Blocks<Source>>, Failure> {
    let (path, is_regular) = (source.path().to_owned(), source.is_regular());
    let blocks = Blocks::new(source, &path, encoding).with_hint(HINT);
    if is_regular {
        return Ok(Ahead::on_pool(blocks));
    }
    Ahead::on_own_thread("file/ReadLines", blocks)
        .map_err(|error| fault::fatal("reading", &path, &error))
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("One file")
            .iip("path", "examples/text/poem.txt")
            .output("out", ["Roses are red,", "violets are blue."]),
        Example::new("A list, one after another")
            .iip(
                "path",
                vec![
                    Value::from("examples/text/poem.txt"),
                    "examples/text/shopping.txt".into(),
                ],
            )
            .output(
                "out",
                [
                    "Roses are red,",
                    "violets are blue.",
                    "eggs",
                    "",
                    "soup à la carte",
                ],
            ),
        Example::new("All files of a pattern, by name")
            .iip("path", "examples/text/*.txt")
            .output(
                "out",
                [
                    "Roses are red,",
                    "violets are blue.",
                    "eggs",
                    "",
                    "soup à la carte",
                ],
            ),
        Example::new("A file that is not there")
            .iip("path", "examples/missing.txt")
            .failure("reading examples/missing.txt: no such file"),
        Example::new("A file that is not UTF-8")
            .iip("path", "examples/latin1.txt")
            .output("out", ["eggs"])
            .failure("reading examples/latin1.txt: invalid UTF-8 at byte 10"),
        Example::new("The same file, read all the same")
            .iip("path", "examples/latin1.txt")
            .iip("encoding", "lossy")
            .output("out", ["eggs", "soup \u{fffd} la carte"]),
    ]
}

contract!(ReadLines);

#[cfg(test)]
mod tests;
