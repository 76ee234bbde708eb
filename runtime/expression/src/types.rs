//! Sets of kinds, and types: what is known of a value before there is one.

use std::fmt;
use std::sync::Arc;

use millstream_packet::{Kind, PortType, Shape, Text, View};

/// A set of kinds of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

/// What is known of a value before there is one: which kinds it may be, the fields of a record, the elements of a list.
#[derive(Debug, Clone)]
pub struct Type {
    pub(crate) kinds: Kinds,
    inner: Option<Arc<Inner>>,
}

#[derive(Debug)]
enum Inner {
    /// All fields of a record. Only when it can be nothing but a record or null.
    Fields(Vec<(Text, Type)>),
    /// The elements of a list. Only when it can be nothing but a list or null.
    Elements(Type),
}

const ALL: [Kind; 9] = [
    Kind::Null,
    Kind::Bool,
    Kind::Int,
    Kind::Float,
    Kind::Text,
    Kind::Bytes,
    Kind::List,
    Kind::Record,
    Kind::Opaque,
];

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ANY: Self = Self(0x1FF);
    pub(crate) const NULL: Self = Self::of(Kind::Null);
    pub(crate) const BOOL: Self = Self::of(Kind::Bool);
    pub(crate) const INT: Self = Self::of(Kind::Int);
    pub(crate) const FLOAT: Self = Self::of(Kind::Float);
    pub(crate) const NUMBER: Self = Self::INT.or(Self::FLOAT);
    pub(crate) const TEXT: Self = Self::of(Kind::Text);
    pub(crate) const BYTES: Self = Self::of(Kind::Bytes);
    pub(crate) const LIST: Self = Self::of(Kind::List);
    pub(crate) const RECORD: Self = Self::of(Kind::Record);
    /// A point in time: an int of milliseconds, or text.
    pub(crate) const TIME: Self = Self::INT.or(Self::TEXT);

    pub(crate) const fn of(kind: Kind) -> Self {
        Self(1 << kind as u16)
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    #[inline]
    pub(crate) const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// For people: `a number`, `text or a list`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ANY {
            return f.write_str("any value");
        }
        let mut words: Vec<&str> = Vec::new();
        if Self::NUMBER.is_within(*self) {
            words.push("a number");
        }
        let rest = if words.is_empty() {
            *self
        } else {
            self.without(Self::NUMBER)
        };
        words.extend(ALL.into_iter().filter(|kind| rest.has(*kind)).map(word));
        match words.split_last() {
            None => f.write_str("nothing"),
            Some((last, [])) => f.write_str(last),
            Some((last, others)) => write!(f, "{} or {last}", others.join(", ")),
        }
    }
}

/// A kind in a sentence: `int`, `a list`.
pub(crate) const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "a bool",
        Kind::Int => "an int",
        Kind::Float => "a float",
        Kind::List => "a list",
        Kind::Record => "a record",
        Kind::Opaque => "an opaque value",
        Kind::Null | Kind::Text | Kind::Bytes => kind.name(),
    }
}

/// The kind of a value that is only looked at.
pub(crate) const fn kind_of(view: View<'_>) -> Kind {
    match view {
        View::Null => Kind::Null,
        View::Bool(_) => Kind::Bool,
        View::Int(_) => Kind::Int,
        View::Float(_) => Kind::Float,
        View::Text(_) => Kind::Text,
        View::Bytes(_) => Kind::Bytes,
        View::List(_) => Kind::List,
        View::Record(_) => Kind::Record,
        View::Opaque(_) => Kind::Opaque,
    }
}

impl Type {
    /// Nothing is known.
    pub const fn any() -> Self {
        Self::from_kinds(Kinds::ANY)
    }

    /// A value of one kind.
    pub const fn of(kind: Kind) -> Self {
        Self::from_kinds(Kinds::of(kind))
    }

    /// A record with exactly these fields, of which no more is known.
    pub fn record(shape: &Shape) -> Self {
        Self::fields(
            shape
                .names()
                .iter()
                .map(|name| (name.clone(), Self::any()))
                .collect(),
        )
    }

    /// A record with exactly these fields.
    pub fn fields(fields: Vec<(Text, Self)>) -> Self {
        Self {
            kinds: Kinds::RECORD,
            inner: Some(Arc::new(Inner::Fields(fields))),
        }
    }

    /// A list with elements of one type.
    pub fn list(element: Self) -> Self {
        Self {
            kinds: Kinds::LIST,
            inner: Some(Arc::new(Inner::Elements(element))),
        }
    }

    pub(crate) const fn from_kinds(kinds: Kinds) -> Self {
        Self { kinds, inner: None }
    }

    /// The names of a record's fields, if they are known.
    pub(crate) fn names(&self) -> Option<impl Iterator<Item = &str>> {
        match self.inner.as_deref() {
            Some(Inner::Fields(fields)) => Some(fields.iter().map(|(name, _)| name.as_str())),
            _ => None,
        }
    }

    /// The type of a field; nothing if the record is known not to have it.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        match self.inner.as_deref() {
            Some(Inner::Fields(fields)) => {
                let found = fields.iter().find(|(known, _)| known.as_str() == name);
                found.map(|(_, of)| of.clone())
            }
            _ => Some(Self::any()),
        }
    }

    /// The type of a list's elements.
    pub(crate) fn element(&self) -> Self {
        match self.inner.as_deref() {
            Some(Inner::Elements(element)) => element.clone(),
            _ => Self::any(),
        }
    }

    /// What is known of a value that is of this type or of the other.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let kinds = self.kinds.or(other.kinds);
        let inner = match (&self.inner, &other.inner) {
            (Some(inner), None) if other.kinds.is_within(Kinds::NULL) => Some(Arc::clone(inner)),
            (None, Some(inner)) if self.kinds.is_within(Kinds::NULL) => Some(Arc::clone(inner)),
            (Some(a), Some(b)) => match (&**a, &**b) {
                (Inner::Elements(a), Inner::Elements(b)) => {
                    Some(Arc::new(Inner::Elements(a.or(b))))
                }
                _ => None,
            },
            _ => None,
        };
        Self { kinds, inner }
    }

    /// The same, but surely not null.
    pub(crate) fn without_null(&self) -> Self {
        Self {
            kinds: self.kinds.without(Kinds::NULL),
            inner: self.inner.clone(),
        }
    }

    /// The same, or null.
    pub(crate) fn or_null(&self) -> Self {
        Self {
            kinds: self.kinds.or(Kinds::NULL),
            inner: self.inner.clone(),
        }
    }
}

impl From<&PortType> for Type {
    fn from(port: &PortType) -> Self {
        Self::from_kinds(
            port.kinds()
                .fold(Kinds::NONE, |kinds, kind| kinds.or(Kinds::of(kind))),
        )
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kinds.fmt(f)
    }
}
