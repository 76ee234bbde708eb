//! How much is in a message, found out before it is read: a number of two letters takes seventy bytes once it is read.

use crate::limits::MESSAGE_VALUES_MAX;

/// Whether a JSON text holds more values than a message may. What is no JSON is for whoever reads it to say.
pub(crate) fn is_too_rich(text: &str) -> bool {
    // Most messages are shorter than that many values can be.
    text.len() > MESSAGE_VALUES_MAX && separators(text.as_bytes()) >= MESSAGE_VALUES_MAX
}

/// Commas that are not inside strings: one less than values, where the outermost one is counted as its content.
fn separators(text: &[u8]) -> usize {
    let mut count = 0;
    let mut is_string = false;
    let mut letters = text.iter();
    while let Some(letter) = letters.next() {
        match letter {
            b'"' => is_string = !is_string,
            // What is escaped ends no string.
            b'\\' if is_string => drop(letters.next()),
            b',' if !is_string => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_texts_are_not_looked_into() {
        let cases = [
            ("[]", 0),
            ("[1,2,3]", 2),
            (r#"{"a":1,"b":[[],[]]}"#, 2),
            (r#"["1,2,3"]"#, 0),
            (r#"["\"1,2,",3,"\\",4]"#, 3),
            (r#"["a,"#, 0),
        ];
        for (text, wanted) in cases {
            assert_eq!(separators(text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn as_many_values_as_may_be_are_let_through_and_no_more() {
        let list = |values: usize| format!("[{}1]", "1,".repeat(values - 1));
        assert!(!is_too_rich(&list(MESSAGE_VALUES_MAX)));
        assert!(is_too_rich(&list(MESSAGE_VALUES_MAX + 1)));
        assert!(!is_too_rich(&format!(
            "[\"{}\"]",
            list(MESSAGE_VALUES_MAX + 1)
        )));
    }
}
