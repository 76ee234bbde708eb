//! Writing frames, packet by packet.

use std::convert::Infallible;

use bytes::Bytes;
use minicbor::Encoder;

use millstream_packet::{Packet, PacketView, Text, Value};

use super::headers::Dictionary;
use super::value::write_value;
use super::{
    CHECKSUM_BYTES, CLOSE, COUNT_AT, DATA, DEPTH_AT, DICTIONARY_AT, ENDED_BY_OTHERS, ENDS_LANE,
    EPOCH_AT, FIRST_SEQ_AT, HAS_HEADERS, LaneEnd, MAGIC, MARKS_AT, NAME_AT, NUMBER_AT, OPEN,
    OPENS_EPOCH, Place, VALUE_DEPTH_MAX, VERSION,
};

/// Why a packet cannot be put into a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The value has meaning in this process only.
    #[error("an opaque value ({type_name}) cannot leave the process")]
    Opaque {
        /// The Rust type.
        type_name: &'static str,
    },
    /// Nobody would read it back.
    #[error("the value nests deeper than {VALUE_DEPTH_MAX} levels")]
    TooDeep,
    /// The frame would be larger than the broker takes.
    #[error("the frame would have {bytes} bytes, and the broker takes {bytes_max}")]
    TooLarge {
        /// With the packet.
        bytes: usize,
        /// That are allowed.
        bytes_max: usize,
    },
    /// The writer of CBOR failed, which writing into memory does not.
    #[error("CBOR: {0}")]
    Cbor(String),
}

impl From<minicbor::encode::Error<Infallible>> for EncodeError {
    fn from(error: minicbor::encode::Error<Infallible>) -> Self {
        Self::Cbor(error.to_string())
    }
}

/// A frame in the making. What was put in is in its final place already.
#[derive(Debug)]
pub struct FrameBuilder {
    buffer: Vec<u8>,
    packets: u32,
    dictionary: Dictionary,
}

impl FrameBuilder {
    /// Longest name of a writer in bytes.
    pub const WRITER_MAX: usize = 255;

    /// Begins a frame; of a longer name the first [`FrameBuilder::WRITER_MAX`] bytes are kept.
    ///
    /// `bytes` is how many the frame will probably have.
    pub fn new(writer: &str, place: Place, first_seq: u64, depth: u32, bytes: usize) -> Self {
        let name = &writer.as_bytes()[..writer.floor_char_boundary(Self::WRITER_MAX)];
        let mut buffer = Vec::with_capacity(bytes.max(NAME_AT + 1 + name.len() + 16));
        buffer.extend_from_slice(MAGIC);
        buffer.push(VERSION);
        buffer.resize(EPOCH_AT, 0);
        buffer.extend_from_slice(&place.epoch.to_le_bytes());
        buffer.extend_from_slice(&place.number.to_le_bytes());
        buffer.extend_from_slice(&first_seq.to_le_bytes());
        buffer.extend_from_slice(&depth.to_le_bytes());
        buffer.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        buffer.extend_from_slice(name);
        Self {
            buffer,
            packets: 0,
            dictionary: Dictionary::default(),
        }
    }

    /// Number of packets so far.
    pub fn packets(&self) -> u32 {
        self.packets
    }

    /// Whether there is no packet yet.
    pub fn is_empty(&self) -> bool {
        self.packets == 0
    }

    /// Length so far, without what closing the frame adds when no packet has headers.
    pub fn bytes(&self) -> usize {
        self.buffer.len() + self.dictionary.bytes()
    }

    /// Puts a packet in, unless the frame would then have more than `bytes_max` bytes.
    ///
    /// # Errors
    ///
    /// Fails when the value is opaque, nests too deep or does not fit; the frame is then as before.
    pub fn push(&mut self, packet: &Packet, bytes_max: usize) -> Result<(), EncodeError> {
        let before = self.buffer.len();
        let entries = self.dictionary.len();
        let outcome = self.write(packet).and_then(|()| self.check(bytes_max));
        if outcome.is_ok() {
            self.packets += 1;
        } else {
            self.buffer.truncate(before);
            self.dictionary.truncate(entries);
        }
        outcome
    }

    fn write(&mut self, packet: &Packet) -> Result<(), EncodeError> {
        let (kind, value) = match packet.view() {
            PacketView::Data(value) => (DATA, Some(value)),
            PacketView::Open(label) => (OPEN, label),
            PacketView::Close(label) => (CLOSE, label),
        };
        let mut encoder = Encoder::new(&mut self.buffer);
        match packet.headers() {
            None => encoder.u8(kind)?,
            Some(headers) => {
                encoder.u8(kind | HAS_HEADERS)?;
                self.dictionary.write(headers, &mut encoder)?;
                &mut encoder
            }
        };
        write_value(value.unwrap_or(&Value::NULL), &mut encoder, 0)
    }

    fn check(&self, bytes_max: usize) -> Result<(), EncodeError> {
        let bytes = self.bytes() + Dictionary::COUNT_BYTES + CHECKSUM_BYTES;
        if bytes > bytes_max {
            return Err(EncodeError::TooLarge { bytes, bytes_max });
        }
        Ok(())
    }

    /// Closes the frame.
    ///
    /// # Errors
    ///
    /// Only as writing into memory fails: never.
    pub fn finish(self, end: Option<LaneEnd>) -> Result<Bytes, EncodeError> {
        let marks = match end {
            None => 0,
            Some(LaneEnd::Finished) => ENDS_LANE,
            Some(LaneEnd::Forced) => ENDS_LANE | ENDED_BY_OTHERS,
        };
        self.close(marks)
    }

    /// The frame that opens an epoch: it has no packets.
    ///
    /// # Errors
    ///
    /// As [`FrameBuilder::finish`].
    pub fn epoch(
        writer: &Text,
        epoch: u64,
        first_seq: u64,
        depth: u32,
    ) -> Result<Bytes, EncodeError> {
        let place = Place { epoch, number: 0 };
        Self::new(writer, place, first_seq, depth, 0).close(OPENS_EPOCH)
    }

    fn close(mut self, marks: u8) -> Result<Bytes, EncodeError> {
        let dictionary_at = self.buffer.len();
        self.dictionary
            .finish(&mut Encoder::new(&mut self.buffer))?;
        self.buffer[MARKS_AT] = marks;
        put_u32(&mut self.buffer, COUNT_AT, self.packets);
        // Frames of 4 GiB are refused by every broker long before.
        let dictionary_at = u32::try_from(dictionary_at).unwrap_or(u32::MAX);
        put_u32(&mut self.buffer, DICTIONARY_AT, dictionary_at);
        let checksum = crc32c::crc32c(&self.buffer);
        self.buffer.extend_from_slice(&checksum.to_le_bytes());
        Ok(Bytes::from(self.buffer))
    }
}

fn put_u32(buffer: &mut [u8], at: usize, value: u32) {
    buffer[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

// The places before the name follow each other without holes.
const _: () = assert!(NUMBER_AT == EPOCH_AT + 8 && FIRST_SEQ_AT == NUMBER_AT + 8);
const _: () = assert!(DEPTH_AT == FIRST_SEQ_AT + 8 && NAME_AT == DEPTH_AT + 4);
