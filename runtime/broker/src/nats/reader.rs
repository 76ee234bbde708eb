//! The reading end of a lane at a NATS server.

use std::fmt;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::{self, MessagesErrorKind};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use async_nats::{Client, Subject};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::time::{sleep, timeout};

use super::{Names, NatsBroker, REQUEST_LIMIT, unanswered};
use crate::lane::{Credit, Tuning};
use crate::link::{LinkError, ReaderEvent, ReaderLink};
use crate::reader::{Cursor, Delivery, Start};

/// Frames that are asked for at once.
const BATCH_MAX: usize = 256;
/// How long the server keeps a request for frames open.
const REQUEST_EXPIRES: Duration = Duration::from_secs(10);
/// How often it says that it is there meanwhile.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A request that failed is made again after this.
const RETRY: Duration = Duration::from_millis(50);

/// The reading end of a lane.
pub struct NatsReader {
    client: Client,
    stream: Stream,
    consumer: Consumer<pull::Config>,
    batch: usize,
    credit: Subject,
    messages: Option<pull::Stream>,
}

impl fmt::Debug for NatsReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsReader")
            .field("stream", &self.stream.cached_info().config.name)
            .finish_non_exhaustive()
    }
}

impl NatsReader {
    pub(super) async fn open(
        broker: &NatsBroker,
        names: &Names,
        stream: Stream,
        tuning: &Tuning,
    ) -> Result<(Self, Start), LinkError> {
        let refused = |error: String| LinkError::Refused(error);
        let earlier: Vec<String> = stream
            .consumer_names()
            .try_collect()
            .await
            .map_err(|_error| unanswered())?;
        for name in earlier {
            // It may have been deleted by another reader that opens the lane just now.
            drop(stream.delete_consumer(&name).await);
        }
        let info = stream.info_builder().with_deleted(true).fetch().await;
        let state = info.map_err(|_error| unanswered())?.info.state;
        let gone = state.deleted.unwrap_or_default().into_iter().max();
        let start = gone
            .unwrap_or(0)
            .max(state.first_sequence.saturating_sub(1));
        let config = pull::Config {
            // The subject's last part is random.
            durable_name: Some(broker.client.new_inbox().replace(['.', '$'], "-")),
            ack_policy: AckPolicy::Explicit,
            ack_wait: tuning.ack_wait,
            max_ack_pending: i64::from(tuning.prefetch),
            deliver_policy: DeliverPolicy::All,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await;
        let consumer = consumer.map_err(|error| refused(error.to_string()))?;
        let link = Self {
            client: broker.client.clone(),
            consumer,
            batch: BATCH_MAX.min(tuning.prefetch as usize),
            stream,
            credit: Subject::from(names.credit.clone()),
            messages: None,
        };
        Ok((link, Start::After(start)))
    }

    /// The stream of deliveries, asked for anew when it broke.
    async fn messages(&mut self) -> Option<&mut pull::Stream> {
        if self.messages.is_none() {
            let asked = self
                .consumer
                .stream()
                .max_messages_per_batch(self.batch)
                .expires(REQUEST_EXPIRES)
                .heartbeat(HEARTBEAT)
                .messages();
            self.messages = timeout(REQUEST_LIMIT, asked).await.ok()?.ok();
        }
        self.messages.as_mut()
    }

    async fn send(&self, subject: Subject, payload: &'static [u8]) {
        let sent = self.client.publish(subject, Bytes::from_static(payload));
        if let Err(error) = sent.await {
            tracing::debug!(%error, "acknowledgement not sent");
        }
    }
}

impl ReaderLink for NatsReader {
    type Tag = Subject;

    async fn event(&mut self) -> ReaderEvent<Subject> {
        loop {
            let Some(messages) = self.messages().await else {
                sleep(RETRY).await;
                continue;
            };
            match messages.next().await {
                Some(Ok(message)) => {
                    let stored = message.info().ok().map(|info| info.stream_sequence);
                    let message = message.message;
                    if let (Some(_), Some(tag)) = (stored, message.reply) {
                        return ReaderEvent::Delivered(Delivery {
                            tag,
                            stored,
                            frame: message.payload,
                        });
                    }
                }
                Some(Err(error)) if error.kind() == MessagesErrorKind::ConsumerDeleted => {
                    return ReaderEvent::Replaced("another reader opened it".to_owned());
                }
                Some(Err(error)) => {
                    tracing::debug!(%error, "deliveries interrupted");
                    self.messages = None;
                }
                None => self.messages = None,
            }
        }
    }

    async fn ack(&mut self, tag: Subject, _acknowledged: Option<Cursor>) {
        self.send(tag, b"+ACK").await;
    }

    async fn touch(&mut self, tag: Subject) {
        self.send(tag, b"+WPI").await;
    }

    async fn give_back(&mut self, tag: Subject) {
        self.send(tag, b"-NAK {\"delay\": 100000000}").await;
    }

    async fn credit(&mut self, credit: Credit) {
        let payload = Bytes::copy_from_slice(&credit.to_bytes());
        if let Err(error) = self.client.publish(self.credit.clone(), payload).await {
            tracing::debug!(%error, "credit not sent");
        }
    }

    async fn has(&mut self, stored: u64) -> Option<bool> {
        let asked = self.stream.get_raw_message(stored);
        match timeout(REQUEST_LIMIT, asked).await.ok()? {
            Ok(_) => Some(true),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Some(false),
            Err(_) => None,
        }
    }

    async fn flush(&mut self) {
        // Without an answer the acknowledgements may be lost: then the frames are delivered again.
        drop(timeout(REQUEST_LIMIT, self.client.flush()).await);
    }
}
