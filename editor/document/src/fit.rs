//! What may be connected with what, and why not.

use millstream_graph::{
    ComponentRef, Connector, PortKey, PortName, PortRef, ProcessName, Side, conversion,
};
use millstream_packet::{Fit, PortType};

use crate::action::{Action, ConnectMode};
use crate::document::Document;
use crate::ports::{Port, PortOrigin, Ports};
use crate::refusal::{Offer, Refused};
use crate::selection::PortAt;
use crate::target::WireId;

/// The component that sends every packet to several ports.
const COPY: &str = "core/Copy";

impl Document {
    /// Whether a wire that was drawn from one port may end at another, by sides and types alone; cheap enough to ask for
    /// every port on the screen.
    pub fn suits(&self, start: &PortAt, end: &PortAt) -> bool {
        if start.side == end.side {
            return false;
        }
        let (from, to) = directed(start, end);
        match (self.port(Side::Out, from), self.port(Side::In, to)) {
            (Some(from), Some(to)) => {
                !to.has_value && from.port_type.fits(&to.port_type) != Fit::Never
            }
            _ => false,
        }
    }

    /// Whether a connector from an out-port to an in-port would be right.
    ///
    /// # Errors
    ///
    /// Says why not, and what could be done instead.
    pub fn can_connect(&self, from: &PortRef, to: &PortRef) -> Result<(), Refused> {
        self.judge(from, to, None)
    }

    /// As [`Document::can_connect`], for a connector that is there already and may stand in no one's way.
    pub(crate) fn judge(
        &self,
        from: &PortRef,
        to: &PortRef,
        own: Option<WireId>,
    ) -> Result<(), Refused> {
        let writer = self.known_port(Side::Out, from)?;
        let reader = self.known_port(Side::In, to)?;
        let mut leaving = self
            .wires_at(Side::Out, from)
            .filter(|(id, _)| Some(*id) != own);
        let taken = leaving.next().map(|(_, wire)| wire);
        if taken.is_some_and(|wire| wire.to == *to) || leaving.any(|(_, wire)| wire.to == *to) {
            return Err(Refused::because(format!(
                "`{from}` is connected to `{to}` already"
            )));
        }
        if reader.is_some_and(|port| port.has_value) {
            return Err(has_value(to));
        }
        if let Some(taken) = taken {
            return Err(self.taken(from, to, taken));
        }
        if writer.is_some_and(|port| port.is_exported) {
            return Err(Refused::because(format!(
                "the graph offers `{from}` to those who use it, and an out-port has one connector"
            )));
        }
        let (Some(writer), Some(reader)) = (writer, reader) else {
            return Ok(());
        };
        if writer.port_type.fits(&reader.port_type) == Fit::Never {
            return Err(self.mismatch(from, &writer.port_type, to, &reader.port_type));
        }
        Ok(())
    }

    /// The port, if its component is known; nothing if it is not.
    fn known_port(&self, side: Side, end: &PortRef) -> Result<Option<&Port>, Refused> {
        let Some(ports) = self.ports(&end.process) else {
            return Err(Refused::because(format!(
                "there is no process `{}`",
                end.process
            )));
        };
        if !ports.is_known {
            return Ok(None);
        }
        match ports.get(side, &end.key()) {
            Some(port) if port.origin != PortOrigin::Missing => Ok(Some(port)),
            _ if is_element(ports, side, &end.key()) => Ok(None),
            _ => Err(Refused::because(format!(
                "process `{}`{} has no {} `{}`",
                end.process,
                self.in_brackets(&end.process),
                side_word(side),
                end.key()
            ))),
        }
    }

    fn in_brackets(&self, process: &ProcessName) -> String {
        let component = self
            .process(process)
            .and_then(|process| process.component.as_ref());
        component.map_or_else(String::new, |component| format!(" ({component})"))
    }

    /// An out-port has one connector; a copy serves two.
    fn taken(&self, from: &PortRef, to: &PortRef, taken: &Connector) -> Refused {
        let refused = Refused::because(format!(
            "`{from}` is connected to `{}`, and an out-port has one connector",
            taken.to
        ));
        if self.catalog().get(COPY).is_none() {
            return refused;
        }
        refused.offering(Offer {
            label: format!("Send to both through {COPY}"),
            action: Action::Branch {
                from: from.clone(),
                to: to.clone(),
            },
        })
    }

    fn mismatch(&self, from: &PortRef, sent: &PortType, to: &PortRef, taken: &PortType) -> Refused {
        let refused = Refused::because(format!(
            "`{from}` sends {sent}, but `{to}` takes {taken}: no implicit conversion"
        ));
        match self.adapter(from, sent, to, taken) {
            Some(offer) => refused.offering(offer),
            None => refused,
        }
    }

    /// The component that makes what one port sends fit what the other takes, as an offer.
    pub(crate) fn adapter(
        &self,
        from: &PortRef,
        sent: &PortType,
        to: &PortRef,
        taken: &PortType,
    ) -> Option<Offer> {
        let found = conversion(sent, taken)?;
        self.catalog().get(found.component)?;
        let component: ComponentRef = found.component.parse().ok()?;
        Some(Offer {
            label: format!("Insert {}", found.component),
            action: Action::ConnectThrough {
                from: from.clone(),
                to: to.clone(),
                component,
                in_port: PortName::new(found.in_port).ok()?,
                out_port: PortName::new(found.out_port).ok()?,
            },
        })
    }

    /// The ports by which two processes are best connected: by name, by type, by being free.
    pub(crate) fn best_pair(
        &self,
        from: &ProcessName,
        to: &ProcessName,
    ) -> Option<(PortRef, PortRef)> {
        let (outs, ins) = (self.ports(from)?, self.ports(to)?);
        let mut best: Option<(i32, &Port, &Port)> = None;
        for writer in outs.outs.iter().filter(|port| port.is_free()) {
            for reader in ins.ins.iter().filter(|port| can_read(port)) {
                let score = pair_score(writer, reader);
                if score.is_some_and(|score| best.is_none_or(|(known, ..)| score > known))
                    && let Some(score) = score
                {
                    best = Some((score, writer, reader));
                }
            }
        }
        let (_, writer, reader) = best?;
        Some((
            PortRef::new(from.clone(), writer.key.clone()),
            PortRef::new(to.clone(), reader.key.clone()),
        ))
    }

    /// The port of a process that suits a port of another best; never a mere setting.
    pub(crate) fn best_port(&self, end: &PortAt, process: &ProcessName) -> Option<PortKey> {
        let known = self.port(end.side, &end.end);
        let known_type = known.map_or(PortType::ANY, |port| port.port_type.clone());
        let ports = self.ports(process)?;
        let mut best: Option<(i32, &Port)> = None;
        let other = match end.side {
            Side::In => &ports.outs,
            Side::Out => &ports.ins,
        };
        for port in other {
            let is_open = match end.side {
                Side::In => port.is_free(),
                Side::Out => can_read(port),
            };
            let score = type_score(end.side, &known_type, &port.port_type);
            if let Some(score) = score.filter(|_| is_open)
                && best.is_none_or(|(known, _)| score + own_score(port) > known)
            {
                best = Some((score + own_score(port), port));
            }
        }
        best.map(|(_, port)| port.key.clone())
    }
}

/// The two ends of a wire in the direction of packets.
pub(crate) const fn directed<'p>(a: &'p PortAt, b: &'p PortAt) -> (&'p PortRef, &'p PortRef) {
    match a.side {
        Side::Out => (&a.end, &b.end),
        Side::In => (&b.end, &a.end),
    }
}

pub(crate) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::In => "in-port",
        Side::Out => "out-port",
    }
}

fn has_value(to: &PortRef) -> Refused {
    Refused::because(format!(
        "`{to}` has a value, and a port has a value or connectors, never both"
    ))
    .offering(Offer {
        label: "Take the value off".to_owned(),
        action: Action::ClearValue(to.clone()),
    })
}

/// Whether a key names an element, in use or not, of an array port.
fn is_element(ports: &Ports, side: Side, key: &PortKey) -> bool {
    key.index.is_some()
        && ports
            .side(side)
            .iter()
            .any(|port| port.is_spare && port.key.port == key.port)
}

/// Many may write to one in-port, but none where a value stands, and nobody connects a setting by chance.
const fn can_read(port: &Port) -> bool {
    !port.has_value && !port.is_setting && !port.is_exported
}

fn pair_score(writer: &Port, reader: &Port) -> Option<i32> {
    let types = type_score(Side::Out, &writer.port_type, &reader.port_type)?;
    let names = if writer.key.port == reader.key.port {
        8
    } else {
        0
    };
    Some(types + names + own_score(writer) + own_score(reader))
}

/// How well types fit; `side` is that of the first.
fn type_score(side: Side, known: &PortType, other: &PortType) -> Option<i32> {
    let (sent, taken) = match side {
        Side::Out => (known, other),
        Side::In => (other, known),
    };
    match sent.fits(taken) {
        Fit::Always if taken.is_any() => Some(3),
        Fit::Always => Some(4),
        Fit::Maybe => Some(2),
        Fit::Never => None,
    }
}

/// Required and free ports are the ones that are meant; failed packets go their own way.
fn own_score(port: &Port) -> i32 {
    let mut score = 0;
    score += if port.is_required { 4 } else { 0 };
    score += if port.is_free() { 2 } else { 0 };
    score += if is_aside(port) { -6 } else { 0 };
    score += if matches!(port.key.port.as_str(), "in" | "out") {
        2
    } else {
        0
    };
    score
}

/// Whether a port is for what did not go as it should, and so is not the one that is meant when none is named.
pub(crate) fn is_aside(port: &Port) -> bool {
    matches!(port.key.port.as_str(), "error" | "errors" | "rejected")
}

/// Whether an action that makes a connector asks for it to be checked.
pub(crate) fn is_checked(mode: ConnectMode) -> bool {
    mode == ConnectMode::Checked
}
