//! What a scene is made of.

use std::collections::HashSet;

use egui::{Pos2, Rect, Vec2};

use super::*;
use crate::testing::{mesh, open, small};

fn scene(document: &Document) -> Scene {
    Scene::new(document, &HashSet::new())
}

#[test]
fn settings_without_use_are_folded() {
    let document = small();
    let name: ProcessName = "parse".parse().unwrap();
    let folded = Card::new(&document, &name, Shown::Needed).unwrap();
    let open = Card::new(&document, &name, Shown::All).unwrap();
    assert_eq!((folded.ins.len(), folded.hidden), (1, 2));
    assert_eq!((open.ins.len(), open.hidden), (3, 0));
    assert!(open.size.y > folded.size.y && folded.has_more);
}

#[test]
fn document_measures_what_the_canvas_draws() {
    let document = small();
    for card in scene(&document).cards {
        let size = document.size(&card.name);
        assert!((size.width - f64::from(card.size.x)).abs() < 1e-3);
        assert!((size.height - f64::from(card.size.y)).abs() < 1e-3);
    }
}

#[test]
fn texts_of_a_card_fit_on_it() {
    let text = r#"Graph(format: 1, processes: { "a_process_with_a_rather_long_name_indeed": Process(
        component: "text/Regex", label: "A label that somebody wrote without looking at the width of the card at all",
        iips: { "pattern": "a pattern that goes on and on and on, and then some more" }) })"#;
    let document = open(text);
    let card = &scene(&document).cards[0];
    let width = crate::measure::text_width(&card.title, crate::theme::Font::Title);
    assert!(width < card.size.x && card.title.ends_with('…'));
    let setting = card
        .ins
        .iter()
        .position(|slot| slot.value.is_some())
        .unwrap();
    assert!(card.rect().contains_rect(card.tag(setting).unwrap()));
}

#[test]
fn rows_of_settings_stand_below_all_other_ports() {
    let document = small();
    let scene = scene(&document);
    let card = &scene.cards[0];
    let (path, out) = (&card.ins[0], &card.outs[0]);
    assert!(path.is_setting && path.offset.y > out.offset.y);
}

#[test]
fn only_what_is_in_sight_is_prepared() {
    let document = mesh(40, 25);
    let mut scene = scene(&document);
    let area = Rect::from_min_size(Pos2::new(2000.0, 1000.0), Vec2::new(1280.0, 760.0));
    let mut seen = scene.look_at(area, 0.35);
    while seen.is_waiting {
        seen = scene.look_at(area, 0.35);
    }
    assert!(seen.cards.len() < 50, "{}", seen.cards.len());
    let ready = scene
        .wires
        .iter()
        .filter(|wire| wire.line().is_some())
        .count();
    assert!(
        ready < scene.wires.len() / 3,
        "{ready} of {}",
        scene.wires.len()
    );
    for &at in &seen.wires {
        assert!(scene.wires[at].way.is_routed);
    }
}

#[test]
fn no_wire_of_a_tidy_graph_crosses_a_card() {
    let document = mesh(8, 5);
    let mut scene = scene(&document);
    while scene.look_at(Rect::EVERYTHING, 0.35).is_waiting {}
    let mut crossed = 0;
    for wire in &scene.wires {
        let line = wire.line().unwrap();
        let ends = [wire.from.card, wire.to.card];
        let others = scene.cards.iter().enumerate();
        let mut others = others.filter(|(at, _)| !ends.contains(&Some(*at)));
        crossed += usize::from(others.any(|(_, card)| line.touches(card.rect().shrink(1.0))));
    }
    assert_eq!(crossed, 0, "of {}", scene.wires.len());
}

#[test]
fn broken_wires_are_known_and_still_drawn() {
    let text = r#"Graph(format: 1, processes: { "a": Process(component: "test/Records"), "b": Process(component: "test/Text") },
        connectors: [Connector(from: "a.out", to: "b.in"), Connector(from: "a.nothing", to: "gone.in")],
        layout: { "a": (0, 0), "b": (300, 0) })"#;
    let document = open(text);
    let scene = scene(&document);
    assert!(scene.wires.iter().all(|wire| wire.broken.is_some()));
    assert!(!scene.wires[1].is_whole());
    assert!(scene.wires[1].bounds().width() > 20.0);
}

#[test]
fn frame_follows_its_members() {
    let text = r#"Graph(format: 1, processes: { "a": Process(component: "test/Records"), "b": Process(component: "test/Text") },
        groups: [Group(name: "both", processes: ["a", "b"])], layout: { "a": (0, 0), "b": (300, 0) })"#;
    let document = open(text);
    let scene = scene(&document);
    let frame = &scene.frames[0];
    let both = HashSet::from([0, 1]);
    let by = Vec2::new(50.0, 20.0);
    assert_eq!(
        scene.frame_moved(frame, &both, by),
        frame.rect.translate(by)
    );
    let one = scene.frame_moved(frame, &HashSet::from([1]), by);
    assert!((one.width() - frame.rect.width() - 50.0).abs() < 1e-3);
}

#[test]
fn whole_graph_has_bounds() {
    let bounds = scene(&mesh(3, 2)).bounds().unwrap();
    assert!(bounds.width() > 600.0 && bounds.is_finite());
    assert_eq!(Scene::default().bounds(), None);
}
