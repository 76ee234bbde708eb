//! Differences: each is found once, in its aspect.

use proptest::prelude::*;

use crate::diff::{Aspect, Change, Difference, diff};
use crate::file::write;
use crate::testing::{generate as any_of, graph};

const OLD: &str = r#"Graph(
    name: "count",
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "a.txt" }),
        "cut": Process(component: "text/Words"),
        "wrap": Process(component: "text/Wrap", iips: { "measure": 40 }, note: "as wide as a telegram"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "cut.in"),
        Connector(from: "cut.out", to: "wrap.in"),
        Connector(from: "wrap.out", to: "show.in", note: "x"),
    ],
    inports: { "path": "read.path" },
    groups: [Group(name: "text", processes: ["cut", "wrap"])],
    layout: { "read": (40, 80), "cut": (220, 80) },
)"#;

/// The differences after some replacements in the text, a line each.
fn after(replacements: &[(&str, &str)]) -> Vec<String> {
    let mut text = OLD.to_owned();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    diff(&graph(OLD), &graph(&text)).iter().map(shown).collect()
}

fn shown(found: &Difference) -> String {
    let change = match &found.change {
        Change::Added(what) => format!("added {what}"),
        Change::Removed(what) => format!("removed {what}"),
        Change::Renamed(before) => format!("was {before}"),
        Change::Changed { field, old, new } => format!("{field}: {old:?} to {new:?}"),
    };
    format!("{}: {} {change}", found.aspect.name(), found.subject)
}

#[test]
fn each_change_is_found_in_its_aspect() {
    let cases: [(&str, &str, &str); 12] = [
        (
            "\"measure\": 40",
            "\"measure\": 24",
            "logic: process wrap iips.measure: Some(\"40\") to Some(\"24\")",
        ),
        (
            "text/Words",
            "text/Lines",
            "logic: process cut component: Some(\"text/Words\") to Some(\"text/Lines\")",
        ),
        (
            "note: \"x\"",
            "note: \"x\", capacity: 8",
            "logic: connector wrap.out -> show.in capacity: Some(\"64\") to Some(\"8\")",
        ),
        (
            "note: \"x\"",
            "",
            "words: connector wrap.out -> show.in note: Some(\"\\\"x\\\"\") to None",
        ),
        (
            "name: \"count\"",
            "name: \"words\"",
            "words: graph name: Some(\"\\\"count\\\"\") to Some(\"\\\"words\\\"\")",
        ),
        (
            "as wide",
            "wide",
            "words: process wrap note: Some(\"\\\"as wide as a telegram\\\"\") to Some(\"\\\"wide as a telegram\\\"\")",
        ),
        (
            "{ \"path\": \"read.path\" }",
            "{}",
            "logic: inport path removed read.path",
        ),
        (
            "[\"cut\", \"wrap\"]",
            "[\"cut\"]",
            "words: group text processes: Some(\"cut, wrap\") to Some(\"cut\")",
        ),
        (
            "(220, 80)",
            "(240, 80.5)",
            "layout: process cut place: Some(\"(220, 80)\") to Some(\"(240, 80.5)\")",
        ),
        (
            "name: \"count\"",
            "name: \"count\", per_group: true",
            "logic: graph per_group: Some(\"false\") to Some(\"true\")",
        ),
        (
            "Graph(\n",
            "Graph( // why\n",
            "words: graph comments: None to None",
        ),
        (
            "\"read\": (40, 80), \"cut\": (220, 80)",
            "\"cut\": (220, 80), \"read\": (40, 80)",
            "words: graph order: None to None",
        ),
    ];
    for (from, to, wanted) in cases {
        assert_eq!(after(&[(from, to)]), [wanted]);
    }
    assert_eq!(after(&[]), [""; 0]);
}

#[test]
fn another_name_is_no_other_process() {
    let renamed = after(&[
        ("\"wrap\"", "\"lines\""),
        ("wrap.", "lines."),
        ("\"show\"", "\"print\""),
        ("show.", "print."),
    ]);
    assert_eq!(
        renamed,
        [
            "logic: process lines was wrap",
            "logic: process print was show"
        ]
    );
}

#[test]
fn process_that_does_something_else_is_another_one() {
    let found = after(&[
        ("\"wrap\"", "\"lines\""),
        ("wrap.", "lines."),
        ("40", "24"),
        ("(24, 80)", "(40, 80)"),
    ]);
    assert_eq!(
        found,
        [
            "logic: process wrap removed text/Wrap",
            "logic: process lines added text/Wrap",
            "logic: connector cut.out -> wrap.in removed ",
            "logic: connector wrap.out -> show.in removed ",
            "logic: connector cut.out -> lines.in added ",
            "logic: connector lines.out -> show.in added ",
            "words: group text processes: Some(\"cut, wrap\") to Some(\"cut, lines\")",
        ]
    );
}

#[test]
fn order_is_found_where_it_is_all_that_differs() {
    let swapped = after(&[
        ("Connector(from: \"cut.out\", to: \"wrap.in\"),", ""),
        (
            "connectors: [",
            "connectors: [ Connector(from: \"cut.out\", to: \"wrap.in\"),",
        ),
    ]);
    assert_eq!(swapped, ["words: graph order of connectors: None to None"]);
}

proptest! {
    #[test]
    fn nothing_is_found_exactly_when_both_read_the_same(old in any_of::graph(), new in any_of::graph()) {
        prop_assert_eq!(diff(&old, &old), []);
        let found = diff(&old, &new);
        prop_assert_eq!(found.is_empty(), write(&old) == write(&new));
    }

    #[test]
    fn places_alone_are_layout_alone(graph in any_of::graph(), at in any_of::position()) {
        let mut moved = graph.clone();
        for place in moved.layout.values_mut() {
            *place = at;
        }
        prop_assert!(diff(&graph, &moved).iter().all(|found| found.aspect == Aspect::Layout));
    }
}
