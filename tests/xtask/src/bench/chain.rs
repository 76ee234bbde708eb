//! `chain`: the heart of the matter, a packet from one small component to the next.

use anyhow::Result;
use millstream_packet::{Bytes, Packet, Value};

use super::baseline;
use super::graph::Draft;
use super::lab::{Case, Lab, race};
use super::row::{Goal, Row};
use crate::alloc;

const HOPS: usize = 10;

/// How the components in the middle are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Api {
    /// An `async fn` with a receive and a send for each packet.
    Packet,
    /// Components of the library, driven by runs.
    Run,
}

/// A source, components in the middle and a sink.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) api: Api,
    pub(crate) hops: usize,
    pub(crate) capacity: u32,
    pub(crate) packets: u64,
    /// Ints unless something else is to be sent.
    pub(crate) payload: Option<Value>,
    /// The second half runs on a thread of its own.
    pub(crate) halves: bool,
}

impl Api {
    /// The component in the middle.
    pub(crate) const fn component(self) -> &'static str {
        match self {
            Self::Packet => "bench/Pass",
            Self::Run => "core/Repeat",
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::Packet => "bench/Numbers",
            Self::Run => "core/Sequence",
        }
    }

    const fn sink(self) -> &'static str {
        match self {
            Self::Packet => "bench/Sink",
            Self::Run => "core/Drop",
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Packet => "per packet",
            Self::Run => "runs",
        }
    }
}

impl Chain {
    /// Ints through ten hops on one island.
    pub(crate) const fn new(api: Api, capacity: u32, packets: u64) -> Self {
        Self {
            api,
            hops: HOPS,
            capacity,
            packets,
            payload: None,
            halves: false,
        }
    }

    pub(crate) fn draft(&self) -> Result<Draft> {
        let mut draft = Draft::new(self.capacity);
        let count = Value::from(self.packets.cast_signed());
        let source = match &self.payload {
            None => draft.process(self.api.source(), &[("count", count)])?,
            Some(packet) => draft.process(
                "bench/Copies",
                &[("count", count), ("packet", packet.clone())],
            )?,
        };
        let last = draft.extend(source, self.api.component(), self.hops - 1)?;
        let sink = draft.extend(last, self.api.sink(), 1)?;
        if self.halves {
            (self.hops / 2 + 1..=sink).for_each(|process| draft.on_thread(process, "half"));
        }
        Ok(draft)
    }

    /// Packets handed over in all.
    pub(crate) const fn handovers(&self) -> u64 {
        self.packets * self.hops as u64
    }

    /// Nanoseconds for each packet and hop.
    pub(super) fn time(&self, lab: &Lab, threads: usize) -> Result<f64> {
        let nanos = lab.time(&self.draft()?, threads, self.handovers())?;
        Ok(nanos / self.handovers() as f64)
    }
}

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for capacity in lab.capacities(&[1, 10, 64, 1024]) {
        if lab.wants_payload("int") {
            ints(lab, capacity)?;
            allocations(lab, capacity)?;
            two_islands(lab, capacity)?;
        }
        for (name, value) in payloads() {
            if lab.wants_payload(name) {
                other_payload(lab, capacity, name, &value)?;
            }
        }
    }
    Ok(())
}

fn ints(lab: &mut Lab, capacity: u32) -> Result<()> {
    let packets = lab.packets(20_000);
    let shape = (HOPS, capacity, packets);
    let hops = (packets * HOPS as u64) as f64;
    let per_packet = Chain::new(Api::Packet, capacity, packets);
    let runs = Chain::new(Api::Run, capacity, packets);
    let [per_packet, runs, flume, mpsc, iterator] = {
        let lab = &*lab;
        let cases: [Case<'_>; 5] = [
            Box::new(move || per_packet.time(lab, 1)),
            Box::new(move || runs.time(lab, 1)),
            Box::new(move || Ok(baseline::flume_chain(1, shape, |n| [n, 0, 0])? / hops)),
            Box::new(move || Ok(baseline::mpsc_chain(1, shape)? / hops)),
            Box::new(move || Ok(baseline::iterator_chain(HOPS, packets) / hops)),
        ];
        race(lab.reps(20), cases)?
    };
    let others = format!("tokio mpsc {mpsc:.1}, boxed iterators {iterator:.1}");
    for (api, figure) in [(Api::Packet, per_packet), (Api::Run, runs)] {
        let row = Row::new(
            format!("int, cap {capacity}, {}", api.name()),
            figure,
            "ns/hop",
        )
        .against("flume", flume)
        .goal(goal(api, capacity));
        lab.row(row.note(others.clone()))?;
    }
    Ok(())
}

const fn goal(api: Api, capacity: u32) -> Option<Goal> {
    let (must, aim) = match (api, capacity) {
        (Api::Packet, 64) => (0.15, 0.07),
        (Api::Packet, 10) => (0.20, 0.09),
        (Api::Packet, 1) => (0.50, 0.25),
        (Api::Run, 64) => (0.06, 0.025),
        (Api::Run, 10) => (0.10, 0.05),
        _ => return None,
    };
    Some(Goal::AtMost { must, aim })
}

/// Allocations in the steady state: what twice the packets cost more, at the least of three looks, because the runtime
/// may allocate for its timers in between.
pub(crate) fn allocations_per_hop(
    chain: &Chain,
    run: impl Fn(&Chain) -> Result<()>,
) -> Result<f64> {
    let twice = Chain {
        packets: chain.packets * 2,
        ..chain.clone()
    };
    run(chain)?;
    let mut least = f64::MAX;
    for _ in 0..3 {
        let (once_ran, once) = alloc::counted(|| run(chain));
        let (twice_ran, more) = alloc::counted(|| run(&twice));
        once_ran.and(twice_ran)?;
        least = least.min(more.allocations as f64 - once.allocations as f64);
    }
    Ok(least.max(0.0) / chain.handovers() as f64)
}

fn allocations(lab: &mut Lab, capacity: u32) -> Result<()> {
    // Many enough that every connector has been full, whatever its capacity.
    const PACKETS: u64 = 40_000;
    for api in [Api::Packet, Api::Run] {
        let chain = Chain::new(api, capacity, PACKETS);
        let figure = allocations_per_hop(&chain, |chain| chain.time(lab, 1).map(drop))?;
        let what = format!("int, cap {capacity}, {}", api.name());
        let row = Row::new(what, figure, "allocs/hop").at_most(0.0, 0.0);
        let more = figure * chain.handovers() as f64;
        lab.row(row.note(format!("{more:.0} more for {PACKETS} packets more")))?;
    }
    Ok(())
}

fn two_islands(lab: &mut Lab, capacity: u32) -> Result<()> {
    let packets = lab.packets(20_000);
    let hops = (packets * HOPS as u64) as f64;
    for api in [Api::Packet, Api::Run] {
        let [ours, flume] = {
            let lab = &*lab;
            let chain = Chain {
                halves: true,
                ..Chain::new(api, capacity, packets)
            };
            let shape = (HOPS, capacity, packets);
            let cases: [Case<'_>; 2] = [
                Box::new(move || chain.time(lab, 1)),
                Box::new(move || Ok(baseline::flume_chain(2, shape, |n| [n, 0, 0])? / hops)),
            ];
            race(lab.reps(8), cases)?
        };
        let what = format!("int, cap {capacity}, {}, 2 islands", api.name());
        lab.row(Row::new(what, ours, "ns/hop").against("flume 2 workers", flume))?;
    }
    Ok(())
}

fn payloads() -> [(&'static str, Value); 3] {
    [
        ("text12", Value::from("twelve bytes")),
        ("text40", Value::from("0123456789".repeat(4))),
        ("blob", Value::from(Bytes::from(vec![7_u8; 4096]))),
    ]
}

fn other_payload(lab: &mut Lab, capacity: u32, name: &str, value: &Value) -> Result<()> {
    let packets = lab.packets(20_000);
    let shape = (HOPS, capacity, packets);
    let hops = (packets * HOPS as u64) as f64;
    let make = |api| Chain {
        payload: Some(value.clone()),
        ..Chain::new(api, capacity, packets)
    };
    let (per_packet, runs) = (make(Api::Packet), make(Api::Run));
    let [per_packet, runs, flume] = {
        let lab = &*lab;
        let cases: [Case<'_>; 3] = [
            Box::new(move || per_packet.time(lab, 1)),
            Box::new(move || runs.time(lab, 1)),
            Box::new(move || {
                let value = value.clone();
                let make = move |_| Packet::data(value.clone());
                Ok(baseline::flume_chain(1, shape, make)? / hops)
            }),
        ];
        race(lab.reps(8), cases)?
    };
    for (api, figure) in [(Api::Packet, per_packet), (Api::Run, runs)] {
        let what = format!("{name}, cap {capacity}, {}", api.name());
        lab.row(Row::new(what, figure, "ns/hop").against("flume", flume))?;
    }
    Ok(())
}
