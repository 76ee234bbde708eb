//! Everything that canvas, panels and palette may ask of a document.
//!
//! An action is data: it can be shown in a menu, kept as an offer, sent by a test. Names and literals that people type
//! come as text, and a text that does not do is refused with the place of the mistake.

use millstream_graph::layout::Size;
use millstream_graph::{
    ComponentRef, OnError, PortKey, PortName, PortRef, Position, ProcessName, Side, WhenFull,
};
use millstream_packet::Value;

use crate::geometry::{Direction, Rect};

use crate::selection::PortAt;
use crate::target::{GroupId, Target, WireId};

/// One thing to do to a document.
///
/// What changes the graph is one step that undo takes back; what only selects is none.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Action {
    // ---- what is looked at ----
    /// Changes what is selected.
    Select(Select),
    /// Takes the last step back.
    Undo,
    /// Does the step again that was taken back last.
    Redo,
    /// Goes to a moment of the history: so many steps are done then.
    JumpTo(usize),
    /// An action that is one of many of one drag or one field that is typed into: all of them become one step.
    Gesture(GestureId, Box<Self>),
    /// Leaves nothing behind of a gesture, as after Esc.
    CancelGesture(GestureId),

    // ---- processes ----
    /// Adds a process.
    Add(Add),
    /// Puts a process that stands already between the two ends of a connector.
    InsertOnWire(Insertion),
    /// Removes things, and what hangs on them; slicing connectors is this too.
    Delete {
        /// What goes.
        targets: Vec<Target>,
        /// What becomes of the connectors.
        deletion: Deletion,
    },
    /// Gives a process another name, everywhere.
    Rename {
        /// The name until now.
        process: ProcessName,
        /// The new name as it was typed.
        to: String,
    },
    /// Gives a process another component and keeps its wires; ports go where
    /// [`Document::replacement`](crate::Document::replacement) says.
    Replace {
        /// The process.
        process: ProcessName,
        /// The component that takes the place.
        component: ComponentRef,
    },
    /// Changes a field of processes.
    SetField {
        /// The processes.
        processes: Vec<ProcessName>,
        /// What changes.
        field: ProcessField,
    },
    /// Puts a value (IIP) on an in-port.
    SetValue {
        /// The in-port.
        port: PortRef,
        /// The value.
        value: Value,
    },
    /// Puts a value on an in-port that was typed as RON; bare words are taken as text where the port takes text.
    TypeValue {
        /// The in-port.
        port: PortRef,
        /// What was typed.
        text: String,
    },
    /// Takes the value off an in-port.
    ClearValue(PortRef),

    // ---- wires ----
    /// Draws a connector.
    Connect {
        /// The out-port.
        from: PortRef,
        /// The in-port.
        to: PortRef,
        /// What happens when it does not fit.
        mode: ConnectMode,
    },
    /// Connects two ports through a new process of a component, as for types that do not fit.
    ConnectThrough {
        /// The out-port.
        from: PortRef,
        /// The in-port.
        to: PortRef,
        /// What stands between them.
        component: ComponentRef,
        /// Its in-port.
        in_port: PortName,
        /// Its out-port.
        out_port: PortName,
    },
    /// Connects an out-port that is connected already with one more in-port, through a process that copies.
    Branch {
        /// The out-port.
        from: PortRef,
        /// The in-port.
        to: PortRef,
    },
    /// Connects two processes by the ports that suit best: by name, by type, by being free.
    ConnectProcesses {
        /// The process that writes.
        from: ProcessName,
        /// The process that reads.
        to: ProcessName,
    },
    /// Moves ends of connectors to another port.
    MoveEnds {
        /// The connectors.
        wires: Vec<WireId>,
        /// Where they go; its side says which of their ends moves.
        to: PortAt,
        /// What happens when it does not fit.
        mode: ConnectMode,
    },
    /// Sets the points at which a connector bends on its way.
    SetBends {
        /// The connector.
        wire: WireId,
        /// The points, from its beginning; none for a way of the canvas's own.
        bends: Vec<Position>,
    },
    /// Sets how many packets connectors hold.
    SetCapacity {
        /// The connectors.
        wires: Vec<WireId>,
        /// Packets; at least 1.
        capacity: u32,
    },
    /// Sets what full connectors do.
    SetWhenFull {
        /// The connectors.
        wires: Vec<WireId>,
        /// What they do.
        when_full: WhenFull,
    },
    /// Sets the remark of a connector.
    SetWireNote {
        /// The connector.
        wire: WireId,
        /// The remark; empty for none.
        note: String,
    },

    // ---- ports of the graph ----
    /// Offers a port to those who use the graph as a component.
    Export {
        /// The port.
        port: PortAt,
        /// Its name outside; the port's own, or one made from it, if absent.
        name: Option<String>,
    },
    /// Offers a port no more.
    Unexport {
        /// Whether it is an in-port or an out-port of the graph.
        side: Side,
        /// Its name outside.
        name: PortName,
    },
    /// Gives an offered port another name.
    RenameExport {
        /// Whether it is an in-port or an out-port of the graph.
        side: Side,
        /// The name until now.
        name: PortName,
        /// The new name as it was typed.
        to: String,
    },

    // ---- groups and notes ----
    /// Makes a group.
    Group {
        /// Its members.
        processes: Vec<ProcessName>,
        /// Its name; may be empty.
        name: String,
    },
    /// Changes a group.
    ChangeGroup {
        /// The group.
        group: GroupId,
        /// What changes.
        change: GroupChange,
    },
    /// Removes groups; their members stay.
    DissolveGroups(Vec<GroupId>),
    /// Puts a note on the canvas.
    AddNote {
        /// What it says.
        text: String,
        /// Its upper left corner.
        at: Position,
    },
    /// Changes a note.
    ChangeNote {
        /// The note.
        note: GroupId,
        /// What changes.
        change: NoteChange,
    },

    // ---- places ----
    /// Moves processes and notes to places.
    Move {
        /// Upper left corners of processes.
        processes: Vec<(ProcessName, Position)>,
        /// Upper left corners of notes.
        notes: Vec<(GroupId, Position)>,
    },
    /// Moves what is selected by so much.
    MoveSelection {
        /// How far: to the right and down.
        by: Position,
    },
    /// Lays processes out anew; pinned ones stay. No names: all of them.
    Arrange(Vec<ProcessName>),
    /// Puts processes in line.
    Align {
        /// The processes.
        processes: Vec<ProcessName>,
        /// In line with what.
        alignment: Alignment,
    },
    /// Puts equal gaps between processes.
    Distribute {
        /// The processes.
        processes: Vec<ProcessName>,
        /// Along which axis.
        axis: Axis,
    },
    /// Sets or clears a bookmark of the canvas.
    SetBookmark {
        /// Its number, 1 to 9.
        number: u8,
        /// What it shows; nothing clears it.
        bookmark: Option<Bookmark>,
    },

    // ---- clipboard ----
    /// Gives what is selected as text.
    Copy,
    /// Gives what is selected as text and removes it.
    Cut,
    /// Adds the graph that a text holds.
    Paste {
        /// The text.
        text: String,
        /// Where its upper left corner comes; beside where it was if absent.
        at: Option<Position>,
    },
    /// Copies what is selected, in place and without the clipboard.
    Duplicate {
        /// How far from the original.
        by: Position,
    },

    // ---- subgraphs ----
    /// Makes a subgraph of processes and uses it in their place.
    Collapse {
        /// The processes.
        processes: Vec<ProcessName>,
        /// The file as this document is to name it: `./name.ron`.
        file: ComponentRef,
    },
    /// Puts what a subgraph holds in the place of the process that uses it.
    Dissolve(ProcessName),
    /// Gives the process a copy of its subgraph that no other uses.
    MakeUnique {
        /// The process.
        process: ProcessName,
        /// The copy as this document is to name it.
        file: ComponentRef,
    },

    // ---- the graph ----
    /// Sets the graph's name.
    SetName(String),
    /// Sets what the graph is for.
    SetDescription(String),
    /// Sets whether the graph runs anew per outermost bracket group, as a subgraph.
    SetPerGroup(GroupRuns),
    /// Sets or removes the version requirement of a package.
    SetPackage {
        /// `namespace/package`.
        name: String,
        /// `^1.2`; nothing removes it.
        requirement: Option<String>,
    },
    /// Replaces the whole graph by what a text says.
    ReplaceText(String),
    /// Several actions as one step: all of them or none.
    All {
        /// The step's name.
        name: String,
        /// The actions, in order.
        actions: Vec<Self>,
    },
}

/// Keeps actions of one drag, or of typing into one field, together. The caller counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GestureId(pub u64);

/// Changes what is selected.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Select {
    /// Nothing.
    Nothing,
    /// All processes, connectors, groups and notes.
    All,
    /// Just these.
    Only(Vec<Target>),
    /// These too.
    Also(Vec<Target>),
    /// These no more.
    Not(Vec<Target>),
    /// Each of these if it was not, and the reverse.
    Toggle(Vec<Target>),
    /// By a rectangle that was drawn.
    Box(SelectBox),
    /// What feeds the selected processes, so many steps back; all of it if absent.
    Upstream(Option<u32>),
    /// What the selected processes feed, so many steps on; all of it if absent.
    Downstream(Option<u32>),
    /// All that the selected processes hang together with.
    Connected,
    /// The nearest process in a direction.
    Nearest(Direction),
    /// The next port of the process, or the next connector that ends there.
    NextAround,
    /// The one before.
    PreviousAround,
    /// The members of the selected groups.
    Members,
}

/// Selects by a rectangle.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectBox {
    /// The rectangle.
    pub area: Rect,
    /// What counts as inside.
    pub spread: Spread,
    /// Connectors that the caller found inside; only it knows how they run.
    pub wires: Vec<WireId>,
    /// Whether what was selected stays so.
    pub keep: Keep,
}

/// What counts as inside a rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spread {
    /// What lies inside as a whole.
    Enclosed,
    /// What it touches.
    Touched,
}

/// What becomes of the selection until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keep {
    /// It goes.
    Replace,
    /// It stays.
    Extend,
}

/// A process to add.
#[derive(Debug, Clone, PartialEq)]
pub struct Add {
    /// What it runs; nothing while one designs top-down.
    pub component: Option<ComponentRef>,
    /// Its upper left corner; beside what it is wired to if absent.
    pub at: Option<Position>,
    /// How it is wired at once.
    pub wiring: Wiring,
}

/// How a new process is wired at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Wiring {
    /// Not at all.
    Alone,
    /// Behind the selected process or port.
    AfterSelection,
    /// To the port that a wire was dragged from; `port` is the new process's port, the one that suits best if absent.
    To {
        /// The port that is there.
        end: PortAt,
        /// The new process's port.
        port: Option<PortKey>,
    },
    /// Between the two ends of a connector.
    OnWire(WireId),
}

/// A process that goes between the ends of a connector.
#[derive(Debug, Clone, PartialEq)]
pub struct Insertion {
    /// The process.
    pub process: ProcessName,
    /// The connector.
    pub wire: WireId,
    /// Where the process comes; where it is if absent.
    pub at: Option<Position>,
    /// Which neighbours make room.
    pub shift: Shift,
}

/// Which neighbours make room for a process that is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shift {
    /// Those that come after it.
    #[default]
    Downstream,
    /// Those that come before it.
    Upstream,
    /// None.
    Stay,
}

/// What becomes of the connectors of a process that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deletion {
    /// They go too.
    Cut,
    /// What came in is connected to what it fed.
    Heal,
}

/// What happens when a connector does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectMode {
    /// It is refused with the reason.
    Checked,
    /// It is made, and the finding stays.
    Anyway,
}

/// A field of a process.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ProcessField {
    /// Which component it uses, whatever becomes of its wires.
    Component(Option<ComponentRef>),
    /// What is shown instead of its name; empty for none.
    Label(String),
    /// Its remark; empty for none.
    Note(String),
    /// Which worker runs it; empty for the default.
    Worker(String),
    /// Which thread runs it; empty for the engine's choice.
    Thread(String),
    /// What a failure does.
    OnError(OnError),
    /// How many copies share its work.
    Replicas(u32),
    /// Its colour by the canvas's name; nothing for none.
    Colour(Option<String>),
    /// Whether auto-layout leaves it where it is.
    Pin(Pin),
}

/// Whether auto-layout leaves a process where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pin {
    /// It stays.
    Pinned,
    /// It may move.
    Free,
}

/// Whether a graph runs once, or anew for each outermost bracket group, when it is used as a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupRuns {
    /// Once.
    Once,
    /// Anew for each group.
    PerGroup,
}

/// What may change about a group.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GroupChange {
    /// Its name; may be empty.
    Name(String),
    /// Its remark; empty for none.
    Note(String),
    /// Its colour by the canvas's name; nothing for none.
    Colour(Option<String>),
    /// These processes join it.
    Join(Vec<ProcessName>),
    /// These processes leave it.
    Leave(Vec<ProcessName>),
}

/// What may change about a note.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NoteChange {
    /// What it says.
    Text(String),
    /// How large it is.
    Size(Size),
    /// Its colour by the canvas's name; nothing for none.
    Colour(Option<String>),
}

/// In line with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// Left edges.
    Left,
    /// Middles, side by side.
    Centre,
    /// Right edges.
    Right,
    /// Upper edges.
    Top,
    /// Middles, above each other.
    Middle,
    /// Lower edges.
    Bottom,
}

/// An axis of the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// From left to right.
    Horizontal,
    /// From top to bottom.
    Vertical,
}

/// A view of the canvas that one can come back to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bookmark {
    /// What is in the middle.
    pub centre: Position,
    /// Enlargement; 1 is life size.
    pub zoom: f64,
}
