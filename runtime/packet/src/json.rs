//! Values to and from JSON text.

use serde::de::DeserializeSeed as _;

use crate::record::Shapes;
use crate::serial::ValueSeed;
use crate::value::Value;

/// JSON that cannot be read, or a value that cannot be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct JsonError(#[from] Fault);

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error(
        "the number {number} does not fit a 64-bit int; quote it to keep it as text at line {line} column {column}"
    )]
    HugeInt {
        number: String,
        line: usize,
        column: usize,
    },
}

impl JsonError {
    /// Line of the fault, counted from 1; 0 when writing.
    pub fn line(&self) -> usize {
        match &self.0 {
            Fault::Json(error) => error.line(),
            Fault::HugeInt { line, .. } => *line,
        }
    }

    /// Column of the fault in bytes, counted from 1; 0 when writing.
    pub fn column(&self) -> usize {
        match &self.0 {
            Fault::Json(error) => error.column(),
            Fault::HugeInt { column, .. } => *column,
        }
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self(Fault::Json(error))
    }
}

/// Finds an int that parsers would quietly round to a float.
fn huge_int(json: &[u8]) -> Option<Fault> {
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => at = string_end(json, at),
            b'-' | b'0'..=b'9' => {
                let end = at + number_length(&json[at..]);
                let text = std::str::from_utf8(&json[at..end]).unwrap_or_default();
                let is_int = !text.contains(['.', 'e', 'E']);
                if is_int && text.parse::<i64>().is_err() {
                    return Some(fault_at(json, at, text));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

/// Offset after the string that opens at `at`.
fn string_end(json: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = json.get(end) {
        match byte {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    json.len()
}

fn number_length(json: &[u8]) -> usize {
    json.iter()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
        .count()
}

fn fault_at(json: &[u8], at: usize, number: &str) -> Fault {
    let before = &json[..at];
    let line = before.split(|&byte| byte == b'\n').count();
    let column = at
        - before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |newline| newline + 1)
        + 1;
    Fault::HugeInt {
        number: number.to_owned(),
        line,
        column,
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
        if std::mem::take(&mut shapes.saw_huge_float)
            && let Some(fault) = huge_int(json)
        {
            return Err(fault.into());
        }
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
