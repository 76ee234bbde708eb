//! Components with expressions, in a whole graph: what cannot be computed for a packet, what comes too late, what is too
//! much.

use millstream_tests::Outcome;

use super::Folder;

/// Reads JSON line by line, keeps what is slow, and sums it up by page.
const SLOW_PAGES: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "console/Input"),
        "parse": Process(component: "json/Read"),
        "slow": Process(component: "data/Filter", iips: { "where": "millis > 100" }),
        "sum": Process(
            component: "data/Aggregate",
            iips: { "by": ["page"], "compute": { "hits": "count()", "longest": "max(millis)" } },
        ),
        "print": Process(component: "json/Write"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in"),
        Connector(from: "parse.out", to: "slow.in"),
        Connector(from: "slow.out", to: "sum.in"),
        Connector(from: "sum.out", to: "print.in"),
        Connector(from: "print.out", to: "show.in"),
    ],
)"#;

/// Puts JSON lines into windows of a second by their field `t`.
const WINDOWS: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "console/Input"),
        "parse": Process(component: "json/Read"),
        "window": Process(component: "data/Window", iips: { "time": "t", "size_ms": 1000 }),
        "count": Process(component: "data/Aggregate", iips: { "compute": { "packets": "count()" } }),
        "plain": Process(component: "core/Ungroup"),
        "print": Process(component: "json/Write"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in"),
        Connector(from: "parse.out", to: "window.in"),
        Connector(from: "window.out", to: "count.in"),
        Connector(from: "count.out", to: "plain.in"),
        Connector(from: "plain.out", to: "print.in"),
        Connector(from: "print.out", to: "show.in"),
    ],
)"#;

fn run(graph: &str, lines: &[&str]) -> Outcome {
    let folder = Folder::with(graph);
    folder.run().input(lines.join("\n")).run().unwrap()
}

/// The run failed with 1, and its message has all these words.
fn fails(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}\n{}", outcome.stderr);
    }
}

#[test]
fn records_are_kept_and_summed_up() {
    let outcome = run(
        SLOW_PAGES,
        &[
            r#"{"page": "/a", "millis": 120}"#,
            r#"{"page": "/b", "millis": 99}"#,
            r#"{"millis": 350.5, "page": "/a"}"#,
            r#"{"page": "/b", "millis": 101}"#,
        ],
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let (first, second) = (
        r#"{"page":"/a","hits":2,"longest":350.5}"#,
        r#"{"page":"/b","hits":1,"longest":101}"#,
    );
    assert_eq!(outcome.stdout, format!("{first}\n{second}\n"));
}

#[test]
fn packet_that_a_condition_has_no_answer_for_is_named() {
    let slow = r#"{"page": "/a", "millis": 120}"#;
    let outcome = run(SLOW_PAGES, &[slow, r#"{"page": "/b", "millis": "long"}"#]);
    let words = [
        "process `slow`",
        "port `in`, packet 2",
        "text",
        "millis > 100",
    ];
    fails(&outcome, &words);
    let outcome = run(SLOW_PAGES, &[slow, slow, r#"{"page": "/b", "seconds": 7}"#]);
    fails(&outcome, &["packet 3", "no field `millis`"]);
}

#[test]
fn packet_that_comes_too_late_fails_unless_it_has_a_way() {
    let lines = [r#"{"t": 100}"#, r#"{"t": 1500}"#, r#"{"t": 999}"#];
    let words = [
        "process `window`",
        "packet 3",
        "501 ms behind the watermark",
        "connect `late`",
    ];
    fails(&run(WINDOWS, &lines), &words);

    let process = r#"processes: { "drop": Process(component: "core/Drop"),"#;
    let connector = r#"connectors: [ Connector(from: "window.late", to: "drop.in"),"#;
    let graph = WINDOWS
        .replace("processes: {", process)
        .replace("connectors: [", connector);
    let outcome = run(&graph, &lines);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(outcome.stdout, "{\"packets\":1}\n{\"packets\":1}\n");
}

#[test]
fn groups_beyond_the_memory_end_the_run() {
    let graph = SLOW_PAGES.replace(r#""by": ["page"],"#, r#""by": ["page"], "memory": 2000,"#);
    let lines: Vec<String> = (0..200)
        .map(|page| format!(r#"{{"page": "/{page}", "millis": 200}}"#))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let words = ["process `sum`", "`memory` = 2000 bytes", "raise `memory`"];
    fails(&run(&graph, &lines), &words);
}
