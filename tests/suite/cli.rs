//! The command line at work: values, input, signals, files that are not as they should be.
//!
//! Each test runs the built program. Exit codes and the places that messages name are promises; the rest of a message is
//! looked at only as far as somebody needs it to go on.

/// Files that are missing, broken, huge, or cannot be written; what is left of output when a run fails.
mod files;

/// Ends that come from outside: time limits, signals, readers that leave.
mod endings;

/// Graphs that are malformed, wrong, endless or enormous.
mod input;

/// Expressions tried from the command line.
mod eval;

/// A client of a server that need not behave.
mod socket;

/// The server as a program.
mod serve;

/// A server whose clients mean it no good.
#[cfg(target_os = "linux")]
mod survival;

/// Components with expressions.
mod data;

/// Graphs of other tools, pictures and differences.
mod exchange;

/// Graphs and components that are tested with packets.
mod cases;

/// Packets written down and fed in again.
mod replay;

/// Counts of a run, scraped while it runs.
mod metrics;

/// What a collector of OpenTelemetry is told about a run.
mod telemetry;

/// Looking into running graphs, and steering them.
mod remote;

/// Graphs that serve, and programs inside graphs.
mod services;

use std::fs;
use std::path::{Path, PathBuf};

use millstream_tests::Program;
use tempfile::TempDir;

/// Reads lines and prints them.
const CAT: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "console/Input"),
        "show": Process(component: "console/Output"),
    },
    connectors: [Connector(from: "read.out", to: "show.in")],
)"#;

/// Copies the lines of one file to another.
const COPY: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "file/ReadLines"),
        "write": Process(component: "file/Write"),
    },
    connectors: [Connector(from: "read.out", to: "write.in")],
    inports: { "from": "read.path", "to": "write.path" },
)"#;

/// A folder with one graph, `graph.ron`.
struct Folder(TempDir);

impl Folder {
    fn with(graph: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("graph.ron", graph);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.file(name), content).unwrap();
    }

    /// `millstream run graph.ron` in this folder.
    fn run(&self) -> Program {
        Program::new(["run", "graph.ron"]).within(self.path())
    }
}

#[test]
fn value_on_the_command_line_replaces_the_one_in_the_file() {
    let outcome = Program::new(["run", "graphs/hello.ron"])
        .args(["--iip", "greet.value=Hei, \"verden\""])
        .args(["--iip", "greet.count=2"])
        .run()
        .unwrap();
    assert_eq!(outcome.stdout, "Hei, \"verden\"\nHei, \"verden\"\n");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn mistake_in_a_value_of_the_command_line_is_shown_in_that_value() {
    let graph = r#"Graph(format: 1, processes: {
        "read": Process(component: "console/Input"),
        "keep": Process(component: "data/Filter", iips: { "where": "true" }),
        "show": Process(component: "console/Output"),
    }, connectors: [Connector(from: "read.out", to: "keep.in"), Connector(from: "keep.out", to: "show.in")])"#;
    let folder = Folder::with(graph);
    let mistyped = "keep.where=lenght(it) > 3"; // typos:ignore
    let outcome = folder.run().args(["--iip", mistyped]).run().unwrap();
    assert_eq!(outcome.code, Some(3));
    for words in [
        "[keep.where:1:1]\n 1 │ lenght(it) > 3\n", // typos:ignore
        "did you mean `length`?",
        "given with --iip",
    ] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
}

#[test]
fn value_reaches_into_a_subgraph() {
    for port in ["item/mark.with", "item.prefix"] {
        let iip = format!("{port}=* ");
        let outcome = Program::new(["run", "graphs/subgraph.ron", "--iip", &iip])
            .run()
            .unwrap();
        assert!(
            outcome.stdout.contains("\n* string\n"),
            "{port}: {}{}",
            outcome.stdout,
            outcome.stderr
        );
    }
}

#[test]
fn names_that_match_nothing_are_answered_with_the_nearest() {
    for (iip, nearest) in [("gret.value=x", "`greet`"), ("greet.valeu=x", "`value`")] {
        // typos:ignore
        let outcome = Program::new(["run", "graphs/hello.ron", "--iip", iip])
            .run()
            .unwrap();
        assert_eq!(outcome.code, Some(2), "{iip}");
        assert!(
            outcome
                .stderr
                .contains(&format!("help: did you mean {nearest}?")),
            "{}",
            outcome.stderr
        );
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn value_of_the_wrong_type_is_refused_before_the_run() {
    let outcome = Program::new(["run", "graphs/hello.ron", "--iip", "greet.count=-2"])
        .run()
        .unwrap();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""));
    for words in [
        "error[MS0112]",
        "`count` is -2",
        "the value was given with --iip",
    ] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
}

#[test]
fn value_that_a_graph_asks_for_must_be_given() {
    let outcome = Folder::with(COPY).run().run().unwrap();
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("--iip from=VALUE"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn standard_input_runs_through_the_graph() {
    let outcome = Folder::with(CAT)
        .run()
        .input("мельница\n\nlast line without its ending")
        .run()
        .unwrap();
    assert_eq!(outcome.stdout, "мельница\n\nlast line without its ending\n");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn graph_is_read_from_standard_input() {
    let graph = fs::read(millstream_tests::repository().join("graphs/hello.ron")).unwrap();
    let outcome = Program::new(["run", "-"]).input(graph).run().unwrap();
    assert_eq!(outcome.stdout, "Hello from Millstream!\n");
}

#[test]
fn new_graph_runs() {
    let folder = tempfile::tempdir().unwrap();
    let new = Program::new(["new", "mine.ron"]).within(folder.path());
    assert_eq!(new.run().unwrap().code, Some(0));
    let run = Program::new(["run", "mine.ron"]).within(folder.path());
    assert_eq!(run.run().unwrap().stdout, "Hello from Millstream!\n");
    let again = new.run().unwrap();
    assert_eq!(
        again.code,
        Some(2),
        "an existing file stays: {}",
        again.stderr
    );
}

#[test]
fn errors_for_machines_are_one_document_a_line() {
    let outcome = Program::new(["run", "graphs/failure.ron", "--json"])
        .run()
        .unwrap();
    let documents: Vec<serde_json::Value> = outcome
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let error = &documents.last().unwrap()["error"];
    assert_eq!(error["process"], "check");
    assert_eq!(error["packet"], 4);
    assert_eq!(error["span"]["file"], "graphs/failure.ron");
}

#[test]
fn doctor_finds_the_program_well_and_completions_name_its_verbs() {
    let doctor = Program::new(["doctor"]).run().unwrap();
    assert_eq!(doctor.code, Some(0), "{}", doctor.stdout);
    let completions = Program::new(["completions", "bash"]).run().unwrap();
    assert!(completions.stdout.contains("doctor"));
}

#[test]
fn command_line_that_makes_no_sense_exits_with_2() {
    for arguments in [vec!["rnu"], vec!["run"], vec!["run", "x.ron", "--timeuot"]] {
        // typos:ignore
        let outcome = Program::new(arguments.clone()).run().unwrap();
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert_eq!(outcome.stdout, "", "{arguments:?}");
    }
}
