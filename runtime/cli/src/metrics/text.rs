//! The counts of a network as text for Prometheus.

use std::fmt::Error;

use millstream_engine::{ConnectorReport, Network, ProcessState};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::machine::{cpu_seconds, resident_bytes};
use super::reading::{CONNECTOR, Kind, PROCESS, Reading, Unit};
use crate::recording::record::connector_name;

/// The text of a scrape.
///
/// # Errors
///
/// Fails when the text cannot be made, which only running out of memory could cause.
pub(super) fn text(network: &Network) -> Result<String, Error> {
    let graph = ("graph".into(), network.name().to_owned().into());
    let mut registry = Registry::with_labels([graph].into_iter());
    registry.register_collector(Box::new(Scrape {
        network: network.clone(),
    }));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Reads the counts of a network when it is asked.
#[derive(Debug)]
struct Scrape {
    network: Network,
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let connectors = self.network.connectors();
        let names: Vec<String> = connectors.iter().map(connector_name).collect();
        for reading in &CONNECTOR {
            let name = name_of("connector", reading);
            let family =
                encoder.encode_descriptor(&name, reading.help, None, kind_of(reading.kind))?;
            encode_connectors(family, (&connectors, &names), reading)?;
        }
        let processes = self.network.processes();
        for reading in &PROCESS {
            let name = name_of("process", reading);
            let family =
                encoder.encode_descriptor(&name, reading.help, None, kind_of(reading.kind))?;
            encode_processes(family, &processes, reading)?;
        }
        self.encode_whole(&mut encoder)
    }
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

impl Scrape {
    /// The network as a whole, and the program that it runs in.
    fn encode_whole(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut lone = |name, help, kind, value, write: Write| {
            write(encoder.encode_descriptor(name, help, None, kind)?, value)
        };
        let uptime = self.network.elapsed().as_secs_f64();
        let help = "Time since the start of the network.";
        lone(
            "millstream_uptime_seconds",
            help,
            MetricType::Gauge,
            uptime,
            gauge,
        )?;
        let live = self.network.live() as f64;
        let help = "Processes that have not ended.";
        lone(
            "millstream_processes_running",
            help,
            MetricType::Gauge,
            live,
            gauge,
        )?;
        if let Some(cpu) = cpu_seconds() {
            let help = "Processor time of the program.";
            lone(
                "process_cpu_seconds",
                help,
                MetricType::Counter,
                cpu,
                counter,
            )?;
        }
        if let Some(resident) = resident_bytes() {
            let help = "Memory of the program that is in use.";
            lone(
                "process_resident_memory_bytes",
                help,
                MetricType::Gauge,
                resident,
                gauge,
            )?;
        }
        Ok(())
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
    mut family: MetricEncoder<'_>,
    (connectors, names): (&[ConnectorReport], &[String]),
    reading: &Reading<ConnectorReport>,
) -> Result<(), Error> {
    let write = writer(reading.kind);
    for (connector, name) in connectors.iter().zip(names) {
        let labels = [("connector", name.as_str())];
        write(family.encode_family(&labels)?, (reading.value)(connector))?;
    }
    Ok(())
}

fn encode_processes(
    mut family: MetricEncoder<'_>,
    processes: &[ProcessState],
    reading: &Reading<ProcessState>,
) -> Result<(), Error> {
    let write = writer(reading.kind);
    for process in processes {
        let labels = [
            ("process", process.name.as_str()),
            ("component", process.component.as_str()),
        ];
        write(family.encode_family(&labels)?, (reading.value)(process))?;
    }
    Ok(())
}
