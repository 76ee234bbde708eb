//! The reading end of a lane over a link.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use millstream_packet::Packet;
use tokio::sync::{Notify, OwnedMutexGuard, watch};
use tokio::time::{Instant, sleep_until};

use super::{GroupGate, LaneError, PacketSink, SinkClosed, Step};
use crate::frame::Place;
use crate::lane::{LaneName, Tuning};
use crate::link::{BrokerLink, OpenReader, ReaderEvent, ReaderLink};
use crate::reader::{
    Cursor, LaneReader, Origin, ReaderAction, ReaderCounts, ReaderEnd, Start, Taken,
};

/// How a lane is read.
#[derive(Debug)]
pub struct ReadOptions<'a> {
    /// Where a store says that it goes on; the broker knows it otherwise.
    pub cursor: Option<Cursor>,
    /// Says which frames are done; without it, a frame is done when the sink has its last packet.
    pub done: Option<&'a DoneList>,
    /// Keeps groups of several lanes apart.
    pub gate: Option<&'a GroupGate>,
    /// Told after each change.
    pub status: &'a watch::Sender<ReaderCounts>,
}

/// Frames that are done, on their way to the reader that acknowledges them.
///
/// It never holds more than the frames that are under way, which the prefetch bounds.
#[derive(Debug, Default)]
pub struct DoneList(Arc<Done>);

/// Says that frames are done. Copies share the list.
#[derive(Debug, Clone)]
pub struct DoneHandle(Arc<Done>);

#[derive(Debug, Default)]
struct Done {
    places: std::sync::Mutex<VecDeque<Place>>,
    notify: Notify,
}

impl DoneList {
    /// The end that says so.
    pub fn handle(&self) -> DoneHandle {
        DoneHandle(Arc::clone(&self.0))
    }

    fn pop(&self) -> Option<Place> {
        self.0.places.lock().ok()?.pop_front()
    }
}

impl DoneHandle {
    /// Notes that all packets of a frame, and all that was made of them, are where they cannot be lost.
    pub fn done(&self, place: Place) {
        if let Ok(mut places) = self.0.places.lock() {
            places.push_back(place);
        }
        self.0.notify.notify_one();
    }
}

/// Packets that are handed on before the broker is listened to again.
const PACKETS_PER_TURN: usize = 1024;

/// Reads a lane into `sink`, until it ends and all of it is acknowledged.
///
/// # Cancel
///
/// Dropped, it is a reader that died: what is not acknowledged is delivered again.
///
/// # Errors
///
/// Fails when the lane cannot be opened, the reader had to stop, or nobody takes packets any more.
pub async fn read_lane<L: BrokerLink, K: PacketSink>(
    broker: &L,
    lane: &LaneName,
    tuning: &Tuning,
    sink: &mut K,
    options: ReadOptions<'_>,
) -> Result<ReaderCounts, LaneError> {
    let OpenReader {
        link,
        start,
        tuning,
    } = broker.open_reader(lane, tuning).await?;
    let start = options.cursor.map_or(start, Start::At);
    let reader = LaneReader::new(start, tuning).map_err(crate::link::LinkError::Tuning)?;
    let mut driver = Driver {
        reader,
        link,
        began: Instant::now(),
        waiting: None,
        guard: None,
        options,
    };
    driver.run(sink).await?;
    driver.link.flush().await;
    Ok(driver.reader.counts())
}

struct Driver<'a, L: ReaderLink> {
    reader: LaneReader<L::Tag>,
    link: L,
    began: Instant,
    /// The packet that the sink is to take.
    waiting: Option<Waiting>,
    /// Held while a group is open.
    guard: Option<OwnedMutexGuard<()>>,
    options: ReadOptions<'a>,
}

struct Waiting {
    packet: Option<Packet>,
    origin: Origin,
    is_last: bool,
}

impl From<Taken> for Waiting {
    fn from(taken: Taken) -> Self {
        Self {
            packet: taken.packet,
            origin: taken.origin,
            is_last: taken.is_last,
        }
    }
}

impl<L: ReaderLink> Driver<'_, L> {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn run<K: PacketSink>(&mut self, sink: &mut K) -> Result<(), LaneError> {
        loop {
            self.act().await;
            match self.reader.end() {
                Some(ReaderEnd::Closed(_)) if self.waiting.is_none() => {
                    if !self.reader.is_working() {
                        return Ok(());
                    }
                }
                None | Some(ReaderEnd::Closed(_)) => {}
                Some(end) => return Err(LaneError::Reader(end.clone())),
            }
            self.turn(sink).await?;
        }
    }

    /// Waits for anything to happen, and takes note of it.
    async fn turn<K: PacketSink>(&mut self, sink: &mut K) -> Result<(), LaneError> {
        let now = self.now();
        if self.waiting.is_none() {
            self.waiting = self.reader.take(now).map(Waiting::from);
        }
        let deadline = self.reader.deadline();
        let delivers = self.waiting.is_some();
        let is_own_gate = self.guard.is_some();
        let gate = self.options.gate.filter(|_| delivers && !is_own_gate);
        let is_done_here = self.options.done.is_none();
        let Self {
            reader,
            link,
            waiting,
            options,
            ..
        } = self;
        tokio::select! {
            biased;
            event = link.event() => match event {
                ReaderEvent::Delivered(delivery) => reader.on_delivery(delivery, now),
                ReaderEvent::Replaced(by) => return Err(LaneError::Replaced(by)),
            },
            () = wait_for_done(options.done) => {}
            guard = wait_for_gate(gate) => self.guard = Some(guard),
            handed = poll_fn(|cx| hand_on(reader, sink, waiting, is_done_here, now, cx)), if delivers && gate.is_none() => {
                handed?;
                if self.is_between_groups() {
                    self.guard = None;
                }
            }
            () = sleep_until(self.began + deadline.unwrap_or_default()), if deadline.is_some() => {}
        }
        Ok(())
    }

    /// Whether no group is open before the packet that waits.
    fn is_between_groups(&self) -> bool {
        let waiting = self.waiting.as_ref();
        let packet = waiting.and_then(|waiting| waiting.packet.as_ref());
        let nesting = packet.map_or(0, Packet::nesting);
        i64::from(self.reader.depth()) == i64::from(nesting)
    }

    /// Does all that is to be done.
    async fn act(&mut self) {
        while let Some(place) = self.options.done.and_then(DoneList::pop) {
            self.reader.done(place);
        }
        loop {
            let now = self.now();
            match self.reader.poll(now) {
                None => break,
                Some(ReaderAction::Ack(tag)) => {
                    let acknowledged = self.reader.acknowledged();
                    self.link.ack(tag, acknowledged).await;
                }
                Some(ReaderAction::Touch(tag)) => self.link.touch(tag).await,
                Some(ReaderAction::Return(tag)) => self.link.give_back(tag).await,
                Some(ReaderAction::Credit(credit)) => self.link.credit(credit).await,
                Some(ReaderAction::Inspect(stored)) => {
                    if let Some(is_there) = self.link.has(stored).await {
                        self.reader.on_inspected(stored, is_there);
                    }
                }
            }
        }
        let counts = self.reader.counts();
        self.options.status.send_if_modified(|known| {
            let is_new = *known != counts;
            *known = counts;
            is_new
        });
    }
}

async fn wait_for_done(done: Option<&DoneList>) {
    match done {
        Some(list) => list.0.notify.notified().await,
        None => std::future::pending().await,
    }
}

async fn wait_for_gate(gate: Option<&GroupGate>) -> OwnedMutexGuard<()> {
    match gate {
        Some(gate) => Arc::clone(gate).lock_owned().await,
        None => std::future::pending().await,
    }
}

/// Hands packets on as long as there are any and the sink takes them.
fn hand_on<T: Clone + PartialEq, K: PacketSink>(
    reader: &mut LaneReader<T>,
    sink: &mut K,
    waiting: &mut Option<Waiting>,
    is_done_here: bool,
    now: Duration,
    cx: &mut Context<'_>,
) -> Poll<Result<(), SinkClosed>> {
    for handed in 0..PACKETS_PER_TURN {
        let Some(next) = waiting.as_mut() else {
            break;
        };
        if let Some(after) = reader.cursor().filter(|_| next.packet.is_some()) {
            let origin = next.origin;
            match sink.poll_deliver(cx, &mut next.packet, Step { origin, after }) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(closed)) => return Poll::Ready(Err(closed)),
                Poll::Pending if handed == 0 => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Ok(())),
            }
        }
        reader.accepted();
        if next.is_last {
            if let Some(cursor) = reader.cursor() {
                sink.frame_passed(cursor);
            }
            if let Some(ReaderEnd::Closed(end)) = reader.end() {
                sink.lane_ended(*end);
            }
            if is_done_here {
                reader.done(next.origin.place);
            }
        }
        *waiting = reader.take(now).map(Waiting::from);
    }
    Poll::Ready(Ok(()))
}
