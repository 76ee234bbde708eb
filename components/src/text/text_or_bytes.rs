//! What an in-port takes that is fed by readers of files and by other components alike.

use std::ops::Range;

use millstream_component::Payload;
use millstream_component::prelude::*;
use millstream_packet::PortType;

/// Text, or bytes that may turn out to be text.
#[derive(Debug, Clone)]
pub(crate) enum TextOrBytes {
    /// Text.
    Text(Text),
    /// Bytes, unchecked.
    Bytes(Bytes),
}

impl TextOrBytes {
    /// A part that shares the memory; `None` out of bounds or inside a character.
    pub(crate) fn slice(&self, range: Range<usize>) -> Option<Self> {
        match self {
            Self::Text(text) => text.slice(range).map(Self::Text),
            Self::Bytes(bytes) => bytes.slice(range).map(Self::Bytes),
        }
    }

    /// The content as bytes; shares the memory.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// The content, to look at.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl Payload for TextOrBytes {
    const TYPE: PortType = {
        // Constants of their own, because no destructor may run here.
        const TEXT: &PortType = &PortType::TEXT;
        const BYTES: &PortType = &PortType::BYTES;
        TEXT.or(BYTES)
    };

    #[inline]
    fn fits(packet: &Packet) -> bool {
        let kind = packet.value().map(Value::kind);
        matches!(kind, Some(Kind::Text | Kind::Bytes))
    }

    #[inline]
    fn from_fitting(packet: Packet) -> Self {
        match packet.into_label().into_text() {
            Ok(text) => Self::Text(text),
            Err(other) => Self::Bytes(other.into_bytes().unwrap_or_else(|_| Vec::new().into())),
        }
    }

    #[inline]
    fn into_packet(self) -> Packet {
        match self {
            Self::Text(text) => Packet::data(text),
            Self::Bytes(bytes) => Packet::data(bytes),
        }
    }
}
