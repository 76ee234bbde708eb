//! What `core/Join` holds: the records of `right` by their key.

use std::collections::HashMap;

use millstream_component::prelude::*;
use serde_json::Map;

use super::NAME;
use crate::core::by::find;

static NULL: Value = Value::NULL;

/// The fields that must be equal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(
    untagged,
    expecting = "expected a field name, a list of field names, or a record of field names"
)]
pub(super) enum JoinBy {
    /// The same field on both sides.
    Field(String),
    /// The same fields on both sides.
    Fields(#[schemars(length(min = 1))] Vec<String>),
    /// Fields of `left` with those of `right`, which are text.
    Pairs(
        #[schemars(with = "std::collections::BTreeMap<String, String>")]
        Map<String, serde_json::Value>,
    ),
}

impl JoinBy {
    /// The key of a packet of `left`.
    ///
    /// # Errors
    ///
    /// Fails when the packet is no record or lacks a field.
    pub(super) fn left_key(&self, packet: &Packet) -> Result<Value, Failure> {
        match self {
            Self::Field(field) => key(std::iter::once(field.as_str()), packet),
            Self::Fields(fields) => key(fields.iter().map(String::as_str), packet),
            Self::Pairs(pairs) => key(pairs.keys().map(String::as_str), packet),
        }
    }

    /// The key of a packet of `right`.
    ///
    /// # Errors
    ///
    /// Fails when the packet is no record or lacks a field.
    pub(super) fn right_key(&self, packet: &Packet) -> Result<Value, Failure> {
        match self {
            Self::Field(_) | Self::Fields(_) => self.left_key(packet),
            Self::Pairs(pairs) => key(pairs.values().map(name), packet),
        }
    }

    /// The fields of `left` and `right` that must be equal.
    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Field(field) => vec![(field, field)],
            Self::Fields(fields) => fields
                .iter()
                .map(|field| (field.as_str(), field.as_str()))
                .collect(),
            Self::Pairs(pairs) => pairs
                .iter()
                .map(|(left, right)| (left.as_str(), name(right)))
                .collect(),
        }
    }
}

fn name(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The values of the fields: one alone, several as a list. Null if any of them is.
fn key<'a>(fields: impl Iterator<Item = &'a str>, packet: &Packet) -> Result<Value, Failure> {
    let value = packet.value().unwrap_or(&NULL);
    let mut values = fields
        .map(|field| find(NAME, field, value))
        .collect::<Result<Vec<_>, _>>()?;
    if values.iter().any(Value::is_null) {
        return Ok(Value::NULL);
    }
    Ok(match values.len() {
        1 => values.pop().unwrap_or_default(),
        _ => Value::list(values),
    })
}

/// The records of `right`.
#[derive(Debug, Default)]
pub(super) struct Table {
    records: Vec<Held>,
    /// Positions by key.
    places: HashMap<Value, Vec<usize>>,
    bytes: u64,
}

#[derive(Debug)]
struct Held {
    record: Packet,
    is_marked: bool,
}

impl Table {
    /// Holds a record.
    pub(super) fn add(&mut self, key: Value, record: Packet) {
        // What a key points to is part of its record.
        let overhead = size_of::<Held>() + size_of::<Value>() + size_of::<usize>();
        self.bytes += (record.size_bytes() + overhead) as u64;
        if !key.is_null() {
            self.places.entry(key).or_default().push(self.records.len());
        }
        self.records.push(Held {
            record,
            is_marked: false,
        });
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Memory of the records in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The fields of the first record.
    pub(super) fn shape(&self) -> Option<Shape> {
        self.record(0).map(|record| record.shape().clone())
    }

    /// Positions of the records with a key, in order.
    pub(super) fn partners(&self, key: &Value) -> &[usize] {
        self.places.get(key).map_or(&[], Vec::as_slice)
    }

    /// The record at a position.
    pub(super) fn record(&self, at: usize) -> Option<&Record> {
        self.records.get(at)?.record.value()?.as_record()
    }

    /// Notes that the records with a key have found a partner.
    pub(super) fn mark(&mut self, key: &Value) {
        for &at in self.places.get(key).into_iter().flatten() {
            self.records[at].is_marked = true;
        }
    }

    /// Whether the record at a position has found a partner.
    pub(super) fn is_marked(&self, at: usize) -> bool {
        self.records.get(at).is_some_and(|held| held.is_marked)
    }
}
