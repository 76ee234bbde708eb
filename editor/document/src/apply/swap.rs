//! Another component for a process, which keeps its wires.

use millstream_graph::{
    ComponentRef, Connector, ConnectorChange, Edit, PortRef, ProcessChange, ProcessName, Side,
};

use crate::apply::{Change, Done};
use crate::model::wire_end;
use crate::refusal::{Notice, Refused};
use crate::replace::Replacement;
use crate::target::WireId;

impl Change<'_> {
    pub(super) fn replace(&mut self, process: &ProcessName, component: ComponentRef) -> Done {
        let plan = self.document.replacement(process, &component)?;
        let told = format!("Replace {process} by {component}");
        for wire in self.document.wires_of(process).to_vec() {
            self.move_wire(process, wire, &plan)?;
        }
        self.move_values(process, &plan)?;
        self.move_exports(process, &plan)?;
        self.edit(Edit::ChangeProcess {
            name: process.clone(),
            change: ProcessChange::Component(Some(component)),
        })?;
        Ok(told)
    }

    fn move_wire(
        &mut self,
        process: &ProcessName,
        id: WireId,
        plan: &Replacement,
    ) -> Result<(), Refused> {
        for side in [Side::Out, Side::In] {
            let Some(wire) = self.document.wire(id) else {
                return Ok(());
            };
            let end = wire_end(wire, side);
            if end.process != *process {
                continue;
            }
            let Some(new) = plan.new_key(side, &end.key()) else {
                let Connector { from, to, .. } = wire.clone();
                self.tell(Notice::Unwired { from, to });
                return self.remove_wire(id);
            };
            if end.key() != *new {
                let end = PortRef::new(process.clone(), new.clone());
                let change = match side {
                    Side::In => ConnectorChange::To(end),
                    Side::Out => ConnectorChange::From(end),
                };
                self.change_wire(id, change)?;
            }
        }
        Ok(())
    }

    fn move_values(&mut self, process: &ProcessName, plan: &Replacement) -> Result<(), Refused> {
        let Some(found) = self.document.process(process) else {
            return Ok(());
        };
        let moved: Vec<_> = found
            .iips
            .iter()
            .map(|(key, value)| {
                (
                    key.clone(),
                    value.clone(),
                    plan.new_key(Side::In, key).cloned(),
                )
            })
            .filter(|(key, _, new)| new.as_ref() != Some(key))
            .collect();
        // All leave before any comes, for two may change places.
        for (key, _, new) in &moved {
            let end = PortRef::new(process.clone(), key.clone());
            self.set_iip(&end, None)?;
            if new.is_none() {
                self.tell(Notice::Unset(end));
            }
        }
        for (_, value, new) in moved {
            if let Some(new) = new {
                self.set_iip(&PortRef::new(process.clone(), new), Some(value))?;
            }
        }
        Ok(())
    }

    fn move_exports(&mut self, process: &ProcessName, plan: &Replacement) -> Result<(), Refused> {
        for side in [Side::In, Side::Out] {
            let exports = self.document.model.exported(side).iter();
            let moved: Vec<_> = exports
                .filter(|(_, end)| end.process == *process)
                .map(|(name, end)| {
                    (
                        name.clone(),
                        end.clone(),
                        plan.new_key(side, &end.key()).cloned(),
                    )
                })
                .filter(|(_, end, new)| new.as_ref() != Some(&end.key()))
                .collect();
            for (name, end, new) in moved {
                if new.is_none() {
                    self.tell(Notice::Broken(format!(
                        "the graph offers {name} ({end}) no more"
                    )));
                }
                self.edit(Edit::SetExport {
                    side,
                    name,
                    target: new.map(|new| PortRef::new(process.clone(), new)),
                    at: None,
                })?;
            }
        }
        Ok(())
    }
}
