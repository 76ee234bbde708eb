//! Subgraphs that run anew for each group.

use std::time::Duration;

use millstream_component::prelude::*;
use millstream_engine::Outcome;
use millstream_graph::{ComponentRef, PortName};

use super::draft::{Draft, assert_finished, end, finish, real};
use super::parts::Log;

/// Makes a process of a draft that stands for another draft, run per group.
fn host(draft: &mut Draft, inner: &Draft) -> usize {
    let process = draft.add("Pass", &[]);
    draft.process(process).component = "./inner.ron".parse::<ComponentRef>().unwrap();
    draft.process(process).per_group = Some(Box::new(inner.flat.clone()));
    process
}

/// An inner graph whose port `in` leads to `first.in` and `last.out` to `out`.
fn export(inner: &mut Draft, first: usize, last: usize) {
    let name = |name| PortName::new(name).unwrap();
    inner.flat.inports.insert(name("in"), end((first, "in")));
    inner.flat.outports.insert(name("out"), end((last, "out")));
}

/// One component as an inner graph.
fn single(component: &str, n: Option<i64>) -> Draft {
    let mut inner = Draft::new(2);
    let only = match n {
        Some(n) => inner.with_n(component, n),
        None => inner.add(component, &[]),
    };
    export(&mut inner, only, only);
    inner
}

fn group(label: &str, data: impl IntoIterator<Item = i64>) -> Vec<Packet> {
    let mut packets = vec![Packet::open(label)];
    packets.extend(data.into_iter().map(Packet::data));
    packets.push(Packet::close(label));
    packets
}

fn run(inner: &Draft, packets: Vec<Packet>) -> (millstream_engine::Report, Log) {
    let mut draft = Draft::new(2);
    let (source, host) = (draft.script(packets), host(&mut draft, inner));
    let (sink, log) = draft.sink();
    draft.chain(&[source, host, sink]);
    (draft.run(), log)
}

#[test]
fn subgraph_starts_anew_for_each_group() {
    // The first two of each group, not of the stream.
    let inner = single("Take", Some(2));
    let stream = [
        group("a", 0..10),
        group("b", []),
        group("c", 0..1),
        group("d", 5..100),
    ];
    let (report, log) = run(&inner, stream.concat());
    assert_finished(&report);
    let expected = [
        group("a", 0..2),
        group("b", []),
        group("c", 0..1),
        group("d", 5..7),
    ];
    assert_eq!(*log.0.lock(), expected.concat());
}

#[test]
fn inner_groups_are_part_of_the_stream_inside() {
    let mut stream = vec![Packet::open("outer")];
    stream.extend(group("inner", 0..3));
    stream.extend(group("inner", 3..5));
    stream.push(Packet::close("outer"));
    for component in ["Pass", "Map"] {
        let (report, log) = run(&single(component, None), stream.clone());
        assert_finished(&report);
        assert_eq!(*log.0.lock(), stream);
    }
}

#[test]
fn long_groups_pass_through_small_connectors() {
    let mut inner = Draft::new(1);
    let (a, b, c) = (
        inner.add("Pass", &[]),
        inner.add("Map", &[]),
        inner.with_n("Yielding", 3),
    );
    inner.chain(&[a, b, c]);
    export(&mut inner, a, c);
    let stream = [group("a", 0..500), group("b", 0..500)].concat();
    let (report, log) = run(&inner, stream.clone());
    assert_finished(&report);
    assert_eq!(*log.0.lock(), stream);
}

#[test]
fn failure_inside_is_the_failure_of_the_process_outside() {
    for (component, message) in [("FailAt", "enough"), ("PanicAt", "panicked: more than 1")] {
        let stream = [group("a", 0..1), group("b", 0..5)].concat();
        let (report, _) = run(&single(component, Some(1)), stream);
        let failed = matches!(report.outcome, Outcome::Failed { process: 1, .. });
        assert!(failed, "{:?}", report.outcome);
        let fault = report.processes[1].ending.fault().unwrap();
        assert!(fault.starts_with("p0: "), "{fault}");
        assert!(fault.contains(message), "{fault}");
    }
}

#[test]
fn packet_outside_of_any_group_is_refused() {
    let (report, _) = run(&single("Pass", None), vec![Packet::data(1)]);
    assert!(matches!(report.outcome, Outcome::Failed { process: 1, .. }));
    let fault = report.processes[1].ending.fault().unwrap();
    assert!(fault.contains("outside of any group"), "{fault}");
}

/// An inner graph that deadlocks with more than a few packets.
fn knot() -> Draft {
    let mut inner = Draft::new(1);
    let (copy, concat) = (inner.add("Copy", &[]), inner.add("Concat", &[]));
    inner.connect((copy, "out[0]"), (concat, "in[0]"));
    inner.connect((copy, "out[1]"), (concat, "in[1]"));
    export(&mut inner, copy, concat);
    inner
}

#[test]
fn deadlock_inside_is_reported_with_its_cycle() {
    for size in [5, 100] {
        let (report, _) = run(&knot(), [group("a", 0..1), group("b", 0..size)].concat());
        assert!(
            report.elapsed < Duration::from_secs(1),
            "{:?}",
            report.elapsed
        );
        let failed = matches!(report.outcome, Outcome::Failed { process: 1, .. });
        assert!(failed, "{size} {:?}", report.outcome);
        let fault = report.processes[1].ending.fault().unwrap();
        assert!(fault.contains("deadlocked"), "{fault}");
        assert!(
            fault.contains("p0.out[1] waits to send to p1.in[1]"),
            "{fault}"
        );
    }
}

#[test]
fn timer_inside_is_no_deadlock() {
    let mut draft = Draft::new(2);
    let inner = single("Sleep", Some(60_000));
    let (source, host) = (draft.script(group("a", 0..3)), host(&mut draft, &inner));
    let (sink, log) = draft.sink();
    draft.chain(&[source, host, sink]);
    assert_finished(&draft.run_paused());
    assert_eq!(*log.0.lock(), group("a", 0..3));
}

#[test]
fn deadlock_outside_is_found_while_a_group_is_open() {
    // The copy is stuck at the full second branch; the host waits for the rest of its group.
    let mut draft = Draft::new(2);
    let (source, copy) = (draft.script(group("a", 0..100)), draft.add("Copy", &[]));
    let (host, concat) = (
        host(&mut draft, &single("Pass", None)),
        draft.add("Concat", &[]),
    );
    draft.chain(&[source, copy]);
    draft.connect((copy, "out[0]"), (host, "in"));
    draft.connect((host, "out"), (concat, "in[0]"));
    draft.connect((copy, "out[1]"), (concat, "in[1]"));
    let runtime = real();
    let running = draft.start(&runtime).time_limit(Duration::from_secs(4));
    let report = finish(&runtime, running);
    let found =
        matches!(&report.outcome, Outcome::Deadlocked(deadlock) if deadlock.cycle.len() == 3);
    assert!(found, "{:?}", report.outcome);
}

#[test]
fn reader_outside_that_ends_early_ends_the_host() {
    let mut draft = Draft::new(2);
    let stream = (0..50).flat_map(|_| group("g", 0..20)).collect();
    let (source, host) = (
        draft.script(stream),
        host(&mut draft, &single("Pass", None)),
    );
    let take = draft.with_n("Take", 30);
    let (sink, log) = draft.sink();
    draft.chain(&[source, host, take, sink]);
    assert_finished(&draft.run());
    assert_eq!(log.0.lock().len(), 30);
}
