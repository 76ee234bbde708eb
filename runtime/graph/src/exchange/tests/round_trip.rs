//! What goes out comes back: a graph that was written without a notice is read as it was.

use millstream_packet::{Record, Value, View};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::comment::Comment;
use crate::exchange::tests::imported;
use crate::exchange::{Dialect, Exported, ImportFormat, write_fbp, write_json};
use crate::file;
use crate::model::{DEFAULT_CAPACITY, Graph, Position, WhenFull};
use crate::names::{PortRef, ProcessName};
use crate::testing::generate as any_of;

/// Writes and reads; the text must be readable whatever the graph is.
fn back(exported: &Exported, format: ImportFormat) -> (Graph, Vec<String>) {
    let imported = imported(format, &exported.text, "{}");
    let said = imported.notices.into_iter().map(|notice| notice.message);
    (imported.graph, said.collect())
}

/// Comments as lines: other formats have no others.
fn plain(mut graph: Graph) -> Graph {
    let lines = |comments: &mut Vec<Comment>| {
        let text = |comment: &Comment| {
            let lines = comment.text().lines().map(|line| line.trim().to_owned());
            let lines: Vec<String> = lines.collect();
            if lines.is_empty() {
                vec![String::new()]
            } else {
                lines
            }
        };
        let lines = comments.iter().flat_map(text);
        *comments = lines
            .map(|line| Comment::from_source(&format!("// {line}")))
            .collect();
    };
    lines(&mut graph.comments.head);
    lines(&mut graph.comments.end);
    graph
        .processes
        .values_mut()
        .for_each(|found| lines(&mut found.comments));
    graph
        .connectors
        .iter_mut()
        .for_each(|found| lines(&mut found.comments));
    graph
}

/// Ends at processes that exist, one connector per out-port, a value or connectors per in-port.
fn sound(mut graph: Graph) -> Graph {
    let exists = |graph: &Graph, end: &PortRef| graph.processes.contains_key(&end.process);
    let mut taken: Vec<PortRef> = Vec::new();
    let connectors = std::mem::take(&mut graph.connectors);
    for connector in connectors {
        let is_sound = exists(&graph, &connector.from)
            && exists(&graph, &connector.to)
            && !taken.contains(&connector.from);
        if is_sound {
            taken.push(connector.from.clone());
            if let Some(process) = graph.processes.get_mut(&connector.to.process) {
                process.iips.shift_remove(&connector.to.key());
            }
            graph.connectors.push(connector);
        }
    }
    let known: Vec<ProcessName> = graph.processes.keys().cloned().collect();
    let knows = |name: &ProcessName| known.contains(name);
    graph.inports.retain(|_, end| knows(&end.process));
    graph.outports.retain(|_, end| knows(&end.process));
    graph.layout.retain(|name, _| knows(name));
    graph
        .groups
        .iter_mut()
        .for_each(|group| group.processes.retain(|name| knows(name)));
    graph
}

/// A graph of which JSON carries everything.
fn for_json(graph: Graph) -> Graph {
    let mut graph = sound(graph);
    graph.comments = crate::comment::Comments::default();
    graph.meta.values_mut().for_each(tame);
    for process in graph.processes.values_mut() {
        process.comments.clear();
        process.iips.values_mut().for_each(tame);
        process.meta.values_mut().for_each(tame);
        process
            .component
            .get_or_insert_with(|| "core/Copy".parse().unwrap());
    }
    for connector in &mut graph.connectors {
        connector.comments.clear();
        connector.meta.values_mut().for_each(tame);
    }
    for group in &mut graph.groups {
        group.comments.clear();
        group.meta.values_mut().for_each(tame);
    }
    graph
}

/// Takes out numbers that JSON does not know.
fn tame(value: &mut Value) {
    let tamed = |value: &Value| {
        let mut value = value.clone();
        tame(&mut value);
        value
    };
    *value = match value.view() {
        View::Float(number) if !number.is_finite() => Value::from(0.5),
        View::List(list) => Value::list(list.iter().map(tamed).collect()),
        View::Record(record) => {
            let fields = record
                .iter()
                .map(|(name, value)| (name.clone(), tamed(value)));
            Value::from(fields.collect::<Record>())
        }
        _ => value.clone(),
    };
}

/// A graph of which a dialect of `.fbp` carries everything.
fn for_fbp(graph: Graph, dialect: Dialect) -> Graph {
    let mut graph = for_json(graph);
    graph.name.retain(|c| c.is_alphanumeric());
    graph.description.retain(|c| c.is_alphanumeric());
    graph.packages.clear();
    graph.groups.clear();
    graph.meta.clear();
    for process in graph.processes.values_mut() {
        process.meta.clear();
        let texts = [
            &mut process.label,
            &mut process.note,
            &mut process.worker,
            &mut process.thread,
        ];
        for text in texts {
            *text = text
                .take()
                .map(|text| text.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
            *text = text.take().filter(|text| !text.is_empty());
        }
        if process
            .component
            .as_ref()
            .is_some_and(crate::ComponentRef::is_file)
        {
            process.component = "core/Copy".parse().ok();
        }
        if dialect == Dialect::Morrison {
            process
                .iips
                .values_mut()
                .for_each(|value| *value = Value::from("it's"));
        }
    }
    for connector in &mut graph.connectors {
        connector.meta.clear();
        connector.note = None;
        connector.when_full = WhenFull::Block;
        if dialect == Dialect::Flowbased {
            connector.capacity = DEFAULT_CAPACITY;
        }
    }
    if dialect == Dialect::Flowbased {
        let ends = graph
            .inports
            .values_mut()
            .chain(graph.outports.values_mut());
        ends.for_each(|end| end.index = None);
        for at in graph.layout.values_mut() {
            *at = Position {
                x: at.x.abs().min(1e6).round(),
                y: at.y.abs().min(1e6).round(),
            };
        }
    }
    graph
}

/// Nothing said, nothing lost.
fn assert_honest(graph: &Graph, exported: &Exported, format: ImportFormat) {
    let (read, said) = back(exported, format);
    if exported.notices.is_empty() && said.is_empty() {
        assert_eq!(plain(read), plain(graph.clone()), "{}", exported.text);
    }
}

fn assert_carried(graph: &Graph, exported: &Exported, format: ImportFormat) {
    assert_eq!(exported.notices, [], "{}", file::write(graph));
    let (read, said) = back(exported, format);
    assert_eq!(said, [""; 0], "{}", exported.text);
    assert_eq!(plain(read), plain(graph.clone()), "{}", exported.text);
}

proptest! {
    #[test]
    fn json_is_honest(graph in any_of::graph()) {
        assert_honest(&graph, &write_json(&graph), ImportFormat::Json);
    }

    #[test]
    fn json_carries_everything_but_comments(graph in any_of::graph()) {
        let graph = for_json(graph);
        assert_carried(&graph, &write_json(&graph), ImportFormat::Json);
    }

    #[test]
    fn fbp_is_honest(
        graph in any_of::graph(),
        dialect in prop::sample::select(vec![Dialect::Flowbased, Dialect::Morrison]),
    ) {
        assert_honest(&graph, &write_fbp(&graph, dialect), ImportFormat::Fbp);
    }

    #[test]
    fn fbp_carries_logic_and_places(
        graph in any_of::graph(),
        head in vec("[a-z@ ]{0,9}", 0..2),
        inner in option::of("[a-z@ ]{0,9}"),
        dialect in prop::sample::select(vec![Dialect::Flowbased, Dialect::Morrison]),
    ) {
        let mut graph = for_fbp(graph, dialect);
        let comment = |text: &String| Comment::from_source(&format!("// {text}"));
        graph.comments.head = head.iter().map(comment).collect();
        if let (Some(inner), Some(connector)) = (inner, graph.connectors.last_mut()) {
            connector.comments.push(comment(&inner));
        }
        assert_carried(&graph, &write_fbp(&graph, dialect), ImportFormat::Fbp);
    }
}

const TWO: &str = r#""a": Process(component: "core/Kick"), "b": Process(component: "core/Drop")"#;
const NOTED: &str = r#""a": Process(component: "core/Kick", note: "two words")"#;
const ENDLESS: &str = r#""a": Process(component: "core/Kick", iips: { "v": inf })"#;
const HYPHEN: &str = r#""a": Process(component: "core/Kick", iips: { "a-b": 1 })"#;
const SUB: &str = r#""a": Process(component: "./x.ron")"#;

/// Processes, what a connector has more, the rest of the graph, and what is said of it.
const NOT_CARRIED: [(&str, &str, &str, &str); 17] = [
    (TWO, "capacity: 9", "", "the capacity of a.out -> b.in"),
    (
        TWO,
        "when_full: drop_oldest",
        "",
        "what to do when full of a.out -> b.in",
    ),
    (TWO, "note: \"x\"", "", "the note of a.out -> b.in"),
    (
        TWO,
        "meta: { \"x\": 1 }",
        "",
        "the meta data of a.out -> b.in",
    ),
    (
        TWO,
        "",
        r#"groups: [Group(name: "g", processes: ["a"])]"#,
        "the members of `g`",
    ),
    (
        TWO,
        "",
        r#"meta: { "x y": "z" }"#,
        "what stands in the head of `x y`",
    ),
    (
        TWO,
        "",
        r#"description: "two\nlines""#,
        "the head of `description`",
    ),
    (
        TWO,
        "",
        r#"inports: { "x": "b.in[1]" }"#,
        "the exported port of `x`",
    ),
    (
        TWO,
        "",
        r#"layout: { "a": (1.5, 2) }"#,
        "rounded to whole numbers",
    ),
    (TWO, "", r#"layout: { "a": (-8, 2) }"#, "moved by (8, 0)"),
    (TWO, "", r#"layout: { "z": (1, 2) }"#, "the place of z"),
    (TWO, "", "groups: [ // why\n]", "1 comment"),
    (SUB, "", "", "`./x.ron` of `a` is called `x`"),
    ("\"a\": Process()", "", "", "`a` has no component"),
    (NOTED, "", "", "of `a` (`note`)"),
    (ENDLESS, "", "", "of `a.v`"),
    (HYPHEN, "", "", "`a-b` is written with `_`"),
];

/// Each thing that the flowbased dialect has no place for is said, alone.
#[test]
fn what_cannot_be_carried_is_said() {
    for (processes, more, rest, said) in NOT_CARRIED {
        let connector = if more.is_empty() {
            String::new()
        } else {
            format!("Connector(from: \"a.out\", to: \"b.in\", {more})")
        };
        let graph = crate::testing::graph(&format!(
            "Graph(processes: {{ {processes} }}, connectors: [{connector}], {rest})"
        ));
        let notices = write_fbp(&graph, Dialect::Flowbased).notices;
        let [notice] = &notices[..] else {
            panic!("one thing should be said of `{said}`: {notices:?}");
        };
        assert!(
            notice.message.contains(said),
            "`{said}` is not in {notice:?}"
        );
    }
}

#[test]
fn other_dialect_and_json_say_what_they_cannot() {
    let graph = crate::testing::graph(
        r#"Graph(processes: { // why
            "a": Process(component: "core/Kick", iips: { "value": 3, "more": NaN }, on_error: retry),
        }, connectors: [Connector(from: "a.out", to: "b.in")])"#,
    );
    let said = |exported: Exported| -> Vec<String> {
        exported
            .notices
            .into_iter()
            .map(|notice| notice.message)
            .collect()
    };
    assert_eq!(
        said(write_fbp(&graph, Dialect::Morrison)),
        [
            "left out: the type (every value is text there) of `a.value`, `a.more`",
            "left out: `a.out -> b.in`, which leads to no process",
            "left out: 1 comment",
        ]
    );
    assert_eq!(
        said(write_json(&graph)),
        [
            "left out: a value that JSON does not know (infinite, no number, opaque; null instead) of `a.more`",
            "left out: 1 comment",
        ]
    );
}
