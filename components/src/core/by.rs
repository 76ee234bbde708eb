//! The setting `by`: the fields that make the key of a packet.

use millstream_component::prelude::*;

static NULL: Value = Value::NULL;

/// A field or a list of fields.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(untagged, expecting = "expected a field name or a list of field names")]
pub(super) enum By {
    /// The key is the value of this field.
    Field(String),
    /// The key is the list of the values of these fields.
    Fields(#[schemars(length(min = 1))] Vec<String>),
}

/// The key of a data packet; without `by`, its whole value. The failure names `component`.
///
/// # Errors
///
/// Fails when the packet is no record or lacks a field.
pub(super) fn key(by: Option<&By>, component: &str, packet: &Packet) -> Result<Value, Failure> {
    let value = packet.value().unwrap_or(&NULL);
    match by {
        None => Ok(value.clone()),
        Some(By::Field(field)) => find(component, field, value),
        Some(By::Fields(fields)) => fields
            .iter()
            .map(|field| find(component, field, value))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::list),
    }
}

/// The values of all fields of `by`, in its order. The failure names `component`.
///
/// # Errors
///
/// Fails when the packet is no record or lacks a field.
pub(super) fn values(by: &By, component: &str, packet: &Packet) -> Result<Vec<Value>, Failure> {
    let value = packet.value().unwrap_or(&NULL);
    by.fields()
        .iter()
        .map(|field| find(component, field, value))
        .collect()
}

impl By {
    /// The fields in order.
    pub(super) fn fields(&self) -> &[String] {
        match self {
            Self::Field(field) => std::slice::from_ref(field),
            Self::Fields(fields) => fields,
        }
    }
}

pub(super) fn find(component: &str, field: &str, value: &Value) -> Result<Value, Failure> {
    let Some(record) = value.as_record() else {
        let kind = value.kind();
        return Err(Failure::packet(format!(
            "{component} `by`: the packet is {kind}, not a record with the field `{field}`"
        )));
    };
    record.get(field).cloned().ok_or_else(|| {
        Failure::packet(format!(
            "{component} `by`: the record has no field `{field}`"
        ))
    })
}
