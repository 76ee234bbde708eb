//! Runs networks and keeps what all benchmarks share: options, components, the way out.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use millstream_component::Registry;
use millstream_engine::{Outcome, Plan, Report};
use tokio::runtime::{Builder, Runtime};

use super::graph::Draft;
use super::row::{Format, Row, Verdict};
use super::{Options, parts};
use crate::output;

/// A network that takes longer than this hangs.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// Something that is measured once each time it is called.
pub(super) type Case<'a> = Box<dyn FnMut() -> Result<f64> + 'a>;

/// Where benchmarks run.
pub(super) struct Lab {
    registry: Registry,
    options: Options,
    format: Format,
    name: &'static str,
    misses: Vec<String>,
}

impl Lab {
    /// Fails when two components have the same name.
    pub(super) fn new(options: Options, format: Format) -> Result<Self> {
        Ok(Self {
            registry: registry()?,
            options,
            format,
            name: "",
            misses: Vec::new(),
        })
    }

    pub(super) fn header(&self) -> Result<()> {
        Row::header(self.format).map_or(Ok(()), |header| output::line(&header))
    }

    /// The next rows belong to this benchmark.
    pub(super) fn begin(&mut self, name: &'static str) {
        self.name = name;
    }

    pub(super) fn row(&mut self, mut row: Row) -> Result<()> {
        row.name = self.name;
        let line = row.write(self.format);
        output::line(&line)?;
        if row.verdict() == Verdict::Miss {
            self.misses.push(row.write(Format::Text));
        }
        Ok(())
    }

    /// Names what was missed.
    pub(super) fn finish(&self) -> Result<()> {
        if self.misses.is_empty() {
            return output::aside("no goal was missed");
        }
        output::aside(&format!(
            "{} missed:\n{}",
            self.misses.len(),
            self.misses.join("\n")
        ))
    }

    pub(super) fn is_quick(&self) -> bool {
        self.options.quick
    }

    pub(super) fn is_full(&self) -> bool {
        self.options.full
    }

    /// How often to repeat, unless somebody said.
    pub(super) fn reps(&self, usual: usize) -> usize {
        let chosen = if self.is_quick() {
            (usual / 4).max(2)
        } else {
            usual
        };
        self.options.reps.unwrap_or(chosen).max(1)
    }

    /// How many packets to send, unless somebody said; a tenth when it is to be quick.
    pub(super) fn packets(&self, usual: u64) -> u64 {
        let chosen = if self.is_quick() {
            (usual / 10).max(1)
        } else {
            usual
        };
        self.options.packets.unwrap_or(chosen).max(1)
    }

    /// The capacities to measure.
    pub(super) fn capacities(&self, usual: &[u32]) -> Vec<u32> {
        match self.options.capacity.as_slice() {
            [] => usual.to_vec(),
            chosen => chosen.to_vec(),
        }
    }

    /// Whether this payload is to be measured.
    pub(super) fn wants_payload(&self, name: &str) -> bool {
        let wanted = &self.options.payload;
        wanted.is_empty() || wanted.iter().any(|payload| payload == name)
    }

    pub(super) fn plan(&self, draft: &Draft, threads: usize) -> Result<Plan> {
        draft.plan(&self.registry, threads)
    }

    /// Runs a network to its end, in which exactly `packets` are handed over; nanoseconds.
    pub(super) fn time(&self, draft: &Draft, threads: usize, packets: u64) -> Result<f64> {
        let plan = self.plan(draft, threads)?;
        let islands = plan.islands();
        let runtime = runtime(threads)?;
        let before_start = Instant::now();
        let running = plan.start(runtime.handle())?;
        // A single island begins when the runtime is driven, several begin at once.
        let begin = if islands == 1 && threads == 1 {
            Instant::now()
        } else {
            before_start
        };
        let report = runtime.block_on(running.time_limit(TIME_LIMIT).join());
        let nanos = nanos(begin.elapsed());
        finished(&report)?;
        ensure!(
            report.packets() == packets,
            "{} packets were handed over, not {packets}",
            report.packets()
        );
        Ok(nanos)
    }
}

/// Components of the benches and of the standard library.
pub(crate) fn registry() -> Result<Registry> {
    let mut registry = Registry::default();
    parts::register(&mut registry)?;
    millstream_components::register(&mut registry)?;
    Ok(registry)
}

/// A runtime as the command line makes it: one thread for one island, else a worker each.
pub(crate) fn runtime(threads: usize) -> Result<Runtime> {
    let mut builder = match threads {
        0 | 1 => Builder::new_current_thread(),
        _ => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    builder.enable_all().build().context("no async runtime")
}

/// Fails unless everything ended well and every packet arrived.
pub(crate) fn finished(report: &Report) -> Result<()> {
    ensure!(
        matches!(report.outcome, Outcome::Finished),
        "the network did not finish: {:?}",
        report.outcome
    );
    ensure!(
        report.left_over() == 0,
        "{} packets were left over",
        report.left_over()
    );
    Ok(())
}

/// Lets cases take turns and gives the least figure of each.
pub(super) fn race<const N: usize>(reps: usize, mut cases: [Case<'_>; N]) -> Result<[f64; N]> {
    let mut best = [f64::MAX; N];
    for _ in 0..reps {
        for (best, case) in best.iter_mut().zip(&mut cases) {
            *best = best.min(case()?);
        }
    }
    Ok(best)
}

pub(super) fn nanos(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

/// The figure below which this part of the sorted figures lies.
pub(super) fn quantile(sorted: &[u64], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a length is a length"
    )]
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(f64::NAN, |&figure| figure as f64)
}
