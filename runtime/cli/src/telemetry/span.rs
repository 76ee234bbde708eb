//! A run and its processes as spans.

use std::collections::HashMap;
use std::io;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, SystemTime};

use flume::{RecvTimeoutError, Sender};
use millstream_engine::{Network, Outcome, ProcessReport, Report};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{
    Span as _, SpanBuilder, Status, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider,
};

use super::client::Collector;
use super::{PATIENCE, resource};

/// How exactly the end of a process is known.
const LOOK: Duration = Duration::from_millis(100);
/// The span that a run is part of, as the programs that started it say it (W3C trace context).
const PARENT: &str = "TRACEPARENT";

/// When processes ended, by their position.
pub(super) type Ends = HashMap<usize, SystemTime>;

/// A thread that notes when processes end.
#[derive(Debug)]
pub(super) struct Watching {
    /// Dropped to end it.
    end: Sender<()>,
    thread: JoinHandle<Ends>,
}

impl Watching {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// Fails when the system has no thread left.
    pub(super) fn start(network: &Network) -> io::Result<Self> {
        let network = network.clone();
        let (end, ended) = flume::bounded(1);
        let thread = Builder::new()
            .name("millstream spans".to_owned())
            .spawn(move || {
                let mut ends = Ends::new();
                let mut live = network.live();
                while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                    if network.live() != live {
                        live = network.live();
                        note(&network, &mut ends);
                    }
                }
                note(&network, &mut ends);
                ends
            })?;
        Ok(Self { end, thread })
    }

    /// Ends it; gives what it noted.
    pub(super) fn end(self) -> Ends {
        drop(self.end);
        // A panic in there has been reported; spans end with the run then.
        self.thread.join().unwrap_or_default()
    }
}

/// Notes which processes have ended since the last look.
fn note(network: &Network, ends: &mut Ends) {
    let now = SystemTime::now();
    for (at, process) in network.processes().iter().enumerate() {
        if process.ended {
            ends.entry(at).or_insert(now);
        }
    }
}

/// Sends the span of a run, and those of its processes inside of it.
///
/// # Errors
///
/// Fails when the collector does not take them.
pub(super) fn tell(
    collector: &Collector,
    begun: SystemTime,
    ends: &Ends,
    report: &Report,
) -> Result<(), String> {
    let exporter = collector.spans().map_err(|error| error.to_string())?;
    // All spans come at once.
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(report.processes.len() + 1)
        .build();
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(config)
        .build();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource())
        .with_span_processor(processor)
        .build();
    let tracer = provider.tracer("millstream");
    let ended = begun + report.elapsed;
    let mut run = tracer.build_with_context(run_span(begun, report), &parent());
    run.set_status(status_of(report));
    let inside = Context::new().with_remote_span_context(run.span_context().clone());
    for (at, process) in report.processes.iter().enumerate() {
        let until = ends.get(&at).copied().unwrap_or(ended).clamp(begun, ended);
        tell_process(&tracer, &inside, (begun, until), (report, process));
    }
    run.end_with_timestamp(ended);
    provider
        .shutdown_with_timeout(PATIENCE)
        .map_err(|error| error.to_string())
}

fn run_span(begun: SystemTime, report: &Report) -> SpanBuilder {
    SpanBuilder::from_name(format!("run {}", report.name))
        .with_start_time(begun)
        .with_attributes([
            KeyValue::new("millstream.graph", report.name.clone()),
            KeyValue::new("millstream.outcome", outcome(&report.outcome)),
            KeyValue::new("millstream.packets", integer(report.packets())),
            KeyValue::new("millstream.packets.dropped", integer(report.dropped())),
            KeyValue::new("millstream.packets.left_over", integer(report.left_over())),
        ])
}

fn tell_process(
    tracer: &SdkTracer,
    inside: &Context,
    (begun, ended): (SystemTime, SystemTime),
    (report, process): (&Report, &ProcessReport),
) {
    let builder = SpanBuilder::from_name(process.name.clone())
        .with_start_time(begun)
        .with_attributes([
            KeyValue::new("millstream.graph", report.name.clone()),
            KeyValue::new("millstream.process", process.name.clone()),
            KeyValue::new("millstream.component", process.component.clone()),
            KeyValue::new("millstream.ending", process.ending.name()),
            KeyValue::new("millstream.packets.failed", integer(process.failed_packets)),
            KeyValue::new("millstream.busy_seconds", process.busy.as_secs_f64()),
        ]);
    let mut span = tracer.build_with_context(builder, inside);
    if let Some(fault) = process.ending.fault() {
        span.set_status(Status::error(fault));
    }
    span.end_with_timestamp(ended);
}

/// The span around this program, if whoever started it said one.
fn parent() -> Context {
    let said = std::env::var(PARENT).into_iter();
    let carrier: HashMap<String, String> = said
        .map(|parent| ("traceparent".to_owned(), parent))
        .collect();
    TraceContextPropagator::new().extract(&carrier)
}

fn status_of(report: &Report) -> Status {
    match &report.outcome {
        Outcome::Finished | Outcome::Stopped => Status::Ok,
        Outcome::Failed { process, .. } => {
            let failed = report.processes.get(*process);
            let fault = failed.and_then(|failed| {
                let fault = failed.ending.fault()?;
                Some(format!("{}: {fault}", failed.name))
            });
            Status::error(fault.unwrap_or_default())
        }
        Outcome::Deadlocked(_) | Outcome::Cancelled | Outcome::TimedOut => {
            Status::error(outcome(&report.outcome))
        }
    }
}

const fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Finished => "finished",
        Outcome::Failed { .. } => "failed",
        Outcome::Deadlocked(_) => "deadlocked",
        Outcome::Stopped => "stopped",
        Outcome::Cancelled => "cancelled",
        Outcome::TimedOut => "timed out",
    }
}

/// What the wire has is signed.
fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
