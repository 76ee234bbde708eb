//! Collapsing and dissolving.

use crate::action::{Action, ProcessField};
use crate::selection::PortAt;
use crate::testing::{component, end, graph, name, names, sketched, wires, with_files};
use millstream_graph::{Graph, OnError, Position};

fn chain() -> Graph {
    let mut graph = sketched(
        &[
            "a core/Kick",
            "b text/Trim iips: {}",
            "c text/Regex iips: {\"pattern\": \"x\"}",
            "d core/Drop",
            "e core/Drop",
        ],
        &[
            "a.out -> b.in capacity: 3",
            "b.out -> c.in capacity: 9",
            "c.out -> d.in",
            "c.rejected -> e.in",
        ],
    );
    graph.name = "chain".to_owned();
    graph
}

fn collapse(processes: &[&str], file: &str) -> Action {
    Action::Collapse {
        processes: names(processes),
        file: component(file),
    }
}

#[test]
fn collapsed_processes_become_a_file_and_one_process() {
    let (mut document, files) = with_files(chain());
    let applied = document
        .apply(collapse(&["b", "c"], "./clean.ron"))
        .unwrap();
    assert_eq!(applied.step.unwrap(), "Collapse 2 processes to ./clean.ron");
    let file = applied.file.unwrap();
    insta::assert_snapshot!(file.text, @r#"
    Graph(
        format: 1,
        name: "clean",
        processes: {
            "b": Process(component: "text/Trim"),
            "c": Process(component: "text/Regex", iips: { "pattern": "x" }),
        },
        connectors: [
            Connector(from: "b.out", to: "c.in", capacity: 9),
        ],
        inports: { "in": "b.in" },
        outports: { "out": "c.out", "rejected": "c.rejected" },
        layout: {
            "b": (260, 0),
            "c": (520, 0),
        },
    )
    "#);
    insta::assert_snapshot!(document.text(), @r#"
    Graph(
        format: 1,
        name: "chain",
        processes: {
            "a": Process(component: "core/Kick"),
            "clean": Process(component: "./clean.ron"),
            "d": Process(component: "core/Drop"),
            "e": Process(component: "core/Drop"),
        },
        connectors: [
            Connector(from: "a.out", to: "clean.in", capacity: 3),
            Connector(from: "clean.out", to: "d.in"),
            Connector(from: "clean.rejected", to: "e.in"),
        ],
        layout: {
            "a": (0, 0),
            "d": (780, 0),
            "e": (1040, 0),
            "clean": (260, 0),
        },
    )
    "#);
    // Its ports are known before the file is.
    assert!(document.ports(&name("clean")).unwrap().is_known);
    files.write(&file);
    document.apply(Action::Dissolve(name("clean"))).unwrap();
    assert_eq!(document.graph().processes, chain().processes);
    assert_eq!(document.graph().layout, chain().layout);
    assert_eq!(
        wires(&document),
        [
            "a.out -> b.in",
            "c.out -> d.in",
            "c.rejected -> e.in",
            "b.out -> c.in"
        ]
    );
    document.apply(Action::Undo).unwrap();
    document.apply(Action::Undo).unwrap();
    assert_eq!(*document.graph(), chain());
}

#[test]
fn dissolved_processes_move_along_and_take_values_and_exports() {
    let (mut document, files) = with_files(chain());
    let port = PortAt::reading(end("c.in"));
    document.apply(Action::Export { port, name: None }).unwrap();
    let file = document
        .apply(collapse(&["c"], "./c.ron"))
        .unwrap()
        .file
        .unwrap();
    files.write(&file);
    assert_eq!(document.graph().inports["in"], end("c_2.in"));
    let processes = vec![(name("c_2"), Position { x: 520.0, y: 100.0 })];
    document
        .apply(Action::Move {
            processes,
            notes: Vec::new(),
        })
        .unwrap();
    document.apply(Action::Dissolve(name("c_2"))).unwrap();
    assert_eq!(
        document.position(&name("c")),
        Position { x: 520.0, y: 100.0 }
    );
    assert_eq!(document.graph().inports["in"], end("c.in"));
}

#[test]
fn what_would_run_otherwise_is_not_dissolved() {
    let (mut document, files) = with_files(chain());
    let file = document
        .apply(collapse(&["b"], "./b.ron"))
        .unwrap()
        .file
        .unwrap();
    files.write(&file);
    let field = ProcessField::OnError(OnError::Skip);
    let processes = names(&["b_2"]);
    document
        .apply(Action::SetField { processes, field })
        .unwrap();
    let refused = document.apply(Action::Dissolve(name("b_2"))).unwrap_err();
    assert_eq!(
        refused.reason,
        "`b_2` says what a failure does, which its processes alone would not know"
    );
    let refused = document.apply(Action::Dissolve(name("a"))).unwrap_err();
    assert_eq!(refused.reason, "`a` is no subgraph");
}

#[test]
fn no_subgraph_is_written_over() {
    let (mut document, files) = with_files(chain());
    let file = document
        .apply(collapse(&["b"], "./clean.ron"))
        .unwrap()
        .file;
    files.write(&file.unwrap());
    let refused = document.apply(collapse(&["c"], "./clean.ron")).unwrap_err();
    assert_eq!(refused.reason, "there is a ./clean.ron already");
    let offer = refused.offer.unwrap();
    assert_eq!(offer.label, "Write ./clean-2.ron");
    assert_eq!(
        document
            .apply(offer.action)
            .unwrap()
            .file
            .unwrap()
            .component,
        "./clean-2.ron"
    );
}

#[test]
fn unique_copy_is_a_file_of_its_own() {
    let (mut document, files) = with_files(chain());
    let file = document
        .apply(collapse(&["b", "c"], "./clean.ron"))
        .unwrap()
        .file
        .unwrap();
    files.write(&file);
    let action = Action::MakeUnique {
        process: name("clean"),
        file: component("./clean-2.ron"),
    };
    let copy = document.apply(action).unwrap().file.unwrap();
    assert_eq!(copy.component, "./clean-2.ron");
    assert_eq!(graph(&copy.text), graph(&file.text));
    assert!(document.text().contains(r#"component: "./clean-2.ron""#));
}

#[test]
fn subgraph_in_another_folder_names_its_own_subgraphs_anew() {
    let mut inner = chain();
    inner.processes["b"].component = Some(component("./trim.ron"));
    let (mut document, files) = with_files(inner);
    let file = document
        .apply(collapse(&["b", "c"], "./parts/clean.ron"))
        .unwrap()
        .file
        .unwrap();
    assert!(
        file.text.contains(r#"component: "../trim.ron""#),
        "{}",
        file.text
    );
    files.write(&file);
    document.apply(Action::Dissolve(name("clean"))).unwrap();
    assert_eq!(
        document.process(&name("b")).unwrap().component,
        Some(component("./trim.ron"))
    );
}
