//! Random graphs from a list of choices, so that a failing one shrinks to fewer choices.

use std::collections::BTreeSet;

use millstream_graph::WhenFull;
use millstream_packet::{Packet, Value};
use proptest::prelude::*;

use crate::draft::{Draft, Port};
use crate::parts::Log;

/// One step in the making of a graph.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    step: Step,
    /// Which open out-ports to take.
    pick: usize,
    /// How many packets, branches or inputs.
    size: i64,
    capacity: u32,
    when_full: WhenFull,
    thread: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Source,
    Groups,
    Through(&'static str),
    Ending(&'static str),
    Branch(&'static str),
    Merge,
    Join(&'static str),
    Cycle,
}

pub(super) fn choice() -> impl Strategy<Value = Choice> {
    let step = prop_oneof![
        2 => Just(Step::Source),
        2 => Just(Step::Groups),
        4 => prop::sample::select(vec!["Pass", "Map", "Yielding"]).prop_map(Step::Through),
        2 => prop::sample::select(vec!["Take", "FailAt", "PanicAt"]).prop_map(Step::Ending),
        3 => prop::sample::select(vec!["Fork", "Balance"]).prop_map(Step::Branch),
        2 => Just(Step::Merge),
        2 => prop::sample::select(vec!["Concat", "Zip"]).prop_map(Step::Join),
        1 => Just(Step::Cycle),
    ];
    let capacity = prop_oneof![3 => 1_u32..4, 1 => 1_u32..100];
    let when_full = prop_oneof![
        8 => Just(WhenFull::Block),
        1 => Just(WhenFull::DropOldest),
        1 => Just(WhenFull::DropNewest),
    ];
    (
        step,
        0..100_usize,
        0..80_i64,
        capacity,
        when_full,
        0..100_usize,
    )
        .prop_map(|(step, pick, size, capacity, when_full, thread)| Choice {
            step,
            pick,
            size,
            capacity,
            when_full,
            thread,
        })
}

/// An out-port that is not connected yet, and what is known of its stream.
#[derive(Debug, Clone)]
struct Open {
    process: usize,
    port: String,
    stream: Stream,
}

/// What is known of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Groups come one inside the other, and all are closed at the end.
    Whole,
    /// It may end inside a group.
    Cut,
    /// Groups of several streams may lie across each other.
    Mixed,
}

impl Stream {
    /// The same stream without its end.
    fn cut(self) -> Self {
        if self == Self::Whole { Self::Cut } else { self }
    }
}

/// What the graph as a whole does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trait {
    /// Several writers share an in-port.
    Mixes,
    /// Connectors may drop packets.
    Drops,
    /// Processes end early.
    Closes,
    /// Packets are shared out.
    Balances,
    /// Streams are read in order.
    Joins,
}

/// A sink and what its stream must be like.
#[derive(Debug)]
pub(super) struct Sink {
    pub(super) process: usize,
    pub(super) log: Log,
    pub(super) stream: Stream,
}

/// A random graph.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) draft: Draft,
    pub(super) sinks: Vec<Sink>,
    /// Processes that may fail.
    pub(super) faulty: BTreeSet<usize>,
    open: Vec<Open>,
    threads: usize,
    traits: BTreeSet<Trait>,
}

impl Graph {
    pub(super) fn build(choices: &[Choice], threads: usize) -> Self {
        let mut graph = Self {
            draft: Draft::new(1),
            sinks: Vec::new(),
            faulty: BTreeSet::new(),
            open: Vec::new(),
            threads,
            traits: BTreeSet::new(),
        };
        for choice in choices {
            graph.take(choice);
        }
        for open in std::mem::take(&mut graph.open) {
            graph.end(&open);
        }
        graph
    }

    /// Whether the result does not depend on timing.
    pub(super) fn is_determined(&self) -> bool {
        let has = |one| self.traits.contains(&one);
        let loses = has(Trait::Closes) && has(Trait::Balances);
        !(has(Trait::Mixes) || has(Trait::Drops) || loses)
    }

    /// Whether a connector may drop packets.
    pub(super) fn drops(&self) -> bool {
        self.traits.contains(&Trait::Drops)
    }

    /// Whether a deadlock may be real.
    pub(super) fn may_deadlock(&self) -> bool {
        self.traits.contains(&Trait::Joins)
    }

    fn end(&mut self, open: &Open) {
        let (process, log) = self.draft.sink();
        self.draft
            .connect((open.process, &open.port), (process, "in"));
        self.sinks.push(Sink {
            process,
            log,
            stream: open.stream,
        });
    }

    fn take(&mut self, choice: &Choice) {
        let before = self.draft.flat.processes.len();
        self.draft.capacity = choice.capacity;
        match choice.step {
            Step::Source | Step::Groups => self.source(choice),
            _ if self.open.is_empty() => self.source(choice),
            Step::Through(component) => self.through(component, choice),
            Step::Ending(component) => self.ending(component, choice),
            Step::Branch(component) => self.branch(component, choice),
            Step::Merge => self.merge(choice),
            Step::Join(component) => self.join(component, choice),
            Step::Cycle => self.cycle(choice),
        }
        for at in before..self.draft.flat.processes.len() {
            let thread = (choice.thread + at) % self.threads;
            self.draft.process(at).thread = (thread > 0).then(|| format!("t{thread}"));
        }
    }

    fn source(&mut self, choice: &Choice) {
        let id = i64::try_from(self.draft.flat.processes.len()).unwrap();
        let data = |at: i64| Packet::data(Value::list(vec![id.into(), at.into()]));
        let mut packets: Vec<Packet> = (0..choice.size).map(data).collect();
        if choice.step == Step::Groups {
            let size = choice.pick % 7 + 1;
            let groups = packets.chunks(size).zip(0_i64..).map(|(group, label)| {
                let mut group = group.to_vec();
                group.insert(0, Packet::open(label));
                group.push(Packet::close(label));
                group
            });
            packets = groups.flatten().collect();
            packets.insert(0, Packet::open("all"));
            packets.push(Packet::close("all"));
            // Without the outermost group, branches may share out the groups.
            if choice.pick.is_multiple_of(2) {
                packets.remove(0);
                packets.pop();
            }
        }
        let process = self.draft.script(packets);
        self.offer(process, "out", Stream::Whole);
    }

    fn offer(&mut self, process: usize, port: &str, stream: Stream) {
        self.open.push(Open {
            process,
            port: port.to_owned(),
            stream,
        });
    }

    fn pick(&mut self, choice: &Choice) -> Open {
        let at = choice.pick % self.open.len();
        self.open.swap_remove(at)
    }

    fn connect(&mut self, from: &Open, to: Port<'_>, choice: &Choice) {
        let at = self.draft.connect((from.process, &from.port), to);
        self.draft.flat.connectors[at].when_full = choice.when_full;
        if choice.when_full != WhenFull::Block {
            self.traits.insert(Trait::Drops);
        }
    }

    fn through(&mut self, component: &str, choice: &Choice) {
        let from = self.pick(choice);
        let process = match component {
            "Yielding" => self.draft.with_n(component, choice.size % 4),
            _ => self.draft.add(component, &[]),
        };
        self.connect(&from, (process, "in"), choice);
        self.offer(process, "out", from.stream);
    }

    fn ending(&mut self, component: &str, choice: &Choice) {
        let from = self.pick(choice);
        let process = self.draft.with_n(component, choice.size);
        self.connect(&from, (process, "in"), choice);
        self.traits.insert(Trait::Closes);
        if component != "Take" {
            self.faulty.insert(process);
        }
        self.offer(process, "out", from.stream.cut());
    }

    fn branch(&mut self, component: &str, choice: &Choice) {
        let from = self.pick(choice);
        let id = i64::try_from(self.draft.flat.processes.len()).unwrap();
        let process = self.draft.with_n(component, id * 10);
        self.connect(&from, (process, "in"), choice);
        if component == "Balance" {
            self.traits.insert(Trait::Balances);
        }
        for element in 0..2 + choice.size % 2 {
            self.offer(process, &format!("out[{element}]"), from.stream);
        }
    }

    /// Two or three streams into one in-port.
    fn merge(&mut self, choice: &Choice) {
        let process = self.draft.add("Pass", &[]);
        let mut inputs = 0;
        while inputs < 2 + choice.size % 2 && !self.open.is_empty() {
            let from = self.pick(choice);
            self.connect(&from, (process, "in"), choice);
            inputs += 1;
        }
        if inputs > 1 {
            self.traits.insert(Trait::Mixes);
        }
        self.offer(process, "out", Stream::Mixed);
    }

    /// Two or three streams that are read in order.
    fn join(&mut self, component: &str, choice: &Choice) {
        let process = self.draft.add(component, &[]);
        let mut inputs = 0;
        while inputs < 2 + choice.size % 2 && !self.open.is_empty() {
            let from = self.pick(choice);
            self.connect(&from, (process, &format!("in[{inputs}]")), choice);
            inputs += 1;
        }
        self.traits.insert(Trait::Joins);
        self.offer(process, "out", Stream::Mixed);
    }

    fn cycle(&mut self, choice: &Choice) {
        let from = self.pick(choice);
        let (round, pass) = (self.draft.add("Round", &[]), self.draft.add("Pass", &[]));
        self.connect(&from, (round, "in"), choice);
        self.draft.connect((round, "way"), (pass, "in"));
        self.draft.connect((pass, "out"), (round, "back"));
        self.offer(round, "out", from.stream);
    }
}
