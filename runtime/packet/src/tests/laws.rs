//! Equality, order and hash agree with each other and with copies.

use std::cmp::Ordering;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use proptest::prelude::*;

use super::support::{config, values};
use crate::{Kind, Value};

fn hash(value: &Value) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn order_is_total_and_agrees_with_equality(a in values(), b in values(), c in values()) {
        prop_assert_eq!(a.cmp(&a), Ordering::Equal);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        let mut three = [a, b, c];
        three.sort();
        prop_assert!(three[0] <= three[1] && three[1] <= three[2] && three[0] <= three[2]);
    }

    #[test]
    fn copies_are_equal_and_hash_alike(value in values()) {
        let copy = value.clone();
        prop_assert_eq!(&copy, &value);
        prop_assert_eq!(hash(&copy), hash(&value));
        prop_assert_eq!(copy.kind(), value.kind());
    }

    #[test]
    fn equal_values_hash_alike(a in values(), b in values()) {
        if a == b {
            prop_assert_eq!(hash(&a), hash(&b));
        }
    }

    #[test]
    fn numbers_are_ordered_by_size(int in any::<i64>(), near in -3_i64..3) {
        let float = int.saturating_add(near) as f64;
        let ordering = Value::from(int).cmp(&Value::from(float));
        // i128 holds every i64 and every float that is near one.
        #[expect(clippy::cast_possible_truncation, reason = "near an i64")]
        let exact = i128::from(int).cmp(&(float as i128));
        prop_assert_eq!(ordering, exact.then(Ordering::Less));
    }
}

#[test]
fn kinds_come_in_order() {
    let ascending = [
        Value::NULL,
        Value::from(false),
        Value::from(true),
        Value::from(f64::NEG_INFINITY),
        Value::from(i64::MIN),
        Value::from(-1),
        Value::from(-0.5),
        Value::from(0),
        Value::from(0.0),
        Value::from(1),
        Value::from(1.0),
        Value::from(1.5),
        Value::from(i64::MAX),
        Value::from(9_223_372_036_854_775_808.0),
        Value::from(f64::INFINITY),
        Value::from(f64::NAN),
        Value::from(""),
        Value::from("a"),
        Value::from(vec![0_u8]),
        Value::list(vec![]),
        Value::list(vec![Value::NULL]),
        Value::from(crate::Record::empty()),
    ];
    for pair in ascending.windows(2) {
        assert!(pair[0] < pair[1], "{pair:?}");
        assert_ne!(pair[0], pair[1]);
    }
}

#[test]
fn both_zeros_and_all_nans_are_one() {
    for (a, b) in [(0.0, -0.0), (f64::NAN, -f64::NAN)] {
        let (a, b) = (Value::from(a), Value::from(b));
        assert_eq!(a, b);
        assert_eq!(hash(&a), hash(&b));
    }
}

#[test]
fn text_and_bytes_of_the_same_bytes_differ() {
    for len in [0, 22, 23, 1000] {
        let text = Value::from("x".repeat(len));
        let bytes = Value::from("x".repeat(len).into_bytes());
        assert_ne!(text, bytes);
        assert!(text < bytes);
        assert_eq!((text.kind(), bytes.kind()), (Kind::Text, Kind::Bytes));
    }
}

#[test]
fn opaque_values_equal_their_copies_alone() {
    let (a, b) = (Value::opaque(1_i32), Value::opaque(1_i32));
    assert_eq!(a, a.clone());
    assert_eq!(hash(&a), hash(&a.clone()));
    assert_ne!(a, b);
}
