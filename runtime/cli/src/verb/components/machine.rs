//! Components for machines: the document `millstream.components/1`.

use indexmap::IndexMap;
use millstream_graph::{ComponentSpec, Cost, ExampleSpec, PortSpec};
use millstream_packet::{Packet, PacketView, Value};
use serde_json::{Value as Json, json};

/// Everything about these components.
pub(super) fn document(specs: &[ComponentSpec]) -> Json {
    json!({
        "schema": "millstream.components/1",
        "components": specs.iter().map(component).collect::<Vec<_>>(),
    })
}

fn component(spec: &ComponentSpec) -> Json {
    let cost = match spec.cost {
        Cost::Light => "light",
        Cost::Heavy => "heavy",
        Cost::Blocking => "blocking",
    };
    json!({
        "name": spec.name,
        "summary": spec.summary,
        "docs": spec.docs,
        "cost": cost,
        "in_ports": spec.in_ports.iter().map(port).collect::<Vec<_>>(),
        "out_ports": spec.out_ports.iter().map(port).collect::<Vec<_>>(),
        "examples": spec.examples.iter().map(example).collect::<Vec<_>>(),
    })
}

fn port(port: &PortSpec) -> Json {
    let setting = port.setting.as_ref().map(|setting| {
        json!({ "default": setting.default.as_ref().map(value), "schema": setting.schema })
    });
    json!({
        "name": port.name,
        "type": port.port_type.to_string(),
        "array": port.array,
        "required": port.required,
        "at_end": port.at_end,
        "docs": port.docs,
        "setting": setting,
    })
}

fn example(example: &ExampleSpec) -> Json {
    let iips: serde_json::Map<String, Json> = example
        .iips
        .iter()
        .map(|(port, iip)| (port.clone(), value(iip)))
        .collect();
    json!({
        "title": example.title,
        "iips": iips,
        "inputs": packets(&example.inputs),
        "outputs": packets(&example.outputs),
        "failure": example.failure,
    })
}

fn packets(ports: &IndexMap<String, Vec<Packet>>) -> Json {
    let list = |packets: &Vec<Packet>| packets.iter().map(packet).collect::<Vec<_>>().into();
    let ports = ports
        .iter()
        .map(|(port, packets)| (port.clone(), list(packets)));
    Json::Object(ports.collect())
}

/// Data as `{"data": …}`, brackets as `{"open": label}` and `{"close": label}`.
fn packet(packet: &Packet) -> Json {
    match packet.view() {
        PacketView::Data(data) => json!({ "data": value(data) }),
        PacketView::Open(label) => json!({ "open": label.map(value) }),
        PacketView::Close(label) => json!({ "close": label.map(value) }),
    }
}

/// A value as JSON; what JSON cannot hold becomes text.
fn value(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_else(|_unwritable| Json::String(format!("{value:?}")))
}
