//! Recordings: the packets of some connectors of a run, with their times, as JSON lines.
//!
//! The first line is the [`Head`], every other one a [`Row`]: a packet at the moment when its reader took it. Rows of one
//! connector stand in the order of the packets; between connectors the order is that of the clock as far as threads agree.
//!
//! ```text
//! {"schema":"millstream.recording/1","graph":"telegram","connectors":["read.out->cut.in"]}
//! {"at_ns":51200,"connector":"read.out->cut.in","kind":"data","value":"ARRIVED SAFELY"}
//! ```
//!
//! Bytes are `{"$bytes":"…"}` in base64, as everywhere. What JSON cannot hold (Rust values that components hand each other,
//! numbers that are not finite) is a row with `lost` in place of `value`, which says why; such a row cannot be replayed.
//!
//! A packet that no reader has taken by the end is in no row, and neither are the insides of subgraphs that run anew for each
//! bracket group: their connectors come and go with the groups.

pub(crate) mod read;
pub(crate) mod record;
mod tap;

use std::borrow::Cow;

use millstream_packet::{Headers, Packet, PacketView, Value};
use serde::{Deserialize, Serialize};

/// What the first line of a recording says it is.
pub(crate) const SCHEMA: &str = "millstream.recording/1";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// [`SCHEMA`].
    pub(crate) schema: String,
    /// The graph that ran.
    pub(crate) graph: String,
    /// The connectors that were recorded, whether packets passed or not.
    pub(crate) connectors: Vec<String>,
}

/// A packet that passed a connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row<'a> {
    /// When the reader took it, in nanoseconds since the start of the network.
    pub(crate) at_ns: u64,
    /// The connector, as in [`Head::connectors`].
    #[serde(borrow)]
    pub(crate) connector: Cow<'a, str>,
    /// What it is.
    pub(crate) kind: RowKind,
    /// The value of data, the label of a bracket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lost: Option<String>,
    /// What it carried beside its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) headers: Option<Headers>,
}

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowKind {
    /// Data.
    Data,
    /// An open bracket.
    Open,
    /// A close bracket.
    Close,
}

impl<'a> Row<'a> {
    /// The row of a packet.
    pub(crate) fn new(at_ns: u64, connector: &'a str, packet: &Packet) -> Self {
        let (kind, value) = match packet.view() {
            PacketView::Data(value) => (RowKind::Data, Some(value.clone())),
            PacketView::Open(label) => (RowKind::Open, label.cloned()),
            PacketView::Close(label) => (RowKind::Close, label.cloned()),
        };
        Self {
            at_ns,
            connector: Cow::Borrowed(connector),
            kind,
            value,
            lost: None,
            headers: packet.headers().cloned(),
        }
    }

    /// The packet of the row.
    ///
    /// # Errors
    ///
    /// Fails when its value could not be recorded; the message says why.
    pub(crate) fn into_packet(self) -> Result<Packet, String> {
        if let Some(lost) = self.lost {
            return Err(format!(
                "a packet of {} was recorded without its value, because {lost}",
                self.connector
            ));
        }
        let value = self.value.unwrap_or_default();
        let packet = match self.kind {
            RowKind::Data => Packet::data(value),
            RowKind::Open => Packet::open(value),
            RowKind::Close => Packet::close(value),
        };
        Ok(match self.headers {
            Some(headers) => packet.with_headers(headers),
            None => packet,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_back_as_they_were() {
        let headers = Headers {
            conversation: Some("c".into()),
            attempt: 2,
            event_time_nanos: Some(-1),
            pairs: vec![("a".into(), "b".into())],
            ..Headers::default()
        };
        let record = Value::from_json(br#"{"b":1,"a":[1.0,null,"x",true]}"#).unwrap();
        let packets = [
            Packet::data(record).with_headers(headers),
            Packet::data(Value::NULL),
            Packet::data(vec![0_u8, 255]),
            Packet::data(i64::MIN),
            Packet::open("group"),
            Packet::close(Value::NULL),
        ];
        for packet in packets {
            let text = serde_json::to_string(&Row::new(7, "a.out->b.in", &packet)).unwrap();
            let row: Row<'_> = serde_json::from_str(&text).unwrap();
            assert_eq!((row.at_ns, &*row.connector), (7, "a.out->b.in"));
            assert_eq!(row.into_packet(), Ok(packet), "{text}");
        }
    }

    #[test]
    fn row_says_no_more_than_it_must() {
        let row = Row::new(1, "a", &Packet::close(Value::NULL));
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(text, r#"{"at_ns":1,"connector":"a","kind":"close"}"#);
    }
}
