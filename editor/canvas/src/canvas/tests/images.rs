//! Pictures of the canvas, one for each state of wires and processes, compared with those under `tests/snapshots`.
//!
//! Run with `--features images`; `UPDATE_SNAPSHOTS=1` takes new ones, which are to be looked at.

use std::fmt::Write as _;

use egui::{Pos2, Vec2};
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable as _;

use super::{desk, harness};
use crate::camera::View;
use crate::testing::{self, Told, open, process_look, wire_look};
use crate::{Failure, Motion, Overlay, ProcessState, ThemeKind, WireState};

const KINDS: [(&str, ThemeKind); 3] = [
    ("dark", ThemeKind::Dark),
    ("light", ThemeKind::Light),
    ("contrast", ThemeKind::HighContrast),
];

/// What a picture shows.
struct Picture {
    document: millstream_document::Document,
    live: Option<Told>,
    size: Vec2,
    view: View,
}

impl Picture {
    fn of(text: &str, size: Vec2) -> Self {
        Self {
            document: open(text),
            live: None,
            size,
            view: View {
                center: (size * 0.5).to_pos2(),
                zoom: 1.0,
            },
        }
    }

    fn take(
        &self,
        results: &mut SnapshotResults,
        name: &str,
        overlay: Overlay,
        kinds: &[(&str, ThemeKind)],
    ) {
        for (theme, kind) in kinds {
            let mut desk = desk(self.document.clone(), *kind);
            desk.live.clone_from(&self.live);
            desk.canvas.go_to(self.view, Motion::Reduced);
            desk.canvas.set_overlay(overlay);
            let mut harness = harness(desk, self.size);
            harness.run_steps(3);
            harness.snapshot(format!("{name}_{theme}"));
            results.extend_harness(&mut harness);
        }
    }
}

const STATES: [(WireState, f32, f32, &str); 13] = [
    (WireState::Idle, 0.0, 0.0, "0/s  0/1000  Σ4.1M"),
    (WireState::Flowing, 0.8, 0.3, "1.2k/s  300/1000  Σ4.1M"),
    (WireState::Filling, 0.5, 0.68, "640/s  680/1000  Σ1.1M"),
    (
        WireState::Blocking,
        0.6,
        1.0,
        "64/s  1000/1000  blocked 43 %",
    ),
    (WireState::Starved, 0.1, 0.0, "2/s  0/1000  Σ812"),
    (WireState::Deadlocked, 0.0, 1.0, "0/s  1000/1000  Σ1.0k"),
    (WireState::Held, 0.0, 0.4, "held  400/1000  Σ2.2k"),
    (WireState::Breakpoint, 0.3, 0.1, "12/s  100/1000  Σ340"),
    (WireState::Overflowing, 0.7, 1.0, "2.4k/s  lost 812  Σ9.9M"),
    (WireState::Discarding, 0.4, 0.2, "90/s  dropped 40  Σ71k"),
    (WireState::Broker, 0.5, 0.2, "800/s  200/1000  Σ3.3M"),
    (WireState::Stale, 0.0, 0.2, "12 s ago"),
    (WireState::Closed, 0.0, 0.0, "closed  Σ4.1M"),
];

/// One row for each state: a source, a wire in that state, a sink.
fn wire_states() -> Picture {
    let mut text = String::from("Graph(format: 1, processes: {\n");
    let mut wires = String::new();
    let mut layout = String::new();
    for (at, (state, ..)) in STATES.iter().enumerate() {
        let (column, row) = (at % 2, at / 2);
        let (x, y) = (40 + column * 640, 30 + row * 110);
        let name = format!("{state:?}").to_lowercase();
        let source = ["test/Records", "file/ReadLines", "core/Batch"][at % 3];
        writeln!(text, "\"{name}\": Process(component: \"{source}\"),").unwrap();
        writeln!(
            text,
            "\"to_{name}\": Process(component: \"console/Output\"),"
        )
        .unwrap();
        writeln!(
            wires,
            "Connector(from: \"{name}.out\", to: \"to_{name}.in\", capacity: 1000),"
        )
        .unwrap();
        write!(
            layout,
            "\"{name}\": ({x}, {y}), \"to_{name}\": ({}, {}),",
            x + 430,
            y + 10
        )
        .unwrap();
    }
    let text = format!("{text}}}, connectors: [{wires}], layout: {{ {layout} }})");
    let mut picture = Picture::of(&text, Vec2::new(1280.0, 820.0));
    let mut told = Told::default();
    let ids: Vec<_> = picture.document.wires().map(|(id, _)| id).collect();
    for (id, (state, load, fill, label)) in ids.into_iter().zip(STATES) {
        let mut look = wire_look(state, load, fill);
        label.clone_into(&mut look.label);
        look.blocked = if state == WireState::Blocking {
            0.43
        } else {
            0.0
        };
        look.errors = if state == WireState::Overflowing {
            0.9
        } else {
            0.0
        };
        look.predicted = (state == WireState::Filling).then_some(0.9);
        told.wires.insert(id, look);
    }
    picture.live = Some(told);
    picture
}

fn process_states() -> Picture {
    let states = [
        ProcessState::Stopped,
        ProcessState::Ready,
        ProcessState::Running,
        ProcessState::Waiting,
        ProcessState::Blocked,
        ProcessState::Held,
        ProcessState::Muted,
        ProcessState::Bypassed,
        ProcessState::Restarting(3),
        ProcessState::Failed,
        ProcessState::Finished,
        ProcessState::Stale,
    ];
    let mut text = String::from("Graph(format: 1, processes: {\n");
    let mut layout = String::new();
    let mut told = Told::default();
    for (at, state) in states.into_iter().enumerate() {
        let name = format!("{state:?}").to_lowercase().replace(['(', ')'], "_");
        writeln!(text, "\"{name}\": Process(component: \"core/Filter\"),").unwrap();
        write!(
            layout,
            "\"{name}\": ({}, {}),",
            40 + (at % 4) * 230,
            40 + (at / 4) * 200
        )
        .unwrap();
        let mut look = process_look(state);
        if state == ProcessState::Failed {
            look.failure = Some(Failure {
                message: "no such file".to_owned(),
                count: 3,
            });
        }
        look.is_changed = state == ProcessState::Running;
        if state == ProcessState::Blocked {
            look.culprit = Some("backpressure starts here: 97 % busy, 3 wires wait".to_owned());
        }
        told.processes.insert(name.parse().unwrap(), look);
    }
    let text = format!("{text}}}, layout: {{ {layout} }})");
    let mut picture = Picture::of(&text, Vec2::new(980.0, 620.0));
    picture.live = Some(told);
    picture
}

/// A graph as people draw them, with everything that a card can have.
const EDITING: &str = r#"Graph(
    format: 1,
    name: "access-log",
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "/var/log/nginx/access.log" }, worker: "edge-1"),
        "parse": Process(component: "text/Regex", label: "Apache combined", iips: { "pattern": "\\w+ (?<url>\\S+)" }, note: "One record for each request"),
        "errors": Process(component: "core/Filter", iips: { "where": "status >= 500" }),
        "count": Process(component: "data/Aggregate", iips: { "by": ["status", "url"] }, replicas: 4),
        "merge": Process(component: "core/Merge"),
        "print": Process(component: "json/Write", meta: { "pinned": true }),
        "show": Process(component: "console/Output"),
        "alert": Process(component: "acme/alerts/Pager", iips: { "channel": "ops" }),
        "later": Process(),
        "sub": Process(component: "./enrich.ron"),
        "digits": Process(component: "test/Number"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in", capacity: 1024),
        Connector(from: "parse.out", to: "errors.in"),
        Connector(from: "errors.out", to: "alert.in"),
        Connector(from: "errors.rest", to: "count.in"),
        Connector(from: "count.out", to: "merge.in[0]"),
        Connector(from: "parse.rest", to: "merge.in[1]"),
        Connector(from: "merge.out", to: "print.in", meta: { "bends": [[1010, 560], [640, 600]] }),
        Connector(from: "print.out", to: "show.in"),
        Connector(from: "sub.out", to: "digits.in"),
        Connector(from: "digits.out", to: "gone.in"),
    ],
    inports: { "file": "read.encoding" },
    outports: { "lines": "digits.out" },
    groups: [
        Group(name: "parsing", processes: ["read", "parse"], note: "Apache combined format"),
        Group(name: "", note: "Numbers are per minute.\n\nAsk Ada before you change the pattern: billing reads it too.", meta: { "place": [40, 470], "size": [230, 110] }),
    ],
    layout: {
        "read": (200, 110), "parse": (500, 110), "errors": (800, 80), "alert": (1080, 70), "count": (800, 260),
        "merge": (1080, 330), "print": (330, 500), "show": (600, 640), "later": (840, 640), "sub": (60, 640), "digits": (330, 640),
    },
)"#;

fn editing() -> Picture {
    Picture::of(EDITING, Vec2::new(1280.0, 800.0))
}

#[test]
fn states_of_wires() {
    let mut results = SnapshotResults::new();
    wire_states().take(&mut results, "wire_states", Overlay::None, &KINDS);
}

#[test]
fn overlays_of_wires() {
    let mut results = SnapshotResults::new();
    for overlay in [
        Overlay::Rate,
        Overlay::Fill,
        Overlay::Blocked,
        Overlay::Errors,
    ] {
        let name = format!("overlay_{}", overlay.name().replace(' ', "_"));
        wire_states().take(&mut results, &name, overlay, &KINDS[..1]);
    }
}

#[test]
fn states_of_processes() {
    let mut results = SnapshotResults::new();
    process_states().take(&mut results, "process_states", Overlay::None, &KINDS);
}

#[test]
fn graph_that_is_edited() {
    let mut results = SnapshotResults::new();
    editing().take(&mut results, "editing", Overlay::None, &KINDS);
}

#[test]
fn levels_of_detail() {
    let mut results = SnapshotResults::new();
    let mut picture = editing();
    for (name, zoom) in [("shapes", 0.45), ("blocks", 0.2), ("close", 1.7)] {
        picture.view = View {
            center: Pos2::new(640.0, 400.0),
            zoom,
        };
        picture.size = Vec2::new(900.0, 560.0);
        picture.take(
            &mut results,
            &format!("zoom_{name}"),
            Overlay::None,
            &KINDS[..2],
        );
    }
}

#[test]
fn wires_back_and_round() {
    let mut results = SnapshotResults::new();
    let text = r#"Graph(format: 1, processes: {
        "a": Process(component: "core/Filter"), "b": Process(component: "core/Filter"),
        "c": Process(component: "core/Filter"), "d": Process(component: "core/Merge"),
        "wall": Process(component: "test/Number"), "wall2": Process(component: "test/Number"),
    }, connectors: [
        Connector(from: "a.out", to: "c.in"), Connector(from: "a.rest", to: "b.in"), Connector(from: "c.out", to: "d.in[0]"),
        Connector(from: "b.rest", to: "d.in[1]"), Connector(from: "b.out", to: "d.in[2]"), Connector(from: "d.out", to: "a.in"),
    ], layout: {
        "a": (120, 180), "wall": (380, 160), "wall2": (380, 260), "b": (380, 400), "c": (640, 170), "d": (900, 300),
    })"#;
    Picture::of(text, Vec2::new(1200.0, 620.0)).take(
        &mut results,
        "routes",
        Overlay::None,
        &KINDS[..2],
    );
}

#[test]
fn wire_that_is_drawn() {
    let mut results = SnapshotResults::new();
    for (name, to) in [("fits", "input show.in"), ("refused", "input text.in")] {
        let mut hand = super::small();
        let from = hand.at("output spare.out");
        let to = hand.at(to);
        hand.pull(from, to, egui::Modifiers::NONE);
        hand.harness.snapshot(format!("pull_{name}"));
        results.extend_harness(&mut hand.harness);
    }
}

#[test]
fn connect_mode_and_selection() {
    let mut results = SnapshotResults::new();
    let mut hand = super::small();
    hand.command(crate::Command::Connect);
    hand.harness.snapshot("connect_mode");
    results.extend_harness(&mut hand.harness);
    let mut hand = super::small();
    let at = hand.at("process parse");
    hand.click(at, egui::Modifiers::NONE);
    let port = hand.at("input show.in");
    hand.click(port, egui::Modifiers::NONE);
    hand.harness.get_by_label("value of show.in");
    hand.harness.snapshot("typing");
    results.extend_harness(&mut hand.harness);
}

#[test]
fn large_graph_with_minimap() {
    let mut results = SnapshotResults::new();
    let mut picture = Picture {
        document: testing::mesh(16, 10),
        live: None,
        size: Vec2::new(1280.0, 760.0),
        view: View {
            center: Pos2::new(1400.0, 700.0),
            zoom: 0.8,
        },
    };
    picture.take(&mut results, "mesh", Overlay::None, &KINDS[..2]);
    picture.view.zoom = 0.33;
    picture.take(&mut results, "mesh_far", Overlay::None, &KINDS[..2]);
}
