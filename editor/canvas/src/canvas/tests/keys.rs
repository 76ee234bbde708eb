//! A graph made without a pointer.

use egui::{Event, Key};
use millstream_document::{Action, Direction, Select, Target};

use super::{Hand, small};
use crate::{Command, Purpose, Request};

fn select(hand: &mut Hand<'_>, name: &str) {
    let target = Target::Process(name.parse().unwrap());
    let action = Action::Select(Select::Only(vec![target]));
    hand.harness.state_mut().document.apply(action).unwrap();
    hand.rest();
}

fn type_letter(hand: &mut Hand<'_>, port: &str) {
    let connect = hand.canvas().connect.as_ref().expect("connect mode is on");
    let mut all = connect.candidates.iter();
    let hint = all
        .find(|candidate| candidate.name == port)
        .unwrap()
        .hint
        .clone();
    for letter in hint.chars() {
        hand.harness.event(Event::Text(letter.to_string()));
    }
    hand.rest();
}

#[test]
fn ports_are_connected_by_letters() {
    let mut hand = small();
    hand.command(Command::Connect);
    assert!(hand.canvas().takes_keys());
    type_letter(&mut hand, "spare.out");
    type_letter(&mut hand, "show.in");
    let made = hand
        .document()
        .graph()
        .connectors
        .last()
        .unwrap()
        .to_string();
    assert_eq!(made, "spare.out -> show.in");
    assert!(!hand.canvas().takes_keys());
}

#[test]
fn selected_process_with_one_free_port_asks_only_for_the_target() {
    let mut hand = small();
    select(&mut hand, "spare");
    hand.command(Command::Connect);
    for text in ["/", "sho"] {
        hand.harness.event(Event::Text(text.to_owned()));
    }
    hand.rest();
    hand.harness.key_press(Key::Enter);
    hand.rest();
    let made = hand
        .document()
        .graph()
        .connectors
        .last()
        .unwrap()
        .to_string();
    assert_eq!(made, "spare.out -> show.in");
}

#[test]
fn escape_ends_connect_mode() {
    let mut hand = small();
    hand.command(Command::Connect);
    hand.harness.key_press(Key::Escape);
    hand.rest();
    assert!(!hand.canvas().takes_keys() && hand.edits().is_empty());
}

#[test]
fn arrows_go_from_process_to_process_and_move_them() {
    let mut hand = small();
    select(&mut hand, "read");
    hand.command(Command::Nearest(Direction::Right));
    assert_eq!(hand.selected(), ["parse"]);
    let name = "parse".parse().unwrap();
    let before = hand.document().position(&name);
    hand.command(Command::Move(Direction::Down));
    let after = hand.document().position(&name);
    assert!((after.y - before.y - 10.0).abs() < 1e-6);
}

#[test]
fn ports_are_gone_through_and_given_values() {
    let mut hand = small();
    select(&mut hand, "show");
    hand.command(Command::NextAround);
    let port = hand.document().selection().port().cloned();
    assert_eq!(port.unwrap().end.to_string(), "show.in");
    hand.command(Command::EditValue);
    hand.harness.event(Event::Text("true".to_owned()));
    hand.rest();
    hand.harness.key_press(Key::Enter);
    hand.rest();
    let show = hand.document().process(&"show".parse().unwrap()).unwrap();
    assert_eq!(show.iips.len(), 1);
}

#[test]
fn add_knows_what_is_selected() {
    let mut hand = small();
    let purpose = |hand: &mut Hand<'_>| {
        hand.command(Command::Add);
        match hand.requests().pop() {
            Some(Request::Add(place)) => place.purpose,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(purpose(&mut hand), Purpose::Alone);
    select(&mut hand, "read");
    assert_eq!(purpose(&mut hand), Purpose::AfterSelection);
    let id = hand.document().wires().next().unwrap().0;
    let action = Action::Select(Select::Only(vec![Target::Wire(id)]));
    hand.harness.state_mut().document.apply(action).unwrap();
    assert_eq!(purpose(&mut hand), Purpose::OnWire(id));
}

#[test]
fn settings_are_shown_and_hidden() {
    let mut hand = small();
    select(&mut hand, "parse");
    hand.command(Command::ToggleSettings);
    hand.at("input parse.pattern");
    hand.command(Command::ToggleSettings);
    let card = hand
        .canvas()
        .scene
        .card_of(&"parse".parse().unwrap())
        .unwrap();
    assert_eq!(hand.canvas().scene.cards[card].hidden, 2);
}
