//! Every gesture of the pointer.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use millstream_document::{Action, ConnectMode, PortAt, Side};

use super::{hand, small};
use crate::testing::open;
use crate::{Purpose, Request};

const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const NONE: Modifiers = Modifiers::NONE;

#[test]
fn click_selects_one_and_with_keys_more() {
    let mut hand = small();
    let (read, parse) = (hand.at("process read"), hand.at("process parse"));
    hand.click(read, NONE);
    assert_eq!(hand.selected(), ["read"]);
    hand.click(parse, SHIFT);
    assert_eq!(hand.selected(), ["read", "parse"]);
    hand.click(read, Modifiers::COMMAND);
    assert_eq!(hand.selected(), ["parse"]);
    let wire = hand.at("wire read.out to parse.in");
    hand.click(wire, NONE);
    assert_eq!(hand.selected(), ["read.out -> parse.in"]);
    hand.click(Pos2::new(60.0, 560.0), NONE);
    assert!(hand.selected().is_empty());
}

#[test]
fn box_takes_what_it_encloses_rightwards_and_what_it_touches_leftwards() {
    let mut hand = small();
    let read = hand.rect("process read");
    let corner = read.left_top() - Vec2::splat(30.0);
    // Through the middle of parse: read is enclosed, parse is touched.
    let far = Pos2::new(hand.rect("process parse").center().x, read.bottom() + 60.0);
    hand.drag(corner, far, NONE);
    assert_eq!(hand.selected(), ["read", "read.out -> parse.in"]);
    hand.drag(far, corner, NONE);
    assert_eq!(hand.selected()[..2], ["read", "parse"]);
}

#[test]
fn dragged_process_snaps_to_its_neighbours_and_is_one_step() {
    let mut hand = small();
    let from = hand.at("process spare");
    // Four points off the column of `parse`, far from its row.
    hand.drag(from, from + Vec2::new(284.0, 97.0), NONE);
    let name = "spare".parse().unwrap();
    let at = hand.document().position(&name);
    assert!((at.x - 440.0).abs() < 0.1, "{at:?}");
    assert_eq!(hand.document().steps_done(), 1);
    assert_eq!(hand.selected(), ["spare"]);
}

#[test]
fn all_that_is_selected_moves_along() {
    let mut hand = small();
    let (show, text) = (hand.at("process show"), hand.at("process text"));
    hand.click(show, NONE);
    hand.click(text, SHIFT);
    hand.drag(show, show + Vec2::new(0.0, -40.0), NONE);
    for name in ["show", "text"] {
        let at = hand.document().position(&name.parse().unwrap());
        assert!((at.y - 260.0).abs() < 0.1, "{name}: {at:?}");
    }
}

#[test]
fn escape_leaves_nothing_of_a_drag() {
    let mut hand = small();
    let from = hand.at("process spare");
    hand.pull(from, from + Vec2::new(60.0, 60.0), NONE);
    hand.harness.key_press(Key::Escape);
    hand.rest();
    hand.release(from + Vec2::new(60.0, 60.0), NONE);
    assert_eq!(hand.document().steps_done(), 0);
    let from = hand.at("output spare.out");
    let open = from + Vec2::new(80.0, 120.0);
    hand.pull(from, open, NONE);
    hand.harness.key_press(Key::Escape);
    hand.rest();
    hand.release(open, NONE);
    assert!(
        !hand
            .requests()
            .iter()
            .any(|request| matches!(request, Request::Add(_)))
    );
}

#[test]
fn wire_is_drawn_from_either_end() {
    for (from, to) in [
        ("output spare.out", "input show.in"),
        ("input show.in", "output spare.out"),
    ] {
        let mut hand = small();
        let (from, to) = (hand.at(from), hand.at(to));
        hand.drag(from, to, NONE);
        assert_eq!(hand.document().graph().connectors.len(), 3);
        let made = hand.document().graph().connectors[2].to_string();
        assert_eq!(made, "spare.out -> show.in");
    }
}

#[test]
fn refused_wire_says_why_and_opens_no_palette() {
    let mut hand = small();
    let (from, to) = (hand.at("output spare.out"), hand.at("input text.in"));
    hand.drag(from, to, NONE);
    let requests = hand.requests();
    let [Request::Refused(reason)] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert!(reason.contains("no implicit conversion"), "{reason}");
}

#[test]
fn alt_makes_the_wire_anyway() {
    let mut hand = small();
    let (from, to) = (hand.at("output spare.out"), hand.at("input text.in"));
    hand.pull(from, to, NONE);
    hand.hold(ALT);
    hand.release(to, ALT);
    let edits = hand.edits();
    assert!(
        matches!(
            &edits[..],
            [Action::Connect {
                mode: ConnectMode::Anyway,
                ..
            }]
        ),
        "{edits:?}"
    );
    assert!(hand.canvas().scene.wires[2].broken.is_some());
}

#[test]
fn offer_is_taken_by_enter_or_on_its_chip() {
    let mut hand = small();
    let (from, to) = (hand.at("output spare.out"), hand.at("input text.in"));
    hand.pull(from, to, NONE);
    hand.harness.key_press(Key::Enter);
    hand.rest();
    hand.release(to, NONE);
    assert!(matches!(&hand.edits()[..], [Action::ConnectThrough { .. }]));

    let mut hand = small();
    hand.pull(from, to, NONE);
    let chip = hand.canvas().chip.expect("the refusal is shown");
    hand.move_to(chip.center());
    hand.move_to(chip.center());
    hand.release(chip.center(), NONE);
    assert!(matches!(&hand.edits()[..], [Action::ConnectThrough { .. }]));
}

#[test]
fn wire_dropped_in_the_open_asks_for_components_that_fit() {
    let mut hand = small();
    let from = hand.at("output spare.out");
    let open = from + Vec2::new(60.0, 130.0);
    hand.drag(from, open, NONE);
    let requests = hand.requests();
    let [Request::Add(place)] = &requests[..] else {
        panic!("{requests:?}");
    };
    let port = PortAt::writing("spare.out".parse().unwrap());
    assert_eq!(place.purpose, Purpose::From(port));
    assert_eq!(place.on_screen, open);
}

#[test]
fn shift_drag_moves_the_wires_of_a_port() {
    let mut hand = small();
    let (from, to) = (hand.at("input parse.in"), hand.at("input text.in"));
    hand.drag(from, to, SHIFT);
    let edits = hand.edits();
    let [Action::MoveEnds { wires, to, .. }] = &edits[..] else {
        panic!("{edits:?}");
    };
    assert_eq!(
        (wires.len(), to.side, to.end.to_string()),
        (1, Side::In, "text.in".to_owned())
    );
}

#[test]
fn knife_cuts_wires_with_alt_or_x() {
    for with_key in [false, true] {
        let mut hand = small();
        let wire = hand.at("wire read.out to parse.in");
        let (above, below) = (wire - Vec2::new(0.0, 60.0), wire + Vec2::new(0.0, 60.0));
        if with_key {
            hand.harness.key_down(Key::X);
            hand.rest();
            hand.drag(above, below, NONE);
        } else {
            hand.drag(above, below, ALT);
        }
        let left: Vec<String> = hand
            .document()
            .graph()
            .connectors
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(left, ["parse.out -> keep.in"], "by key: {with_key}");
    }
}

#[test]
fn process_dropped_on_a_wire_goes_into_it() {
    let text = r#"Graph(format: 1, processes: {
        "a": Process(component: "test/Records"), "b": Process(component: "console/Output"),
        "filter": Process(component: "core/Filter"),
    }, connectors: [Connector(from: "a.out", to: "b.in")],
    layout: { "a": (60, 60), "b": (760, 60), "filter": (400, 350) })"#;
    let mut hand = hand(open(text));
    let from = hand.at("process filter");
    let wire = hand.at("wire a.out to b.in");
    hand.pull(from, wire, NONE);
    assert!(hand.canvas().gesture != crate::gesture::Gesture::Rest);
    hand.release(wire, NONE);
    let edits = hand.edits();
    assert!(matches!(&edits[..], [Action::InsertOnWire(_)]), "{edits:?}");
    let wires: Vec<String> = hand
        .document()
        .graph()
        .connectors
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        wires.contains(&"a.out -> filter.in".to_owned()),
        "{wires:?}"
    );
}

#[test]
fn alt_over_a_wire_only_moves() {
    let mut hand = small();
    let from = hand.at("process spare");
    let wire = hand.at("wire read.out to parse.in");
    hand.pull(from, wire, NONE);
    hand.hold(ALT);
    hand.move_to(wire + Vec2::new(1.0, 0.0));
    hand.release(wire, ALT);
    assert!(matches!(&hand.edits()[..], [Action::Move { .. }]));
}

#[test]
fn bends_are_made_moved_and_removed() {
    let mut hand = small();
    let wire = hand.at("wire read.out to parse.in");
    hand.double_click(wire);
    let id = hand.document().wires().next().unwrap().0;
    assert_eq!(hand.document().bends(id).len(), 1);
    hand.harness.run_steps(40);
    hand.drag(wire, wire + Vec2::new(0.0, 80.0), NONE);
    let bends = hand.document().bends(id);
    assert!(
        bends.len() == 1 && bends[0].y > f64::from(wire.y) + 60.0,
        "{bends:?}"
    );
    hand.double_click(wire + Vec2::new(0.0, 80.0));
    assert!(hand.document().bends(id).is_empty());
}

#[test]
fn dragged_wire_bends() {
    let mut hand = small();
    let wire = hand.at("wire read.out to parse.in");
    hand.drag(wire, wire + Vec2::new(0.0, 90.0), NONE);
    let id = hand.document().wires().next().unwrap().0;
    assert_eq!(hand.document().bends(id).len(), 1);
}

#[test]
fn double_click_in_the_open_adds_and_on_a_title_opens() {
    let mut hand = small();
    let open = Pos2::new(60.0, 540.0);
    hand.double_click(open);
    let requests = hand.requests();
    assert!(
        requests.iter().any(
            |request| matches!(request, Request::Add(place) if place.purpose == Purpose::Alone)
        ),
        "{requests:?}"
    );
    hand.harness.run_steps(40);
    let title = hand.rect("process parse").center_top() + Vec2::new(0.0, 16.0);
    hand.double_click(title);
    assert!(
        hand.requests()
            .contains(&Request::Open("parse".parse().unwrap()))
    );
}

#[test]
fn value_is_typed_on_a_free_port() {
    let mut hand = small();
    let port = hand.at("input show.in");
    hand.click(port, NONE);
    hand.harness.event(Event::Text("42".to_owned()));
    hand.rest();
    hand.harness.key_press(Key::Enter);
    hand.rest();
    let show = hand.document().process(&"show".parse().unwrap()).unwrap();
    let value = show
        .iips
        .values()
        .next()
        .and_then(|value| value.to_json().ok());
    assert_eq!(value.as_deref(), Some("42"));
    assert!(!hand.canvas().takes_keys());
}

#[test]
fn value_field_is_dropped_by_escape_and_comes_back_when_refused() {
    let mut hand = small();
    let port = hand.at("input show.in");
    hand.click(port, NONE);
    hand.harness.event(Event::Text("42".to_owned()));
    hand.rest();
    hand.harness.key_press(Key::Escape);
    hand.rest();
    assert!(hand.edits().is_empty() && !hand.canvas().takes_keys());
    let desk = hand.harness.state_mut();
    let port = "show.in".parse().unwrap();
    desk.canvas
        .refuse_value(port, "4 2".to_owned(), "this is no value".to_owned());
    hand.rest();
    assert!(hand.canvas().takes_keys());
}

#[test]
fn settings_open_by_a_click_on_their_row() {
    let mut hand = small();
    let card = hand
        .canvas()
        .scene
        .card_of(&"parse".parse().unwrap())
        .unwrap();
    let row = hand.canvas().scene.cards[card].more().unwrap();
    let row = hand.canvas().camera().screen_from_graph(row.center());
    hand.click(row, NONE);
    hand.at("input parse.pattern");
}

#[test]
fn secondary_click_selects_and_asks_for_a_menu() {
    let mut hand = small();
    let at = hand.at("process parse");
    hand.move_to(at);
    hand.button(at, PointerButton::Secondary, true, NONE);
    hand.button(at, PointerButton::Secondary, false, NONE);
    hand.rest();
    assert_eq!(hand.selected(), ["parse"]);
    assert!(hand.requests().iter().any(|request| matches!(
        request,
        Request::Menu {
            target: Some(_),
            ..
        }
    )));
}

#[test]
fn alt_and_secondary_drag_connects_processes() {
    let mut hand = small();
    let (from, to) = (hand.at("process spare"), hand.at("process show"));
    hand.hold(ALT);
    hand.move_to(from);
    hand.button(from, PointerButton::Secondary, true, ALT);
    for share in [0.3, 0.7, 1.0, 1.0] {
        hand.move_to(from.lerp(to, share));
    }
    hand.button(to, PointerButton::Secondary, false, ALT);
    hand.rest();
    assert!(matches!(
        &hand.edits()[..],
        [Action::ConnectProcesses { .. }]
    ));
}

#[test]
fn group_is_dragged_by_its_name_with_its_members() {
    let text = r#"Graph(format: 1, processes: {
        "a": Process(component: "test/Records"), "b": Process(component: "console/Output"),
    }, groups: [Group(name: "both", processes: ["a", "b"])],
    layout: { "a": (160, 160), "b": (460, 160) })"#;
    let mut hand = hand(open(text));
    let head = hand.rect("group both");
    let from = head.left_center() + Vec2::new(40.0, 0.0);
    hand.drag(from, from + Vec2::new(0.0, 100.0), NONE);
    for name in ["a", "b"] {
        let at = hand.document().position(&name.parse().unwrap());
        assert!((at.y - 260.0).abs() < 0.1, "{name}: {at:?}");
    }
}
