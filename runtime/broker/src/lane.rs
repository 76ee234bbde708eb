//! Lanes: what they are called and how they are tuned.

use std::fmt;
use std::time::Duration;

/// Names a lane: the broker's side of one connector, or of one of its partitions, for one writing process.
///
/// One writer, one lane: a broker proves that nothing is stored twice or out of order by counting what is stored, and a
/// count has one owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneName {
    deployment: String,
    connector: String,
    partition: u32,
    writer: String,
}

impl LaneName {
    /// Longest part of a name in letters, without what tells equal beginnings apart.
    const SLUG_MAX: usize = 48;

    /// Names a lane. Texts may hold anything: what a broker does not take in a name is replaced, and names that would
    /// then be equal are told apart by a checksum.
    pub fn new(deployment: &str, connector: &str, partition: u32, writer: &str) -> Self {
        Self {
            deployment: told_apart(deployment),
            connector: checked_slug(connector),
            partition,
            writer: checked_slug(writer),
        }
    }

    /// The deployment.
    pub fn deployment(&self) -> &str {
        &self.deployment
    }

    /// Connector, partition and writer, with `separator` between them.
    pub fn path(&self, separator: char) -> String {
        let Self {
            connector,
            partition,
            writer,
            ..
        } = self;
        format!("{connector}{separator}{partition}{separator}{writer}")
    }
}

impl fmt::Display for LaneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.deployment, self.path('/'))
    }
}

/// Letters, digits, `-` and `_`: what every broker takes between the dots of a name.
fn slug(text: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => letter,
        _ => '_',
    };
    text.chars()
        .map(letter)
        .take(LaneName::SLUG_MAX)
        .collect::<String>()
}

/// The text as it is when it may stand in a name.
fn told_apart(text: &str) -> String {
    let slug = slug(text);
    if slug == text && !text.is_empty() {
        slug
    } else {
        checked_slug(text)
    }
}

fn checked_slug(text: &str) -> String {
    format!("{}-{:08x}", slug(text), crc32c::crc32c(text.as_bytes()))
}

/// How a lane works. Both of its ends must be tuned alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// Packets that are written and not yet taken by the reader, at most.
    pub capacity: u32,
    /// Frames that are published and not yet confirmed, at most.
    pub window: u32,
    /// Frames that the reader holds because one before them is missing, at most.
    pub resequence: u32,
    /// Frames that the broker hands over before the first of them is acknowledged.
    pub prefetch: u32,
    /// Packets of a frame, at most.
    pub frame_packets: u32,
    /// A frame of so many bytes is closed.
    pub frame_bytes: usize,
    /// Bytes that the broker takes at once. A packet that needs more cannot cross.
    pub message_bytes_max: usize,
    /// A frame waits for more packets so long at most.
    pub linger: Duration,
    /// A writer that waits for credit this long asks the broker; a reader repeats its credit this often.
    pub stall: Duration,
    /// The broker hands a frame over again when it heard nothing about it for so long.
    pub ack_wait: Duration,
    /// How long a reader waits for what belongs before, where the broker does not count what it stores.
    pub settle: Duration,
    /// How long the writer keeps confirmed frames, to send them again to a broker that lost what it had confirmed.
    pub keep_confirmed: Duration,
}

impl Tuning {
    /// Room that a broker's headers take beside a frame.
    const MESSAGE_OVERHEAD: usize = 4096;

    /// The usual tuning for a connector of this capacity.
    pub fn new(capacity: u32) -> Self {
        let (capacity, window) = (capacity.max(1), 32);
        // The whole lane, even if each frame has one packet: in what order a broker delivers again is its own affair.
        let frames = capacity
            .saturating_add(window)
            .clamp(256, u32::from(u16::MAX));
        Self {
            capacity,
            window,
            resequence: frames,
            prefetch: frames,
            frame_packets: 256,
            frame_bytes: 256 << 10,
            message_bytes_max: (1 << 20) - Self::MESSAGE_OVERHEAD,
            linger: Duration::from_millis(1),
            stall: Duration::from_millis(500),
            ack_wait: Duration::from_secs(30),
            settle: Duration::from_millis(250),
            keep_confirmed: Duration::ZERO,
        }
    }

    /// The tuning for a broker that does not count what it stores: it hands over all that lies in the lane. What is missing
    /// before a held frame is then on its way or was never stored, and not kept back because too much is handed over.
    pub fn for_uncounted(self) -> Self {
        let all = u32::from(u16::MAX);
        Self {
            resequence: all,
            prefetch: all,
            ..self
        }
    }

    /// Frames that a broker must store at least, so that its limit is a backstop and never the rule.
    pub fn frames_max(&self) -> u64 {
        2 * u64::from(self.capacity) + 2 * u64::from(self.window) + 64
    }

    /// Checks that a lane can work so.
    ///
    /// # Errors
    ///
    /// Fails when a limit is zero, or when the ends could wait for each other for ever: the reader must be able to hold
    /// what the writer has under way, and the broker must hand over what the reader can hold.
    pub fn check(&self) -> Result<(), TuningError> {
        let limits = [
            ("capacity", self.capacity),
            ("window", self.window),
            ("frame_packets", self.frame_packets),
        ];
        for (name, limit) in limits {
            if limit == 0 {
                return Err(TuningError::Zero { name });
            }
        }
        if self.resequence < self.window {
            return Err(TuningError::SmallResequence {
                resequence: self.resequence,
                window: self.window,
            });
        }
        if self.prefetch < self.resequence {
            return Err(TuningError::SmallPrefetch {
                prefetch: self.prefetch,
                resequence: self.resequence,
            });
        }
        Ok(())
    }
}

/// Why a lane cannot work as it is tuned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TuningError {
    /// Nothing could ever pass.
    #[error("{name} is 0")]
    Zero {
        /// Which limit.
        name: &'static str,
    },
    /// Held frames would fill the resequencer, and the missing one could not be let in.
    #[error(
        "the reader can hold {resequence} frames, and the writer may have {window} under way: the lane could stop for ever"
    )]
    SmallResequence {
        /// Frames that the reader holds.
        resequence: u32,
        /// Frames that the writer has under way.
        window: u32,
    },
    /// Held frames would fill the prefetch, and the missing one would not be delivered.
    #[error(
        "the broker hands over {prefetch} frames, and the reader may hold {resequence} of them: the lane could stop for ever"
    )]
    SmallPrefetch {
        /// Frames that the broker hands over.
        prefetch: u32,
        /// Frames that the reader holds.
        resequence: u32,
    },
}

/// Leave of the reader to write on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    /// The epoch whose packets are counted.
    pub epoch: u64,
    /// Packets of that epoch that may have been written. It only ever grows, so credits may be lost, repeated and come
    /// in any order.
    pub limit: u64,
}

impl Credit {
    /// The credit as bytes: two numbers, little-endian.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[8..].copy_from_slice(&self.limit.to_le_bytes());
        bytes
    }

    /// Reads a credit; `None` if the bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (epoch, limit) = bytes.split_first_chunk()?;
        Some(Self {
            epoch: u64::from_le_bytes(*epoch),
            limit: u64::from_le_bytes(limit.try_into().ok()?),
        })
    }
}
