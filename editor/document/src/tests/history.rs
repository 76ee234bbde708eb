//! Steps: what undo takes back, what becomes one step, what counts as saved and as deployed.

use crate::action::{Action, Deletion, GestureId, ProcessField, Select};
use crate::document::Document;
use crate::target::Target;
use crate::testing::{end, name, names, sketch, wire};
use millstream_graph::Position;

fn row() -> Document {
    sketch(
        &["a core/Kick", "b core/Repeat", "c core/Drop"],
        &["a.out -> b.in", "b.out -> c.in"],
    )
}

fn move_to(process: &str, x: f64) -> Action {
    Action::Move {
        processes: vec![(name(process), Position { x, y: 0.0 })],
        notes: Vec::new(),
    }
}

fn delete(process: &str) -> Action {
    Action::Delete {
        targets: vec![Target::Process(name(process))],
        deletion: Deletion::Cut,
    }
}

fn label(process: &str, text: &str) -> Action {
    Action::SetField {
        processes: names(&[process]),
        field: ProcessField::Label(text.to_owned()),
    }
}

#[test]
fn drag_is_one_step_however_far_it_goes() {
    let mut document = row();
    let drag = GestureId(1);
    for x in 1..500 {
        let step = move_to("a", f64::from(x));
        document
            .apply(Action::Gesture(drag, Box::new(step)))
            .unwrap();
    }
    assert_eq!(document.steps().collect::<Vec<_>>(), ["Move a"]);
    assert!(document.history.done[0].weight <= 1);
    let next = Action::Gesture(GestureId(2), Box::new(move_to("a", 0.0)));
    document.apply(next).unwrap();
    assert_eq!(document.steps_done(), 2);
    document.apply(Action::JumpTo(0)).unwrap();
    assert_eq!(document.graph(), row().graph());
    document.apply(Action::JumpTo(1)).unwrap();
    assert_eq!(document.position(&name("a")), Position { x: 499.0, y: 0.0 });
}

#[test]
fn typing_is_one_step_and_a_first_letter_is_taken_back_too() {
    let mut document = row();
    let typing = GestureId(1);
    for text in ["m", "mi", "mil", "mill"] {
        let step = label("b", text);
        document
            .apply(Action::Gesture(typing, Box::new(step)))
            .unwrap();
    }
    assert_eq!(document.steps_done(), 1);
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.graph(), row().graph());
    document.apply(Action::Redo).unwrap();
    assert_eq!(
        document.process(&name("b")).unwrap().label.as_deref(),
        Some("mill")
    );
}

#[test]
fn cancelled_gesture_leaves_nothing_behind() {
    let mut document = row();
    let drag = GestureId(9);
    for x in [5.0, 6.0] {
        let step = move_to("a", x);
        document
            .apply(Action::Gesture(drag, Box::new(step)))
            .unwrap();
    }
    document.apply(Action::CancelGesture(drag)).unwrap();
    assert_eq!(document.graph(), row().graph());
    assert_eq!(document.steps().count(), 0);
    assert!(document.is_saved());
    // A second time there is nothing of it any more.
    document.apply(Action::CancelGesture(drag)).unwrap();
}

#[test]
fn undo_restores_what_was_selected_and_the_very_connectors() {
    let mut document = row();
    let id = wire(&document, "a.out -> b.in");
    let selected = vec![Target::Wire(id), Target::Process(name("b"))];
    document
        .apply(Action::Select(Select::Only(selected.clone())))
        .unwrap();
    document.apply(delete("b")).unwrap();
    assert!(document.selection().is_empty());
    assert_eq!(document.wire(id), None);
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.wire(id).unwrap().to_string(), "a.out -> b.in");
    assert!(
        selected
            .iter()
            .all(|target| document.selection().contains(target))
    );
    assert_eq!(document.redo_name(), Some("Delete b"));
    document.apply(label("a", "x")).unwrap();
    assert_eq!(document.redo_name(), None);
}

#[test]
fn nothing_that_changes_nothing_is_a_step() {
    let mut document = row();
    document.apply(move_to("a", 0.0)).unwrap();
    document.apply(label("a", "")).unwrap();
    let text = document.text();
    document.apply(Action::ReplaceText(text)).unwrap();
    assert_eq!(document.steps().count(), 0);
    assert_eq!(
        document.apply(Action::Undo).unwrap_err().reason,
        "there is nothing to undo"
    );
}

#[test]
fn saved_is_what_has_the_same_content_however_it_came_about() {
    let mut document = row();
    document.mark_deployed();
    assert!(document.is_saved() && document.is_deployed());
    document.apply(move_to("a", 70.0)).unwrap();
    assert!(!document.is_saved() && document.is_deployed());
    document.apply(move_to("a", 0.0)).unwrap();
    assert!(document.is_saved());
    document.apply(delete("c")).unwrap();
    assert!(!document.is_saved() && !document.is_deployed());
    document.mark_saved();
    document.apply(Action::Undo).unwrap();
    assert!(!document.is_saved() && document.is_deployed());
    document.apply(Action::Redo).unwrap();
    assert!(document.is_saved());
}

#[test]
fn order_counts_for_a_file_and_not_for_a_run() {
    let mut document = row();
    document.mark_deployed();
    let cut = wire(&document, "a.out -> b.in");
    let targets = vec![Target::Wire(cut)];
    document
        .apply(Action::Delete {
            targets,
            deletion: Deletion::Cut,
        })
        .unwrap();
    let (from, to) = (end("a.out"), end("b.in"));
    document
        .apply(Action::ConnectProcesses {
            from: from.process,
            to: to.process,
        })
        .unwrap();
    assert!(!document.is_saved());
    assert!(document.is_deployed());
}

#[test]
fn text_is_replaced_as_one_step_and_connectors_stay_themselves() {
    let mut document = row();
    let kept = wire(&document, "b.out -> c.in");
    let text = document
        .text()
        .replace("Connector(from: \"a.out\", to: \"b.in\"),", "");
    document.apply(Action::ReplaceText(text)).unwrap();
    assert_eq!(document.wire(kept).unwrap().to_string(), "b.out -> c.in");
    assert_eq!(document.wires().count(), 1);
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.wires().nth(1).unwrap().0, kept);
    assert_eq!(document.text(), row().text());
    let refused = document
        .apply(Action::ReplaceText("Graph(".to_owned()))
        .unwrap_err();
    assert!(refused.range.is_some());
}

#[test]
fn typing_in_the_text_is_one_step_that_holds_one_graph() {
    let mut document = row();
    let ids: Vec<_> = document.wires().map(|(id, _)| id).collect();
    let start = document
        .text()
        .replace("Connector(from: \"b.out\", to: \"c.in\"),", "");
    for written in ["m", "mi", "mil", "mill"] {
        let text = start.replace("processes: {", &format!("name: {written:?}, processes: {{"));
        let step = Action::ReplaceText(text);
        document
            .apply(Action::Gesture(GestureId(4), Box::new(step)))
            .unwrap();
    }
    assert_eq!(document.steps_done(), 1);
    let graph = row();
    let entries = graph.graph().processes.len() + graph.graph().layout.len() + 2;
    assert_eq!(document.history.done[0].weight, entries);
    document.apply(Action::Undo).unwrap();
    assert_eq!(document.text(), row().text());
    assert_eq!(document.wires().map(|(id, _)| id).collect::<Vec<_>>(), ids);
    document.apply(Action::Redo).unwrap();
    assert_eq!(
        (document.graph().name.as_str(), document.wires().count()),
        ("mill", 1)
    );
}

#[test]
fn history_is_bounded() {
    let mut document = row();
    for x in 1..=1100 {
        document.apply(move_to("a", f64::from(x))).unwrap();
    }
    assert_eq!(document.steps_done(), 1000);
    while document.apply(Action::Undo).is_ok() {}
    assert_eq!(document.position(&name("a")), Position { x: 100.0, y: 0.0 });
}
