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
    /// Room for writers that did not wait, when `free` slots are free.
    pub(crate) fn room_for_newcomer(&self, free: u64) -> bool {
        self.waiting.is_empty() && free > self.granted
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

    /// Grants `free` slots to those at the head of the line and returns the ones to wake.
    pub(crate) fn grant(&mut self, free: u64) -> impl Iterator<Item = Target> + use<> {
        let grants = free
            .saturating_sub(self.granted)
            .min(self.waiting.len() as u64);
        self.granted += grants;
        let woken: Vec<Target> = (0..grants)
            .filter_map(|_| self.waiting.pop_front())
            .map(|(_, target)| target)
            .collect();
        woken.into_iter()
    }

    /// Empties the line without grants, when the reader has gone.
    pub(crate) fn disband(&mut self) -> Vec<Target> {
        self.waiting.drain(..).map(|(_, target)| target).collect()
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
