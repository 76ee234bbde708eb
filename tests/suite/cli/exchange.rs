//! Graphs of other tools, pictures and differences: `import`, `graph`, `diff`.

use std::fs;

use millstream_tests::{Outcome, Program, repository};
use serde_json::Value;
use tempfile::TempDir;

/// The files of other tools, and how many processes and connectors come of them.
const FOREIGN: [(&str, usize, usize); 4] = [
    ("orders.fbp", 10, 10),
    ("mill.fbp", 4, 4),
    ("bakery.json", 6, 5),
    ("granary.drw", 4, 4),
];

fn millstream(folder: &TempDir, arguments: &[&str]) -> Outcome {
    Program::new(arguments.iter().copied())
        .within(folder.path())
        .run()
        .unwrap()
}

fn foreign(name: &str) -> String {
    let path = repository().join("tests/files/exchange").join(name);
    path.display().to_string()
}

fn graph(name: &str) -> String {
    repository()
        .join(format!("graphs/{name}.ron"))
        .display()
        .to_string()
}

/// The names of the graphs in `graphs/`.
fn graphs() -> Vec<String> {
    let entries = fs::read_dir(repository().join("graphs")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter_map(|name| Some(name.strip_suffix(".ron")?.to_owned()))
        .collect();
    names.sort();
    names
}

#[test]
fn files_of_other_tools_become_graphs_in_canonical_form() {
    let folder = tempfile::tempdir().unwrap();
    for (name, processes, connectors) in FOREIGN {
        let ours = format!("{name}.ron");
        let outcome = millstream(&folder, &["import", &foreign(name), "-o", &ours]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(0), ""),
            "{}",
            outcome.stderr
        );
        let counts = format!("{processes} processes and {connectors} connectors");
        assert!(
            outcome.stderr.contains(&counts),
            "{name}: {}",
            outcome.stderr
        );
        let formatted = millstream(&folder, &["fmt", "--check", &ours]);
        assert_eq!(formatted.code, Some(0), "{name}: {}", formatted.stdout);
    }
}

#[test]
fn import_says_what_did_not_come_over_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = millstream(&folder, &["import", &foreign("orders.fbp"), "--json"]);
    let warnings: Vec<Value> = outcome
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["warning"].clone())
        .collect();
    let told = |words: &str| {
        let found = warnings.iter().find(|warning| {
            warning["message"]
                .as_str()
                .is_some_and(|message| message.contains(words))
        });
        found.unwrap_or_else(|| panic!("`{words}` is not in {warnings:?}"))
    };
    let component = told("`ComputePrice` is no component of ours");
    assert_eq!(component["span"]["line"], 15);
    assert!(component["help"].is_string());
    told("the out-port `Price.out` has 2 connectors");
    let quiet = millstream(&folder, &["-q", "import", &foreign("orders.fbp")]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    assert!(
        quiet.stdout.starts_with("// Orders of a bakery"),
        "{}",
        quiet.stdout
    );
}

#[test]
fn warnings_can_be_denied_and_then_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = foreign("bakery.json");
    let outcome = millstream(
        &folder,
        &["import", &file, "--deny-warnings", "-o", "x.ron"],
    );
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(!folder.path().join("x.ron").try_exists().unwrap());
}

#[test]
fn map_of_components_makes_a_foreign_graph_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("poem.txt"), "one two\nthree\n").unwrap();
    let text = "'poem.txt' -> SOURCE Read(ReadFile) OUT -> IN Cut(SplitStr)\n\
                Cut OUT -> IN Show(Output)\n'1' -> LIMIT First(Limit)\n";
    fs::write(folder.path().join("poem.fbp"), text).unwrap();
    let map = r#"{
        "ReadFile": { "component": "file/ReadLines", "ports": { "SOURCE": "path" } },
        "SplitStr": "text/Words",
        "Output": "console/Output",
        "Limit": { "component": "core/Take", "ports": { "LIMIT": "count" } },
    }"#;
    fs::write(folder.path().join("map.ron"), map).unwrap();
    let arguments = ["import", "poem.fbp", "--map", "map.ron", "-o", "poem.ron"];
    let imported = millstream(&folder, &arguments);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    let words = "the text \"1\" on `First.count` becomes 1";
    assert!(imported.stderr.contains(words), "{}", imported.stderr);
    // `First` takes nothing and feeds nobody; the rest runs.
    let checked = millstream(&folder, &["check", "poem.ron"]);
    assert!(!checked.stdout.contains("MS0101"), "{}", checked.stdout);
    let text = text.lines().take(2).collect::<Vec<_>>().join("\n");
    fs::write(folder.path().join("poem.fbp"), text).unwrap();
    let imported = millstream(&folder, &[&arguments[..], &["--force"]].concat());
    assert_eq!(
        (imported.code, imported.stderr.contains("warning")),
        (Some(0), false)
    );
    let run = millstream(&folder, &["run", "poem.ron"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "one\ntwo\nthree\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn text_that_is_no_graph_is_refused_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("x.fbp", "a(A) OUT -> IN b(B)\na OUT -> ??", "[x.fbp:2:10]"),
        (
            "x.json",
            "{\n \"processes\": {\n  \"a\" } }",
            "[x.json:3:7]",
        ),
        ("x.drw", "<net>\n <blocks><block/>\n</net>", "[x.drw:3:1]"),
    ];
    for (name, text, place) in cases {
        fs::write(folder.path().join(name), text).unwrap();
        let outcome = millstream(&folder, &["import", name, "-o", "x.ron"]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains(place),
            "{place} is not in:\n{}",
            outcome.stderr
        );
        assert!(!folder.path().join("x.ron").try_exists().unwrap());
    }
    fs::write(folder.path().join("notes.txt"), "hello").unwrap();
    let unknown = millstream(&folder, &["import", "notes.txt"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("--format"), "{}", unknown.stderr);
    let missing = millstream(&folder, &["import", "missing.fbp"]);
    assert_eq!(missing.code, Some(4), "{}", missing.stderr);
    fs::write(folder.path().join("bytes.fbp"), b"a\xff").unwrap();
    let bytes = millstream(&folder, &["import", "bytes.fbp"]);
    assert!(bytes.stderr.contains("at byte 1"), "{}", bytes.stderr);
}

#[test]
fn standard_input_is_imported() {
    let outcome = Program::new(["import", "-", "--format", "fbp"])
        .input("'x' -> VALUE a(core/Kick) OUT -> IN b(core/Drop)")
        .run()
        .unwrap();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(
        outcome
            .stdout
            .contains("Connector(from: \"a.out\", to: \"b.in\")")
    );
}

#[test]
fn existing_file_is_replaced_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.svg");
    fs::write(&kept, "mine").unwrap();
    let hello = graph("hello");
    let refused = millstream(&folder, &["graph", &hello, "-o", "kept.svg"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine");
    let forced = millstream(&folder, &["graph", &hello, "-o", "kept.svg", "--force"]);
    assert_eq!(forced.code, Some(0), "{}", forced.stderr);
    assert!(fs::read_to_string(&kept).unwrap().starts_with("<svg"));
    let nowhere = millstream(&folder, &["graph", &hello, "-o", "no/where.svg"]);
    assert_eq!(nowhere.code, Some(4), "{}", nowhere.stderr);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left behind"
    );
}

/// What goes out to a text format and comes back has the same logic, for every graph of `graphs/`.
#[test]
fn graphs_come_back_from_other_formats() {
    let folder = tempfile::tempdir().unwrap();
    for name in graphs() {
        for (format, more) in [
            ("json", &[][..]),
            ("fbp", &[]),
            ("fbp", &["--dialect", "morrison"]),
        ] {
            let file = format!("{name}.{format}");
            let source = graph(&name);
            let out = ["-q", "graph", &source, "-o", &file, "--force"];
            assert_eq!(
                millstream(&folder, &[&out[..], more].concat()).code,
                Some(0)
            );
            let back = millstream(
                &folder,
                &["-q", "import", &file, "-o", "back.ron", "--force"],
            );
            assert_eq!(back.code, Some(0), "{file}: {}", back.stderr);
            let document = millstream(&folder, &["diff", &source, "back.ron", "--json"]);
            let document: Value = serde_json::from_str(&document.stdout).unwrap();
            let logic = document["logic"].as_array().unwrap();
            let is_told = |found: &Value| {
                let field = found["field"].as_str().unwrap_or_default();
                let component = found["old"].as_str().unwrap_or_default();
                let is_flowbased = more.is_empty();
                let lost = match field {
                    "capacity" => is_flowbased,
                    "when_full" => true,
                    // A list is text there, and stays text where the port would take either.
                    value if value.starts_with("iips.") => !is_flowbased,
                    _ => component.starts_with("./"),
                };
                lost && format == "fbp"
            };
            let untold: Vec<&Value> = logic.iter().filter(|found| !is_told(found)).collect();
            assert_eq!(untold, Vec::<&Value>::new(), "{file} {more:?}");
        }
    }
}

/// Every graph of `graphs/` has a picture in each theme, and is arranged without losing anything.
#[test]
fn graphs_are_drawn_and_arranged() {
    let folder = tempfile::tempdir().unwrap();
    for name in graphs() {
        let source = graph(&name);
        for theme in ["auto", "light", "dark"] {
            let arguments = ["graph", &source, "--format", "svg", "--theme", theme];
            let outcome = millstream(&folder, &arguments);
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (Some(0), ""),
                "{name}"
            );
            assert!(outcome.stdout.starts_with("<svg") && outcome.stdout.ends_with("</svg>\n"));
        }
        for format in ["dot", "mermaid"] {
            let outcome = millstream(&folder, &["graph", &source, "--format", format]);
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (Some(0), ""),
                "{name}"
            );
        }
        let arguments = [
            "graph",
            &source,
            "--arrange",
            "-o",
            "arranged.ron",
            "--force",
        ];
        assert_eq!(millstream(&folder, &arguments).code, Some(0));
        let document = millstream(&folder, &["diff", "--json", &source, "arranged.ron"]);
        let document: Value = serde_json::from_str(&document.stdout).unwrap();
        for aspect in ["logic", "words"] {
            assert_eq!(document[aspect], Value::Array(Vec::new()), "{name}");
        }
    }
}

#[test]
fn format_is_told_by_the_name_of_the_output_or_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let hello = graph("hello");
    for (name, begins) in [
        ("a.svg", "<svg"),
        ("a.dot", "digraph"),
        ("a.mmd", "flowchart"),
        ("a.json", "{"),
        ("a.fbp", "# Hello"),
        ("a.ron", "// Hello"),
    ] {
        let outcome = millstream(&folder, &["graph", &hello, "-o", name]);
        assert_eq!(outcome.code, Some(0), "{name}: {}", outcome.stderr);
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.starts_with(begins), "{name}: {text}");
    }
    let unknown = millstream(&folder, &["graph", &hello]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("--format"), "{}", unknown.stderr);
}

#[test]
fn diff_tells_logic_from_layout_and_exits_like_diff() {
    let folder = tempfile::tempdir().unwrap();
    let source = graph("telegram");
    let text = fs::read_to_string(&source).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("same.ron", &text);
    write(
        "moved.ron",
        &text.replace("\"read\": (40, 80)", "\"read\": (60, 80)"),
    );
    write(
        "other.ron",
        &text.replace("\"measure\": 40", "\"measure\": 24"),
    );
    let diff = |name: &str, more: &[&str]| {
        millstream(&folder, &[&["diff", &source, name][..], more].concat())
    };
    let same = diff("same.ron", &[]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
    let moved = diff("moved.ron", &[]);
    let wanted = "layout\n  ~ process read: place (40, 80) -> (60, 80)\n";
    assert_eq!((moved.code, moved.stdout.as_str()), (Some(1), wanted));
    assert_eq!(diff("moved.ron", &["--logic"]).code, Some(0));
    let other = diff("other.ron", &["--logic"]);
    let wanted = "logic\n  ~ process wrap: iips.measure 40 -> 24\n";
    assert_eq!((other.code, other.stdout.as_str()), (Some(1), wanted));
    let document: Value = serde_json::from_str(&diff("other.ron", &["--json"]).stdout).unwrap();
    assert_eq!(document["schema"], "millstream.diff/1");
    assert_eq!(document["equal"], false);
    assert_eq!(document["logic"][0]["name"], "wrap");
    assert_eq!(document["logic"][0]["new"], "24");
    assert_eq!(diff("missing.ron", &[]).code, Some(4));
    write("broken.ron", "Graph(");
    assert_eq!(diff("broken.ron", &[]).code, Some(3));
}
