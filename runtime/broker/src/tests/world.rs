//! A world of one lane for the model: a broker of thirty lines, a network that loses and reorders, workers that die.
//!
//! Everything random comes from one seed, and nothing takes time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use millstream_packet::{Packet, Value};
use rand::rngs::SmallRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::frame::{LaneEnd, Place};
use crate::lane::{Credit, Tuning};
use crate::reader::{Cursor, Delivery, LaneReader, ReaderAction, ReaderEnd, Start};
use crate::writer::{Journal, LaneInfo, LaneWriter, Refusal, Resume, WriterAction, WriterEnd};

/// What goes wrong, in percent of the occasions.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults {
    pub(super) refused: u32,
    pub(super) unknown: u32,
    pub(super) reordered: u32,
    pub(super) redelivered: u32,
    pub(super) credit_lost: u32,
    pub(super) ack_lost: u32,
    /// In per mille, as they are heavier.
    pub(super) writer_killed: u32,
    pub(super) reader_killed: u32,
    pub(super) broker_killed: u32,
}

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) packets: i64,
    /// Packets of each group; 0 for none.
    pub(super) group: i64,
    pub(super) tuning: Tuning,
    /// Whether the broker counts what it stores.
    pub(super) counts: bool,
    /// Whether the workers have stores: then every packet takes effect once.
    pub(super) stores: bool,
    pub(super) faults: Faults,
}

#[derive(Debug, Clone)]
struct Message {
    stored: u64,
    frame: Bytes,
}

struct Publish {
    /// Which writer hears of the outcome.
    life: u64,
    round: u64,
    number: u64,
    after: Option<u64>,
    frame: Bytes,
}

/// The broker: a queue that remembers how much it ever stored.
#[derive(Default)]
struct Broker {
    epoch: u64,
    last: u64,
    queue: VecDeque<Message>,
    /// Delivered and not acknowledged.
    pending: BTreeMap<u64, Message>,
    /// What a tag stands for.
    tags: BTreeMap<u64, u64>,
    next_tag: u64,
    /// What the reader said before it acknowledged.
    remembered: Option<Cursor>,
}

/// What survives the death of a writer that has a store.
#[derive(Debug, Clone, Default)]
struct Store {
    epoch: u64,
    base: Option<u64>,
    is_open: bool,
    frames: BTreeMap<u64, Bytes>,
    next_number: u64,
    next_seq: u64,
}

pub(super) struct World {
    plan: Plan,
    rng: SmallRng,
    now: Duration,
    source: Vec<Packet>,
    broker: Broker,
    writer: LaneWriter,
    life: u64,
    /// Packet of the source that is number 0 of the writer's epoch.
    from: usize,
    /// Packets of the source that are known to be stored.
    confirmed: usize,
    store: Store,
    publishes: VecDeque<Publish>,
    outcomes: VecDeque<(u64, u64, Result<(), Refusal>)>,
    credits: Vec<Credit>,
    reader: LaneReader<u64>,
    cursor: Option<Cursor>,
    /// Frames that were handed on and are not done.
    undone: Vec<Place>,
    /// What readers handed on; a reader without a store begins a new list.
    pub(super) logs: Vec<Vec<Packet>>,
    is_calm: bool,
    /// The farthest that a reader ever came: epoch and sequence.
    taken: (u64, u64),
}

fn source(plan: &Plan) -> Vec<Packet> {
    let mut packets = Vec::new();
    for number in 0..plan.packets {
        let in_group = plan.group > 0 && number % (plan.group + 1) != 0;
        if in_group && number % (plan.group + 1) == 1 {
            packets.push(Packet::open(number));
        }
        packets.push(Packet::data(number));
        let is_last = number % (plan.group + 1) == plan.group || number + 1 == plan.packets;
        if in_group && is_last {
            packets.push(Packet::close(Value::NULL));
        }
    }
    packets
}

impl World {
    pub(super) fn new(plan: Plan) -> Self {
        let mut broker = Broker::default();
        let writer = open(&plan, &mut broker);
        Self {
            rng: SmallRng::seed_from_u64(plan.seed),
            now: Duration::from_secs(1),
            source: source(&plan),
            writer,
            life: 0,
            from: 0,
            confirmed: 0,
            store: Store {
                epoch: 1,
                ..Store::default()
            },
            publishes: VecDeque::new(),
            outcomes: VecDeque::new(),
            credits: Vec::new(),
            reader: LaneReader::new(start(&plan, &broker, None), plan.tuning).expect("it is tuned"),
            broker,
            cursor: None,
            undone: Vec::new(),
            logs: vec![Vec::new()],
            is_calm: false,
            taken: (0, 0),
            plan,
        }
    }

    pub(super) fn source(&self) -> &[Packet] {
        &self.source
    }

    pub(super) fn tell(&self) -> String {
        format!(
            "{:?}\n{:?}\n{:?}\nlast {} queue {} pending {}",
            self.writer,
            self.reader,
            self.plan,
            self.broker.last,
            self.broker.queue.len(),
            self.broker.pending.len()
        )
    }

    fn chance(&mut self, percent: u32) -> bool {
        !self.is_calm && self.rng.random_range(0..100) < percent
    }

    fn rarely(&mut self, per_mille: u32) -> bool {
        !self.is_calm && self.rng.random_range(0..1000) < per_mille
    }

    /// Lets things happen in random order, and goes wrong; then nothing goes wrong any more until all is over.
    pub(super) fn run(&mut self) -> bool {
        for _ in 0..self.plan.packets * 12 + 50 {
            self.step();
            self.bound_holds();
        }
        self.is_calm = true;
        for _ in 0..60_000 {
            if self.is_over() {
                return true;
            }
            self.step();
        }
        false
    }

    fn is_over(&self) -> bool {
        let is_read = matches!(
            self.reader.end(),
            Some(ReaderEnd::Closed(LaneEnd::Finished))
        );
        let is_written = self.writer.end() == Some(&WriterEnd::Closed);
        is_read && is_written && !self.reader.is_working() && self.broker.pending.is_empty()
    }

    fn step(&mut self) {
        match self.rng.random_range(0..10) {
            0 | 1 => self.write(),
            2 => self.broker_stores(),
            3 => self.broker_answers(),
            4 | 5 => self.broker_delivers(),
            6 => self.read(),
            7 => self.finish_work(),
            8 => self.credit_arrives(),
            _ => self.time_passes(),
        }
        let faults = self.plan.faults;
        if self.rarely(faults.broker_killed) {
            self.kill_broker();
        }
        if self.rarely(faults.writer_killed) && self.writer.end().is_none() {
            self.kill_writer();
        }
        if self.rarely(faults.reader_killed) && self.reader.end().is_none() {
            self.kill_reader();
        }
    }

    /// Packets that are written in this epoch and not taken never exceed the capacity.
    fn bound_holds(&mut self) {
        let Some(cursor) = self.reader.cursor() else {
            return;
        };
        // A reader that starts anew takes again what was taken before.
        self.taken = self.taken.max((cursor.place.epoch, cursor.seq));
        let (epoch, taken) = self.taken;
        if epoch == self.writer.epoch() {
            let depth = self.writer.next_seq().saturating_sub(taken);
            assert!(
                depth <= u64::from(self.plan.tuning.capacity),
                "{}",
                self.tell()
            );
        }
    }

    fn write(&mut self) {
        for _ in 0..self.rng.random_range(1..4) {
            let at = self.from + usize::try_from(self.writer.next_seq()).expect("it is small");
            match self.source.get(at) {
                Some(packet) if self.writer.has_room() => {
                    let packet = packet.clone();
                    self.writer.offer(packet, self.now).expect("there is room");
                }
                Some(_) => {}
                None => self
                    .writer
                    .close(LaneEnd::Finished)
                    .expect("all groups are closed"),
            }
        }
        if self.rng.random() {
            self.writer.idle();
        }
        self.drive_writer();
    }

    fn drive_writer(&mut self) {
        self.note_confirmed();
        while let Some(action) = self.writer.poll(self.now).expect("it is written") {
            match action {
                WriterAction::Journal {
                    place,
                    end_seq,
                    frame,
                } => {
                    self.store.frames.insert(place.number, frame);
                    self.store.next_number = place.number + 1;
                    self.store.next_seq = end_seq;
                    self.writer.on_journaled(place.number);
                }
                WriterAction::Publish {
                    round,
                    place,
                    after,
                    frame,
                } => {
                    self.publishes.push_back(Publish {
                        life: self.life,
                        round,
                        number: place.number,
                        after,
                        frame,
                    });
                }
                WriterAction::Locate => {
                    let info = self.broker.info(self.plan.counts);
                    let is_known = !self.chance(self.plan.faults.unknown);
                    self.writer.on_located(is_known.then_some(&info), self.now);
                }
            }
        }
        self.note_confirmed();
    }

    fn note_confirmed(&mut self) {
        let confirmed = usize::try_from(self.writer.confirmed_seq()).expect("it is small");
        self.confirmed = self.confirmed.max(self.from + confirmed);
        if self.writer.confirmed_frames() > 0 && !self.store.is_open {
            self.store.is_open = true;
            self.store.base = self.writer.base();
            self.store.next_number = 1;
        }
        let confirmed = self.writer.confirmed_frames();
        self.store.frames.retain(|number, _| *number >= confirmed);
    }

    fn broker_stores(&mut self) {
        let Some(publish) = self.publishes.pop_front() else {
            return;
        };
        let faults = self.plan.faults;
        let frames_max = self.plan.tuning.frames_max();
        let outcome = if self.chance(faults.refused) {
            Err(Refusal::Full)
        } else if self.chance(faults.unknown) {
            Err(Refusal::Unknown)
        } else if publish.after.is_some_and(|after| after != self.broker.last) {
            Err(Refusal::OutOfPlace)
        } else if self.broker.len() >= frames_max {
            Err(Refusal::Full)
        } else {
            self.broker.store(publish.frame);
            if self.chance(faults.unknown) {
                Err(Refusal::Unknown)
            } else {
                Ok(())
            }
        };
        if publish.life == self.life {
            self.outcomes
                .push_back((publish.round, publish.number, outcome));
        }
    }

    fn broker_answers(&mut self) {
        if let Some((round, number, outcome)) = self.outcomes.pop_front() {
            match outcome {
                Ok(()) => self.writer.on_confirmed(round, number, self.now),
                Err(refusal) => self.writer.on_refused(round, refusal, self.now),
            }
            self.drive_writer();
        }
    }

    fn broker_delivers(&mut self) {
        let faults = self.plan.faults;
        // Brokers that do not count deliver a message again only after the connection was lost.
        if self.plan.counts && self.chance(faults.redelivered) {
            let at = self.rng.random_range(0..self.broker.pending.len().max(1));
            if let Some(message) = self.broker.pending.values().nth(at).cloned() {
                self.broker.queue.push_back(message);
            }
        }
        if self.broker.pending.len() >= self.plan.tuning.prefetch as usize && !self.plan.counts {
            return;
        }
        let reorders = self.plan.counts && self.chance(faults.reordered);
        let reach = if reorders { 40 } else { 1 };
        let at = self
            .rng
            .random_range(0..reach.min(self.broker.queue.len().max(1)));
        let Some(message) = self.broker.queue.remove(at) else {
            return;
        };
        let tag = self.broker.deliver(&message);
        let delivery = Delivery {
            tag,
            stored: self.plan.counts.then_some(message.stored),
            frame: message.frame,
        };
        self.reader.on_delivery(delivery, self.now);
        self.drive_reader();
    }

    fn read(&mut self) {
        for _ in 0..self.rng.random_range(1..6) {
            let Some(taken) = self.reader.take(self.now) else {
                break;
            };
            let log = self.logs.last_mut().expect("there is one");
            log.extend(taken.packet);
            self.reader.accepted();
            // A store takes the effect and the cursor at once.
            self.cursor = self.reader.cursor();
            if taken.is_last {
                self.undone.push(taken.origin.place);
            }
        }
        self.drive_reader();
    }

    fn finish_work(&mut self) {
        if !self.undone.is_empty() {
            let at = self.rng.random_range(0..self.undone.len());
            let place = self.undone.swap_remove(at);
            self.reader.done(place);
            self.drive_reader();
        }
    }

    fn drive_reader(&mut self) {
        while let Some(action) = self.reader.poll(self.now) {
            match action {
                ReaderAction::Ack(tag) => {
                    let acknowledged = self.reader.acknowledged();
                    self.broker.remembered = acknowledged.or(self.broker.remembered);
                    // Acknowledgements of the others are part of the connection.
                    if !(self.plan.counts && self.chance(self.plan.faults.ack_lost)) {
                        self.broker.acknowledge(tag);
                    }
                }
                ReaderAction::Touch(_) => {}
                ReaderAction::Return(tag) => self.broker.take_back(tag, self.plan.counts),
                ReaderAction::Credit(credit) => {
                    if !self.chance(self.plan.faults.credit_lost) {
                        self.credits.push(credit);
                    }
                }
                ReaderAction::Inspect(stored) => {
                    let is_there = self.broker.has(stored);
                    self.reader.on_inspected(stored, is_there);
                }
            }
        }
        let failed = self
            .reader
            .end()
            .is_some_and(|end| !matches!(end, ReaderEnd::Closed(_)));
        assert!(!failed, "{}", self.tell());
    }

    fn credit_arrives(&mut self) {
        if !self.credits.is_empty() {
            let at = self.rng.random_range(0..self.credits.len());
            let credit = self.credits.swap_remove(at);
            self.writer.on_credit(credit);
            self.drive_writer();
        }
    }

    fn time_passes(&mut self) {
        // What was delivered before arrives before a reader has waited long for it.
        let is_stuffed = self.broker.pending.len() >= self.plan.tuning.prefetch as usize;
        let is_quiet = self.plan.counts || self.broker.queue.is_empty() || is_stuffed;
        let millis = self.rng.random_range(0..if is_quiet { 120 } else { 4 });
        self.now += Duration::from_millis(millis);
        let is_idle = self.broker.queue.is_empty() && self.publishes.is_empty();
        if self.is_calm && is_idle && self.plan.counts {
            // Nobody heard about these for long.
            self.broker
                .queue
                .extend(self.broker.pending.values().cloned());
        }
        self.drive_writer();
        self.drive_reader();
    }

    fn kill_broker(&mut self) {
        self.publishes.clear();
        self.outcomes.clear();
        self.credits.clear();
        self.restart_deliveries();
        self.writer.on_disconnected(self.now);
        self.drive_writer();
    }

    /// Brokers that do not count put what is delivered again before the rest, in any order.
    fn restart_deliveries(&mut self) {
        let again = self.broker.restart(self.plan.counts);
        if self.chance(self.plan.faults.reordered) {
            self.broker.queue.make_contiguous()[..again].shuffle(&mut self.rng);
        }
    }

    fn kill_writer(&mut self) {
        self.life += 1;
        // What it sent may still arrive.
        self.outcomes.clear();
        self.credits.clear();
        if self.plan.stores && self.store.is_open {
            self.publishes.clear();
            let resume = Resume {
                epoch: self.store.epoch,
                base: self.store.base,
                frames: self.store.frames.clone().into_iter().collect(),
                next_number: self.store.next_number,
                next_seq: self.store.next_seq,
                depth: self
                    .depth_at(self.from + usize::try_from(self.store.next_seq).expect("small")),
            };
            self.writer = LaneWriter::resume("w", resume, self.plan.tuning).expect("it is tuned");
            if self
                .store
                .frames
                .values()
                .last()
                .is_some_and(|frame| ends(frame))
            {
                self.writer
                    .close(LaneEnd::Finished)
                    .expect("all groups are closed");
            }
        } else {
            self.from = self.confirmed;
            // A writer begins outside of groups: what it does again begins with the group.
            while self.depth_at(self.from) > 0 {
                self.from -= 1;
            }
            self.confirmed = self.from;
            self.writer = open(&self.plan, &mut self.broker);
            self.store = Store {
                epoch: self.broker.epoch,
                ..Store::default()
            };
        }
    }

    fn depth_at(&self, at: usize) -> u32 {
        let depth: i32 = self.source[..at]
            .iter()
            .map(|packet| i32::from(packet.nesting()))
            .sum();
        u32::try_from(depth).expect("the source is balanced")
    }

    fn kill_reader(&mut self) {
        self.undone.clear();
        self.credits.clear();
        self.restart_deliveries();
        let cursor = self.cursor.filter(|_| self.plan.stores);
        let start = start(&self.plan, &self.broker, cursor);
        self.reader = LaneReader::new(start, self.plan.tuning).expect("it is tuned");
        if cursor.is_none() && !self.plan.stores {
            self.logs.push(Vec::new());
        }
    }
}

fn ends(frame: &[u8]) -> bool {
    crate::frame::Decoder::head(frame).is_ok_and(|head| head.end.is_some())
}

fn open(plan: &Plan, broker: &mut Broker) -> LaneWriter {
    broker.epoch += 1;
    let journal = if plan.stores {
        Journal::On
    } else {
        Journal::Off
    };
    let info = broker.info(plan.counts);
    LaneWriter::open("w", broker.epoch, &info, plan.tuning, journal).expect("it is tuned")
}

fn start(plan: &Plan, broker: &Broker, cursor: Option<Cursor>) -> Start {
    match cursor {
        Some(cursor) => Start::At(cursor),
        None if plan.counts => Start::After(broker.acknowledged()),
        None => broker
            .remembered
            .map_or(Start::Beginning, Start::Acknowledged),
    }
}

impl Broker {
    fn len(&self) -> u64 {
        (self.queue.len() + self.pending.len()) as u64
    }

    fn info(&self, counts: bool) -> LaneInfo {
        LaneInfo {
            stored: counts.then_some(self.last),
            waiting: counts.then(|| self.waiting()),
            epoch: counts.then_some(self.epoch),
        }
    }

    /// A message may stand in the queue again while it is pending.
    fn waiting(&self) -> u64 {
        let queued = self.queue.iter().map(|message| message.stored);
        let mut all: Vec<u64> = queued.chain(self.pending.keys().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all.len() as u64
    }

    fn has(&self, stored: u64) -> bool {
        self.pending.contains_key(&stored)
            || self.queue.iter().any(|message| message.stored == stored)
    }

    /// The highest that is gone.
    fn acknowledged(&self) -> u64 {
        let mut gone = (1..=self.last).rev();
        gone.find(|stored| !self.has(*stored)).unwrap_or_default()
    }

    fn store(&mut self, frame: Bytes) {
        self.last += 1;
        let stored = self.last;
        self.queue.push_back(Message { stored, frame });
    }

    fn deliver(&mut self, message: &Message) -> u64 {
        self.next_tag += 1;
        self.tags.insert(self.next_tag, message.stored);
        self.pending.insert(message.stored, message.clone());
        self.next_tag
    }

    fn acknowledge(&mut self, tag: u64) {
        if let Some(stored) = self.tags.get(&tag) {
            self.pending.remove(stored);
            self.queue.retain(|message| message.stored != *stored);
        }
    }

    fn take_back(&mut self, tag: u64, counts: bool) {
        let message = self
            .tags
            .get(&tag)
            .and_then(|stored| self.pending.get(stored));
        if let Some(message) = message.cloned() {
            if !counts {
                self.pending.remove(&message.stored);
            }
            self.queue.push_back(message);
        }
    }

    /// All that is not acknowledged is delivered again. Tags of a broker that counts stay good.
    fn restart(&mut self, counts: bool) -> usize {
        let mut queue: Vec<Message> = std::mem::take(&mut self.pending).into_values().collect();
        let again = queue.len();
        queue.extend(
            self.queue
                .drain(..)
                .filter(|message| !queue.iter().any(|pending| pending.stored == message.stored))
                .collect::<Vec<_>>(),
        );
        self.queue = queue.into();
        if !counts {
            self.tags.clear();
        }
        again
    }
}
