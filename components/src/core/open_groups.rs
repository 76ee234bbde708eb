//! Which groups are open on the way out, for components that may end in the middle of one.

use millstream_component::prelude::*;

/// The labels of the groups that were let begin and not yet end, the outermost first.
#[derive(Debug, Default)]
pub(super) struct OpenGroups {
    labels: Vec<Value>,
}

impl OpenGroups {
    /// Follows a packet that goes out; data changes nothing.
    pub(super) fn follow(&mut self, packet: &Packet) {
        match packet.view() {
            PacketView::Data(_) => {}
            PacketView::Open(label) => self.labels.push(label.cloned().unwrap_or_default()),
            PacketView::Close(_) => {
                self.labels.pop();
            }
        }
    }

    /// The bracket that closes the innermost open group.
    pub(super) fn close(&mut self) -> Option<Packet> {
        self.labels.pop().map(Packet::close)
    }
}
