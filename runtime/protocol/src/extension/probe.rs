//! Probes: the packets that pass a connector.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Wants to see packets of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attach {
    /// The graph.
    pub graph: String,
    /// The connector by name (`a.out->b.in`) or by one end (`b.in`).
    pub connector: String,
    /// Packets that wait to be sent to the client at most; while so many wait, others pass unseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// Of so many packets one is looked at; 1 is all. Others pass as if there were no probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
    /// Most packets per second that are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    /// Longest preview of a packet in bytes of JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_bytes: Option<u32>,
}

/// A probe is attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attached {
    /// Its number, for [`Detach`] and in [`Packets`].
    pub probe: u32,
    /// The graph.
    pub graph: String,
    /// The connector's full name.
    pub connector: String,
}

/// Wants to see them no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Detach {
    /// The number of the probe.
    pub probe: u32,
}

/// Packets that passed a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
pub struct Packets {
    /// The probe.
    pub probe: u32,
    /// The packets, oldest first.
    pub packets: Vec<Packet>,
    /// Packets passed over so far because of `every` and `per_second`.
    pub skipped: u64,
    /// Packets that passed unseen so far because too many waited to be sent.
    pub missed: u64,
}

/// One packet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Packet {
    /// Its number on the connector since the probe was attached, counted from 1.
    pub seq: u64,
    /// When the reader took it, in milliseconds since the start of the network.
    pub at_ms: u64,
    /// What it is.
    pub kind: PacketKind,
    /// Its value or label, if that fits the preview. Fields named like secrets read `(secret)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The beginning of its value as text, if the value does not fit or cannot be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// Groups that are open around it, as far as the probe has seen.
    pub depth: u32,
}

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PacketKind {
    /// Data.
    Data,
    /// An open bracket.
    Open,
    /// A close bracket.
    Close,
}
