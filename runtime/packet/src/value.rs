//! Values: what a data packet holds.
//!
//! A [`Value`] is opaque and 24 bytes; [`Value::view`] shows it as an enum that one can match. Copies of lists,
//! records and long text share memory.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use triomphe::Arc as Shared;

use crate::opaque::Opaque;
use crate::record::Record;
use crate::text::{Bytes, Text};
use crate::word::{self, Flavour, Words};

/// One value: null, bool, int, float, text, bytes, list, record, or a typed Rust value.
#[derive(Clone)]
#[repr(transparent)]
pub struct Value(pub(crate) Words);

/// A value as an enum, borrowed from it.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A 64-bit signed integer.
    Int(i64),
    /// A 64-bit floating point number.
    Float(f64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Values in order.
    List(&'a [Value]),
    /// Named values in order.
    Record(&'a Record),
    /// A Rust value that only native components of this process understand.
    Opaque(&'a Opaque),
}

/// The kinds of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing.
    Null,
    /// True or false.
    Bool,
    /// A 64-bit signed integer.
    Int,
    /// A 64-bit floating point number.
    Float,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Bytes,
    /// Values in order.
    List,
    /// Named values in order.
    Record,
    /// A typed Rust value.
    Opaque,
}

impl Kind {
    /// The kind's name in messages: lower case, one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::List => "list",
            Self::Record => "record",
            Self::Opaque => "opaque",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Value {
    /// The null value.
    pub const NULL: Self = Self(Words::scalar(word::NULL, 0));

    /// Makes a list.
    pub fn list(values: Vec<Self>) -> Self {
        Self(Words::list(Shared::new(values)))
    }

    /// Wraps a Rust value for components that know its type.
    pub fn opaque<T: std::any::Any + Send + Sync + fmt::Debug>(value: T) -> Self {
        Self(Words::opaque(Arc::new(Opaque::new(value))))
    }

    /// The kind of this value.
    #[inline]
    pub fn kind(&self) -> Kind {
        match self.0.kind() {
            word::NULL => Kind::Null,
            word::BOOL => Kind::Bool,
            word::INT => Kind::Int,
            word::FLOAT => Kind::Float,
            word::TEXT | word::TEXT_INLINE => Kind::Text,
            word::BYTES | word::BYTES_INLINE => Kind::Bytes,
            word::LIST => Kind::List,
            word::RECORD => Kind::Record,
            _ => Kind::Opaque,
        }
    }

    /// Shows the value as an enum.
    #[inline]
    pub fn view(&self) -> View<'_> {
        match self.kind() {
            Kind::Null => View::Null,
            Kind::Bool => View::Bool(self.0.bits() != 0),
            Kind::Int => View::Int(self.0.bits().cast_signed()),
            Kind::Float => View::Float(f64::from_bits(self.0.bits())),
            Kind::Text => View::Text(self.as_text().unwrap_or_default()),
            Kind::Bytes => View::Bytes(self.0.as_bytes()),
            Kind::List => View::List(self.as_list().unwrap_or_default()),
            Kind::Record => self.as_record().map_or(View::Null, View::Record),
            Kind::Opaque => self.0.as_opaque().map_or(View::Null, View::Opaque),
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        self.0.kind() == word::NULL
    }

    /// The bool, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        (self.0.kind() == word::BOOL).then(|| self.0.bits() != 0)
    }

    /// The int, if this is one.
    #[inline(always)]
    pub fn as_int(&self) -> Option<i64> {
        (self.0.kind() == word::INT).then(|| self.0.bits().cast_signed())
    }

    /// The float, if this is one.
    #[inline(always)]
    pub fn as_float(&self) -> Option<f64> {
        (self.0.kind() == word::FLOAT).then(|| f64::from_bits(self.0.bits()))
    }

    /// The number as a float, if this is an int or a float.
    pub fn as_number(&self) -> Option<f64> {
        self.as_float()
            .or_else(|| self.as_int().map(|int| int as f64))
    }

    /// The text, if this is text.
    #[inline]
    pub fn as_text(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// The bytes, if this is bytes (not text).
    #[inline]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        matches!(self.0.kind(), word::BYTES | word::BYTES_INLINE).then(|| self.0.as_bytes())
    }

    /// The elements, if this is a list.
    #[inline]
    pub fn as_list(&self) -> Option<&[Self]> {
        self.0.as_list().map(Vec::as_slice)
    }

    /// The record, if this is one.
    #[inline]
    pub fn as_record(&self) -> Option<&Record> {
        self.0.as_record()
    }

    /// The Rust value, if this is opaque and of that type.
    pub fn as_opaque<T: std::any::Any>(&self) -> Option<&T> {
        self.0.as_opaque()?.downcast_ref()
    }

    /// Takes the elements out; copies them if they are shared.
    ///
    /// # Errors
    ///
    /// Gives the value back when it is not a list.
    pub fn into_list(self) -> Result<Vec<Self>, Self> {
        self.0
            .into_list()
            .map(Shared::unwrap_or_clone)
            .map_err(Self)
    }

    /// Takes the record out; copies it if it is shared.
    ///
    /// # Errors
    ///
    /// Gives the value back when it is not a record.
    pub fn into_record(self) -> Result<Record, Self> {
        self.0
            .into_record()
            .map(Shared::unwrap_or_clone)
            .map_err(Self)
    }

    /// Takes the text out.
    ///
    /// # Errors
    ///
    /// Gives the value back when it is not text.
    pub fn into_text(self) -> Result<Text, Self> {
        Text::from_value(self)
    }

    /// Takes the bytes out.
    ///
    /// # Errors
    ///
    /// Gives the value back when it is not bytes.
    pub fn into_bytes(self) -> Result<Bytes, Self> {
        Bytes::from_value(self)
    }

    /// Memory that this value stands for in bytes, as far as known: its own words and what it points to.
    pub fn size_bytes(&self) -> usize {
        let content = match self.view() {
            View::Text(text) => text.len(),
            View::Bytes(bytes) => bytes.len(),
            View::List(list) => list.iter().map(Self::size_bytes).sum(),
            View::Record(record) => record.values().iter().map(Self::size_bytes).sum(),
            _ => 0,
        };
        size_of::<Self>() + content
    }

    pub(crate) fn has_children(&self) -> bool {
        matches!(self.0.kind(), word::LIST | word::RECORD)
    }

    /// The values inside, if this was their only owner.
    pub(crate) fn into_children(self) -> Vec<Self> {
        match self.0.kind() {
            word::LIST => self.0.into_list().ok().and_then(word::last),
            word::RECORD => self
                .0
                .into_record()
                .ok()
                .and_then(word::last)
                .map(Record::into_values),
            _ => None,
        }
        .unwrap_or_default()
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::NULL
    }
}

impl From<bool> for Value {
    #[inline(always)]
    fn from(value: bool) -> Self {
        Self(Words::scalar(word::BOOL, u64::from(value)))
    }
}

impl From<i64> for Value {
    #[inline(always)]
    fn from(value: i64) -> Self {
        Self(Words::scalar(word::INT, value.cast_unsigned()))
    }
}

impl From<f64> for Value {
    #[inline(always)]
    fn from(value: f64) -> Self {
        Self(Words::scalar(word::FLOAT, value.to_bits()))
    }
}

impl From<&str> for Value {
    #[inline(always)]
    fn from(text: &str) -> Self {
        match Words::inline(Flavour::Text, text.as_bytes()) {
            Some(words) => Self(words),
            None => long_text(text),
        }
    }
}

#[cold]
fn long_text(text: &str) -> Value {
    Value(Words::from_vec(Flavour::Text, text.as_bytes().to_vec()))
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Words::from_vec(Flavour::Text, text.into_bytes()))
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::from(text),
            Cow::Owned(text) => Self::from(text),
        }
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Words::from_vec(Flavour::Bytes, bytes))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }
}

impl From<Vec<Self>> for Value {
    fn from(values: Vec<Self>) -> Self {
        Self::list(values)
    }
}

impl From<Record> for Value {
    #[inline]
    fn from(record: Record) -> Self {
        Self(Words::record(Shared::new(record)))
    }
}

impl From<Text> for Value {
    #[inline]
    fn from(text: Text) -> Self {
        text.into_value()
    }
}

impl From<Bytes> for Value {
    #[inline]
    fn from(bytes: Bytes) -> Self {
        bytes.into_value()
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NULL, Into::into)
    }
}

/// Equal kind and equal content. NaN equals NaN, so that a value always equals its copy.
impl PartialEq for Value {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        if self.0.is_same(&other.0) {
            return true;
        }
        // Text is in the words exactly when it is short, so other kinds of word hold other text.
        self.0.kind() == other.0.kind()
            && !self.0.is_told_by_words()
            && self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A total order: null, bools, numbers by size (an int before the equal float; NaN last), text, bytes, lists,
/// records (by their fields in order), opaque values by address.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.view(), other.view()) {
            (View::Bool(a), View::Bool(b)) => a.cmp(&b),
            (View::Int(a), View::Int(b)) => a.cmp(&b),
            (View::Float(a), View::Float(b)) => compare_floats(a, b),
            (View::Int(a), View::Float(b)) => compare_int_float(a, b),
            (View::Float(a), View::Int(b)) => compare_int_float(b, a).reverse(),
            (View::Text(a), View::Text(b)) => a.cmp(b),
            (View::Bytes(a), View::Bytes(b)) => a.cmp(b),
            (View::List(a), View::List(b)) => a.cmp(b),
            (View::Record(a), View::Record(b)) => a.cmp(b),
            (View::Opaque(a), View::Opaque(b)) => std::ptr::from_ref(a).cmp(&std::ptr::from_ref(b)),
            _ => self.kind().cmp(&other.kind()),
        }
    }
}

fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Exact also beyond 2^53, where an int has no equal float.
fn compare_int_float(int: i64, float: f64) -> Ordering {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float >= LIMIT {
        return Ordering::Less;
    }
    if float < -LIMIT {
        return Ordering::Greater;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "inside the range of i64, checked above"
    )]
    let whole = float.floor() as i64;
    match int.cmp(&whole) {
        // Equal ints and floats stay apart, so that order and equality agree; the int comes first.
        Ordering::Equal => Ordering::Less,
        unequal => unequal,
    }
}

impl Hash for Value {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.0.is_told_by_words() {
            self.0.hash_words(state);
        } else {
            self.hash_content(state);
        }
    }
}

impl Value {
    /// Hashes what the words do not tell.
    fn hash_content<H: Hasher>(&self, state: &mut H) {
        self.kind().hash(state);
        match self.view() {
            View::Null | View::Bool(_) | View::Int(_) => self.0.hash_words(state),
            View::Float(value) => hash_float(value, state),
            View::Text(text) => text.hash(state),
            View::Bytes(bytes) => bytes.hash(state),
            View::List(list) => list.hash(state),
            View::Record(record) => record.hash(state),
            View::Opaque(opaque) => std::ptr::from_ref(opaque).hash(state),
        }
    }
}

/// Equal floats hash alike: both zeros, and every NaN.
fn hash_float<H: Hasher>(value: f64, state: &mut H) {
    let bits = if value.is_nan() {
        f64::NAN.to_bits()
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    };
    bits.hash(state);
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.view() {
            View::Null => f.write_str("null"),
            View::Bool(value) => value.fmt(f),
            View::Int(value) => value.fmt(f),
            View::Float(value) => value.fmt(f),
            View::Text(text) => text.fmt(f),
            View::Bytes(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            View::List(list) => list.fmt(f),
            View::Record(record) => record.fmt(f),
            View::Opaque(opaque) => opaque.fmt(f),
        }
    }
}
