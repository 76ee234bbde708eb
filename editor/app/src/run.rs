//! What is known of runtimes and runs: graphs, their counts, probes, logs, reasons.
//!
//! [`Runs`] speaks over the [`Link`] and keeps what it hears. When the link breaks it marks everything stale, and asks for
//! it again when the link is back: nobody has to do anything. All lists are bounded (R6).

mod hear;
mod look;
mod packet;
mod steer;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet, VecDeque};

use millstream_document::live::Live;
use millstream_protocol::extension::{
    Error, GraphInfo, GraphName, GraphState, Load, Logs, Nothing, Request, Response, Subscribe,
    Target, Why,
};

use crate::host::RuntimeAddress;
use crate::link::{Link, LinkEvent, Phase, RequestId, Transport, Wake};

pub(crate) use look::{LiveView, reason, wire_name};
pub(crate) use packet::{PacketRow, Packets, Probe};

/// Log lines that are kept.
const LOGS_MAX: usize = 2000;
/// Runs that are kept.
const RUNS_MAX: usize = 100;
/// Seconds between two signs of life that are asked for while a graph runs.
const PULSE_SECS: f64 = 1.0;

/// What is known of runtimes and runs.
#[derive(Debug)]
pub(crate) struct Runs {
    pub(crate) link: Link,
    asked: BTreeMap<RequestId, Asked>,
    graphs: BTreeMap<String, GraphRun>,
    pub(crate) packets: Packets,
    pub(crate) logs: VecDeque<Line>,
    pub(crate) history: VecDeque<Finished>,
    /// What is held, by graph and full name.
    held: HashSet<(String, Target)>,
    events: Vec<RunEvent>,
    interval_ms: u32,
    now: f64,
    /// When a sign of life was asked for last.
    pulse_at: f64,
}

/// What is known of one graph on the runtime.
#[derive(Debug, Default)]
pub(crate) struct GraphRun {
    pub(crate) info: Option<GraphInfo>,
    pub(crate) live: Live,
    pub(crate) why: Option<Why>,
    /// Whether it is to be followed as long as it is known.
    is_followed: bool,
}

/// What an answer is for.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    /// The graphs there are.
    List,
    /// A graph was given to be run.
    LoadToRun(String),
    /// A graph was started.
    Start(String),
    /// Its counts.
    Counts(String),
    /// Why its packets do not move.
    Why(String),
    /// Its text.
    Get(String),
    /// A probe was attached.
    Attach(String, String),
    /// Anything of which only failures are told.
    Nothing,
}

/// A log line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) line: millstream_protocol::extension::LogLine,
    /// When it came.
    pub(crate) at: f64,
}

/// A run that came to its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finished {
    pub(crate) graph: String,
    pub(crate) state: GraphState,
    pub(crate) fault: Option<String>,
    pub(crate) elapsed_ms: Option<u64>,
    /// Packets that were handed over on all connectors.
    pub(crate) packets: u64,
}

/// What the user should hear of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RunEvent {
    /// A graph runs as it was given.
    Started(String),
    /// A run came to its end.
    Ended(String, GraphState, Option<String>),
    /// The runtime will not run a graph: the findings.
    Rejected(String, Vec<String>),
    /// What a graph of the runtime says.
    Text(String, String),
    /// Something was refused.
    Refused(String),
    /// The connection is there, for the first time or again.
    Connected,
    /// The connection is gone.
    Lost,
}

impl Runs {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            link: Link::new(transport),
            asked: BTreeMap::new(),
            graphs: BTreeMap::new(),
            packets: Packets::default(),
            logs: VecDeque::new(),
            history: VecDeque::new(),
            held: HashSet::new(),
            events: Vec::new(),
            interval_ms: crate::preferences::COUNTS_INTERVAL_MS_MIN,
            now: 0.0,
            pulse_at: 0.0,
        }
    }

    /// Takes in what has come, and gives what the user should hear of.
    pub(crate) fn poll(&mut self, now: f64, wake: impl Fn() -> Wake) -> Vec<RunEvent> {
        self.now = now;
        let events = self.link.poll(now, wake);
        if !events.is_empty() && self.link.is_open() {
            let now_ms = self.now_ms();
            self.graphs
                .values_mut()
                .for_each(|run| run.live.hear(now_ms));
        }
        for event in events {
            match event {
                LinkEvent::Opened => self.opened(),
                LinkEvent::Lost => self.lost(),
                LinkEvent::Answer(id, answer) => self.answered(id, answer),
                LinkEvent::Told(response) => self.hear(*response),
            }
        }
        self.ask_pulse();
        std::mem::take(&mut self.events)
    }

    /// Counts come at most this often.
    pub(crate) fn set_interval_ms(&mut self, interval_ms: u32) {
        if self.interval_ms != interval_ms {
            self.interval_ms = interval_ms;
            let followed = self.graphs.iter().filter(|(_, run)| run.is_followed);
            let names: Vec<String> = followed.map(|(name, _)| name.clone()).collect();
            for name in &names {
                self.subscribe(name);
            }
        }
    }

    /// Seconds until something changes by itself: numbers become old, the link tries again.
    pub(crate) fn wants_poll_in_secs(&self) -> Option<f64> {
        let link = self.link.wants_poll_in_secs(self.now);
        let is_running = self.graphs.values().any(GraphRun::is_running);
        let running = (is_running && self.link.is_open()).then_some(PULSE_SECS / 4.0);
        [link, running].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// Connects to a runtime. What is known of another one is forgotten.
    pub(crate) fn attach(&mut self, address: RuntimeAddress) {
        if self.link.address() != Some(&address) {
            self.forget();
        }
        self.link.attach(address, self.now);
    }

    /// Leaves the runtime.
    pub(crate) fn detach(&mut self) {
        self.link.detach();
        self.forget();
    }

    fn forget(&mut self) {
        self.asked.clear();
        self.graphs.clear();
        self.held.clear();
        self.packets.drop_probes();
    }

    /// What is known of a graph.
    pub(crate) fn graph(&self, name: &str) -> Option<&GraphRun> {
        self.graphs.get(name)
    }

    /// The graphs that the runtime holds.
    pub(crate) fn graphs(&self) -> impl Iterator<Item = (&str, &GraphRun)> {
        self.graphs.iter().map(|(name, run)| (name.as_str(), run))
    }

    /// Gives the runtime a graph and runs it.
    pub(crate) fn run(&mut self, graph: &str, text: String) {
        let load = Request::Load(Load {
            graph: graph.to_owned(),
            text: Some(text),
        });
        self.ask(&load, Asked::LoadToRun(graph.to_owned()));
    }

    /// Follows a graph that runs already, perhaps because somebody else started it.
    pub(crate) fn follow(&mut self, graph: &str) {
        let Some(run) = self.graphs.get_mut(graph) else {
            return;
        };
        if !run.is_followed && run.is_running() {
            run.is_followed = true;
            self.subscribe(graph);
        }
    }

    /// Asks for the text of a graph.
    pub(crate) fn get(&mut self, graph: &str) {
        let get = Request::Get(name(graph));
        self.ask(&get, Asked::Get(graph.to_owned()));
    }

    /// Stops a graph.
    pub(crate) fn stop(&mut self, graph: &str) {
        let stop = Request::Stop(name(graph));
        self.ask(&stop, Asked::Nothing);
    }

    /// Asks why packets of a graph do not move.
    pub(crate) fn why(&mut self, graph: &str) {
        let why = Request::Why(name(graph));
        self.ask(&why, Asked::Why(graph.to_owned()));
    }

    /// Whether anything at all is held.
    pub(crate) fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether something is held.
    pub(crate) fn is_held(&self, graph: &str, target: &Target) -> bool {
        self.held.contains(&(graph.to_owned(), target.clone()))
    }

    /// The time of this frame, as runs know it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds since the window opened: never negative, and no longer than a life"
    )]
    pub(crate) const fn now_ms(&self) -> u64 {
        (self.now.max(0.0) * 1000.0) as u64
    }

    /// Whether what is known of a graph is old although it runs.
    pub(crate) fn is_stale(&self, graph: &str) -> bool {
        let run = self.graphs.get(graph);
        run.is_some_and(|run| run.live.is_stale(self.now_ms()))
    }

    /// What a status line says of the runtime.
    pub(crate) fn status(&self) -> String {
        let place = match self.link.address() {
            None => return "No runtime".to_owned(),
            Some(address) if address.folder.is_some() => "Local runtime",
            Some(address) => address.url.trim_start_matches("ws://"),
        };
        match self.link.phase() {
            Phase::Open(_) => place.to_owned(),
            Phase::Refused { .. } => format!("{place}: refused"),
            Phase::Connecting { .. } | Phase::Idle => format!("{place}: connecting…"),
            Phase::Waiting { .. } => format!("{place}: reconnecting…"),
        }
    }

    fn ask(&mut self, request: &Request, purpose: Asked) {
        if let Some(id) = self.link.ask(request) {
            self.asked.insert(id, purpose);
        } else {
            let text = "the runtime is not connected".to_owned();
            self.events.push(RunEvent::Refused(text));
        }
    }

    fn opened(&mut self) {
        self.events.push(RunEvent::Connected);
        self.ask(&Request::List(Nothing {}), Asked::List);
        let logs = Logs {
            enable: true,
            level: None,
            process: None,
        };
        self.ask(&Request::Logs(logs), Asked::Nothing);
        let followed = self.graphs.iter().filter(|(_, run)| run.is_followed);
        let names: Vec<String> = followed.map(|(name, _)| name.clone()).collect();
        for name in &names {
            self.subscribe(name);
        }
        self.attach_probes_again();
    }

    fn lost(&mut self) {
        self.asked.clear();
        self.graphs.values_mut().for_each(|run| run.live.lose());
        self.packets.lost();
        self.events.push(RunEvent::Lost);
    }

    fn subscribe(&mut self, graph: &str) {
        let subscribe = Request::Subscribe(Subscribe {
            graph: graph.to_owned(),
            connectors: None,
            interval_ms: self.interval_ms,
        });
        self.ask(&subscribe, Asked::Counts(graph.to_owned()));
    }

    /// Counts come when something changes; that the runtime is there although nothing does is asked.
    fn ask_pulse(&mut self) {
        let is_running = self.graphs.values().any(GraphRun::is_running);
        if is_running && self.link.is_open() && self.now - self.pulse_at >= PULSE_SECS {
            self.pulse_at = self.now;
            self.ask(&Request::List(Nothing {}), Asked::List);
        }
    }

    fn answered(&mut self, id: RequestId, answer: Result<Box<Response>, Error>) {
        let purpose = self.asked.remove(&id).unwrap_or(Asked::Nothing);
        match answer {
            Ok(response) => self.take(purpose, *response),
            Err(error) => self.refused(purpose, error),
        }
    }
}

impl GraphRun {
    /// Whether its network runs.
    pub(crate) fn is_running(&self) -> bool {
        let state = self.info.as_ref().map(|info| info.state);
        matches!(state, Some(GraphState::Running | GraphState::Draining))
    }
}

fn name(graph: &str) -> GraphName {
    GraphName {
        graph: graph.to_owned(),
    }
}
