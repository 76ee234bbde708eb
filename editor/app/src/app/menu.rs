//! What a context menu offers, by what was clicked.

use millstream_document::Target;

use crate::command::Command;

/// The commands for a thing, or for the paper.
pub(super) const fn menu(target: Option<&Target>) -> &'static [Command] {
    match target {
        Some(Target::Process(_) | Target::Port(_)) => ON_PROCESS,
        Some(Target::Wire(_)) => ON_WIRE,
        _ => ON_PAPER,
    }
}

const ON_PROCESS: &[Command] = &[
    Command::DrillIn,
    Command::Rename,
    Command::Replace,
    Command::Hold,
    Command::Step,
    Command::Group,
    Command::Extract,
    Command::Dissolve,
    Command::Duplicate,
    Command::Pin,
    Command::DeleteAndHeal,
    Command::Delete,
];

const ON_WIRE: &[Command] = &[
    Command::QuickAdd,
    Command::Probe,
    Command::Inject,
    Command::Hold,
    Command::Step,
    Command::Delete,
];

const ON_PAPER: &[Command] = &[
    Command::QuickAdd,
    Command::AddNote,
    Command::Paste,
    Command::SelectAll,
    Command::Arrange,
    Command::FitAll,
];
