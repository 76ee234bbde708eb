//! Doors: the ways into and out of a network that runs, through its exported ports.
//!
//! A door is an end of a connector that no process holds. The network counts as waiting for something outside as long as
//! one is open, because whoever holds it may set the network going again. Who waits at a way out cannot: a network whose
//! processes wait for each other is found to be deadlocked though somebody waits for what it might say.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use millstream_connector::{Clock, Reader, Refused, Target, Wake, Writer};
use millstream_packet::Packet;
use tokio::sync::Notify;

use crate::activity::Activity;

/// The ways into and out of a network.
#[derive(Debug, Default)]
pub struct Doors {
    /// One for each exported in-port that has no value.
    pub entries: Vec<Entry>,
    /// One for each exported out-port that nothing inside reads.
    pub exits: Vec<Exit>,
}

/// The way in through an exported in-port. Dropping it closes the port for its side.
#[derive(Debug)]
pub struct Entry {
    port: Arc<str>,
    writer: Writer,
    bell: Arc<Doorbell>,
    _outside: Outside,
}

/// The way out through an exported out-port. Dropping it ends those who write there.
#[derive(Debug)]
pub struct Exit {
    port: Arc<str>,
    reader: Reader,
    bell: Arc<Doorbell>,
    _outside: Outside,
}

/// The process behind the port has ended; the packet is given back.
#[derive(Debug)]
pub struct Shut(pub Packet);

impl Entry {
    pub(crate) fn new(
        port: Arc<str>,
        mut writer: Writer,
        bell: Arc<Doorbell>,
        activity: &Arc<Activity>,
    ) -> Self {
        writer.bind(Target::new(Arc::clone(&bell) as Arc<dyn Wake>, OUTSIDE));
        Self {
            port,
            writer,
            bell,
            _outside: Outside::new(activity),
        }
    }

    /// The exported port.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// Puts a packet in.
    ///
    /// # Blocking
    ///
    /// Waits while the connector is full.
    ///
    /// # Cancel
    ///
    /// The packet is lost if it had not entered.
    ///
    /// # Errors
    ///
    /// Gives the packet back when the process behind the port has ended.
    pub async fn send(&mut self, packet: Packet) -> Result<(), Shut> {
        let mut packet = match self.writer.try_push(packet) {
            Ok(()) => return Ok(()),
            Err(Refused::Closed(packet)) => return Err(Shut(packet)),
            Err(Refused::Full(packet)) => packet,
        };
        loop {
            // Whoever calls a writer takes its wish back, so it is said before each look.
            self.writer.arm();
            packet = match self.writer.try_push(packet) {
                Ok(()) => {
                    self.writer.disarm();
                    return Ok(());
                }
                Err(Refused::Closed(packet)) => return Err(Shut(packet)),
                Err(Refused::Full(packet)) => packet,
            };
            self.bell.rung.notified().await;
        }
    }
}

impl Exit {
    pub(crate) fn new(
        port: Arc<str>,
        mut reader: Reader,
        bell: Arc<Doorbell>,
        activity: &Arc<Activity>,
    ) -> Self {
        // Told once: a door is made for one network.
        drop(bell.activity.set(Arc::clone(activity)));
        reader.bind(Target::new(Arc::clone(&bell) as Arc<dyn Wake>, OUTSIDE));
        Self {
            port,
            reader,
            bell,
            _outside: Outside::new(activity),
        }
    }

    /// The exported port.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// Takes the next packet; `None` when the process behind the port has closed it.
    ///
    /// # Blocking
    ///
    /// Waits until a packet comes.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn recv(&mut self) -> Option<Packet> {
        loop {
            // Also after a call that was given up midway.
            self.bell.rouse();
            if let Some(packet) = self.reader.try_pop() {
                self.reader.disarm();
                return Some(packet);
            }
            if self.reader.is_at_end() {
                return None;
            }
            self.reader.arm();
            // From here on whoever brings something counts us in again, as long as he counts himself.
            self.bell.dozes.store(true, SeqCst);
            // A packet may have come before a writer could see that we wait.
            if self.reader.available() == 0 && !self.reader.is_at_end() {
                self.bell.nod_off();
                self.bell.rung.notified().await;
            } else if !self.bell.dozes.swap(false, SeqCst) {
                self.bell.discount();
            }
        }
    }
}

impl Drop for Exit {
    fn drop(&mut self) {
        self.bell.rouse();
    }
}

/// The number of whoever stands outside; no process has it.
const OUTSIDE: u32 = u32::MAX;

/// Wakes whoever waits at a door.
pub(crate) struct Doorbell {
    rung: Notify,
    clock: Clock,
    /// Whether whoever stands at a way out can do nothing before the bell rings.
    dozes: AtomicBool,
    /// Set for a way out: the network that waits for nobody who dozes.
    activity: OnceLock<Arc<Activity>>,
}

impl Doorbell {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            rung: Notify::new(),
            clock,
            dozes: AtomicBool::new(false),
            activity: OnceLock::new(),
        }
    }

    /// The network waits no longer for whoever stands here, who has said that he dozes.
    fn nod_off(&self) {
        self.discount();
        if let Some(activity) = self.activity.get() {
            // It may have been quiet already, and only have waited for us.
            activity.look_again();
        }
    }

    /// The network waits for whoever stands here, if it did not.
    fn rouse(&self) {
        if self.dozes.swap(false, SeqCst)
            && let Some(activity) = self.activity.get()
        {
            activity.add_external();
        }
    }

    fn discount(&self) {
        if let Some(activity) = self.activity.get() {
            activity.remove_external();
        }
    }
}

impl Wake for Doorbell {
    fn wake(&self, _process: u32) {
        // First counted: the process that rings counts until it has rung.
        self.rouse();
        self.rung.notify_one();
    }

    fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }
}

impl std::fmt::Debug for Doorbell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doorbell")
    }
}

/// As long as it lives, the network waits for something outside.
#[derive(Debug)]
struct Outside(Arc<Activity>);

impl Outside {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.add_external();
        Self(Arc::clone(activity))
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.0.remove_external();
    }
}
