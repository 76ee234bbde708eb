//! What is read of a network, for everybody who measures it: one table, whatever the names are made into.

use millstream_engine::{ConnectorReport, ProcessState};

/// One number about each of many things.
#[derive(Debug)]
pub struct Reading<T> {
    /// What it is about: `sent`, `depth`.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// Whether it only grows.
    pub kind: Kind,
    /// What it says.
    pub help: &'static str,
    /// Where it is found.
    pub value: fn(&T) -> f64,
}

/// What a number is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Packets, brackets included.
    Packets,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Yes or no.
    None,
}

/// Whether a number only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It does.
    Counter,
    /// It may fall.
    Gauge,
}

/// What is read of each connector.
pub const CONNECTOR: [Reading<ConnectorReport>; 9] = [
    Reading {
        name: "sent",
        unit: Unit::Packets,
        kind: Kind::Counter,
        help: "Packets that writers handed over, brackets included.",
        value: |connector| connector.counts.sent as f64,
    },
    Reading {
        name: "received",
        unit: Unit::Packets,
        kind: Kind::Counter,
        help: "Packets that the reader took.",
        value: |connector| connector.counts.received as f64,
    },
    Reading {
        name: "dropped",
        unit: Unit::Packets,
        kind: Kind::Counter,
        help: "Packets dropped because the connector was full.",
        value: |connector| connector.counts.dropped as f64,
    },
    Reading {
        name: "sent",
        unit: Unit::Bytes,
        kind: Kind::Counter,
        help: "Text and bytes handed over.",
        value: |connector| connector.counts.bytes as f64,
    },
    Reading {
        name: "blocked",
        unit: Unit::Seconds,
        kind: Kind::Counter,
        help: "Time for which a writer waited for room.",
        value: |connector| seconds(connector.counts.blocked_nanos),
    },
    Reading {
        name: "starved",
        unit: Unit::Seconds,
        kind: Kind::Counter,
        help: "Time for which the reader waited for a packet.",
        value: |connector| seconds(connector.counts.starved_nanos),
    },
    Reading {
        name: "depth",
        unit: Unit::Packets,
        kind: Kind::Gauge,
        help: "Packets inside.",
        value: |connector| connector.counts.depth as f64,
    },
    Reading {
        name: "capacity",
        unit: Unit::Packets,
        kind: Kind::Gauge,
        help: "Most packets that may be inside.",
        value: |connector| f64::from(connector.counts.capacity),
    },
    Reading {
        name: "high_water",
        unit: Unit::Packets,
        kind: Kind::Gauge,
        help: "Most packets that were inside at once.",
        value: |connector| connector.counts.high_water as f64,
    },
];

/// What is read of each process.
pub const PROCESS: [Reading<ProcessState>; 3] = [
    Reading {
        name: "failed",
        unit: Unit::Packets,
        kind: Kind::Counter,
        help: "Packets that the process gave up on.",
        value: |process| process.failed_packets as f64,
    },
    Reading {
        name: "busy",
        unit: Unit::Seconds,
        kind: Kind::Counter,
        help: "Time in which the process worked; sampled.",
        value: |process| process.busy.as_secs_f64(),
    },
    Reading {
        name: "running",
        unit: Unit::None,
        kind: Kind::Gauge,
        help: "1 until the process has ended, then 0.",
        value: |process| f64::from(u8::from(!process.ended)),
    },
];

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}
