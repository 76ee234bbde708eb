//! The components as they describe themselves: for machines, and as the committed reference.

use std::collections::BTreeSet;
use std::fs;

use millstream_tests::{Program, repository};
use serde_json::Value;

#[test]
fn reference_is_up_to_date() {
    let printed = Program::new(["components", "--format", "markdown"])
        .run()
        .unwrap();
    let kept = fs::read_to_string(repository().join("components/REFERENCE.md")).unwrap_or_default();
    assert!(
        printed.stdout == kept,
        "the components have changed; refresh the reference:\n\n  \
         cargo run -p millstream -- components --format markdown > components/REFERENCE.md\n"
    );
}

#[test]
fn every_component_has_docs_and_examples() {
    let components = components();
    for component in &components {
        let name = component["name"].as_str().unwrap();
        let has_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        assert!(has_text(&component["summary"]), "{name} has no summary");
        assert!(
            !component["examples"].as_array().unwrap().is_empty(),
            "{name} has no example"
        );
        for side in ["in_ports", "out_ports"] {
            for port in component[side].as_array().unwrap() {
                assert!(
                    has_text(&port["docs"]),
                    "{name}: port {} has no docs",
                    port["name"]
                );
                assert!(
                    has_text(&port["type"]),
                    "{name}: port {} has no type",
                    port["name"]
                );
            }
        }
    }
    assert!(components.len() >= 36, "{} components", components.len());
}

#[test]
fn every_component_can_be_asked_for_by_name() {
    for component in components() {
        let name = component["name"].as_str().unwrap();
        let page = Program::new(["components", name]).run().unwrap();
        assert_eq!(page.code, Some(0), "{name}");
        assert!(
            page.stdout.contains(component["summary"].as_str().unwrap()),
            "{name}"
        );
    }
}

#[test]
fn every_family_is_listed() {
    let families: BTreeSet<String> = components()
        .iter()
        .filter_map(|component| Some(component["name"].as_str()?.split_once('/')?.0.to_owned()))
        .collect();
    let list = Program::new(["components"]).run().unwrap().stdout;
    for family in families {
        assert!(list.lines().any(|line| line == family), "{family}");
    }
}

#[test]
fn unknown_component_is_answered_with_the_nearest() {
    let outcome = Program::new(["components", "core/Cuont"]).run().unwrap();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("core/Count"), "{}", outcome.stderr);
}

fn components() -> Vec<Value> {
    let outcome = Program::new(["components", "--json"]).run().unwrap();
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["schema"], "millstream.components/1");
    document["components"].as_array().unwrap().clone()
}
