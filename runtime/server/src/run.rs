//! A graph that runs: its network, who watches it, and the doors that lead into it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use millstream_connector::Tap;
use millstream_engine::{Deadlock, Entry, Network, Outcome, Report, Shut};
use millstream_graph::{Catalog, Flat, FlatEnd};
use millstream_packet::Packet;
use millstream_protocol::Response;
use millstream_protocol::fbp::{Index, Port};
use parking_lot::Mutex;
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::hub::Handle;
use crate::limits::ENTRY_PACKETS;
use crate::watch::{Edge, Fan, Watch};

/// One run of a graph, as it is between two edits.
#[derive(Debug)]
pub(crate) struct Run {
    /// Counts the runs of the graph, and the edits of each.
    pub(crate) number: u64,
    pub(crate) network: Network,
    /// What runs.
    pub(crate) flat: Arc<Flat>,
    /// The same as the graph alone says it, without what whoever started it has changed.
    pub(crate) base: Arc<Flat>,
    /// By position of the connector in the network.
    edges: Vec<Arc<Edge>>,
    /// The same, with their names.
    connectors: Vec<ConnectorName>,
    /// By position in the network.
    processes: Vec<String>,
    /// Positions of what edits have not taken out of the graph.
    present: Present,
    life: Arc<Life>,
}

/// What of a run stays the same when it is edited.
#[derive(Debug)]
struct Life {
    fans: Mutex<BTreeMap<usize, Arc<Fan>>>,
    entries: Mutex<BTreeMap<String, Inlet>>,
    phase: watch::Sender<Phase>,
    /// Who waited for whom when it ended, if that was why.
    deadlock: OnceLock<Deadlock>,
}

/// What is in the graph, by position in the network.
#[derive(Debug)]
struct Present {
    connectors: Vec<usize>,
    processes: Vec<usize>,
}

/// What a connector is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectorName {
    /// The out-ports that write.
    pub(crate) from: Vec<String>,
    /// The in-port that reads.
    pub(crate) to: String,
}

impl ConnectorName {
    /// `a.out->b.in`.
    pub(crate) fn full(&self) -> String {
        format!("{}->{}", self.from.join(","), self.to)
    }

    /// Whether somebody who says this means it: `a.out->b.in`, `b.in` or `a.out`.
    fn is_called(&self, text: &str) -> bool {
        let is_from = |text: &str| self.from.iter().any(|from| from == text);
        match text.split_once("->") {
            Some((from, to)) => {
                to.trim() == self.to && from.split(',').all(|from| is_from(from.trim()))
            }
            None => text == self.to || is_from(text),
        }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It goes on.
    Running,
    /// It was asked to stop.
    Draining,
    /// It is over; what was wrong, if something was.
    Ended(Option<Fault>),
}

/// What went wrong in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The process that failed first.
    pub(crate) process: Option<String>,
    /// Why.
    pub(crate) text: String,
}

/// The way to a door that leads in.
#[derive(Debug)]
struct Inlet {
    queue: flume::Sender<Delivery>,
    /// Takes one value before the run of its process begins.
    is_setting: bool,
}

/// A packet on its way in, and who is to be told.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) packet: Packet,
    pub(crate) receipt: Option<Receipt>,
}

/// Tells a client that its packet is in.
#[derive(Debug)]
pub(crate) struct Receipt {
    pub(crate) client: Handle,
    pub(crate) response: Response,
    pub(crate) refusal: Response,
    pub(crate) request_id: Option<Json>,
}

/// Why a packet cannot be put in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PutError {
    /// There is no such door.
    #[error("the graph has no in-port `{0}` that takes packets")]
    NoPort(String),
    /// The port's process has ended.
    #[error("the in-port `{0}` is closed")]
    Closed(String),
    /// Too many packets wait already.
    #[error("{ENTRY_PACKETS} packets wait at the in-port `{0}` already")]
    Full(String),
}

impl Run {
    pub(crate) fn new(number: u64, network: Network, flat: Arc<Flat>, base: Arc<Flat>) -> Self {
        let life = Life {
            fans: Mutex::default(),
            entries: Mutex::default(),
            phase: watch::Sender::new(Phase::Running),
            deadlock: OnceLock::new(),
        };
        Self::with_life(number, network, (flat, base), Arc::new(life))
    }

    /// The same run after an edit. Whoever looked at a connector that is gone sees nothing more.
    pub(crate) fn edited(&self, number: u64, flat: Arc<Flat>, base: Arc<Flat>) -> Self {
        let life = Arc::clone(&self.life);
        let run = Self::with_life(number, self.network.clone(), (flat, base), life);
        run.life.fans.lock().retain(|at, _| {
            let is_present = run.present.connectors.contains(at);
            if !is_present {
                run.network.tap_connector(*at, None);
            }
            is_present
        });
        run
    }

    fn with_life(
        number: u64,
        network: Network,
        (flat, base): (Arc<Flat>, Arc<Flat>),
        life: Arc<Life>,
    ) -> Self {
        let edges = edges_of(&network).into_iter().map(Arc::new).collect();
        let connectors = network.connectors();
        let processes = network.processes();
        let present = Present {
            connectors: (0..connectors.len())
                .filter(|at| !connectors[*at].is_removed)
                .collect(),
            processes: (0..processes.len())
                .filter(|at| !processes[*at].is_removed)
                .collect(),
        };
        let name = |connector: millstream_engine::ConnectorReport| ConnectorName {
            from: connector.from,
            to: connector.to,
        };
        let connectors = connectors.into_iter().map(name).collect();
        let processes = processes.into_iter().map(|process| process.name);
        Self {
            number,
            network,
            flat,
            base,
            edges,
            connectors,
            processes: processes.collect(),
            present,
            life,
        }
    }

    /// How far it has come.
    pub(crate) fn phase(&self) -> Phase {
        self.life.phase.borrow().clone()
    }

    /// Whether it is over.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(*self.life.phase.borrow(), Phase::Ended(_))
    }

    /// Waits until it is over.
    pub(crate) async fn ended(&self) {
        let mut phase = self.life.phase.subscribe();
        // It fails only when the sender has gone, which stands beside it.
        drop(
            phase
                .wait_for(|phase| matches!(phase, Phase::Ended(_)))
                .await,
        );
    }

    /// The run is over.
    pub(crate) fn end(&self, report: &Report) -> Phase {
        let ended = Phase::Ended(fault_of(report));
        if let Outcome::Deadlocked(deadlock) = &report.outcome {
            // A run ends once.
            drop(self.life.deadlock.set(deadlock.clone()));
        }
        self.life.entries.lock().clear();
        self.life.phase.send_replace(ended.clone());
        ended
    }

    /// Who waited for whom when it ended, if that was why.
    pub(crate) fn deadlock(&self) -> Option<&Deadlock> {
        self.life.deadlock.get()
    }

    /// Asks sources to end and closes what leads in; what is in flight is worked off.
    pub(crate) fn stop(&self) {
        self.life.phase.send_if_modified(|phase| {
            let runs = *phase == Phase::Running;
            if runs {
                *phase = Phase::Draining;
            }
            runs
        });
        self.life.entries.lock().clear();
        self.network.stop();
    }

    /// The edges, by position of the connector.
    pub(crate) fn edges(&self) -> &[Arc<Edge>] {
        &self.edges
    }

    /// The names of the connectors, by position.
    pub(crate) fn connectors(&self) -> &[ConnectorName] {
        &self.connectors
    }

    /// The names of the processes, by position.
    pub(crate) fn processes(&self) -> &[String] {
        &self.processes
    }

    /// Positions of the connectors that edits have not taken out of the graph.
    pub(crate) fn present_connectors(&self) -> impl Iterator<Item = usize> {
        self.present.connectors.iter().copied()
    }

    /// Positions of the processes that edits have not taken out of the graph.
    pub(crate) fn present_processes(&self) -> impl Iterator<Item = usize> {
        self.present.processes.iter().copied()
    }

    /// The connector that is called so.
    pub(crate) fn connector(&self, name: &str) -> Option<usize> {
        self.present_connectors()
            .find(|&at| self.connectors[at].is_called(name))
    }

    /// The process that is called so.
    pub(crate) fn process(&self, name: &str) -> Option<usize> {
        self.present_processes()
            .find(|&at| self.processes[at] == name)
    }

    /// The values that ports get at the start, as edges without a source.
    pub(crate) fn values(&self) -> Vec<(Arc<Edge>, Packet)> {
        let processes = self.flat.processes.iter();
        let values = processes.flat_map(|process| {
            process.iips.iter().map(move |(key, value)| {
                let port = Port {
                    node: process.path.clone(),
                    port: key.port.to_string(),
                    index: key.index.map(Index::Number),
                };
                let edge = Arc::new(Edge::new(Vec::new(), port));
                (edge, Packet::data(value.clone()))
            })
        });
        values.collect()
    }

    /// Lets somebody see the packets of a connector from now on.
    pub(crate) fn watch(&self, connector: usize, watcher: &Arc<dyn Watch>) {
        let Some(edge) = self.edges.get(connector) else {
            return;
        };
        let mut fans = self.life.fans.lock();
        let fan = fans
            .entry(connector)
            .or_insert_with(|| Arc::new(Fan::new(Arc::clone(edge))));
        fan.add(watcher);
        let tap = Arc::clone(fan) as Arc<dyn Tap>;
        self.network.tap_connector(connector, Some(tap));
    }

    /// Shows packets again to those who had seen enough.
    pub(crate) fn resume(&self) {
        for &connector in self.life.fans.lock().keys() {
            self.network.resume_tap(connector);
        }
    }

    /// Shows somebody nothing more.
    pub(crate) fn unwatch(&self, watcher: &Arc<dyn Watch>) {
        self.life.fans.lock().retain(|&connector, fan| {
            let is_watched = !fan.remove(watcher);
            if !is_watched {
                self.network.tap_connector(connector, None);
            }
            is_watched
        });
    }

    /// Opens the way to a door. Gives what the task at the door takes packets from.
    pub(crate) fn open_entry(&self, entry: &Entry, catalog: &Catalog) -> flume::Receiver<Delivery> {
        let (queue, packets) = flume::bounded(ENTRY_PACKETS);
        let is_setting = self
            .flat
            .inports
            .get(entry.port())
            .is_some_and(|end| is_setting(&self.flat, end, catalog));
        let inlet = Inlet { queue, is_setting };
        self.life
            .entries
            .lock()
            .insert(entry.port().to_owned(), inlet);
        packets
    }

    /// Whether there is a door of this name, open or not.
    pub(crate) fn has_entry(&self, port: &str) -> bool {
        self.life.entries.lock().contains_key(port)
    }

    /// Puts a packet in; who sent it is told when it is in.
    ///
    /// A setting takes one value. With the first packet for another port, settings that got none are closed, so that their
    /// defaults hold: a client that tests a component gives it only what matters.
    ///
    /// # Errors
    ///
    /// Fails when there is no such port, it is closed, or too many packets wait there.
    pub(crate) fn put(&self, port: &str, delivery: Delivery) -> Result<(), PutError> {
        let mut entries = self.life.entries.lock();
        let Some(inlet) = entries.get(port) else {
            return Err(PutError::NoPort(port.to_owned()));
        };
        let is_setting = inlet.is_setting;
        inlet
            .queue
            .try_send(delivery)
            .map_err(|error| match error {
                flume::TrySendError::Full(_) => PutError::Full(port.to_owned()),
                flume::TrySendError::Disconnected(_) => PutError::Closed(port.to_owned()),
            })?;
        if is_setting {
            entries.remove(port);
        } else {
            entries.retain(|_, inlet| !inlet.is_setting);
        }
        Ok(())
    }
}

/// Brings packets to a door until nobody sends any more, or nobody behind it takes them.
pub(crate) async fn serve_entry(mut entry: Entry, packets: flume::Receiver<Delivery>) {
    while let Ok(Delivery { packet, receipt }) = packets.recv_async().await {
        let sent = entry.send(packet).await;
        let is_shut = matches!(sent, Err(Shut(_)));
        if let Some(receipt) = receipt {
            let response = if is_shut {
                receipt.refusal
            } else {
                receipt.response
            };
            receipt.client.answer(response, receipt.request_id);
        }
        if is_shut {
            return;
        }
    }
}

fn is_setting(flat: &Flat, end: &FlatEnd, catalog: &Catalog) -> bool {
    let process = flat.processes.get(end.process);
    let spec = process.and_then(|process| catalog.get(process.component.as_str()));
    let port = spec.and_then(|spec| spec.in_port(end.port.as_str()));
    port.is_some_and(|port| port.setting.is_some())
}

/// The edges of a network, by position of the connector.
fn edges_of(network: &Network) -> Vec<Edge> {
    let connectors = network.connectors().into_iter();
    let edges = connectors.map(|connector| {
        let sources = connector.from.iter().filter_map(|label| parse(label));
        let target = parse(&connector.to).unwrap_or_else(|| Port {
            node: connector.to.clone(),
            port: String::new(),
            index: None,
        });
        Edge::new(sources.collect(), target)
    });
    edges.collect()
}

/// `process.port[index]` as the network names its ends; none for a door.
fn parse(label: &str) -> Option<Port> {
    let (node, port) = label.rsplit_once('.')?;
    let (port, index) = match port.strip_suffix(']').and_then(|port| port.split_once('[')) {
        Some((port, index)) => (port, Some(Index::Number(index.parse().ok()?))),
        None => (port, None),
    };
    Some(Port {
        node: node.to_owned(),
        port: port.to_owned(),
        index,
    })
}

fn fault_of(report: &Report) -> Option<Fault> {
    let plain = |text: String| {
        Some(Fault {
            process: None,
            text,
        })
    };
    match &report.outcome {
        Outcome::Finished | Outcome::Stopped => None,
        Outcome::Failed { process, .. } => {
            let failed = report.processes.get(*process)?;
            Some(Fault {
                process: Some(failed.name.clone()),
                text: failed.ending.fault().unwrap_or_default(),
            })
        }
        Outcome::Deadlocked(deadlock) => {
            let waits: Vec<String> = deadlock.cycle.iter().map(ToString::to_string).collect();
            plain(format!("deadlock: {}", waits.join("; ")))
        }
        Outcome::Cancelled => plain(format!(
            "cancelled with {} packets in flight",
            report.left_over()
        )),
        Outcome::TimedOut => plain("the time limit was reached".to_owned()),
    }
}

/// Since the start, in whole milliseconds.
pub(crate) fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
