//! The reading end of a lane at the broker inside the process.

use std::sync::{Arc, Weak};
use std::time::Duration;

use rand::Rng as _;
use tokio::time::{Instant, sleep_until};

use super::lane::{Mailbox, Tag};
use super::{MemoryBroker, State};
use crate::lane::{Credit, LaneName};
use crate::link::{ReaderEvent, ReaderLink, WriterEvent};
use crate::reader::Cursor;

/// The reading end of a lane.
#[derive(Debug)]
pub struct MemoryReader {
    broker: MemoryBroker,
    lane: LaneName,
    mailbox: Arc<Mailbox<ReaderEvent<Tag>>>,
}

impl MemoryReader {
    pub(super) fn new(
        broker: MemoryBroker,
        lane: LaneName,
        mailbox: Arc<Mailbox<ReaderEvent<Tag>>>,
    ) -> Self {
        Self {
            broker,
            lane,
            mailbox,
        }
    }
}

impl State {
    /// Hands over what may be handed over. Returns when there will be more.
    pub(super) fn pump(&mut self, name: &LaneName) -> Option<Instant> {
        if self.is_down() {
            return self.down_until;
        }
        let Self {
            kind,
            rng,
            faults,
            lanes,
            ..
        } = self;
        lanes.get_mut(name)?.pump(*kind, faults, rng)
    }
}

impl ReaderLink for MemoryReader {
    type Tag = Tag;

    async fn event(&mut self) -> ReaderEvent<Tag> {
        loop {
            let notified = self.mailbox.notify.notified();
            let more_at = self.broker.lock().pump(&self.lane);
            let arrives_at = match self.mailbox.receive() {
                Ok(event) => return event,
                Err(at) => at,
            };
            match more_at.into_iter().chain(arrives_at).min() {
                None => notified.await,
                Some(at) => tokio::select! {
                    () = notified => {}
                    () = sleep_until(at) => {}
                },
            }
        }
    }

    async fn ack(&mut self, tag: Tag, acknowledged: Option<Cursor>) {
        let mut state = self.broker.lock();
        let faults = state.faults;
        let is_lost = state.kind == super::Kind::Counting && state.chance(faults.ack_lost);
        if !is_lost && !state.is_down() {
            let lane = state.lane(&self.lane);
            lane.remember(tag, acknowledged);
            lane.acknowledge(tag);
            state.pump(&self.lane);
        }
    }

    async fn touch(&mut self, tag: Tag) {
        self.broker.lock().lane(&self.lane).touch(tag);
    }

    async fn give_back(&mut self, tag: Tag) {
        self.broker.lock().lane(&self.lane).give_back(tag);
    }

    async fn credit(&mut self, credit: Credit) {
        let mut state = self.broker.lock();
        let faults = state.faults;
        if state.is_down() || state.chance(faults.credit_lost) {
            return;
        }
        let millis = u64::try_from(faults.credit_delay.as_millis()).unwrap_or(u64::MAX);
        let delay = Duration::from_millis(state.rng.random_range(0..=millis));
        let writers = &state.lane(&self.lane).writers;
        for writer in writers.iter().filter_map(Weak::upgrade) {
            writer.send(WriterEvent::Credit(credit), delay);
        }
    }

    async fn has(&mut self, stored: u64) -> Option<bool> {
        let mut state = self.broker.lock();
        if state.is_down() {
            return None;
        }
        Some(state.lane(&self.lane).has(stored))
    }

    async fn flush(&mut self) {}
}
