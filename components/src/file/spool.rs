//! Writes on blocking threads, in large pieces.

use std::future::{Future as _, poll_fn};
use std::io::{self, Write};
use std::pin::Pin;
use std::task::Poll;

use millstream_component::InPort;
use millstream_component::prelude::*;
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes that are collected before they are written; a value of that length is written by itself.
const PIECE_BYTES: usize = 128 * 1024;

/// How many times others may run before what has been collected is written.
const ROUNDS: u32 = 16;

/// Collects bytes and writes one piece while the next one is collected.
#[derive(Debug)]
pub(crate) struct Spool<W> {
    buffer: Vec<u8>,
    desk: Desk<W>,
}

/// Where the writer is.
#[derive(Debug)]
enum Desk<W> {
    Idle(W),
    Writing(Running<W>),
    /// A thread panicked with the writer in hand.
    Lost,
}

/// A thread that writes one piece, and then gives the writer back.
type Running<W> = JoinHandle<(W, io::Result<()>)>;

/// Something to write.
#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    /// Text or bytes with what comes after them.
    Value(Value, &'static [u8]),
}

impl<W: Write + Send + 'static> Spool<W> {
    /// Starts with nothing collected.
    pub(crate) fn new(writer: W) -> Self {
        Self {
            buffer: Vec::new(),
            desk: Desk::Idle(writer),
        }
    }

    /// Receives the next packet. When none is there, what has been collected is written before it waits.
    ///
    /// Before it gives up on a packet, others may run for a few rounds (microseconds): whoever sends may wait for room,
    /// and whoever sends to them. Else a busy network would write a few lines at a time.
    pub(crate) async fn next_packet(&mut self, input: &mut InPort) -> io::Result<Option<Packet>> {
        for _ in 0..ROUNDS {
            let mut next = input.recv();
            let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut next).poll(cx))).await;
            if let Poll::Ready(packet) = polled {
                return Ok(packet);
            }
            let_others_run().await;
        }
        self.flush().await?;
        Ok(input.recv().await)
    }

    /// What has been collected, to add to.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Writes text or bytes after what has been collected, without copying them.
    pub(crate) async fn put_long(&mut self, value: Value, ending: &'static [u8]) -> io::Result<()> {
        self.start().await?;
        self.hand_over(Piece::Value(value, ending)).await
    }

    /// Starts writing if enough has been collected.
    pub(crate) async fn start_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() < PIECE_BYTES {
            return Ok(());
        }
        self.start().await
    }

    /// Writes what has been collected and waits until it is written.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.start().await?;
        self.settle().await
    }

    /// Flushes, then gives the writer back.
    pub(crate) async fn finish(mut self) -> io::Result<W> {
        self.flush().await?;
        match self.desk {
            Desk::Idle(writer) => Ok(writer),
            Desk::Writing(_) | Desk::Lost => Err(lost()),
        }
    }

    async fn start(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let next = Vec::with_capacity(self.buffer.len().min(2 * PIECE_BYTES));
        let bytes = std::mem::replace(&mut self.buffer, next);
        self.hand_over(Piece::Bytes(bytes)).await
    }

    /// Waits for the piece before and starts writing this one.
    async fn hand_over(&mut self, piece: Piece) -> io::Result<()> {
        self.settle().await?;
        self.desk = match std::mem::replace(&mut self.desk, Desk::Lost) {
            Desk::Idle(writer) => Desk::Writing(spawn_blocking(move || write(writer, &piece))),
            other => other,
        };
        Ok(())
    }

    /// Waits until nothing is being written.
    async fn settle(&mut self) -> io::Result<()> {
        let Desk::Writing(writing) = &mut self.desk else {
            return Ok(());
        };
        match writing.await {
            Ok((writer, outcome)) => {
                self.desk = Desk::Idle(writer);
                outcome
            }
            Err(error) => {
                self.desk = Desk::Lost;
                Err(io::Error::other(error))
            }
        }
    }
}

/// Whether this is text or bytes so long that they are better not copied, but written by [`Spool::put_long`].
pub(crate) fn is_long(value: &Value) -> bool {
    content(value).len() >= PIECE_BYTES
}

/// The bytes of text or bytes; none of other values.
fn content(value: &Value) -> &[u8] {
    match value.view() {
        View::Text(text) => text.as_bytes(),
        View::Bytes(bytes) => bytes,
        _ => &[],
    }
}

fn write<W: Write>(mut writer: W, piece: &Piece) -> (W, io::Result<()>) {
    let outcome = match piece {
        Piece::Bytes(bytes) => writer.write_all(bytes),
        Piece::Value(value, ending) => writer
            .write_all(content(value))
            .and_then(|()| writer.write_all(ending)),
    };
    let outcome = outcome.and_then(|()| writer.flush());
    (writer, outcome)
}

fn lost() -> io::Error {
    io::Error::other("the writing thread ended")
}

async fn let_others_run() {
    let mut waited = false;
    poll_fn(|cx| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
