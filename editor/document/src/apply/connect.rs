//! Connectors: drawing, moving their ends, what they hold, how they run.

use millstream_graph::{
    ComponentRef, Connector, ConnectorChange, Edit, PortKey, PortName, PortRef, Position,
    ProcessName, Side, WhenFull,
};

use crate::action::ConnectMode;
use crate::apply::process::differs;
use crate::apply::{Change, Done, count};
use crate::fit::is_checked;
use crate::meta;
use crate::model::wire_end;
use crate::refusal::{Notice, Refused};
use crate::selection::{PortAt, Selection};
use crate::target::{Target, WireId};

impl Change<'_> {
    pub(super) fn connect(&mut self, from: &PortRef, to: &PortRef, mode: ConnectMode) -> Done {
        let from = self.with_element(Side::Out, from);
        let to = self.with_element(Side::In, to);
        let wire = if is_checked(mode) {
            self.connect_checked(&from, &to)?
        } else {
            self.connect_anyway(&from, &to)?
        };
        self.document.selection = Selection::of([Target::Wire(wire)]);
        Ok(format!("Connect {from} -> {to}"))
    }

    /// An array port without an element means its next one.
    fn with_element(&self, side: Side, end: &PortRef) -> PortRef {
        let ports = self.document.ports(&end.process);
        let spare = ports.and_then(|ports| {
            let mut all = ports.side(side).iter();
            all.find(|port| port.is_spare && port.key.port == end.port)
        });
        match spare {
            Some(spare) if end.index.is_none() => {
                PortRef::new(end.process.clone(), spare.key.clone())
            }
            _ => end.clone(),
        }
    }

    pub(crate) fn connect_checked(
        &mut self,
        from: &PortRef,
        to: &PortRef,
    ) -> Result<WireId, Refused> {
        self.document.can_connect(from, to)?;
        self.add_wire(Connector::new(from.clone(), to.clone()))
    }

    fn connect_anyway(&mut self, from: &PortRef, to: &PortRef) -> Result<WireId, Refused> {
        if let Err(refused) = self.document.can_connect(from, to) {
            for end in [from, to] {
                if !self.graph().processes.contains_key(&end.process) {
                    return Err(refused);
                }
            }
            self.tell(Notice::Broken(refused.reason));
        }
        self.add_wire(Connector::new(from.clone(), to.clone()))
    }

    /// Adds a connector behind the others.
    pub(crate) fn add_wire(&mut self, connector: Connector) -> Result<WireId, Refused> {
        let at = self.graph().connectors.len();
        let ends = [connector.from.process.clone(), connector.to.process.clone()];
        self.edit(Edit::AddConnector {
            connector: Box::new(connector),
            at: None,
        })?;
        for end in &ends {
            self.refresh(end);
        }
        let Some(id) = self.document.model.wire_at(at) else {
            return Err(Refused::because("the connector was not added"));
        };
        self.made(Target::Wire(id));
        Ok(id)
    }

    pub(super) fn connect_through(
        &mut self,
        from: &PortRef,
        to: &PortRef,
        component: ComponentRef,
        (in_port, out_port): (PortName, PortName),
    ) -> Done {
        let told = format!("Connect {from} -> {to} through {component}");
        let name = self.add_process(Some(component), None)?;
        let at = self.middle(&from.process, &to.process);
        self.place(&name, at)?;
        let reads = PortRef::new(name.clone(), PortKey::of(in_port));
        let writes = PortRef::new(name.clone(), PortKey::of(out_port));
        if let Some(wire) = self.document.wire_between(from, to) {
            self.split(wire, &reads, &writes)?;
        } else {
            self.connect_checked(from, &reads)?;
            self.connect_checked(&writes, to)?;
        }
        self.document.selection = Selection::of([Target::Process(name.clone())]);
        self.made_first(Target::Process(name));
        Ok(told)
    }

    /// Puts a copying process where an out-port is read already, and connects its next element.
    pub(super) fn branch(&mut self, from: &PortRef, to: &PortRef) -> Done {
        let taken = self.document.wires_at(Side::Out, from).next();
        let Some(wire) = taken.map(|(id, _)| id) else {
            return self.connect(from, to, ConnectMode::Checked);
        };
        let reader = self.wire(wire)?.to.process.clone();
        let copy: ComponentRef = "core/Copy".parse()?;
        let name = self.add_process(Some(copy), None)?;
        let at = self.middle(&from.process, &reader);
        self.place(&name, at)?;
        let reads = port_named(&name, "in", None)?;
        let first = port_named(&name, "out", Some(0))?;
        let second = port_named(&name, "out", Some(1))?;
        self.split(wire, &reads, &first)?;
        self.refresh(&name);
        self.connect_checked(&second, to)?;
        self.document.selection = Selection::of([Target::Process(name.clone())]);
        self.made_first(Target::Process(name));
        Ok(format!("Send {from} to {to} too"))
    }

    /// Leads a connector to one port and on from another to where it went.
    pub(crate) fn split(
        &mut self,
        wire: WireId,
        reads: &PortRef,
        writes: &PortRef,
    ) -> Result<(), Refused> {
        let to = self.wire(wire)?.to.clone();
        self.set_bends_of(wire, &[])?;
        self.change_wire(wire, ConnectorChange::To(reads.clone()))?;
        self.add_wire(Connector::new(writes.clone(), to))?;
        Ok(())
    }

    pub(super) fn connect_processes(&mut self, from: &ProcessName, to: &ProcessName) -> Done {
        let Some((from, to)) = self.document.best_pair(from, to) else {
            return Err(Refused::because(format!(
                "no free out-port of `{from}` suits an in-port of `{to}`"
            )));
        };
        self.connect(&from, &to, ConnectMode::Checked)
    }

    pub(super) fn move_ends(&mut self, wires: &[WireId], to: &PortAt, mode: ConnectMode) -> Done {
        for &id in wires {
            let wire = self.wire(id)?;
            if *wire_end(wire, to.side) == to.end {
                continue;
            }
            let (from, reader) = match to.side {
                Side::In => (wire.from.clone(), to.end.clone()),
                Side::Out => (to.end.clone(), wire.to.clone()),
            };
            self.move_end(id, &from, &reader, mode)?;
        }
        Ok(format!(
            "Move {} to {}",
            count(wires.len(), "end", "ends"),
            to.end
        ))
    }

    fn move_end(
        &mut self,
        id: WireId,
        from: &PortRef,
        to: &PortRef,
        mode: ConnectMode,
    ) -> Result<(), Refused> {
        match self.document.judge(from, to, Some(id)) {
            Err(refused) if is_checked(mode) => return Err(refused),
            Err(refused) => self.tell(Notice::Broken(refused.reason)),
            Ok(()) => {}
        }
        self.set_bends_of(id, &[])?;
        let old = self.wire(id)?;
        let (left, change) = if old.from == *from {
            (old.to.clone(), ConnectorChange::To(to.clone()))
        } else {
            (old.from.clone(), ConnectorChange::From(from.clone()))
        };
        self.change_wire(id, change)?;
        for end in [&left, from, to] {
            self.refresh(&end.process);
        }
        Ok(())
    }

    pub(super) fn set_bends(&mut self, wire: WireId, bends: &[Position]) -> Done {
        let told = format!("Bend {}", self.wire(wire)?);
        if bends
            .iter()
            .any(|at| !(at.x.is_finite() && at.y.is_finite()))
        {
            return Err(Refused::because("a bend is not a finite number"));
        }
        self.set_bends_of(wire, bends)?;
        Ok(told)
    }

    fn set_bends_of(&mut self, wire: WireId, bends: &[Position]) -> Result<(), Refused> {
        let old = self.wire(wire)?.meta.get(meta::BENDS);
        let value = (!bends.is_empty()).then(|| meta::bends_value(bends));
        if old == value.as_ref() {
            return Ok(());
        }
        let change = ConnectorChange::Meta {
            key: meta::BENDS.to_owned(),
            value,
            at: None,
        };
        self.change_wire(wire, change)
    }

    pub(super) fn set_capacity(&mut self, wires: &[WireId], capacity: u32) -> Done {
        for &wire in wires {
            if self.wire(wire)?.capacity != capacity {
                self.change_wire(wire, ConnectorChange::Capacity(capacity))?;
            }
        }
        Ok(format!(
            "Set capacity of {} to {capacity}",
            self.wires_title(wires)
        ))
    }

    pub(super) fn set_when_full(&mut self, wires: &[WireId], when_full: WhenFull) -> Done {
        for &wire in wires {
            if self.wire(wire)?.when_full != when_full {
                self.change_wire(wire, ConnectorChange::WhenFull(when_full))?;
            }
        }
        Ok(format!(
            "Set {} to {}",
            self.wires_title(wires),
            when_full.name()
        ))
    }

    pub(super) fn set_wire_note(&mut self, wire: WireId, note: &str) -> Done {
        let found = self.wire(wire)?;
        let told = format!("Note on {found}");
        if let Some(note) = differs(found.note.as_deref(), note) {
            self.change_wire(wire, ConnectorChange::Note(note.text()))?;
        }
        Ok(told)
    }

    pub(crate) fn change_wire(
        &mut self,
        wire: WireId,
        change: ConnectorChange,
    ) -> Result<(), Refused> {
        let at = self.wire_place(wire)?;
        self.edit(Edit::ChangeConnector { at, change })
    }

    pub(crate) fn remove_wire(&mut self, wire: WireId) -> Result<(), Refused> {
        let at = self.wire_place(wire)?;
        self.edit(Edit::RemoveConnector { at })
    }

    pub(crate) fn wire(&self, id: WireId) -> Result<&Connector, Refused> {
        let found = self.document.wire(id);
        found.ok_or_else(|| Refused::because("the connector is gone"))
    }

    fn wire_place(&self, id: WireId) -> Result<usize, Refused> {
        let found = self.document.wire_position(id);
        found.ok_or_else(|| Refused::because("the connector is gone"))
    }

    /// How a step names a connector.
    pub(crate) fn on_wire(&self, wire: WireId) -> String {
        self.document
            .wire(wire)
            .map_or_else(|| "a connector".to_owned(), Connector::to_string)
    }

    fn wires_title(&self, wires: &[WireId]) -> String {
        match wires {
            [one] => self.on_wire(*one),
            several => count(several.len(), "connector", "connectors"),
        }
    }
}

fn port_named(process: &ProcessName, port: &str, index: Option<u32>) -> Result<PortRef, Refused> {
    let port = PortName::new(port)?;
    Ok(PortRef::new(process.clone(), PortKey { port, index }))
}
