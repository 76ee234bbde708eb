//! One client: reads what it says, answers, and sends what it follows, all in one task.
//!
//! Whatever waits for others (a network's end, room in a connector) is a task of its own that puts its answer into the
//! client's mailbox; so a client is always listened to. Everything that waits to be sent is bounded: see
//! [`limits`](crate::limits).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use millstream_protocol::{Frame, Reply, Request, Response};
use serde_json::Value as Json;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Error as SocketError;

use crate::extension::{self, Desk};
use crate::fbp;
use crate::hub::{Handle, Place};
use crate::limits::{
    FOLLOWED_MAX, MESSAGE_BYTES_MAX, MESSAGE_VALUES_MAX, REASON_BYTES_MAX, SILENCE_MAX,
    WRONG_SECRETS_MAX,
};
use crate::security::Rights;
use crate::served::{Follower, Served};
use crate::state::State;
use crate::weigh::is_too_rich;

/// Most packets of a graph that are sent in one go, so that the client is heard in between.
const PACKETS_PER_TURN: usize = 256;
/// Shortest time between two goes: what comes meanwhile is sent together.
const TURN: Duration = Duration::from_millis(10);
/// Messages of the mailbox that are sent in one go.
const MAIL_PER_TURN: usize = 64;
/// Time that a client has to hear the rest when the server ends, and again for the farewell.
const LAST_WORDS: Duration = Duration::from_secs(1);

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
    out: Vec<Outgoing>,
}

/// What is to be sent.
#[derive(Debug)]
enum Outgoing {
    /// Written when it is sent.
    Reply(Box<Reply>),
    /// Written already, perhaps for several clients.
    Text(Utf8Bytes),
}

impl From<Reply> for Outgoing {
    fn from(reply: Reply) -> Self {
        Self::Reply(Box::new(reply))
    }
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
    /// It says too much at once.
    TooLong,
}

impl Goodbye {
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Closing => (close_code::AWAY, "the server ends".into()),
            Self::Late => (
                close_code::POLICY,
                "too many messages wait to be read".into(),
            ),
            Self::Guessing => (close_code::POLICY, "too many wrong secrets".into()),
            Self::NoText => (close_code::UNSUPPORTED, "messages are text".into()),
            Self::TooLong => {
                let reason = format!("a message has at most {MESSAGE_BYTES_MAX} bytes");
                (close_code::SIZE, reason.into())
            }
        };
        Some(CloseFrame { code, reason })
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
                () = place.fate.late() => return Goodbye::Late,
                mail = place.mailbox.recv_async() => {
                    let mail = mail.into_iter().chain(place.mailbox.try_iter().take(MAIL_PER_TURN));
                    self.out.extend(mail.map(Outgoing::from));
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
                        Some(Ok(Message::Close(_))) | None => return Goodbye::Gone,
                        Some(Err(error)) => return goodbye_for(error),
                    }
                }
            }
            let now = Instant::now();
            if is_due && now >= last_turn + TURN {
                (is_due, last_turn) = (self.send_packets(), now);
            }
            self.send_counts(now);
            if let Err(goodbye) = self.flush(socket, place).await {
                return goodbye;
            }
            // Who took so long has taken something meanwhile, or the socket would have given up.
            if now.elapsed() >= SILENCE_MAX / 3 {
                heard = Instant::now();
            }
            if self.wrong_secrets >= WRONG_SECRETS_MAX {
                return Goodbye::Guessing;
            }
            if now >= heard + SILENCE_MAX {
                return Goodbye::Gone;
            }
            if now >= asked + SILENCE_MAX / 3 {
                asked = now;
                let ping = Message::Ping(Vec::new().into());
                if let Err(goodbye) = send(socket, place, ping).await {
                    return goodbye;
                }
            }
        }
    }

    /// Sends what waits when the server ends: how networks ended, the last counts, packets and log lines.
    async fn say_the_rest(&mut self, socket: &mut WebSocket, place: &Place) {
        self.out
            .extend(place.mailbox.try_iter().map(Outgoing::from));
        while self.send_packets() && self.flush(socket, place).await.is_ok() {}
        let counts = self.desk.last_counts(&self.state.views);
        self.out.extend(counts.into_iter().map(Outgoing::Text));
        if let Err(goodbye) = self.flush(socket, place).await {
            tracing::debug!(
                client = self.id(),
                ?goodbye,
                "client has not heard the rest"
            );
        }
    }

    /// Takes packets that wait for this client; true when more wait.
    fn send_packets(&mut self) -> bool {
        let events = fbp::events(self, PACKETS_PER_TURN);
        let probed = extension::packets(self);
        self.out.extend(
            events
                .into_iter()
                .chain(probed)
                .map(Reply::from)
                .map(Outgoing::from),
        );
        let has_more = |follower: &Arc<Follower>| !follower.feed.is_empty();
        self.follows.values().any(has_more) || self.desk.has_packets()
    }

    fn send_counts(&mut self, now: Instant) {
        let counts = self.desk.tick(&self.state.views, now);
        self.out.extend(counts.into_iter().map(Outgoing::Text));
    }

    /// Sends what is to be sent.
    async fn flush(&mut self, socket: &mut WebSocket, place: &Place) -> Result<(), Goodbye> {
        for outgoing in self.out.drain(..) {
            let text = match outgoing {
                Outgoing::Reply(reply) => text_of(&reply),
                Outgoing::Text(text) => Some(text),
            };
            if let Some(text) = text {
                send(socket, place, Message::Text(text)).await?;
            }
        }
        Ok(())
    }

    /// Does what a message says.
    fn hear(&mut self, text: &str) {
        if is_too_rich(text) {
            return self.refuse(format!("a message has at most {MESSAGE_VALUES_MAX} values"));
        }
        let frame = match Frame::parse(text) {
            Ok(frame) => frame,
            Err(error) => return self.refuse(error.to_string()),
        };
        if is_wordy(&frame) {
            return self.refuse(format!("a name has at most {REASON_BYTES_MAX} bytes"));
        }
        self.request_id.clone_from(&frame.request_id);
        // What a request starts belongs to the networks, and not to the thread that talks to clients.
        let runtime = self.state.tasks.runtime().clone();
        let _networks = runtime.enter();
        if let Err(mut refusal) = self.obey(&frame) {
            refusal.message = clipped(refusal.message);
            let response = extension::refusal(&frame, refusal);
            self.answer(response);
        }
        self.request_id = None;
    }

    /// Refuses what cannot be read, and so cannot be answered in its own sub-protocol.
    fn refuse(&mut self, message: String) {
        let message = clipped(message);
        let error = millstream_protocol::fbp::runtime::Error { message };
        let response = millstream_protocol::fbp::runtime::Response::Error(error);
        self.tell(Response::Runtime(response));
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
        let reply = Reply {
            response,
            response_to: self.request_id.clone(),
        };
        self.out.push(Outgoing::from(reply));
    }

    /// Sends something that answers nothing.
    pub(crate) fn tell(&mut self, response: Response) {
        self.out.push(Outgoing::from(Reply::from(response)));
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

/// Sends one message. It takes as long as the client does, unless others have too much to tell it meanwhile.
async fn send(socket: &mut WebSocket, place: &Place, message: Message) -> Result<(), Goodbye> {
    tokio::select! {
        biased;
        sent = socket.send(message) => sent.map_err(|_gone| Goodbye::Gone),
        () = place.fate.late() => Err(Goodbye::Late),
    }
}

/// A message of our own protocol that answers nothing, as text; none if it cannot be written.
pub(crate) fn encode(response: millstream_protocol::extension::Response) -> Option<Utf8Bytes> {
    text_of(&Reply::from(Response::Millstream(response)))
}

fn text_of(reply: &Reply) -> Option<Utf8Bytes> {
    let text = reply.to_text();
    text.inspect_err(|error| tracing::error!(%error, "message cannot be written"))
        .ok()
        .map(Utf8Bytes::from)
}

/// Whether a message has that long in its envelope which is told again in answers.
fn is_wordy(frame: &Frame) -> bool {
    let graph = frame.payload.get("graph").and_then(Json::as_str);
    let id = frame.request_id.as_ref().map(Json::to_string);
    [
        Some(frame.protocol.as_str()),
        Some(frame.command.as_str()),
        graph,
        id.as_deref(),
    ]
    .into_iter()
    .flatten()
    .any(|text| text.len() > REASON_BYTES_MAX)
}

/// The beginning of a reason that is too long to be told.
fn clipped(mut reason: String) -> String {
    if reason.len() > REASON_BYTES_MAX {
        reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
        reason.shrink_to_fit();
        reason.push('…');
    }
    reason
}

/// Why a client goes that cannot be heard any more.
fn goodbye_for(error: axum::Error) -> Goodbye {
    let error = error.into_inner();
    match error.downcast_ref::<SocketError>() {
        Some(SocketError::Capacity(_)) => Goodbye::TooLong,
        _ => Goodbye::Gone,
    }
}
