//! The canvas in its tab: which commands it takes, and how large processes are.

use millstream_canvas as canvas;
use millstream_canvas::{Canvas, Motion, Show};
use millstream_document::{Direction, Document, Measure};

use crate::command::Command;
use crate::run::LiveView;

/// How large the canvas draws processes.
pub(crate) const MEASURE: Measure = canvas::size_of;

/// The canvas of a tab.
#[derive(Debug, Default)]
pub(crate) struct CanvasPane {
    pub(crate) canvas: Canvas,
    /// What it does in the next frame.
    pub(crate) commands: Vec<canvas::Command>,
}

/// The command of the canvas that a command is, if it is one.
pub(crate) const fn command(command: Command) -> Option<canvas::Command> {
    use canvas::Command as On;
    Some(match command {
        Command::QuickAdd => On::Add,
        Command::Connect => On::Connect,
        Command::Fit => On::FitSelection,
        Command::FitAll => On::FitAll,
        Command::ZoomIn => On::ZoomIn,
        Command::ZoomOut => On::ZoomOut,
        Command::ZoomReset => On::ZoomReset,
        Command::GoLeft => On::Nearest(Direction::Left),
        Command::GoRight => On::Nearest(Direction::Right),
        Command::GoUp => On::Nearest(Direction::Up),
        Command::GoDown => On::Nearest(Direction::Down),
        Command::MoveLeft => On::Move(Direction::Left),
        Command::MoveRight => On::Move(Direction::Right),
        Command::MoveUp => On::Move(Direction::Up),
        Command::MoveDown => On::Move(Direction::Down),
        Command::NextAround => On::NextAround,
        Command::PreviousAround => On::PreviousAround,
        Command::FocusPath => On::FocusPath,
        Command::CycleOverlay => On::CycleOverlay,
        Command::DrillIn => On::Open,
        _ => return None,
    })
}

/// What the canvas shows.
pub(crate) fn show<'a>(
    document: &'a Document,
    live: Option<&'a LiveView<'a>>,
    theme: &'a canvas::Theme,
    motion: Motion,
) -> Show<'a> {
    Show {
        document,
        live: live.map(|live| live as &dyn canvas::LiveLook),
        theme,
        motion,
    }
}
