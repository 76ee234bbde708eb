//! Values as lines.

use std::fmt::Write as _;

use millstream_component::prelude::*;

/// Adds a value: text as it is, other values as JSON without blanks.
///
/// # Errors
///
/// Fails when JSON does not have the value; then nothing is added.
pub(crate) fn push(buffer: &mut Vec<u8>, value: &Value) -> Result<(), Failure> {
    if let Some(text) = value.as_text() {
        buffer.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    let before = buffer.len();
    serde_json::to_writer(&mut *buffer, value).map_err(|error| {
        buffer.truncate(before);
        Failure::from(error)
    })
}

/// Adds a value as [`push`] does.
///
/// # Errors
///
/// Fails when JSON does not have the value; then nothing is added.
pub(crate) fn push_str(text: &mut String, value: &Value) -> Result<(), Failure> {
    match value.view() {
        View::Text(part) => text.push_str(part),
        View::Int(int) => write!(text, "{int}")?,
        _ => text.push_str(&value.to_json()?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_or_json() {
        let list = Value::list(vec![1_i64.into(), "a".into(), Value::NULL]);
        let cases = [
            ("a \"b\"\n".into(), "a \"b\"\n"),
            (list, r#"[1,"a",null]"#),
            (Value::NULL, "null"),
            (1.0.into(), "1.0"),
            ((-7_i64).into(), "-7"),
            (Value::from(&b"\xFF"[..]), r#"{"$bytes":"/w=="}"#),
        ];
        for (value, line) in cases {
            let (mut bytes, mut text) = (Vec::new(), String::new());
            push(&mut bytes, &value).unwrap();
            push_str(&mut text, &value).unwrap();
            assert_eq!(bytes, line.as_bytes());
            assert_eq!(text, line);
        }
    }

    #[test]
    fn nothing_is_added_of_what_cannot_be_written() {
        let value = Value::list(vec![1_i64.into(), f64::NAN.into()]);
        let (mut bytes, mut text) = (b"before".to_vec(), "before".to_owned());
        assert!(push(&mut bytes, &value).is_err());
        assert!(push_str(&mut text, &value).is_err());
        assert_eq!(
            (bytes.as_slice(), text.as_str()),
            (&b"before"[..], "before")
        );
    }
}
