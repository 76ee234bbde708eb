//! `file/Read`: the bytes of files.

use std::io::Read as _;
use std::num::NonZeroU32;

use millstream_component::prelude::*;

use super::ahead::{Ahead, while_read};
use super::fault;
use super::paths::Paths;
use super::source::Source;

/// Settings of [`Read`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadSettings {
    /// A file, a glob such as `images/*.png`, or a list of those.
    path: Paths,
    /// Longest piece in bytes.
    #[serde(default = "default_chunk")]
    chunk: NonZeroU32,
}

fn default_chunk() -> NonZeroU32 {
    const { NonZeroU32::new(65536).unwrap() }
}

/// Reads files as bytes, piece by piece.
///
/// Several files are read one after another: those of a list in its order, those of a glob in the order of their names.
/// A named pipe or a device is read until its writer closes it.
///
/// # Shape
///
/// Each file is in brackets whose label is its path. Inside are its bytes in pieces of `chunk` bytes, of which the last
/// one may be shorter; an empty file has none. Pieces of a pipe are as long as what was there.
///
/// # Memory
///
/// Two pieces: the next one is read while the one before is handled.
///
/// # Errors
///
/// A file that is missing, a folder or not readable, and a glob that matches no file, fail before the first piece.
#[component(name = "file/Read", examples = examples)]
pub(crate) async fn read(
    config: Config<ReadSettings>,
    /// Pieces of files, each file in brackets.
    mut out: Out<Bytes>,
) -> Result<(), Failure> {
    for source in config.path.find().await? {
        let label = Text::from(source.path().to_string_lossy().into_owned());
        out.send_packet(Packet::open(label.clone())).await?;
        let mut pieces = open(source, config.chunk)?;
        while let Some(piece) = while_read(&mut out, pieces.next()).await?? {
            out.send(piece?).await?;
        }
        out.send_packet(Packet::close(label)).await?;
    }
    Ok(())
}

fn open(source: Source, chunk: NonZeroU32) -> Result<Ahead<Pieces>, Failure> {
    let (path, is_regular) = (source.path().to_owned(), source.is_regular());
    let pieces = Pieces { source, chunk };
    if is_regular {
        return Ok(Ahead::on_pool(pieces));
    }
    Ahead::on_own_thread("file/Read", pieces)
        .map_err(|error| fault::fatal("reading", &path, &error))
}

/// The bytes of one file. Reading blocks the thread.
#[derive(Debug)]
struct Pieces {
    source: Source,
    chunk: NonZeroU32,
}

impl Iterator for Pieces {
    type Item = Result<Bytes, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = if self.source.is_regular() {
            self.read_full()
        } else {
            self.read_some()
        };
        match piece {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => Some(Ok(bytes.into())),
            Err(error) => Some(Err(fault::fatal("reading", self.source.path(), &error))),
        }
    }
}

impl Pieces {
    /// Reads a piece of full length, unless the file ends.
    fn read_full(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let chunk = self.chunk.get();
        (&mut self.source)
            .take(chunk.into())
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads what is there, waiting for the first byte.
    fn read_some(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.chunk.get() as usize];
        let length = loop {
            match self.source.read(&mut bytes) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        bytes.truncate(length);
        Ok(bytes)
    }
}

fn examples() -> Vec<Example> {
    let piece = |bytes: &[u8]| Packet::data(Bytes::from(bytes));
    let path = "examples/text/poem.txt";
    vec![
        Example::new("A file in one piece")
            .iip("path", path)
            .output(
                "out",
                [
                    Packet::open(path),
                    piece(b"Roses are red,\nviolets are blue.\n"),
                    Packet::close(path),
                ],
            ),
        Example::new("Small pieces")
            .iip("path", path)
            .iip("chunk", 14)
            .output(
                "out",
                [
                    Packet::open(path),
                    piece(b"Roses are red,"),
                    piece(b"\nviolets are b"),
                    piece(b"lue.\n"),
                    Packet::close(path),
                ],
            ),
        Example::new("A file that is not there")
            .iip("path", "examples/missing.png")
            .failure("reading examples/missing.png: no such file"),
    ]
}

contract!(Read);

#[cfg(test)]
mod tests {
    use std::fs;

    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn bytes_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        fs::write(folder.path().join("a"), &bytes).unwrap();
        fs::write(folder.path().join("b"), "").unwrap();
        let pattern = folder.path().join("*");
        let outcome = Bench::of::<Read>()
            .iip("path", pattern.to_str().unwrap())
            .run()
            .await;
        let packets = &outcome.outputs["out"];
        let found: Vec<u8> = packets
            .iter()
            .filter_map(|packet| packet.value()?.as_bytes())
            .flatten()
            .copied()
            .collect();
        assert!(found == bytes);
        assert_eq!(packets.iter().filter(|packet| packet.is_open()).count(), 2);
        let longest = packets
            .iter()
            .map(|packet| packet.payload_size().bytes())
            .max();
        assert_eq!(longest, Some(65536));
    }

    #[tokio::test]
    async fn pieces_have_a_length() {
        let outcome = Bench::of::<Read>()
            .iip("path", "x")
            .iip("chunk", 0)
            .run()
            .await;
        assert!(outcome.result.is_err());
    }
}
