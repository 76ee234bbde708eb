//! What the broker has of a lane.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use rand::Rng as _;
use rand::rngs::SmallRng;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Faults, Kind};
use crate::lane::Tuning;
use crate::link::{Claim, LinkError, ReaderEvent, WriterEvent};
use crate::reader::{Cursor, Delivery, Start};
use crate::writer::LaneInfo;

/// How far a delivery may be moved to the front.
const REORDER_REACH: usize = 40;

/// Events on their way to an end of a lane, each with the time at which it arrives.
#[derive(Debug)]
pub(super) struct Mailbox<E> {
    events: Mutex<Vec<(Instant, E)>>,
    pub(super) notify: Notify,
}

impl<E> Default for Mailbox<E> {
    fn default() -> Self {
        Self {
            events: Mutex::default(),
            notify: Notify::new(),
        }
    }
}

impl<E> Mailbox<E> {
    pub(super) fn send(&self, event: E, after: Duration) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push((Instant::now() + after, event));
        self.notify.notify_one();
    }

    fn clear(&self) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.clear();
    }

    /// The first event that has arrived, or when the next one will.
    pub(super) fn receive(&self) -> Result<E, Option<Instant>> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let arrived = events.iter().position(|(at, _)| *at <= now);
        match arrived {
            Some(at) => Ok(events.remove(at).1),
            None => Err(events.iter().map(|(at, _)| *at).min()),
        }
    }
}

/// A delivery's name: the connection's number, and its own.
pub(super) type Tag = (u64, u64);

#[derive(Debug, Clone)]
struct Message {
    stored: u64,
    frame: Bytes,
}

#[derive(Debug)]
struct Pending {
    message: Message,
    since: Instant,
}

/// A lane of the broker.
#[derive(Debug, Default)]
pub(super) struct Lane {
    epoch: u64,
    last: u64,
    pub(super) frames_max: u64,
    queue: VecDeque<Message>,
    pending: BTreeMap<u64, Pending>,
    tags: BTreeMap<u64, u64>,
    next_tag: u64,
    /// Which connection of readers it is: their tags end with it, unless the broker counts.
    connection: u64,
    remembered: Option<Cursor>,
    prefetch: usize,
    ack_wait: Duration,
    pub(super) writers: Vec<Weak<Mailbox<WriterEvent>>>,
    reader: Weak<Mailbox<ReaderEvent<Tag>>>,
}

impl Lane {
    pub(super) fn claim(&mut self, claim: Claim) -> Result<u64, LinkError> {
        let epoch = match claim {
            Claim::Next => self.epoch + 1,
            Claim::Exactly(epoch) => epoch,
        };
        if epoch < self.epoch {
            return Err(LinkError::Fenced { epoch: self.epoch });
        }
        self.epoch = epoch;
        Ok(epoch)
    }

    pub(super) fn info(&self, kind: Kind) -> LaneInfo {
        match kind {
            Kind::Counting => LaneInfo {
                stored: Some(self.last),
                waiting: Some(self.waiting()),
                epoch: Some(self.epoch),
            },
            Kind::Plain => LaneInfo::default(),
        }
    }

    pub(super) fn waiting(&self) -> u64 {
        let queued = self.queue.iter().map(|message| message.stored);
        let mut all: Vec<u64> = queued.chain(self.pending.keys().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all.len() as u64
    }

    pub(super) fn has(&self, stored: u64) -> bool {
        self.pending.contains_key(&stored)
            || self.queue.iter().any(|message| message.stored == stored)
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn store(&mut self, frame: Bytes) {
        self.last += 1;
        let stored = self.last;
        self.queue.push_back(Message { stored, frame });
    }

    pub(super) fn open_reader(
        &mut self,
        kind: Kind,
        tuning: &Tuning,
    ) -> (Arc<Mailbox<ReaderEvent<Tag>>>, Start) {
        if let Some(earlier) = self.reader.upgrade() {
            earlier.clear();
            let by = "another reader opened the lane".to_owned();
            earlier.send(ReaderEvent::Replaced(by), Duration::ZERO);
        }
        self.deliver_again(kind);
        (self.prefetch, self.ack_wait) = (tuning.prefetch as usize, tuning.ack_wait);
        let mailbox = Arc::default();
        self.reader = Arc::downgrade(&mailbox);
        let start = match (kind, self.remembered) {
            (Kind::Counting, _) => {
                let gone = (1..=self.last).rev().find(|stored| !self.has(*stored));
                Start::After(gone.unwrap_or_default())
            }
            (Kind::Plain, Some(cursor)) => Start::Acknowledged(cursor),
            (Kind::Plain, None) => Start::Beginning,
        };
        (mailbox, start)
    }

    pub(super) fn restart(&mut self, kind: Kind) {
        for writer in self.writers.iter().filter_map(Weak::upgrade) {
            writer.clear();
            writer.send(WriterEvent::Disconnected, Duration::ZERO);
        }
        if let Some(reader) = self.reader.upgrade() {
            reader.clear();
            reader.notify.notify_one();
        }
        self.deliver_again(kind);
    }

    /// All that is not acknowledged goes before the rest.
    fn deliver_again(&mut self, kind: Kind) {
        let pending = std::mem::take(&mut self.pending);
        let mut all: BTreeMap<u64, Message> = pending
            .into_iter()
            .map(|(stored, pending)| (stored, pending.message))
            .collect();
        let mut rest = std::mem::take(&mut self.queue);
        rest.retain(|message| !all.contains_key(&message.stored));
        self.queue = std::mem::take(&mut all).into_values().chain(rest).collect();
        self.connection += 1;
        if kind == Kind::Plain {
            self.tags.clear();
        }
    }

    /// Hands over what may be handed over now. Returns when there will be more.
    pub(super) fn pump(
        &mut self,
        kind: Kind,
        faults: &Faults,
        rng: &mut SmallRng,
    ) -> Option<Instant> {
        let reader = self.reader.upgrade()?;
        let now = Instant::now();
        let mut percent = |percent: u32| percent > 0 && rng.random_range(0..100) < percent;
        if kind == Kind::Counting {
            let is_again = |pending: &Pending| now >= pending.since + self.ack_wait;
            let again: Vec<Message> = self
                .pending
                .values_mut()
                .filter(|pending| is_again(pending))
                .map(|pending| {
                    pending.since = now;
                    pending.message.clone()
                })
                .collect();
            // What is delivered again takes no more of the prefetch.
            for message in again {
                let event = self.deliver(kind, &message);
                reader.send(event, Duration::ZERO);
            }
        }
        while self.pending.len() < self.prefetch && !self.queue.is_empty() {
            let is_moved = kind == Kind::Counting && percent(faults.reordered);
            // What is overtaken can still be handed over, or the rule of `Tuning::check` would be of no use.
            let room = self.prefetch - self.pending.len();
            let reach = REORDER_REACH.min(self.queue.len()).min(room);
            let reach = if is_moved { reach } else { 1 };
            let Some(message) = self.queue.remove(reach - 1) else {
                break;
            };
            let is_twice = kind == Kind::Counting && percent(faults.redelivered);
            for _ in 0..=u8::from(is_twice) {
                reader.send(self.deliver(kind, &message), Duration::ZERO);
            }
        }
        let first = self.pending.values().map(|pending| pending.since).min();
        first
            .filter(|_| kind == Kind::Counting)
            .map(|since| since + self.ack_wait)
    }

    fn deliver(&mut self, kind: Kind, message: &Message) -> ReaderEvent<Tag> {
        self.next_tag += 1;
        self.tags.insert(self.next_tag, message.stored);
        let pending = Pending {
            message: message.clone(),
            since: Instant::now(),
        };
        self.pending.insert(message.stored, pending);
        ReaderEvent::Delivered(Delivery {
            tag: (self.connection, self.next_tag),
            stored: (kind == Kind::Counting).then_some(message.stored),
            frame: message.frame.clone(),
        })
    }

    pub(super) fn acknowledge(&mut self, (_, tag): Tag) {
        if let Some(stored) = self.tags.remove(&tag) {
            self.pending.remove(&stored);
            self.queue.retain(|message| message.stored != stored);
        }
    }

    pub(super) fn remember(&mut self, (connection, _): Tag, cursor: Option<Cursor>) {
        if connection == self.connection {
            self.remembered = cursor.or(self.remembered);
        }
    }

    pub(super) fn touch(&mut self, (_, tag): Tag) {
        let stored = self.tags.get(&tag);
        if let Some(pending) = stored.and_then(|stored| self.pending.get_mut(stored)) {
            pending.since = Instant::now();
        }
    }

    pub(super) fn give_back(&mut self, (_, tag): Tag) {
        let stored = self.tags.remove(&tag);
        let pending = stored.and_then(|stored| self.pending.remove(&stored));
        self.queue.extend(pending.map(|pending| pending.message));
    }
}
