//! Graphs for the benches, made without a file.

use std::sync::Arc;

use anyhow::Result;
use indexmap::IndexMap;
use millstream_component::Registry;
use millstream_engine::{Plan, PlanOptions};
use millstream_graph::{
    Flat, FlatConnector, FlatEnd, FlatProcess, OnError, Origin, PortKey, PortName, ProcessName,
    WhenFull,
};
use millstream_packet::Value;

/// A graph under construction.
pub(crate) struct Draft {
    flat: Flat,
    file: Arc<str>,
    capacity: u32,
}

impl Draft {
    /// An empty graph whose connectors hold `capacity` packets.
    pub(super) fn new(capacity: u32) -> Self {
        let file: Arc<str> = "bench".into();
        let flat = Flat {
            name: "bench".to_owned(),
            file: Arc::clone(&file),
            processes: Vec::new(),
            connectors: Vec::new(),
            inports: IndexMap::new(),
            outports: IndexMap::new(),
            groups: Vec::new(),
        };
        Self {
            flat,
            file,
            capacity,
        }
    }

    /// Adds a process with initial packets and gives its position.
    pub(super) fn process(&mut self, component: &str, iips: &[(&str, Value)]) -> Result<usize> {
        let path = format!("p{}", self.flat.processes.len());
        let mut values = IndexMap::new();
        for (port, value) in iips {
            let key = PortKey {
                port: PortName::new(port)?,
                index: None,
            };
            values.insert(key, value.clone());
        }
        self.flat.processes.push(FlatProcess {
            component: component.parse()?,
            iips: values,
            on_error: OnError::Fail,
            worker: None,
            thread: None,
            replicas: 1,
            label: None,
            origin: Origin {
                file: Arc::clone(&self.file),
                process: ProcessName::new(&path)?,
            },
            per_group: None,
            path,
        });
        Ok(self.flat.processes.len() - 1)
    }

    /// Connectors made from now on hold this many packets.
    pub(super) fn capacity(&mut self, capacity: u32) {
        self.capacity = capacity;
    }

    /// Puts a process on the thread of this name, which is an island of its own.
    pub(super) fn on_thread(&mut self, process: usize, name: &str) {
        if let Some(process) = self.flat.processes.get_mut(process) {
            process.thread = Some(name.to_owned());
        }
    }

    /// Adds processes after `from`, each connected to the one before, and gives the last.
    pub(super) fn extend(&mut self, from: usize, component: &str, count: usize) -> Result<usize> {
        let mut last = from;
        for _ in 0..count {
            let next = self.process(component, &[])?;
            self.chain(last, next)?;
            last = next;
        }
        Ok(last)
    }

    /// Number of connectors so far.
    pub(super) fn connectors(&self) -> u64 {
        self.flat.connectors.len() as u64
    }

    /// Connects two ports.
    pub(super) fn connect(
        &mut self,
        from: (usize, &str, Option<u32>),
        to: (usize, &str, Option<u32>),
    ) -> Result<()> {
        let end = |(process, port, index): (usize, &str, Option<u32>)| {
            Ok::<_, anyhow::Error>(FlatEnd {
                process,
                port: PortName::new(port)?,
                index,
            })
        };
        self.flat.connectors.push(FlatConnector {
            from: end(from)?,
            to: end(to)?,
            capacity: self.capacity,
            when_full: WhenFull::Block,
            file: Arc::clone(&self.file),
            at: self.flat.connectors.len(),
        });
        Ok(())
    }

    /// Connects `out` to `in`.
    pub(super) fn chain(&mut self, from: usize, to: usize) -> Result<()> {
        self.connect((from, "out", None), (to, "in", None))
    }

    /// Plans the graph.
    pub(crate) fn plan(&self, registry: &Registry, threads: usize) -> Result<Plan> {
        Ok(Plan::new(
            &self.flat,
            registry,
            PlanOptions {
                threads,
                ..PlanOptions::default()
            },
        )?)
    }
}
