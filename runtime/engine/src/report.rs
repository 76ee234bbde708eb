//! How a run went.

use std::time::Duration;

use millstream_component::Failure;
use millstream_connector::Counts;

use crate::deadlock::Deadlock;

/// How a process ended.
#[derive(Debug)]
pub enum Ending {
    /// Its component returned: the input ended, or nobody read its output any more.
    Finished,
    /// Its component gave up.
    Failed(Failure),
    /// Its component panicked; the message.
    Panicked(String),
    /// A source ended because the network was asked to stop.
    Stopped,
    /// It was dropped midway: by a second signal, a time limit, or a deadlock.
    Cancelled,
}

impl Ending {
    /// One word for logs and summaries.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Failed(_) => "failed",
            Self::Panicked(_) => "panicked",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }

    /// What went wrong, if something did.
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Failed(failure) => Some(failure.to_string()),
            Self::Panicked(message) => Some(format!("panicked: {message}")),
            Self::Finished | Self::Stopped | Self::Cancelled => None,
        }
    }
}

/// What became of the network.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Every process finished.
    Finished,
    /// A process failed; the rest was drained.
    Failed {
        /// Position of the process that failed first.
        process: usize,
        /// Processes that failed after it.
        consequences: usize,
    },
    /// No process could go on.
    Deadlocked(Deadlock),
    /// It was asked to stop, and everything in flight was worked off.
    Stopped,
    /// It was asked to stop, and was cancelled with packets in flight.
    Cancelled,
    /// The time limit was reached.
    TimedOut,
}

/// Everything known about a run at its end.
#[derive(Debug)]
pub struct Report {
    /// The graph's name.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Processes in the order of the graph.
    pub processes: Vec<ProcessReport>,
    /// Connectors in the order of the graph.
    pub connectors: Vec<ConnectorReport>,
    /// From start to end.
    pub elapsed: Duration,
}

/// One process of a run.
#[derive(Debug)]
pub struct ProcessReport {
    /// Name in the graph, `parent/child` inside subgraphs.
    pub name: String,
    /// Its component.
    pub component: String,
    /// How it ended.
    pub ending: Ending,
    /// Packets that it gave up on without ending.
    pub failed_packets: u64,
    /// Time in its polls; sampled.
    pub busy: Duration,
}

/// One connector of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorReport {
    /// The out-ports that wrote, as `process.port`.
    pub from: Vec<String>,
    /// The in-port that read, as `process.port`.
    pub to: String,
    /// What passed.
    pub counts: Counts,
    /// Whether an edit has taken it out of the graph in mid-run.
    pub is_removed: bool,
}

impl ConnectorReport {
    /// `a.out->b.in`; the out-ports of several writers with commas between them.
    pub fn name(&self) -> String {
        format!("{}->{}", self.from.join(","), self.to)
    }
}

impl Report {
    /// Packets handed over on all connectors.
    pub fn packets(&self) -> u64 {
        self.connectors
            .iter()
            .map(|connector| connector.counts.sent)
            .sum()
    }

    /// Packets left inside connectors.
    pub fn left_over(&self) -> u64 {
        self.connectors
            .iter()
            .map(|connector| connector.counts.depth)
            .sum()
    }

    /// Packets dropped because of `when_full`.
    pub fn dropped(&self) -> u64 {
        self.connectors
            .iter()
            .map(|connector| connector.counts.dropped)
            .sum()
    }
}
