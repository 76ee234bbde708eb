//! What holds for any sequence of actions.

use std::collections::BTreeSet;

use millstream_graph::{Graph, Position, file};
use proptest::collection::vec;
use proptest::prelude::*;

use super::random::{Seed, action, seeds};
use crate::action::{Action, Select};
use crate::document::Document;
use crate::model::Digest;
use crate::target::Target;
use crate::testing::{Files, component, graph, sketched, with_files};

fn start() -> Graph {
    let mut start = sketched(
        &[
            "a core/Kick",
            "b core/Copy",
            "c text/Trim",
            "d core/Drop",
            "x a/b/Unknown",
        ],
        &[
            "a.out -> b.in capacity: 2",
            "b.out[0] -> c.in",
            "c.out -> d.in",
            "b.out[1] -> d.in",
            "x.some -> d.in",
        ],
    );
    let commented = graph(
        r#"Graph(groups: [Group(name: "g", processes: ["a", "c"]), Group(name: "n", note: "words")],
            inports: { // kept
                "in": "x.first" }, layout: { // here
                "q": (1, 2) })"#,
    );
    start.groups = commented.groups;
    start.inports = commented.inports;
    start.comments = commented.comments;
    start.layout.extend(commented.layout);
    start
}

/// Whether all that is kept beside the graph is what one would find by looking at all of it.
fn assert_indices(document: &Document) {
    let model = &document.model;
    assert_eq!(model.digest(), Digest::of_graph(model.graph()), "digest");
    let ids: BTreeSet<_> = model.wire_ids().collect();
    assert_eq!(ids.len(), model.graph().connectors.len());
    for (at, id) in model.wire_ids().enumerate() {
        assert_eq!(model.wire_place(id), Some(at));
    }
    let fresh = Document::of_graph(document.graph().clone(), document.library().clone());
    for name in document.graph().processes.keys() {
        let found: BTreeSet<_> = document.wires_of(name).iter().copied().collect();
        let real = document
            .wires()
            .filter(|(_, wire)| wire.from.process == *name || wire.to.process == *name);
        assert_eq!(found, real.map(|(id, _)| id).collect(), "wires of {name}");
        assert_eq!(found.len(), document.wires_of(name).len());
        if fresh.ports(name).unwrap().is_known == document.ports(name).unwrap().is_known {
            assert_eq!(fresh.ports(name), document.ports(name), "ports of {name}");
        }
    }
    assert_eq!(document.ports.len(), document.graph().processes.len());
    for target in document.selection().targets() {
        assert!(document.has(&target), "{target:?} is selected and gone");
    }
}

fn run(document: &mut Document, files: &Files, seeds: Vec<Seed>) {
    for seed in seeds {
        let Some(action) = action(document, seed) else {
            continue;
        };
        let before = document.text();
        match document.apply(action.clone()) {
            Ok(applied) => {
                if let Some(file) = &applied.file {
                    files.write(file);
                }
                if applied.step.is_none() {
                    assert_eq!(document.text(), before, "{action:?}");
                }
            }
            Err(_) => assert_eq!(document.text(), before, "{action:?}"),
        }
        assert_indices(document);
        assert_eq!(
            file::read(&document.text()).unwrap().graph,
            *document.graph(),
            "{action:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn all_that_was_done_can_be_undone_and_done_again(seeds in seeds()) {
        let (mut document, files) = with_files(start());
        let text = document.text();
        run(&mut document, &files, seeds);
        let end = (document.text(), document.selection().clone());
        let ids: Vec<_> = document.wires().map(|(id, _)| id).collect();
        let steps = document.steps_done();
        while document.steps_done() > 0 {
            document.apply(Action::Undo).unwrap();
            assert_indices(&document);
        }
        prop_assert_eq!(document.text(), text);
        prop_assert!(document.is_saved());
        document.apply(Action::JumpTo(steps)).unwrap();
        assert_indices(&document);
        prop_assert_eq!(document.text(), end.0);
        prop_assert_eq!(document.wires().map(|(id, _)| id).collect::<Vec<_>>(), ids);
    }

    /// But for the order of connectors, groups and members, and of entries of maps.
    #[test]
    fn dissolving_is_the_inverse_of_collapsing(seeds in seeds(), which in vec(any::<bool>(), 20)) {
        let (mut document, files) = with_files(start());
        run(&mut document, &files, seeds);
        let chosen: Vec<_> = document.graph().processes.keys().cloned().zip(which)
            .filter(|(_, chosen)| *chosen).map(|(name, _)| name).collect();
        prop_assume!(!chosen.is_empty());
        let before = sorted(document.graph());
        let file = component("./new.ron");
        let applied = document.apply(Action::Collapse { processes: chosen, file });
        let Ok(applied) = applied else { return Ok(()); };
        files.write(&applied.file.unwrap());
        let stand_in = document.selection().one_process().unwrap().clone();
        let applied = document.apply(Action::Dissolve(stand_in)).unwrap();
        prop_assert_eq!(applied.notices, []);
        prop_assert_eq!(sorted(document.graph()), before);
    }

    #[test]
    fn pasted_processes_keep_what_is_between_them(seeds in seeds(), which in vec(any::<bool>(), 20)) {
        let (mut document, files) = with_files(start());
        run(&mut document, &files, seeds);
        let chosen: Vec<_> = document.graph().processes.keys().cloned().zip(which)
            .filter(|(_, chosen)| *chosen).map(|(name, _)| Target::Process(name)).collect();
        prop_assume!(!chosen.is_empty());
        document.apply(Action::Select(Select::Only(chosen))).unwrap();
        let text = document.apply(Action::Copy).unwrap().clipboard.unwrap();
        let part = graph(&text);
        let (mut empty, _) = with_files(Graph::default());
        let at = document.graph().layout.is_empty().then_some(Position::default());
        empty.apply(Action::Paste { text: text.clone(), at }).unwrap();
        prop_assert_eq!(&empty.graph().processes, &part.processes);
        prop_assert_eq!(&empty.graph().connectors, &part.connectors);
        let (processes, wires) = (document.graph().processes.len(), document.wires().count());
        document.apply(Action::Paste { text, at: None }).unwrap();
        prop_assert_eq!(document.graph().processes.len(), processes + part.processes.len());
        prop_assert_eq!(document.wires().count(), wires + part.connectors.len());
    }
}

/// The graph with connectors and groups in an order of their own.
fn sorted(graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    graph.connectors.sort_by_key(ToString::to_string);
    graph
        .groups
        .iter_mut()
        .for_each(|group| group.processes.sort());
    graph.groups.sort_by_key(|group| format!("{group:?}"));
    graph
}
