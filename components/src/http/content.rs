//! Bodies and headers as values, and back.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use millstream_component::prelude::*;
use millstream_packet::Shapes;

const JSON: &str = "application/json";

/// What a body says that claims to be JSON and is not.
#[derive(Debug)]
pub(crate) struct NotJson(pub(crate) String);

/// The value of a body: a JSON document, text, or bytes; null if it is empty.
///
/// # Errors
///
/// Fails when the content type is JSON and the body is not.
pub(crate) fn body_value(headers: &HeaderMap, body: &[u8]) -> Result<Value, NotJson> {
    if body.is_empty() {
        return Ok(Value::NULL);
    }
    if is_json(headers) {
        return Value::from_json(body).map_err(|error| NotJson(error.to_string()));
    }
    Ok(plain_value(body))
}

/// Text, or bytes if it is none.
pub(crate) fn plain_value(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => body.into(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = content_type
        .and_then(|text| text.split(';').next())
        .map(str::trim);
    media_type.is_some_and(|name| {
        name.eq_ignore_ascii_case(JSON) || name.to_ascii_lowercase().ends_with("+json")
    })
}

/// A record of headers with lower-case names; of several with one name, the values with commas between them.
pub(crate) fn headers_value(headers: &HeaderMap, shapes: &mut Shapes) -> Value {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for name in headers.keys() {
        let mut all = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        let first = all.next().unwrap_or_default();
        let joined = all.fold(first.into_owned(), |joined, value| {
            joined + ", " + value.as_ref()
        });
        names.push(Text::from(name.as_str()));
        values.push(Value::from(joined));
    }
    match shapes.intern(&names) {
        Ok(shape) => Record::new(shape, values).into(),
        // No name stands there twice.
        Err(_) => Value::NULL,
    }
}

/// Headers of a record of text, ints and bools.
///
/// # Errors
///
/// Fails with the name that is no header or has no fitting value.
pub(crate) fn header_map(record: &Record) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(record.len());
    for (name, value) in record.iter() {
        let text = match value.view() {
            View::Text(text) => text.to_owned(),
            View::Int(_) | View::Bool(_) => value.to_json()?,
            _ => {
                let kind = value.kind();
                return Err(Failure::packet(format!(
                    "the header `{name}` is {kind}, not text"
                )));
            }
        };
        let bad = || Failure::packet(format!("`{name}: {text}` is no header"));
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_bad| bad())?;
        let content = HeaderValue::from_str(&text).map_err(|_bad| bad())?;
        headers.insert(header, content);
    }
    Ok(headers)
}

/// The bytes of a body, with its content type set unless `headers` has one: text and bytes as they are, other values as
/// JSON, null as nothing.
///
/// # Errors
///
/// Fails when JSON does not have the value.
pub(crate) fn body_bytes(value: &Value, headers: &mut HeaderMap) -> Result<Vec<u8>, Failure> {
    let (bytes, content_type) = match value.view() {
        View::Null => return Ok(Vec::new()),
        View::Text(text) => (text.as_bytes().to_vec(), "text/plain; charset=utf-8"),
        View::Bytes(bytes) => (bytes.to_vec(), "application/octet-stream"),
        _ => (value.to_json()?.into_bytes(), JSON),
    };
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static(content_type));
    Ok(bytes)
}

/// The code of a status.
///
/// # Errors
///
/// Fails when it is none of HTTP.
pub(crate) fn status_code(value: &Value) -> Result<StatusCode, Failure> {
    let code = value.as_int().and_then(|int| u16::try_from(int).ok());
    let status = code.and_then(|code| StatusCode::from_u16(code).ok());
    // Lower ones are for the connection, not for an answer.
    status
        .filter(|status| status.as_u16() >= 200)
        .ok_or_else(|| {
            Failure::packet(format!(
                "the status is {value:?}, not an int from 200 to 999"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn bodies_are_values_by_their_type() {
        let json = headers(&[("content-type", "Application/JSON; charset=utf-8")]);
        let problem = headers(&[("content-type", "application/problem+json")]);
        let text = headers(&[("content-type", "text/plain")]);
        assert_eq!(
            body_value(&json, b"[1]").unwrap(),
            Value::list(vec![1_i64.into()])
        );
        assert_eq!(body_value(&problem, b"1").unwrap(), Value::from(1_i64));
        assert_eq!(body_value(&text, b"[1]").unwrap(), Value::from("[1]"));
        assert_eq!(
            body_value(&text, b"\xFF").unwrap(),
            Value::from(&b"\xFF"[..])
        );
        assert_eq!(body_value(&json, b"").unwrap(), Value::NULL);
        assert!(body_value(&json, b"{").is_err());
    }

    #[test]
    fn headers_come_back() {
        let map = headers(&[("X-Tag", "a"), ("x-tag", "b"), ("accept", "*/*")]);
        let record = headers_value(&map, &mut Shapes::default());
        let record = record.as_record().unwrap();
        assert_eq!(record.get("x-tag"), Some(&Value::from("a, b")));
        let back = header_map(record).unwrap();
        assert_eq!(back.get("accept").unwrap(), "*/*");
    }

    #[test]
    fn what_is_no_header_is_named() {
        let cases = [
            (Record::from_iter([("a b", "x")]), "`a b: x` is no header"),
            (Record::from_iter([("a", "x\r\ny: z")]), "is no header"),
            (
                Record::from_iter([("a", 0.5)]),
                "the header `a` is float, not text",
            ),
        ];
        for (record, message) in cases {
            let failure = header_map(&record).unwrap_err().to_string();
            assert!(failure.contains(message), "{failure}");
        }
    }

    #[test]
    fn a_status_is_one_of_http() {
        assert_eq!(status_code(&404_i64.into()).unwrap(), StatusCode::NOT_FOUND);
        for bad in [
            Value::from(100_i64),
            1000_i64.into(),
            (-1_i64).into(),
            "ok".into(),
        ] {
            assert!(status_code(&bad).is_err());
        }
    }
}
