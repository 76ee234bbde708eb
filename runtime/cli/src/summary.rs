//! The totals of a run: a table for people, a document `millstream.run/1` for machines.

use std::collections::HashMap;
use std::time::Duration;

use millstream_engine::{Outcome, ProcessReport, Report};
use serde_json::{Value as Json, json};

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{Shell, safe};
use crate::select::show_duration;

/// Prints the totals on standard error.
pub(crate) fn tell_summary(report: &Report, exit: Exit, format: Format, shell: &Shell) {
    match format {
        Format::Human => shell.tell(&safe(&human(report))),
        Format::Json => shell.tell(&format!("{}\n", document(report, exit))),
    }
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Finished => "finished",
        Outcome::Failed { .. } => "failed",
        Outcome::Deadlocked(_) => "deadlocked",
        Outcome::Stopped => "stopped",
        Outcome::Cancelled => "cancelled",
        Outcome::TimedOut => "timed_out",
    }
}

fn human(report: &Report) -> String {
    let name = if report.name.is_empty() {
        "graph"
    } else {
        &report.name
    };
    format!(
        "{name}: {} after {}, packets: {} handed over, {} dropped, {} left\n\n{}\n{}",
        word(&report.outcome),
        show_duration(report.elapsed),
        report.packets(),
        report.dropped(),
        report.left_over(),
        processes(report),
        connectors(report)
    )
}

fn processes(report: &Report) -> String {
    let traffic = Traffic::of(report);
    let mut table = Table::new(&[
        "process",
        "component",
        "ended",
        "received",
        "sent",
        "failed",
        "busy",
    ]);
    for process in &report.processes {
        let sent = traffic.sent(process);
        table.row([
            process.name.clone(),
            process.component.clone(),
            process.ending.name().to_owned(),
            traffic.received(process).to_string(),
            sent.map_or_else(|| "?".to_owned(), |sent| sent.to_string()),
            process.failed_packets.to_string(),
            show_duration(process.busy),
        ]);
    }
    table.show()
}

fn connectors(report: &Report) -> String {
    let head = [
        "connector",
        "",
        "in",
        "out",
        "dropped",
        "left",
        "peak",
        "blocked",
        "starved",
    ];
    let mut table = Table::new(&head);
    for connector in &report.connectors {
        let counts = &connector.counts;
        table.row([
            format!("{} -> {}", connector.from.join(", "), connector.to),
            String::new(),
            counts.sent.to_string(),
            counts.received.to_string(),
            counts.dropped.to_string(),
            counts.depth.to_string(),
            format!("{}/{}", counts.high_water, counts.capacity),
            show_duration(Duration::from_nanos(counts.blocked_nanos)),
            show_duration(Duration::from_nanos(counts.starved_nanos)),
        ]);
    }
    table.show()
}

fn document(report: &Report, exit: Exit) -> Json {
    let traffic = Traffic::of(report);
    let processes: Vec<Json> = report
        .processes
        .iter()
        .map(|process| {
            json!({
                "name": process.name,
                "component": process.component,
                "ending": process.ending.name(),
                "error": process.ending.fault(),
                "received": traffic.received(process),
                "sent": traffic.sent(process),
                "failed_packets": process.failed_packets,
                "busy_ns": nanos(process.busy),
            })
        })
        .collect();
    json!({
        "schema": "millstream.run/1",
        "graph": report.name,
        "outcome": word(&report.outcome),
        "exit": exit.code(),
        "elapsed_ns": nanos(report.elapsed),
        "packets": report.packets(),
        "dropped": report.dropped(),
        "left": report.left_over(),
        "processes": processes,
        "connectors": report.connectors.iter().map(connector).collect::<Vec<_>>(),
    })
}

fn connector(connector: &millstream_engine::ConnectorReport) -> Json {
    let counts = &connector.counts;
    json!({
        "from": connector.from,
        "to": connector.to,
        "in": counts.sent,
        "out": counts.received,
        "dropped": counts.dropped,
        "left": counts.depth,
        "peak": counts.high_water,
        "capacity": counts.capacity,
        "bytes": counts.bytes,
        "blocked_ns": counts.blocked_nanos,
        "starved_ns": counts.starved_nanos,
    })
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Packets by process, from the counts of the connectors.
struct Traffic<'a> {
    received: HashMap<&'a str, u64>,
    /// None where several processes write into one connector, which counts them together.
    sent: HashMap<&'a str, Option<u64>>,
}

impl<'a> Traffic<'a> {
    fn of(report: &'a Report) -> Self {
        let mut traffic = Self {
            received: HashMap::new(),
            sent: HashMap::new(),
        };
        let process = |end: &'a str| end.split_once('.').map_or(end, |(process, _)| process);
        for connector in &report.connectors {
            *traffic.received.entry(process(&connector.to)).or_default() +=
                connector.counts.received;
            let known = (connector.from.len() == 1).then_some(connector.counts.sent);
            for from in &connector.from {
                let sent = traffic.sent.entry(process(from)).or_insert(Some(0));
                *sent = sent.zip(known).map(|(sum, more)| sum + more);
            }
        }
        traffic
    }

    fn received(&self, process: &ProcessReport) -> u64 {
        self.received
            .get(process.name.as_str())
            .copied()
            .unwrap_or_default()
    }

    fn sent(&self, process: &ProcessReport) -> Option<u64> {
        self.sent
            .get(process.name.as_str())
            .copied()
            .unwrap_or(Some(0))
    }
}

/// Columns of text: the first two to the left, the rest, being numbers, to the right.
struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    fn new(head: &[&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned)],
        }
    }

    fn row(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    fn show(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..N).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells = row
                .iter()
                .zip(&widths)
                .enumerate()
                .filter(|(_, (_, width))| **width > 0);
            let cells = cells.map(|(at, (cell, &width))| match at {
                0 | 1 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn tables_line_up() {
        let mut table = Table::new(&["a", "bb", "c"]);
        table.row(["xyz".into(), "1".into(), "22".into()]);
        assert_eq!(table.show(), "a    bb   c\nxyz  1   22\n");
    }
}
