//! What a client is told.

use std::collections::HashMap;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes as Chunk;
use millstream_component::prelude::*;

use crate::http::content::{body_bytes, header_map, status_code};

/// An answer, ready to be sent.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    /// In a box, because answers are moved a lot, and headers are large.
    headers: Box<HeaderMap>,
    body: Vec<u8>,
}

impl Answer {
    /// Only a status.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Box::default(),
            body: Vec::new(),
        }
    }

    /// A status with a line for people.
    pub(super) fn text(status: StatusCode, line: &str) -> Self {
        let mut answer = Self::empty(status);
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        answer.headers.insert(CONTENT_TYPE, plain);
        answer.body = format!("{line}\n").into_bytes();
        answer
    }

    /// Something is wrong on this side.
    pub(super) fn fault() -> Self {
        Self::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer could not be made",
        )
    }

    /// In the form that the connection sends.
    pub(super) fn into_response(self) -> Response<Full<Chunk>> {
        let mut response = Response::new(Full::new(Chunk::from(self.body)));
        *response.status_mut() = self.status;
        *response.headers_mut() = *self.headers;
        response
    }
}

/// The answer that a reply is: a record with `status` or `body`, or else a body.
///
/// # Errors
///
/// Fails when the status, a header or the body is none.
pub(super) fn answer_of(reply: &Value) -> Result<Answer, Failure> {
    let record = reply.as_record().filter(|record| {
        let has_status = record
            .get("status")
            .is_some_and(|status| status.as_int().is_some());
        has_status || record.get("body").is_some()
    });
    let Some(record) = record else {
        let mut answer = Answer::empty(StatusCode::OK);
        answer.body = body_bytes(reply, &mut answer.headers)?;
        return Ok(answer);
    };
    let mut answer = Answer::empty(StatusCode::OK);
    if let Some(status) = record.get("status").filter(|status| !status.is_null()) {
        answer.status = status_code(status)?;
    }
    if let Some(headers) = record.get("headers").filter(|headers| !headers.is_null()) {
        let Some(headers) = headers.as_record() else {
            let kind = headers.kind();
            return Err(Failure::packet(format!(
                "`headers` of the reply is {kind}, not a record"
            )));
        };
        *answer.headers = header_map(headers)?;
    }
    if let Some(body) = record.get("body") {
        answer.body = body_bytes(body, &mut answer.headers)?;
    }
    Ok(answer)
}

/// The request that a packet answers: by its correlation id, its conversation, or its field `id`.
pub(super) fn id_of(packet: &Packet) -> Option<Text> {
    named_by(packet).or_else(|| {
        let id = packet.value()?.as_record()?.get("id")?;
        id.as_text().map(Text::from)
    })
}

/// The request that the headers of a packet name.
fn named_by(packet: &Packet) -> Option<Text> {
    let headers = packet.headers()?;
    let id = headers
        .correlation
        .as_ref()
        .or(headers.conversation.as_ref());
    id.cloned()
}

/// Puts what comes in brackets together: for each request by itself, because groups of several writers come mixed.
///
/// A packet that names no request belongs to the group that was opened last.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// By the request that they answer; none for those whose brackets name none.
    open: HashMap<Option<Text>, Group>,
    /// The one that was opened last.
    last: Option<Text>,
}

/// A group that is not whole yet.
#[derive(Debug, Default)]
struct Group {
    depth: u32,
    values: Vec<Value>,
    /// The packet whose headers name the request.
    named: Option<Packet>,
}

impl Groups {
    /// Takes a packet; gives one that is whole.
    pub(super) fn take(&mut self, packet: Packet) -> Option<Packet> {
        let key = self.key_of(&packet);
        if packet.is_data() && !self.open.contains_key(&key) {
            return Some(packet);
        }
        if packet.is_open() {
            self.last.clone_from(&key);
        }
        let group = self.open.entry(key.clone()).or_default();
        if !group.add(packet) {
            return None;
        }
        self.open.remove(&key).map(Group::into_packet)
    }

    /// The group that a packet belongs to, if it belongs to one.
    fn key_of(&self, packet: &Packet) -> Option<Text> {
        let named = named_by(packet);
        let is_open = |key: &Option<Text>| self.open.contains_key(key);
        if is_open(&named) || named.is_some() && !is_open(&None) {
            named
        } else {
            // Among the packets of a group, those without a name are its own.
            self.last
                .clone()
                .filter(|last| !is_open(&None) && is_open(&Some(last.clone())))
        }
    }
}

impl Group {
    /// Takes a packet; true when that was the last one.
    fn add(&mut self, packet: Packet) -> bool {
        if self.named.is_none() && packet.headers().is_some() {
            self.named = Some(packet.clone());
        }
        if packet.is_open() {
            self.depth += 1;
        } else if packet.is_close() {
            self.depth = self.depth.saturating_sub(1);
        } else if let Ok(value) = packet.into_value() {
            self.values.push(value);
        }
        self.depth == 0
    }

    /// The list of its packets, which answers what the group answers.
    fn into_packet(self) -> Packet {
        let headers = self.named.and_then(|named| named.headers().cloned());
        Packet::data(Value::list(self.values)).with_boxed_headers(headers.map(Box::new))
    }
}
