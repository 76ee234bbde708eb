//! Probed packets: one list for all wires, in the order in which they came.

use std::collections::VecDeque;

use millstream_protocol::extension::{Attached, Packet, Packets as Told};

/// Packets that are kept for each probed wire.
const PER_PROBE_MAX: usize = 100;

/// The probes, and what they saw.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    pub(crate) probes: Vec<Probe>,
    pub(crate) rows: VecDeque<PacketRow>,
    /// Rows that are shown while the view is paused; packets go on coming.
    paused: Option<Vec<PacketRow>>,
}

/// A probe on a wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Probe {
    pub(crate) graph: String,
    /// The wire's name at the runtime: `a.out->b.in`.
    pub(crate) connector: String,
    /// Its number at the runtime, while it is attached.
    pub(crate) number: Option<u32>,
    /// Why it is not attached.
    pub(crate) fault: Option<String>,
    /// Of so many packets one is looked at.
    pub(crate) every: u32,
    pub(crate) skipped: u64,
    pub(crate) missed: u64,
}

/// A packet on a wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PacketRow {
    pub(crate) graph: String,
    pub(crate) connector: String,
    pub(crate) packet: Packet,
}

impl Packets {
    /// The rows to show.
    pub(crate) fn shown(&self) -> impl DoubleEndedIterator<Item = &PacketRow> {
        let paused = self.paused.as_ref();
        let live = paused.is_none().then_some(&self.rows);
        paused
            .into_iter()
            .flatten()
            .chain(live.into_iter().flatten())
    }

    /// Whether the view is paused.
    pub(crate) const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Pauses the view, or lets it go on. The graph does not notice.
    pub(crate) fn toggle_pause(&mut self) {
        self.paused = match self.paused.take() {
            Some(_) => None,
            None => Some(self.rows.iter().cloned().collect()),
        };
    }

    /// Forgets the packets, not the probes.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.paused = None;
    }

    /// The probe on a wire.
    pub(crate) fn probe(&self, graph: &str, connector: &str) -> Option<&Probe> {
        let is_it = |probe: &&Probe| probe.graph == graph && probe.connector == connector;
        self.probes.iter().find(is_it)
    }

    /// Removes a probe, and gives its number at the runtime.
    pub(super) fn remove(&mut self, graph: &str, connector: &str) -> Option<u32> {
        let is_it = |probe: &Probe| probe.graph == graph && probe.connector == connector;
        let place = self.probes.iter().position(is_it)?;
        self.probes.remove(place).number
    }

    pub(super) fn attached(&mut self, graph: &str, connector: &str, attached: &Attached) {
        if let Some(probe) = self.find(graph, connector) {
            probe.number = Some(attached.probe);
            probe.fault = None;
        }
    }

    pub(super) fn not_attached(&mut self, graph: &str, connector: &str, reason: &str) {
        if let Some(probe) = self.find(graph, connector) {
            probe.number = None;
            probe.fault = Some(reason.to_owned());
        }
    }

    pub(super) fn take(&mut self, told: Told) {
        let number = Some(told.probe);
        let Some(probe) = self.probes.iter_mut().find(|probe| probe.number == number) else {
            return;
        };
        probe.skipped = told.skipped;
        probe.missed = told.missed;
        let (graph, connector) = (probe.graph.clone(), probe.connector.clone());
        for packet in told.packets {
            self.rows.push_back(PacketRow {
                graph: graph.clone(),
                connector: connector.clone(),
                packet,
            });
        }
        self.trim(&graph, &connector);
    }

    /// Keeps the last packets of a wire; those of other wires stay as long as their own ring is not full.
    fn trim(&mut self, graph: &str, connector: &str) {
        let is_of = |row: &PacketRow| row.connector == connector && row.graph == graph;
        let mut excess = self.rows.iter().filter(|row| is_of(row)).count();
        excess = excess.saturating_sub(PER_PROBE_MAX);
        self.rows.retain(|row| {
            let goes = excess > 0 && is_of(row);
            excess -= usize::from(goes);
            !goes
        });
    }

    /// The connection is gone, and with it the probes' numbers.
    pub(super) fn lost(&mut self) {
        for probe in &mut self.probes {
            probe.number = None;
        }
    }

    /// The runtime is another one.
    pub(super) fn drop_probes(&mut self) {
        self.probes.clear();
    }

    fn find(&mut self, graph: &str, connector: &str) -> Option<&mut Probe> {
        let is_it = |probe: &&mut Probe| probe.graph == graph && probe.connector == connector;
        self.probes.iter_mut().find(is_it)
    }
}
