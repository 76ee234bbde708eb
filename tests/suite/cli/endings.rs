//! Ends that come from outside: time limits, signals, readers that leave.

use std::time::Duration;

use super::{CAT, Folder};

/// Ticks for ever.
const ENDLESS: &str = r#"Graph(
    format: 1,
    processes: {
        "tick": Process(component: "time/Tick", iips: { "every_ms": 5 }),
        "show": Process(component: "console/Output"),
    },
    connectors: [Connector(from: "tick.out", to: "show.in")],
)"#;

/// Ticks for ever, and holds each tick for an hour.
const SLOW: &str = r#"Graph(
    format: 1,
    processes: {
        "tick": Process(component: "time/Tick", iips: { "every_ms": 5 }),
        "copy": Process(component: "core/Copy"),
        "show": Process(component: "console/Output"),
        "wait": Process(component: "core/Delay", iips: { "ms": 3600000 }),
        "drop": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "tick.out", to: "copy.in"),
        Connector(from: "copy.out[0]", to: "show.in"),
        Connector(from: "copy.out[1]", to: "wait.in"),
        Connector(from: "wait.out", to: "drop.in"),
    ],
)"#;

#[test]
fn time_limit_ends_the_run_with_8() {
    let program = Folder::with(ENDLESS);
    let outcome = program.run().args(["--timeout", "100ms"]).run().unwrap();
    assert_eq!(outcome.code, Some(8));
    let wanted = "error: the time limit of 100 ms was reached";
    assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
}

#[test]
fn first_interrupt_works_off_what_is_in_flight() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let folder = Folder::with(ENDLESS);
        let mut run = folder.run().start().unwrap();
        assert!(run.line().unwrap().is_some());
        run.signal(signal).unwrap();
        let outcome = run.finish().unwrap();
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        let wanted = "all packets were worked off";
        assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
    }
}

#[test]
fn second_interrupt_ends_the_run_at_once() {
    let folder = Folder::with(SLOW);
    let mut run = folder.run().start().unwrap();
    assert!(run.line().unwrap().is_some());
    run.signal("INT").unwrap();
    run.wait_for("stopping:").unwrap();
    run.signal("INT").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
    assert!(
        outcome.elapsed < Duration::from_secs(8),
        "{:?}",
        outcome.elapsed
    );
}

#[test]
fn grace_ends_what_takes_too_long() {
    let folder = Folder::with(SLOW);
    let mut run = folder.run().args(["--grace", "100ms"]).start().unwrap();
    assert!(run.line().unwrap().is_some());
    run.signal("INT").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
    let wanted = "before all was worked off";
    assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
}

#[test]
fn closed_pipe_ends_the_run_in_silence() {
    let folder = Folder::with(ENDLESS);
    let mut run = folder.run().start().unwrap();
    assert_eq!(run.line().unwrap().as_deref(), Some("1"));
    run.close_output();
    let outcome = run.finish().unwrap();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn line_is_printed_while_the_input_stays_open() {
    let folder = Folder::with(CAT);
    let mut run = folder.run().input("first\n").start().unwrap();
    assert_eq!(run.line().unwrap().as_deref(), Some("first"));
    run.close_input();
    assert_eq!(run.finish().unwrap().code, Some(0));
}
