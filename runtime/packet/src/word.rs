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
//! Lists and records stand behind `triomphe::Arc`, which knows by a mere look that it is the only owner: records come and go
//! by the million, and each atomic step that is saved is a tenth of what their coming and going takes.
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

use std::hash::Hasher;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;

use triomphe::{Arc as Shared, UniqueArc};

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
pub(crate) struct Words(Plain);

/// The words themselves. Three fields and not an array, so that compilers move each word by itself: a pair of words
/// moved as sixteen bytes right after they were written as eight and eight stalls the processor.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Plain {
    pub(crate) tag: u64,
    pub(crate) first: u64,
    pub(crate) second: u64,
}

// SAFETY: three integers without padding; all bits zero is a value.
unsafe impl bytemuck::Zeroable for Plain {}
// SAFETY: three integers without padding; any bits are a value.
unsafe impl bytemuck::Pod for Plain {}

/// What kinds of byte string there are: the kind to use when inline and when shared.
#[derive(Clone, Copy)]
pub(crate) enum Flavour {
    /// UTF-8.
    Text,
    /// Any bytes.
    Bytes,
}

/// A copy of the first word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag(u64);

impl Tag {
    /// Whether it is that of null, a bool, an int or a float.
    #[inline(always)]
    pub(crate) fn is_scalar(self) -> bool {
        self.0 & 0xFF < u64::from(TEXT_INLINE)
    }

    /// Length of a text or byte string; 0 for other kinds.
    pub(crate) fn byte_len(self) -> usize {
        match (self.0 & 0xFF) as u8 {
            TEXT_INLINE | BYTES_INLINE => (self.0 >> 8) as usize & usize::from(INLINE_LEN_MASK),
            TEXT | BYTES => (self.0 >> 16) as usize,
            _ => 0,
        }
    }
}

impl Words {
    #[inline(always)]
    pub(crate) const fn scalar(kind: u8, bits: u64) -> Self {
        Self(Plain {
            tag: (kind as u64).to_le(),
            first: bits,
            second: 0,
        })
    }

    #[inline(always)]
    pub(crate) fn kind(&self) -> u8 {
        (self.0.tag.to_le() & 0xFF) as u8
    }

    #[inline(always)]
    pub(crate) fn bits(&self) -> u64 {
        self.0.first
    }

    #[inline(always)]
    pub(crate) fn bracket_bits(&self) -> u64 {
        self.0.tag & BRACKET_MASK
    }

    #[inline(always)]
    pub(crate) fn set_bracket_bits(&mut self, bits: u64) {
        self.0.tag = (self.0.tag & !BRACKET_MASK) | (bits & BRACKET_MASK);
    }

    /// Runs `f` out of line with these words and `more`, which get there in registers.
    #[inline(always)]
    pub(crate) fn aside<T, R>(self, more: T, f: impl FnOnce(Self, T) -> R) -> R {
        #[cold]
        #[inline(never)]
        fn out_of_line<T, R>(
            tag: u64,
            first: u64,
            second: u64,
            more: T,
            f: impl FnOnce(Words, T) -> R,
        ) -> R {
            f(Words(Plain { tag, first, second }), more)
        }
        let Plain { tag, first, second } = ManuallyDrop::new(self).0;
        out_of_line(tag, first, second, more, f)
    }

    /// Whether both are the same words. Then they hold the same; else nothing is said unless [`Words::is_told_by_words`].
    #[inline(always)]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        // Word by word: arrays would be compared in memory, right after they were written there.
        let tag = (self.0.tag ^ other.0.tag) & !BRACKET_MASK;
        tag | (self.0.first ^ other.0.first) | (self.0.second ^ other.0.second) == 0
    }

    /// Whether the words alone say what is held: other words then hold something else. Floats are left out, for two zeros
    /// are equal.
    #[inline(always)]
    pub(crate) fn is_told_by_words(&self) -> bool {
        let kind = self.kind();
        kind < FIRST_HEAP && kind != FLOAT
    }

    /// Hashes the words, for what is told by them.
    #[inline(always)]
    pub(crate) fn hash_words<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.tag & !BRACKET_MASK);
        state.write_u64(self.0.first);
        // Scalars have nothing there.
        if self.kind() >= TEXT_INLINE {
            state.write_u64(self.0.second);
        }
    }

    /// Copies at most [`INLINE_MAX`] bytes into the words themselves.
    #[inline(always)]
    pub(crate) fn inline(flavour: Flavour, bytes: &[u8]) -> Option<Self> {
        if bytes.len() > INLINE_MAX {
            return None;
        }
        let kind = match flavour {
            Flavour::Text => TEXT_INLINE,
            Flavour::Bytes => BYTES_INLINE,
        };
        let [head, middle, tail] = inline_words(bytes);
        let tag = u64::from(kind) | ((bytes.len() as u64) << 8) | (head << 16);
        Some(Self(Plain {
            tag: tag.to_le(),
            first: middle.to_le(),
            second: tail.to_le(),
        }))
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
        Self(Plain {
            tag: word0,
            first: owner.expose_provenance() as u64,
            second: data.expose_provenance() as u64,
        })
    }

    pub(crate) fn list(list: Shared<Vec<Value>>) -> Self {
        Self::owner(LIST, Shared::into_raw(list))
    }

    #[inline]
    pub(crate) fn record(record: Shared<Record>) -> Self {
        Self::owner(RECORD, Shared::into_raw(record))
    }

    pub(crate) fn opaque(opaque: Arc<Opaque>) -> Self {
        Self::owner(OPAQUE, Arc::into_raw(opaque))
    }

    #[inline]
    fn owner<T>(kind: u8, owner: *const T) -> Self {
        let first = owner.expose_provenance() as u64;
        Self(Plain {
            tag: u64::from(kind).to_le(),
            first,
            second: 0,
        })
    }

    /// What the first word points to, for heap kinds.
    #[inline]
    fn owner_pointer<T>(&self) -> *const T {
        pointer(self.0.first)
    }

    #[inline]
    fn shared_len(&self) -> usize {
        (self.0.tag.to_le() >> 16) as usize
    }

    /// The first word, which knows the kind and the length of text and bytes.
    #[inline(always)]
    pub(crate) fn tag(&self) -> Tag {
        Tag(self.0.tag.to_le())
    }

    /// The bytes of a text or byte string; empty for other kinds.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self.kind() {
            TEXT_INLINE | BYTES_INLINE => {
                let memory: &[u8] = bytemuck::bytes_of(&self.0);
                let len = usize::from(memory[1] & INLINE_LEN_MASK).min(INLINE_MAX);
                &memory[2..2 + len]
            }
            // SAFETY: invariant 2; the borrow of self keeps the Arc alive.
            TEXT | BYTES => unsafe {
                std::slice::from_raw_parts(pointer::<u8>(self.0.second), self.shared_len())
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
        let owner = self.owner_pointer::<Vec<u8>>();
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
        let tag = (this.0.tag.to_le() & !0xFF) | u64::from(kind);
        Self(Plain {
            tag: tag.to_le(),
            ..this.0
        })
    }

    #[inline]
    pub(crate) fn as_list(&self) -> Option<&Vec<Value>> {
        // SAFETY: invariant 1; the borrow of self keeps the Arc alive.
        (self.kind() == LIST).then(|| unsafe { &*self.owner_pointer::<Vec<Value>>() })
    }

    #[inline]
    pub(crate) fn as_record(&self) -> Option<&Record> {
        // SAFETY: invariant 1; the borrow of self keeps the Arc alive.
        (self.kind() == RECORD).then(|| unsafe { &*self.owner_pointer::<Record>() })
    }

    #[inline]
    pub(crate) fn as_opaque(&self) -> Option<&Opaque> {
        // SAFETY: invariant 1; the borrow of self keeps the Arc alive.
        (self.kind() == OPAQUE).then(|| unsafe { &*self.owner_pointer::<Opaque>() })
    }

    /// Takes the list out; gives the words back when they are something else.
    pub(crate) fn into_list(self) -> Result<Shared<Vec<Value>>, Self> {
        if self.kind() != LIST {
            return Err(self);
        }
        let this = ManuallyDrop::new(self);
        // SAFETY: invariant 1; the count this owned moves into the Arc.
        Ok(unsafe { Shared::from_raw(this.owner_pointer::<Vec<Value>>()) })
    }

    /// Takes the record out; gives the words back when they are something else.
    pub(crate) fn into_record(self) -> Result<Shared<Record>, Self> {
        if self.kind() != RECORD {
            return Err(self);
        }
        let this = ManuallyDrop::new(self);
        // SAFETY: invariant 1; the count this owned moves into the Arc.
        Ok(unsafe { Shared::from_raw(this.owner_pointer::<Record>()) })
    }
}

/// Drops what words of a heap kind own.
///
/// Takes plain words and not `&mut Words`, because a reference would force every packet that may be dropped here into
/// memory, also on the way where nothing is dropped.
///
/// # Safety
///
/// `words` are those of a `Words` that is never used again.
#[cold]
#[inline(never)]
unsafe fn drop_heap(words: Plain) {
    let words = ManuallyDrop::new(Words(words));
    // SAFETY: invariant 1; each arm takes over the one count that the words own.
    unsafe {
        match words.kind() {
            TEXT | BYTES => drop(Arc::from_raw(words.owner_pointer::<Vec<u8>>())),
            LIST => drop_nested(last(Shared::from_raw(words.owner_pointer::<Vec<Value>>()))),
            RECORD => drop_nested(
                last(Shared::from_raw(words.owner_pointer::<Record>())).map(Record::into_values),
            ),
            OPAQUE => drop(Arc::from_raw(words.owner_pointer::<Opaque>())),
            _ => {}
        }
    }
}

/// The content, if this was its last owner. Of owners that let go at once exactly one gets it.
#[inline]
pub(crate) fn last<T>(shared: Shared<T>) -> Option<T> {
    match Shared::try_unique(shared) {
        Ok(only) => Some(UniqueArc::into_inner(only)),
        Err(shared) => Shared::into_unique(shared).map(UniqueArc::into_inner),
    }
}

/// Counts one more owner of what this points to.
///
/// # Safety
///
/// The address is from `Shared::into_raw`, with its provenance exposed, and has an owner now.
unsafe fn add_owner<T>(content: *const T) {
    // SAFETY: as the caller says; the count that this stands for is not taken over.
    let shared = ManuallyDrop::new(unsafe { Shared::from_raw(content) });
    let _counted = ManuallyDrop::new(Shared::clone(&shared));
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

#[inline]
fn pointer<T>(word: u64) -> *const T {
    // Addresses fit usize: they came from pointers of this very process.
    #[expect(clippy::cast_possible_truncation, reason = "the word was a usize")]
    ptr::with_exposed_provenance(word as usize)
}

/// The content of an inline string as it lies in the words, in little-endian order: six bytes, eight, eight.
///
/// Read in pieces that may overlap, and put together by shifting: bytes that are first copied one by one and then loaded
/// as a word stall the processor, because the word is still on its way to the cache.
#[inline(always)]
fn inline_words(bytes: &[u8]) -> [u64; 3] {
    const SIX_BYTES: u64 = (1 << 48) - 1;
    let len = bytes.len();
    if let (Some(head), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (head, last) = (u64::from_le_bytes(*head), u64::from_le_bytes(*last));
        let Some(middle) = bytes.get(6..).and_then(<[u8]>::first_chunk) else {
            // Eight to thirteen bytes.
            return [head & SIX_BYTES, last >> (8 * (14 - len)), 0];
        };
        // The last eight bytes hold the tail from byte 14 on and, below it, bytes that are already in place.
        let tail = if len > 14 {
            last >> (8 * (INLINE_MAX - len))
        } else {
            0
        };
        return [head & SIX_BYTES, u64::from_le_bytes(*middle), tail];
    }
    let all = match (bytes.first_chunk(), bytes.last_chunk(), bytes) {
        (Some(head), Some(last), _) => {
            let (head, last) = (u32::from_le_bytes(*head), u32::from_le_bytes(*last));
            u64::from(head) | (u64::from(last) << (8 * (len - 4)))
        }
        (_, _, &[]) => 0,
        // One to three bytes: some of these are the same one.
        (_, _, bytes) => {
            let byte = |at: usize| u64::from(bytes[at]) << (8 * at);
            byte(0) | byte(len / 2) | byte(len - 1)
        }
    };
    [all & SIX_BYTES, all >> 48, 0]
}

impl Clone for Words {
    #[inline]
    fn clone(&self) -> Self {
        if self.kind() >= FIRST_HEAP {
            // SAFETY: invariant 1; the new Words own the count added here.
            unsafe {
                match self.kind() {
                    TEXT | BYTES => Arc::increment_strong_count(self.owner_pointer::<Vec<u8>>()),
                    LIST => add_owner(self.owner_pointer::<Vec<Value>>()),
                    RECORD => add_owner(self.owner_pointer::<Record>()),
                    _ => Arc::increment_strong_count(self.owner_pointer::<Opaque>()),
                }
            }
        }
        Self(self.0)
    }
}

impl Drop for Words {
    #[inline(always)]
    fn drop(&mut self) {
        if self.kind() >= FIRST_HEAP {
            // SAFETY: this is the end of self.
            unsafe { drop_heap(self.0) };
        }
    }
}
