//! Seeing packets: what stands between the tap on a connector and those who want to see.
//!
//! The tap runs on the network's thread, so all it does is to keep a copy in a bounded place. Whoever the packets are for
//! encodes and sends them on its own time. When that place is full, packets pass the tap by as if it were not there until
//! there is room again: they are lost to those who look, which is counted, and the network runs at its full speed.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use millstream_connector::{Tap, TapLook};
use millstream_packet::Packet;
use millstream_protocol::fbp::Port;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::limits::{FEED_BYTES, FEED_PACKETS};

/// An edge of a running graph, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Edge {
    /// As a line of the `.fbp` language: `Hello() OUT -> IN World()`.
    pub(crate) id: String,
    /// Who writes; none for a value of the graph.
    pub(crate) sources: Vec<Port>,
    /// Who reads.
    pub(crate) target: Port,
    /// The subgraphs that the reader is inside of.
    pub(crate) subgraph: Vec<String>,
}

impl Edge {
    /// An edge between ports of processes of a flat graph, `parent/child` inside of subgraphs.
    pub(crate) fn new(sources: Vec<Port>, target: Port) -> Self {
        let from = match &sources[..] {
            [] => "DATA".to_owned(),
            [source] => format!("{}() {}", source.node, port_text(source)),
            // The packets of several writers come through one pipe; which of them sent one, nobody keeps.
            [..] => "MERGED".to_owned(),
        };
        let id = format!("{from} -> {} {}()", port_text(&target), target.node);
        let mut path: Vec<String> = target.node.split('/').map(str::to_owned).collect();
        path.pop();
        Self {
            id,
            sources,
            target,
            subgraph: path,
        }
    }

    /// The one who writes, if there is one.
    pub(crate) fn source(&self) -> Option<&Port> {
        match &self.sources[..] {
            [source] => Some(source),
            _ => None,
        }
    }

    /// Whether this is the edge between these ports.
    pub(crate) fn is_between(&self, source: Option<&Port>, target: &Port) -> bool {
        let same = |a: &Port, b: &Port| {
            let index = |port: &Port| port.index.as_ref().and_then(|index| index.number());
            a.node == b.node && a.port == b.port && index(a) == index(b)
        };
        same(&self.target, target)
            && match source {
                None => self.sources.is_empty(),
                Some(source) => self.sources.iter().any(|known| same(known, source)),
            }
    }
}

/// A port in capitals, as clients look for it in the id of an edge.
fn port_text(port: &Port) -> String {
    let name = port.port.to_uppercase();
    match port.index.as_ref().and_then(|index| index.number()) {
        Some(index) => format!("{name}[{index}]"),
        None => name,
    }
}

/// Somebody who wants to see packets.
pub(crate) trait Watch: Send + Sync + fmt::Debug {
    /// A packet is on its way, after so many that passed unseen. Called on the network's thread: it must not wait.
    fn see(&self, edge: &Arc<Edge>, unseen: u64, packet: &Packet) -> TapLook;
}

/// The tap on a connector: shows its packets to all who want to see them.
#[derive(Debug)]
pub(crate) struct Fan {
    edge: Arc<Edge>,
    watchers: Mutex<Vec<Arc<dyn Watch>>>,
    /// The last packet that was seen; 0 before the first.
    last: AtomicU64,
}

impl Fan {
    pub(crate) fn new(edge: Arc<Edge>) -> Self {
        Self {
            edge,
            watchers: Mutex::default(),
            last: AtomicU64::new(0),
        }
    }

    /// Adds somebody, once.
    pub(crate) fn add(&self, watcher: &Arc<dyn Watch>) {
        let mut watchers = self.watchers.lock();
        if watchers.iter().all(|known| !Arc::ptr_eq(known, watcher)) {
            watchers.push(Arc::clone(watcher));
        }
    }

    /// Removes somebody; true when nobody is left.
    pub(crate) fn remove(&self, watcher: &Arc<dyn Watch>) -> bool {
        let mut watchers = self.watchers.lock();
        watchers.retain(|known| !Arc::ptr_eq(known, watcher));
        watchers.is_empty()
    }
}

impl Tap for Fan {
    fn see(&self, number: u64, packet: &Packet) -> TapLook {
        let last = self.last.swap(number, Relaxed);
        let unseen = if last == 0 { 0 } else { number - last - 1 };
        let watchers = self.watchers.lock();
        let looks = watchers
            .iter()
            .map(|watcher| watcher.see(&self.edge, unseen, packet));
        looks.fold(TapLook::Enough, sooner)
    }
}

/// What both want to see.
fn sooner(one: TapLook, other: TapLook) -> TapLook {
    match (one, other) {
        (TapLook::Enough, look) | (look, TapLook::Enough) => look,
        (TapLook::After(one), TapLook::After(other)) => TapLook::After(one.min(other)),
        (TapLook::Next, _) | (_, TapLook::Next) => TapLook::Next,
    }
}

/// Packets of a graph's edges on their way to one client.
#[derive(Debug)]
pub(crate) struct Feed {
    waiting: Mutex<Waiting>,
    /// Packets that found no room.
    lost: AtomicU64,
    /// Wakes the client's task.
    bell: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Waiting {
    packets: VecDeque<(Arc<Edge>, Packet)>,
    bytes: usize,
}

impl Feed {
    pub(crate) fn new(bell: Arc<Notify>) -> Self {
        Self {
            waiting: Mutex::default(),
            lost: AtomicU64::new(0),
            bell,
        }
    }

    /// Takes up to `most` packets in the order in which they passed.
    pub(crate) fn take(&self, most: usize) -> Vec<(Arc<Edge>, Packet)> {
        let mut waiting = self.waiting.lock();
        let count = waiting.packets.len().min(most);
        let taken: Vec<_> = waiting.packets.drain(..count).collect();
        let freed: usize = taken.iter().map(|(_, packet)| packet.size_bytes()).sum();
        waiting.bytes = waiting.bytes.saturating_sub(freed);
        taken
    }

    /// Whether packets wait.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.lock().packets.is_empty()
    }

    /// How many packets were lost since the last call.
    pub(crate) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Relaxed)
    }
}

impl Watch for Feed {
    fn see(&self, edge: &Arc<Edge>, unseen: u64, packet: &Packet) -> TapLook {
        let mut waiting = self.waiting.lock();
        let bytes = packet.size_bytes();
        if waiting.packets.len() >= FEED_PACKETS || waiting.bytes + bytes > FEED_BYTES {
            self.lost.fetch_add(unseen + 1, Relaxed);
            // The client's task takes what is there, and then asks for more.
            return TapLook::Enough;
        }
        self.lost.fetch_add(unseen, Relaxed);
        waiting.bytes += bytes;
        waiting
            .packets
            .push_back((Arc::clone(edge), packet.clone()));
        if waiting.packets.len() == 1 {
            self.bell.notify_one();
        }
        TapLook::Next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(node: &str, port: &str) -> Port {
        Port {
            node: node.to_owned(),
            port: port.to_owned(),
            index: None,
        }
    }

    #[test]
    fn edges_are_named_as_clients_expect() {
        let id = |sources: Vec<Port>, target| Edge::new(sources, target).id;
        assert_eq!(id(vec![], port("Hello", "in")), "DATA -> IN Hello()");
        let hello = port("Hello", "out");
        let world = Port {
            index: Some(millstream_protocol::fbp::Index::Number(2)),
            ..port("World", "in")
        };
        assert_eq!(id(vec![hello], world), "Hello() OUT -> IN[2] World()");
        let inner = Edge::new(vec![port("sub/a", "out")], port("sub/b", "in"));
        assert_eq!(inner.subgraph, ["sub"]);
    }

    #[test]
    fn edges_are_found_by_their_ends() {
        let edge = Edge::new(vec![port("a", "out"), port("b", "out")], port("c", "in"));
        assert!(edge.is_between(Some(&port("b", "out")), &port("c", "in")));
        assert!(!edge.is_between(Some(&port("c", "out")), &port("c", "in")));
        assert!(!edge.is_between(None, &port("c", "in")));
        assert!(edge.source().is_none());
    }

    #[test]
    fn feed_that_nobody_takes_from_is_bounded_and_counts_what_it_loses() {
        let feed = Feed::new(Arc::new(Notify::new()));
        let edge = Arc::new(Edge::new(vec![], port("a", "in")));
        let sent = FEED_PACKETS + 10;
        for number in 0..sent {
            feed.see(&edge, 0, &Packet::data(i64::try_from(number).unwrap()));
        }
        assert_eq!(feed.take_lost(), 10);
        let taken = feed.take(usize::MAX);
        assert_eq!(taken.len(), FEED_PACKETS);
        assert_eq!(taken[0].1, Packet::data(0));
        feed.see(&edge, 0, &Packet::data("there is room again"));
        assert_eq!(feed.take(1).len(), 1);
        assert_eq!(feed.take_lost(), 0);
    }

    #[test]
    fn the_most_curious_watcher_decides() {
        use TapLook::{After, Enough, Next};
        let cases = [
            (Enough, Enough, Enough),
            (After(3), Enough, After(3)),
            (After(3), After(2), After(2)),
            (Next, After(2), Next),
            (Enough, Next, Next),
        ];
        for (one, other, wanted) in cases {
            assert_eq!(sooner(one, other), wanted);
            assert_eq!(sooner(other, one), wanted);
        }
    }

    #[test]
    fn packets_that_passed_unseen_are_counted_as_lost() {
        let edge = Arc::new(Edge::new(vec![], port("a", "in")));
        let fan = Fan::new(Arc::clone(&edge));
        let feed = Arc::new(Feed::new(Arc::new(Notify::new())));
        fan.add(&(Arc::clone(&feed) as Arc<dyn Watch>));
        for number in [5, 6, 10] {
            assert_eq!(fan.see(number, &Packet::data(1)), TapLook::Next);
        }
        assert_eq!((feed.take(9).len(), feed.take_lost()), (3, 3));
    }

    #[test]
    fn feed_holds_on_to_few_bytes() {
        let feed = Feed::new(Arc::new(Notify::new()));
        let edge = Arc::new(Edge::new(vec![], port("a", "in")));
        let large = "x".repeat(FEED_BYTES / 4);
        for _ in 0..10 {
            feed.see(&edge, 0, &Packet::data(large.as_str()));
        }
        assert_eq!(feed.take(usize::MAX).len(), 3);
        assert_eq!(feed.take_lost(), 7);
        feed.see(&edge, 0, &Packet::data(large.as_str()));
        assert!(!feed.is_empty(), "what was taken made room");
    }
}
