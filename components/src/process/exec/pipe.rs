//! What goes into a program and what comes out of it.

use std::io;

use millstream_component::Payload;
use millstream_component::prelude::*;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdin;

use super::{Encoding, Format, while_read};
use crate::console::line;
use crate::file::fault;
use crate::text::line_buffer::LineBuffer;

/// Bytes that are collected before they are written, and read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// Longest line of a program in bytes. One that prints without end and without line feed would else take all memory.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Writes packets to a program.
pub(super) struct Feed<'a> {
    stdin: Option<ChildStdin>,
    format: Format,
    input: &'a mut In<Value>,
    cx: &'a Context,
    buffer: Vec<u8>,
}

impl<'a> Feed<'a> {
    /// Nothing is written yet.
    pub(super) fn new(
        stdin: Option<ChildStdin>,
        format: Format,
        input: &'a mut In<Value>,
        cx: &'a Context,
    ) -> Self {
        Self {
            stdin,
            format,
            input,
            cx,
            buffer: Vec::new(),
        }
    }

    /// Writes all packets, and then closes the program's input. Ends early when the program does not read any more.
    pub(super) async fn run(mut self) -> Result<(), Failure> {
        let Some(mut stdin) = self.stdin.take() else {
            return Ok(());
        };
        let written = self.write_all(&mut stdin).await?;
        match written {
            Ok(()) => Ok(()),
            Err(error) if fault::is_closed_pipe(&error) => {
                self.input.close();
                Ok(())
            }
            Err(error) => {
                let reason = fault::reason(&error);
                Err(Failure::fatal(format!("writing to the program: {reason}")))
            }
        }
    }

    async fn write_all(&mut self, stdin: &mut ChildStdin) -> Result<io::Result<()>, Failure> {
        while let Some(packet) = self.input.recv_packet().await {
            self.push(packet)?;
            // One write for what is there already.
            while self.buffer.len() < PIECE_BYTES
                && let Some(packet) = self.input.raw().try_recv()
            {
                self.push(packet)?;
            }
            if let Err(error) = stdin.write_all(&self.buffer).await {
                return Ok(Err(error));
            }
            self.buffer.clear();
        }
        Ok(Ok(()))
    }

    fn push(&mut self, packet: Packet) -> Result<(), Failure> {
        let Ok(value) = packet.into_value() else {
            return Ok(());
        };
        if let Some(bytes) = value.as_bytes() {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        if let Err(failure) = line::push(&mut self.buffer, &value) {
            let failure = failure.at("in", self.input.raw().taken());
            return self.cx.reject(failure, Packet::data(value));
        }
        if self.format == Format::Lines {
            self.buffer.push(b'\n');
        }
        Ok(())
    }
}

/// Sends what a program writes as it comes.
pub(super) async fn read_bytes(
    source: Option<impl AsyncRead + Unpin>,
    out: &mut Out<Value>,
) -> Result<(), Failure> {
    let Some(mut source) = source else {
        return Ok(());
    };
    loop {
        let mut bytes = Vec::with_capacity(PIECE_BYTES);
        let read = while_read(out, source.read_buf(&mut bytes)).await?;
        if read.map_err(|error| unreadable(&error))? == 0 {
            return Ok(());
        }
        bytes.shrink_to_fit();
        out.send(bytes).await?;
    }
}

/// Sends what a program writes line by line, and shows each line to `each`.
pub(super) async fn read_lines<T: Payload + From<Text>>(
    source: Option<impl AsyncRead + Unpin>,
    out: &mut Out<T>,
    cx: &Context,
    each: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Failure> {
    let Some(mut source) = source else {
        return Ok(());
    };
    let mut lines = LineBuffer::new(Encoding::Strict);
    let mut bytes = Vec::with_capacity(PIECE_BYTES);
    loop {
        bytes.clear();
        let read = while_read(out, source.read_buf(&mut bytes)).await?;
        let is_at_end = read.map_err(|error| unreadable(&error))? == 0;
        let whole = if is_at_end {
            lines.finish()
        } else {
            lines.push(&bytes)
        };
        for line in whole {
            match line {
                Ok(line) => {
                    each(&line);
                    out.send(line).await?;
                }
                Err(bytes) => {
                    let failure = Failure::packet("invalid UTF-8 in a line of the program");
                    cx.reject(failure, Packet::data(bytes))?;
                }
            }
        }
        if is_at_end {
            return Ok(());
        }
        if lines.unfinished_bytes() > LINE_BYTES_MAX {
            return Err(Failure::fatal(format!(
                "the program has written {LINE_BYTES_MAX} bytes without a line feed; with the setting `output` as `bytes` \
                 they are taken as they come"
            )));
        }
    }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::fatal(format!(
        "reading from the program: {}",
        fault::reason(error)
    ))
}
