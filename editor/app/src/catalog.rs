//! The components, read from what `millstream components --json` says.
//!
//! The editor never sees the components themselves (R4): whoever has them describes them in this document.

use indexmap::IndexMap;
use millstream_graph::{Catalog, ComponentSpec, Cost, ExampleSpec, PortSpec, SettingSpec};
use millstream_packet::{Packet, PortType, Value};
use serde::Deserialize;
use serde_json::Value as Json;

/// The name of the document that is read.
const SCHEMA: &str = "millstream.components/1";

/// Why a text is no catalog.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// It is not JSON of this form.
    #[error("not a catalog of components: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of another version.
    #[error("the catalog is a `{0}`, not a `{SCHEMA}`")]
    Schema(String),
}

/// Reads the catalog that `millstream components --json` writes.
///
/// # Errors
///
/// Fails when the text is no such document.
pub fn read_catalog(json: &str) -> Result<Catalog, CatalogError> {
    let document: Document = serde_json::from_str(json)?;
    if document.schema != SCHEMA {
        return Err(CatalogError::Schema(document.schema));
    }
    let specs = document.components.into_iter().map(Component::spec);
    Ok(Catalog::new(specs))
}

#[derive(Deserialize)]
struct Document {
    schema: String,
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    summary: String,
    #[serde(default)]
    docs: String,
    #[serde(default)]
    cost: String,
    in_ports: Vec<Port>,
    out_ports: Vec<Port>,
    #[serde(default)]
    examples: Vec<Example>,
}

#[derive(Deserialize)]
struct Port {
    name: String,
    #[serde(rename = "type")]
    takes: String,
    #[serde(default)]
    array: bool,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    at_end: bool,
    #[serde(default)]
    docs: String,
    #[serde(default)]
    setting: Option<Setting>,
}

#[derive(Deserialize)]
struct Setting {
    #[serde(default)]
    default: Option<Value>,
    schema: Json,
    #[serde(default)]
    hot: bool,
}

#[derive(Deserialize)]
struct Example {
    title: String,
    #[serde(default)]
    iips: IndexMap<String, Value>,
    #[serde(default)]
    inputs: IndexMap<String, Vec<Piece>>,
    #[serde(default)]
    outputs: IndexMap<String, Vec<Piece>>,
    #[serde(default)]
    failure: Option<String>,
}

/// A packet of an example.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Piece {
    Data(Value),
    Open(Value),
    Close(Value),
}

impl Component {
    fn spec(self) -> ComponentSpec {
        let cost = match self.cost.as_str() {
            "heavy" => Cost::Heavy,
            "blocking" => Cost::Blocking,
            _ => Cost::Light,
        };
        ComponentSpec {
            name: self.name,
            summary: self.summary,
            docs: self.docs,
            in_ports: self.in_ports.into_iter().map(Port::spec).collect(),
            out_ports: self.out_ports.into_iter().map(Port::spec).collect(),
            cost,
            examples: self.examples.into_iter().map(Example::spec).collect(),
        }
    }
}

impl Port {
    fn spec(self) -> PortSpec {
        PortSpec {
            name: self.name,
            // A type that a newer runtime has and we do not know is any: nothing is refused then that may fit.
            port_type: self.takes.parse().unwrap_or(PortType::ANY),
            array: self.array,
            required: self.required,
            at_end: self.at_end,
            setting: self.setting.map(|setting| SettingSpec {
                default: setting.default,
                schema: setting.schema,
                hot: setting.hot,
            }),
            docs: self.docs,
        }
    }
}

impl Example {
    fn spec(self) -> ExampleSpec {
        ExampleSpec {
            title: self.title,
            iips: self.iips,
            inputs: packets(self.inputs),
            outputs: packets(self.outputs),
            failure: self.failure,
        }
    }
}

fn packets(ports: IndexMap<String, Vec<Piece>>) -> IndexMap<String, Vec<Packet>> {
    let packet = |piece| match piece {
        Piece::Data(value) => Packet::data(value),
        Piece::Open(label) => Packet::open(label),
        Piece::Close(label) => Packet::close(label),
    };
    let ports = ports.into_iter();
    ports
        .map(|(port, pieces)| (port, pieces.into_iter().map(packet).collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{
        "schema": "millstream.components/1",
        "components": [{
            "name": "core/Kick", "summary": "Sends a value.", "docs": "", "cost": "heavy",
            "in_ports": [{
                "name": "value", "type": "any", "array": false, "required": true, "at_end": false,
                "docs": "What is sent.", "setting": { "default": 1, "schema": { "type": "integer" } }
            }],
            "out_ports": [{
                "name": "out", "type": "text", "array": false, "required": true, "at_end": false, "docs": ""
            }],
            "examples": [{
                "title": "One.", "iips": { "value": 1 }, "inputs": {},
                "outputs": { "out": [{ "open": null }, { "data": 1 }, { "close": null }] }, "failure": null
            }]
        }]
    }"#;

    #[test]
    fn catalog_is_read_as_the_command_line_writes_it() {
        let catalog = read_catalog(SAMPLE).unwrap();
        let spec = catalog.get("core/Kick").unwrap();
        assert_eq!(spec.cost, Cost::Heavy);
        let value = spec.in_port("value").unwrap();
        let setting = value.setting.as_ref().unwrap();
        assert_eq!(setting.default, Some(Value::from(1)));
        assert!(
            spec.out_port("out")
                .unwrap()
                .port_type
                .accepts(&Value::from("x"))
        );
        let example = spec.examples.first().unwrap();
        assert_eq!(example.outputs.get("out").map(Vec::len), Some(3));
    }

    #[test]
    fn other_documents_are_refused() {
        let other = SAMPLE.replace("components/1", "components/2");
        let error = read_catalog(&other).unwrap_err().to_string();
        assert!(error.contains("millstream.components/2"), "{error}");
        assert!(read_catalog("[]").is_err());
    }
}
