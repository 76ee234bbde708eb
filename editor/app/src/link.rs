//! The live link: a client of the runtime protocol that keeps itself connected.
//!
//! It knows requests, answers and how to come back after the connection broke; what they mean is known by
//! [`crate::Runs`]. Nothing here waits: [`Link::poll`] is called once per frame with the time.

mod fake;
mod transport;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use millstream_protocol::extension::{
    Error, ErrorCode, Hello, Request, Response, Right, VERSION, Welcome,
};
use millstream_protocol::{Reply, Response as Spoken};
use serde_json::{Value as Json, json};

use crate::host::RuntimeAddress;

pub use fake::FakeRuntime;
pub use transport::{Socket, SocketEvent, Transport, Wake, WebSockets};

/// Seconds until the second try; each further one waits twice as long.
const RETRY_SECS: f64 = 0.5;
/// Longest wait between two tries, in seconds.
const RETRY_SECS_MAX: f64 = 10.0;
/// Seconds after which a connection that says nothing is given up.
const PATIENCE_SECS: f64 = 10.0;

/// Keeps the editor connected to one runtime.
pub struct Link {
    transport: Box<dyn Transport>,
    address: Option<RuntimeAddress>,
    phase: Phase,
    socket: Option<Box<dyn Socket>>,
    asked: BTreeSet<u64>,
    last_id: u64,
    tries: u32,
    events: VecDeque<LinkEvent>,
}

/// How the link is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// There is no runtime that it should be connected to.
    Idle,
    /// It connects.
    Connecting {
        /// Since when.
        since: f64,
    },
    /// It is connected, and may do what the welcome says.
    Open(Box<Welcome>),
    /// The connection broke, or nobody answered; it tries again by itself.
    Waiting {
        /// When it tries again.
        until: f64,
        /// What went wrong.
        reason: String,
    },
    /// The runtime will not have it, and trying again would not help.
    Refused {
        /// What it said.
        reason: String,
    },
}

/// A number by which an answer finds its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

/// What comes from the runtime.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkEvent {
    /// It is connected, for the first time or again; nothing of an earlier connection is known there.
    Opened,
    /// The connection is gone, and with it the answers to all requests.
    Lost,
    /// An answer.
    Answer(RequestId, Result<Box<Response>, Error>),
    /// Something that was not asked for just now.
    Told(Box<Response>),
}

impl Link {
    /// A link that is not connected.
    pub fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            transport,
            address: None,
            phase: Phase::Idle,
            socket: None,
            asked: BTreeSet::new(),
            last_id: 0,
            tries: 0,
            events: VecDeque::new(),
        }
    }

    /// How it is doing.
    pub const fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether requests are heard.
    pub const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// The runtime that it is connected to, or tries to be.
    pub const fn address(&self) -> Option<&RuntimeAddress> {
        self.address.as_ref()
    }

    /// Whether the runtime lets it do this.
    pub fn may(&self, right: Right) -> bool {
        matches!(&self.phase, Phase::Open(welcome) if welcome.rights.contains(&right))
    }

    /// Connects to a runtime, and leaves the one before.
    pub fn attach(&mut self, address: RuntimeAddress, now: f64) {
        self.detach();
        self.address = Some(address);
        self.phase = Phase::Waiting {
            until: now,
            reason: String::new(),
        };
    }

    /// Leaves the runtime.
    pub fn detach(&mut self) {
        self.drop_socket();
        self.address = None;
        self.phase = Phase::Idle;
        self.tries = 0;
    }

    /// Tries again at once.
    pub fn retry(&mut self, now: f64) {
        if let Some(address) = self.address.clone()
            && !self.is_open()
        {
            self.attach(address, now);
        }
    }

    /// Asks something; nothing if there is no connection.
    pub fn ask(&mut self, request: &Request) -> Option<RequestId> {
        if !self.is_open() {
            return None;
        }
        self.send(request, None)
    }

    /// What has come since the last frame.
    pub fn poll(&mut self, now: f64, wake: impl Fn() -> Wake) -> Vec<LinkEvent> {
        match self.phase {
            Phase::Waiting { until, .. } if now >= until => self.connect(now, wake()),
            Phase::Connecting { since } if now - since > PATIENCE_SECS => {
                self.lose("nobody answers".to_owned(), now);
            }
            _ => {}
        }
        while let Some(event) = self.socket.as_mut().and_then(|socket| socket.poll()) {
            match event {
                SocketEvent::Opened => self.greet(),
                SocketEvent::Text(text) => self.hear(&text),
                SocketEvent::Closed(reason) => self.lose(reason, now),
            }
        }
        self.events.drain(..).collect()
    }

    /// Seconds until it wants to be polled even if nothing comes; nothing if it can wait for ever.
    pub fn wants_poll_in_secs(&self, now: f64) -> Option<f64> {
        match self.phase {
            Phase::Waiting { until, .. } => Some((until - now).max(0.0)),
            Phase::Connecting { since } => Some((since + PATIENCE_SECS - now).max(0.0)),
            Phase::Idle | Phase::Open(_) | Phase::Refused { .. } => None,
        }
    }

    fn connect(&mut self, now: f64, wake: Wake) {
        let Some(address) = &self.address else {
            return;
        };
        match self.transport.connect(&address.url, wake) {
            Ok(socket) => {
                self.socket = Some(socket);
                self.phase = Phase::Connecting { since: now };
            }
            Err(reason) => self.phase = Phase::Refused { reason },
        }
    }

    fn greet(&mut self) {
        let hello = Request::Hello(Hello {
            versions: vec![VERSION],
            client: Some(format!("millstream editor {}", env!("CARGO_PKG_VERSION"))),
        });
        let secret = self.address.as_ref().and_then(|known| known.secret.clone());
        self.send(&hello, secret);
    }

    fn send(&mut self, request: &Request, secret: Option<String>) -> Option<RequestId> {
        let socket = self.socket.as_mut()?;
        self.last_id += 1;
        let mut message = serde_json::to_value(request).ok()?;
        let envelope = message.as_object_mut()?;
        envelope.insert("protocol".to_owned(), json!("millstream"));
        envelope.insert("requestId".to_owned(), json!(self.last_id));
        if let Some(secret) = secret {
            envelope.insert("secret".to_owned(), json!(secret));
        }
        socket.send(message.to_string());
        self.asked.insert(self.last_id);
        Some(RequestId(self.last_id))
    }

    fn hear(&mut self, text: &str) {
        // What an older or newer runtime says beside what we know is no reason to leave it.
        let Ok(reply) = serde_json::from_str::<Reply>(text) else {
            return;
        };
        let Spoken::Millstream(response) = reply.response else {
            return;
        };
        let answered = reply.response_to.as_ref().and_then(Json::as_u64);
        let answered = answered.filter(|id| self.asked.remove(id));
        match (response, answered) {
            (Response::Welcome(welcome), _) => self.welcomed(welcome),
            (Response::Error(error), Some(_)) if !self.is_open() => self.refused(error),
            (Response::Error(error), Some(id)) => self.answer(id, Err(error)),
            (response, Some(id)) => self.answer(id, Ok(Box::new(response))),
            (response, None) => self.events.push_back(LinkEvent::Told(Box::new(response))),
        }
    }

    fn answer(&mut self, id: u64, answer: Result<Box<Response>, Error>) {
        self.events
            .push_back(LinkEvent::Answer(RequestId(id), answer));
    }

    fn welcomed(&mut self, welcome: Welcome) {
        if !welcome.rights.contains(&Right::Inspect) {
            return self.refused(Error {
                code: ErrorCode::Forbidden,
                message: "the secret gives no rights".to_owned(),
                graph: None,
            });
        }
        self.tries = 0;
        self.phase = Phase::Open(Box::new(welcome));
        self.events.push_back(LinkEvent::Opened);
    }

    fn refused(&mut self, error: Error) {
        self.drop_socket();
        self.phase = Phase::Refused {
            reason: error.message,
        };
    }

    fn lose(&mut self, reason: String, now: f64) {
        let wait = RETRY_SECS * f64::from(1_u32 << self.tries.min(10));
        self.tries += 1;
        self.drop_socket();
        self.phase = Phase::Waiting {
            until: now + wait.min(RETRY_SECS_MAX),
            reason,
        };
    }

    fn drop_socket(&mut self) {
        let was_open = self.is_open();
        self.socket = None;
        self.asked.clear();
        if was_open {
            self.events.push_back(LinkEvent::Lost);
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("address", &self.address)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
