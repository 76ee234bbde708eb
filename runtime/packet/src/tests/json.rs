//! Values to JSON and back.

use proptest::prelude::*;

use super::support::{config, json_values};
use crate::{Shapes, Value};

#[track_caller]
fn read(json: &str) -> Value {
    Value::from_json(json.as_bytes()).unwrap()
}

#[track_caller]
fn refusal(json: &str) -> String {
    Value::from_json(json.as_bytes()).unwrap_err().to_string()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_value_is_read_back_as_it_was(value in json_values()) {
        let json = value.to_json().unwrap();
        let back = Value::from_json(json.as_bytes()).unwrap();
        prop_assert_eq!(&back, &value, "{}", json);
        prop_assert_eq!(back.kind(), value.kind());
        let pretty = value.to_json_pretty().unwrap();
        prop_assert_eq!(Value::from_json(pretty.as_bytes()).unwrap(), value);
    }

    #[test]
    fn floats_keep_every_bit(bits in any::<u64>()) {
        let float = f64::from_bits(bits);
        let json = Value::from(float).to_json();
        if float.is_finite() {
            let back = Value::from_json(json.unwrap().as_bytes()).unwrap();
            prop_assert_eq!(back.as_float().map(f64::to_bits), Some(bits));
        } else {
            prop_assert!(json.is_err());
        }
    }

    #[test]
    fn reading_any_text_never_panics(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "[", "]", "{", "}", "\"", ",", ":", "1", "-", ".5", "e9", "true", "null", "$bytes", "\\u", "\u{0}",
            ]),
            0..30,
        ),
    ) {
        drop(Value::from_json(parts.concat().as_bytes()));
    }
}

#[test]
fn bytes_are_base64_under_one_key() {
    let value = Value::from(vec![0_u8, 255, 16]);
    assert_eq!(value.to_json().unwrap(), r#"{"$bytes":"AP8Q"}"#);
    assert_eq!(read(r#"{"$bytes":"AP8Q"}"#), value);
    // What is no base64 stays a record.
    assert!(read(r#"{"$bytes":"?"}"#).as_record().is_some());
    assert!(read(r#"{"$bytes":"AP8Q","more":1}"#).as_record().is_some());
}

#[test]
fn ints_reach_to_the_ends_of_64_bits_and_no_further() {
    for int in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(read(&int.to_string()), Value::from(int));
    }
    for beyond in ["9223372036854775808", "18446744073709551615"] {
        let message = refusal(beyond);
        assert!(message.contains("does not fit a 64-bit int"), "{message}");
    }
}

#[test]
fn ints_beyond_unsigned_64_bits_are_refused_too() {
    for beyond in [
        "18446744073709551616",
        "-9223372036854775809",
        "99999999999999999999999",
    ] {
        let read = Value::from_json(beyond.as_bytes());
        assert!(read.is_err(), "{beyond} was read as {read:?}");
    }
}

#[test]
fn field_that_stands_there_twice_is_refused() {
    for json in [r#"{"a":1,"a":2}"#, r#"[{"x":{"a":1,"b":2,"a":3}}]"#] {
        let message = refusal(json);
        assert!(message.contains("`a` stands there twice"), "{message}");
    }
}

#[test]
fn faults_have_their_place() {
    let error = Value::from_json(b"{\n  \"a\": nope\n}").unwrap_err();
    assert_eq!(error.line(), 2);
    assert!(error.column() > 0);
    let error = Value::from_json(b"1 2").unwrap_err();
    assert_eq!((error.line(), error.column()), (1, 3));
}

#[test]
fn depth_is_limited_when_reading() {
    let fits = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert!(Value::from_json(fits.as_bytes()).is_ok());
    let deep = "[".repeat(1_000_000);
    let message = refusal(&deep);
    assert!(message.contains("recursion limit"), "{message}");
}

#[test]
fn field_order_is_kept() {
    let json = r#"{"z":1,"a":2,"m":{"y":null,"b":[true,0.5,"x"]}}"#;
    assert_eq!(read(json).to_json().unwrap(), json);
}

#[test]
fn opaque_values_and_numbers_without_end_are_not_written() {
    assert!(
        Value::opaque(1_i32)
            .to_json()
            .unwrap_err()
            .to_string()
            .contains("i32")
    );
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Value::list(vec![Value::from(float)]).to_json().is_err());
    }
}

#[test]
fn rows_of_one_table_share_their_shape() {
    let mut shapes = Shapes::default();
    let mut row = |json: &str| Value::from_json_sharing(json.as_bytes(), &mut shapes).unwrap();
    let (a, b, c) = (
        row(r#"{"x":1,"y":2}"#),
        row(r#"{"x":3,"y":4}"#),
        row(r#"{"y":1,"x":2}"#),
    );
    let shape = |value: &Value| value.as_record().unwrap().shape().clone();
    assert!(shape(&a).is_same(&shape(&b)));
    assert!(!shape(&a).is_same(&shape(&c)));
}
