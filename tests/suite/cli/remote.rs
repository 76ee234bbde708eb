//! Looking into running graphs, and steering them: `top`, `tap`, `why`, `hold`, `step`, `release`, `send`, `ps`, `stop`.

use std::time::{Duration, Instant};

use millstream_tests::{Outcome, Program, Run, repository};
use serde_json::{Value, json};

use super::Folder;

/// Graphs that are changed while they run.
mod edit;

/// Lines through two processes, with little room between them.
const LINES: &str = r#"Graph(
    format: 1,
    processes: {
        "read": Process(component: "console/Input"),
        "pass": Process(component: "core/Repeat"),
        "next": Process(component: "core/Repeat"),
        "show": Process(component: "console/Output"),
    },
    connectors: [
        Connector(from: "read.out", to: "pass.in", capacity: 4),
        Connector(from: "pass.out", to: "next.in", capacity: 8),
        Connector(from: "next.out", to: "show.in"),
    ],
)"#;

/// A process that is slower than what comes.
const SLOW: &str = r#"Graph(
    format: 1,
    processes: {
        "count": Process(component: "core/Sequence", iips: { "count": 1000000 }),
        "pass": Process(component: "core/Repeat"),
        "slow": Process(component: "core/Throttle", iips: { "packets": 1, "per_ms": 3600000 }),
        "drop": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "count.out", to: "pass.in"),
        Connector(from: "pass.out", to: "slow.in"),
        Connector(from: "slow.out", to: "drop.in"),
    ],
)"#;

/// What comes in through the graph's own port is printed.
const OPEN: &str = r#"Graph(
    format: 1,
    processes: {
        "pass": Process(component: "core/Repeat"),
        "show": Process(component: "console/Output"),
    },
    connectors: [Connector(from: "pass.out", to: "show.in")],
    inports: { "orders": "pass.in" },
)"#;

/// A runtime that runs in a folder of its own, and is found there.
struct Ground {
    folder: Folder,
    run: Run,
}

impl Ground {
    /// A run in the foreground that listens.
    fn running(graph: &str, more: &[&str]) -> Self {
        let folder = Folder::with(graph);
        let program = program(&folder, &["run", "graph.ron", "--listen", "127.0.0.1:0"]);
        let mut run = program.args(more.iter().copied()).start().unwrap();
        run.wait_for("listening on").unwrap();
        Self { folder, run }
    }

    /// A server of the folder.
    fn serving(graph: &str) -> Self {
        let folder = Folder::with(graph);
        let program = program(&folder, &["serve", ".", "--listen", "127.0.0.1:0"]);
        let mut run = program.start().unwrap();
        assert!(run.line().unwrap().unwrap().starts_with("ws://127.0.0.1:"));
        Self { folder, run }
    }

    fn program(&self, arguments: &[&str]) -> Program {
        program(&self.folder, arguments)
    }

    fn ask(&self, arguments: &[&str]) -> Outcome {
        self.program(arguments).run().unwrap()
    }

    /// What a command says that goes well.
    fn told(&self, arguments: &[&str]) -> String {
        let outcome = self.ask(arguments);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}", outcome.stderr);
        outcome.stdout
    }

    fn look(&self) -> Value {
        let text = self.told(&["top", "--once", "--json", "--interval", "50ms"]);
        serde_json::from_str(&text).unwrap()
    }

    /// Looks until something is so.
    fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        loop {
            let seen = self.look();
            if is_so(&seen) {
                return;
            }
            let limit = Duration::from_secs(20);
            assert!(begun.elapsed() < limit, "never {what}: {seen:#}");
        }
    }

    /// Asks until a graph has failed.
    fn until_failed(&self, graph: &str) {
        let begun = Instant::now();
        while !self.told(&["ps"]).contains(&format!("{graph}  failed")) {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never failed");
        }
    }

    /// Stops the runtime as Ctrl-C does.
    fn stop(self) -> Outcome {
        self.run.signal("INT").unwrap();
        self.run.finish().unwrap()
    }
}

/// A command that finds only the runtimes of this folder.
fn program(folder: &Folder, arguments: &[&str]) -> Program {
    Program::new(arguments.iter().copied())
        .within(folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
}

/// A graph that people learn from.
fn graph(name: &str) -> String {
    let path = repository().join("graphs").join(name).with_extension("ron");
    std::fs::read_to_string(path).unwrap()
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("no `{name}` in {list:#}"))
}

#[test]
fn held_connector_fills_up_steps_and_goes_on_and_nothing_is_lost() {
    let mut ground = Ground::running(LINES, &["--summary", "json"]);
    assert_eq!(
        ground.told(&["hold", "next.in"]),
        "pass.out->next.in: held\n"
    );
    let lines: Vec<String> = (1..=100).map(|line| format!("line {line}")).collect();
    ground.run.say(&(lines.join("\n") + "\n")).unwrap();

    ground.until("full", |seen| {
        let connector = named(&seen["connectors"], "pass.out->next.in");
        let state = |process| &named(&seen["processes"], process)["state"];
        let is_held = connector["held"] == true && state("next") == "held";
        connector["depth"] == 8 && is_held && state("pass") == "blocked"
    });
    let why = ground.told(&["why"]);
    assert!(why.starts_with("`pass.out->next.in` is held"), "{why}");

    ground.told(&["step", "next.in", "-n", "3"]);
    for line in &lines[..3] {
        assert_eq!(ground.run.line().unwrap().as_ref(), Some(line));
    }
    ground.until("stepped", |seen| {
        let connector = named(&seen["connectors"], "pass.out->next.in");
        connector["received"] == 3 && connector["depth"] == 8
    });

    let mut tap = ground
        .program(&["tap", "pass.out->*", "--count", "97"])
        .start()
        .unwrap();
    tap.wait_for("tapping pass.out->next.in").unwrap();
    ground.told(&["release", "next.in"]);
    let seen = tap.finish().unwrap();
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    let shown: Vec<&str> = seen.stdout.lines().collect();
    assert_eq!(shown.len(), 97, "{}", seen.stderr);
    assert!(shown[0].ends_with("1  \"line 4\""), "{}", shown[0]);
    assert!(shown[96].ends_with("97  \"line 100\""), "{}", shown[96]);

    ground.run.close_input();
    let outcome = ground.run.finish().unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, lines.join("\n") + "\n");
    let summary = outcome.stderr.split_once('{').unwrap().1;
    let summary: Value = serde_json::from_str(&format!("{{{summary}")).unwrap();
    for connector in summary["connectors"].as_array().unwrap() {
        assert_eq!(connector["in"], 100, "{connector}");
        assert_eq!(connector["out"], 100, "{connector}");
    }
}

#[test]
fn slow_process_is_named_as_the_culprit() {
    let ground = Ground::running(SLOW, &["--grace", "0s"]);
    ground.until("blocked", |seen| {
        named(&seen["processes"], "count")["state"] == "blocked"
    });
    let why = ground.told(&["why"]);
    let wanted = "back-pressure starts at `slow`: 2 full connectors wait for it (64 of 64 packets)\n  \
                  count.out->pass.in\n  pass.out->slow.in\n";
    assert_eq!(why, wanted);
    let table = ground.told(&["top", "--once"]);
    let row = table
        .lines()
        .find(|line| line.starts_with("pass.out->slow.in"));
    assert!(row.unwrap().contains("64/64"), "{table}");
    ground.stop();
}

/// What `why` says of a graph that people run, in words and for machines.
fn why_of(ground: &Ground) -> String {
    let json: Value = serde_json::from_str(&ground.told(&["why", "--json"])).unwrap();
    format!("{}\n{json:#}\n", ground.told(&["why"]).trim_end())
}

#[test]
fn deadlock_is_explained_after_it_has_ended_the_network() {
    let ground = Ground::serving(&graph("deadlock"));
    ground.told(&["start", "graph"]);
    ground.until_failed("graph");
    insta::assert_snapshot!("why_deadlock", why_of(&ground));
    ground.stop();
}

#[test]
fn process_that_failed_is_told_from_those_that_ended() {
    let failing = LINES.replace(
        r#""next": Process(component: "core/Repeat")"#,
        r#""next": Process(component: "data/Map", iips: { "value": "1 / (it - it)" })"#,
    );
    let failing = failing.replace(
        r#"component: "console/Input""#,
        r#"component: "core/Sequence", iips: { "count": 1 }"#,
    );
    let ground = Ground::serving(&failing);
    ground.told(&["start", "graph"]);
    ground.until_failed("graph");
    let seen = ground.look();
    let state = |process| &named(&seen["processes"], process)["state"];
    assert_eq!(
        (state("next"), state("show")),
        (&json!("failed"), &json!("ended"))
    );
    ground.stop();
}

#[test]
fn slow_consumer_is_named_in_the_graph_about_it() {
    let graph = graph("back-pressure")
        .replace("\"count\": 30", "\"count\": 1000")
        .replace("\"per_ms\": 100", "\"per_ms\": 3600000");
    let ground = Ground::running(&graph, &["--grace", "0s"]);
    ground.until("blocked", |seen| {
        let full = named(&seen["connectors"], "fast.out->pass.in");
        named(&seen["processes"], "pass")["state"] == "blocked" && full["depth"] == 4
    });
    insta::assert_snapshot!("why_slow_consumer", why_of(&ground));
    ground.stop();
}

#[test]
fn clients_choose_for_themselves_how_much_is_logged() {
    let mut ground = Ground::running(LINES, &[]);
    let mut logs = ground
        .program(&["logs", "--level", "debug", "--count", "1"])
        .start()
        .unwrap();
    logs.wait_for("following").unwrap();
    ground.run.close_input();
    let seen = logs.finish().unwrap();
    assert!(seen.stdout.contains("process ended"), "{}", seen.stdout);
    let outcome = ground.run.finish().unwrap();
    assert!(
        !outcome.stderr.contains("process ended"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn served_graphs_are_listed_started_fed_and_stopped() {
    let mut ground = Ground::serving(OPEN);
    assert!(ground.told(&["ps"]).contains("graph  stopped"));
    assert_eq!(ground.told(&["start", "graph"]), "graph: running\n");
    ground.told(&["send", "orders", "12", "twelve", r#"{"sacks": 3}"#]);
    for line in ["12", "twelve", r#"{"sacks":3}"#] {
        assert_eq!(ground.run.line().unwrap().as_deref(), Some(line));
    }
    let outcome = ground
        .program(&["send", "orders", "--text"])
        .input("1\n2\n")
        .run()
        .unwrap();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), "2 packets sent to orders\n")
    );
    assert_eq!(ground.run.line().unwrap().as_deref(), Some("1"));
    assert_eq!(ground.ask(&["send", "nowhere", "1"]).code, Some(2));
    assert_eq!(ground.told(&["stop"]), "graph: stopped\n");
    let last = ground.look();
    assert_eq!(
        named(&last["connectors"], "pass.out->show.in")["received"],
        5
    );
    assert_eq!(ground.stop().code, Some(130));
}

#[test]
fn packets_are_put_on_any_connector_of_a_run() {
    let mut ground = Ground::running(LINES, &["--summary", "json"]);
    ground.run.say("first\n").unwrap();
    assert_eq!(ground.run.line().unwrap().as_deref(), Some("first"));
    ground.told(&["send", "pass.out->next.in", "put in"]);
    assert_eq!(ground.run.line().unwrap().as_deref(), Some("put in"));
    let lines: Vec<String> = (0..5000).map(|line| line.to_string()).collect();
    let outcome = ground
        .program(&["send", "show.in", "--text"])
        .input(lines.join("\n"))
        .run()
        .unwrap();
    assert_eq!(outcome.stderr, "5000 packets sent to show.in\n");
    for line in &lines {
        assert_eq!(ground.run.line().unwrap().as_ref(), Some(line));
    }
    let refused = ground.ask(&["send", "read.in", "1"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let words = "there is no open in-port or connector `read.in`";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    ground.run.close_input();
    let outcome = ground.run.finish().unwrap();
    let summary = outcome.stderr.split_once('{').unwrap().1;
    let summary: Value = serde_json::from_str(&format!("{{{summary}")).unwrap();
    let counts: Vec<(u64, u64)> = summary["connectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["in"].as_u64().unwrap(), one["out"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [(1, 1), (2, 2), (5002, 5002)]);
}

#[test]
fn names_that_mean_nothing_are_answered_with_the_nearest() {
    let ground = Ground::running(LINES, &[]);
    let refused = |arguments: &[&str], words: &str| {
        let outcome = ground.ask(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    };
    refused(&["hold", "pas"], "the nearest: pass");
    refused(&["tap", "nxt.in"], "the nearest: pass.out->next.in");
    refused(&["top", "--once", "--graph", "grph"], "the nearest: graph");
    refused(&["top"], "`millstream top --once`");
    refused(&["tap", "--sample", "2/3"], "1/100");
    ground.stop();
}

#[test]
fn recording_is_whole_though_somebody_taps_the_same_connector() {
    let mut ground = Ground::running(LINES, &["--record", "all.jsonl"]);
    ground.run.say("one\n").unwrap();
    assert_eq!(ground.run.line().unwrap().as_deref(), Some("one"));
    let tapping = ground.program(&["tap", "next.in", "--count", "1"]);
    let mut tap = tapping.start().unwrap();
    tap.wait_for("tapping pass.out->next.in").unwrap();
    ground.run.say("two\n").unwrap();
    let seen = tap.finish().unwrap();
    assert!(seen.stdout.ends_with("\"two\"\n"), "{}", seen.stdout);
    ground.run.say("three\n").unwrap();
    ground.run.close_input();
    let Ground { folder, run } = ground;
    assert_eq!(run.finish().unwrap().code, Some(0));
    let recording = std::fs::read_to_string(folder.file("all.jsonl")).unwrap();
    let rows = recording.lines().skip(1);
    let rows = rows.map(|row| serde_json::from_str::<Value>(row).unwrap());
    let values = rows.filter(|row| row["connector"] == "pass.out->next.in");
    let values: Vec<Value> = values.map(|row| row["value"].clone()).collect();
    assert_eq!(values, ["one", "two", "three"]);
}

#[test]
fn runtimes_that_are_not_there_are_told_apart_from_wrong_use() {
    let folder = Folder::with(LINES);
    let unreachable = |arguments: &[&str], words: &str| {
        let outcome = program(&folder, arguments).run().unwrap();
        assert_eq!(outcome.code, Some(5), "{arguments:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    };
    unreachable(&["ps"], "no runtime of yours is listening");
    unreachable(&["ps", "--runtime", "127.0.0.1:1"], "connection refused");
    let error = program(&folder, &["ps", "--json"]).run().unwrap().stderr;
    let error: Value = serde_json::from_str(&error).unwrap();
    assert_eq!(error["error"]["code"], "unreachable");
}

#[test]
fn secret_is_needed_where_there_is_one() {
    let folder = Folder::with(LINES);
    folder.write("secret", "open sesame\n");
    folder.write("wrong", "open\n");
    let arguments = [
        "run",
        "graph.ron",
        "--listen",
        "127.0.0.1:0",
        "--secret-file",
        "secret",
    ];
    let mut run = program(&folder, &arguments).start().unwrap();
    run.wait_for("listening on").unwrap();
    for (more, code) in [
        (&[][..], 5),
        (&["--secret-file", "wrong"], 5),
        (&["--secret-file", "missing"], 4),
        (&["--secret-file", "secret"], 0),
    ] {
        let outcome = program(&folder, &["ps"])
            .args(more.iter().copied())
            .run()
            .unwrap();
        assert_eq!(outcome.code, Some(code), "{more:?}: {}", outcome.stderr);
        assert!(!outcome.stderr.contains("sesame"), "{}", outcome.stderr);
    }
    run.close_input();
    assert_eq!(run.finish().unwrap().code, Some(0));
}

#[test]
fn runtime_that_is_killed_is_not_found_any_more() {
    let ground = Ground::running(LINES, &[]);
    ground.run.signal("KILL").unwrap();
    let Ground { folder, run } = ground;
    run.finish().unwrap();
    let outcome = program(&folder, &["ps"]).run().unwrap();
    assert_eq!(outcome.code, Some(5), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("no runtime of yours"),
        "{}",
        outcome.stderr
    );
}
