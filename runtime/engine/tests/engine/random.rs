//! Random graphs: no hang, exact counts, order, groups, and the same results through every pipe and on any threads.
//!
//! A packet carries its source, its number there and the branches that it took, so that order can be checked along
//! every way through the graph.

use millstream_component::Registry;
use millstream_connector::PipeKind;
use millstream_engine::PlanOptions;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::draft::{LIMIT, finish, real};

mod check;
mod parts;
mod spec;

use check::Seen;
use spec::{Choice, Graph};

pub(crate) fn register(registry: &mut Registry) {
    parts::register(registry);
}

/// Runs one graph and checks all that must hold whatever it is; gives what its sinks saw.
fn run(choices: &[Choice], threads: usize, pipe: PipeKind) -> Seen {
    let graph = Graph::build(choices, threads);
    let runtime = real();
    let options = PlanOptions {
        pipe,
        ..PlanOptions::default()
    };
    let running = graph.draft.start_with(&runtime, options);
    let report = finish(&runtime, running.time_limit(LIMIT));
    check::all(&graph, &report)
}

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    })]

    #[test]
    fn random_graphs_keep_every_promise(
        choices in prop::collection::vec(spec::choice(), 1..14),
        threads in 1_usize..4,
    ) {
        let expected = run(&choices, 1, PipeKind::Best);
        for (threads, pipe) in [
            (1, PipeKind::Flume),
            (threads, PipeKind::Best),
            (threads, PipeKind::Flume),
        ] {
            let seen = run(&choices, threads, pipe);
            if Graph::build(&choices, 1).is_determined() {
                prop_assert_eq!(&seen, &expected, "{} {:?}", threads, pipe);
            }
        }
    }
}
