//! One request, tried until it has its answer.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, StatusCode};
use millstream_component::prelude::*;
use rand::Rng as _;
use reqwest::{Client, Response, Url};

use super::RequestSettings;
use super::client::client;
use crate::http::content::{body_bytes, body_value, header_map, plain_value};

/// The first pause before a request is tried again; each one is twice the one before.
const PAUSE: Duration = Duration::from_millis(200);

/// Longest pause, also when a server asks for more.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// What a packet asks.
#[derive(Debug)]
pub(super) struct Ask {
    url: Url,
    method: Option<Method>,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What a server has told.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    pub(super) url: String,
}

/// Why a try has failed.
struct Trouble {
    what: String,
    /// Whether the server has certainly seen nothing of the request.
    is_unseen: bool,
    may_pass: bool,
}

/// Asks for all packets of a process.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client,
    cx: Context,
    method: Method,
    headers: HeaderMap,
    retries: u32,
    body_bytes_max: u64,
    timeout_ms: u64,
}

impl TryFrom<&Value> for Ask {
    type Error = Failure;

    fn try_from(value: &Value) -> Result<Self, Failure> {
        let record = value.as_record();
        let url = record.map_or(Some(value), |record| record.get("url"));
        let Some(url) = url.and_then(Value::as_text) else {
            let kind = value.kind();
            return Err(Failure::packet(format!(
                "the packet is {kind}, not a URL or a record with a field `url`"
            )));
        };
        let mut ask = Self {
            url: parse(url)?,
            method: None,
            headers: HeaderMap::new(),
            body: Vec::new(),
        };
        if let Some(record) = record {
            ask.read(record)?;
        }
        Ok(ask)
    }
}

fn parse(text: &str) -> Result<Url, Failure> {
    let bad = |what: &str| Failure::packet(format!("`{text}` is no URL: {what}"));
    let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it begins neither with `http:` nor with `https:`"));
    }
    Ok(url)
}

impl Ask {
    /// Reads what a record says beside the URL.
    fn read(&mut self, record: &Record) -> Result<(), Failure> {
        let field = |name: &str| record.get(name).filter(|value| !value.is_null());
        let inner = |name: &str| match field(name) {
            None => Ok(None),
            Some(value) => value.as_record().map(Some).ok_or_else(|| {
                let kind = value.kind();
                Failure::packet(format!("the field `{name}` is {kind}, not a record"))
            }),
        };
        if let Some(method) = field("method") {
            self.method = Some(parse_method(method.as_text().unwrap_or_default())?);
        }
        if let Some(query) = inner("query")? {
            let mut pairs = self.url.query_pairs_mut();
            for (name, value) in query.iter() {
                let mut text = String::new();
                crate::console::line::push_str(&mut text, value)?;
                pairs.append_pair(name, &text);
            }
        }
        if let Some(headers) = inner("headers")? {
            self.headers = header_map(headers)?;
        }
        if let Some(body) = field("body") {
            self.body = body_bytes(body, &mut self.headers)?;
        }
        Ok(())
    }
}

fn parse_method(name: &str) -> Result<Method, Failure> {
    Method::from_bytes(name.to_ascii_uppercase().as_bytes())
        .map_err(|_bad| Failure::packet(format!("`{name}` is no method")))
}

impl Asker {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Fails when the method or a header is none.
    pub(super) fn new(settings: &RequestSettings, cx: Context) -> Result<Self, Failure> {
        let headers: Record = settings
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Ok(Self {
            client: client(Duration::from_millis(settings.timeout_ms))?,
            cx,
            method: parse_method(&settings.method).map_err(Failure::into_fatal)?,
            headers: header_map(&headers).map_err(Failure::into_fatal)?,
            retries: settings.retries,
            body_bytes_max: settings.body_bytes,
            timeout_ms: settings.timeout_ms,
        })
    }

    /// Asks until there is an answer or the tries are used up.
    pub(super) async fn ask(&self, ask: Ask) -> Result<Answer, Failure> {
        let method = ask.method.as_ref().unwrap_or(&self.method);
        let is_repeatable = method.is_idempotent();
        let mut pause = PAUSE;
        for tried in 0.. {
            let is_last = tried >= self.retries;
            match self.try_once(&ask, method).await {
                Ok(answer) if is_last || !asks_again(answer.status, is_repeatable) => {
                    return Ok(answer);
                }
                Ok(answer) => pause = wanted_pause(&answer.headers).unwrap_or(pause),
                Err(trouble)
                    if is_last || !trouble.may_pass || !(trouble.is_unseen || is_repeatable) =>
                {
                    let tries = if tried > 0 {
                        format!(", tried {} times", tried + 1)
                    } else {
                        String::new()
                    };
                    let (url, what) = (&ask.url, trouble.what);
                    return Err(Failure::packet(format!("{method} {url}: {what}{tries}")));
                }
                Err(_) => {}
            }
            // A little apart, so that many who failed together do not come together again.
            let apart = self.cx.rng().random_range(0.0..0.2);
            self.cx
                .sleep(pause.min(PAUSE_MAX).mul_f64(1.0 + apart))
                .await;
            pause = pause.saturating_mul(2);
        }
        Err(Failure::packet("more tries than can be counted"))
    }

    async fn try_once(&self, ask: &Ask, method: &Method) -> Result<Answer, Trouble> {
        let mut headers = self.headers.clone();
        headers.extend(ask.headers.clone());
        let mut request = self
            .client
            .request(method.clone(), ask.url.clone())
            .headers(headers);
        if !ask.body.is_empty() {
            request = request.body(ask.body.clone());
        }
        let response = request.send().await.map_err(|error| self.trouble(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let url = response.url().to_string();
        let body = self.collect(response).await?;
        let body = body_value(&headers, &body).unwrap_or_else(|_not_json| plain_value(&body));
        Ok(Answer {
            status,
            headers,
            body,
            url,
        })
    }

    async fn collect(&self, mut response: Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.trouble(&error))?
        {
            body.extend_from_slice(&chunk);
            if body.len() as u64 > self.body_bytes_max {
                return Err(Trouble {
                    what: format!("the answer is larger than {} bytes", self.body_bytes_max),
                    is_unseen: false,
                    may_pass: false,
                });
            }
        }
        Ok(body)
    }

    fn trouble(&self, error: &reqwest::Error) -> Trouble {
        let what = if error.is_timeout() {
            format!("no answer within {} ms", self.timeout_ms)
        } else if error.is_connect() {
            format!("no connection: {}", root(error))
        } else if error.is_redirect() {
            "the server sends it round in circles".to_owned()
        } else {
            root(error)
        };
        Trouble {
            what,
            is_unseen: error.is_connect(),
            may_pass: !error.is_redirect() && !error.is_builder(),
        }
    }
}

/// The innermost cause, which says what happened.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

/// Whether an answer asks to come again.
fn asks_again(status: StatusCode, is_repeatable: bool) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => true,
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => is_repeatable,
        _ => false,
    }
}

/// How long the server wants to be left alone, in seconds. Dates are not heeded: clocks differ.
fn wanted_pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
