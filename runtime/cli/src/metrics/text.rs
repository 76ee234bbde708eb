//! The counts of a network as text for Prometheus.

use std::fmt::Error;

use millstream_engine::{ConnectorReport, Network, ProcessState};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::machine::{cpu_seconds, resident_bytes};
use crate::recording::record::connector_name;

/// A metric: its name, what it says, and where it is found.
type Family<T> = (&'static str, &'static str, fn(&T) -> f64);

/// Counts of connectors.
const CONNECTOR_COUNTERS: [Family<ConnectorReport>; 6] = [
    (
        "millstream_connector_sent_packets",
        "Packets that writers handed over, brackets included.",
        |connector| connector.counts.sent as f64,
    ),
    (
        "millstream_connector_received_packets",
        "Packets that the reader took.",
        |connector| connector.counts.received as f64,
    ),
    (
        "millstream_connector_dropped_packets",
        "Packets dropped because the connector was full.",
        |connector| connector.counts.dropped as f64,
    ),
    (
        "millstream_connector_sent_bytes",
        "Text and bytes handed over.",
        |connector| connector.counts.bytes as f64,
    ),
    (
        "millstream_connector_blocked_seconds",
        "Time for which a writer waited for room.",
        |connector| seconds(connector.counts.blocked_nanos),
    ),
    (
        "millstream_connector_starved_seconds",
        "Time for which the reader waited for a packet.",
        |connector| seconds(connector.counts.starved_nanos),
    ),
];

/// What a connector holds now, and may hold.
const CONNECTOR_GAUGES: [Family<ConnectorReport>; 3] = [
    (
        "millstream_connector_depth_packets",
        "Packets inside.",
        |connector| connector.counts.depth as f64,
    ),
    (
        "millstream_connector_capacity_packets",
        "Most packets that may be inside.",
        |connector| f64::from(connector.counts.capacity),
    ),
    (
        "millstream_connector_high_water_packets",
        "Most packets that were inside at once.",
        |connector| connector.counts.high_water as f64,
    ),
];

/// Counts of processes.
const PROCESS_COUNTERS: [Family<ProcessState>; 2] = [
    (
        "millstream_process_failed_packets",
        "Packets that the process gave up on.",
        |process| process.failed_packets as f64,
    ),
    (
        "millstream_process_busy_seconds",
        "Time in which the process worked; sampled.",
        |process| process.busy.as_secs_f64(),
    ),
];

/// Whether processes run.
const PROCESS_GAUGES: [Family<ProcessState>; 1] = [(
    "millstream_process_running",
    "1 until the process has ended, then 0.",
    |process| f64::from(u8::from(!process.ended)),
)];

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
        for (name, help, count) in CONNECTOR_COUNTERS {
            let family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            encode_connectors(family, (&connectors, &names), count, counter)?;
        }
        for (name, help, count) in CONNECTOR_GAUGES {
            let family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            encode_connectors(family, (&connectors, &names), count, gauge)?;
        }
        let processes = self.network.processes();
        for (name, help, count) in PROCESS_COUNTERS {
            let family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            encode_processes(family, &processes, count, counter)?;
        }
        for (name, help, count) in PROCESS_GAUGES {
            let family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            encode_processes(family, &processes, count, gauge)?;
        }
        self.encode_whole(&mut encoder)
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

fn encode_connectors(
    mut family: MetricEncoder<'_>,
    (connectors, names): (&[ConnectorReport], &[String]),
    count: fn(&ConnectorReport) -> f64,
    write: Write,
) -> Result<(), Error> {
    for (connector, name) in connectors.iter().zip(names) {
        let labels = [("connector", name.as_str())];
        write(family.encode_family(&labels)?, count(connector))?;
    }
    Ok(())
}

fn encode_processes(
    mut family: MetricEncoder<'_>,
    processes: &[ProcessState],
    count: fn(&ProcessState) -> f64,
    write: Write,
) -> Result<(), Error> {
    for process in processes {
        let labels = [
            ("process", process.name.as_str()),
            ("component", process.component.as_str()),
        ];
        write(family.encode_family(&labels)?, count(process))?;
    }
    Ok(())
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}
