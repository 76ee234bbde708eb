//! What is seen: wheel, space, minimap, fitting, and that an idle canvas rests.

use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, TouchPhase, Vec2};

use super::{hand, small};
use crate::testing::mesh;
use crate::{Command, Overlay};

fn wheel(delta: Vec2, modifiers: Modifiers) -> Event {
    Event::MouseWheel {
        source: egui::MouseWheelSource::Wheel,
        unit: MouseWheelUnit::Point,
        delta,
        phase: TouchPhase::Move,
        modifiers,
    }
}

#[test]
fn wheel_moves_the_paper() {
    let mut hand = small();
    hand.move_to(Pos2::new(500.0, 300.0));
    let before = hand.at("process show");
    hand.harness
        .event(wheel(Vec2::new(0.0, -60.0), Modifiers::NONE));
    hand.harness.run_steps(60);
    let moved = hand.at("process show") - before;
    assert!(
        (moved.y + 60.0).abs() < 2.0 && moved.x.abs() < 0.1,
        "{moved:?}"
    );
}

#[test]
fn wheel_with_ctrl_zooms_at_the_pointer() {
    let mut hand = small();
    let at = hand.at("process show");
    hand.move_to(at);
    hand.harness.event(Event::Zoom(1.5));
    hand.rest();
    assert!((hand.canvas().view().zoom - 1.5).abs() < 0.01);
    let moved = hand.at("process show") - at;
    assert!(moved.length() < 1.0, "{moved:?}");
}

#[test]
fn space_and_middle_button_pan() {
    for with_space in [true, false] {
        let mut hand = small();
        let before = hand.at("process show");
        let (from, to) = (Pos2::new(60.0, 500.0), Pos2::new(110.0, 530.0));
        let button = if with_space {
            hand.harness.key_down(Key::Space);
            hand.rest();
            PointerButton::Primary
        } else {
            PointerButton::Middle
        };
        hand.move_to(from);
        hand.button(from, button, true, Modifiers::NONE);
        for share in [0.5, 1.0, 1.0] {
            hand.move_to(from.lerp(to, share));
        }
        hand.button(to, button, false, Modifiers::NONE);
        hand.rest();
        let moved = hand.at("process show") - before;
        assert!(
            (moved - (to - from)).length() < 1.0,
            "{moved:?}, space: {with_space}"
        );
        assert!(hand.requests().is_empty());
    }
}

#[test]
fn new_canvas_shows_the_whole_graph() {
    let mut desk = super::desk(mesh(20, 12), crate::ThemeKind::Light);
    desk.canvas = crate::Canvas::new();
    let mut harness = super::harness(desk, Vec2::new(900.0, 600.0));
    harness.run_steps(3);
    let canvas = &harness.state().canvas;
    let bounds = canvas.scene.bounds().unwrap();
    assert!(canvas.camera().seen().contains_rect(bounds));
}

#[test]
fn fit_shows_the_selection_and_then_all() {
    let mut hand = hand(mesh(20, 12));
    hand.command(Command::FitAll);
    let bounds = hand.canvas().scene.bounds().unwrap();
    assert!(hand.canvas().camera().seen().contains_rect(bounds));
    let name = "p10_5".parse().unwrap();
    let target = millstream_document::Target::Process(name);
    let select = millstream_document::Select::Only(vec![target]);
    let document = &mut hand.harness.state_mut().document;
    document
        .apply(millstream_document::Action::Select(select))
        .unwrap();
    hand.command(Command::FitSelection);
    assert!((hand.canvas().view().zoom - 1.0).abs() < 1e-3);
    hand.at("process p10_5");
}

#[test]
fn minimap_moves_the_view_by_click_and_drag() {
    let mut hand = hand(mesh(20, 12));
    let map = hand
        .canvas()
        .minimap()
        .expect("the graph is larger than the window");
    let before = hand.canvas().view().center;
    let target = map.rect.center();
    hand.click(target, Modifiers::NONE);
    let after = hand.canvas().view().center;
    assert!((after - before).length() > 100.0);
    assert!((hand.canvas().minimap().unwrap().graph_from_map(target) - after).length() < 1.0);
    hand.drag(target, target + Vec2::new(20.0, 0.0), Modifiers::NONE);
    assert!(hand.canvas().view().center.x > after.x);
    assert!(hand.requests().is_empty());
}

#[test]
fn idle_canvas_asks_for_no_repaint() {
    let mut hand = small();
    hand.harness.run_steps(80);
    let output = hand.harness.output();
    let delay = output
        .viewport_output
        .values()
        .map(|viewport| viewport.repaint_delay)
        .min();
    assert!(
        delay.unwrap() > std::time::Duration::from_secs(1),
        "{delay:?}"
    );
}

#[test]
fn overlays_come_round_again() {
    let mut hand = small();
    for _ in Overlay::ALL {
        hand.command(Command::CycleOverlay);
    }
    assert_eq!(hand.canvas().overlay(), Overlay::None);
}

#[test]
fn path_dims_the_rest_until_asked_again() {
    let mut hand = small();
    let at = hand.at("process parse");
    hand.click(at, Modifiers::NONE);
    hand.command(Command::FocusPath);
    let path = hand.canvas().path.clone().unwrap();
    let mut names: Vec<String> = path.iter().map(ToString::to_string).collect();
    names.sort();
    assert_eq!(names, ["keep", "parse", "read"]);
    hand.command(Command::FocusPath);
    assert!(hand.canvas().path.is_none());
}
