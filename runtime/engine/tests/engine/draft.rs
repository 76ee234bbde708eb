//! Graphs without a file, and how to run them.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use millstream_engine::{Ending, Outcome, Plan, PlanOptions, Report, Running};
use millstream_graph::{
    Flat, FlatConnector, FlatEnd, FlatProcess, OnError, Origin, PortKey, PortName, ProcessName,
    WhenFull,
};
use millstream_packet::{Packet, Value};
use tokio::runtime::{Builder, Runtime};

use super::parts::{Log, Shared, registry};

/// No test takes so long; a network that does hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A graph under construction.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) flat: Flat,
    /// Capacity of the next connectors.
    pub(crate) capacity: u32,
}

/// `port` or `port[0]` of a process.
pub(crate) type Port<'a> = (usize, &'a str);

fn key(port: &str) -> PortKey {
    match port.strip_suffix(']').and_then(|port| port.split_once('[')) {
        Some((port, index)) => PortKey {
            port: PortName::new(port).unwrap(),
            index: Some(index.parse().unwrap()),
        },
        None => PortKey {
            port: PortName::new(port).unwrap(),
            index: None,
        },
    }
}

/// One end of a connector.
pub(crate) fn end((process, port): Port<'_>) -> FlatEnd {
    let key = key(port);
    FlatEnd {
        process,
        port: key.port,
        index: key.index,
    }
}

impl Draft {
    pub(crate) fn new(capacity: u32) -> Self {
        let flat = Flat {
            name: "test".to_owned(),
            file: "test".into(),
            processes: Vec::new(),
            connectors: Vec::new(),
            inports: IndexMap::new(),
            outports: IndexMap::new(),
            groups: Vec::new(),
        };
        Self { flat, capacity }
    }

    /// Adds a process `p0`, `p1`, …, and gives its position.
    pub(crate) fn add(&mut self, component: &str, iips: &[(&str, Value)]) -> usize {
        let path = format!("p{}", self.flat.processes.len());
        let iips = iips.iter().map(|(port, value)| (key(port), value.clone()));
        self.flat.processes.push(FlatProcess {
            component: format!("test/{component}").parse().unwrap(),
            iips: iips.collect(),
            on_error: OnError::Fail,
            worker: None,
            thread: None,
            replicas: 1,
            label: None,
            origin: Origin {
                file: Arc::clone(&self.flat.file),
                process: ProcessName::new(&path).unwrap(),
            },
            per_group: None,
            path,
        });
        self.flat.processes.len() - 1
    }

    /// Adds a process whose one setting is this number.
    pub(crate) fn with_n(&mut self, component: &str, n: i64) -> usize {
        self.add(component, &[("n", n.into())])
    }

    /// Adds a source of ints below n.
    pub(crate) fn numbers(&mut self, n: i64) -> usize {
        self.with_n("Numbers", n)
    }

    /// Adds a source of these packets.
    pub(crate) fn script(&mut self, packets: Vec<Packet>) -> usize {
        let script: Log = Shared::new(packets);
        self.add("Emit", &[("script", script.iip())])
    }

    /// Adds a sink.
    pub(crate) fn sink(&mut self) -> (usize, Log) {
        let log: Log = Shared::new(Vec::new());
        (self.add("Collect", &[("log", log.iip())]), log)
    }

    pub(crate) fn connect(&mut self, from: Port<'_>, to: Port<'_>) -> usize {
        self.flat.connectors.push(FlatConnector {
            from: end(from),
            to: end(to),
            capacity: self.capacity,
            when_full: WhenFull::Block,
            file: Arc::clone(&self.flat.file),
            at: self.flat.connectors.len(),
        });
        self.flat.connectors.len() - 1
    }

    /// Connects `out` to `in` along a chain of processes.
    pub(crate) fn chain(&mut self, processes: &[usize]) {
        for pair in processes.windows(2) {
            self.connect((pair[0], "out"), (pair[1], "in"));
        }
    }

    pub(crate) fn process(&mut self, process: usize) -> &mut FlatProcess {
        &mut self.flat.processes[process]
    }

    pub(crate) fn plan(&self, options: PlanOptions) -> Plan {
        Plan::new(&self.flat, &registry(), options).unwrap()
    }

    /// Starts the graph on a runtime.
    pub(crate) fn start(&self, runtime: &Runtime) -> Running {
        self.start_with(runtime, PlanOptions::default())
    }

    pub(crate) fn start_with(&self, runtime: &Runtime, options: PlanOptions) -> Running {
        self.plan(options).start(runtime.handle()).unwrap()
    }

    /// Runs the graph to its end.
    pub(crate) fn run(&self) -> Report {
        self.run_with(PlanOptions::default())
    }

    pub(crate) fn run_with(&self, options: PlanOptions) -> Report {
        let runtime = if options.threads > 1 {
            spread()
        } else {
            real()
        };
        finish(&runtime, self.start_with(&runtime, options))
    }

    /// Runs the graph in virtual time.
    pub(crate) fn run_paused(&self) -> Report {
        let runtime = paused();
        let running = self.start(&runtime);
        finish(&runtime, running.time_limit(Duration::from_secs(1_000_000)))
    }
}

/// Joins a network that must not hang.
pub(crate) fn finish(runtime: &Runtime, running: Running) -> Report {
    let report = runtime.block_on(async {
        let joining = tokio::time::timeout(LIMIT * 1_000_000, running.join());
        joining.await.expect("join ends")
    });
    assert_accounting(&report);
    report
}

/// One thread, real time.
pub(crate) fn real() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// Two threads, real time.
pub(crate) fn spread() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_time().build().unwrap()
}

/// One thread, virtual time.
pub(crate) fn paused() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

#[track_caller]
pub(crate) fn assert_finished(report: &Report) {
    let finished = matches!(report.outcome, Outcome::Finished);
    assert!(finished, "{:?}\n{:?}", report.outcome, report.processes);
    for process in &report.processes {
        assert!(matches!(process.ending, Ending::Finished), "{process:?}");
    }
}

/// What holds for every connector at the end of every run.
#[track_caller]
pub(crate) fn assert_accounting(report: &Report) {
    for connector in &report.connectors {
        let counts = &connector.counts;
        let accounted = counts.received + counts.dropped + counts.depth;
        assert_eq!(counts.sent, accounted, "{connector:?}");
        assert!(counts.depth <= u64::from(counts.capacity), "{connector:?}");
        assert!(
            counts.high_water <= u64::from(counts.capacity),
            "{connector:?}"
        );
    }
}

/// The ints of a log.
pub(crate) fn ints(log: &Log) -> Vec<i64> {
    let log = log.0.lock();
    log.iter()
        .filter_map(|packet| packet.value()?.as_int())
        .collect()
}
