//! Graph files that are wrong, and what is said about them.
//!
//! `tests/files/check/` has one graph for each code of `millstream explain`; the messages are snapshots beside this
//! file. After a wanted change of messages: `INSTA_UPDATE=always cargo nextest run -p millstream-tests check`, and read
//! the difference.

use std::fs;

use millstream_tests::{Program, repository};
use serde_json::Value;

/// Codes that no file can have: opaque values come from programs, and no standard component sends them.
const WITHOUT_FIXTURE: &[&str] = &["MS0117", "MS0124"];

#[test]
fn each_mistake_is_found_and_told_as_in_its_snapshot() {
    for code in fixtures() {
        let path = format!("tests/files/check/{code}.ron");
        let outcome = Program::new(["check", &path]).run().unwrap();
        assert!(
            outcome.stdout.contains(&format!("[{code}]")),
            "{}",
            outcome.stdout
        );
        let root = repository().display().to_string();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(code.as_str(), outcome.stdout.replace(&root, "<root>"));
        });
    }
}

#[test]
fn each_code_has_a_fixture_and_an_explanation() {
    let outcome = Program::new(["explain", "--json"]).run().unwrap();
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let codes: Vec<String> = document["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["code"].as_str().unwrap().to_owned())
        .collect();
    let mut covered = fixtures();
    covered.extend(WITHOUT_FIXTURE.iter().map(|&code| code.to_owned()));
    covered.sort();
    assert_eq!(codes, covered, "add tests/files/check/<code>.ron");
    for code in codes {
        let explained = Program::new(["explain", &code]).run().unwrap();
        assert_eq!(explained.code, Some(0), "{code}");
        assert!(
            explained.stdout.contains(&code),
            "{code}: {}",
            explained.stdout
        );
    }
}

#[test]
fn errors_exit_with_3_and_warnings_when_they_are_denied() {
    let check = |code: &str, more: &[&str]| {
        let path = format!("tests/files/check/{code}.ron");
        Program::new(["check", &path])
            .args(more)
            .run()
            .unwrap()
            .code
    };
    assert_eq!(check("MS0101", &[]), Some(3));
    assert_eq!(check("MS0115", &[]), Some(0));
    assert_eq!(check("MS0115", &["--deny-warnings"]), Some(3));
}

#[test]
fn findings_for_machines_have_code_and_place() {
    let outcome = Program::new(["check", "--json", "tests/files/check/MS0104.ron"])
        .run()
        .unwrap();
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["schema"], "millstream.check/1");
    let finding = &document["findings"][0];
    assert_eq!(finding["code"], "MS0104");
    assert_eq!(finding["span"]["file"], "tests/files/check/MS0104.ron");
    assert_eq!(finding["span"]["line"], 6);
}

#[test]
fn samples_of_format_1_open() {
    let folder = repository().join("tests/files/v1");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let sample = fs::read_to_string(&path).unwrap();
        let once = format(&sample);
        assert_eq!(
            format(&once),
            once,
            "{}: formatting again changes it",
            path.display()
        );
    }
}

#[test]
fn formatting_keeps_every_comment() {
    let sample = "// What it is for.\nGraph(processes: {\n    // Says hello.\n    \"greet\": Process(component: \
                  \"core/Kick\"),\n    \"show\": Process(component: \"console/Output\"), }, format: 1,\n    \
                  connectors: [\n        // The only one.\n        Connector(to: \"show.in\", from: \"greet.out\")])";
    let formatted = format(sample);
    for comment in ["// What it is for.", "// Says hello.", "// The only one."] {
        assert_eq!(
            formatted.matches(comment).count(),
            1,
            "{comment}\n{formatted}"
        );
    }
    assert!(formatted.starts_with("// What it is for.\nGraph(\n    format: 1,\n"));
}

#[test]
fn formatting_a_graph_that_is_none_leaves_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.ron");
    fs::write(&path, "Graph(format: 1, ").unwrap();
    let outcome = Program::new(["fmt".into(), path.clone().into_os_string()])
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(3));
    assert_eq!(fs::read_to_string(&path).unwrap(), "Graph(format: 1, ");
}

/// What `millstream fmt -` makes of a text.
fn format(text: &str) -> String {
    let outcome = Program::new(["fmt", "-"]).input(text).run().unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stdout
}

/// The codes that have a fixture, sorted.
fn fixtures() -> Vec<String> {
    let folder = fs::read_dir(repository().join("tests/files/check")).unwrap();
    let mut codes: Vec<String> = folder
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".ron").map(str::to_owned)
        })
        .collect();
    codes.sort();
    codes
}
