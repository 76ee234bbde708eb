//! Lanes over the broker inside the process, of both kinds, with and without faults of its own.

use std::future::{Ready, ready};
use std::time::Duration;

use millstream_broker::conformance;
use millstream_broker::conformance::Bench;
use millstream_broker::memory::{Faults, Kind, MemoryBroker};

struct Memory {
    broker: MemoryBroker,
    is_rough: bool,
}

impl Bench for Memory {
    type Link = MemoryBroker;

    async fn connect(&self) -> MemoryBroker {
        self.broker.clone()
    }

    async fn restart(&self) -> bool {
        self.broker.restart(Duration::from_millis(120));
        true
    }

    fn is_rough(&self) -> bool {
        self.is_rough
    }
}

fn calm(kind: Kind) -> Ready<Option<Memory>> {
    ready(Some(Memory {
        broker: MemoryBroker::new(kind, 1),
        is_rough: false,
    }))
}

/// Everything goes wrong from time to time.
fn rough(kind: Kind) -> Ready<Option<Memory>> {
    let broker = MemoryBroker::new(kind, 2);
    broker.set_faults(Faults {
        refused: 5,
        unknown: 3,
        reordered: 20,
        redelivered: 10,
        credit_lost: 20,
        ack_lost: 10,
        credit_delay: Duration::from_millis(40),
    });
    ready(Some(Memory {
        broker,
        is_rough: true,
    }))
}

conformance!(counting, paused, super::calm(super::Kind::Counting));
conformance!(plain, paused, super::calm(super::Kind::Plain));
conformance!(rough_counting, paused, super::rough(super::Kind::Counting));
conformance!(rough_plain, paused, super::rough(super::Kind::Plain));
