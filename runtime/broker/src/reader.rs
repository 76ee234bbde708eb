//! The reading end of a lane, without a broker: deliveries go in, packets and acknowledgements come out.
//!
//! A broker delivers at least once and, after any restart of either side, in any order. A [`LaneReader`] hands packets on
//! once and in the order in which they were written:
//!
//! - A frame that comes too early is held **without being acknowledged**; acknowledging and dropping it would lose it.
//! - A frame that was handed on and comes again is dropped. It is acknowledged only if the first delivery was: the broker
//!   may have handed it over again because work on it takes long, and that work may still fail.
//! - Frames are acknowledged in order, when all that was made of them is done ([`LaneReader::done`]), and a group of
//!   packets only when it is closed. So what the broker still has is always a whole end of the lane, and a reader that
//!   starts anew begins outside of groups. A group of more frames than half the prefetch is acknowledged as it goes:
//!   waiting for its end would stop the lane.
//! - A frame of an earlier epoch than the one that was handed on is of a writer that lost the lane: dropped.
//! - A frame that is missing and that the broker does not have is a gap: the lane stops. Nothing is skipped silently.
//!
//! Where the broker counts what it stores, the reader knows what must come next even when it starts anew or when the epoch
//! changes. Where it does not, the reader waits [`Tuning::settle`](crate::lane::Tuning::settle) for what belongs before.

mod arrivals;
mod credits;
mod handing;
mod work;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use millstream_packet::Packet;

use crate::frame::{DecodeError, Decoder, LaneEnd, Place};
use crate::lane::{Credit, Tuning, TuningError};
use arrivals::Arrivals;
use credits::Credits;
use handing::Current;
pub use handing::REPAIRED_HEADER;
use work::{Delivered, Work};

/// A frame as a broker delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<T> {
    /// What the broker knows this delivery by.
    pub tag: T,
    /// The broker's count of the frame in the lane, from 1, if it counts.
    pub stored: Option<u64>,
    /// The frame.
    pub frame: Bytes,
}

/// Where a reader begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Where it left off, as a store has it.
    At(Cursor),
    /// After the highest frame that was ever acknowledged, by the broker's count. Readers acknowledge in order, so what is
    /// there before it was acknowledged too, and the broker did not hear of it.
    After(u64),
    /// After what was acknowledged last ([`LaneReader::acknowledged`]), as somebody remembers who is asked to before each
    /// acknowledgement: for brokers that do not count. What was made of packets after that is gone.
    Acknowledged(Cursor),
    /// At the beginning of the lane: nothing of it was ever acknowledged.
    Beginning,
}

/// Where a reader is, between two packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The frame of the next packet.
    pub place: Place,
    /// Sequence of the next packet in the epoch.
    pub seq: u64,
    /// Open groups before that packet.
    pub depth: u32,
    /// The broker's count of the frame, if it counts.
    pub stored: Option<u64>,
}

/// Where a packet comes from. The same packet has the same origin however often it is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The frame.
    pub place: Place,
    /// The packet's sequence in the epoch.
    pub seq: u64,
}

/// A packet that is handed on, or word of a frame that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The packet. A frame without packets is told of too: a store that did not know of it would wait for it in vain
    /// when it has been acknowledged.
    pub packet: Option<Packet>,
    /// Where it comes from; a bracket that the reader made itself has the origin of the packet after it.
    pub origin: Origin,
    /// Whether it is the last of its frame: when it is done, the frame is.
    pub is_last: bool,
}

/// What the driver of a reader is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderAction<T> {
    /// Acknowledges a delivery: the broker forgets the frame.
    Ack(T),
    /// Says that a delivery is being worked on.
    Touch(T),
    /// Gives a delivery back: it is to be delivered again later.
    Return(T),
    /// Sends credit to the writer.
    Credit(Credit),
    /// Asks whether the broker still has the frame of this count, then calls [`LaneReader::on_inspected`].
    Inspect(u64),
}

/// How a reader ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReaderEnd {
    /// All packets were handed on and the lane ends.
    #[error("the lane ended")]
    Closed(LaneEnd),
    /// A message in the lane is no frame that can be read.
    #[error("a message in the lane cannot be read: {0}")]
    Unreadable(DecodeError),
    /// The broker does not have a frame that was not handed on.
    #[error("frame {stored} of the lane is gone from the broker, and was not read")]
    Gap {
        /// The broker's count of it.
        stored: u64,
    },
    /// A frame does not continue the one before.
    #[error("frame {} of epoch {} begins with packet {told}, and {expected} comes next", place.number, place.epoch)]
    OutOfSequence {
        /// The frame.
        place: Place,
        /// What it says.
        told: u64,
        /// What must come.
        expected: u64,
    },
    /// A frame begins at another depth than the one before ended, or closes what is not open.
    #[error("frame {} of epoch {} begins inside of {told} groups, and {expected} are open", place.number, place.epoch)]
    Unbalanced {
        /// The frame.
        place: Place,
        /// What it says.
        told: u32,
        /// What is open.
        expected: u32,
    },
}

/// Why a reader cannot begin.
pub type ReaderError = TuningError;

/// Exact counts of a reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReaderCounts {
    /// Frames that were delivered, however often.
    pub delivered: u64,
    /// Deliveries of frames that had been handed on.
    pub duplicates: u64,
    /// Deliveries of writers that had lost the lane.
    pub fenced: u64,
    /// The most frames that were held at once because one before them was missing.
    pub held_max: u64,
    /// Deliveries that were given back for want of room.
    pub returned: u64,
    /// Packets that were handed on.
    pub packets: u64,
    /// Brackets that the reader made because their writer was gone.
    pub repaired: u64,
    /// Groups so large that they are acknowledged as they go: a restart inside of one tears it.
    pub long_groups: u64,
}

/// The reading end of a lane.
#[derive(Debug)]
pub struct LaneReader<T> {
    tuning: Tuning,
    /// The next packet, when that is known.
    next: Option<Cursor>,
    /// Whether nothing was handed on yet by a reader that knows nothing of what was handed on before.
    is_anew: bool,
    arrivals: Arrivals<T>,
    decoder: Decoder,
    current: Option<Current>,
    work: Work<T>,
    credits: Credits,
    /// Deliveries that are not handed on, by the broker's count; to be acknowledged in order with the others.
    useless: BTreeMap<u64, T>,
    actions: VecDeque<ReaderAction<T>>,
    end: Option<ReaderEnd>,
    counts: ReaderCounts,
}

impl<T: Clone + PartialEq> LaneReader<T> {
    /// Begins to read.
    ///
    /// # Errors
    ///
    /// Fails when the lane cannot work as it is tuned.
    pub fn new(start: Start, tuning: Tuning) -> Result<Self, ReaderError> {
        tuning.check()?;
        Ok(Self {
            next: match start {
                Start::At(cursor) => Some(cursor),
                // Those behind the reader start anew as well, and outside of groups.
                Start::Acknowledged(cursor) => Some(Cursor { depth: 0, ..cursor }),
                Start::After(_) | Start::Beginning => None,
            },
            is_anew: !matches!(start, Start::At(_)),
            arrivals: Arrivals::new(start),
            decoder: Decoder::default(),
            current: None,
            work: Work::default(),
            credits: Credits::new(match start {
                Start::At(cursor) | Start::Acknowledged(cursor) => cursor.seq,
                Start::After(_) | Start::Beginning => 0,
            }),
            useless: BTreeMap::new(),
            actions: VecDeque::new(),
            end: None,
            counts: ReaderCounts::default(),
            tuning,
        })
    }

    /// Notes a delivery.
    pub fn on_delivery(&mut self, delivery: Delivery<T>, now: Duration) {
        self.counts.delivered += 1;
        let head = match Decoder::head(&delivery.frame) {
            Ok(head) => head,
            Err(error) => return self.fail(ReaderEnd::Unreadable(error)),
        };
        let place = head.place;
        if self.is_past(place) || self.arrivals.is_passed(delivery.stored) {
            self.arrivals.note_stored(delivery.stored);
            let Delivery { tag, stored, .. } = delivery;
            self.drop_again(place, Delivered { tag, stored });
        } else {
            let held_max = self.tuning.resequence;
            let surplus = self.arrivals.hold(head, delivery, now, held_max);
            self.counts.duplicates += u64::from(surplus.useless.is_some());
            self.counts.returned += u64::from(surplus.too_many.is_some());
            if let Some(useless) = surplus.useless {
                self.let_go(useless);
            }
            let returns = surplus.too_many.map(ReaderAction::Return);
            self.actions.extend(returns);
        }
        self.advance(now);
        self.acknowledge();
        self.counts.held_max = self.counts.held_max.max(self.arrivals.len());
    }

    /// Whether the frame was handed on, or is of a writer that lost the lane.
    fn is_past(&self, place: Place) -> bool {
        let is_current = self
            .current
            .as_ref()
            .is_some_and(|current| place <= current.place());
        let is_over = matches!(self.end, Some(ReaderEnd::Closed(_)));
        is_current || is_over || self.next.is_some_and(|next| place < next.place)
    }

    fn drop_again(&mut self, place: Place, delivered: Delivered<T>) {
        let is_fenced = self.next.is_some_and(|next| place.epoch < next.place.epoch);
        if is_fenced && !self.work.knows(place) {
            self.counts.fenced += 1;
        } else {
            self.counts.duplicates += 1;
        }
        if let Some(useless) = self.work.replace(place, delivered) {
            self.let_go(useless);
        }
    }

    /// Acknowledges what is not handed on, as soon as all before it is acknowledged: a reader that starts anew takes what
    /// was acknowledged for the end of what was done.
    fn let_go(&mut self, delivered: Delivered<T>) {
        match delivered.stored {
            Some(stored) => {
                self.useless.insert(stored, delivered.tag);
            }
            None => self.actions.push_back(ReaderAction::Ack(delivered.tag)),
        }
    }

    /// The next packet, or word of a frame without packets, if it is there.
    pub fn take(&mut self, now: Duration) -> Option<Taken> {
        if self.current.is_none() {
            self.advance(now);
        }
        let current = self.current.as_mut()?;
        let taken = current.take();
        self.counts.packets += u64::from(taken.packet.is_some());
        if let Some(next) = &mut self.next {
            current.step(next, taken.packet.as_ref());
        }
        if taken.is_last {
            self.leave_frame();
        }
        Some(taken)
    }

    /// Notes that what was taken is where it was to go: there is room for more in the lane.
    pub fn accepted(&mut self) {
        if let Some(next) = &self.next {
            self.credits.accepted = next.seq;
        }
    }

    /// Notes that all packets of a frame, and all that was made of them, are where they cannot be lost.
    pub fn done(&mut self, place: Place) {
        self.work.done(place);
        self.acknowledge();
    }

    fn acknowledge(&mut self) {
        // Held frames take of the prefetch too: a group that is waited for must not keep out what is missing before them.
        let room = u64::from(self.tuning.prefetch / 2).saturating_sub(self.arrivals.len());
        let acknowledged = self.work.acknowledge(room);
        self.counts.long_groups += u64::from(acknowledged.is_inside_group);
        let acks = acknowledged.tags.into_iter().map(ReaderAction::Ack);
        self.actions.extend(acks);
        let pending = self.work.first_stored().or(self.arrivals.next_stored());
        if let Some(pending) = pending.filter(|_| !self.useless.is_empty()) {
            let rest = self.useless.split_off(&pending);
            let useless = std::mem::replace(&mut self.useless, rest);
            self.actions
                .extend(useless.into_values().map(ReaderAction::Ack));
        }
    }

    /// What is to be done next, if anything. To be asked until it is nothing.
    pub fn poll(&mut self, now: Duration) -> Option<ReaderAction<T>> {
        if self.current.is_none() {
            self.advance(now);
        }
        if let Some(action) = self.actions.pop_front() {
            return Some(action);
        }
        if let Some(tag) = self.tag_to_touch(now).filter(|_| !self.is_failed()) {
            return Some(ReaderAction::Touch(tag));
        }
        if self.end.is_some() {
            return None;
        }
        if let Some(credit) = self.credits.next(self.next.as_ref(), &self.tuning, now) {
            return Some(ReaderAction::Credit(credit));
        }
        // While a frame is being handed on, nothing is missing.
        let after = self.tuning.stall;
        let inspects = self.current.is_none();
        let stored = inspects.then(|| self.arrivals.inspection(now, after));
        stored.flatten().map(ReaderAction::Inspect)
    }

    fn tag_to_touch(&mut self, now: Duration) -> Option<T> {
        let every = self.tuning.ack_wait / 3;
        let working = self.work.touch_next(now, every);
        working.or_else(|| self.arrivals.touch_next(now, every))
    }

    /// Notes whether the broker has the frame of a count.
    pub fn on_inspected(&mut self, stored: u64, is_there: bool) {
        if self.current.is_some() {
            return;
        }
        let next = self.next;
        if let Some((head, next)) = self.arrivals.held_as(stored).zip(next) {
            // It is what the broker stored next, and does not continue what was handed on.
            let end = ReaderEnd::OutOfSequence {
                place: head.place,
                told: head.first_seq,
                expected: next.seq,
            };
            self.fail(end);
        } else if !is_there && self.arrivals.is_missing(stored) {
            self.fail(ReaderEnd::Gap { stored });
        }
    }

    fn fail(&mut self, end: ReaderEnd) {
        if self.end.is_none() {
            self.end = Some(end);
            self.current = None;
        }
    }

    fn is_failed(&self) -> bool {
        !matches!(self.end, None | Some(ReaderEnd::Closed(_)))
    }

    /// When [`LaneReader::poll`] is to be called even if nothing happens.
    pub fn deadline(&self) -> Option<Duration> {
        let every = self.tuning.ack_wait / 3;
        let touch = [self.work.touched_at(), self.arrivals.touched_at()];
        let touch = touch.into_iter().flatten().map(|at| at + every);
        let touch = touch.filter(|_| !self.is_failed());
        let arrivals = self.arrivals.deadline(self.next.as_ref(), &self.tuning);
        let rest = [
            self.credits.deadline(self.tuning.stall),
            arrivals.filter(|_| self.current.is_none()),
        ];
        let rest = rest.into_iter().flatten().filter(|_| self.end.is_none());
        touch.chain(rest).min()
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<&ReaderEnd> {
        self.end.as_ref()
    }

    /// Whether there is something that is not acknowledged.
    pub fn is_working(&self) -> bool {
        !self.work.is_empty() || !self.useless.is_empty()
    }

    /// Where it is, for a store; `None` before it has begun.
    pub fn cursor(&self) -> Option<Cursor> {
        self.next
    }

    /// Where a reader would begin that knows no more than what was acknowledged.
    pub fn acknowledged(&self) -> Option<Cursor> {
        self.work.acknowledged()
    }

    /// Open groups after the packet that was handed on last.
    pub fn depth(&self) -> u32 {
        self.next.map_or(0, |next| next.depth)
    }

    /// What it did so far.
    pub fn counts(&self) -> ReaderCounts {
        self.counts
    }
}
