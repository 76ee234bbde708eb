//! Values to and from serde formats, JSON and RON among them.
//!
//! Maps keep their order. Bytes become `{"$bytes": "…"}` in base64 where the format is for people. Opaque values and,
//! in formats for people, numbers that are not finite are refused instead of changed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap as _, Serializer};

use crate::record::{Record, Shapes};
use crate::text::Text;
use crate::value::{Value, View};

/// The one key of the record that stands for bytes in formats for people.
const BYTES_KEY: &str = "$bytes";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.view() {
            View::Null => serializer.serialize_unit(),
            View::Bool(value) => serializer.serialize_bool(value),
            View::Int(value) => serializer.serialize_i64(value),
            View::Float(value) if !value.is_finite() && serializer.is_human_readable() => Err(
                ser::Error::custom(format_args!("the number {value} cannot be written")),
            ),
            View::Float(value) => serializer.serialize_f64(value),
            View::Text(text) => serializer.serialize_str(text),
            View::Bytes(bytes) => serialize_bytes(bytes, serializer),
            View::List(list) => serializer.collect_seq(list),
            View::Record(record) => record.serialize(serializer),
            View::Opaque(opaque) => Err(ser::Error::custom(format_args!(
                "an opaque value ({}) cannot leave the process",
                opaque.type_name()
            ))),
        }
    }
}

fn serialize_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if !serializer.is_human_readable() {
        return serializer.serialize_bytes(bytes);
    }
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(BYTES_KEY, &STANDARD.encode(bytes))?;
    map.end()
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, value)| (name.as_str(), value)))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> de::Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ValueSeed(&mut Shapes::default()).deserialize(deserializer)
    }
}

impl<'de> de::Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let kind = value.kind();
        value.into_record().map_err(|_value| {
            de::Error::invalid_type(de::Unexpected::Other(kind.name()), &"a record")
        })
    }
}

impl<'de> de::Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Reads a value, sharing the shapes of records with those read before.
#[derive(Debug)]
pub struct ValueSeed<'a>(pub &'a mut Shapes);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::NULL)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::NULL)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value).map(Value::from).map_err(|_range| {
            E::custom(format_args!(
                "the number {value} does not fit a 64-bit int; quote it to keep it as text"
            ))
        })
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // 2^63: parsers turn ints that no 64-bit int can hold into floats.
        self.0.saw_huge_float |= value.abs() >= 9_223_372_036_854_775_808.0;
        Ok(Value::from(value))
    }

    fn visit_char<E>(self, value: char) -> Result<Value, E> {
        Ok(Value::from(&*value.encode_utf8(&mut [0; 4])))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(ValueSeed(self.0))? {
            values.push(value);
        }
        Ok(Value::list(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        while let Some(name) = access.next_key::<Text>()? {
            names.push(name);
            values.push(access.next_value_seed(ValueSeed(self.0))?);
        }
        if let Some(bytes) = bytes_record(&names, &values) {
            return Ok(bytes);
        }
        let shape = self.0.intern(&names).map_err(|name| {
            de::Error::custom(format_args!("the field `{name}` stands there twice"))
        })?;
        Ok(Value::from(Record::new(shape, values)))
    }
}

fn bytes_record(names: &[Text], values: &[Value]) -> Option<Value> {
    let ([name], [value]) = (names, values) else {
        return None;
    };
    if name.as_str() != BYTES_KEY {
        return None;
    }
    STANDARD.decode(value.as_text()?).ok().map(Value::from)
}
