//! Handing on the packets of the frame whose turn it is.

use std::time::Duration;
use std::vec;

use millstream_packet::{Headers, Packet, Text, Value};

use super::arrivals::Held;
use super::{Cursor, LaneReader, Origin, ReaderAction, ReaderEnd, Taken};
use crate::frame::{Frame, FrameHead, LaneEnd, Place};

/// Marks a bracket that the reader made because the one who was to write it is gone.
pub const REPAIRED_HEADER: &str = "millstream-repaired";

/// A reader opens so many groups at most that it does not know: whoever says more is not to be believed.
const DEPTH_MAX: u32 = 1024;

/// A frame that is being handed on.
#[derive(Debug)]
pub(super) struct Current {
    place: Place,
    stored: Option<u64>,
    next_seq: u64,
    /// Brackets that stand before the first packet and were never written.
    before: u32,
    /// What they do: open groups that were torn at the beginning, or close those of a writer that is gone.
    repair: Repair,
    packets: vec::IntoIter<Packet>,
    /// Groups that the end of the lane leaves open.
    after: u32,
    end: Option<LaneEnd>,
}

#[derive(Debug, Clone, Copy)]
enum Repair {
    Open,
    Close,
}

impl Current {
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// The next packet; none if the frame has none.
    pub(super) fn take(&mut self) -> Taken {
        let (place, seq) = (self.place, self.next_seq);
        let packet = self.next_packet();
        let is_last = self.before == 0 && self.packets.len() == 0 && self.after == 0;
        Taken {
            packet,
            origin: Origin { place, seq },
            is_last,
        }
    }

    fn next_packet(&mut self) -> Option<Packet> {
        if self.before > 0 {
            self.before -= 1;
            return Some(self.repair.bracket());
        }
        if let Some(packet) = self.packets.next() {
            self.next_seq += 1;
            return Some(packet);
        }
        self.after = self.after.checked_sub(1)?;
        Some(Repair::Close.bracket())
    }

    /// Moves the cursor behind the packet that was taken.
    pub(super) fn step(&self, next: &mut Cursor, packet: Option<&Packet>) {
        let nesting = packet.map_or(0, Packet::nesting);
        next.seq = self.next_seq;
        next.stored = self.stored;
        next.depth = next.depth.saturating_add_signed(i32::from(nesting));
    }
}

impl Repair {
    fn bracket(self) -> Packet {
        let packet = match self {
            Self::Open => Packet::open(Value::NULL),
            Self::Close => Packet::close(Value::NULL),
        };
        let pair = (Text::from(REPAIRED_HEADER), Text::from("true"));
        packet.with_headers(Headers {
            pairs: vec![pair],
            ..Headers::default()
        })
    }
}

impl<T: Clone + PartialEq> LaneReader<T> {
    /// Makes the next frame current, if it is there.
    pub(super) fn advance(&mut self, now: Duration) {
        if self.current.is_some() || self.end.is_some() {
            return;
        }
        let settle = self.tuning.settle;
        let Some(in_turn) = self.arrivals.take(self.next.as_ref(), settle, now) else {
            return;
        };
        self.counts.fenced += in_turn.overtaken.len() as u64;
        let overtaken = in_turn.overtaken.into_iter().map(ReaderAction::Ack);
        self.actions.extend(overtaken);
        if let Err(end) = self.enter(in_turn.held, now) {
            self.fail(end);
        }
    }

    /// Checks that the frame continues what was handed on, and makes it current.
    fn enter(&mut self, held: Held<T>, now: Duration) -> Result<(), ReaderEnd> {
        let Frame { head, packets } = self
            .decoder
            .frame(&held.frame)
            .map_err(ReaderEnd::Unreadable)?;
        let next = self.next.filter(|next| next.place == head.place);
        let expected = next.map_or(head.first_seq, |next| next.seq);
        let skip = skipped(&head, expected)?;
        let depths = Depths::of(&head, &packets, skip)?;
        let (before, repair) = self.repair(&head, next.is_some(), depths.begin)?;
        if next.is_none() {
            self.credits.accepted = expected;
        }
        self.is_anew = false;
        let stored = held.delivered.stored;
        self.next = Some(Cursor {
            place: head.place,
            seq: expected,
            depth: self.depth(),
            stored,
        });
        let (kept, after) = match head.end {
            Some(_) => (0, depths.end),
            None => (depths.end, 0),
        };
        self.counts.repaired += u64::from(before) + u64::from(after);
        let done = Cursor {
            place: following(head.place),
            seq: head.end_seq(),
            depth: kept,
            stored: stored.map(|stored| stored + 1),
        };
        self.work.begin(head.place, held.delivered, done, now);
        let mut packets = packets.into_iter();
        packets.by_ref().take(skip).for_each(drop);
        self.current = Some(Current {
            place: head.place,
            stored,
            next_seq: expected,
            before,
            repair,
            packets,
            after,
            end: head.end,
        });
        Ok(())
    }

    /// How many brackets stand before the frame that nobody wrote, and which.
    fn repair(
        &self,
        head: &FrameHead,
        is_next: bool,
        depth_in: u32,
    ) -> Result<(u32, Repair), ReaderEnd> {
        let depth = self.depth();
        if is_next && depth == depth_in {
            Ok((0, Repair::Close))
        } else if head.opens_epoch && depth >= depth_in {
            // Another writer goes on: what it does not know of is closed.
            Ok((depth - depth_in, Repair::Close))
        } else if self.is_anew && depth_in <= DEPTH_MAX {
            // The reader starts anew, inside of a group that was too long to be kept.
            Ok((depth_in, Repair::Open))
        } else {
            Err(unbalanced(head, depth))
        }
    }

    /// The last packet of the frame was handed on.
    pub(super) fn leave_frame(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        if let Some(next) = &mut self.next {
            next.place = following(next.place);
            next.stored = current.stored.map(|stored| stored + 1);
        }
        if let Some(end) = current.end {
            self.end = Some(ReaderEnd::Closed(end));
            // A later writer did not know that all was written.
            let surplus = self.arrivals.drain();
            self.counts.fenced += surplus.len() as u64;
            for delivered in surplus {
                self.arrivals.note_stored(delivered.stored);
                self.let_go(delivered);
            }
        }
    }
}

/// Packets of the frame that were handed on before.
fn skipped(head: &FrameHead, expected: u64) -> Result<usize, ReaderEnd> {
    let skip = expected.checked_sub(head.first_seq);
    let skip = skip.filter(|skip| *skip <= u64::from(head.packets));
    let skip = skip.and_then(|skip| usize::try_from(skip).ok());
    skip.ok_or(ReaderEnd::OutOfSequence {
        place: head.place,
        told: head.first_seq,
        expected,
    })
}

fn following(place: Place) -> Place {
    Place {
        number: place.number.saturating_add(1),
        ..place
    }
}

fn unbalanced(head: &FrameHead, expected: u32) -> ReaderEnd {
    ReaderEnd::Unbalanced {
        place: head.place,
        told: head.depth,
        expected,
    }
}

/// Open groups before the first packet that is handed on, and after the last one.
struct Depths {
    begin: u32,
    end: u32,
}

impl Depths {
    fn of(head: &FrameHead, packets: &[Packet], skip: usize) -> Result<Self, ReaderEnd> {
        let (before, rest) = packets.split_at(skip);
        let begin = depth_after(head.depth, before).ok_or_else(|| unbalanced(head, 0))?;
        let end = depth_after(begin, rest).ok_or_else(|| unbalanced(head, 0))?;
        Ok(Self { begin, end })
    }
}

/// Open groups after these packets; `None` when one closes what is not open.
fn depth_after(depth: u32, packets: &[Packet]) -> Option<u32> {
    let step = |depth: u32, packet: &Packet| depth.checked_add_signed(i32::from(packet.nesting()));
    packets.iter().try_fold(depth, step)
}
