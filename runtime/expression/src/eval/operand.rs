//! What a part of an expression comes to: borrowed where that is possible.

use millstream_packet::{Kind, Value, View};

/// A value, borrowed or computed.
#[derive(Debug, Clone)]
pub(crate) enum Operand<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A value of the packet, or a literal.
    Borrowed(&'a Value),
    Owned(Value),
}

/// A number, or that something is none. In two registers, unlike an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Int(i64),
    /// Its bits.
    Float(u64),
    None,
}

impl Number {
    #[inline]
    pub(crate) fn of(value: &Value) -> Self {
        match (value.as_int(), value.as_float()) {
            (Some(int), _) => Self::Int(int),
            (_, Some(float)) => Self::Float(float.to_bits()),
            _ => Self::None,
        }
    }
}

impl From<Number> for Operand<'_> {
    #[inline]
    fn from(number: Number) -> Self {
        match number {
            Number::Int(int) => Self::Int(int),
            Number::Float(bits) => Self::Float(f64::from_bits(bits)),
            Number::None => Self::Null,
        }
    }
}

impl Operand<'_> {
    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        match self {
            Self::Null => View::Null,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Float(value) => View::Float(*value),
            Self::Borrowed(value) => value.view(),
            Self::Owned(value) => value.view(),
        }
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
            Self::Borrowed(value) => value.kind(),
            Self::Owned(value) => value.kind(),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    #[inline]
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::NULL,
            Self::Bool(value) => value.into(),
            Self::Int(value) => value.into(),
            Self::Float(value) => value.into(),
            Self::Borrowed(value) => value.clone(),
            Self::Owned(value) => value,
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        self.clone().into_value()
    }

    // For arguments whose kind was checked: what another kind comes to means nothing.

    pub(crate) fn text(&self) -> &str {
        match self.view() {
            View::Text(text) => text,
            _ => "",
        }
    }

    pub(crate) fn int(&self) -> i64 {
        match self.view() {
            View::Int(int) => int,
            _ => 0,
        }
    }

    pub(crate) fn number(&self) -> f64 {
        match self.view() {
            View::Int(int) => int as f64,
            View::Float(float) => float,
            _ => 0.0,
        }
    }

    pub(crate) fn list(&self) -> &[Value] {
        match self.view() {
            View::List(list) => list,
            _ => &[],
        }
    }
}
