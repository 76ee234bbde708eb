//! Pictures: what is in them, and that nothing is cut off or covered.

use std::sync::Arc;

use proptest::prelude::*;

use crate::layout::{Item, Spacing};
use crate::model::{Graph, Position};
use crate::picture::{Places, Theme, arrange, item_of, svg};
use crate::testing::{catalog, generate as any_of, graph};

fn drawn(graph: &Graph, theme: Theme, places: Places) -> String {
    let catalog = catalog();
    let spec_of = |component: &crate::ComponentRef| catalog.get_shared(component.as_str());
    svg(graph, &spec_of, theme, places)
}

const SMALL: &str = r#"Graph(
    name: "small",
    description: "Two & one",
    processes: {
        "read": Process(component: "file/ReadLines", iips: { "path": "<a>.txt" }),
        "sub": Process(component: "./sub.ron", label: "Größe", note: "does all the rest", on_error: retry, replicas: 3),
        "later": Process(),
    },
    connectors: [
        Connector(from: "read.out", to: "sub.in", capacity: 8, when_full: drop_oldest, note: "only the newest matter"),
        Connector(from: "sub.out[1]", to: "later.in"),
    ],
    inports: { "from": "sub.from" },
    outports: { "rest": "sub.rest" },
    groups: [Group(name: "inner", processes: ["sub", "later"], note: "why")],
)"#;

/// What stands in text elements.
fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    texts
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn everything_that_a_graph_says_is_shown() {
    let picture = drawn(&graph(SMALL), Theme::Auto, Places::FromGraph);
    let texts = texts(&picture);
    for wanted in [
        "read",
        "file/ReadLines",
        "path",
        "\"<a>.txt\"",
        "out",
        "Größe",
        "sub: ./sub.ron",
        "in",
        "out[1]",
        "3 replicas",
        "on error: retry",
        "does all the rest",
        "later",
        "no component",
        "≤ 8 drops oldest [1]",
        "from",
        "rest",
        "inner",
        "why",
        "text",
        "any",
        "[1] read.out -> sub.in: only the newest matter",
    ] {
        assert!(
            texts.iter().any(|text| text == wanted),
            "`{wanted}` is not in {texts:?}"
        );
    }
    let document = roxmltree::Document::parse(&picture).unwrap();
    let root = document.root_element();
    let child = |name| root.children().find(|node| node.has_tag_name(name));
    assert_eq!(child("title").and_then(|node| node.text()), Some("small"));
    assert_eq!(
        child("desc").and_then(|node| node.text()),
        Some("Two & one")
    );
}

#[test]
fn lines_of_a_script_are_shown_in_one() {
    let text = "(processes: { \"a\": (iips: { \"script\": \"\\n    let x =\\n      1;\\n\" }) })";
    let picture = drawn(&graph(text), Theme::Light, Places::Anew);
    let shown = texts(&picture);
    assert!(
        shown.iter().any(|text| text == "\"let x = 1;\""),
        "{shown:?}"
    );
}

#[test]
fn themes_differ_in_their_colours_only() {
    let graph = graph(SMALL);
    let shapes = |theme| {
        let picture = drawn(&graph, theme, Places::FromGraph);
        let (head, rest) = picture.split_once("</style>").unwrap();
        (head.to_owned(), rest.to_owned())
    };
    let (auto, light, dark) = (
        shapes(Theme::Auto),
        shapes(Theme::Light),
        shapes(Theme::Dark),
    );
    assert_eq!(auto.1, light.1);
    assert_eq!(light.1, dark.1);
    assert!(auto.0.contains("prefers-color-scheme:dark"));
    assert!(!light.0.contains("prefers-color-scheme") && light.0 != dark.0);
}

#[test]
fn empty_graph_has_a_picture() {
    let picture = drawn(&Graph::default(), Theme::Light, Places::FromGraph);
    assert!(roxmltree::Document::parse(&picture).is_ok());
}

#[test]
fn graph_can_be_given_places() {
    let catalog = catalog();
    let spec_of = |component: &crate::ComponentRef| catalog.get_shared(component.as_str());
    let mut graph = graph(SMALL);
    arrange(&mut graph, &spec_of);
    assert_eq!(graph.layout.len(), 3);
    let read = graph.layout["read"];
    let sub = graph.layout["sub"];
    assert!(read.x < sub.x && read.x.fract() == 0.0);
    let name = "sub".parse().unwrap();
    let item: Item = item_of(&graph, &name, &spec_of).unwrap();
    assert!(item.size.width > 100.0 && item.at == Some(sub));
    assert!(sub.x - read.x > Spacing::default().layers);
}

#[test]
fn places_of_the_graph_are_used() {
    let mut graph = graph(SMALL);
    graph
        .layout
        .insert("read".parse().unwrap(), Position { x: 0.0, y: 0.0 });
    graph
        .layout
        .insert("sub".parse().unwrap(), Position { x: 500.0, y: 300.0 });
    let catalog = catalog();
    let spec_of = |component: &crate::ComponentRef| catalog.get_shared(component.as_str());
    let scene = super::scene::Scene::new(&graph, &spec_of, Places::FromGraph);
    let at = &scene.drawing.positions;
    assert!((at[1].x - at[0].x - 500.0).abs() < 1.0 && (at[1].y - at[0].y - 300.0).abs() < 1.0);
}

/// Elements with a place, as rectangles: x, y, width and height of `rect`, and the points of text.
fn assert_inside(picture: &str) {
    let document = roxmltree::Document::parse(picture).unwrap();
    let root = document.root_element();
    let view: Vec<f64> = root
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    let (left, top, right, bottom) = (view[0], view[1], view[0] + view[2], view[1] + view[3]);
    for node in document.descendants() {
        let number = |name| {
            node.attribute(name)
                .and_then(|text| text.parse::<f64>().ok())
        };
        let (Some(x), Some(y)) = (number("x"), number("y")) else {
            continue;
        };
        let (wide, high) = (
            number("width").unwrap_or(0.0),
            number("height").unwrap_or(0.0),
        );
        let is_inside = x >= left - 0.1
            && y >= top - 0.1
            && x + wide <= right + 0.1
            && y + high <= bottom + 0.1;
        assert!(
            is_inside,
            "{:?} is outside of {view:?}",
            node.attributes().collect::<Vec<_>>()
        );
    }
}

proptest! {
    #[test]
    fn any_graph_has_a_picture(graph in any_of::graph(), is_anew in any::<bool>()) {
        let mut graph = graph;
        graph.layout.values_mut().for_each(|at| {
            *at = Position { x: at.x.clamp(-5e3, 5e3), y: at.y.clamp(-5e3, 5e3) };
        });
        let places = if is_anew { Places::Anew } else { Places::FromGraph };
        let picture = drawn(&graph, Theme::Auto, places);
        assert_inside(&picture);
        prop_assert_eq!(drawn(&graph, Theme::Auto, places), picture);
    }
}

#[test]
fn specs_give_ports_their_order_and_colour() {
    let mut spec = crate::testing::spec("x/Y", &["second text", "first int"], &["out list"]);
    spec.summary = "Summary.".to_owned();
    let spec = Arc::new(spec);
    let graph = graph(
        r#"Graph(processes: {
            "a": Process(component: "x/Y", iips: { "first": 1, "other": 2, "second": "b" }),
            "b": Process(component: "x/Y"),
        }, connectors: [Connector(from: "a.out", to: "b.second")])"#,
    );
    let picture = svg(
        &graph,
        &|_| Some(Arc::clone(&spec)),
        Theme::Light,
        Places::FromGraph,
    );
    let texts = texts(&picture);
    let place = |wanted: &str| texts.iter().position(|text| text == wanted).unwrap();
    assert!(
        place("second") < place("first") && place("first") < place("other"),
        "{texts:?}"
    );
    assert!(
        picture.contains("class=\"wire w5\""),
        "lists have their colour"
    );
}
