//! Values to and from JSON text.

use serde::de::DeserializeSeed as _;

use crate::record::Shapes;
use crate::serial::ValueSeed;
use crate::value::Value;

/// JSON that cannot be read, or a value that cannot be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(#[from] serde_json::Error);

impl JsonError {
    /// Line of the fault, counted from 1; 0 when writing.
    pub fn line(&self) -> usize {
        self.0.line()
    }

    /// Column of the fault in bytes, counted from 1; 0 when writing.
    pub fn column(&self) -> usize {
        self.0.column()
    }
}

impl Value {
    /// Reads one JSON document.
    ///
    /// # Errors
    ///
    /// Fails with the place when the text is no JSON, nests deeper than 128 levels, names a field twice or holds an
    /// integer beyond 64 bits.
    pub fn from_json(json: &[u8]) -> Result<Self, JsonError> {
        Self::from_json_sharing(json, &mut Shapes::default())
    }

    /// As [`Value::from_json`]; records share their shapes with those read before.
    ///
    /// # Errors
    ///
    /// As [`Value::from_json`].
    pub fn from_json_sharing(json: &[u8], shapes: &mut Shapes) -> Result<Self, JsonError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let value = ValueSeed(shapes).deserialize(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    /// Writes compact JSON.
    ///
    /// # Errors
    ///
    /// Fails for opaque values and for numbers that are not finite.
    pub fn to_json(&self) -> Result<String, JsonError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Writes JSON over several lines, indented by two blanks.
    ///
    /// # Errors
    ///
    /// As [`Value::to_json`].
    pub fn to_json_pretty(&self) -> Result<String, JsonError> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}
