//! Deadlock is found with its cycle, soon, and never where something can still come.

use std::sync::Arc;
use std::time::Duration;

use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_connector::PipeKind;
use millstream_engine::{Deadlock, Outcome, PlanOptions, Report, Wait};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::draft::{Draft, assert_finished, ints};
use super::parts::Shared;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<TwoPorts>().unwrap();
    registry.add::<OneThenOther>().unwrap();
    registry.add::<Outside>().unwrap();
}

/// Sends 5 packets to a, then 1 to b.
#[component(name = "test/TwoPorts")]
async fn two_ports(
    /// Five ints.
    mut a: Out<i64>,
    /// One int.
    mut b: Out<i64>,
) -> Result<(), Failure> {
    for number in 0..5 {
        a.send(number).await?;
    }
    b.send(5).await?;
    Ok(())
}

/// Takes one packet from a, then waits on b, then takes the rest.
#[component(name = "test/OneThenOther")]
async fn one_then_other(
    /// Five ints.
    mut a: In<i64>,
    /// One int.
    mut b: In<i64>,
    /// All of them.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    if let Some(number) = a.recv().await? {
        out.send(number).await?;
    }
    if let Some(number) = b.recv().await? {
        out.send(number).await?;
    }
    while let Some(number) = a.recv().await? {
        out.send(number).await?;
    }
    Ok(())
}

type Gate = Arc<Mutex<Option<oneshot::Receiver<i64>>>>;

/// Waits for a number that comes from outside the network.
#[component(name = "test/Outside")]
async fn outside(
    /// Where it comes from.
    mut gate: In<Value>,
    /// The number.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let gate: Shared<Gate> = Shared::from_port(&mut gate).await;
    let receiver = gate.0.lock().lock().take().unwrap();
    out.send(receiver.await?).await?;
    Ok(())
}

#[track_caller]
fn deadlock(report: &Report) -> &Deadlock {
    match &report.outcome {
        Outcome::Deadlocked(deadlock) => deadlock,
        other => panic!("{other:?}"),
    }
}

/// A source, a copy into both elements of a Concat, which reads the first to its end before the second.
fn diamond(capacity: u32, packets: i64) -> (Draft, super::parts::Log) {
    let mut draft = Draft::new(capacity);
    let (source, copy, concat) = (
        draft.numbers(packets),
        draft.add("Copy", &[]),
        draft.add("Concat", &[]),
    );
    let (sink, log) = draft.sink();
    draft.chain(&[source, copy]);
    draft.connect((copy, "out[0]"), (concat, "in[0]"));
    draft.connect((copy, "out[1]"), (concat, "in[1]"));
    draft.chain(&[concat, sink]);
    (draft, log)
}

#[test]
fn diamond_that_is_read_in_turn_deadlocks_with_its_cycle() {
    for pipe in [PipeKind::Best, PipeKind::Flume] {
        let report = diamond(2, 100).0.run_with(PlanOptions {
            pipe,
            ..PlanOptions::default()
        });
        assert!(
            report.elapsed < Duration::from_secs(1),
            "{:?}",
            report.elapsed
        );
        let deadlock = deadlock(&report);
        let mut cycle = deadlock.cycle.clone();
        cycle.sort_by_key(|waiting| waiting.process);
        assert_eq!(cycle.len(), 2);
        let (copy, concat) = (&cycle[0], &cycle[1]);
        assert_eq!((copy.name.as_str(), concat.name.as_str()), ("p1", "p2"));
        let sends = copy.blockage.as_ref().unwrap();
        assert_eq!((sends.wait, sends.port.as_str()), (Wait::Send, "out[1]"));
        assert_eq!(
            (sends.peer.as_str(), sends.depth, sends.capacity),
            ("p2.in[1]", 2, 2)
        );
        let receives = concat.blockage.as_ref().unwrap();
        assert_eq!(
            (receives.wait, receives.port.as_str()),
            (Wait::Receive, "in[0]")
        );
        assert_eq!((receives.peer.as_str(), receives.depth), ("p1.out[0]", 0));
        let others: Vec<&str> = deadlock.others.iter().map(|other| &*other.name).collect();
        assert_eq!(others, ["p0", "p3"]);
    }
}

#[test]
fn deadlock_across_threads_is_found_too() {
    let mut draft = diamond(2, 100).0;
    draft.process(1).thread = Some("one".to_owned());
    draft.process(2).thread = Some("two".to_owned());
    let report = draft.run();
    assert!(
        report.elapsed < Duration::from_secs(1),
        "{:?}",
        report.elapsed
    );
    assert_eq!(deadlock(&report).cycle.len(), 2);
}

#[test]
fn diamond_with_room_enough_finishes() {
    let (draft, log) = diamond(100, 100);
    assert_finished(&draft.run());
    assert!(ints(&log).into_iter().eq((0..100).chain(0..100)));
}

#[test]
fn circle_of_readers_deadlocks() {
    let mut draft = Draft::new(1);
    let (a, b, c) = (
        draft.add("Pass", &[]),
        draft.add("Map", &[]),
        draft.add("Pass", &[]),
    );
    draft.chain(&[a, b, c, a]);
    let report = draft.run();
    let deadlock = deadlock(&report);
    assert_eq!(deadlock.cycle.len(), 3);
    for (at, waiting) in deadlock.cycle.iter().enumerate() {
        let blockage = waiting.blockage.as_ref().unwrap();
        assert_eq!(blockage.wait, Wait::Receive);
        let next = &deadlock.cycle[(at + 1) % 3].name;
        assert_eq!(blockage.peer, format!("{next}.out"));
    }
    assert!(deadlock.others.is_empty());
}

fn false_deadlock() -> (Draft, super::parts::Log) {
    let mut draft = Draft::new(4);
    let (writer, reader) = (draft.add("TwoPorts", &[]), draft.add("OneThenOther", &[]));
    let (sink, log) = draft.sink();
    draft.connect((writer, "a"), (reader, "a"));
    draft.connect((writer, "b"), (reader, "b"));
    draft.chain(&[reader, sink]);
    (draft, log)
}

#[test]
fn reader_that_takes_one_and_turns_away_is_no_deadlock() {
    for pipe in [PipeKind::Best, PipeKind::Flume] {
        for thread in [None, Some("other".to_owned())] {
            let (mut draft, log) = false_deadlock();
            draft.process(1).thread = thread;
            let report = draft.run_with(PlanOptions {
                pipe,
                ..PlanOptions::default()
            });
            assert_finished(&report);
            assert_eq!(ints(&log), [0, 5, 1, 2, 3, 4]);
        }
    }
}

#[test]
fn real_deadlock_of_the_same_shape_is_found() {
    let (mut draft, _) = false_deadlock();
    // Room for 3 and the one that is taken: the fifth never enters.
    draft.flat.connectors[0].capacity = 3;
    assert_eq!(deadlock(&draft.run()).cycle.len(), 2);
}

#[test]
fn slow_process_is_no_deadlock() {
    let mut draft = Draft::new(1);
    let (source, slow) = (draft.numbers(5), draft.with_n("Sleep", 3_600_000));
    let (sink, log) = draft.sink();
    draft.chain(&[source, slow, sink]);
    assert_finished(&draft.run_paused());
    assert_eq!(ints(&log).len(), 5);
}

#[test]
fn timer_in_real_time_is_no_deadlock() {
    let mut draft = Draft::new(1);
    // Longer than the engine leaves a quiet network alone.
    let (source, slow) = (draft.numbers(2), draft.with_n("Sleep", 400));
    let (sink, log) = draft.sink();
    draft.chain(&[source, slow, sink]);
    assert_finished(&draft.run());
    assert_eq!(ints(&log).len(), 2);
}

#[test]
fn wait_for_something_outside_is_no_deadlock() {
    let (sender, receiver) = oneshot::channel();
    let gate: Shared<Gate> = Shared::new(Arc::new(Mutex::new(Some(receiver))));
    let mut draft = Draft::new(1);
    let source = draft.add("Outside", &[("gate", gate.iip())]);
    let (sink, log) = draft.sink();
    draft.chain(&[source, sink]);
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::park_timeout(Duration::from_millis(600));
            sender.send(42).unwrap();
        });
        draft.run()
    });
    assert_finished(&report);
    assert_eq!(ints(&log), [42]);
}

#[test]
fn deadlock_beside_a_sleeping_process_is_found_when_it_wakes() {
    let mut draft = diamond(1, 10).0;
    let (source, slow) = (draft.numbers(1), draft.with_n("Sleep", 5_000));
    let (sink, log) = draft.sink();
    draft.chain(&[source, slow, sink]);
    let report = draft.run_paused();
    assert_eq!(deadlock(&report).cycle.len(), 2);
    assert_eq!(ints(&log).len(), 1, "what can go on does");
}

#[test]
fn deadlock_of_many_processes_is_found_soon() {
    let mut draft = Draft::new(1);
    let all: Vec<usize> = (0..2000).map(|_| draft.add("Pass", &[])).collect();
    draft.chain(&all);
    draft.connect((all[1999], "out"), (all[0], "in"));
    let report = draft.run();
    assert_eq!(deadlock(&report).cycle.len(), 2000);
    assert!(
        report.elapsed < Duration::from_secs(1),
        "{:?}",
        report.elapsed
    );
}
