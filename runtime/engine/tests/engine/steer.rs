//! Hold, step and release; stop, cancel and time limits.

use std::time::Duration;

use millstream_engine::{Ending, Network, Outcome, Report, Running};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::draft::{Draft, assert_accounting, assert_finished, ints, paused};

/// Longer than anything the engine waits for of its own accord.
const WHILE: Duration = Duration::from_secs(3);

fn join(runtime: &Runtime, running: Running) -> (Network, JoinHandle<Report>) {
    let network = running.network().clone();
    let running = running.time_limit(Duration::from_secs(100_000));
    (network, runtime.spawn(running.join()))
}

/// A source of n ints, a Pass, and a sink; its runtime has virtual time.
fn line(n: i64) -> (Draft, super::parts::Log) {
    let mut draft = Draft::new(4);
    let (source, pass) = (draft.numbers(n), draft.add("Pass", &[]));
    let (sink, log) = draft.sink();
    draft.chain(&[source, pass, sink]);
    (draft, log)
}

fn received(network: &Network) -> Vec<u64> {
    let connectors = network.connectors();
    connectors
        .iter()
        .map(|connector| connector.counts.received)
        .collect()
}

#[test]
fn held_connector_stops_the_flow_and_is_no_deadlock() {
    let ((draft, log), runtime) = (line(20), paused());
    let running = draft.start(&runtime);
    assert!(running.network().hold_connector(1));
    let (network, joined) = join(&runtime, running);
    runtime.block_on(async {
        sleep(WHILE).await;
        assert!(!joined.is_finished(), "a held network is no deadlock");
        // Four wait before the hold, one is in the hand of the process, four wait before it.
        assert_eq!(received(&network), [5, 0]);
        let depths: Vec<u64> = network
            .connectors()
            .iter()
            .map(|c| c.counts.depth)
            .collect();
        assert_eq!(depths, [4, 4]);
        assert_eq!(network.waits().cycle, [], "whoever holds it ends the wait");
        for step in 1..4 {
            assert!(network.step_connector(1));
            sleep(WHILE).await;
            assert_eq!(received(&network), [5 + step, step]);
        }
        assert!(network.release_connector(1));
        let report = joined.await.unwrap();
        assert_finished(&report);
        assert_accounting(&report);
    });
    assert!(ints(&log).into_iter().eq(0..20));
}

#[test]
fn held_process_takes_nothing_and_is_stepped_by_packets() {
    let ((draft, log), runtime) = (line(20), paused());
    let running = draft.start(&runtime);
    assert!(running.network().hold_process(1));
    let (network, joined) = join(&runtime, running);
    runtime.block_on(async {
        sleep(WHILE).await;
        assert_eq!(received(&network), [0, 0]);
        for step in 1..4 {
            assert!(network.step_process(1));
            sleep(WHILE).await;
            assert_eq!(received(&network), [step, step]);
        }
        assert!(network.release_process(1));
        assert_finished(&joined.await.unwrap());
    });
    assert_eq!(ints(&log).len(), 20);
}

#[test]
fn held_source_sends_nothing_until_it_is_released() {
    let ((draft, log), runtime) = (line(20), paused());
    let running = draft.start(&runtime);
    assert!(running.network().hold_process(0));
    let (network, joined) = join(&runtime, running);
    runtime.block_on(async {
        sleep(WHILE).await;
        assert!(!joined.is_finished());
        assert_eq!(network.connectors()[0].counts.sent, 0);
        assert!(network.step_process(0));
        sleep(WHILE).await;
        let sent = network.connectors()[0].counts.sent;
        assert!((1..20).contains(&sent), "one poll: {sent}");
        assert!(!joined.is_finished());
        assert!(network.release_process(0));
        assert_finished(&joined.await.unwrap());
    });
    assert_eq!(ints(&log).len(), 20);
}

#[test]
fn unknown_positions_are_refused() {
    let ((draft, _), runtime) = (line(1), paused());
    let running = draft.start(&runtime);
    let network = running.network().clone();
    assert!(!network.hold_connector(2) && !network.step_connector(9));
    assert!(!network.release_connector(2) && !network.hold_process(3));
    assert_finished(&runtime.block_on(running.join()));
}

#[test]
fn stop_ends_sources_and_what_is_in_flight_arrives() {
    let ((draft, log), runtime) = (line(i64::MAX), paused());
    let (network, joined) = join(&runtime, draft.start(&runtime));
    let report = runtime.block_on(async {
        while network.connectors()[1].counts.received < 1000 {
            tokio::task::yield_now().await;
        }
        network.stop();
        joined.await.unwrap()
    });
    assert!(
        matches!(report.outcome, Outcome::Stopped),
        "{:?}",
        report.outcome
    );
    assert!(matches!(report.processes[0].ending, Ending::Stopped));
    for process in &report.processes[1..] {
        assert!(matches!(process.ending, Ending::Finished), "{process:?}");
    }
    assert_eq!(report.left_over(), 0);
    let sent = i64::try_from(report.connectors[0].counts.sent).unwrap();
    assert!(
        ints(&log).into_iter().eq(0..sent),
        "all that was sent arrives"
    );
}

#[test]
fn stop_ends_a_source_that_waits_for_room_or_is_held() {
    for hold in [false, true] {
        let ((draft, _), runtime) = (line(i64::MAX), paused());
        let running = draft.start(&runtime);
        running.network().hold_connector(0);
        if hold {
            running.network().hold_process(0);
        }
        let (network, joined) = join(&runtime, running);
        let report = runtime.block_on(async {
            sleep(WHILE).await;
            network.stop();
            sleep(WHILE).await;
            assert!(network.processes()[0].ended);
            network.release_connector(0);
            joined.await.unwrap()
        });
        assert!(
            matches!(report.outcome, Outcome::Stopped),
            "{:?}",
            report.outcome
        );
        assert_eq!(report.left_over(), 0);
    }
}

/// A component that asked to be told says one more thing and ends by itself, with or without connected inputs.
#[test]
fn stop_tells_a_component_that_asked_for_it() {
    for is_fed in [false, true] {
        let (mut draft, runtime) = (Draft::new(4), paused());
        let polite = draft.add("Polite", &[]);
        let (sink, log) = draft.sink();
        draft.chain(&[polite, sink]);
        if is_fed {
            let source = draft.add("Sleep", &[("n", 1.into())]);
            draft.connect((polite, "back"), (source, "in"));
            draft.connect((source, "out"), (polite, "in"));
        }
        let (network, joined) = join(&runtime, draft.start(&runtime));
        let report = runtime.block_on(async {
            sleep(WHILE).await;
            assert!(!joined.is_finished());
            network.stop();
            joined.await.unwrap()
        });
        assert!(
            matches!(report.outcome, Outcome::Stopped),
            "{:?}",
            report.outcome
        );
        assert!(matches!(report.processes[0].ending, Ending::Finished));
        assert_eq!(ints(&log), [7]);
    }
}

/// A source of many ints and a sink that takes an hour for each.
fn slow_line() -> Draft {
    let mut draft = Draft::new(4);
    let (source, slow) = (draft.numbers(1000), draft.with_n("Sleep", 3_600_000));
    draft.chain(&[source, slow]);
    draft
}

#[test]
fn drain_that_takes_longer_than_the_grace_is_cancelled() {
    let runtime = paused();
    let running = slow_line().start(&runtime).grace(Duration::from_secs(10));
    let (network, joined) = join(&runtime, running);
    let report = runtime.block_on(async {
        sleep(WHILE).await;
        network.stop();
        joined.await.unwrap()
    });
    assert!(
        matches!(report.outcome, Outcome::Cancelled),
        "{:?}",
        report.outcome
    );
    assert!(matches!(report.processes[1].ending, Ending::Cancelled));
    assert_eq!(report.left_over(), 4, "what was left is counted");
    assert_accounting(&report);
}

#[test]
fn cancel_ends_everything_at_once() {
    let runtime = paused();
    let (network, joined) = join(&runtime, slow_line().start(&runtime));
    let report = runtime.block_on(async {
        sleep(WHILE).await;
        network.cancel();
        joined.await.unwrap()
    });
    assert!(
        matches!(report.outcome, Outcome::Cancelled),
        "{:?}",
        report.outcome
    );
    assert_eq!(network.live(), 0);
    for process in &report.processes {
        assert!(matches!(process.ending, Ending::Cancelled), "{process:?}");
    }
}

#[test]
fn time_limit_ends_the_run() {
    let runtime = paused();
    let running = slow_line().start(&runtime);
    let report = runtime.block_on(running.time_limit(Duration::from_hours(2)).join());
    assert!(
        matches!(report.outcome, Outcome::TimedOut),
        "{:?}",
        report.outcome
    );
    assert_accounting(&report);
}

#[test]
fn deadlock_is_found_after_a_hold_is_released() {
    let runtime = paused();
    let mut draft = Draft::new(1);
    let (a, b) = (draft.add("Pass", &[]), draft.add("Pass", &[]));
    draft.chain(&[a, b, a]);
    let running = draft.start(&runtime);
    running.network().hold_connector(0);
    let (network, joined) = join(&runtime, running);
    runtime.block_on(async {
        sleep(WHILE).await;
        assert!(!joined.is_finished());
        network.release_connector(0);
        let report = joined.await.unwrap();
        assert!(
            matches!(report.outcome, Outcome::Deadlocked(_)),
            "{report:?}"
        );
    });
}
