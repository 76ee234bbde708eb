//! Doors: packets in and out of a network that runs; taps on its connectors.

use std::sync::Arc;
use std::time::Duration;

use millstream_connector::{Tap, TapLook};
use millstream_engine::{Doors, Network, Outcome, PlanOptions, Running};
use millstream_graph::{FlatEnd, PortName};
use millstream_packet::Packet;
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::time::sleep;

use super::draft::{Draft, assert_accounting, assert_finished, end, ints, paused};

/// Longer than anything the engine waits for of its own accord.
const WHILE: Duration = Duration::from_secs(3);

fn export(draft: &mut Draft, inport: Option<FlatEnd>, outport: Option<FlatEnd>) {
    let name = |text: &str| PortName::new(text).unwrap();
    draft
        .flat
        .inports
        .extend(inport.map(|end| (name("into"), end)));
    draft
        .flat
        .outports
        .extend(outport.map(|end| (name("from"), end)));
}

fn start(draft: &Draft, runtime: &Runtime) -> (Running, Doors) {
    let options = PlanOptions {
        doors: true,
        ..PlanOptions::default()
    };
    let mut running = draft.start_with(runtime, options);
    let doors = running.take_doors();
    (running, doors)
}

fn int(packet: &Packet) -> i64 {
    packet.value().and_then(|value| value.as_int()).unwrap()
}

#[test]
fn packets_go_in_and_come_out_through_exported_ports() {
    let (mut draft, runtime) = (Draft::new(2), paused());
    let (first, second) = (draft.add("Pass", &[]), draft.add("Pass", &[]));
    draft.connect((first, "out"), (second, "in"));
    export(
        &mut draft,
        Some(end((first, "in"))),
        Some(end((second, "out"))),
    );
    let (running, mut doors) = start(&draft, &runtime);
    let (mut entry, mut exit) = (doors.entries.remove(0), doors.exits.remove(0));
    assert_eq!((entry.port(), exit.port()), ("into", "from"));
    let report = runtime.block_on(async {
        let joined = runtime.spawn(running.join());
        let feeding = runtime.spawn(async move {
            // More than all connectors hold: it has to wait for room.
            for number in 0..500 {
                entry.send(Packet::data(number)).await.unwrap();
            }
        });
        sleep(WHILE).await;
        assert!(!joined.is_finished(), "it waits for who stands outside");
        assert!(!feeding.is_finished(), "nobody has taken anything");
        for number in 0..500 {
            assert_eq!(exit.recv().await.as_ref().map(int), Some(number));
        }
        assert_eq!(exit.recv().await, None);
        joined.await.unwrap()
    });
    assert_finished(&report);
    assert_accounting(&report);
    assert_eq!(report.connectors[1].from, ["<into>"]);
}

#[test]
fn entry_joins_the_writers_that_a_port_has() {
    let (mut draft, runtime) = (Draft::new(2), paused());
    let source = draft.numbers(50);
    let (sink, log) = draft.sink();
    draft.connect((source, "out"), (sink, "in"));
    export(&mut draft, Some(end((sink, "in"))), None);
    let (running, mut doors) = start(&draft, &runtime);
    let mut entry = doors.entries.remove(0);
    let report = runtime.block_on(async {
        let joined = runtime.spawn(running.join());
        for number in 1000..1100 {
            entry.send(Packet::data(number)).await.unwrap();
        }
        drop(entry);
        joined.await.unwrap()
    });
    assert_finished(&report);
    assert_accounting(&report);
    let (inside, outside): (Vec<i64>, Vec<i64>) = ints(&log).into_iter().partition(|&n| n < 1000);
    assert!(inside.into_iter().eq(0..50) && outside.into_iter().eq(1000..1100));
}

#[test]
fn port_with_a_value_and_port_that_is_read_have_no_door() {
    let (mut draft, runtime) = (Draft::new(2), paused());
    let source = draft.numbers(3);
    let (sink, _log) = draft.sink();
    draft.connect((source, "out"), (sink, "in"));
    export(
        &mut draft,
        Some(end((source, "n"))),
        Some(end((source, "out"))),
    );
    let (running, doors) = start(&draft, &runtime);
    assert!(doors.entries.is_empty() && doors.exits.is_empty());
    assert_finished(&runtime.block_on(running.join()));
}

#[test]
fn closed_doors_end_a_network_or_leave_it_stuck() {
    let (mut draft, runtime) = (Draft::new(2), paused());
    let pass = draft.add("Pass", &[]);
    export(
        &mut draft,
        Some(end((pass, "in"))),
        Some(end((pass, "out"))),
    );
    let (running, doors) = start(&draft, &runtime);
    drop(doors);
    assert_finished(&runtime.block_on(running.join()));

    let (running, mut doors) = start(&draft, &runtime);
    let mut entry = doors.entries.remove(0);
    drop(doors.exits);
    runtime.block_on(async {
        let joined = runtime.spawn(running.join());
        sleep(WHILE).await;
        let sent = entry.send(Packet::data(1)).await;
        sleep(WHILE).await;
        let shut = entry.send(Packet::data(2)).await;
        assert!(sent.is_ok() && shut.is_err(), "nobody reads what it sends");
        assert!(matches!(joined.await.unwrap().outcome, Outcome::Finished));
    });
}

#[test]
fn deadlock_is_found_though_somebody_waits_for_what_comes_out() {
    let (mut draft, runtime) = (Draft::new(2), paused());
    let (source, copy) = (draft.numbers(100), draft.add("Copy", &[]));
    let concat = draft.add("Concat", &[]);
    draft.chain(&[source, copy]);
    draft.connect((copy, "out[0]"), (concat, "in[0]"));
    draft.connect((copy, "out[1]"), (concat, "in[1]"));
    export(&mut draft, None, Some(end((concat, "out"))));
    let (running, mut doors) = start(&draft, &runtime);
    let mut exit = doors.exits.remove(0);
    let report = runtime.block_on(async {
        let joined = runtime.spawn(running.join());
        let mut taken = Vec::new();
        while let Some(packet) = exit.recv().await {
            taken.push(int(&packet));
        }
        assert_eq!(taken, [0, 1, 2]);
        joined.await.unwrap()
    });
    assert!(matches!(report.outcome, Outcome::Deadlocked(_)));
    assert_accounting(&report);
}

/// Who waits at a way out counts in turn, and a wrong count would end one of these networks with a deadlock.
#[test]
fn ways_out_that_are_emptied_at_any_pace_are_no_deadlock() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(3)
        .enable_all()
        .build()
        .unwrap();
    for round in 0..50 {
        let mut draft = Draft::new(1 + round % 3);
        let (source, pass) = (draft.numbers(300), draft.add("Pass", &[]));
        draft.chain(&[source, pass]);
        export(&mut draft, None, Some(end((pass, "out"))));
        let options = PlanOptions {
            doors: true,
            threads: 1 + round as usize % 2,
            ..PlanOptions::default()
        };
        let mut running = draft.start_with(&runtime, options);
        let mut exit = running.take_doors().exits.remove(0);
        let taking = runtime.spawn(async move {
            let mut taken = 0;
            while let Some(packet) = exit.recv().await {
                assert_eq!(int(&packet), taken);
                taken += 1;
                for _ in 0..taken % 4 {
                    tokio::task::yield_now().await;
                }
            }
            taken
        });
        let report = runtime.block_on(running.join());
        assert_eq!(runtime.block_on(taking).unwrap(), 300);
        assert_finished(&report);
    }
}

#[derive(Debug, Default)]
struct Eye(Mutex<Vec<i64>>);

impl Tap for Eye {
    fn see(&self, _number: u64, packet: &Packet) -> TapLook {
        self.0.lock().push(int(packet));
        TapLook::Next
    }
}

#[test]
fn tap_sees_what_passes_a_connector_and_changes_nothing() {
    let (mut draft, runtime) = (Draft::new(8), paused());
    let (source, pass) = (draft.numbers(200), draft.add("Pass", &[]));
    let (sink, log) = draft.sink();
    draft.chain(&[source, pass, sink]);
    let running = draft.start(&runtime);
    let eye = Arc::new(Eye::default());
    let network = running.network();
    assert!(network.tap_connector(1, Some(Arc::clone(&eye) as Arc<dyn Tap>)));
    assert!(!network.tap_connector(2, None));
    let report = runtime.block_on(running.join());
    assert_finished(&report);
    assert_accounting(&report);
    assert!(ints(&log).into_iter().eq(0..200));
    assert!(eye.0.lock().iter().copied().eq(0..200));
}

#[test]
fn whoever_feeds_a_network_hears_of_its_end() {
    for end in [Network::stop, Network::cancel] {
        let (mut draft, runtime) = (Draft::new(2), paused());
        let (sink, _log) = draft.sink();
        export(&mut draft, Some(super::draft::end((sink, "in"))), None);
        let (running, doors) = start(&draft, &runtime);
        let network = running.network().clone();
        runtime.block_on(async {
            let (early, late) = (network.clone(), network.clone());
            let told = runtime.spawn(async move { early.ending().await });
            sleep(WHILE).await;
            assert!(!told.is_finished());
            end(&network);
            told.await.unwrap();
            late.ending().await;
            drop(doors);
            running.join().await;
        });
    }
}
