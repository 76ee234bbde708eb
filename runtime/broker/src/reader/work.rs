//! Frames that were handed on and are not acknowledged yet.

use std::collections::VecDeque;
use std::time::Duration;

use super::Cursor;
use crate::frame::Place;

/// One of several deliveries of the same frame.
#[derive(Debug)]
pub(super) struct Delivered<T> {
    pub(super) tag: T,
    pub(super) stored: Option<u64>,
}

impl<T> Delivered<T> {
    /// Puts a newer delivery in place of this one. Returns one of the two to be acknowledged, if they are messages of their
    /// own: a frame may have been stored twice, and the one that was stored first counts. With a broker that counts, equal
    /// counts are one message, and its older tag would acknowledge the frame before it is done. Without, one message comes
    /// again only after the connection was lost, and then its older tag does nothing.
    pub(super) fn replace(&mut self, newer: Self) -> Option<Self> {
        if self.stored.is_some() && newer.stored > self.stored {
            return Some(newer);
        }
        let is_same = self.stored.is_some() && self.stored == newer.stored;
        let older = std::mem::replace(self, newer);
        (!is_same).then_some(older)
    }
}

#[derive(Debug)]
struct Working<T> {
    place: Place,
    delivered: Delivered<T>,
    is_done: bool,
    /// Where the reader is when the frame is done.
    after: Cursor,
    touched_at: Duration,
}

/// Frames in the order in which they were handed on.
#[derive(Debug)]
pub(super) struct Work<T> {
    frames: VecDeque<Working<T>>,
    /// Whether the group that is open was acknowledged in part.
    is_inside_group: bool,
    acknowledged: Option<Cursor>,
}

/// What can be acknowledged.
#[derive(Debug)]
pub(super) struct Acknowledged<T> {
    pub(super) tags: Vec<T>,
    /// Whether a group is acknowledged in part for the first time.
    pub(super) is_inside_group: bool,
}

impl<T> Default for Work<T> {
    fn default() -> Self {
        Self {
            frames: VecDeque::new(),
            is_inside_group: false,
            acknowledged: None,
        }
    }
}

impl<T: Clone> Work<T> {
    /// Begins a frame; `after` is where the reader is when it is done.
    pub(super) fn begin(
        &mut self,
        place: Place,
        delivered: Delivered<T>,
        after: Cursor,
        now: Duration,
    ) {
        self.frames.push_back(Working {
            place,
            delivered,
            is_done: false,
            after,
            touched_at: now,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The broker's count of the first frame.
    pub(super) fn first_stored(&self) -> Option<u64> {
        self.frames.front().and_then(|frame| frame.delivered.stored)
    }

    pub(super) fn acknowledged(&self) -> Option<Cursor> {
        self.acknowledged
    }

    fn find(&mut self, place: Place) -> Option<&mut Working<T>> {
        let at = self
            .frames
            .binary_search_by_key(&place, |frame| frame.place)
            .ok()?;
        self.frames.get_mut(at)
    }

    pub(super) fn knows(&mut self, place: Place) -> bool {
        self.find(place).is_some()
    }

    /// The frame was delivered again. Returns what is to be acknowledged: the delivery itself when the frame is not worked
    /// on any more.
    pub(super) fn replace(&mut self, place: Place, newer: Delivered<T>) -> Option<Delivered<T>> {
        match self.find(place) {
            Some(frame) => frame.delivered.replace(newer),
            None => Some(newer),
        }
    }

    pub(super) fn done(&mut self, place: Place) {
        if let Some(frame) = self.find(place) {
            frame.is_done = true;
        }
    }

    /// Takes out what can be acknowledged: what is done, from the first frame on, up to where no group is open; or all
    /// that is done, when there are more frames than `room`.
    pub(super) fn acknowledge(&mut self, room: u64) -> Acknowledged<T> {
        let done = self.frames.iter().take_while(|frame| frame.is_done).count();
        let whole = self
            .frames
            .iter()
            .take(done)
            .rposition(|frame| frame.after.depth == 0)
            .map_or(0, |at| at + 1);
        let is_stuffed = self.frames.len() as u64 >= room;
        let count = if is_stuffed { done } else { whole };
        let was_inside = self.is_inside_group;
        if let Some(last) = count.checked_sub(1).and_then(|at| self.frames.get(at)) {
            self.acknowledged = Some(last.after);
            self.is_inside_group = last.after.depth > 0;
        }
        Acknowledged {
            tags: self
                .frames
                .drain(..count)
                .map(|frame| frame.delivered.tag)
                .collect(),
            is_inside_group: self.is_inside_group && !was_inside,
        }
    }

    pub(super) fn touch_next(&mut self, now: Duration, every: Duration) -> Option<T> {
        let frame = self
            .frames
            .iter_mut()
            .find(|frame| now >= frame.touched_at + every)?;
        frame.touched_at = now;
        Some(frame.delivered.tag.clone())
    }

    pub(super) fn touched_at(&self) -> Option<Duration> {
        self.frames.iter().map(|frame| frame.touched_at).min()
    }
}
