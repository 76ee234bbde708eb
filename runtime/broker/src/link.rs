//! What a broker must offer, and nothing more.
//!
//! A [`BrokerLink`] is one connection to a broker. It stores frames, hands them over at least once, and carries credits
//! that may get lost. It promises neither order nor uniqueness: those come from [`LaneWriter`](crate::writer::LaneWriter)
//! and [`LaneReader`](crate::reader::LaneReader), the same on every broker.
//!
//! Brokers come in two kinds. One **counts** what it stores in a lane and stores a frame only after as many as the frame
//! says (NATS JetStream); the other does not (RabbitMQ), and remembers instead how far a reader acknowledged.

use std::fmt::Debug;
use std::future::Future;

use bytes::Bytes;

use crate::frame::Place;
use crate::lane::{Credit, LaneName, Tuning, TuningError};
use crate::reader::{Cursor, Delivery, Start};
use crate::writer::{LaneInfo, Refusal};

/// A connection to a broker. Copies share it.
pub trait BrokerLink: Clone + Send + Sync + 'static {
    /// The writing end of a lane.
    type Writer: WriterLink;
    /// The reading end of a lane.
    type Reader: ReaderLink;

    /// Opens a lane for a writer, and makes it if it is not there. From then on, writers of earlier epochs are refused
    /// where the broker can, and overheard by the reader where it cannot.
    fn open_writer(
        &self,
        lane: &LaneName,
        claim: Claim,
        tuning: &Tuning,
    ) -> impl Future<Output = Result<OpenWriter<Self::Writer>, LinkError>> + Send;

    /// Opens a lane for its one reader, and makes it if it is not there. An earlier reader gets no more deliveries, and
    /// what it did not acknowledge is delivered again.
    fn open_reader(
        &self,
        lane: &LaneName,
        tuning: &Tuning,
    ) -> impl Future<Output = Result<OpenReader<Self::Reader>, LinkError>> + Send;

    /// Removes a lane that has ended, with all that is left of it.
    fn remove(&self, lane: &LaneName) -> impl Future<Output = Result<(), LinkError>> + Send;
}

/// Which epoch a writer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The one after the last.
    Next,
    /// This one, as a placement says; it must not be lower than the last.
    Exactly(u64),
}

/// A lane that is open for writing.
#[derive(Debug)]
pub struct OpenWriter<W> {
    /// Its link.
    pub link: W,
    /// The writer's epoch.
    pub epoch: u64,
    /// What the broker says of the lane.
    pub info: LaneInfo,
    /// The tuning as this broker needs it.
    pub tuning: Tuning,
}

/// A lane that is open for reading.
#[derive(Debug)]
pub struct OpenReader<R> {
    /// Its link.
    pub link: R,
    /// Where a reader begins that has no store.
    pub start: Start,
    /// The tuning as this broker needs it.
    pub tuning: Tuning,
}

/// A frame to be stored.
#[derive(Debug, Clone)]
pub struct Publish {
    /// Comes back with the outcome.
    pub round: u64,
    /// Where the frame stands.
    pub place: Place,
    /// How many frames must be stored before it, where the broker counts.
    pub after: Option<u64>,
    /// The frame.
    pub frame: Bytes,
}

/// What a writer hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriterEvent {
    /// A frame is stored.
    Confirmed {
        /// As it was published.
        round: u64,
        /// Its number.
        number: u64,
    },
    /// A frame is not stored, or nobody knows.
    Refused {
        /// As it was published.
        round: u64,
        /// Why.
        refusal: Refusal,
    },
    /// The reader gives credit.
    Credit(Credit),
    /// The connection was lost; it comes back by itself.
    Disconnected,
}

/// The writing end of a lane at a broker.
pub trait WriterLink: Send + 'static {
    /// Sends a frame; the outcome is an event.
    ///
    /// # Blocking
    ///
    /// Waits for room towards the broker, not for the outcome.
    fn publish(&mut self, publish: Publish) -> impl Future<Output = ()> + Send;

    /// The next event.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    fn event(&mut self) -> impl Future<Output = WriterEvent> + Send;

    /// What the broker says of the lane; `None` when it cannot be asked now. Returns within seconds.
    fn locate(&mut self) -> impl Future<Output = Option<LaneInfo>> + Send;
}

/// What a reader hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderEvent<T> {
    /// A frame is handed over.
    Delivered(Delivery<T>),
    /// Another reader opened the lane, or the lane was removed.
    Replaced(String),
}

/// The reading end of a lane at a broker.
pub trait ReaderLink: Send + 'static {
    /// What a delivery is known by.
    type Tag: Clone + PartialEq + Debug + Send;

    /// The next event.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    fn event(&mut self) -> impl Future<Output = ReaderEvent<Self::Tag>> + Send;

    /// Acknowledges a delivery. A broker that does not count first remembers `acknowledged`, if it is told.
    fn ack(
        &mut self,
        tag: Self::Tag,
        acknowledged: Option<Cursor>,
    ) -> impl Future<Output = ()> + Send;

    /// Says that a delivery is being worked on.
    fn touch(&mut self, tag: Self::Tag) -> impl Future<Output = ()> + Send;

    /// Gives a delivery back.
    fn give_back(&mut self, tag: Self::Tag) -> impl Future<Output = ()> + Send;

    /// Sends credit to the writer. It may get lost.
    fn credit(&mut self, credit: Credit) -> impl Future<Output = ()> + Send;

    /// Whether the broker has the frame of a count; `None` when it cannot be asked now.
    fn has(&mut self, stored: u64) -> impl Future<Output = Option<bool>> + Send;

    /// Waits until the broker has what was sent to it.
    fn flush(&mut self) -> impl Future<Output = ()> + Send;
}

/// Why a lane cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Nobody answers there, or the connection was lost meanwhile.
    #[error("the broker cannot be reached: {0}")]
    Unreachable(String),
    /// The broker does not know the user, or the password is wrong.
    #[error("the broker refuses the credentials: {0}")]
    Unauthorized(String),
    /// The broker lacks what lanes need.
    #[error("the broker cannot carry lanes: {0}")]
    Unfit(String),
    /// The broker refuses.
    #[error("the broker refuses: {0}")]
    Refused(String),
    /// The lane belongs to a later writer.
    #[error("the lane belongs to the writer of epoch {epoch}")]
    Fenced {
        /// Of the other writer.
        epoch: u64,
    },
    /// The lane cannot work as it is tuned.
    #[error(transparent)]
    Tuning(#[from] TuningError),
}
