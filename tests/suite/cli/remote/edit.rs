//! Graphs that are changed while they run, under load: `set`, `apply`, `restart`.

use std::fs;

use serde_json::Value;

use super::Ground;

/// Numbers at full speed against a brake, so that everything before it is full.
const BEFORE: &str = r#"Graph(
    format: 1,
    processes: {
        "count": Process(component: "core/Sequence", iips: { "count": 1000000000 }),
        "pace": Process(component: "core/Throttle", iips: { "packets": 200, "per_ms": 20 }),
        "map": Process(component: "data/Map", iips: { "value": "it" }),
        "show": Process(component: "file/Write", iips: { "path": "numbers.txt" }),
    },
    connectors: [
        Connector(from: "count.out", to: "pace.in"),
        Connector(from: "pace.out", to: "map.in"),
        Connector(from: "map.out", to: "show.in"),
    ],
)"#;

/// What settings and processes add to the numbers, each something else; numbers themselves are less.
const UNIT: u64 = 1_000_000_000;

/// The same with another process before the last.
fn inserted() -> String {
    let process = r#""more": Process(component: "data/Map", iips: { "value": "it + 2000000000" }),
        "show":"#;
    let connectors = r#"Connector(from: "map.out", to: "more.in", capacity: 3),
        Connector(from: "more.out", to: "show.in"),"#;
    BEFORE
        .replace(r#""show":"#, process)
        .replace(r#"Connector(from: "map.out", to: "show.in"),"#, connectors)
        .replace(r#""value": "it" "#, r#""value": "it + 1000000000" "#)
}

/// The same without the first of the two.
fn removed() -> String {
    inserted()
        .replace(
            r#""map": Process(component: "data/Map", iips: { "value": "it + 1000000000" }),"#,
            "",
        )
        .replace(
            r#"Connector(from: "pace.out", to: "map.in"),"#,
            r#"Connector(from: "pace.out", to: "more.in"),"#,
        )
        .replace(
            r#"Connector(from: "map.out", to: "more.in", capacity: 3),"#,
            "",
        )
}

/// Waits until more packets have been written.
fn more(ground: &Ground) {
    let written = |seen: &Value| {
        let connectors = seen["connectors"].as_array().unwrap().iter();
        let into = connectors.filter(|connector| connector["to"] == "show.in");
        into.map(|connector| connector["received"].as_u64().unwrap_or(0))
            .sum::<u64>()
    };
    let before = written(&ground.look());
    // The count of a connector that is new begins anew.
    ground.until("more packets", |seen| {
        let now = written(seen);
        now > before + 300 || (now < before && now > 300)
    });
}

fn apply(ground: &Ground, graph: &str) -> String {
    fs::write(ground.folder.path().join("next.ron"), graph).unwrap();
    let plan = ground.told(&["apply", "next.ron", "--plan"]);
    let done = ground.told(&["apply", "next.ron"]);
    let without_counts = |text: &str| -> Vec<String> {
        let lines = text.lines();
        lines
            .map(|line| line.split(" (").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(without_counts(&plan), without_counts(&done));
    done
}

#[test]
fn graph_that_is_edited_under_load_loses_nothing_and_keeps_the_order() {
    let ground = Ground::running(BEFORE, &["--summary", "json"]);
    more(&ground);
    assert_eq!(
        ground.told(&["set", "map", "value=it + 1000000000"]),
        "~ set map: value\n"
    );
    more(&ground);
    let steps = apply(&ground, &inserted());
    assert!(steps.starts_with("+ add more: data/Map\n"), "{steps}");
    more(&ground);
    let restarted = ground.told(&["restart", "pace"]);
    assert_eq!(restarted, "~ restart pace: as asked\n");
    more(&ground);
    let steps = apply(&ground, &removed());
    assert!(steps.starts_with("- remove map\n"), "{steps}");
    more(&ground);

    ground.run.signal("INT").unwrap();
    let outcome = ground.run.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
    let text = fs::read_to_string(ground.folder.path().join("numbers.txt")).unwrap();
    let written: Vec<u64> = text.lines().map(|line| line.parse().unwrap()).collect();
    for (number, value) in (0..).zip(&written) {
        assert_eq!(value % UNIT, number, "every packet once, in order");
    }
    let mut added: Vec<u64> = written.iter().map(|value| value / UNIT).collect();
    added.dedup();
    assert_eq!(added, [0, 1, 3, 2], "each edit holds from one packet on");

    let mut lines = outcome.stderr.lines();
    let summary = lines.find(|line| line.starts_with('{')).unwrap();
    let summary: Value = serde_json::from_str(summary).unwrap();
    assert_eq!(summary["left"], 0);
    let connectors = summary["connectors"].as_array().unwrap();
    for connector in connectors {
        let count = |key: &str| connector[key].as_u64().unwrap();
        let accounted = count("out") + count("dropped") + count("left");
        assert_eq!(count("in"), accounted, "{connector}");
    }
    let total = |key: &str, port: &str| -> u64 {
        let own = connectors.iter().filter(|connector| {
            connector[key] == port || connector[key] == serde_json::json!([port])
        });
        own.map(|connector| connector["out"].as_u64().unwrap())
            .sum()
    };
    let packets = written.len() as u64;
    assert_eq!(total("from", "count.out"), packets);
    assert_eq!(total("to", "show.in"), packets);
    let names: Vec<&str> = connectors
        .iter()
        .map(|connector| connector["to"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"map.in") && names.contains(&"more.in"));
}

#[test]
fn edits_that_cannot_be_say_why_and_change_nothing() {
    let ground = Ground::running(BEFORE, &[]);
    let refused = |arguments: &[&str]| {
        let outcome = ground.ask(arguments);
        assert_ne!(outcome.code, Some(0), "{}", outcome.stdout);
        outcome.stderr
    };
    assert!(refused(&["set", "map", "value=it +"]).contains("value"));
    assert!(refused(&["set", "nobody", "value=1"]).contains("nobody"));
    assert!(refused(&["set", "map", "value"]).contains("KEY=VALUE"));
    assert!(refused(&["restart", "nobody"]).contains("nobody"));
    let alone = BEFORE.replace(r#"Connector(from: "map.out", to: "show.in"),"#, "");
    fs::write(ground.folder.path().join("next.ron"), alone).unwrap();
    assert!(refused(&["apply", "next.ron", "--plan"]).contains("map"));
    assert!(refused(&["apply", "next.ron"]).contains("map"));
    assert_eq!(ground.told(&["apply", "graph.ron"]), "");
    more(&ground);
    let outcome = ground.stop();
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
}
