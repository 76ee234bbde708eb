//! The counts of networks as text for Prometheus.

use std::fmt::Error;

use millstream_engine::{ConnectorReport, Network, ProcessState};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::machine::{cpu_seconds, resident_bytes};
use super::reading::{CONNECTOR, Kind, PROCESS, Reading, Unit};

/// A network and the name of its graph.
pub type Measured = (String, Network);

/// The counts of networks in the text format of Prometheus (`OpenMetrics` 1.0).
///
/// # Errors
///
/// Fails when the text cannot be made, which only running out of memory could cause.
pub fn text(networks: Vec<Measured>) -> Result<String, Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape { networks }));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Reads the counts of networks when it is asked.
#[derive(Debug)]
struct Scrape {
    networks: Vec<Measured>,
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        self.encode_all(&mut encoder, "connector", &CONNECTOR, encode_connectors)?;
        self.encode_all(&mut encoder, "process", &PROCESS, encode_processes)?;
        self.encode_networks(&mut encoder)?;
        encode_machine(&mut encoder)
    }
}

/// Writes one number about each thing in a network.
type WriteAll<T> = fn(&mut MetricEncoder<'_>, &Measured, &Reading<T>) -> Result<(), Error>;

impl Scrape {
    fn encode_all<T>(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        about: &str,
        readings: &[Reading<T>],
        write: WriteAll<T>,
    ) -> Result<(), Error> {
        for reading in readings {
            let name = name_of(about, reading);
            let kind = kind_of(reading.kind);
            let mut family = encoder.encode_descriptor(&name, reading.help, None, kind)?;
            for network in &self.networks {
                write(&mut family, network, reading)?;
            }
        }
        Ok(())
    }

    /// Each network as a whole.
    fn encode_networks(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let help = "Time since the start of the network.";
        let name = "millstream_uptime_seconds";
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (graph, network) in &self.networks {
            let uptime = network.elapsed().as_secs_f64();
            gauge(family.encode_family(&[("graph", graph.as_str())])?, uptime)?;
        }
        let help = "Processes that have not ended.";
        let name = "millstream_processes_running";
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (graph, network) in &self.networks {
            let live = network.live() as f64;
            gauge(family.encode_family(&[("graph", graph.as_str())])?, live)?;
        }
        Ok(())
    }
}

/// The program that the networks run in, as far as the system tells.
fn encode_machine(encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
    if let Some(cpu) = cpu_seconds() {
        let help = "Processor time of the program.";
        let kind = MetricType::Counter;
        counter(
            encoder.encode_descriptor("process_cpu_seconds", help, None, kind)?,
            cpu,
        )?;
    }
    if let Some(resident) = resident_bytes() {
        let help = "Memory of the program that is in use.";
        let kind = MetricType::Gauge;
        let name = "process_resident_memory_bytes";
        gauge(encoder.encode_descriptor(name, help, None, kind)?, resident)?;
    }
    Ok(())
}

/// The name of a metric: `millstream_connector_sent_packets`.
fn name_of<T>(about: &str, reading: &Reading<T>) -> String {
    let unit = match reading.unit {
        Unit::Packets => "_packets",
        Unit::Bytes => "_bytes",
        Unit::Seconds => "_seconds",
        Unit::None => "",
    };
    format!("millstream_{about}_{}{unit}", reading.name)
}

const fn kind_of(kind: Kind) -> MetricType {
    match kind {
        Kind::Counter => MetricType::Counter,
        Kind::Gauge => MetricType::Gauge,
    }
}

/// Writes one value.
type Write = fn(MetricEncoder<'_>, f64) -> Result<(), Error>;

fn counter(mut encoder: MetricEncoder<'_>, value: f64) -> Result<(), Error> {
    encoder.encode_counter::<NoLabelSet, _, f64>(&value, None)
}

fn gauge(mut encoder: MetricEncoder<'_>, value: f64) -> Result<(), Error> {
    encoder.encode_gauge(&value)
}

/// How a number of this kind is written.
fn writer(kind: Kind) -> Write {
    match kind {
        Kind::Counter => counter,
        Kind::Gauge => gauge,
    }
}

fn encode_connectors(
    family: &mut MetricEncoder<'_>,
    (graph, network): &Measured,
    reading: &Reading<ConnectorReport>,
) -> Result<(), Error> {
    let write = writer(reading.kind);
    // What an edit has taken out of the graph may have been put back: one name is told once.
    let connectors = network.connectors().into_iter();
    for connector in connectors.filter(|connector| !connector.is_removed) {
        let name = connector.name();
        let labels = [("graph", graph.as_str()), ("connector", name.as_str())];
        write(family.encode_family(&labels)?, (reading.value)(&connector))?;
    }
    Ok(())
}

fn encode_processes(
    family: &mut MetricEncoder<'_>,
    (graph, network): &Measured,
    reading: &Reading<ProcessState>,
) -> Result<(), Error> {
    let write = writer(reading.kind);
    for process in network.processes() {
        let labels = [
            ("graph", graph.as_str()),
            ("process", process.name.as_str()),
            ("component", process.component.as_str()),
        ];
        write(family.encode_family(&labels)?, (reading.value)(&process))?;
    }
    Ok(())
}
