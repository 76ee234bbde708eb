//! Numbers that stay with the entries of a list while the list changes, and come back with them on undo.

use std::collections::VecDeque;

/// No place: the number is in use no more.
const GONE: u32 = u32::MAX;

/// The numbers of the entries of a list.
///
/// # Shape
///
/// The place of a number is known at once; adding and removing cost as much as in the list itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    /// The number of each entry.
    order: Vec<u32>,
    /// The place of each number that was ever given out.
    places: Vec<u32>,
}

/// Numbers that go from a change to its inverse, so that what comes back has the number it had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tape {
    /// Numbers for what will be added, in order.
    pub(crate) given: VecDeque<u32>,
    /// Numbers of what was removed, in order.
    pub(crate) freed: Vec<u32>,
}

impl Ids {
    /// New numbers for a list of so many entries.
    pub(crate) fn renew(&mut self, len: usize) {
        self.order.clear();
        self.places.fill(GONE);
        for at in 0..len {
            let id = self.fresh();
            self.insert_id(at, id);
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = u32> + DoubleEndedIterator {
        self.order.iter().copied()
    }

    pub(crate) fn at(&self, place: usize) -> Option<u32> {
        self.order.get(place).copied()
    }

    pub(crate) fn place(&self, id: u32) -> Option<usize> {
        let place = *self.places.get(id as usize)?;
        (place != GONE).then_some(place as usize)
    }

    /// Gives a number to a new entry: the next of the tape, or one that nothing had yet.
    pub(crate) fn insert(&mut self, at: usize, tape: &mut Tape) -> u32 {
        let id = tape.given.pop_front().unwrap_or_else(|| self.fresh());
        self.insert_id(at, id);
        id
    }

    /// Takes the number of an entry that goes.
    pub(crate) fn remove(&mut self, at: usize, tape: &mut Tape) {
        if at < self.order.len() {
            let id = self.order.remove(at);
            self.set_place(id, GONE);
            self.settle_from(at);
            tape.freed.push(id);
        }
    }

    /// Numbers for so many entries: those that are there, and new ones behind them.
    pub(crate) fn resized(&mut self, len: usize) -> Vec<u32> {
        let mut ids: Vec<u32> = self.order.iter().copied().take(len).collect();
        while ids.len() < len {
            ids.push(self.fresh());
        }
        ids
    }

    /// Gives the entries of another list their numbers.
    pub(crate) fn assign(&mut self, order: Vec<u32>) {
        self.places.fill(GONE);
        self.order = order;
        self.settle_from(0);
    }

    pub(crate) fn fresh(&mut self) -> u32 {
        let id = small(self.places.len());
        self.places.push(GONE);
        id
    }

    fn insert_id(&mut self, at: usize, id: u32) {
        let at = at.min(self.order.len());
        self.order.insert(at, id);
        self.settle_from(at);
    }

    fn settle_from(&mut self, at: usize) {
        for place in at..self.order.len() {
            self.set_place(self.order[place], small(place));
        }
    }

    fn set_place(&mut self, id: u32, place: u32) {
        if let Some(slot) = self.places.get_mut(id as usize) {
            *slot = place;
        }
    }
}

impl Tape {
    /// The next numbers for a whole list, if the tape has any; nothing if this is no repetition.
    pub(crate) fn take(&mut self, len: usize) -> Option<Vec<u32>> {
        (!self.given.is_empty() && self.given.len() >= len)
            .then(|| self.given.drain(..len).collect())
    }

    /// Notes that all entries of a list went.
    pub(crate) fn free_all(&mut self, ids: &Ids) {
        self.freed.extend(ids.order.iter().rev());
    }

    /// The tape of two changes, of which this one comes first.
    pub(crate) fn before(mut self, second: Self) -> Self {
        self.given.extend(second.given);
        self.freed.extend(second.freed);
        self
    }

    /// The tape for the inverse: what was removed last is added first.
    pub(crate) fn turned(self) -> Self {
        Self {
            given: self.freed.into_iter().rev().collect(),
            freed: Vec::new(),
        }
    }
}

/// Lists of more than four thousand million entries do not fit into memory.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(GONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_their_entries_and_come_back() {
        let mut ids = Ids::default();
        ids.renew(4);
        assert_eq!(ids.iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        let mut tape = Tape::default();
        ids.remove(2, &mut tape);
        ids.remove(0, &mut tape);
        assert_eq!(
            (ids.place(3), ids.place(1), ids.place(2)),
            (Some(1), Some(0), None)
        );
        let mut back = tape.turned();
        ids.insert(0, &mut back);
        ids.insert(2, &mut back);
        assert_eq!(ids.iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(ids.insert(4, &mut back), 4);
    }
}
