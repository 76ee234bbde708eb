//! A process that fails or panics: the rest drains, the first fault is named, consequences are counted.

use millstream_engine::{Ending, Outcome};
use millstream_packet::Packet;

use super::draft::{Draft, ints};

#[test]
fn failing_process_fails_the_run_and_the_rest_drains() {
    let mut draft = Draft::new(3);
    let (source, fail, pass) = (
        draft.numbers(i64::MAX),
        draft.with_n("FailAt", 20),
        draft.add("Pass", &[]),
    );
    let (sink, log) = draft.sink();
    draft.chain(&[source, fail, pass, sink]);
    let report = draft.run();
    let Outcome::Failed {
        process,
        consequences,
    } = report.outcome
    else {
        panic!("{:?}", report.outcome);
    };
    assert_eq!((process, consequences), (fail, 0));
    let fault = report.processes[fail].ending.fault().unwrap();
    assert_eq!(fault, "enough (port `in`, packet 21)");
    for other in [source, pass, sink] {
        let ending = &report.processes[other].ending;
        assert!(matches!(ending, Ending::Finished), "{ending:?}");
    }
    assert!(ints(&log).into_iter().eq(0..20), "what was sent arrives");
}

#[test]
fn panicking_process_is_a_fault_with_its_message() {
    let mut draft = Draft::new(3);
    let (source, panic) = (draft.numbers(i64::MAX), draft.with_n("PanicAt", 5));
    let (sink, log) = draft.sink();
    draft.chain(&[source, panic, sink]);
    let report = draft.run();
    assert!(matches!(report.outcome, Outcome::Failed { process, .. } if process == panic));
    let fault = report.processes[panic].ending.fault().unwrap();
    assert_eq!(fault, "panicked: more than 5");
    assert!(ints(&log).into_iter().eq(0..5));
}

#[test]
fn later_faults_are_counted_as_consequences() {
    let mut draft = Draft::new(1);
    let mut failing = Vec::new();
    for n in [3, 50, 100] {
        let (source, fail) = (draft.numbers(1000), draft.with_n("FailAt", n));
        let (sink, _) = draft.sink();
        draft.chain(&[source, fail, sink]);
        failing.push(fail);
    }
    let report = draft.run();
    let Outcome::Failed {
        process,
        consequences,
    } = report.outcome
    else {
        panic!("{:?}", report.outcome);
    };
    assert_eq!((process, consequences), (failing[0], 2));
}

#[test]
fn fault_at_the_first_packet_or_on_an_empty_stream() {
    for (packets, fails) in [(0, false), (1, true)] {
        let mut draft = Draft::new(1);
        let (source, fail) = (draft.numbers(packets), draft.with_n("FailAt", 0));
        draft.chain(&[source, fail]);
        let report = draft.run();
        assert_eq!(matches!(report.outcome, Outcome::Failed { .. }), fails);
    }
}

fn run_groups(packets: Vec<Packet>, taken: Option<i64>) -> (millstream_engine::Report, usize) {
    let mut draft = Draft::new(2);
    let (source, pass) = (draft.script(packets), draft.add("Pass", &[]));
    let (sink, _) = draft.sink();
    match taken {
        Some(n) => {
            let take = draft.with_n("Take", n);
            draft.chain(&[source, pass, take, sink]);
        }
        None => draft.chain(&[source, pass, sink]),
    }
    (draft.run(), source)
}

#[test]
fn groups_that_do_not_come_out_even_are_the_fault_of_who_sent_them() {
    for (packets, message) in [
        (
            vec![Packet::open("a"), Packet::data(1)],
            "left 1 group(s) open on port `out`",
        ),
        (
            vec![Packet::data(1), Packet::close("a")],
            "sent a close bracket without an open one on port `out`",
        ),
    ] {
        let (report, culprit) = run_groups(packets, None);
        let Outcome::Failed {
            process,
            consequences,
        } = report.outcome
        else {
            panic!("{:?}", report.outcome);
        };
        assert_eq!(process, culprit);
        assert_eq!(consequences, 0, "who passes the fault on is not to blame");
        let fault = report.processes[culprit].ending.fault().unwrap();
        assert_eq!(fault, message);
    }
}

#[test]
fn reader_that_leaves_inside_a_group_blames_nobody() {
    let packets = vec![
        Packet::open("a"),
        Packet::data(1),
        Packet::data(2),
        Packet::close("a"),
    ];
    for taken in 1..4 {
        let (report, _) = run_groups(packets.clone(), Some(taken));
        assert!(matches!(report.outcome, Outcome::Finished), "{report:?}");
    }
}

#[test]
fn failure_inside_a_group_blames_the_failing_process_alone() {
    let packets = vec![
        Packet::open("a"),
        Packet::data(1),
        Packet::data(2),
        Packet::close("a"),
    ];
    let mut draft = Draft::new(1);
    let (source, fail) = (draft.script(packets), draft.with_n("FailAt", 2));
    let pass = draft.add("Pass", &[]);
    let (sink, log) = draft.sink();
    draft.chain(&[source, fail, pass, sink]);
    let report = draft.run();
    let blamed = matches!(
        report.outcome,
        Outcome::Failed { process, consequences: 0 } if process == fail
    );
    assert!(blamed, "{report:?}");
    assert_eq!(log.0.lock().len(), 2);
}
