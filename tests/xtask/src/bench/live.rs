//! `live`: what it costs a running network to be looked into, with `millstream serve` in a process of its own.
//!
//! With and without lookers take turns on one running network, and the middle of the ratios counts: both sides of a pair
//! see the same weather. Throughput is read from the exact counts of the last connector. Clients throw away what they
//! are sent without reading it, because their cost is not the server's; it is on the same machine all the same.

mod client;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::hello;
use super::http::Server;
use super::lab::{Lab, runtime};
use super::row::Row;
use crate::{machine, output};
use client::{Client, Lookers};

/// Connectors of the network whose counts are followed.
const CONNECTORS: usize = 1000;
/// Processes of the network of which one connector is probed.
const CHAIN: usize = 10;
/// Processes of the network that has nothing to do but in one corner.
const LARGE: usize = 10_000;
/// Clients that follow counts.
const CLIENTS: usize = 4;
/// Time between their messages.
const INTERVAL_MS: u32 = 50;
/// Time of each side of a pair.
const WINDOW: Duration = Duration::from_millis(600);
/// Until what happens once has happened: first messages, the growth of buffers.
const SETTLE: Duration = Duration::from_millis(200);
/// How the thread is called that talks to clients.
const SERVER_THREAD: &str = "millstream live";

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    let Some(millstream) = hello::binary() else {
        return output::aside("live: skipped, build the release binary `millstream` first");
    };
    let runtime = runtime(1)?;
    runtime.block_on(async {
        counts(lab, &millstream).await?;
        probes(lab, &millstream).await?;
        large(lab, &millstream).await
    })
}

/// Counts of all connectors, followed by several clients.
async fn counts(lab: &mut Lab, millstream: &Path) -> Result<()> {
    let subject = Subject::start(millstream, &busy(CONNECTORS + 1))?;
    let subscribe = json!({ "graph": "graph", "interval_ms": INTERVAL_MS });
    let wants = [("subscribe", subscribe)];
    let looked_at = subject.race(lab.reps(20), CLIENTS, &wants).await?;
    let what = format!("{CLIENTS} clients x 20 Hz, {CONNECTORS} connectors");
    looked_at.row(lab, &what, 0.98, 0.99)?;
    let share = 100.0 * looked_at.server.as_secs_f64() / looked_at.watched.as_secs_f64();
    let sent = looked_at.bytes as f64 / looked_at.watched.as_secs_f64() / 1e6;
    let row = Row::new(what, share, "% of a core").note(format!(
        "the server's own thread, for {sent:.1} MB/s of messages"
    ));
    lab.row(row)
}

/// Packets of one connector, seen by one client.
async fn probes(lab: &mut Lab, millstream: &Path) -> Result<()> {
    let subject = Subject::start(millstream, &busy(CHAIN))?;
    for (every, must, aim) in [(1, 0.9, 0.95), (100, 0.98, 0.99)] {
        let attach = json!({ "graph": "graph", "connector": "p5.in", "every": every });
        let wants = [("attach", attach)];
        let looked_at = subject.race(lab.reps(20), 1, &wants).await?;
        let what = format!("probe 1/{every}, {CHAIN} processes");
        looked_at.row(lab, &what, must, aim)?;
    }
    Ok(())
}

/// A large network: how soon a client sees all of it, and what it is sent when hardly anything happens.
async fn large(lab: &mut Lab, millstream: &Path) -> Result<()> {
    let subject = Subject::start(millstream, &idle(LARGE))?;
    let subscribe = json!({ "graph": "graph", "interval_ms": INTERVAL_MS });
    let mut times = Vec::new();
    let mut length = 0;
    for _ in 0..lab.reps(10) {
        let mut client = Client::connect(&subject.server.address).await?;
        let begin = Instant::now();
        client.greet().await?;
        length = client.ask_text("subscribe", &subscribe).await?.len();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    let what = format!("hello to all counts, {LARGE} processes");
    let row = Row::new(what, median(times), "ms").at_most(500.0, 100.0);
    let size = length as f64 / 1e6;
    lab.row(row.note(format!("median; the snapshot has {size:.2} MB")))?;

    let lookers = Lookers::start(&subject.server.address, 1, &[("subscribe", subscribe)]).await?;
    sleep(4 * WINDOW).await;
    let (begin, before) = (Instant::now(), lookers.bytes());
    sleep(4 * WINDOW).await;
    let rate = (lookers.bytes() - before) as f64 / begin.elapsed().as_secs_f64() / 1e3;
    let row = Row::new("20 Hz, one connector of these at work", rate, "kB/s");
    let row = row.at_most(50.0, 20.0);
    lab.row(row.note("one client; all others stand still and are not told"))
}

/// A server with one graph that runs.
struct Subject {
    server: Server,
    /// Lives as long as the server.
    _folder: tempfile::TempDir,
}

/// What looking showed of a network.
#[derive(Debug, Default)]
struct LookedAt {
    /// Packets a second that passed the last connector, and the share of that that was left with lookers.
    with: Vec<f64>,
    without: Vec<f64>,
    /// Processor time of the server's thread, the time in which somebody looked, and what was sent then.
    server: Duration,
    watched: Duration,
    bytes: u64,
}

impl Subject {
    fn start(millstream: &Path, graph: &Graph) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("graph.ron");
        std::fs::write(&file, &graph.text)?;
        let mut command = Command::new(millstream);
        command.args(["serve", "--start", "--listen", "127.0.0.1:0"]);
        let server = Server::start(command.arg(file))?;
        Ok(Self {
            server,
            _folder: folder,
        })
    }

    /// Lets windows with lookers and without take turns.
    async fn race(
        &self,
        pairs: usize,
        clients: usize,
        wants: &[(&str, Value)],
    ) -> Result<LookedAt> {
        let mut control = Client::connect(&self.server.address).await?;
        control.greet().await?;
        let last = control.last_connector().await?;
        let mut seen = LookedAt::default();
        for _ in 0..pairs {
            seen.without.push(throughput(&mut control, &last).await?);
            let lookers = Lookers::start(&self.server.address, clients, wants).await?;
            sleep(SETTLE).await;
            let (begin, cpu, bytes) = (Instant::now(), self.cpu(), lookers.bytes());
            seen.with.push(throughput(&mut control, &last).await?);
            seen.watched += begin.elapsed();
            seen.server += self.cpu().saturating_sub(cpu);
            seen.bytes += lookers.bytes() - bytes;
            drop(lookers);
            sleep(SETTLE).await;
        }
        Ok(seen)
    }

    fn cpu(&self) -> Duration {
        machine::cpu_time_of(self.server.id(), SERVER_THREAD).unwrap_or_default()
    }
}

impl LookedAt {
    fn row(&self, lab: &mut Lab, what: &str, must: f64, aim: f64) -> Result<()> {
        let ratios = self.with.iter().zip(&self.without);
        let mut ratios: Vec<f64> = ratios.map(|(with, without)| with / without).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let quarter = ratios.len() / 4;
        let note = format!(
            "throughput ratio, median of {} pairs; half of them {:.3} to {:.3}",
            ratios.len(),
            ratios[quarter],
            ratios[ratios.len() - 1 - quarter],
        );
        let row = Row::new(what, median(self.with.clone()) / 1e3, "packets/ms")
            .paired(
                "alone",
                median(self.without.clone()) / 1e3,
                median(ratios.clone()),
            )
            .at_least(must, aim);
        lab.row(row.note(note))
    }
}

/// Packets a second through a connector.
async fn throughput(control: &mut Client, connector: &str) -> Result<f64> {
    let (before, begun) = control.passed(connector).await?;
    sleep(WINDOW).await;
    let (after, ended) = control.passed(connector).await?;
    let packets = after.checked_sub(before).context("counts went back")?;
    Ok(packets as f64 / ended.saturating_sub(begun).as_secs_f64())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A graph as text.
#[derive(Debug, Default)]
struct Graph {
    text: String,
}

/// A chain at full speed that does not end.
fn busy(processes: usize) -> Graph {
    let source =
        r#""p0": Process(component: "core/Sequence", iips: { "count": 1000000000000000 })"#;
    graph(processes, source, "", "")
}

/// A chain that gets one packet an hour, and beside it a pair of processes with ten a second.
fn idle(processes: usize) -> Graph {
    let tick = |name: &str, every_ms: u32| {
        format!(r#""{name}": Process(component: "time/Tick", iips: {{ "every_ms": {every_ms} }})"#)
    };
    let corner = tick("beat", 100) + r#", "hear": Process(component: "core/Drop"), "#;
    let connector = r#"Connector(from: "beat.out", to: "hear.in"), "#;
    graph(processes - 2, &tick("p0", 3_600_000), &corner, connector)
}

fn graph(processes: usize, source: &str, more: &str, more_connectors: &str) -> Graph {
    let middle = (1..processes - 1)
        .map(|at| format!(r#""p{at}": Process(component: "core/Repeat"), "#))
        .collect::<Vec<_>>()
        .concat();
    let last = processes - 1;
    let connectors = (1..processes)
        .map(|at| format!(r#"Connector(from: "p{}.out", to: "p{at}.in"), "#, at - 1))
        .collect::<Vec<_>>()
        .concat();
    let text = format!(
        r#"Graph(format: 1, processes: {{ {source}, {middle} "p{last}": Process(component: "core/Drop"), {more} }},
            connectors: [{connectors} {more_connectors}])"#
    );
    Graph { text }
}
