//! The writing end of a lane, without a broker: what happens goes in, what is to be done comes out.
//!
//! A [`LaneWriter`] knows no clock, no socket and no task. Time is a [`Duration`] since any beginning that its driver
//! chooses. So all of what makes a lane reliable is tried against every fault in tests that take microseconds, and is the
//! same on every broker.
//!
//! **Frames** are numbered from 0 in each epoch; the first one opens the epoch and has no packets. Up to `window` of them
//! are published before the first is confirmed, in order. Whatever goes wrong (refused, no answer, connection gone),
//! all of them are given up, the broker is asked how many frames it has stored, and publishing goes on from there. Where
//! the broker counts what it stores, each frame says after how many others it belongs, so none is stored twice or out of
//! order, and a writer whose lane was given to another one cannot store any more.
//!
//! **Capacity** is in packets and lives in credits: the reader says up to which packet may be written. The limit of the
//! broker is a backstop that is not reached.
//!
//! **Opening** is the one moment at which a stored frame might be somebody else's. Until the broker has confirmed the
//! opening frame itself, nothing follows it, and whenever the outcome is not known it is published again behind whatever
//! is there. Readers drop the second one.

mod counts;
mod frames;
mod recovery;

use std::time::Duration;

use bytes::Bytes;

use millstream_packet::{Packet, Text};

use crate::frame::{EncodeError, FrameBuilder, LaneEnd, Place};
use crate::lane::{Credit, Tuning, TuningError};
pub use counts::WriterCounts;
use frames::{Frames, Kept};
pub use recovery::{LaneInfo, Refusal};

/// What the driver of a writer is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriterAction {
    /// Writes the frame to the journal, then calls [`LaneWriter::on_journaled`]. Only with a journal.
    Journal {
        /// Where the frame stands.
        place: Place,
        /// Sequence after its last packet.
        end_seq: u64,
        /// The frame.
        frame: Bytes,
    },
    /// Publishes a frame; the outcome comes back with the same round and number.
    Publish {
        /// Which attempt it belongs to.
        round: u64,
        /// Where the frame stands.
        place: Place,
        /// How many frames the broker must have stored in the lane before this one, where it counts.
        after: Option<u64>,
        /// The frame.
        frame: Bytes,
    },
    /// Asks the broker about the lane, then calls [`LaneWriter::on_located`].
    Locate,
}

/// How a writer ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriterEnd {
    /// The end of the lane is stored.
    #[error("closed")]
    Closed,
    /// The lane was given to another writer. What this one wrote last may not be stored, so its sources keep it.
    #[error("the lane belongs to the writer of epoch {epoch}")]
    Fenced {
        /// The other's.
        epoch: u64,
    },
    /// The broker lost frames that it had confirmed, and they are not at hand any more.
    #[error("the broker lost frames {from} to {to} that it had confirmed")]
    Lost {
        /// The first one.
        from: u64,
        /// The one after the last.
        to: u64,
    },
    /// The broker has stored more than this writer wrote in its epoch.
    #[error(
        "the broker stores {stored} frames of this epoch, and {written} were written: somebody else writes there"
    )]
    Foreign {
        /// By the broker.
        stored: u64,
        /// By this writer.
        written: u64,
    },
    /// The broker refuses for a reason that trying again does not mend.
    #[error("{0}")]
    Fault(String),
}

/// Why a packet was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// The lane is full: the packet may be offered again when [`LaneWriter::has_room`] says so.
    Full(Packet),
    /// The packet cannot cross.
    Unfit(WriteError),
}

/// Why a packet cannot cross the lane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// It cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// It closes a group that is not open.
    #[error("a group is closed that was not opened")]
    Unbalanced,
    /// The lane is to end inside of groups.
    #[error("the lane ends inside of {depth} open groups")]
    OpenGroups {
        /// How many are open.
        depth: u32,
    },
}

/// Whether frames are kept by somebody before they are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// No: what is lost with the process is written again from its sources, in a new epoch.
    Off,
    /// Yes: the lane is resumed in the same epoch.
    On,
}

/// A writer's state as its journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Its epoch.
    pub epoch: u64,
    /// Frames that the lane had before the epoch, where the broker counts ([`LaneWriter::base`]).
    pub base: Option<u64>,
    /// The frames that are not known to be confirmed, in order and without holes.
    pub frames: Vec<(u64, Bytes)>,
    /// Number of the next new frame.
    pub next_number: u64,
    /// Sequence of the next new packet.
    pub next_seq: u64,
    /// Open groups before that packet.
    pub depth: u32,
}

#[derive(Debug)]
enum Phase {
    /// Publishes and hears of outcomes.
    Flowing,
    /// Something went wrong: waits before it asks the broker.
    Waiting {
        until: Duration,
    },
    /// Has asked the broker.
    Locating,
    Ended(WriterEnd),
}

/// The writing end of a lane.
#[derive(Debug)]
pub struct LaneWriter {
    name: Text,
    tuning: Tuning,
    epoch: u64,
    phase: Phase,
    /// Frames that the lane had before this epoch, where the broker counts.
    base: Option<u64>,
    /// Whether the frame that opens the epoch is known to be stored.
    is_open: bool,
    frames: Frames,
    building: Option<Building>,
    /// A packet that did not fit beside the others while too many frames were under way. It begins the next frame.
    aside: Option<Packet>,
    /// Length of the frame before, a guess at that of the next.
    usual_bytes: usize,
    next_seq: u64,
    /// Open groups before the packet `next_seq`.
    depth: u32,
    /// Packets below this may be written.
    credit: u64,
    /// Whether the frame in the making is to be closed when there is room for it.
    is_flushing: bool,
    ending: Ending,
    round: u64,
    /// Failures one after another.
    failures: u32,
    /// Since when nothing moves for want of credit, and when the broker was asked last.
    stalled: Option<Duration>,
    is_inspecting: bool,
    counts: WriterCounts,
}

#[derive(Debug)]
struct Building {
    frame: FrameBuilder,
    since: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    /// The last frame is to be closed.
    Wanted(LaneEnd),
    /// The last frame stands among the others.
    Written,
}

impl LaneWriter {
    /// Opens the lane in a new epoch. `info` is what the broker said when the epoch was claimed.
    ///
    /// # Errors
    ///
    /// Fails when the lane cannot work as it is tuned.
    pub fn open(
        name: &str,
        epoch: u64,
        info: &LaneInfo,
        tuning: Tuning,
        journal: Journal,
    ) -> Result<Self, WriterError> {
        tuning.check()?;
        let name = Text::from(name);
        let opening = Kept::new(FrameBuilder::epoch(&name, epoch, 0, 0)?, 0);
        let mut frames = Frames::new(journal, 0);
        frames.push(opening);
        frames.skip_journal();
        // What an earlier epoch left is not taken yet: its room comes with the reader's credit.
        let is_empty = info.waiting.is_none_or(|waiting| waiting == 0);
        let credit = if is_empty {
            u64::from(tuning.capacity)
        } else {
            0
        };
        Ok(Self {
            base: info.stored,
            credit,
            frames,
            ..Self::blank(name, epoch, tuning)
        })
    }

    /// Goes on where a journal ends, in the same epoch.
    ///
    /// # Errors
    ///
    /// Fails when the lane cannot work as it is tuned.
    pub fn resume(name: &str, resume: Resume, tuning: Tuning) -> Result<Self, WriterError> {
        tuning.check()?;
        let first = resume
            .frames
            .first()
            .map_or(resume.next_number, |(number, _)| *number);
        let mut frames = Frames::new(Journal::On, first);
        for (_, frame) in resume.frames {
            let end_seq = crate::frame::Decoder::head(&frame)?.end_seq();
            frames.push(Kept::new(frame, end_seq));
        }
        frames.resume();
        Ok(Self {
            base: resume.base,
            is_open: true,
            frames,
            next_seq: resume.next_seq,
            depth: resume.depth,
            phase: Phase::Waiting {
                until: Duration::ZERO,
            },
            ..Self::blank(Text::from(name), resume.epoch, tuning)
        })
    }

    fn blank(name: Text, epoch: u64, tuning: Tuning) -> Self {
        Self {
            name,
            tuning,
            epoch,
            phase: Phase::Flowing,
            base: None,
            is_open: false,
            frames: Frames::new(Journal::Off, 0),
            building: None,
            aside: None,
            usual_bytes: 0,
            next_seq: 0,
            depth: 0,
            credit: 0,
            is_flushing: false,
            ending: Ending::No,
            round: 0,
            failures: 0,
            stalled: None,
            is_inspecting: false,
            counts: WriterCounts::default(),
        }
    }

    /// Whether a packet would be taken now.
    pub fn has_room(&self) -> bool {
        let may_write = self.ending == Ending::No && self.next_seq < self.credit;
        may_write
            && self.aside.is_none()
            && self.end().is_none()
            && (!self.is_frame_full() || self.may_seal())
    }

    /// Takes a packet.
    ///
    /// # Errors
    ///
    /// Gives it back when the lane is full; fails when it cannot cross, and is then as before.
    pub fn offer(&mut self, packet: Packet, now: Duration) -> Result<(), NotTaken> {
        if !self.has_room() {
            return Err(NotTaken::Full(packet));
        }
        if self.is_frame_full() {
            self.seal(None).map_err(NotTaken::Unfit)?;
        }
        self.put(packet, now).map_err(NotTaken::Unfit)
    }

    fn put(&mut self, packet: Packet, now: Duration) -> Result<(), WriteError> {
        let depth = self.depth.checked_add_signed(i32::from(packet.nesting()));
        let depth = depth.ok_or(WriteError::Unbalanced)?;
        let bytes_max = self.tuning.message_bytes_max;
        match self.building(now).frame.push(&packet, bytes_max) {
            Ok(()) => {}
            Err(EncodeError::TooLarge { .. }) if self.has_begun() => {
                return self.put_into_next(packet, now);
            }
            Err(error) => return Err(error.into()),
        }
        self.depth = depth;
        self.next_seq += 1;
        if self.is_frame_full() && self.may_seal() {
            self.seal(None)?;
        }
        Ok(())
    }

    /// The packet does not fit beside the others: it begins the next frame.
    #[cold]
    fn put_into_next(&mut self, packet: Packet, now: Duration) -> Result<(), WriteError> {
        if !self.may_seal() {
            let place = Place::default();
            let mut alone = FrameBuilder::new(&self.name, place, 0, 0, self.usual_bytes);
            alone.push(&packet, self.tuning.message_bytes_max)?;
            self.aside = Some(packet);
            return Ok(());
        }
        self.seal(None)?;
        self.put(packet, now)
    }

    fn has_begun(&self) -> bool {
        self.building
            .as_ref()
            .is_some_and(|building| !building.frame.is_empty())
    }

    fn building(&mut self, now: Duration) -> &mut Building {
        let place = Place {
            epoch: self.epoch,
            number: self.frames.next_number(),
        };
        self.building.get_or_insert_with(|| Building {
            frame: FrameBuilder::new(
                &self.name,
                place,
                self.next_seq,
                self.depth,
                self.usual_bytes,
            ),
            since: now,
        })
    }

    fn is_frame_full(&self) -> bool {
        self.building.as_ref().is_some_and(|building| {
            building.frame.packets() >= self.tuning.frame_packets
                || building.frame.bytes() >= self.tuning.frame_bytes
        })
    }

    fn may_seal(&self) -> bool {
        self.frames.unconfirmed() < u64::from(self.tuning.window)
    }

    /// Closes the frame in the making; the last one may be empty.
    fn seal(&mut self, end: Option<LaneEnd>) -> Result<(), WriteError> {
        self.is_flushing = false;
        let Some(building) = self.building.take() else {
            return Ok(());
        };
        let frame = building.frame.finish(end)?;
        self.usual_bytes = frame.len() + frame.len() / 8;
        self.counts.frames += 1;
        self.counts.bytes += frame.len() as u64;
        self.frames.push(Kept::new(frame, self.next_seq));
        Ok(())
    }

    /// Says that no packet is at hand: a frame does not wait for more while nothing is under way.
    pub fn idle(&mut self) {
        if self.has_begun() && self.frames.unconfirmed() == 0 {
            self.is_flushing = true;
        }
    }

    /// Closes the frame in the making.
    pub fn flush(&mut self) {
        self.is_flushing = self.has_begun();
    }

    /// Ends the lane after what was taken.
    ///
    /// # Errors
    ///
    /// Fails inside of groups, unless the end is [`LaneEnd::Forced`]: then the reader closes them.
    pub fn close(&mut self, end: LaneEnd) -> Result<(), WriteError> {
        if self.depth > 0 && end == LaneEnd::Finished {
            return Err(WriteError::OpenGroups { depth: self.depth });
        }
        if self.ending == Ending::No {
            self.ending = Ending::Wanted(end);
        }
        Ok(())
    }

    /// What is to be done next, if anything. To be asked until it is nothing.
    ///
    /// # Errors
    ///
    /// Only as writing a frame into memory fails: never.
    pub fn poll(&mut self, now: Duration) -> Result<Option<WriterAction>, WriteError> {
        match self.phase {
            Phase::Flowing => {}
            Phase::Waiting { until } if now >= until => {
                self.phase = Phase::Locating;
                return Ok(Some(WriterAction::Locate));
            }
            Phase::Waiting { .. } | Phase::Locating | Phase::Ended(_) => return Ok(None),
        }
        self.seal_if_due(now)?;
        // A journal without the epoch's base would be of no use.
        if let Some((place, kept)) = self.frames.to_journal(self.epoch).filter(|_| self.is_open) {
            let (end_seq, frame) = (kept.end_seq, kept.frame.clone());
            return Ok(Some(WriterAction::Journal {
                place,
                end_seq,
                frame,
            }));
        }
        if let Some(action) = self.publish() {
            return Ok(Some(action));
        }
        Ok(self.is_inspection_due(now).then_some(WriterAction::Locate))
    }

    fn seal_if_due(&mut self, now: Duration) -> Result<(), WriteError> {
        if !self.may_seal() {
            return Ok(());
        }
        if let Some(packet) = self.aside.take() {
            self.seal(None)?;
            self.put(packet, now)?;
        }
        if let Ending::Wanted(end) = self.ending {
            self.building(now);
            self.seal(Some(end))?;
            self.ending = Ending::Written;
        }
        let is_late = self
            .building
            .as_ref()
            .is_some_and(|building| now >= building.since + self.tuning.linger);
        if is_late || self.is_flushing || self.is_frame_full() {
            self.seal(None)?;
        }
        Ok(())
    }

    fn publish(&mut self) -> Option<WriterAction> {
        let number = self.frames.to_publish()?;
        // Until the epoch is open, nothing follows the frame that opens it.
        if !self.is_open && number > 0 {
            return None;
        }
        let (frame, is_again) = self.frames.publish()?;
        self.counts.published += 1;
        self.counts.resent += u64::from(is_again);
        Some(WriterAction::Publish {
            round: self.round,
            place: Place {
                epoch: self.epoch,
                number,
            },
            after: self.base.map(|base| base + number),
            frame,
        })
    }

    /// Notes that the journal has the frame.
    pub fn on_journaled(&mut self, number: u64) {
        self.frames.journaled(number);
    }

    /// Notes the reader's credit.
    pub fn on_credit(&mut self, credit: Credit) {
        if credit.epoch > self.epoch && self.end().is_none() {
            self.phase = Phase::Ended(WriterEnd::Fenced {
                epoch: credit.epoch,
            });
        }
        if credit.epoch == self.epoch {
            // No reader can have taken what was not written.
            let sensible = self.next_seq + u64::from(self.tuning.capacity);
            self.credit = self.credit.max(credit.limit.min(sensible));
        }
    }

    /// Notes that the broker stored a frame.
    pub fn on_confirmed(&mut self, round: u64, number: u64, now: Duration) {
        if round != self.round || !matches!(self.phase, Phase::Flowing) {
            return;
        }
        self.failures = 0;
        self.is_open = true;
        self.frames.confirm(number, now, self.tuning.keep_confirmed);
        self.end_if_written();
    }

    fn end_if_written(&mut self) {
        if self.ending == Ending::Written && self.frames.unconfirmed() == 0 {
            self.phase = Phase::Ended(WriterEnd::Closed);
        }
    }

    /// When [`LaneWriter::poll`] is to be called even if nothing happens.
    pub fn deadline(&self) -> Option<Duration> {
        match self.phase {
            Phase::Ended(_) | Phase::Locating => None,
            Phase::Waiting { until } => Some(until),
            Phase::Flowing => {
                let linger = self.building.as_ref().filter(|_| self.may_seal());
                let linger = linger.map(|building| building.since + self.tuning.linger);
                let stall = self.stalled.map(|since| since + self.tuning.stall);
                linger.into_iter().chain(stall).min()
            }
        }
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<&WriterEnd> {
        match &self.phase {
            Phase::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// Whether the broker cannot be reached, or refuses: packets wait meanwhile.
    pub fn is_degraded(&self) -> bool {
        self.failures > recovery::FAILURES_UNTIL_DEGRADED
    }

    /// The writer's epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Frames that the lane had before the epoch, as soon as that is certain and if the broker counts; for the journal.
    pub fn base(&self) -> Option<u64> {
        self.base.filter(|_| self.is_open)
    }

    /// Sequence of the next packet.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Packets below this are stored by the broker. What they were made of may be acknowledged.
    pub fn confirmed_seq(&self) -> u64 {
        self.frames.confirmed_seq()
    }

    /// Frames below this are stored by the broker.
    pub fn confirmed_frames(&self) -> u64 {
        self.frames.confirmed()
    }

    /// What it did so far.
    pub fn counts(&self) -> WriterCounts {
        self.counts
    }
}

/// Why a writer cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriterError {
    /// The lane cannot work as it is tuned.
    #[error(transparent)]
    Tuning(#[from] TuningError),
    /// A frame cannot be written into memory.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The journal holds something else.
    #[error("the journal holds something that is no frame")]
    Journal(#[from] crate::frame::DecodeError),
}
