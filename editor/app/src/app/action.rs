//! Which action of the document a command is.

use millstream_document::{
    Action, Alignment, Axis, Deletion, Document, Pin, Position, ProcessField, Rect, Select,
    is_pinned,
};
use millstream_graph::ComponentRef;

use crate::command::Command;

/// The action of the document that a command is, if it is one.
pub(super) fn action(document: &Document, command: Command) -> Option<Action> {
    let selection = document.selection();
    let processes = || selection.processes().cloned().collect::<Vec<_>>();
    let delete = |deletion| Action::Delete {
        targets: selection.targets().collect(),
        deletion,
    };
    let align = |alignment| Action::Align {
        processes: processes(),
        alignment,
    };
    let distribute = |axis| Action::Distribute {
        processes: processes(),
        axis,
    };
    Some(match command {
        Command::Undo => Action::Undo,
        Command::Redo => Action::Redo,
        Command::Cut => Action::Cut,
        Command::Copy => Action::Copy,
        Command::Duplicate => Action::Duplicate {
            by: Position { x: 40.0, y: 40.0 },
        },
        Command::Delete => delete(Deletion::Cut),
        Command::DeleteAndHeal => delete(Deletion::Heal),
        Command::SelectAll => Action::Select(Select::All),
        Command::SelectNothing => Action::Select(Select::Nothing),
        Command::SelectUpstream => Action::Select(Select::Upstream(None)),
        Command::SelectDownstream => Action::Select(Select::Downstream(None)),
        Command::SelectConnected => Action::Select(Select::Connected),
        Command::Group => Action::Group {
            processes: processes(),
            name: String::new(),
        },
        Command::Ungroup => Action::DissolveGroups(selection.groups().collect()),
        Command::Arrange => Action::Arrange(processes()),
        Command::AlignLeft => align(Alignment::Left),
        Command::AlignTop => align(Alignment::Top),
        Command::DistributeHorizontally => distribute(Axis::Horizontal),
        Command::DistributeVertically => distribute(Axis::Vertical),
        Command::Pin => pin(document),
        Command::AddNote => Action::AddNote {
            text: "Note".to_owned(),
            at: beside(document),
        },
        Command::Extract => Action::Collapse {
            processes: processes(),
            file: new_file(document, "part")?,
        },
        Command::Dissolve => Action::Dissolve(selection.one_process()?.clone()),
        Command::MakeUnique => {
            let process = selection.one_process()?.clone();
            let file = new_file(document, process.as_str())?;
            Action::MakeUnique { process, file }
        }
        _ => return None,
    })
}

/// Pins what is selected, or lets all of it go if all is pinned.
fn pin(document: &Document) -> Action {
    let processes: Vec<_> = document.selection().processes().cloned().collect();
    let mut known = processes.iter().filter_map(|name| document.process(name));
    let pin = if known.all(is_pinned) {
        Pin::Free
    } else {
        Pin::Pinned
    };
    Action::SetField {
        processes,
        field: ProcessField::Pin(pin),
    }
}

/// The first place below a place where nothing stands, so that processes that are added by keyboard do not pile up.
pub(super) fn free_place(document: &Document, at: Position) -> Position {
    const STEP: f64 = 20.0;
    const STEPS_MAX: u32 = 200;
    let size = millstream_document::Size {
        width: 180.0,
        height: 100.0,
    };
    let is_free = |at: Position| {
        let area = Rect::at(at, size);
        let mut names = document.graph().processes.keys();
        names.all(|name| !document.rect(name).touches(&area))
    };
    let places = (0..STEPS_MAX).map(|step| Position {
        x: at.x,
        y: at.y + STEP * f64::from(step),
    });
    places
        .into_iter()
        .find(|place| is_free(*place))
        .unwrap_or(at)
}

/// A place above everything that is there.
fn beside(document: &Document) -> Position {
    let places = document.graph().layout.values();
    let top = places
        .clone()
        .map(|place| place.y)
        .fold(f64::INFINITY, f64::min);
    let left = places.map(|place| place.x).fold(f64::INFINITY, f64::min);
    Position {
        x: if left.is_finite() { left } else { 0.0 },
        y: if top.is_finite() { top - 140.0 } else { 0.0 },
    }
}

/// A file name for a subgraph that this graph does not use yet.
fn new_file(document: &Document, word: &str) -> Option<ComponentRef> {
    let graph = document.graph();
    let used = |file: &ComponentRef| {
        let mut all = graph.processes.values();
        all.any(|process| process.component.as_ref() == Some(file))
    };
    let base = if graph.name.is_empty() {
        word.to_owned()
    } else {
        format!("{}-{word}", graph.name)
    };
    let names = std::iter::once(format!("./{base}.ron"))
        .chain((2..1000).map(|number| format!("./{base}-{number}.ron")));
    let mut files = names.filter_map(|name| name.parse::<ComponentRef>().ok());
    files.find(|file| !used(file))
}
