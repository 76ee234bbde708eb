//! What typed ports carry.

use std::fmt;

use millstream_packet::{Bytes, Kind, Packet, PortType, Record, Text, Value};

/// A Rust type that a data packet can be taken as.
pub trait Payload: Sized + Send + 'static {
    /// The port type that it stands for.
    const TYPE: PortType;

    /// Takes a data packet as this type.
    ///
    /// # Errors
    ///
    /// Gives the packet back when it holds something else.
    fn from_packet(packet: Packet) -> Result<Self, WrongType>;

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

    #[inline]
    fn from_packet(packet: Packet) -> Result<Self, WrongType> {
        Ok(packet)
    }

    #[inline]
    fn into_packet(self) -> Packet {
        self
    }
}

macro_rules! payload {
    ($($(#[$doc:meta])* $type:ty, $port_type:expr, $convert:expr;)*) => {$(
        $(#[$doc])*
        impl Payload for $type {
            const TYPE: PortType = $port_type;

            #[inline]
            fn from_packet(packet: Packet) -> Result<Self, WrongType> {
                let value = match packet.into_value() {
                    Ok(value) => value,
                    Err(packet) => return Err(WrongType { expected: Self::TYPE, packet }),
                };
                let convert: fn(Value) -> Result<Self, Value> = $convert;
                convert(value).map_err(|value| WrongType {
                    expected: Self::TYPE,
                    packet: Packet::data(value),
                })
            }

            #[inline]
            fn into_packet(self) -> Packet {
                Packet::data(self)
            }
        }
    )*};
}

payload! {
    Value, PortType::ANY, Ok;
    Text, PortType::TEXT, Value::into_text;
    Bytes, PortType::BYTES, Value::into_bytes;
    Record, PortType::RECORD, Value::into_record;
    bool, PortType::BOOL, |value| value.as_bool().ok_or(value);
    i64, PortType::INT, |value| value.as_int().ok_or(value);
    /// Takes ints too and widens them.
    f64, PortType::FLOAT, |value| value.as_number().ok_or(value);
    Vec<Value>, PortType::LIST, Value::into_list;
}
