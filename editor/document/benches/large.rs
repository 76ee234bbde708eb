//! What actions cost on a graph of 10,000 processes and 30,000 connectors. The budget of an action is 5 ms.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use millstream_document::{
    Action, Add, ConnectMode, Deletion, Document, GestureId, Library, Position, Select, Target,
    Wiring,
};
use millstream_graph::{
    Catalog, ComponentRef, ComponentSpec, Connector, Cost, Graph, PortKey, PortName, PortRef,
    PortSpec, Process, ProcessName,
};
use millstream_packet::PortType;

const PROCESSES: usize = 10_000;
const WIDTH: usize = 100;

fn port(name: &str, array: bool) -> PortSpec {
    PortSpec {
        name: name.to_owned(),
        port_type: PortType::ANY,
        array,
        required: false,
        at_end: false,
        setting: None,
        docs: String::new(),
    }
}

fn catalog() -> Catalog {
    let spec = |name: &str, array| ComponentSpec {
        name: name.to_owned(),
        summary: "Sends on what comes.".to_owned(),
        docs: String::new(),
        in_ports: vec![port("in", false)],
        out_ports: vec![port("out", array)],
        cost: Cost::Light,
        examples: Vec::new(),
    };
    Catalog::new([spec("core/Repeat", false), spec("core/Copy", true)])
}

fn name(at: usize) -> ProcessName {
    ProcessName::new(&format!("p{at}")).unwrap()
}

fn end(at: usize, port: &str, index: Option<u32>) -> PortRef {
    let port = PortName::new(port).unwrap();
    PortRef::new(name(at), PortKey { port, index })
}

/// Layers of a hundred processes, each connected with three of the next layer.
fn graph() -> Graph {
    let mut graph = Graph::default();
    let copy: ComponentRef = "core/Copy".parse().unwrap();
    for at in 0..PROCESSES {
        graph.processes.insert(name(at), Process::new(copy.clone()));
        let (layer, row) = (at / WIDTH, at % WIDTH);
        let place = Position {
            x: layer as f64 * 260.0,
            y: row as f64 * 120.0,
        };
        graph.layout.insert(name(at), place);
        for index in 0..3_usize {
            let to = (layer + 1) * WIDTH + (row + index) % WIDTH;
            if to < PROCESSES {
                let from = end(at, "out", u32::try_from(index).ok());
                graph
                    .connectors
                    .push(Connector::new(from, end(to, "in", None)));
            }
        }
    }
    graph
}

fn document() -> Document {
    let mut document = Document::of_graph(graph(), Library::new(catalog()));
    document.check();
    document
}

fn actions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("large");
    group.sample_size(20);
    let mut document = document();
    let mut measure = |label: &str, make: &dyn Fn() -> Action| {
        group.bench_function(label, |bencher| {
            bencher.iter(|| {
                document.apply(make()).unwrap();
                black_box(document.is_saved());
                document.apply(Action::Undo).unwrap();
            });
        });
    };
    let middle = PROCESSES / 2;
    measure("add and undo", &|| {
        Action::Add(Add {
            component: "core/Repeat".parse().ok(),
            at: None,
            wiring: Wiring::Alone,
        })
    });
    measure("connect and undo", &|| Action::Connect {
        from: end(middle, "out", Some(3)),
        to: end(7, "in", None),
        mode: ConnectMode::Checked,
    });
    measure("delete one and undo", &|| Action::Delete {
        targets: vec![Target::Process(name(middle))],
        deletion: Deletion::Heal,
    });
    measure("rename and undo", &|| Action::Rename {
        process: name(middle),
        to: "another".to_owned(),
    });
    measure("move 100 and undo", &|| Action::Move {
        processes: (0..100)
            .map(|at| {
                (
                    name(at),
                    Position {
                        x: 1.0,
                        y: at as f64,
                    },
                )
            })
            .collect(),
        notes: Vec::new(),
    });
    measure("delete 1000 and undo", &|| Action::Delete {
        targets: (middle..middle + 1000)
            .map(|at| Target::Process(name(at)))
            .collect(),
        deletion: Deletion::Cut,
    });
    group.finish();
}

fn wholes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("large, the whole");
    group.sample_size(10);
    let graph = graph();
    group.bench_function("open", |bencher| {
        let open = |graph| Document::of_graph(graph, Library::new(catalog()));
        bencher.iter_batched(|| graph.clone(), open, BatchSize::LargeInput);
    });
    let mut document = document();
    group.bench_function("check", |bencher| {
        let touch = |mut document: Document| {
            document.set_library(Library::new(catalog()));
            document.check();
        };
        bencher.iter_batched(|| document.clone(), touch, BatchSize::LargeInput);
    });
    group.bench_function("one move of a drag of all", |bencher| {
        document.apply(Action::Select(Select::All)).unwrap();
        let mut gesture = 0;
        bencher.iter(|| {
            gesture += 1;
            let by = Position { x: 1.0, y: 0.0 };
            let step = Action::MoveSelection { by };
            document
                .apply(Action::Gesture(GestureId(1), Box::new(step)))
                .unwrap();
        });
    });
    group.finish();
}

criterion_group!(benches, actions, wholes);
criterion_main!(benches);
