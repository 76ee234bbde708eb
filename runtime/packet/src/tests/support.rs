//! Random values and settings of the properties.

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::{Record, Text, Value};

/// Proptest settings: fewer cases under Miri, and no files beside the sources.
pub(super) fn config(cases: u32) -> Config {
    Config {
        cases: if cfg!(miri) { 2 } else { cases },
        failure_persistence: None,
        ..Config::default()
    }
}

/// Text of so many characters. Unicode classes of regular expressions take Miri minutes.
pub(super) fn texts(max: usize) -> BoxedStrategy<String> {
    if cfg!(miri) {
        let chars = prop::sample::select(vec!['a', 'b', '"', '\\', '\n', 'ä', '€', '𝄞']);
        let chars = prop::collection::vec(chars, 0..=max);
        return chars.prop_map(|chars| chars.into_iter().collect()).boxed();
    }
    let any = prop::collection::vec(any::<char>(), 0..=max);
    any.prop_map(|chars| chars.into_iter().collect()).boxed()
}

/// Short names of which many are the same.
pub(super) fn names() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "b", "c", "aa", "ab", "bb"]).prop_map(str::to_owned)
}

/// Floats of which many meet an int or another float.
fn floats() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        (-4_i32..4).prop_map(f64::from),
        any::<i64>().prop_map(|int| int as f64),
        prop::sample::select(vec![
            0.0,
            -0.0,
            f64::NAN,
            -f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            9_007_199_254_740_993.0,
            9_223_372_036_854_775_808.0,
            -9_223_372_036_854_775_808.0,
            5e-324,
            f64::MAX,
        ]),
    ]
}

fn ints() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -4_i64..4,
        prop::sample::select(vec![i64::MIN, i64::MAX, (1 << 53) + 1, 1 << 53]),
    ]
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::NULL),
        any::<bool>().prop_map(Value::from),
        ints().prop_map(Value::from),
        floats().prop_map(Value::from),
        texts(30).prop_map(Value::from),
        names().prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
    ]
}

/// Any value but opaque ones.
pub(super) fn values() -> impl Strategy<Value = Value> {
    nested(scalars())
}

/// Values that JSON can tell.
pub(super) fn json_values() -> impl Strategy<Value = Value> {
    let finite = scalars().prop_filter("JSON has finite numbers only", |value| {
        value.as_float().is_none_or(f64::is_finite)
    });
    nested(finite)
}

fn nested(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let size = if cfg!(miri) { 8 } else { 40 };
    leaf.prop_recursive(4, size, 6, |inner| {
        let name = prop_oneof![names(), texts(30)];
        let fields = prop::collection::vec((name, inner.clone()), 0..15);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::list),
            fields.prop_map(|fields| Value::from(record(fields))),
        ]
    })
}

pub(super) fn record(fields: Vec<(String, Value)>) -> Record {
    fields
        .into_iter()
        .map(|(name, value)| (Text::from(name), value))
        .collect()
}
