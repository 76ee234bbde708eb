//! The socket and its connections. All of them are polled by the process itself: nothing outlives it.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use millstream_component::prelude::*;
use tokio::net::{TcpListener, TcpStream};

use super::exchange::Desk;
use crate::file::fault;

/// Connections that are open at a time; more wait at the system.
const CONNECTIONS_MAX: usize = 4096;

/// How long a client may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// Connections that are taken before those that are open have their turn.
const TAKEN_AT_ONCE: usize = 64;

type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where clients come in.
pub(super) struct Door {
    /// `None` once no more are taken.
    listener: Option<TcpListener>,
    address: SocketAddr,
    connections: FuturesUnordered<Connection>,
    /// Tells connections to end after the request at hand; taken when it has.
    graceful: Option<GracefulShutdown>,
    farewell: Option<Connection>,
    builder: http1::Builder,
    desk: Arc<Desk>,
}

impl Door {
    /// Listens at an address.
    ///
    /// # Errors
    ///
    /// Fails when it is no address of this machine or in use.
    pub(super) async fn open(listen: &str, desk: Arc<Desk>) -> Result<Self, Failure> {
        let cannot = |error: &std::io::Error| {
            let why = match error.kind() {
                std::io::ErrorKind::AddrInUse => "the port is in use by another program".to_owned(),
                std::io::ErrorKind::PermissionDenied => {
                    "permission denied; ports below 1024 are for the system".to_owned()
                }
                std::io::ErrorKind::AddrNotAvailable => {
                    "the address is not one of this machine".to_owned()
                }
                _ => fault::reason(error),
            };
            Failure::fatal(format!("cannot listen at {listen}: {why}"))
        };
        let bound = TcpListener::bind(listen).await;
        let listener = bound.map_err(|error| cannot(&error))?;
        let address = listener.local_addr().map_err(|error| cannot(&error))?;
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME);
        Ok(Self {
            listener: Some(listener),
            address,
            connections: FuturesUnordered::new(),
            graceful: Some(GracefulShutdown::new()),
            farewell: None,
            builder,
            desk,
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, and lets those that are open end after the request at hand.
    pub(super) fn close(&mut self) {
        self.listener = None;
        if let Some(graceful) = self.graceful.take() {
            self.farewell = Some(Box::pin(graceful.shutdown()));
        }
    }

    /// Whether it is closed and everybody has left.
    pub(super) fn is_done(&self) -> bool {
        self.listener.is_none() && self.connections.is_empty()
    }

    /// Takes connections and works on those that are open.
    pub(super) fn poll(&mut self, task: &mut task::Context<'_>) {
        for _ in 0..TAKEN_AT_ONCE {
            if self.connections.len() >= CONNECTIONS_MAX {
                break;
            }
            let Some(listener) = &self.listener else {
                break;
            };
            match listener.poll_accept(task) {
                Poll::Ready(Ok((stream, remote))) => self.welcome(stream, remote),
                // The client has gone before it was let in, or files are short; others may come.
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "connection lost");
                    task.waker().wake_by_ref();
                    break;
                }
                Poll::Pending => break,
            }
        }
        if let Some(farewell) = &mut self.farewell
            && farewell.as_mut().poll(task).is_ready()
        {
            self.farewell = None;
        }
        while let Poll::Ready(Some(())) = self.connections.poll_next_unpin(task) {}
    }

    fn welcome(&mut self, stream: TcpStream, remote: SocketAddr) {
        let Some(graceful) = &self.graceful else {
            return;
        };
        // Answers are small and whole: waiting for more to send with them only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "connection lost");
            return;
        }
        let desk = Arc::clone(&self.desk);
        let service = service_fn(move |request| {
            let desk = Arc::clone(&desk);
            async move { Ok::<_, Infallible>(desk.handle(request, remote).await) }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        self.connections.push(Box::pin(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection lost");
            }
        }));
    }
}
