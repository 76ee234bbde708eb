//! Documents, components and looks for tests.

use std::collections::HashMap;

use indexmap::IndexMap;
use millstream_document::{Document, Library, WireId};
use millstream_graph::{Catalog, ComponentSpec, Cost, PortSpec, ProcessName, SettingSpec};
use millstream_packet::PortType;

use crate::look::{LiveLook, ProcessLook, ProcessState, WireLook, WireState};

/// Ports as `name: type`, with `?` behind settings and `[]` behind array ports.
fn ports(text: &str) -> Vec<PortSpec> {
    let all = text.split(',').filter(|port| !port.trim().is_empty());
    all.map(|port| {
        let (name, port_type) = port.split_once(':').unwrap();
        let name = name.trim();
        let setting = name.ends_with('?').then(|| SettingSpec {
            default: None,
            hot: false,
            schema: serde_json::Value::Bool(true),
        });
        PortSpec {
            name: name.trim_end_matches(['?', '[', ']']).to_owned(),
            port_type: port_type.parse::<PortType>().unwrap(),
            array: name.ends_with(']'),
            required: false,
            at_end: false,
            setting,
            docs: String::new(),
        }
    })
    .collect()
}

fn component(name: &str, ins: &str, outs: &str) -> ComponentSpec {
    ComponentSpec {
        name: name.to_owned(),
        summary: "For tests.".to_owned(),
        docs: String::new(),
        in_ports: ports(ins),
        out_ports: ports(outs),
        cost: Cost::Light,
        examples: Vec::new(),
    }
}

/// The components of the tests.
pub(crate) fn library() -> Library {
    Library::new(Catalog::new([
        component(
            "file/ReadLines",
            "path?: text, encoding?: text",
            "out: text",
        ),
        component(
            "text/Regex",
            "in: text, pattern?: text, all?: bool",
            "out: record, rest: text",
        ),
        component(
            "data/Aggregate",
            "in: record, by?: list, compute?: record",
            "out: record",
        ),
        component("json/Write", "in: any, pretty?: bool", "out: text"),
        component("json/Read", "in: text | bytes", "out: any"),
        component("console/Output", "in: any", ""),
        component("test/Records", "", "out: record"),
        component("test/Text", "in: text", ""),
        component("test/Bytes", "in: bytes", ""),
        component("test/Number", "in: float", "out: float"),
        component("core/Merge", "in[]: any", "out: any"),
        component("core/Batch", "in: any, size?: int", "out: list"),
        component(
            "core/Filter",
            "in: record, where?: text",
            "out: record, rest: record",
        ),
    ]))
}

/// A document of a graph file.
pub(crate) fn open(text: &str) -> Document {
    Document::open(text, library())
        .unwrap()
        .with_measure(crate::size_of)
}

/// Two processes in a row, and others with free ports.
pub(crate) fn small() -> Document {
    open(
        r#"Graph(
            format: 1,
            processes: {
                "read": Process(component: "file/ReadLines", iips: { "path": "access.log" }),
                "parse": Process(component: "text/Regex"),
                "keep": Process(component: "console/Output"),
                "spare": Process(component: "test/Records"),
                "show": Process(component: "console/Output"),
                "text": Process(component: "test/Text"),
                "bytes": Process(component: "test/Bytes"),
            },
            connectors: [
                Connector(from: "read.out", to: "parse.in", capacity: 1000),
                Connector(from: "parse.out", to: "keep.in"),
            ],
            layout: {
                "read": (160, 60), "parse": (440, 60), "keep": (720, 60),
                "spare": (160, 300), "show": (440, 300), "text": (720, 300), "bytes": (720, 420),
            },
        )"#,
    )
}

/// A look of a wire.
pub(crate) fn wire_look(state: WireState, load: f32, fill: f32) -> WireLook {
    WireLook {
        state,
        load,
        fill,
        predicted: None,
        blocked: 0.0,
        errors: 0.0,
        label: String::new(),
        story: Vec::new(),
        spoken: String::new(),
    }
}

/// A look of a process.
pub(crate) fn process_look(state: ProcessState) -> ProcessLook {
    ProcessLook {
        state,
        failure: None,
        culprit: None,
        is_changed: false,
        spoken: state.words(),
    }
}

/// A run that says what it is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) wires: HashMap<WireId, WireLook>,
    pub(crate) processes: IndexMap<ProcessName, ProcessLook>,
    pub(crate) banner: Option<String>,
}

impl LiveLook for Told {
    fn wire(&self, id: WireId) -> Option<WireLook> {
        self.wires.get(&id).cloned()
    }

    fn process(&self, name: &ProcessName) -> Option<ProcessLook> {
        self.processes.get(name).cloned()
    }

    fn banner(&self) -> Option<String> {
        self.banner.clone()
    }
}

/// Many processes in columns, each wired to some of the next columns.
pub(crate) fn mesh(columns: usize, rows: usize) -> Document {
    use std::fmt::Write as _;
    let mut text = String::from("Graph(format: 1, processes: {\n");
    let (mut wires, mut layout) = (String::new(), String::new());
    let kinds = ["core/Filter", "text/Regex", "core/Filter", "json/Write"];
    let kind = |column: usize, row: usize| kinds[(column * 7 + row * 3) % kinds.len()];
    for column in 0..columns {
        for row in 0..rows {
            let component = kind(column, row);
            writeln!(
                text,
                "\"p{column}_{row}\": Process(component: \"{component}\"),"
            )
            .unwrap();
            let stagger = (column % 3) * 30;
            let (x, y) = (column * 260, row * 170 + stagger);
            write!(layout, "\"p{column}_{row}\": ({x}, {y}),").unwrap();
            let second = if component == "json/Write" {
                None
            } else {
                Some("rest")
            };
            for (at, port) in std::iter::once("out").chain(second).enumerate() {
                let far = column + 1 + (column + row * 5 + at) % 9 / 7;
                let to = (row + at + column % 2) % rows;
                if far < columns {
                    writeln!(
                        wires,
                        "Connector(from: \"p{column}_{row}.{port}\", to: \"p{far}_{to}.in\"),"
                    )
                    .unwrap();
                }
            }
        }
    }
    open(&format!(
        "{text}}}, connectors: [{wires}], layout: {{ {layout} }})"
    ))
}
