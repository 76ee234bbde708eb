//! The counts of a network as metrics.

use std::time::Duration;

use millstream_engine::Network;
use millstream_server::metrics::{CONNECTOR, Kind, PROCESS, Reading, Unit};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter, MeterProvider as _};
use opentelemetry_sdk::metrics::{Instrument, PeriodicReader, SdkMeterProvider, Stream};

use super::client::Collector;
use super::resource;

/// Time between two readings; `OTEL_METRIC_EXPORT_INTERVAL` says otherwise.
const INTERVAL: Duration = Duration::from_secs(10);
const INTERVAL_VARIABLE: &str = "OTEL_METRIC_EXPORT_INTERVAL";
/// Fewest series that a metric may have. Large graphs get four times what they begin with, so that edits have room.
const SERIES_MIN: usize = 2000;

/// Metrics that are sent every now and then.
#[derive(Debug)]
pub(super) struct Measuring(SdkMeterProvider);

impl Measuring {
    /// Starts the thread that reads and sends.
    ///
    /// # Errors
    ///
    /// Fails when variables of the environment make no sense.
    pub(super) fn start(collector: &Collector, network: &Network) -> Result<Self, String> {
        let exporter = collector.metrics().map_err(|error| error.to_string())?;
        let mut reader = PeriodicReader::builder(exporter);
        if std::env::var_os(INTERVAL_VARIABLE).is_none() {
            reader = reader.with_interval(INTERVAL);
        }
        let series = network.processes().len().max(network.links().len());
        let series = (series * 4).max(SERIES_MIN);
        let limit = move |_: &Instrument| {
            Stream::builder()
                .with_cardinality_limit(series)
                .build()
                .ok()
        };
        let provider = SdkMeterProvider::builder()
            .with_resource(resource())
            .with_reader(reader.build())
            .with_view(limit)
            .build();
        instruments(&provider.meter("millstream"), network);
        Ok(Self(provider))
    }

    /// Sends the last counts.
    ///
    /// # Errors
    ///
    /// Fails when the collector does not take them.
    pub(super) fn end(self) -> Result<(), String> {
        self.0.shutdown().map_err(|error| error.to_string())
    }
}

/// Everything that is read.
fn instruments(meter: &Meter, network: &Network) {
    for reading in &CONNECTOR {
        let network = network.clone();
        let graph = graph_of(&network);
        observe(meter, "connector", reading, move |out| {
            let connectors = network.connectors().into_iter();
            for connector in connectors.filter(|connector| !connector.is_removed) {
                let name = KeyValue::new("millstream.connector", connector.name());
                out.observe((reading.value)(&connector), &[graph.clone(), name]);
            }
        });
    }
    for reading in &PROCESS {
        let network = network.clone();
        let graph = graph_of(&network);
        observe(meter, "process", reading, move |out| {
            for process in network.processes() {
                let value = (reading.value)(&process);
                let name = KeyValue::new("millstream.process", process.name);
                let component = KeyValue::new("millstream.component", process.component);
                out.observe(value, &[graph.clone(), name, component]);
            }
        });
    }
}

fn graph_of(network: &Network) -> KeyValue {
    KeyValue::new("millstream.graph", network.name().to_owned())
}

/// One instrument: `millstream.connector.sent` in packets. Bytes have a name of their own, because a name has one unit.
fn observe<T>(
    meter: &Meter,
    about: &str,
    reading: &Reading<T>,
    look: impl Fn(&dyn AsyncInstrument<f64>) + Send + Sync + 'static,
) {
    let (suffix, unit) = match reading.unit {
        Unit::Packets => ("", "{packet}"),
        Unit::Bytes => ("_size", "By"),
        Unit::Seconds => ("_time", "s"),
        Unit::None => ("", "1"),
    };
    let name = format!("millstream.{about}.{}{suffix}", reading.name);
    // The provider keeps what observes; the handle is of no use.
    match reading.kind {
        Kind::Counter => drop(
            meter
                .f64_observable_counter(name)
                .with_unit(unit)
                .with_description(reading.help)
                .with_callback(look)
                .build(),
        ),
        Kind::Gauge => drop(
            meter
                .f64_observable_gauge(name)
                .with_unit(unit)
                .with_description(reading.help)
                .with_callback(look)
                .build(),
        ),
    }
}
