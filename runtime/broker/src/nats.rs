//! Lanes over NATS `JetStream`.
//!
//! A lane is a stream of its own with work-queue retention: what is acknowledged is gone, and the stream's last sequence
//! says for ever how many frames it stored. A frame is published with the sequence that must be the last one before it;
//! that, and no window of remembered ids, keeps frames from being stored twice or out of order. (The window is forgotten
//! when a server restarts; the sequence is not.)
//!
//! | what | name |
//! |---|---|
//! | stream | `MS_<deployment>_<connector>_<partition>_<writer>` |
//! | subject | `ms.<deployment>.c.<connector>.<partition>.<writer>` |
//! | credits, not stored | `ms.<deployment>.credit.<connector>.<partition>.<writer>` |
//! | epochs | key `epoch.<connector>.<partition>.<writer>` of the bucket `MS_<deployment>` |
//!
//! Who may write is a number in a key-value bucket that is only ever changed by comparing. A writer that lost its place
//! reads first how much is stored and then whose the lane is: so it never takes a frame of another writer for its own.
//!
//! A reader deletes the consumers that are there and makes one of its own. So what an earlier reader did not acknowledge is
//! delivered again at once and in order, and a reader that only seemed dead gets nothing more.

mod connect;
mod epoch;
mod reader;
mod writer;

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, ErrorCode};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::lane::{LaneName, Tuning};
use crate::link::{BrokerLink, Claim, LinkError, OpenReader, OpenWriter};
pub use connect::{Credentials, NatsOptions};
pub use reader::NatsReader;
pub use writer::NatsWriter;

/// A request that the server does not answer in this time has failed.
const REQUEST_LIMIT: Duration = Duration::from_secs(3);

/// What servers say to the second of two that make a stream at once, and how often it tries again.
const RACES: [ErrorCode; 2] = [
    ErrorCode::STREAM_SUBJECT_OVERLAP,
    ErrorCode::STREAM_NAME_EXIST,
];
const MAKE_ATTEMPTS: u32 = 5;

/// Room for headers in a message beside a frame.
const HEADER_BYTES: usize = 1024;

/// A connection to a NATS server with `JetStream`.
#[derive(Debug, Clone)]
pub struct NatsBroker {
    client: Client,
    jetstream: jetstream::Context,
    /// How often the connection was lost.
    losses: watch::Receiver<u64>,
    replicas: usize,
}

/// The names of a lane.
#[derive(Debug, Clone)]
struct Names {
    stream: String,
    subject: String,
    credit: String,
    bucket: String,
    epoch: String,
}

impl Names {
    fn of(lane: &LaneName) -> Self {
        let deployment = lane.deployment();
        let path = lane.path('.');
        Self {
            stream: format!("MS_{deployment}_{}", lane.path('_')),
            subject: format!("ms.{deployment}.c.{path}"),
            credit: format!("ms.{deployment}.credit.{path}"),
            bucket: format!("MS_{deployment}"),
            epoch: format!("epoch.{path}"),
        }
    }
}

impl NatsBroker {
    /// The stream of a lane, made or changed to hold so many frames.
    async fn stream(&self, names: &Names, tuning: &Tuning) -> Result<Stream, LinkError> {
        let config = Config {
            name: names.stream.clone(),
            subjects: vec![names.subject.clone()],
            retention: RetentionPolicy::WorkQueue,
            discard: DiscardPolicy::New,
            storage: StorageType::File,
            num_replicas: self.replicas,
            // A limit in bytes beside it would be enforced in another way by some servers.
            max_messages: i64::try_from(tuning.frames_max()).unwrap_or(i64::MAX),
            ..Config::default()
        };
        let max_messages = config.max_messages;
        let stream = self.make_stream(config.clone()).await?;
        if stream.cached_info().config.max_messages != max_messages {
            let updated = self.jetstream.update_stream(config).await;
            updated.map_err(|error| LinkError::Refused(error.to_string()))?;
        }
        Ok(stream)
    }

    /// Makes a stream, unless it is there. When both ends of a lane do so at once, some servers refuse the second.
    async fn make_stream(&self, config: Config) -> Result<Stream, LinkError> {
        let mut attempts = 0;
        loop {
            let error = match self.jetstream.get_or_create_stream(config.clone()).await {
                Ok(stream) => return Ok(stream),
                Err(error) => error,
            };
            attempts += 1;
            let is_race = matches!(
                error.kind(),
                CreateStreamErrorKind::JetStream(error) if RACES.contains(&error.error_code())
            );
            if !is_race || attempts > MAKE_ATTEMPTS {
                return Err(unfit_stream(&error));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The tuning as the server allows it.
    fn fit(&self, tuning: &Tuning) -> Result<Tuning, LinkError> {
        tuning.check()?;
        let room = self.client.max_payload().saturating_sub(HEADER_BYTES);
        Ok(Tuning {
            message_bytes_max: tuning.message_bytes_max.min(room),
            frame_bytes: tuning.frame_bytes.min(room),
            ..*tuning
        })
    }
}

impl BrokerLink for NatsBroker {
    type Writer = NatsWriter;
    type Reader = NatsReader;

    async fn open_writer(
        &self,
        lane: &LaneName,
        claim: Claim,
        tuning: &Tuning,
    ) -> Result<OpenWriter<NatsWriter>, LinkError> {
        let tuning = self.fit(tuning)?;
        let names = Names::of(lane);
        let stream = self.stream(&names, &tuning).await?;
        let epochs = epoch::Epochs::open(self, &names).await?;
        let epoch = epochs.claim(claim).await?;
        let mut link = NatsWriter::open(self, &names, lane, stream, epochs).await?;
        let info = link.info().await.ok_or_else(unanswered)?;
        Ok(OpenWriter {
            link,
            epoch,
            info,
            tuning,
        })
    }

    async fn open_reader(
        &self,
        lane: &LaneName,
        tuning: &Tuning,
    ) -> Result<OpenReader<NatsReader>, LinkError> {
        let tuning = self.fit(tuning)?;
        let names = Names::of(lane);
        let stream = self.stream(&names, &tuning).await?;
        let (link, start) = NatsReader::open(self, &names, stream, &tuning).await?;
        Ok(OpenReader {
            link,
            start,
            tuning,
        })
    }

    async fn remove(&self, lane: &LaneName) -> Result<(), LinkError> {
        let names = Names::of(lane);
        let deleted = self.jetstream.delete_stream(&names.stream).await;
        deleted.map_err(|error| LinkError::Refused(error.to_string()))?;
        epoch::Epochs::open(self, &names).await?.remove().await
    }
}

fn unanswered() -> LinkError {
    LinkError::Unreachable("no answer".to_owned())
}

/// Says what a server lacks that will not make a stream.
fn unfit_stream(error: &CreateStreamError) -> LinkError {
    match error.kind() {
        CreateStreamErrorKind::TimedOut => unanswered(),
        CreateStreamErrorKind::JetStreamUnavailable => {
            LinkError::Unfit("JetStream is not switched on".to_owned())
        }
        CreateStreamErrorKind::JetStream(error) => match error.error_code() {
            ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
                LinkError::Unfit("JetStream is not switched on for this account".to_owned())
            }
            _ => LinkError::Unfit(error.to_string()),
        },
        _ => LinkError::Refused(error.to_string()),
    }
}
