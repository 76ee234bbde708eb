//! Values and ports between the model and the wire.

use millstream_graph::{ComponentSpec, PortKey, PortName, PortRef, PortSpec, ProcessName};
use millstream_packet::{Kind, PortType, Value};
use millstream_protocol::fbp::{Index, Port, PortDefinition, component::Component};
use serde_json::Value as Json;

/// A value as JSON. What JSON cannot say (opaque values, numbers that are not finite) becomes text.
pub(crate) fn json_of(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_else(|_| Json::String(format!("{value:?}")))
}

/// A value from JSON.
///
/// # Errors
///
/// Fails for numbers beyond 64 bits, saying so.
pub(crate) fn value_of(json: &Json) -> Result<Value, String> {
    Value::from_json(json.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// An end of an edge as the model has it.
///
/// # Errors
///
/// Fails when a name is no name here, saying why.
pub(crate) fn end_of(port: &Port) -> Result<PortRef, String> {
    let process = ProcessName::new(&port.node).map_err(|error| error.to_string())?;
    let index = match &port.index {
        None => None,
        Some(index) => Some(
            index
                .number()
                .ok_or_else(|| format!("the index of `{}` is no number", port.port))?,
        ),
    };
    let key = PortKey {
        port: PortName::new(&port.port).map_err(|error| error.to_string())?,
        index,
    };
    Ok(PortRef::new(process, key))
}

/// An end of an edge as the wire has it.
pub(crate) fn port_of(end: &PortRef) -> Port {
    Port {
        node: end.process.to_string(),
        port: end.port.to_string(),
        index: end.index.map(Index::Number),
    }
}

/// A component as the wire has it.
pub(crate) fn component_of(spec: &ComponentSpec, is_subgraph: bool) -> Component {
    Component {
        name: spec.name.clone(),
        description: Some(spec.summary.clone()).filter(|text| !text.is_empty()),
        icon: None,
        subgraph: is_subgraph,
        in_ports: spec.in_ports.iter().map(definition_of).collect(),
        out_ports: spec.out_ports.iter().map(definition_of).collect(),
    }
}

/// A port as the wire has it.
pub(crate) fn definition_of(port: &PortSpec) -> PortDefinition {
    let setting = port.setting.as_ref();
    let choices = setting.and_then(|setting| setting.schema.get("enum"));
    PortDefinition {
        id: port.name.clone(),
        kind: kind_of(&port.port_type).to_owned(),
        required: Some(port.required),
        addressable: Some(port.array),
        description: Some(port.docs.clone()).filter(|text| !text.is_empty()),
        values: choices.and_then(Json::as_array).cloned(),
        default: setting.and_then(|setting| setting.default.as_ref().map(json_of)),
    }
}

/// The protocol's word for a type; several kinds at once are `all`, but for the two kinds of numbers.
fn kind_of(port_type: &PortType) -> &'static str {
    if *port_type == PortType::FLOAT {
        return "number";
    }
    let kinds: Vec<Kind> = port_type.kinds().collect();
    match kinds[..] {
        [Kind::Bool] => "boolean",
        [Kind::Int] => "int",
        [Kind::Text] => "string",
        [Kind::Bytes] => "buffer",
        [Kind::List] => "array",
        [Kind::Record] => "object",
        _ => "all",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_words_of_the_protocol() {
        let text_or_bytes = PortType::TEXT.or(&PortType::BYTES);
        let words = [
            (PortType::ANY, "all"),
            (PortType::FLOAT, "number"),
            (PortType::INT, "int"),
            (PortType::TEXT, "string"),
            (PortType::BYTES, "buffer"),
            (PortType::RECORD, "object"),
            (text_or_bytes, "all"),
        ];
        for (port_type, word) in words {
            assert_eq!(kind_of(&port_type), word);
        }
    }

    #[test]
    fn values_go_there_and_back() {
        let json = serde_json::json!({ "b": [1, 2.5, null, true, "x"], "a": {} });
        assert_eq!(json_of(&value_of(&json).unwrap()), json);
        assert!(value_of(&serde_json::json!(u64::MAX)).is_err());
        assert_eq!(
            json_of(&Value::from(f64::NAN)),
            Json::String("NaN".to_owned())
        );
    }

    #[test]
    fn ends_with_bad_names_are_refused() {
        let port = |node: &str, index| Port {
            node: node.to_owned(),
            port: "in".to_owned(),
            index,
        };
        let end = end_of(&port("a", Some(Index::Text("2".to_owned())))).unwrap();
        assert_eq!(end.to_string(), "a.in[2]");
        assert_eq!(port_of(&end), port("a", Some(Index::Number(2))));
        assert!(end_of(&port("a b", None)).is_err());
        assert!(end_of(&port("a", Some(Index::Text("x".to_owned())))).is_err());
    }
}
