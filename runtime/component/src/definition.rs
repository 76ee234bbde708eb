//! What the attribute macro says about a component, as static data.

use std::future::Future;
use std::pin::Pin;

use millstream_graph::{ComponentSpec, Cost, PortSpec};
use millstream_packet::PortType;

use crate::example::Example;
use crate::failure::Failure;
use crate::wiring::{ERROR_PORT, Wiring};

/// A process: one future for its whole life.
pub type ProcessFuture = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// A component written as a struct whose fields are its ports, with a life of its own.
pub trait Process: Send + 'static {
    /// Runs from the first packet to the last; the process ends with it.
    ///
    /// # Errors
    ///
    /// A failure ends the process and fails the run, unless it is [`Closed`](crate::Closed).
    fn run(self) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// A component: how it is described and how it is started. Written by the [`component`](crate::component) attribute.
pub trait Component: 'static {
    /// The description.
    const DEFINITION: Definition;
}

/// Everything about a component that is known without running it.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// `family/Name`.
    pub name: &'static str,
    /// The doc comment: a summary line, then Markdown.
    pub docs: &'static str,
    /// Ports without settings, in the order of the definition.
    pub ports: &'static [PortMeta],
    /// The settings as ports.
    pub settings: fn() -> Vec<PortSpec>,
    /// What it costs its thread.
    pub cost: Cost,
    /// Whether it has an `error` out-port of its own.
    pub errors: bool,
    /// Small runs.
    pub examples: fn() -> Vec<Example>,
    /// Makes a process of connected ports.
    pub start: fn(Wiring) -> ProcessFuture,
}

/// One port.
#[derive(Debug, Clone)]
pub struct PortMeta {
    /// Its name.
    pub name: &'static str,
    /// Which way packets go.
    pub direction: Direction,
    /// What it takes or sends.
    pub port_type: PortType,
    /// Whether it has elements.
    pub array: bool,
    /// Whether a graph without it is wrong.
    pub required: bool,
    /// Out-ports: whether it is silent until the in-ports have ended, or the group.
    pub at_end: bool,
    /// The doc comment.
    pub docs: &'static str,
}

/// Which way packets go through a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Into the component.
    In,
    /// Out of the component.
    Out,
}

impl Definition {
    /// The description in the form that the check, the command line and the editor use.
    pub fn spec(&self) -> ComponentSpec {
        let (summary, docs) = self.docs.split_once("\n\n").unwrap_or((self.docs, ""));
        let mut in_ports = self.ports(Direction::In);
        in_ports.extend((self.settings)());
        let mut out_ports = self.ports(Direction::Out);
        if self.errors {
            out_ports.push(error_port());
        }
        ComponentSpec {
            name: self.name.to_owned(),
            summary: summary.trim().replace('\n', " "),
            docs: docs.trim().to_owned(),
            in_ports,
            out_ports,
            cost: self.cost,
            examples: (self.examples)()
                .into_iter()
                .map(Example::into_spec)
                .collect(),
        }
    }

    fn ports(&self, direction: Direction) -> Vec<PortSpec> {
        self.ports
            .iter()
            .filter(|port| port.direction == direction)
            .map(|port| PortSpec {
                name: port.name.to_owned(),
                port_type: port.port_type.clone(),
                array: port.array,
                required: port.required,
                at_end: port.at_end,
                setting: None,
                docs: port.docs.trim().replace('\n', " "),
            })
            .collect()
    }
}

fn error_port() -> PortSpec {
    PortSpec {
        name: ERROR_PORT.to_owned(),
        port_type: PortType::RECORD,
        array: false,
        required: false,
        at_end: false,
        setting: None,
        docs: "Packets that failed, as records `error` and `packet`.".to_owned(),
    }
}
