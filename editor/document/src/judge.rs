//! The check, for the whole graph or for what a step touched.
//!
//! Most rules look at a process, its connectors and its neighbours. So a step is judged by checking the small graph of
//! just these, with the very same check, and keeping what it says of what was touched. Rules about the whole graph wait
//! until somebody has time for [`Document::check`]; small graphs are checked as a whole at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use millstream_graph::{Code, Finding, Graph, Place, PortRef, ProcessName, Side, check};

use crate::document::Document;
use crate::model::Touched;
use crate::problem::{Problem, Problems};
use crate::target::{Export, Target, WireId};

/// Graphs up to this many connectors are checked as a whole after every step, which takes less than a millisecond.
const SMALL_WIRES: usize = 150;
/// More connectors than this are not judged after a step, but with the whole graph.
const LOCAL_WIRES_MAX: usize = 600;

/// Rules that a part of a graph cannot answer.
const WHOLE: [Code; 6] = [
    Code::CycleCannotStart,
    Code::CycleCannotDrain,
    Code::DiamondMayBlock,
    Code::Unreachable,
    Code::NoBrackets,
    Code::UnknownMember,
];

/// What a step touched, as a graph of its own.
struct Part<'t> {
    graph: Graph,
    /// The connectors of the graph, in its order.
    wires: Vec<WireId>,
    touched: &'t BTreeSet<ProcessName>,
}

impl Document {
    /// Checks the whole graph. The caller chooses the moment: a pause, before a save, before a run.
    ///
    /// # Shape
    ///
    /// Takes time linear in the size of the graph.
    pub fn check(&mut self) {
        if self.problems.is_whole {
            return;
        }
        let subgraphs = self.library.subgraphs.as_ref();
        let findings = check(self.graph(), &self.library.catalog, subgraphs);
        let wire = |at: usize| self.model.wire_at(at);
        let group = |at: usize| self.model.group_at(at).map(Target::Group);
        let found = findings.into_iter().map(|finding| {
            let target = self.target(&finding.place, wire, group);
            Arc::new(Problem { finding, target })
        });
        self.problems = Problems::of_all(found.collect(), true);
    }

    /// Judges anew what a step touched.
    pub(crate) fn settle_problems(&mut self, touched: &Touched) {
        if !touched.content && !touched.all {
            return;
        }
        self.problems.is_whole = false;
        if self.graph().connectors.len() <= SMALL_WIRES
            && self.graph().processes.len() <= SMALL_WIRES
        {
            self.check();
            return;
        }
        let part = self.touched_part(touched);
        let judged = part.as_ref().map(|part| part.touched);
        let kept = self.problems.all.iter();
        let mut all: Vec<_> = kept
            .filter(|problem| self.still_holds(problem, judged))
            .cloned()
            .collect();
        all.extend(part.iter().flat_map(|part| self.judged(part)));
        self.problems = Problems::of_all(all, false);
    }

    /// Whether a finding from before the step is to be kept: its thing is there, and nobody judges it anew.
    fn still_holds(&self, problem: &Problem, judged: Option<&BTreeSet<ProcessName>>) -> bool {
        if !self.has(&problem.target) {
            return false;
        }
        let Some(judged) = judged else { return true };
        WHOLE.contains(&problem.finding.code) || !self.is_at(&problem.target, judged)
    }

    fn is_at(&self, target: &Target, processes: &BTreeSet<ProcessName>) -> bool {
        match target {
            Target::Wire(id) => self.wire(*id).is_some_and(|wire| {
                processes.contains(&wire.from.process) || processes.contains(&wire.to.process)
            }),
            Target::Export(export) => {
                let end = self.model.exported(export.side).get(&export.name);
                end.is_some_and(|end| processes.contains(&end.process))
            }
            target => target
                .process()
                .is_some_and(|name| processes.contains(name)),
        }
    }

    /// The touched processes with their connectors and neighbours; nothing if that is too much, or nothing was touched.
    fn touched_part<'t>(&self, touched: &'t Touched) -> Option<Part<'t>> {
        if touched.all || touched.processes.is_empty() {
            return None;
        }
        let mut wires = BTreeSet::new();
        for name in &touched.processes {
            let own = self.wires_of(name);
            if wires.len() + own.len() > LOCAL_WIRES_MAX {
                return None;
            }
            wires.extend(own);
        }
        // An out-port has one connector: who else leaves the same port matters.
        let beside: Vec<WireId> = wires
            .iter()
            .filter_map(|&id| self.wire(id))
            .flat_map(|wire| self.wires_at(Side::Out, &wire.from).map(|(id, _)| id))
            .collect();
        wires.extend(beside);
        let mut part = Part {
            graph: Graph {
                packages: self.graph().packages.clone(),
                ..Graph::default()
            },
            wires: Vec::with_capacity(wires.len()),
            touched: &touched.processes,
        };
        touched
            .processes
            .iter()
            .for_each(|name| self.take_process(&mut part, name));
        for id in wires {
            if let Some(wire) = self.wire(id) {
                self.take_process(&mut part, &wire.from.process);
                self.take_process(&mut part, &wire.to.process);
                part.graph.connectors.push(wire.clone());
                part.wires.push(id);
            }
        }
        self.take_exports(&mut part);
        Some(part)
    }

    fn take_process(&self, part: &mut Part<'_>, name: &ProcessName) {
        if let Some(process) = self.process(name)
            && !part.graph.processes.contains_key(name)
        {
            part.graph.processes.insert(name.clone(), process.clone());
        }
    }

    fn take_exports(&self, part: &mut Part<'_>) {
        if !part.touched.iter().any(|name| self.model.has_exports(name)) {
            return;
        }
        for side in [Side::In, Side::Out] {
            let exports = self.model.exported(side).iter();
            let wanted = exports.filter(|(_, end)| part.touched.contains(&end.process));
            let into = match side {
                Side::In => &mut part.graph.inports,
                Side::Out => &mut part.graph.outports,
            };
            into.extend(wanted.map(|(name, end)| (name.clone(), end.clone())));
        }
    }

    /// What the check says of the touched things in a part.
    fn judged<'d>(&'d self, part: &'d Part<'_>) -> impl Iterator<Item = Arc<Problem>> + 'd {
        let subgraphs = self.library.subgraphs.as_ref();
        let findings = check(&part.graph, &self.library.catalog, subgraphs);
        let problem = |finding: Finding| {
            if WHOLE.contains(&finding.code) {
                return None;
            }
            let wire = |at: usize| part.wires.get(at).copied();
            let target = self.target(&finding.place, wire, |_| None);
            self.is_at(&target, part.touched)
                .then(|| Arc::new(Problem { finding, target }))
        };
        findings.into_iter().filter_map(problem)
    }

    /// The thing that a place of a finding is about.
    fn target(
        &self,
        place: &Place,
        wire: impl Fn(usize) -> Option<WireId>,
        group: impl Fn(usize) -> Option<Target>,
    ) -> Target {
        let of_wire = |at: usize| wire(at).map_or(Target::Graph, Target::Wire);
        let export = |side: Side, name: &millstream_graph::PortName| {
            let name = name.clone();
            Target::Export(Export { side, name })
        };
        match place {
            Place::Graph | Place::Meta(_) => Target::Graph,
            Place::Process(name) | Place::Component(name) | Place::Field(name, _) => {
                Target::Process(name.clone())
            }
            Place::Layout(name) => match self.process(name) {
                Some(_) => Target::Process(name.clone()),
                None => Target::Graph,
            },
            Place::Iip(name, key) => Target::Value(PortRef::new(name.clone(), key.clone())),
            Place::Text(text) => {
                Target::Value(PortRef::new(text.process.clone(), text.port.clone()))
            }
            Place::Connector(at) | Place::From(at) | Place::To(at) => of_wire(*at),
            Place::Inport(name) => export(Side::In, name),
            Place::Outport(name) => export(Side::Out, name),
            Place::Group(at) => group(*at).unwrap_or(Target::Graph),
        }
    }
}

impl Problems {
    fn of_all(all: Vec<Arc<Problem>>, is_whole: bool) -> Self {
        let mut by_target: HashMap<Target, Vec<Arc<Problem>>> = HashMap::new();
        for problem in &all {
            let mut add = |target: Target| {
                by_target
                    .entry(target)
                    .or_default()
                    .push(Arc::clone(problem));
            };
            add(problem.target.clone());
            if let (Some(process), Target::Value(_)) = (problem.target.process(), &problem.target) {
                add(Target::Process(process.clone()));
            }
        }
        Self {
            all,
            by_target,
            is_whole,
        }
    }
}
