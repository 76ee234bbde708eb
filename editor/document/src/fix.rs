//! Quick fixes: what to do about a finding, where that is obvious, as an action.

use millstream_graph::{Code, ComponentRef, Place, PortName, PortRef, ProcessName, Side};
use millstream_packet::{Kind, PortType, Record, Value};
use strsim::damerau_levenshtein;

use crate::action::{Action, Add, ConnectMode, Deletion, GroupChange, ProcessField, Wiring};
use crate::document::Document;
use crate::ports::Port;
use crate::problem::Problem;
use crate::refusal::Offer;
use crate::selection::PortAt;
use crate::target::{Target, WireId};

/// How many of the nearest names are offered.
const NEAREST: usize = 3;

impl Document {
    /// What could be done about a finding, the likeliest first; often nothing that is sure enough.
    pub fn fixes(&self, problem: &Problem) -> Vec<Offer> {
        let finding = &problem.finding;
        match (finding.code, &problem.target) {
            (Code::UnknownComponent, Target::Process(name)) => self.other_components(name),
            (Code::MissingPort, Target::Process(name)) => self.missing_ports(name),
            (Code::LettersGoNowhere, Target::Process(name)) => self.lost_letters(name),
            (Code::PackageNotListed, Target::Process(name)) => self.package(name),
            (Code::UnknownPort, Target::Value(end)) => self.other_value_ports(end),
            (Code::ValueAndConnector | Code::BadValue, Target::Value(end)) => vec![clear(end)],
            (Code::UnknownMember, Target::Group(_)) => self.without_strangers(&problem.target),
            (code, Target::Wire(id)) => self.wire_fixes(code, *id, &finding.place),
            _ => Vec::new(),
        }
    }

    fn wire_fixes(&self, code: Code, id: WireId, place: &Place) -> Vec<Offer> {
        let Some(wire) = self.wire(id) else {
            return Vec::new();
        };
        let side = match place {
            Place::From(_) => Side::Out,
            _ => Side::In,
        };
        let end = crate::model::wire_end(wire, side);
        match code {
            Code::TypeMismatch => {
                let type_of = |side: Side, end: &PortRef| {
                    self.port(side, end)
                        .map_or(PortType::ANY, |port| port.port_type.clone())
                };
                let (sent, taken) = (type_of(Side::Out, &wire.from), type_of(Side::In, &wire.to));
                let adapter = self.adapter(&wire.from, &sent, &wire.to, &taken);
                adapter.into_iter().chain([delete(id)]).collect()
            }
            Code::TwoReaders => {
                let copy = offer(
                    "Send to both through core/Copy",
                    Action::All {
                        name: format!("Send {} to {} too", wire.from, wire.to),
                        actions: vec![
                            delete(id).action,
                            Action::Branch {
                                from: wire.from.clone(),
                                to: wire.to.clone(),
                            },
                        ],
                    },
                );
                vec![delete(id), copy]
            }
            Code::UnknownPort | Code::NotAnArray | Code::NoElement => {
                let moved = self
                    .other_ports(side, end)
                    .map(|key| move_end(id, side, key));
                moved.chain([delete(id)]).collect()
            }
            Code::ValueAndConnector => vec![clear(&wire.to), delete(id)],
            Code::UnknownProcess => vec![delete(id)],
            _ => Vec::new(),
        }
    }

    /// The ports that might be meant by one that is not there: the same with or without element, or one of a like name.
    fn other_ports<'d>(
        &'d self,
        side: Side,
        end: &'d PortRef,
    ) -> impl Iterator<Item = PortRef> + 'd {
        let ports = self
            .ports(&end.process)
            .map_or(&[][..], |ports| ports.side(side));
        let known = ports
            .iter()
            .filter(|port| port.origin == crate::PortOrigin::Spec);
        let wanted = end.port.as_str();
        let mut near: Vec<(usize, &Port)> = known
            .filter(|port| port.is_free() || side == Side::In)
            .filter(|port| port.key != end.key())
            .map(|port| (damerau_levenshtein(wanted, port.key.port.as_str()), port))
            .filter(|(distance, _)| *distance <= wanted.len().div_ceil(2))
            .collect();
        near.sort_by_key(|(distance, port)| (*distance, !port.is_free()));
        near.into_iter()
            .take(NEAREST)
            .map(|(_, port)| PortRef::new(end.process.clone(), port.key.clone()))
    }

    fn other_components(&self, name: &ProcessName) -> Vec<Offer> {
        let component = self
            .process(name)
            .and_then(|process| process.component.as_ref());
        let Some(component) = component else {
            return Vec::new();
        };
        let nearest = self
            .catalog()
            .nearest(component.as_str(), NEAREST)
            .into_iter();
        nearest
            .filter_map(|near| Some((near, near.parse::<ComponentRef>().ok()?)))
            .map(|(near, component)| {
                let field = ProcessField::Component(Some(component));
                let processes = vec![name.clone()];
                offer(
                    &format!("Use {near}"),
                    Action::SetField { processes, field },
                )
            })
            .collect()
    }

    /// Settings get a value to begin with, and what an out-port sends may be discarded.
    fn missing_ports(&self, name: &ProcessName) -> Vec<Offer> {
        let Some(ports) = self.ports(name) else {
            return Vec::new();
        };
        let end = |port: &Port| PortRef::new(name.clone(), port.key.clone());
        let ins = ports
            .ins
            .iter()
            .filter(|port| port.is_required && port.is_free());
        let mut offers: Vec<Offer> = ins
            .filter(|port| port.is_setting)
            .map(|port| {
                let value = self.first_value(name, port);
                offer(
                    &format!("Set {}", port.key),
                    Action::SetValue {
                        port: end(port),
                        value,
                    },
                )
            })
            .collect();
        let outs = ports
            .outs
            .iter()
            .filter(|port| port.is_required && port.is_free());
        offers.extend(outs.filter_map(|port| self.discard(end(port))));
        offers
    }

    fn discard(&self, end: PortRef) -> Option<Offer> {
        const DROP: &str = "core/Drop";
        self.catalog().get(DROP)?;
        let label = format!("Discard what {} sends", end.key());
        let add = Add {
            component: DROP.parse().ok(),
            at: None,
            wiring: Wiring::To {
                end: PortAt::writing(end),
                port: None,
            },
        };
        Some(offer(&label, Action::Add(add)))
    }

    /// The default of a setting, or the plainest value of its type.
    fn first_value(&self, name: &ProcessName, port: &Port) -> Value {
        let spec = self
            .spec(name)
            .and_then(|spec| spec.in_port(port.key.port.as_str()));
        let default = spec.and_then(|spec| spec.setting.as_ref()?.default.clone());
        default.unwrap_or_else(|| match port.port_type.kinds().next() {
            Some(Kind::Bool) => Value::from(false),
            Some(Kind::Int) => Value::from(0_i64),
            Some(Kind::Float) => Value::from(0.0),
            Some(Kind::List) => Value::list(Vec::new()),
            Some(Kind::Record) => Value::from(Record::empty()),
            _ => Value::from(""),
        })
    }

    fn lost_letters(&self, name: &ProcessName) -> Vec<Offer> {
        let processes = vec![name.clone()];
        let field = ProcessField::OnError(millstream_graph::OnError::Fail);
        let fail = offer(
            "Let a failure end the process",
            Action::SetField { processes, field },
        );
        let port = PortName::new("error").ok();
        let end = port.map(|port| PortRef::new(name.clone(), millstream_graph::PortKey::of(port)));
        end.and_then(|end| self.discard(end))
            .into_iter()
            .chain([fail])
            .collect()
    }

    fn package(&self, name: &ProcessName) -> Vec<Offer> {
        let component = self
            .process(name)
            .and_then(|process| process.component.as_ref());
        let package = component.and_then(ComponentRef::package);
        let add = package.map(|package| {
            offer(
                &format!("List {package}"),
                Action::SetPackage {
                    name: package.to_owned(),
                    requirement: Some("*".to_owned()),
                },
            )
        });
        add.into_iter().collect()
    }

    fn other_value_ports(&self, end: &PortRef) -> Vec<Offer> {
        let value = self
            .process(&end.process)
            .and_then(|found| found.iips.get(&end.key()));
        let Some(value) = value else {
            return Vec::new();
        };
        let free = self
            .other_ports(Side::In, end)
            .filter(|port| self.port(Side::In, port).is_some_and(Port::is_free));
        let moved = free.map(|port| {
            let label = format!("Move the value to {}", port.key());
            let actions = vec![
                Action::ClearValue(end.clone()),
                Action::SetValue {
                    port,
                    value: value.clone(),
                },
            ];
            offer(
                &label.clone(),
                Action::All {
                    name: label,
                    actions,
                },
            )
        });
        moved.chain([clear(end)]).collect()
    }

    fn without_strangers(&self, target: &Target) -> Vec<Offer> {
        let Target::Group(id) = target else {
            return Vec::new();
        };
        let members = self.group(*id).map(|group| group.processes.iter());
        let strangers: Vec<ProcessName> = members
            .into_iter()
            .flatten()
            .filter(|name| self.process(name).is_none())
            .cloned()
            .collect();
        let (group, change) = (*id, GroupChange::Leave(strangers));
        vec![offer(
            "Remove what is not there",
            Action::ChangeGroup { group, change },
        )]
    }
}

fn offer(label: &str, action: Action) -> Offer {
    Offer {
        label: label.to_owned(),
        action,
    }
}

fn delete(id: WireId) -> Offer {
    let targets = vec![Target::Wire(id)];
    let deletion = Deletion::Cut;
    offer("Delete the connector", Action::Delete { targets, deletion })
}

fn clear(end: &PortRef) -> Offer {
    offer("Take the value off", Action::ClearValue(end.clone()))
}

fn move_end(id: WireId, side: Side, end: PortRef) -> Offer {
    let label = format!("Move it to {end}");
    let to = PortAt { side, end };
    let (wires, mode) = (vec![id], ConnectMode::Checked);
    offer(&label, Action::MoveEnds { wires, to, mode })
}

#[cfg(test)]
mod tests;
