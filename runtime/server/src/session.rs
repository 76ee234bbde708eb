//! One client: reads what it says, answers, and sends what it follows, all in one task.
//!
//! Whatever waits for others (a network's end, room in a connector) is a task of its own that puts its answer into the
//! client's mailbox; so a client is always listened to. Everything that waits to be sent is bounded: see
//! [`limits`](crate::limits).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use millstream_protocol::{Frame, Reply, Request, Response};
use serde_json::Value as Json;
use tokio::time::{Instant, sleep_until, timeout};

use crate::extension::{self, Desk};
use crate::fbp;
use crate::hub::{Handle, Place};
use crate::limits::{FOLLOWED_MAX, SEND_TIMEOUT, SILENCE_MAX, WRONG_SECRETS_MAX};
use crate::security::Rights;
use crate::served::{Follower, Served};
use crate::state::State;

/// Most packets of a graph that are sent in one go, so that the client is heard in between.
const PACKETS_PER_TURN: usize = 256;
/// Shortest time between two goes: what comes meanwhile is sent together.
const TURN: Duration = Duration::from_millis(10);
/// Messages of the mailbox that are sent in one go.
const MAIL_PER_TURN: usize = 64;
/// Time that a client has to hear the rest when the server ends, and again for the farewell.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Later than anything is due: intervals are at most 50 days.
const AFTER_ALL: Duration = Duration::from_hours(60 * 24);

/// What the server knows of a client.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) state: Arc<State>,
    pub(crate) handle: Handle,
    /// What it has proven.
    rights: Rights,
    wrong_secrets: u32,
    follows: BTreeMap<String, Arc<Follower>>,
    /// Graphs of which it chose the edges to be shown.
    chosen: BTreeSet<String>,
    pub(crate) desk: Desk,
    /// The `requestId` of the request at hand.
    request_id: Option<Json>,
    /// To be sent after the request at hand.
    out: Vec<Reply>,
}

/// The protocol in which a client is told about a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// The FBP Network Protocol.
    Fbp,
    /// Ours.
    Own,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) code: millstream_protocol::extension::ErrorCode,
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self {
            message,
            code: millstream_protocol::extension::ErrorCode::Refused,
        }
    }
}

impl From<&str> for Refusal {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

/// Why a client is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goodbye {
    /// It went, or its connection did.
    Gone,
    /// The server ends.
    Closing,
    /// It lets too much wait.
    Late,
    /// It guesses secrets.
    Guessing,
    /// It says what is no text.
    NoText,
}

impl Goodbye {
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Closing => (close_code::AWAY, "the server ends"),
            Self::Late => (close_code::POLICY, "too many messages wait to be read"),
            Self::Guessing => (close_code::POLICY, "too many wrong secrets"),
            Self::NoText => (close_code::UNSUPPORTED, "messages are text"),
        };
        Some(CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}

/// Serves a client until it goes.
pub(crate) async fn serve(mut socket: WebSocket, state: Arc<State>, place: Place) {
    let mut session = Session::new(Arc::clone(&state), place.handle.clone());
    tracing::debug!(client = session.id(), "client connected");
    let goodbye = session.attend(&mut socket, &place).await;
    tracing::debug!(client = session.id(), ?goodbye, "client goes");
    if goodbye == Goodbye::Closing {
        // Nothing can be done for a client that does not hear it.
        drop(timeout(LAST_WORDS, session.say_the_rest(&mut socket, &place)).await);
    }
    session.leave();
    state.hub.leave(place.handle.id);
    if let Some(frame) = goodbye.frame() {
        let farewell = socket.send(Message::Close(Some(frame)));
        // As above.
        drop(timeout(LAST_WORDS, farewell).await);
    }
}

impl Session {
    fn new(state: Arc<State>, handle: Handle) -> Self {
        // Without secrets there is nothing to prove.
        let rights = state.options.secrets.rights(None).unwrap_or(Rights::NONE);
        Self {
            state,
            handle,
            rights,
            wrong_secrets: 0,
            follows: BTreeMap::new(),
            chosen: BTreeSet::new(),
            desk: Desk::default(),
            request_id: None,
            out: Vec::new(),
        }
    }

    async fn attend(&mut self, socket: &mut WebSocket, place: &Place) -> Goodbye {
        let mut closing = self.state.closing.subscribe();
        let mut heard = Instant::now();
        let mut asked = heard;
        let mut last_turn = heard - TURN;
        let mut is_due = false;
        loop {
            let ping_at = asked + SILENCE_MAX / 3;
            let turn_at = is_due.then_some(last_turn + TURN);
            let next = [turn_at, self.desk.next_tick()].into_iter().flatten();
            let wake_at = next.fold(ping_at, Instant::min);
            tokio::select! {
                biased;
                _ = closing.wait_for(|closing| *closing) => return Goodbye::Closing,
                mail = place.mailbox.recv_async() => {
                    self.out.extend(mail.into_iter().chain(place.mailbox.try_iter().take(MAIL_PER_TURN)));
                }
                () = place.fate.bell.notified() => is_due = true,
                () = sleep_until(wake_at) => {}
                message = socket.recv() => {
                    heard = Instant::now();
                    asked = heard;
                    match message {
                        Some(Ok(Message::Text(text))) => self.hear(&text),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Binary(_))) => return Goodbye::NoText,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Goodbye::Gone,
                    }
                }
            }
            if place.fate.is_late.load(Relaxed) {
                return Goodbye::Late;
            }
            let now = Instant::now();
            if is_due && now >= last_turn + TURN {
                (is_due, last_turn) = (self.send_packets(), now);
            }
            self.send_counts(now);
            if self.flush(socket).await.is_none() {
                return Goodbye::Gone;
            }
            if self.wrong_secrets >= WRONG_SECRETS_MAX {
                return Goodbye::Guessing;
            }
            if now >= heard + SILENCE_MAX {
                return Goodbye::Gone;
            }
            if now >= asked + SILENCE_MAX / 3 {
                asked = now;
                if send(socket, Message::Ping(Vec::new().into()))
                    .await
                    .is_none()
                {
                    return Goodbye::Gone;
                }
            }
        }
    }

    /// Sends what waits when the server ends: how networks ended, the last counts, packets and log lines.
    async fn say_the_rest(&mut self, socket: &mut WebSocket, place: &Place) {
        self.out.extend(place.mailbox.try_iter());
        while self.send_packets() && self.flush(socket).await.is_some() {}
        self.send_counts(Instant::now() + AFTER_ALL);
        self.flush(socket).await;
    }

    /// Takes packets that wait for this client; true when more wait.
    fn send_packets(&mut self) -> bool {
        let events = fbp::events(self, PACKETS_PER_TURN);
        let probed = extension::packets(self);
        self.out
            .extend(events.into_iter().chain(probed).map(Reply::from));
        let has_more = |follower: &Arc<Follower>| !follower.feed.is_empty();
        self.follows.values().any(has_more) || self.desk.has_packets()
    }

    fn send_counts(&mut self, now: Instant) {
        let counts = self.desk.tick(now);
        let replies = counts.into_iter().map(Response::Millstream);
        self.out.extend(replies.map(Reply::from));
    }

    /// Sends what is to be sent; none when the client has gone or does not read.
    async fn flush(&mut self, socket: &mut WebSocket) -> Option<()> {
        for reply in self.out.drain(..) {
            match reply.to_text() {
                Ok(text) => send(socket, Message::Text(text.into())).await?,
                Err(error) => tracing::error!(%error, "message cannot be written"),
            }
        }
        Some(())
    }

    /// Does what a message says.
    fn hear(&mut self, text: &str) {
        let frame = match Frame::parse(text) {
            Ok(frame) => frame,
            Err(error) => {
                let error = millstream_protocol::fbp::runtime::Error {
                    message: error.to_string(),
                };
                let response = millstream_protocol::fbp::runtime::Response::Error(error);
                return self.tell(Response::Runtime(response));
            }
        };
        self.request_id.clone_from(&frame.request_id);
        if let Err(refusal) = self.obey(&frame) {
            let response = extension::refusal(&frame, refusal);
            self.answer(response);
        }
        self.request_id = None;
    }

    fn obey(&mut self, frame: &Frame) -> Result<(), Refusal> {
        let forbidden = || Refusal {
            message: format!("{}:{} is not permitted", frame.protocol, frame.command),
            code: millstream_protocol::extension::ErrorCode::Forbidden,
        };
        if let Some(secret) = &frame.secret {
            let Ok(rights) = self.state.options.secrets.rights(Some(secret)) else {
                self.wrong_secrets += 1;
                return Err(forbidden());
            };
            self.rights = rights;
        }
        // Who may do nothing is not told what is wrong with what it says.
        if self.rights == Rights::NONE && frame.command != "getruntime" && frame.command != "hello"
        {
            return Err(forbidden());
        }
        let request = frame
            .request()
            .map_err(|error| Refusal::from(error.to_string()))?;
        if let Request::Millstream(request) = request {
            return extension::handle(self, request);
        }
        if !fbp::allows(self.rights, &request) {
            return Err(forbidden());
        }
        fbp::handle(self, request)
    }

    /// Its number.
    pub(crate) const fn id(&self) -> u64 {
        self.handle.id
    }

    /// What it may do.
    pub(crate) const fn rights(&self) -> Rights {
        self.rights
    }

    /// The `requestId` of the request at hand, for an answer that comes later.
    pub(crate) fn request_id(&self) -> Option<Json> {
        self.request_id.clone()
    }

    /// Answers the request at hand.
    pub(crate) fn answer(&mut self, response: Response) {
        self.out.push(Reply {
            response,
            response_to: self.request_id.clone(),
        });
    }

    /// Sends something that answers nothing.
    pub(crate) fn tell(&mut self, response: Response) {
        self.out.push(Reply::from(response));
    }

    /// Follows a graph from now on.
    ///
    /// # Errors
    ///
    /// Fails when it follows too many.
    pub(crate) fn follow(
        &mut self,
        served: &Arc<Served>,
        tongue: Tongue,
    ) -> Result<Arc<Follower>, Refusal> {
        let follower = match self.follows.get(&served.id) {
            Some(follower) => Arc::clone(follower),
            None if self.follows.len() >= FOLLOWED_MAX => {
                return Err(Refusal {
                    message: format!("a client follows at most {FOLLOWED_MAX} graphs"),
                    code: millstream_protocol::extension::ErrorCode::Limit,
                });
            }
            None => {
                let follower = Arc::new(Follower::new(self.handle.clone()));
                served.lock().followers.push(Arc::clone(&follower));
                self.follows
                    .insert(served.id.clone(), Arc::clone(&follower));
                follower
            }
        };
        match tongue {
            Tongue::Fbp => follower.speaks_fbp.store(true, Relaxed),
            Tongue::Own => follower.speaks_own.store(true, Relaxed),
        }
        Ok(follower)
    }

    /// The graphs that it follows.
    pub(crate) fn follows(&self) -> impl Iterator<Item = (&str, &Arc<Follower>)> {
        self.follows
            .iter()
            .map(|(id, follower)| (id.as_str(), follower))
    }

    /// It has said which edges of a graph it wants to be shown.
    pub(crate) fn note_choice(&mut self, graph: &str) {
        self.chosen.insert(graph.to_owned());
    }

    /// Whether it has said so.
    pub(crate) fn has_chosen(&self, graph: &str) -> bool {
        self.chosen.contains(graph)
    }

    fn leave(&mut self) {
        self.desk.clear();
        for id in std::mem::take(&mut self.follows).into_keys() {
            if let Some(served) = self.state.find(&id) {
                served.unfollow(self.handle.id);
            }
        }
        self.state.logs.leave(self.handle.id);
    }
}

/// Sends one message; none when the client does not take it.
async fn send(socket: &mut WebSocket, message: Message) -> Option<()> {
    timeout(SEND_TIMEOUT, socket.send(message)).await.ok()?.ok()
}
