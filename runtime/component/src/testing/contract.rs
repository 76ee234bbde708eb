//! What every component must do; called by the tests that [`contract!`](crate::contract) writes.
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "these functions are assertions of tests"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use millstream_graph::ExampleSpec;
use millstream_packet::Packet;
use tokio::runtime::Runtime;

use crate::definition::{Component, Definition};
use crate::testing::bench::{Bench, Outcome};

/// Which clock the examples of a component run by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// One that jumps whenever nothing can move.
    Paused,
    /// That of the machine, for components that wait for programs, sockets or the file system.
    Real,
}

impl Clock {
    /// Longest that an example may take: calendars are slow.
    fn limit(self) -> Duration {
        match self {
            Self::Paused => Duration::from_hours(10_000),
            Self::Real => Duration::from_secs(20),
        }
    }

    fn runtime(self) -> Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(self == Self::Paused)
            .build()
            .expect("the system has a poll for one more runtime")
    }
}

/// Runs a bench on a clock of its own.
fn run(bench: Bench, clock: Clock) -> Outcome {
    clock
        .runtime()
        .block_on(async { tokio::time::timeout(clock.limit(), bench.run()).await })
        .unwrap_or_else(|_| panic!("the component waits for something that never comes"))
}

/// Every component says what it is, what each port is, and shows an example.
///
/// # Panics
///
/// If something is missing.
pub fn is_documented<C: Component>() {
    let spec = C::DEFINITION.spec();
    assert!(
        spec.summary.ends_with('.'),
        "{}: the first doc line is a sentence",
        spec.name
    );
    assert!(!spec.examples.is_empty(), "{}: shows no example", spec.name);
    for port in spec.in_ports.iter().chain(&spec.out_ports) {
        assert!(
            !port.docs.is_empty(),
            "{}: port `{}` has no docs",
            spec.name,
            port.name
        );
    }
}

/// The examples hold at capacity 1, 2 and 64.
///
/// # Panics
///
/// If an output or a failure differs.
pub fn examples_hold<C: Component>(clock: Clock) {
    let definition = C::DEFINITION;
    for example in definition.spec().examples {
        for capacity in [1, 2, 64] {
            let outcome = run(
                Bench::from_example(definition, &example).capacity(capacity),
                clock,
            );
            compare(definition.name, &example, capacity, &outcome);
        }
    }
}

fn compare(name: &str, example: &ExampleSpec, capacity: u32, outcome: &Outcome) {
    let place = format!("{name}, example `{}`, capacity {capacity}", example.title);
    match (&outcome.result, &example.failure) {
        (Ok(()), None) => {}
        (Err(failure), Some(part)) if failure.to_string().contains(part.as_str()) => {}
        (result, expected) => panic!("{place}: ended with {result:?}, expected {expected:?}"),
    }
    for (port, expected) in &example.outputs {
        let found = outcome
            .outputs
            .get(port)
            .map_or(&[] as &[Packet], Vec::as_slice);
        assert_eq!(found, expected.as_slice(), "{place}: port `{port}`");
    }
}

/// With all inputs at their end from the start, the component ends.
///
/// # Panics
///
/// If it fails or waits.
pub fn ends_on_empty_inputs<C: Component>(clock: Clock) {
    let definition = C::DEFINITION;
    for example in definition
        .spec()
        .examples
        .iter()
        .filter(|example| example.failure.is_none())
    {
        let mut empty = example.clone();
        empty.inputs.values_mut().for_each(Vec::clear);
        let outcome = run(Bench::from_example(definition, &empty), clock);
        assert!(
            outcome.result.is_ok(),
            "{}: {:?}",
            definition.name,
            outcome.result
        );
    }
}

/// Ports that are `at_end` say nothing while an in-port is open; told by examples without brackets, on a paused clock.
///
/// # Panics
///
/// If one says something, or no example can tell.
pub fn is_silent_until_the_end<C: Component>(clock: Clock) {
    let definition: Definition = C::DEFINITION;
    let spec = definition.spec();
    for port in spec.out_ports.iter().filter(|port| port.at_end) {
        let telling: Vec<&ExampleSpec> = spec
            .examples
            .iter()
            .filter(|example| clock == Clock::Paused && tells_of(example, &port.name))
            .collect();
        assert!(
            !telling.is_empty(),
            "{}: no example shows the end at `{}`",
            spec.name,
            port.name
        );
        for example in telling {
            assert!(
                !speaks_early(definition, example, &port.name),
                "{}: `{}` does not wait for the end",
                spec.name,
                port.name
            );
        }
    }
}

/// Whether packets that are no brackets go in, and come out of this port.
fn tells_of(example: &ExampleSpec, port: &str) -> bool {
    let is_plain = example.inputs.values().flatten().all(Packet::is_data);
    let speaks = example
        .outputs
        .get(port)
        .is_some_and(|packets| !packets.is_empty());
    is_plain && speaks && example.failure.is_none()
}

/// Whether anything comes out of this port while the in-ports stay open.
fn speaks_early(definition: Definition, example: &ExampleSpec, port: &str) -> bool {
    let spoken = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&spoken);
    let bench = Bench::from_example(definition, example).on_output(port, move |_| {
        heard.store(true, Ordering::Relaxed);
        None
    });
    let visit = async {
        tokio::time::sleep(Clock::Paused.limit()).await;
        spoken.load(Ordering::Relaxed)
    };
    Clock::Paused.runtime().block_on(bench.run_with(visit)).1
}

/// The component can be dropped after any number of polls, and with full outputs.
///
/// # Panics
///
/// If it panics.
pub fn cancels_midway<C: Component>(clock: Clock) {
    let definition: Definition = C::DEFINITION;
    for example in definition.spec().examples {
        for polls in 0..4 {
            drop_after(polls, definition, &example, clock);
        }
    }
}

fn drop_after(polls: usize, definition: Definition, example: &ExampleSpec, clock: Clock) {
    clock.runtime().block_on(async {
        let mut rig = Bench::from_example(definition, example).capacity(1).start();
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..polls {
            if rig.poll(&mut cx).is_ready() {
                return;
            }
            tokio::task::yield_now().await;
        }
    });
}
