//! Comparisons: exact between ints and floats, and refused between kinds that are never equal.

use std::cmp::Ordering;

use millstream_packet::{Record, Value, View};

use super::operand::Number;
use crate::syntax::Comparison;

/// Whether a comparison holds; nothing if the two kinds cannot be compared.
#[inline]
pub(crate) fn compare(comparison: Comparison, left: View<'_>, right: View<'_>) -> Option<bool> {
    match (left, right) {
        (View::Int(a), View::Int(b)) => Some(by_order(comparison, a.cmp(&b))),
        (View::Text(a), View::Text(b)) => Some(match comparison {
            Comparison::Equal => a == b,
            Comparison::Unequal => a != b,
            _ => by_order(comparison, a.cmp(b)),
        }),
        (View::Float(a), View::Float(b)) => Some(by_floats(comparison, a.partial_cmp(&b))),
        (View::Int(a), View::Float(b)) => Some(by_floats(comparison, int_float(a, b))),
        (View::Float(a), View::Int(b)) => Some(by_floats(
            comparison,
            int_float(b, a).map(Ordering::reverse),
        )),
        _ => by_equality(comparison, left, right),
    }
}

/// Whether a comparison of two numbers holds.
#[inline]
pub(super) fn numbers(comparison: Comparison, left: Number, right: Number) -> bool {
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => by_order(comparison, a.cmp(&b)),
        (Number::Float(a), Number::Float(b)) => by_floats(
            comparison,
            f64::from_bits(a).partial_cmp(&f64::from_bits(b)),
        ),
        (Number::Int(a), Number::Float(b)) => {
            by_floats(comparison, int_float(a, f64::from_bits(b)))
        }
        (Number::Float(a), Number::Int(b)) => by_floats(
            comparison,
            int_float(b, f64::from_bits(a)).map(Ordering::reverse),
        ),
        _ => false,
    }
}

/// Whether a comparison holds for values in this order.
#[inline]
pub(super) const fn by_order(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::More => order.is_gt(),
        Comparison::MoreOrEqual => order.is_ge(),
    }
}

/// With a number that is none, everything is false but `!=`.
#[inline]
fn by_floats(comparison: Comparison, order: Option<Ordering>) -> bool {
    match order {
        Some(order) => by_order(comparison, order),
        None => matches!(comparison, Comparison::Unequal),
    }
}

#[inline(never)]
fn by_equality(comparison: Comparison, left: View<'_>, right: View<'_>) -> Option<bool> {
    if comparison.is_order() {
        return None;
    }
    let is_equal = equal(left, right)?;
    Some(is_equal == (comparison == Comparison::Equal))
}

/// Whether two values are equal; nothing if values of these kinds never are. Everything compares with null.
pub(crate) fn equal(left: View<'_>, right: View<'_>) -> Option<bool> {
    Some(match (left, right) {
        (View::Null, View::Null) => true,
        (View::Null, _) | (_, View::Null) => false,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Int(a), View::Int(b)) => a == b,
        (View::Float(a), View::Float(b)) => a.partial_cmp(&b) == Some(Ordering::Equal),
        (View::Int(a), View::Float(b)) | (View::Float(b), View::Int(a)) => {
            int_float(a, b) == Some(Ordering::Equal)
        }
        (View::Text(a), View::Text(b)) => a == b,
        (View::Bytes(a), View::Bytes(b)) => a == b,
        (View::List(a), View::List(b)) => a.len() == b.len() && a.iter().zip(b).all(both),
        (View::Record(a), View::Record(b)) => records(a, b),
        (View::Opaque(a), View::Opaque(b)) => std::ptr::eq(a, b),
        _ => return None,
    })
}

/// Inside lists and records other kinds are simply not equal.
fn both((a, b): (&Value, &Value)) -> bool {
    equal(a.view(), b.view()) == Some(true)
}

/// Records are equal when they have the same fields, in whatever order.
fn records(a: &Record, b: &Record) -> bool {
    if a.shape().is_same(b.shape()) {
        return a.values().iter().zip(b.values()).all(both);
    }
    a.len() == b.len()
        && a.iter()
            .all(|(name, value)| b.get(name).is_some_and(|other| both((value, other))))
}

/// Exact also beyond 2^53, where floats leave out ints. Nothing for a float that is no number.
fn int_float(int: i64, float: f64) -> Option<Ordering> {
    /// 2^63, the first float above all ints.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "inside the range of i64, checked above"
    )]
    let whole = float.floor() as i64;
    Some(int.cmp(&whole).then_with(|| {
        if float.fract() == 0.0 {
            Ordering::Equal
        } else {
            Ordering::Less
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_and_floats_compare_by_size_exactly() {
        let big = 1_i64 << 53;
        let cases = [
            (1, 1.0, Some(Ordering::Equal)),
            (0, -0.0, Some(Ordering::Equal)),
            (1, 1.5, Some(Ordering::Less)),
            (-1, -1.5, Some(Ordering::Greater)),
            (big + 1, big as f64, Some(Ordering::Greater)),
            (i64::MAX, i64::MAX as f64, Some(Ordering::Less)),
            (i64::MIN, i64::MIN as f64, Some(Ordering::Equal)),
            (i64::MIN, -1e300, Some(Ordering::Greater)),
            (0, f64::INFINITY, Some(Ordering::Less)),
            (0, f64::NAN, None),
        ];
        for (int, float, order) in cases {
            assert_eq!(int_float(int, float), order, "{int} {float}");
        }
    }
}
