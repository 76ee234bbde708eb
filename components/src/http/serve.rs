//! `http/Serve`: a server whose requests are packets.

mod answer;
mod door;
mod exchange;

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use millstream_component::prelude::*;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

use self::answer::{Answer, Groups, answer_of};
use self::door::Door;
use self::exchange::{Asked, Desk, Rules};

/// Requests that have come and are not packets yet; more are told 503.
const WAITING_MAX: usize = 1024;

/// How many forgotten requests may be remembered before they are looked through.
const PRUNE_FROM: usize = 1024;

/// Settings of [`Serve`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ServeSettings {
    /// Address and port, such as `127.0.0.1:8080`, or `0.0.0.0:8080` for all addresses of the machine; port 0 takes any
    /// that is free.
    listen: String,
    /// Which paths are served: `{name}` stands for a part, `{*name}` for the rest. Others are told 404.
    #[serde(default = "any_path")]
    path: String,
    /// Which method is served, such as `POST`; others are told 405. Without it, all are.
    #[serde(default)]
    method: Option<String>,
    /// How long a request waits for its answer, and how long it may take to come in, in milliseconds; then it is told 504
    /// or 408.
    #[serde(default = "half_minute")]
    #[schemars(range(min = 1))]
    timeout_ms: u64,
    /// Largest body of a request in bytes; larger ones are told 413.
    #[serde(default = "mebibyte")]
    body_bytes: u64,
}

fn any_path() -> String {
    "/{*path}".to_owned()
}

fn half_minute() -> u64 {
    30_000
}

fn mebibyte() -> u64 {
    1024 * 1024
}

/// Serves HTTP: each request is a packet, and the packet that comes back answers it.
///
/// # Shape
///
/// A record for each request: `id`, `method`, `path`, `params` (a record of the parts that `path` names), `query` (a
/// record), `headers` (a record with lower-case names), `body` and `remote`, the address of the client. The body is a JSON
/// document as its value if the content type says so (400 if it is none), else text, or bytes if it is no UTF-8; null if
/// there is none.
///
/// Each packet has the id as conversation and correlation id in its headers. What is derived from it keeps the
/// conversation, so a packet that comes to `replies` in the end is known to answer it; a record may also say so in a field
/// `id`. A record with a `status` that is an int, or a `body`, is the answer with its `status` (200), `headers` and
/// `body`; any other value is the body. Text is sent as text, bytes as bytes, other values as JSON. What comes in brackets
/// is one answer, whose body is the list of the packets; groups that answer different requests may come mixed.
///
/// When nothing is connected to `replies`, each request is told 202 when its packet has been taken.
///
/// # Blocking
///
/// Up to 1024 requests wait until `out` takes them; more are told 503. When the network stops, no more connections are
/// taken and the process ends when all requests are answered. It ends too when the reader of `out` does.
///
/// # Memory
///
/// For each request on its way its packet, and its body of at most `body_bytes`. At most 4096 connections are open at a
/// time; more wait at the system.
///
/// # Errors
///
/// An address that is in use or not the machine's fails at the start. A reply that names no request, and one that is no
/// answer, is a failure of that packet; in the second case the client is told 500. A reply that comes after its request
/// was told 504 is told in the log.
#[component(name = "http/Serve", examples = examples)]
#[derive(Debug)]
pub(crate) struct Serve {
    #[config]
    config: Config<ServeSettings>,
    #[context]
    cx: Context,
    /// Answers.
    #[input(optional)]
    replies: In<Packet>,
    /// A record for each request.
    #[output]
    out: Out<Packet>,
    /// The address with the port, once it is listened at.
    #[output(optional)]
    address: Out<Text>,
}

impl Process for Serve {
    async fn run(mut self) -> Result<(), Failure> {
        let rules = Rules::new(&self.config, self.replies.is_connected())?;
        let (desk, asked) = Desk::new(rules, WAITING_MAX);
        let door = Door::open(&self.config.listen, Arc::new(desk)).await?;
        let address = door.address();
        tracing::info!(process = self.cx.process(), %address, "listening");
        // Nobody need be interested in it.
        let _closed = self.address.send(address.to_string()).await;
        self.address.close();
        let cx = self.cx.clone();
        let stopping: Pin<Box<dyn Future<Output = ()> + Send>> =
            Box::pin(async move { cx.stopping().await });
        let answers_open = self.replies.is_connected();
        let mut hall = Hall {
            serve: self,
            door,
            asked,
            waiting: HashMap::new(),
            prune_at: PRUNE_FROM,
            groups: Groups::default(),
            stopping: Some(stopping),
            answers_open,
        };
        poll_fn(|task| hall.poll(task)).await
    }
}

/// The server at work.
struct Hall {
    serve: Serve,
    door: Door,
    /// Requests that are to become packets.
    asked: Receiver<Asked>,
    /// Those who wait for an answer, by the id of their request.
    waiting: HashMap<Text, oneshot::Sender<Answer>>,
    /// How many may wait before those who have given up are looked for.
    prune_at: usize,
    groups: Groups,
    /// `None` once the network stops.
    stopping: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    answers_open: bool,
}

impl Hall {
    /// Does what there is to do, until the server has ended.
    fn poll(&mut self, task: &mut task::Context<'_>) -> Poll<Result<(), Failure>> {
        let taken = self.serve.out.raw().poll_flush();
        if taken == Poll::Ready(false) && self.serve.out.is_connected() {
            return Poll::Ready(Err(Closed.into()));
        }
        self.poll_stop(task);
        while self.answers_open {
            match self.serve.replies.raw().poll_recv(task) {
                Poll::Ready(Some(reply)) => self.take_reply(reply)?,
                // Nobody can answer any more.
                Poll::Ready(None) => {
                    self.answers_open = false;
                    self.waiting.clear();
                    self.door.close();
                }
                Poll::Pending => break,
            }
        }
        self.door.poll(task);
        while self.serve.out.has_room() {
            match self.asked.poll_recv(task) {
                Poll::Ready(Some(asked)) => self.hand_over(asked),
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        self.serve.out.raw().publish();
        // The handlers of the last answers may be done by now.
        self.door.poll(task);
        if self.door.is_done() {
            return Poll::Ready(Ok(()));
        }
        Poll::Pending
    }

    fn poll_stop(&mut self, task: &mut task::Context<'_>) {
        if let Some(stopping) = &mut self.stopping
            && stopping.as_mut().poll(task).is_ready()
        {
            self.stopping = None;
            self.door.close();
        }
    }

    /// Makes a packet of a request.
    fn hand_over(&mut self, asked: Asked) {
        let Asked { id, packet, answer } = asked;
        if let Some(answer) = answer {
            self.prune();
            self.waiting.insert(id, answer);
        }
        self.serve.out.emit_packet(packet);
    }

    /// Forgets those who have given up waiting.
    fn prune(&mut self) {
        if self.waiting.len() < self.prune_at {
            return;
        }
        self.waiting.retain(|_, answer| !answer.is_closed());
        self.prune_at = PRUNE_FROM.max(2 * self.waiting.len());
    }

    fn take_reply(&mut self, packet: Packet) -> Result<(), Failure> {
        let Some(packet) = self.groups.take(packet) else {
            return Ok(());
        };
        let number = self.serve.replies.raw().taken();
        let at = |failure: Failure| failure.at("replies", number);
        let Some(id) = answer::id_of(&packet) else {
            let failure = Failure::packet(
                "the reply has neither headers nor a field `id` that name a request",
            );
            return self.serve.cx.reject(at(failure), packet);
        };
        let Some(client) = self.waiting.remove(&id) else {
            let process = self.serve.cx.process();
            tracing::warn!(process, request = %id, "no request waits for this reply");
            return Ok(());
        };
        match answer_of(packet.value().unwrap_or(&Value::NULL)) {
            Ok(answer) => {
                if client.send(answer).is_err() {
                    let process = self.serve.cx.process();
                    tracing::warn!(process, request = %id, "the reply came too late");
                }
                Ok(())
            }
            Err(failure) => {
                // The client learns that there is a fault here, and not which.
                drop(client.send(Answer::fault()));
                self.serve.cx.reject(at(failure), packet)
            }
        }
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("An address that is none")
            .iip("listen", "nowhere")
            .failure("cannot listen at nowhere: "),
        Example::new("A path that is none")
            .iip("listen", "127.0.0.1:0")
            .iip("path", "/{a}{b}")
            .failure("`path`: "),
    ]
}

contract!(Serve, Real);

#[cfg(test)]
mod tests;
