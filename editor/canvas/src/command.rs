//! Commands of the canvas: what keys, menus and the palette may ask of it.
//!
//! The keymap belongs to the application; the canvas handles the pointer, Esc, and what is typed in connect mode.

use millstream_document::Direction;

/// Something that the canvas does when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command {
    /// Shows all that is selected.
    FitSelection,
    /// Shows everything.
    FitAll,
    /// Comes closer.
    ZoomIn,
    /// Goes away.
    ZoomOut,
    /// Shows things as large as they are.
    ZoomReset,
    /// Opens the palette: after what is selected, into the wire that is selected, or at the pointer.
    Add,
    /// Connects two ports by letters.
    Connect,
    /// Edits the value on the selected in-port.
    EditValue,
    /// Opens the selected process.
    Open,
    /// Selects the nearest process in a direction.
    Nearest(Direction),
    /// Moves what is selected by one step of the grid.
    Move(Direction),
    /// Selects the next port or wire of the process.
    NextAround,
    /// Selects the one before.
    PreviousAround,
    /// Shows the settings of the selected processes, or hides them.
    ToggleSettings,
    /// Dims everything that is neither before nor behind what is selected; again: shows everything.
    FocusPath,
    /// Shows another aspect of the run by the colour of wires.
    CycleOverlay,
}

impl Command {
    /// All of them, with their names for people.
    pub const ALL: [(&'static str, Self); 22] = [
        ("Fit selection", Self::FitSelection),
        ("Fit all", Self::FitAll),
        ("Zoom in", Self::ZoomIn),
        ("Zoom out", Self::ZoomOut),
        ("Actual size", Self::ZoomReset),
        ("Add component", Self::Add),
        ("Connect ports", Self::Connect),
        ("Edit value", Self::EditValue),
        ("Open process", Self::Open),
        ("Select process to the left", Self::Nearest(Direction::Left)),
        (
            "Select process to the right",
            Self::Nearest(Direction::Right),
        ),
        ("Select process above", Self::Nearest(Direction::Up)),
        ("Select process below", Self::Nearest(Direction::Down)),
        ("Move left", Self::Move(Direction::Left)),
        ("Move right", Self::Move(Direction::Right)),
        ("Move up", Self::Move(Direction::Up)),
        ("Move down", Self::Move(Direction::Down)),
        ("Next port or wire", Self::NextAround),
        ("Previous port or wire", Self::PreviousAround),
        ("Show or hide settings", Self::ToggleSettings),
        ("Focus path", Self::FocusPath),
        ("Next overlay", Self::CycleOverlay),
    ];
}
