//! What gets selected.

use crate::action::{Action, Keep, Select, SelectBox, Spread};
use crate::document::Document;
use crate::geometry::{Direction, Rect};
use crate::target::Target;
use crate::testing::{name, sketch};
use millstream_graph::Position;

/// `a -> b -> [c, d]`, and `e` alone, in a row.
fn fork() -> Document {
    sketch(
        &[
            "a core/Kick",
            "b core/Copy",
            "c core/Drop",
            "d core/Drop",
            "e core/Kick",
        ],
        &["a.out -> b.in", "b.out[0] -> c.in", "b.out[1] -> d.in"],
    )
}

fn select(document: &mut Document, select: Select) {
    document.apply(Action::Select(select)).unwrap();
}

fn start(document: &mut Document, process: &str) {
    select(document, Select::Only(vec![Target::Process(name(process))]));
}

fn selected(document: &Document) -> String {
    let mut names: Vec<&str> = document
        .selection()
        .processes()
        .map(|name| name.as_str())
        .collect();
    names.sort_unstable();
    format!("{} {}", names.join(""), document.selection().wires().len())
}

#[test]
fn walks_follow_connectors_by_levels() {
    let mut document = fork();
    let cases = [
        ("b", Select::Upstream(None), "ab 1"),
        ("a", Select::Downstream(Some(1)), "ab 1"),
        ("a", Select::Downstream(None), "abcd 3"),
        ("c", Select::Upstream(None), "abc 2"),
        ("c", Select::Connected, "abcd 3"),
        ("e", Select::Connected, "e 0"),
        ("e", Select::All, "abcde 3"),
    ];
    for (from, how, expected) in cases {
        start(&mut document, from);
        select(&mut document, how.clone());
        assert_eq!(selected(&document), expected, "{from} {how:?}");
    }
    start(&mut document, "b");
    let focus = document.focus(None);
    assert_eq!((focus.processes.len(), focus.wires.len()), (4, 3));
    assert_eq!(document.steps().count(), 0);
}

#[test]
fn box_takes_what_it_encloses_or_touches() {
    let mut document = fork();
    let area = |spread, keep| {
        let corner = |x: f64, y: f64| Position { x, y };
        Select::Box(SelectBox {
            area: Rect::between(corner(300.0, 300.0), corner(-10.0, -10.0)),
            spread,
            wires: Vec::new(),
            keep,
        })
    };
    select(&mut document, area(Spread::Enclosed, Keep::Replace));
    assert_eq!(selected(&document), "a 0");
    select(&mut document, area(Spread::Touched, Keep::Replace));
    assert_eq!(selected(&document), "ab 0");
    start(&mut document, "e");
    select(&mut document, area(Spread::Enclosed, Keep::Extend));
    assert_eq!(selected(&document), "ae 0");
}

#[test]
fn arrows_go_to_the_nearest_process() {
    let mut document = fork();
    start(&mut document, "b");
    select(&mut document, Select::Nearest(Direction::Right));
    assert_eq!(selected(&document), "c 0");
    select(&mut document, Select::Nearest(Direction::Left));
    assert_eq!(selected(&document), "b 0");
    let refused = document.apply(Action::Select(Select::Nearest(Direction::Up)));
    assert_eq!(
        refused.unwrap_err().reason,
        "there is no process in that direction"
    );
}

#[test]
fn brackets_go_round_ports_and_connectors() {
    let mut document = fork();
    start(&mut document, "b");
    let mut ports = Vec::new();
    for _ in 0..5 {
        select(&mut document, Select::NextAround);
        ports.push(document.selection().port().unwrap().end.to_string());
    }
    assert_eq!(ports, ["b.in", "b.out[0]", "b.out[1]", "b.out[2]", "b.in"]);
    select(&mut document, Select::PreviousAround);
    assert_eq!(
        document.selection().port().unwrap().end.to_string(),
        "b.out[2]"
    );
    let first = document.wires().next().unwrap().0;
    select(&mut document, Select::Only(vec![Target::Wire(first)]));
    let mut seen = Vec::new();
    for _ in 0..3 {
        select(&mut document, Select::NextAround);
        seen.extend(document.selection().wires());
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[test]
fn toggling_and_adding_leave_what_is_gone_out() {
    let mut document = fork();
    let [a, gone] = ["a", "zzz"].map(|text| Target::Process(name(text)));
    select(&mut document, Select::Toggle(vec![a.clone(), gone.clone()]));
    assert_eq!(selected(&document), "a 0");
    select(&mut document, Select::Also(vec![gone]));
    assert_eq!(selected(&document), "a 0");
    select(&mut document, Select::Toggle(vec![a]));
    assert_eq!(selected(&document), " 0");
}
