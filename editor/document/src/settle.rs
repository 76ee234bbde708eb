//! What is derived from the graph, brought up to date for what a step touched.

use std::collections::BTreeMap;

use millstream_graph::{OnError, PortKey, PortName, PortSpec, ProcessName, Side, spec_of};
use millstream_packet::PortType;

use crate::document::Document;
use crate::ports::{Port, PortOrigin, Ports};
use crate::target::Target;

/// Who uses a port.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    wires: u32,
    has_value: bool,
    is_exported: bool,
}

type Uses = BTreeMap<PortKey, Use>;

impl Document {
    /// Brings all that is derived up to date.
    pub(crate) fn settle(&mut self) {
        let touched = std::mem::take(&mut self.model.touched);
        self.structure += u64::from(touched.all || !touched.processes.is_empty());
        if touched.all {
            let names: Vec<ProcessName> = self.graph().processes.keys().cloned().collect();
            self.ports.clear();
            for name in &names {
                self.settle_process(name);
            }
        } else {
            for name in &touched.processes {
                self.settle_process(name);
            }
        }
        self.settle_problems(&touched);
        self.settle_selection();
    }

    pub(crate) fn settle_process(&mut self, name: &ProcessName) {
        let Some(process) = self.process(name) else {
            self.ports.remove(name);
            return;
        };
        if let Some(component) = &process.component
            && !self.specs.contains_key(component)
        {
            let library = &self.library;
            let spec = spec_of(component, &library.catalog, library.subgraphs.as_ref());
            self.specs.insert(component.clone(), spec);
        }
        let ports = self.ports_of(name);
        self.ports.insert(name.clone(), ports);
    }

    /// What is gone is selected no more.
    fn settle_selection(&mut self) {
        if self.selection.is_empty() {
            return;
        }
        let gone: Vec<Target> = self
            .selection
            .targets()
            .filter(|target| !self.has(target))
            .collect();
        for target in &gone {
            self.selection.remove(target);
        }
    }

    /// The ports of a process, from its component and from what uses them.
    pub(crate) fn ports_of(&self, name: &ProcessName) -> Ports {
        let spec = self.spec(name);
        let has_letters = self
            .process(name)
            .is_some_and(|process| process.on_error == OnError::DeadLetter);
        let build = |side: Side| {
            let mut uses = self.port_uses(name, side);
            let known = spec.map_or(&[][..], |spec| match side {
                Side::In => &spec.in_ports,
                Side::Out => &spec.out_ports,
            });
            let mut ports = Vec::with_capacity(known.len());
            for port in known {
                add_known(&mut ports, port, &mut uses);
            }
            let has_error = known.iter().any(|port| port.name == "error");
            if side == Side::Out && has_letters && !has_error {
                add_letters(&mut ports, &mut uses);
            }
            let origin = match spec {
                Some(_) => PortOrigin::Missing,
                None => PortOrigin::Ghost,
            };
            ports.extend(uses.into_iter().map(|(key, used)| Port {
                origin,
                ..port_of(key, used)
            }));
            ports
        };
        Ports {
            ins: build(Side::In),
            outs: build(Side::Out),
            is_known: spec.is_some(),
        }
    }

    fn port_uses(&self, name: &ProcessName, side: Side) -> Uses {
        let mut uses = Uses::new();
        for &id in self.wires_of(name) {
            if let Some(wire) = self.wire(id) {
                let end = crate::model::wire_end(wire, side);
                if end.process == *name {
                    uses.entry(end.key()).or_default().wires += 1;
                }
            }
        }
        if side == Side::In
            && let Some(process) = self.process(name)
        {
            for key in process.iips.keys() {
                uses.entry(key.clone()).or_default().has_value = true;
            }
        }
        if self.model.has_exports(name) {
            let exports = self.model.exported(side).values();
            for end in exports.filter(|end| end.process == *name) {
                uses.entry(end.key()).or_default().is_exported = true;
            }
        }
        uses
    }
}

/// Adds a port that the component has; of an array port the elements in use and the next one.
fn add_known(ports: &mut Vec<Port>, spec: &PortSpec, uses: &mut Uses) {
    let Ok(name) = PortName::new(&spec.name) else {
        return;
    };
    let of_spec = |key: PortKey, used: Use| Port {
        port_type: spec.port_type.clone(),
        origin: PortOrigin::Spec,
        is_required: spec.required,
        is_setting: spec.setting.is_some(),
        docs: spec.docs.clone(),
        ..port_of(key, used)
    };
    let plain = PortKey::of(name.clone());
    if !spec.array {
        let used = uses.remove(&plain).unwrap_or_default();
        ports.push(of_spec(plain, used));
        return;
    }
    let keys: Vec<PortKey> = uses
        .keys()
        .filter(|key| key.port == name)
        .cloned()
        .collect();
    let taken: Vec<u32> = keys.iter().filter_map(|key| key.index).collect();
    let spare = (0..u32::MAX).find(|index| !taken.contains(index));
    for key in keys {
        let used = uses.remove(&key).unwrap_or_default();
        ports.push(of_spec(key, used));
    }
    let spare = PortKey {
        port: name,
        index: spare,
    };
    ports.push(Port {
        is_spare: true,
        ..of_spec(spare, Use::default())
    });
}

/// Adds the port that gets packets that failed.
fn add_letters(ports: &mut Vec<Port>, uses: &mut Uses) {
    if let Ok(name) = PortName::new("error") {
        let key = PortKey::of(name);
        let used = uses.remove(&key).unwrap_or_default();
        ports.push(Port {
            port_type: PortType::RECORD,
            origin: PortOrigin::Letters,
            is_required: true,
            docs: "Packets that failed: records with the fields error and packet.".to_owned(),
            ..port_of(key, used)
        });
    }
}

fn port_of(key: PortKey, used: Use) -> Port {
    Port {
        key,
        port_type: PortType::ANY,
        origin: PortOrigin::Ghost,
        is_required: false,
        is_setting: false,
        is_spare: false,
        has_value: used.has_value,
        wires: used.wires,
        is_exported: used.is_exported,
        docs: String::new(),
    }
}
