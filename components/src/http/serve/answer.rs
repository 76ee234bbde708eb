//! What a client is told.

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
    let headers = packet.headers();
    let named = headers.and_then(|headers| {
        headers
            .correlation
            .clone()
            .or_else(|| headers.conversation.clone())
    });
    named.or_else(|| {
        let id = packet.value()?.as_record()?.get("id")?;
        id.as_text().map(Text::from)
    })
}

/// Puts what comes in brackets together.
#[derive(Debug, Default)]
pub(super) struct Groups {
    depth: u32,
    values: Vec<Value>,
    /// The packet whose headers name the request.
    named: Option<Packet>,
}

impl Groups {
    /// Takes a packet; gives one that is whole.
    pub(super) fn take(&mut self, packet: Packet) -> Option<Packet> {
        if packet.is_data() && self.depth == 0 {
            return Some(packet);
        }
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
        if self.depth > 0 {
            return None;
        }
        let list = Packet::data(Value::list(std::mem::take(&mut self.values)));
        let headers = self.named.take().and_then(|named| named.headers().cloned());
        Some(list.with_boxed_headers(headers.map(Box::new)))
    }
}
