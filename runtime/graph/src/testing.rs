//! What the tests of several modules share: a small catalog, and graphs from text.

use millstream_packet::{PortType, Value};

use crate::catalog::Catalog;
use crate::file;
use crate::model::Graph;
use crate::spec::{ComponentSpec, Cost, PortSpec, SettingSpec};

pub(crate) mod generate;

/// Reads a graph that must be readable.
pub(crate) fn graph(text: &str) -> Graph {
    match file::read(text) {
        Ok(parsed) => parsed.graph,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Reads `Graph(processes: {…}, connectors: […])` from short forms: `name component` and `a.b -> c.d` lines.
pub(crate) fn sketch(processes: &[&str], connectors: &[&str]) -> Graph {
    let processes: Vec<String> = processes
        .iter()
        .map(|line| {
            let (name, component) = line.split_once(' ').unwrap();
            let (component, rest) = component.split_once(' ').unwrap_or((component, ""));
            let comma = if rest.is_empty() { "" } else { "," };
            format!("{name:?}: Process(component: {component:?}{comma} {rest})")
        })
        .collect();
    let connectors: Vec<String> = connectors
        .iter()
        .map(|line| {
            let (from, to) = line.split_once(" -> ").unwrap();
            let (to, rest) = to.split_once(' ').unwrap_or((to, ""));
            let comma = if rest.is_empty() { "" } else { "," };
            format!("Connector(from: {from:?}, to: {to:?}{comma} {rest})")
        })
        .collect();
    graph(&format!(
        "Graph(processes: {{ {} }}, connectors: [ {} ])",
        processes.join(", "),
        connectors.join(", ")
    ))
}

/// A few of the standard components, as far as the check looks at them.
pub(crate) fn catalog() -> Catalog {
    Catalog::new([
        spec("core/Repeat", &["in! any"], &["out any"]),
        spec("core/Drop", &["in! any"], &[]),
        spec("core/Kick", &["value= any"], &["out! any"]),
        spec("core/Copy", &["in! any"], &["out[]! any"]),
        spec("core/Concat", &["in[]! any"], &["out! any"]),
        spec("core/Take", &["in! any", "count=! int"], &["out! any"]),
        spec("core/Sort", &["in! any", "by= any"], &["out!$ any"]),
        spec("core/Count", &["in! any"], &["out any", "count!$ int"]),
        spec("core/Gate", &["in! any", "control any"], &["out! any"]),
        spec("core/Group", &["in! any", "size= int"], &["out! any"]),
        spec("core/Ungroup", &["in! any"], &["out! any"]),
        spec("core/Unbatch", &["in! list"], &["out! any"]),
        spec(
            "core/Join",
            &["left! record", "right! record"],
            &["out! record"],
        ),
        spec(
            "data/Filter",
            &["in! any", "where=! text"],
            &["out any", "rejected any"],
        ),
        spec("file/ReadLines", &["path=! text"], &["out! text"]),
        spec("file/Read", &["path=! text"], &["out! bytes"]),
        spec("text/Lines", &["in! text | bytes"], &["out! text"]),
        spec("text/Wrap", &["in! text", "measure=! int"], &["out! text"]),
        spec(
            "json/Read",
            &["in! text | bytes"],
            &["out! any", "error record"],
        ),
        spec("json/Write", &["in! any"], &["out! text"]),
        spec("http/Serve", &["listen= text", "in any"], &["out! record"]),
        spec("image/Load", &["path=! text"], &["out! opaque"]),
        spec("image/Scale", &["in! opaque"], &["out! opaque"]),
    ])
}

/// A spec from short forms: `name type`, with `=` for a setting, `[]` for an array port, `!` for a required one and
/// `$` for one that sends at the end.
pub(crate) fn spec(name: &str, in_ports: &[&str], out_ports: &[&str]) -> ComponentSpec {
    let ports = |lines: &[&str]| lines.iter().map(|line| port(line)).collect();
    ComponentSpec {
        name: name.to_owned(),
        summary: "Does what its name says.".to_owned(),
        docs: String::new(),
        in_ports: ports(in_ports),
        out_ports: ports(out_ports),
        cost: Cost::Light,
        examples: Vec::new(),
    }
}

fn port(line: &str) -> PortSpec {
    let (head, port_type) = line.split_once(' ').unwrap();
    let port_type: PortType = port_type.parse().unwrap();
    let at_end = head.ends_with('$');
    let head = head.trim_end_matches('$');
    let required = head.ends_with('!');
    let head = head.trim_end_matches('!');
    let setting = head.ends_with('=').then(|| SettingSpec {
        hot: false,
        default: (!required).then_some(Value::NULL),
        schema: if port_type == PortType::INT {
            serde_json::json!({ "type": "integer", "minimum": 0 })
        } else {
            serde_json::json!({})
        },
    });
    let head = head.trim_end_matches('=');
    PortSpec {
        name: head.trim_end_matches("[]").to_owned(),
        port_type,
        array: head.ends_with("[]"),
        required,
        at_end,
        setting,
        docs: String::new(),
    }
}

/// A source, `steps` rungs of `core/Copy` and `core/Gate` that fork and join, and a sink.
pub(crate) fn ladder(steps: usize) -> Graph {
    let mut processes = String::new();
    let mut connectors = String::new();
    let mut from = "k.out".to_owned();
    for at in 0..steps {
        let step = format!(
            "\"c{at}\": Process(component: \"core/Copy\"),\n\"g{at}\": Process(component: \"core/Gate\"),\n"
        );
        processes.push_str(&step);
        let step = format!(
            "Connector(from: \"{from}\", to: \"c{at}.in\"),
             Connector(from: \"c{at}.out[0]\", to: \"g{at}.in\"),
             Connector(from: \"c{at}.out[1]\", to: \"g{at}.control\"),\n"
        );
        connectors.push_str(&step);
        from = format!("g{at}.out");
    }
    graph(&format!(
        "Graph(
            processes: {{
                \"k\": Process(component: \"core/Kick\"),
                {processes}
                \"d\": Process(component: \"core/Drop\"),
            }},
            connectors: [{connectors} Connector(from: \"{from}\", to: \"d.in\")],
        )"
    ))
}
