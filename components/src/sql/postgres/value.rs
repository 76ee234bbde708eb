//! Values as PostgreSQL has them.

use std::error::Error;
use std::fmt::Write as _;

use bytes::BytesMut;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use millstream_component::prelude::*;
use tokio_postgres::Row;
use tokio_postgres::types::{Format, FromSql, IsNull, Kind as TypeKind, ToSql, Type};

type Boxed = Box<dyn Error + Sync + Send>;

/// A value as a parameter. It is sent as text, which the server reads as the type that it expects, whichever that is.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) &'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self, _type: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        match self.0.view() {
            View::Null => return Ok(IsNull::Yes),
            View::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            View::Int(value) => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
            // Rust and PostgreSQL write and read floats alike, `NaN` and `inf` too.
            View::Float(value) => out.extend_from_slice(value.to_string().as_bytes()),
            View::Text(text) => out.extend_from_slice(text.as_bytes()),
            View::Bytes(bytes) => push_hex(out, bytes),
            View::List(_) | View::Record(_) | View::Opaque(_) => {
                out.extend_from_slice(self.0.to_json()?.as_bytes());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_type: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        self.to_sql(ty, out)
    }

    fn encode_format(&self, _type: &Type) -> Format {
        Format::Text
    }
}

fn push_hex(out: &mut BytesMut, bytes: &[u8]) {
    out.extend_from_slice(b"\\x");
    for byte in bytes {
        out.extend_from_slice(&hex(*byte));
    }
}

fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)])
}

/// The value of a column.
///
/// # Errors
///
/// Fails when its type is not known here.
pub(super) fn value_of(row: &Row, at: usize) -> Result<Value, Failure> {
    let read = row.try_get::<_, Option<Column>>(at);
    let column = read.map_err(|error| {
        let why = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        let name = row.columns().get(at).map_or("", |column| column.name());
        Failure::packet(format!("column `{name}`: {why}"))
    })?;
    Ok(column.map_or(Value::NULL, |Column(value)| value))
}

/// A value as the server sends it.
struct Column(Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        read(ty, raw).map(Self)
    }

    fn accepts(_type: &Type) -> bool {
        true
    }
}

fn read(ty: &Type, raw: &[u8]) -> Result<Value, Boxed> {
    match ty.kind() {
        TypeKind::Array(_) => {
            let values = Vec::<Option<Column>>::from_sql(ty, raw)?;
            let values = values
                .into_iter()
                .map(|value| value.map_or(Value::NULL, |Column(value)| value));
            return Ok(Value::list(values.collect()));
        }
        TypeKind::Domain(inner) => return read(inner, raw),
        TypeKind::Enum(_) => return Ok(std::str::from_utf8(raw)?.into()),
        _ => {}
    }
    Ok(match *ty {
        Type::BOOL => bool::from_sql(ty, raw)?.into(),
        Type::INT2 => i64::from(i16::from_sql(ty, raw)?).into(),
        Type::INT4 => i64::from(i32::from_sql(ty, raw)?).into(),
        Type::INT8 => i64::from_sql(ty, raw)?.into(),
        Type::OID => i64::from(u32::from_sql(ty, raw)?).into(),
        Type::FLOAT4 => f64::from(f32::from_sql(ty, raw)?).into(),
        Type::FLOAT8 => f64::from_sql(ty, raw)?.into(),
        Type::NUMERIC => numeric(raw).ok_or("the number is not understood")?,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML => {
            std::str::from_utf8(raw)?.into()
        }
        Type::BYTEA => raw.into(),
        Type::JSON => Value::from_json(raw)?,
        // The first byte is the version of the format.
        Type::JSONB => Value::from_json(raw.get(1..).unwrap_or_default())?,
        Type::TIMESTAMPTZ => Timestamp::from_sql(ty, raw)?.to_string().into(),
        Type::TIMESTAMP => DateTime::from_sql(ty, raw)?.to_string().into(),
        Type::DATE => Date::from_sql(ty, raw)?.to_string().into(),
        Type::TIME => Time::from_sql(ty, raw)?.to_string().into(),
        Type::UUID => uuid(raw).into(),
        Type::VOID => Value::NULL,
        _ => {
            return Err(format!(
                "the type `{}` is not known here; cast it to text",
                ty.name()
            )
            .into());
        }
    })
}

fn uuid(raw: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in raw.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend(hex(*byte).map(char::from));
    }
    text
}

/// A decimal number: groups of four digits, of which the first has the weight `10000^weight`.
fn numeric(raw: &[u8]) -> Option<Value> {
    const NEGATIVE: u16 = 0x4000;
    const NAN: u16 = 0xC000;
    const INFINITY: u16 = 0xD000;
    const NEGATIVE_INFINITY: u16 = 0xF000;
    let word = |at: usize| {
        let bytes = raw.get(2 * at..2 * at + 2)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    };
    let (groups, weight) = (usize::from(word(0)?), i32::from(word(1)?.cast_signed()));
    let (sign, scale) = (word(2)?, usize::from(word(3)?));
    match sign {
        NAN => return Some(f64::NAN.into()),
        INFINITY => return Some(f64::INFINITY.into()),
        NEGATIVE_INFINITY => return Some(f64::NEG_INFINITY.into()),
        _ => {}
    }
    let group = |power: i32| {
        let at = usize::try_from(weight - power).ok();
        at.filter(|at| *at < groups)
            .map_or(Some(0), |at| word(4 + at))
    };
    let mut text = String::new();
    if sign == NEGATIVE {
        text.push('-');
    }
    text.push_str(&group(weight.max(0))?.to_string());
    for power in (0..weight.max(0)).rev() {
        write!(text, "{:04}", group(power)?).ok()?;
    }
    if scale == 0 {
        // Whole numbers beyond 64 bits lose nothing as text.
        return Some(match text.parse::<i64>() {
            Ok(int) => int.into(),
            Err(_) => text.into(),
        });
    }
    let mut fraction = String::new();
    let mut power = -1;
    while fraction.len() < scale {
        write!(fraction, "{:04}", group(power)?).ok()?;
        power -= 1;
    }
    fraction.truncate(scale);
    text.push('.');
    text.push_str(&fraction);
    text.parse::<f64>().ok().map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(words: &[i32]) -> Option<Value> {
        let bytes = words.iter().flat_map(|word| {
            let low = u16::try_from(word & 0xFFFF).unwrap();
            low.to_be_bytes()
        });
        numeric(&bytes.collect::<Vec<u8>>())
    }

    #[test]
    fn decimals_are_put_together() {
        let cases = [
            (vec![0, 0, 0, 0], Value::from(0_i64)),
            (vec![1, 0, 0, 0, 42], 42_i64.into()),
            (vec![2, 1, 0x4000, 0, 1, 5], (-10_005_i64).into()),
            (vec![2, 0, 0, 2, 12, 3400], 12.34.into()),
            (vec![1, -1, 0, 3, 10], 0.001.into()),
            (vec![1, -2, 0x4000, 8, 1], (-1e-8).into()),
            (vec![1, 2, 0, 0, 7], 700_000_000_i64.into()),
            (vec![1, 5, 0, 0, 1], "100000000000000000000".into()),
            (vec![0, 0, 0, 2], 0.0.into()),
        ];
        for (words, value) in cases {
            assert_eq!(number(&words), Some(value), "{words:?}");
        }
        assert_eq!(numeric(b"short"), None);
    }

    #[test]
    fn uuids_have_their_dashes() {
        let raw: Vec<u8> = (0..16).collect();
        assert_eq!(uuid(&raw), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }
}
