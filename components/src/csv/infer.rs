//! What a field means: a number, a bool, or text.

use millstream_component::prelude::*;

/// Powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// What a field stands for, small enough to be handed over in registers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl From<Scalar> for Value {
    #[inline(always)]
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => value.into(),
            Scalar::Int(value) => value.into(),
            Scalar::Float(value) => value.into(),
        }
    }
}

/// Digits that surely fit 64 bits.
const DIGITS_MAX: usize = 19;

/// Whole numbers up to here are exact as floats.
const EXACT_MAX: u64 = 1 << 53;

/// The number or bool that a field stands for; `None` if it is text.
///
/// Only what can be written back is taken: a leading zero, a plus sign or blanks make text, and so does an integer
/// beyond 64 bits or a float beyond its range.
#[inline]
pub(super) fn infer(field: &[u8]) -> Option<Scalar> {
    match field.first()? {
        b'0'..=b'9' => number(field, field),
        b'-' => number(field, &field[1..]),
        b't' if field == b"true" => Some(Scalar::Bool(true)),
        b'f' if field == b"false" => Some(Scalar::Bool(false)),
        _ => None,
    }
}

/// `digits` is the field without its sign.
#[inline]
fn number(field: &[u8], digits: &[u8]) -> Option<Scalar> {
    let is_negative = digits.len() < field.len();
    // More digits than fit are noticed by their count.
    let (mut mantissa, mut at) = (0_u64, 0);
    while let Some(digit) = digit(digits, at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    if at == 0 || (at > 1 && digits[0] == b'0') {
        return None;
    }
    match digits.get(at) {
        None if at <= DIGITS_MAX => return int(is_negative, mantissa),
        Some(b'.') if digits.len() <= DIGITS_MAX => {}
        Some(b'.' | b'e' | b'E') => return float(field),
        None | Some(_) => return None,
    }
    let point = at + 1;
    at = point;
    while let Some(digit) = digit(digits, at) {
        mantissa = mantissa * 10 + digit;
        at += 1;
    }
    if at < digits.len() || at == point || mantissa >= EXACT_MAX {
        return float(field);
    }
    // Both are exact, so the quotient is the nearest float (Clinger, "How to read floating point numbers accurately").
    let value = mantissa as f64 / POWERS[at - point];
    Some(Scalar::Float(if is_negative { -value } else { value }))
}

#[inline(always)]
fn digit(digits: &[u8], at: usize) -> Option<u64> {
    let digit = digits.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

fn int(is_negative: bool, magnitude: u64) -> Option<Scalar> {
    match (is_negative, magnitude) {
        // An int has no negative zero.
        (true, 0) => None,
        (true, _) => 0_i64.checked_sub_unsigned(magnitude).map(Scalar::Int),
        (false, _) => i64::try_from(magnitude).ok().map(Scalar::Int),
    }
}

/// Any float in decimal notation, by the standard library.
#[cold]
fn float(field: &[u8]) -> Option<Scalar> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match digits.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let exponent_digits = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_float = (fraction.is_some() || exponent.is_some())
        && is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent_digits.is_none_or(is_digits);
    let value: f64 = is_float.then(|| text.parse().ok())??;
    value.is_finite().then_some(Scalar::Float(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_bools_are_known() {
        let cases: [(&str, Value); 17] = [
            ("0", 0_i64.into()),
            ("7", 7_i64.into()),
            ("-12", (-12_i64).into()),
            ("9223372036854775807", i64::MAX.into()),
            ("-9223372036854775808", i64::MIN.into()),
            ("0.5", 0.5.into()),
            ("-0.0", (-0.0).into()),
            ("12.340", 12.34.into()),
            ("1e3", 1000.0.into()),
            ("1.5E-7", 1.5e-7.into()),
            ("2e+5", 2e5.into()),
            ("0.1234567890123456789", 0.123_456_789_012_345_68.into()),
            (
                "123456789012345678901234.5",
                1.234_567_890_123_456_9e23.into(),
            ),
            ("9007199254740993.0", 9_007_199_254_740_992.0.into()),
            ("5e-324", 5e-324.into()),
            ("true", true.into()),
            ("false", false.into()),
        ];
        for (field, value) in cases {
            let found = infer(field.as_bytes()).map(Value::from);
            assert_eq!(found, Some(value), "{field}");
        }
    }

    #[test]
    fn what_cannot_be_written_back_stays_text() {
        let cases = [
            "007",
            "-007.5",
            "00",
            "+5",
            " 5",
            "5 ",
            "5.",
            ".5",
            "-",
            "--5",
            "1-2",
            "1.2.3",
            "1e",
            "1e+",
            "e5",
            "-0",
            "0x1F",
            "1_000",
            "1,5",
            "NaN",
            "nan",
            "inf",
            "-inf",
            "1e999",
            "True",
            "TRUE",
            "t",
            "truer",
            "2024-05-01",
            "9223372036854775808",
            "-9223372036854775809",
            "123456789012345678901234",
            "\u{661}",
            "01e5",
            "1.5e5.5",
        ];
        for field in cases {
            assert_eq!(infer(field.as_bytes()), None, "{field}");
        }
    }

    proptest! {
        #[test]
        fn decimals_are_read_as_the_standard_library_does(text in "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?(e[+-]?[0-9]{1,3})?") {
            let expected: f64 = text.parse().unwrap();
            let is_int = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            match infer(text.as_bytes()).map(Value::from) {
                Some(value) if is_int => prop_assert_eq!(value, Value::from(text.parse::<i64>().unwrap())),
                Some(value) => prop_assert_eq!(value.as_float().unwrap().to_bits(), expected.to_bits()),
                None if is_int => prop_assert!(text == "-0" || text.parse::<i64>().is_err()),
                None => prop_assert!(expected.is_infinite()),
            }
        }
    }
}
