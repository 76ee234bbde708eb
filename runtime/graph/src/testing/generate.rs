//! Random graphs for property tests.

use indexmap::IndexMap;
use millstream_packet::{Record, Text, Value};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::comment::{Comment, Comments, Section};
use crate::model::{Connector, Graph, Group, OnError, Position, Process, WhenFull};
use crate::names::{PortKey, PortName, PortRef, ProcessName};

/// Text with everything that needs care in a file.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[a-z ]{0,12}".boxed(),
        2 => any::<String>().boxed(),
        1 => Just("\"".to_owned()).boxed(),
        1 => Just("\\".to_owned()).boxed(),
        1 => Just("\"#".to_owned()).boxed(),
        1 => Just("\r\n\t\0\u{7f}".to_owned()).boxed(),
        1 => Just("// no comment /*".to_owned()).boxed(),
    ];
    vec(pieces, 0..4).prop_map(|pieces| pieces.concat())
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::NULL),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::NAN),
            Just(-0.0),
            Just(1e300)
        ]
        .prop_map(Value::from),
        text().prop_map(Value::from),
        vec(any::<u8>(), 0..12).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::list),
            vec((text(), inner), 0..4).prop_map(|fields| {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| (Text::from(name.as_str()), value));
                Value::from(fields.collect::<Record>())
            }),
        ]
    })
}

pub(crate) fn process_name() -> impl Strategy<Value = ProcessName> {
    prop::sample::select(vec!["a", "b", "c", "d-e", "_f", "G1"])
        .prop_map(|name| name.parse().unwrap())
}

pub(crate) fn port_name() -> impl Strategy<Value = PortName> {
    prop::sample::select(vec!["in", "out", "x_1"]).prop_map(|name| name.parse().unwrap())
}

pub(crate) fn key() -> impl Strategy<Value = PortKey> {
    (port_name(), option::of(any::<u32>())).prop_map(|(port, index)| PortKey { port, index })
}

pub(crate) fn end() -> impl Strategy<Value = PortRef> {
    (process_name(), key()).prop_map(|(process, key)| PortRef::new(process, key))
}

pub(crate) fn comments() -> impl Strategy<Value = Vec<Comment>> {
    let block = "[a-z \n]{0,9}".prop_map(|text| vec![Comment::from_source(&format!("/*{text}*/"))]);
    let one = prop_oneof![text().prop_map(|text| Comment::from_text(&text)), block];
    prop_oneof![3 => Just(Vec::new()), 1 => vec(one, 0..3).prop_map(|lists| lists.concat())]
}

pub(crate) fn meta() -> impl Strategy<Value = IndexMap<String, Value>> {
    vec((text(), value()), 0..3).prop_map(|entries| entries.into_iter().collect())
}

fn words() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

pub(crate) fn process() -> impl Strategy<Value = Process> {
    let component = option::of(prop::sample::select(vec![
        "core/Copy",
        "a/b/C",
        "./x y.ron",
    ]));
    let places = (words(), words(), words(), words());
    let iips = vec((key(), value()), 0..3);
    let choices = (prop::sample::select(OnError::ALL.to_vec()), 1..4_u32);
    (component, iips, places, choices, meta(), comments()).prop_map(
        |(
            component,
            iips,
            (note, label, worker, thread),
            ((_, on_error), replicas),
            meta,
            comments,
        )| Process {
            component: component.map(|text| text.parse().unwrap()),
            iips: iips.into_iter().collect(),
            note,
            label,
            worker,
            thread,
            on_error,
            replicas,
            meta,
            comments,
        },
    )
}

pub(crate) fn connector() -> impl Strategy<Value = Connector> {
    let when_full = prop::sample::select(WhenFull::ALL.to_vec());
    let capacity = prop_oneof![Just(64), 1..u32::MAX];
    (
        end(),
        end(),
        capacity,
        when_full,
        words(),
        meta(),
        comments(),
    )
        .prop_map(
            |(from, to, capacity, (_, when_full), note, meta, comments)| Connector {
                from,
                to,
                capacity,
                when_full,
                note,
                meta,
                comments,
            },
        )
}

pub(crate) fn group() -> impl Strategy<Value = Group> {
    (
        text(),
        vec(process_name(), 0..3),
        words(),
        meta(),
        comments(),
    )
        .prop_map(|(name, processes, note, meta, comments)| Group {
            name,
            processes,
            note,
            meta,
            comments,
        })
}

pub(crate) fn position() -> impl Strategy<Value = Position> {
    let number = prop_oneof![(-500..500_i32).prop_map(f64::from), -1e18..1e18];
    (number.clone(), number).prop_map(|(x, y)| Position { x, y })
}

pub(crate) fn section() -> impl Strategy<Value = Section> {
    prop::sample::select(Section::ALL.to_vec())
}

/// A section with entries.
pub(crate) fn container() -> impl Strategy<Value = Section> {
    let plain = [
        Section::Format,
        Section::Name,
        Section::Description,
        Section::PerGroup,
    ];
    section().prop_filter("has entries", move |section| !plain.contains(section))
}

fn graph_comments() -> impl Strategy<Value = Comments> {
    let before = vec((section(), comments()), 0..3);
    let after = vec((container(), comments()), 0..3);
    (comments(), before, after, comments(), comments()).prop_map(
        |(head, before, after, end, tail)| {
            let some = |lists: Vec<(Section, Vec<Comment>)>| {
                lists
                    .into_iter()
                    .filter(|(_, comments)| !comments.is_empty())
                    .collect()
            };
            Comments {
                head,
                before: some(before),
                after: some(after),
                entries: IndexMap::new(),
                end,
                tail,
            }
        },
    )
}

pub(crate) fn graph() -> impl Strategy<Value = Graph> {
    let head = (text(), text(), vec((text(), text()), 0..3), any::<bool>());
    let body = (
        vec((process_name(), process()), 0..4),
        vec(connector(), 0..4),
        vec(group(), 0..3),
    );
    let exports = (
        vec((port_name(), end()), 0..3),
        vec((port_name(), end()), 0..3),
    );
    let rest = (
        meta(),
        vec((process_name(), position()), 0..4),
        graph_comments(),
        vec(comments(), 5),
    );
    (head, body, exports, rest).prop_map(|(head, body, exports, rest)| {
        let (name, description, packages, per_group) = head;
        let (meta, layout, comments, of_entries) = rest;
        let mut graph = Graph {
            name,
            description,
            packages: packages.into_iter().collect(),
            per_group,
            processes: body.0.into_iter().collect(),
            connectors: body.1,
            groups: body.2,
            inports: exports.0.into_iter().collect(),
            outports: exports.1.into_iter().collect(),
            meta,
            layout: layout.into_iter().collect(),
            comments,
        };
        comment_entries(&mut graph, of_entries);
        graph
    })
}

/// Gives comments to the last entry of each section of plain values.
fn comment_entries(graph: &mut Graph, mut lists: Vec<Vec<Comment>>) {
    let keys = [
        (Section::Packages, graph.packages.keys().last().cloned()),
        (
            Section::Inports,
            graph.inports.keys().last().map(ToString::to_string),
        ),
        (
            Section::Outports,
            graph.outports.keys().last().map(ToString::to_string),
        ),
        (Section::Meta, graph.meta.keys().last().cloned()),
        (
            Section::Layout,
            graph.layout.keys().last().map(ToString::to_string),
        ),
    ];
    for (section, key) in keys {
        if let (Some(key), Some(comments)) = (key, lists.pop()) {
            graph.comments.set_entry(section, &key, comments);
        }
    }
}
