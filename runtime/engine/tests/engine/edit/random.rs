//! Random edits of random chains under load: every packet arrives once, in order, and every connector's counts add up.

use std::time::Duration;

use millstream_engine::{EditError, Outcome, PlanOptions, Report};
use millstream_graph::FlatProcess;
use proptest::prelude::*;
use proptest::test_runner::Config;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::super::draft::{LIMIT, assert_accounting, ints};
use super::super::parts::Log;
use super::{Line, Run, process, sink, with_n};

/// What settings add is a multiple of this, so that packets still tell their place.
const UNIT: i64 = 1_000_000_000;
/// Packets that arrive at least between two edits.
const BETWEEN: usize = 200;

/// One edit; positions are taken modulo what there is.
#[derive(Debug, Clone)]
enum Change {
    Insert(usize, usize),
    Remove(usize),
    Restart(usize),
    Set(usize, i64),
    Capacity(usize, u32),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0_usize..8, 0_usize..KINDS.len()).prop_map(|(at, kind)| Change::Insert(at, kind)),
        2 => (0_usize..8).prop_map(Change::Remove),
        1 => (0_usize..8).prop_map(Change::Restart),
        1 => (0_usize..8, 0_i64..5).prop_map(|(at, n)| Change::Set(at, n)),
        1 => (0_usize..8, 1_u32..9).prop_map(|(at, capacity)| Change::Capacity(at, capacity)),
    ]
}

/// What stands between source and sink.
const KINDS: [&str; 5] = ["Pass", "Scale", "AddHot", "Yielding", "Heavy"];

#[derive(Debug, Clone)]
struct Part {
    name: String,
    kind: usize,
    n: i64,
    thread: Option<String>,
}

impl Part {
    fn process(&self) -> FlatProcess {
        let mut process = match KINDS[self.kind] {
            kind @ ("Pass" | "Heavy") => process(kind, &[]),
            // No hot change: it starts anew.
            "Scale" => process("Scale", &[("n", 1.into()), ("cold", self.n.into())]),
            "AddHot" => with_n("AddHot", self.n * UNIT),
            kind => with_n(kind, self.n),
        };
        process.thread.clone_from(&self.thread);
        process
    }
}

/// A chain that is edited.
#[derive(Debug, Clone)]
struct Chain {
    parts: Vec<Part>,
    /// Of the connector after each part, and after the source.
    capacities: Vec<u32>,
    made: usize,
}

impl Chain {
    fn new(kinds: &[usize], threads: usize) -> Self {
        let mut chain = Self {
            parts: Vec::new(),
            capacities: vec![3],
            made: 0,
        };
        for &kind in kinds {
            chain.insert(chain.parts.len(), kind);
        }
        for (at, part) in chain.parts.iter_mut().enumerate() {
            let thread = at % threads;
            part.thread = (thread > 0).then(|| format!("t{thread}"));
        }
        chain
    }

    fn insert(&mut self, at: usize, kind: usize) {
        let part = Part {
            name: format!("p{}", self.made),
            kind,
            n: 1,
            thread: None,
        };
        self.made += 1;
        self.parts.insert(at, part);
        self.capacities.insert(at, 4);
    }

    /// Changes it; gives whom to restart.
    fn change(&mut self, change: &Change) -> Option<String> {
        let count = self.parts.len();
        match *change {
            Change::Insert(at, kind) => self.insert(at % (count + 1), kind),
            Change::Capacity(at, capacity) => self.capacities[at % (count + 1)] = capacity,
            _ if count == 0 => {}
            Change::Remove(at) => {
                self.parts.remove(at % count);
                self.capacities.remove(at % count);
            }
            Change::Restart(at) => return Some(self.parts[at % count].name.clone()),
            Change::Set(at, n) => self.parts[at % count].n = n,
        }
        None
    }

    fn line(&self, sink: &FlatProcess) -> Line {
        let mut parts = vec![("source", with_n("Numbers", i64::MAX))];
        let own = self.parts.iter();
        parts.extend(own.map(|part| (part.name.as_str(), part.process())));
        parts.push(("sink", sink.clone()));
        let mut line = Line::of(1, &parts);
        for (connector, capacity) in line.draft.flat.connectors.iter_mut().zip(&self.capacities) {
            connector.capacity = *capacity;
        }
        line
    }
}

/// Waits until so many more packets have arrived.
async fn wait(run: &Run, log: &Log) {
    let packets = log.0.lock().len() + BETWEEN;
    while log.0.lock().len() < packets {
        assert!(!run.joined.is_finished(), "{:#?}", run.network.processes());
        tokio::task::yield_now().await;
    }
}

async fn edit(run: &mut Run, to: &Line, restart: Option<&str>) {
    loop {
        match run.try_edit(to, restart.as_slice()) {
            Ok(_) => return,
            Err(EditError::Busy(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

fn runtime(threads: usize) -> Runtime {
    if threads == 1 {
        return Builder::new_current_thread().enable_time().build().unwrap();
    }
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_time().build().unwrap()
}

fn run(kinds: &[usize], changes: &[Change], threads: usize) -> (Report, Vec<i64>) {
    let (sink, log) = sink();
    let mut chain = Chain::new(kinds, threads);
    let runtime = runtime(threads);
    let options = PlanOptions {
        threads,
        ..PlanOptions::default()
    };
    let mut run = chain.line(&sink).start_with(&runtime, options);
    let report = runtime.block_on(async {
        let editing = async {
            for change in changes {
                wait(&run, &log).await;
                let restart = chain.change(change);
                edit(&mut run, &chain.line(&sink), restart.as_deref()).await;
            }
            wait(&run, &log).await;
        };
        let in_time = timeout(LIMIT, editing).await;
        assert!(
            in_time.is_ok(),
            "{:#?}\n{:#?}",
            run.network.waits(),
            run.network.connectors()
        );
        run.network.stop();
        timeout(LIMIT, run.joined).await.expect("it ends").unwrap()
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    (report, ints(&log))
}

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(40)
}

proptest! {
    #![proptest_config(Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    })]

    #[test]
    fn random_edits_under_load_lose_nothing_and_keep_the_order(
        kinds in prop::collection::vec(0_usize..KINDS.len(), 0..4),
        changes in prop::collection::vec(change(), 1..9),
        threads in 1_usize..4,
    ) {
        let (report, seen) = run(&kinds, &changes, threads);
        prop_assert!(matches!(report.outcome, Outcome::Stopped), "{:?}", report.outcome);
        prop_assert_eq!(report.left_over(), 0);
        assert_accounting(&report);
        let from_source = report.connectors.iter();
        let from_source = from_source.filter(|connector| connector.from == ["source.out"]);
        let sent: u64 = from_source.map(|connector| connector.counts.sent).sum();
        prop_assert_eq!(sent, seen.len() as u64, "{:#?}", report.connectors);
        for (number, packet) in (0..).zip(seen) {
            prop_assert_eq!(packet % UNIT, number);
        }
    }
}
