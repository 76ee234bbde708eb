//! Findings after each step, in graphs that are too large to be checked as a whole each time.

use std::collections::BTreeSet;

use millstream_graph::Code;

use crate::action::{Action, ConnectMode, Deletion};
use crate::document::{Document, Library};
use crate::problem::Problems;
use crate::target::Target;
use crate::testing::{catalog, component, end, name, sketched, wire};

/// A long chain, and a few processes at its end.
fn large() -> Document {
    let length = 400;
    let mut processes: Vec<String> = (0..length).map(|at| format!("p{at} core/Repeat")).collect();
    processes.extend(
        [
            "a core/Kick",
            "b text/Regex",
            "c core/Drop",
            "d core/Drop",
            "e json/Write",
        ]
        .map(str::to_owned),
    );
    let connectors: Vec<String> = (1..length)
        .map(|at| format!("p{}.out -> p{at}.in", at - 1))
        .collect();
    let processes: Vec<&str> = processes.iter().map(String::as_str).collect();
    let connectors: Vec<&str> = connectors.iter().map(String::as_str).collect();
    let mut document =
        Document::of_graph(sketched(&processes, &connectors), Library::new(catalog()));
    document.check();
    document
}

fn told(problems: &Problems) -> BTreeSet<(Target, Code, String)> {
    let local = problems.iter().filter(|problem| {
        // What the whole graph is asked is not told after a step.
        !matches!(
            problem.finding.code,
            Code::Unreachable | Code::CycleCannotDrain | Code::CycleCannotStart
        )
    });
    local
        .map(|problem| {
            (
                problem.target.clone(),
                problem.finding.code,
                problem.finding.message.clone(),
            )
        })
        .collect()
}

#[test]
fn step_is_judged_as_the_whole_check_would_judge_it() {
    let mut document = large();
    let connect = |from: &str, to: &str| Action::Connect {
        from: end(from),
        to: end(to),
        mode: ConnectMode::Anyway,
    };
    let steps: Vec<Action> = vec![
        connect("a.out", "b.in"),
        connect("b.out", "c.in"),
        connect("b.rejected", "d.in"),
        connect("b.out", "e.in"),
        connect("b.none", "e.nowhere"),
        connect("b.out", "b.in"),
        Action::TypeValue {
            port: end("b.pattern"),
            text: "x".to_owned(),
        },
        Action::SetValue {
            port: end("e.indent"),
            value: "wide".into(),
        },
        Action::Replace {
            process: name("b"),
            component: component("text/Trim"),
        },
        Action::Rename {
            process: name("e"),
            to: "write".to_owned(),
        },
        Action::Delete {
            targets: vec![Target::Process(name("b"))],
            deletion: Deletion::Cut,
        },
        Action::Undo,
        Action::Undo,
        Action::Undo,
        Action::Delete {
            targets: vec![Target::Process(name("p100"))],
            deletion: Deletion::Heal,
        },
        Action::Export {
            port: crate::PortAt::writing(end("e.out")),
            name: None,
        },
        Action::Undo,
    ];
    for action in steps {
        let _refused_or_not = document.apply(action.clone());
        let after_step = told(document.problems());
        let mut whole = document.clone();
        whole.check();
        assert_eq!(after_step, told(whole.problems()), "{action:?}");
    }
}

#[test]
fn places_are_nobodys_finding() {
    let mut document = large();
    let before = told(document.problems());
    let (processes, notes) = (
        vec![(name("a"), crate::Position { x: 5.0, y: 5.0 })],
        Vec::new(),
    );
    document.apply(Action::Move { processes, notes }).unwrap();
    assert!(document.problems().is_whole());
    assert_eq!(told(document.problems()), before);
}

#[test]
fn second_connector_of_a_port_is_found_beside_the_first() {
    let mut document = large();
    let action = Action::Connect {
        from: end("p7.out"),
        to: end("c.in"),
        mode: ConnectMode::Anyway,
    };
    document.apply(action).unwrap();
    let second = wire(&document, "p7.out -> c.in");
    let codes = |document: &Document| -> Vec<Code> {
        document
            .problems()
            .iter()
            .map(|problem| problem.finding.code)
            .collect()
    };
    assert!(codes(&document).contains(&Code::TwoReaders));
    let targets = vec![Target::Wire(second)];
    document
        .apply(Action::Delete {
            targets,
            deletion: Deletion::Cut,
        })
        .unwrap();
    assert!(!codes(&document).contains(&Code::TwoReaders));
}
