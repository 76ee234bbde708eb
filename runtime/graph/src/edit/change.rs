//! Edits of single processes, connectors and groups.

use std::mem::replace;

use crate::edit::entry::{existing, position, set_entry};
use crate::edit::{ConnectorChange, Edit, EditError, ProcessChange};
use crate::file::check_savable;
use crate::model::{Connector, Graph, Group, Process};
use crate::names::ProcessName;

impl Graph {
    pub(super) fn add_process(
        &mut self,
        name: ProcessName,
        process: Process,
        at: Option<usize>,
    ) -> Result<Edit, EditError> {
        if self.processes.contains_key(&name) {
            return Err(EditError::ProcessTaken(name));
        }
        process.check_savable()?;
        let at = position("processes", at, self.processes.len())?;
        self.processes.shift_insert(at, name.clone(), process);
        Ok(Edit::RemoveProcessOnly(name))
    }

    pub(super) fn remove_process_only(&mut self, name: ProcessName) -> Result<Edit, EditError> {
        let Some((at, name, process)) = self.processes.shift_remove_full(&name) else {
            return Err(EditError::NoProcess(name));
        };
        Ok(Edit::AddProcess {
            name,
            process: Box::new(process),
            at: Some(at),
        })
    }

    pub(super) fn rename_process_only(
        &mut self,
        from: ProcessName,
        to: ProcessName,
    ) -> Result<Edit, EditError> {
        if self.processes.contains_key(&to) {
            return Err(EditError::ProcessTaken(to));
        }
        let Some((at, from, process)) = self.processes.shift_remove_full(&from) else {
            return Err(EditError::NoProcess(from));
        };
        self.processes.shift_insert(at, to.clone(), process);
        Ok(Edit::RenameProcessOnly { from: to, to: from })
    }

    pub(super) fn change_process(
        &mut self,
        name: ProcessName,
        change: ProcessChange,
    ) -> Result<Edit, EditError> {
        let Some(process) = self.processes.get_mut(&name) else {
            return Err(EditError::NoProcess(name));
        };
        let change = process.change(change)?;
        Ok(Edit::ChangeProcess { name, change })
    }

    pub(super) fn add_connector(
        &mut self,
        connector: Connector,
        at: Option<usize>,
    ) -> Result<Edit, EditError> {
        connector.check_savable()?;
        let at = position("connectors", at, self.connectors.len())?;
        self.connectors.insert(at, connector);
        Ok(Edit::RemoveConnector { at })
    }

    pub(super) fn remove_connector(&mut self, at: usize) -> Result<Edit, EditError> {
        let at = existing("connectors", at, self.connectors.len())?;
        Ok(Edit::AddConnector {
            connector: Box::new(self.connectors.remove(at)),
            at: Some(at),
        })
    }

    pub(super) fn change_connector(
        &mut self,
        at: usize,
        change: ConnectorChange,
    ) -> Result<Edit, EditError> {
        let at = existing("connectors", at, self.connectors.len())?;
        let change = self.connectors[at].change(change)?;
        Ok(Edit::ChangeConnector { at, change })
    }

    pub(super) fn add_group(&mut self, group: Group, at: Option<usize>) -> Result<Edit, EditError> {
        group.meta.values().try_for_each(check_savable)?;
        let at = position("groups", at, self.groups.len())?;
        self.groups.insert(at, group);
        Ok(Edit::RemoveGroup { at })
    }

    pub(super) fn remove_group(&mut self, at: usize) -> Result<Edit, EditError> {
        let at = existing("groups", at, self.groups.len())?;
        Ok(Edit::AddGroup {
            group: Box::new(self.groups.remove(at)),
            at: Some(at),
        })
    }

    pub(super) fn change_group(&mut self, at: usize, group: Group) -> Result<Edit, EditError> {
        group.meta.values().try_for_each(check_savable)?;
        let at = existing("groups", at, self.groups.len())?;
        Ok(Edit::ChangeGroup {
            at,
            group: Box::new(replace(&mut self.groups[at], group)),
        })
    }
}

impl Graph {
    /// Checks what each edit checks, of the whole graph.
    pub(super) fn check_savable(&self) -> Result<(), EditError> {
        for process in self.processes.values() {
            process.check_savable()?;
        }
        for connector in &self.connectors {
            connector.check_savable()?;
        }
        for group in &self.groups {
            group.meta.values().try_for_each(check_savable)?;
        }
        self.meta.values().try_for_each(check_savable)?;
        let mut places = self.layout.iter();
        match places.find(|(_, place)| !(place.x.is_finite() && place.y.is_finite())) {
            Some((name, _)) => Err(EditError::NotFinite(name.clone())),
            None => Ok(()),
        }
    }
}

impl Process {
    fn check_savable(&self) -> Result<(), EditError> {
        if self.replicas == 0 {
            return Err(EditError::NoReplicas);
        }
        self.iips.values().try_for_each(check_savable)?;
        Ok(self.meta.values().try_for_each(check_savable)?)
    }

    /// Makes the change and gives back the one that undoes it.
    fn change(&mut self, change: ProcessChange) -> Result<ProcessChange, EditError> {
        use ProcessChange as Change;
        Ok(match change {
            Change::Component(new) => Change::Component(replace(&mut self.component, new)),
            Change::Note(new) => Change::Note(replace(&mut self.note, new)),
            Change::Label(new) => Change::Label(replace(&mut self.label, new)),
            Change::Worker(new) => Change::Worker(replace(&mut self.worker, new)),
            Change::Thread(new) => Change::Thread(replace(&mut self.thread, new)),
            Change::OnError(new) => Change::OnError(replace(&mut self.on_error, new)),
            Change::Replicas(0) => return Err(EditError::NoReplicas),
            Change::Replicas(new) => Change::Replicas(replace(&mut self.replicas, new)),
            Change::Comments(new) => Change::Comments(replace(&mut self.comments, new)),
            Change::Iip { port, value, at } => {
                value.as_ref().map_or(Ok(()), check_savable)?;
                let (value, at) = set_entry(&mut self.iips, "value on", port.clone(), value, at)?;
                Change::Iip { port, value, at }
            }
            Change::Meta { key, value, at } => {
                value.as_ref().map_or(Ok(()), check_savable)?;
                let (value, at) = set_entry(&mut self.meta, "meta entry", key.clone(), value, at)?;
                Change::Meta { key, value, at }
            }
        })
    }
}

impl Connector {
    fn check_savable(&self) -> Result<(), EditError> {
        if self.capacity == 0 {
            return Err(EditError::NoCapacity);
        }
        Ok(self.meta.values().try_for_each(check_savable)?)
    }

    /// Makes the change and gives back the one that undoes it.
    fn change(&mut self, change: ConnectorChange) -> Result<ConnectorChange, EditError> {
        use ConnectorChange as Change;
        Ok(match change {
            Change::From(new) => Change::From(replace(&mut self.from, new)),
            Change::To(new) => Change::To(replace(&mut self.to, new)),
            Change::Capacity(0) => return Err(EditError::NoCapacity),
            Change::Capacity(new) => Change::Capacity(replace(&mut self.capacity, new)),
            Change::WhenFull(new) => Change::WhenFull(replace(&mut self.when_full, new)),
            Change::Note(new) => Change::Note(replace(&mut self.note, new)),
            Change::Comments(new) => Change::Comments(replace(&mut self.comments, new)),
            Change::Meta { key, value, at } => {
                value.as_ref().map_or(Ok(()), check_savable)?;
                let (value, at) = set_entry(&mut self.meta, "meta entry", key.clone(), value, at)?;
                Change::Meta { key, value, at }
            }
        })
    }
}
