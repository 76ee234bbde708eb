//! Which of several lanes a packet goes to.
//!
//! A port that feeds several workers has a lane for each partition. The outermost group is what is kept together: its lane
//! is chosen at its opening bracket and kept to the closing one. With a key, equal keys meet in one lane and stay in order;
//! without, lanes take turns.

use millstream_packet::Packet;

/// Chooses lanes.
#[derive(Debug)]
pub struct Router {
    lanes: u32,
    next: u32,
    /// The lane of the group that is open.
    group: Option<u32>,
    depth: u32,
}

impl Router {
    /// Chooses among so many lanes.
    pub fn new(lanes: u32) -> Self {
        Self {
            lanes: lanes.max(1),
            next: 0,
            group: None,
            depth: 0,
        }
    }

    /// The lane of a packet; `key` is a hash of what must stay in order, and of no account inside of a group.
    pub fn lane(&mut self, packet: &Packet, key: Option<u64>) -> u32 {
        let lane = self.group.unwrap_or_else(|| self.choose(key));
        self.depth = self
            .depth
            .saturating_add_signed(i32::from(packet.nesting()));
        self.group = (self.depth > 0).then_some(lane);
        lane
    }

    fn choose(&mut self, key: Option<u64>) -> u32 {
        let lanes = u64::from(self.lanes);
        let turn = key.unwrap_or_else(|| {
            self.next = (self.next + 1) % self.lanes;
            u64::from(self.next)
        });
        u32::try_from(turn % lanes).unwrap_or_default()
    }
}
