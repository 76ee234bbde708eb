//! What holds for any sequence of actions.

use std::collections::BTreeSet;

use millstream_graph::{Graph, Position, file};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::action::*;
use crate::document::Document;
use crate::model::Digest;
use crate::selection::PortAt;
use crate::target::Target;
use crate::testing::{Files, component, graph, sketched, with_files};

/// Numbers from which an action is made that suits the document as it is then.
type Seed = (u8, usize, usize, usize);

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let number = 0..40_usize;
    vec((any::<u8>(), number.clone(), number.clone(), number), 1..16)
}

const COMPONENTS: [&str; 8] = [
    "core/Kick",
    "core/Copy",
    "core/Concat",
    "core/Drop",
    "text/Trim",
    "text/Regex",
    "json/Write",
    "a/b/Unknown",
];

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

fn pick<T: Clone>(all: &[T], at: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[at % all.len()].clone())
}

/// An action made of numbers; nothing if the document has nothing for it.
fn action(document: &Document, (kind, a, b, c): Seed) -> Option<Action> {
    let graph = document.graph();
    let processes: Vec<_> = graph.processes.keys().cloned().collect();
    let wires: Vec<_> = document.wires().map(|(id, _)| id).collect();
    let groups: Vec<_> = document.groups().map(|(id, _)| id).collect();
    let process = pick(&processes, a);
    let other = pick(&processes, b);
    let at = Position {
        x: (b * 37) as f64,
        y: (c * 21) as f64,
    };
    let port = |process: &millstream_graph::ProcessName, side, at: usize| {
        let keys: Vec<_> = document
            .ports(process)?
            .side(side)
            .iter()
            .map(|port| port.key.clone())
            .collect();
        Some(millstream_graph::PortRef::new(
            process.clone(),
            pick(&keys, at)?,
        ))
    };
    use millstream_graph::Side::{In, Out};
    let mode = if c % 3 == 0 {
        ConnectMode::Anyway
    } else {
        ConnectMode::Checked
    };
    let some = |skip: usize| {
        processes
            .iter()
            .skip(skip % 3)
            .step_by(1 + c % 3)
            .cloned()
            .collect::<Vec<_>>()
    };
    Some(match kind % 36 {
        0 | 1 => Action::Add(Add {
            component: Some(component(COMPONENTS[a % COMPONENTS.len()])),
            at: (b % 2 == 0).then_some(at),
            wiring: match c % 4 {
                0 => Wiring::Alone,
                1 => Wiring::AfterSelection,
                2 => Wiring::OnWire(pick(&wires, b)?),
                _ => Wiring::To {
                    end: PortAt::writing(port(&other?, Out, c)?),
                    port: None,
                },
            },
        }),
        2 => Action::InsertOnWire(Insertion {
            process: process?,
            wire: pick(&wires, b)?,
            at: Some(at),
            shift: [Shift::Downstream, Shift::Upstream, Shift::Stay][c % 3],
        }),
        3 => Action::Delete {
            targets: some(a).into_iter().map(Target::Process).collect(),
            deletion: Deletion::Cut,
        },
        4 => Action::Delete {
            targets: vec![Target::Process(process?)],
            deletion: Deletion::Heal,
        },
        5 => Action::Delete {
            targets: wires
                .iter()
                .skip(a % 3)
                .step_by(2)
                .map(|&id| Target::Wire(id))
                .collect(),
            deletion: Deletion::Cut,
        },
        6 => Action::Rename {
            process: process?,
            to: format!("n{b}"),
        },
        7 | 8 => Action::Replace {
            process: process?,
            component: component(COMPONENTS[b % COMPONENTS.len()]),
        },
        9 => Action::SetField {
            processes: some(a),
            field: match b % 7 {
                0 => ProcessField::Label(format!("l{c}")),
                1 => ProcessField::Note("note".to_owned()),
                2 => ProcessField::Pin(Pin::Pinned),
                3 => ProcessField::Colour(Some("red".to_owned())),
                4 => ProcessField::OnError(millstream_graph::OnError::DeadLetter),
                5 => ProcessField::Component(None),
                _ => ProcessField::Worker(String::new()),
            },
        },
        10 => Action::SetValue {
            port: port(&process?, In, b)?,
            value: c.to_string().into(),
        },
        11 => Action::TypeValue {
            port: port(&process?, In, b)?,
            text: ["word", "[1, 2]", "(", "7"][c % 4].to_owned(),
        },
        12 => Action::ClearValue(port(&process?, In, b)?),
        13 | 14 | 15 => Action::Connect {
            from: port(&process?, Out, b)?,
            to: port(&other?, In, c)?,
            mode,
        },
        16 => Action::ConnectProcesses {
            from: process?,
            to: other?,
        },
        17 => Action::Branch {
            from: port(&process?, Out, b)?,
            to: port(&other?, In, c)?,
        },
        18 => Action::MoveEnds {
            wires: vec![pick(&wires, a)?],
            to: PortAt::reading(port(&other?, In, c)?),
            mode,
        },
        19 => Action::MoveEnds {
            wires: vec![pick(&wires, a)?],
            to: PortAt::writing(port(&other?, Out, c)?),
            mode,
        },
        20 => Action::SetBends {
            wire: pick(&wires, a)?,
            bends: vec![at; c % 3],
        },
        21 => Action::SetCapacity {
            wires,
            capacity: u32::try_from(c).unwrap(),
        },
        22 => Action::Export {
            port: PortAt::reading(port(&process?, In, b)?),
            name: None,
        },
        23 => Action::Export {
            port: PortAt::writing(port(&process?, Out, b)?),
            name: Some(format!("e{c}")),
        },
        24 => Action::RenameExport {
            side: In,
            name: graph.inports.keys().next()?.clone(),
            to: format!("r{c}"),
        },
        25 => Action::Group {
            processes: some(a),
            name: "group".to_owned(),
        },
        26 => Action::ChangeGroup {
            group: pick(&groups, a)?,
            change: GroupChange::Leave(some(b)),
        },
        27 => Action::DissolveGroups(vec![pick(&groups, a)?]),
        28 => Action::AddNote {
            text: "a note".to_owned(),
            at,
        },
        29 => Action::Gesture(
            GestureId(1),
            Box::new(Action::Move {
                processes: vec![(process?, at)],
                notes: Vec::new(),
            }),
        ),
        30 => Action::Arrange(if c % 2 == 0 { Vec::new() } else { some(a) }),
        31 => Action::SetBookmark {
            number: 1 + u8::try_from(a % 9).unwrap(),
            bookmark: (b % 3 > 0).then_some(Bookmark {
                centre: at,
                zoom: 1.5,
            }),
        },
        32 => Action::Duplicate { by: at },
        33 => Action::Cut,
        34 => Action::Collapse {
            processes: some(a),
            file: component(&format!("./s{b}.ron")),
        },
        _ => Action::Select(Select::Only(
            some(b).into_iter().map(Target::Process).collect(),
        )),
    })
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
    #![proptest_config(ProptestConfig::with_cases(128))]
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
