//! Waiting for a packet, but not for ever.

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use millstream_component::InPort;
use millstream_component::prelude::*;
use tokio::time::{Instant, Sleep, sleep_until};

/// Longest wait that settings can ask for: a year. Keeps points in time within what clocks can tell.
pub(crate) const WAIT_MAX_MILLIS: u64 = 365 * 24 * 60 * 60 * 1000;

/// The duration that a setting in milliseconds asks for.
pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis.min(WAIT_MAX_MILLIS))
}

/// What came first.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// A packet.
    Packet(Packet),
    /// The end of the stream.
    End,
    /// The deadline.
    TimeUp,
}

/// A timer that is made when it is first needed and then used again for every wait.
#[derive(Debug, Default)]
pub(crate) struct Deadline {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Receives a packet, waiting until `due` at most.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub(crate) async fn recv(&mut self, input: &mut InPort, due: Option<Instant>) -> Arrival {
        let mut packet = pin!(input.recv());
        let mut sleep = due.map(|due| self.set(due));
        poll_fn(|cx| {
            if let Poll::Ready(packet) = packet.as_mut().poll(cx) {
                return Poll::Ready(packet.map_or(Arrival::End, Arrival::Packet));
            }
            match &mut sleep {
                Some(sleep) => sleep.as_mut().poll(cx).map(|()| Arrival::TimeUp),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Waits until `due`.
    pub(crate) async fn wait(&mut self, due: Instant) {
        self.set(due).await;
    }

    fn set(&mut self, due: Instant) -> Pin<&mut Sleep> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if sleep.deadline() != due {
            sleep.as_mut().reset(due);
        }
        sleep.as_mut()
    }
}
