//! Recorded packets of a graph, for the FBP protocol's `trace`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use jiff::Timestamp;
use millstream_connector::TapLook;
use millstream_packet::Packet;
use parking_lot::Mutex;
use serde_json::{Value as Json, json};

use crate::fbp::event_of;
use crate::limits::FEED_BYTES;
use crate::watch::{Edge, Watch};

/// The last packets that passed the edges of a graph.
#[derive(Debug)]
pub(crate) struct Trace {
    capacity: usize,
    records: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<(Timestamp, Arc<Edge>, Packet)>,
    bytes: usize,
}

impl Trace {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            records: AtomicBool::new(true),
            kept: Mutex::default(),
        }
    }

    /// Records nothing more; what is recorded stays.
    pub(crate) fn stop(&self) {
        self.records.store(false, Relaxed);
    }

    /// Whether it records.
    pub(crate) fn records(&self) -> bool {
        self.records.load(Relaxed)
    }

    /// Forgets what is recorded.
    pub(crate) fn clear(&self) {
        *self.kept.lock() = Kept::default();
    }

    /// What is recorded, as a flowtrace.
    ///
    /// # Source
    ///
    /// The `flowtrace` format of the flowbased project.
    pub(crate) fn dump(&self, graph: &str, definition: &Json) -> String {
        let kept = self.kept.lock();
        let events: Vec<Json> = kept
            .events
            .iter()
            .filter_map(|(time, edge, packet)| {
                let mut event = serde_json::to_value(event_of(graph, edge, packet)).ok()?;
                event["protocol"] = json!("network");
                event["time"] = json!(time.to_string());
                Some(event)
            })
            .collect();
        json!({
            "header": { "metadata": { "label": graph, "type": "millstream" }, "main": graph, "graphs": { graph: definition } },
            "events": events,
        })
        .to_string()
    }
}

impl Watch for Trace {
    fn see(&self, edge: &Arc<Edge>, _unseen: u64, packet: &Packet) -> TapLook {
        if !self.records() {
            return TapLook::Enough;
        }
        let mut kept = self.kept.lock();
        kept.bytes += packet.size_bytes();
        let event = (Timestamp::now(), Arc::clone(edge), packet.clone());
        kept.events.push_back(event);
        while kept.events.len() > self.capacity || kept.bytes > FEED_BYTES {
            let Some((_, _, packet)) = kept.events.pop_front() else {
                break;
            };
            kept.bytes = kept.bytes.saturating_sub(packet.size_bytes());
        }
        TapLook::Next
    }
}
