//! What a port carries, as far as colour and shape tell.

use millstream_packet::{Kind, PortType};

/// A type family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hue {
    /// Several kinds that do not belong together.
    Any,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// Ints and floats.
    Number,
    /// Bools.
    Bool,
    /// Lists.
    List,
    /// Records.
    Record,
    /// Opaque values.
    Opaque,
}

/// The shape of a port, which says the same again for those who see fewer colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One value.
    Round,
    /// A record.
    Square,
    /// A list.
    Stacked,
    /// Anything.
    Diamond,
}

impl Hue {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Any,
        Self::Text,
        Self::Bytes,
        Self::Number,
        Self::Bool,
        Self::List,
        Self::Record,
        Self::Opaque,
    ];

    /// The family of a type; of several kinds it is any, unless they belong together.
    pub fn of(port_type: &PortType) -> Self {
        let mut hues: Vec<Self> = port_type
            .kinds()
            .filter_map(|kind| match kind {
                Kind::Null => None,
                Kind::Bool => Some(Self::Bool),
                Kind::Int | Kind::Float => Some(Self::Number),
                Kind::Text => Some(Self::Text),
                Kind::Bytes => Some(Self::Bytes),
                Kind::List => Some(Self::List),
                Kind::Record => Some(Self::Record),
                Kind::Opaque => Some(Self::Opaque),
            })
            .collect();
        hues.dedup();
        match hues[..] {
            [hue] => hue,
            [Self::Text, Self::Bytes] => Self::Text,
            _ => Self::Any,
        }
    }

    /// The shape of its ports.
    pub const fn shape(self) -> Shape {
        match self {
            Self::Any => Shape::Diamond,
            Self::List => Shape::Stacked,
            Self::Record => Shape::Square,
            Self::Text | Self::Bytes | Self::Number | Self::Bool | Self::Opaque => Shape::Round,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_hue_and_shape() {
        let case = |text: &str| {
            let hue = Hue::of(&text.parse().unwrap());
            (hue, hue.shape())
        };
        assert_eq!(case("any"), (Hue::Any, Shape::Diamond));
        assert_eq!(case("text"), (Hue::Text, Shape::Round));
        assert_eq!(case("text | bytes"), (Hue::Text, Shape::Round));
        assert_eq!(case("float"), (Hue::Number, Shape::Round));
        assert_eq!(case("null | int"), (Hue::Number, Shape::Round));
        assert_eq!(case("list"), (Hue::List, Shape::Stacked));
        assert_eq!(case("record"), (Hue::Record, Shape::Square));
        assert_eq!(case("int | record"), (Hue::Any, Shape::Diamond));
    }
}
