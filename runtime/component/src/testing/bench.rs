//! The bench: feeds a component's in-ports, collects from its out-ports.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use millstream_connector::{
    Clock, Connector, Options, PipeKind, Reader, Refused, Target, Wake, WhenFull, Writer,
};
use millstream_graph::ExampleSpec;
use millstream_packet::{Packet, Value};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::cell::{ErrorPolicy, ProcessCell, ProcessSetup};
use crate::definition::{Component, Definition, Direction, ProcessFuture};
use crate::failure::{Failure, FailureKind};
use crate::port::{InPort, OutPort, label};
use crate::wiring::{ERROR_PORT, Wiring};

/// The time of day when a process on the bench starts, since 1970-01-01 UTC: 19723 days, that is 2024-01-01T00:00:00Z.
const START: Duration = Duration::from_hours(19_723 * 24);

/// A component on the bench, with what is to go in.
#[derive(Debug)]
pub struct Bench {
    definition: Definition,
    iips: Vec<(String, Value)>,
    inputs: Vec<(String, Vec<Packet>)>,
    /// When the packets of a port come, and its end, in milliseconds from the start.
    times: BTreeMap<String, Vec<u64>>,
    /// Array elements of out-ports to connect, by port.
    elements: BTreeMap<String, u32>,
    errors_connected: bool,
    on_error: ErrorPolicy,
    capacity: u32,
    hooks: Vec<Hook>,
}

/// What is done with each packet of an out-port at once; what it gives goes into the in-port that it names.
struct Hook {
    port: String,
    act: Act,
}

type Act = Box<dyn FnMut(&Packet) -> Option<(String, Packet)> + Send>;

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// How the process ended; a closed reader counts as success.
    pub result: Result<(), Failure>,
    /// Packets by out-port (`name`, or `name[0]` for elements).
    pub outputs: BTreeMap<String, Vec<Packet>>,
    /// Packets that were fed and never taken.
    pub left_over: usize,
}

impl Bench {
    /// Puts a component on the bench.
    pub fn of<C: Component>() -> Self {
        Self::new(C::DEFINITION)
    }

    /// Puts a component on the bench.
    pub fn new(definition: Definition) -> Self {
        Self {
            definition,
            iips: Vec::new(),
            inputs: Vec::new(),
            times: BTreeMap::new(),
            elements: BTreeMap::new(),
            errors_connected: false,
            on_error: ErrorPolicy::Fail,
            capacity: 16,
            hooks: Vec::new(),
        }
    }

    /// Puts a component on the bench with what an example gives it.
    pub fn from_example(definition: Definition, example: &ExampleSpec) -> Self {
        let mut bench = Self::new(definition);
        bench.iips.extend(
            example
                .iips
                .iter()
                .map(|(port, value)| (port.clone(), value.clone())),
        );
        bench.inputs.extend(
            example
                .inputs
                .iter()
                .map(|(port, list)| (port.clone(), list.clone())),
        );
        for port in example.outputs.keys() {
            let (name, index) = split_label(port);
            if let Some(index) = index {
                bench = bench.elements(name, index + 1);
            }
            bench.errors_connected |= name == ERROR_PORT;
        }
        bench
    }

    /// Gives a port an initial packet.
    pub fn iip(mut self, port: &str, value: impl Into<Value>) -> Self {
        self.iips.push((port.to_owned(), value.into()));
        self
    }

    /// Packets that go into a port (`name`, or `name[0]` for an element), then the end of the stream.
    pub fn input<P: Into<Packet>>(
        mut self,
        port: &str,
        packets: impl IntoIterator<Item = P>,
    ) -> Self {
        self.inputs.push((
            port.to_owned(),
            packets.into_iter().map(Into::into).collect(),
        ));
        self
    }

    /// When the packets of a port come, in milliseconds from the start; one time more than packets is when the stream ends.
    /// For tests on a paused clock; without this all packets are there at once.
    pub fn at_millis(mut self, port: &str, times: impl IntoIterator<Item = u64>) -> Self {
        self.times
            .insert(port.to_owned(), times.into_iter().collect());
        self
    }

    /// Connects at least this many elements of an array out-port.
    pub fn elements(mut self, port: &str, count: u32) -> Self {
        let known = self.elements.entry(port.to_owned()).or_default();
        *known = count.max(*known);
        self
    }

    /// Connects the `error` port.
    pub fn with_errors(mut self) -> Self {
        self.errors_connected = true;
        self
    }

    /// What a failure with one packet does.
    pub fn on_error(mut self, policy: ErrorPolicy) -> Self {
        self.on_error = policy;
        self
    }

    /// Capacity of every connector.
    pub fn capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity;
        self
    }

    /// Looks at each packet of an out-port as it comes. What `act` gives goes into the in-port that it names, which must
    /// have been given packets, be it none: so a test can answer a component that asks.
    pub fn on_output(
        mut self,
        port: &str,
        act: impl FnMut(&Packet) -> Option<(String, Packet)> + Send + 'static,
    ) -> Self {
        self.hooks.push(Hook {
            port: port.to_owned(),
            act: Box::new(act),
        });
        self
    }

    /// Runs the component while `visit` goes on; in-ports stay open until then. Then the component is told to stop, its
    /// inputs end, and it runs to its end.
    pub async fn run_with<F: Future>(self, visit: F) -> (Outcome, F::Output) {
        let mut rig = self.start();
        rig.is_visited = true;
        let mut visit = pin!(visit);
        let (mut outcome, mut output) = (None, None);
        poll_fn(|cx| {
            if output.is_none()
                && let Poll::Ready(seen) = visit.as_mut().poll(cx)
            {
                output = Some(seen);
                rig.is_visited = false;
                rig.cell.tell_to_stop();
            }
            if outcome.is_none()
                && let Poll::Ready(ended) = rig.poll(cx)
            {
                outcome = Some(ended);
            }
            match (outcome.take(), output.take()) {
                (Some(ended), Some(seen)) => Poll::Ready((ended, seen)),
                (ended, seen) => {
                    (outcome, output) = (ended, seen);
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Runs the component to its end. By its clock it is 2024-01-01T00:00:00Z when it starts.
    pub async fn run(self) -> Outcome {
        let mut rig = self.start();
        poll_fn(|cx| rig.poll(cx)).await
    }

    /// Starts the component without running it, for tests that poll by hand.
    pub(crate) fn start(self) -> Rig {
        let waker = Arc::new(BenchWake(AtomicBool::new(false)));
        let target = Target::new(Arc::clone(&waker) as Arc<dyn Wake>, 0);
        let cell = ProcessCell::new(ProcessSetup {
            name: "bench".into(),
            on_error: self.on_error,
            seed: 1,
        });
        cell.clock().fix(SystemTime::UNIX_EPOCH + START);
        let mut wiring = Wiring::new(Arc::clone(&cell));
        self.wire_iips(&cell, &mut wiring);
        let feeds = self.wire_inputs(&cell, &target, &mut wiring);
        let taps = self.wire_outputs(&cell, &target, &mut wiring);
        let process = (self.definition.start)(wiring);
        Rig {
            process: Some(process),
            cell,
            waker,
            feeds,
            taps,
            hooks: self.hooks,
            is_visited: false,
            timer: None,
            result: None,
        }
    }

    fn wire_iips(&self, cell: &Arc<ProcessCell>, wiring: &mut Wiring) {
        for (port, value) in &self.iips {
            let (name, index) = split_label(port);
            let packet = Packet::data(value.clone());
            wiring.add_in(InPort::initial(
                Arc::clone(cell),
                name.into(),
                index,
                packet,
            ));
        }
    }

    fn wire_inputs(
        &self,
        cell: &Arc<ProcessCell>,
        target: &Target,
        wiring: &mut Wiring,
    ) -> Vec<Feed> {
        let mut feeds = Vec::new();
        let begun = Instant::now();
        for (port, packets) in &self.inputs {
            let times = self.times.get(port).into_iter().flatten();
            let times = times
                .map(|millis| begun + Duration::from_millis(*millis))
                .collect();
            let (name, index) = split_label(port);
            let (writer, reader) = self.connect();
            let linked =
                InPort::linked(Arc::clone(cell), name.into(), index, reader, target.clone());
            wiring.add_in(linked);
            feeds.push(Feed {
                port: port.clone(),
                writer: Some(writer),
                packets: packets.iter().cloned().collect(),
                times,
            });
        }
        feeds
    }

    fn wire_outputs(
        &self,
        cell: &Arc<ProcessCell>,
        target: &Target,
        wiring: &mut Wiring,
    ) -> Vec<Tap> {
        let mut taps = Vec::new();
        for (name, index) in self.out_elements() {
            let (writer, reader) = self.connect();
            let port =
                OutPort::linked(Arc::clone(cell), name.into(), index, writer, target.clone());
            wiring.add_out(port);
            taps.push(Tap {
                port: label(name, index),
                reader,
                packets: Vec::new(),
            });
        }
        taps
    }

    fn out_elements(&self) -> Vec<(&'static str, Option<u32>)> {
        let mut all = Vec::new();
        for port in self
            .definition
            .ports
            .iter()
            .filter(|port| port.direction == Direction::Out)
        {
            if port.array {
                let count = self.elements.get(port.name).copied().unwrap_or(1);
                all.extend((0..count).map(|index| (port.name, Some(index))));
            } else {
                all.push((port.name, None));
            }
        }
        if self.errors_connected {
            all.push((ERROR_PORT, None));
        }
        all
    }

    fn connect(&self) -> (Writer, Reader) {
        let (_, mut writers, reader) = Connector::build(Options {
            capacity: self.capacity,
            when_full: WhenFull::Block,
            writers: 1,
            crossing: false,
            pipe: PipeKind::Best,
        });
        let writer = writers.remove(0);
        (writer, reader)
    }
}

/// Splits `name[2]` into its parts.
fn split_label(port: &str) -> (&str, Option<u32>) {
    let parts = port.strip_suffix(']').and_then(|rest| rest.split_once('['));
    match parts {
        Some((name, index)) => (name, index.parse().ok()),
        None => (port, None),
    }
}

/// Notes that the process was woken; the rig polls it again.
#[derive(Debug)]
struct BenchWake(AtomicBool);

impl Wake for BenchWake {
    fn wake(&self, _process: u32) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        Arc::new(AtomicU64::new(1))
    }
}

/// A started component with both ends of its connectors in hand.
pub(crate) struct Rig {
    process: Option<ProcessFuture>,
    cell: Arc<ProcessCell>,
    waker: Arc<BenchWake>,
    feeds: Vec<Feed>,
    taps: Vec<Tap>,
    hooks: Vec<Hook>,
    /// Whether more may go into the in-ports.
    is_visited: bool,
    /// Wakes the rig when the next packet comes.
    timer: Option<Pin<Box<Sleep>>>,
    result: Option<Result<(), Failure>>,
}

struct Feed {
    port: String,
    writer: Option<Writer>,
    packets: VecDeque<Packet>,
    /// When each of them comes, and the end; what has no time is there at once.
    times: VecDeque<Instant>,
}

struct Tap {
    port: String,
    reader: Reader,
    packets: Vec<Packet>,
}

impl Rig {
    /// Feeds, polls and collects until the process ends or waits for something outside.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        loop {
            let mut moved = self.feed();
            self.waker.0.store(false, Ordering::Relaxed);
            if let Some(process) = &mut self.process
                && let Poll::Ready(result) = process.as_mut().poll(cx)
            {
                self.process = None;
                self.cell.close();
                self.result = Some(result);
            }
            self.cell.close_dropped();
            moved |= self.collect();
            if let Some(result) = self.result.take() {
                return Poll::Ready(self.outcome(result));
            }
            // Something outside may have woken the process, which has made room only now.
            moved |= self.feed();
            if !moved && !self.waker.0.load(Ordering::Relaxed) && self.poll_timer(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Waits for the next packet that has a time.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let waiting = self.feeds.iter().filter(|feed| feed.writer.is_some());
        let due = waiting
            .filter_map(|feed| feed.times.front().copied())
            .filter(|due| *due > now)
            .min();
        let Some(due) = due else { return Poll::Pending };
        let timer = self.timer.insert(Box::pin(sleep_until(due)));
        timer.as_mut().poll(cx)
    }

    /// Puts in what finds room; closes feeds that are empty.
    fn feed(&mut self) -> bool {
        let mut moved = false;
        for feed in &mut self.feeds {
            moved |= feed.advance(self.is_visited);
        }
        moved
    }

    fn collect(&mut self) -> bool {
        let mut moved = false;
        for tap in &mut self.taps {
            while let Some(packet) = tap.reader.try_pop() {
                act_on(&mut self.hooks, &tap.port, &packet, &mut self.feeds);
                tap.packets.push(packet);
                moved = true;
            }
        }
        moved
    }

    fn outcome(&mut self, result: Result<(), Failure>) -> Outcome {
        let result = match result {
            Err(failure) if failure.kind() == FailureKind::Closed => Ok(()),
            other => other,
        };
        let outputs = self
            .taps
            .iter_mut()
            .map(|tap| (tap.port.clone(), std::mem::take(&mut tap.packets)))
            .collect();
        let left_over = self.feeds.iter().map(|feed| feed.packets.len()).sum();
        Outcome {
            result,
            outputs,
            left_over,
        }
    }
}

/// Does what the test wants done with a packet of an out-port.
fn act_on(hooks: &mut [Hook], port: &str, packet: &Packet, feeds: &mut [Feed]) {
    for hook in hooks.iter_mut().filter(|hook| hook.port == port) {
        let Some((target, answer)) = (hook.act)(packet) else {
            continue;
        };
        if let Some(feed) = feeds.iter_mut().find(|feed| feed.port == target) {
            feed.packets.push_back(answer);
        }
    }
}

impl Feed {
    /// Puts in what finds room, and then closes unless more may come.
    fn advance(&mut self, more_may_come: bool) -> bool {
        let Some(writer) = &mut self.writer else {
            return false;
        };
        let mut moved = false;
        // A clock is read only where there are times: other benches need none.
        while self.times.front().is_none_or(|due| *due <= Instant::now()) {
            let Some(packet) = self.packets.pop_front() else {
                if more_may_come {
                    return moved;
                }
                self.writer = None;
                return true;
            };
            match writer.try_push(packet) {
                Ok(()) => {
                    self.times.pop_front();
                    moved = true;
                }
                Err(Refused::Full(packet) | Refused::Closed(packet)) => {
                    self.packets.push_front(packet);
                    return moved;
                }
            }
        }
        moved
    }
}
