//! The waiting line of writers at a full connector.
//!
//! First come, first served: one slot that becomes free is granted to the writer at the head of the line and kept for it,
//! so a writer that never waits cannot starve one that does. Nobody else is called before that writer has come; when it
//! fills its slot it calls the next, and may go on until it has had its share. So a reader that takes many packets calls
//! one writer, and a writer that is called sends several packets.

use std::collections::VecDeque;

use crate::target::Target;

/// How much of its share a writer has had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    share: u32,
    /// Packets that it put in since it was called last.
    used: u32,
    /// Whether it was called and has not joined the line again.
    called: bool,
    /// Packets that may follow as long as nobody else writes.
    ahead: u32,
    /// Where the next of them goes.
    tail: u64,
}

impl Turn {
    pub(crate) fn new(share: u32) -> Self {
        Self {
            share,
            used: 0,
            called: false,
            ahead: 0,
            tail: 0,
        }
    }

    fn is_used(self) -> bool {
        self.used >= self.share
    }

    /// Whether the writer, having written last and alone since it was admitted, may go on without being admitted again.
    pub(crate) fn goes_on(self, tail: u64) -> bool {
        self.ahead > 0 && self.tail == tail
    }

    /// Notes a packet that goes in at `tail`.
    pub(crate) fn take_one(&mut self, tail: u64) {
        self.used = self.used.saturating_add(1);
        self.ahead = self.ahead.saturating_sub(1);
        self.tail = tail + 1;
    }

    /// Joins the line.
    pub(crate) fn end(&mut self) {
        (self.called, self.ahead) = (false, 0);
    }
}

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
    /// Whether a writer, with its ticket if it waits, may take one of `free` slots now; uses up its grant.
    pub(crate) fn admit(&mut self, free: u64, ticket: Option<u64>, turn: &mut Turn) -> bool {
        match ticket {
            Some(ticket) if self.is_granted(ticket) => {
                self.redeem();
                (turn.used, turn.called) = (0, true);
            }
            None if self.admits(free, *turn) => {}
            Some(_) | None => return false,
        }
        turn.ahead = if self.is_busy() {
            turn.share.saturating_sub(turn.used)
        } else {
            turn.share
        };
        true
    }

    /// Whether a writer that does not wait may take one of `free` slots.
    ///
    /// Those in the line come first, but for a writer that was called and has not had its share. A writer that had its
    /// share must leave what is free to those that were called and have not run yet.
    fn admits(&self, free: u64, turn: Turn) -> bool {
        if free <= self.granted {
            false
        } else if self.waiting.is_empty() {
            !(turn.is_used() && self.granted > 0)
        } else {
            turn.called && !turn.is_used()
        }
    }

    fn is_busy(&self) -> bool {
        self.granted > 0 || !self.waiting.is_empty()
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
    fn redeem(&mut self) {
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

    /// Grants one of `free` slots to the head of the line and returns whom to wake, unless somebody has been called who
    /// will call the next.
    pub(crate) fn grant(&mut self, free: u64) -> Option<Target> {
        if self.granted > 0 {
            return None;
        }
        self.grant_one_more(free)
    }

    /// As [`Line::grant`], whoever has been called.
    pub(crate) fn grant_one_more(&mut self, free: u64) -> Option<Target> {
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

    /// Slots kept for those that were called.
    pub(crate) fn granted(&self) -> u64 {
        self.granted
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether somebody is to be called when there is room.
    pub(crate) fn is_calling(&self) -> bool {
        self.granted == 0 && !self.waiting.is_empty()
    }
}
