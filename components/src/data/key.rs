//! Keys: the values of some fields of a packet, looked up without copying them.

use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;
use indexmap::{Equivalent, IndexMap};
use millstream_component::prelude::*;
use millstream_expression::Field;

/// Things by key, in the order in which the keys came.
pub(super) type ByKey<T> = IndexMap<Key, T, RandomState>;

static NULL: Value = Value::NULL;

/// Keys with at most so many fields are looked up without the heap.
const FEW: usize = 4;

/// A field or a list of fields.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(untagged, expecting = "expected a field name or a list of field names")]
pub(super) enum By {
    /// One field.
    Field(String),
    /// These fields.
    Fields(Vec<String>),
}

impl Default for By {
    fn default() -> Self {
        Self::Fields(Vec::new())
    }
}

impl By {
    /// The names.
    pub(super) fn names(&self) -> Vec<Text> {
        match self {
            Self::Field(name) => vec![name.as_str().into()],
            Self::Fields(names) => names.iter().map(|name| name.as_str().into()).collect(),
        }
    }
}

/// The fields that make a key.
#[derive(Debug, Default)]
pub(super) struct KeyFields {
    component: &'static str,
    fields: Vec<Field>,
}

/// A key that is kept. Most are of one value, which then needs no memory of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The key of one field.
    One([Value; 1]),
    /// The key of no fields or of several.
    Many(Box<[Value]>),
}

/// A key that is only looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'v>(&'v [&'v Value]);

impl KeyFields {
    /// Fields by their names; failures name the component.
    pub(super) fn new(component: &'static str, names: &[Text]) -> Self {
        Self {
            component,
            fields: names.iter().cloned().map(Field::new).collect(),
        }
    }

    /// Calls `with` with the key of a packet.
    ///
    /// # Errors
    ///
    /// Fails when the packet is no record or lacks a field, and as `with` does.
    #[inline]
    pub(super) fn find<T>(
        &mut self,
        value: &Value,
        with: impl FnOnce(Found<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.fields.is_empty() {
            return with(Found(&[]));
        }
        let Some(record) = value.as_record() else {
            return Err(self.no_record(value));
        };
        let count = self.fields.len();
        if count > FEW {
            return self.find_many(record, with);
        }
        let mut found = [&NULL; FEW];
        for (field, found) in self.fields.iter_mut().zip(&mut found) {
            match field.get(record) {
                Some(value) => *found = value,
                None => return Err(missing(self.component, field, record)),
            }
        }
        with(Found(found.get(..count).unwrap_or_default()))
    }

    #[inline(never)]
    fn find_many<T>(
        &mut self,
        record: &Record,
        with: impl FnOnce(Found<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let component = self.component;
        let found: Result<Vec<&Value>, Failure> = self
            .fields
            .iter_mut()
            .map(|field| {
                field
                    .get(record)
                    .ok_or_else(|| missing(component, field, record))
            })
            .collect();
        with(Found(&found?))
    }

    #[cold]
    fn no_record(&self, value: &Value) -> Failure {
        let (component, kind) = (self.component, value.kind());
        let name = self
            .fields
            .first()
            .map_or("", |field| field.name().as_str());
        Failure::packet(format!(
            "{component} `by`: the packet is {kind}, not a record with the field `{name}`"
        ))
    }
}

#[cold]
fn missing(component: &str, field: &Field, record: &Record) -> Failure {
    let (message, help) = field.missing_in(record);
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    Failure::packet(format!("{component} `by`: {message}{help}"))
}

impl<'v> Found<'v> {
    /// The key of these values.
    #[inline]
    pub(super) const fn of(values: &'v [&'v Value]) -> Self {
        Self(values)
    }

    /// The key of no fields.
    pub(super) const NONE: Self = Self(&[]);

    /// A copy that is kept, and keeps nothing else alive.
    pub(super) fn to_key(self) -> Key {
        match self.0 {
            [value] => Key::One([detached(value)]),
            values => Key::Many(values.iter().map(|value| detached(value)).collect()),
        }
    }
}

/// A copy that does not keep alive the block of text that the value was cut from.
fn detached(value: &Value) -> Value {
    /// Longest text that has no memory of its own.
    const INLINE_MAX: usize = 22;
    match value.view() {
        View::Text(text) if text.len() > INLINE_MAX => text.into(),
        View::Bytes(bytes) if bytes.len() > INLINE_MAX => bytes.into(),
        _ => value.clone(),
    }
}

impl Key {
    /// The values in order of the fields.
    #[inline]
    pub(super) fn values(&self) -> &[Value] {
        match self {
            Self::One(value) => value,
            Self::Many(values) => values,
        }
    }

    /// Memory that it takes in bytes, as far as known.
    pub(super) fn size_bytes(&self) -> usize {
        self.values().iter().map(Value::size_bytes).sum()
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values().iter().for_each(|value| value.hash(state));
    }
}

impl Hash for Found<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|value| value.hash(state));
    }
}

impl Equivalent<Key> for Found<'_> {
    #[inline]
    fn equivalent(&self, key: &Key) -> bool {
        self.0
            .iter()
            .zip(key.values())
            .all(|(found, kept)| *found == kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(names: &[&str]) -> Value {
        names
            .iter()
            .map(|name| (*name, *name))
            .collect::<Record>()
            .into()
    }

    #[test]
    fn kept_keys_are_found_again() {
        let names: Vec<String> = (0..6).map(|at| format!("field {at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for count in 0..=names.len() {
            let fields: Vec<Text> = names.iter().take(count).copied().map(Text::from).collect();
            let mut fields = KeyFields::new("data/Aggregate", &fields);
            let mut map: ByKey<i64> = ByKey::default();
            fields
                .find(&record(&names), |found| Ok(map.insert(found.to_key(), 7)))
                .unwrap();
            let found = fields.find(&record(&names), |found| Ok(map.get(&found).copied()));
            assert_eq!(found.unwrap(), Some(7), "{count} fields");
        }
    }

    #[test]
    fn failures_name_what_is_missing() {
        let mut fields = KeyFields::new("data/Lookup", &["id".into()]);
        let mut message = |value: &Value| fields.find(value, |_| Ok(())).unwrap_err().to_string();
        assert_eq!(
            message(&record(&["ident"])),
            "data/Lookup `by`: there is no field `id`; did you mean `ident`?"
        );
        assert_eq!(
            message(&Value::from(1)),
            "data/Lookup `by`: the packet is int, not a record with the field `id`"
        );
    }
}
