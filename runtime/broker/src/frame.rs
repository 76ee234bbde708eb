//! Frames: what a broker carries, each with many packets of one lane.
//!
//! A message of a broker costs tens of microseconds, a packet may cost less than one; so packets travel in frames. The
//! layout is a promise: what this version writes, every later one reads (`golden/` holds frames of each version).
//!
//! All numbers are little-endian. After the writer's name comes a sequence of CBOR items (RFC 8742):
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 3 | `MSF` |
//! | 3 | 1 | version, now 1 |
//! | 4 | 1 | marks: 1 opens an epoch, 2 ends the lane, 4 was ended by somebody else than its writer |
//! | 5 | 4 | number of packets |
//! | 9 | 4 | offset of the dictionary |
//! | 13 | 8 | epoch of the writer |
//! | 21 | 8 | number of the frame in its epoch, from 0 |
//! | 29 | 8 | sequence of the first packet in its epoch, from 0 |
//! | 37 | 4 | open groups before the first packet |
//! | 41 | 1 + n | length of the writer's name, and the name |
//! | | | packets |
//! | | | dictionary of headers |
//! | end - 4 | 4 | CRC32C of everything before |
//!
//! What changes when a frame is closed stands at fixed places, so a frame is written once and never copied. A packet is a
//! small int (0 data, 1 open, 2 close; plus 4 when headers follow), its headers if it has any, and its value. Values carry
//! their own lengths; a second length before them could only disagree. Of headers, what many packets have in common
//! (content type, conversation, correlation, trace) stands once in the dictionary.

mod decode;
mod encode;
mod headers;
mod value;

pub use decode::{DecodeError, Decoder};
pub use encode::{EncodeError, FrameBuilder};

use millstream_packet::{Packet, Text};

/// The version that is written, and the newest one that is read.
pub const VERSION: u8 = 1;

/// Values nest at most this deep in a frame, as in JSON that is read.
pub const VALUE_DEPTH_MAX: u32 = 128;

/// Longer ones are not read. Brokers carry messages of 1 MiB (NATS) or 16 MiB (RabbitMQ) unless told otherwise.
pub const FRAME_BYTES_MAX: usize = 16 << 20;

const MAGIC: &[u8; 3] = b"MSF";
const MARKS_AT: usize = 4;
const COUNT_AT: usize = 5;
const DICTIONARY_AT: usize = 9;
const EPOCH_AT: usize = 13;
const NUMBER_AT: usize = 21;
const FIRST_SEQ_AT: usize = 29;
const DEPTH_AT: usize = 37;
const NAME_AT: usize = 41;
const CHECKSUM_BYTES: usize = 4;

const OPENS_EPOCH: u8 = 1;
const ENDS_LANE: u8 = 2;
const ENDED_BY_OTHERS: u8 = 4;

const DATA: u8 = 0;
const OPEN: u8 = 1;
const CLOSE: u8 = 2;
const HAS_HEADERS: u8 = 4;

/// Where a frame stands in its lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which writer of the lane it is, counted by who may write.
    pub epoch: u64,
    /// The frame's number in the epoch, from 0.
    pub number: u64,
}

/// How a lane ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LaneEnd {
    /// The writing process closed its port.
    Finished,
    /// The writing process was removed, and somebody else closed the lane.
    Forced,
}

/// What a frame says before its packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameHead {
    /// Who wrote it.
    pub writer: Text,
    /// Where it stands.
    pub place: Place,
    /// Sequence of its first packet in the epoch; of the next one if it has none.
    pub first_seq: u64,
    /// Open groups before its first packet.
    pub depth: u32,
    /// Number of packets.
    pub packets: u32,
    /// Whether it opens its epoch; such a frame has no packets.
    pub opens_epoch: bool,
    /// Whether the lane ends with it.
    pub end: Option<LaneEnd>,
}

impl FrameHead {
    /// Sequence after the frame's last packet.
    pub fn end_seq(&self) -> u64 {
        self.first_seq.saturating_add(u64::from(self.packets))
    }
}

/// A frame that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it says before its packets.
    pub head: FrameHead,
    /// Its packets.
    pub packets: Vec<Packet>,
}
