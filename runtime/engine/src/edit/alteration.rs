//! An edit that is under way: what it still waits for, and what can be done when that has come.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use millstream_component::{InPort, OutPort, ProcessCell, Retired, Wiring};
use millstream_connector::{Berth, Heir, Next, Reader, Target, Writer};
use millstream_packet::{Packet, Value};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::island::{Order, Shared};
use crate::ledger::Ledger;
use crate::plan::PlannedKind;
use crate::report::Ending;
use crate::slot::{Seed, Tally};
use crate::span::{Moment, split};

/// An edit that is under way.
pub(crate) struct Alteration {
    ledger: Arc<Ledger>,
    /// Islands that must not end before it is over.
    islands: Vec<Arc<Shared>>,
    state: Mutex<State>,
    is_done: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    claims: Vec<Claim>,
    starts: Vec<Option<Start>>,
    /// Processes that are to end, each with the one that takes its place.
    leaving: HashMap<u32, Option<usize>>,
    /// Readers and endings that have not come yet, and one until everything is set out.
    outstanding: usize,
}

/// Where the reader of a connector is to go.
pub(crate) struct Claim {
    pub(crate) to: Heritage,
    /// Tells when it came.
    pub(crate) moment: Option<Moment>,
}

/// Who gets a reader.
pub(crate) enum Heritage {
    /// A port of a process that stays.
    Port(Arc<Berth>, Target),
    /// A port of a process that starts, by their positions.
    Start(usize, usize),
    /// It has come.
    Done,
}

/// A process that starts when all its ends are there.
pub(crate) struct Start {
    pub(crate) process: u32,
    pub(crate) island: Arc<Shared>,
    pub(crate) position: u32,
    pub(crate) cell: Arc<ProcessCell>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) target: Target,
    pub(crate) kind: PlannedKind,
    pub(crate) iips: Vec<(Arc<str>, Option<u32>, Value)>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    /// Whose place it takes.
    pub(crate) former: Option<Arc<ProcessCell>>,
    /// What it waits for: readers, and that the former process ends.
    pub(crate) missing: usize,
}

/// An in-port of a process that starts.
pub(crate) struct Input {
    pub(crate) port: Arc<str>,
    pub(crate) index: Option<u32>,
    /// None until it comes, and if it never does.
    pub(crate) reader: Option<Reader>,
}

/// An out-port of a process that starts.
pub(crate) struct Output {
    pub(crate) port: Arc<str>,
    pub(crate) index: Option<u32>,
    /// None until the former process leaves it.
    pub(crate) writer: Option<Writer>,
}

/// What is to be done once the state is unlocked: it may come back here.
enum Act {
    Nothing,
    Moor(Arc<Berth>, Target, Next),
    Seat(Box<Start>),
    /// A process that does not come after all, with its ends.
    Forget(Option<Box<Start>>),
    Drop(Option<Reader>),
}

impl Alteration {
    pub(crate) fn new(ledger: Arc<Ledger>, islands: Vec<Arc<Shared>>) -> Self {
        Self {
            ledger,
            islands,
            state: Mutex::new(State {
                outstanding: 1,
                ..State::default()
            }),
            is_done: watch::Sender::new(false),
        }
    }

    /// Claims the reader of a connector for somebody; what the connector is told.
    pub(crate) fn claim(self: &Arc<Self>, claim: Claim) -> Arc<Herald> {
        let mut state = self.state.lock();
        state.claims.push(claim);
        state.outstanding += 1;
        Arc::new(Herald {
            alteration: Arc::clone(self),
            claim: state.claims.len() - 1,
        })
    }

    /// The position of the next process that is added.
    pub(crate) fn next_start(&self) -> usize {
        self.state.lock().starts.len()
    }

    /// Adds a process that is to start when nothing is missing.
    pub(crate) fn add_start(&self, start: Start) {
        self.state.lock().starts.push(Some(start));
    }

    /// A process is to end, for another one to take its place if there is one.
    pub(crate) fn await_ending(&self, process: u32, start: Option<usize>) {
        let mut state = self.state.lock();
        state.leaving.insert(process, start);
        state.outstanding += 1;
    }

    /// Everything is set out: starts those who miss nothing.
    pub(crate) fn begin(&self) {
        let ready: Vec<Start> = {
            let mut state = self.state.lock();
            let starts = state.starts.iter_mut();
            let ready = starts.filter_map(|start| start.take_if(|start| start.missing == 0));
            ready.collect()
        };
        ready.into_iter().for_each(Start::seat);
        self.settle();
    }

    /// A reader has come; none if there is no such reader any more.
    pub(crate) fn reader_came(&self, claim: usize, reader: Option<Reader>) {
        let act = {
            let mut state = self.state.lock();
            let claim = &mut state.claims[claim];
            if let (Some(moment), Some(reader)) = (&claim.moment, &reader) {
                split(reader.connector(), moment);
            }
            match std::mem::replace(&mut claim.to, Heritage::Done) {
                Heritage::Port(berth, target) => {
                    let next = reader.map_or(Next::End, Next::Reader);
                    Act::Moor(berth, target, next)
                }
                Heritage::Start(start, input) => state.give_reader(start, input, reader),
                Heritage::Done => Act::Drop(reader),
            }
        };
        act.perform();
        self.settle();
    }

    /// A process that was to end has done so; none if it had before.
    pub(crate) fn departed(&self, process: u32, ending: Option<Ending>) {
        let is_well = matches!(ending, Some(Ending::Finished | Ending::Stopped));
        let (act, ends) = {
            let mut state = self.state.lock();
            match state.leaving.remove(&process).flatten() {
                Some(start) if is_well => state.give_ends(start),
                Some(start) => {
                    let start = state.starts[start].take().map(Box::new);
                    let former = start.as_ref().and_then(|start| start.former.as_ref());
                    let ends = former.map(|former| former.take_ends());
                    (Act::Forget(start), ends.unwrap_or_default())
                }
                None => (Act::Nothing, Vec::new()),
            }
        };
        // Connectors that the successor does not have are closed.
        drop(ends);
        if !matches!(act, Act::Seat(_)) || !is_well {
            self.note_unless_succeeded(process, ending);
        }
        act.perform();
        self.settle();
    }

    /// The process that takes another's place goes by its number: only one without a successor has ended.
    fn note_unless_succeeded(&self, process: u32, ending: Option<Ending>) {
        let has_successor = {
            let state = self.state.lock();
            let mut starts = state.starts.iter().flatten();
            starts.any(|start| start.process == process)
        };
        if let (false, Some(ending)) = (has_successor, ending) {
            self.ledger.end(process, ending);
        }
    }

    /// One thing less to wait for; lets go of the islands when there is nothing left.
    fn settle(&self) {
        let is_over = {
            let mut state = self.state.lock();
            state.outstanding -= 1;
            state.outstanding == 0
        };
        if is_over {
            self.is_done.send_replace(true);
            self.islands.iter().for_each(|island| island.let_go());
        }
    }

    /// Whether it waits for nothing more.
    pub(crate) fn is_done(&self) -> bool {
        *self.is_done.borrow()
    }

    /// Waits until it waits for nothing more.
    pub(crate) async fn done(&self) {
        let mut is_done = self.is_done.subscribe();
        // It fails only when the sender has gone, which stands beside it.
        drop(is_done.wait_for(|is_done| *is_done).await);
    }

    /// Numbers of the processes that have not ended yet though they are to.
    pub(crate) fn waits_for(&self) -> Vec<u32> {
        let mut leaving: Vec<u32> = self.state.lock().leaving.keys().copied().collect();
        leaving.sort_unstable();
        leaving
    }
}

impl State {
    fn give_reader(&mut self, start: usize, input: usize, reader: Option<Reader>) -> Act {
        let Some(waiting) = &mut self.starts[start] else {
            return Act::Drop(reader);
        };
        waiting.inputs[input].reader = reader;
        self.one_less(start)
    }

    /// Gives what a process has left to the one that takes its place; what that one does not want is given back.
    fn give_ends(&mut self, start: usize) -> (Act, Vec<Retired>) {
        let Some(waiting) = &mut self.starts[start] else {
            return (Act::Nothing, Vec::new());
        };
        let Some(former) = waiting.former.take() else {
            return (Act::Nothing, Vec::new());
        };
        waiting.cell.succeed(&former);
        let mut unwanted = Vec::new();
        for end in former.take_ends() {
            let mut outputs = waiting.outputs.iter_mut();
            let is_its = |output: &&mut Output| {
                output.writer.is_none() && output.port == end.port && output.index == end.index
            };
            match outputs.find(is_its) {
                Some(output) => output.writer = Some(end.writer),
                None => unwanted.push(end),
            }
        }
        (self.one_less(start), unwanted)
    }

    fn one_less(&mut self, start: usize) -> Act {
        let start = &mut self.starts[start];
        if let Some(waiting) = start {
            waiting.missing -= 1;
        }
        match start.take_if(|start| start.missing == 0) {
            Some(start) => Act::Seat(Box::new(start)),
            None => Act::Nothing,
        }
    }
}

impl Act {
    fn perform(self) {
        match self {
            Self::Nothing => {}
            Self::Moor(berth, target, next) => moor(&berth, &target, next),
            Self::Seat(start) => start.seat(),
            Self::Forget(start) => drop(start),
            Self::Drop(reader) => drop(reader),
        }
    }
}

/// Gives a port of a running process what it goes on with.
pub(crate) fn moor(berth: &Berth, target: &Target, mut next: Next) {
    if let Next::Reader(reader) = &mut next {
        reader.bind(target.clone());
    }
    berth.fill(next);
    target.wake();
}

impl Start {
    /// Makes the process and has its island run it.
    fn seat(self) {
        let mut wiring = Wiring::new(Arc::clone(&self.cell));
        let is_source = self.inputs.is_empty();
        for input in self.inputs {
            let Some(reader) = input.reader else { continue };
            let (cell, target) = (Arc::clone(&self.cell), self.target.clone());
            wiring.add_in(InPort::linked(
                cell,
                input.port,
                input.index,
                reader,
                target,
            ));
        }
        for output in self.outputs {
            let Some(writer) = output.writer else {
                continue;
            };
            let (cell, target) = (Arc::clone(&self.cell), self.target.clone());
            wiring.add_out(OutPort::linked(
                cell,
                output.port,
                output.index,
                writer,
                target,
            ));
        }
        for (port, index, value) in self.iips {
            let packet = Packet::data(value);
            wiring.add_in(InPort::initial(Arc::clone(&self.cell), port, index, packet));
        }
        let seed = Seed {
            future: self.kind.start(wiring),
            cell: self.cell,
            is_source,
            tally: self.tally,
        };
        self.island
            .order(Order::Seat(self.position, Box::new(seed)));
    }
}

/// What a connector knows of who gets its reader.
pub(crate) struct Herald {
    alteration: Arc<Alteration>,
    claim: usize,
}

impl Herald {
    /// The reader has gone before it could be claimed.
    pub(crate) fn is_late(&self) {
        self.alteration.reader_came(self.claim, None);
    }
}

impl Heir for Herald {
    fn inherit(&self, reader: Reader) {
        self.alteration.reader_came(self.claim, Some(reader));
    }
}

impl fmt::Debug for Herald {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Herald")
    }
}

impl fmt::Debug for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alteration")
    }
}
