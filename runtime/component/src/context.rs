//! What a component may ask of whoever runs it.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use crate::cell::{ProcessCell, TRUNCATED};
use crate::failure::Failure;
use millstream_packet::Packet;

/// The surroundings of one process. Cheap to copy.
#[derive(Debug, Clone)]
pub struct Context {
    cell: Arc<ProcessCell>,
}

impl Context {
    pub(crate) fn new(cell: Arc<ProcessCell>) -> Self {
        Self { cell }
    }

    /// The process's name in the graph.
    pub fn process(&self) -> &str {
        self.cell.name()
    }

    /// Waits. Tests can pause this clock.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// The time of day. Tests can pause it together with timers.
    pub fn wall_clock(&self) -> SystemTime {
        self.cell.clock().now()
    }

    /// Waits until the network stops, for a component that then has something to finish, such as answers that others
    /// wait for. Once a component has asked, it is not stopped from outside but must end by itself; what it has not
    /// finished when the network's patience ends is cancelled.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn stopping(&self) {
        poll_fn(|cx| self.cell.poll_stop(cx)).await;
    }

    /// A source of random numbers: other for every process, the same in every run with the same seed.
    pub fn rng(&self) -> SmallRng {
        SmallRng::seed_from_u64(self.cell.seed())
    }

    /// Whether a stream that the process read ended before its time, because a process upstream failed. Known once the
    /// end of that stream was received.
    pub fn is_truncated(&self) -> bool {
        self.cell.has(TRUNCATED)
    }

    /// A name for a packet, unique in the network and the same in every run.
    pub fn next_id(&self) -> String {
        self.cell.next_id()
    }

    /// Gives up on one packet as the graph's `on_error` says: to the `error` port, or dropped and counted.
    ///
    /// # Errors
    ///
    /// Gives the failure back when it ends the process.
    pub fn reject(&self, failure: impl Into<Failure>, packet: Packet) -> Result<(), Failure> {
        self.cell.reject(failure.into(), || packet)?;
        self.cell.publish_errors();
        Ok(())
    }
}
