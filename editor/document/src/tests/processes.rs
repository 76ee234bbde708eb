//! Processes: adding, naming, values, replacing, copying, groups and notes, places.

use crate::action::{Action, Add, Alignment, Axis, GroupChange, Pin, ProcessField, Select, Wiring};
use crate::document::Document;
use crate::refusal::Notice;
use crate::selection::PortAt;
use crate::target::Target;
use crate::testing::{component, end, name, names, sketch, wires};
use millstream_graph::Position;

fn row() -> Document {
    sketch(
        &[
            "read file/ReadLines iips: {\"path\": \"a\"}",
            "trim text/Trim",
            "show console/Output",
        ],
        &["read.out -> trim.in", "trim.out -> show.in"],
    )
}

fn select(document: &mut Document, processes: &[&str]) {
    let targets = names(processes).into_iter().map(Target::Process);
    document
        .apply(Action::Select(Select::Only(targets.collect())))
        .unwrap();
}

fn type_value(document: &mut Document, port: &str, text: &str) -> Result<String, String> {
    let (port, text) = (end(port), text.to_owned());
    match document.apply(Action::TypeValue { port, text }) {
        Ok(applied) => Ok(applied.step.unwrap_or_default()),
        Err(refused) => Err(format!("{} {:?}", refused.reason, refused.range)),
    }
}

#[test]
fn added_process_is_named_placed_and_wired_behind_the_selection() {
    let mut document = sketch(&["read file/ReadLines"], &[]);
    select(&mut document, &["read"]);
    for _ in 0..2 {
        let add = Add {
            component: Some(component("text/Trim")),
            at: None,
            wiring: Wiring::AfterSelection,
        };
        document.apply(Action::Add(add)).unwrap();
    }
    assert_eq!(
        wires(&document),
        ["read.out -> trim.in", "trim.out -> trim_2.in"]
    );
    assert_eq!(document.selection().one_process(), Some(&name("trim_2")));
    let rects = ["read", "trim", "trim_2"].map(|text| document.rect(&name(text)));
    assert!(rects[0].max.x < rects[1].min.x && rects[1].max.x < rects[2].min.x);
}

#[test]
fn process_behind_a_taken_port_goes_on_its_connector_or_says_why_not() {
    let mut document = row();
    let add = |document: &mut Document, text: &str| {
        select(document, &["read"]);
        let add = Add {
            component: Some(component(text)),
            at: None,
            wiring: Wiring::AfterSelection,
        };
        document.apply(Action::Add(add)).unwrap()
    };
    let mut taken = sketch(
        &["read core/Kick", "show core/Drop"],
        &["read.out -> show.in"],
    );
    let applied = add(&mut taken, "core/Repeat");
    assert_eq!(
        applied.step.unwrap(),
        "Insert core/Repeat on read.out -> show.in"
    );
    assert_eq!(
        wires(&taken),
        ["read.out -> repeat.in", "repeat.out -> show.in"]
    );
    // What failed is not what one goes on with, and a kick takes no data.
    let applied = add(&mut document, "core/Kick");
    assert_eq!(applied.step.unwrap(), "Add core/Kick");
    assert_eq!(applied.notices.len(), 1);
}

#[test]
fn process_from_a_dragged_port_is_wired_by_a_data_port() {
    let mut document = row();
    let add = Add {
        component: Some(component("text/Regex")),
        at: None,
        wiring: Wiring::To {
            end: PortAt::reading(end("show.in")),
            port: None,
        },
    };
    document.apply(Action::Add(add)).unwrap();
    // `out` sends records, which `show` does not take.
    assert_eq!(wires(&document)[2], "regex.rejected -> show.in");
}

#[test]
fn typed_values_are_ron_with_bare_words_for_text() {
    let mut document = sketch(&["read file/ReadLines", "sum data/Aggregate"], &[]);
    let value = |document: &Document, port: &str| {
        let port = end(port);
        let value = &document.process(&port.process).unwrap().iips[&port.key()];
        millstream_graph::file::write_value(value)
    };
    assert_eq!(
        type_value(&mut document, "read.path", "access.log").unwrap(),
        "Set read.path to \"access.log\""
    );
    type_value(&mut document, "read.path", "12").unwrap();
    assert_eq!(value(&document, "read.path"), "\"12\"");
    type_value(&mut document, "sum.by", "[\"a\", \"b\"]").unwrap();
    assert_eq!(value(&document, "sum.by"), "[\"a\", \"b\"]");
    assert_eq!(
        type_value(&mut document, "sum.by", "[\"a\", oops]").unwrap_err(),
        "`oops` is no value; text stands in quotes: \"oops\" Some(6..10)"
    );
    assert_eq!(
        type_value(&mut document, "sum.by", "7").unwrap_err(),
        "`by` is 7, but must be list Some(0..1)"
    );
    assert!(type_value(&mut document, "read.path", "\"open").is_err());
}

#[test]
fn rename_goes_everywhere_and_offers_what_is_legal() {
    let mut document = row();
    let rename = |to: &str| Action::Rename {
        process: name("trim"),
        to: to.to_owned(),
    };
    document.apply(rename("strip")).unwrap();
    assert_eq!(
        wires(&document),
        ["read.out -> strip.in", "strip.out -> show.in"]
    );
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.graph(), row().graph());
    let refused = document.apply(rename("strip it")).unwrap_err();
    assert_eq!(refused.offer.unwrap().label, "Call it strip_it");
    assert!(document.apply(rename("read")).is_err());
}

#[test]
fn replaced_process_keeps_the_wires_that_fit() {
    let mut document = sketch(
        &[
            "read file/ReadLines",
            "parse text/Regex iips: {\"pattern\": \"x\"}",
            "drop core/Drop",
            "bad core/Drop",
        ],
        &[
            "read.out -> parse.in",
            "parse.out -> drop.in",
            "parse.rejected -> bad.in",
        ],
    );
    let plan = document
        .replacement(&name("parse"), &component("text/Trim"))
        .unwrap();
    let lost: Vec<String> = plan.lost().map(|mapping| mapping.old.to_string()).collect();
    assert_eq!(lost, ["pattern", "rejected"]);
    let action = Action::Replace {
        process: name("parse"),
        component: component("text/Trim"),
    };
    let applied = document.apply(action).unwrap();
    assert_eq!(
        wires(&document),
        ["read.out -> parse.in", "parse.out -> drop.in"]
    );
    let (from, to) = (end("parse.rejected"), end("bad.in"));
    assert_eq!(
        applied.notices,
        [
            Notice::Unwired { from, to },
            Notice::Unset(end("parse.pattern"))
        ]
    );
}

#[test]
fn copy_and_paste_keep_inner_wires_and_report_new_names() {
    let mut document = row();
    select(&mut document, &["read", "trim"]);
    let text = document.apply(Action::Copy).unwrap().clipboard.unwrap();
    insta::assert_snapshot!(text, @r#"
    Graph(
        format: 1,
        processes: {
            "read": Process(component: "file/ReadLines", iips: { "path": "a" }),
            "trim": Process(component: "text/Trim"),
        },
        connectors: [
            Connector(from: "read.out", to: "trim.in"),
        ],
        layout: {
            "read": (0, 0),
            "trim": (260, 0),
        },
    )
    "#);
    let at = Some(Position { x: 10.0, y: 500.0 });
    let applied = document.apply(Action::Paste { text, at }).unwrap();
    assert_eq!(wires(&document)[2], "read_2.out -> trim_2.in");
    assert_eq!(
        document.position(&name("trim_2")),
        Position { x: 270.0, y: 500.0 }
    );
    let told: Vec<String> = applied.notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`read` is now called `read_2`",
            "`trim` is now called `trim_2`"
        ]
    );
    let (text, at) = ("no graph".to_owned(), None);
    let refused = document.apply(Action::Paste { text, at }).unwrap_err();
    assert!(
        refused.reason.starts_with("this text holds no graph: "),
        "{refused}"
    );
}

#[test]
fn cut_takes_groups_along() {
    let mut document = row();
    let (processes, group_name) = (names(&["read", "trim"]), "in".to_owned());
    document
        .apply(Action::Group {
            processes,
            name: group_name,
        })
        .unwrap();
    let text = document.apply(Action::Cut).unwrap().clipboard.unwrap();
    assert_eq!(document.graph().processes.len(), 1);
    assert_eq!(document.groups().count(), 0);
    document.apply(Action::Paste { text, at: None }).unwrap();
    assert_eq!(
        document.groups().next().unwrap().1.processes,
        names(&["read", "trim"])
    );
}

#[test]
fn group_goes_with_its_last_member() {
    let mut document = row();
    let (processes, group_name) = (names(&["read"]), "in".to_owned());
    document
        .apply(Action::Group {
            processes,
            name: group_name,
        })
        .unwrap();
    let group = document.groups().next().unwrap().0;
    let change = GroupChange::Leave(names(&["read"]));
    document
        .apply(Action::ChangeGroup { group, change })
        .unwrap();
    assert_eq!(
        (document.groups().count(), document.notes().count()),
        (0, 0)
    );
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.groups().next().unwrap().0, group);
}

#[test]
fn note_is_a_group_without_members() {
    let mut document = row();
    let (text, at) = ("the mill".to_owned(), Position { x: 5.0, y: 7.5 });
    document.apply(Action::AddNote { text, at }).unwrap();
    let note = document.notes().next().unwrap();
    assert_eq!((note.text, note.at), ("the mill", at));
    let notes = vec![(note.id, Position { x: 1.0, y: 2.0 })];
    document
        .apply(Action::Move {
            processes: Vec::new(),
            notes,
        })
        .unwrap();
    let entry =
        r#"Group(name: "", processes: [], note: "the mill", meta: { "place": [1.0, 2.0] })"#;
    assert!(document.text().contains(entry), "{}", document.text());
}

#[test]
fn processes_are_put_in_line_at_equal_gaps_and_pinned_ones_stay() {
    let mut document = row();
    let at = |x: f64, y: f64| Position { x, y };
    let processes = vec![
        (name("trim"), at(300.0, 90.0)),
        (name("show"), at(900.0, 10.0)),
    ];
    document
        .apply(Action::Move {
            processes,
            notes: Vec::new(),
        })
        .unwrap();
    let all = || names(&["read", "trim", "show"]);
    let alignment = Alignment::Top;
    document
        .apply(Action::Align {
            processes: all(),
            alignment,
        })
        .unwrap();
    let axis = Axis::Horizontal;
    document
        .apply(Action::Distribute {
            processes: all(),
            axis,
        })
        .unwrap();
    let rects = all()
        .iter()
        .map(|name| document.rect(name))
        .collect::<Vec<_>>();
    assert!(rects.iter().all(|rect| rect.min.y.abs() < 1e-9));
    let gap = |at: usize| rects[at + 1].min.x - rects[at].max.x;
    assert!((gap(0) - gap(1)).abs() < 1e-9);
    let field = ProcessField::Pin(Pin::Pinned);
    document
        .apply(Action::SetField {
            processes: names(&["show"]),
            field,
        })
        .unwrap();
    document.apply(Action::Arrange(Vec::new())).unwrap();
    assert_eq!(document.rect(&name("show")), rects[2]);
    assert_eq!(document.undo_name(), Some("Arrange all"));
}
