//! The document: what it holds, and how it is read. How it changes is in [`crate::apply`].

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use millstream_graph::file::{self, ReadError};
use millstream_graph::layout::Size;
use millstream_graph::{
    Catalog, ComponentRef, ComponentSpec, Connector, Graph, Group, NoSubgraphs, PortRef, Position,
    Process, ProcessName, Resolve, Side, spec_of,
};

use crate::geometry::Rect;
use crate::history::History;
use crate::mark::Mark;
use crate::model::Model;
use crate::note::{self, Note};
use crate::ports::{Port, Ports};
use crate::problem::Problems;
use crate::selection::Selection;
use crate::target::{GroupId, Target, WireId};

/// What a document knows beside its own graph: components, and the graphs that it uses as components.
#[derive(Clone)]
pub struct Library {
    /// The components.
    pub catalog: Arc<Catalog>,
    /// Finds subgraphs among what the caller has read. It does no I/O: what is not there yet is an error that says so,
    /// and [`Document::set_library`] comes when it is.
    pub subgraphs: Rc<dyn Resolve>,
}

/// How large a process is drawn. The canvas gives one; it may look at ports and labels.
pub type Measure = fn(&Document, &ProcessName) -> Size;

/// One state that a document was in; undo comes back to the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub(crate) u64);

/// A graph that is being edited.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) model: Model,
    pub(crate) library: Library,
    pub(crate) measure: Measure,
    pub(crate) selection: Selection,
    pub(crate) history: History,
    pub(crate) problems: Problems,
    pub(crate) state: StateId,
    pub(crate) states_made: u64,
    /// Counts the changes of what is connected with what.
    pub(crate) structure: u64,
    pub(crate) saved: Mark,
    pub(crate) deployed: Mark,
    /// The hash of the text in one state.
    pub(crate) text_hash: Cell<Option<(StateId, u64)>>,
    /// What is known of components, by how processes name them.
    pub(crate) specs: HashMap<ComponentRef, Option<Arc<ComponentSpec>>>,
    /// The ports of every process.
    pub(crate) ports: HashMap<ProcessName, Ports>,
}

impl Document {
    /// An empty document.
    pub fn new(library: Library) -> Self {
        Self::of_graph(Graph::default(), library)
    }

    /// Opens what a graph file holds; the document counts as saved.
    ///
    /// # Errors
    ///
    /// Fails when the text is no graph; the caller shows it as text then, with the error at its place.
    pub fn open(text: &str, library: Library) -> Result<Self, ReadError> {
        file::read(text).map(|parsed| Self::of_graph(parsed.graph, library))
    }

    /// A document of a graph; it counts as saved.
    pub fn of_graph(graph: Graph, library: Library) -> Self {
        let mut document = Self {
            model: Model::new(graph),
            library,
            measure: crate::geometry::estimate,
            selection: Selection::default(),
            history: History::default(),
            problems: Problems::default(),
            state: StateId(0),
            states_made: 0,
            structure: 0,
            saved: Mark::default(),
            deployed: Mark::default(),
            text_hash: Cell::new(None),
            specs: HashMap::new(),
            ports: HashMap::new(),
        };
        document.mark_saved();
        document.settle();
        document
    }

    /// The same with sizes of processes as the canvas draws them.
    pub fn with_measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    // ---- the graph ----

    /// The graph.
    pub const fn graph(&self) -> &Graph {
        self.model.graph()
    }

    /// Whatever is derived from the graph is still true as long as this is the same.
    pub const fn state(&self) -> StateId {
        self.state
    }

    /// What is derived from processes, components, ports and connectors is still true as long as this is the same; places,
    /// notes and labels do not count.
    pub const fn structure(&self) -> u64 {
        self.structure
    }

    /// The canonical text of the graph, which is what a file holds.
    pub fn text(&self) -> String {
        file::write(self.graph())
    }

    /// The process of this name.
    pub fn process(&self, name: &ProcessName) -> Option<&Process> {
        self.graph().processes.get(name)
    }

    /// All connectors, in the order of the file.
    pub fn wires(&self) -> impl ExactSizeIterator<Item = (WireId, &Connector)> {
        self.model.wire_ids().zip(&self.graph().connectors)
    }

    /// A connector.
    pub fn wire(&self, id: WireId) -> Option<&Connector> {
        self.model.wire(id)
    }

    /// The position of a connector in the graph.
    pub fn wire_position(&self, id: WireId) -> Option<usize> {
        self.model.wire_place(id)
    }

    /// The connectors at a process; one that begins and ends there once.
    pub fn wires_of(&self, process: &ProcessName) -> &[WireId] {
        self.model.wires_of(process)
    }

    /// The connectors at a port.
    pub fn wires_at<'d>(
        &'d self,
        side: Side,
        end: &'d PortRef,
    ) -> impl Iterator<Item = (WireId, &'d Connector)> {
        self.model.wires_at(side, end)
    }

    /// The first connector between two ports.
    pub fn wire_between(&self, from: &PortRef, to: &PortRef) -> Option<WireId> {
        let mut found = self.model.wires_at(Side::Out, from);
        found.find(|(_, wire)| wire.to == *to).map(|(id, _)| id)
    }

    /// The groups with members, in the order of the file.
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        self.all_groups().filter(|(_, group)| !note::is_note(group))
    }

    /// The notes on the canvas, in the order of the file.
    pub fn notes(&self) -> impl Iterator<Item = Note<'_>> {
        self.all_groups()
            .filter(|(_, group)| note::is_note(group))
            .map(|(id, group)| Note::of(id, group))
    }

    /// A group or note.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.model.group(id)
    }

    fn all_groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        self.model.group_ids().zip(&self.graph().groups)
    }

    // ---- what is known of components ----

    /// What is known beside the graph.
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// The catalog of components.
    pub fn catalog(&self) -> &Catalog {
        &self.library.catalog
    }

    /// Takes another catalog, or subgraphs that were read meanwhile.
    pub fn set_library(&mut self, library: Library) {
        self.library = library;
        self.specs.clear();
        self.model.touched.all = true;
        self.settle();
    }

    /// What is known of the component of a process; nothing if it names none, or one that is not known.
    pub fn spec(&self, process: &ProcessName) -> Option<&ComponentSpec> {
        let component = self.process(process)?.component.as_ref()?;
        self.specs.get(component)?.as_deref()
    }

    /// What is known of a component.
    pub fn spec_of(&self, component: &ComponentRef) -> Option<Arc<ComponentSpec>> {
        match self.specs.get(component) {
            Some(known) => known.clone(),
            None => spec_of(
                component,
                &self.library.catalog,
                self.library.subgraphs.as_ref(),
            ),
        }
    }

    /// How many processes use a component: a subgraph is often used more than once.
    pub fn uses(&self, component: &ComponentRef) -> usize {
        let all = self.graph().processes.values();
        all.filter(|process| process.component.as_ref() == Some(component))
            .count()
    }

    /// The ports of a process, ghosts of unknown components included.
    pub fn ports(&self, process: &ProcessName) -> Option<&Ports> {
        self.ports.get(process)
    }

    /// A port of a process.
    pub fn port(&self, side: Side, end: &PortRef) -> Option<&Port> {
        self.ports(&end.process)?.get(side, &end.key())
    }

    // ---- places ----

    /// Where a process stands; one that has no place yet stands at (0, 0).
    pub fn position(&self, process: &ProcessName) -> Position {
        let place = self.graph().layout.get(process);
        place.copied().unwrap_or_default()
    }

    /// How large a process is drawn.
    pub fn size(&self, process: &ProcessName) -> Size {
        (self.measure)(self, process)
    }

    /// The box of a process.
    pub fn rect(&self, process: &ProcessName) -> Rect {
        Rect::at(self.position(process), self.size(process))
    }

    /// The points at which a connector bends on its way; none for a way of the canvas's own.
    pub fn bends(&self, wire: WireId) -> Vec<Position> {
        self.wire(wire).map(crate::meta::bends).unwrap_or_default()
    }

    // ---- selection, history, findings ----

    /// What is selected.
    pub const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Whether a thing is there.
    pub fn has(&self, target: &Target) -> bool {
        match target {
            Target::Graph => true,
            Target::Process(name) => self.graph().processes.contains_key(name),
            Target::Wire(id) => self.wire(*id).is_some(),
            Target::Group(id) => self.group(*id).is_some(),
            Target::Port(port) => self.port(port.side, &port.end).is_some(),
            Target::Value(end) => self
                .process(&end.process)
                .is_some_and(|process| process.iips.contains_key(&end.key())),
            Target::Export(export) => self.model.exported(export.side).contains_key(&export.name),
        }
    }

    /// The names of all steps, the oldest first.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.history.names()
    }

    /// How many of the steps are done; the others were taken back and can be done again.
    pub fn steps_done(&self) -> usize {
        self.history.done.len()
    }

    /// The name of the step that undo would take back.
    pub fn undo_name(&self) -> Option<&str> {
        self.history.done.back().map(|step| step.name.as_str())
    }

    /// The name of the step that redo would do again.
    pub fn redo_name(&self) -> Option<&str> {
        self.history.undone.last().map(|step| step.name.as_str())
    }

    /// What is wrong, as far as it is known.
    pub const fn problems(&self) -> &Problems {
        &self.problems
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library")
            .field("components", &self.catalog.len())
            .finish_non_exhaustive()
    }
}

impl Library {
    /// A catalog without subgraphs.
    pub fn new(catalog: Catalog) -> Self {
        Self {
            catalog: Arc::new(catalog),
            subgraphs: Rc::new(NoSubgraphs),
        }
    }

    /// The same with subgraphs.
    pub fn with_subgraphs(mut self, subgraphs: Rc<dyn Resolve>) -> Self {
        self.subgraphs = subgraphs;
        self
    }
}
