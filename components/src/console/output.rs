//! `console/Output`: packets on standard output.

use std::io::{self, Stdout, stdout};

use millstream_component::prelude::*;

use super::line;
use crate::file::fault;
use crate::file::spool::{Spool, is_long};

/// Settings of [`Output`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutputSettings {
    /// Whether brackets are written too: `OPEN label` and `CLOSE label`.
    #[serde(default)]
    brackets: bool,
}

/// Writes packets to standard output, a line each.
///
/// Text is written as it is, every other value as one line of JSON. With `brackets`, so are brackets: `OPEN label` and
/// `CLOSE label`, or just `OPEN` and `CLOSE` without a label. Packets then go on to `out`.
///
/// # Blocking
///
/// Writes large pieces while packets keep coming, but never lets a packet wait for others: when none is there, what has
/// been collected is written at once.
///
/// # Errors
///
/// When nobody reads the output any more (`… | head`), the process ends in good order. A full disk is a failure. A
/// value that JSON does not have (a number that is not finite, an opaque value) is a failure of that packet.
#[component(name = "console/Output", examples = examples)]
#[derive(Debug)]
pub(crate) struct Output {
    /// What to write.
    #[input(name = "in")]
    input: In<Value>,
    /// The same packets, written.
    #[output(optional)]
    out: Out<Value>,
    #[config]
    config: Config<OutputSettings>,
    #[context]
    cx: Context,
}

impl Process for Output {
    async fn run(mut self) -> Result<(), Failure> {
        let mut spool = Spool::new(stdout());
        while let Some(packet) = spool.next_packet(self.input.raw()).await.map_err(failure)? {
            if self.write(&packet, &mut spool).await? {
                self.pass_on(packet, &mut spool).await?;
            }
        }
        spool.flush().await.map_err(failure)
    }
}

impl Output {
    /// Writes a packet; false if it was given up.
    async fn write(&mut self, packet: &Packet, spool: &mut Spool<Stdout>) -> Result<bool, Failure> {
        let is_long_text = |value: &&Value| value.kind() == Kind::Text && is_long(value);
        if let Some(value) = packet.value().filter(is_long_text) {
            spool
                .put_long(value.clone(), b"\n")
                .await
                .map_err(failure)?;
            return Ok(true);
        }
        if let Err(failure) = push_packet(spool.buffer(), packet, self.config.brackets) {
            let failure = failure.at("in", self.input.raw().taken());
            self.cx.reject(failure, packet.clone())?;
            return Ok(false);
        }
        spool.start_if_full().await.map_err(failure)?;
        Ok(true)
    }

    async fn pass_on(&mut self, packet: Packet, spool: &mut Spool<Stdout>) -> Result<(), Failure> {
        if !self.out.has_room() {
            spool.flush().await.map_err(failure)?;
        }
        // Writing goes on when nobody takes the packets.
        let _closed = self.out.send_packet(packet).await;
        Ok(())
    }
}

/// Adds a packet's line, if it makes one.
fn push_packet(buffer: &mut Vec<u8>, packet: &Packet, brackets: bool) -> Result<(), Failure> {
    let (word, label) = match packet.view() {
        PacketView::Data(value) => ("", Some(value)),
        PacketView::Open(_) | PacketView::Close(_) if !brackets => return Ok(()),
        PacketView::Open(label) => ("OPEN", label),
        PacketView::Close(label) => ("CLOSE", label),
    };
    let before = buffer.len();
    buffer.extend_from_slice(word.as_bytes());
    if let Some(label) = label {
        if !word.is_empty() {
            buffer.push(b' ');
        }
        line::push(buffer, label).inspect_err(|_| buffer.truncate(before))?;
    }
    buffer.push(b'\n');
    Ok(())
}

fn failure(error: io::Error) -> Failure {
    if fault::is_closed_pipe(&error) {
        return Closed.into();
    }
    let reason = fault::reason(&error);
    Failure::fatal(format!("cannot write to standard output: {reason}"))
}

fn examples() -> Vec<Example> {
    let record = Record::from_iter([("ok", true)]);
    let packets = [
        Packet::open("group"),
        Packet::data("some text"),
        Packet::data(record),
        Packet::close("group"),
    ];
    vec![
        Example::new("Writes `some text` and `{\"ok\":true}`")
            .input("in", packets.clone())
            .output("out", packets.clone()),
        Example::new("Writes also `OPEN group` and `CLOSE group`")
            .iip("brackets", true)
            .input("in", packets.clone())
            .output("out", packets),
        Example::new("A number that JSON does not have")
            .input("in", [f64::INFINITY])
            .failure("the number inf cannot be written"),
    ]
}

contract!(Output);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_written_when_asked_for() {
        let record = Record::from_iter([("a", 1_i64)]);
        let packets = [
            Packet::open("x y"),
            Packet::data("text\n"),
            Packet::data(1.5),
            Packet::open(Value::NULL),
            Packet::close(Value::NULL),
            Packet::close(record),
        ];
        let written = |brackets| {
            let mut buffer = Vec::new();
            for packet in &packets {
                push_packet(&mut buffer, packet, brackets).unwrap();
            }
            String::from_utf8(buffer).unwrap()
        };
        assert_eq!(written(false), "text\n\n1.5\n");
        assert_eq!(
            written(true),
            "OPEN x y\ntext\n\n1.5\nOPEN\nCLOSE\nCLOSE {\"a\":1}\n"
        );
    }

    #[test]
    fn a_closed_pipe_is_no_fault_and_a_full_disk_is_one() {
        use millstream_component::FailureKind;
        assert_eq!(
            failure(io::ErrorKind::BrokenPipe.into()).kind(),
            FailureKind::Closed
        );
        let full = failure(io::Error::from_raw_os_error(28));
        assert_eq!(full.kind(), FailureKind::Fatal);
        if cfg!(target_os = "linux") {
            assert_eq!(
                full.message(),
                "cannot write to standard output: No space left on device"
            );
        }
    }
}
