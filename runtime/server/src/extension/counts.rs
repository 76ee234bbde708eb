//! Counts: everything once, and then only what changed.
//!
//! Nothing of this is done by the network: its counts are there, and are read when somebody is to be told. Clients that
//! want the same of a run share a [`View`] and are told at the same moments, so that it is looked at once and written once
//! for all of them. A client that reads slowly is sent counts less often, and told how many it missed, because nothing is
//! made for it while it takes what it was sent.

mod sample;
mod view;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use millstream_protocol::extension::{ErrorCode, Response, Subscribe};
use tokio::time::Instant;

use super::graphs::find;
use super::{not_found, refused};
use crate::limits::{INTERVAL_MIN, SUBSCRIPTIONS_MAX};
use crate::served::Served;
use crate::session::{Refusal, Session, Tongue, encode};
use view::View;

pub(crate) use view::Views;

/// A client that wants the counts of a graph's network.
#[derive(Debug)]
pub(super) struct Subscription {
    served: Arc<Served>,
    /// Names of connectors; all if none.
    wanted: Option<Vec<String>>,
    interval: Duration,
    due: Instant,
    told: Option<Told>,
}

/// What a client was told last.
#[derive(Debug)]
struct Told {
    view: Arc<View>,
    /// The number of the look that it was told of.
    look: u64,
    /// Looks that were left out since the last message.
    missed: u32,
}

pub(super) fn subscribe(session: &mut Session, subscribe: Subscribe) -> Result<(), Refusal> {
    let served = find(session, &subscribe.graph)?;
    let subscriptions = &session.desk.subscriptions;
    if subscriptions.len() >= SUBSCRIPTIONS_MAX && !subscriptions.contains_key(&served.id) {
        let text = format!("a client follows the counts of at most {SUBSCRIPTIONS_MAX} graphs");
        return Err(refused(ErrorCode::Limit, text));
    }
    session.follow(&served, Tongue::Own)?;
    let mut subscription = Subscription {
        interval: Duration::from_millis(subscribe.interval_ms.into()).max(INTERVAL_MIN),
        due: Instant::now(),
        wanted: subscribe.connectors,
        told: None,
        served,
    };
    // A graph that does not run yet is answered when it does.
    match subscription.begin(&session.state.views)? {
        Some(snapshot) => session.reply(snapshot),
        None => session.done(),
    }
    let graph = subscription.served.id.clone();
    session.desk.subscriptions.insert(graph, subscription);
    Ok(())
}

pub(super) fn unsubscribe(session: &mut Session, graph: &str) -> Result<(), Refusal> {
    let subscription = session.desk.subscriptions.remove(graph);
    subscription.ok_or_else(|| not_found("subscription to", graph))?;
    session.done();
    Ok(())
}

impl Subscription {
    /// When counts are to be sent next.
    pub(super) const fn due_at(&self) -> Instant {
        self.due
    }

    /// What is to be sent now, if anything.
    pub(super) fn tick(&mut self, views: &Views, now: Instant) -> Option<Utf8Bytes> {
        let late = now.checked_duration_since(self.due)?;
        let run = self.served.run();
        let Some(told) = self
            .told
            .as_mut()
            .filter(|told| told.view.is_of(run.as_ref()))
        else {
            self.due = now + self.interval;
            // A connector that is gone with an edit is not told any more.
            return encode(self.begin(views).ok()??);
        };
        let missed = late.as_nanos() / self.interval.as_nanos().max(1);
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        let missed = told.missed.saturating_add(missed);
        let (look, text) = told.view.changes(told.look, missed, now);
        told.look = look;
        told.missed = if text.is_some() { 0 } else { missed };
        self.due = told.view.due();
        text
    }

    /// What is to be sent at the end, before it is due.
    pub(super) fn last(&mut self, views: &Views) -> Option<Utf8Bytes> {
        if let Some(told) = &self.told {
            self.due = told.view.due();
        }
        self.tick(views, self.due)
    }

    /// Everything about the run that there is, if there is one.
    fn begin(&mut self, views: &Views) -> Result<Option<Response>, Refusal> {
        let Some(run) = self.served.run() else {
            return Ok(None);
        };
        let (graph, wanted) = (&self.served.id, self.wanted.as_deref());
        let view = views.of(graph, run, self.interval, wanted)?;
        let (look, snapshot) = view.everything();
        self.due = view.due();
        self.told = Some(Told {
            view,
            look,
            missed: 0,
        });
        Ok(Some(Response::Snapshot(snapshot)))
    }
}
