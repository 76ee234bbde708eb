//! Processes on threads of their own, on named threads, and spread over several.

use std::sync::Arc;

use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_engine::{Outcome, PlanOptions};
use parking_lot::{Condvar, Mutex};

use super::draft::{Draft, assert_finished, ints};
use super::parts::{Log, Shared};

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<BlockingWait>().unwrap();
    registry.add::<Signal>().unwrap();
}

type Flag = Arc<(Mutex<bool>, Condvar)>;

/// Blocks its thread until somebody gives the signal.
#[component(name = "test/BlockingWait", cost = blocking)]
async fn blocking_wait(
    /// The signal.
    mut flag: In<Value>,
    /// One int.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let flag: Shared<Flag> = Shared::from_port(&mut flag).await;
    wait_for(&flag);
    out.send(1).await?;
    Ok(())
}

fn wait_for(flag: &Shared<Flag>) {
    let flag = Arc::clone(&flag.0.lock());
    let mut given = flag.0.lock();
    while !*given {
        flag.1.wait(&mut given);
    }
}

/// Gives the signal when its input ends.
#[component(name = "test/Signal")]
async fn signal(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The signal.
    mut flag: In<Value>,
) -> Result<(), Failure> {
    let flag: Shared<Flag> = Shared::from_port(&mut flag).await;
    while input.recv_packet().await.is_some() {}
    let flag = Arc::clone(&flag.0.lock());
    *flag.0.lock() = true;
    flag.1.notify_all();
    Ok(())
}

fn names(log: &Log) -> Vec<String> {
    let log = log.0.lock();
    let text = |packet: &Packet| Some(packet.value()?.as_text()?.to_owned());
    log.iter().filter_map(text).collect()
}

#[test]
fn blocking_process_has_a_thread_named_after_it() {
    let mut draft = Draft::new(2);
    let (source, blocking) = (draft.numbers(100), draft.add("Blocking", &[]));
    let (sink, log) = draft.sink();
    draft.chain(&[source, blocking, sink]);
    assert_eq!(draft.plan(PlanOptions::default()).islands(), 2);
    let report = draft.run();
    assert_finished(&report);
    let names = names(&log);
    assert_eq!(names.len(), 100);
    for name in &names {
        assert!(name.ends_with("millstream p1"), "{name}");
        assert_eq!(*name, names[0]);
    }
}

#[test]
fn blocked_thread_holds_nobody_else_up() {
    let flag: Shared<Flag> = Shared::new(Flag::default());
    let mut draft = Draft::new(2);
    let waits = draft.add("BlockingWait", &[("flag", flag.iip())]);
    let (sink, log) = draft.sink();
    draft.chain(&[waits, sink]);
    let (source, signal) = (
        draft.numbers(1000),
        draft.add("Signal", &[("flag", flag.iip())]),
    );
    draft.chain(&[source, signal]);
    assert_finished(&draft.run());
    assert_eq!(ints(&log), [1]);
}

#[test]
fn processes_that_name_a_thread_share_it() {
    let mut draft = Draft::new(2);
    let mut logs = Vec::new();
    for thread in [Some("io"), Some("io"), Some("other"), None] {
        let (source, process) = (draft.numbers(20), draft.add("Where", &[]));
        draft.process(process).thread = thread.map(str::to_owned);
        let (sink, log) = draft.sink();
        draft.chain(&[source, process, sink]);
        logs.push(log);
    }
    assert_eq!(draft.plan(PlanOptions::default()).islands(), 3);
    assert_finished(&draft.run());
    let threads: Vec<String> = logs.iter().map(|log| names(log)[0].clone()).collect();
    assert!(threads[0].ends_with("millstream io"), "{threads:?}");
    assert_eq!(threads[0], threads[1]);
    assert!(threads[2].ends_with("millstream other"), "{threads:?}");
    assert!(!threads[3].contains("millstream io"), "{threads:?}");
}

#[test]
fn heavy_processes_are_spread_and_light_ones_stay() {
    for (heavy, threads, islands) in [
        (0, 4, 1),
        (1, 4, 1),
        (2, 1, 1),
        (2, 2, 2),
        (5, 2, 2),
        (2, 4, 2),
    ] {
        let mut draft = Draft::new(3);
        let mut chain = vec![draft.numbers(2000)];
        for _ in 0..heavy {
            chain.push(draft.add("Heavy", &[]));
            chain.push(draft.add("Map", &[]));
        }
        let (sink, log) = draft.sink();
        chain.push(sink);
        draft.chain(&chain);
        let options = PlanOptions {
            threads,
            ..PlanOptions::default()
        };
        assert_eq!(
            draft.plan(options.clone()).islands(),
            islands,
            "{heavy} {threads}"
        );
        assert_finished(&draft.run_with(options));
        assert!(ints(&log).into_iter().eq(0..2000));
    }
}

#[test]
fn early_end_and_failure_reach_over_threads() {
    for component in ["Take", "FailAt", "PanicAt"] {
        let mut draft = Draft::new(2);
        let (source, pass, ending) = (
            draft.numbers(i64::MAX),
            draft.add("Blocking", &[]),
            draft.with_n(component, 30),
        );
        draft.process(ending).thread = Some("end".to_owned());
        let (sink, log) = draft.sink();
        draft.chain(&[source, pass, ending, sink]);
        let report = draft.run();
        match report.outcome {
            Outcome::Finished => assert_eq!(component, "Take"),
            Outcome::Failed { process, .. } => assert_eq!(process, ending),
            other => panic!("{other:?}"),
        }
        assert_eq!(names(&log).len(), 30);
    }
}

#[test]
fn many_writers_on_many_threads_lose_nothing() {
    for round in 0..20 {
        let mut draft = Draft::new(1 + round);
        let (sink, log) = draft.sink();
        for writer in 0..4 {
            let source = draft.numbers(300);
            draft.process(source).thread = Some(format!("t{writer}"));
            draft.chain(&[source, sink]);
        }
        let report = draft.run();
        assert_finished(&report);
        let mut seen = ints(&log);
        seen.sort_unstable();
        assert!(
            seen.into_iter().eq((0..300).flat_map(|n| [n; 4])),
            "round {round}"
        );
    }
}

#[test]
fn flume_between_threads_loses_nothing() {
    for round in 0..20 {
        let mut draft = Draft::new(1 + round);
        let (source, pass) = (draft.numbers(1000), draft.add("Pass", &[]));
        draft.process(pass).thread = Some("other".to_owned());
        let (sink, log) = draft.sink();
        draft.chain(&[source, pass, sink]);
        let report = draft.run_with(PlanOptions {
            pipe: millstream_connector::PipeKind::Flume,
            ..PlanOptions::default()
        });
        assert_finished(&report);
        assert!(ints(&log).into_iter().eq(0..1000), "round {round}");
    }
}

/// Many networks at once keep each other's threads from running at every point between two steps.
#[test]
fn thread_that_is_kept_waiting_is_no_deadlock() {
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let mut draft = Draft::new(3);
                let (source, there, back) = (
                    draft.numbers(10_000),
                    draft.add("Pass", &[]),
                    draft.add("Pass", &[]),
                );
                draft.process(there).thread = Some("other".to_owned());
                let (sink, log) = draft.sink();
                draft.chain(&[source, there, back, sink]);
                assert_finished(&draft.run());
                assert!(ints(&log).into_iter().eq(0..10_000));
            });
        }
    });
}
