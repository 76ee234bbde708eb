//! Busy processes share an island fairly.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_engine::{Network, Outcome};

use super::draft::{Draft, assert_finished, finish, ints, real};
use super::parts::{Log, Number, give_way};

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<Patient>().unwrap();
    registry.add::<SlowStart>().unwrap();
}

/// Lets others run n times and ends.
#[component(name = "test/Patient")]
async fn patient(
    config: Config<Number>,
    /// One int when it is over.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    give_way(config.n).await;
    out.send(1).await?;
    Ok(())
}

/// Computes for as long as [`SET_UP`] before it ends, as one does that compiles a pattern.
#[component(name = "test/SlowStart")]
async fn slow_start(
    /// Nothing.
    _out: Out<i64>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    while begun.elapsed() < SET_UP {
        std::hint::spin_loop();
    }
    Ok(())
}

const SET_UP: Duration = Duration::from_millis(5);

#[test]
fn set_up_counts_once_in_the_busy_time() {
    let mut draft = Draft::new(1);
    let start = draft.add("SlowStart", &[]);
    let (sink, _) = draft.sink();
    draft.chain(&[start, sink]);
    let runtime = real();
    let report = finish(&runtime, draft.start(&runtime));
    let busy = report.processes[start].busy;
    assert!(busy >= SET_UP && busy <= report.elapsed, "{busy:?}");
}

#[test]
fn process_that_wakes_itself_goes_on() {
    let mut draft = Draft::new(2);
    let (source, yielding) = (draft.numbers(50), draft.with_n("Yielding", 7));
    let (sink, log) = draft.sink();
    draft.chain(&[source, yielding, sink]);
    assert_finished(&draft.run());
    assert!(ints(&log).into_iter().eq(0..50));
}

/// An endless stream beside a process that lets others run 200 times before it sends to a sink.
fn busy_pair(capacity: u32, component: &str) -> (Draft, usize, Log) {
    let mut draft = Draft::new(capacity);
    let (source, pass, take) = (
        draft.numbers(i64::MAX),
        draft.add(component, &[]),
        draft.with_n("Take", i64::MAX),
    );
    draft.chain(&[source, pass, take]);
    let patient = draft.with_n("Patient", 200);
    let (sink, log) = draft.sink();
    draft.chain(&[patient, sink]);
    (draft, sink, log)
}

/// Stops the network when the condition holds; it must before the time limit.
#[track_caller]
fn stop_when(draft: &Draft, holds: impl Fn(&Network) -> bool + Send + 'static) {
    let runtime = real();
    let running = draft.start(&runtime);
    let network = running.network().clone();
    runtime.spawn(async move {
        while !holds(&network) {
            tokio::task::yield_now().await;
        }
        network.stop();
    });
    let report = finish(&runtime, running.time_limit(Duration::from_secs(10)));
    let stopped = matches!(report.outcome, Outcome::Stopped);
    assert!(stopped, "{:?}", report.outcome);
}

#[test]
fn busy_pair_cannot_starve_a_third_process() {
    for (capacity, component) in [(1, "Pass"), (10_000, "Pass"), (10_000, "Map")] {
        let (draft, _, log) = busy_pair(capacity, component);
        let watched = log.clone();
        stop_when(&draft, move |_| !watched.0.lock().is_empty());
        assert_eq!(ints(&log), [1]);
    }
}

#[test]
fn ended_process_is_seen_while_others_are_busy() {
    let (draft, sink, _) = busy_pair(4, "Pass");
    stop_when(&draft, move |network| network.processes()[sink].ended);
}

#[test]
fn other_tasks_of_the_runtime_get_their_turn() {
    let (draft, _, _) = busy_pair(64, "Pass");
    let turns = AtomicU32::new(0);
    stop_when(&draft, move |_| turns.fetch_add(1, Ordering::Relaxed) == 10);
}
