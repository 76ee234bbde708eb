//! The writing end of a lane at a NATS server.
//!
//! Outcomes come to an inbox of the writer's own: the subject of the answer says which frame it is about. So there is no
//! future for each frame that would have to be awaited one after another when the server is gone.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::header::{HeaderMap, NATS_EXPECTED_LAST_SEQUENCE};
use async_nats::jetstream::stream::Stream;
use async_nats::{Client, Message, StatusCode, Subject, Subscriber};
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::epoch::Epochs;
use super::{Names, NatsBroker, REQUEST_LIMIT};
use crate::lane::{Credit, LaneName};
use crate::link::{LinkError, Publish, WriterEvent, WriterLink};
use crate::writer::{LaneInfo, Refusal};

/// An outcome that is not told in this time is not known.
const OUTCOME_LIMIT: Duration = Duration::from_secs(5);

/// Codes of the server for a lane that holds as much as it may, or for which there is no room now.
const FULL: [u64; 3] = [10_077, 10_023, 10_047];
/// Codes for a lane that stands elsewhere.
const OUT_OF_PLACE: [u64; 2] = [10_071, 10_164];

/// The writing end of a lane.
#[derive(Debug)]
pub struct NatsWriter {
    client: Client,
    stream: Stream,
    epochs: Epochs,
    subject: Subject,
    /// What is told of each frame to whoever looks at messages.
    source: String,
    writer: String,
    inbox: String,
    outcomes: Subscriber,
    credits: Subscriber,
    losses: watch::Receiver<u64>,
    /// Frames whose outcome is not known: round, number, and when it must be.
    under_way: VecDeque<(u64, u64, Instant)>,
}

/// What the server says of a frame.
#[derive(Debug, Deserialize)]
struct Outcome {
    #[serde(default)]
    error: Option<Fault>,
}

#[derive(Debug, Deserialize)]
struct Fault {
    #[serde(default)]
    code: u64,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

impl NatsWriter {
    pub(super) async fn open(
        broker: &NatsBroker,
        names: &Names,
        lane: &LaneName,
        stream: Stream,
        epochs: Epochs,
    ) -> Result<Self, LinkError> {
        let client = broker.client.clone();
        let unreachable =
            |error: async_nats::SubscribeError| LinkError::Unreachable(error.to_string());
        let inbox = client.new_inbox();
        let outcomes = client.subscribe(format!("{inbox}.*.*")).await;
        let credits = client.subscribe(names.credit.clone()).await;
        Ok(Self {
            stream,
            epochs,
            subject: Subject::from(names.subject.clone()),
            source: format!("/ms/{lane}"),
            writer: lane.path('/'),
            inbox,
            outcomes: outcomes.map_err(unreachable)?,
            credits: credits.map_err(unreachable)?,
            losses: broker.losses.clone(),
            under_way: VecDeque::new(),
            client,
        })
    }

    /// How much is stored, and then whose the lane is.
    pub(super) async fn info(&mut self) -> Option<LaneInfo> {
        let info = timeout(REQUEST_LIMIT, self.stream.get_info())
            .await
            .ok()?
            .ok()?;
        let epoch = timeout(REQUEST_LIMIT, self.epochs.current()).await.ok()??;
        Some(LaneInfo {
            stored: Some(info.state.last_sequence),
            waiting: Some(info.state.messages),
            epoch: Some(epoch),
        })
    }

    /// `CloudEvents` in binary mode, once for each frame.
    fn headers(&self, publish: &Publish) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let (epoch, number) = (publish.place.epoch, publish.place.number);
        if let Some(after) = publish.after {
            headers.insert(NATS_EXPECTED_LAST_SEQUENCE, after.to_string().as_str());
        }
        let id = format!("{}:{epoch}:{number}", self.writer);
        headers.insert("ce-id", id.as_str());
        headers.insert("ce-source", self.source.as_str());
        headers.insert("ce-specversion", "1.0");
        headers.insert("ce-type", "io.millstream.frame.v1");
        headers
    }

    fn outcome(&mut self, message: &Message) -> Option<WriterEvent> {
        let rest = message.subject.as_str().strip_prefix(&self.inbox)?;
        let (round, number) = rest.strip_prefix('.')?.split_once('.')?;
        let (round, number) = (round.parse().ok()?, number.parse().ok()?);
        self.under_way
            .retain(|(of, frame, _)| (*of, *frame) != (round, number));
        Some(match refusal(message) {
            None => WriterEvent::Confirmed { round, number },
            Some(refusal) => WriterEvent::Refused { round, refusal },
        })
    }

    /// The first frame of which nothing was heard in time.
    fn overdue(&mut self) -> Option<WriterEvent> {
        let (round, _, _) = self.under_way.pop_front()?;
        self.under_way.retain(|(of, _, _)| *of != round);
        let refusal = Refusal::Unknown;
        Some(WriterEvent::Refused { round, refusal })
    }
}

fn refusal(message: &Message) -> Option<Refusal> {
    if message.status == Some(StatusCode::NO_RESPONDERS) {
        return Some(Refusal::Unknown);
    }
    let outcome: Outcome = match serde_json::from_slice(&message.payload) {
        Ok(outcome) => outcome,
        Err(error) => return Some(Refusal::Fault(format!("an answer that is none: {error}"))),
    };
    let fault = outcome.error?;
    Some(if FULL.contains(&fault.err_code) {
        Refusal::Full
    } else if OUT_OF_PLACE.contains(&fault.err_code) {
        Refusal::OutOfPlace
    } else if fault.code >= 500 {
        Refusal::Unknown
    } else {
        Refusal::Fault(format!("{} ({})", fault.description, fault.err_code))
    })
}

impl WriterLink for NatsWriter {
    async fn publish(&mut self, publish: Publish) {
        let (round, number) = (publish.round, publish.place.number);
        let reply = format!("{}.{round}.{number}", self.inbox);
        let headers = self.headers(&publish);
        let due = Instant::now() + OUTCOME_LIMIT;
        self.under_way.push_back((round, number, due));
        let sent = self.client.publish_with_reply_and_headers(
            self.subject.clone(),
            reply,
            headers,
            publish.frame,
        );
        if let Err(error) = sent.await {
            // Its outcome is overdue at once.
            tracing::debug!(%error, "frame not sent");
            if let Some(last) = self.under_way.back_mut() {
                last.2 = Instant::now();
            }
        }
    }

    async fn event(&mut self) -> WriterEvent {
        loop {
            let due = self.under_way.front().map(|(_, _, due)| *due);
            tokio::select! {
                biased;
                Ok(()) = self.losses.changed() => {
                    self.under_way.clear();
                    return WriterEvent::Disconnected;
                }
                Some(message) = self.outcomes.next() => {
                    if let Some(event) = self.outcome(&message) {
                        return event;
                    }
                }
                Some(message) = self.credits.next() => {
                    if let Some(credit) = Credit::from_bytes(&message.payload) {
                        return WriterEvent::Credit(credit);
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    if let Some(event) = self.overdue() {
                        return event;
                    }
                }
            }
        }
    }

    async fn locate(&mut self) -> Option<LaneInfo> {
        self.info().await
    }
}
