//! The table of commands.

use super::Command;

/// What is known of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) command: Command,
    /// Its name for machines.
    pub(crate) id: &'static str,
    /// Its name for people.
    pub(crate) title: &'static str,
    /// The heading that it stands under.
    pub(crate) group: &'static str,
    /// Its keys; the first is shown.
    pub(crate) keys: &'static [&'static str],
}

const FILE: &str = "Files";
const EDIT: &str = "Edit";
const CANVAS: &str = "Canvas";
const RUN: &str = "Run";
const VIEW: &str = "View";

const fn entry(
    command: Command,
    group: &'static str,
    (id, title): (&'static str, &'static str),
    keys: &'static [&'static str],
) -> Entry {
    Entry {
        command,
        id,
        title,
        group,
        keys,
    }
}

/// All commands, in the order of the enum.
#[rustfmt::skip]
pub(crate) const TABLE: &[Entry] = &[
    entry(Command::New, FILE, ("new", "New graph"), &["Ctrl+N"]),
    entry(Command::Open, FILE, ("open", "Open…"), &["Ctrl+O"]),
    entry(Command::Save, FILE, ("save", "Save"), &["Ctrl+S"]),
    entry(Command::SaveAs, FILE, ("save-as", "Save as…"), &["Ctrl+Shift+S"]),
    entry(Command::CloseTab, FILE, ("close-tab", "Close tab"), &["Ctrl+W"]),
    entry(Command::NextTab, FILE, ("next-tab", "Next tab"), &["Ctrl+PageDown"]),
    entry(Command::PreviousTab, FILE, ("previous-tab", "Previous tab"), &["Ctrl+PageUp"]),
    entry(Command::Welcome, FILE, ("welcome", "Welcome and examples"), &[]),

    entry(Command::Undo, EDIT, ("undo", "Undo"), &["Ctrl+Z"]),
    entry(Command::Redo, EDIT, ("redo", "Redo"), &["Ctrl+Shift+Z", "Ctrl+Y"]),
    entry(Command::Cut, EDIT, ("cut", "Cut"), &["Ctrl+X"]),
    entry(Command::Copy, EDIT, ("copy", "Copy"), &["Ctrl+C"]),
    entry(Command::Paste, EDIT, ("paste", "Paste"), &["Ctrl+V"]),
    entry(Command::Duplicate, EDIT, ("duplicate", "Duplicate"), &["Ctrl+D"]),
    entry(Command::Delete, EDIT, ("delete", "Delete"), &["Delete", "Backspace"]),
    entry(Command::DeleteAndHeal, EDIT, ("delete-and-heal", "Delete and connect what is left"), &["Ctrl+Delete"]),
    entry(Command::SelectAll, EDIT, ("select-all", "Select all"), &["Ctrl+A"]),
    entry(Command::SelectNothing, EDIT, ("select-nothing", "Select nothing"), &["Escape"]),
    entry(Command::SelectUpstream, EDIT, ("select-upstream", "Select upstream"), &["Alt+U"]),
    entry(Command::SelectDownstream, EDIT, ("select-downstream", "Select downstream"), &["Alt+D"]),
    entry(Command::SelectConnected, EDIT, ("select-connected", "Select all connected"), &["Alt+A"]),
    entry(Command::Rename, EDIT, ("rename", "Rename"), &["F2"]),
    entry(Command::Replace, EDIT, ("replace", "Replace component…"), &["R"]),
    entry(Command::Group, EDIT, ("group", "Group"), &["Ctrl+G"]),
    entry(Command::Ungroup, EDIT, ("ungroup", "Dissolve group"), &["Ctrl+Shift+G"]),
    entry(Command::Extract, EDIT, ("extract", "Extract to subgraph"), &["Ctrl+E"]),
    entry(Command::Dissolve, EDIT, ("dissolve", "Dissolve subgraph"), &["Ctrl+Shift+E"]),
    entry(Command::MakeUnique, EDIT, ("make-unique", "Make subgraph unique"), &[]),
    entry(Command::AddNote, EDIT, ("add-note", "Add note"), &["N"]),
    entry(Command::Arrange, EDIT, ("arrange", "Lay out"), &["Ctrl+L"]),
    entry(Command::AlignLeft, EDIT, ("align-left", "Align left edges"), &[]),
    entry(Command::AlignTop, EDIT, ("align-top", "Align upper edges"), &[]),
    entry(Command::DistributeHorizontally, EDIT, ("distribute-horizontally", "Distribute horizontally"), &[]),
    entry(Command::DistributeVertically, EDIT, ("distribute-vertically", "Distribute vertically"), &[]),
    entry(Command::Pin, EDIT, ("pin", "Pin in place"), &[]),
    entry(Command::QuickFix, EDIT, ("quick-fix", "Quick fix"), &["Ctrl+Period"]),

    entry(Command::QuickAdd, CANVAS, ("quick-add", "Add component…"), &["A"]),
    entry(Command::Connect, CANVAS, ("connect", "Connect by keyboard"), &["C"]),
    entry(Command::Fit, CANVAS, ("fit", "Show selection"), &["F"]),
    entry(Command::FitAll, CANVAS, ("fit-all", "Show whole graph"), &["Home"]),
    entry(Command::ZoomIn, CANVAS, ("zoom-in", "Zoom in"), &["Ctrl+Plus", "Ctrl+Equals"]),
    entry(Command::ZoomOut, CANVAS, ("zoom-out", "Zoom out"), &["Ctrl+Minus"]),
    entry(Command::ZoomReset, CANVAS, ("zoom-reset", "Zoom to 100 %"), &["Ctrl+0"]),
    entry(Command::GoLeft, CANVAS, ("go-left", "Select to the left"), &["Left"]),
    entry(Command::GoRight, CANVAS, ("go-right", "Select to the right"), &["Right"]),
    entry(Command::GoUp, CANVAS, ("go-up", "Select above"), &["Up"]),
    entry(Command::GoDown, CANVAS, ("go-down", "Select below"), &["Down"]),
    entry(Command::MoveLeft, CANVAS, ("move-left", "Move left"), &["Ctrl+Left"]),
    entry(Command::MoveRight, CANVAS, ("move-right", "Move right"), &["Ctrl+Right"]),
    entry(Command::MoveUp, CANVAS, ("move-up", "Move up"), &["Ctrl+Up"]),
    entry(Command::MoveDown, CANVAS, ("move-down", "Move down"), &["Ctrl+Down"]),
    entry(Command::NextAround, CANVAS, ("next-around", "Next port or wire"), &["CloseBracket"]),
    entry(Command::PreviousAround, CANVAS, ("previous-around", "Previous port or wire"), &["OpenBracket"]),
    entry(Command::FocusPath, CANVAS, ("focus-path", "Focus path"), &["H"]),
    entry(Command::DrillIn, CANVAS, ("drill-in", "Open subgraph"), &["Enter"]),
    entry(Command::DrillOut, CANVAS, ("drill-out", "Back to the graph outside"), &["Alt+Up"]),

    entry(Command::Run, RUN, ("run", "Run"), &["F5"]),
    entry(Command::Stop, RUN, ("stop", "Stop"), &["Shift+F5"]),
    entry(Command::Hold, RUN, ("hold", "Hold or release"), &["F8"]),
    entry(Command::Step, RUN, ("step", "Step one packet"), &["F10"]),
    entry(Command::Probe, RUN, ("probe", "Probe wire"), &["P"]),
    entry(Command::Inject, RUN, ("inject", "Inject packet…"), &["I"]),
    entry(Command::Why, RUN, ("why", "Why do packets not move?"), &["Y"]),
    entry(Command::CycleOverlay, RUN, ("cycle-overlay", "Next live overlay"), &["L"]),
    entry(Command::Attach, RUN, ("attach", "Attach to a runtime…"), &[]),
    entry(Command::Detach, RUN, ("detach", "Leave the runtime"), &[]),

    entry(Command::Palette, VIEW, ("palette", "Command palette"), &["Ctrl+K", "Ctrl+Shift+P"]),
    entry(Command::Shortcuts, VIEW, ("shortcuts", "Keyboard shortcuts"), &["F1", "Shift+Questionmark", "Questionmark"]),
    entry(Command::Preferences, VIEW, ("preferences", "Preferences…"), &["Ctrl+Comma"]),
    entry(Command::NextPane, VIEW, ("next-pane", "Next pane"), &["F6"]),
    entry(Command::ToggleLeft, VIEW, ("toggle-left", "Toggle left side"), &["Ctrl+B"]),
    entry(Command::ToggleRight, VIEW, ("toggle-right", "Toggle inspector"), &["Ctrl+I"]),
    entry(Command::ToggleBottom, VIEW, ("toggle-bottom", "Toggle lower panels"), &["Ctrl+J"]),
    entry(Command::ShowComponents, VIEW, ("show-components", "Components"), &["Ctrl+Shift+C"]),
    entry(Command::ShowOutline, VIEW, ("show-outline", "Outline"), &["Ctrl+Shift+O"]),
    entry(Command::ShowProblems, VIEW, ("show-problems", "Problems"), &["Ctrl+Shift+M"]),
    entry(Command::ShowPackets, VIEW, ("show-packets", "Packets"), &[]),
    entry(Command::ShowLogs, VIEW, ("show-logs", "Logs"), &[]),
    entry(Command::ShowRuns, VIEW, ("show-runs", "Runs"), &[]),
    entry(Command::ShowText, VIEW, ("show-text", "Text"), &["Ctrl+Shift+T"]),
    entry(Command::ShowHistory, VIEW, ("show-history", "History"), &["Ctrl+Shift+H"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TABLE;
    use crate::command::Command;

    #[test]
    fn table_is_in_the_order_of_the_enum_and_names_are_unique() {
        let mut names = BTreeSet::new();
        for (place, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.command as usize, place, "{}", entry.id);
            assert!(names.insert(entry.id), "{} stands twice", entry.id);
            assert_eq!(Command::from_id(entry.id), Some(entry.command));
        }
    }
}
