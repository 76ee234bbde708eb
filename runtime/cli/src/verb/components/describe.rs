//! One component for people: what it does, its ports and settings, examples.

use millstream_graph::{ComponentSpec, Cost, ExampleSpec, PortSpec};
use millstream_packet::Packet;

use super::schema::{limits, show_packet, show_value, type_name};
use crate::output::{Look, add};
use crate::render::paint;

/// Packets of one port that an example shows.
const PACKETS_MAX: usize = 12;

/// Describes a component.
pub(super) fn describe(spec: &ComponentSpec, look: Look) -> String {
    let mut text = format!("{}\n{}\n", paint(&spec.name, "1", look), spec.summary);
    if !spec.docs.is_empty() {
        add(&mut text, format_args!("\n{}\n", spec.docs));
    }
    if let Some(cost) = cost(spec.cost) {
        add(&mut text, format_args!("\n{cost}\n"));
    }
    let (settings, inputs): (Vec<_>, Vec<_>) = spec
        .in_ports
        .iter()
        .partition(|port| port.setting.is_some());
    let outputs: Vec<_> = spec.out_ports.iter().collect();
    for (title, ports) in [
        ("In-ports", inputs),
        ("Settings", settings),
        ("Out-ports", outputs),
    ] {
        if !ports.is_empty() {
            add(
                &mut text,
                format_args!("\n{}\n{}", paint(title, "1", look), table(&ports)),
            );
        }
    }
    for example in &spec.examples {
        let title = paint(&format!("Example: {}", example.title), "1", look);
        add(
            &mut text,
            format_args!("\n{title}\n{}", show_example(example)),
        );
    }
    text
}

/// What running the component costs, if it is worth a word.
pub(super) const fn cost(cost: Cost) -> Option<&'static str> {
    match cost {
        Cost::Light => None,
        Cost::Heavy => {
            Some("Computes a lot: runs beside other such components on the cores that there are.")
        }
        Cost::Blocking => Some("May block: has a thread of its own."),
    }
}

/// What a port demands or takes when nothing is given.
pub(super) fn need(port: &PortSpec) -> String {
    let default = port
        .setting
        .as_ref()
        .and_then(|setting| setting.default.as_ref());
    match default {
        Some(default) => format!("= {}", show_value(default)),
        None if port.required => "required".to_owned(),
        None => String::new(),
    }
}

/// The port's name, with brackets if it has elements.
pub(super) fn port_name(port: &PortSpec) -> String {
    if port.array {
        format!("{}[]", port.name)
    } else {
        port.name.clone()
    }
}

/// The help of a port with the limits of its values.
pub(super) fn help(port: &PortSpec) -> String {
    match port.setting.as_ref().and_then(limits) {
        Some(limits) => format!("{} ({limits})", port.docs.trim_end_matches('.')),
        None => port.docs.clone(),
    }
}

fn table(ports: &[&PortSpec]) -> String {
    let rows: Vec<[String; 3]> = ports
        .iter()
        .map(|port| [port_name(port), type_name(port), need(port)])
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2)];
    let mut text = String::new();
    for ([name, kind, need], port) in rows.iter().zip(ports) {
        let [a, b, c] = widths;
        let gap = if c == 0 { "" } else { "  " };
        let line = format!("  {name:<a$}  {kind:<b$}{gap}{need:<c$}  {}", help(port));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// An example as lines `port: packets`.
pub(super) fn show_example(example: &ExampleSpec) -> String {
    let mut text = String::new();
    for (port, value) in &example.iips {
        add(
            &mut text,
            format_args!("  {port} = {}\n", show_value(value)),
        );
    }
    for (port, packets) in &example.inputs {
        add(
            &mut text,
            format_args!("  {port} <- {}\n", show_packets(packets)),
        );
    }
    for (port, packets) in &example.outputs {
        add(
            &mut text,
            format_args!("  {port} -> {}\n", show_packets(packets)),
        );
    }
    if let Some(failure) = &example.failure {
        add(&mut text, format_args!("  fails: {failure}\n"));
    }
    text
}

fn show_packets(packets: &[Packet]) -> String {
    let mut shown: Vec<String> = packets.iter().take(PACKETS_MAX).map(show_packet).collect();
    if packets.len() > PACKETS_MAX {
        shown.push(format!("… ({} in all)", packets.len()));
    }
    if shown.is_empty() {
        "nothing".to_owned()
    } else {
        shown.join("  ")
    }
}
