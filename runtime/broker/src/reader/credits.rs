//! The credit that a reader gives.

use std::time::Duration;

use super::Cursor;
use crate::lane::{Credit, Tuning};

/// What was given so far.
#[derive(Debug)]
pub(super) struct Credits {
    given: Option<(Credit, Duration)>,
    /// Packets of the epoch below this are where they were to go.
    pub(super) accepted: u64,
}

impl Credits {
    /// Begins where so many packets are where they were to go.
    pub(super) fn new(accepted: u64) -> Self {
        Self {
            given: None,
            accepted,
        }
    }

    /// Credit to be sent now: when a quarter of the capacity became free, and again and again in case it got lost.
    pub(super) fn next(
        &mut self,
        next: Option<&Cursor>,
        tuning: &Tuning,
        now: Duration,
    ) -> Option<Credit> {
        let next = next?;
        let credit = Credit {
            epoch: next.place.epoch,
            limit: self.accepted + u64::from(tuning.capacity),
        };
        let is_due = match self.given {
            Some((given, at)) if given.epoch == credit.epoch => {
                let room = credit.limit.saturating_sub(given.limit);
                room >= u64::from(tuning.capacity.div_ceil(4)) || now >= at + tuning.stall
            }
            _ => true,
        };
        if !is_due {
            return None;
        }
        self.given = Some((credit, now));
        Some(credit)
    }

    pub(super) fn deadline(&self, stall: Duration) -> Option<Duration> {
        self.given.map(|(_, at)| at + stall)
    }
}
