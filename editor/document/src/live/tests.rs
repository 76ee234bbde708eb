//! What wires and processes show of a run.

use millstream_protocol::extension::{
    Changes, ConnectorCounts, ConnectorInfo, Level, LogLine, ProcessCounts, ProcessInfo,
    ProcessState, Response, Snapshot, Steered, Target,
};

use super::*;
use crate::document::Document;
use crate::testing::{name, names, sketch, wire, with_files};
use crate::{Action, testing};

fn process(name: &str, state: ProcessState, busy_percent: f64) -> ProcessInfo {
    let counts = ProcessCounts {
        state,
        received: 0,
        sent: 0,
        failures: 0,
        busy_percent,
    };
    ProcessInfo {
        name: name.to_owned(),
        component: "a/B".to_owned(),
        counts,
    }
}

fn connector(from: &[&str], to: &str, depth: u64) -> ConnectorInfo {
    ConnectorInfo {
        from: from.iter().map(|from| (*from).to_owned()).collect(),
        to: to.to_owned(),
        capacity: 100,
        counts: ConnectorCounts {
            depth,
            ..ConnectorCounts::default()
        },
    }
}

fn snapshot(connectors: Vec<ConnectorInfo>, processes: Vec<ProcessInfo>) -> Response {
    Response::Snapshot(Snapshot {
        graph: "g".to_owned(),
        run: 1,
        elapsed_ms: 0,
        connectors,
        processes,
    })
}

fn changes(connectors: Vec<(u32, ConnectorCounts)>) -> Response {
    Response::Changes(Changes {
        graph: "g".to_owned(),
        run: 1,
        elapsed_ms: 1000,
        connectors,
        processes: Vec::new(),
        missed: 0,
    })
}

fn counts(received: u64, depth: u64) -> ConnectorCounts {
    ConnectorCounts {
        received,
        depth,
        ..ConnectorCounts::default()
    }
}

/// `a -> b -> c -> d`, of which c is slow, with so many packets in the connectors.
fn chain(depths: [u64; 3]) -> Live {
    use ProcessState::{Blocked, Running, Starved};
    let mut live = Live::default();
    let connectors = vec![
        connector(&["a.out"], "b.in", depths[0]),
        connector(&["b.out"], "c.in", depths[1]),
        connector(&["c.out"], "d.in", depths[2]),
    ];
    let processes = vec![
        process("a", Blocked, 1.0),
        process("b", Blocked, 2.0),
        process("c", Running, 97.0),
        process("d", Starved, 0.0),
    ];
    live.take(&snapshot(connectors, processes), 0);
    live
}

fn document() -> Document {
    sketch(
        &[
            "a core/Kick",
            "b core/Repeat",
            "c core/Repeat",
            "d core/Drop",
        ],
        &["a.out -> b.in", "b.out -> c.in", "c.out -> d.in"],
    )
}

/// The states of the wires of a document, in order.
fn states(document: &Document, live: &Live, now_ms: u64) -> Vec<&'static str> {
    let mut view = LiveView::new();
    view.follow(document, live);
    let wires = document.wires();
    wires
        .map(|(id, _)| {
            view.wire(live, id, now_ms)
                .map_or("none", |wire| wire.state.name())
        })
        .collect()
}

#[test]
fn wires_show_what_they_do() {
    let document = document();
    let mut live = chain([0, 60, 86]);
    assert_eq!(states(&document, &live, 0), ["idle", "filling", "full"]);
    live.take(
        &changes(vec![
            (0, counts(500, 3)),
            (1, counts(0, 70)),
            (2, counts(9, 0)),
        ]),
        1000,
    );
    assert_eq!(
        states(&document, &live, 1000),
        ["flowing", "filling", "flowing"]
    );
    let mut view = LiveView::new();
    view.follow(&document, &live);
    let shown = |text: &str, now| view.wire(&live, wire(&document, text), now).unwrap();
    assert_eq!(label(&shown("a.out -> b.in", 1000)), "500/s  3/100  Σ500");
    assert_eq!(
        shown("a.out -> b.in", 1000).spoken(),
        "flowing, 3 of 100, 500 per second"
    );
    let filling = shown("b.out -> c.in", 1000).state;
    assert_eq!(
        filling,
        WireState::Filling {
            full_in_secs: Some(3.0)
        }
    );
    // After a window without a packet nothing flows, and no rate is told.
    live.hear(7000);
    assert_eq!(
        states(&document, &live, 7000),
        ["idle", "filling", "starved"]
    );
    assert_eq!(
        label(
            &view
                .wire(&live, wire(&document, "a.out -> b.in"), 7000)
                .unwrap()
        ),
        "3/100  Σ500"
    );
}

#[test]
fn culprit_is_the_first_whose_output_has_room() {
    let live = chain([100, 100, 0]);
    let told: Vec<String> = live.culprits().iter().map(Culprit::told).collect();
    assert_eq!(told, ["backpressure starts here: 97 % busy, 2 wires wait"]);
    assert!(live.culprit("c").is_some() && live.culprit("b").is_none());
    assert_eq!(chain([10, 10, 0]).culprits(), []);
}

#[test]
fn held_connector_is_the_culprit_itself() {
    let mut live = chain([100, 100, 0]);
    let held = ConnectorCounts {
        held: true,
        ..counts(0, 100)
    };
    live.take(&changes(vec![(1, held)]), 10);
    assert_eq!(live.culprits()[0].blame, Blame::Held("c.in".to_owned()));
    assert_eq!(live.culprits()[0].told(), "held here: 2 wires wait");
    assert_eq!(states(&document(), &live, 10), ["full", "held", "starved"]);
}

#[test]
fn circle_of_full_connectors_is_a_deadlock() {
    let mut live = Live::default();
    let connectors = vec![
        connector(&["a.out", "b.out"], "a.in", 100),
        connector(&["a.more"], "b.in", 100),
    ];
    let blocked = |name| process(name, ProcessState::Blocked, 0.0);
    live.take(&snapshot(connectors, vec![blocked("a"), blocked("b")]), 0);
    let document = sketch(
        &["a a/X", "b a/X"],
        &["a.out -> a.in", "a.more -> b.in", "b.out -> a.in"],
    );
    let shown = states(&document, &live, 0);
    assert_eq!(
        shown.iter().filter(|state| **state == "deadlocked").count(),
        2
    );
    assert_eq!(live.culprits(), []);
    let mut view = LiveView::new();
    view.follow(&document, &live);
    let shared = view
        .wire(&live, wire(&document, "b.out -> a.in"), 0)
        .unwrap();
    assert_eq!(shared.writers, 2);
}

#[test]
fn silence_makes_numbers_old_and_news_make_them_new() {
    let document = document();
    let mut live = chain([100, 0, 0]);
    assert_eq!(states(&document, &live, 3_001), ["stale", "stale", "stale"]);
    assert_eq!(live.process("a", 3_001).unwrap().light, ProcessLight::Stale);
    live.hear(3_500);
    assert_eq!(states(&document, &live, 4_000)[0], "full");
    live.lose();
    assert!(live.is_stale(4_000));
    let mut again = chain([0, 0, 0]);
    again.take(&changes(vec![(0, counts(1, 100))]), 100);
    assert_eq!(states(&document, &again, 100)[0], "full");
}

#[test]
fn processes_show_what_they_wait_for_and_what_they_said() {
    let mut live = chain([100, 100, 0]);
    let light = |live: &Live, name: &str| live.process(name, 0).unwrap().light;
    assert_eq!(light(&live, "a"), ProcessLight::BlockedOnOutput);
    assert_eq!(light(&live, "c"), ProcessLight::Running);
    assert_eq!(light(&live, "d"), ProcessLight::WaitingOnInput);
    let steered = |held| {
        Response::Steered(Steered {
            graph: "g".to_owned(),
            target: Target::Process("c".to_owned()),
            held,
        })
    };
    live.take(&steered(true), 0);
    assert_eq!(light(&live, "c"), ProcessLight::Held);
    live.take(&steered(false), 0);
    for message in ["first", "second"] {
        let line = LogLine {
            level: Level::Error,
            time: String::new(),
            process: Some("c".to_owned()),
            message: message.to_owned(),
            missed: 0,
        };
        live.take(&Response::Log(line), 0);
    }
    assert_eq!(
        live.process("c", 0).unwrap().errors,
        Some(("first".to_owned(), 1))
    );
    assert_eq!(live.process("nobody", 0), None);
}

#[test]
fn ended_writers_close_their_connector() {
    let mut live = Live::default();
    let connectors = vec![
        connector(&["a.out"], "b.in", 0),
        connector(&["b.out"], "c.in", 5),
    ];
    let processes = vec![
        process("a", ProcessState::Ended, 0.0),
        process("b", ProcessState::Ended, 0.0),
        process("c", ProcessState::Running, 0.0),
    ];
    live.take(&snapshot(connectors, processes), 0);
    let document = sketch(
        &["a core/Kick", "b core/Repeat", "c core/Drop"],
        &["a.out -> b.in", "b.out -> c.in"],
    );
    assert_eq!(states(&document, &live, 0), ["closed", "idle"]);
}

#[test]
fn subgraphs_are_looked_into_from_outside_and_from_inside() {
    let (mut document, files) = with_files(document().graph().clone());
    let action = Action::Collapse {
        processes: names(&["b", "c"]),
        file: testing::component("./mill.ron"),
    };
    let file = document.apply(action).unwrap().file.unwrap();
    files.write(&file);
    let mut live = Live::default();
    let connectors = vec![
        connector(&["a.out"], "mill/b.in", 90),
        connector(&["mill/b.out"], "mill/c.in", 60),
        connector(&["mill/c.out"], "d.in", 0),
    ];
    let running = |name| process(name, ProcessState::Running, 50.0);
    let processes = ["a", "mill/b", "mill/c", "d"].map(running).to_vec();
    live.take(&snapshot(connectors, processes), 0);
    assert_eq!(states(&document, &live, 0), ["full", "idle"]);
    let mut view = LiveView::new();
    view.follow(&document, &live);
    assert_eq!(view.process(&live, "mill", 0).unwrap().processes, 2);
    assert!(view.culprit(&live, "mill").is_some());
    let inner = Document::open(&file.text, document.library().clone()).unwrap();
    let mut view = LiveView::inside("mill");
    view.follow(&inner, &live);
    let id = wire(&inner, "b.out -> c.in");
    assert_eq!(view.wire(&live, id, 0).unwrap().state.name(), "filling");
    assert!(view.process(&live, name("b").as_str(), 0).is_some());
}
