//! The writing end of a lane at the broker inside the process.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep_until;

use super::lane::Mailbox;
use super::{Kind, MemoryBroker, State};
use crate::lane::LaneName;
use crate::link::{Publish, WriterEvent, WriterLink};
use crate::writer::{LaneInfo, Refusal};

/// The writing end of a lane.
#[derive(Debug)]
pub struct MemoryWriter {
    broker: MemoryBroker,
    lane: LaneName,
    mailbox: Arc<Mailbox<WriterEvent>>,
}

impl MemoryWriter {
    pub(super) fn new(
        broker: MemoryBroker,
        lane: LaneName,
        mailbox: Arc<Mailbox<WriterEvent>>,
    ) -> Self {
        Self {
            broker,
            lane,
            mailbox,
        }
    }
}

impl WriterLink for MemoryWriter {
    async fn publish(&mut self, publish: Publish) {
        let mut state = self.broker.lock();
        let (round, number) = (publish.round, publish.place.number);
        let event = match store(&mut state, &self.lane, publish) {
            Ok(()) => WriterEvent::Confirmed { round, number },
            Err(refusal) => WriterEvent::Refused { round, refusal },
        };
        drop(state);
        self.mailbox.send(event, Duration::ZERO);
    }

    async fn event(&mut self) -> WriterEvent {
        loop {
            let notified = self.mailbox.notify.notified();
            match self.mailbox.receive() {
                Ok(event) => return event,
                Err(None) => notified.await,
                Err(Some(at)) => tokio::select! {
                    () = notified => {}
                    () = sleep_until(at) => {}
                },
            }
        }
    }

    async fn locate(&mut self) -> Option<LaneInfo> {
        let mut state = self.broker.lock();
        let faults = state.faults;
        if state.is_down() || state.chance(faults.unknown) {
            return None;
        }
        let kind = state.kind;
        Some(state.lane(&self.lane).info(kind))
    }
}

fn store(state: &mut State, name: &LaneName, publish: Publish) -> Result<(), Refusal> {
    let faults = state.faults;
    if state.is_down() || state.chance(faults.unknown) {
        return Err(Refusal::Unknown);
    }
    if state.chance(faults.refused) {
        return Err(Refusal::Full);
    }
    let counts = state.kind == Kind::Counting;
    let lane = state.lane(name);
    if counts && publish.after.is_some_and(|after| after != lane.last()) {
        return Err(Refusal::OutOfPlace);
    }
    if lane.waiting() >= lane.frames_max {
        return Err(Refusal::Full);
    }
    lane.store(publish.frame);
    state.pump(name);
    if state.chance(faults.unknown) {
        return Err(Refusal::Unknown);
    }
    Ok(())
}
