//! Every graph of `graphs/` runs and prints what stands in `tests/expected/`, whatever the connectors are made of and
//! however many threads there are.
//!
//! `<name>.stdout` is what the graph prints, `<name>.code` its exit code where that is not 0, and `<name>.files/` has the
//! files that it writes into the current directory, their lines in any order. `<name>.args` are arguments, a line each, with
//! which a graph ends that would go on for ever. For a new graph, run it, look at what it prints, and keep that:
//! `millstream run graphs/x.ron > tests/expected/x.stdout`.
//!
//! Each run has a copy of `graphs/` in a folder of its own, so that nothing is left in the repository.

/// Graphs that go on until they are told to end.
mod live;

/// The committed pictures of graphs.
mod pictures;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use millstream_tests::{Outcome, Program, repository};
use tempfile::TempDir;

/// A folder with a copy of `graphs/`, in which a graph is run.
struct Ground(TempDir);

impl Ground {
    fn new() -> Self {
        let ground = Self(tempfile::tempdir().unwrap());
        copy_folder(&repository().join("graphs"), &ground.path().join("graphs"));
        ground
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn program(&self, name: &str) -> Program {
        let graph = format!("graphs/{name}.ron");
        Program::new(["run", &graph]).within(self.path())
    }

    /// What is beside the copy, by name: the lines of each file, sorted.
    fn written(&self) -> BTreeMap<String, Vec<String>> {
        files_in(self.path())
    }
}

#[test]
fn every_graph_prints_what_is_expected() {
    for name in ending() {
        run_and_compare(&name, &[]);
    }
}

#[test]
fn reference_connectors_change_nothing() {
    for name in ending() {
        run_and_compare(&name, &["--connector", "flume"]);
    }
}

#[test]
fn number_of_threads_changes_nothing() {
    for name in ending() {
        run_and_compare(&name, &["--threads", "2"]);
        run_and_compare(&name, &["--threads", "1"]);
    }
}

#[test]
fn deadlock_is_found_at_once_and_names_the_circle() {
    let outcome = run("deadlock", &[]);
    assert_eq!(outcome.code, Some(6));
    assert!(
        outcome.elapsed < Duration::from_secs(2),
        "{:?}",
        outcome.elapsed
    );
    for line in [
        "error: deadlock: 2 processes wait for each other",
        "copy.out[1] waits to send to join.in[1] (4 of 4 packets)",
        "join.in[0] waits to receive from copy.out[0] (0 of 64 packets)",
        "graphs/deadlock.ron",
    ] {
        assert!(outcome.stderr.contains(line), "{line}\n{}", outcome.stderr);
    }
}

#[test]
fn deadlock_goes_away_with_the_room_that_its_message_speaks_of() {
    let outcome = run(
        "deadlock",
        &["--capacity", "copy.out[1]->join.in[1]=100", "-q"],
    );
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "quiet and well"
    );
    assert_eq!(outcome.stdout.lines().count(), 200);
}

#[test]
fn failure_names_process_packet_and_cause() {
    let outcome = run("failure", &[]);
    let wanted =
        "error: process `check` (core/Fail) failed: four is not allowed here (port `in`, packet 4)";
    assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
}

#[test]
fn dead_letters_are_counted() {
    let outcome = run("errors", &[]);
    let wanted = "process `parse` (json/Read) failed on 2 packets: sent to `error`";
    assert!(outcome.stderr.contains(wanted), "{}", outcome.stderr);
}

#[test]
fn lossy_connector_counts_what_it_dropped() {
    let outcome = run("lossy", &["--summary", "json"]);
    let summary = summary_of(&outcome);
    let lossy = &summary["connectors"][2];
    assert_eq!(lossy["to"], "join.in[1]");
    let counts = ["in", "out", "dropped", "left"].map(|count| lossy[count].as_u64().unwrap());
    assert_eq!(counts, [11, 3, 8, 0]);
}

#[test]
fn back_pressure_keeps_every_connector_within_its_capacity() {
    let outcome = run("back-pressure", &["--summary", "json"]);
    let summary = summary_of(&outcome);
    for connector in summary["connectors"].as_array().unwrap() {
        assert!(
            connector["peak"].as_u64() <= connector["capacity"].as_u64(),
            "{connector}"
        );
    }
    assert!(
        summary["connectors"][0]["blocked_ns"].as_u64() > Some(0),
        "the source never waited: {summary}"
    );
}

#[test]
fn totals_of_every_graph_add_up() {
    for name in ending() {
        let summary = summary_of(&run(&name, &["--summary", "json"]));
        for connector in summary["connectors"].as_array().unwrap() {
            let count = |field: &str| connector[field].as_u64().unwrap();
            assert_eq!(
                count("in"),
                count("out") + count("dropped") + count("left"),
                "{name}: {connector}"
            );
        }
    }
}

#[test]
fn graphs_are_written_in_the_canonical_form() {
    let outcome = Program::new(["fmt", "--check", "graphs"]).run().unwrap();
    assert_eq!(
        outcome.code,
        Some(0),
        "run `millstream fmt graphs`:\n{}",
        outcome.stdout
    );
}

#[test]
fn graphs_have_no_findings_but_the_one_that_deadlocks() {
    let outcome = Program::new(["check", "--json", "graphs"]).run().unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let told: Vec<_> = findings
        .iter()
        .map(|finding| (finding["code"].as_str(), finding["span"]["file"].as_str()))
        .collect();
    assert_eq!(told, [(Some("MS0115"), Some("graphs/deadlock.ron"))]);
}

#[test]
fn graphs_open_with_what_one_learns() {
    for name in names() {
        let text = fs::read_to_string(repository().join(format!("graphs/{name}.ron"))).unwrap();
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("// ") && first.contains(": "),
            "graphs/{name}.ron: {first}"
        );
    }
}

#[test]
fn readme_shows_what_is_printed() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for name in ["telegram", "takeaway"] {
        let printed = expected(name, "stdout").unwrap();
        assert!(readme.contains(&printed), "{name}:\n{printed}");
    }
}

/// The names of the graphs in `graphs/`, sorted.
fn names() -> Vec<String> {
    let folder = fs::read_dir(repository().join("graphs")).unwrap();
    let mut names: Vec<String> = folder
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".ron").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() >= 10, "{names:?}");
    names
}

/// Those that end by themselves, or with the arguments in their `.args`: they have an expectation.
fn ending() -> Vec<String> {
    let mut names = names();
    names.retain(|name| expected(name, "stdout").is_some());
    names
}

/// The content of `tests/expected/<name>.<end>`.
fn expected(name: &str, end: &str) -> Option<String> {
    fs::read_to_string(repository().join(format!("tests/expected/{name}.{end}"))).ok()
}

fn run(name: &str, more: &[&str]) -> Outcome {
    run_in(&Ground::new(), name, more)
}

fn run_in(ground: &Ground, name: &str, more: &[&str]) -> Outcome {
    let args = expected(name, "args").unwrap_or_default();
    let program = ground.program(name).args(args.lines()).args(more);
    program.run().unwrap()
}

fn run_and_compare(name: &str, more: &[&str]) {
    let ground = Ground::new();
    let outcome = run_in(&ground, name, more);
    let code: i32 = expected(name, "code").map_or(0, |code| code.trim().parse().unwrap());
    assert_eq!(
        outcome.code,
        Some(code),
        "{name} {more:?}: {}",
        outcome.stderr
    );
    assert_eq!(
        Some(outcome.stdout),
        expected(name, "stdout"),
        "{name} {more:?}"
    );
    let files = files_in(&repository().join(format!("tests/expected/{name}.files")));
    assert_eq!(ground.written(), files, "{name} {more:?}");
}

/// The files of a folder without those of folders in it: their lines, sorted, for several processes may write to one.
fn files_in(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    let files = entries
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            (entry.file_name().into_string().unwrap(), lines)
        })
        .collect()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The line of standard error that `--summary json` writes, among messages.
fn summary_of(outcome: &Outcome) -> serde_json::Value {
    let line = outcome
        .stderr
        .lines()
        .find(|line| line.starts_with("{\"schema\":\"millstream.run/1\""));
    serde_json::from_str(line.expect("a summary was asked for")).unwrap()
}
