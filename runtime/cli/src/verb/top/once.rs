//! One look, for scripts and for people without a terminal.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::{Instant, timeout_at};

use super::table::{Table, View, short};
use crate::args::{Format, TopArgs};
use crate::exit::{Exit, Fault};
use crate::output::{Shell, add};
use crate::remote::{Remote, connector_name, not_running};
use millstream_protocol::extension::{ConnectorInfo, ProcessInfo, ProcessState, Response};

/// Prints what a graph does now; rates are those of one interval.
pub(super) async fn once(args: &TopArgs, shell: &Shell) -> Result<Exit, Fault> {
    let mut remote = Remote::connect(&args.remote).await?;
    let graph = remote.graph(args.remote.graph.as_deref()).await?;
    let snapshot = remote.follow(&graph, args.interval).await?;
    let snapshot = snapshot.ok_or_else(|| not_running(&graph))?;
    let mut table = Table::new(&graph, remote.url());
    table.take(Response::Snapshot(snapshot));
    // Rates need a second look; where nothing moves, none comes.
    let until = Instant::now() + args.interval + Duration::from_millis(250);
    while let Ok(response) = timeout_at(until, remote.event()).await {
        let Some(response) = response? else { break };
        let is_second = matches!(response, Response::Changes(_));
        table.take(response);
        if is_second {
            break;
        }
    }
    match args.format.get() {
        Format::Json => shell.json(&document(&table))?,
        Format::Human => shell.data(&text(&mut table))?,
    }
    Ok(Exit::Ok)
}

fn document(table: &Table) -> Json {
    json!({
        "schema": "millstream.top/1",
        "url": table.url(),
        "graph": table.graph(),
        "elapsed_ms": table.elapsed_ms(),
        "connectors": table.connectors().iter().map(connector).collect::<Vec<_>>(),
        "processes": table.processes().iter().map(process).collect::<Vec<_>>(),
    })
}

/// With all its fields, also those that are left out on the wire.
fn connector(info: &ConnectorInfo) -> Json {
    let counts = &info.counts;
    json!({
        "name": connector_name(info),
        "from": info.from,
        "to": info.to,
        "capacity": info.capacity,
        "sent": counts.sent,
        "received": counts.received,
        "dropped": counts.dropped,
        "depth": counts.depth,
        "high_water": counts.high_water,
        "rate": counts.rate,
        "blocked_percent": counts.blocked_percent,
        "starved_percent": counts.starved_percent,
        "held": counts.held,
    })
}

fn process(info: &ProcessInfo) -> Json {
    let counts = &info.counts;
    json!({
        "name": info.name,
        "component": info.component,
        "state": state_name(counts.state),
        "received": counts.received,
        "sent": counts.sent,
        "failures": counts.failures,
        "busy_percent": counts.busy_percent,
    })
}

fn text(table: &mut Table) -> String {
    let mut text = String::new();
    table.view = View::Connectors;
    let rows: Vec<[String; 8]> = table
        .rows()
        .into_iter()
        .filter_map(|at| table.connectors().get(at))
        .map(|info| {
            let counts = &info.counts;
            [
                connector_name(info),
                short(counts.rate),
                format!("{}/{}", counts.depth, info.capacity),
                format!("{:.0}", counts.blocked_percent),
                format!("{:.0}", counts.starved_percent),
                counts.dropped.to_string(),
                counts.sent.to_string(),
                if counts.held { "held" } else { "" }.to_owned(),
            ]
        })
        .collect();
    let head = [
        "connector",
        "rate/s",
        "inside",
        "blocked %",
        "starved %",
        "dropped",
        "sent",
        "",
    ];
    columns(&mut text, head, &rows);
    text.push('\n');
    table.view = View::Processes;
    let rows: Vec<[String; 7]> = table
        .rows()
        .into_iter()
        .filter_map(|at| table.processes().get(at))
        .map(|info| {
            let counts = &info.counts;
            [
                info.name.clone(),
                state_name(counts.state).to_owned(),
                format!("{:.0}", counts.busy_percent),
                counts.received.to_string(),
                counts.sent.to_string(),
                counts.failures.to_string(),
                info.component.clone(),
            ]
        })
        .collect();
    let head = [
        "process",
        "state",
        "busy %",
        "received",
        "sent",
        "failures",
        "component",
    ];
    columns(&mut text, head, &rows);
    text
}

/// The word for a state.
pub(super) const fn state_name(state: ProcessState) -> &'static str {
    match state {
        ProcessState::Running => "running",
        ProcessState::Starved => "starved",
        ProcessState::Blocked => "blocked",
        ProcessState::Held => "held",
        ProcessState::Ended => "ended",
        ProcessState::Failed => "failed",
        _ => "unknown",
    }
}

/// Writes a table: the first column to the left, numbers to the right, the last as it is.
fn columns<const N: usize>(text: &mut String, head: [&str; N], rows: &[[String; N]]) {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let head = head.map(str::to_owned);
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            match at {
                0 => add(&mut line, format_args!("{cell:width$}")),
                at if at == N - 1 => add(&mut line, format_args!("  {cell}")),
                _ => add(&mut line, format_args!("  {cell:>width$}")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
