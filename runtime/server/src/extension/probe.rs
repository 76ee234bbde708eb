//! Probes: packets of one connector on their way to one client.
//!
//! On the network's thread a probe only keeps copies in a place of fixed size; the client's task makes them readable. A
//! probe whose place is full sees nothing until the client's task has emptied it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use millstream_connector::TapLook;
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
    /// The number of the last packet that is known of.
    seq: u64,
    depth: u32,
    /// Packets that the client was not to see.
    skipped: u64,
    /// Packets that found no room.
    missed: u64,
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
    let probe = Probe::new(attach, run.network.elapsed(), session.handle.bell());
    let probe = Arc::new(probe);
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
        ring.bytes = 0;
        let packets = std::mem::take(&mut ring.packets);
        drop(ring);
        self.run.resume();
        if packets.is_empty() {
            return None;
        }
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
    /// What a client wants, as far as it may have it.
    fn new(attach: &Attach, elapsed: Duration, bell: Arc<Notify>) -> Self {
        let last = attach.last.unwrap_or(PROBE_PACKETS);
        let preview = attach
            .preview_bytes
            .map_or(PREVIEW_BYTES, |bytes| bytes as usize);
        Self {
            every: u64::from(attach.every.unwrap_or(1).max(1)),
            per_second: attach.per_second,
            last: last.clamp(1, PROBE_PACKETS_MAX) as usize,
            preview_bytes: preview.min(PREVIEW_BYTES_MAX),
            attached: Instant::now(),
            elapsed,
            ring: Mutex::default(),
            bell,
        }
    }

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
    fn see(&self, _edge: &Arc<Edge>, unseen: u64, packet: &Packet) -> TapLook {
        let mut ring = self.ring.lock();
        let is_first = ring.seq == 0;
        if !is_first {
            ring.pass(unseen, self.every);
        }
        ring.seq += 1;
        let at = self.elapsed + self.attached.elapsed();
        if !ring.seq.is_multiple_of(self.every) || ring.is_over(self.per_second, at) {
            ring.skipped += 1;
        } else if !ring.keep(packet, at, self.last) {
            ring.missed += 1;
        }
        if ring.packets.len() >= self.last
            || ring.bytes > FEED_BYTES
            || ring.is_full_second(self.per_second)
        {
            self.bell.notify_one();
            return TapLook::Enough;
        }
        if ring.packets.len() == 1 {
            self.bell.notify_one();
        }
        match self.every {
            1 => TapLook::Next,
            every => TapLook::After(every - ring.seq % every),
        }
    }
}

impl Ring {
    /// Packets passed that were not shown: by the sample some of them would have been.
    fn pass(&mut self, unseen: u64, every: u64) {
        let wanted = (self.seq + unseen) / every - self.seq / every;
        self.seq += unseen;
        self.missed += wanted;
        self.skipped += unseen - wanted;
    }

    /// Whether so many were looked at in this second that this is one too many.
    fn is_over(&mut self, per_second: Option<u32>, at: Duration) -> bool {
        if self.second != at.as_secs() {
            (self.second, self.in_second) = (at.as_secs(), 0);
        }
        let is_over = self.is_full_second(per_second);
        self.in_second += 1;
        is_over
    }

    /// Whether no more are to be looked at in this second.
    fn is_full_second(&self, per_second: Option<u32>) -> bool {
        per_second.is_some_and(|most| self.in_second >= most)
    }

    /// Keeps a packet if there is room.
    fn keep(&mut self, packet: &Packet, at: Duration, last: usize) -> bool {
        if self.packets.len() >= last || self.bytes > FEED_BYTES {
            return false;
        }
        self.bytes += packet.size_bytes();
        if packet.is_close() {
            self.depth = self.depth.saturating_sub(1);
        }
        self.packets.push_back(Seen {
            seq: self.seq,
            at,
            depth: self.depth,
            packet: packet.clone(),
        });
        if packet.is_open() {
            self.depth += 1;
        }
        true
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
        let wanted = Attach {
            graph: String::new(),
            connector: String::new(),
            last: u32::try_from(last).ok(),
            every: u32::try_from(every).ok(),
            per_second,
            preview_bytes: Some(40),
        };
        Probe::new(&wanted, Duration::ZERO, Arc::new(Notify::new()))
    }

    #[test]
    fn nobody_gets_more_than_there_is() {
        let most = PROBE_PACKETS_MAX as usize;
        for (last, kept) in [(0, 1), (most, most), (most + 1, most)] {
            assert_eq!(probe(1, None, last).last, kept);
        }
        let preview = |preview_bytes: usize| {
            let wanted = Attach {
                graph: String::new(),
                connector: String::new(),
                last: None,
                every: None,
                per_second: None,
                preview_bytes: u32::try_from(preview_bytes).ok(),
            };
            Probe::new(&wanted, Duration::ZERO, Arc::new(Notify::new())).preview_bytes
        };
        assert_eq!(preview(PREVIEW_BYTES_MAX), PREVIEW_BYTES_MAX);
        assert_eq!(preview(PREVIEW_BYTES_MAX + 1), PREVIEW_BYTES_MAX);
    }

    /// Shows packets as a connector would.
    fn see(probe: &Probe, packets: impl IntoIterator<Item = Packet>) {
        let port = millstream_protocol::fbp::Port {
            node: "a".to_owned(),
            port: "in".to_owned(),
            index: None,
        };
        let edge = Arc::new(Edge::new(Vec::new(), port));
        let (mut unseen, mut pause) = (0, 0);
        for packet in packets {
            if pause > 0 {
                (unseen, pause) = (unseen + 1, pause - 1);
                continue;
            }
            pause = match probe.see(&edge, unseen, &packet) {
                TapLook::Next => 0,
                TapLook::After(packets) => packets - 1,
                TapLook::Enough => u64::MAX,
            };
            unseen = 0;
        }
    }

    fn numbers(probe: &Probe) -> Vec<u64> {
        let ring = probe.ring.lock();
        ring.packets.iter().map(|seen| seen.seq).collect()
    }

    #[test]
    fn full_probe_wants_no_more_until_it_is_emptied_and_counts_what_it_missed() {
        let probe = probe(1, None, 3);
        see(&probe, (0..10).map(Packet::data));
        assert_eq!(numbers(&probe), [1, 2, 3]);
        probe.ring.lock().packets.clear();
        // Seven passed unseen.
        probe.ring.lock().pass(7, 1);
        see(&probe, (10..12).map(Packet::data));
        assert_eq!(numbers(&probe), [11, 12]);
        assert_eq!(probe.ring.lock().missed, 7);
    }

    #[test]
    fn sample_is_exact_however_much_passes_unseen() {
        let probe = probe(4, None, 100);
        see(&probe, (0..30).map(Packet::data));
        assert_eq!(numbers(&probe), [4, 8, 12, 16, 20, 24, 28]);
        let ring = probe.ring.lock();
        assert_eq!((ring.missed, ring.skipped), (0, 28 - 7));
    }

    #[test]
    fn groups_are_counted() {
        let probe = probe(1, None, 100);
        see(
            &probe,
            [
                Packet::open("g"),
                Packet::data(1),
                Packet::close("g"),
                Packet::data(2),
            ],
        );
        let ring = probe.ring.lock();
        let depths: Vec<u32> = ring.packets.iter().map(|seen| seen.depth).collect();
        assert_eq!(depths, [0, 1, 0, 0]);
    }

    #[test]
    fn no_more_than_so_many_per_second_are_looked_at() {
        let mut ring = Ring::default();
        let looked =
            |ring: &mut Ring, millis| !ring.is_over(Some(2), Duration::from_millis(millis));
        let first: Vec<bool> = [0, 1, 2, 999].map(|at| looked(&mut ring, at)).to_vec();
        assert_eq!(first, [true, true, false, false]);
        assert!(ring.is_full_second(Some(2)) && !ring.is_full_second(None));
        assert!(looked(&mut ring, 1000));
    }

    #[test]
    fn few_large_packets_are_kept() {
        let probe = probe(1, None, 100);
        let large = Packet::data("x".repeat(FEED_BYTES / 2));
        see(&probe, [large.clone(), large.clone(), large.clone(), large]);
        assert_eq!(numbers(&probe), [1, 2]);
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
