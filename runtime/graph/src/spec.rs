//! What is known about components without running them: ports, settings, docs, examples.
//!
//! The same structure describes a built-in component, a subgraph and a component of a package, so that the check, the
//! command line and the editor need to know only one.

use indexmap::IndexMap;
use millstream_packet::{PortType, Value};

/// What a component is: its name, its ports and what a person needs to know to use it.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentSpec {
    /// `family/Name`, or `./sub.ron` for a subgraph.
    pub name: String,
    /// One line, ends with a full stop.
    pub summary: String,
    /// Markdown; may be empty.
    pub docs: String,
    /// In-ports in the order of the definition; settings are among them.
    pub in_ports: Vec<PortSpec>,
    /// Out-ports in the order of the definition.
    pub out_ports: Vec<PortSpec>,
    /// What it costs the thread that runs it.
    pub cost: Cost,
    /// Small runs that show what it does; each is also a test.
    pub examples: Vec<ExampleSpec>,
}

/// One port of a component.
#[derive(Debug, Clone, PartialEq)]
pub struct PortSpec {
    /// Lower case by custom; no dots, no index.
    pub name: String,
    /// What it sends or takes.
    pub port_type: PortType,
    /// Whether it has elements `name[0]`, `name[1]`, ….
    pub array: bool,
    /// Whether a graph without it is wrong.
    pub required: bool,
    /// Present on out-ports: whether nothing leaves by it before the in-ports have ended, or the group that the packets
    /// stand in. Such a port cannot hold up those that write to the component.
    pub at_end: bool,
    /// Present on in-ports that are read once before the first data packet.
    pub setting: Option<SettingSpec>,
    /// One line of help.
    pub docs: String,
}

/// What a setting port takes beyond its type.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingSpec {
    /// The value when nothing is given; `None` when required, or when leaving it out has a meaning of its own.
    pub default: Option<Value>,
    /// JSON Schema of the value: `type`, `enum`, `minimum`, `maximum`, `minLength`, `items`, `anyOf` and the like.
    pub schema: serde_json::Value,
    /// Whether a new value reaches the component while it runs, at its next packet; else it starts anew.
    pub hot: bool,
}

/// What running a component costs its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cost {
    /// Well under a microsecond per packet: stays with its neighbours.
    #[default]
    Light,
    /// A microsecond or more of computing per packet: may get a core of its own.
    Heavy,
    /// May block its thread: gets a thread of its own.
    Blocking,
}

/// A small run of one component.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleSpec {
    /// What it shows; one line.
    pub title: String,
    /// Settings and other initial packets by port (`name` or `name[0]`).
    pub iips: IndexMap<String, Value>,
    /// Packets that go in, by port.
    pub inputs: IndexMap<String, Vec<millstream_packet::Packet>>,
    /// Packets that come out, by port.
    pub outputs: IndexMap<String, Vec<millstream_packet::Packet>>,
    /// What the failure says, when the example shows one.
    pub failure: Option<String>,
}

impl ComponentSpec {
    /// The in-port of this name.
    pub fn in_port(&self, name: &str) -> Option<&PortSpec> {
        self.in_ports.iter().find(|port| port.name == name)
    }

    /// The out-port of this name.
    pub fn out_port(&self, name: &str) -> Option<&PortSpec> {
        self.out_ports.iter().find(|port| port.name == name)
    }
}
