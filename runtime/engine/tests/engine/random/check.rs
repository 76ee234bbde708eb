//! What must hold of a random graph's run.

use std::collections::BTreeMap;

use millstream_engine::{Deadlock, Ending, Outcome, Report, Wait, Waiting};
use millstream_packet::{Packet, PacketView, Value};

use super::spec::{Graph, Sink, Stream};
use crate::draft::end;

/// What the sinks saw, and whether the run ended in a deadlock.
#[derive(Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) sinks: Vec<Vec<Packet>>,
    pub(super) deadlocked: bool,
}

/// Checks everything and gives what the sinks saw.
pub(super) fn all(graph: &Graph, report: &Report) -> Seen {
    outcome(graph, report);
    endings(graph, report);
    drops(graph, report);
    for sink in &graph.sinks {
        let log = sink.log.0.lock();
        counted(sink, report, log.len());
        ordered(&log);
        if sink.stream != Stream::Mixed {
            let is_whole = sink.stream == Stream::Whole;
            nested(
                &log,
                is_whole && matches!(report.outcome, Outcome::Finished),
            );
        }
    }
    let logs = graph.sinks.iter().map(|sink| sink.log.0.lock().clone());
    Seen {
        sinks: logs.collect(),
        deadlocked: matches!(report.outcome, Outcome::Deadlocked(_)),
    }
}

fn outcome(graph: &Graph, report: &Report) {
    match &report.outcome {
        Outcome::Finished => {}
        Outcome::Failed {
            process,
            consequences,
        } => {
            assert!(graph.faulty.contains(process), "{report:?}");
            let faults = report
                .processes
                .iter()
                .filter(|p| p.ending.fault().is_some());
            assert_eq!(faults.count(), consequences + 1);
        }
        Outcome::Deadlocked(deadlock) => {
            assert!(
                graph.may_deadlock(),
                "nothing can deadlock here: {deadlock:?}"
            );
            is_real(graph, deadlock);
        }
        other => panic!("{other:?}: the network hung\n{report:?}"),
    }
}

fn endings(graph: &Graph, report: &Report) {
    let deadlocked = matches!(report.outcome, Outcome::Deadlocked(_));
    for (at, process) in report.processes.iter().enumerate() {
        match &process.ending {
            Ending::Finished => {}
            Ending::Cancelled => assert!(deadlocked, "{process:?}"),
            Ending::Failed(_) | Ending::Panicked(_) => {
                assert!(graph.faulty.contains(&at), "{process:?}");
            }
            Ending::Stopped => panic!("nobody stopped {process:?}"),
        }
    }
}

/// Only connectors that may drop do.
fn drops(graph: &Graph, report: &Report) {
    if !graph.drops() {
        assert_eq!(report.dropped(), 0);
    }
}

/// The sink's log is what its connector says was received.
fn counted(sink: &Sink, report: &Report, len: usize) {
    let to = format!("p{}.in", sink.process);
    let connector = report
        .connectors
        .iter()
        .find(|connector| connector.to == to);
    assert_eq!(connector.unwrap().counts.received, len as u64);
}

/// Along each way, packets keep the order of their source.
fn ordered(log: &[Packet]) {
    let mut last: BTreeMap<Vec<Value>, i64> = BTreeMap::new();
    for packet in log {
        let Some(way) = packet.value().and_then(Value::as_list) else {
            continue;
        };
        let number = way[1].as_int().unwrap();
        let mut way = way.to_vec();
        way.remove(1);
        let before = last.insert(way, number);
        assert!(
            before.is_none_or(|before| before < number),
            "{packet:?} after {before:?}"
        );
    }
}

/// Groups lie inside each other; all are closed at the end of a whole stream.
fn nested(log: &[Packet], is_whole: bool) {
    let mut open: Vec<Option<Value>> = Vec::new();
    for packet in log {
        match packet.view() {
            PacketView::Data(_) => {}
            PacketView::Open(label) => open.push(label.cloned()),
            PacketView::Close(label) => assert_eq!(open.pop(), Some(label.cloned())),
        }
    }
    assert!(!is_whole || open.is_empty(), "{open:?} left open");
}

/// Each process of the cycle waits on a connector to or from the next one, which is full or empty.
fn is_real(graph: &Graph, deadlock: &Deadlock) {
    assert!(!deadlock.cycle.is_empty(), "{deadlock:?}");
    let next = deadlock.cycle.iter().cycle().skip(1);
    for (waiting, next) in deadlock.cycle.iter().zip(next) {
        assert!(
            waits_for(graph, waiting, next),
            "{waiting:?} not for {next:?}"
        );
    }
    for other in &deadlock.others {
        assert!(other.blockage.is_some(), "{other:?} waits for nothing");
    }
}

fn waits_for(graph: &Graph, waiting: &Waiting, next: &Waiting) -> bool {
    let blockage = waiting.blockage.as_ref().unwrap();
    let own = end((waiting.process, &blockage.port));
    let mut connectors = graph.draft.flat.connectors.iter();
    match blockage.wait {
        Wait::Send => {
            assert_eq!(blockage.depth, u64::from(blockage.capacity), "{waiting:?}");
            connectors.any(|one| one.from == own && one.to.process == next.process)
        }
        Wait::Receive => {
            assert_eq!(blockage.depth, 0, "{waiting:?}");
            connectors.any(|one| one.to == own && one.from.process == next.process)
        }
    }
}
