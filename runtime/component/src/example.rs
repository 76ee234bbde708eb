//! Examples: small runs that explain a component and test it.

use indexmap::IndexMap;
use millstream_graph::ExampleSpec;
use millstream_packet::{Packet, Value};

/// A small run of one component.
#[derive(Debug, Clone)]
pub struct Example(ExampleSpec);

impl Example {
    /// Starts an example; `title` says in one line what it shows.
    pub fn new(title: &str) -> Self {
        Self(ExampleSpec {
            title: title.to_owned(),
            iips: IndexMap::new(),
            inputs: IndexMap::new(),
            outputs: IndexMap::new(),
            failure: None,
        })
    }

    /// Gives a port an initial packet.
    pub fn iip(mut self, port: &str, value: impl Into<Value>) -> Self {
        self.0.iips.insert(port.to_owned(), value.into());
        self
    }

    /// Packets that go into a port.
    pub fn input<P: Into<Packet>>(
        mut self,
        port: &str,
        packets: impl IntoIterator<Item = P>,
    ) -> Self {
        self.0.inputs.insert(
            port.to_owned(),
            packets.into_iter().map(Into::into).collect(),
        );
        self
    }

    /// Packets that come out of a port.
    pub fn output<P: Into<Packet>>(
        mut self,
        port: &str,
        packets: impl IntoIterator<Item = P>,
    ) -> Self {
        self.0.outputs.insert(
            port.to_owned(),
            packets.into_iter().map(Into::into).collect(),
        );
        self
    }

    /// A part of what the failure says, when the process is to fail.
    pub fn failure(mut self, message: &str) -> Self {
        self.0.failure = Some(message.to_owned());
        self
    }

    /// The example in the form of the component's description.
    pub fn into_spec(self) -> ExampleSpec {
        self.0
    }
}
