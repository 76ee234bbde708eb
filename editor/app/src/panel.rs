//! The panels round the canvas: each shows one side of what is there, and says what the user wishes.

pub(crate) mod components;
pub(crate) mod history;
pub(crate) mod inspector;
pub(crate) mod logs;
pub(crate) mod outline;
pub(crate) mod packets;
pub(crate) mod problems;
pub(crate) mod runs;
pub(crate) mod text;

use egui::Pos2;
use millstream_canvas::{Place, Theme};
use millstream_document::{Action, Document, GestureId, PortAt, Position, Target, Wiring};
use millstream_graph::ProcessName;
use serde_json::Value as Json;

use crate::command::Command;
use crate::frame::welcome::Choice;
use crate::keymap::Keymap;
use crate::run::{LiveView, Runs};
use crate::workspace::TabId;

/// What panels look at.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) document: &'a Document,
    pub(crate) theme: &'a Theme,
    pub(crate) runs: &'a Runs,
    /// What the runtime calls the graph.
    pub(crate) graph: &'a str,
    /// What stands before names of processes inside it, at the runtime.
    pub(crate) prefix: &'a str,
    /// What is known of its run.
    pub(crate) live: Option<&'a LiveView<'a>>,
    pub(crate) keymap: &'a Keymap,
}

/// What the user wishes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// The document is to do this.
    Act(Action),
    /// Many actions of one drag or one field are to be one step.
    Gesture(Gesture, Action),
    /// A command is to be done.
    Command(Command),
    /// A thing is to be selected and brought into sight.
    Show(Target),
    /// A process is to be opened.
    Open(ProcessName),
    /// What is wrong with a thing is to be shown.
    Explain(Target),
    /// What can be done with a thing, or with the paper, is to be offered.
    Menu(Option<Target>, Pos2),
    /// A component is to be chosen for a place.
    PickComponent(Box<Place>),
    /// A component is to be added.
    AddComponent(String),
    /// A component is to be added at a place, wired at once.
    AddAt(String, Option<Position>, Wiring),
    /// Something was chosen on the first screen.
    Welcome(Choice),
    /// A text is to be put on the clipboard.
    CopyText(String),
    /// The text pane's text is to become the graph.
    ApplyText(Action),
    /// A tab is to be shown.
    ShowTab(TabId),
    /// A tab is to be closed.
    CloseTab(TabId),
    /// A message is to go.
    Dismiss(usize),
    /// How the last run failed is read.
    DismissFault,
    /// A graph of the runtime is to be opened.
    OpenGraph(String),
    /// A probe is to end.
    EndProbe {
        /// The graph.
        graph: String,
        /// The wire at the runtime.
        connector: String,
    },
    /// A probe is to look at one of so many packets.
    Sample {
        /// The graph.
        graph: String,
        /// The wire at the runtime.
        connector: String,
        /// One of so many.
        every: u32,
    },
    /// The view of packets is to stand still, or go on.
    PausePackets,
    /// Packets are to be forgotten.
    ClearPackets,
    /// Log lines are to be forgotten.
    ClearLogs,
    /// A packet is to be put on a connector.
    Inject {
        /// The graph.
        graph: String,
        /// The connector, or one of its ends.
        port: String,
        /// The value.
        value: Json,
    },
}

/// A field that is typed into, by what it is about: as long as it is the same, typing is one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Gesture(pub(crate) egui::Id);

/// Numbers of gestures: one for as long as a field keeps the focus.
#[derive(Debug, Default)]
pub(crate) struct Gestures {
    last: u64,
    current: Option<Gesture>,
}

impl Gestures {
    /// The number of a gesture that may go on.
    pub(crate) fn number(&mut self, gesture: Gesture) -> GestureId {
        if self.current != Some(gesture) {
            self.current = Some(gesture);
            self.last += 1;
        }
        GestureId(self.last)
    }

    /// Ends the gesture: the field has lost the focus.
    pub(crate) const fn end(&mut self) {
        self.current = None;
    }
}

/// What people call a thing of a document.
pub(crate) fn name_of(document: &Document, target: &Target) -> String {
    match target {
        Target::Graph => "graph".to_owned(),
        Target::Process(name) => name.to_string(),
        Target::Wire(id) => document
            .wire(*id)
            .map_or_else(String::new, |wire| format!("{} to {}", wire.from, wire.to)),
        Target::Port(PortAt { end, .. }) | Target::Value(end) => end.to_string(),
        Target::Export(export) => export.name.to_string(),
        Target::Group(id) => {
            let group = document.group(*id);
            group.map_or_else(String::new, |group| group.name.clone())
        }
    }
}
