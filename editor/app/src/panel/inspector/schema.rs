//! Which kind of field a setting gets, from its type and schema.

use millstream_graph::PortSpec;
use millstream_packet::{Kind, PortType, Value};
use serde_json::Value as Json;

/// The kind of field of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// One of a few texts.
    Choice(Vec<String>),
    /// A text.
    Text,
    /// A text in the language of expressions.
    Expression,
    /// A text, or something else that is written as in the file.
    Loose,
    /// Anything else, written as in the file.
    Ron,
}

/// The kind of field of a port.
pub(super) fn shape(port: &PortSpec) -> Shape {
    let schema = port.setting.as_ref().map(|setting| &setting.schema);
    if let Some(schema) = schema {
        let form = schema.get("format").and_then(Json::as_str);
        if form.is_some_and(|form| form.starts_with("millstream-")) {
            return Shape::Expression;
        }
        let choices = choices(schema, schema, 0);
        if !choices.is_empty() {
            return Shape::Choice(choices);
        }
    }
    of_type(&port.port_type)
}

fn of_type(port_type: &PortType) -> Shape {
    let kinds: Vec<Kind> = port_type
        .kinds()
        .filter(|kind| *kind != Kind::Null)
        .collect();
    match kinds[..] {
        [Kind::Bool] => Shape::Bool,
        [Kind::Int] => Shape::Int,
        [Kind::Float] | [Kind::Int, Kind::Float] => Shape::Float,
        [Kind::Text] => Shape::Text,
        _ if !port_type.is_any() && kinds.contains(&Kind::Text) => Shape::Loose,
        _ => Shape::Ron,
    }
}

/// The texts that a schema allows, if it allows nothing else.
fn choices(schema: &Json, root: &Json, depth: usize) -> Vec<String> {
    if depth > 4 {
        return Vec::new();
    }
    let text = |value: &Json| value.as_str().map(str::to_owned);
    if let Some(only) = schema.get("const") {
        return text(only).into_iter().collect();
    }
    if let Some(list) = schema.get("enum").and_then(Json::as_array) {
        return list.iter().filter_map(text).collect();
    }
    let referred = schema.get("$ref").and_then(Json::as_str);
    let referred = referred.and_then(|path| root.pointer(path.strip_prefix('#')?));
    if let Some(referred) = referred {
        return choices(referred, root, depth + 1);
    }
    let mut all = Vec::new();
    for key in ["oneOf", "anyOf"] {
        let alternatives = schema.get(key).and_then(Json::as_array);
        for alternative in alternatives.into_iter().flatten() {
            if alternative.get("type").and_then(Json::as_str) == Some("null") {
                continue;
            }
            let found = choices(alternative, root, depth + 1);
            if found.is_empty() {
                return Vec::new();
            }
            all.extend(found);
        }
    }
    all
}

/// Reads what was typed into a field.
pub(super) fn read(shape: &Shape, text: &str) -> Result<Option<Value>, String> {
    let text = text.trim();
    match shape {
        Shape::Int => {
            let number: i64 = text
                .parse()
                .map_err(|_nan| "a whole number is needed".to_owned())?;
            Ok(Some(Value::from(number)))
        }
        Shape::Float => {
            if let Ok(number) = text.parse::<i64>() {
                return Ok(Some(Value::from(number)));
            }
            let number: f64 = text
                .parse()
                .map_err(|_nan| "a number is needed".to_owned())?;
            Ok(Some(Value::from(number)))
        }
        _ => Ok(None),
    }
}

/// The limits of a setting in a few words, such as `1 to 100`.
pub(super) fn limits(port: &PortSpec) -> Option<String> {
    let schema = &port.setting.as_ref()?.schema;
    let number = |key: &str| schema.get(key).filter(|limit| limit.is_number());
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, Some(most)) => Some(format!("at most {most}")),
        (None, None) => None,
    }
}

/// A value as it is written in the field of this kind.
pub(super) fn write(shape: &Shape, value: &Value) -> String {
    match (shape, value.as_text()) {
        (Shape::Text | Shape::Expression | Shape::Choice(_), Some(text)) => text.to_owned(),
        (Shape::Loose, Some(text)) if is_bare(text) => text.to_owned(),
        _ => ron(value),
    }
}

/// Whether a text without quotes would be read as this text, and not as a number, a list or the like.
fn is_bare(text: &str) -> bool {
    let is_word = matches!(text, "true" | "false" | "null" | "None" | "inf" | "NaN");
    let is_number = text.parse::<f64>().is_ok();
    let begins = text.starts_with(['"', '[', '{', '(', '\'']) || text.starts_with("r#");
    !is_word && !is_number && !begins && !text.trim().is_empty()
}

/// A value in one line, as JSON, which RON reads too.
pub(super) fn ron(value: &Value) -> String {
    value.to_json().unwrap_or_else(|_| format!("{value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::catalog;

    fn of(component: &str, port: &str) -> Shape {
        let catalog = catalog();
        shape(catalog.get(component).unwrap().in_port(port).unwrap())
    }

    #[test]
    fn settings_get_the_field_that_suits() {
        assert_eq!(of("core/Sequence", "count"), Shape::Int);
        assert_eq!(of("core/Sort", "descending"), Shape::Bool);
        assert_eq!(of("text/Template", "template"), Shape::Text);
        assert_eq!(of("file/ReadLines", "path"), Shape::Loose);
        assert_eq!(of("data/Filter", "where"), Shape::Expression);
        assert_eq!(of("core/Kick", "value"), Shape::Ron);
    }

    #[test]
    fn texts_that_would_be_read_as_something_else_keep_their_quotes() {
        let shown = |text: &str| write(&Shape::Loose, &Value::from(text));
        assert_eq!(shown("access.log"), "access.log");
        assert_eq!(shown("12"), "\"12\"");
        assert_eq!(shown("[x"), "\"[x\"");
        assert_eq!(shown("true"), "\"true\"");
    }

    #[test]
    fn numbers_are_read_or_refused_with_the_reason() {
        assert_eq!(read(&Shape::Int, " 12 "), Ok(Some(Value::from(12))));
        assert!(read(&Shape::Int, "12x").is_err());
        assert_eq!(read(&Shape::Float, "1.5"), Ok(Some(Value::from(1.5))));
        assert_eq!(read(&Shape::Float, "2"), Ok(Some(Value::from(2))));
        assert_eq!(read(&Shape::Text, "x"), Ok(None));
    }

    #[test]
    fn choices_are_found_behind_references_and_alternatives() {
        let schema = serde_json::json!({
            "anyOf": [{ "$ref": "#/$defs/Mode" }, { "type": "null" }],
            "$defs": { "Mode": { "oneOf": [{ "const": "a" }, { "const": "b" }] } },
        });
        assert_eq!(choices(&schema, &schema, 0), ["a", "b"]);
        let open = serde_json::json!({ "anyOf": [{ "const": "a" }, { "type": "string" }] });
        assert!(choices(&open, &open, 0).is_empty());
    }
}
