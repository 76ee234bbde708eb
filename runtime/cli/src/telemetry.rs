//! `run --otlp`: metrics and spans of a run, sent to a collector of OpenTelemetry over HTTP (OTLP, protobuf).
//!
//! Nothing is counted for this. A thread of its own reads the counts that are always there, ten seconds apart, and notes when
//! processes end; the spans of the run and of its processes are sent when it is over, and say how each ended. A collector
//! that cannot be reached costs the run nothing: it is told once, at the end. [METRICS.md](../METRICS.md) has the names.

mod client;
mod measure;
mod span;

use std::time::{Duration, SystemTime};

use millstream_engine::{Network, Report};
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use client::Collector;
use measure::Measuring;
use span::Watching;

use crate::args::RunArgs;
use crate::exit::{Exit, Fault};
use crate::output::Shell;

pub(crate) use client::Endpoint;

/// Longest time that the end of a run waits for the collector.
const PATIENCE: Duration = Duration::from_secs(5);

/// A collector that is ready to be told.
#[derive(Debug)]
pub(crate) struct Telemetry {
    collector: Collector,
}

/// A run that is being told about.
#[derive(Debug)]
pub(crate) struct Telling {
    collector: Collector,
    begun: SystemTime,
    measuring: Measuring,
    watching: Watching,
}

impl Telemetry {
    /// Prepares what the arguments of a run ask for.
    ///
    /// # Errors
    ///
    /// Fails when secure connections are asked for and cannot be made here.
    pub(crate) fn open(args: &RunArgs) -> Result<Option<Self>, Fault> {
        let open = |endpoint| Collector::new(endpoint).map(|collector| Self { collector });
        args.otlp.clone().map(open).transpose()
    }

    /// Begins, before the first packet.
    ///
    /// # Errors
    ///
    /// Fails when the system has no thread left.
    pub(crate) fn begin(self, network: &Network) -> Result<Telling, Fault> {
        let measuring = Measuring::start(&self.collector, network)
            .map_err(|error| Fault::new(Exit::Io, error))?;
        let watching = Watching::start(network)
            .map_err(|error| Fault::io("cannot start to watch processes", &error))?;
        Ok(Telling {
            collector: self.collector,
            begun: SystemTime::now(),
            measuring,
            watching,
        })
    }
}

impl Telling {
    /// Sends what was not sent, and the spans; a collector that does not take them is told.
    pub(crate) fn end(self, report: Option<&Report>, shell: &Shell) {
        let ends = self.watching.end();
        let Self {
            collector,
            begun,
            measuring,
            ..
        } = self;
        // The client blocks, and must not be let go of by a thread that drives futures.
        let told = std::thread::scope(|scope| {
            let tell = scope.spawn(move || {
                let measured = measuring.end();
                let spanned = report.map(|report| span::tell(&collector, begun, &ends, report));
                let told = measured.and(spanned.unwrap_or(Ok(())));
                told.map_err(|error| collector.fault().unwrap_or(error))
            });
            tell.join()
        });
        // A panic in there has been reported, and the run matters more.
        if let Ok(Err(error)) = told {
            shell.notice(&format!("telemetry was not delivered: {error}"));
        }
    }
}

/// Who tells: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say otherwise where they are set.
fn resource() -> Resource {
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
    let builder = Resource::builder()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if named {
        builder.build()
    } else {
        builder.with_service_name("millstream").build()
    }
}
