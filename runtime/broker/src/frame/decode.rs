//! Reading frames: any bytes, with limits on everything.
//!
//! Bytes come from a network. None make the reader panic, and none make it take more memory than a small multiple of
//! their own number: a length is a claim, and room grows only with what is really there.

use minicbor::decode::Error as CborError;

use millstream_packet::{Packet, Shapes, Text};

use super::headers::{Common, read_dictionary, read_headers};
use super::value::read_value;
use super::{
    CHECKSUM_BYTES, CLOSE, COUNT_AT, DATA, DEPTH_AT, DICTIONARY_AT, ENDED_BY_OTHERS, ENDS_LANE,
    EPOCH_AT, FIRST_SEQ_AT, FRAME_BYTES_MAX, Frame, FrameHead, HAS_HEADERS, LaneEnd, MAGIC,
    MARKS_AT, NAME_AT, NUMBER_AT, OPEN, OPENS_EPOCH, Place, VALUE_DEPTH_MAX, VERSION,
};

/// Why bytes are no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// They begin otherwise, or are too few: somebody else's message.
    #[error("not a frame")]
    NotAFrame,
    /// A newer Millstream wrote them.
    #[error(
        "the frame is of version {version}, and this Millstream reads up to {VERSION}: upgrade the reading worker first"
    )]
    NewerVersion {
        /// That they say.
        version: u8,
    },
    /// They were changed on the way, or cut.
    #[error("the checksum is {computed:08x}, and the frame says {told:08x}")]
    Corrupt {
        /// Over the bytes that came.
        computed: u32,
        /// That stands at their end.
        told: u32,
    },
    /// No broker that is set up for lanes carries so much at once.
    #[error("{bytes} bytes are more than the {FRAME_BYTES_MAX} that a frame may have")]
    TooLarge {
        /// That came.
        bytes: usize,
    },
    /// The checksum is right, and what stands there is not: its writer was at fault.
    #[error("{what} at byte {at}")]
    Malformed {
        /// What is wrong.
        what: String,
        /// Where.
        at: usize,
    },
}

/// What can be wrong inside a frame whose checksum is right.
#[derive(Debug)]
pub(super) enum Fault {
    /// Something stands there that this version does not write.
    Kind,
    /// A value nests too deep.
    Deep,
    /// A number of things for which there is no room, or the place of one that is not there.
    Count,
    /// A record has one name twice.
    Twice(Text),
    /// Bytes are left over.
    Rest,
}

impl Fault {
    pub(super) fn at(self, at: usize) -> DecodeError {
        let what = match self {
            Self::Kind => "something that a frame does not hold".to_owned(),
            Self::Deep => format!("a value deeper than {VALUE_DEPTH_MAX} levels"),
            Self::Count => "a count that does not fit the frame".to_owned(),
            Self::Twice(name) => format!("a record with two fields `{name}`"),
            Self::Rest => "bytes that belong to nothing".to_owned(),
        };
        DecodeError::Malformed { what, at }
    }
}

impl From<CborError> for DecodeError {
    fn from(error: CborError) -> Self {
        Self::Malformed {
            at: error.position().unwrap_or_default(),
            what: error.to_string(),
        }
    }
}

/// Reads frames; records of equal fields share their names, also between frames.
#[derive(Debug, Default)]
pub struct Decoder {
    shapes: Shapes,
}

impl Decoder {
    /// Reads what a frame says before its packets, and checks that it came as it was sent.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are no frame, of a newer version, changed on the way, or not what a frame begins with.
    pub fn head(bytes: &[u8]) -> Result<FrameHead, DecodeError> {
        let (body, bounds) = split(bytes)?;
        let head = head_of(body)?;
        check_bounds(&bounds, body.len(), &head)?;
        Ok(head)
    }

    /// Reads a whole frame.
    ///
    /// # Errors
    ///
    /// As [`Decoder::head`], and when a packet is not what this version writes.
    pub fn frame(&mut self, bytes: &[u8]) -> Result<Frame, DecodeError> {
        let (body, bounds) = split(bytes)?;
        let head = head_of(body)?;
        check_bounds(&bounds, body.len(), &head)?;
        let dictionary = dictionary_of(body, bounds.dictionary_at, head.packets)?;
        let mut from = minicbor::Decoder::new(&body[..bounds.dictionary_at]);
        from.set_position(bounds.packets_at);
        let mut packets = Vec::with_capacity(head.packets as usize);
        for _ in 0..head.packets {
            packets.push(read_packet(&mut from, &dictionary, &mut self.shapes)?);
        }
        if from.position() != bounds.dictionary_at {
            return Err(Fault::Rest.at(from.position()));
        }
        Ok(Frame { head, packets })
    }
}

/// Where the parts of a frame lie.
struct Bounds {
    packets_at: usize,
    dictionary_at: usize,
}

/// The frame without its checksum, which is right, and where its parts lie.
fn split(bytes: &[u8]) -> Result<(&[u8], Bounds), DecodeError> {
    if !bytes.starts_with(MAGIC) || bytes.len() < NAME_AT + 1 + CHECKSUM_BYTES {
        return Err(DecodeError::NotAFrame);
    }
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(DecodeError::TooLarge { bytes: bytes.len() });
    }
    let version = bytes[MAGIC.len()];
    if version > VERSION {
        return Err(DecodeError::NewerVersion { version });
    }
    if version == 0 {
        return Err(DecodeError::NotAFrame);
    }
    let (body, _) = bytes.split_at(bytes.len() - CHECKSUM_BYTES);
    let (computed, told) = (crc32c::crc32c(body), u32_at(bytes, body.len()));
    if computed != told {
        return Err(DecodeError::Corrupt { computed, told });
    }
    let bounds = Bounds {
        packets_at: NAME_AT + 1 + usize::from(body[NAME_AT]),
        dictionary_at: u32_at(body, DICTIONARY_AT) as usize,
    };
    Ok((body, bounds))
}

fn head_of(body: &[u8]) -> Result<FrameHead, DecodeError> {
    let name_end = NAME_AT + 1 + usize::from(body[NAME_AT]);
    let name = body.get(NAME_AT + 1..name_end);
    let name = name.and_then(|name| std::str::from_utf8(name).ok());
    let marks = body[MARKS_AT];
    let end = match marks & (ENDS_LANE | ENDED_BY_OTHERS) {
        0 => Some(None),
        ENDS_LANE => Some(Some(LaneEnd::Finished)),
        ENDED_BY_OTHERS => None,
        _ => Some(Some(LaneEnd::Forced)),
    };
    let end = end.filter(|_| marks & !(OPENS_EPOCH | ENDS_LANE | ENDED_BY_OTHERS) == 0);
    Ok(FrameHead {
        writer: Text::from(name.ok_or_else(|| Fault::Kind.at(NAME_AT))?),
        place: Place {
            epoch: u64_at(body, EPOCH_AT),
            number: u64_at(body, NUMBER_AT),
        },
        first_seq: u64_at(body, FIRST_SEQ_AT),
        depth: u32_at(body, DEPTH_AT),
        packets: u32_at(body, COUNT_AT),
        opens_epoch: marks & OPENS_EPOCH != 0,
        end: end.ok_or_else(|| Fault::Kind.at(MARKS_AT))?,
    })
}

/// A packet has at least two bytes; sequences do not wrap; an epoch opens with a frame of its own, its first.
fn check_bounds(bounds: &Bounds, body_bytes: usize, head: &FrameHead) -> Result<(), DecodeError> {
    if bounds.dictionary_at < bounds.packets_at || bounds.dictionary_at >= body_bytes {
        return Err(Fault::Count.at(DICTIONARY_AT));
    }
    let room = (bounds.dictionary_at - bounds.packets_at) / 2;
    if head.packets as usize > room {
        return Err(Fault::Count.at(COUNT_AT));
    }
    if head
        .first_seq
        .checked_add(u64::from(head.packets))
        .is_none()
    {
        return Err(Fault::Count.at(FIRST_SEQ_AT));
    }
    let is_first = head.place.number == 0;
    if head.opens_epoch != is_first || (is_first && (head.packets > 0 || head.end.is_some())) {
        return Err(Fault::Kind.at(MARKS_AT));
    }
    Ok(())
}

/// Each entry was written for a packet.
fn dictionary_of(body: &[u8], at: usize, packets: u32) -> Result<Vec<Common>, DecodeError> {
    let mut from = minicbor::Decoder::new(body);
    from.set_position(at);
    let dictionary = read_dictionary(&mut from, packets)?;
    if from.position() == body.len() {
        Ok(dictionary)
    } else {
        Err(Fault::Rest.at(from.position()))
    }
}

fn read_packet(
    from: &mut minicbor::Decoder<'_>,
    dictionary: &[Common],
    shapes: &mut Shapes,
) -> Result<Packet, DecodeError> {
    let at = from.position();
    let kind = from.u8()?;
    let headers = if kind & HAS_HEADERS == 0 {
        None
    } else {
        Some(Box::new(read_headers(from, dictionary)?))
    };
    let value = read_value(from, shapes, 0)?;
    let packet = match kind & !HAS_HEADERS {
        DATA => Packet::data(value),
        OPEN => Packet::open(value),
        CLOSE => Packet::close(value),
        _ => return Err(Fault::Kind.at(at)),
    };
    Ok(packet.with_boxed_headers(headers))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |four| u32::from_le_bytes(*four))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |eight| u64::from_le_bytes(*eight))
}
