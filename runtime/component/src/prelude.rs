//! What a component file imports.

pub use crate::{
    Closed, Config, Context, Example, Failure, In, InArray, Operator, Out, OutArray, Process,
    component, contract,
};
pub use millstream_packet::{Bytes, Kind, Packet, PacketView, Record, Shape, Text, Value, View};
pub use schemars::{self, JsonSchema};
pub use serde::{self, Deserialize};
