//! Graphs that are malformed, wrong, endless or enormous.

use std::fmt::Write as _;

use millstream_tests::{Outcome, Program};

use super::Folder;

#[test]
fn malformed_graph_is_refused_with_its_place() {
    let graph = "Graph(\n  format: 1,\n  processes: {\n    \"a\": Process(component \"core/Kick\"),\n  },\n)";
    let place = "graph.ron:4:28";
    refuse(&run(graph), &["expected `,` or `)`", place]);
}

#[test]
fn unknown_field_is_answered_with_the_nearest() {
    let graph = "Graph(\n  format: 1,\n  proceses: {},\n)";
    let words = [
        "`Graph` has no field `proceses`",
        "graph.ron:3:3",
        "did you mean `processes`?",
    ];
    refuse(&run(graph), &words);
}

#[test]
fn newer_format_is_refused_by_its_number() {
    refuse(&run("Graph(format: 2)"), &["this file has format 2"]);
}

#[test]
fn unknown_component_and_port_are_answered_with_the_nearest() {
    let graph = r#"Graph(
    format: 1,
    processes: {
        "a": Process(component: "core/Kikc"),
        "b": Process(component: "core/Repeat"),
        "c": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "a.out", to: "b.inn"),
        Connector(from: "b.out", to: "c.in"),
    ],
)"#;
    let words = [
        "error[MS0101]: process `a`: there is no component `core/Kikc`",
        "did you mean `core/Kick`?",
        "error[MS0104]: process `b` (core/Repeat) has no in-port `inn`",
        "did you mean `in`?",
        "graph.ron was not run",
    ];
    refuse(&run(graph), &words);
}

#[test]
fn value_of_the_wrong_type_is_shown_with_what_it_must_be() {
    let graph = r#"Graph(
    format: 1,
    processes: {
        "a": Process(component: "core/Sequence", iips: { "count": "five" }),
        "b": Process(component: "core/Drop"),
    },
    connectors: [Connector(from: "a.out", to: "b.in")],
)"#;
    let words = [
        "error[MS0112]",
        "`count` is \"five\", but must be int",
        "graph.ron:4:67",
    ];
    refuse(&run(graph), &words);
}

#[test]
fn subgraphs_that_use_each_other_are_refused() {
    let folder =
        Folder::with(r#"Graph(format: 1, processes: { "x": Process(component: "./other.ron") })"#);
    folder.write(
        "other.ron",
        r#"Graph(format: 1, processes: { "y": Process(component: "./graph.ron") })"#,
    );
    let outcome = folder.run().run().unwrap();
    refuse(&outcome, &["error[MS0118]", "a subgraph contains itself"]);
}

#[test]
fn graph_that_cannot_be_read_exits_with_4() {
    for path in ["missing.ron", "graphs"] {
        let outcome = Program::new(["run", path]).run().unwrap();
        assert_eq!(outcome.code, Some(4), "{path}: {}", outcome.stderr);
        let wanted = format!("error: cannot read {path}: ");
        assert!(outcome.stderr.starts_with(&wanted), "{}", outcome.stderr);
    }
}

#[test]
fn graph_that_is_no_text_is_refused_with_the_offset() {
    let folder = Folder::with("");
    folder.write("graph.ron", b"Graph(\xff)");
    let outcome = folder.run().run().unwrap();
    assert_eq!(outcome.code, Some(4));
    assert!(outcome.stderr.contains("at byte 6"), "{}", outcome.stderr);
}

#[test]
fn lists_nested_a_million_deep_are_refused() {
    let depth = 1_000_000;
    for closed in [0, depth] {
        let value = "[".repeat(depth) + &"]".repeat(closed);
        let graph = format!(
            "Graph(format: 1, processes: {{ \"a\": Process(component: \"core/Kick\", iips: {{ \"value\": {value} }}) }})"
        );
        let outcome = run(&graph);
        refuse(&outcome, &["this nests too deep: the limit is 128 levels"]);
        assert!(
            outcome.stderr.len() < 2000,
            "the excerpt is {} bytes long",
            outcome.stderr.len()
        );
    }
}

#[test]
fn text_in_any_script_passes_and_names_keep_to_their_letters() {
    let graph = |name: &str| {
        format!(
            "Graph(format: 1, name: \"мельница\", processes: {{\n\"{name}\": Process(component: \"core/Kick\", \
             label: \"水車\", iips: {{ \"value\": \"مطحنة 水車 🦀\" }}),\n\"show\": Process(component: \
             \"console/Output\") }}, connectors: [Connector(from: \"{name}.out\", to: \"show.in\")])"
        )
    };
    assert_eq!(run(&graph("greet")).stdout, "مطحنة 水車 🦀\n");
    let words = [
        "`мельница` is no process name, because of the character `м`",
        "graph.ron:2:1",
    ];
    refuse(&run(&graph("мельница")), &words);
}

#[test]
fn chain_of_many_thousand_processes_runs() {
    let length = 20_000;
    let mut processes = String::new();
    let mut connectors = String::new();
    let mut before = "n.out".to_owned();
    for at in 0..length {
        writeln!(processes, "\"p{at}\": Process(component: \"core/Repeat\"),").unwrap();
        writeln!(
            connectors,
            "Connector(from: \"{before}\", to: \"p{at}.in\", capacity: 1),"
        )
        .unwrap();
        before = format!("p{at}.out");
    }
    let graph = format!(
        "Graph(format: 1, processes: {{ \"n\": Process(component: \"core/Sequence\", iips: {{ \"count\": 3 }}), \
         \"show\": Process(component: \"console/Output\"), {processes} }}, connectors: [ {connectors} \
         Connector(from: \"{before}\", to: \"show.in\") ])"
    );
    let outcome = run(&graph);
    assert_eq!(outcome.stdout, "0\n1\n2\n");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

/// What comes of `millstream run` with this graph.
fn run(graph: &str) -> Outcome {
    Folder::with(graph).run().run().unwrap()
}

/// A graph that was not run, for a reason that has these words.
#[track_caller]
fn refuse(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    for words in words {
        assert!(
            outcome.stderr.contains(words),
            "`{words}` is not in:\n{}",
            outcome.stderr
        );
    }
}
