//! Actions made of numbers, so that they suit whatever document there is.

use millstream_graph::Side::{self, In, Out};
use millstream_graph::{OnError, PortRef, Position, ProcessName};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::action::*;
use crate::document::Document;
use crate::selection::PortAt;
use crate::target::{GroupId, Target, WireId};
use crate::testing::component;

/// Which kind of action, and three numbers for the rest of it.
pub(super) type Seed = (u8, usize, usize, usize);

pub(super) fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let number = 0..40_usize;
    vec((any::<u8>(), number.clone(), number.clone(), number), 1..16)
}

/// An action made of numbers; nothing if the document has nothing for it.
pub(super) fn action(document: &Document, (kind, a, b, c): Seed) -> Option<Action> {
    let maker = Maker { document, a, b, c };
    match kind % 38 {
        kind @ 0..=12 => maker.of_processes(kind),
        kind @ 13..=23 => maker.of_wires(kind),
        kind => maker.of_graph(kind),
    }
}

const COMPONENTS: [&str; 8] = [
    "core/Kick",
    "core/Copy",
    "core/Concat",
    "core/Drop",
    "text/Trim",
    "text/Regex",
    "json/Write",
    "a/b/Unknown",
];

struct Maker<'d> {
    document: &'d Document,
    a: usize,
    b: usize,
    c: usize,
}

fn pick<T: Clone>(all: &[T], at: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[at % all.len()].clone())
}

impl Maker<'_> {
    fn process(&self, at: usize) -> Option<ProcessName> {
        let all: Vec<_> = self.document.graph().processes.keys().cloned().collect();
        pick(&all, at)
    }

    fn some(&self, skip: usize) -> Vec<ProcessName> {
        let all = self.document.graph().processes.keys();
        all.skip(skip % 3)
            .step_by(1 + self.c % 3)
            .cloned()
            .collect()
    }

    fn wires(&self) -> Vec<WireId> {
        self.document.wires().map(|(id, _)| id).collect()
    }

    fn wire(&self, at: usize) -> Option<WireId> {
        pick(&self.wires(), at)
    }

    fn group(&self) -> Option<GroupId> {
        let all: Vec<_> = self.document.groups().map(|(id, _)| id).collect();
        pick(&all, self.a)
    }

    fn port(&self, process: usize, side: Side, at: usize) -> Option<PortRef> {
        let process = self.process(process)?;
        let ports = self.document.ports(&process)?.side(side).iter();
        let keys: Vec<_> = ports.map(|port| port.key.clone()).collect();
        Some(PortRef::new(process, pick(&keys, at)?))
    }

    fn at(&self) -> Position {
        Position {
            x: (self.b * 37) as f64,
            y: (self.c * 21) as f64,
        }
    }

    fn mode(&self) -> ConnectMode {
        match self.c % 3 {
            0 => ConnectMode::Anyway,
            _ => ConnectMode::Checked,
        }
    }

    fn add(&self) -> Option<Action> {
        let wiring = match self.c % 4 {
            0 => Wiring::Alone,
            1 => Wiring::AfterSelection,
            2 => Wiring::OnWire(self.wire(self.b)?),
            _ => Wiring::To {
                end: PortAt::writing(self.port(self.b, Out, self.c)?),
                port: None,
            },
        };
        Some(Action::Add(Add {
            component: Some(component(COMPONENTS[self.a % COMPONENTS.len()])),
            at: self.b.is_multiple_of(2).then(|| self.at()),
            wiring,
        }))
    }

    fn field(&self) -> ProcessField {
        match self.b % 7 {
            0 => ProcessField::Label(format!("l{}", self.c)),
            1 => ProcessField::Note("note".to_owned()),
            2 => ProcessField::Pin(Pin::Pinned),
            3 => ProcessField::Colour(Some("red".to_owned())),
            4 => ProcessField::OnError(OnError::DeadLetter),
            5 => ProcessField::Component(None),
            _ => ProcessField::Worker(String::new()),
        }
    }

    fn of_processes(&self, kind: u8) -> Option<Action> {
        let (a, b, c) = (self.a, self.b, self.c);
        Some(match kind {
            0 | 1 => self.add()?,
            2 => Action::InsertOnWire(Insertion {
                process: self.process(a)?,
                wire: self.wire(b)?,
                at: Some(self.at()),
                shift: [Shift::Downstream, Shift::Upstream, Shift::Stay][c % 3],
            }),
            3 => Action::Delete {
                targets: self.some(a).into_iter().map(Target::Process).collect(),
                deletion: Deletion::Cut,
            },
            4 => Action::Delete {
                targets: vec![Target::Process(self.process(a)?)],
                deletion: Deletion::Heal,
            },
            5 => Action::Rename {
                process: self.process(a)?,
                to: format!("n{b}"),
            },
            6 | 7 => Action::Replace {
                process: self.process(a)?,
                component: component(COMPONENTS[b % COMPONENTS.len()]),
            },
            8 => Action::SetField {
                processes: self.some(a),
                field: self.field(),
            },
            9 => Action::SetValue {
                port: self.port(a, In, b)?,
                value: c.to_string().into(),
            },
            10 => Action::TypeValue {
                port: self.port(a, In, b)?,
                text: ["word", "[1, 2]", "(", "7"][c % 4].to_owned(),
            },
            11 => Action::ClearValue(self.port(a, In, b)?),
            _ => Action::Duplicate { by: self.at() },
        })
    }

    fn of_wires(&self, kind: u8) -> Option<Action> {
        let (a, b, c) = (self.a, self.b, self.c);
        Some(match kind {
            13..=15 => Action::Connect {
                from: self.port(a, Out, b)?,
                to: self.port(b, In, c)?,
                mode: self.mode(),
            },
            16 => Action::ConnectProcesses {
                from: self.process(a)?,
                to: self.process(b)?,
            },
            17 => Action::Branch {
                from: self.port(a, Out, b)?,
                to: self.port(b, In, c)?,
            },
            18 => Action::MoveEnds {
                wires: vec![self.wire(a)?],
                to: PortAt::reading(self.port(b, In, c)?),
                mode: self.mode(),
            },
            19 => Action::MoveEnds {
                wires: vec![self.wire(a)?],
                to: PortAt::writing(self.port(b, Out, c)?),
                mode: self.mode(),
            },
            20 => Action::SetBends {
                wire: self.wire(a)?,
                bends: vec![self.at(); c % 3],
            },
            21 => Action::SetCapacity {
                wires: self.wires(),
                capacity: u32::try_from(c).ok()?,
            },
            22 => Action::Delete {
                targets: self
                    .wires()
                    .into_iter()
                    .step_by(2)
                    .map(Target::Wire)
                    .collect(),
                deletion: Deletion::Cut,
            },
            _ => Action::SetWireNote {
                wire: self.wire(a)?,
                note: "note".to_owned(),
            },
        })
    }

    fn of_graph(&self, kind: u8) -> Option<Action> {
        let (a, b, c) = (self.a, self.b, self.c);
        Some(match kind {
            24 => Action::Export {
                port: PortAt::reading(self.port(a, In, b)?),
                name: None,
            },
            25 => Action::Export {
                port: PortAt::writing(self.port(a, Out, b)?),
                name: Some(format!("e{c}")),
            },
            26 => Action::RenameExport {
                side: In,
                name: self.document.graph().inports.keys().next()?.clone(),
                to: format!("r{c}"),
            },
            27 => Action::Group {
                processes: self.some(a),
                name: "group".to_owned(),
            },
            28 => Action::ChangeGroup {
                group: self.group()?,
                change: GroupChange::Leave(self.some(b)),
            },
            29 => Action::DissolveGroups(vec![self.group()?]),
            30 => Action::AddNote {
                text: "a note".to_owned(),
                at: self.at(),
            },
            31 | 32 => {
                let processes = vec![(self.process(a)?, self.at())];
                let notes = Vec::new();
                Action::Gesture(GestureId(1), Box::new(Action::Move { processes, notes }))
            }
            33 => Action::Arrange(if c % 2 == 0 { Vec::new() } else { self.some(a) }),
            34 => Action::SetBookmark {
                number: 1 + u8::try_from(a % 9).ok()?,
                bookmark: (b % 3 > 0).then_some(Bookmark {
                    centre: self.at(),
                    zoom: 1.5,
                }),
            },
            35 => Action::Cut,
            36 => Action::Collapse {
                processes: self.some(a),
                file: component(&format!("./s{b}.ron")),
            },
            _ => {
                let targets = self.some(b).into_iter().map(Target::Process);
                Action::Select(Select::Only(targets.collect()))
            }
        })
    }
}
