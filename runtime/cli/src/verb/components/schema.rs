//! What a JSON Schema allows, in a few words.

use millstream_graph::{PortSpec, SettingSpec};
use millstream_packet::{Packet, PacketView, Value};
use serde_json::Value as Json;

/// The limits beyond the type: `1 to 100`, `one of a, b`; none if there are none.
pub(super) fn limits(setting: &SettingSpec) -> Option<String> {
    let parts: Vec<String> = [
        choices(&setting.schema, &setting.schema),
        range(&setting.schema),
        length(&setting.schema),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The type as people read it; of a list also what is in it, of text its form.
pub(super) fn type_name(port: &PortSpec) -> String {
    let schema = port.setting.as_ref().map(|setting| &setting.schema);
    if let Some(form) = schema.and_then(form) {
        return form.to_owned();
    }
    let inner = ["items", "additionalProperties"];
    if let Some(form) = inner.iter().find_map(|key| form(schema?.get(*key)?)) {
        return format!("{} of {form}s", port.port_type);
    }
    let items = schema
        .and_then(|schema| schema.get("items")?.get("type")?.as_str())
        .map(|items| format!(" of {}", if items == "string" { "text" } else { items }));
    format!("{}{}", port.port_type, items.unwrap_or_default())
}

/// The form that a text has beside being text, such as `condition`.
fn form(schema: &Json) -> Option<&str> {
    schema.get("format")?.as_str()?.strip_prefix("millstream-")
}

fn choices(schema: &Json, root: &Json) -> Option<String> {
    let mut words = Vec::new();
    collect(schema, root, &mut words, 0);
    (!words.is_empty()).then(|| format!("one of {}", words.join(", ")))
}

/// Collects the constants that a schema allows, through its alternatives and references.
fn collect(schema: &Json, root: &Json, words: &mut Vec<String>, depth: usize) {
    if depth > 4 {
        return;
    }
    if let Some(word) = schema.get("const") {
        words.push(word.to_string());
    }
    if let Some(list) = schema.get("enum").and_then(Json::as_array) {
        words.extend(
            list.iter()
                .filter(|word| !word.is_null())
                .map(Json::to_string),
        );
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        let alternatives = schema.get(key).and_then(Json::as_array);
        for alternative in alternatives.into_iter().flatten() {
            collect(alternative, root, words, depth + 1);
        }
    }
    let target = schema
        .get("$ref")
        .and_then(Json::as_str)
        .and_then(|path| path.strip_prefix('#'));
    if let Some(definition) = target.and_then(|path| root.pointer(path)) {
        collect(definition, root, words, depth + 1);
    }
}

fn range(schema: &Json) -> Option<String> {
    let number = |key: &str| schema.get(key).filter(|limit| limit.is_number());
    let (least, most) = (number("minimum"), number("maximum"));
    match (
        least,
        most,
        number("exclusiveMinimum"),
        number("exclusiveMaximum"),
    ) {
        (Some(least), Some(most), ..) => Some(format!("{least} to {most}")),
        (Some(least), None, _, None) => Some(format!("at least {least}")),
        (None, Some(most), ..) => Some(format!("at most {most}")),
        (_, _, Some(least), None) => Some(format!("more than {least}")),
        (_, _, None, Some(most)) => Some(format!("less than {most}")),
        (_, _, Some(least), Some(most)) => Some(format!("between {least} and {most}")),
        (None, None, None, None) => None,
    }
}

fn length(schema: &Json) -> Option<String> {
    let number = |key: &str| schema.get(key).and_then(Json::as_u64);
    let show = |least: Option<u64>, most: Option<u64>, word: &str| match (least, most) {
        (Some(1), None) => Some("not empty".to_owned()),
        (Some(least), None) => Some(format!("at least {least} {word}")),
        (None, Some(most)) => Some(format!("at most {most} {word}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {word}")),
        (None, None) => None,
    };
    show(number("minLength"), number("maxLength"), "characters")
        .or_else(|| show(number("minItems"), number("maxItems"), "elements"))
}

/// A value as one line of JSON.
pub(super) fn show_value(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_else(|_unwritable| format!("{value:?}"))
}

/// A packet as one line: JSON, or `OPEN label`, `CLOSE label`.
pub(super) fn show_packet(packet: &Packet) -> String {
    let bracket = |word: &str, label: Option<&Value>| match label {
        Some(label) => format!("{word} {}", show_value(label)),
        None => word.to_owned(),
    };
    match packet.view() {
        PacketView::Data(value) => show_value(value),
        PacketView::Open(label) => bracket("OPEN", label),
        PacketView::Close(label) => bracket("CLOSE", label),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_read_as_a_few_words() {
        let case = |schema: Json| {
            limits(&SettingSpec {
                hot: false,
                default: None,
                schema,
            })
        };
        assert_eq!(
            case(json!({ "minimum": 1, "maximum": 9 })).unwrap(),
            "1 to 9"
        );
        assert_eq!(case(json!({ "minimum": 0 })).unwrap(), "at least 0");
        assert_eq!(case(json!({ "minLength": 1 })).unwrap(), "not empty");
        let choice = json!({ "$ref": "#/$defs/K", "$defs": { "K": { "oneOf": [{ "const": "a" }, { "const": "b" }] } } });
        assert_eq!(case(choice).unwrap(), "one of \"a\", \"b\"");
        assert_eq!(case(json!({ "type": "string" })), None);
    }
}
