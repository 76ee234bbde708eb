//! Text and byte strings that are cheap to copy and to slice.
//!
//! Up to 22 bytes live in the value itself; longer ones share one buffer, also among their slices.

use std::fmt;
use std::ops::{Deref, Range};

use crate::value::Value;
use crate::word::Flavour;

/// UTF-8 text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Text(Value);

/// A byte string.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Bytes(Value);

/// Bytes that are not UTF-8, given back with the place of the first bad byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid UTF-8 at byte {offset}")]
pub struct NotUtf8 {
    /// Offset of the first byte that does not belong, in bytes.
    pub offset: usize,
    /// The bytes that were to become text.
    pub bytes: Bytes,
}

impl Text {
    /// Takes a value that is text.
    pub(crate) fn from_value(value: Value) -> Result<Self, Value> {
        if value.as_text().is_some() {
            Ok(Self(value))
        } else {
            Err(value)
        }
    }

    /// The text as a value.
    #[inline]
    pub fn into_value(self) -> Value {
        self.0
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        self.0.as_text().unwrap_or_default()
    }

    /// A part of the text that shares its memory; `None` out of bounds or inside a character.
    #[inline]
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        self.as_str().get(range.clone())?;
        Some(Self(Value(self.0.0.slice(
            Flavour::Text,
            range.start,
            range.end,
        ))))
    }

    /// The same memory as bytes.
    pub fn into_bytes(self) -> Bytes {
        Bytes(Value(self.0.0.into_bytes()))
    }
}

impl Bytes {
    /// Takes a value that is bytes.
    pub(crate) fn from_value(value: Value) -> Result<Self, Value> {
        if value.as_bytes().is_some() {
            Ok(Self(value))
        } else {
            Err(value)
        }
    }

    /// The bytes as a value.
    #[inline]
    pub fn into_value(self) -> Value {
        self.0
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        self.0.as_bytes().unwrap_or_default()
    }

    /// A part of the bytes that shares their memory; `None` out of bounds.
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        self.as_slice().get(range.clone())?;
        Some(Self(Value(self.0.0.slice(
            Flavour::Bytes,
            range.start,
            range.end,
        ))))
    }

    /// The same memory as text.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are not UTF-8, with the offset of the first bad byte and the bytes.
    pub fn into_text(self) -> Result<Text, NotUtf8> {
        match std::str::from_utf8(self.as_slice()) {
            Ok(_) => Ok(Text(Value(self.0.0.into_text()))),
            Err(error) => Err(NotUtf8 {
                offset: error.valid_up_to(),
                bytes: self,
            }),
        }
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<&str> for Text {
    #[inline]
    fn from(text: &str) -> Self {
        Self(Value::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Value::from(text))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Value::from(bytes))
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(Value::from(bytes))
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
