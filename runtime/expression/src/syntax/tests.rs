//! The parser: no text makes it panic, and blanks make no difference.

use proptest::prelude::*;

use super::parse;
use crate::Expression;
use millstream_packet::Value;

/// Pieces that make texts which are nearly expressions.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "a", "b", "it", "x", "1", "2.5", "0", "\"t\"", "'u'", "null", "true", "false", "and", "or", "not", "in",
            "matches", "if", "then", "else", "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "%", "==", "!=", "<", "<=",
            "??", ".", ",", ":", "=>", "length(", "map(", "sum(", "has(", "`odd`", "r\"\\d\"", "9223372036854775808",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _parsed = parse(&text);
    }

    #[test]
    fn nearly_expressions_are_told_or_evaluated(pieces in prop::collection::vec(piece(), 0..20)) {
        let source = pieces.join(" ");
        match Expression::compile(&source) {
            Ok(mut expression) => {
                let record = Value::from_json(br#"{"a": 1, "b": [1, "x"], "x": {"a": null}, "odd": 2.5}"#).unwrap();
                if let Err(fault) = expression.eval(&record) {
                    prop_assert!(source.get(fault.range()).is_some(), "{source}: {fault:?}");
                }
            }
            Err(mistakes) => for mistake in mistakes.iter() {
                prop_assert!(source.get(mistake.range()).is_some(), "{source}: {mistake:?}");
                prop_assert!(!mistake.message().is_empty());
            },
        }
    }
}
