//! A broker inside the process, which goes wrong on demand.
//!
//! It behaves like one of the two kinds of broker and injects faults from one seed: refusals, outcomes that nobody hears
//! of, deliveries in any order and more than once, credits that get lost or come late, restarts that forget all but what
//! is stored. With a paused clock on one thread, a seed always gives the same run. Tests of whole workers use it where a
//! real broker would take minutes.

mod lane;
mod reader;
mod writer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;

use crate::lane::{LaneName, Tuning};
use crate::link::{BrokerLink, Claim, LinkError, OpenReader, OpenWriter};
use lane::Lane;
pub use reader::MemoryReader;
pub use writer::MemoryWriter;

/// Whether the broker counts what it stores, as JetStream does, or not, as RabbitMQ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It counts, and stores a frame only after as many as the frame says.
    Counting,
    /// It does not; it remembers how far the reader acknowledged.
    Plain,
}

/// What goes wrong, in percent of the occasions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// A frame is refused.
    pub refused: u32,
    /// Nobody hears whether a frame was stored.
    pub unknown: u32,
    /// A frame is delivered before others.
    pub reordered: u32,
    /// A frame is delivered again.
    pub redelivered: u32,
    /// A credit gets lost.
    pub credit_lost: u32,
    /// An acknowledgement gets lost.
    pub ack_lost: u32,
    /// A credit takes so long at most; later ones may overtake it.
    pub credit_delay: Duration,
}

/// A broker inside the process.
#[derive(Debug, Clone)]
pub struct MemoryBroker(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    kind: Kind,
    rng: SmallRng,
    faults: Faults,
    /// Nobody answers before.
    down_until: Option<Instant>,
    lanes: BTreeMap<LaneName, Lane>,
}

impl State {
    fn chance(&mut self, percent: u32) -> bool {
        percent > 0 && self.rng.random_range(0..100) < percent
    }

    fn is_down(&self) -> bool {
        self.down_until.is_some_and(|until| Instant::now() < until)
    }

    fn lane(&mut self, name: &LaneName) -> &mut Lane {
        self.lanes.entry(name.clone()).or_default()
    }
}

impl MemoryBroker {
    /// A broker of a kind; all that is random comes from the seed.
    pub fn new(kind: Kind, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            kind,
            rng: SmallRng::seed_from_u64(seed),
            faults: Faults::default(),
            down_until: None,
            lanes: BTreeMap::new(),
        })))
    }

    /// Lets things go wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// Ends all connections and forgets what is not stored; answers again after `down`.
    pub fn restart(&self, down: Duration) {
        let mut state = self.lock();
        let kind = state.kind;
        state.down_until = Some(Instant::now() + down);
        for lane in state.lanes.values_mut() {
            lane.restart(kind);
        }
    }

    /// Frames of a lane that are stored and not acknowledged.
    pub fn waiting(&self, lane: &LaneName) -> u64 {
        self.lock().lane(lane).waiting()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a test is told by the test.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self) -> Result<(), LinkError> {
        if self.lock().is_down() {
            return Err(LinkError::Unreachable("it is being restarted".to_owned()));
        }
        Ok(())
    }
}

impl BrokerLink for MemoryBroker {
    type Writer = MemoryWriter;
    type Reader = MemoryReader;

    async fn open_writer(
        &self,
        lane: &LaneName,
        claim: Claim,
        tuning: &Tuning,
    ) -> Result<OpenWriter<MemoryWriter>, LinkError> {
        tuning.check()?;
        self.answer()?;
        let mut state = self.lock();
        let kind = state.kind;
        let this = state.lane(lane);
        let epoch = this.claim(claim)?;
        this.frames_max = tuning.frames_max();
        let info = this.info(kind);
        let mailbox = Arc::default();
        this.writers.push(Arc::downgrade(&mailbox));
        Ok(OpenWriter {
            link: MemoryWriter::new(self.clone(), lane.clone(), mailbox),
            epoch,
            info,
            tuning: as_needed(kind, tuning),
        })
    }

    async fn open_reader(
        &self,
        lane: &LaneName,
        tuning: &Tuning,
    ) -> Result<OpenReader<MemoryReader>, LinkError> {
        tuning.check()?;
        self.answer()?;
        let tuning = as_needed(self.lock().kind, tuning);
        let mut state = self.lock();
        let kind = state.kind;
        let this = state.lane(lane);
        let (mailbox, start) = this.open_reader(kind, &tuning);
        Ok(OpenReader {
            link: MemoryReader::new(self.clone(), lane.clone(), mailbox),
            start,
            tuning,
        })
    }

    async fn remove(&self, lane: &LaneName) -> Result<(), LinkError> {
        self.answer()?;
        self.lock().lanes.remove(lane);
        Ok(())
    }
}

fn as_needed(kind: Kind, tuning: &Tuning) -> Tuning {
    match kind {
        Kind::Counting => *tuning,
        Kind::Plain => tuning.for_uncounted(),
    }
}
