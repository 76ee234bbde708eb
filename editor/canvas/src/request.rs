//! What the user wants, as the canvas understood it.

use egui::Pos2;
use millstream_document::{Action, PortAt, Position, Select, Target, WireId};
use millstream_graph::{PortRef, ProcessName};

/// Something that the canvas cannot do by itself.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// The document is to do this.
    Act(Action),
    /// The palette is to open.
    Add(Place),
    /// A process was opened: its subgraph is to be shown, or what is known of it.
    Open(ProcessName),
    /// The mark of a failure or finding was clicked: what went wrong is to be shown.
    Explain(Target),
    /// A context menu is to open.
    Menu {
        /// What was clicked; nothing for the paper.
        target: Option<Target>,
        /// Where, on the screen.
        at: Pos2,
    },
    /// What a gesture could not do, and why, for the status line.
    Refused(String),
}

/// Where a component that is to be chosen goes, and how it is wired.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its upper left corner, in the graph.
    pub at: Position,
    /// Where the palette opens, on the screen.
    pub on_screen: Pos2,
    /// How it is wired at once.
    pub purpose: Purpose,
}

/// Why a component is added.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// For itself.
    Alone,
    /// After what is selected.
    AfterSelection,
    /// A wire was dragged from this port into the open: only components with a port that fits are of use.
    From(PortAt),
    /// Into a wire.
    OnWire(WireId),
}

impl Request {
    /// Selects just these.
    pub(crate) fn select(targets: Vec<Target>) -> Self {
        Self::Act(Action::Select(Select::Only(targets)))
    }

    /// Selects nothing.
    pub(crate) const fn select_nothing() -> Self {
        Self::Act(Action::Select(Select::Nothing))
    }

    /// Sets a value that was typed.
    pub(crate) const fn type_value(port: PortRef, text: String) -> Self {
        Self::Act(Action::TypeValue { port, text })
    }
}

/// A place in the graph, as the document has them.
pub(crate) fn position(pos: Pos2) -> Position {
    // Whole units: files stay short, and a pixel less is nothing to anybody.
    Position {
        x: f64::from(pos.x.round()),
        y: f64::from(pos.y.round()),
    }
}
