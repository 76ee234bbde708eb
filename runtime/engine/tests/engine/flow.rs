//! Packets flow, wait, and come to their end.

use millstream_connector::PipeKind;
use millstream_engine::{Ending, Outcome, PlanError, PlanOptions};
use millstream_packet::{Headers, Packet};

use super::draft::{Draft, assert_finished, ints};

#[test]
fn source_that_finishes_finishes_the_network_with_exact_counts() {
    for capacity in [1, 2, 10, 64] {
        for (component, pipe) in [
            ("Pass", PipeKind::Best),
            ("Map", PipeKind::Best),
            ("Pass", PipeKind::Flume),
            ("Map", PipeKind::Flume),
        ] {
            let mut draft = Draft::new(capacity);
            let (source, a, b) = (
                draft.numbers(5000),
                draft.add(component, &[]),
                draft.add(component, &[]),
            );
            let (sink, log) = draft.sink();
            draft.chain(&[source, a, b, sink]);
            let report = draft.run_with(PlanOptions {
                pipe,
                ..PlanOptions::default()
            });
            assert_finished(&report);
            assert!(ints(&log).into_iter().eq(0..5000), "{component} {pipe:?}");
            for connector in &report.connectors {
                assert_eq!(connector.counts.sent, 5000);
                assert_eq!(connector.counts.received, 5000);
            }
            assert_eq!(report.packets(), 15_000);
            assert_eq!((report.left_over(), report.dropped()), (0, 0));
        }
    }
}

#[test]
fn empty_stream_ends_every_process() {
    let mut draft = Draft::new(4);
    let (source, pass, map) = (
        draft.numbers(0),
        draft.add("Pass", &[]),
        draft.add("Map", &[]),
    );
    let (sink, log) = draft.sink();
    draft.chain(&[source, pass, map, sink]);
    assert_finished(&draft.run());
    assert!(ints(&log).is_empty());
}

#[test]
fn graph_without_processes_finishes() {
    assert_finished(&Draft::new(1).run());
}

#[test]
fn source_is_never_further_ahead_than_the_capacity() {
    for capacity in [1, 3, 10] {
        let mut draft = Draft::new(capacity);
        let (source, slow) = (draft.numbers(200), draft.with_n("Sleep", 10));
        let (sink, log) = draft.sink();
        draft.chain(&[source, slow, sink]);
        let report = draft.run_paused();
        assert_finished(&report);
        let first = report.connectors[0].counts;
        assert_eq!(first.high_water, u64::from(capacity));
        assert!(first.blocked_nanos > 0);
        assert_eq!(ints(&log).len(), 200);
    }
}

#[test]
fn reader_that_ends_early_ends_what_feeds_it_in_good_order() {
    for component in ["Pass", "Map"] {
        let mut draft = Draft::new(4);
        let (source, pass) = (draft.numbers(i64::MAX), draft.add(component, &[]));
        let take = draft.with_n("Take", 10);
        let (sink, log) = draft.sink();
        draft.chain(&[source, pass, take, sink]);
        let report = draft.run();
        assert_finished(&report);
        assert!(ints(&log).into_iter().eq(0..10));
        assert_eq!(report.connectors[1].counts.received, 10);
        assert_eq!(report.connectors[2].counts.received, 10);
    }
}

#[test]
fn many_writers_share_an_in_port_in_order_each() {
    for pipe in [PipeKind::Best, PipeKind::Flume] {
        let mut draft = Draft::new(3);
        let (sink, log) = draft.sink();
        for _ in 0..5 {
            let source = draft.numbers(300);
            draft.chain(&[source, sink]);
        }
        let report = draft.run_with(PlanOptions {
            pipe,
            ..PlanOptions::default()
        });
        assert_finished(&report);
        assert_eq!(report.connectors.len(), 1, "one in-port, one connector");
        assert_eq!(report.connectors[0].from.len(), 5);
        let mut seen = ints(&log);
        // First come, first served: nobody is a whole lap ahead for long.
        for part in seen.chunks(100) {
            let (least, most) = (part.iter().min().unwrap(), part.iter().max().unwrap());
            assert!(most - least < 100, "{part:?}");
        }
        seen.sort_unstable();
        assert!(seen.into_iter().eq((0..300).flat_map(|n| [n; 5])));
    }
}

#[test]
fn brackets_pass_through_as_they_are() {
    let stream = vec![
        Packet::open("outer"),
        Packet::data(1),
        Packet::open(2),
        Packet::close(2),
        Packet::close("outer"),
    ];
    for component in ["Pass", "Map"] {
        let mut draft = Draft::new(2);
        let (source, pass) = (draft.script(stream.clone()), draft.add(component, &[]));
        let (sink, log) = draft.sink();
        draft.chain(&[source, pass, sink]);
        assert_finished(&draft.run());
        assert_eq!(*log.0.lock(), stream);
    }
}

#[test]
fn derived_packets_keep_the_conversation_and_name_their_cause() {
    let headers = Headers {
        id: Some("cause".into()),
        conversation: Some("talk".into()),
        ..Headers::default()
    };
    let stream = vec![
        Packet::data(1),
        Packet::data(2).with_headers(headers.clone()),
        Packet::data(3),
    ];
    let mut draft = Draft::new(2);
    let (source, map, pass) = (
        draft.script(stream),
        draft.add("Map", &[]),
        draft.add("Pass", &[]),
    );
    let (sink, log) = draft.sink();
    draft.chain(&[source, map, pass, sink]);
    assert_finished(&draft.run());
    let log = log.0.lock();
    assert_eq!((log[0].headers(), log[2].headers()), (None, None));
    let derived = log[1].headers().unwrap();
    assert_eq!(derived.conversation, headers.conversation);
    assert_eq!(derived.causation, headers.id);
    assert_eq!(derived.id, Some("p1#1".into()));
}

#[test]
fn headers_are_carried_on_by_their_own_packet_only() {
    for capacity in [1, 2, 64] {
        let stream = (0..200).map(|number| match number % 7 {
            0 => Packet::data(number).with_headers(Headers {
                conversation: Some("talk".into()),
                ..Headers::default()
            }),
            _ => Packet::data(number),
        });
        let mut draft = Draft::new(capacity);
        let (source, map, pass) = (
            draft.script(stream.collect()),
            draft.add("Map", &[]),
            draft.add("Pass", &[]),
        );
        let (sink, log) = draft.sink();
        draft.chain(&[source, map, pass, sink]);
        assert_finished(&draft.run());
        let log = log.0.lock();
        assert_eq!(log.len(), 200);
        for (number, packet) in log.iter().enumerate() {
            let has_headers = packet.headers().is_some();
            assert_eq!(has_headers, number % 7 == 0, "{capacity}: {number}");
        }
    }
}

#[test]
fn unknown_component_and_second_reader_are_plan_errors() {
    let mut draft = Draft::new(1);
    let source = draft.numbers(1);
    let (sink, _) = draft.sink();
    draft.chain(&[source, sink]);
    let registry = super::parts::registry();
    let plan = |draft: &Draft| {
        millstream_engine::Plan::new(&draft.flat, &registry, PlanOptions::default()).unwrap_err()
    };
    let mut twice = draft.clone();
    let (other, _) = twice.sink();
    twice.chain(&[source, other]);
    assert!(matches!(plan(&twice), PlanError::TwoReaders { .. }));
    draft.add("Nothing", &[]);
    assert!(matches!(plan(&draft), PlanError::UnknownComponent { .. }));
}

#[test]
fn unconnected_out_port_swallows_packets() {
    let mut draft = Draft::new(1);
    draft.numbers(1000);
    let report = draft.run();
    assert!(matches!(report.outcome, Outcome::Finished));
    assert!(matches!(report.processes[0].ending, Ending::Finished));
}
