//! Packets written down and fed in again.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::Folder;
use millstream_tests::Program;

/// Brackets, records, bytes and numbers on their way to a sink.
const MIXED: &str = r#"Graph(
    format: 1,
    name: "mixed",
    processes: {
        "read": Process(component: "console/Input"),
        "parse": Process(component: "json/Read"),
        "group": Process(component: "core/Group", iips: { "by": "kind" }),
        "drop": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in", capacity: 1),
        Connector(from: "parse.out", to: "group.in"),
        Connector(from: "group.out", to: "drop.in"),
    ],
)"#;

/// Prints what comes to its in-port, and would read a file that is not there.
const PRINT: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "missing.txt" }),
        "print": Process(component: "json/Write"),
        "show": Process(component: "console/Output"),
    },
    connectors: [Connector(from: "read.out", to: "print.in"), Connector(from: "print.out", to: "show.in")],
)"#;

const LINES: &str =
    "{\"kind\":\"a\",\"n\":1}\n{\"kind\":\"a\",\"n\":2.0}\n{\"kind\":\"b\",\"n\":null}\n";

/// A folder with a recording of [`MIXED`], `mixed.jsonl`.
fn recorded(arguments: &[&str]) -> Folder {
    let folder = Folder::with(MIXED);
    let run = folder.run().args(["--record", "mixed.jsonl"]);
    let outcome = run.args(arguments).input(LINES).run().unwrap();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    folder
}

fn rows(folder: &Folder) -> Vec<Value> {
    let text = fs::read_to_string(folder.file("mixed.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn replay(folder: &Folder, arguments: &[&str]) -> Program {
    let program = Program::new(["replay", "mixed.jsonl", "graph.ron"]);
    program.args(arguments).within(folder.path())
}

#[test]
fn recording_has_every_packet_of_every_connector_in_order() {
    let folder = recorded(&[]);
    let rows = rows(&folder);
    let names = [
        "read.out->parse.in",
        "parse.out->group.in",
        "group.out->drop.in",
    ];
    assert_eq!(
        rows[0],
        json!({"schema": "millstream.recording/1", "graph": "mixed", "connectors": names})
    );
    let of = |name: &str| -> Vec<(Value, Value)> {
        let rows = rows.iter().filter(|row| row["connector"] == name);
        rows.map(|row| (row["kind"].clone(), row["value"].clone()))
            .collect()
    };
    assert_eq!(of(names[0]).len(), 3);
    let one = json!({"kind": "a", "n": 1});
    let two = json!({"kind": "a", "n": 2.0});
    let three = json!({"kind": "b", "n": null});
    let wanted = [
        (json!("open"), json!("a")),
        (json!("data"), one),
        (json!("data"), two),
        (json!("close"), json!("a")),
        (json!("open"), json!("b")),
        (json!("data"), three),
        (json!("close"), json!("b")),
    ];
    assert_eq!(of(names[2]), wanted);
    let times: Vec<u64> = rows[1..]
        .iter()
        .map(|row| row["at_ns"].as_u64().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn selectors_choose_what_is_recorded() {
    let folder = recorded(&["--record-connectors", "parse.out,g*->drop"]);
    let rows = rows(&folder);
    assert_eq!(
        rows[0]["connectors"],
        json!(["parse.out->group.in", "group.out->drop.in"])
    );
    assert!(
        rows[1..]
            .iter()
            .all(|row| row["connector"] != "read.out->parse.in")
    );
}

#[test]
fn recording_loses_nothing_however_fast_packets_come() {
    let graph = r#"Graph(format: 1, processes: {
        "count": Process(component: "core/Sequence", iips: { "start": 1, "count": 50000 }),
        "pass": Process(component: "core/Drop"),
    }, connectors: [Connector(from: "count.out", to: "pass.in")])"#;
    let folder = Folder::with(graph);
    let run = folder.run().args(["--record", "mixed.jsonl"]);
    assert_eq!(run.run().unwrap().code, Some(0));
    let rows = rows(&folder);
    let numbers = rows[1..].iter().map(|row| row["value"].as_i64().unwrap());
    assert!(numbers.eq(1..=50_000));
}

#[test]
fn recording_replaces_a_file_when_the_run_is_over_and_leaves_nothing_else() {
    let folder = recorded(&[]);
    let recorded_again = folder
        .run()
        .args(["--record", "mixed.jsonl"])
        .input("no json\n");
    assert_eq!(recorded_again.run().unwrap().code, Some(1));
    let rows = rows(&folder);
    assert_eq!(rows.len(), 2, "what came before the failure: {rows:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
#[cfg(target_os = "linux")]
fn recording_that_cannot_be_written_is_an_error_of_files() {
    for (path, wanted) in [
        (
            "/dev/full",
            "cannot record to /dev/full: no space left on device",
        ),
        (
            "no/such/folder.jsonl",
            "cannot record to no/such/folder.jsonl: no such file",
        ),
        (".", "cannot record to .: is a directory"),
    ] {
        let folder = Folder::with(MIXED);
        let outcome = folder
            .run()
            .args(["--record", path])
            .input(LINES)
            .run()
            .unwrap();
        assert_eq!(outcome.code, Some(4), "{path}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(wanted),
            "{path}: {}",
            outcome.stderr
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{path}");
    }
}

#[test]
fn selector_without_connector_stops_the_run_before_it_begins() {
    let folder = Folder::with(MIXED);
    let run = folder
        .run()
        .args(["--record", "mixed.jsonl", "--record-connectors", "grop"]); // typos:ignore
    let outcome = run.input(LINES).run().unwrap();
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("did you mean"),
        "{}",
        outcome.stderr
    );
    assert!(!folder.file("mixed.jsonl").try_exists().unwrap());
}

#[test]
fn recording_does_not_mix_with_the_data_of_the_graph() {
    let folder = Folder::with(MIXED);
    let outcome = folder
        .run()
        .args(["--record", "-"])
        .input(LINES)
        .run()
        .unwrap();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn replayed_packets_are_what_was_recorded() {
    let folder = recorded(&[]);
    folder.write("graph.ron", PRINT);
    let outcome = replay(&folder, &["--from", "parse.out", "--into", "print.in"]);
    let outcome = outcome.args(["--speed", "max"]).run().unwrap();
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        (LINES, Some(0)),
        "{}",
        outcome.stderr
    );
}

#[test]
fn replay_goes_where_the_packets_went_and_leaves_out_what_only_fed_them() {
    let folder = recorded(&[]);
    let outcome = replay(&folder, &["--from", "parse.out", "--summary", "json"]);
    let outcome = outcome.args(["--record", "again.jsonl"]).run().unwrap();
    let summary: Value = serde_json::from_str(&outcome.stderr).unwrap();
    let names = summary["processes"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|process| process["name"].as_str().unwrap())
        .collect();
    assert_eq!((names, outcome.code), (vec!["group", "drop"], Some(0)));
    let again = fs::read_to_string(folder.file("again.jsonl")).unwrap();
    assert_eq!(again.matches("->drop.in\",\"kind\"").count(), 7, "{again}");
}

#[test]
fn replay_keeps_the_pauses_as_far_as_the_speed_lets_it() {
    let head =
        r#"{"schema":"millstream.recording/1","graph":"x","connectors":["a.out->print.in"]}"#;
    let row = |at_ns: u64| {
        format!(
            r#"{{"at_ns":{at_ns},"connector":"a.out->print.in","kind":"data","value":{at_ns}}}"#
        )
    };
    let folder = Folder::with(PRINT);
    let (first, second) = (row(5_000_000_000), row(8_600_000_000_000));
    folder.write("mixed.jsonl", format!("{head}\n{first}\n\n{second}\n"));
    let outcome = replay(&folder, &["--speed", "max"]).run().unwrap();
    assert_eq!(outcome.stdout, "5000000000\n8600000000000\n");
    let fast = replay(&folder, &["--speed", "28650"]).run().unwrap();
    assert_eq!(fast.stdout, outcome.stdout);
    assert!(
        fast.elapsed >= Duration::from_millis(300),
        "{:?}",
        fast.elapsed
    );
}

#[test]
fn pause_of_hours_ends_with_an_interrupt() {
    let head =
        r#"{"schema":"millstream.recording/1","graph":"x","connectors":["a.out->print.in"]}"#;
    let row = |at_ns: u64| {
        format!(r#"{{"at_ns":{at_ns},"connector":"a.out->print.in","kind":"data","value":1}}"#)
    };
    let folder = Folder::with(PRINT);
    folder.write(
        "mixed.jsonl",
        format!("{head}\n{}\n{}\n", row(0), row(u64::MAX)),
    );
    let mut run = replay(&folder, &[]).start().unwrap();
    assert_eq!(run.line().unwrap().as_deref(), Some("1"));
    run.signal("INT").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
}

#[test]
fn file_that_is_no_recording_is_refused_with_its_line() {
    let head =
        r#"{"schema":"millstream.recording/1","graph":"x","connectors":["a.out->print.in"]}"#;
    let row = r#"{"at_ns":1,"connector":"a.out->print.in","kind":"data","value":1}"#;
    let lost = r#"{"at_ns":1,"connector":"a.out->print.in","kind":"data","lost":"it was opaque"}"#;
    let cases = [
        (String::new(), "it is no recording"),
        ("Graph()".to_owned(), "it is no recording"),
        (
            r#"{"schema":"millstream.recording/2","graph":"","connectors":[]}"#.to_owned(),
            "this Millstream reads",
        ),
        (
            format!("{head}\n{row}\n{row}x\n"),
            "line 3: this is no row of a recording",
        ),
        (
            format!("{head}\n{{\"at_ns\":1}}\n"),
            "line 2: this is no row of a recording: missing field",
        ),
        (
            format!("{head}\n{lost}\n"),
            "line 2: a packet of a.out->print.in was recorded without its value",
        ),
    ];
    for (text, wanted) in cases {
        let folder = Folder::with(PRINT);
        folder.write("mixed.jsonl", &text);
        let outcome = replay(&folder, &[]).run().unwrap();
        assert_eq!(outcome.code, Some(4), "{text}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(wanted),
            "{text}: {}",
            outcome.stderr
        );
    }
    let folder = Folder::with(PRINT);
    let outcome = replay(&folder, &[]).run().unwrap();
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
}

#[test]
fn replay_never_guesses() {
    let folder = recorded(&[]);
    for (arguments, wanted) in [
        (vec![], "3 connectors in mixed.jsonl could be meant"),
        (
            vec!["--from", "nobody"],
            "no connector in mixed.jsonl is `nobody`",
        ),
        (
            vec!["--from", "parse.out", "--into", "grup.in"],
            "did you mean `group`?",
        ), // typos:ignore
        (
            vec!["--from", "parse.out", "--into", "group.inn"],
            "did you mean `in`?",
        ),
        (
            vec!["--from", "parse.out", "--into", "nothing"],
            "there is no inport `nothing`",
        ),
        (vec!["--from", "parse.out", "--speed", "0"], "is no speed"),
    ] {
        let outcome = replay(&folder, &arguments).run().unwrap();
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(wanted),
            "{arguments:?}: {}",
            outcome.stderr
        );
    }
}
