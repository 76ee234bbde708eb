//! Busy processes share an island fairly.

use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_engine::Outcome;

use super::draft::{Draft, assert_finished, finish, ints, real};
use super::parts::{Number, give_way};

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<Patient>().unwrap();
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

#[test]
fn process_that_wakes_itself_goes_on() {
    let mut draft = Draft::new(2);
    let (source, yielding) = (draft.numbers(50), draft.with_n("Yielding", 7));
    let (sink, log) = draft.sink();
    draft.chain(&[source, yielding, sink]);
    assert_finished(&draft.run());
    assert!(ints(&log).into_iter().eq(0..50));
}

#[test]
fn busy_pair_cannot_starve_a_third_process() {
    for (capacity, component) in [(1, "Pass"), (10_000, "Pass"), (10_000, "Map")] {
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
        let runtime = real();
        let running = draft.start(&runtime);
        let network = running.network().clone();
        let watching = runtime.spawn(async move {
            while !network.processes()[sink].ended {
                tokio::task::yield_now().await;
            }
            network.stop();
        });
        let report = finish(&runtime, running.time_limit(super::draft::LIMIT));
        assert!(matches!(report.outcome, Outcome::Stopped), "{:?}", report.outcome);
        assert_eq!(ints(&log), [1]);
        runtime.block_on(watching).unwrap();
    }
}

#[test]
fn other_tasks_of_the_runtime_get_their_turn() {
    let mut draft = Draft::new(64);
    let (source, take) = (draft.numbers(i64::MAX), draft.with_n("Take", i64::MAX));
    draft.chain(&[source, take]);
    let runtime = real();
    let running = draft.start(&runtime);
    let network = running.network().clone();
    runtime.spawn(async move {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        network.stop();
    });
    let report = finish(&runtime, running.time_limit(super::draft::LIMIT));
    assert!(matches!(report.outcome, Outcome::Stopped), "{:?}", report.outcome);
}
