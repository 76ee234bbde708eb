//! Our extension of the protocol: counts, probes, steering, reasons, graphs, logs.
//!
//! One file for each kind of request. What a client has asked to be sent stands on its [`Desk`]; the session's task looks
//! there when it is time to send.

mod counts;
mod edit;
mod graphs;
mod logs;
mod probe;
mod steer;
mod why;

use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;
use millstream_protocol::extension::{
    Error, ErrorCode, Hello, Limits, Nothing, Request, Response as Own, Right, VERSION, Welcome,
};
use millstream_protocol::{Frame, Response};
use tokio::time::Instant;

use crate::limits::{
    INTERVAL_MIN, MESSAGE_BYTES_MAX, PROBE_PACKETS_MAX, PROBES_MAX, SUBSCRIPTIONS_MAX,
};
use crate::run::millis;
use crate::security::Rights;
use crate::session::{Refusal, Session};
use counts::Subscription;
use probe::Attachment;

pub(crate) use counts::Views;
pub use logs::LogSink;
pub(crate) use logs::Logs;

/// What a client has asked to be sent.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// It has said hello.
    greeted: bool,
    /// By graph.
    subscriptions: BTreeMap<String, Subscription>,
    /// By number.
    probes: BTreeMap<u32, Attachment>,
    next_probe: u32,
}

impl Desk {
    /// When counts are to be sent next.
    pub(crate) fn next_tick(&self) -> Option<Instant> {
        self.subscriptions.values().map(Subscription::due_at).min()
    }

    /// The counts that are due.
    pub(crate) fn tick(&mut self, views: &Views, now: Instant) -> Vec<Utf8Bytes> {
        let due = self.subscriptions.values_mut();
        due.filter_map(|subscription| subscription.tick(views, now))
            .collect()
    }

    /// The counts as they are at the end, due or not.
    pub(crate) fn last_counts(&mut self, views: &Views) -> Vec<Utf8Bytes> {
        let all = self.subscriptions.values_mut();
        all.filter_map(|subscription| subscription.last(views))
            .collect()
    }

    /// Whether packets wait to be sent.
    pub(crate) fn has_packets(&self) -> bool {
        self.probes.values().any(Attachment::has_packets)
    }

    /// Wants nothing any more.
    pub(crate) fn clear(&mut self) {
        self.subscriptions.clear();
        self.probes.clear();
    }
}

/// The packets that passed this client's probes, as messages.
pub(crate) fn packets(session: &mut Session) -> Vec<Response> {
    let probes = session.desk.probes.values();
    let messages = probes.filter_map(Attachment::take);
    messages
        .map(|packets| Response::Millstream(Own::Packets(packets)))
        .collect()
}

/// What refuses a message, in the sub-protocol that it came in.
pub(crate) fn refusal(frame: &Frame, refusal: Refusal) -> Response {
    if frame.protocol != "millstream" {
        return frame.refusal(refusal.message);
    }
    let graph = frame.payload.get("graph").and_then(|graph| graph.as_str());
    Response::Millstream(Own::Error(Error {
        code: refusal.code,
        message: refusal.message,
        graph: graph.map(str::to_owned),
    }))
}

/// Does what a request says.
///
/// # Errors
///
/// Fails with what the client is told.
pub(crate) fn handle(session: &mut Session, request: Request) -> Result<(), Refusal> {
    if let Request::Hello(hello) = request {
        return greet(session, &hello);
    }
    if !session.desk.greeted {
        return Err(Refusal::from("say hello first"));
    }
    let rights = session.rights();
    let allowed = if needs_control(&request) {
        rights.control
    } else {
        rights.inspect
    };
    if !allowed {
        return Err(refused(
            ErrorCode::Forbidden,
            "this needs a right that the client has not proven",
        ));
    }
    match request {
        Request::List(_) => graphs::list(session),
        Request::Get(about) => graphs::get(session, &about.graph)?,
        Request::Load(load) => graphs::load(session, load)?,
        Request::Save(about) => graphs::save(session, &about.graph)?,
        Request::Start(about) => graphs::start(session, &about.graph)?,
        Request::Stop(about) => graphs::stop(session, &about.graph)?,
        Request::Restart(about) => graphs::restart(session, &about.graph)?,
        Request::Subscribe(subscribe) => counts::subscribe(session, subscribe)?,
        Request::Unsubscribe(about) => counts::unsubscribe(session, &about.graph)?,
        Request::Attach(attach) => probe::attach(session, &attach)?,
        Request::Detach(detach) => probe::detach(session, detach.probe)?,
        Request::Hold(steer) => steer::hold(session, steer)?,
        Request::Step(step) => steer::step(session, step)?,
        Request::Release(steer) => steer::release(session, steer)?,
        Request::Plan(wanted) => edit::plan(session, &wanted)?,
        Request::Edit(wanted) => edit::edit(session, &wanted)?,
        Request::Inject(inject) => steer::inject(session, inject)?,
        Request::Why(about) => why::why(session, &about.graph)?,
        Request::Logs(logs) => logs::choose(session, logs),
        _ => return Err(Refusal::from("this request is not known here")),
    }
    Ok(())
}

fn needs_control(request: &Request) -> bool {
    matches!(
        request,
        Request::Load(_)
            | Request::Save(_)
            | Request::Start(_)
            | Request::Stop(_)
            | Request::Restart(_)
            | Request::Hold(_)
            | Request::Step(_)
            | Request::Release(_)
            | Request::Edit(_)
            | Request::Inject(_)
    )
}

fn greet(session: &mut Session, hello: &Hello) -> Result<(), Refusal> {
    if !hello.versions.contains(&VERSION) {
        return Err(Refusal::from(format!(
            "this runtime speaks version {VERSION} of the extension"
        )));
    }
    let Rights { inspect, control } = session.rights();
    let rights = [(inspect, Right::Inspect), (control, Right::Control)];
    let rights: Vec<Right> = rights
        .into_iter()
        .filter_map(|(has, right)| has.then_some(right))
        .collect();
    if rights.is_empty() {
        return Err(refused(ErrorCode::Forbidden, "a secret is needed"));
    }
    session.desk.greeted = true;
    session.reply(Own::Welcome(Welcome {
        version: VERSION,
        server: format!("millstream {}", env!("CARGO_PKG_VERSION")),
        rights,
        limits: limits(),
    }));
    Ok(())
}

fn limits() -> Limits {
    let number = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
    Limits {
        message_bytes: number(MESSAGE_BYTES_MAX),
        subscriptions: number(SUBSCRIPTIONS_MAX),
        probes: number(PROBES_MAX),
        interval_ms: u32::try_from(millis(INTERVAL_MIN)).unwrap_or(u32::MAX),
        probe_packets: PROBE_PACKETS_MAX,
    }
}

fn refused(code: ErrorCode, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: message.into(),
    }
}

fn not_found(what: &str, name: &str) -> Refusal {
    refused(ErrorCode::NotFound, format!("there is no {what} `{name}`"))
}

impl Session {
    /// Answers the request at hand in our own protocol.
    fn reply(&mut self, response: Own) {
        self.answer(Response::Millstream(response));
    }

    fn done(&mut self) {
        self.reply(Own::Done(Nothing {}));
    }
}
