//! What the user can do, by name: one enum and one table, from which menus, keys, palette and the shortcuts sheet follow.
//!
//! What a command does stands in `app/perform.rs`, in one match; whether it can be done now in [`available`].

mod availability;
mod table;

pub(crate) use availability::{Situation, available};
pub(crate) use table::{Entry, TABLE};

/// A command of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Command {
    // ---- files ----
    /// Opens a new, empty graph.
    New,
    /// Has the user choose a graph to open.
    Open,
    /// Saves the graph.
    Save,
    /// Saves the graph under another name.
    SaveAs,
    /// Closes the tab.
    CloseTab,
    /// Shows the next tab.
    NextTab,
    /// Shows the tab before.
    PreviousTab,
    /// Shows the first screen.
    Welcome,

    // ---- edits ----
    /// Takes the last step back.
    Undo,
    /// Does it again.
    Redo,
    /// Copies what is selected and removes it.
    Cut,
    /// Copies what is selected.
    Copy,
    /// Adds what is on the clipboard.
    Paste,
    /// Copies what is selected in place.
    Duplicate,
    /// Removes what is selected.
    Delete,
    /// Removes what is selected and connects what is left.
    DeleteAndHeal,
    /// Selects everything.
    SelectAll,
    /// Selects nothing.
    SelectNothing,
    /// Selects what feeds the selection.
    SelectUpstream,
    /// Selects what the selection feeds.
    SelectDownstream,
    /// Selects all that hangs together with the selection.
    SelectConnected,
    /// Gives the selected process another name.
    Rename,
    /// Gives the selected process another component.
    Replace,
    /// Makes a group of what is selected.
    Group,
    /// Removes the selected groups, not their members.
    Ungroup,
    /// Makes a subgraph of what is selected.
    Extract,
    /// Puts what the selected subgraph holds in its place.
    Dissolve,
    /// Gives the selected process a subgraph of its own.
    MakeUnique,
    /// Puts a note on the canvas.
    AddNote,
    /// Lays out anew.
    Arrange,
    /// Puts what is selected in line at its left edges.
    AlignLeft,
    /// Puts what is selected in line at its upper edges.
    AlignTop,
    /// Puts equal gaps from left to right.
    DistributeHorizontally,
    /// Puts equal gaps from top to bottom.
    DistributeVertically,
    /// Keeps what is selected where it is when laying out.
    Pin,
    /// Does what mends the first problem of what is selected.
    QuickFix,

    // ---- canvas ----
    /// Adds a component.
    QuickAdd,
    /// Connects ports by typing.
    Connect,
    /// Shows the selection as a whole.
    Fit,
    /// Shows the graph as a whole.
    FitAll,
    /// Enlarges.
    ZoomIn,
    /// Makes smaller.
    ZoomOut,
    /// Life size.
    ZoomReset,
    /// Selects the nearest process to the left.
    GoLeft,
    /// Selects the nearest process to the right.
    GoRight,
    /// Selects the nearest process above.
    GoUp,
    /// Selects the nearest process below.
    GoDown,
    /// Moves the selection to the left.
    MoveLeft,
    /// Moves the selection to the right.
    MoveRight,
    /// Moves the selection up.
    MoveUp,
    /// Moves the selection down.
    MoveDown,
    /// Selects the next port or wire of the process.
    NextAround,
    /// Selects the one before.
    PreviousAround,
    /// Dims all that is not on the path of the selection.
    FocusPath,
    /// Opens the subgraph of the selected process.
    DrillIn,
    /// Goes back to the graph that uses this one.
    DrillOut,

    // ---- runs ----
    /// Runs the graph.
    Run,
    /// Stops it.
    Stop,
    /// Holds what is selected, or lets it go.
    Hold,
    /// Lets one packet through what is held.
    Step,
    /// Shows the packets of the selected wire.
    Probe,
    /// Puts a packet into the selected port.
    Inject,
    /// Asks why packets do not move.
    Why,
    /// Shows something else on the wires.
    CycleOverlay,
    /// Connects to a runtime by its address.
    Attach,
    /// Leaves the runtime.
    Detach,

    // ---- views ----
    /// Opens the command palette.
    Palette,
    /// Shows the keys.
    Shortcuts,
    /// Shows the preferences.
    Preferences,
    /// Goes to the next pane.
    NextPane,
    /// Shows or hides components and outline.
    ToggleLeft,
    /// Shows or hides the inspector.
    ToggleRight,
    /// Shows or hides the lower panels.
    ToggleBottom,
    /// Shows components.
    ShowComponents,
    /// Shows the outline.
    ShowOutline,
    /// Shows problems.
    ShowProblems,
    /// Shows packets.
    ShowPackets,
    /// Shows logs.
    ShowLogs,
    /// Shows the runs.
    ShowRuns,
    /// Shows the graph as text.
    ShowText,
    /// Shows the history.
    ShowHistory,
}

impl Command {
    /// All of them, in the order of the shortcuts sheet.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.command)
    }

    /// The command of this name.
    pub fn from_id(id: &str) -> Option<Self> {
        let found = TABLE.iter().find(|entry| entry.id == id);
        found.map(|entry| entry.command)
    }

    /// Its name in menus of the window and in keymaps.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// Its keys, unless the user has chosen others: `Ctrl+Shift+Z`.
    pub fn default_keys(self) -> &'static [&'static str] {
        self.entry().keys
    }

    pub(crate) fn entry(self) -> &'static Entry {
        // The table is in the order of the enum, which a test holds.
        TABLE.get(self as usize).unwrap_or(&TABLE[0])
    }
}
