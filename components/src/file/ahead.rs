//! Reads on a blocking thread, one piece ahead of whoever takes them.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use millstream_component::prelude::*;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

/// What an iterator gives whose `next` blocks the thread.
#[derive(Debug)]
pub(crate) enum Ahead<I: Iterator> {
    /// The iterator soon gives something: it runs on the runtime's blocking threads, which are joined at the end.
    Pool(Running<I>),
    /// The iterator may wait for ever (for a person at a terminal): the thread is its own, so that nobody waits for it.
    Thread(Receiver<I::Item>),
    Ended,
}

/// A thread that reads one item, and then gives it and the iterator back.
type Running<I> = JoinHandle<(I, Option<<I as Iterator>::Item>)>;

impl<I> Ahead<I>
where
    I: Iterator + Send + 'static,
    I::Item: Send,
{
    /// Runs an iterator that never waits for long.
    pub(crate) fn on_pool(iterator: I) -> Self {
        Self::Pool(spawn_blocking(move || advance(iterator)))
    }

    /// Runs an iterator that may wait for ever, on a thread of this name.
    ///
    /// The thread ends with the iterator, or at the first item that nobody takes any more. Until then it may wait in
    /// the system, where nothing can wake it; it holds nothing that others wait for.
    ///
    /// # Errors
    ///
    /// Fails when the system gives no thread.
    pub(crate) fn on_own_thread(name: &str, iterator: I) -> io::Result<Self> {
        // One item waits while the next one is read.
        let (sender, receiver) = channel(1);
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for item in iterator {
                    if sender.blocking_send(item).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self::Thread(receiver))
    }

    /// Takes the next item, `None` at the end.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// Fails when the iterator panicked.
    pub(crate) async fn next(&mut self) -> Result<Option<I::Item>, Failure> {
        match self {
            Self::Ended => Ok(None),
            Self::Thread(receiver) => Ok(receiver.recv().await),
            Self::Pool(running) => {
                let done = running.await;
                *self = Self::Ended;
                let (iterator, item) = done.map_err(|error| Failure::from(error).into_fatal())?;
                if item.is_some() {
                    *self = Self::on_pool(iterator);
                }
                Ok(item)
            }
        }
    }
}

fn advance<I: Iterator>(mut iterator: I) -> (I, Option<I::Item>) {
    let item = iterator.next();
    (iterator, item)
}

/// Waits for something outside, but no longer than somebody reads the port.
///
/// # Errors
///
/// Fails when the reader of the port ends first.
pub(crate) async fn while_read<T, F>(out: &mut Out<T>, future: F) -> Result<F::Output, Closed>
where
    T: millstream_component::Payload,
    F: Future,
{
    let mut future = pin!(future);
    // Whoever reads the port wakes its writer when it ends.
    poll_fn(|cx| {
        if out.is_closed() {
            return Poll::Ready(Err(Closed));
        }
        future.as_mut().poll(cx).map(Ok)
    })
    .await
}
