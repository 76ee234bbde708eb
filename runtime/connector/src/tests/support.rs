//! Connectors of every sort, and a bell that notes who was woken.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use millstream_packet::{Packet, PacketView};
use parking_lot::Mutex;
use proptest::test_runner::Config;

use crate::{Clock, Connector, Options, PipeKind, Reader, Refused, Target, Wake, WhenFull, Writer};

/// The pipes, with the rules that choose them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Ring,
    CrossingRing,
    Flume,
    DropOldest,
    DropNewest,
}

impl Sort {
    pub(super) const ALL: [Self; 5] = [
        Self::Ring,
        Self::CrossingRing,
        Self::Flume,
        Self::DropOldest,
        Self::DropNewest,
    ];

    pub(super) const BLOCKING: [Self; 3] = [Self::Ring, Self::CrossingRing, Self::Flume];

    pub(super) fn options(self, capacity: u32, writers: u32) -> Options {
        Options {
            capacity,
            when_full: match self {
                Self::DropOldest => WhenFull::DropOldest,
                Self::DropNewest => WhenFull::DropNewest,
                _ => WhenFull::Block,
            },
            writers,
            crossing: self == Self::CrossingRing,
            pipe: if self == Self::Flume {
                PipeKind::Flume
            } else {
                PipeKind::Best
            },
        }
    }

    pub(super) fn is_lossy(self) -> bool {
        matches!(self, Self::DropOldest | Self::DropNewest)
    }
}

/// Capacities of every kind: one, no power of two, a power of two, large.
pub(super) fn capacities() -> &'static [u32] {
    if cfg!(miri) {
        &[1, 2, 3, 7]
    } else {
        &[1, 2, 3, 7, 10, 64, 1000]
    }
}

/// Proptest settings: fewer cases under Miri, and no files beside the sources.
pub(super) fn config(cases: u32) -> Config {
    Config {
        cases: if cfg!(miri) { 4 } else { cases },
        failure_persistence: None,
        ..Config::default()
    }
}

/// Notes who was woken, in order.
#[derive(Debug, Default)]
pub(super) struct Bell {
    woken: Mutex<Vec<u32>>,
    clock: Clock,
}

impl Wake for Bell {
    fn wake(&self, process: u32) {
        self.woken.lock().push(process);
    }

    fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }
}

impl Bell {
    /// Lets time pass.
    pub(super) fn tick(&self) {
        self.clock.fetch_add(1, Ordering::Relaxed);
    }

    /// Who was woken since the last call.
    pub(super) fn take(&self) -> Vec<u32> {
        std::mem::take(&mut self.woken.lock())
    }

    pub(super) fn target(self: &Arc<Self>, process: u32) -> Target {
        Target::new(Arc::clone(self) as Arc<dyn Wake>, process)
    }
}

/// The number of the reader at the [`Bell`]; writers count from 0.
pub(super) const READER: u32 = 1000;

/// A connector whose ends are bound to a bell.
pub(super) struct Rig {
    pub(super) connector: Arc<Connector>,
    pub(super) writers: Vec<Writer>,
    pub(super) reader: Reader,
    pub(super) bell: Arc<Bell>,
}

impl Rig {
    pub(super) fn new(sort: Sort, capacity: u32, writers: u32) -> Self {
        let bell = Arc::new(Bell::default());
        bell.tick();
        let (connector, mut ends, mut reader) = Connector::build(sort.options(capacity, writers));
        reader.bind(bell.target(READER));
        for (number, writer) in (0..).zip(&mut ends) {
            writer.bind(bell.target(number));
        }
        Self {
            connector,
            writers: ends,
            reader,
            bell,
        }
    }

    /// Takes a packet and gives its number.
    pub(super) fn pop(&mut self) -> Option<i64> {
        self.reader.try_pop().as_ref().map(number)
    }

    /// Pushes packets with the next numbers until one is refused; gives how many went in.
    ///
    /// A lossy pipe refuses brackets alone, so it gets brackets.
    pub(super) fn fill(&mut self, sort: Sort, next: &mut i64) -> u64 {
        let mut entered = 0;
        loop {
            let packet = if sort.is_lossy() {
                Packet::open(*next)
            } else {
                Packet::data(*next)
            };
            match self.writers[0].try_push(packet) {
                Ok(()) => {
                    entered += 1;
                    *next += 1;
                }
                Err(Refused::Full(packet)) => {
                    assert_eq!(number(&packet), *next, "the refused packet comes back");
                    return entered;
                }
                Err(Refused::Closed(_)) => panic!("the reader is there"),
            }
        }
    }

    /// The identity that holds at every moment.
    pub(super) fn assert_counts(&self) {
        let counts = self.connector.counts();
        assert_eq!(counts.sent, counts.received + counts.dropped + counts.depth);
        assert!(counts.depth <= u64::from(counts.capacity), "{counts:?}");
        assert!(counts.depth <= counts.high_water, "{counts:?}");
        assert!(
            counts.high_water <= u64::from(counts.capacity),
            "{counts:?}"
        );
    }
}

/// The number that a packet carries as its value or label.
pub(super) fn number(packet: &Packet) -> i64 {
    let value = match packet.view() {
        PacketView::Data(value) => Some(value),
        PacketView::Open(label) | PacketView::Close(label) => label,
    };
    value.and_then(|value| value.as_int()).unwrap()
}
