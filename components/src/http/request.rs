//! `http/Request`: asks servers.

mod ask;
mod client;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use millstream_component::prelude::*;
use millstream_packet::Shapes;

use self::ask::{Ask, Asker};
use crate::http::content::headers_value;

/// Settings of [`Request`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestSettings {
    /// The method, unless a packet says otherwise.
    #[serde(default = "get")]
    method: String,
    /// Headers to send with each request; those of a packet go before them.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// How long one try may take with all of its answer, in milliseconds.
    #[serde(default = "half_minute")]
    #[schemars(range(min = 1))]
    timeout_ms: u64,
    /// How many times a request is tried again.
    #[serde(default = "two")]
    retries: u32,
    /// How many requests are on their way at a time; answers come in the order of the packets all the same.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    concurrency: usize,
    /// Largest body of an answer in bytes.
    #[serde(default = "default_body_bytes")]
    body_bytes: u64,
}

fn get() -> String {
    "GET".to_owned()
}

fn half_minute() -> u64 {
    30_000
}

fn two() -> u32 {
    2
}

fn one() -> usize {
    1
}

fn default_body_bytes() -> u64 {
    64 * 1024 * 1024
}

/// Sends a request for each packet and emits the answer.
///
/// # Shape
///
/// A packet is a URL, or a record of `url` and any of `method`, `query` (a record), `headers` (a record) and `body`: text
/// and bytes are sent as they are, other values as JSON.
///
/// An answer is a record of `status`, `headers` (a record with lower-case names), `body` and `url`, where it came from
/// after redirections. The body is a JSON document as its value if the content type says so and it is one, else text, or
/// bytes if it is no UTF-8; null if there is none. Answers come in the order of the packets; brackets pass in place.
///
/// # Blocking
///
/// Waits for each answer, with up to `concurrency` requests on their way.
///
/// # Errors
///
/// An answer of any status is an answer, also 404 and 500. A request that gets none, takes longer than `timeout_ms` or
/// gets a body of more than `body_bytes` is a failure of its packet; so is a packet that is no request.
///
/// A request is tried again, after 0.2, 0.4, 0.8 … seconds or what the server asks for, when no connection could be made,
/// when it is told 429 or 503, and, if its method may be repeated without harm (GET, HEAD, OPTIONS, PUT, DELETE), also when
/// the connection breaks, the time is up, or it is told 502 or 504. The last answer is emitted whatever it is.
///
/// # Source
///
/// RFC 9110, section 9.2.2, says which methods may be repeated. Certificates are checked as the system does it.
#[component(name = "http/Request", errors, examples = examples)]
#[derive(Debug)]
pub(crate) struct Request {
    #[config]
    config: Config<RequestSettings>,
    #[context]
    cx: Context,
    /// URLs or records.
    #[input(name = "in")]
    input: In<Packet>,
    /// The answers.
    #[output]
    out: Out<Packet>,
}

type Pending = Pin<Box<dyn Future<Output = Done> + Send>>;

/// What has become of a packet.
struct Done {
    packet: Packet,
    number: u64,
    answer: Result<ask::Answer, Failure>,
}

/// What happens next.
enum Event {
    Packet(Option<Packet>),
    Done(Done),
}

impl Process for Request {
    async fn run(mut self) -> Result<(), Failure> {
        let asker = Arc::new(Asker::new(&self.config, self.cx.clone())?);
        let mut pending: FuturesOrdered<Pending> = FuturesOrdered::new();
        let mut shapes = Shapes::default();
        let mut is_open = true;
        while is_open || !pending.is_empty() {
            let takes = is_open && pending.len() < self.config.concurrency;
            match poll_fn(|task| self.poll(takes, &mut pending, task)).await {
                Event::Packet(Some(packet)) => pending.push_back(self.begin(packet, &asker)),
                Event::Packet(None) => is_open = false,
                Event::Done(done) => self.finish(done, &mut shapes).await?,
            }
        }
        Ok(())
    }
}

impl Request {
    fn poll(
        &mut self,
        takes: bool,
        pending: &mut FuturesOrdered<Pending>,
        task: &mut task::Context<'_>,
    ) -> Poll<Event> {
        if self.out.is_closed() {
            // Whatever comes cannot be sent: the next send says so.
            pending.clear();
            let nobody = Done {
                packet: Packet::open(Value::NULL),
                number: 0,
                answer: Ok(ask::Answer::default()),
            };
            return Poll::Ready(Event::Done(nobody));
        }
        if let Poll::Ready(Some(done)) = pending.poll_next_unpin(task) {
            return Poll::Ready(Event::Done(done));
        }
        if takes {
            return self.input.raw().poll_recv(task).map(Event::Packet);
        }
        Poll::Pending
    }

    fn begin(&mut self, packet: Packet, asker: &Arc<Asker>) -> Pending {
        let number = self.input.raw().taken();
        let asker = Arc::clone(asker);
        Box::pin(async move {
            let answer = match packet.value().map(Ask::try_from) {
                // A bracket waits for its turn and asks nothing.
                None => Ok(ask::Answer::default()),
                Some(Ok(ask)) => asker.ask(ask).await,
                Some(Err(failure)) => Err(failure),
            };
            Done {
                packet,
                number,
                answer,
            }
        })
    }

    async fn finish(&mut self, done: Done, shapes: &mut Shapes) -> Result<(), Failure> {
        let Done {
            packet,
            number,
            answer,
        } = done;
        if !packet.is_data() {
            self.out.send_packet(packet).await?;
            return Ok(());
        }
        match answer {
            Ok(answer) => {
                let headers = headers_value(&answer.headers, shapes);
                let record = Record::from_iter([
                    ("status", i64::from(answer.status.as_u16()).into()),
                    ("headers", headers),
                    ("body", answer.body),
                    ("url", answer.url.into()),
                ]);
                let derived = packet.headers().map(|headers| Box::new(headers.derive()));
                let told = Packet::data(record).with_boxed_headers(derived);
                self.out.send_packet(told).await?;
                Ok(())
            }
            Err(failure) => self.cx.reject(failure.at("in", number), packet),
        }
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("A packet that is no request")
            .input("in", [Packet::data(1)])
            .failure("the packet is int, not a URL or a record with a field `url`"),
        Example::new("A URL that is none")
            .input("in", ["example.org"])
            .failure("`example.org` is no URL: "),
        Example::new("A server that is not there, told after one try")
            .iip("retries", 0)
            .input("in", ["http://127.0.0.1:1/"])
            .failure("GET http://127.0.0.1:1/: no connection: "),
    ]
}

contract!(Request, Real);

#[cfg(test)]
mod tests;
