//! The processes at both ends of a lane under test, and what survives their death.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use millstream_packet::{Packet, Value};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use crate::drive::{Journaling, PacketSink, PacketSource, SinkClosed, Step};
use crate::frame::{LaneEnd, Place};
use crate::reader::Cursor;
use crate::writer::{Journal, Resume};

/// What survives.
#[derive(Debug, Default)]
pub(super) struct Store<T>(Arc<Mutex<T>>);

impl<T> Clone for Store<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Store<T> {
    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The packets of a writer: numbers from 0, in groups if there are any.
pub(super) fn packets(numbers: u64, group: u64) -> Vec<Packet> {
    let int = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut packets = Vec::new();
    for number in 0..numbers {
        let at = number.checked_rem(group);
        if at == Some(0) {
            packets.push(Packet::open(int(number)));
        }
        packets.push(Packet::data(int(number)));
        if at.is_some_and(|at| at + 1 == group) || (at.is_some() && number + 1 == numbers) {
            packets.push(Packet::close(Value::NULL));
        }
    }
    packets
}

/// Gives packets from a place on.
pub(super) struct Source {
    pub(super) packets: Arc<Vec<Packet>>,
    pub(super) next: usize,
    pub(super) reader: Store<ReaderStore>,
}

impl PacketSource for Source {
    fn poll_packet(&mut self, _cx: &mut Context<'_>) -> Poll<Option<Packet>> {
        let packet = self.packets.get(self.next).cloned();
        if packet.is_some() {
            self.next += 1;
            let mut reader = self.reader.lock();
            let depth = self.next.saturating_sub(reader.log.len()) as u64;
            reader.depth_max = reader.depth_max.max(depth);
        }
        Poll::Ready(packet)
    }
}

/// What a writer knows of itself after its death.
#[derive(Debug, Default)]
pub(super) struct WriterStore {
    /// The packet of the source that is number 0 of the epoch.
    pub(super) from: usize,
    epoch: Option<(u64, Option<u64>)>,
    frames: BTreeMap<u64, Bytes>,
    next_number: u64,
    next_seq: u64,
}

/// Keeps frames in a store, or nothing.
pub(super) struct Keeper {
    pub(super) store: Store<WriterStore>,
    pub(super) packets: Arc<Vec<Packet>>,
    pub(super) mode: Journal,
    /// Whether it never hears that frames are confirmed: then all are sent again.
    pub(super) is_deaf: bool,
}

impl Journaling for Keeper {
    fn mode(&self) -> Journal {
        self.mode
    }

    fn resume(&mut self) -> Option<Resume> {
        let store = self.store.lock();
        let (epoch, base) = store.epoch.filter(|_| self.mode == Journal::On)?;
        let before = store.from + usize::try_from(store.next_seq).ok()?;
        let nesting = self.packets.get(..before)?.iter().map(Packet::nesting);
        let depth: i32 = nesting.map(i32::from).sum();
        Some(Resume {
            epoch,
            base,
            frames: store.frames.clone().into_iter().collect(),
            next_number: store.next_number.max(1),
            next_seq: store.next_seq,
            depth: u32::try_from(depth).ok()?,
        })
    }

    fn opened(&mut self, epoch: u64, base: Option<u64>) {
        self.store.lock().epoch = Some((epoch, base));
    }

    fn keep(&mut self, place: Place, end_seq: u64, frame: Bytes) {
        let mut store = self.store.lock();
        store.frames.insert(place.number, frame);
        store.next_number = place.number + 1;
        store.next_seq = end_seq;
    }

    fn confirmed(&mut self, frames: u64) {
        if !self.is_deaf {
            let mut store = self.store.lock();
            store.frames.retain(|number, _| *number >= frames);
        }
    }
}

impl WriterStore {
    /// The packet of the source with which a writer goes on that has a journal.
    pub(super) fn next(&self) -> usize {
        self.from + usize::try_from(self.next_seq).unwrap_or_default()
    }
}

/// What readers handed on, and where they are.
#[derive(Debug, Default)]
pub(super) struct ReaderStore {
    pub(super) log: Vec<Packet>,
    pub(super) cursor: Option<Cursor>,
    pub(super) depth_max: u64,
    /// Ends that were seen.
    pub(super) ends: u32,
}

/// Takes packets into the log of its lane, and into the log of the port, if lanes share one.
pub(super) struct Sink {
    pub(super) lane: usize,
    pub(super) store: Store<ReaderStore>,
    pub(super) port: Option<Store<Vec<(usize, Packet)>>>,
    pub(super) taken: watch::Sender<u64>,
    /// Whether the lane has ended already: what comes is dropped.
    pub(super) drains: bool,
    /// Waits so long after so many packets.
    pub(super) pace: Option<(u64, Duration)>,
    pub(super) rest: Option<Pin<Box<Sleep>>>,
}

impl PacketSink for Sink {
    fn poll_deliver(
        &mut self,
        cx: &mut Context<'_>,
        packet: &mut Option<Packet>,
        step: Step,
    ) -> Poll<Result<(), SinkClosed>> {
        if let Some(rest) = &mut self.rest {
            std::task::ready!(rest.as_mut().poll(cx));
            self.rest = None;
        }
        let Some(packet) = packet.take().filter(|_| !self.drains) else {
            return Poll::Ready(Ok(()));
        };
        if let Some(port) = &self.port {
            port.lock().push((self.lane, packet.clone()));
        }
        let mut store = self.store.lock();
        store.log.push(packet);
        store.cursor = Some(step.after);
        drop(store);
        let mut taken = 0;
        self.taken.send_modify(|count| {
            *count += 1;
            taken = *count;
        });
        let pace = self.pace.filter(|(every, _)| taken % every == 0);
        self.rest = pace.map(|(_, pause)| Box::pin(sleep(pause)));
        Poll::Ready(Ok(()))
    }

    fn frame_passed(&mut self, after: Cursor) {
        self.store.lock().cursor = Some(after);
    }

    fn lane_ended(&mut self, _end: LaneEnd) {
        self.store.lock().ends += u32::from(!self.drains);
    }
}
