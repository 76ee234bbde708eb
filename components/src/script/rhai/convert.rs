//! Values as scripts see them, and back.

use millstream_component::prelude::*;
use rhai::{Array, Blob, Dynamic, Map};

/// Levels of lists and records that a script may send; deeper ones would need as many levels of the stack.
const DEPTH_MAX: usize = 128;

/// A value for a script.
///
/// # Errors
///
/// Fails when scripts have no such value.
pub(super) fn to_dynamic(value: &Value, depth: usize) -> Result<Dynamic, Failure> {
    if depth > DEPTH_MAX {
        return Err(too_deep());
    }
    Ok(match value.view() {
        View::Null => Dynamic::UNIT,
        View::Bool(value) => value.into(),
        View::Int(value) => value.into(),
        View::Float(value) => value.into(),
        View::Text(text) => text.into(),
        View::Bytes(bytes) => Dynamic::from_blob(Blob::from(bytes)),
        View::List(list) => {
            let values = list.iter().map(|value| to_dynamic(value, depth + 1));
            Dynamic::from_array(values.collect::<Result<Array, _>>()?)
        }
        View::Record(record) => {
            let fields = record
                .iter()
                .map(|(name, value)| Ok((name.as_str().into(), to_dynamic(value, depth + 1)?)));
            Dynamic::from_map(fields.collect::<Result<Map, Failure>>()?)
        }
        View::Opaque(_) => {
            return Err(Failure::packet(
                "the packet is opaque, which scripts do not have",
            ));
        }
    })
}

/// The value of a script; a map has the fields of `shape` first.
///
/// # Errors
///
/// Fails when packets have no such value.
pub(super) fn from_dynamic(value: Dynamic, shape: Option<&Shape>) -> Result<Value, Failure> {
    from_nested(value, shape, 0)
}

fn from_nested(value: Dynamic, shape: Option<&Shape>, depth: usize) -> Result<Value, Failure> {
    if depth > DEPTH_MAX {
        return Err(too_deep());
    }
    let kind = value.type_name();
    let found = match () {
        () if value.is_unit() => Some(Value::NULL),
        () if value.is_bool() => value.as_bool().ok().map(Value::from),
        () if value.is_int() => value.as_int().ok().map(Value::from),
        () if value.is_float() => value.as_float().ok().map(Value::from),
        () if value.is_char() => value.as_char().ok().map(|letter| letter.to_string().into()),
        () if value.is_string() => match value.as_immutable_string_ref() {
            Ok(text) => Some(Value::from(text.as_str())),
            Err(_) => None,
        },
        () if value.is_blob() => value.into_blob().ok().map(Value::from),
        () if value.is_array() => return from_array(value, depth),
        () if value.is_map() => return from_map(value, shape, depth),
        () => None,
    };
    found.ok_or_else(|| Failure::packet(format!("a script's {kind} cannot be sent")))
}

fn from_array(value: Dynamic, depth: usize) -> Result<Value, Failure> {
    let array = value.into_array().unwrap_or_default();
    let values = array
        .into_iter()
        .map(|value| from_nested(value, None, depth + 1));
    values.collect::<Result<Vec<_>, _>>().map(Value::list)
}

fn from_map(value: Dynamic, shape: Option<&Shape>, depth: usize) -> Result<Value, Failure> {
    let mut map: Map = value.cast();
    let mut values = Vec::with_capacity(map.len());
    if let Some(shape) = shape {
        let is_whole = shape.len() == map.len()
            && shape
                .names()
                .iter()
                .all(|name| map.contains_key(name.as_str()));
        let mut names = Vec::new();
        for name in shape.names() {
            if let Some(value) = map.remove(name.as_str()) {
                values.push(from_nested(value, None, depth + 1)?);
                names.push(name.clone());
            }
        }
        if is_whole {
            return Ok(Record::new(shape.clone(), values).into());
        }
        let mut record = Record::new(Shape::new(names), values);
        for (name, value) in map {
            record.set(name.as_str(), from_nested(value, None, depth + 1)?);
        }
        return Ok(record.into());
    }
    let fields = map.into_iter().map(|(name, value)| {
        Ok((
            Text::from(name.as_str()),
            from_nested(value, None, depth + 1)?,
        ))
    });
    Ok(fields.collect::<Result<Record, Failure>>()?.into())
}

fn too_deep() -> Failure {
    Failure::packet(format!("the value nests deeper than {DEPTH_MAX} levels"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let record = Record::from_iter([
            ("z", Value::NULL),
            (
                "a",
                Value::list(vec![true.into(), 1_i64.into(), 0.5.into()]),
            ),
            ("m", Value::from(&b"\xFF"[..])),
            ("text", "h\u{e9}llo".into()),
            ("inner", Record::from_iter([("b", 1_i64)]).into()),
        ]);
        let value = Value::from(record.clone());
        let back = from_dynamic(to_dynamic(&value, 0).unwrap(), Some(record.shape())).unwrap();
        assert_eq!(back, value);
        assert!(back.as_record().unwrap().shape().is_same(record.shape()));
    }

    #[test]
    fn what_packets_do_not_have_is_refused() {
        let closure = rhai::Engine::new().eval::<Dynamic>("|x| x").unwrap();
        let failure = from_dynamic(closure, None).unwrap_err().to_string();
        assert_eq!(failure, "a script's Fn cannot be sent");
        let opaque = Value::opaque(std::time::Duration::ZERO);
        assert!(to_dynamic(&opaque, 0).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = (0..1000).fold(Value::NULL, |value, _| Value::list(vec![value]));
        assert!(to_dynamic(&deep, 0).is_err());
        let deep = (0..200).fold(Dynamic::UNIT, |value, _| Dynamic::from_array(vec![value]));
        assert!(from_dynamic(deep, None).is_err());
    }
}
