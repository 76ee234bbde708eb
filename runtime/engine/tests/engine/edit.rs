//! Edits of running networks: nothing is lost, the order is kept, and the counts stay exact.

use std::time::Duration;

use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_engine::{EditError, Ending, Network, Outcome, PlanOptions, Progress, Report, Step};
use millstream_graph::{Flat, FlatProcess, ProcessName};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::draft::{Draft, assert_accounting, ints, paused};
use super::parts::{Log, Number, Shared, registry};

mod random;

/// Longer than anything the engine waits for of its own accord.
const WHILE: Duration = Duration::from_secs(3);

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<Add>().unwrap();
    registry.add::<AddHot>().unwrap();
    registry.add::<Scale>().unwrap();
    registry.add::<Sum>().unwrap();
}

/// Adds n to each int.
#[component(name = "test/Add")]
async fn add(
    /// Ints.
    #[port(name = "in")]
    mut input: In<i64>,
    config: Config<Number>,
    /// Sums.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    while let Some(number) = input.recv().await? {
        out.send(number + config.n).await?;
    }
    Ok(())
}

/// A number that may change.
#[derive(Debug, Deserialize, JsonSchema)]
struct HotNumber {
    /// The number.
    #[schemars(extend("hot" = true))]
    n: i64,
    /// Another one, that may not.
    #[serde(default)]
    cold: i64,
}

/// Adds n to each int.
#[component(name = "test/AddHot")]
async fn add_hot(
    /// Ints.
    #[port(name = "in")]
    mut input: In<i64>,
    mut config: Config<HotNumber>,
    /// Sums.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    while let Some(number) = input.recv().await? {
        config.refresh();
        out.send(number + config.n + config.cold).await?;
    }
    Ok(())
}

/// Multiplies each int by n.
#[component(name = "test/Scale", operator, prepare)]
#[derive(Debug)]
struct Scale {
    #[config]
    config: Config<HotNumber>,
    /// Ints.
    #[input(name = "in")]
    input: In<i64>,
    /// Products.
    #[output]
    out: Out<i64>,
    #[state]
    factor: i64,
}

impl Scale {
    fn prepare(&mut self) -> Result<(), Failure> {
        if self.config.n == 0 {
            return Err(Failure::fatal("nothing would be left"));
        }
        self.factor = self.config.n;
        Ok(())
    }
}

impl Operator for Scale {
    fn process(&mut self, item: i64) -> Result<(), Failure> {
        self.out.emit(item * self.factor);
        Ok(())
    }
}

/// Adds all ints up and emits the sum at the end.
#[component(name = "test/Sum")]
async fn sum(
    /// Ints.
    #[port(name = "in")]
    mut input: In<i64>,
    /// The sum.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let mut sum = 0;
    while let Some(number) = input.recv().await? {
        sum += number;
    }
    out.send(sum).await?;
    Ok(())
}

/// A graph as the tests change it: processes by name, in a chain.
#[derive(Clone)]
pub(crate) struct Line {
    draft: Draft,
}

impl Line {
    /// The chain of these processes, connected from `out` to `in`.
    pub(crate) fn of(capacity: u32, processes: &[(&str, FlatProcess)]) -> Self {
        let mut line = Self::loose(capacity, processes);
        let all: Vec<usize> = (0..processes.len()).collect();
        line.draft.chain(&all);
        line
    }

    /// These processes, not connected.
    pub(crate) fn loose(capacity: u32, processes: &[(&str, FlatProcess)]) -> Self {
        let mut draft = Draft::new(capacity);
        for (name, process) in processes {
            let mut process = process.clone();
            (*name).clone_into(&mut process.path);
            process.origin.process = ProcessName::new(name).unwrap();
            draft.flat.processes.push(process);
        }
        Self { draft }
    }

    fn connect(mut self, from: (usize, &str), to: (usize, &str)) -> Self {
        self.draft.connect(from, to);
        self
    }

    pub(crate) fn flat(&self) -> &Flat {
        &self.draft.flat
    }

    fn start(&self, runtime: &Runtime) -> Run {
        self.start_with(runtime, PlanOptions::default())
    }

    fn start_with(&self, runtime: &Runtime, options: PlanOptions) -> Run {
        let running = self.draft.start_with(runtime, options);
        let network = running.network().clone();
        let running = running.time_limit(Duration::from_secs(100_000));
        Run {
            network,
            joined: runtime.spawn(running.join()),
            now: self.clone(),
        }
    }
}

/// A process of a component with these values.
pub(crate) fn process(component: &str, iips: &[(&str, Value)]) -> FlatProcess {
    let mut draft = Draft::new(1);
    let at = draft.add(component, iips);
    draft.flat.processes.swap_remove(at)
}

pub(crate) fn with_n(component: &str, n: i64) -> FlatProcess {
    process(component, &[("n", n.into())])
}

/// A sink that keeps what it gets in a log.
fn sink() -> (FlatProcess, Log) {
    let log: Log = Shared::new(Vec::new());
    (process("Collect", &[("log", log.iip())]), log)
}

/// A source of the ints below n.
fn source(n: i64) -> FlatProcess {
    with_n("Numbers", n)
}

/// A line that runs.
struct Run {
    network: Network,
    joined: JoinHandle<Report>,
    now: Line,
}

impl Run {
    fn try_edit(
        &mut self,
        to: &Line,
        restart: &[&str],
    ) -> Result<(Vec<Step>, Progress), EditError> {
        let restart: Vec<String> = restart.iter().map(|&name| name.to_owned()).collect();
        let plan = self
            .network
            .plan_edit(self.now.flat(), to.flat(), &registry(), &restart)?;
        let steps = plan.steps().to_vec();
        let progress = self.network.apply_edit(plan)?;
        self.now = to.clone();
        Ok((steps, progress))
    }

    fn edit(&mut self, to: &Line) -> (Vec<String>, Progress) {
        let (steps, progress) = self.try_edit(to, &[]).unwrap();
        (steps.iter().map(ToString::to_string).collect(), progress)
    }

    /// What is counted of a connector, by the name of its ends; the last one of this name.
    fn counts(&self, from: &str, to: &str) -> (u64, u64, u64) {
        let connectors = self.network.connectors();
        let mut named = connectors.iter().rev();
        let connector = named
            .find(|connector| connector.from == [from] && connector.to == to)
            .unwrap_or_else(|| panic!("{from}->{to} in {connectors:?}"));
        let counts = &connector.counts;
        (counts.sent, counts.received, counts.depth)
    }

    fn position(&self, to: &str) -> usize {
        let connectors = self.network.connectors();
        let links = self.network.links();
        let is_it = |at: &usize| connectors[*at].to == to && !links[*at].is_removed;
        (0..links.len()).find(is_it).unwrap()
    }

    async fn end(self) -> Report {
        let report = self.joined.await.unwrap();
        assert_accounting(&report);
        report
    }
}

#[track_caller]
fn assert_well(report: &Report) {
    assert!(
        matches!(report.outcome, Outcome::Finished),
        "{:?} {:?}",
        report.outcome,
        report.processes
    );
    assert_eq!(report.left_over(), 0, "{:?}", report.connectors);
}

// Most networks here stand still when they are edited, because a connector is held: so it is known what waits where.

#[test]
fn inserted_process_gets_what_waits_and_others_keep_their_state() {
    let runtime = paused();
    let (sink, log) = sink();
    let before = Line::of(
        4,
        &[
            ("a", source(20)),
            ("b", with_n("Take", 15)),
            ("c", sink.clone()),
        ],
    );
    let after = Line::of(
        4,
        &[
            ("a", source(20)),
            ("n", with_n("Add", 100)),
            ("b", with_n("Take", 15)),
            ("c", sink),
        ],
    );
    let mut run = before.start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(1);
        sleep(WHILE).await;
        // Four of b's went on, a fifth is in its hand, four wait before it.
        assert_eq!(run.counts("a.out", "b.in"), (9, 5, 4));
        let (steps, progress) = run.edit(&after);
        assert_eq!(
            steps,
            [
                "add n (test/Add)",
                "connect a.out->n.in (4 packets wait)",
                "connect n.out->b.in",
                "disconnect a.out->b.in (4 packets wait)",
            ]
        );
        sleep(WHILE).await;
        assert!(!progress.is_done(), "b waits for room and has not come by");
        run.network.release_connector(1);
        progress.done().await;
        run.end().await
    });
    let expected = (0..5).chain(105..115);
    assert!(ints(&log).into_iter().eq(expected), "{:?}", ints(&log));
    let named: Vec<(String, u64, u64, u64)> = report
        .connectors
        .iter()
        .map(|connector| {
            let name = format!("{}->{}", connector.from.join(","), connector.to);
            let counts = &connector.counts;
            (name, counts.sent, counts.received, counts.depth)
        })
        .collect();
    // b takes 15 and ends; what a and n had sent by then is left over, and counted.
    assert_eq!(named[0], ("a.out->b.in".to_owned(), 5, 5, 0));
    assert_eq!(named[1], ("b.out->c.in".to_owned(), 15, 15, 0));
    assert_eq!(named[2].0, "a.out->n.in");
    assert_eq!(named[3].0, "n.out->b.in");
    assert_eq!(named[3].2, 10, "{named:?}");
    assert_eq!(named[0].1 + named[2].1, 20, "all that a sent");
}

#[test]
fn removed_process_works_off_what_waits_before_others_go_on() {
    let runtime = paused();
    let (sink, log) = sink();
    let before = Line::of(
        4,
        &[
            ("a", source(30)),
            ("n", with_n("Add", 100)),
            ("b", process("Pass", &[])),
            ("c", sink.clone()),
        ],
    );
    let after = Line::of(
        4,
        &[("a", source(30)), ("b", process("Pass", &[])), ("c", sink)],
    );
    let mut run = before.start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(2);
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&after);
        assert_eq!(
            steps,
            [
                "remove n",
                "connect a.out->b.in (4 packets wait)",
                "disconnect a.out->n.in (4 packets wait)",
                "disconnect n.out->b.in (4 packets wait)",
            ]
        );
        run.network.release_connector(2);
        progress.done().await;
        run.end().await
    });
    assert_well(&report);
    // Five are before b, five between, four before n.
    let expected = (100..114).chain(14..30);
    assert!(ints(&log).into_iter().eq(expected), "{:?}", ints(&log));
    let gone = &report.processes[1];
    assert_eq!((gone.name.as_str(), gone.ending.name()), ("n", "finished"));
}

#[test]
fn hot_settings_reach_the_component_at_its_next_packet() {
    for component in ["AddHot", "Scale"] {
        let runtime = paused();
        let (sink, log) = sink();
        let line = |n: i64| {
            Line::of(
                4,
                &[
                    ("a", source(20)),
                    ("b", with_n(component, n)),
                    ("c", sink.clone()),
                ],
            )
        };
        let mut run = line(1).start(&runtime);
        let report = runtime.block_on(async {
            run.network.hold_connector(1);
            sleep(WHILE).await;
            let (steps, progress) = run.edit(&line(3));
            assert_eq!(steps, ["set b: n at once"]);
            assert!(progress.is_done());
            run.network.release_connector(1);
            run.end().await
        });
        assert_well(&report);
        let before = if component == "AddHot" { 5 } else { 4 };
        let results = ints(&log);
        for (number, result) in (0..).zip(results) {
            let n = if number < before { 1 } else { 3 };
            let expected = if component == "AddHot" {
                number + n
            } else {
                number * n
            };
            let is_in_hand = component == "Scale" && number < before + 4;
            assert!(result == expected || is_in_hand, "{number}: {result}");
        }
    }
}

#[test]
fn settings_that_do_not_fit_leave_the_former_ones() {
    let runtime = paused();
    let (sink, log) = sink();
    let line = |n: i64| {
        Line::of(
            4,
            &[
                ("a", source(20)),
                ("b", with_n("Scale", n)),
                ("c", sink.clone()),
            ],
        )
    };
    let mut run = line(2).start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(1);
        sleep(WHILE).await;
        run.edit(&line(0));
        run.network.release_connector(1);
        run.end().await
    });
    assert_well(&report);
    assert!(ints(&log).into_iter().eq((0..20).map(|number| number * 2)));
}

#[test]
fn process_that_starts_anew_keeps_its_queue_and_emits_what_it_has() {
    let runtime = paused();
    let (sink, log) = sink();
    let line = |component: &str| {
        Line::of(
            4,
            &[
                ("a", source(20)),
                ("gate", process("Pass", &[])),
                ("b", process(component, &[])),
                ("c", sink.clone()),
            ],
        )
    };
    let mut run = line("Sum").start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(1);
        sleep(WHILE).await;
        (0..3).for_each(|_| assert!(run.network.step_connector(1)));
        sleep(WHILE).await;
        let (steps, progress) = run.try_edit(&line("Sum"), &["b"]).unwrap();
        assert_eq!(
            steps,
            [Step::Restart {
                process: "b".to_owned(),
                reason: "as asked".to_owned(),
                is_source: false
            }]
        );
        progress.done().await;
        assert_eq!(run.counts("gate.out", "b.in").1, 3);
        assert!(!run.network.processes()[2].ended);
        run.network.release_connector(1);
        run.end().await
    });
    assert_well(&report);
    assert_eq!(ints(&log), [3, (3..20).sum::<i64>()]);
}

#[test]
fn cold_setting_starts_the_process_anew_and_loses_nothing() {
    let runtime = paused();
    let (sink, log) = sink();
    let line = |n: i64, cold: i64| {
        let middle = process("AddHot", &[("n", n.into()), ("cold", cold.into())]);
        Line::of(4, &[("a", source(20)), ("b", middle), ("c", sink.clone())])
    };
    let mut run = line(0, 0).start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(1);
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&line(100, 1000));
        assert_eq!(steps, ["restart b: `cold` is read at the start"]);
        run.network.release_connector(1);
        progress.done().await;
        run.end().await
    });
    assert_well(&report);
    let expected = (0..5).chain(1105..1120);
    assert!(ints(&log).into_iter().eq(expected), "{:?}", ints(&log));
}

#[test]
fn source_that_starts_anew_begins_again() {
    let runtime = paused();
    let (sink, log) = sink();
    let line = |n: i64| Line::of(2, &[("a", source(n)), ("c", sink.clone())]);
    let mut run = line(5).start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(0);
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&line(3));
        assert_eq!(
            steps,
            ["restart a: `n` is read at the start; it begins again from its start"]
        );
        progress.done().await;
        run.network.release_connector(0);
        run.end().await
    });
    assert_well(&report);
    assert_eq!(ints(&log), [0, 1, 0, 1, 2]);
}

#[test]
fn new_capacity_holds_at_once_and_nobody_starts_anew() {
    let runtime = paused();
    let (sink, log) = sink();
    let line = |capacity: u32| Line::of(capacity, &[("a", source(100)), ("c", sink.clone())]);
    let mut run = line(4).start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(0);
        sleep(WHILE).await;
        assert_eq!(run.counts("a.out", "c.in"), (4, 0, 4));
        let (steps, progress) = run.edit(&line(9));
        assert_eq!(steps, ["replace a.out->c.in (4 packets wait)"]);
        let at = run.position("c.in");
        run.network.hold_connector(at);
        progress.done().await;
        sleep(WHILE).await;
        assert_eq!(run.counts("a.out", "c.in"), (9, 0, 9));
        run.network.release_connector(0);
        run.network.release_connector(at);
        run.end().await
    });
    assert_well(&report);
    assert!(ints(&log).into_iter().eq(0..100));
    assert_eq!(report.connectors.len(), 2);
}

#[test]
fn second_writer_joins_an_in_port() {
    let runtime = paused();
    let (sink, log) = sink();
    let before = Line::of(4, &[("a", source(20)), ("c", sink.clone())]);
    let after = Line::loose(4, &[("a", source(20)), ("c", sink), ("d", source(20))])
        .connect((0, "out"), (1, "in"))
        .connect((2, "out"), (1, "in"));
    let mut run = before.start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(0);
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&after);
        assert_eq!(
            steps,
            [
                "add d (test/Numbers)",
                "connect a.out,d.out->c.in",
                "disconnect a.out->c.in (4 packets wait)",
            ]
        );
        run.network.release_connector(0);
        progress.done().await;
        run.end().await
    });
    assert_well(&report);
    let mut all = ints(&log);
    assert_eq!(all[..4], [0, 1, 2, 3], "what waited comes first");
    all.sort_unstable();
    assert!(
        all.into_iter()
            .eq((0..20).flat_map(|number| [number, number]))
    );
}

#[test]
fn out_port_that_loses_its_connector_swallows_packets() {
    let runtime = paused();
    let (sink, log) = sink();
    let before = Line::of(
        4,
        &[("a", source(20)), ("b", process("Pass", &[])), ("c", sink)],
    );
    let after = Line::loose(4, &[("a", source(20)), ("b", process("Pass", &[]))])
        .connect((0, "out"), (1, "in"));
    let mut run = before.start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(1);
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&after);
        assert_eq!(
            steps,
            ["remove c", "disconnect b.out->c.in (4 packets wait)"]
        );
        run.network.release_connector(1);
        progress.done().await;
        run.end().await
    });
    assert!(matches!(report.outcome, Outcome::Finished));
    let seen = ints(&log);
    assert!(
        seen.iter().copied().eq(0..4),
        "what waited was worked off: {seen:?}"
    );
    assert_eq!(
        report.connectors[0].counts.received, 20,
        "b stays and takes everything"
    );
}

#[test]
fn chain_of_removed_processes_is_worked_off_in_order() {
    let runtime = paused();
    let (sink, log) = sink();
    let before = Line::of(
        2,
        &[
            ("a", source(40)),
            ("m", with_n("Add", 100)),
            ("n", with_n("Add", 100)),
            ("c", sink.clone()),
        ],
    );
    let after = Line::of(2, &[("a", source(40)), ("c", sink)]);
    let mut run = before.start(&runtime);
    let report = runtime.block_on(async {
        run.network.hold_connector(2);
        sleep(WHILE).await;
        let (_, progress) = run.edit(&after);
        run.network.release_connector(2);
        progress.done().await;
        run.end().await
    });
    assert_well(&report);
    let expected = (200..208).chain(8..40);
    assert!(ints(&log).into_iter().eq(expected), "{:?}", ints(&log));
}

#[test]
fn readers_that_change_places_give_each_other_their_connectors() {
    let runtime = paused();
    let (one, first) = sink();
    let (two, second) = sink();
    let parts = [
        ("a", source(20)),
        ("b", with_n("Take", 30)),
        ("x", one),
        ("y", two),
        ("d", source(10)),
    ];
    let crossed = |to_x: usize, to_y: usize| {
        let line = Line::loose(4, &parts).connect((to_x, "out"), (2, "in"));
        line.connect((to_y, "out"), (3, "in"))
            .connect((4, "out"), (1, "in"))
    };
    let mut run = crossed(0, 1).start(&runtime);
    let report = runtime.block_on(async {
        for port in ["x.in", "y.in"] {
            run.network.hold_connector(run.position(port));
        }
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&crossed(1, 0));
        assert_eq!(steps.len(), 4, "{steps:?}");
        progress.done().await;
        run.network.release_connector(run.position("x.in"));
        let at = run.position("y.in");
        assert!(
            run.network.is_connector_held(at),
            "the hold stays with the connector"
        );
        run.network.release_connector(at);
        run.end().await
    });
    assert_well(&report);
    assert!(ints(&first).into_iter().eq(0..10));
    assert!(ints(&second).into_iter().eq(0..20));
}

#[test]
fn edits_that_cannot_be_say_why() {
    let runtime = paused();
    let (sink, _log) = sink();
    let line = |extra: &[(&str, FlatProcess)]| {
        let mut parts = vec![("a", source(20))];
        parts.extend(extra.iter().cloned());
        parts.push(("c", sink.clone()));
        Line::of(4, &parts)
    };
    let mut run = line(&[]).start(&runtime);
    runtime.block_on(async {
        run.network.hold_connector(0);
        sleep(WHILE).await;
        let refused = |run: &mut Run, to: &Line| run.try_edit(to, &[]).unwrap_err().to_string();
        let blocking = line(&[("n", process("Blocking", &[]))]);
        assert_eq!(
            refused(&mut run, &blocking),
            "process `n`: it needs a thread of its own, which it gets only when the graph starts"
        );
        let unknown = line(&[("n", process("Nothing", &[]))]);
        assert_eq!(
            refused(&mut run, &unknown),
            "process `n`: there is no component `test/Nothing`"
        );
        let mut threaded = line(&[]);
        threaded.draft.process(1).thread = Some("other".to_owned());
        assert_eq!(
            refused(&mut run, &threaded),
            "process `c`: a process cannot change its thread while it runs"
        );
        let pass = line(&[("n", process("Pass", &[]))]);
        let plan = run
            .network
            .plan_edit(run.now.flat(), pass.flat(), &registry(), &[]);
        let stale = plan.unwrap();
        run.edit(&pass).1.done().await;
        assert_eq!(run.network.apply_edit(stale).unwrap_err(), EditError::Stale);
        run.network.stop();
        assert_eq!(refused(&mut run, &line(&[])), "the network is ending");
        run.network.cancel();
        run.end().await;
    });
}

#[test]
fn edit_that_is_under_way_keeps_others_waiting() {
    let runtime = paused();
    let (sink, _log) = sink();
    let slow = process("Sleep", &[("n", 60_000.into())]);
    let line = |n: &FlatProcess| {
        Line::of(
            4,
            &[("a", source(20)), ("n", n.clone()), ("c", sink.clone())],
        )
    };
    let mut run = line(&slow).start(&runtime);
    runtime.block_on(async {
        sleep(WHILE).await;
        let (_, progress) = run.edit(&line(&process("Pass", &[])));
        let busy = run.try_edit(&line(&slow), &[]).unwrap_err().to_string();
        assert_eq!(busy, "the last edit is still under way: it waits for n");
        progress.done().await;
        run.end().await;
    });
}

#[test]
fn stop_and_cancel_end_a_network_with_an_edit_under_way() {
    for cancels in [false, true] {
        let runtime = paused();
        let (sink, log) = sink();
        let slow = |n: i64| process("Sleep", &[("n", n.into())]);
        let line = |n: i64| {
            Line::of(
                4,
                &[("a", source(i64::MAX)), ("n", slow(n)), ("c", sink.clone())],
            )
        };
        let mut run = line(500).start(&runtime);
        let report = runtime.block_on(async {
            sleep(WHILE).await;
            run.edit(&line(300));
            if cancels {
                run.network.cancel();
            } else {
                run.network.stop();
            }
            run.end().await
        });
        let seen = ints(&log);
        let count = i64::try_from(seen.len()).unwrap();
        assert!(seen.into_iter().eq(0..count));
        if cancels {
            assert!(matches!(report.outcome, Outcome::Cancelled), "{report:?}");
        } else {
            assert!(matches!(report.outcome, Outcome::Stopped), "{report:?}");
            assert_eq!(report.left_over(), 0);
            assert!(matches!(report.processes[0].ending, Ending::Stopped));
        }
    }
}

#[test]
fn deadlock_is_found_among_processes_that_came_later() {
    let runtime = paused();
    let (sink, _log) = sink();
    let before = Line::of(1, &[("a", process("Polite", &[])), ("c", sink.clone())]);
    let parts = [
        ("a", process("Polite", &[])),
        ("c", sink),
        ("x", process("Pass", &[])),
        ("y", process("Pass", &[])),
    ];
    let after = Line::loose(1, &parts)
        .connect((0, "out"), (1, "in"))
        .connect((2, "out"), (3, "in"))
        .connect((3, "out"), (2, "in"));
    let mut run = before.start(&runtime);
    let report = runtime.block_on(async {
        sleep(WHILE).await;
        run.edit(&after).1.done().await;
        sleep(WHILE).await;
        assert!(!run.joined.is_finished(), "a waits for something outside");
        run.network.stop();
        run.end().await
    });
    let Outcome::Deadlocked(deadlock) = report.outcome else {
        panic!("{report:?}");
    };
    let names: Vec<&str> = deadlock
        .cycle
        .iter()
        .map(|waiting| waiting.name.as_str())
        .collect();
    assert_eq!(names, ["x", "y"]);
}

#[test]
fn dead_letters_find_another_reader() {
    let runtime = paused();
    let (one, first) = sink();
    let (two, second) = sink();
    let wrong = (0..20).map(|n| Packet::data(format!("no int {n}")));
    let script: Log = Shared::new(wrong.collect());
    let emit = process("Emit", &[("script", script.iip())]);
    let to = |name: &str, sink: &FlatProcess| {
        let parts = [
            ("a", emit.clone()),
            ("b", with_n("Add", 1)),
            (name, sink.clone()),
        ];
        Line::loose(4, &parts)
            .connect((0, "out"), (1, "in"))
            .connect((1, "error"), (2, "in"))
    };
    let mut run = to("x", &one).start(&runtime);
    let report = runtime.block_on(async {
        let at = run.position("x.in");
        run.network.hold_connector(at);
        sleep(WHILE).await;
        let (steps, progress) = run.edit(&to("y", &two));
        assert_eq!(steps[..2], ["add y (test/Collect)", "remove x"]);
        run.network.release_connector(at);
        progress.done().await;
        run.end().await
    });
    assert_well(&report);
    assert_eq!((first.0.lock().len(), second.0.lock().len()), (4, 16));
}
