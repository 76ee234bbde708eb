//! From a plan to connectors, ports and islands.

use std::sync::Arc;
use std::time::Instant;

use millstream_component::{InPort, OutPort, ProcessCell, ProcessFuture, ProcessSetup, Wiring};
use millstream_connector::{Connector, Options, Reader, Target, Wake, WhenFull, Writer};
use millstream_graph::DEFAULT_CAPACITY;
use millstream_packet::Packet;

use crate::activity::Activity;
use crate::door::{Doorbell, Doors, Entry, Exit};
use crate::island::{Island, Shared};
use crate::ledger::Ledger;
use crate::per_group;
use crate::placement::IslandKind;
use crate::plan::{Plan, PlanOptions, PlannedEnd, PlannedKind, PlannedProcess, PlannedWire};
use crate::slot::{Seed, Tally};
use crate::span::Span;

/// A built network, ready to be polled.
pub(crate) struct Built {
    pub(crate) islands: Vec<(IslandKind, Island)>,
    pub(crate) table: Table,
    pub(crate) doors: Doors,
}

/// What is known of a network while it runs. An edit of the running graph makes another one of it: entries are added, and
/// none changes its position.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) processes: Vec<Member>,
    pub(crate) wires: Vec<Wire>,
    pub(crate) islands: Vec<Arc<Shared>>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) start: Instant,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) options: PlanOptions,
}

/// A process as seen from outside its island.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: Arc<str>,
    pub(crate) component: Arc<str>,
    pub(crate) cell: Arc<ProcessCell>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) island: usize,
    /// Its number on the island.
    pub(crate) position: u32,
    pub(crate) is_source: bool,
    /// Whether an edit has taken it out of the graph.
    pub(crate) is_removed: bool,
}

/// A connector with the names of its ends.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) connector: Arc<Connector>,
    pub(crate) from: Vec<End>,
    pub(crate) to: End,
    /// The exported in-port through which packets come from outside as well.
    pub(crate) entry: Option<Arc<str>>,
    /// Only after an edit has changed it.
    pub(crate) span: Option<Box<Span>>,
}

impl Wire {
    /// The names of its writers.
    pub(crate) fn writers(&self) -> Vec<String> {
        let entry = self.entry.iter().map(|name| format!("<{name}>"));
        self.from.iter().map(End::label).chain(entry).collect()
    }
}

/// One end of a wire.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) process: usize,
    pub(crate) process_name: Arc<str>,
    pub(crate) port: Arc<str>,
    pub(crate) index: Option<u32>,
}

impl End {
    /// `process.port`.
    pub(crate) fn label(&self) -> String {
        format!("{}.{}", self.process_name, self.port_label())
    }

    /// The port, with its index if it is an element.
    pub(crate) fn port_label(&self) -> String {
        match self.index {
            Some(index) => format!("{}[{index}]", self.port),
            None => self.port.to_string(),
        }
    }
}

/// Ends of connectors that lead out of a network, by port.
pub(crate) struct Boundary {
    pub(crate) inputs: Vec<(PlannedEnd, Reader)>,
    pub(crate) outputs: Vec<(PlannedEnd, Writer)>,
}

impl Boundary {
    /// A network that is closed in itself.
    pub(crate) const fn none() -> Self {
        Self {
            inputs: Vec::new(),
            outputs: Vec::new(),
        }
    }
}

/// Builds everything; nothing runs yet.
pub(crate) fn build(plan: &Plan, boundary: Boundary) -> Built {
    let mut builder = Builder::new(plan);
    for wire in &plan.wires {
        builder.connect(wire);
    }
    builder.connect_boundary(boundary);
    plan.exits
        .iter()
        .for_each(|(name, end)| builder.open_exit(name, end));
    for (at, process) in plan.processes.iter().enumerate() {
        builder.give_initial_packets(at, process);
    }
    builder.finish()
}

struct Builder<'a> {
    plan: &'a Plan,
    islands: Vec<Arc<Shared>>,
    activity: Arc<Activity>,
    start: Instant,
    /// By process.
    wirings: Vec<Wiring>,
    is_source: Vec<bool>,
    wires: Vec<Wire>,
    positions: Arc<[u32]>,
    /// Processes by island.
    members: Vec<Vec<u32>>,
    doors: Doors,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan) -> Self {
        let start = Instant::now();
        let activity = Arc::new(Activity::new(plan.placement.islands.len()));
        let (members, positions) = number(plan);
        let islands = members
            .iter()
            .map(|members| {
                let positions = Arc::clone(&positions);
                Shared::new(Arc::clone(&activity), members.len(), positions, start)
            })
            .collect();
        let wirings = (0..)
            .zip(&plan.processes)
            .map(|(at, process)| Wiring::new(cell(process, at, plan.options.seed)))
            .collect();
        Self {
            is_source: vec![true; plan.processes.len()],
            wires: Vec::with_capacity(plan.wires.len()),
            plan,
            islands,
            activity,
            start,
            wirings,
            positions,
            members,
            doors: Doors::default(),
        }
    }

    fn target(&self, process: usize) -> Target {
        let island = &self.islands[self.plan.placement.island_of[process]];
        let number = u32::try_from(process).unwrap_or(u32::MAX);
        Target::new(Arc::clone(island) as Arc<dyn Wake>, number)
    }

    fn connect(&mut self, wire: &PlannedWire) {
        let island_of = &self.plan.placement.island_of;
        let home = island_of[wire.to.process];
        let writers = wire.from.len() + usize::from(wire.entry.is_some());
        let crosses = wire.from.iter().any(|from| island_of[from.process] != home);
        let (connector, mut writers, reader) = Connector::build(Options {
            capacity: wire.capacity,
            when_full: wire.when_full,
            writers: u32::try_from(writers).unwrap_or(u32::MAX),
            crossing: crosses || wire.entry.is_some(),
            pipe: self.plan.options.pipe,
        });
        self.give_reader(&wire.to, reader);
        if let Some(name) = &wire.entry
            && let Some(writer) = writers.pop()
        {
            let bell = self.doorbell(wire.to.process);
            let entry = Entry::new(Arc::clone(name), writer, bell, &self.activity);
            self.doors.entries.push(entry);
        }
        for (from, writer) in wire.from.iter().zip(writers) {
            self.give_writer(from, writer);
        }
        let from = wire.from.iter().map(|end| self.end(end)).collect();
        self.wires.push(Wire {
            connector,
            from,
            to: self.end(&wire.to),
            entry: wire.entry.clone(),
            span: None,
        });
    }

    fn open_exit(&mut self, name: &Arc<str>, end: &PlannedEnd) {
        let (_, writers, reader) = Connector::build(Options {
            capacity: DEFAULT_CAPACITY,
            when_full: WhenFull::Block,
            writers: 1,
            crossing: true,
            pipe: self.plan.options.pipe,
        });
        for writer in writers {
            self.give_writer(end, writer);
        }
        let bell = self.doorbell(end.process);
        let exit = Exit::new(Arc::clone(name), reader, bell, &self.activity);
        self.doors.exits.push(exit);
    }

    /// What wakes the outside end of a connector; its waiting times go by the clock of the process at the other end.
    fn doorbell(&self, process: usize) -> Arc<Doorbell> {
        let island = &self.islands[self.plan.placement.island_of[process]];
        Arc::new(Doorbell::new(island.clock()))
    }

    fn end(&self, end: &PlannedEnd) -> End {
        End {
            process: end.process,
            process_name: Arc::clone(&self.plan.processes[end.process].name),
            port: Arc::clone(&end.port),
            index: end.index,
        }
    }

    fn give_reader(&mut self, end: &PlannedEnd, reader: Reader) {
        self.is_source[end.process] = false;
        let target = self.target(end.process);
        let wiring = &mut self.wirings[end.process];
        let cell = Arc::clone(wiring.cell());
        wiring.add_in(InPort::linked(
            cell,
            Arc::clone(&end.port),
            end.index,
            reader,
            target,
        ));
    }

    fn give_writer(&mut self, end: &PlannedEnd, writer: Writer) {
        let target = self.target(end.process);
        let wiring = &mut self.wirings[end.process];
        let cell = Arc::clone(wiring.cell());
        wiring.add_out(OutPort::linked(
            cell,
            Arc::clone(&end.port),
            end.index,
            writer,
            target,
        ));
    }

    fn connect_boundary(&mut self, boundary: Boundary) {
        for (end, reader) in boundary.inputs {
            self.give_reader(&end, reader);
        }
        for (end, writer) in boundary.outputs {
            self.give_writer(&end, writer);
        }
    }

    fn give_initial_packets(&mut self, at: usize, process: &PlannedProcess) {
        let wiring = &mut self.wirings[at];
        for (port, index, value) in &process.iips {
            let cell = Arc::clone(wiring.cell());
            let packet = Packet::data(value.clone());
            wiring.add_in(InPort::initial(cell, Arc::clone(port), *index, packet));
        }
    }

    fn finish(self) -> Built {
        let ledger = Arc::new(Ledger::new(self.plan.processes.len()));
        let mut members = Vec::with_capacity(self.wirings.len());
        let mut seeds: Vec<Vec<Seed>> = self.islands.iter().map(|_| Vec::new()).collect();
        for (at, wiring) in self.wirings.into_iter().enumerate() {
            let process = &self.plan.processes[at];
            let (cell, tally) = (Arc::clone(wiring.cell()), Arc::new(Tally::default()));
            let island = self.plan.placement.island_of[at];
            let is_source = self.is_source[at];
            members.push(Member {
                name: Arc::clone(&process.name),
                component: Arc::clone(&process.component),
                cell: Arc::clone(&cell),
                tally: Arc::clone(&tally),
                island,
                position: self.positions[at],
                is_source,
                is_removed: false,
            });
            let future = process.kind.start(wiring);
            seeds[island].push(Seed {
                future,
                cell,
                is_source,
                tally,
            });
        }
        let islands = self
            .islands
            .iter()
            .zip(self.members.into_iter().zip(seeds))
            .zip(&self.plan.placement.islands)
            .map(|((shared, (numbers, seeds)), kind)| {
                (
                    kind.clone(),
                    Island::new(Arc::clone(shared), numbers, seeds, Arc::clone(&ledger)),
                )
            })
            .collect();
        let table = Table {
            name: self.plan.name.clone(),
            processes: members,
            wires: self.wires,
            islands: self.islands,
            activity: self.activity,
            start: self.start,
            ledger,
            options: self.plan.options.clone(),
        };
        Built {
            islands,
            table,
            doors: self.doors,
        }
    }
}

/// Processes of each island, and the position of each process on its island.
fn number(plan: &Plan) -> (Vec<Vec<u32>>, Arc<[u32]>) {
    let mut members: Vec<Vec<u32>> = plan.placement.islands.iter().map(|_| Vec::new()).collect();
    let mut positions = Vec::with_capacity(plan.processes.len());
    for (number, &island) in (0..).zip(&plan.placement.island_of) {
        positions.push(u32::try_from(members[island].len()).unwrap_or(u32::MAX));
        members[island].push(number);
    }
    (members, positions.into())
}

impl PlannedKind {
    /// Makes a process of connected ports.
    pub(crate) fn start(&self, wiring: Wiring) -> ProcessFuture {
        match self {
            Self::Component(definition) => (definition.start)(wiring),
            Self::PerGroup(group) => per_group::start(Arc::clone(group), wiring),
        }
    }
}

pub(crate) fn cell(process: &PlannedProcess, at: u64, seed: u64) -> Arc<ProcessCell> {
    ProcessCell::new(ProcessSetup {
        name: Arc::clone(&process.name),
        on_error: process.on_error,
        // Neighbouring seeds must not give neighbouring streams.
        seed: (seed ^ at.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xD6E8_FEB8_6659_FD93),
    })
}
