//! What the ports of one process share: its name, what to do on errors, and the headers of the packet at hand.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering::Relaxed};
use std::task;

use millstream_packet::{Headers, Packet, Record, Value};
use parking_lot::Mutex;

use crate::clock::WallClock;
use crate::failure::{Failure, FailureKind};
use crate::port::{OutPort, Retired};

/// What a failure with one packet does to the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ErrorPolicy {
    /// The process fails.
    #[default]
    Fail,
    /// The packet is tried again a few times, each time after a longer pause; then the process fails.
    Retry,
    /// The packet goes to the `error` port with the message.
    DeadLetter,
    /// The packet is dropped and counted.
    Skip,
}

/// What the engine says about a process when it makes its cell.
#[derive(Debug, Clone)]
pub struct ProcessSetup {
    /// Name in the graph: `parent/child` inside subgraphs.
    pub name: Arc<str>,
    /// What a failure with one packet does.
    pub on_error: ErrorPolicy,
    /// For random choices; the same seed gives the same choices.
    pub seed: u64,
}

/// Shared by the ports and the context of one process.
pub struct ProcessCell {
    setup: ProcessSetup,
    flags: AtomicU16,
    /// Headers of the packet being handled, when it had any.
    cause: Mutex<Option<Box<Headers>>>,
    /// The `error` out-port when it is connected.
    errors: Mutex<Option<OutPort>>,
    failed_packets: AtomicU64,
    /// Ends of connectors that the component has dropped; closed when its turn is over and it is known how it ended.
    closing: Mutex<Vec<Retired>>,
    /// What few processes have.
    aside: Mutex<Option<Box<Aside>>>,
    ids: AtomicU64,
    clock: WallClock,
    /// Wakes the component that waits to be told that the network stops.
    stop_waker: Mutex<Option<task::Waker>>,
}

/// What few processes have; there may be many of them.
#[derive(Default)]
struct Aside {
    /// The out-port whose groups did not come out even, when that is this process's own fault.
    unbalanced: Option<String>,
    /// Settings that the component has not taken yet.
    settings: Option<Record>,
    /// Ends of connectors that are not closed, but wait for the process that takes the place of this one.
    kept: Vec<Retired>,
}

/// The packet at hand has headers, or the one before had.
pub(crate) const HEADED: u16 = 1;
/// Some out-port holds packets that found no room.
pub(crate) const BLOCKED: u16 = 2;
/// An in-port ended inside a group, so an out-port may do so too.
pub(crate) const CUT_SHORT: u16 = 8;
/// The process failed, or a stream that it read ended before its time: what it sent is not all there should be.
pub(crate) const TRUNCATED: u16 = 16;
/// Ends of connectors wait to be closed.
const CLOSING: u16 = 32;
/// The component wants to be told when the network stops, and then ends by itself.
const ENDS_ITSELF: u16 = 64;
/// It has been told.
const TOLD_TO_STOP: u16 = 128;
/// Ends of connectors are kept for the process that takes the place of this one.
const KEEPS: u16 = 256;
/// There are settings that the component has not taken yet.
pub(crate) const RESET: u16 = 512;
/// The network is stopping: sources find their out-ports closed.
pub(crate) const STOPPING: u16 = 4;

impl ProcessCell {
    /// Makes the cell of a process.
    pub fn new(setup: ProcessSetup) -> Arc<Self> {
        Arc::new(Self {
            setup,
            flags: AtomicU16::new(0),
            cause: Mutex::new(None),
            errors: Mutex::new(None),
            failed_packets: AtomicU64::new(0),
            closing: Mutex::new(Vec::new()),
            aside: Mutex::new(None),
            ids: AtomicU64::new(0),
            clock: WallClock::default(),
            stop_waker: Mutex::new(None),
        })
    }

    /// The process's name in the graph.
    pub fn name(&self) -> &Arc<str> {
        &self.setup.name
    }

    /// What a failure with one packet does.
    pub fn on_error(&self) -> ErrorPolicy {
        self.setup.on_error
    }

    pub(crate) fn seed(&self) -> u64 {
        self.setup.seed
    }

    /// Packets given up on without ending the process.
    pub fn failed_packets(&self) -> u64 {
        self.failed_packets.load(Relaxed)
    }

    /// Notes that the process fails, so that those who read from it learn that there should be more.
    pub fn fail(&self) {
        self.set(TRUNCATED);
    }

    /// Takes over an end of a connector that the component has dropped.
    pub(crate) fn retire(&self, retired: Retired) {
        self.closing.lock().push(retired);
        self.set(CLOSING);
    }

    /// From now on the ends of connectors that the component drops are not closed but kept.
    pub fn keep_ends(&self) {
        self.set(KEEPS);
    }

    /// Whether ends are kept, because somebody is to take the place of this process.
    pub fn keeps_ends(&self) -> bool {
        self.has(KEEPS)
    }

    /// Takes what was kept; when the process has ended.
    pub fn take_ends(&self) -> Vec<Retired> {
        self.clear(KEEPS);
        self.aside(|aside| std::mem::take(&mut aside.kept))
    }

    /// Gives the component new settings, all of them; it takes them at its next packet.
    pub fn reset(&self, settings: Record) {
        self.aside(|aside| aside.settings = Some(settings));
        self.set(RESET);
    }

    /// The settings that the component is to take, if there are new ones.
    #[cold]
    pub(crate) fn take_settings(&self) -> Option<Record> {
        self.clear(RESET);
        self.aside(|aside| aside.settings.take())
    }

    /// Goes on with the counts of the process whose place this one takes.
    pub fn succeed(&self, former: &Self) {
        let counts = [
            (&self.failed_packets, &former.failed_packets),
            (&self.ids, &former.ids),
        ];
        for (own, former) in counts {
            own.fetch_add(former.load(Relaxed), Relaxed);
        }
    }

    fn aside<R>(&self, f: impl FnOnce(&mut Aside) -> R) -> R {
        f(self.aside.lock().get_or_insert_default())
    }

    /// Closes what the component has dropped; called after each of its polls and at its end.
    #[inline]
    pub fn close_dropped(&self) {
        if self.has(CLOSING) {
            self.close_retired();
        }
    }

    #[cold]
    fn close_retired(&self) {
        self.clear(CLOSING);
        let ends = std::mem::take(&mut *self.closing.lock());
        if self.has(TRUNCATED) {
            for end in &ends {
                end.writer.connector().truncate();
            }
        } else if self.has(KEEPS) {
            self.aside(|aside| aside.kept.extend(ends));
        }
    }

    /// Makes this process find its out-ports closed, at the latest when it next looks for room. For sources, when the
    /// network stops.
    pub fn stop(&self) {
        self.set(STOPPING);
    }

    /// Tells a component that asked for it that the network stops; false for others. It then ends by itself.
    pub fn tell_to_stop(&self) -> bool {
        if !self.has(ENDS_ITSELF) {
            return false;
        }
        self.set(TOLD_TO_STOP);
        let waker = self.stop_waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Waits until the network stops.
    pub(crate) fn poll_stop(&self, cx: &task::Context<'_>) -> task::Poll<()> {
        self.set(ENDS_ITSELF);
        if self.has(TOLD_TO_STOP) {
            return task::Poll::Ready(());
        }
        *self.stop_waker.lock() = Some(cx.waker().clone());
        task::Poll::Pending
    }

    /// The time of day for this process.
    pub(crate) fn clock(&self) -> &WallClock {
        &self.clock
    }

    #[inline(always)]
    pub(crate) fn flags(&self) -> u16 {
        self.flags.load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags() & flag != 0
    }

    #[inline]
    pub(crate) fn set(&self, flag: u16) {
        // A look is far cheaper than a change that other threads may see.
        if self.flags() & flag != flag {
            self.flags.fetch_or(flag, Relaxed);
        }
    }

    #[inline]
    pub(crate) fn clear(&self, flag: u16) {
        if self.has(flag) {
            self.flags.fetch_and(!flag, Relaxed);
        }
    }

    /// Notes the headers of the packet that the process takes up.
    pub(crate) fn take_up(&self, headers: Option<&Headers>) {
        if headers.is_none() && !self.has(HEADED) {
            return;
        }
        if headers.is_some() {
            self.set(HEADED);
        } else {
            self.clear(HEADED);
        }
        *self.cause.lock() = headers.map(|headers| Box::new(headers.clone()));
    }

    /// Gives a packet headers that name the packet at hand as its cause, unless it has headers of its own.
    #[cold]
    pub(crate) fn derive(&self, packet: Packet) -> Packet {
        if packet.headers().is_some() {
            return packet;
        }
        let derived = self.cause.lock().as_ref().map(|cause| cause.derive());
        match derived {
            Some(mut headers) => {
                headers.id = Some(self.next_id().into());
                packet.with_headers(headers)
            }
            None => packet,
        }
    }

    /// A name for a packet, unique in the network and the same in every run.
    pub(crate) fn next_id(&self) -> String {
        format!("{}#{}", self.setup.name, self.ids.fetch_add(1, Relaxed) + 1)
    }

    pub(crate) fn set_errors(&self, port: OutPort) {
        *self.errors.lock() = Some(port);
    }

    /// Deals with a packet that failed: sends it to `error`, drops it, or gives the failure back.
    ///
    /// # Errors
    ///
    /// Gives the failure back when it ends the process.
    pub fn reject(&self, failure: Failure, packet: impl FnOnce() -> Packet) -> Result<(), Failure> {
        if failure.kind() != FailureKind::Packet {
            return Err(failure);
        }
        if let Some(errors) = &mut *self.errors.lock() {
            errors.emit_packet(dead_letter(&failure, packet()));
        } else if self.setup.on_error != ErrorPolicy::Skip {
            return Err(failure);
        }
        self.failed_packets.fetch_add(1, Relaxed);
        tracing::debug!(process = %self.setup.name, error = %failure, "packet given up");
        Ok(())
    }

    /// Whether failures with single packets may leave the process running, so that packets are worth keeping.
    pub(crate) fn keeps_going(&self) -> bool {
        self.setup.on_error != ErrorPolicy::Fail || self.errors.lock().is_some()
    }

    /// Waits until the `error` port has taken what it was given.
    pub(crate) fn poll_errors(&self) -> task::Poll<()> {
        match &mut *self.errors.lock() {
            Some(errors) => errors.poll_flush().map(drop),
            None => task::Poll::Ready(()),
        }
    }

    /// Lets the reader of `error` see what it was given.
    pub(crate) fn publish_errors(&self) {
        if let Some(errors) = &mut *self.errors.lock() {
            errors.publish();
        }
    }

    /// Notes that an out-port closed with groups that were not opened, or left groups open.
    #[cold]
    pub(crate) fn note_unbalanced(&self, fault: String) {
        self.aside(|aside| aside.unbalanced.get_or_insert(fault).len());
    }

    /// What is wrong with the groups that this process sent, if its own input was in order. For a process that finished.
    pub fn bracket_fault(&self) -> Option<String> {
        if self.has(CUT_SHORT | STOPPING) {
            return None;
        }
        self.aside.lock().as_ref()?.unbalanced.clone()
    }

    /// Closes what the cell itself holds; called when the process has ended.
    pub fn close(&self) {
        drop(self.errors.lock().take());
        drop(self.stop_waker.lock().take());
        self.close_dropped();
    }
}

/// The record that tells of a failed packet.
fn dead_letter(failure: &Failure, packet: Packet) -> Packet {
    let value = packet.value().cloned().unwrap_or(Value::NULL);
    let record = Record::from_iter([
        ("error", Value::from(failure.to_string())),
        ("packet", value),
    ]);
    let (letter, headers) = (Packet::data(record), packet.headers().cloned());
    match headers {
        Some(headers) => letter.with_headers(headers),
        None => letter,
    }
}

impl fmt::Debug for ProcessCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessCell")
            .field("setup", &self.setup)
            .finish_non_exhaustive()
    }
}
