//! Headers of packets in a frame: what many have in common stands once.
//!
//! Eight headers on each packet would cost nearly half of the throughput of a lane; once per frame they cost nothing that
//! can be seen.

use minicbor::{Decoder, Encoder};

use millstream_packet::{Headers, Text};

use super::decode::{DecodeError, Fault};
use super::encode::EncodeError;

/// Entries that are looked through for an equal one. Packets that follow each other are of one conversation or of none.
const LOOK_BACK: usize = 8;

const ID: u8 = 1;
const CAUSATION: u8 = 2;
const EVENT_TIME: u8 = 4;
const ATTEMPT: u8 = 8;
const PAIRS: u8 = 16;

const CONTENT_TYPE: u8 = 1;
const CONVERSATION: u8 = 2;
const CORRELATION: u8 = 4;
const TRACE: u8 = 8;

/// What headers of several packets have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Common {
    content_type: Option<Text>,
    conversation: Option<Text>,
    correlation: Option<Text>,
    trace: Option<Text>,
}

impl Common {
    fn matches(&self, headers: &Headers) -> bool {
        self.conversation == headers.conversation
            && self.correlation == headers.correlation
            && self.content_type == headers.content_type
            && self.trace == headers.trace
    }

    fn of(headers: &Headers) -> Self {
        Self {
            content_type: headers.content_type.clone(),
            conversation: headers.conversation.clone(),
            correlation: headers.correlation.clone(),
            trace: headers.trace.clone(),
        }
    }

    fn fields(&self) -> [(u8, Option<&Text>); 4] {
        [
            (CONTENT_TYPE, self.content_type.as_ref()),
            (CONVERSATION, self.conversation.as_ref()),
            (CORRELATION, self.correlation.as_ref()),
            (TRACE, self.trace.as_ref()),
        ]
    }
}

/// The dictionary of a frame that is being written.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    entries: Vec<Common>,
}

impl Dictionary {
    /// What an empty dictionary takes, and more than its count takes when it is not.
    pub(super) const COUNT_BYTES: usize = 5;

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.entries.truncate(len);
    }

    /// How long its entries will be at most.
    pub(super) fn bytes(&self) -> usize {
        let length = |entry: &Common| -> usize {
            let texts = entry.fields().into_iter().filter_map(|(_, text)| text);
            2 + texts.map(|text| text.len() + 5).sum::<usize>()
        };
        self.entries.iter().map(length).sum()
    }

    /// Writes the headers of one packet: the place of what it has in common with others, then its own.
    pub(super) fn write(
        &mut self,
        headers: &Headers,
        to: &mut Encoder<&mut Vec<u8>>,
    ) -> Result<(), EncodeError> {
        to.u64(self.place_of(headers) as u64)?;
        to.u8(own_fields(headers))?;
        for text in [&headers.id, &headers.causation].into_iter().flatten() {
            to.str(text)?;
        }
        if let Some(nanos) = headers.event_time_nanos {
            to.i64(nanos)?;
        }
        if headers.attempt > 0 {
            to.u32(headers.attempt)?;
        }
        if !headers.pairs.is_empty() {
            to.u64(headers.pairs.len() as u64)?;
            for (name, value) in &headers.pairs {
                to.str(name)?.str(value)?;
            }
        }
        Ok(())
    }

    fn place_of(&mut self, headers: &Headers) -> usize {
        let recent = self.entries.iter().enumerate().rev().take(LOOK_BACK);
        for (at, entry) in recent {
            if entry.matches(headers) {
                return at;
            }
        }
        self.entries.push(Common::of(headers));
        self.entries.len() - 1
    }

    /// Writes the entries.
    pub(super) fn finish(&self, to: &mut Encoder<&mut Vec<u8>>) -> Result<(), EncodeError> {
        to.u64(self.entries.len() as u64)?;
        for entry in &self.entries {
            let fields = entry.fields();
            let set = fields.iter().filter(|(_, text)| text.is_some());
            to.u8(set.fold(0, |mask, (bit, _)| mask | bit))?;
            for text in fields.into_iter().filter_map(|(_, text)| text) {
                to.str(text)?;
            }
        }
        Ok(())
    }
}

fn own_fields(headers: &Headers) -> u8 {
    let is_set = [
        (ID, headers.id.is_some()),
        (CAUSATION, headers.causation.is_some()),
        (EVENT_TIME, headers.event_time_nanos.is_some()),
        (ATTEMPT, headers.attempt > 0),
        (PAIRS, !headers.pairs.is_empty()),
    ];
    let set = is_set.into_iter().filter(|(_, is_set)| *is_set);
    set.fold(0, |mask, (bit, _)| mask | bit)
}

/// Reads the entries of a frame with so many packets.
pub(super) fn read_dictionary(
    from: &mut Decoder<'_>,
    packets: u32,
) -> Result<Vec<Common>, DecodeError> {
    let at = from.position();
    let count = from.u64()?;
    if count > u64::from(packets) {
        return Err(Fault::Count.at(at));
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(read_common(from)?);
    }
    Ok(entries)
}

fn read_common(from: &mut Decoder<'_>) -> Result<Common, DecodeError> {
    let at = from.position();
    let mask = from.u8()?;
    if mask > (CONTENT_TYPE | CONVERSATION | CORRELATION | TRACE) {
        return Err(Fault::Kind.at(at));
    }
    let mut text = |bit| read_text(from, mask & bit != 0);
    Ok(Common {
        content_type: text(CONTENT_TYPE)?,
        conversation: text(CONVERSATION)?,
        correlation: text(CORRELATION)?,
        trace: text(TRACE)?,
    })
}

fn read_text(from: &mut Decoder<'_>, is_set: bool) -> Result<Option<Text>, DecodeError> {
    if !is_set {
        return Ok(None);
    }
    Ok(Some(Text::from(from.str()?)))
}

/// Reads the headers of one packet.
pub(super) fn read_headers(
    from: &mut Decoder<'_>,
    dictionary: &[Common],
) -> Result<Headers, DecodeError> {
    let at = from.position();
    let place = usize::try_from(from.u64()?).unwrap_or(usize::MAX);
    let common = dictionary.get(place).ok_or_else(|| Fault::Count.at(at))?;
    let at = from.position();
    let mask = from.u8()?;
    if mask > (ID | CAUSATION | EVENT_TIME | ATTEMPT | PAIRS) {
        return Err(Fault::Kind.at(at));
    }
    Ok(Headers {
        id: read_text(from, mask & ID != 0)?,
        causation: read_text(from, mask & CAUSATION != 0)?,
        event_time_nanos: (mask & EVENT_TIME != 0).then(|| from.i64()).transpose()?,
        attempt: if mask & ATTEMPT == 0 { 0 } else { from.u32()? },
        pairs: if mask & PAIRS == 0 {
            Vec::new()
        } else {
            read_pairs(from)?
        },
        content_type: common.content_type.clone(),
        conversation: common.conversation.clone(),
        correlation: common.correlation.clone(),
        trace: common.trace.clone(),
    })
}

fn read_pairs(from: &mut Decoder<'_>) -> Result<Vec<(Text, Text)>, DecodeError> {
    let at = from.position();
    let count = from.u64()?;
    let left = from.input().len().saturating_sub(from.position());
    // A pair has at least two bytes.
    if count > left as u64 / 2 {
        return Err(Fault::Count.at(at));
    }
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push((Text::from(from.str()?), Text::from(from.str()?)));
    }
    Ok(pairs)
}
