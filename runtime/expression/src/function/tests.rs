//! The table holds what it says: each example of a function is evaluated.

use std::collections::BTreeSet;

use super::{Body, Mode, all, meant};
use crate::{Expression, aggregate};
use millstream_packet::Value;

#[test]
fn examples_come_to_what_they_say() {
    for function in all() {
        assert!(
            !function.examples.is_empty(),
            "{} has no example",
            function.name
        );
        for (source, result) in function.examples {
            let mut expression =
                Expression::compile(source).unwrap_or_else(|error| panic!("{error}"));
            let found = expression
                .eval(&Value::NULL)
                .unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(found.to_json().unwrap(), *result, "{source}");
        }
    }
}

#[test]
fn examples_are_of_the_kind_that_the_table_says() {
    for function in all() {
        for (source, _) in function.examples {
            // The part is not folded when it takes its arguments from the packet.
            let expression = Expression::compile(source).unwrap();
            let of_example = expression.result_type().kinds;
            assert!(!of_example.is_empty(), "{source}");
        }
    }
}

#[test]
fn names_are_used_once_and_summaries_are_sentences() {
    let mut names = BTreeSet::new();
    for function in all() {
        assert!(
            names.insert(function.name),
            "{} stands there twice",
            function.name
        );
        assert!(function.summary.ends_with('.'), "{}", function.name);
        for alias in function.aliases {
            assert!(
                !all().any(|other| other.name == *alias),
                "{alias} is a function itself"
            );
        }
    }
    for aggregate in aggregate::AGGREGATES {
        assert!(aggregate.summary.ends_with('.'), "{}", aggregate.name);
    }
}

#[test]
fn repeated_parameters_and_functions_of_elements_stand_last() {
    for function in all() {
        let modes: Vec<Mode> = function
            .parameters
            .iter()
            .map(|parameter| parameter.mode)
            .collect();
        let last = modes.len().saturating_sub(1);
        let is_last = |mode| {
            modes
                .iter()
                .position(|known| *known == mode)
                .is_none_or(|at| at == last)
        };
        assert!(
            is_last(Mode::Repeated) && is_last(Mode::Each),
            "{}",
            function.name
        );
        let takes_each = modes.last() == Some(&Mode::Each);
        assert_eq!(
            matches!(function.body, Body::Each(_)),
            takes_each,
            "{}",
            function.name
        );
    }
}

#[test]
fn names_of_other_languages_lead_to_ours() {
    let cases = [
        ("len", "length"),
        ("toUpperCase", "upper"),
        ("STR_REPLACE", "replace"),
        ("lenght", "length"),
        ("substr", "slice"),
        ("date_trunc", "start_of"),
        ("Lower", "lower"),
    ];
    for (name, ours) in cases {
        assert_eq!(meant(name), Some(ours), "{name}");
    }
    assert_eq!(meant("qqqq"), None);
}
