//! The ports of a process before its component takes them.

use std::sync::Arc;

use crate::cell::ProcessCell;
use crate::context::Context;
use crate::payload::Payload;
use crate::port::{In, InArray, InPort, Out, OutArray, OutPort};

/// What whoever runs a process hands to its component: connected ports by name.
#[derive(Debug)]
pub struct Wiring {
    cell: Arc<ProcessCell>,
    ins: Vec<InPort>,
    outs: Vec<OutPort>,
}

impl Wiring {
    /// Starts with no port connected.
    pub fn new(cell: Arc<ProcessCell>) -> Self {
        Self {
            cell,
            ins: Vec::new(),
            outs: Vec::new(),
        }
    }

    /// Adds a connected in-port or an element of one.
    pub fn add_in(&mut self, port: InPort) {
        push(&mut self.ins, port);
    }

    /// Adds a connected out-port or an element of one. The port `error` goes to the cell.
    pub fn add_out(&mut self, port: OutPort) {
        if port.name() == ERROR_PORT {
            self.cell.set_errors(port);
        } else {
            push(&mut self.outs, port);
        }
    }

    /// The surroundings of the process.
    pub fn context(&self) -> Context {
        Context::new(Arc::clone(&self.cell))
    }

    /// What the process's ports share.
    pub fn cell(&self) -> &Arc<ProcessCell> {
        &self.cell
    }

    /// Takes a single in-port; one that nothing is connected to is at its end.
    pub fn input<T: Payload>(&mut self, name: &str) -> In<T> {
        In::new(
            self.take_in(name)
                .unwrap_or_else(|| InPort::unconnected(Arc::clone(&self.cell), name)),
        )
    }

    pub(crate) fn take_in(&mut self, name: &str) -> Option<InPort> {
        let at = self.ins.iter().position(|port| port.name() == name)?;
        Some(self.ins.swap_remove(at))
    }

    /// Takes the connected elements of an array in-port in index order.
    pub fn input_array<T: Payload>(&mut self, name: &str) -> InArray<T> {
        let mut elements: Vec<InPort> = self
            .ins
            .extract_if(.., |port| port.name() == name)
            .collect();
        elements.sort_by_key(InPort::index);
        InArray::new(elements.into_iter().map(In::new).collect())
    }

    /// Takes a single out-port; one that nothing is connected to swallows packets.
    pub fn output<T: Payload>(&mut self, name: &str) -> Out<T> {
        let at = self.outs.iter().position(|port| port.name() == name);
        let port = at.map(|at| self.outs.swap_remove(at));
        Out::new(port.unwrap_or_else(|| OutPort::unconnected(Arc::clone(&self.cell), name)))
    }

    /// Takes the connected elements of an array out-port in index order.
    pub fn output_array<T: Payload>(&mut self, name: &str) -> OutArray<T> {
        let mut elements: Vec<OutPort> = self
            .outs
            .extract_if(.., |port| port.name() == name)
            .collect();
        elements.sort_by_key(OutPort::index);
        OutArray::new(elements.into_iter().map(Out::new).collect())
    }
}

/// Most processes have one port on each side; room for four would make up most of a large network's memory at the start.
fn push<T>(ports: &mut Vec<T>, port: T) {
    if ports.is_empty() {
        ports.reserve_exact(1);
    }
    ports.push(port);
}

/// The out-port for packets that failed, which every component may have.
pub(crate) const ERROR_PORT: &str = "error";
