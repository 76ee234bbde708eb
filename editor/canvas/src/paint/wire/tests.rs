//! Each state of a wire is told apart without its colour.

use egui::Color32;
use millstream_document::Document;

use super::*;
use crate::scene::Scene;
use crate::testing;
use crate::theme::ThemeKind;

const STATES: [WireState; 13] = [
    WireState::Idle,
    WireState::Flowing,
    WireState::Filling,
    WireState::Blocking,
    WireState::Starved,
    WireState::Deadlocked,
    WireState::Held,
    WireState::Breakpoint,
    WireState::Overflowing,
    WireState::Discarding,
    WireState::Broker,
    WireState::Stale,
    WireState::Closed,
];

/// A wire that flows is told from one that fills by how full it is.
fn look(state: WireState) -> WireLook {
    let fill = match state {
        WireState::Filling => 0.7,
        WireState::Blocking => 1.0,
        _ => 0.2,
    };
    let predicted = (state == WireState::Filling).then_some(0.9);
    WireLook {
        predicted,
        ..testing::wire_look(state, 0.5, fill)
    }
}

fn without_colour(mut style: Style) -> Style {
    let black = Color32::BLACK;
    style.color = black;
    style.hatch = style.hatch.map(|_| black);
    style.glyph = style.glyph.map(|(glyph, _)| (glyph, black));
    style.gauge = style.gauge.map(|gauge| Gauge {
        color: black,
        ..gauge
    });
    style
}

#[test]
fn states_differ_in_shape() {
    let document: Document = testing::small();
    let scene = Scene::new(&document, &std::collections::HashSet::new());
    let theme = Theme::new(ThemeKind::Dark);
    let styles: Vec<(WireState, Style)> = STATES
        .into_iter()
        .map(|state| {
            let look = look(state);
            let style = style(&theme, &scene.wires[0], Some(&look), Overlay::None);
            (state, without_colour(style))
        })
        .collect();
    for (at, (state, style)) in styles.iter().enumerate() {
        for (other, other_style) in &styles[at + 1..] {
            assert_ne!(style, other_style, "{state:?} looks like {other:?}");
        }
    }
}

#[test]
fn busier_wires_are_thicker() {
    let document = testing::small();
    let scene = Scene::new(&document, &std::collections::HashSet::new());
    let theme = Theme::new(ThemeKind::Light);
    let width = |load: f32| {
        let look = testing::wire_look(WireState::Flowing, load, 0.0);
        style(&theme, &scene.wires[0], Some(&look), Overlay::None).width
    };
    assert!(width(0.1) < width(0.5) && width(0.5) < width(1.0));
    assert!((width(9.0) - WIRE_THICK).abs() < 1e-4);
}

#[test]
fn overlay_has_the_colours_of_its_ends() {
    let theme = Theme::new(ThemeKind::Dark);
    assert_eq!(heat(&theme, 0.0), theme.grey);
    assert_eq!(heat(&theme, 0.5), theme.amber);
    assert_eq!(heat(&theme, 1.0), theme.red);
}
