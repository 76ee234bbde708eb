//! One run: lanes with writers and readers that are killed, and an exact account of what came of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use millstream_packet::{Packet, Value};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::sleep;

use super::Bench;
use super::parts::{Keeper, ReaderStore, Sink, Source, Store, WriterStore, packets};
use crate::drive::{
    GroupGate, LaneError, ReadOptions, WriteOptions, WriterStatus, read_lane, write_lane,
};
use crate::lane::{LaneName, Tuning};
use crate::link::{Claim, LinkError};
use crate::reader::ReaderCounts;
use crate::writer::Journal;

/// How often the parts are killed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kills {
    /// Writers.
    pub writers: u64,
    /// Readers.
    pub readers: u64,
    /// The broker.
    pub broker: u64,
}

/// What is run.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// Chooses the moments of kills.
    pub seed: u64,
    /// Lanes, each with a writer and a reader.
    pub lanes: usize,
    /// Numbers that each writer sends.
    pub numbers: u64,
    /// Numbers in each group; 0 for no groups.
    pub group: u64,
    /// How lanes work.
    pub tuning: Tuning,
    /// Who dies.
    pub kills: Kills,
    /// Whether writers and readers have stores: then each packet takes effect once.
    pub stores: bool,
    /// Whether the journal of writers never hears of confirmations.
    pub deaf: bool,
    /// Whether the lanes end in one port.
    pub one_port: bool,
    /// The readers rest so long after so many packets.
    pub pace: Option<(u64, Duration)>,
}

impl Campaign {
    /// One lane without faults.
    pub fn new(seed: u64, numbers: u64, tuning: Tuning) -> Self {
        Self {
            seed,
            lanes: 1,
            numbers,
            group: 0,
            tuning,
            kills: Kills::default(),
            stores: true,
            deaf: false,
            one_port: false,
            pace: None,
        }
    }
}

/// What came of it, over all lanes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Numbers that were sent.
    pub sent: u64,
    /// Numbers that did not come.
    pub lost: u64,
    /// Numbers that came more than once, counted each time.
    pub duplicated: u64,
    /// Numbers that came for the first time after a higher one.
    pub reordered: u64,
    /// Groups that were not closed, closed twice, or mixed with those of other lanes.
    pub torn: u64,
    /// Lanes of which not exactly one end came.
    pub wrong_ends: u64,
    /// The most packets in a lane: written, and not taken.
    pub depth_max: u64,
    /// Frames that were published again.
    pub resent: u64,
    /// Frames that were made.
    pub frames: u64,
    /// Kills that took place.
    pub kills: u64,
}

impl Report {
    /// Adds what came of another run.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.reordered += other.reordered;
        self.torn += other.torn;
        self.wrong_ends += other.wrong_ends;
        self.depth_max = self.depth_max.max(other.depth_max);
        self.resent += other.resent;
        self.frames += other.frames;
        self.kills += other.kills;
    }
}

struct Lane {
    name: LaneName,
    writer: Store<WriterStore>,
    reader: Store<ReaderStore>,
    written: watch::Sender<WriterStatus>,
    read: watch::Sender<ReaderCounts>,
    is_written: watch::Sender<bool>,
    kill_writer: Notify,
    kill_reader: Notify,
}

struct Run<'a, B> {
    bench: &'a B,
    campaign: Campaign,
    packets: Arc<Vec<Packet>>,
    lanes: Vec<Lane>,
    gate: Option<GroupGate>,
    port: Option<Store<Vec<(usize, Packet)>>>,
    taken: watch::Sender<u64>,
    totals: Store<Report>,
}

impl Campaign {
    /// Runs it and tells exactly what came of it.
    ///
    /// # Panics
    ///
    /// When an end of a lane stops for a reason that nobody meant.
    pub async fn run<B: Bench>(self, bench: &B) -> Report {
        let name = |lane: usize| {
            let writer = format!("writer {lane}");
            LaneName::new(
                "conformance",
                &format!("run {} {}", self.seed, self.stores),
                0,
                &writer,
            )
        };
        let lane = |lane: usize| Lane {
            name: name(lane),
            writer: Store::default(),
            reader: Store::default(),
            written: watch::Sender::default(),
            read: watch::Sender::default(),
            is_written: watch::Sender::new(false),
            kill_writer: Notify::new(),
            kill_reader: Notify::new(),
        };
        let run = Run {
            bench,
            campaign: self,
            packets: Arc::new(packets(self.numbers, self.group)),
            lanes: (0..self.lanes).map(lane).collect(),
            gate: self.one_port.then(|| Arc::new(Mutex::new(()))),
            port: self.one_port.then(Store::default),
            taken: watch::Sender::new(0),
            totals: Store::default(),
        };
        let run_ref = &run;
        let ends = (0..self.lanes).map(|lane| async move {
            tokio::join!(run_ref.write(lane), run_ref.read(lane));
        });
        tokio::select! {
            () = all(ends) => {}
            () = run.kill() => {}
        }
        run.report()
    }
}

/// Runs futures side by side in one task.
async fn all(futures: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    std::future::poll_fn(move |cx| {
        futures.retain_mut(|future| future.as_mut().poll(cx).is_pending());
        if futures.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

impl<B: Bench> Run<'_, B> {
    /// Writers of a lane, one after another, until one closes it.
    async fn write(&self, lane: usize) {
        let this = &self.lanes[lane];
        loop {
            let link = self.bench.connect().await;
            let mode = if self.campaign.stores {
                Journal::On
            } else {
                Journal::Off
            };
            let mut keeper = Keeper {
                store: this.writer.clone(),
                packets: Arc::clone(&self.packets),
                mode,
                is_deaf: self.campaign.deaf,
            };
            let mut source = Source {
                packets: Arc::clone(&self.packets),
                next: self.first(this),
                reader: this.reader.clone(),
            };
            let options = WriteOptions {
                claim: Claim::Next,
                journal: &mut keeper,
                status: &this.written,
            };
            tokio::select! {
                ended = write_lane(&link, &this.name, &self.campaign.tuning, &mut source, options) => match ended {
                    Ok(_) => break,
                    Err(error) => accept(&error).await,
                },
                () = this.kill_writer.notified() => {}
            }
            self.count_writer(this);
        }
        self.count_writer(this);
        this.is_written.send_replace(true);
    }

    /// The packet with which the next writer begins.
    fn first(&self, lane: &Lane) -> usize {
        let mut store = lane.writer.lock();
        if self.campaign.stores {
            return store.next();
        }
        let confirmed = lane
            .written
            .send_replace(WriterStatus::default())
            .confirmed_seq;
        let mut from = store.from + usize::try_from(confirmed).unwrap_or_default();
        // A writer begins outside of groups.
        while self.packets[..from]
            .iter()
            .map(|packet| i32::from(packet.nesting()))
            .sum::<i32>()
            > 0
        {
            from -= 1;
        }
        store.from = from;
        from
    }

    fn count_writer(&self, lane: &Lane) {
        let status = lane.written.send_replace(WriterStatus::default());
        let mut totals = self.totals.lock();
        totals.resent += status.counts.resent;
        totals.frames += status.counts.frames;
        // The next writer without a store begins after what this one knows as stored.
        lane.written
            .send_modify(|known| known.confirmed_seq = status.confirmed_seq);
    }

    /// Readers of a lane, one after another, until one sees its end.
    async fn read(&self, lane: usize) {
        let this = &self.lanes[lane];
        let mut written = this.is_written.subscribe();
        loop {
            // A writer that died before it heard that the end is stored writes again: somebody must take that.
            let drains = this.reader.lock().ends > 0;
            if drains && *written.borrow() {
                return;
            }
            let link = self.bench.connect().await;
            let cursor = this.reader.lock().cursor;
            let mut sink = Sink {
                lane,
                store: this.reader.clone(),
                port: self.port.clone(),
                taken: self.taken.clone(),
                drains,
                pace: self.campaign.pace,
                rest: None,
            };
            let options = ReadOptions {
                cursor: cursor.filter(|_| self.campaign.stores),
                done: None,
                gate: self.gate.as_ref(),
                status: &this.read,
            };
            tokio::select! {
                ended = read_lane(&link, &this.name, &self.campaign.tuning, &mut sink, options) => {
                    if let Err(error) = ended {
                        accept(&error).await;
                    }
                }
                () = this.kill_reader.notified() => {}
                _ = written.wait_for(|is_written| *is_written), if drains => return,
            }
        }
    }

    /// Kills at moments that the seed chooses, spread over the run. Never ends before the ends do.
    async fn kill(&self) {
        let mut rng = SmallRng::seed_from_u64(self.campaign.seed);
        let Kills {
            writers,
            readers,
            broker,
        } = self.campaign.kills;
        let all = writers + readers + broker;
        let total = self.packets.len() as u64 * self.lanes.len() as u64;
        let mut left = (writers, readers, broker);
        let mut taken = self.taken.subscribe();
        for kill in 0..all {
            let share = total / (all + 1);
            let at = share * kill + rng.random_range(0..=share);
            if taken.wait_for(|taken| *taken >= at).await.is_err() {
                return;
            }
            let lane = &self.lanes[rng.random_range(0..self.lanes.len())];
            let which = rng.random_range(0..left.0 + left.1 + left.2);
            self.totals.lock().kills += 1;
            if which < left.0 {
                left.0 -= 1;
                lane.kill_writer.notify_waiters();
            } else if which < left.0 + left.1 {
                left.1 -= 1;
                lane.kill_reader.notify_waiters();
            } else {
                left.2 -= 1;
                self.bench.restart().await;
            }
        }
        std::future::pending::<()>().await;
    }

    fn report(&self) -> Report {
        let mut report = *self.totals.lock();
        for lane in &self.lanes {
            let store = lane.reader.lock();
            report.sent += self.campaign.numbers;
            account(&mut report, &store.log, self.campaign.numbers);
            report.depth_max = report.depth_max.max(store.depth_max);
            report.wrong_ends += u64::from(store.ends != 1);
        }
        if let Some(port) = &self.port {
            report.torn += mixed(&port.lock());
        }
        report
    }
}

/// A broker that is away for a moment is no reason to give up; all else is.
async fn accept(error: &LaneError) {
    match error {
        LaneError::Link(LinkError::Unreachable(_)) => sleep(Duration::from_millis(50)).await,
        other => panic!("{other}"),
    }
}

/// Counts what is wrong with the packets of one lane.
fn account(report: &mut Report, log: &[Packet], numbers: u64) {
    let mut seen = BTreeSet::new();
    let mut depth = 0_i64;
    for packet in log {
        depth += i64::from(packet.nesting());
        if depth < 0 {
            report.torn += 1;
            depth = 0;
        }
        let Some(number) = packet.value().and_then(Value::as_int) else {
            continue;
        };
        report.reordered += u64::from(!seen.contains(&number) && seen.last() > Some(&number));
        report.duplicated += u64::from(!seen.insert(number));
    }
    report.torn += u64::from(depth > 0);
    report.lost += numbers - seen.len() as u64;
}

/// Groups of a port in which packets of another lane stand.
fn mixed(port: &[(usize, Packet)]) -> u64 {
    let (mut depth, mut owner, mut mixed) = (0_i64, 0, 0);
    for (lane, packet) in port {
        mixed += u64::from(depth > 0 && *lane != owner);
        owner = *lane;
        depth += i64::from(packet.nesting());
    }
    mixed
}
