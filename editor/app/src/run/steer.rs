//! Hands on a running graph: hold, step, release, probe, inject.

use millstream_protocol::extension::{Attach, Detach, Inject, Request, Steer, Step, Target};
use serde_json::Value as Json;

use super::{Asked, Probe, Runs};

/// Longest preview of a packet, in bytes.
const PREVIEW_BYTES: u32 = 4096;
/// Packets that a probe looks at per second.
const PER_SECOND: u32 = 100;

impl Runs {
    /// Holds a connector or process, or lets it go.
    pub(crate) fn hold(&mut self, graph: &str, target: Target, is_held: bool) {
        let steer = Steer {
            graph: graph.to_owned(),
            target,
        };
        let request = if is_held {
            Request::Release(steer)
        } else {
            Request::Hold(steer)
        };
        self.ask(&request, Asked::Nothing);
    }

    /// Lets one packet through.
    pub(crate) fn step(&mut self, graph: &str, target: Target) {
        let step = Request::Step(Step {
            graph: graph.to_owned(),
            target,
            packets: None,
        });
        self.ask(&step, Asked::Nothing);
    }

    /// Puts a packet into an exported in-port.
    pub(crate) fn inject(&mut self, graph: &str, port: &str, value: Json) {
        let inject = Request::Inject(Inject {
            graph: graph.to_owned(),
            port: port.to_owned(),
            values: vec![value],
        });
        self.ask(&inject, Asked::Nothing);
    }

    /// Probes a wire, or ends its probe.
    pub(crate) fn toggle_probe(&mut self, graph: &str, connector: &str) {
        if self.packets.probe(graph, connector).is_some() {
            if let Some(probe) = self.packets.remove(graph, connector) {
                self.ask(&Request::Detach(Detach { probe }), Asked::Nothing);
            }
            return;
        }
        self.packets.probes.push(Probe {
            graph: graph.to_owned(),
            connector: connector.to_owned(),
            number: None,
            fault: None,
            every: 1,
            skipped: 0,
            missed: 0,
        });
        self.attach_probe(graph, connector, 1);
    }

    /// Looks at one of so many packets of a probed wire.
    pub(crate) fn sample(&mut self, graph: &str, connector: &str, every: u32) {
        let probes = self.packets.probes.iter_mut();
        let mut probes = probes.filter(|probe| probe.graph == graph);
        let Some(probe) = probes.find(|probe| probe.connector == connector) else {
            return;
        };
        probe.every = every.max(1);
        if let Some(probe) = probe.number.take() {
            self.ask(&Request::Detach(Detach { probe }), Asked::Nothing);
        }
        self.attach_probe(graph, connector, every);
    }

    pub(super) fn attach_probes_again(&mut self) {
        for probe in self.packets.probes.clone() {
            self.attach_probe(&probe.graph, &probe.connector, probe.every);
        }
    }

    fn attach_probe(&mut self, graph: &str, connector: &str, every: u32) {
        let attach = Request::Attach(Attach {
            graph: graph.to_owned(),
            connector: connector.to_owned(),
            last: None,
            every: Some(every),
            per_second: Some(PER_SECOND),
            preview_bytes: Some(PREVIEW_BYTES),
        });
        let purpose = Asked::Attach(graph.to_owned(), connector.to_owned());
        self.ask(&attach, purpose);
    }
}
