//! The clients that are connected, and how others than their own task send them something.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use millstream_protocol::{Reply, Response};
use parking_lot::Mutex;
use serde_json::Value as Json;
use tokio::sync::Notify;

use crate::limits::{CLIENTS_MAX, EXIT_PATIENCE, MAILBOX_MESSAGES};

/// All clients.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    clients: Mutex<BTreeMap<u64, Handle>>,
    next: AtomicU64,
}

/// How others reach a client. Cheap to copy.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    pub(crate) id: u64,
    mailbox: flume::Sender<Reply>,
    fate: Arc<Fate>,
}

/// Whether a client is to go.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    /// It let too many messages wait.
    is_late: AtomicBool,
    /// Told when that is set; one task listens.
    gave_up: Notify,
    /// Told when feeds have something for the client.
    pub(crate) bell: Arc<Notify>,
}

impl Fate {
    /// Waits until too many messages wait. Nothing is lost when this is dropped.
    pub(crate) async fn late(&self) {
        while !self.is_late.load(Relaxed) {
            self.gave_up.notified().await;
        }
    }
}

/// The client's own side of a [`Handle`].
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) handle: Handle,
    pub(crate) mailbox: flume::Receiver<Reply>,
    pub(crate) fate: Arc<Fate>,
}

impl Hub {
    /// Lets a client in; none when there are too many.
    pub(crate) fn enter(&self) -> Option<Place> {
        let mut clients = self.clients.lock();
        if clients.len() >= CLIENTS_MAX {
            return None;
        }
        let (sender, mailbox) = flume::bounded(MAILBOX_MESSAGES);
        let fate = Arc::new(Fate::default());
        let handle = Handle {
            id: self.next.fetch_add(1, Relaxed) + 1,
            mailbox: sender,
            fate: Arc::clone(&fate),
        };
        clients.insert(handle.id, handle.clone());
        Some(Place {
            handle,
            mailbox,
            fate,
        })
    }

    /// A client has gone.
    pub(crate) fn leave(&self, id: u64) {
        self.clients.lock().remove(&id);
    }
}

impl Handle {
    /// Sends a message of its own accord.
    pub(crate) fn tell(&self, response: Response) {
        self.post(Reply::from(response));
    }

    /// Sends a message that may be lost; false when it was.
    pub(crate) fn offer(&self, response: Response) -> bool {
        // Room is left for what may not be lost.
        self.mailbox.len() < MAILBOX_MESSAGES / 2
            && self.mailbox.try_send(Reply::from(response)).is_ok()
    }

    /// Answers a request.
    pub(crate) fn answer(&self, response: Response, request_id: Option<Json>) {
        self.post(Reply {
            response,
            response_to: request_id,
        });
    }

    fn post(&self, reply: Reply) {
        if let Err(flume::TrySendError::Full(_)) = self.mailbox.try_send(reply) {
            self.give_up();
        }
    }

    /// Sends a message that may wait a while for room: a packet of an exported port.
    pub(crate) async fn deliver(&self, response: Response) {
        let sent = self.mailbox.send_async(Reply::from(response));
        if tokio::time::timeout(EXIT_PATIENCE, sent).await.is_err() {
            self.give_up();
        }
    }

    fn give_up(&self) {
        self.fate.is_late.store(true, Relaxed);
        self.fate.gave_up.notify_one();
    }

    /// What wakes the client's task.
    pub(crate) fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.fate.bell)
    }
}

#[cfg(test)]
mod tests {
    use millstream_protocol::fbp::component;

    use super::*;

    fn message() -> Response {
        Response::Component(component::Response::ComponentsReady(1))
    }

    #[test]
    fn clients_are_let_in_up_to_the_limit() {
        let hub = Hub::default();
        let places: Vec<Place> = std::iter::from_fn(|| hub.enter()).collect();
        assert_eq!(places.len(), CLIENTS_MAX);
        hub.leave(places[7].handle.id);
        assert!(hub.enter().is_some());
        assert!(hub.enter().is_none());
    }

    #[test]
    fn client_that_never_reads_is_given_up_and_costs_no_more() {
        let hub = Hub::default();
        let place = hub.enter().unwrap();
        for _ in 0..MAILBOX_MESSAGES {
            place.handle.tell(message());
        }
        assert!(!place.fate.is_late.load(Relaxed));
        place.handle.tell(message());
        assert!(place.fate.is_late.load(Relaxed));
        assert_eq!(place.mailbox.len(), MAILBOX_MESSAGES);
    }
}
