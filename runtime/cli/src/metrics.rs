//! `run --metrics`: what a network counts, for Prometheus, at `/metrics`.
//!
//! Nothing is counted for this: each scrape reads the counts that are always there. It is served by a thread of its own, so
//! that a busy network neither waits for a scrape nor holds it up, with a bound on clients and on the time that they may take.
//! [METRICS.md](../METRICS.md) is the table of names, and a test holds it against the text.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::str::FromStr;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use millstream_engine::Network;
use millstream_server::metrics;
use subtle::ConstantTimeEq as _;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::access::secrets;
use crate::args::RunArgs;
use crate::exit::{Exit, Fault, io_text};
use crate::output::Shell;

/// Connections that are open at a time; more wait at the system.
const CLIENTS_MAX: usize = 16;
/// Time that a client has for a request and its answer.
const CLIENT_TIME: Duration = Duration::from_secs(10);

/// Where metrics are served: `9464`, `:9464` or `127.0.0.1:9464`; a port alone is one of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address(SocketAddr);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
        let text = text.replace("localhost:", "127.0.0.1:");
        match port {
            Ok(port) => Ok(Self(SocketAddr::from(([127, 0, 0, 1], port)))),
            Err(_) => text.parse().map(Self).map_err(|_error| {
                format!("`{text}` is no address: write a port, as 9464, or an address with one, as 127.0.0.1:9464")
            }),
        }
    }
}

/// A socket that is ready to serve metrics.
#[derive(Debug)]
pub(crate) struct Stall {
    listener: TcpListener,
    address: SocketAddr,
    /// Any of these will do; none means that nobody is asked.
    secrets: Vec<String>,
}

/// Metrics that are being served.
#[derive(Debug)]
pub(crate) struct Serving {
    /// Dropped to end it.
    end: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Stall {
    /// Opens the socket, so that what is wrong with it is told before anything runs.
    ///
    /// # Errors
    ///
    /// Fails when the address is not of this machine and there is no secret, or it cannot be listened at.
    pub(crate) fn open(args: &RunArgs) -> Result<Option<Self>, Fault> {
        let Some(Address(wanted)) = args.metrics else {
            return Ok(None);
        };
        let secrets = secrets(&args.access)?;
        let secrets: Vec<String> = secrets.control.into_iter().chain(secrets.inspect).collect();
        if !wanted.ip().is_loopback() && secrets.is_empty() {
            let text =
                format!("{wanted} can be reached from other machines, and there is no secret");
            return Err(
                Fault::usage(text).help("give one with --secret-file, or listen at 127.0.0.1")
            );
        }
        let cannot = |error: std::io::Error| {
            let why = io_text(&error);
            Fault::new(Exit::Io, format!("cannot listen at {wanted}: {why}"))
        };
        let listener = TcpListener::bind(wanted).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        Ok(Some(Self {
            listener,
            address,
            secrets,
        }))
    }

    /// Begins to serve.
    ///
    /// # Errors
    ///
    /// Fails when there is no thread to be had.
    pub(crate) fn serve(self, network: &Network, shell: &Shell) -> Result<Serving, Fault> {
        let cannot_start =
            |error: std::io::Error| Fault::io("cannot start to serve metrics", &error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(cannot_start)?;
        let desk = Arc::new(Desk {
            network: network.clone(),
            secrets: self.secrets,
        });
        let (end, ended) = oneshot::channel();
        let listener = self.listener;
        let thread = Builder::new()
            .name("millstream metrics".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _dropped = ended => {}
                        () = welcome(listener, &desk) => {}
                    }
                });
            })
            .map_err(cannot_start)?;
        shell.notice(&format!("metrics: http://{}/metrics", self.address));
        Ok(Serving { end, thread })
    }
}

impl Serving {
    /// Ends it.
    pub(crate) fn end(self) {
        drop(self.end);
        // A panic in there has been reported, and the run matters more.
        drop(self.thread.join());
    }
}

/// Takes connections and works on those that are open, all in this one future.
async fn welcome(listener: TcpListener, desk: &Arc<Desk>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "metrics are not served");
            return;
        }
    };
    let mut clients = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(()) = clients.next(), if !clients.is_empty() => {}
            accepted = listener.accept(), if clients.len() < CLIENTS_MAX => match accepted {
                Ok((stream, _)) => clients.push(serve(stream, Arc::clone(desk))),
                // Files are short, or the client has gone: others may come when there is room again.
                Err(error) => {
                    tracing::debug!(%error, "connection lost");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

/// Answers one request of a client.
async fn serve(stream: TcpStream, desk: Arc<Desk>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = desk.answer(&request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_TIME)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    match tokio::time::timeout(CLIENT_TIME, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "connection lost"),
        Err(_slow) => tracing::debug!("client was too slow"),
    }
}

/// Where requests are answered.
#[derive(Debug)]
struct Desk {
    network: Network,
    /// Any of these will do; none means that nobody is asked.
    secrets: Vec<String>,
}

impl Desk {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !self.may_read(request.headers().get(AUTHORIZATION)) {
            let mut refused = plain(StatusCode::UNAUTHORIZED, "a secret is needed\n");
            let challenge = HeaderValue::from_static("Bearer");
            refused.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            return refused;
        }
        if request.uri().path() != "/metrics" {
            return plain(StatusCode::NOT_FOUND, "metrics are at /metrics\n");
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "metrics are only read\n");
            refused
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        let network = (self.network.name().to_owned(), self.network.clone());
        match metrics::text(vec![network]) {
            Ok(text) => {
                let mut answer = Response::new(Full::new(Bytes::from(text)));
                answer.headers_mut().insert(
                    CONTENT_TYPE,
                    HeaderValue::from_static(metrics::CONTENT_TYPE),
                );
                answer
            }
            Err(_format) => plain(StatusCode::INTERNAL_SERVER_ERROR, "no text could be made\n"),
        }
    }

    /// Whether a secret was said, if there is one; compared in constant time.
    fn may_read(&self, said: Option<&HeaderValue>) -> bool {
        if self.secrets.is_empty() {
            return true;
        }
        let said = said.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        said.is_some_and(|said| {
            let is_one = |secret: &String| bool::from(said.ct_eq(secret.as_bytes()));
            // All are compared, so that the time tells nothing.
            self.secrets.iter().filter(|secret| is_one(secret)).count() > 0
        })
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_alone_is_one_of_this_machine() {
        for text in ["9464", ":9464", "127.0.0.1:9464", "localhost:9464"] {
            let Address(address) = text.parse().unwrap();
            assert_eq!(address.to_string(), "127.0.0.1:9464");
        }
        for bad in ["", "x", "127.0.0.1", "70000", "::", "host:1"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
