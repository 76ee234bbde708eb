//! Flattening: names, ends, values, what goes down, what is refused.

use std::fmt::Write as _;
use std::sync::Arc;

use insta::assert_snapshot;

use crate::flatten::{Flat, flatten};
use crate::model::Graph;
use crate::names::ComponentRef;
use crate::resolve::{NoSubgraphs, Resolve, ResolveError, Resolved};
use crate::testing::{graph, sketch};

fn files(texts: &[(&'static str, &'static str)]) -> impl Resolve + use<> {
    let graphs: Vec<_> = texts
        .iter()
        .map(|(file, text)| (*file, Arc::new(graph(text))))
        .collect();
    move |component: &ComponentRef, _from: &str| {
        let name = component.as_str().trim_start_matches("./");
        let found = graphs.iter().find(|(file, _)| *file == name);
        let (file, graph) = found.ok_or_else(|| ResolveError(format!("no file {name}")))?;
        Ok(Resolved {
            graph: Arc::clone(graph),
            file: Arc::from(*file),
        })
    }
}

fn shown(flat: &Flat) -> String {
    let mut out = String::new();
    for process in &flat.processes {
        let name = process.on_error.name();
        write!(out, "{} {} {name}", process.path, process.component).unwrap();
        for (key, value) in &process.iips {
            write!(out, " {key}={value:?}").unwrap();
        }
        for (field, value) in [("worker", &process.worker), ("thread", &process.thread)] {
            if let Some(value) = value {
                write!(out, " {field}={value}").unwrap();
            }
        }
        writeln!(out, " [{}]", process.origin.file).unwrap();
        if let Some(inner) = &process.per_group {
            writeln!(out, "  {{\n{}\n  }}", shown(inner)).unwrap();
        }
    }
    for connector in &flat.connectors {
        writeln!(
            out,
            "{} ({})",
            flat.connector_name(connector),
            connector.capacity
        )
        .unwrap();
    }
    for (name, end) in flat.inports.iter().chain(&flat.outports) {
        writeln!(out, "{name} = {}", flat.end_name(end)).unwrap();
    }
    for group in &flat.groups {
        writeln!(out, "group {} {:?}", group.path, group.processes).unwrap();
    }
    out
}

fn refused(graph: &Graph, resolve: &dyn Resolve) -> String {
    flatten(graph, resolve).unwrap_err().to_string()
}

const INNER: &str = r#"Graph(
    processes: {
        "first": Process(component: "core/Repeat"),
        "copy": Process(component: "core/Copy", worker: "own", on_error: skip),
    },
    connectors: [Connector(from: "first.out", to: "copy.in", capacity: 3)],
    inports: { "in": "first.in", "size": "first.size" },
    outports: { "all": "copy.out", "zero": "copy.out[0]" },
    groups: [Group(name: "g", processes: ["copy"])],
)"#;

#[test]
fn subgraphs_move_into_the_parent() {
    let files = files(&[
        ("inner.ron", INNER),
        (
            "middle.ron",
            r#"Graph(
                processes: { "deep": Process(component: "./inner.ron") },
                inports: { "in": "deep.in", "size": "deep.size" },
                outports: { "out": "deep.all[7]" },
            )"#,
        ),
    ]);
    let outer = graph(
        r#"Graph(
            name: "outer",
            processes: {
                "a": Process(component: "core/Kick"),
                "m": Process(component: "./middle.ron", iips: { "size": 5 }, worker: "w", thread: "t", on_error: retry),
                "i": Process(component: "./inner.ron"),
            },
            connectors: [
                Connector(from: "a.out", to: "m.in", capacity: 9),
                Connector(from: "m.out", to: "i.in"),
                Connector(from: "i.zero", to: "m.in"),
            ],
            outports: { "rest": "i.all[1]" },
            groups: [Group(name: "top", processes: ["a", "m"])],
        )"#,
    );
    assert_snapshot!(shown(&flatten(&outer, &files).unwrap()), @r#"
    a core/Kick fail []
    m/deep/first core/Repeat retry size=5 worker=w thread=t [inner.ron]
    m/deep/copy core/Copy skip worker=own thread=t [inner.ron]
    i/first core/Repeat fail [inner.ron]
    i/copy core/Copy skip worker=own [inner.ron]
    m/deep/first.out -> m/deep/copy.in (3)
    i/first.out -> i/copy.in (3)
    a.out -> m/deep/first.in (9)
    m/deep/copy.out[7] -> i/first.in (64)
    i/copy.out[0] -> m/deep/first.in (64)
    rest = i/copy.out[1]
    group m/deep/g [2]
    group i/g [4]
    group top [0, 1, 2]
    "#);
}

#[test]
fn subgraph_per_group_stays_one_process() {
    let files = files(&[(
        "each.ron",
        r#"Graph(
            per_group: true,
            processes: { "r": Process(component: "core/Repeat") },
            inports: { "in": "r.in" },
            outports: { "out": "r.out" },
        )"#,
    )]);
    let outer = sketch(
        &["k core/Kick", "e ./each.ron", "d core/Drop"],
        &["k.out -> e.in", "e.out -> d.in"],
    );
    assert_snapshot!(shown(&flatten(&outer, &files).unwrap()), @r#"
    k core/Kick fail []
    e ./each.ron fail []
      {
    e/r core/Repeat fail [each.ron]
    in = e/r.in
    out = e/r.out

      }
    d core/Drop fail []
    k.out -> e.in (64)
    e.out -> d.in (64)
    "#);
}

#[test]
fn dead_letters_of_a_subgraph_come_from_all_that_took_the_choice_over() {
    let files = files(&[("inner.ron", INNER)]);
    let outer = sketch(
        &[
            "k core/Kick",
            "i ./inner.ron on_error: dead_letter",
            "d core/Drop",
        ],
        &["k.out -> i.in", "i.error -> d.in"],
    );
    assert_snapshot!(shown(&flatten(&outer, &files).unwrap()), @r#"
    k core/Kick fail []
    i/first core/Repeat dead_letter [inner.ron]
    i/copy core/Copy skip worker=own [inner.ron]
    d core/Drop fail []
    i/first.out -> i/copy.in (3)
    k.out -> i/first.in (64)
    i/first.error -> d.in (64)
    group i/g [2]
    "#);
}

#[test]
fn what_cannot_be_flattened_is_refused_by_name() {
    let files = files(&[
        ("inner.ron", INNER),
        (
            "a.ron",
            r#"Graph(processes: { "b": Process(component: "./b.ron") })"#,
        ),
        (
            "b.ron",
            r#"Graph(processes: { "a": Process(component: "./a.ron") })"#,
        ),
        ("hole.ron", r#"Graph(processes: { "a": Process() })"#),
    ]);
    let cases = [
        refused(&sketch(&["s ./a.ron"], &[]), &files),
        refused(&sketch(&["s ./hole.ron"], &[]), &files),
        refused(&sketch(&["s ./none.ron"], &[]), &files),
        refused(
            &sketch(&["s ./inner.ron", "d core/Drop"], &["s.nothing -> d.in"]),
            &files,
        ),
        refused(
            &sketch(&["s ./inner.ron", "d core/Drop"], &["s.zero[1] -> d.in"]),
            &files,
        ),
        refused(&sketch(&["s ./inner.ron iips: { \"no\": 1 }"], &[]), &files),
        refused(&sketch(&["d core/Drop"], &["x.out -> d.in"]), &files),
        refused(&sketch(&["s ./inner.ron"], &[]), &NoSubgraphs),
    ];
    assert_snapshot!(cases.join("\n"), @r#"
    a subgraph contains itself: a.ron -> b.ron -> a.ron
    process `s/a` has no component
    the subgraph of process `s` cannot be opened: no file none.ron
    the connector `s.nothing -> d.in` names the port `nothing`, which the subgraph `s` does not export
    the connector `s.zero[1] -> d.in` names the port `zero[1]`, which the subgraph `s` does not export
    a value names the port `no`, which the subgraph `s` does not export
    the connector `x.out -> d.in` names the process `x`, which is not in the graph
    the subgraph of process `s` cannot be opened: subgraphs are not read here: ./inner.ron
    "#);
}

#[test]
fn hundred_thousand_processes_are_flattened() {
    let inner = Arc::new(crate::testing::ladder(50));
    let outer = sketch(&[], &[]);
    let mut outer = Graph { ..outer };
    for at in 0..1000 {
        let process = crate::Process::new("./ladder.ron".parse().unwrap());
        outer
            .processes
            .insert(format!("s{at}").parse().unwrap(), process);
    }
    let resolve = move |_: &ComponentRef, _: &str| {
        Ok(Resolved {
            graph: Arc::clone(&inner),
            file: Arc::from("ladder.ron"),
        })
    };
    let flat = flatten(&outer, &resolve).unwrap();
    assert_eq!(
        (flat.processes.len(), flat.connectors.len()),
        (102_000, 151_000)
    );
}
