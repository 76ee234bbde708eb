//! Records and the shapes they share.

use proptest::prelude::*;

use super::support::{config, names, record, values};
use crate::{Record, Shape, Shapes, Text, Value};

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn record_is_an_ordered_map(
        fields in prop::collection::vec((names(), values()), 0..if cfg!(miri) { 4 } else { 30 }),
    ) {
        let mut expected: Vec<(String, Value)> = Vec::new();
        for (name, value) in fields.clone() {
            match expected.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => expected.push((name, value)),
            }
        }
        let collected = record(fields.clone());
        let mut built = Record::empty();
        for (name, value) in fields {
            built.set(name, value);
        }
        prop_assert_eq!(&collected, &built);
        prop_assert_eq!(collected.len(), expected.len());
        for (name, value) in &expected {
            prop_assert_eq!(collected.get(name), Some(value));
        }
        let names = collected.iter().map(|(name, _)| name.as_str());
        prop_assert!(names.eq(expected.iter().map(|(name, _)| name.as_str())));
        prop_assert_eq!(collected.get("zz"), None);
    }
}

#[test]
fn wide_shapes_find_every_name() {
    for width in [1, 12, 13, 200] {
        let names: Vec<Text> = (0..width)
            .map(|at| format!("f{}", at * 7 % 211).into())
            .collect();
        let shape = Shape::new(names.clone());
        for (at, name) in names.iter().enumerate() {
            assert_eq!(shape.index_of(name), Some(at));
        }
        assert_eq!(shape.index_of("none"), None);
    }
}

#[test]
fn values_are_cut_or_filled_to_the_shape() {
    let shape = Shape::new(["a".into(), "b".into(), "a".into()]);
    assert_eq!(shape.len(), 2);
    let short = Record::new(shape.clone(), vec![Value::from(1)]);
    assert_eq!(short.values(), [Value::from(1), Value::NULL]);
    let long = Record::new(shape, vec![Value::from(1), Value::from(2), Value::from(3)]);
    assert_eq!(long.len(), 2);
}

#[test]
fn interning_gives_one_shape_for_the_same_names() {
    let mut shapes = Shapes::default();
    let names = |number: usize| [Text::from(format!("n{number}")), Text::from("b")];
    let first = shapes.intern(&names(0)).unwrap();
    for number in 1..20 {
        shapes.intern(&names(number)).unwrap();
    }
    assert!(shapes.intern(&names(0)).unwrap().is_same(&first));
    let twice = [Text::from("x"), Text::from("y"), Text::from("x")];
    assert_eq!(shapes.intern(&twice).unwrap_err(), Text::from("x"));
}

#[test]
fn records_with_the_same_fields_are_equal_whoever_made_their_shape() {
    let (a, b) = (
        Record::from_iter([("x", 1), ("y", 2)]),
        Record::from_iter([("x", 1), ("y", 2)]),
    );
    assert!(!a.shape().is_same(b.shape()));
    assert_eq!(a, b);
    assert_ne!(a, Record::from_iter([("y", 2), ("x", 1)]));
}
