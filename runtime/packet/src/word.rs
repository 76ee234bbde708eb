//! The words of a value: the only module of this crate with `unsafe` code.
//!
//! A [`Words`] is three `u64`, always written and read as whole words. A packet is moved two or three times within a
//! few nanoseconds, and processors forward a store to a later load only when both have the same width; an ordinary
//! Rust enum with a one-byte tag is up to ten times slower here.
//!
//! # Layout
//!
//! The low byte of word 0 (in memory order) is the kind. Byte 1 holds the length of inline text in its low five bits;
//! its two high bits are free for the packet (see [`BRACKET_MASK`]). Then, by kind:
//!
//! | kind | bytes 2..8 of word 0 | word 1 | word 2 |
//! |---|---|---|---|
//! | null, bool, int, float | 0 | the scalar's bits | 0 |
//! | inline text or bytes | first six bytes | next eight | last eight |
//! | shared text or bytes | length | `Arc<Vec<u8>>` | first byte of the slice |
//! | list, record, opaque | 0 | `Arc` of the content | 0 |
//!
//! # Invariants
//!
//! 1. For a heap kind, word 1 is an address from `Arc::into_raw` of that kind's type with its provenance exposed, and
//!    this `Words` owns one strong count of it.
//! 2. Word 2 of shared text or bytes points into the buffer of that very `Arc`, and the length stays inside it. The
//!    buffer is never written while shared, because nothing hands out `&mut Vec<u8>`.
//! 3. Text kinds hold UTF-8.
//! 4. All types behind the `Arc`s are `Send + Sync`, so `Words`, being plain integers, may be both.
#![expect(
    unsafe_code,
    reason = "packets own heap memory through plain words; invariants above"
)]

use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;

use crate::opaque::Opaque;
use crate::record::Record;
use crate::value::Value;

/// Longest text or byte string that needs no heap memory, in bytes.
pub(crate) const INLINE_MAX: usize = 22;

/// The two bits of word 0 that a packet uses to mark brackets; a value ignores them.
pub(crate) const BRACKET_MASK: u64 = 0xC000_u64.to_le();
const INLINE_LEN_MASK: u8 = 0x1F;

pub(crate) const NULL: u8 = 0;
pub(crate) const BOOL: u8 = 1;
pub(crate) const INT: u8 = 2;
pub(crate) const FLOAT: u8 = 3;
pub(crate) const TEXT_INLINE: u8 = 4;
pub(crate) const BYTES_INLINE: u8 = 5;
/// Kinds from here on own heap memory.
pub(crate) const FIRST_HEAP: u8 = 8;
pub(crate) const TEXT: u8 = 8;
pub(crate) const BYTES: u8 = 9;
pub(crate) const LIST: u8 = 10;
pub(crate) const RECORD: u8 = 11;
pub(crate) const OPAQUE: u8 = 12;

/// Three words that own what they point to.
#[repr(transparent)]
pub(crate) struct Words([u64; 3]);

/// What kinds of byte string there are: the kind to use when inline and when shared.
#[derive(Clone, Copy)]
pub(crate) enum Flavour {
    /// UTF-8.
    Text,
    /// Any bytes.
    Bytes,
}

impl Words {
    #[inline]
    pub(crate) const fn scalar(kind: u8, bits: u64) -> Self {
        Self([(kind as u64).to_le(), bits, 0])
    }

    #[inline]
    pub(crate) fn kind(&self) -> u8 {
        self.0[0].to_le().to_le_bytes()[0]
    }

    #[inline]
    pub(crate) fn bits(&self) -> u64 {
        self.0[1]
    }

    #[inline]
    pub(crate) fn bracket_bits(&self) -> u64 {
        self.0[0] & BRACKET_MASK
    }

    #[inline]
    pub(crate) fn set_bracket_bits(&mut self, bits: u64) {
        self.0[0] = (self.0[0] & !BRACKET_MASK) | (bits & BRACKET_MASK);
    }

    /// Copies at most [`INLINE_MAX`] bytes into the words themselves.
    #[inline]
    pub(crate) fn inline(flavour: Flavour, bytes: &[u8]) -> Option<Self> {
        if bytes.len() > INLINE_MAX {
            return None;
        }
        let mut memory = [0_u8; 24];
        memory[0] = match flavour {
            Flavour::Text => TEXT_INLINE,
            Flavour::Bytes => BYTES_INLINE,
        };
        memory[1] = u8::try_from(bytes.len()).ok()?;
        memory[2..2 + bytes.len()].copy_from_slice(bytes);
        let mut words = [0_u64; 3];
        for (word, part) in words.iter_mut().zip(memory.chunks_exact(8)) {
            *word = u64::from_ne_bytes(part.try_into().ok()?);
        }
        Some(Self(words))
    }

    /// Makes a text or byte string of `bytes`, copying short ones and taking over long ones.
    ///
    /// The caller vouches that `bytes` are UTF-8 when `flavour` is text (invariant 3); [`crate::Text`] does.
    #[inline]
    pub(crate) fn from_vec(flavour: Flavour, bytes: Vec<u8>) -> Self {
        if let Some(words) = Self::inline(flavour, &bytes) {
            return words;
        }
        let (len, data) = (bytes.len(), bytes.as_ptr());
        let owner = Arc::into_raw(Arc::new(bytes));
        Self::shared(flavour, len, owner, data)
    }

    fn shared(flavour: Flavour, len: usize, owner: *const Vec<u8>, data: *const u8) -> Self {
        let kind = match flavour {
            Flavour::Text => TEXT,
            Flavour::Bytes => BYTES,
        };
        let word0 = (u64::from(kind) | ((len as u64) << 16)).to_le();
        Self([
            word0,
            owner.expose_provenance() as u64,
            data.expose_provenance() as u64,
        ])
    }

    pub(crate) fn list(list: Arc<Vec<Value>>) -> Self {
        Self::owner(LIST, Arc::into_raw(list))
    }

    pub(crate) fn record(record: Arc<Record>) -> Self {
        Self::owner(RECORD, Arc::into_raw(record))
    }

    pub(crate) fn opaque(opaque: Arc<Opaque>) -> Self {
        Self::owner(OPAQUE, Arc::into_raw(opaque))
    }

    fn owner<T>(kind: u8, owner: *const T) -> Self {
        Self([u64::from(kind).to_le(), owner.expose_provenance() as u64, 0])
    }

    #[inline]
    fn pointer<T>(&self, word: usize) -> *const T {
        // Addresses fit usize: they came from pointers of this very process.
        #[expect(clippy::cast_possible_truncation, reason = "the word was a usize")]
        ptr::with_exposed_provenance(self.0[word] as usize)
    }

    #[inline]
    fn shared_len(&self) -> usize {
        (self.0[0].to_le() >> 16) as usize
    }

    /// Length of a text or byte string; 0 for other kinds.
    #[inline]
    pub(crate) fn byte_len(&self) -> usize {
        match self.kind() {
            kind if kind < TEXT_INLINE => 0,
            TEXT_INLINE | BYTES_INLINE => usize::from(self.0[0].to_ne_bytes()[1] & INLINE_LEN_MASK),
            TEXT | BYTES => self.shared_len(),
            _ => 0,
        }
    }

    /// The bytes of a text or byte string; empty for other kinds.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self.kind() {
            TEXT_INLINE | BYTES_INLINE => {
                let memory: &[u8] = bytemuck::cast_slice(&self.0);
                let len = usize::from(memory[1] & INLINE_LEN_MASK).min(INLINE_MAX);
                &memory[2..2 + len]
            }
            // SAFETY: invariant 2; the borrow of self keeps the Arc alive.
            TEXT | BYTES => unsafe {
                std::slice::from_raw_parts(self.pointer::<u8>(2), self.shared_len())
            },
            _ => &[],
        }
    }

    /// The text, if this is text.
    #[inline]
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self.kind() {
            // SAFETY: invariant 3.
            TEXT_INLINE | TEXT => Some(unsafe { std::str::from_utf8_unchecked(self.as_bytes()) }),
            _ => None,
        }
    }

    /// A part of this text or byte string that shares its memory; short parts are copied.
    ///
    /// `start..end` must be in bounds and, for text, on character boundaries; callers check.
    #[inline]
    pub(crate) fn slice(&self, flavour: Flavour, start: usize, end: usize) -> Self {
        let part = &self.as_bytes()[start..end];
        if let Some(words) = Self::inline(flavour, part) {
            return words;
        }
        let owner = self.pointer::<Vec<u8>>(1);
        // SAFETY: a part longer than INLINE_MAX exists only in shared kinds, so word 1 is an Arc (invariant 1).
        unsafe { Arc::increment_strong_count(owner) };
        Self::shared(flavour, part.len(), owner, part.as_ptr())
    }

    /// Marks bytes that were checked to be UTF-8 as text.
    pub(crate) fn into_text(self) -> Self {
        let this = ManuallyDrop::new(self);
        let kind = if this.kind() == BYTES {
            TEXT
        } else {
            TEXT_INLINE
        };
        Self::with_kind(&this, kind)
    }

    /// Marks text as bytes.
    pub(crate) fn into_bytes(self) -> Self {
        let this = ManuallyDrop::new(self);
        let kind = if this.kind() == TEXT {
            BYTES
        } else {
            BYTES_INLINE
        };
        Self::with_kind(&this, kind)
    }

    fn with_kind(this: &Self, kind: u8) -> Self {
        let word0 = (this.0[0].to_le() & !0xFF) | u64::from(kind);
        Self([word0.to_le(), this.0[1], this.0[2]])
    }

    #[inline]
    pub(crate) fn as_list(&self) -> Option<&Vec<Value>> {
        // SAFETY: invariant 1; the borrow of self keeps the Arc alive.
        (self.kind() == LIST).then(|| unsafe { &*self.pointer::<Vec<Value>>(1) })
    }

    #[inline]
    pub(crate) fn as_record(&self) -> Option<&Record> {
        // SAFETY: invariant 1; the borrow of self keeps the Arc alive.
        (self.kind() == RECORD).then(|| unsafe { &*self.pointer::<Record>(1) })
    }

    #[inline]
    pub(crate) fn as_opaque(&self) -> Option<&Opaque> {
        // SAFETY: invariant 1; the borrow of self keeps the Arc alive.
        (self.kind() == OPAQUE).then(|| unsafe { &*self.pointer::<Opaque>(1) })
    }

    /// Takes the list out; gives the words back when they are something else.
    pub(crate) fn into_list(self) -> Result<Arc<Vec<Value>>, Self> {
        if self.kind() != LIST {
            return Err(self);
        }
        let this = ManuallyDrop::new(self);
        // SAFETY: invariant 1; the count this owned moves into the Arc.
        Ok(unsafe { Arc::from_raw(this.pointer::<Vec<Value>>(1)) })
    }

    /// Takes the record out; gives the words back when they are something else.
    pub(crate) fn into_record(self) -> Result<Arc<Record>, Self> {
        if self.kind() != RECORD {
            return Err(self);
        }
        let this = ManuallyDrop::new(self);
        // SAFETY: invariant 1; the count this owned moves into the Arc.
        Ok(unsafe { Arc::from_raw(this.pointer::<Record>(1)) })
    }

    /// Gives the plain words and the duty to drop them to the caller.
    #[inline]
    pub(crate) fn into_raw(self) -> [u64; 3] {
        ManuallyDrop::new(self).0
    }

    /// Takes words back from [`Words::into_raw`].
    ///
    /// # Safety
    ///
    /// `words` came from `into_raw`, and no other `Words` was made of them since.
    #[inline]
    pub(crate) unsafe fn from_raw(words: [u64; 3]) -> Self {
        Self(words)
    }

    #[cold]
    #[inline(never)]
    fn drop_heap(&mut self) {
        // SAFETY: invariant 1; each arm takes over the one count that self owns, and self is never used again.
        unsafe {
            match self.kind() {
                TEXT | BYTES => drop(Arc::from_raw(self.pointer::<Vec<u8>>(1))),
                LIST => drop_nested(Arc::into_inner(Arc::from_raw(
                    self.pointer::<Vec<Value>>(1),
                ))),
                RECORD => drop_nested(
                    Arc::into_inner(Arc::from_raw(self.pointer::<Record>(1)))
                        .map(Record::into_values),
                ),
                OPAQUE => drop(Arc::from_raw(self.pointer::<Opaque>(1))),
                _ => {}
            }
        }
    }
}

/// Drops what a list or record held without recursion, so that depth costs no stack.
fn drop_nested(values: Option<Vec<Value>>) {
    let Some(mut pending) = values else { return };
    if !pending.iter().any(Value::has_children) {
        return;
    }
    while let Some(value) = pending.pop() {
        pending.extend(value.into_children());
    }
}

impl Clone for Words {
    #[inline]
    fn clone(&self) -> Self {
        if self.kind() >= FIRST_HEAP {
            // SAFETY: invariant 1; the new Words own the count added here.
            unsafe {
                match self.kind() {
                    TEXT | BYTES => Arc::increment_strong_count(self.pointer::<Vec<u8>>(1)),
                    LIST => Arc::increment_strong_count(self.pointer::<Vec<Value>>(1)),
                    RECORD => Arc::increment_strong_count(self.pointer::<Record>(1)),
                    _ => Arc::increment_strong_count(self.pointer::<Opaque>(1)),
                }
            }
        }
        Self(self.0)
    }
}

impl Drop for Words {
    #[inline]
    fn drop(&mut self) {
        if self.kind() >= FIRST_HEAP {
            self.drop_heap();
        }
    }
}
