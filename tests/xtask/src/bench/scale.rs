//! `scale`: what processes cost that have nothing to do.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use millstream_component::Registry;

use super::graph::Draft;
use super::lab::{Lab, finished, registry, runtime};
use super::parts::{Probe, since_start};
use super::row::{Goal, Row};
use crate::{alloc, machine, output};

/// A chain whose memory is looked at in a process of its own.
#[derive(Debug, Args)]
pub(crate) struct ResidentArgs {
    processes: usize,
    capacity: u32,
}

/// What one run showed.
#[derive(Debug, Clone, Copy)]
struct Figures {
    plan_millis: f64,
    build_millis: f64,
    first_poll_millis: f64,
    heap_bytes: f64,
    resident_bytes: f64,
    hop_nanos: f64,
}

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for processes in [1_000, 100_000, 1_000_000] {
        if processes > 100_000 && !lab.is_full() {
            continue;
        }
        for capacity in lab.capacities(&[1, 16]) {
            idle(lab, processes, capacity)?;
        }
    }
    Ok(())
}

fn idle(lab: &mut Lab, processes: usize, capacity: u32) -> Result<()> {
    let probe = Probe::default();
    let draft = chain(processes, capacity, &probe)?;
    let reps = if processes > 100_000 { 1 } else { lab.reps(5) };
    let registry = registry()?;
    let mut best = measure(&registry, &draft, &probe)?;
    for _ in 1..reps {
        let next = measure(&registry, &draft, &probe)?;
        if next.start_millis() < best.start_millis() {
            best = next;
        }
    }
    best.resident_bytes = resident_apart(processes, capacity)?;
    rows(lab, processes, capacity, best)
}

/// Resident memory as a fresh process sees it: what an earlier run gave back would be used again unseen.
fn resident_apart(processes: usize, capacity: u32) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["resident", &processes.to_string(), &capacity.to_string()])
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

/// Prints the resident bytes for each process of a chain.
pub(crate) fn resident(args: &ResidentArgs) -> Result<()> {
    let probe = Probe::default();
    let draft = chain(args.processes, args.capacity, &probe)?;
    let figures = measure(&registry()?, &draft, &probe)?;
    output::line(&format!("{:.0}", figures.resident_bytes))
}

fn rows(lab: &mut Lab, processes: usize, capacity: u32, best: Figures) -> Result<()> {
    let judged = processes == 100_000 && capacity == 1;
    let what = format!("{processes} processes, cap {capacity}");
    let split = format!(
        "plan {:.1} + build {:.1} + first poll {:.1}",
        best.plan_millis, best.build_millis, best.first_poll_millis
    );
    let goal = judged.then_some(Goal::AtMost {
        must: 250.0,
        aim: 60.0,
    });
    lab.row(
        Row::new(what.clone(), best.start_millis(), "ms")
            .goal(goal)
            .note(split),
    )?;
    let resident = format!("resident {:.0} B", best.resident_bytes);
    let goal = judged.then_some(Goal::AtMost {
        must: 1500.0,
        aim: 450.0,
    });
    let row = Row::new(what.clone(), best.heap_bytes, "B/process").goal(goal);
    lab.row(row.note(resident))?;
    let row = Row::new(what, best.hop_nanos, "ns/hop");
    lab.row(row.note("one packet through all"))
}

impl Figures {
    const fn start_millis(&self) -> f64 {
        self.plan_millis + self.build_millis + self.first_poll_millis
    }
}

/// A chain at whose start somebody looks when all others have been polled, and then sends one packet.
fn chain(processes: usize, capacity: u32, probe: &Probe) -> Result<Draft> {
    let mut draft = Draft::new(capacity);
    let first = draft.process("bench/Pass", &[])?;
    let last = draft.extend(first, "bench/Pass", processes - 3)?;
    let arrival = draft.process("bench/Arrival", &[("probe", probe.value())])?;
    draft.chain(last, arrival)?;
    let witness = draft.process("bench/Witness", &[("probe", probe.value())])?;
    draft.chain(witness, first)?;
    Ok(draft)
}

fn measure(registry: &Registry, draft: &Draft, probe: &Probe) -> Result<Figures> {
    let runtime = runtime(1)?;
    let resident_before = machine::resident_bytes().unwrap_or(0);
    let (times, _) = alloc::counted(|| {
        let begin = since_start();
        let plan = draft.plan(registry, 1)?;
        let planned = since_start();
        let running = plan.start(runtime.handle())?;
        let built = since_start();
        let report = runtime.block_on(running.join());
        finished(&report)?;
        anyhow::Ok((begin, planned, built))
    });
    let (begin, planned, built) = times?;
    let noted: [u64; 4] = probe
        .take()
        .try_into()
        .ok()
        .context("the probes noted too little")?;
    let [polled, heap, resident, arrived] = noted;
    let processes = draft.connectors() as f64;
    let millis = |from: u64, to: u64| to.saturating_sub(from) as f64 / 1e6;
    Ok(Figures {
        plan_millis: millis(begin, planned),
        build_millis: millis(planned, built),
        first_poll_millis: millis(built, polled),
        heap_bytes: heap as f64 / processes,
        resident_bytes: resident.saturating_sub(resident_before) as f64 / processes,
        hop_nanos: arrived.saturating_sub(polled) as f64 / processes,
    })
}
