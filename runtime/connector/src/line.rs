//! The waiting line of writers at a full connector.
//!
//! First come, first served: room that becomes free is granted to the writer at the head of the line and kept for it,
//! so a writer that never waits cannot starve one that does.

use std::collections::VecDeque;

use crate::target::Target;

/// Writers that wait, and room granted to those that were woken.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// In order of their tickets.
    waiting: VecDeque<(u64, Target)>,
    next_ticket: u64,
    /// Slots kept for woken writers that have not run yet.
    granted: u64,
}

impl Line {
    /// Whether a writer that does not wait may take one of `free` slots.
    ///
    /// Those in the line come first. A writer that had its share since it waited last must leave what is free to those
    /// that were woken and have not run yet.
    pub(crate) fn admits_newcomer(&self, free: u64, share_is_used: bool) -> bool {
        self.waiting.is_empty() && free > self.granted && !(share_is_used && self.granted > 0)
    }

    /// Joins the line.
    pub(crate) fn join(&mut self, target: Target) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back((ticket, target));
        ticket
    }

    /// Whether the holder of this ticket was granted room.
    pub(crate) fn is_granted(&self, ticket: u64) -> bool {
        self.waiting
            .front()
            .is_none_or(|(first, _)| *first > ticket)
    }

    /// Uses up the grant of a ticket.
    pub(crate) fn redeem(&mut self) {
        self.granted = self.granted.saturating_sub(1);
    }

    /// Leaves the line, giving up a grant if there was one.
    pub(crate) fn leave(&mut self, ticket: u64) {
        if self.is_granted(ticket) {
            self.redeem();
        } else {
            self.waiting.retain(|(waiting, _)| *waiting != ticket);
        }
    }

    /// Grants one of `free` slots to the head of the line and returns whom to wake.
    pub(crate) fn grant(&mut self, free: u64) -> Option<Target> {
        if free <= self.granted {
            return None;
        }
        let (_, target) = self.waiting.pop_front()?;
        self.granted += 1;
        Some(target)
    }

    /// Lets the head of the line go without a grant, when the reader has gone.
    pub(crate) fn dismiss(&mut self) -> Option<Target> {
        self.waiting.pop_front().map(|(_, target)| target)
    }

    /// The processes that wait.
    pub(crate) fn processes(&self) -> impl Iterator<Item = u32> {
        self.waiting.iter().map(|(_, target)| target.process())
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}
