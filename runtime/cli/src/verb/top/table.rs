//! What there is to see: the counts as they come in, in the order and with the filter that were chosen.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use millstream_protocol::extension::{
    Changes, ConnectorInfo, GraphState, Packet, PacketKind, ProcessInfo, Response, Snapshot,
    Steered, Target,
};
use ratatui::widgets::TableState;

use crate::output::safe;
use crate::remote::{connector_name, is_over};
use crate::verb::graphs::state_name;

/// Looks that the curve of a connector shows.
const HISTORY: usize = 24;
/// Numbers are called old after so long without news.
const OLD_AFTER: Duration = Duration::from_secs(3);

/// A table of connectors or of processes.
#[derive(Debug)]
pub(super) struct Table {
    graph: String,
    url: String,
    run: u64,
    elapsed_ms: u64,
    connectors: Vec<ConnectorInfo>,
    processes: Vec<ProcessInfo>,
    /// Rates of each connector, the oldest first.
    history: Vec<VecDeque<f64>>,
    held: Vec<Target>,
    news: Option<Instant>,
    state: GraphState,
    is_lost: bool,
    pub(super) view: View,
    pub(super) sort: Sort,
    pub(super) is_reversed: bool,
    pub(super) filter: String,
    pub(super) is_filtering: bool,
    pub(super) selected: TableState,
    pub(super) pane: Option<Pane>,
    /// What the last line tells.
    pub(super) message: Option<String>,
}

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Connectors,
    Processes,
}

/// What the rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// As in the graph.
    Graph,
    Name,
    /// Packets a second; of processes, how busy they are.
    Rate,
    /// How full; of processes, packets taken.
    Fill,
    /// How long writers waited; of processes, failures.
    Blocked,
}

/// What stands over the table.
#[derive(Debug)]
pub(super) enum Pane {
    Help,
    /// A title and lines.
    Text(&'static str, String),
    /// A connector and its packets.
    Tap {
        connector: String,
        lines: VecDeque<String>,
        most: usize,
    },
}

impl Pane {
    pub(super) const fn tap(connector: String, most: usize) -> Self {
        Self::Tap {
            connector,
            lines: VecDeque::new(),
            most,
        }
    }
}

impl Sort {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Graph => Self::Name,
            Self::Name => Self::Rate,
            Self::Rate => Self::Fill,
            Self::Fill => Self::Blocked,
            Self::Blocked => Self::Graph,
        }
    }

    pub(super) const fn name(self, view: View) -> &'static str {
        match (self, view) {
            (Self::Graph, _) => "graph",
            (Self::Name, _) => "name",
            (Self::Rate, View::Connectors) => "rate",
            (Self::Rate, View::Processes) => "busy",
            (Self::Fill, View::Connectors) => "fill",
            (Self::Fill, View::Processes) => "received",
            (Self::Blocked, View::Connectors) => "blocked",
            (Self::Blocked, View::Processes) => "failures",
        }
    }
}

impl Table {
    pub(super) fn new(graph: &str, url: &str) -> Self {
        Self {
            graph: graph.to_owned(),
            url: url.to_owned(),
            run: 0,
            elapsed_ms: 0,
            connectors: Vec::new(),
            processes: Vec::new(),
            history: Vec::new(),
            held: Vec::new(),
            news: None,
            state: GraphState::Running,
            is_lost: false,
            view: View::Connectors,
            sort: Sort::Graph,
            is_reversed: false,
            filter: String::new(),
            is_filtering: false,
            selected: TableState::default().with_selected(Some(0)),
            pane: None,
            message: None,
        }
    }

    /// Takes in what the runtime says.
    pub(super) fn take(&mut self, response: Response) {
        match response {
            Response::Snapshot(snapshot) => self.renew(snapshot),
            Response::Changes(changes) if changes.run == self.run => self.change(&changes),
            Response::Packets(packets) => {
                if let Some(Pane::Tap { lines, most, .. }) = &mut self.pane {
                    lines.extend(packets.packets.iter().map(line));
                    let extra = lines.len().saturating_sub(*most);
                    lines.drain(..extra);
                }
            }
            Response::State(info) if info.graph == self.graph => {
                self.state = info.state;
                if is_over(info.state) {
                    let why = info
                        .fault
                        .map(|fault| format!(": {fault}"))
                        .unwrap_or_default();
                    self.message = Some(format!("{} {}{why}", self.graph, state_name(info.state)));
                }
            }
            _ => {}
        }
    }

    fn renew(&mut self, snapshot: Snapshot) {
        self.history = snapshot
            .connectors
            .iter()
            .map(|_| VecDeque::with_capacity(HISTORY))
            .collect();
        self.run = snapshot.run;
        self.elapsed_ms = snapshot.elapsed_ms;
        self.connectors = snapshot.connectors;
        self.processes = snapshot.processes;
        self.held.clear();
        self.state = GraphState::Running;
        self.message = None;
        self.news = Some(Instant::now());
    }

    fn change(&mut self, changes: &Changes) {
        self.elapsed_ms = changes.elapsed_ms;
        for (at, counts) in &changes.connectors {
            if let Some(info) = self.connectors.get_mut(*at as usize) {
                info.counts = *counts;
            }
        }
        for (at, counts) in &changes.processes {
            if let Some(info) = self.processes.get_mut(*at as usize) {
                info.counts = *counts;
            }
        }
        for (history, info) in self.history.iter_mut().zip(&self.connectors) {
            if history.len() == HISTORY {
                history.pop_front();
            }
            history.push_back(info.counts.rate);
        }
        self.news = Some(Instant::now());
    }

    /// The runtime has gone.
    pub(super) const fn lose(&mut self) {
        self.is_lost = true;
    }

    pub(super) const fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// How old the numbers are, once that matters.
    pub(super) fn age(&self) -> Option<Duration> {
        let age = self.news?.elapsed();
        (age > OLD_AFTER && !is_over(self.state)).then_some(age)
    }

    pub(super) fn graph(&self) -> &str {
        &self.graph
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) const fn state(&self) -> GraphState {
        self.state
    }

    pub(super) const fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    pub(super) fn connectors(&self) -> &[ConnectorInfo] {
        &self.connectors
    }

    pub(super) fn processes(&self) -> &[ProcessInfo] {
        &self.processes
    }

    /// Rates of a connector, the oldest first.
    pub(super) fn history(&self, at: usize) -> Option<&VecDeque<f64>> {
        self.history.get(at)
    }

    /// Positions of the rows in the order in which they are shown.
    pub(super) fn rows(&self) -> Vec<usize> {
        let filter = self.filter.to_lowercase();
        let fits = |name: &str| name.to_lowercase().contains(&filter);
        let mut rows: Vec<usize> = match self.view {
            View::Connectors => (0..self.connectors.len())
                .filter(|&at| fits(&connector_name(&self.connectors[at])))
                .collect(),
            View::Processes => (0..self.processes.len())
                .filter(|&at| fits(&self.processes[at].name))
                .collect(),
        };
        match self.sort {
            Sort::Graph => {}
            Sort::Name => rows.sort_by_cached_key(|&at| self.name(at)),
            _ => rows.sort_by(|&one, &other| self.weight(other).total_cmp(&self.weight(one))),
        }
        if self.is_reversed {
            rows.reverse();
        }
        rows
    }

    fn name(&self, at: usize) -> String {
        match self.view {
            View::Connectors => connector_name(&self.connectors[at]),
            View::Processes => self.processes[at].name.clone(),
        }
    }

    fn weight(&self, at: usize) -> f64 {
        match self.view {
            View::Connectors => {
                let (info, counts) = (&self.connectors[at], &self.connectors[at].counts);
                match self.sort {
                    Sort::Rate => counts.rate,
                    Sort::Fill => counts.depth as f64 / f64::from(info.capacity.max(1)),
                    _ => counts.blocked_percent,
                }
            }
            View::Processes => {
                let counts = &self.processes[at].counts;
                match self.sort {
                    Sort::Rate => counts.busy_percent,
                    Sort::Fill => counts.received as f64,
                    _ => counts.failures as f64,
                }
            }
        }
    }

    /// What the chosen row is.
    pub(super) fn chosen(&self) -> Option<Target> {
        let at = *self.rows().get(self.selected.selected()?)?;
        Some(match self.view {
            View::Connectors => Target::Connector(self.connectors.get(at)?.to.clone()),
            View::Processes => Target::Process(self.processes.get(at)?.name.clone()),
        })
    }

    /// Whether it is held, as far as this table knows.
    pub(super) fn is_held(&self, target: &Target) -> bool {
        match target {
            Target::Connector(to) => {
                let found = self.connectors.iter().find(|info| info.to == *to);
                found.is_some_and(|info| info.counts.held)
            }
            Target::Process(_) => self.held.contains(target),
        }
    }

    /// Something was held, stepped or released.
    pub(super) fn note_steered(&mut self, steered: &Steered) {
        self.held.retain(|held| *held != steered.target);
        if steered.held {
            self.held.push(steered.target.clone());
        }
        let (Target::Connector(name) | Target::Process(name)) = &steered.target;
        let state = if steered.held { "held" } else { "released" };
        self.message = Some(format!("{name}: {state}"));
    }
}

fn line(packet: &Packet) -> String {
    let value = match (&packet.value, &packet.preview) {
        (Some(value), _) => value.to_string(),
        (None, Some(preview)) => format!("{preview}…"),
        (None, None) => String::new(),
    };
    let mark = match packet.kind {
        PacketKind::Data => "",
        PacketKind::Open => "( ",
        PacketKind::Close => ") ",
    };
    let indent = "  ".repeat(packet.depth as usize);
    let seconds = packet.at_ms as f64 / 1e3;
    format!(
        "{seconds:>9.3}s {:>8}  {indent}{mark}{}",
        packet.seq,
        safe(&value)
    )
}

/// `950`, `12.3k`, `4.56M`.
pub(super) fn short(number: f64) -> String {
    match number {
        _ if number < 1e4 => format!("{number:.0}"),
        _ if number < 1e6 => format!("{:.1}k", number / 1e3),
        _ if number < 1e9 => format!("{:.2}M", number / 1e6),
        _ => format!("{:.2}G", number / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use millstream_protocol::extension::ConnectorCounts;

    use super::*;

    fn table() -> Table {
        let connector = |name: &str, rate: f64, depth: u64| ConnectorInfo {
            from: vec![format!("{name}.out")],
            to: format!("{name}-next.in"),
            capacity: 64,
            counts: ConnectorCounts {
                rate,
                depth,
                ..ConnectorCounts::default()
            },
        };
        let mut table = Table::new("mill", "ws://x");
        table.take(Response::Snapshot(Snapshot {
            graph: "mill".to_owned(),
            run: 1,
            elapsed_ms: 10,
            connectors: vec![
                connector("b", 5.0, 1),
                connector("a", 7.0, 64),
                connector("c", 6.0, 3),
            ],
            processes: Vec::new(),
        }));
        table
    }

    #[test]
    fn rows_are_sorted_and_filtered() {
        let mut table = table();
        assert_eq!(table.rows(), [0, 1, 2]);
        table.sort = Sort::Name;
        assert_eq!(table.rows(), [1, 0, 2]);
        table.sort = Sort::Rate;
        assert_eq!(table.rows(), [1, 2, 0]);
        table.is_reversed = true;
        assert_eq!(table.rows(), [0, 2, 1]);
        table.filter = "A.".to_owned();
        assert_eq!(table.rows(), [1]);
        table.selected.select(Some(0));
        assert_eq!(
            table.chosen(),
            Some(Target::Connector("a-next.in".to_owned()))
        );
    }

    #[test]
    fn changes_of_another_run_are_overlooked() {
        let mut table = table();
        let changed = ConnectorCounts {
            rate: 99.0,
            ..ConnectorCounts::default()
        };
        let changes = |run| {
            Response::Changes(Changes {
                graph: "mill".to_owned(),
                run,
                elapsed_ms: 20,
                missed: 0,
                connectors: vec![(0, changed)],
                processes: Vec::new(),
            })
        };
        table.take(changes(2));
        assert_eq!(table.elapsed_ms(), 10);
        table.take(changes(1));
        assert_eq!(table.elapsed_ms(), 20);
        assert_eq!(table.connectors()[0].counts.rate.to_string(), "99");
        assert_eq!(table.history(0).map(VecDeque::len), Some(1));
    }
}
