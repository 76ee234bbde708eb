//! Processes: adding, renaming, fields, values on ports.

use millstream_graph::file::{read_value_text, write_value};
use millstream_graph::{
    ComponentRef, Edit, PortKey, PortRef, Position, Process, ProcessChange, ProcessName, Side,
    value_problem,
};
use millstream_packet::{Kind, PortType, Value};

use crate::action::{Action, Add, Pin, ProcessField, Shift, Wiring};
use crate::apply::{Change, Done, count_of};
use crate::fit::is_aside;
use crate::geometry::Rect;
use crate::meta;
use crate::ports::Port;
use crate::refusal::{Notice, Offer, Refused};
use crate::selection::{PortAt, Selection};
use crate::target::{Target, WireId};

/// Room between a new process and those beside it.
pub(crate) const GAP: f64 = 60.0;

/// Where a new process goes.
#[derive(Debug)]
enum Way {
    /// Nowhere near another.
    Alone,
    /// To a port that a wire was dragged from.
    To { end: PortAt, port: Option<PortKey> },
    /// Behind a port, if one of its own suits.
    After(PortAt),
    /// Between the ends of a connector.
    On { wire: WireId, need: Need },
}

/// Whether a process is not added at all if it does not suit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Must,
    May,
}

impl Change<'_> {
    pub(super) fn add(&mut self, add: Add) -> Done {
        let component = add.component.as_ref();
        let title = component.map_or_else(|| "process".to_owned(), ComponentRef::to_string);
        let way = self.way(add.wiring)?;
        let name = self.add_process(add.component, None)?;
        let at = add.at.unwrap_or_else(|| self.place_for(&way, &name));
        self.place(&name, at)?;
        let told = self.lead(&way, &name, &title)?;
        self.document.selection = Selection::of([Target::Process(name.clone())]);
        self.made_first(Target::Process(name));
        Ok(told)
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

    /// Where a new process goes.
    fn way(&self, wiring: Wiring) -> Result<Way, Refused> {
        let anchor = match wiring {
            Wiring::Alone => return Ok(Way::Alone),
            Wiring::To { end, port } => return Ok(Way::To { end, port }),
            Wiring::OnWire(wire) => {
                self.wire(wire)?;
                return Ok(Way::On {
                    wire,
                    need: Need::Must,
                });
            }
            Wiring::AfterSelection => self.anchor(),
        };
        let Some(end) = anchor else {
            return Ok(Way::Alone);
        };
        // Behind an out-port that is taken there is room only on its connector.
        let taken = self.document.wires_at(end.side, &end.end).next();
        let taken = taken.map(|(id, _)| id).filter(|_| end.side == Side::Out);
        Ok(match taken {
            Some(wire) => Way::On {
                wire,
                need: Need::May,
            },
            None => Way::After(end),
        })
    }

    /// The port that a new process comes behind: the selected one, or one of the process that was selected last.
    fn anchor(&self) -> Option<PortAt> {
        let selection = &self.document.selection;
        match selection.port() {
            Some(port) => Some(port.clone()),
            None => self.first_out(selection.processes.last()?),
        }
    }

    fn place_for(&self, way: &Way, name: &ProcessName) -> Position {
        match way {
            Way::Alone => self.place_alone(name),
            Way::To { end, .. } | Way::After(end) => self.place_beside(end, name),
            Way::On { wire, .. } => {
                let writer = self.document.wire(*wire).map(|wire| &wire.from.process);
                let writer = writer.map_or_else(Rect::default, |name| self.document.rect(name));
                Position {
                    x: writer.max.x + GAP,
                    y: writer.min.y,
                }
            }
        }
    }

    /// Wires a new process; gives the name of the step.
    fn lead(&mut self, way: &Way, name: &ProcessName, title: &str) -> Done {
        let led = match way {
            Way::Alone => return Ok(format!("Add {title}")),
            Way::To { end, port } => {
                self.wire_to(end, port.clone(), name)?;
                return Ok(format!("Add {title} at {}", end.end));
            }
            Way::On { wire, need } => {
                let told = format!("Insert {title} on {}", self.on_wire(*wire));
                match self.insert(name, *wire, Shift::Downstream) {
                    Err(refused) if *need == Need::Must => return Err(refused),
                    led => led.map(|()| told),
                }
            }
            Way::After(end) => {
                let led = self.wire_to(end, None, name);
                led.map(|()| format!("Add {title} after {}", end.end))
            }
        };
        // What was added behind the selection may stand there without a wire, but not in silence.
        Ok(led.unwrap_or_else(|refused| {
            self.tell(Notice::Broken(refused.reason));
            format!("Add {title}")
        }))
    }

    /// The out-port of a process that one goes on from: a free one, or the first; what failed goes its own way.
    fn first_out(&self, process: &ProcessName) -> Option<PortAt> {
        let outs = &self.document.ports(process)?.outs;
        let main: Vec<&Port> = outs.iter().filter(|port| !is_aside(port)).collect();
        let free = main.iter().find(|port| port.is_free());
        let port = free.or(main.first()).copied().or(outs.first())?;
        Some(PortAt::writing(PortRef::new(
            process.clone(),
            port.key.clone(),
        )))
    }

    fn wire_to(
        &mut self,
        end: &PortAt,
        port: Option<PortKey>,
        name: &ProcessName,
    ) -> Result<(), Refused> {
        let Some(port) = port.or_else(|| self.document.best_port(end, name)) else {
            return Err(Refused::because(format!(
                "no port of `{name}` suits `{}`",
                end.end
            )));
        };
        let other = PortRef::new(name.clone(), port);
        let (from, to) = match end.side {
            Side::Out => (&end.end, &other),
            Side::In => (&other, &end.end),
        };
        self.connect_checked(from, to).map(drop)
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
        let takes_only_text = port.is_some_and(|port| port.port_type == PortType::TEXT);
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
