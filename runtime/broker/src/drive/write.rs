//! The writing end of a lane over a link.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::{LaneError, PacketSource};
use crate::frame::{LaneEnd, Place};
use crate::lane::LaneName;
use crate::link::{BrokerLink, Claim, OpenWriter, Publish, WriterEvent, WriterLink};
use crate::writer::{
    Journal, LaneWriter, NotTaken, Resume, WriteError, WriterAction, WriterCounts, WriterEnd,
};

/// Keeps frames before they are published, so that a writer that dies goes on where it was.
pub trait Journaling: Send {
    /// What was kept of the lane, if there is a writer to be resumed.
    fn resume(&mut self) -> Option<Resume> {
        None
    }

    /// Whether frames are to be kept.
    fn mode(&self) -> Journal;

    /// Notes that an epoch is open.
    fn opened(&mut self, epoch: u64, base: Option<u64>);

    /// Keeps a frame.
    fn keep(&mut self, place: Place, end_seq: u64, frame: Bytes);

    /// Notes that frames below this number need not be kept any more.
    fn confirmed(&mut self, frames: u64);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journaling for NoJournal {
    fn mode(&self) -> Journal {
        Journal::Off
    }

    fn opened(&mut self, _epoch: u64, _base: Option<u64>) {}

    fn keep(&mut self, _place: Place, _end_seq: u64, _frame: Bytes) {}

    fn confirmed(&mut self, _frames: u64) {}
}

/// What others see of a writer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriterStatus {
    /// Its epoch.
    pub epoch: u64,
    /// Packets that were taken.
    pub next_seq: u64,
    /// Packets that the broker stored: what they were made of may be acknowledged.
    pub confirmed_seq: u64,
    /// Whether the broker cannot be reached, or refuses.
    pub is_degraded: bool,
    /// Exact counts.
    pub counts: WriterCounts,
}

/// How a lane is written.
#[derive(Debug)]
pub struct WriteOptions<'a, J> {
    /// Which epoch is wanted.
    pub claim: Claim,
    /// Keeps frames.
    pub journal: &'a mut J,
    /// Told after each change.
    pub status: &'a watch::Sender<WriterStatus>,
}

/// Packets that are taken before the broker is listened to again.
const PACKETS_PER_TURN: usize = 1024;

/// Writes what `source` gives, until it ends and the end is stored.
///
/// # Cancel
///
/// Dropped, it is a writer that died: what is not confirmed is to be written again, or resumed from the journal.
///
/// # Errors
///
/// Fails when the lane cannot be opened, a packet cannot cross, or the writer had to stop.
pub async fn write_lane<L: BrokerLink, S: PacketSource, J: Journaling>(
    broker: &L,
    lane: &LaneName,
    tuning: &crate::lane::Tuning,
    source: &mut S,
    options: WriteOptions<'_, J>,
) -> Result<WriterStatus, LaneError> {
    let resume = options.journal.resume();
    let claim = resume
        .as_ref()
        .map_or(options.claim, |resume| Claim::Exactly(resume.epoch));
    let OpenWriter {
        link,
        epoch,
        info,
        tuning,
    } = broker.open_writer(lane, claim, tuning).await?;
    let name = lane.path('/');
    let writer = match resume {
        Some(resume) => LaneWriter::resume(&name, resume, tuning)?,
        None => LaneWriter::open(&name, epoch, &info, tuning, options.journal.mode())?,
    };
    let mut driver = Driver {
        writer,
        link,
        began: Instant::now(),
        confirmed: 0,
        is_open: false,
        options,
    };
    driver.run(source).await?;
    Ok(driver.status())
}

struct Driver<'a, L, J> {
    writer: LaneWriter,
    link: L,
    began: Instant,
    /// Frames that the journal knows as confirmed.
    confirmed: u64,
    /// Whether the journal knows the epoch.
    is_open: bool,
    options: WriteOptions<'a, J>,
}

/// What came of a look at the source.
enum Filled {
    Some,
    Ended,
    Failed(WriteError),
}

impl<L: WriterLink, J: Journaling> Driver<'_, L, J> {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn run<S: PacketSource>(&mut self, source: &mut S) -> Result<(), LaneError> {
        let mut has_ended = false;
        loop {
            self.act().await?;
            match self.writer.end() {
                None => {}
                Some(WriterEnd::Closed) => return Ok(()),
                Some(end) => return Err(LaneError::Writer(end.clone())),
            }
            let now = self.now();
            let deadline = self.writer.deadline();
            let takes = !has_ended && self.writer.has_room();
            let Self { writer, link, .. } = self;
            tokio::select! {
                biased;
                event = link.event() => self.hear(event),
                filled = poll_fn(|cx| fill(writer, source, now, cx)), if takes => match filled {
                    Filled::Some => {}
                    Filled::Ended => {
                        has_ended = true;
                        self.close()?;
                    }
                    Filled::Failed(error) => return Err(self.unfit(error)),
                },
                () = sleep_until(self.began + deadline.unwrap_or_default()), if deadline.is_some() => {}
            }
        }
    }

    /// A source that ends inside of groups leaves them to the reader to close.
    fn close(&mut self) -> Result<(), LaneError> {
        if self.writer.close(LaneEnd::Finished).is_err() {
            let closed = self.writer.close(LaneEnd::Forced);
            closed.map_err(|error| self.unfit(error))?;
        }
        Ok(())
    }

    fn unfit(&self, error: WriteError) -> LaneError {
        LaneError::Unfit {
            seq: self.writer.next_seq(),
            error,
        }
    }

    fn hear(&mut self, event: WriterEvent) {
        let now = self.now();
        match event {
            WriterEvent::Confirmed { round, number } => {
                self.writer.on_confirmed(round, number, now);
            }
            WriterEvent::Refused { round, refusal } => {
                tracing::debug!(?refusal, "frame refused");
                self.writer.on_refused(round, refusal, now);
            }
            WriterEvent::Credit(credit) => self.writer.on_credit(credit),
            WriterEvent::Disconnected => self.writer.on_disconnected(now),
        }
    }

    /// Does all that is to be done.
    async fn act(&mut self) -> Result<(), LaneError> {
        self.tell_journal();
        loop {
            let now = self.now();
            let action = self.writer.poll(now).map_err(|error| self.unfit(error))?;
            match action {
                None => break,
                Some(WriterAction::Journal {
                    place,
                    end_seq,
                    frame,
                }) => {
                    self.options.journal.keep(place, end_seq, frame);
                    self.writer.on_journaled(place.number);
                }
                Some(WriterAction::Publish {
                    round,
                    place,
                    after,
                    frame,
                }) => {
                    let publish = Publish {
                        round,
                        place,
                        after,
                        frame,
                    };
                    self.link.publish(publish).await;
                }
                Some(WriterAction::Locate) => {
                    let info = self.link.locate().await;
                    let now = self.now();
                    self.writer.on_located(info.as_ref(), now);
                }
            }
        }
        self.tell_journal();
        let status = self.status();
        self.options.status.send_if_modified(|known| {
            let is_new = *known != status;
            *known = status;
            is_new
        });
        Ok(())
    }

    fn tell_journal(&mut self) {
        let confirmed = self.writer.confirmed_frames();
        if confirmed > 0 && !self.is_open {
            self.is_open = true;
            let (epoch, base) = (self.writer.epoch(), self.writer.base());
            self.options.journal.opened(epoch, base);
        }
        if confirmed > self.confirmed {
            self.confirmed = confirmed;
            self.options.journal.confirmed(confirmed);
        }
    }

    fn status(&self) -> WriterStatus {
        WriterStatus {
            epoch: self.writer.epoch(),
            next_seq: self.writer.next_seq(),
            confirmed_seq: self.writer.confirmed_seq(),
            is_degraded: self.writer.is_degraded(),
            counts: self.writer.counts(),
        }
    }
}

/// Takes packets as long as there are any and there is room.
fn fill<S: PacketSource>(
    writer: &mut LaneWriter,
    source: &mut S,
    now: Duration,
    cx: &mut Context<'_>,
) -> Poll<Filled> {
    let mut taken = 0;
    while taken < PACKETS_PER_TURN && writer.has_room() {
        match source.poll_packet(cx) {
            Poll::Ready(None) => return Poll::Ready(Filled::Ended),
            Poll::Ready(Some(packet)) => match writer.offer(packet, now) {
                // There was room.
                Ok(()) | Err(NotTaken::Full(_)) => taken += 1,
                Err(NotTaken::Unfit(error)) => return Poll::Ready(Filled::Failed(error)),
            },
            Poll::Pending if taken == 0 => {
                return Poll::Pending;
            }
            Poll::Pending => {
                writer.idle();
                break;
            }
        }
    }
    Poll::Ready(Filled::Some)
}
