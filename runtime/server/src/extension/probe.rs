//! Probes: packets of one connector on their way to one client.
//!
//! On the network's thread a probe only keeps copies in a ring of fixed size; the client's task makes them readable.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use millstream_packet::{Packet, PacketView, Value};
use millstream_protocol::extension::{
    self as wire, Attach, Attached, ErrorCode, PacketKind, Packets, Response,
};
use parking_lot::Mutex;
use serde_json::Value as Json;
use tokio::sync::Notify;

use super::steer::live_run;
use super::{not_found, refused};
use crate::convert::json_of;
use crate::limits::{
    FEED_BYTES, PREVIEW_BYTES, PREVIEW_BYTES_MAX, PROBE_PACKETS, PROBE_PACKETS_MAX, PROBES_MAX,
};
use crate::run::{Run, millis};
use crate::session::{Refusal, Session};
use crate::watch::{Edge, Watch};

/// Parts of names of fields whose values are not shown.
const SECRET_NAMES: [&str; 8] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "authorization",
    "credential",
];
/// What is shown in their place.
const REDACTED: &str = "(secret)";

/// A probe that is attached; detached when it is dropped.
#[derive(Debug)]
pub(super) struct Attachment {
    number: u32,
    run: Arc<Run>,
    probe: Arc<Probe>,
}

#[derive(Debug)]
struct Probe {
    every: u64,
    per_second: Option<u32>,
    last: usize,
    preview_bytes: usize,
    /// When it was attached, and how long the network had run then.
    attached: Instant,
    elapsed: Duration,
    ring: Mutex<Ring>,
    bell: Arc<Notify>,
}

/// What a probe has seen.
#[derive(Debug, Default)]
struct Ring {
    packets: VecDeque<Seen>,
    bytes: usize,
    seq: u64,
    depth: u32,
    skipped: u64,
    missed: u64,
    /// What was told of these two.
    told: (u64, u64),
    /// The second at hand, and how many packets were looked at in it.
    second: u64,
    in_second: u32,
}

#[derive(Debug)]
struct Seen {
    seq: u64,
    at: Duration,
    depth: u32,
    packet: Packet,
}

pub(super) fn attach(session: &mut Session, attach: &Attach) -> Result<(), Refusal> {
    if session.desk.probes.len() >= PROBES_MAX {
        let text = format!("a client has at most {PROBES_MAX} probes");
        return Err(refused(ErrorCode::Limit, text));
    }
    let run = live_run(session, &attach.graph)?;
    let connector = run.connector(&attach.connector);
    let connector = connector.ok_or_else(|| not_found("connector", &attach.connector))?;
    let last = attach.last.unwrap_or(PROBE_PACKETS);
    let preview = attach
        .preview_bytes
        .map_or(PREVIEW_BYTES, |bytes| bytes as usize);
    let probe = Arc::new(Probe {
        every: u64::from(attach.every.unwrap_or(1).max(1)),
        per_second: attach.per_second,
        last: last.clamp(1, PROBE_PACKETS_MAX) as usize,
        preview_bytes: preview.min(PREVIEW_BYTES_MAX),
        attached: Instant::now(),
        elapsed: run.network.elapsed(),
        ring: Mutex::default(),
        bell: session.handle.bell(),
    });
    session.desk.next_probe += 1;
    let number = session.desk.next_probe;
    session.reply(Response::Attached(Attached {
        probe: number,
        graph: attach.graph.clone(),
        connector: run.connectors()[connector].full(),
    }));
    run.watch(connector, &(Arc::clone(&probe) as Arc<dyn Watch>));
    let attachment = Attachment { number, run, probe };
    session.desk.probes.insert(number, attachment);
    Ok(())
}

pub(super) fn detach(session: &mut Session, number: u32) -> Result<(), Refusal> {
    let attachment = session.desk.probes.remove(&number);
    attachment.ok_or_else(|| not_found("probe", &number.to_string()))?;
    session.done();
    Ok(())
}

impl Attachment {
    /// Whether packets wait to be sent.
    pub(super) fn has_packets(&self) -> bool {
        !self.probe.ring.lock().packets.is_empty()
    }

    /// What passed since the last call; none if nothing did.
    pub(super) fn take(&self) -> Option<Packets> {
        let mut ring = self.probe.ring.lock();
        let tally = (ring.skipped, ring.missed);
        if ring.packets.is_empty() && ring.told == tally {
            return None;
        }
        ring.told = tally;
        ring.bytes = 0;
        let packets = std::mem::take(&mut ring.packets);
        drop(ring);
        let shown = packets.iter().map(|seen| self.probe.show(seen));
        Some(Packets {
            probe: self.number,
            packets: shown.collect(),
            skipped: tally.0,
            missed: tally.1,
        })
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let probe = Arc::clone(&self.probe) as Arc<dyn Watch>;
        self.run.unwatch(&probe);
    }
}

impl Probe {
    fn show(&self, seen: &Seen) -> wire::Packet {
        let (kind, value) = match seen.packet.view() {
            PacketView::Data(value) => (PacketKind::Data, Some(value)),
            PacketView::Open(label) => (PacketKind::Open, label),
            PacketView::Close(label) => (PacketKind::Close, label),
        };
        let (value, preview) = value.map_or((None, None), |value| self.preview(value));
        wire::Packet {
            seq: seen.seq,
            at_ms: millis(seen.at),
            kind,
            value,
            preview,
            depth: seen.depth,
        }
    }

    /// The value if it is short enough, and else its beginning as text.
    fn preview(&self, value: &Value) -> (Option<Json>, Option<String>) {
        let mut json = json_of(value);
        redact(&mut json);
        let text = json.to_string();
        if text.len() <= self.preview_bytes {
            return (Some(json), None);
        }
        let end = text.floor_char_boundary(self.preview_bytes);
        let beginning = text.get(..end).unwrap_or_default();
        (None, Some(format!("{beginning}…")))
    }
}

impl Watch for Probe {
    fn see(&self, _edge: &Arc<Edge>, packet: &Packet) {
        let mut ring = self.ring.lock();
        ring.seq += 1;
        let depth = ring.depth;
        if packet.is_data() {
            if !ring.seq.is_multiple_of(self.every) {
                ring.skipped += 1;
                return;
            }
        } else if packet.is_open() {
            ring.depth += 1;
        } else {
            ring.depth = depth.saturating_sub(1);
        }
        let at = self.elapsed + self.attached.elapsed();
        if packet.is_data() && ring.is_over(self.per_second, at) {
            ring.skipped += 1;
            return;
        }
        let seen = Seen {
            seq: ring.seq,
            at,
            depth: if packet.is_close() { ring.depth } else { depth },
            packet: packet.clone(),
        };
        if ring.keep(seen, self.last) {
            self.bell.notify_one();
        }
    }
}

impl Ring {
    /// Whether so many were looked at in this second that this is enough.
    fn is_over(&mut self, per_second: Option<u32>, at: Duration) -> bool {
        let Some(most) = per_second else {
            return false;
        };
        if self.second != at.as_secs() {
            (self.second, self.in_second) = (at.as_secs(), 0);
        }
        self.in_second += 1;
        self.in_second > most
    }

    /// Keeps a packet; the oldest go. True when the ring was empty.
    fn keep(&mut self, seen: Seen, last: usize) -> bool {
        let was_empty = self.packets.is_empty();
        self.bytes += seen.packet.size_bytes();
        self.packets.push_back(seen);
        while self.packets.len() > last || (self.bytes > FEED_BYTES && self.packets.len() > 1) {
            if let Some(lost) = self.packets.pop_front() {
                self.bytes = self.bytes.saturating_sub(lost.packet.size_bytes());
                self.missed += 1;
            }
        }
        was_empty
    }
}

/// Hides values of fields that are named like secrets.
fn redact(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                let name = name.to_lowercase();
                if SECRET_NAMES.iter().any(|secret| name.contains(secret)) {
                    *value = Json::String(REDACTED.to_owned());
                } else {
                    redact(value);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn probe(every: u64, per_second: Option<u32>, last: usize) -> Probe {
        Probe {
            every,
            per_second,
            last,
            preview_bytes: 40,
            attached: Instant::now(),
            elapsed: Duration::ZERO,
            ring: Mutex::default(),
            bell: Arc::new(Notify::new()),
        }
    }

    fn see(probe: &Probe, packets: impl IntoIterator<Item = Packet>) {
        let port = millstream_protocol::fbp::Port {
            node: "a".to_owned(),
            port: "in".to_owned(),
            index: None,
        };
        let edge = Arc::new(Edge::new(Vec::new(), port));
        packets
            .into_iter()
            .for_each(|packet| probe.see(&edge, &packet));
    }

    fn numbers(probe: &Probe) -> Vec<u64> {
        let ring = probe.ring.lock();
        ring.packets.iter().map(|seen| seen.seq).collect()
    }

    #[test]
    fn the_last_packets_are_kept_and_the_rest_counted() {
        let probe = probe(1, None, 3);
        see(&probe, (0..10).map(Packet::data));
        assert_eq!(numbers(&probe), [8, 9, 10]);
        assert_eq!(probe.ring.lock().missed, 7);
    }

    #[test]
    fn samples_pass_over_data_and_never_over_brackets() {
        let probe = probe(4, None, 100);
        see(&probe, [Packet::open("g")]);
        see(&probe, (0..10).map(Packet::data));
        see(&probe, [Packet::close("g")]);
        assert_eq!(numbers(&probe), [1, 4, 8, 12]);
        let ring = probe.ring.lock();
        assert_eq!(ring.skipped, 8);
        let depths: Vec<u32> = ring.packets.iter().map(|seen| seen.depth).collect();
        assert_eq!(depths, [0, 1, 1, 0]);
    }

    #[test]
    fn no_more_than_so_many_per_second_are_looked_at() {
        let mut ring = Ring::default();
        let looked =
            |ring: &mut Ring, millis| !ring.is_over(Some(2), Duration::from_millis(millis));
        let first: Vec<bool> = [0, 1, 2, 999].map(|at| looked(&mut ring, at)).to_vec();
        assert_eq!(first, [true, true, false, false]);
        assert!(looked(&mut ring, 1000));
    }

    #[test]
    fn few_large_packets_are_kept() {
        let probe = probe(1, None, 100);
        let large = Packet::data("x".repeat(FEED_BYTES / 2));
        see(&probe, [large.clone(), large.clone(), large]);
        assert_eq!(numbers(&probe), [3]);
    }

    #[test]
    fn secrets_are_not_shown_however_deep() {
        let mut json =
            json!({ "user": "ada", "Password": "x", "list": [{ "accessToken": { "a": 1 } }] });
        redact(&mut json);
        let wanted = json!({ "user": "ada", "Password": "(secret)", "list": [{ "accessToken": "(secret)" }] });
        assert_eq!(json, wanted);
    }

    #[test]
    fn long_values_are_shown_by_their_beginning() {
        let probe = probe(1, None, 1);
        let (value, preview) = probe.preview(&Value::from("ä".repeat(100)));
        assert_eq!(value, None);
        assert!(preview.is_some_and(|text| text.len() < 50 && text.ends_with('…')));
        assert_eq!(probe.preview(&Value::from(7)), (Some(json!(7)), None));
    }
}
