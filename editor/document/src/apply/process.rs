//! Processes: adding, renaming, fields, values on ports.

use millstream_graph::file::{read_value_text, write_value};
use millstream_graph::{
    ComponentRef, Edit, PortRef, Position, Process, ProcessChange, ProcessName, Side, value_problem,
};
use millstream_packet::{Kind, Value};

use crate::action::{Action, Add, Pin, ProcessField, Wiring};
use crate::apply::{Change, Done, count_of};
use crate::meta;
use crate::refusal::{Notice, Offer, Refused};
use crate::selection::{PortAt, Selection};
use crate::target::{Target, WireId};

/// Room between a new process and those beside it.
pub(crate) const GAP: f64 = 60.0;

impl Change<'_> {
    pub(super) fn add(&mut self, add: Add) -> Done {
        let title = add
            .component
            .as_ref()
            .map_or_else(|| "process".to_owned(), ComponentRef::to_string);
        let anchor = self.anchor(&add.wiring)?;
        let name = self.add_process(add.component, None)?;
        let at = match (add.at, &anchor) {
            (Some(at), _) => at,
            (None, Some(anchor)) => self.place_beside(anchor, &name),
            (None, None) => self.place_alone(&name),
        };
        self.place(&name, at)?;
        let wired = match add.wiring {
            Wiring::Alone => None,
            Wiring::AfterSelection => anchor.and_then(|anchor| self.wire_after(&anchor, &name)),
            Wiring::To { end, port } => Some(self.wire_to(&end, port, &name)?),
            Wiring::OnWire(wire) => {
                let told = self.on_wire(wire);
                self.insert(&name, wire, crate::action::Shift::Downstream)?;
                Some(format!("Insert {title} on {told}"))
            }
        };
        self.document.selection = Selection::of([Target::Process(name.clone())]);
        self.made(Target::Process(name));
        Ok(match wired {
            Some(told) if told.starts_with("Insert") => told,
            Some(told) => format!("Add {title} at {told}"),
            None => format!("Add {title}"),
        })
    }

    /// Adds a process under a name made from its component, with its ports.
    pub(crate) fn add_process(
        &mut self,
        component: Option<ComponentRef>,
        wanted: Option<&ProcessName>,
    ) -> Result<ProcessName, Refused> {
        let name = match wanted {
            Some(wanted) => self.document.free_name(wanted),
            None => self.document.name_for(component.as_ref()),
        };
        let process = Box::new(Process {
            component,
            ..Process::default()
        });
        self.edit(Edit::AddProcess {
            name: name.clone(),
            process,
            at: None,
        })?;
        self.refresh(&name);
        Ok(name)
    }

    /// The process that a new one comes behind or before.
    fn anchor(&self, wiring: &Wiring) -> Result<Option<PortAt>, Refused> {
        let selection = &self.document.selection;
        match wiring {
            Wiring::Alone => Ok(None),
            Wiring::To { end, .. } => Ok(Some(end.clone())),
            Wiring::OnWire(wire) => {
                let wire = self.wire(*wire)?;
                Ok(Some(PortAt::writing(wire.from.clone())))
            }
            Wiring::AfterSelection => {
                if let Some(port) = selection.port() {
                    return Ok(Some(port.clone()));
                }
                let last = selection.processes.last();
                Ok(last.and_then(|process| self.first_out(process)))
            }
        }
    }

    /// A free out-port of a process, or the first one.
    fn first_out(&self, process: &ProcessName) -> Option<PortAt> {
        let outs = &self.document.ports(process)?.outs;
        let port = outs.iter().find(|port| port.is_free()).or(outs.first())?;
        Some(PortAt::writing(PortRef::new(
            process.clone(),
            port.key.clone(),
        )))
    }

    /// Wires a new process behind what is selected; on the way, if the way is taken.
    fn wire_after(&mut self, anchor: &PortAt, name: &ProcessName) -> Option<String> {
        let taken = self.document.wires_at(anchor.side, &anchor.end).next();
        let taken: Option<WireId> = taken.map(|(id, _)| id);
        if let (Side::Out, Some(wire)) = (anchor.side, taken) {
            let told = self.on_wire(wire);
            return match self.insert(name, wire, crate::action::Shift::Downstream) {
                Ok(()) => Some(format!("Insert {name} on {told}")),
                Err(refused) => self.unwired(refused),
            };
        }
        match self.wire_to(anchor, None, name) {
            Ok(told) => Some(told),
            Err(refused) => self.unwired(refused),
        }
    }

    fn unwired(&mut self, refused: Refused) -> Option<String> {
        self.tell(Notice::Broken(refused.reason));
        None
    }

    fn wire_to(
        &mut self,
        end: &PortAt,
        port: Option<millstream_graph::PortKey>,
        name: &ProcessName,
    ) -> Result<String, Refused> {
        let port = port.or_else(|| self.document.best_port(end, name));
        let Some(port) = port else {
            return Err(Refused::because(format!(
                "no port of `{name}` suits `{}`",
                end.end
            )));
        };
        let other = PortRef::new(name.clone(), port);
        let (from, to) = match end.side {
            Side::Out => (end.end.clone(), other),
            Side::In => (other, end.end.clone()),
        };
        self.connect_checked(&from, &to)?;
        Ok(end.end.to_string())
    }

    pub(super) fn rename(&mut self, process: ProcessName, to: &str) -> Done {
        let name = match ProcessName::new(to.trim()) {
            Ok(name) => name,
            Err(error) => {
                let refused = Refused::because(error.to_string());
                let legible = self.document.free_name(&ProcessName::legible(to));
                return Err(refused.offering(Offer {
                    label: format!("Call it {legible}"),
                    action: Action::Rename {
                        process,
                        to: legible.to_string(),
                    },
                }));
            }
        };
        if name == process {
            return Ok(String::new());
        }
        let told = format!("Rename {process} to {name}");
        let was_selected = self.document.selection.processes.contains(&process);
        self.edit(Edit::RenameProcess {
            from: process,
            to: name.clone(),
        })?;
        if was_selected {
            self.document.selection = Selection::of([Target::Process(name)]);
        }
        Ok(told)
    }

    pub(super) fn set_field(&mut self, processes: &[ProcessName], field: &ProcessField) -> Done {
        for name in processes {
            let Some(process) = self.document.process(name) else {
                return Err(Refused::because(format!("there is no process `{name}`")));
            };
            if let Some(change) = change_of(process, field) {
                self.edit(Edit::ChangeProcess {
                    name: name.clone(),
                    change,
                })?;
            }
        }
        Ok(format!(
            "{} {}",
            field_title(field),
            count_of(processes, "process", "processes")
        ))
    }

    pub(super) fn type_value(&mut self, end: PortRef, text: &str) -> Done {
        let port = self.document.port(Side::In, &end);
        let takes_text = port.is_none_or(|port| port.port_type.has(Kind::Text));
        let takes_only_text = port.is_some_and(|port| port.port_type.to_string() == "text");
        let value = match read_value_text(text) {
            Ok(value) if takes_only_text && value.as_text().is_none() => Value::from(text.trim()),
            Ok(value) => value,
            Err(_) if takes_text && is_bare(text) => Value::from(text.trim()),
            Err(error) => {
                let help = error
                    .help
                    .map_or_else(String::new, |help| format!("; {help}"));
                let reason = format!("{}{help}", error.message);
                return Err(Refused::because(reason).at(error.span));
            }
        };
        if let Some(problem) = self.value_problem(&end, &value) {
            return Err(Refused::because(problem).at(0..text.len()));
        }
        self.set_value(end, value)
    }

    pub(super) fn set_value(&mut self, end: PortRef, value: Value) -> Done {
        let Some(process) = self.document.process(&end.process) else {
            return Err(Refused::because(format!(
                "there is no process `{}`",
                end.process
            )));
        };
        if let Some((_, wire)) = self.document.wires_at(Side::In, &end).next() {
            return Err(Refused::because(format!(
                "`{end}` is connected to `{}`, and a port has a value or connectors, never both",
                wire.from
            )));
        }
        let told = format!("Set {end} to {}", shortened(&write_value(&value)));
        if process.iips.get(&end.key()) == Some(&value) {
            return Ok(told);
        }
        if let Some(problem) = self.value_problem(&end, &value) {
            self.tell(Notice::Broken(problem));
        }
        self.set_iip(&end, Some(value))?;
        Ok(told)
    }

    pub(super) fn clear_value(&mut self, end: &PortRef) -> Done {
        let process = self.document.process(&end.process);
        if process.is_none_or(|process| !process.iips.contains_key(&end.key())) {
            return Err(Refused::because(format!("there is no value on `{end}`")));
        }
        self.set_iip(end, None)?;
        Ok(format!("Take the value off {end}"))
    }

    pub(crate) fn set_iip(&mut self, end: &PortRef, value: Option<Value>) -> Result<(), Refused> {
        self.edit(Edit::ChangeProcess {
            name: end.process.clone(),
            change: ProcessChange::Iip {
                port: end.key(),
                value,
                at: None,
            },
        })
    }

    /// What the spec of a port says against a value.
    fn value_problem(&self, end: &PortRef, value: &Value) -> Option<String> {
        let spec = self.document.spec(&end.process)?;
        let port = spec.in_port(end.port.as_str())?;
        value_problem(port, &end.key().to_string(), value)
    }

    /// Puts a process where it is to stand.
    pub(crate) fn place(&mut self, name: &ProcessName, at: Position) -> Result<(), Refused> {
        if self.graph().layout.get(name) == Some(&at) {
            return Ok(());
        }
        self.edit(Edit::SetPosition {
            process: name.clone(),
            position: Some(at),
            at: None,
        })
    }
}

/// What sets a field, if it has another value now.
fn change_of(process: &Process, field: &ProcessField) -> Option<ProcessChange> {
    use ProcessChange as Change;
    use ProcessField as Field;
    let text = |old: &Option<String>, new: &str| differs(old.as_deref(), new).map(NewText::text);
    match field {
        Field::Component(new) => {
            (process.component != *new).then(|| Change::Component(new.clone()))
        }
        Field::Label(new) => text(&process.label, new).map(Change::Label),
        Field::Note(new) => text(&process.note, new).map(Change::Note),
        Field::Worker(new) => text(&process.worker, new).map(Change::Worker),
        Field::Thread(new) => text(&process.thread, new).map(Change::Thread),
        Field::OnError(new) => (process.on_error != *new).then_some(Change::OnError(*new)),
        Field::Replicas(new) => (process.replicas != *new).then_some(Change::Replicas(*new)),
        Field::Colour(new) => meta_change(process, meta::COLOUR, new.as_deref().map(Value::from)),
        Field::Pin(pin) => {
            let value = (*pin == Pin::Pinned).then(|| Value::from(true));
            meta_change(process, meta::PINNED, value)
        }
    }
}

/// A text that somebody typed where another one was.
#[derive(Debug)]
pub(crate) struct NewText<'t>(&'t str);

impl NewText<'_> {
    /// The text; none if nothing was left of it.
    pub(crate) fn text(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.to_owned())
    }
}

/// The new text, if it differs from the old one; empty text is none.
pub(crate) fn differs<'t>(old: Option<&str>, new: &'t str) -> Option<NewText<'t>> {
    (old.unwrap_or_default() != new).then_some(NewText(new))
}

fn meta_change(process: &Process, key: &str, value: Option<Value>) -> Option<ProcessChange> {
    (process.meta.get(key) != value.as_ref()).then(|| ProcessChange::Meta {
        key: key.to_owned(),
        value,
        at: None,
    })
}

const fn field_title(field: &ProcessField) -> &'static str {
    match field {
        ProcessField::Component(_) => "Set component of",
        ProcessField::Label(_) => "Label",
        ProcessField::Note(_) => "Note on",
        ProcessField::Worker(_) => "Place",
        ProcessField::Thread(_) => "Set thread of",
        ProcessField::OnError(_) => "Set failure of",
        ProcessField::Replicas(_) => "Set copies of",
        ProcessField::Colour(_) => "Colour",
        ProcessField::Pin(Pin::Pinned) => "Pin",
        ProcessField::Pin(Pin::Free) => "Unpin",
    }
}

/// Whether text that is no RON was most likely meant as text: it opens no bracket and no quote.
fn is_bare(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.starts_with(['"', '[', '{', '(']) && !text.starts_with("r#\"")
}

fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 24;
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(CHARS_MAX - 1).collect();
    format!("{kept}…")
}
