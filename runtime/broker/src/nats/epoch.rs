//! Who may write a lane: a number in a key-value bucket, changed only by comparing.

use async_nats::jetstream::kv::{CreateErrorKind, Operation, Store, UpdateErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use bytes::Bytes;

use super::{Names, NatsBroker, unanswered};
use crate::link::{Claim, LinkError};

/// A bucket is a stream. The client's own way to make one asks for account limits that NATS 2.9 does not tell.
fn bucket_config(broker: &NatsBroker, names: &Names) -> Config {
    Config {
        name: format!("KV_{}", names.bucket),
        subjects: vec![format!("$KV.{}.>", names.bucket)],
        max_messages_per_subject: 1,
        discard: DiscardPolicy::New,
        storage: StorageType::File,
        num_replicas: broker.replicas,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        ..Config::default()
    }
}

/// The epoch of one lane.
#[derive(Debug)]
pub(super) struct Epochs {
    bucket: Store,
    key: String,
}

impl Epochs {
    pub(super) async fn open(broker: &NatsBroker, names: &Names) -> Result<Self, LinkError> {
        let known = broker.jetstream.get_key_value(&names.bucket).await;
        let bucket = if let Ok(bucket) = known {
            bucket
        } else {
            broker.make_stream(bucket_config(broker, names)).await?;
            let bucket = broker.jetstream.get_key_value(&names.bucket).await;
            bucket.map_err(|error| LinkError::Unfit(error.to_string()))?
        };
        Ok(Self {
            bucket,
            key: names.epoch.clone(),
        })
    }

    /// The epoch that may write; `None` when the server does not answer.
    pub(super) async fn current(&self) -> Option<u64> {
        let (epoch, _) = self.read().await.ok()?;
        Some(epoch)
    }

    async fn read(&self) -> Result<(u64, Option<u64>), LinkError> {
        let entry = self.bucket.entry(&self.key).await;
        let Some(entry) = entry.map_err(|_error| unanswered())? else {
            return Ok((0, None));
        };
        let epoch = match entry.operation {
            Operation::Put => std::str::from_utf8(&entry.value)
                .ok()
                .and_then(|text| text.parse().ok()),
            Operation::Delete | Operation::Purge => Some(0),
        };
        let foreign = || LinkError::Refused(format!("the key {} holds no epoch", self.key));
        Ok((epoch.ok_or_else(foreign)?, Some(entry.revision)))
    }

    /// Makes an epoch the one that may write.
    pub(super) async fn claim(&self, claim: Claim) -> Result<u64, LinkError> {
        loop {
            let (known, revision) = self.read().await?;
            let epoch = match claim {
                Claim::Next => known + 1,
                Claim::Exactly(epoch) => epoch,
            };
            if epoch < known {
                return Err(LinkError::Fenced { epoch: known });
            }
            if epoch == known || self.put(epoch, revision).await? {
                return Ok(epoch);
            }
        }
    }

    /// Writes the epoch, unless somebody else did so since it was read.
    async fn put(&self, epoch: u64, revision: Option<u64>) -> Result<bool, LinkError> {
        let value = Bytes::from(epoch.to_string());
        match revision {
            None => match self.bucket.create(&self.key, value).await {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(LinkError::Unreachable(error.to_string())),
            },
            Some(revision) => match self.bucket.update(&self.key, value, revision).await {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
                Err(error) => Err(LinkError::Unreachable(error.to_string())),
            },
        }
    }

    pub(super) async fn remove(&self) -> Result<(), LinkError> {
        let purged = self.bucket.purge(&self.key).await;
        purged.map_err(|error| LinkError::Refused(error.to_string()))
    }
}
