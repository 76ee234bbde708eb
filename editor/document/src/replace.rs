//! What becomes of a process's wires and values when it gets another component: shown before it is done.

use std::collections::BTreeSet;

use millstream_graph::{
    ComponentRef, ComponentSpec, PortKey, PortName, PortSpec, ProcessName, Side,
};
use millstream_packet::{Fit, PortType};

use crate::document::Document;
use crate::ports::Port;
use crate::refusal::Refused;

/// What becomes of the ports in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// The component that takes the place.
    pub component: ComponentRef,
    /// Where each port in use goes, in the order of the old component.
    pub ports: Vec<PortMapping>,
}

/// Where a port in use goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortMapping {
    /// Whether it is an in-port or an out-port.
    pub side: Side,
    /// The port until now.
    pub old: PortKey,
    /// The port of the new component; nothing if none suits.
    pub new: Option<PortKey>,
    /// How many connectors it has.
    pub wires: u32,
    /// Whether a value is on it.
    pub has_value: bool,
}

impl Replacement {
    /// The ports whose wires or values find no place.
    pub fn lost(&self) -> impl Iterator<Item = &PortMapping> {
        self.ports.iter().filter(|mapping| mapping.new.is_none())
    }

    pub(crate) fn new_key(&self, side: Side, old: &PortKey) -> Option<&PortKey> {
        let mut all = self.ports.iter();
        all.find(|mapping| mapping.side == side && mapping.old == *old)?
            .new
            .as_ref()
    }
}

impl Document {
    /// Says where the ports of a process go if it gets another component: by name, and where there is none of the name,
    /// by type.
    ///
    /// # Errors
    ///
    /// Fails when the process or the component is not known.
    pub fn replacement(
        &self,
        process: &ProcessName,
        component: &ComponentRef,
    ) -> Result<Replacement, Refused> {
        let Some(ports) = self.ports(process) else {
            return Err(Refused::because(format!("there is no process `{process}`")));
        };
        let Some(spec) = self.spec_of(component) else {
            return Err(Refused::because(format!(
                "the component {component} is not known"
            )));
        };
        let mut mappings = Vec::new();
        for side in [Side::In, Side::Out] {
            let used: Vec<&Port> = ports
                .side(side)
                .iter()
                .filter(|port| !port.is_free())
                .collect();
            mappings.extend(mapped(side, &used, &spec));
        }
        Ok(Replacement {
            component: component.clone(),
            ports: mappings,
        })
    }
}

fn mapped(side: Side, used: &[&Port], spec: &ComponentSpec) -> Vec<PortMapping> {
    let known = match side {
        Side::In => &spec.in_ports,
        Side::Out => &spec.out_ports,
    };
    let mut taken = BTreeSet::new();
    let mut new: Vec<Option<PortKey>> = used
        .iter()
        .map(|port| by_name(port, known, &mut taken))
        .collect();
    for (port, new) in used.iter().zip(&mut new) {
        if new.is_none() {
            *new = by_type(side, port, known, &mut taken);
        }
    }
    let pairs = used.iter().zip(new);
    pairs
        .map(|(port, new)| PortMapping {
            side,
            old: port.key.clone(),
            new,
            wires: port.wires,
            has_value: port.has_value,
        })
        .collect()
}

/// The port of the same name, with the same element where both are arrays.
fn by_name(port: &Port, known: &[PortSpec], taken: &mut BTreeSet<PortKey>) -> Option<PortKey> {
    let found = known
        .iter()
        .find(|known| known.name == port.key.port.as_str())?;
    let key = PortKey {
        port: port.key.port.clone(),
        index: match (found.array, port.key.index) {
            (true, index) => Some(index.unwrap_or(0)),
            (false, _) => None,
        },
    };
    taken.insert(key.clone()).then_some(key)
}

/// The first port that nothing goes to yet and that takes or sends the same; data goes to no setting, and no setting to
/// where data goes.
fn by_type(
    side: Side,
    port: &Port,
    known: &[PortSpec],
    taken: &mut BTreeSet<PortKey>,
) -> Option<PortKey> {
    let suits = |found: &&PortSpec| {
        let fits = |a: &PortType, b: &PortType| a.fits(b) != Fit::Never;
        let types = match side {
            Side::In => fits(&port.port_type, &found.port_type),
            Side::Out => fits(&found.port_type, &port.port_type),
        };
        types && found.setting.is_some() == (port.is_setting || (port.has_value && port.wires == 0))
    };
    for found in known.iter().filter(suits) {
        let name = PortName::new(&found.name).ok()?;
        let indices = if found.array { 0..u32::MAX } else { 0..1 };
        for index in indices {
            let key = PortKey {
                port: name.clone(),
                index: found.array.then_some(index),
            };
            if taken.insert(key.clone()) {
                return Some(key);
            }
        }
    }
    None
}
