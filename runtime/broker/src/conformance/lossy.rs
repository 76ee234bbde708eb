//! A link that loses credits, around any other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::lane::{Credit, LaneName, Tuning};
use crate::link::{BrokerLink, Claim, LinkError, OpenReader, OpenWriter, ReaderEvent, ReaderLink};
use crate::reader::Cursor;

use super::Bench;

/// A bench whose links lose credits.
pub(super) struct LossyBench<'a, B> {
    bench: &'a B,
    percent: u64,
    seen: Arc<AtomicU64>,
}

impl<'a, B: Bench> LossyBench<'a, B> {
    pub(super) fn new(bench: &'a B, percent: u64) -> Self {
        Self {
            bench,
            percent,
            seen: Arc::default(),
        }
    }
}

impl<B: Bench> Bench for LossyBench<'_, B> {
    type Link = Lossy<B::Link>;

    async fn connect(&self) -> Self::Link {
        Lossy {
            link: self.bench.connect().await,
            percent: self.percent,
            seen: Arc::clone(&self.seen),
        }
    }

    async fn restart(&self) -> bool {
        self.bench.restart().await
    }
}

/// A link that loses credits.
#[derive(Debug, Clone)]
pub(super) struct Lossy<L> {
    link: L,
    percent: u64,
    seen: Arc<AtomicU64>,
}

impl<L: BrokerLink> BrokerLink for Lossy<L> {
    type Writer = L::Writer;
    type Reader = Lossy<L::Reader>;

    async fn open_writer(
        &self,
        lane: &LaneName,
        claim: Claim,
        tuning: &Tuning,
    ) -> Result<OpenWriter<L::Writer>, LinkError> {
        self.link.open_writer(lane, claim, tuning).await
    }

    async fn open_reader(
        &self,
        lane: &LaneName,
        tuning: &Tuning,
    ) -> Result<OpenReader<Lossy<L::Reader>>, LinkError> {
        let opened = self.link.open_reader(lane, tuning).await?;
        Ok(OpenReader {
            link: Lossy {
                link: opened.link,
                percent: self.percent,
                seen: Arc::clone(&self.seen),
            },
            start: opened.start,
            tuning: opened.tuning,
        })
    }

    async fn remove(&self, lane: &LaneName) -> Result<(), LinkError> {
        self.link.remove(lane).await
    }
}

impl<R: ReaderLink> ReaderLink for Lossy<R> {
    type Tag = R::Tag;

    async fn event(&mut self) -> ReaderEvent<R::Tag> {
        self.link.event().await
    }

    async fn ack(&mut self, tag: R::Tag, acknowledged: Option<Cursor>) {
        self.link.ack(tag, acknowledged).await;
    }

    async fn touch(&mut self, tag: R::Tag) {
        self.link.touch(tag).await;
    }

    async fn give_back(&mut self, tag: R::Tag) {
        self.link.give_back(tag).await;
    }

    async fn credit(&mut self, credit: Credit) {
        // A hash of the count: half of them are lost, and not every second one.
        let seen = self.seen.fetch_add(1, Ordering::Relaxed);
        let hash = seen.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        if hash % 100 >= self.percent {
            self.link.credit(credit).await;
        }
    }

    async fn has(&mut self, stored: u64) -> Option<bool> {
        self.link.has(stored).await
    }

    async fn flush(&mut self) {
        self.link.flush().await;
    }
}
