//! Files that are missing, broken, huge, or cannot be written; what is left of output when a run fails.

use std::fs;
use std::path::PathBuf;

use millstream_tests::{Outcome, Sink};

use super::{COPY, Folder};

/// Reads JSON line by line and prints it.
const JSON: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "data.jsonl" }),
        "parse": Process(component: "json/Read"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "parse.in"),
        Connector(from: "parse.out", to: "show.in"),
    ],
)"#;

#[test]
fn missing_file_is_named_with_the_folder_it_was_looked_for_in() {
    let folder = Folder::with(COPY);
    let outcome = copy(&folder, "missing.txt", "out.txt");
    refuse(
        &outcome,
        1,
        &["process `read`", "missing.txt: no such file"],
    );
}

#[test]
fn folder_is_not_taken_for_a_file() {
    let folder = Folder::with(COPY);
    fs::create_dir(folder.file("folder")).unwrap();
    let outcome = copy(&folder, "folder", "out.txt");
    refuse(&outcome, 1, &["process `read`", "folder: it is a folder"]);
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_offset() {
    let folder = Folder::with(COPY);
    folder.write("in.txt", b"ok\nb\xff\n");
    let outcome = copy(&folder, "in.txt", "out.txt");
    refuse(
        &outcome,
        1,
        &["process `read`", "in.txt: invalid UTF-8 at byte 4"],
    );
}

#[test]
fn broken_json_is_named_with_its_packet_and_place() {
    let folder = Folder::with(JSON);
    folder.write(
        "data.jsonl",
        "{\"a\": 1}\n{\"a\": 2}\n{\"a\": }\n{\"a\": 4}\n",
    );
    let outcome = folder.run().run().unwrap();
    assert_eq!(outcome.stdout, "{\"a\":1}\n{\"a\":2}\n");
    refuse(
        &outcome,
        1,
        &["process `parse`", "line 1 column 7", "packet 3"],
    );
}

#[test]
fn deeply_nested_json_is_refused() {
    let folder = Folder::with(JSON);
    let depth = 1_000_000;
    folder.write("data.jsonl", "[".repeat(depth) + &"]".repeat(depth));
    let outcome = folder.run().run().unwrap();
    refuse(&outcome, 1, &["process `parse`", "packet 1"]);
}

#[test]
fn line_of_many_megabytes_passes_whole() {
    let folder = Folder::with(COPY);
    let line = "x".repeat(64 << 20) + "\n";
    folder.write("in.txt", &line);
    let outcome = copy(&folder, "in.txt", "out.txt");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(fs::read(folder.file("out.txt")).unwrap() == line.as_bytes());
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_an_error_for_files_and_for_standard_output() {
    let folder = Folder::with(COPY);
    folder.write("in.txt", "one\ntwo\n");
    let outcome = copy(&folder, "in.txt", "/dev/full");
    refuse(
        &outcome,
        1,
        &["process `write`", "/dev/full", "o space left"],
    );
    let print = Folder::with(super::CAT);
    let outcome = print
        .run()
        .input("one\n")
        .sink(Sink::File(PathBuf::from("/dev/full")))
        .run()
        .unwrap();
    refuse(
        &outcome,
        1,
        &["process `show`", "standard output", "o space left"],
    );
}

#[test]
fn folder_that_is_not_there_cannot_be_written_into() {
    let folder = Folder::with(COPY);
    folder.write("in.txt", "one\n");
    let outcome = copy(&folder, "in.txt", "nowhere/out.txt");
    refuse(
        &outcome,
        1,
        &["process `write`", "there is no folder nowhere"],
    );
}

#[test]
fn failed_run_leaves_the_old_file_as_it_was() {
    let folder = Folder::with(COPY);
    folder.write("in.txt", b"ok\nb\xff\n");
    folder.write("out.txt", "the old content\n");
    let outcome = copy(&folder, "in.txt", "out.txt");
    assert_eq!(outcome.code, Some(1));
    let kept = fs::read_to_string(folder.file("out.txt")).unwrap();
    assert_eq!(kept, "the old content\n");
}

#[test]
fn killed_run_leaves_no_file_under_the_final_name() {
    let folder = Folder::with(
        r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "console/Input"),
        "copy": Process(component: "core/Copy"),
        "write": Process(component: "file/Write", iips: { "path": "out.txt" }),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "copy.in"),
        Connector(from: "copy.out[0]", to: "write.in"),
        Connector(from: "copy.out[1]", to: "show.in"),
    ],
)"#,
    );
    let mut run = folder.run().input("one\n").start().unwrap();
    assert_eq!(run.line().unwrap().as_deref(), Some("one"));
    run.signal("KILL").unwrap();
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.code, None, "{}", outcome.stderr);
    assert!(!folder.file("out.txt").try_exists().unwrap());
}

fn copy(folder: &Folder, from: &str, to: &str) -> Outcome {
    let (from, to) = (format!("from={from}"), format!("to={to}"));
    let program = folder.run().args(["--iip", &from, "--iip", &to]);
    program.run().unwrap()
}

/// A run that failed and says so with these words.
#[track_caller]
fn refuse(outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
    for words in words {
        assert!(
            outcome.stderr.contains(words),
            "`{words}` is not in:\n{}",
            outcome.stderr
        );
    }
    assert!(!outcome.stderr.contains("panick"), "{}", outcome.stderr);
}
