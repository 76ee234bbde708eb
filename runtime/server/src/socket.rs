//! Sockets as they come in: so many at a time, and none for long that says nothing or takes nothing.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

use crate::limits::{HANDSHAKE_MAX, SEND_BUFFER_BYTES, SOCKETS_MAX, STALL_MAX};

/// Sockets that wait to be let in; as many as the system takes by itself where nobody says.
const BACKLOG: u32 = 1024;

/// A listener that lets so many sockets in.
#[derive(Debug)]
pub(crate) struct Sockets {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

/// A socket with its place.
#[derive(Debug)]
pub(crate) struct Socket<S = TcpStream> {
    stream: S,
    /// Runs until the first answer; whoever has not asked by then is gone, or means no good.
    silence: Option<Pin<Box<Sleep>>>,
    /// Runs while the other side takes nothing of what it is sent.
    stall: Option<Pin<Box<Sleep>>>,
    /// Given back when the socket closes.
    _place: Option<OwnedSemaphorePermit>,
}

/// Listens. Sockets that come in keep little on their way to who is slow: the rest waits where it is counted.
///
/// # Errors
///
/// Fails when the address cannot be had.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // Elsewhere this would let two programs have one address.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Sockets {
    pub(crate) fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(SOCKETS_MAX)),
        }
    }
}

impl Listener for Sockets {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        // It fails only for a semaphore that was closed, which nobody does. Further sockets wait in the system's queue.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Messages are small, and their answers awaited: none waits for more to fill a segment.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "socket stays slow");
        }
        (Socket::new(stream, place), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl<S> Socket<S> {
    fn new(stream: S, place: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            stream,
            silence: Some(Box::pin(sleep(HANDSHAKE_MAX))),
            stall: None,
            _place: place,
        }
    }

    /// What came of a try to write: an error when the other side has taken nothing for long.
    fn written(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            (self.silence, self.stall) = (None, None);
            return written;
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(STALL_MAX)));
        let gives_up = stall.as_mut().poll(cx);
        gives_up.map(|()| Err(ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(silence) = &mut self.silence
            && silence.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_asks_nothing_is_not_waited_for() {
        let (stream, _other) = duplex(64);
        let mut socket = Socket::new(stream, None);
        let heard = socket.read_u8().await;
        assert_eq!(heard.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_not_waited_for() {
        let (stream, _other) = duplex(64);
        let mut socket = Socket::new(stream, None);
        let begun = tokio::time::Instant::now();
        let sent = socket.write_all(&[0; 65]).await;
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), STALL_MAX.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_little_at_a_time_is_waited_for_as_long_as_it_takes() {
        let (stream, mut other) = duplex(64);
        let mut socket = Socket::new(stream, None);
        let reader = async {
            for _ in 0..100 {
                sleep(STALL_MAX.mul_f64(0.99)).await;
                other.read_exact(&mut [0; 8]).await.unwrap();
            }
        };
        let (sent, ()) = tokio::join!(socket.write_all(&[0; 800]), reader);
        sent.unwrap();
    }
}
