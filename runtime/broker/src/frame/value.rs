//! Values as CBOR (RFC 8949): ints and floats stay what they are, bytes are bytes, records keep their order.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use millstream_packet::{Record, Shapes, Text, Value, View};

use super::VALUE_DEPTH_MAX;
use super::decode::{DecodeError, Fault};
use super::encode::EncodeError;

/// Room that is made for a list before its elements are seen. A length is only a claim: more room grows with elements.
const ROOM_MAX: u64 = 64;

pub(super) fn write_value(
    value: &Value,
    to: &mut Encoder<&mut Vec<u8>>,
    level: u32,
) -> Result<(), EncodeError> {
    match value.view() {
        View::Null => to.null()?,
        View::Bool(value) => to.bool(value)?,
        View::Int(value) => to.i64(value)?,
        View::Float(value) => to.f64(value)?,
        View::Text(text) => to.str(text)?,
        View::Bytes(bytes) => to.bytes(bytes)?,
        View::List(list) => {
            to.array(list.len() as u64)?;
            let level = deeper(level).ok_or(EncodeError::TooDeep)?;
            return list
                .iter()
                .try_for_each(|item| write_value(item, to, level));
        }
        View::Record(record) => {
            to.map(record.len() as u64)?;
            let level = deeper(level).ok_or(EncodeError::TooDeep)?;
            return record.iter().try_for_each(|(name, value)| {
                to.str(name)?;
                write_value(value, to, level)
            });
        }
        View::Opaque(opaque) => {
            let type_name = opaque.type_name();
            return Err(EncodeError::Opaque { type_name });
        }
    };
    Ok(())
}

fn deeper(level: u32) -> Option<u32> {
    (level < VALUE_DEPTH_MAX).then_some(level + 1)
}

pub(super) fn read_value(
    from: &mut Decoder<'_>,
    shapes: &mut Shapes,
    level: u32,
) -> Result<Value, DecodeError> {
    let at = from.position();
    Ok(match from.datatype()? {
        Type::Null => {
            from.null()?;
            Value::NULL
        }
        Type::Bool => Value::from(from.bool()?),
        Type::String => Value::from(from.str()?),
        Type::Bytes => Value::from(from.bytes()?),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64 => Value::from(from.i64()?),
        Type::F32 => Value::from(f64::from(from.f32()?)),
        Type::F64 => Value::from(from.f64()?),
        Type::Array => {
            let level = deeper(level).ok_or_else(|| Fault::Deep.at(at))?;
            let length = length(from.array()?, at)?;
            read_list(from, shapes, level, length)?
        }
        Type::Map => {
            let level = deeper(level).ok_or_else(|| Fault::Deep.at(at))?;
            let length = length(from.map()?, at)?;
            read_record(from, shapes, level, length)?
        }
        _ => return Err(Fault::Kind.at(at)),
    })
}

/// Lengths are written before what they measure; a length that is left open is no frame of ours.
fn length(told: Option<u64>, at: usize) -> Result<u64, DecodeError> {
    told.ok_or_else(|| Fault::Kind.at(at))
}

fn room(length: u64) -> usize {
    usize::try_from(length.min(ROOM_MAX)).unwrap_or_default()
}

fn read_list(
    from: &mut Decoder<'_>,
    shapes: &mut Shapes,
    level: u32,
    length: u64,
) -> Result<Value, DecodeError> {
    let mut list = Vec::with_capacity(room(length));
    for _ in 0..length {
        list.push(read_value(from, shapes, level)?);
    }
    Ok(Value::list(list))
}

fn read_record(
    from: &mut Decoder<'_>,
    shapes: &mut Shapes,
    level: u32,
    length: u64,
) -> Result<Value, DecodeError> {
    let at = from.position();
    let mut names = Vec::with_capacity(room(length));
    let mut values = Vec::with_capacity(room(length));
    for _ in 0..length {
        names.push(Text::from(from.str()?));
        values.push(read_value(from, shapes, level)?);
    }
    let shape = shapes
        .intern(&names)
        .map_err(|name| Fault::Twice(name).at(at))?;
    Ok(Value::from(Record::new(shape, values)))
}
