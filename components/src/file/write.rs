//! `file/Write`: packets into a file.

use std::path::PathBuf;

use millstream_component::prelude::*;
use tokio::task::spawn_blocking;

use super::fault;
use super::spool::{Spool, is_long};
use super::target::Target;
use crate::console::line;

/// Settings of [`Write`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WriteSettings {
    /// The file.
    path: String,
    /// Whether to add to the end of the file instead of writing it anew.
    #[serde(default)]
    append: bool,
}

/// Writes packets to a file.
///
/// Text is followed by a line feed, bytes by nothing; other values are written as one line of JSON. Brackets leave no
/// trace.
///
/// The file appears under its name when it is whole: packets go to a temporary file beside it, which is renamed when
/// the stream ends. If the process fails or is cancelled, a file of that name stays as it was. Permissions of an
/// existing file are kept, a link is followed. With `append`, and into a pipe or a device, packets are written to the
/// file itself as they come. A stream without packets makes an empty file.
///
/// # Errors
///
/// A folder that is missing, a folder in place of the file, a file that is read-only: these fail before the first
/// packet. A full disk fails when it is met. A value that JSON does not have is a failure of that packet.
#[component(name = "file/Write", examples = examples)]
#[derive(Debug)]
pub(crate) struct Write {
    /// What to write.
    #[input(name = "in")]
    input: In<Value>,
    /// The path, when the file is written.
    #[output(optional, at_end)]
    out: Out<Text>,
    #[config]
    config: Config<WriteSettings>,
    #[context]
    cx: Context,
}

impl Process for Write {
    async fn run(mut self) -> Result<(), Failure> {
        let path = PathBuf::from(&self.config.path);
        let append = self.config.append;
        let target = spawn_blocking(move || Target::open(path, append)).await??;
        let is_visible = target.is_visible();
        let mut spool = Spool::new(target);
        while let Some(packet) = self.next(&mut spool, is_visible).await? {
            self.put(packet, &mut spool).await?;
        }
        if self.cx.is_truncated() && !is_visible {
            // The process upstream says what went wrong; half a file under the final name would say all is well.
            tracing::warn!(process = self.cx.process(), path = %self.config.path, "file not written");
            return Ok(());
        }
        let target = spool.finish().await.map_err(|error| self.fault(&error))?;
        spawn_blocking(move || target.commit()).await??;
        // Nobody need be interested in the path.
        let _closed = self.out.send(self.config.path.as_str()).await;
        Ok(())
    }
}

impl Write {
    /// The next packet. What others can see is not held back while none comes.
    async fn next(
        &mut self,
        spool: &mut Spool<Target>,
        is_visible: bool,
    ) -> Result<Option<Packet>, Failure> {
        let input = self.input.raw();
        if !is_visible {
            return Ok(input.recv().await);
        }
        let packet = spool.next_packet(input).await;
        packet.map_err(|error| self.fault(&error))
    }

    async fn put(&mut self, packet: Packet, spool: &mut Spool<Target>) -> Result<(), Failure> {
        let Ok(value) = packet.into_value() else {
            return Ok(());
        };
        let ending: &[u8] = if value.kind() == Kind::Bytes {
            b""
        } else {
            b"\n"
        };
        if is_long(&value) {
            let written = spool.put_long(value, ending).await;
            return written.map_err(|error| self.fault(&error));
        }
        let buffer = spool.buffer();
        if let Some(bytes) = value.as_bytes() {
            buffer.extend_from_slice(bytes);
        } else if let Err(failure) = line::push(buffer, &value) {
            let failure = failure.at("in", self.input.raw().taken());
            return self.cx.reject(failure, Packet::data(value));
        }
        buffer.extend_from_slice(ending);
        spool
            .start_if_full()
            .await
            .map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &std::io::Error) -> Failure {
        fault::fatal("writing", self.config.path.as_ref(), error)
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Tells when the file is written")
            .iip("path", "/dev/null")
            .input("in", ["one", "two"])
            .output("out", ["/dev/null"]),
        Example::new("The folder must be there")
            .iip("path", "no/such/folder.txt")
            .input("in", ["one"])
            .failure("writing no/such/folder.txt: there is no folder no/such"),
    ]
}

#[cfg(unix)]
contract!(Write);

#[cfg(unix)]
#[cfg(test)]
mod tests;
