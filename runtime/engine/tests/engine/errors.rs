//! What `on_error` makes of a packet that fails; and chance that repeats itself.

use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_engine::{Outcome, PlanOptions, Report};
use millstream_graph::OnError;
use rand::Rng as _;

use super::draft::{Draft, assert_finished, ints};
use super::parts::{Log, Number};

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<EvenOnly>().unwrap();
    registry.add::<EvenAsync>().unwrap();
    registry.add::<Flaky>().unwrap();
    registry.add::<Chance>().unwrap();
}

fn odd(number: i64) -> Failure {
    Failure::packet(format!("{number} is odd"))
}

/// Passes even ints on and fails with odd ones.
#[component(name = "test/EvenOnly", operator)]
#[derive(Debug)]
struct EvenOnly {
    /// Ints.
    #[input(name = "in")]
    input: In<i64>,
    /// Even ints.
    #[output]
    out: Out<i64>,
}

impl Operator for EvenOnly {
    fn process(&mut self, item: i64) -> Result<(), Failure> {
        if item % 2 != 0 {
            return Err(odd(item));
        }
        self.out.emit(item);
        Ok(())
    }
}

/// As `EvenOnly`, written as a function.
#[component(name = "test/EvenAsync")]
async fn even_async(
    /// Ints.
    #[port(name = "in")]
    mut input: In<i64>,
    cx: Context,
    /// Even ints.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    while let Some(number) = input.recv().await? {
        if number % 2 == 0 {
            out.send(number).await?;
        } else {
            let taken = input.raw().taken();
            cx.reject(odd(number).at("in", taken), Packet::data(number))?;
        }
    }
    Ok(())
}

/// Fails with each packet n times before it passes it on.
#[component(name = "test/Flaky", operator)]
#[derive(Debug)]
struct Flaky {
    /// Packets.
    #[input(name = "in")]
    input: In<Value>,
    /// The same packets.
    #[output]
    out: Out<Value>,
    #[config]
    config: Config<Number>,
    #[state]
    failed: i64,
}

impl Operator for Flaky {
    fn process(&mut self, item: Value) -> Result<(), Failure> {
        if self.failed < self.config.n {
            self.failed += 1;
            return Err(Failure::packet("not yet"));
        }
        self.failed = 0;
        self.out.emit(item);
        Ok(())
    }
}

/// Emits n random ints.
#[component(name = "test/Chance")]
async fn chance(
    config: Config<Number>,
    cx: Context,
    /// Random ints.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let mut rng = cx.rng();
    for _ in 0..config.n {
        out.send(rng.random::<i64>()).await?;
    }
    Ok(())
}

/// Runs ints below 10 through a component that fails with odd ones; gives what came out.
fn run_odd(component: &str, on_error: OnError, letters: bool) -> (Report, Vec<i64>, Log) {
    let mut draft = Draft::new(1);
    let (source, even) = (draft.numbers(10), draft.add(component, &[]));
    let (sink, log) = draft.sink();
    let (letter_sink, letter_log) = draft.sink();
    draft.chain(&[source, even, sink]);
    draft.process(even).on_error = on_error;
    if letters {
        draft.connect((even, "error"), (letter_sink, "in"));
    }
    (draft.run(), ints(&log), letter_log)
}

const BOTH: [&str; 2] = ["EvenOnly", "EvenAsync"];

#[test]
fn failing_packet_fails_the_process_unless_told_otherwise() {
    for component in BOTH {
        let (report, seen, _) = run_odd(component, OnError::Fail, false);
        assert!(matches!(report.outcome, Outcome::Failed { process: 1, .. }));
        let fault = report.processes[1].ending.fault().unwrap();
        assert_eq!(fault, "1 is odd (port `in`, packet 2)");
        assert_eq!(seen, [0]);
    }
}

#[test]
fn skipped_packets_are_dropped_and_counted() {
    for component in BOTH {
        let (report, seen, _) = run_odd(component, OnError::Skip, false);
        assert_finished(&report);
        assert_eq!(seen, [0, 2, 4, 6, 8]);
        assert_eq!(report.processes[1].failed_packets, 5);
    }
}

#[test]
fn dead_letters_carry_the_error_and_the_packet() {
    for component in BOTH {
        let (report, seen, letters) = run_odd(component, OnError::DeadLetter, true);
        assert_finished(&report);
        assert_eq!(seen, [0, 2, 4, 6, 8]);
        assert_eq!(report.processes[1].failed_packets, 5);
        let letters = letters.0.lock();
        assert_eq!(letters.len(), 5);
        for (at, letter) in letters.iter().enumerate() {
            let record = letter.value().unwrap().as_record().unwrap();
            let number = i64::try_from(2 * at + 1).unwrap();
            assert_eq!(record.get("packet"), Some(&Value::from(number)));
            let error = record.get("error").unwrap().as_text().unwrap();
            let expected = format!("{number} is odd (port `in`, packet {})", number + 1);
            assert_eq!(error, expected);
        }
    }
}

#[test]
fn packet_is_tried_again_after_pauses() {
    for (failures, finishes) in [(0, true), (1, true), (3, true), (4, false)] {
        let mut draft = Draft::new(2);
        let (source, flaky) = (draft.numbers(5), draft.with_n("Flaky", failures));
        draft.process(flaky).on_error = OnError::Retry;
        let (sink, log) = draft.sink();
        draft.chain(&[source, flaky, sink]);
        let report = draft.run_paused();
        if finishes {
            assert_finished(&report);
            assert_eq!(ints(&log), [0, 1, 2, 3, 4], "order is kept");
        } else {
            assert!(matches!(report.outcome, Outcome::Failed { process, .. } if process == flaky));
        }
    }
}

#[test]
fn packet_of_the_wrong_type_fails_or_is_skipped() {
    for component in BOTH {
        for (on_error, expected) in [(OnError::Fail, vec![0]), (OnError::Skip, vec![0, 2])] {
            let mut draft = Draft::new(2);
            let packets = vec![Packet::data(0), Packet::data("one"), Packet::data(2)];
            let (source, even) = (draft.script(packets), draft.add(component, &[]));
            draft.process(even).on_error = on_error;
            let (sink, log) = draft.sink();
            draft.chain(&[source, even, sink]);
            let report = draft.run();
            assert_eq!(ints(&log), expected);
            if on_error == OnError::Fail {
                let fault = report.processes[even].ending.fault().unwrap();
                assert!(fault.contains("the packet is text"), "{fault}");
                assert!(fault.contains("packet 2"), "{fault}");
            }
        }
    }
}

#[test]
fn same_seed_gives_the_same_choices_and_another_seed_others() {
    let run = |seed| {
        let mut draft = Draft::new(4);
        let (a, b) = (draft.with_n("Chance", 20), draft.with_n("Chance", 20));
        let ((sink_a, log_a), (sink_b, log_b)) = (draft.sink(), draft.sink());
        draft.chain(&[a, sink_a]);
        draft.chain(&[b, sink_b]);
        let options = PlanOptions {
            seed,
            ..PlanOptions::default()
        };
        assert_finished(&draft.run_with(options));
        (ints(&log_a), ints(&log_b))
    };
    for seed in [0, 1, 77] {
        assert_eq!(run(seed), run(seed));
        assert_ne!(run(seed), run(seed + 1));
        let (a, b) = run(seed);
        assert_ne!(a, b, "two processes choose differently");
    }
}
