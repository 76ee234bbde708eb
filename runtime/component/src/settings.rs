//! Settings: in-ports that are read once, described by a struct.

use std::ops::Deref;
use std::sync::Arc;

use millstream_graph::{PortSpec, SettingSpec};
use millstream_packet::{PortType, Record, Value};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::cell::{ProcessCell, RESET};
use crate::failure::Failure;
use crate::wiring::Wiring;

/// The settings of a component: a struct whose every field is an in-port.
///
/// Doc comments of the fields are the help of the ports; `#[serde(default)]` gives defaults; schemars attributes
/// (`range`, `length`) are checked before the graph runs.
///
/// A field with `#[schemars(extend("hot" = true))]` can be changed while the component runs. An operator is prepared anew
/// then; any other component asks [`Config::refresh`] when it takes a packet. A change of any other field restarts the
/// process.
#[derive(Debug, Clone)]
pub struct Config<T> {
    settings: T,
    cell: Arc<ProcessCell>,
}

impl<T> Deref for Config<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.settings
    }
}

impl<T: DeserializeOwned> Config<T> {
    /// Takes the settings that were changed meanwhile; whether any were. Costs one look when none were, as nearly always.
    #[inline]
    pub fn refresh(&mut self) -> bool {
        if !self.cell.has(RESET) {
            return false;
        }
        match self.renew() {
            Ok(former) => former.is_some(),
            Err(failure) => {
                let process = self.cell.name();
                tracing::warn!(%process, error = %failure, "new settings are not taken");
                false
            }
        }
    }

    /// Takes the settings that were changed meanwhile and gives the former ones, if any were.
    ///
    /// # Errors
    ///
    /// Fails when they do not fit; the former ones stay then.
    #[doc(hidden)]
    pub fn renew(&mut self) -> Result<Option<T>, Failure> {
        let Some(record) = self.cell.take_settings() else {
            return Ok(None);
        };
        let settings = read(record)?;
        Ok(Some(std::mem::replace(&mut self.settings, settings)))
    }

    /// Goes back to former settings.
    #[doc(hidden)]
    pub fn restore(&mut self, former: T) {
        self.settings = former;
    }
}

fn read<T: DeserializeOwned>(settings: Record) -> Result<T, Failure> {
    let json = serde_json::to_value(Value::from(settings))?;
    serde_json::from_value(json).map_err(|error| Failure::fatal(format!("bad settings: {error}")))
}

impl Wiring {
    /// Reads the settings: initial packets at once, connected ones when their first packet comes.
    ///
    /// # Errors
    ///
    /// Fails when a setting is missing or does not fit.
    pub async fn settings<T: DeserializeOwned + JsonSchema>(
        &mut self,
    ) -> Result<Config<T>, Failure> {
        let mut fields = Vec::new();
        for port in settings_ports::<T>() {
            let Some(mut source) = self.take_in(&port.name) else {
                continue;
            };
            while let Some(packet) = source.recv().await {
                if let Ok(value) = packet.into_value() {
                    fields.push((port.name, value));
                    break;
                }
            }
        }
        Ok(Config {
            settings: read(Record::from_iter(fields))?,
            cell: Arc::clone(self.cell()),
        })
    }
}

/// What marks a setting that can be changed while the component runs.
const HOT: &str = "hot";

/// The setting ports that a struct describes, in the order of its fields.
pub fn settings_ports<T: JsonSchema>() -> Vec<PortSpec> {
    let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
    let schema = schema.as_value();
    let definitions = schema.get("$defs").cloned();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Json::as_array)
        .map(|names| names.iter().filter_map(Json::as_str).collect())
        .unwrap_or_default();
    let Some(Json::Object(properties)) = schema.get("properties") else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, property)| {
            setting_port(
                name,
                property,
                definitions.as_ref(),
                required.contains(&name.as_str()),
            )
        })
        .collect()
}

fn setting_port(
    name: &str,
    property: &Json,
    definitions: Option<&Json>,
    required: bool,
) -> PortSpec {
    let text = |key: &str| property.get(key).and_then(Json::as_str).unwrap_or_default();
    let mut schema = property.clone();
    if let Some(object) = schema.as_object_mut() {
        object.remove("description");
        object.remove("default");
        object.remove(HOT);
        if let (Some(definitions), true) = (definitions, refers(property)) {
            object.insert("$defs".to_owned(), definitions.clone());
        }
    }
    PortSpec {
        name: name.to_owned(),
        port_type: port_type(property),
        array: false,
        required,
        at_end: false,
        setting: Some(SettingSpec {
            default: default_value(property),
            hot: property.get(HOT).and_then(Json::as_bool) == Some(true),
            schema,
        }),
        docs: text("description").replace('\n', " "),
    }
}

fn refers(property: &Json) -> bool {
    property.to_string().contains("\"$ref\"")
}

fn default_value(property: &Json) -> Option<Value> {
    let default = property
        .get("default")
        .filter(|default| !default.is_null())?;
    serde_json::from_value(default.clone()).ok()
}

/// The port type of a property: its JSON types, or any when the schema leaves it open.
fn port_type(property: &Json) -> PortType {
    let names: Vec<&str> = match property.get("type") {
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => return PortType::ANY,
    };
    let types: Vec<PortType> = names.into_iter().filter_map(json_type).collect();
    match types.split_first() {
        Some((first, rest)) => rest.iter().fold(first.clone(), |all, one| all.or(one)),
        None => PortType::ANY,
    }
}

fn json_type(name: &str) -> Option<PortType> {
    match name {
        "boolean" => Some(PortType::BOOL),
        "integer" => Some(PortType::INT),
        "number" => Some(PortType::FLOAT),
        "string" => Some(PortType::TEXT),
        "array" => Some(PortType::LIST),
        "object" => Some(PortType::RECORD),
        // An optional setting may be left out; giving null for it is no use.
        _ => None,
    }
}
