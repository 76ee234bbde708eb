//! Edits and their inverses.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{CommentPlace, ConnectorChange, Edit, EditError, ProcessChange, Side};
use crate::comment::Section;
use crate::file::write;
use crate::model::{OnError, WhenFull};
use crate::testing::generate as any_of;
use crate::testing::graph;

fn at() -> impl Strategy<Value = Option<usize>> {
    prop::option::of(0..4_usize)
}

fn words() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-z]{0,4}")
}

fn process_change() -> impl Strategy<Value = ProcessChange> {
    use ProcessChange as Change;
    let component = prop::option::of(Just("core/Drop".parse().unwrap()));
    prop_oneof![
        component.prop_map(Change::Component),
        (any_of::key(), prop::option::of(any_of::value()), at())
            .prop_map(|(port, value, at)| Change::Iip { port, value, at }),
        words().prop_map(Change::Note),
        words().prop_map(Change::Label),
        words().prop_map(Change::Worker),
        words().prop_map(Change::Thread),
        prop::sample::select(OnError::ALL.to_vec()).prop_map(|(_, choice)| Change::OnError(choice)),
        (0..3_u32).prop_map(Change::Replicas),
        ("[a-c]", prop::option::of(any_of::value()), at())
            .prop_map(|(key, value, at)| Change::Meta { key, value, at }),
        any_of::comments().prop_map(Change::Comments),
    ]
}

fn connector_change() -> impl Strategy<Value = ConnectorChange> {
    use ConnectorChange as Change;
    prop_oneof![
        any_of::end().prop_map(Change::From),
        any_of::end().prop_map(Change::To),
        (0..100_u32).prop_map(Change::Capacity),
        prop::sample::select(WhenFull::ALL.to_vec())
            .prop_map(|(_, choice)| Change::WhenFull(choice)),
        words().prop_map(Change::Note),
        ("[a-c]", prop::option::of(any_of::value()), at())
            .prop_map(|(key, value, at)| Change::Meta { key, value, at }),
        any_of::comments().prop_map(Change::Comments),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::In), Just(Side::Out)]
}

fn place() -> impl Strategy<Value = CommentPlace> {
    prop_oneof![
        Just(CommentPlace::Head),
        Just(CommentPlace::End),
        Just(CommentPlace::Tail),
        any_of::section().prop_map(CommentPlace::Before),
        any_of::container().prop_map(CommentPlace::After),
        (
            any_of::section(),
            prop::sample::select(vec!["a", "in", "out", "b"])
        )
            .prop_map(|(section, key)| CommentPlace::Entry(section, key.to_owned())),
    ]
}

fn edit_of_processes() -> impl Strategy<Value = Edit> {
    let name = any_of::process_name;
    prop_oneof![
        (name(), any_of::process(), at()).prop_map(|(name, process, at)| Edit::AddProcess {
            name,
            process: Box::new(process),
            at
        }),
        name().prop_map(Edit::RemoveProcess),
        name().prop_map(Edit::RemoveProcessOnly),
        (name(), name()).prop_map(|(from, to)| Edit::RenameProcess { from, to }),
        (name(), name()).prop_map(|(from, to)| Edit::RenameProcessOnly { from, to }),
        (name(), process_change()).prop_map(|(name, change)| Edit::ChangeProcess { name, change }),
        (name(), prop::option::of(any_of::position()), at()).prop_map(|(process, position, at)| {
            Edit::SetPosition {
                process,
                position,
                at,
            }
        }),
    ]
}

fn edit_of_lists() -> impl Strategy<Value = Edit> {
    let boxed_group = || any_of::group().prop_map(Box::new);
    prop_oneof![
        (any_of::connector(), at()).prop_map(|(connector, at)| Edit::AddConnector {
            connector: Box::new(connector),
            at
        }),
        (0..4_usize).prop_map(|at| Edit::RemoveConnector { at }),
        (0..4_usize, connector_change())
            .prop_map(|(at, change)| Edit::ChangeConnector { at, change }),
        (boxed_group(), at()).prop_map(|(group, at)| Edit::AddGroup { group, at }),
        (0..3_usize).prop_map(|at| Edit::RemoveGroup { at }),
        (0..3_usize, boxed_group()).prop_map(|(at, group)| Edit::ChangeGroup { at, group }),
    ]
}

fn edit_of_graph() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any_of::text().prop_map(Edit::SetName),
        any_of::text().prop_map(Edit::SetDescription),
        any::<bool>().prop_map(Edit::SetPerGroup),
        ("[ab]", words(), at()).prop_map(|(name, requirement, at)| Edit::SetPackage {
            name,
            requirement,
            at
        }),
        (
            side(),
            any_of::port_name(),
            prop::option::of(any_of::end()),
            at()
        )
            .prop_map(|(side, name, target, at)| Edit::SetExport {
                side,
                name,
                target,
                at
            }),
        (side(), any_of::port_name(), any_of::port_name())
            .prop_map(|(side, from, to)| Edit::RenameExport { side, from, to }),
        ("[ab]", prop::option::of(any_of::value()), at())
            .prop_map(|(key, value, at)| Edit::SetMeta { key, value, at }),
        (place(), any_of::comments())
            .prop_map(|(place, comments)| Edit::SetComments { place, comments }),
        any_of::graph().prop_map(|graph| Edit::Replace(Box::new(graph))),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let one = || prop_oneof![3 => edit_of_processes(), 2 => edit_of_lists(), 2 => edit_of_graph()];
    prop_oneof![6 => one().boxed(), 1 => vec(one(), 0..4).prop_map(Edit::Batch).boxed()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The written text is compared too: equality of maps does not look at the order.
    #[test]
    fn inverses_restore_the_graph(mut graph in any_of::graph(), edits in vec(edit(), 1..12)) {
        let mut undo = Vec::new();
        for edit in edits {
            let before = graph.clone();
            if let Ok(inverse) = graph.apply(edit) {
                undo.push((before, inverse));
            } else {
                    prop_assert_eq!(&graph, &before);
                    prop_assert_eq!(write(&graph), write(&before));
            }
        }
        let end = graph.clone();
        let mut redo = Vec::new();
        for (before, inverse) in undo.into_iter().rev() {
            redo.push(graph.apply(inverse).unwrap());
            prop_assert_eq!(&graph, &before);
            prop_assert_eq!(write(&graph), write(&before));
        }
        for again in redo.into_iter().rev() {
            graph.apply(again).unwrap();
        }
        prop_assert_eq!(write(&graph), write(&end));
        prop_assert_eq!(graph, end);
    }
}

fn small() -> crate::Graph {
    graph(
        r#"Graph(
            processes: { "a": Process(), "b": Process(), "c": Process() },
            connectors: [Connector(from: "a.out", to: "b.in"), Connector(from: "b.out", to: "c.in")],
            inports: { "in": "b.in" },
            groups: [Group(name: "g", processes: ["a", "b"])],
            layout: {
                "a": (1, 2),
                "b": (3, 4), // the middle
                "c": (5, 6),
            },
        )"#,
    )
}

#[test]
fn renamed_process_keeps_its_place_everywhere() {
    let mut graph = small();
    let (from, to) = ("b".parse().unwrap(), "x".parse().unwrap());
    graph.apply(Edit::RenameProcess { from, to }).unwrap();
    insta::assert_snapshot!(write(&graph), @r#"
    Graph(
        format: 1,
        processes: {
            "a": Process(),
            "x": Process(),
            "c": Process(),
        },
        connectors: [
            Connector(from: "a.out", to: "x.in"),
            Connector(from: "x.out", to: "c.in"),
        ],
        inports: { "in": "x.in" },
        groups: [
            Group(name: "g", processes: ["a", "x"]),
        ],
        layout: {
            "a": (1, 2),
            // the middle
            "x": (3, 4),
            "c": (5, 6),
        },
    )
    "#);
}

#[test]
fn removed_process_takes_along_what_refers_to_it() {
    let mut graph = small();
    graph
        .apply(Edit::RemoveProcess("b".parse().unwrap()))
        .unwrap();
    insta::assert_snapshot!(write(&graph), @r#"
    Graph(
        format: 1,
        processes: {
            "a": Process(),
            "c": Process(),
        },
        groups: [
            Group(name: "g", processes: ["a"]),
        ],
        layout: {
            "a": (1, 2),
            "c": (5, 6),
        },
    )
    "#);
}

#[test]
fn refused_batch_changes_nothing() {
    let mut graph = small();
    let batch = vec![
        Edit::SetName("new".to_owned()),
        Edit::RemoveProcess("a".parse().unwrap()),
        Edit::RemoveConnector { at: 7 },
    ];
    let error = graph.apply(Edit::Batch(batch)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "position 7 is beyond the end: there are 1 of the connectors"
    );
    assert_eq!(graph, small());
}

#[test]
fn values_that_cannot_be_saved_are_refused() {
    let mut graph = small();
    let mut deep = millstream_packet::Value::NULL;
    for _ in 0..200 {
        deep = millstream_packet::Value::list(vec![deep]);
    }
    for value in [deep, millstream_packet::Value::opaque(1)] {
        let key = "k".to_owned();
        let refused = graph.apply(Edit::SetMeta {
            key,
            value: Some(value),
            at: None,
        });
        assert!(matches!(refused, Err(EditError::Unsavable(_))));
    }
    let comments = crate::Comment::from_text("x");
    let place = CommentPlace::Entry(Section::Inports, "none".to_owned());
    let refused = graph.apply(Edit::SetComments { place, comments });
    assert!(matches!(refused, Err(EditError::NoEntry { .. })));
}
