//! Graphs and components that are tested with packets.

use std::fs;
use std::time::Duration;

use millstream_tests::{Outcome, Program, repository};
use serde_json::Value;

use super::Folder;

/// Numbers are doubled and put into groups. The file is missing, so nothing may read it.
const GRAPH: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "missing.txt" }),
        "parse": Process(component: "json/Read"),
        "double": Process(component: "data/Map", iips: { "value": "it * 2" }),
        "group": Process(component: "core/Group", iips: { "size": 1 }),
        "print": Process(component: "json/Write"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in"),
        Connector(from: "parse.out", to: "double.in"),
        Connector(from: "double.out", to: "group.in"),
        Connector(from: "group.out", to: "print.in"),
    ],
    outports: { "lines": "print.out" },
)"#;

fn suite(cases: &str) -> String {
    format!(
        "Tests(\n    format: 1,\n    graph: \"../graph.ron\",\n    cases: {{\n{cases}\n    }},\n)\n"
    )
}

/// A folder with `graph.ron` and `tests/cases.ron`.
fn folder(cases: &str) -> Folder {
    let folder = Folder::with(GRAPH);
    fs::create_dir(folder.file("tests")).unwrap();
    folder.write("tests/cases.ron", suite(cases));
    folder
}

fn test(folder: &Folder, arguments: &[&str]) -> Outcome {
    let program = Program::new(["test"]).args(arguments).within(folder.path());
    program.run().unwrap()
}

/// Runs the only case of a folder, which fails, and looks for words in what is printed.
fn assert_fails(cases: &str, wanted: &[&str]) {
    let folder = folder(cases);
    let outcome = test(&folder, &[]);
    assert_eq!(
        outcome.code,
        Some(7),
        "{cases}: {}{}",
        outcome.stdout,
        outcome.stderr
    );
    for words in wanted {
        assert!(
            outcome.stdout.contains(words),
            "{words}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn cases_of_the_graphs_pass() {
    let outcome = Program::new(["test", "graphs", "-v"]).run().unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    for graph in ["telegram", "csv-report", "takeaway"] {
        let wanted = format!("ok   graphs/tests/{graph}.ron: ");
        assert!(outcome.stdout.contains(&wanted), "{}", outcome.stdout);
    }
}

#[test]
fn part_of_a_graph_is_tested_without_the_rest_of_it() {
    let cases = r#"
        "doubles": Case(inputs: { "double.in": [1, 2.5] }, outputs: { "double.out": [2, 5.0] }),
        "brackets": Case(
            inputs: { "group.in": [1, Open("x"), 2, Close("x")] },
            outputs: { "group.out": [Open, 1, Close, Open("x"), Open, 2, Close, Close("x")] },
        ),
        "exported": Case(inputs: { "parse.in": ["7"] }, outputs: { "lines": Contains(["14"]) }),
        "any order": Case(inputs: { "double.in": [1, 2, 2] }, outputs: { "double.out": Unordered([4, 2, 4]) }),
        "value of the case": Case(
            iips: { "double.value": "it * 10" },
            inputs: { "double.in": [1] },
            outputs: { "double.out": [10] },
        ),
        "failure": Case(
            inputs: { "parse.in": ["1", "no json"] },
            outputs: { "double.out": [2] },
            fails: Failure(process: "parse", message: "packet 2"),
        ),"#;
    let outcome = test(&folder(cases), &[]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("", Some(0)),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.starts_with("6 passed in "),
        "{}",
        outcome.stderr
    );
}

#[test]
fn component_is_tested_alone() {
    let folder = Folder::with(GRAPH);
    folder.write(
        "cases.ron",
        r#"Tests(component: "core/Concat", cases: {
            "first comes first": Case(inputs: { "in[0]": [1, 2], "in[1]": [3] }, outputs: { "out": [1, 2, 3] }),
        })"#,
    );
    folder.write(
        "wrap.ron",
        r#"Tests(component: "text/Wrap", cases: {
            "narrow": Case(iips: { "measure": 3 }, inputs: { "in": ["a", "b", "c"] }, outputs: { "out": ["a b", "c"] }),
        })"#,
    );
    let outcome = test(&folder, &[]);
    assert_eq!(
        outcome.code,
        Some(0),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    assert!(outcome.stderr.starts_with("2 passed"), "{}", outcome.stderr);
}

#[test]
fn recorded_packets_are_an_input_like_any_other() {
    let cases = r#""recorded": Case(
        inputs: { "double.in": Recorded(file: "../numbers.jsonl", connector: "parse.out") },
        outputs: { "double.out": [2, 4, 6] },
    ),"#;
    let folder = folder(cases);
    folder.write("numbers.txt", "1\n2\n3\n");
    let run = folder.run().args(["--record", "numbers.jsonl"]);
    let run = run.args(["--iip", "read.path=numbers.txt"]).run().unwrap();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let outcome = test(&folder, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
}

#[test]
fn difference_shows_what_is_missing_and_what_came() {
    assert_fails(
        r#""x": Case(inputs: { "double.in": [1, 2, 3] }, outputs: { "double.out": [2, 5, 6] }),"#,
        &[
            "FAIL tests/cases.ron:5: x\n",
            "double.out: 3 expected, 3 came",
            "\n      2\n    - 5\n    + 4\n      6\n",
        ],
    );
    assert_fails(
        r#""x": Case(inputs: { "double.in": [1, 2] }, outputs: { "double.out": Unordered([4, 6]) }),"#,
        &["in any order", "    - 6\n    + 2\n"],
    );
    assert_fails(
        r#""x": Case(inputs: { "double.in": [1] }, outputs: { "double.out": Contains([2.0]) }),"#,
        &["among others", "    - 2.0\n"],
    );
}

#[test]
fn run_that_ends_otherwise_than_it_should_is_told_first() {
    assert_fails(
        r#""x": Case(inputs: { "parse.in": ["?"] }, outputs: { "parse.out": [1] }),"#,
        &["\n  process `parse` (json/Read) failed: ", "    - 1\n"],
    );
    assert_fails(
        r#""x": Case(inputs: { "parse.in": [] }, fails: Failure(process: "parse", message: "boo")),"#,
        &["process `parse` was to fail with \"boo\", but the run finished"],
    );
    assert_fails(
        r#""x": Case(inputs: { "parse.in": ["?"] }, fails: Failure(process: "parse", message: "boo")),"#,
        &["was to fail with \"boo\", but process `parse` (json/Read) failed: "],
    );
}

#[test]
fn case_without_an_end_is_ended() {
    let folder = Folder::with(GRAPH);
    let endless = |iips: &str, timeout: &str| {
        format!(r#"Tests(component: "{iips}, outputs: {{ "out": [] }}, timeout: "{timeout}") }})"#)
    };
    let tick = r#"time/Tick", cases: { "x": Case(iips: { "every_ms": 20 }"#;
    folder.write("slow.ron", endless(tick, "200ms"));
    let flood = r#"core/Sequence", cases: { "x": Case(iips: { "count": 1000000000 }"#;
    folder.write("flood.ron", endless(flood, "60s"));
    let outcome = test(&folder, &[]);
    assert_eq!(outcome.code, Some(7), "{}", outcome.stderr);
    for words in [
        "it had not ended after 200 ms",
        "does a source have no end?",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "{words}: {}",
            outcome.stdout
        );
    }
    assert!(
        outcome.elapsed < Duration::from_secs(25),
        "{:?}",
        outcome.elapsed
    );
}

#[test]
fn deadlock_ends_a_case_at_once() {
    let graph = repository().join("graphs/deadlock.ron");
    let folder = folder(
        r#""stuck": Case(inputs: { "copy.in": [1, 2, 3, 4, 5, 6] }, outputs: { "join.out": [] }, timeout: "1h")"#,
    );
    folder.write("graph.ron", std::fs::read_to_string(graph).unwrap());
    let outcome = test(&folder, &[]);
    assert_eq!(outcome.code, Some(7), "{}", outcome.stderr);
    let told =
        "deadlock; who waited then:\n    copy.out[1] waits to send to join.in[1] (4 of 4 packets)";
    assert!(outcome.stdout.contains(told), "{}", outcome.stdout);
}

#[test]
fn case_that_names_what_is_not_there_is_shown_with_its_place() {
    for (case, wanted) in [
        (r#"outputs: { "duoble.out": [] }"#, "did you mean `double`?"), // typos:ignore
        (r#"outputs: { "double.uot": [] }"#, "its out-ports: out"),     // typos:ignore
        (r#"outputs: { "line": [] }"#, "did you mean `lines`?"),
        (
            r#"inputs: { "double.out": [] }, outputs: { "double.out": [] }"#,
            "no in-port `out`",
        ),
        (
            r#"iips: { "double.valu": 1 }, outputs: { "double.out": [] }"#,
            "did you mean `value`?",
        ),
        (
            r#"iips: { "double.value": "it *" }, outputs: { "double.out": [] }"#,
            "error[MS",
        ),
        (
            r#"inputs: { "double.in": Recorded(file: "no.jsonl") }, outputs: { "double.out": [] }"#,
            "cannot read tests/no.jsonl",
        ),
        (
            r#"outputs: { "double.out": [] }, timeout: "soon""#,
            "`soon` is no time",
        ),
        (
            r#"fails: Failure(process: "nobody")"#,
            "there is no process `nobody`",
        ),
        (
            r#"fails: Failure(message: "x")"#,
            "the expected failure names no process",
        ),
    ] {
        let line = format!("        \"x\": Case({case}),");
        assert_fails(&line, &["FAIL tests/cases.ron:5: x\n", wanted]);
    }
}

#[test]
fn update_rewrites_expectations_and_nothing_else() {
    let cases = r#"        // Why it is so.
        "first": Case( inputs: {"double.in": [1,2]}, outputs: { "double.out": [9] } ), // odd blanks
        "second": Case(
            inputs: { "double.in": [{ "not": "a number" }] },
            outputs: { "double.out": [8] },
        ),
        "third": Case(inputs: { "group.in": [1] }, outputs: { "group.out": Unordered([]) }),
        "fourth": Case(inputs: { "double.in": [1] }, outputs: { "double.out": Contains([5]) }),"#;
    let folder = folder(cases);
    let outcome = test(&folder, &["--update"]);
    assert_eq!(
        outcome.code,
        Some(7),
        "the second fails, the fourth cannot be known"
    );
    assert!(
        outcome.stdout.contains("updated tests/cases.ron: first\n"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stderr.starts_with("0 passed, 2 failed, 2 updated"),
        "{}",
        outcome.stderr
    );
    let wanted = cases
        .replace("[9]", "[2, 4]")
        .replace("Unordered([])", "Unordered([Open, 1, Close])");
    let text = fs::read_to_string(folder.file("tests/cases.ron")).unwrap();
    assert_eq!(text, suite(&wanted));
    let again = test(&folder, &["--update", "--filter", "first"]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);
    assert_eq!(
        fs::read_to_string(folder.file("tests/cases.ron")).unwrap(),
        text
    );
}

#[test]
fn machines_get_one_document() {
    let cases = r#"
        "good": Case(inputs: { "double.in": [1] }, outputs: { "double.out": [2] }),
        "bad": Case(inputs: { "double.in": [1] }, outputs: { "double.out": [3] }),"#;
    let outcome = test(&folder(cases), &["--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(7), ""));
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["schema"], "millstream.test/1");
    assert_eq!(
        (&document["passed"], &document["failed"]),
        (&1.into(), &1.into())
    );
    let bad = &document["cases"][1];
    assert_eq!((&bad["name"], &bad["line"]), (&"bad".into(), &7.into()));
    assert_eq!(bad["problems"][0]["expected"][0], "3");
    assert_eq!(bad["problems"][0]["actual"][0], "2");
}

#[test]
fn graph_stands_for_the_cases_beside_it() {
    let case = r#""x": Case(inputs: { "double.in": [] }, outputs: { "double.out": [] }),"#;
    let folder = folder(case);
    folder.write(
        "tests/other.ron",
        suite(case).replace("graph.ron", "other.ron"),
    );
    let outcome = test(&folder, &["graph.ron"]);
    assert!(
        outcome.stderr.starts_with("1 passed"),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    let checked = Program::new(["check", "."])
        .within(folder.path())
        .run()
        .unwrap();
    assert!(
        checked.stdout.contains("checked 1 file"),
        "cases are no graphs: {}",
        checked.stdout
    );
}

#[test]
fn server_takes_no_cases_for_graphs() {
    let case = r#""x": Case(inputs: { "double.in": [] }, outputs: { "double.out": [] }),"#;
    let folder = folder(case);
    folder.write("broken.ron", "Graph(");
    let program = Program::new(["serve", ".", "--listen", "127.0.0.1:0"]);
    let mut run = program.within(folder.path()).start().unwrap();
    assert!(run.line().unwrap().unwrap().starts_with("ws://"));
    run.signal("INT").unwrap();
    let told = run.finish().unwrap().stderr;
    assert!(told.contains("left out: broken.ron"), "{told}");
    assert!(!told.contains("cases.ron"), "{told}");
}

#[test]
fn tests_that_cannot_be_found_or_read_have_exit_codes_of_their_own() {
    let case = r#""x": Case(inputs: { "double.in": [] }, outputs: { "double.out": [] }),"#;
    let folder = folder(case);
    fs::create_dir(folder.file("empty")).unwrap();
    folder.write(
        "tests/broken.ron",
        "Tests(graph: \"../graph.ron\", casse: {})",
    ); // typos:ignore
    for (path, code, wanted) in [
        ("nothing.ron", 4, "cannot read nothing.ron"),
        ("empty", 2, "there are no test cases for empty"),
        ("tests/broken.ron", 3, "did you mean `cases`?"),
        ("tests", 3, "`Tests` has no field"),
    ] {
        let outcome = test(&folder, &[path]);
        assert_eq!(outcome.code, Some(code), "{path}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(wanted),
            "{path}: {}",
            outcome.stderr
        );
    }
    let outcome = test(&folder, &["tests/cases.ron", "--filter", "y"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
}
