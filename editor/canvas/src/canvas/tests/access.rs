//! Names, roles and actions for those who do not see the canvas.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millstream_graph::ProcessName;

use super::{hand, small};
use crate::testing::{Told, mesh, open, process_look, wire_look};
use crate::{Failure, ProcessState, WireState};

#[test]
fn graph_processes_ports_and_wires_have_names_and_roles() {
    let hand = small();
    let role = |label: &str| hand.harness.get_by_label(label).accesskit_node().role();
    assert_eq!(role("graph: 7 processes, 2 wires"), Role::ListBox);
    assert_eq!(role("process parse, text/Regex"), Role::ListBoxOption);
    assert_eq!(role("input parse.in"), Role::Button);
    assert_eq!(role("output parse.out"), Role::Button);
    assert_eq!(role("wire read.out to parse.in"), Role::ListBoxOption);
}

#[test]
fn everything_is_inside_the_canvas() {
    let hand = small();
    let canvas = hand.harness.get_by_label_contains("graph: 7 processes");
    let count = canvas.children().count();
    let scene = &hand.canvas().scene;
    let ports: usize = scene
        .cards
        .iter()
        .map(|card| card.ins.len() + card.outs.len())
        .sum();
    assert_eq!(count, scene.cards.len() + scene.wires.len() + ports);
}

#[test]
fn live_wire_tells_its_numbers() {
    let mut hand = small();
    let id = hand.document().wires().next().unwrap().0;
    let mut look = wire_look(WireState::Blocking, 0.5, 0.8);
    "812 of 1000, 64 per second, blocked".clone_into(&mut look.spoken);
    let mut told = Told::default();
    told.wires.insert(id, look);
    let mut failed = process_look(ProcessState::Failed);
    failed.failure = Some(Failure {
        message: "no such file".to_owned(),
        count: 1,
    });
    let name: ProcessName = "read".parse().unwrap();
    told.processes.insert(name, failed);
    hand.harness.state_mut().live = Some(told);
    hand.rest();
    hand.at("wire read.out to parse.in, 812 of 1000, 64 per second, blocked");
    hand.at("process read, file/ReadLines, failed, failed: no such file");
}

#[test]
fn click_by_name_selects() {
    let mut hand = small();
    hand.harness
        .get_by_label_contains("process parse")
        .click_accesskit();
    hand.rest();
    assert_eq!(hand.selected(), ["parse"]);
    let option = hand.harness.get_by_label_contains("process parse");
    assert_eq!(option.accesskit_node().is_selected(), Some(true));
    hand.harness
        .get_by_label("wire read.out to parse.in")
        .click_accesskit();
    hand.rest();
    assert_eq!(hand.selected(), ["read.out -> parse.in"]);
}

#[test]
fn from_afar_only_processes_have_names() {
    let mut hand = hand(mesh(30, 20));
    hand.command(crate::Command::FitAll);
    assert!(hand.canvas().view().zoom < 0.3);
    hand.at("process p29_19");
    assert!(hand.harness.query_by_label("input p3_3.in").is_none());
}

#[test]
fn ghost_says_that_its_component_is_missing() {
    let text = r#"Graph(format: 1, processes: { "x": Process(component: "acme/alerts/Pager"), "y": Process(component: "test/Records") },
        connectors: [Connector(from: "y.out", to: "x.in")], layout: { "x": (500, 200), "y": (100, 200) })"#;
    let hand = hand(open(text));
    hand.at("process x, acme/alerts/Pager, missing component");
    hand.at("input x.in");
}
