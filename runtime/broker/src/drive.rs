//! Runs the ends of lanes over a link: one future for each end, to be run by whoever owns the processes.
//!
//! No task is started here. A future that is dropped is a worker that died: nothing is lost, and what was not confirmed
//! or not acknowledged is done again.

mod read;
mod write;

use std::sync::Arc;
use std::task::{Context, Poll};

use millstream_packet::Packet;
use tokio::sync::Mutex;

use crate::frame::LaneEnd;
use crate::link::LinkError;
use crate::reader::{Cursor, Origin, ReaderEnd};
use crate::writer::{WriteError, WriterEnd, WriterError};
pub use read::{DoneHandle, DoneList, ReadOptions, read_lane};
pub use write::{Journaling, NoJournal, WriteOptions, WriterStatus, write_lane};

/// Where the packets of a lane come from: the reading end of a connector.
pub trait PacketSource: Send {
    /// The next packet; `None` when there will be no more.
    fn poll_packet(&mut self, cx: &mut Context<'_>) -> Poll<Option<Packet>>;
}

/// Where the packets of a lane go: the writing end of a connector.
pub trait PacketSink: Send {
    /// Takes the packet out of `packet` when there is room for it.
    ///
    /// # Errors
    ///
    /// Fails when nobody will take packets any more.
    fn poll_deliver(
        &mut self,
        cx: &mut Context<'_>,
        packet: &mut Option<Packet>,
        step: Step,
    ) -> Poll<Result<(), SinkClosed>>;

    /// Notes where the reader is after a whole frame, before that can be acknowledged.
    fn frame_passed(&mut self, after: Cursor) {
        let _ = after;
    }

    /// Notes that the lane has ended, before that can be acknowledged. A reader that opens the lane after that would wait
    /// for ever: whoever starts readers must remember it.
    fn lane_ended(&mut self, end: LaneEnd) {
        let _ = end;
    }
}

/// One packet of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where the packet comes from.
    pub origin: Origin,
    /// Where the reader is after it. A store that keeps this together with what the packet does has each packet take
    /// effect once.
    pub after: Cursor,
}

/// Nobody takes packets any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reading process has ended")]
pub struct SinkClosed;

/// Lets one lane at a time hand on a group, among those that end in the same port.
pub type GroupGate = Arc<Mutex<()>>;

/// Why an end of a lane stopped before the lane ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaneError {
    /// The lane cannot be opened.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The writer cannot begin.
    #[error(transparent)]
    Begin(#[from] WriterError),
    /// A packet cannot cross.
    #[error("packet {seq} cannot cross: {error}")]
    Unfit {
        /// Its sequence in the epoch.
        seq: u64,
        /// Why.
        error: WriteError,
    },
    /// The writer had to stop.
    #[error(transparent)]
    Writer(WriterEnd),
    /// The reader had to stop.
    #[error(transparent)]
    Reader(ReaderEnd),
    /// Another reader opened the lane.
    #[error("the lane is read elsewhere: {0}")]
    Replaced(String),
    /// Nobody takes packets any more.
    #[error(transparent)]
    Sink(#[from] SinkClosed),
}
