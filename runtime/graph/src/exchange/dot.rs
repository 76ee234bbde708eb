//! DOT: pictures drawn by Graphviz.

use std::fmt::Write as _;

use crate::exchange::loss::Losses;
use crate::exchange::{Exported, picture};
use crate::model::{Connector, Graph};
use crate::names::{PortKey, ProcessName};

/// Writes a graph for Graphviz, from left to right.
///
/// # Shape
///
/// A process is a record with its ports at the sides; values, and ports of the graph itself, are nodes of their own;
/// groups are clusters.
pub fn write_dot(graph: &Graph) -> Exported {
    let mut text = String::new();
    let mut losses = Losses::default();
    line(
        &mut text,
        0,
        &format!("digraph {} {{", quoted(picture::title(graph))),
    );
    for setting in [
        "rankdir=LR",
        "fontname=\"sans-serif\"",
        "fontsize=11",
        "node [shape=record, fontname=\"sans-serif\", fontsize=11]",
        "edge [fontname=\"sans-serif\", fontsize=10]",
    ] {
        line(&mut text, 1, &format!("{setting};"));
    }
    let clusters = picture::clusters(graph, &mut losses);
    for (at, (group, members)) in clusters.groups.iter().enumerate() {
        line(&mut text, 1, &format!("subgraph cluster_{at} {{"));
        let label = match &group.note {
            Some(note) => format!("{}: {note}", group.name),
            None => group.name.clone(),
        };
        let style = "style=\"rounded,filled\"; fillcolor=\"#eef3fb\"; color=\"#9fb4d4\"";
        line(&mut text, 2, &format!("label={}; {style};", quoted(&label)));
        for name in members {
            process(&mut text, 2, graph, name);
        }
        line(&mut text, 1, "}");
    }
    for name in &clusters.alone {
        process(&mut text, 1, graph, name);
    }
    values(&mut text, graph);
    for connector in &graph.connectors {
        connect(&mut text, graph, connector, &mut losses);
    }
    exports(&mut text, graph);
    text.push_str("}\n");
    Exported {
        text,
        notices: losses.finish(),
    }
}

fn line(text: &mut String, depth: usize, content: &str) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{}{content}", "  ".repeat(depth));
}

fn process(text: &mut String, depth: usize, graph: &Graph, name: &ProcessName) {
    let Some(found) = graph.processes.get(name) else {
        return;
    };
    let ports = picture::ports(graph, name);
    let cells = |keys: &[PortKey], side: &str| {
        let cells = keys.iter().map(|key| {
            let cell = escaped_record(&key.to_string());
            format!("<{}> {cell}", port_id(side, key))
        });
        let cells = cells.collect::<Vec<_>>().join("|");
        (!cells.is_empty()).then(|| format!("{{{cells}}}"))
    };
    let mut middle = escaped_record(found.label.as_deref().unwrap_or(name.as_str()));
    let below = [found.component.as_ref().map(|component| component.as_str())];
    for more in below.into_iter().flatten().chain(found.note.as_deref()) {
        middle.push_str("\\n");
        middle.push_str(&escaped_record(more));
    }
    let columns = [
        cells(&ports.ins, "i"),
        Some(middle),
        cells(&ports.outs, "o"),
    ];
    let columns: Vec<String> = columns.into_iter().flatten().collect();
    let label = format!("{{{}}}", columns.join("|"));
    let style = if found.component.is_none() {
        ", style=dashed"
    } else {
        ""
    };
    line(
        text,
        depth,
        &format!("{} [label=\"{label}\"{style}];", quoted(name.as_str())),
    );
}

fn port_id(side: &str, key: &PortKey) -> String {
    let index = key
        .index
        .map_or_else(String::new, |index| format!("_{index}"));
    // Letters, digits and underscores only; a hyphen ends a port's name there.
    format!("{side}_{}{index}", key.port.as_str().replace('-', "__"))
}

fn values(text: &mut String, graph: &Graph) {
    for (number, (name, key, value)) in picture::values(graph).enumerate() {
        let node = format!("value_{number}");
        let style = "shape=note, fontname=\"monospace\", fontsize=10";
        line(
            text,
            1,
            &format!("{} [label={}, {style}];", quoted(&node), quoted(&value)),
        );
        let to = format!("{}:{}:w", quoted(name.as_str()), port_id("i", key));
        line(
            text,
            1,
            &format!("{} -> {to} [style=dotted];", quoted(&node)),
        );
    }
}

fn connect(text: &mut String, graph: &Graph, connector: &Connector, losses: &mut Losses) {
    let (from, to) = (&connector.from, &connector.to);
    let exists = |name: &ProcessName| graph.processes.contains_key(name);
    if !exists(&from.process) || !exists(&to.process) {
        losses.note(format!(
            "left out: `{connector}`, which leads to no process"
        ));
        return;
    }
    let ends = format!(
        "{}:{}:e -> {}:{}:w",
        quoted(from.process.as_str()),
        port_id("o", &from.key()),
        quoted(to.process.as_str()),
        port_id("i", &to.key())
    );
    let label = picture::wire_label(connector);
    let attributes = label.map_or_else(String::new, |label| format!(" [label={}]", quoted(&label)));
    line(text, 1, &format!("{ends}{attributes};"));
}

fn exports(text: &mut String, graph: &Graph) {
    for (name, end) in &graph.inports {
        let node = quoted(&format!("in {name}"));
        line(
            text,
            1,
            &format!("{node} [label={}, shape=cds];", quoted(name.as_str())),
        );
        let to = format!(
            "{}:{}:w",
            quoted(end.process.as_str()),
            port_id("i", &end.key())
        );
        line(text, 1, &format!("{node} -> {to};"));
    }
    for (name, end) in &graph.outports {
        let node = quoted(&format!("out {name}"));
        line(
            text,
            1,
            &format!("{node} [label={}, shape=cds];", quoted(name.as_str())),
        );
        let from = format!(
            "{}:{}:e",
            quoted(end.process.as_str()),
            port_id("o", &end.key())
        );
        line(text, 1, &format!("{from} -> {node};"));
    }
}

/// Text in quotes.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace(['\n', '\r'], "\\n");
    format!("\"{}\"", escaped.replace('\0', ""))
}

/// Text inside the label of a record, where some characters have a meaning.
fn escaped_record(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push_str("\\n"),
            '\0' => {}
            '"' | '\\' | '{' | '}' | '|' | '<' | '>' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
