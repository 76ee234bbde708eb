//! Frames that came and whose turn it is not yet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

use super::work::Delivered;
use super::{Cursor, Delivery, Start};
use crate::frame::{FrameHead, Place};
use crate::lane::Tuning;

/// A frame that is held without being acknowledged.
#[derive(Debug)]
pub(super) struct Held<T> {
    pub(super) delivered: Delivered<T>,
    pub(super) head: FrameHead,
    pub(super) frame: Bytes,
    came_at: Duration,
    touched_at: Duration,
}

/// What is not held.
#[derive(Debug)]
pub(super) struct Surplus<T> {
    /// A delivery of a frame that is held twice.
    pub(super) useless: Option<Delivered<T>>,
    /// A delivery for which there is no room.
    pub(super) too_many: Option<T>,
}

impl<T> Default for Surplus<T> {
    fn default() -> Self {
        Self {
            useless: None,
            too_many: None,
        }
    }
}

/// A frame whose turn it is.
#[derive(Debug)]
pub(super) struct InTurn<T> {
    pub(super) held: Held<T>,
    /// Frames of an earlier epoch for which something is missing for ever: its writer never knew them as stored, so what
    /// they were made of is done again.
    pub(super) overtaken: Vec<T>,
}

/// Held frames in their order, and what is known about those before them.
#[derive(Debug)]
pub(super) struct Arrivals<T> {
    held: BTreeMap<Place, Held<T>>,
    /// The broker's count of the frame that must come next, where it counts.
    next_stored: Option<u64>,
    /// Counts above `next_stored` of frames that need not be waited for.
    passed: BTreeSet<u64>,
    /// When something came or was handed on.
    moved_at: Duration,
    /// When something was handed on.
    taken_at: Duration,
    inspected_at: Duration,
}

impl<T: Clone> Arrivals<T> {
    pub(super) fn new(start: Start) -> Self {
        let next_stored = match start {
            Start::At(cursor) | Start::Acknowledged(cursor) => cursor.stored,
            Start::After(acknowledged) => Some(acknowledged + 1),
            Start::Beginning => None,
        };
        Self {
            held: BTreeMap::new(),
            next_stored,
            passed: BTreeSet::new(),
            moved_at: Duration::ZERO,
            taken_at: Duration::ZERO,
            inspected_at: Duration::ZERO,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.held.len() as u64
    }

    /// Holds a frame. Returns the tags of those that are of no use, and of one for which there is no room: the one that is
    /// farthest away.
    pub(super) fn hold(
        &mut self,
        head: FrameHead,
        delivery: Delivery<T>,
        now: Duration,
        held_max: u32,
    ) -> Surplus<T> {
        self.moved_at = now;
        let mut surplus = Surplus::default();
        let delivered = Delivered {
            tag: delivery.tag,
            stored: delivery.stored,
        };
        if let Some(held) = self.held.get_mut(&head.place) {
            surplus.useless = held.delivered.replace(delivered);
            let useless = surplus.useless.as_ref();
            self.note_stored(useless.and_then(|useless| useless.stored));
            return surplus;
        }
        let held = Held {
            delivered,
            frame: delivery.frame,
            came_at: now,
            touched_at: now,
            head,
        };
        self.held.insert(held.head.place, held);
        if self.held.len() > held_max as usize {
            surplus.too_many = self.held.pop_last().map(|(_, held)| held.delivered.tag);
        }
        surplus
    }

    /// Lets all go.
    pub(super) fn drain(&mut self) -> Vec<Delivered<T>> {
        let held = std::mem::take(&mut self.held).into_values();
        held.map(|held| held.delivered).collect()
    }

    /// The broker's count of the frame that must come next, where it counts.
    pub(super) fn next_stored(&self) -> Option<u64> {
        self.next_stored
    }

    /// Takes the frame whose turn it is.
    pub(super) fn take(
        &mut self,
        next: Option<&Cursor>,
        settle: Duration,
        now: Duration,
    ) -> Option<InTurn<T>> {
        let (place, since) = self.candidate(next)?;
        if since.is_some_and(|since| now < since + settle) {
            return None;
        }
        let mut rest = self.held.split_off(&place);
        let held = rest.remove(&place)?;
        let overtaken = std::mem::replace(&mut self.held, rest);
        self.note_stored(held.delivered.stored);
        (self.moved_at, self.taken_at) = (now, now);
        Some(InTurn {
            overtaken: overtaken
                .into_values()
                .map(|held| held.delivered.tag)
                .collect(),
            held,
        })
    }

    /// The held frame that may come next, and since when it waits for what may belong before it.
    fn candidate(&self, next: Option<&Cursor>) -> Option<(Place, Option<Duration>)> {
        let (place, held) = match (next, self.next_stored) {
            (Some(next), _) if self.held.contains_key(&next.place) => {
                return Some((next.place, None));
            }
            (Some(next), _) => self.opening_from(next.place.epoch.checked_add(1)?)?,
            (None, Some(_)) => self.held.first_key_value()?,
            (None, None) => self.opening_from(0)?,
        };
        match (held.delivered.stored, self.next_stored) {
            (Some(stored), Some(next_stored)) => (stored == next_stored).then_some((*place, None)),
            _ => Some((*place, Some(held.came_at.max(self.taken_at)))),
        }
    }

    /// The frame that opens the earliest epoch from this one on.
    fn opening_from(&self, epoch: u64) -> Option<(&Place, &Held<T>)> {
        let first = Place { epoch, number: 0 };
        let mut held = self.held.range(first..);
        held.find(|(place, _)| place.number == 0)
    }

    /// Notes that the frame of this count need not be waited for.
    pub(super) fn note_stored(&mut self, stored: Option<u64>) {
        let (Some(next), Some(stored)) = (&mut self.next_stored, stored) else {
            return;
        };
        if stored >= *next {
            self.passed.insert(stored);
        }
        while self.passed.remove(next) {
            *next += 1;
        }
    }

    /// Whether the frame of this count was handed on, or need not be.
    pub(super) fn is_passed(&self, stored: Option<u64>) -> bool {
        stored < self.next_stored && stored.is_some()
    }

    /// Whether the frame of this count is what must come next, and did not come.
    pub(super) fn is_missing(&self, stored: u64) -> bool {
        self.next_stored == Some(stored) && self.held_as(stored).is_none()
    }

    /// The held frame of this count.
    pub(super) fn held_as(&self, stored: u64) -> Option<&FrameHead> {
        let mut held = self.held.values();
        held.find(|held| held.delivered.stored == Some(stored))
            .map(|held| &held.head)
    }

    /// The count of a frame that has been missing for so long that the broker is to be asked about it.
    pub(super) fn inspection(&mut self, now: Duration, after: Duration) -> Option<u64> {
        let stored = self.next_stored.filter(|_| !self.held.is_empty())?;
        if now < self.moved_at.max(self.inspected_at) + after {
            return None;
        }
        self.inspected_at = now;
        Some(stored)
    }

    /// When something is to be looked at again.
    pub(super) fn deadline(&self, next: Option<&Cursor>, tuning: &Tuning) -> Option<Duration> {
        if self.held.is_empty() {
            return None;
        }
        if self.next_stored.is_some() {
            return Some(self.moved_at.max(self.inspected_at) + tuning.stall);
        }
        let (_, since) = self.candidate(next)?;
        Some(since.unwrap_or_default() + tuning.settle)
    }

    pub(super) fn touch_next(&mut self, now: Duration, every: Duration) -> Option<T> {
        let held = self
            .held
            .values_mut()
            .find(|held| now >= held.touched_at + every)?;
        held.touched_at = now;
        Some(held.delivered.tag.clone())
    }

    pub(super) fn touched_at(&self) -> Option<Duration> {
        self.held.values().map(|held| held.touched_at).min()
    }
}
