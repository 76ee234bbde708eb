//! The frames of a writer, from the oldest that is kept to the newest that was made.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::Journal;
use crate::frame::Place;

/// A frame that may have to be sent again.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) frame: Bytes,
    pub(super) end_seq: u64,
    confirmed_at: Option<Duration>,
}

impl Kept {
    pub(super) fn new(frame: Bytes, end_seq: u64) -> Self {
        Self {
            frame,
            end_seq,
            confirmed_at: None,
        }
    }
}

/// Frames by number. Kept ≤ confirmed ≤ to be published ≤ journaled ≤ next.
#[derive(Debug)]
pub(super) struct Frames {
    kept: VecDeque<Kept>,
    kept_from: u64,
    /// All below are confirmed.
    confirmed: u64,
    confirmed_seq: u64,
    /// Confirmed before one below them was.
    ahead: BTreeSet<u64>,
    to_publish: u64,
    /// The highest that was ever published, plus one.
    published: u64,
    journaled: u64,
    journal: Journal,
}

impl Frames {
    pub(super) fn new(journal: Journal, first: u64) -> Self {
        Self {
            kept: VecDeque::new(),
            kept_from: first,
            confirmed: first,
            confirmed_seq: 0,
            ahead: BTreeSet::new(),
            to_publish: first,
            published: first,
            journaled: first,
            journal,
        }
    }

    pub(super) fn push(&mut self, kept: Kept) {
        self.kept.push_back(kept);
    }

    pub(super) fn next_number(&self) -> u64 {
        self.kept_from + self.kept.len() as u64
    }

    pub(super) fn unconfirmed(&self) -> u64 {
        self.next_number() - self.confirmed
    }

    pub(super) fn confirmed(&self) -> u64 {
        self.confirmed
    }

    pub(super) fn confirmed_seq(&self) -> u64 {
        self.confirmed_seq
    }

    pub(super) fn kept_from(&self) -> u64 {
        self.kept_from
    }

    pub(super) fn published(&self) -> u64 {
        self.published
    }

    fn get(&self, number: u64) -> Option<&Kept> {
        let at = usize::try_from(number.checked_sub(self.kept_from)?).ok()?;
        self.kept.get(at)
    }

    /// The frame that opens an epoch needs no journal: a writer without a journal of its epoch opens it anew.
    pub(super) fn skip_journal(&mut self) {
        self.journaled = self.next_number();
    }

    /// The frames so far come from the journal, and may all have been published.
    pub(super) fn resume(&mut self) {
        self.journaled = self.next_number();
        self.published = self.next_number();
    }

    pub(super) fn to_journal(&self, epoch: u64) -> Option<(Place, &Kept)> {
        if self.journal == Journal::Off {
            return None;
        }
        let number = self.journaled;
        Some((Place { epoch, number }, self.get(number)?))
    }

    pub(super) fn journaled(&mut self, number: u64) {
        self.journaled = self.journaled.max(number + 1);
    }

    /// The frame that is to be published next.
    pub(super) fn to_publish(&self) -> Option<u64> {
        let limit = match self.journal {
            Journal::Off => self.next_number(),
            Journal::On => self.journaled,
        };
        (self.to_publish < limit).then_some(self.to_publish)
    }

    /// The next frame, and whether it was published before.
    pub(super) fn publish(&mut self) -> Option<(Bytes, bool)> {
        let frame = self.get(self.to_publish)?.frame.clone();
        self.to_publish += 1;
        let is_again = self.to_publish <= self.published;
        self.published = self.published.max(self.to_publish);
        Some((frame, is_again))
    }

    /// Notes a frame as stored; drops what has been kept long enough.
    pub(super) fn confirm(&mut self, number: u64, now: Duration, keep: Duration) {
        if number < self.confirmed || number >= self.to_publish {
            return;
        }
        self.ahead.insert(number);
        while self.ahead.remove(&self.confirmed) {
            self.advance(now);
        }
        self.forget(now, keep);
    }

    /// All below are stored, and publishing goes on there.
    pub(super) fn rebase(&mut self, stored: u64, now: Duration, keep: Duration) {
        self.ahead.clear();
        self.to_publish = stored;
        // The broker may have lost what it had confirmed.
        self.confirmed = self.confirmed.min(stored);
        while self.confirmed < stored {
            self.advance(now);
        }
        self.forget(now, keep);
    }

    fn advance(&mut self, now: Duration) {
        let at = usize::try_from(self.confirmed - self.kept_from).unwrap_or(usize::MAX);
        if let Some(kept) = self.kept.get_mut(at) {
            kept.confirmed_at = Some(now);
            self.confirmed_seq = self.confirmed_seq.max(kept.end_seq);
        }
        self.confirmed += 1;
    }

    fn forget(&mut self, now: Duration, keep: Duration) {
        while self.kept_from < self.confirmed {
            let is_old = self
                .kept
                .front()
                .and_then(|kept| kept.confirmed_at)
                .is_some_and(|at| now.saturating_sub(at) >= keep);
            if !is_old {
                return;
            }
            self.kept.pop_front();
            self.kept_from += 1;
        }
    }
}
