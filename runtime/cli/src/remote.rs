//! A runtime that is looked into: the connection to it, and what is asked there.
//!
//! `remote::find` knows which runtimes of this user listen, `remote::choose` what a name on the command line means.

mod choose;
mod find;

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use millstream_graph::Severity;
use millstream_protocol::extension::{
    self, Error, ErrorCode, GraphInfo, GraphName, GraphState, Hello, Nothing, Request, Response,
    Snapshot, Subscribe, VERSION, Welcome,
};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::args::RemoteArgs;
use crate::exit::{Exit, Fault, io_text};

pub(crate) use choose::{connector_name, connectors, target};
pub(crate) use find::{Announcement, announce};

/// Longest time until a runtime is there, and until it answers what needs no waiting.
const PATIENCE: Duration = Duration::from_secs(10);
/// What says the secret when no file does.
const SECRET: &str = "MILLSTREAM_SECRET";
const SUBPROTOCOL: (&str, &str) = ("sec-websocket-protocol", "noflo");

/// A connection to a runtime.
#[derive(Debug)]
pub(crate) struct Remote {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    url: String,
    secret: Option<String>,
    welcome: Welcome,
    asked: u64,
    /// What came of its own accord while an answer was awaited.
    heard: VecDeque<Response>,
}

impl Remote {
    /// Connects to the runtime that the command line names, or to the only one there is.
    ///
    /// # Errors
    ///
    /// Fails when there is none, several, or it does not let us in.
    pub(crate) async fn connect(args: &RemoteArgs) -> Result<Self, Fault> {
        let url = match &args.runtime {
            Some(url) => complete(url),
            None => find::only_one()?,
        };
        let secret = secret(args)?;
        let opened = timeout(PATIENCE, open(&url)).await;
        let socket = match opened {
            Ok(opened) => opened.map_err(|error| unreachable(&url, &reason(&error)))?,
            Err(_elapsed) => return Err(unreachable(&url, "it does not answer")),
        };
        let welcome = Welcome {
            version: VERSION,
            server: String::new(),
            rights: Vec::new(),
            limits: extension::Limits {
                message_bytes: 0,
                subscriptions: 0,
                probes: 0,
                interval_ms: 0,
                probe_packets: 0,
            },
        };
        let mut remote = Self {
            socket,
            url,
            secret,
            welcome,
            asked: 0,
            heard: VecDeque::new(),
        };
        remote.greet().await?;
        Ok(remote)
    }

    async fn greet(&mut self) -> Result<(), Fault> {
        let hello = Request::Hello(Hello {
            versions: vec![VERSION],
            client: Some(format!("millstream {}", env!("CARGO_PKG_VERSION"))),
        });
        match self.ask(hello).await? {
            Response::Welcome(welcome) => {
                self.welcome = welcome;
                Ok(())
            }
            other => Err(self.strange(&other)),
        }
    }

    /// What the runtime lets its clients do at most.
    pub(crate) const fn limits(&self) -> &extension::Limits {
        &self.welcome.limits
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    ///
    /// Fails when the runtime refuses, does not answer, or has gone.
    pub(crate) async fn ask(&mut self, request: Request) -> Result<Response, Fault> {
        match timeout(PATIENCE, self.ask_patiently(request)).await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(unreachable(&self.url, "it does not answer")),
        }
    }

    /// As [`Remote::ask`], for what takes as long as the network does.
    ///
    /// # Errors
    ///
    /// As [`Remote::ask`].
    pub(crate) async fn ask_patiently(&mut self, request: Request) -> Result<Response, Fault> {
        self.try_ask(request).await?.map_err(refusal)
    }

    /// As [`Remote::ask_patiently`], for whoever knows what to do when the runtime refuses.
    ///
    /// # Errors
    ///
    /// Fails when the runtime has gone.
    pub(crate) async fn try_ask(
        &mut self,
        request: Request,
    ) -> Result<Result<Response, Error>, Fault> {
        self.asked += 1;
        let id = self.asked.to_string();
        let mut message = serde_json::to_value(millstream_protocol::Request::Millstream(request))
            .map_err(|error| Fault::new(Exit::Usage, error.to_string()))?;
        message["requestId"] = json!(id);
        if let Some(secret) = &self.secret {
            message["secret"] = json!(secret);
        }
        let sent = self.socket.send(Message::Text(message.to_string().into()));
        sent.await
            .map_err(|error| unreachable(&self.url, &reason(&error)))?;
        loop {
            let Some((answers, response)) = self.hear().await? else {
                return Err(unreachable(&self.url, "it has closed the connection"));
            };
            match response {
                Response::Error(error) if answers.as_deref() == Some(&*id) => {
                    return Ok(Err(error));
                }
                response if answers.as_deref() == Some(&*id) => return Ok(Ok(response)),
                response => self.heard.push_back(response),
            }
        }
    }

    /// The next message that answers nothing; none when the runtime has gone.
    ///
    /// # Errors
    ///
    /// Fails when the connection does, or what comes cannot be read.
    pub(crate) async fn event(&mut self) -> Result<Option<Response>, Fault> {
        if let Some(response) = self.heard.pop_front() {
            return Ok(Some(response));
        }
        Ok(self.hear().await?.map(|(_, response)| response))
    }

    /// The next message of our protocol, and the number of the request that it answers.
    async fn hear(&mut self) -> Result<Option<(Option<String>, Response)>, Fault> {
        loop {
            let text = match self.socket.next().await {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(_)) => continue,
                Some(Err(error)) => return Err(unreachable(&self.url, &reason(&error))),
            };
            let strange = |error: serde_json::Error| {
                let text = format!(
                    "the runtime at {} says what is not understood: {error}",
                    self.url
                );
                Fault::new(Exit::Unreachable, text)
            };
            let message: Json = serde_json::from_str(&text).map_err(strange)?;
            // What it says in other protocols is for other clients; newer runtimes may say more.
            if message["protocol"] != "millstream" {
                continue;
            }
            let answers = message["responseTo"].as_str().map(str::to_owned);
            match serde_json::from_value(message) {
                Ok(response) => return Ok(Some((answers, response))),
                Err(error) if answers.is_some() => return Err(strange(error)),
                Err(error) => tracing::debug!(%error, "message that is not known"),
            }
        }
    }

    /// The packets of probes that came while answers were awaited.
    pub(crate) fn take_packets(&mut self) -> Vec<extension::Packets> {
        let heard = std::mem::take(&mut self.heard);
        let packets = heard.into_iter().filter_map(|response| match response {
            Response::Packets(packets) => Some(packets),
            _ => None,
        });
        packets.collect()
    }

    /// An answer that is none to what was asked.
    pub(crate) fn strange(&self, response: &Response) -> Fault {
        let text = format!(
            "the runtime at {} answers something else: {response:?}",
            self.url
        );
        Fault::new(Exit::Unreachable, text)
    }

    /// All graphs of the runtime.
    ///
    /// # Errors
    ///
    /// As [`Remote::ask`].
    pub(crate) async fn graphs(&mut self) -> Result<Vec<GraphInfo>, Fault> {
        match self.ask(Request::List(Nothing {})).await? {
            Response::Graphs(graphs) => Ok(graphs.graphs),
            other => Err(self.strange(&other)),
        }
    }

    /// The graph that is meant: the one that was named, or the only one that runs.
    ///
    /// # Errors
    ///
    /// Fails when there is no such graph, or it is not clear which.
    pub(crate) async fn graph(&mut self, name: Option<&str>) -> Result<String, Fault> {
        let graphs = self.graphs().await?;
        choose::graph(&graphs, name)
    }

    /// Follows the counts of a graph. What it looks like now; none while it does not run.
    ///
    /// # Errors
    ///
    /// As [`Remote::ask`].
    pub(crate) async fn follow(
        &mut self,
        graph: &str,
        every: Duration,
    ) -> Result<Option<Snapshot>, Fault> {
        let subscribe = Subscribe {
            graph: graph.to_owned(),
            connectors: None,
            interval_ms: u32::try_from(every.as_millis()).unwrap_or(u32::MAX),
        };
        match self.ask(Request::Subscribe(subscribe)).await? {
            Response::Snapshot(snapshot) => Ok(Some(snapshot)),
            Response::Done(_) => Ok(None),
            other => Err(self.strange(&other)),
        }
    }

    /// What a graph that runs looks like now.
    ///
    /// # Errors
    ///
    /// Fails when it does not run, and as [`Remote::ask`].
    pub(crate) async fn look_at(&mut self, graph: &str) -> Result<Snapshot, Fault> {
        let snapshot = self.follow(graph, Duration::from_mins(1)).await?;
        let name = GraphName {
            graph: graph.to_owned(),
        };
        self.ask(Request::Unsubscribe(name)).await?;
        snapshot.ok_or_else(|| not_running(graph))
    }
}

/// The graph does not run.
pub(crate) fn not_running(graph: &str) -> Fault {
    Fault::usage(format!("the graph `{graph}` does not run"))
        .help("`millstream ps` lists the graphs")
}

/// Whether a network of this state has come to its end.
pub(crate) const fn is_over(state: GraphState) -> bool {
    !matches!(state, GraphState::Running | GraphState::Draining)
}

async fn open(url: &str) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, tungstenite::Error> {
    let mut request = url.into_client_request()?;
    let (name, value) = SUBPROTOCOL;
    request
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    Ok(connect_async(request).await?.0)
}

/// A URL from what people write: the scheme and the path may be left out.
fn complete(url: &str) -> String {
    let with_scheme = match url.split_once("://") {
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(_) => url.to_owned(),
        None if url.bytes().all(|byte| byte.is_ascii_digit()) => format!("ws://127.0.0.1:{url}"),
        None => format!("ws://{url}"),
    };
    let has_path = with_scheme
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('/'));
    if has_path {
        with_scheme
    } else {
        with_scheme + "/"
    }
}

fn secret(args: &RemoteArgs) -> Result<Option<String>, Fault> {
    let Some(file) = &args.secret_file else {
        return Ok(std::env::var(SECRET)
            .ok()
            .filter(|secret| !secret.is_empty()));
    };
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fault::new(
            Exit::Io,
            format!("cannot read {shown}: {}", io_text(&error)),
        )
    })?;
    let first = text.lines().next().map(str::trim);
    match first.filter(|line| !line.is_empty()) {
        Some(secret) => Ok(Some(secret.to_owned())),
        None => Err(Fault::new(
            Exit::Io,
            format!("{shown} has no secret in its first line"),
        )),
    }
}

fn unreachable(url: &str, reason: &str) -> Fault {
    let text = format!("cannot reach the runtime at {url}: {reason}");
    Fault::new(Exit::Unreachable, text)
        .help("start one with `millstream serve` or `millstream run GRAPH --listen`")
}

/// What went wrong with a connection, in few words.
fn reason(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Io(error) => io_text(error),
        tungstenite::Error::Http(response) => format!("it answers {}", response.status()),
        other => other.to_string(),
    }
}

/// What the runtime refused, as a failure of the command.
pub(crate) fn refusal(error: Error) -> Fault {
    let exit = match error.code {
        ErrorCode::NotFound | ErrorCode::WrongState => Exit::Usage,
        ErrorCode::Invalid => Exit::Invalid,
        ErrorCode::Io => Exit::Io,
        _ => Exit::Unreachable,
    };
    let mut fault = Fault::new(exit, error.message);
    fault.message.severity = Severity::Error;
    if error.code == ErrorCode::Forbidden {
        return fault
            .help("--secret-file FILE, or the variable MILLSTREAM_SECRET, says the secret");
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_addresses_are_completed() {
        assert_eq!(complete("3569"), "ws://127.0.0.1:3569/");
        assert_eq!(complete("mill:3569"), "ws://mill:3569/");
        assert_eq!(complete("http://mill:80/x"), "ws://mill:80/x");
        assert_eq!(complete("wss://mill"), "wss://mill/");
    }
}
