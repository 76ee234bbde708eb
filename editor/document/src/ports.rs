//! The ports of a process as the canvas shows them: from the spec of its component, and from what the graph uses.

use millstream_graph::{PortKey, Side};
use millstream_packet::PortType;

/// The ports of one process, in the order of its component.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ports {
    /// In-ports, settings among them.
    pub ins: Vec<Port>,
    /// Out-ports.
    pub outs: Vec<Port>,
    /// Whether the component is known.
    pub is_known: bool,
}

/// One port, or one element of an array port.
#[expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "each is a question of its own; the type has the name that it has in specs"
)]
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    /// Its name, and which element it is.
    pub key: PortKey,
    /// What it sends or takes; `any` where that is not known.
    pub port_type: PortType,
    /// Where it is known from.
    pub origin: PortOrigin,
    /// Whether a graph without it is wrong.
    pub is_required: bool,
    /// Whether it is read once, before the first packet.
    pub is_setting: bool,
    /// Whether it is the next element of an array port, which nothing uses yet.
    pub is_spare: bool,
    /// Whether a value (IIP) is on it.
    pub has_value: bool,
    /// How many connectors end or begin here.
    pub wires: u32,
    /// Whether the graph offers it to those who use it as a component.
    pub is_exported: bool,
    /// One line of help.
    pub docs: String,
}

/// Where a port is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortOrigin {
    /// From the spec of the component.
    Spec,
    /// The port `error`, which `on_error: dead_letter` gives to every process.
    Letters,
    /// The graph uses it, but the component is not known: a ghost.
    Ghost,
    /// The graph uses it, but the component has no such port.
    Missing,
}

impl Ports {
    /// The ports of one side.
    pub fn side(&self, side: Side) -> &[Port] {
        match side {
            Side::In => &self.ins,
            Side::Out => &self.outs,
        }
    }

    /// A port by side, name and element.
    pub fn get(&self, side: Side, key: &PortKey) -> Option<&Port> {
        self.side(side).iter().find(|port| port.key == *key)
    }
}

impl Port {
    /// Whether nothing uses the port yet.
    pub const fn is_free(&self) -> bool {
        self.wires == 0 && !self.has_value && !self.is_exported
    }
}
