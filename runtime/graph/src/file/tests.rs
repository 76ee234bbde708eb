//! Files: what is read, what is refused and where, and what comes out.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::file::{line_column, read, write};
use crate::testing::generate as any_of;

mod refused;
mod samples;

const EXAMPLE: &str = r##"// Counts requests by status.
Graph(
    format: 1,
    name: "access-log",
    description: "Count requests by status",
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "access.log" }),
        "parse": Process(component: "text/Regex", iips: { "pattern": r#""\w+ (?<url>\S+)[^"]*" (?<status>\d+)"# }),
        "count": Process(component: "data/Aggregate", iips: { "by": ["status"], "compute": { "requests": "count()" } }),
        "print": Process(component: "json/Write", note: "one JSON document per line"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in", capacity: 1024),
        Connector(from: "parse.out", to: "count.in"),
        Connector(from: "count.out", to: "print.in"),
        Connector(from: "print.out", to: "show.in"),
    ],
    inports: { "path": "read.path" },
    outports: { "lines": "print.out" },
    groups: [
        Group(name: "parsing", processes: ["parse"], note: "Apache combined format"),
    ],
    layout: {
        "read": (40, 80),
        "parse": (260, 80),
    },
)
"##;

fn rewritten(text: &str) -> String {
    match read(text) {
        Ok(parsed) => write(&parsed.graph),
        Err(error) => panic!("{error}\n{text}"),
    }
}

#[test]
fn canonical_text_stays_as_it_is() {
    assert_eq!(
        rewritten(EXAMPLE),
        EXAMPLE.replace(EXAMPLE, &rewritten(EXAMPLE))
    );
    assert_eq!(rewritten(&rewritten(EXAMPLE)), rewritten(EXAMPLE));
    assert_snapshot!(rewritten(EXAMPLE), @r##"
    // Counts requests by status.
    Graph(
        format: 1,
        name: "access-log",
        description: "Count requests by status",
        processes: {
            "read": Process(component: "file/ReadLines", iips: { "path": "access.log" }),
            "parse": Process(component: "text/Regex", iips: { "pattern": r#""\w+ (?<url>\S+)[^"]*" (?<status>\d+)"# }),
            "count": Process(component: "data/Aggregate", iips: { "by": ["status"], "compute": { "requests": "count()" } }),
            "print": Process(component: "json/Write", note: "one JSON document per line"),
            "show": Process(component: "console/Output"),
        },
        connectors: [
            Connector(from: "read.out", to: "parse.in", capacity: 1024),
            Connector(from: "parse.out", to: "count.in"),
            Connector(from: "count.out", to: "print.in"),
            Connector(from: "print.out", to: "show.in"),
        ],
        inports: { "path": "read.path" },
        outports: { "lines": "print.out" },
        groups: [
            Group(name: "parsing", processes: ["parse"], note: "Apache combined format"),
        ],
        layout: {
            "read": (40, 80),
            "parse": (260, 80),
        },
    )
    "##);
}

#[test]
fn comments_stay_with_what_they_stand_before() {
    let text = r#"
        // head
        /* head too */ #![enable(implicit_some)]
        ( // opening
            // before name
            name: /* in name */ "x", // behind name
            processes: { // behind processes
                // before a
                "a": Process(component: "core/Drop" /* inside a */), // behind a
                "b": (
                    // inside b
                ), /* behind b */ "c": Process(),
                // "d": Process(),
            }, // behind all
            // before connectors
            connectors: [
                Connector(from: "a.out", /* inside */ to: "b.in"), // behind a.out
                // last
            ],
            inports: { "in": "a.in" /* in */ },
            groups: [
                // nothing yet
            ],
            layout: { "a": (1, 2), // place
            },
            // end
        )
        // tail"#;
    assert_snapshot!(rewritten(text), @r#"
    // head
    /* head too */
    // opening
    Graph(
        format: 1,
        // before name
        /* in name */
        // behind name
        name: "x",
        // behind processes
        processes: {
            // before a
            /* inside a */
            // behind a
            "a": Process(component: "core/Drop"),
            // inside b
            /* behind b */
            "b": Process(),
            "c": Process(),
            // "d": Process(),
            // behind all
        },
        // before connectors
        connectors: [
            /* inside */
            // behind a.out
            Connector(from: "a.out", to: "b.in"),
            // last
        ],
        inports: {
            /* in */
            "in": "a.in",
        },
        groups: [
            // nothing yet
        ],
        layout: {
            // place
            "a": (1, 2),
        },
        // end
    )
    // tail
    "#);
}

#[test]
fn long_entries_take_several_lines() {
    let long = "x".repeat(60);
    let text = format!(
        r#"(processes: {{ "a": (component: "core/Kick", iips: {{ "value": {{ "k": "{long}", "l": ["{long}", "{long}"] }} }}) }})"#
    );
    assert_snapshot!(rewritten(&text), @r#"
    Graph(
        format: 1,
        processes: {
            "a": Process(
                component: "core/Kick",
                iips: {
                    "value": {
                        "k": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                        "l": [
                            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                        ],
                    },
                },
            ),
        },
    )
    "#);
}

#[test]
fn values_are_written_so_that_people_can_read_them() {
    let text = r##"(meta: { "v": [(), None, Some(1), 1.0, 1e300, -inf, NaN, 0x1F, 1_000, 'c', "a\"b", "a\nb", "a\\b\"#",
        b"a\xff\"", (1, "x"), (a: 1), { "b": true }, [], {}, 18.5f32, -7, b'a'] })"##;
    assert_snapshot!(rewritten(text), @r###"
    Graph(
        format: 1,
        meta: {
            "v": [
                None,
                None,
                1,
                1.0,
                1e300,
                -inf,
                NaN,
                31,
                1000,
                "c",
                r#"a"b"#,
                "a\nb",
                r##"a\b"#"##,
                b"a\xff\"",
                [1, "x"],
                { "a": 1 },
                { "b": true },
                [],
                {},
                18.5,
                -7,
                97,
            ],
        },
    )
    "###);
}

#[test]
fn scripts_and_queries_keep_their_lines() {
    let text = "(processes: { \"a\": (component: \"sql/Query\", iips: { \"query\": \"SELECT \\\"a\\\"\\n  FROM b -- c\\n  \
                WHERE d > 1\\n\", \"database\": \"sqlite:x\" }) })";
    assert_snapshot!(rewritten(text), @r###"
    Graph(
        format: 1,
        processes: {
            "a": Process(
                component: "sql/Query",
                iips: {
                    "query": r#"SELECT "a"
      FROM b -- c
      WHERE d > 1
    "#,
                    "database": "sqlite:x",
                },
            ),
        },
    )
    "###);
    assert_eq!(rewritten(&rewritten(text)), rewritten(text));
    let with_return = r#"(meta: { "v": "one line of many characters,\r\nand a second one" })"#;
    assert!(rewritten(with_return).contains(r"\r\nand"));
}

#[test]
fn moving_a_process_changes_one_line() {
    let before = rewritten(EXAMPLE);
    let mut graph = read(EXAMPLE).unwrap().graph;
    graph.layout[0].x = 41.5;
    let after = write(&graph);
    let changed: Vec<_> = before
        .lines()
        .zip(after.lines())
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(
        changed,
        [(
            "        \"read\": (40, 80),",
            "        \"read\": (41.5, 80),"
        )]
    );
}

#[test]
fn hundred_thousand_processes_are_read_and_written() {
    let mut text = String::from("Graph(processes: {\n");
    for at in 0..100_000 {
        writeln!(
            text,
            "\"p{at}\": Process(component: \"core/Repeat\", iips: {{ \"n\": {at} }}), // c"
        )
        .unwrap();
    }
    text.push_str("}, connectors: [\n");
    for at in 1..100_000 {
        writeln!(
            text,
            "Connector(from: \"p{}.out\", to: \"p{at}.in\"),",
            at - 1
        )
        .unwrap();
    }
    text.push_str("])");
    let parsed = read(&text).unwrap();
    assert_eq!(parsed.graph.processes.len(), 100_000);
    let written = write(&parsed.graph);
    assert_eq!(written.lines().count(), 3 + 300_000 - 1 + 5 - 1);
}

#[test]
fn spans_lead_to_the_entries() {
    let text = "Graph(\n  processes: { \"a\": Process(component: \"core/Drop\", iips: { \"in\": [1] }) },\n  \
                connectors: [ Connector(from: \"a.x\", to: \"a.in\", capacity: 3) ],\n  layout: { \"a\": (1, 2) },\n)";
    let spans = read(text).unwrap().spans;
    let name = "a".parse().unwrap();
    let at = |span: Option<std::ops::Range<usize>>| text.get(span.unwrap()).unwrap();
    assert_eq!(at(spans.graph()), "Graph");
    assert_eq!(at(spans.process(&name)), "\"a\"");
    assert_eq!(at(spans.component(&name)), "\"core/Drop\"");
    assert_eq!(at(spans.iip(&name, &"in".parse().unwrap())), "[1]");
    assert_eq!(at(spans.connector_from(0)), "\"a.x\"");
    assert_eq!(at(spans.connector_to(0)), "\"a.in\"");
    assert_eq!(at(spans.connector_capacity(0)), "3");
    assert_eq!(at(spans.layout(&name)), "\"a\": (1, 2)");
    assert_eq!(
        line_column(text, spans.connector(0).unwrap().start),
        (3, 17)
    );
}

fn check_round_trip(graph: &crate::Graph) -> Result<(), TestCaseError> {
    let text = write(graph);
    let parsed = match read(&text) {
        Ok(parsed) => parsed,
        Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
    };
    prop_assert_eq!(&parsed.graph, graph, "{}", text);
    prop_assert_eq!(write(&parsed.graph), text);
    Ok(())
}

/// The comments of a text, sorted; their order may change where sections change places.
fn comments_of(text: &str) -> Vec<String> {
    let document = crate::file::tree::parse(text).unwrap();
    let source =
        |span: &std::ops::Range<usize>| text.get(span.clone()).unwrap().trim_end().to_owned();
    let mut comments: Vec<String> = document.comments.iter().map(source).collect();
    comments.sort();
    comments
}

/// Places where a comment may stand: before each token of the example.
fn places() -> Vec<usize> {
    let mut scanner = crate::file::scan::Scanner::new(EXAMPLE);
    let mut places = Vec::new();
    while {
        scanner.skip_blank().unwrap();
        scanner.peek().is_some()
    } {
        places.push(scanner.at);
        let quoted = scanner.quoted().unwrap();
        if quoted.is_none() && scanner.identifier().is_none() && scanner.number().is_empty() {
            scanner.at += 1;
        }
    }
    places
}

proptest! {
    #[test]
    fn any_graph_reads_back_as_written(graph in any_of::graph()) {
        check_round_trip(&graph)?;
    }

    #[test]
    fn comments_anywhere_are_kept(
        picks in proptest::collection::vec((any::<prop::sample::Index>(), prop::bool::ANY), 1..8),
    ) {
        let places = places();
        let mut inserts: Vec<(usize, String)> = Vec::new();
        for (number, (pick, line)) in picks.into_iter().enumerate() {
            let comment = if line { format!("// {number}\n") } else { format!("/* {number} */") };
            inserts.push((places[pick.index(places.len())], comment));
        }
        inserts.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut text = EXAMPLE.to_owned();
        for (at, comment) in inserts {
            text.insert_str(at, &comment);
        }
        let once = rewritten(&text);
        prop_assert_eq!(comments_of(&once), comments_of(&text), "{}", text);
        prop_assert_eq!(&rewritten(&once), &once);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _result = read(&text);
    }

    #[test]
    fn no_mutated_file_makes_the_reader_panic(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[(){}\\[\\]:,\"'#r/*b.0-9a-zé \n\\\\]{0,3}"), 1..6),
    ) {
        let mut text = EXAMPLE.to_owned();
        for (start, length, insert) in cuts {
            let start = text.floor_char_boundary(start.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length.index(6)).min(text.len())).max(start);
            text.replace_range(start..end, &insert);
        }
        match read(&text) {
            Ok(parsed) => check_round_trip(&parsed.graph)?,
            Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}"),
        }
    }
}
