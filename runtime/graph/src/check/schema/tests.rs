//! What is said of values that do not suit a schema.

use super::*;

fn case(schema: &str, value: &str) -> Option<String> {
    let schema = serde_json::from_str(schema).unwrap();
    validate(&schema, &Value::from_json(value.as_bytes()).unwrap(), "x")
}

/// Schema, value, and what is said.
const PROBLEMS: &[(&str, &str, &str)] = &[
    (
        r#"{"type":"integer","minimum":0}"#,
        "-1",
        "`x` is -1, but must be at least 0",
    ),
    (
        r#"{"type":"integer","minimum":0.0}"#,
        "-1",
        "`x` is -1, but must be at least 0",
    ),
    (
        r#"{"maximum":2.5}"#,
        "3",
        "`x` is 3, but must be at most 2.5",
    ),
    (
        r#"{"exclusiveMinimum":0}"#,
        "0",
        "`x` is 0, but must be more than 0",
    ),
    (
        r#"{"exclusiveMaximum":1}"#,
        "1",
        "`x` is 1, but must be less than 1",
    ),
    (
        r#"{"type":["integer","null"]}"#,
        r#""a""#,
        r#"`x` is "a", but must be int or null"#,
    ),
    (
        r#"{"enum":["drop","rejected"]}"#,
        r#""drp""#,
        r#"`x` is "drp", but must be one of "drop", "rejected""#,
    ),
    (r#"{"const":3}"#, "4", "`x` is 4, but must be 3"),
    (r#"{"minLength":1}"#, r#""""#, "`x` must not be empty"),
    (
        r#"{"minLength":3}"#,
        r#""a""#,
        "`x` has 1 character, but must have at least 3 characters",
    ),
    (
        r#"{"minItems":2}"#,
        "[1]",
        "`x` has 1 element, but must have at least 2 elements",
    ),
    (
        r#"{"items":{"type":"string"}}"#,
        r#"["a",1]"#,
        "`x[1]` is 1, but must be text",
    ),
    (
        r#"{"properties":{"a":{"type":"boolean"}}}"#,
        r#"{"a":1}"#,
        "`x.a` is 1, but must be bool",
    ),
    (r#"{"required":["a"]}"#, "{}", "`x` lacks the field `a`"),
    (
        r#"{"properties":{"a":{}},"additionalProperties":false}"#,
        r#"{"b":1}"#,
        "`x` has no field `b`; its fields are `a`",
    ),
    (
        r#"{"additionalProperties":{"type":"string"}}"#,
        r#"{"b":1}"#,
        "`x.b` is 1, but must be text",
    ),
    (
        r#"{"oneOf":[{"const":"a"},{"const":"b"}]}"#,
        r#""c""#,
        r#"`x` is "c", but must be one of "a", "b""#,
    ),
    (
        r#"{"anyOf":[{"type":"string"},{"type":"integer","minimum":1}]}"#,
        "0",
        "`x` is 0, but must be at least 1",
    ),
    (
        r#"{"anyOf":[{"type":"string"},{"type":"array"}]}"#,
        "0",
        "`x` is 0, but must be text or a list",
    ),
    (
        r##"{"$ref":"#/$defs/N","$defs":{"N":{"type":"integer"}}}"##,
        "1.5",
        "`x` is 1.5, but must be int",
    ),
];

#[test]
fn problems_are_told_in_words() {
    for (schema, value, wanted) in PROBLEMS {
        assert_eq!(case(schema, value).as_deref(), Some(*wanted), "{schema}");
    }
}

#[test]
fn good_values_pass() {
    let cases = [
        (r#"{"type":"number","minimum":0}"#, "1"),
        (r#"{"enum":["drop",null]}"#, "null"),
        (
            r#"{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}"#,
            r#"["a"]"#,
        ),
        (r#"{"format":"uint64","title":"whatever"}"#, "[]"),
        ("true", "1"),
    ];
    for (schema, value) in cases {
        assert_eq!(case(schema, value), None, "{schema}");
    }
}

#[test]
fn schema_that_refers_to_itself_ends() {
    assert_eq!(case(r##"{"$ref":"#"}"##, "1"), None);
}
