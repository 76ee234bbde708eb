//! How a writer finds its place again after anything that went wrong.

use std::time::Duration;

use super::{LaneWriter, Phase, WriterEnd};

/// The broker is said to be in trouble when it has failed more often than this, one time after another.
pub(super) const FAILURES_UNTIL_DEGRADED: u32 = 5;

/// What a broker says about a lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LaneInfo {
    /// Frames that it ever stored, if it counts them.
    pub stored: Option<u64>,
    /// Frames among them that are not acknowledged yet, if it says so.
    pub waiting: Option<u64>,
    /// The epoch that may write. To be read after `stored`, or a frame of that epoch could be taken for one's own.
    pub epoch: Option<u64>,
}

/// Why a frame was not stored, or is not known to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The lane holds as much as it may: tried again soon.
    Full,
    /// The lane stands elsewhere than the frame says.
    OutOfPlace,
    /// No answer, or nobody there: it may be stored or not.
    Unknown,
    /// The lane belongs to a writer of this epoch.
    Fenced(u64),
    /// Something that trying again does not mend.
    Fault(String),
}

impl LaneWriter {
    /// Notes that a frame was refused, or that its outcome will not be known.
    pub fn on_refused(&mut self, round: u64, refusal: Refusal, now: Duration) {
        if round != self.round || !matches!(self.phase, Phase::Flowing) {
            return;
        }
        let wait = match refusal {
            Refusal::Full => {
                self.counts.full += 1;
                Duration::from_millis(1 << self.failures.min(4))
            }
            Refusal::OutOfPlace => Duration::from_millis(u64::from(self.failures.min(16))),
            Refusal::Unknown => Duration::from_millis(10 << self.failures.min(6)),
            Refusal::Fenced(epoch) => {
                self.phase = Phase::Ended(WriterEnd::Fenced { epoch });
                return;
            }
            Refusal::Fault(fault) => {
                self.phase = Phase::Ended(WriterEnd::Fault(fault));
                return;
            }
        };
        self.give_up(now + wait);
    }

    /// Notes that the connection was lost: the outcome of what is under way will not be known.
    pub fn on_disconnected(&mut self, now: Duration) {
        if matches!(self.phase, Phase::Flowing) {
            self.give_up(now);
        }
    }

    /// Gives up all that is under way, and asks the broker later.
    fn give_up(&mut self, until: Duration) {
        self.round += 1;
        self.failures = self.failures.saturating_add(1);
        self.counts.recoveries += 1;
        self.is_inspecting = false;
        self.phase = Phase::Waiting { until };
    }

    /// Notes what the broker said about the lane, or that it could not be asked.
    pub fn on_located(&mut self, info: Option<&LaneInfo>, now: Duration) {
        let is_inspecting = std::mem::take(&mut self.is_inspecting);
        match (&self.phase, info) {
            (Phase::Locating, Some(info)) => self.rebase(info, now),
            (Phase::Locating, None) => {
                self.failures = self.failures.saturating_add(1);
                let wait = Duration::from_millis(10 << self.failures.min(6));
                self.phase = Phase::Waiting { until: now + wait };
            }
            (Phase::Flowing, Some(info)) if is_inspecting => self.take_room(info),
            _ => {}
        }
    }

    fn rebase(&mut self, info: &LaneInfo, now: Duration) {
        if let Some(epoch) = info.epoch.filter(|epoch| *epoch > self.epoch) {
            self.phase = Phase::Ended(WriterEnd::Fenced { epoch });
            return;
        }
        self.phase = Phase::Flowing;
        let keep = self.tuning.keep_confirmed;
        if !self.is_open {
            self.base = info.stored;
            self.frames.rebase(0, now, keep);
            return;
        }
        let (Some(base), Some(stored)) = (self.base, info.stored) else {
            self.frames.rebase(self.frames.confirmed(), now, keep);
            return;
        };
        let (kept_from, written) = (self.frames.kept_from(), self.frames.published());
        match stored.checked_sub(base) {
            Some(stored) if stored > written => {
                self.phase = Phase::Ended(WriterEnd::Foreign { stored, written });
            }
            Some(stored) if stored >= kept_from => {
                self.frames.rebase(stored, now, keep);
                self.end_if_written();
                self.take_room(info);
            }
            lost => {
                let (from, to) = (lost.unwrap_or_default(), self.frames.confirmed());
                self.phase = Phase::Ended(WriterEnd::Lost { from, to });
            }
        }
    }

    /// Whether credit has been missing for so long that the broker is to be asked; it notes that it is.
    pub(super) fn is_inspection_due(&mut self, now: Duration) -> bool {
        if !self.is_out_of_credit() {
            self.stalled = None;
            return false;
        }
        let since = *self.stalled.get_or_insert(now);
        if now < since + self.tuning.stall || self.is_inspecting {
            return false;
        }
        self.stalled = Some(now);
        self.is_inspecting = true;
        self.counts.stalls += 1;
        true
    }

    /// Whether all that was written is stored, and no more may be written.
    fn is_out_of_credit(&self) -> bool {
        self.next_seq >= self.credit && self.is_open && self.is_all_stored()
    }

    fn is_all_stored(&self) -> bool {
        self.building.is_none() && self.frames.unconfirmed() == 0
    }

    /// A lane in which all is stored and nothing waits is empty, whatever became of the reader's credit.
    fn take_room(&mut self, info: &LaneInfo) {
        if info.waiting == Some(0) && self.is_all_stored() {
            let room = self.next_seq + u64::from(self.tuning.capacity);
            self.credit = self.credit.max(room);
        }
    }
}
