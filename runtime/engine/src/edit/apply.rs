//! Begins what an edit's plan says.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use millstream_component::ProcessCell;
use millstream_connector::{
    Berth, Clock, Connector, Heir, Next, Options, Outlet, Point, Reader, Target, Wake, Writer,
};

use super::alteration::{Alteration, Claim, Heritage, Input, Output, Start, moor};
use super::compare::Fate;
use super::pipes::Pipe;
use super::{EditError, EditPlan, Place};
use crate::build::{End, Member, Table, Wire, cell};
use crate::island::{Order, Shared};
use crate::network::Network;
use crate::plan::{PlannedEnd, PlannedWire};
use crate::slot::Tally;
use crate::span::{Moment, Span, split};

/// An edit that has begun.
#[derive(Debug, Clone)]
pub struct Progress {
    alteration: Arc<Alteration>,
    network: Network,
}

impl Progress {
    /// Whether it has come to its end.
    pub fn is_done(&self) -> bool {
        self.alteration.is_done()
    }

    /// Waits for its end: all ports have changed over, processes that go have ended, and those that come have started.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn done(&self) {
        self.alteration.done().await;
    }

    /// Processes that have not ended yet though they are to.
    pub fn waits_for(&self) -> Vec<String> {
        let table = self.network.table();
        let names = self.alteration.waits_for().into_iter();
        let names = names.filter_map(|number| table.processes.get(number as usize));
        names.map(|member| member.name.to_string()).collect()
    }
}

impl Network {
    /// Begins an edit. What stays goes on meanwhile; [`Progress::done`] tells when all of it is done.
    ///
    /// # Errors
    ///
    /// Fails when the network has changed since the edit was planned, ends, or is still busy with the last one. Nothing is
    /// changed then.
    pub fn apply_edit(&self, plan: EditPlan) -> Result<Progress, EditError> {
        let mut last = self.inner.edits.lock();
        let under_way = last.as_ref().filter(|last| !last.is_done());
        if let Some(alteration) = under_way {
            let progress = Progress {
                alteration: Arc::clone(alteration),
                network: self.clone(),
            };
            return Err(EditError::Busy(progress.waits_for()));
        }
        if !Arc::ptr_eq(&self.table(), &plan.table) {
            return Err(EditError::Stale);
        }
        if self.is_ending() {
            return Err(EditError::Ending);
        }
        let alteration = Self::await_islands(&plan)?;
        self.steer(|_| Application::new(self, plan, &alteration).perform());
        *last = Some(Arc::clone(&alteration));
        Ok(Progress {
            alteration,
            network: self.clone(),
        })
    }

    /// Keeps the islands from ending before the edit is over.
    fn await_islands(plan: &EditPlan) -> Result<Arc<Alteration>, EditError> {
        let table = &plan.table;
        let islands: Vec<Arc<Shared>> = table
            .islands
            .iter()
            .filter(|island| island.await_edit())
            .cloned()
            .collect();
        let is_awaited = |island: &usize| {
            let island = &table.islands[*island];
            islands.iter().any(|awaited| Arc::ptr_eq(awaited, island))
        };
        let newcomers = plan
            .numbers
            .0
            .iter()
            .filter(|number| **number >= table.processes.len());
        let mut homes = newcomers.filter_map(|number| plan.island_of.get(number));
        if islands.is_empty() || !homes.all(is_awaited) {
            for island in &islands {
                island.let_go();
            }
            return Err(EditError::Ending);
        }
        let ledger = Arc::clone(&table.ledger);
        Ok(Arc::new(Alteration::new(ledger, islands)))
    }
}

/// Wakes a process that came after its island was made.
struct Newcomer {
    island: Arc<Shared>,
    position: u32,
}

impl Wake for Newcomer {
    fn wake(&self, _process: u32) {
        self.island.wake_local(self.position);
    }

    fn clock(&self) -> Clock {
        self.island.clock()
    }
}

/// An edit as it is put into effect.
struct Application<'a> {
    network: &'a Network,
    plan: EditPlan,
    alteration: &'a Arc<Alteration>,
    /// What the network is from now on.
    table: Table,
    /// Cells of the processes whose place others take, by number.
    former: HashMap<usize, Arc<ProcessCell>>,
    /// Connectors that were made, by position in the plan, and their ends.
    made: HashMap<usize, Arc<Connector>>,
    writers: HashMap<Place, Writer>,
    readers: BTreeMap<Place, Reader>,
    /// When connectors that get another reader do so, by position in the plan.
    moments: HashMap<usize, Moment>,
    /// Where ports of processes that stay get their next reader.
    berths: HashMap<Place, Arc<Berth>>,
    /// Positions of the processes that start, by number.
    starts: HashMap<usize, usize>,
}

impl<'a> Application<'a> {
    fn new(network: &'a Network, plan: EditPlan, alteration: &'a Arc<Alteration>) -> Self {
        Self {
            table: Table::clone(&plan.table),
            network,
            plan,
            alteration,
            former: HashMap::new(),
            made: HashMap::new(),
            moments: HashMap::new(),
            writers: HashMap::new(),
            readers: BTreeMap::new(),
            berths: HashMap::new(),
            starts: HashMap::new(),
        }
    }

    fn perform(mut self) {
        self.enlist();
        self.make_connectors();
        self.set_out_starts();
        let dropped = self.change_wires();
        self.network.install(self.table.clone());
        // Before any of them finds out that it is to end.
        self.former.values().for_each(|former| former.keep_ends());
        self.await_ends(&dropped);
        self.claim_readers();
        self.turn_away(&dropped);
        self.moor_new_readers();
        self.set_settings();
        self.send_away();
        self.alteration.begin();
    }

    fn target(&self, number: usize) -> Target {
        let member = &self.table.processes[number];
        let island = &self.table.islands[member.island];
        let process = u32::try_from(number).unwrap_or(u32::MAX);
        if island.knows(process) {
            return Target::new(Arc::clone(island) as Arc<dyn Wake>, process);
        }
        let newcomer = Newcomer {
            island: Arc::clone(island),
            position: member.position,
        };
        Target::new(Arc::new(newcomer), process)
    }

    /// Gives processes that come a number and a place, and those that start a cell.
    fn enlist(&mut self) {
        let seed = self.table.options.seed;
        let mut newcomers: Vec<(usize, usize)> = Vec::new();
        for (at, fate) in self.plan.fates.iter().enumerate() {
            let number = self.plan.numbers.0[at];
            match fate {
                Fate::Comes => newcomers.push((number, at)),
                Fate::Restarts(_) => {
                    let cell = cell(&self.plan.after.processes[at], number as u64, seed);
                    let member = &mut self.table.processes[number];
                    let former = std::mem::replace(&mut member.cell, cell);
                    member.cell.succeed(&former);
                    member.component = Arc::clone(&self.plan.after.processes[at].component);
                    self.former.insert(number, former);
                }
                Fate::Stays | Fate::Set(..) | Fate::Refused(_) => {}
            }
        }
        newcomers.sort_unstable();
        self.table.ledger.extend(newcomers.len());
        for (number, at) in newcomers {
            let process = &self.plan.after.processes[at];
            let home = self.plan.island_of.get(&number).copied().unwrap_or(0);
            let island = &self.table.islands[home];
            let cell = cell(process, number as u64, seed);
            let process_number = u32::try_from(number).unwrap_or(u32::MAX);
            let position = island.take_places(1);
            island.order(Order::Room(vec![(process_number, Arc::clone(&cell))]));
            self.table.processes.push(Member {
                name: Arc::clone(&process.name),
                component: Arc::clone(&process.component),
                cell,
                tally: Arc::new(Tally::default()),
                island: home,
                position,
                is_source: false,
                is_removed: false,
            });
        }
        for &number in &self.plan.removed {
            self.table.processes[number].is_removed = true;
        }
        for &number in &self.plan.numbers.0 {
            self.table.processes[number].is_source = true;
        }
        for wire in &self.plan.after.wires {
            let number = self.plan.numbers.0[wire.to.process];
            self.table.processes[number].is_source = false;
        }
    }

    fn make_connectors(&mut self) {
        let wires = self.plan.after.wires.iter().zip(&self.plan.pipes);
        for (at, (wire, pipe)) in wires.enumerate() {
            if *pipe != Pipe::New {
                continue;
            }
            let island =
                |end: &PlannedEnd| self.table.processes[self.plan.numbers.0[end.process]].island;
            let home = island(&wire.to);
            let (connector, writers, reader) = Connector::build(Options {
                capacity: wire.capacity,
                when_full: wire.when_full,
                writers: u32::try_from(wire.from.len()).unwrap_or(u32::MAX),
                crossing: wire.from.iter().any(|from| island(from) != home),
                pipe: self.table.options.pipe,
            });
            self.made.insert(at, connector);
            let places = wire.from.iter().map(|end| self.plan.numbers.place(end));
            self.writers.extend(places.zip(writers));
            self.readers
                .insert(self.plan.numbers.place(&wire.to), reader);
        }
    }

    fn set_out_starts(&mut self) {
        for at in 0..self.plan.fates.len() {
            let waits_for_former = match self.plan.fates[at] {
                Fate::Restarts(_) => 1,
                Fate::Comes => 0,
                Fate::Stays | Fate::Set(..) | Fate::Refused(_) => continue,
            };
            let number = self.plan.numbers.0[at];
            let (inputs, awaited) = self.inputs(at);
            let start = Start {
                outputs: self.outputs(at),
                inputs,
                missing: awaited + waits_for_former,
                target: self.target(number),
                process: u32::try_from(number).unwrap_or(u32::MAX),
                island: Arc::clone(&self.table.islands[self.table.processes[number].island]),
                position: self.table.processes[number].position,
                cell: Arc::clone(&self.table.processes[number].cell),
                tally: Arc::clone(&self.table.processes[number].tally),
                kind: self.plan.after.processes[at].kind.clone(),
                iips: self.plan.after.processes[at].iips.clone(),
                former: self.former.get(&number).cloned(),
            };
            self.starts.insert(number, self.alteration.next_start());
            self.alteration.add_start(start);
        }
    }

    /// The in-ports of a process that starts, and how many of their readers are still to come.
    fn inputs(&mut self, at: usize) -> (Vec<Input>, usize) {
        let mut awaited = 0;
        let mut inputs = Vec::new();
        let wires = self.plan.after.wires.iter();
        for wire in wires.filter(|wire| wire.to.process == at) {
            let reader = self.readers.remove(&self.plan.numbers.place(&wire.to));
            awaited += usize::from(reader.is_none());
            inputs.push(Input {
                port: Arc::clone(&wire.to.port),
                index: wire.to.index,
                reader,
            });
        }
        (inputs, awaited)
    }

    /// The out-ports of a process that starts; what it has no writer for, the former process leaves it.
    fn outputs(&mut self, at: usize) -> Vec<Output> {
        let wires = self.plan.after.wires.iter();
        let ends = wires.flat_map(|wire| &wire.from);
        let exits = self.plan.after.exits.iter().map(|(_, end)| end);
        let own = ends.chain(exits).filter(|end| end.process == at);
        let output = |end: &PlannedEnd| Output {
            port: Arc::clone(&end.port),
            index: end.index,
            writer: self.writers.remove(&self.plan.numbers.place(end)),
        };
        own.map(output).collect()
    }

    /// Brings the table's connectors up to date. Gives the positions of those that are not kept.
    fn change_wires(&mut self) -> Vec<usize> {
        let known = self.table.wires.len();
        let mut kept = vec![false; known];
        for at in 0..self.plan.pipes.len() {
            let wire = &self.plan.after.wires[at];
            match self.plan.pipes[at] {
                Pipe::New => {
                    if let Some(connector) = self.made.remove(&at) {
                        let wire = self.wire(wire, connector, None);
                        self.table.wires.push(wire);
                    }
                }
                Pipe::Kept {
                    wire: old,
                    reader_changes,
                    ends_change,
                } => {
                    kept[old] = true;
                    if ends_change {
                        self.rename(old, at, reader_changes);
                    }
                }
            }
        }
        let is_dropped = |at: &usize| !kept[*at] && !self.table.wires[*at].is_removed();
        let dropped: Vec<usize> = (0..known).filter(is_dropped).collect();
        for &at in &dropped {
            let span = self.table.wires[at].span.get_or_insert_default();
            span.is_removed = true;
        }
        dropped
    }

    /// Puts a connector that is kept under the names of the ends that it has now.
    fn rename(&mut self, old: usize, at: usize, reader_changes: bool) {
        let moment = Moment::default();
        let connector = Arc::clone(&self.table.wires[old].connector);
        if reader_changes {
            self.moments.insert(at, Arc::clone(&moment));
        } else {
            split(&connector, &moment);
        }
        let span = self.table.wires[old].span.get_or_insert_default();
        span.until = Some(Arc::clone(&moment));
        span.is_removed = true;
        let span = Span {
            since: Some(moment),
            ..Span::default()
        };
        let wire = self.wire(&self.plan.after.wires[at], connector, Some(Box::new(span)));
        self.table.wires.push(wire);
    }

    fn wire(&self, wire: &PlannedWire, connector: Arc<Connector>, span: Option<Box<Span>>) -> Wire {
        let end = |end: &PlannedEnd| {
            let process = self.plan.numbers.0[end.process];
            End {
                process,
                process_name: Arc::clone(&self.table.processes[process].name),
                port: Arc::clone(&end.port),
                index: end.index,
            }
        };
        Wire {
            connector,
            from: wire.from.iter().map(end).collect(),
            to: end(&wire.to),
            entry: wire.entry.clone(),
            span,
        }
    }

    /// Whether a process ends with the edit, to start anew or for good.
    fn is_leaving(&self, number: usize) -> bool {
        self.former.contains_key(&number) || self.table.processes[number].is_removed
    }

    fn berth(&mut self, place: Place) -> Arc<Berth> {
        let berth = self.berths.entry(place).or_insert_with(Berth::new);
        Arc::clone(berth)
    }

    /// Has the readers of connectors that are kept go to those who read from now on.
    fn claim_readers(&mut self) {
        for at in 0..self.plan.pipes.len() {
            let Pipe::Kept {
                wire: old,
                reader_changes,
                ..
            } = self.plan.pipes[at]
            else {
                continue;
            };
            let reader = place(&self.plan.table.wires[old].to);
            if !reader_changes && !self.is_leaving(reader.process) {
                continue;
            }
            let connector = Arc::clone(&self.plan.table.wires[old].connector);
            let heir = self.alteration.claim(Claim {
                to: self.heritage(at),
                moment: self.moments.remove(&at),
            });
            let point = if self.table.processes[reader.process].is_removed {
                Point::Here
            } else {
                Point::Now
            };
            let stays = !self.is_leaving(reader.process);
            let berth = stays.then(|| self.berth(reader));
            if !connector.divert(point, Some(Arc::clone(&heir) as Arc<dyn Heir>), berth) {
                heir.is_late();
            }
        }
    }

    /// Who reads a connector of the plan from now on.
    fn heritage(&mut self, at: usize) -> Heritage {
        let wire = &self.plan.after.wires[at];
        let to = self.plan.numbers.place(&wire.to);
        let Some(&start) = self.starts.get(&to.process) else {
            let target = self.target(to.process);
            return Heritage::Port(self.berth(to), target);
        };
        let before = self.plan.after.wires[..at].iter();
        let input = before.filter(|other| other.to.process == wire.to.process);
        Heritage::Start(start, input.count())
    }

    /// Those who stay and read connectors that are not kept go on with others at their ends. This is said before anything
    /// is done that could bring such an end about.
    fn await_ends(&mut self, dropped: &[usize]) {
        for &at in dropped {
            let wire = self.plan.table.wires[at].clone();
            if !self.is_leaving(wire.to.process) {
                let berth = self.berth(place(&wire.to));
                wire.connector.divert(Point::End, None, Some(berth));
            }
        }
    }

    /// Has the connectors that are not kept come to their end: who writes goes on elsewhere, who reads takes what is inside.
    fn turn_away(&mut self, dropped: &[usize]) {
        for &at in dropped {
            let wire = self.plan.table.wires[at].clone();
            let staying = wire.from.iter().filter(|end| !self.is_leaving(end.process));
            let staying: Vec<Place> = staying.map(place).collect();
            let goes_on = staying.iter().any(|place| self.writers.contains_key(place));
            if self.is_leaving(wire.to.process) && !staying.is_empty() && !goes_on {
                // Nobody knows when such a writer comes by; nothing that it still has to say goes anywhere.
                wire.connector.divert(Point::Here, None, None);
            }
            if staying.is_empty() {
                continue;
            }
            let successors = staying.into_iter().filter_map(|place| {
                let mut writer = self.writers.remove(&place)?;
                writer.bind(self.target(place.process));
                let outlet = Outlet {
                    process: Arc::clone(&self.table.processes[place.process].name),
                    port: place.port,
                    index: place.index,
                };
                Some((outlet, writer))
            });
            let successors = successors.collect();
            wire.connector.reroute(successors);
        }
    }

    /// Gives ports of processes that stay the readers of connectors that were made.
    fn moor_new_readers(&mut self) {
        for (place, reader) in std::mem::take(&mut self.readers) {
            let target = self.target(place.process);
            let berth = self.berth(place);
            moor(&berth, &target, Next::Reader(reader));
        }
    }

    fn set_settings(&self) {
        for (fate, number) in self.plan.fates.iter().zip(&self.plan.numbers.0) {
            if let Fate::Set(settings, _) = fate {
                self.table.processes[*number].cell.reset(settings.clone());
            }
        }
    }

    /// Has the processes end that go or start anew.
    fn send_away(&self) {
        let restarting = self.former.keys();
        for &number in restarting.chain(&self.plan.removed) {
            let process = u32::try_from(number).unwrap_or(u32::MAX);
            let start = self.starts.get(&number).copied();
            self.alteration.await_ending(process, start);
            let member = &self.table.processes[number];
            let island = &self.table.islands[member.island];
            if island.has_ended() {
                self.alteration.departed(process, None);
            } else {
                let alteration = Arc::clone(self.alteration);
                island.order(Order::Leave(member.position, alteration));
            }
        }
    }
}

fn place(end: &End) -> Place {
    Place {
        process: end.process,
        port: Arc::clone(&end.port),
        index: end.index,
    }
}
