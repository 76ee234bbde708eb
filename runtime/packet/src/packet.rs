//! The packet: what moves through connectors.

use std::fmt;
use std::mem::ManuallyDrop;

use crate::headers::Headers;
use crate::value::Value;
use crate::word::{BRACKET_MASK, Tag};

const OPEN: u64 = 0x4000_u64.to_le();
const CLOSE: u64 = 0x8000_u64.to_le();

/// An information packet: data or a bracket, with one owner. Sending moves it.
///
/// Four words; copying is explicit (`clone`) and shares long content.
#[derive(Clone)]
pub struct Packet {
    /// The data, or a bracket's label; the bracket itself is two bits of the value's first word.
    value: Value,
    headers: Carried,
}

/// Headers or none, with a drop that lends no address to a call: whoever holds a packet may then hold it in registers.
#[derive(Clone, PartialEq)]
struct Carried(Option<Box<Headers>>);

impl Drop for Carried {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(headers) = self.0.take() {
            drop_headers(headers);
        }
    }
}

#[cold]
#[inline(never)]
fn drop_headers(headers: Box<Headers>) {
    drop(headers);
}

/// Length of the text or bytes of a packet, to be asked for when the packet has been moved on.
#[derive(Debug, Clone, Copy)]
pub struct PayloadSize(Tag);

impl PayloadSize {
    /// Whether it is 0 because the packet holds something else.
    #[inline(always)]
    pub fn is_nothing(self) -> bool {
        self.0.is_scalar()
    }

    /// In bytes; 0 for other values.
    pub fn bytes(self) -> usize {
        self.0.byte_len()
    }
}

/// A packet as an enum, borrowed from it.
#[derive(Debug, Clone, Copy)]
pub enum PacketView<'a> {
    /// Data.
    Data(&'a Value),
    /// Opens a group, with its label if it has one.
    Open(Option<&'a Value>),
    /// Closes a group, with the label of the group if it has one.
    Close(Option<&'a Value>),
}

impl Packet {
    /// A data packet.
    #[inline(always)]
    pub fn data(value: impl Into<Value>) -> Self {
        let mut value = value.into();
        value.0.set_bracket_bits(0);
        Self {
            value,
            headers: Carried(None),
        }
    }

    /// A bracket that opens a group; a null label is none.
    pub fn open(label: impl Into<Value>) -> Self {
        Self::bracket(label.into(), OPEN)
    }

    /// A bracket that closes a group; a null label is none.
    pub fn close(label: impl Into<Value>) -> Self {
        Self::bracket(label.into(), CLOSE)
    }

    fn bracket(mut value: Value, bits: u64) -> Self {
        value.0.set_bracket_bits(bits);
        Self {
            value,
            headers: Carried(None),
        }
    }

    /// Shows the packet as an enum.
    #[inline]
    pub fn view(&self) -> PacketView<'_> {
        match self.value.0.bracket_bits() {
            0 => PacketView::Data(&self.value),
            OPEN => PacketView::Open(self.label()),
            _ => PacketView::Close(self.label()),
        }
    }

    fn label(&self) -> Option<&Value> {
        (!self.value.is_null()).then_some(&self.value)
    }

    /// Whether this is data, not a bracket.
    #[inline(always)]
    pub fn is_data(&self) -> bool {
        self.value.0.bracket_bits() == 0
    }

    /// Whether this is data without headers: nothing to be looked at on the way.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        // One test for both.
        let headers = self
            .headers
            .0
            .as_deref()
            .map_or(0, |headers| std::ptr::from_ref(headers).addr());
        self.value.0.bracket_bits() | headers as u64 == 0
    }

    /// What the packet does to the number of open groups: 1, -1, or 0 for data.
    #[inline(always)]
    pub fn nesting(&self) -> i8 {
        match self.value.0.bracket_bits() {
            0 => 0,
            OPEN => 1,
            _ => -1,
        }
    }

    /// Whether this opens a group.
    pub fn is_open(&self) -> bool {
        self.value.0.bracket_bits() == OPEN
    }

    /// Whether this closes a group.
    pub fn is_close(&self) -> bool {
        self.value.0.bracket_bits() == CLOSE
    }

    /// The value of a data packet.
    #[inline]
    pub fn value(&self) -> Option<&Value> {
        self.is_data().then_some(&self.value)
    }

    /// Takes the value of a data packet, leaving headers behind.
    ///
    /// # Errors
    ///
    /// Gives a bracket back.
    #[inline(always)]
    pub fn into_value(self) -> Result<Value, Self> {
        if self.is_data() {
            Ok(self.value)
        } else {
            Err(self)
        }
    }

    /// Takes the value of a data packet or the label of a bracket (null if it has none), leaving headers behind.
    #[inline(always)]
    pub fn into_label(self) -> Value {
        let Self {
            mut value,
            headers: _,
        } = self;
        value.0.set_bracket_bits(0);
        value
    }

    /// Runs `f` out of line, for paths that are rarely taken.
    ///
    /// The packet gets there in registers, so that the usual path need not have it in memory for the sake of the other one.
    #[inline(always)]
    pub fn aside<R>(self, f: impl FnOnce(Self) -> R) -> R {
        let Self { value, headers } = self;
        // Whatever is dropped when `f` panics would have to lie in memory.
        let headers = ManuallyDrop::new(headers).0.take();
        value.0.aside(headers, |words, headers| {
            f(Self {
                value: Value(words),
                headers: Carried(headers),
            })
        })
    }

    /// Takes a data packet apart.
    ///
    /// # Errors
    ///
    /// Gives a bracket back.
    #[inline(always)]
    pub fn into_parts(self) -> Result<(Value, Option<Box<Headers>>), Self> {
        if self.is_data() {
            let Self { value, mut headers } = self;
            Ok((value, headers.0.take()))
        } else {
            Err(self)
        }
    }

    /// The headers, if the packet has any.
    #[inline(always)]
    pub fn headers(&self) -> Option<&Headers> {
        self.headers.0.as_deref()
    }

    /// The same packet with these headers.
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers = Carried(Some(Box::new(headers)));
        self
    }

    /// The same packet with these headers or none.
    #[inline]
    pub fn with_boxed_headers(mut self, headers: Option<Box<Headers>>) -> Self {
        self.headers = Carried(headers);
        self
    }

    /// Length of the text or bytes that this packet holds.
    #[inline(always)]
    pub fn payload_size(&self) -> PayloadSize {
        PayloadSize(self.value.0.tag())
    }

    /// Memory that this packet stands for in bytes, as far as known.
    pub fn size_bytes(&self) -> usize {
        self.value.size_bytes() + size_of::<Option<Box<Headers>>>()
    }
}

impl PartialEq for Packet {
    fn eq(&self, other: &Self) -> bool {
        self.value.0.bracket_bits() == other.value.0.bracket_bits()
            && self.value == other.value
            && self.headers == other.headers
    }
}

impl Eq for Packet {}

impl<T: Into<Value>> From<T> for Packet {
    #[inline(always)]
    fn from(value: T) -> Self {
        Self::data(value)
    }
}

impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.view() {
            PacketView::Data(value) => value.fmt(f)?,
            PacketView::Open(label) => write!(f, "OPEN {label:?}")?,
            PacketView::Close(label) => write!(f, "CLOSE {label:?}")?,
        }
        match &self.headers.0 {
            Some(headers) => write!(f, " {headers:?}"),
            None => Ok(()),
        }
    }
}

// The mask and the two marks are one agreement.
const _: () = assert!(OPEN | CLOSE == BRACKET_MASK);
const _: () = assert!(size_of::<Packet>() == 32 && align_of::<Packet>() == 8);
const _: () = assert!(size_of::<Value>() == 24);
