//! One request: from the connection to a packet, and the wait for its answer.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes as Chunk, Incoming};
use millstream_component::prelude::*;
use millstream_packet::{Headers, Shapes};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::ServeSettings;
use super::answer::Answer;
use crate::http::content::{NotJson, body_value, headers_value};

/// Which requests are served, and how.
#[derive(Debug)]
pub(super) struct Rules {
    paths: matchit::Router<()>,
    method: Option<Method>,
    patience: Duration,
    body_bytes_max: usize,
    /// Whether somebody answers.
    are_answered: bool,
}

impl Rules {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Fails when the path or the method is none.
    pub(super) fn new(settings: &ServeSettings, are_answered: bool) -> Result<Self, Failure> {
        let mut paths = matchit::Router::new();
        let pattern = settings.path.as_str();
        let bad = |what: String| Failure::fatal(format!("`path`: {what}"));
        if !pattern.starts_with('/') {
            return Err(bad(format!("`{pattern}` does not begin with `/`")));
        }
        paths
            .insert(pattern, ())
            .map_err(|error| bad(error.to_string()))?;
        // The rest of a path may be nothing.
        if let Some((start, "")) = pattern
            .split_once("{*")
            .map(|(start, rest)| (start, rest.split_once('}').map_or(rest, |(_, after)| after)))
        {
            paths
                .insert(start, ())
                .map_err(|error| bad(error.to_string()))?;
        }
        let method = settings.method.as_deref().map(|name| {
            Method::from_bytes(name.to_ascii_uppercase().as_bytes())
                .map_err(|_bad| Failure::fatal(format!("`method`: `{name}` is no method")))
        });
        Ok(Self {
            paths,
            method: method.transpose()?,
            patience: Duration::from_millis(settings.timeout_ms),
            body_bytes_max: usize::try_from(settings.body_bytes).unwrap_or(usize::MAX),
            are_answered,
        })
    }
}

/// A request that is to become a packet.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) id: Text,
    pub(super) packet: Packet,
    /// Where the answer goes, if one is to come.
    pub(super) answer: Option<oneshot::Sender<Answer>>,
}

/// Where requests are taken in; shared by all connections.
#[derive(Debug)]
pub(super) struct Desk {
    rules: Rules,
    asked: Sender<Asked>,
    numbers: AtomicU64,
    /// The names of headers, parameters and queries seen lately.
    shapes: Mutex<Shapes>,
    shape: Shape,
}

const FIELDS: [&str; 8] = [
    "id", "method", "path", "params", "query", "headers", "body", "remote",
];

impl Desk {
    /// Makes a desk and the other end of its queue.
    pub(super) fn new(rules: Rules, waiting_max: usize) -> (Self, Receiver<Asked>) {
        let (asked, taken) = channel(waiting_max);
        let desk = Self {
            rules,
            asked,
            numbers: AtomicU64::new(0),
            shapes: Mutex::default(),
            shape: Shape::new(FIELDS.map(Text::from)),
        };
        (desk, taken)
    }

    /// Handles a request from its head to its answer.
    pub(super) async fn handle(
        &self,
        request: Request<Incoming>,
        remote: SocketAddr,
    ) -> Response<Full<Chunk>> {
        let answer = match self.ask(request, remote).await {
            Ok(Some(waiting)) => self.wait(waiting).await,
            Ok(None) => Answer::empty(StatusCode::ACCEPTED),
            Err(refusal) => refusal,
        };
        answer.into_response()
    }

    /// Makes a packet of a request.
    async fn ask(
        &self,
        request: Request<Incoming>,
        remote: SocketAddr,
    ) -> Result<Option<oneshot::Receiver<Answer>>, Answer> {
        let (head, body) = request.into_parts();
        let params = self.params(head.uri.path(), &head.method)?;
        let body = self.collect(body).await?;
        let value = body_value(&head.headers, &body).map_err(|NotJson(what)| {
            Answer::text(
                StatusCode::BAD_REQUEST,
                &format!("the body is no JSON: {what}"),
            )
        })?;
        let id = Text::from(self.numbers.fetch_add(1, Ordering::Relaxed).to_string());
        let values = {
            let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
            vec![
                id.clone().into(),
                head.method.as_str().into(),
                head.uri.path().into(),
                pairs(params, &mut shapes),
                pairs(query(head.uri.query().unwrap_or_default()), &mut shapes),
                headers_value(&head.headers, &mut shapes),
                value,
                remote.to_string().into(),
            ]
        };
        let headers = Headers {
            id: Some(id.clone()),
            conversation: Some(id.clone()),
            correlation: Some(id.clone()),
            ..Headers::default()
        };
        let packet = Packet::data(Record::new(self.shape.clone(), values)).with_headers(headers);
        let (answer, waiting) = oneshot::channel();
        let are_answered = self.rules.are_answered;
        let asked = Asked {
            id,
            packet,
            answer: are_answered.then_some(answer),
        };
        match self.asked.try_send(asked) {
            Ok(()) => Ok(are_answered.then_some(waiting)),
            Err(_full) => Err(Answer::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many requests are waiting",
            )),
        }
    }

    async fn wait(&self, waiting: oneshot::Receiver<Answer>) -> Answer {
        match timeout(self.rules.patience, waiting).await {
            Ok(Ok(answer)) => answer,
            // The process has ended, or nobody answers any more.
            Ok(Err(_)) => Answer::text(StatusCode::SERVICE_UNAVAILABLE, "the service is stopping"),
            Err(_) => {
                let millis = self.rules.patience.as_millis();
                let told = format!("no answer came within {millis} ms");
                Answer::text(StatusCode::GATEWAY_TIMEOUT, &told)
            }
        }
    }

    /// The parts of the path that the pattern names.
    fn params(&self, path: &str, method: &Method) -> Result<Vec<(String, String)>, Answer> {
        let Ok(found) = self.rules.paths.at(path) else {
            return Err(Answer::text(
                StatusCode::NOT_FOUND,
                "there is nothing at this path",
            ));
        };
        if self
            .rules
            .method
            .as_ref()
            .is_some_and(|served| served != method)
        {
            let told = "this method is not served here";
            return Err(Answer::text(StatusCode::METHOD_NOT_ALLOWED, told));
        }
        let decoded = found.params.iter().map(|(name, part)| {
            let part = percent_decode_str(part).decode_utf8_lossy();
            (name.to_owned(), part.into_owned())
        });
        Ok(decoded.collect())
    }

    async fn collect(&self, body: Incoming) -> Result<Chunk, Answer> {
        let limited = Limited::new(body, self.rules.body_bytes_max);
        let Ok(collected) = timeout(self.rules.patience, limited.collect()).await else {
            let told = "the request took too long to come in";
            return Err(Answer::text(StatusCode::REQUEST_TIMEOUT, told));
        };
        collected.map(|body| body.to_bytes()).map_err(|error| {
            if error.is::<LengthLimitError>() {
                let max = self.rules.body_bytes_max;
                let told = format!("the body is larger than {max} bytes");
                return Answer::text(StatusCode::PAYLOAD_TOO_LARGE, &told);
            }
            Answer::text(
                StatusCode::BAD_REQUEST,
                &format!("the body cannot be read: {error}"),
            )
        })
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// A record; of several values with one name, the last.
fn pairs(pairs: Vec<(String, String)>, shapes: &mut Shapes) -> Value {
    let (names, values): (Vec<Text>, Vec<Value>) = pairs
        .into_iter()
        .map(|(name, value)| (Text::from(name), Value::from(value)))
        .unzip();
    match shapes.intern(&names) {
        Ok(shape) => Record::new(shape, values).into(),
        Err(_twice) => names.into_iter().zip(values).collect::<Record>().into(),
    }
}
