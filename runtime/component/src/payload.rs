//! What typed ports carry.

use std::fmt;

use millstream_packet::{Bytes, Kind, Packet, PortType, Record, Text, Value};

/// A Rust type that a data packet can be taken as.
pub trait Payload: Sized + Send + 'static {
    /// The port type that it stands for.
    const TYPE: PortType;

    /// Whether a data packet can be taken as this type.
    fn fits(packet: &Packet) -> bool;

    /// Takes a data packet that fits; what it makes of any other means nothing.
    ///
    /// Together with [`Payload::fits`] this hands a packet on without wrapping it in a result, which would have to lie in
    /// memory.
    fn from_fitting(packet: Packet) -> Self;

    /// Takes a data packet as this type.
    ///
    /// # Errors
    ///
    /// Gives the packet back when it holds something else.
    fn from_packet(packet: Packet) -> Result<Self, WrongType> {
        if Self::fits(&packet) {
            Ok(Self::from_fitting(packet))
        } else {
            Err(WrongType {
                expected: Self::TYPE,
                packet,
            })
        }
    }

    /// Makes a data packet of it.
    fn into_packet(self) -> Packet;
}

/// A packet that is not what a port takes.
#[derive(Debug)]
pub struct WrongType {
    /// What the port takes.
    pub expected: PortType,
    /// The packet.
    pub packet: Packet,
}

impl fmt::Display for WrongType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.packet.value().map_or(Kind::Null, Value::kind);
        write!(
            f,
            "the packet is {kind}, but the port takes {}",
            self.expected
        )
    }
}

/// The packet itself, with its headers.
impl Payload for Packet {
    const TYPE: PortType = PortType::ANY;

    #[inline(always)]
    fn fits(_packet: &Packet) -> bool {
        true
    }

    #[inline(always)]
    fn from_fitting(packet: Packet) -> Self {
        packet
    }

    #[inline(always)]
    fn into_packet(self) -> Packet {
        self
    }
}

macro_rules! payload {
    ($($(#[$doc:meta])* $type:ty, $port_type:expr, $fits:expr, $convert:expr;)*) => {$(
        $(#[$doc])*
        impl Payload for $type {
            const TYPE: PortType = $port_type;

            #[inline(always)]
            fn fits(packet: &Packet) -> bool {
                let fits: fn(Kind) -> bool = $fits;
                packet.value().is_some_and(|value| fits(value.kind()))
            }

            #[inline(always)]
            fn from_fitting(packet: Packet) -> Self {
                let convert: fn(Value) -> Self = $convert;
                convert(packet.into_label())
            }

            #[inline(always)]
            fn into_packet(self) -> Packet {
                Packet::data(self)
            }
        }
    )*};
}

payload! {
    Value, PortType::ANY, |_| true, |value| value;
    Text, PortType::TEXT, |kind| kind == Kind::Text, |value| {
        value.into_text().unwrap_or_else(|_other| Text::from(""))
    };
    Bytes, PortType::BYTES, |kind| kind == Kind::Bytes, |value| {
        value.into_bytes().unwrap_or_else(|_other| Bytes::from(Vec::new()))
    };
    Record, PortType::RECORD, |kind| kind == Kind::Record, |value| {
        value.into_record().unwrap_or_else(|_other| Record::empty())
    };
    bool, PortType::BOOL, |kind| kind == Kind::Bool, |value| value.as_bool().unwrap_or_default();
    i64, PortType::INT, |kind| kind == Kind::Int, |value| value.as_int().unwrap_or_default();
    /// Takes ints too and widens them.
    f64, PortType::FLOAT, |kind| matches!(kind, Kind::Int | Kind::Float), |value| {
        value.as_number().unwrap_or_default()
    };
    Vec<Value>, PortType::LIST, |kind| kind == Kind::List, |value| {
        value.into_list().unwrap_or_default()
    };
}
