//! What the benches share: the smallest components, graphs made of them, and a runtime.

use std::hint::black_box;
use std::sync::Arc;

use indexmap::IndexMap;
use millstream_component::Registry;
use millstream_component::prelude::*;
use millstream_engine::{Outcome, Plan, PlanOptions};
use millstream_graph::{
    Flat, FlatConnector, FlatEnd, FlatProcess, OnError, Origin, PortKey, PortName, ProcessName,
    WhenFull,
};
use tokio::runtime::{Builder, Runtime};

/// How many ints a source emits.
#[derive(Debug, Deserialize, JsonSchema)]
struct NumbersSettings {
    /// How many.
    count: i64,
}

/// Emits ints, one send each.
#[component(name = "bench/Numbers")]
async fn numbers(
    config: Config<NumbersSettings>,
    /// The ints.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    for number in 0..config.count {
        out.send(number).await?;
    }
    Ok(())
}

/// Passes each packet on, one receive and one send each.
#[component(name = "bench/Pass")]
async fn pass(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Passes packets on by runs.
#[component(name = "bench/Relay", operator)]
#[derive(Debug)]
struct Relay {
    /// Packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets.
    #[output]
    out: Out<Packet>,
}

impl Operator for Relay {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.out.emit(packet);
        Ok(())
    }
}

/// Drops each packet, one receive each.
#[component(name = "bench/Sink")]
async fn sink(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        black_box(packet);
    }
    Ok(())
}

/// All components of the benches.
pub(crate) fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add::<Numbers>().unwrap();
    registry.add::<Pass>().unwrap();
    registry.add::<Relay>().unwrap();
    registry.add::<Sink>().unwrap();
    registry
}

/// A graph under construction.
#[derive(Debug)]
pub(crate) struct Draft {
    flat: Flat,
    capacity: u32,
}

impl Draft {
    /// An empty graph whose connectors hold `capacity` packets.
    pub(crate) fn new(capacity: u32) -> Self {
        let flat = Flat {
            name: "bench".to_owned(),
            file: "bench".into(),
            processes: Vec::new(),
            connectors: Vec::new(),
            inports: IndexMap::new(),
            outports: IndexMap::new(),
            groups: Vec::new(),
        };
        Self { flat, capacity }
    }

    /// A source of so many ints, `hops - 1` of this component, and a sink.
    pub(crate) fn chain(component: &str, hops: usize, capacity: u32, count: i64) -> Self {
        let mut draft = Self::new(capacity);
        let mut last = draft.numbers(count);
        for _ in 1..hops {
            let next = draft.process(component);
            draft.connect(last, next);
            last = next;
        }
        let sink = draft.process("bench/Sink");
        draft.connect(last, sink);
        draft
    }

    /// Adds a source of so many ints.
    pub(crate) fn numbers(&mut self, count: i64) -> usize {
        let source = self.process("bench/Numbers");
        let key = PortKey {
            port: PortName::new("count").unwrap(),
            index: None,
        };
        let iips = &mut self.flat.processes[source].iips;
        iips.insert(key, Value::from(count));
        source
    }

    /// Adds a process and gives its position.
    pub(crate) fn process(&mut self, component: &str) -> usize {
        let path = format!("p{}", self.flat.processes.len());
        self.flat.processes.push(FlatProcess {
            component: component.parse().unwrap(),
            iips: IndexMap::new(),
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

    /// Connects `out` to `in`.
    pub(crate) fn connect(&mut self, from: usize, to: usize) {
        let end = |process, port| FlatEnd {
            process,
            port: PortName::new(port).unwrap(),
            index: None,
        };
        self.flat.connectors.push(FlatConnector {
            from: end(from, "out"),
            to: end(to, "in"),
            capacity: self.capacity,
            when_full: WhenFull::Block,
            file: Arc::clone(&self.flat.file),
            at: self.flat.connectors.len(),
        });
    }

    /// Plans the graph.
    pub(crate) fn plan(&self, registry: &Registry) -> Plan {
        Plan::new(&self.flat, registry, PlanOptions::default()).unwrap()
    }
}

/// Runs a network to its good end.
pub(crate) fn run(plan: Plan, runtime: &Runtime) {
    let running = plan.start(runtime.handle()).unwrap();
    let report = runtime.block_on(running.join());
    assert!(
        matches!(report.outcome, Outcome::Finished),
        "{:?}",
        report.outcome
    );
}

/// The runtime of a network with one island.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
