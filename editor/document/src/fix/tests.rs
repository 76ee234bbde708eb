//! Offers come out right: what is wrong is right afterwards.

use millstream_graph::Code;

use crate::document::Document;
use crate::testing::{sketch, wires};

/// The labels of what is offered for the first finding of a code.
fn labels(document: &Document, code: Code) -> Vec<String> {
    let problem = document
        .problems()
        .iter()
        .find(|problem| problem.finding.code == code);
    let offers =
        document.fixes(problem.unwrap_or_else(|| panic!("no {code}: {:?}", document.problems())));
    offers.into_iter().map(|offer| offer.label).collect()
}

/// Applies what is offered first, and sees that the finding is gone.
fn mend(document: &mut Document, code: Code) {
    let problem = document
        .problems()
        .iter()
        .find(|problem| problem.finding.code == code)
        .unwrap();
    let before = document.problems().iter().len();
    let offer = document.fixes(problem).into_iter().next().unwrap();
    document.apply(offer.action).unwrap();
    let left = document
        .problems()
        .iter()
        .filter(|problem| problem.finding.code == code)
        .count();
    assert_eq!(left, 0, "{:?}", document.problems());
    assert!(document.problems().iter().len() <= before);
}

#[test]
fn misspelt_component_gets_the_nearest() {
    let mut document = sketch(&["a core/Kik", "b core/Drop"], &["a.out -> b.in"]);
    assert_eq!(
        labels(&document, Code::UnknownComponent)[0],
        "Use core/Kick"
    );
    mend(&mut document, Code::UnknownComponent);
    assert_eq!(wires(&document), ["a.out -> b.in"]);
}

#[test]
fn misspelt_port_gets_the_nearest() {
    let mut document = sketch(&["a core/Kick", "b core/Drop"], &["a.oot -> b.in"]);
    assert_eq!(
        labels(&document, Code::UnknownPort),
        ["Move it to a.out", "Delete the connector"]
    );
    mend(&mut document, Code::UnknownPort);
    assert_eq!(wires(&document), ["a.out -> b.in"]);
}

#[test]
fn types_that_do_not_fit_get_the_adapter() {
    let mut document = sketch(
        &["a data/Aggregate", "b console/Output", "k core/Kick"],
        &["k.out -> a.in", "a.out -> b.in"],
    );
    mend(&mut document, Code::TypeMismatch);
    assert_eq!(
        wires(&document),
        ["k.out -> a.in", "a.out -> write.in", "write.out -> b.in"]
    );
}

#[test]
fn second_connector_goes_or_gets_a_copy() {
    let sketch = || {
        sketch(
            &["a core/Kick", "b core/Drop", "c core/Drop"],
            &["a.out -> b.in", "a.out -> c.in"],
        )
    };
    let mut document = sketch();
    mend(&mut document, Code::TwoReaders);
    assert_eq!(document.wires().count(), 1);
    let mut document = sketch();
    let problem = document
        .problems()
        .iter()
        .find(|problem| problem.finding.code == Code::TwoReaders);
    let copy = document.fixes(problem.unwrap()).remove(1);
    document.apply(copy.action).unwrap();
    assert_eq!(
        document.problems().iter().len(),
        0,
        "{:?}",
        document.problems()
    );
    assert_eq!(document.wires().count(), 3);
    assert_eq!(document.steps_done(), 1);
}

#[test]
fn required_setting_gets_a_value_and_required_out_port_a_drain() {
    let mut document = sketch(&["a file/ReadLines"], &[]);
    let all: Vec<String> = document
        .problems()
        .iter()
        .flat_map(|problem| document.fixes(problem))
        .map(|offer| offer.label)
        .collect();
    assert!(
        all.contains(&"Set path".to_owned()) && all.contains(&"Discard what out sends".to_owned()),
        "{all:?}"
    );
    let missing = |document: &Document| {
        let mut all = document.problems().iter();
        all.find(|problem| problem.finding.code == Code::MissingPort)
            .cloned()
    };
    while let Some(problem) = missing(&document) {
        let offer = document.fixes(&problem).remove(0);
        document.apply(offer.action).unwrap();
    }
    assert_eq!(wires(&document), ["a.out -> drop.in"]);
}

#[test]
fn value_and_connector_do_not_stay_together() {
    let mut document = sketch(
        &[
            "a core/Kick",
            "b text/Trim iips: {\"in\": \"x\"}",
            "c console/Output",
        ],
        &["a.out -> b.in", "b.out -> c.in"],
    );
    mend(&mut document, Code::ValueAndConnector);
}
