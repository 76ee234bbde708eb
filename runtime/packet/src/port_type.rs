//! Types of ports, and which of them fit together.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::value::{Kind, Value};

/// The kinds of value that a port sends or takes.
///
/// A port may take several (`text | bytes`); `any` is all of them. An opaque port may name its Rust type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PortType {
    kinds: u16,
    /// Only with the opaque kind.
    opaque_name: Option<Cow<'static, str>>,
}

/// Whether what one port sends suits what another takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Every value fits.
    Always,
    /// Some values fit; each packet is checked when it arrives.
    Maybe,
    /// No value fits.
    Never,
}

const KINDS: [Kind; 9] = [
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

impl PortType {
    /// Every kind.
    pub const ANY: Self = Self::from_kinds(0x1FF);
    /// Only null.
    pub const NULL: Self = Self::of(Kind::Null);
    /// Bools.
    pub const BOOL: Self = Self::of(Kind::Bool);
    /// Ints.
    pub const INT: Self = Self::of(Kind::Int);
    /// Floats; an int fits too, for it is widened.
    pub const FLOAT: Self = Self::from_kinds(bit(Kind::Int) | bit(Kind::Float));
    /// Text.
    pub const TEXT: Self = Self::of(Kind::Text);
    /// Bytes.
    pub const BYTES: Self = Self::of(Kind::Bytes);
    /// Lists.
    pub const LIST: Self = Self::of(Kind::List);
    /// Records.
    pub const RECORD: Self = Self::of(Kind::Record);

    /// The type with just this kind.
    pub const fn of(kind: Kind) -> Self {
        Self::from_kinds(bit(kind))
    }

    /// Opaque values of one Rust type.
    pub const fn opaque(type_name: &'static str) -> Self {
        Self {
            kinds: bit(Kind::Opaque),
            opaque_name: Some(Cow::Borrowed(type_name)),
        }
    }

    const fn from_kinds(kinds: u16) -> Self {
        Self {
            kinds,
            opaque_name: None,
        }
    }

    /// The type that takes what either takes; the name of an opaque type is not kept.
    pub const fn or(&self, other: &Self) -> Self {
        Self::from_kinds(self.kinds | other.kinds)
    }

    /// Whether every kind is taken.
    pub fn is_any(&self) -> bool {
        self.kinds == Self::ANY.kinds
    }

    /// Whether values of this kind are taken.
    #[inline]
    pub const fn has(&self, kind: Kind) -> bool {
        self.kinds & bit(kind) != 0
    }

    /// Whether nothing but opaque values is taken.
    pub fn is_opaque(&self) -> bool {
        self.kinds == bit(Kind::Opaque)
    }

    /// Whether this value may pass.
    #[inline]
    pub fn accepts(&self, value: &Value) -> bool {
        self.has(value.kind())
    }

    /// The kinds in order.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        KINDS.into_iter().filter(|&kind| self.has(kind))
    }

    /// Whether what a port of this type sends suits a port of type `to`.
    pub fn fits(&self, to: &Self) -> Fit {
        let common = self.kinds & to.kinds;
        if common == 0 {
            return Fit::Never;
        }
        if self.is_opaque() && to.is_opaque() {
            return match (&self.opaque_name, &to.opaque_name) {
                (Some(a), Some(b)) if a != b => Fit::Never,
                (None, Some(_)) => Fit::Maybe,
                _ => Fit::Always,
            };
        }
        if common == self.kinds {
            Fit::Always
        } else {
            Fit::Maybe
        }
    }
}

const fn bit(kind: Kind) -> u16 {
    1 << kind as u16
}

impl fmt::Display for PortType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() {
            return f.write_str("any");
        }
        if *self == Self::FLOAT {
            return f.write_str("float");
        }
        for (at, kind) in self.kinds().enumerate() {
            let bar = if at == 0 { "" } else { " | " };
            write!(f, "{bar}{kind}")?;
        }
        match &self.opaque_name {
            Some(name) => write!(f, "({name})"),
            None => Ok(()),
        }
    }
}

/// Text that names no port type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no port type; use any, null, bool, int, float, text, bytes, list, record, or several with `|`"
)]
pub struct UnknownType(String);

impl FromStr for PortType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        let mut kinds = 0;
        for part in text.split('|').map(str::trim) {
            kinds |= match part {
                "any" => Self::ANY.kinds,
                "float" => Self::FLOAT.kinds,
                _ => KINDS
                    .into_iter()
                    .find(|kind| kind.name() == part)
                    .map(bit)
                    .ok_or_else(|| UnknownType(text.to_owned()))?,
            };
        }
        Ok(Self::from_kinds(kinds))
    }
}
