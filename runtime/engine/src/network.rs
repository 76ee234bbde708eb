//! The handle of a running network: look, hold, step, stop. Any thread may use it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use millstream_connector::{Connector, NotInjected, Tap};
use millstream_packet::Packet;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::build::{Member, Table, Wire};
use crate::deadlock::{Deadlock, explain};
use crate::edit::Alteration;
use crate::island::Order;
use crate::ledger::{Fate, Ledger};
use crate::report::ConnectorReport;

/// A running network, seen and steered from outside. Cheap to copy.
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// What the network was at its start, for what never changes.
    pub(crate) origin: Arc<Table>,
    /// What it is now.
    table: RwLock<Arc<Table>>,
    /// The last edit.
    pub(crate) edits: Mutex<Option<Arc<Alteration>>>,
    pub(crate) stopping: AtomicBool,
    pub(crate) cancelled: AtomicBool,
    /// Told when `stopping` or `cancelled` change.
    pub(crate) steered: Notify,
    /// Told when the end begins; for those who look from outside, as `steered` has one listener.
    ending: Notify,
    held_sources: Mutex<std::collections::BTreeSet<usize>>,
}

/// What a process does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessState {
    /// Name in the graph.
    pub name: String,
    /// Its component.
    pub component: String,
    /// Whether it has ended.
    pub ended: bool,
    /// Whether it has ended because it failed.
    pub failed: bool,
    /// Packets that it gave up on.
    pub failed_packets: u64,
    /// Time in its polls; sampled.
    pub busy: Duration,
    /// Whether an edit has taken it out of the graph.
    pub is_removed: bool,
}

/// What a process did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessCounts {
    /// Whether it has ended.
    pub ended: bool,
    /// Whether it has ended because it failed.
    pub failed: bool,
    /// Packets that it gave up on.
    pub failed_packets: u64,
    /// Time in its polls; sampled.
    pub busy: Duration,
}

/// The processes at the ends of a connector, by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Those that write.
    pub from: Vec<usize>,
    /// The one that reads.
    pub to: usize,
    /// Whether an edit has taken the connector out of the graph.
    pub is_removed: bool,
}

/// Who waits at a connector.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiters {
    /// Whether the reader waits for packets.
    pub reader: bool,
    /// The processes that wait for room; a number that no process has stands for somebody outside.
    pub writers: Vec<usize>,
}

impl Network {
    pub(crate) fn new(table: Table) -> Self {
        let table = Arc::new(table);
        Self {
            inner: Arc::new(Inner {
                origin: Arc::clone(&table),
                table: RwLock::new(table),
                edits: Mutex::default(),
                stopping: AtomicBool::new(false),
                cancelled: AtomicBool::new(false),
                steered: Notify::new(),
                ending: Notify::new(),
                held_sources: Mutex::default(),
            }),
        }
    }

    /// What the network is now.
    pub(crate) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.inner.table.read())
    }

    /// Makes it another one.
    pub(crate) fn install(&self, table: Table) {
        *self.inner.table.write() = Arc::new(table);
    }

    /// Waits until no edit is under way.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn edited(&self) {
        let last = self.inner.edits.lock().clone();
        if let Some(last) = last {
            last.done().await;
        }
    }

    /// Who has ended.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.inner.origin.ledger
    }

    /// A connector (by position), also one that an edit has taken out of the graph.
    fn connector(&self, at: usize) -> Option<Arc<Connector>> {
        let table = self.inner.table.read();
        table.wires.get(at).map(|wire| Arc::clone(&wire.connector))
    }

    /// The graph's name.
    pub fn name(&self) -> &str {
        &self.inner.origin.name
    }

    /// Since the start.
    pub fn elapsed(&self) -> Duration {
        self.inner.origin.start.elapsed()
    }

    /// Number of processes that have not ended.
    pub fn live(&self) -> u64 {
        self.inner.origin.ledger.live()
    }

    /// Names and counts of all connectors, in the order of the graph.
    pub fn connectors(&self) -> Vec<ConnectorReport> {
        let table = self.table();
        let wires = table.wires.iter();
        let report = |wire: &Wire| ConnectorReport {
            from: wire.writers(),
            to: wire.to.label(),
            counts: wire.counts(None),
            is_removed: wire.is_removed(),
        };
        wires.map(report).collect()
    }

    /// Calls `f` with the counts of each connector in the order of the graph, without allocating.
    pub fn each_counts(&self, mut f: impl FnMut(usize, millstream_connector::Counts)) {
        let now_nanos = u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX);
        for (at, wire) in self.table().wires.iter().enumerate() {
            f(at, wire.counts(Some(now_nanos.max(1))));
        }
    }

    /// Calls `f` with each process in the order of the graph, without allocating.
    pub fn each_process(&self, mut f: impl FnMut(usize, ProcessCounts)) {
        let table = self.table();
        for (at, member) in table.processes.iter().enumerate() {
            let counts = ProcessCounts {
                ended: table.ledger.has_ended(at),
                failed: table.ledger.fate(at) == Fate::Failed,
                failed_packets: member.cell.failed_packets(),
                busy: Duration::from_nanos(member.tally.busy_nanos.load(Ordering::Relaxed)),
            };
            f(at, counts);
        }
    }

    /// Which processes the connectors lead from and to, in the order of the graph.
    pub fn links(&self) -> Vec<Link> {
        let table = self.table();
        let link = |wire: &Wire| Link {
            from: wire.from.iter().map(|end| end.process).collect(),
            to: wire.to.process,
            is_removed: wire.is_removed(),
        };
        table.wires.iter().map(link).collect()
    }

    /// Which processes wait at a connector (by position) now.
    pub fn waiters(&self, connector: usize) -> Waiters {
        let Some(connector) = self.connector(connector) else {
            return Waiters::default();
        };
        let writers = connector.waiting_writers().into_iter();
        Waiters {
            reader: connector.waiting_reader().is_some(),
            writers: writers.map(|process| process as usize).collect(),
        }
    }

    /// All processes, in the order of the graph.
    pub fn processes(&self) -> Vec<ProcessState> {
        let table = self.table();
        let state = |(at, member): (usize, &Member)| ProcessState {
            name: member.name.to_string(),
            component: member.component.to_string(),
            ended: table.ledger.has_ended(at),
            failed: table.ledger.fate(at) == Fate::Failed,
            failed_packets: member.cell.failed_packets(),
            busy: Duration::from_nanos(member.tally.busy_nanos.load(Ordering::Relaxed)),
            is_removed: member.is_removed,
        };
        table.processes.iter().enumerate().map(state).collect()
    }

    /// Asks sources to end; what is in flight is worked off.
    pub fn stop(&self) {
        if !self.inner.stopping.swap(true, Ordering::SeqCst) {
            self.order_all(|| Order::StopSources);
            self.inner.steered.notify_one();
            self.inner.ending.notify_waiters();
        }
    }

    /// Waits until the network is asked to stop or is cancelled: the moment for whoever feeds it from outside to end, too.
    ///
    /// # Cancel
    ///
    /// Nothing is lost.
    pub async fn ending(&self) {
        let told = self.inner.ending.notified();
        tokio::pin!(told);
        // Whoever is told between the look and the wait would wait for ever.
        told.as_mut().enable();
        let has_begun = self.inner.stopping.load(Ordering::SeqCst)
            || self.inner.cancelled.load(Ordering::SeqCst);
        if !has_begun {
            told.await;
        }
    }

    /// Ends every process now; what is in flight stays where it is and is counted.
    pub fn cancel(&self) {
        if !self.inner.cancelled.swap(true, Ordering::SeqCst) {
            self.order_all(|| Order::Cancel);
            self.inner.steered.notify_one();
            self.inner.ending.notify_waiters();
        }
    }

    /// Holds a connector (by position): its reader sees no packet. Back-pressure does the rest.
    pub fn hold_connector(&self, connector: usize) -> bool {
        let connector = self.connector(connector);
        self.steer(|_| connector.map(|connector| connector.hold()).is_some())
    }

    /// Lets one packet through a held connector.
    pub fn step_connector(&self, connector: usize) -> bool {
        let connector = self.connector(connector);
        self.steer(|_| connector.map(|connector| connector.step()).is_some())
    }

    /// Ends the hold of a connector.
    pub fn release_connector(&self, connector: usize) -> bool {
        let connector = self.connector(connector);
        self.steer(|_| connector.map(|connector| connector.release()).is_some())
    }

    /// Puts packets on a connector (by position) beside its writers, all or none; see
    /// [`Connector::inject`](millstream_connector::Connector::inject). They may be put anywhere between the packets of a
    /// bracket group.
    ///
    /// # Errors
    ///
    /// Fails when nobody reads there any more, or too many packets wait already.
    pub fn inject(&self, connector: usize, packets: Vec<Packet>) -> Result<(), NotInjected> {
        let connector = self.connector(connector).ok_or(NotInjected::Closed)?;
        self.steer(|_| connector.inject(packets))
    }

    /// Whether a connector (by position) is held.
    pub fn is_connector_held(&self, connector: usize) -> bool {
        let connector = self.connector(connector);
        connector.is_some_and(|connector| connector.is_held())
    }

    /// Lets somebody see each packet that leaves a connector (by position), in place of who was let in by this
    /// before; `None` lets nobody. May be done at any moment of a run; a connector without a tap pays nothing.
    pub fn tap_connector(&self, connector: usize, tap: Option<Arc<dyn Tap>>) -> bool {
        let connector = self.connector(connector);
        connector.map(|connector| connector.set_tap(tap)).is_some()
    }

    /// Lets somebody see each packet that leaves a connector (by position) as well, until removed, whoever else looks in.
    pub fn add_tap(&self, connector: usize, tap: Arc<dyn Tap>) -> bool {
        let connector = self.connector(connector);
        connector.map(|connector| connector.add_tap(tap)).is_some()
    }

    /// Removes a tap that was added.
    pub fn remove_tap(&self, connector: usize, tap: &Arc<dyn Tap>) -> bool {
        let connector = self.connector(connector);
        connector
            .map(|connector| connector.remove_tap(tap))
            .is_some()
    }

    /// Shows packets of a connector (by position) again to a tap that had seen enough.
    pub fn resume_tap(&self, connector: usize) {
        if let Some(connector) = self.connector(connector) {
            connector.resume_tap();
        }
    }

    /// Holds a process (by position): all connectors into it are held; a source is not polled.
    pub fn hold_process(&self, process: usize) -> bool {
        self.steer_process(process, Connector::hold, Order::Hold)
    }

    /// Lets one packet through each connector into a held process; a held source is polled once.
    pub fn step_process(&self, process: usize) -> bool {
        self.steer_process(process, Connector::step, Order::Step)
    }

    /// Ends the hold of a process.
    pub fn release_process(&self, process: usize) -> bool {
        self.steer_process(process, Connector::release, Order::Release)
    }

    fn steer_process(
        &self,
        process: usize,
        on_connector: fn(&Connector),
        order: fn(u32) -> Order,
    ) -> bool {
        let table = self.table();
        self.steer(|inner| {
            let Some(member) = table.processes.get(process) else {
                return false;
            };
            if member.is_source {
                inner.note_source(process, &order(member.position));
                table.islands[member.island].order(order(member.position));
            }
            let into = table.wires.iter();
            let into = into.filter(|wire| wire.to.process == process && !wire.is_removed());
            into.for_each(|wire| on_connector(&wire.connector));
            true
        })
    }

    /// Does something that may wake a process, while the network counts as waiting for it.
    pub(crate) fn steer<R>(&self, f: impl FnOnce(&Inner) -> R) -> R {
        let activity = &self.inner.origin.activity;
        activity.add_external();
        let result = f(&self.inner);
        activity.remove_external();
        result
    }

    fn order_all(&self, order: fn() -> Order) {
        self.steer(|inner| {
            for island in &inner.origin.islands {
                island.order(order());
            }
        });
    }

    /// The sources (by position) that are held; other processes are held by the connectors into them.
    pub fn held_sources(&self) -> Vec<usize> {
        self.inner.held_sources.lock().iter().copied().collect()
    }

    /// Whether something is held, so that standing still is what was asked for.
    pub(crate) fn is_held(&self) -> bool {
        !self.inner.held_sources.lock().is_empty()
            || self
                .table()
                .wires
                .iter()
                .any(|wire| wire.connector.is_held())
    }

    /// Whether the network stands still for good.
    pub(crate) fn is_deadlocked(&self) -> bool {
        self.live() > 0 && self.inner.origin.activity.is_stuck() && !self.is_held()
    }

    /// Who waits for whom now.
    pub fn waits(&self) -> Deadlock {
        let table = self.table();
        let members = table.processes.iter();
        let names: Vec<String> = members.map(|member| member.name.to_string()).collect();
        let live: Vec<bool> = (0..names.len())
            .map(|at| !table.ledger.has_ended(at))
            .collect();
        explain(&names, &live, &table.wires)
    }

    pub(crate) fn recount(&self) {
        self.inner
            .origin
            .islands
            .iter()
            .for_each(|island| island.order(Order::Recount));
    }
}

impl Inner {
    fn note_source(&self, process: usize, order: &Order) {
        let mut held = self.held_sources.lock();
        match order {
            Order::Hold(_) => {
                held.insert(process);
            }
            Order::Release(_) => {
                held.remove(&process);
            }
            _ => {}
        }
    }
}
